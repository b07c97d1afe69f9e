"""Step 1, weather: each zone is fair or foul, a two-state Markov chain with the month's climate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    N_DAYS,
    N_ZONES,
    S_FOUL,
    T_WEATHER_ROW,
    T_ZONE_ENTITY,
    X_P_FOUL,
    X_PERSISTENCE,
)
from xetho.simulate.streams import WEATHER, uniform4

A = NDArray[np.float32]


@kernel
def weather(day: int, n: NDArray[np.int32], x: A, s: A, at: NDArray[np.int64], key: int, run0: int) -> None:
    """Draw today's weather of every zone.

    Long-run share of foul days p, chance r that foul follows foul; foul follows fair with p(1 − r)/(1 − p), which
    keeps p in the long run.
    """
    for z in range(at[N_ZONES]):
        row = n[at[T_WEATHER_ROW] + z * at[N_DAYS] + day]
        entity = n[at[T_ZONE_ENTITY] + z]
        for lane in range(s.shape[1]):
            if row < 0:
                s[at[S_FOUL] + z, lane] = 0.0
                continue
            p = x[at[X_P_FOUL] + row, lane]
            r = x[at[X_PERSISTENCE] + row, lane]
            u = uniform4(key, WEATHER, run0 + lane, day, entity, 0)[0]
            if day == 0:
                chance = p
            elif s[at[S_FOUL] + z, lane] > 0.5:
                chance = r
            else:
                chance = min(np.float32(1.0), p * (1.0 - r) / max(1.0 - p, np.float32(1e-6)))
            s[at[S_FOUL] + z, lane] = 1.0 if u < chance else 0.0
