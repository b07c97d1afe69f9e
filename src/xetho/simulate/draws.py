"""Assumptions drawn for each run: one uniform a run and assumption, through the inverse of its distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from xetho.network.inputs import Assumption, Inputs
from xetho.simulate.streams import ASSUMPTION, entity, uniforms

F = NDArray[np.float64]
_GRID = np.linspace(0.0, 1.0, 4097)
_Z95 = float(stats.norm.ppf(0.95))


def quantile(a: Assumption, u: F) -> F:
    """Inverse distribution function of an assumption at uniforms `u` (shape kept).

    pert: the beta distribution on low..high with mode central and shape sum 6 (Malcolm et al. 1959).
    normal and lognormal: central is the median, low and high the 5 % and 95 % points; when these are not equally far
    from the median each half has its own spread.
    """
    low, mid, high = a.low, a.central, a.high
    if a.distribution == "point":
        return np.full_like(u, mid)
    if a.distribution == "uniform":
        return low + (high - low) * u
    if a.distribution == "triangular":
        return np.asarray(stats.triang.ppf(u, (mid - low) / (high - low), low, high - low))
    if a.distribution == "pert":
        alpha = 1.0 + 4.0 * (mid - low) / (high - low)
        beta = 1.0 + 4.0 * (high - mid) / (high - low)
        return low + (high - low) * _beta(alpha, beta, u)
    if a.distribution == "beta":
        return _beta(low, high, u)
    z = stats.norm.ppf(u)
    if a.distribution == "normal":
        spread = np.where(z < 0.0, mid - low, high - mid) / _Z95
        return np.asarray(mid + spread * z)
    spread = np.where(z < 0.0, math.log(mid / low), math.log(high / mid)) / _Z95
    return np.asarray(mid * np.exp(spread * z))


def _beta(alpha: float, beta: float, u: F) -> F:
    """Beta quantiles by a fine table: the exact inverse is slow over millions of runs."""
    table = stats.beta.ppf(_GRID, alpha, beta)
    return np.asarray(np.interp(u, _GRID, table))


def draw(inputs: Inputs, seed: int, run0: int, count: int) -> dict[str, F]:
    """A value of every assumption for each of `count` runs from `run0` on."""
    key: Any = np.uint64(seed)
    out: dict[str, F] = {}
    for a in inputs.assumptions:
        u = uniforms(key, ASSUMPTION, run0, count, entity(f"assumption:{a.id}"))
        out[a.id] = quantile(a, u)
    return out


def block_inputs(inputs: Inputs, values: dict[str, F], first: int, lanes: int) -> NDArray[np.float32]:
    """Inputs x[slot, lane] of the runs first..first+lanes-1, with every assumption in its place."""
    x = np.repeat(inputs.base[:, None], lanes, axis=1)
    for a in inputs.assumptions:
        part = values[a.id][first : first + lanes]
        drawn = np.resize(part, lanes)  # lanes beyond the last run repeat and are not recorded
        if a.effect == "set":
            x[a.slots] = drawn
        elif a.effect == "scale":
            x[a.slots] *= drawn
        else:
            x[a.slots] += drawn
    inputs.keep_in_range(x)
    return x.astype(np.float32)
