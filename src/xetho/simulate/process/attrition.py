"""The attrition law of assaults, as a function of plain numbers so that battles of record can be held against it."""

from __future__ import annotations

import numpy as np

from xetho.simulate.jit import kernel


@kernel
def lanchester(rate: float, firing: float, target: float, reference: float, p: float, q: float) -> float:
    """Men of the target hit in a unit of time: ``rate · ref · (firing/ref)^p · (target/ref)^q``.

    Strengths and `reference` in men, `rate` per unit of time with both sides at the reference; p = 1, q = 0 is the
    square law, p = q = 1 the linear one, p = 0, q = 1 the logarithmic one. Nobody is hit when either side has no men.
    Bracken, "Lanchester models of the Ardennes campaign", Naval Research Logistics 42, 1995, in the homogeneous form.
    """
    if firing <= 0.0 or target <= 0.0:
        return np.float32(0.0)
    return rate * reference * (firing / reference) ** p * (target / reference) ** q
