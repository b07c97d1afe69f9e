"""The attrition law of assaults, as a function of plain numbers so that battles of record can be held against it."""

from __future__ import annotations

import numpy as np

from xetho.simulate.jit import inlined, step
from xetho.simulate.maths import exp, log

NONE, LEAST = np.float32(0.0), np.float32(1e-6)  # men: fewer than that are nobody


@step
def lanchester(rate: float, firing: float, target: float, reference: float, p: float, q: float) -> float:
    """Men of the target hit in a unit of time: ``rate · ref · (firing/ref)^p · (target/ref)^q``.

    Strengths and `reference` in men, `rate` per unit of time with both sides at the reference; p = 1, q = 0 is the
    square law, p = q = 1 the linear one, p = 0, q = 1 the logarithmic one. Nobody is hit when either side has no men.
    Bracken, "Lanchester models of the Ardennes campaign", Naval Research Logistics 42, 1995, in the homogeneous form.
    """
    if firing <= 0.0 or target <= 0.0:
        return np.float32(0.0)
    return rate * reference * (firing / reference) ** p * (target / reference) ** q


@inlined
def hits(rate: float, firing: float, target: float, reference: float, p: float, q: float) -> float:
    """The same in single precision by the engine's own functions, so that many fights become vectors.

    A test holds the two within a few parts in a million of each other.
    """
    powers = p * log(max(firing, LEAST) / reference) + q * log(max(target, LEAST) / reference)
    return np.float32(rate * reference * exp(powers) if firing > NONE and target > NONE else NONE)
