"""Step 1, weather: each zone is fair or foul, a two-state Markov chain with the month's climate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import lane_loop, step
from xetho.simulate.layout import (
    N_DAYS,
    N_ZONES,
    S_FOUL,
    S_SCRATCH,
    T_WEATHER_ROW,
    T_ZONE_ENTITY,
    X_P_FOUL,
    X_PERSISTENCE,
)
from xetho.simulate.rows import copy, fill
from xetho.simulate.streams import WEATHER, uniform_row
from xetho.simulate.width import of_width

A = NDArray[np.float32]
RUNS = NDArray[np.uint32]
NONE, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@step
def weather(day: int, n: NDArray[np.int32], x: A, s: A, at: NDArray[np.int64], key: int, runs: RUNS) -> None:
    """Draw today's weather of every zone.

    Long-run share of foul days p, chance r that foul follows foul; foul follows fair with p(1 − r)/(1 − p), which
    keeps p in the long run.
    """
    x, s = of_width(x), of_width(s)
    for z in range(at[N_ZONES]):
        row, foul = n[at[T_WEATHER_ROW] + z * at[N_DAYS] + day], s[at[S_FOUL] + z]
        if row < 0:
            fill(foul, NONE)
            continue
        uniform = s[at[S_SCRATCH]]
        uniform_row(key, WEATHER, runs, day, n[at[T_ZONE_ENTITY] + z], 0, uniform)
        if day == 0:
            copy(foul, x[at[X_P_FOUL] + row])
            _draw(foul, uniform)
        else:
            _change(foul, uniform, x[at[X_P_FOUL] + row], x[at[X_PERSISTENCE] + row])


@lane_loop
def _draw(foul: A, uniform: A) -> None:
    for lane in range(foul.shape[0]):
        foul[lane] = ONE if uniform[lane] < foul[lane] else NONE


@lane_loop
def _change(foul: A, uniform: A, share: A, stays: A) -> None:
    for lane in range(foul.shape[0]):
        comes = min(ONE, share[lane] * (ONE - stays[lane]) / max(ONE - share[lane], np.float32(1e-6)))
        foul[lane] = ONE if uniform[lane] < (stays[lane] if foul[lane] > HALF else comes) else NONE
