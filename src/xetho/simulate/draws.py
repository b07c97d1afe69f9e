"""Assumptions drawn for each run: one uniform a run and assumption, through the inverse of its distribution."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from xetho.network.inputs import Assumption, Inputs
from xetho.simulate.jit import step
from xetho.simulate.memory import table
from xetho.simulate.streams import ASSUMPTION, STRIKE, entity, uniforms

F = NDArray[np.float64]
F32 = NDArray[np.float32]
LONG = NDArray[np.int64]
_GRID = np.linspace(0.0, 1.0, 4097)
_Z95 = float(special.ndtri(0.95))
SET, SCALE = 0, 1  # what an assumption does to a slot; everything else adds
_EFFECTS = {"set": SET, "scale": SCALE}


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
        return low + (high - low) * np.interp(u, _GRID, _beta_table(alpha, beta))
    if a.distribution == "beta":
        return np.asarray(np.interp(u, _GRID, _beta_table(low, high)))
    z = special.ndtri(u)
    if a.distribution == "normal":
        spread = np.where(z < 0.0, mid - low, high - mid) / _Z95
        return np.asarray(mid + spread * z)
    spread = np.where(z < 0.0, math.log(mid / low), math.log(high / mid)) / _Z95
    return np.asarray(mid * np.exp(spread * z))


@lru_cache(maxsize=1024)
def _beta_table(alpha: float, beta: float) -> F:
    """Beta quantiles as a fine table: the exact inverse is slow over millions of runs."""
    return np.asarray(stats.beta.ppf(_GRID, alpha, beta))


def draw(inputs: Inputs, seed: int, run0: int, count: int) -> dict[str, F]:
    """A value of every assumption for each of `count` runs from `run0` on."""
    key: Any = np.uint64(seed)
    out: dict[str, F] = {}
    for a in inputs.assumptions:
        u = uniforms(key, ASSUMPTION, run0, count, entity(f"assumption:{a.id}"))
        out[a.id] = quantile(a, u)
    return out


def named_uniforms(samples: int, seed: int) -> Callable[[str, int], float]:
    """A uniform of a name and sample below `samples`; those of assumptions are what the run of that number draws."""
    key: Any = np.uint64(seed)

    @functools.cache
    def drawn(name: str) -> F:
        stream = ASSUMPTION if name.startswith("assumption:") else STRIKE
        return np.asarray(uniforms(key, stream, 0, samples, entity(name)))

    return lambda name, sample: float(drawn(name)[sample])


def stacked(values: dict[str, F], count: int) -> F:
    """Draws as one array values[assumption, run], also when there are no assumptions."""
    return np.array(list(values.values())).reshape(len(values), count)


def block_inputs(inputs: Inputs, values: dict[str, F], first: int, lanes: int) -> F32:
    """Inputs x[slot, lane] of one block, the runs from `first` on of those drawn; see `Slots` for many blocks."""
    slots = Slots(inputs)
    x = slots.common(lanes)
    runs = len(next(iter(values.values()), ()))
    slots.place(x, stacked(values, runs), np.minimum(np.arange(first, first + lanes), runs - 1))
    return x


class Slots:
    """The inputs of a block of campaigns: what is common to all runs, and the slots that assumptions change."""

    def __init__(self, inputs: Inputs) -> None:
        self._base = inputs.base
        acting: dict[int, list[tuple[int, int]]] = {}
        for i, a in enumerate(inputs.assumptions):
            for slot in np.unique(a.slots):
                acting.setdefault(int(slot), []).append((i, _EFFECTS.get(a.effect, SET - 1)))
        self._slots = np.array(sorted(acting), dtype=np.int64)
        self._first = np.cumsum([0, *(len(acting[slot]) for slot in self._slots)], dtype=np.int64)
        acts = [act for slot in self._slots for act in acting[slot]]
        self._acts = np.array(acts, dtype=np.int64).reshape(len(acts), 2)
        self._least, self._most = inputs.least[self._slots], inputs.most[self._slots]

    def common(self, lanes: int) -> F32:
        """Inputs x[slot, lane] before any assumption acts."""
        x = table(len(self._base), lanes)
        x[:] = self._base[:, None]
        return x

    def place(self, x: F32, values: F, runs: LONG) -> None:
        """Bring the draws values[assumption, run] to their slots in `x`; `runs` has the column of each lane."""
        _place(x, self._base, self._slots, self._first, self._acts, self._least, self._most, values, runs)


@step
def _place(
    x: F32, base: F, slots: LONG, start: LONG, acts: LONG, least: F, most: F, values: F, runs: LONG
) -> None:
    for i in range(slots.shape[0]):
        for lane in range(x.shape[1]):
            value = base[slots[i]]
            for j in range(start[i], start[i + 1]):
                drawn = values[acts[j, 0], runs[lane]]
                if acts[j, 1] == SET:
                    value = drawn
                elif acts[j, 1] == SCALE:
                    value *= drawn
                else:
                    value += drawn
            # the tail of a bell shape may leave the range of the column
            value = max(value, least[i])
            x[slots[i], lane] = np.float32(min(value, most[i]))
