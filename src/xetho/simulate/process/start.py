"""The morning of the first day: what a campaign starts from, before anything moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
from xetho.simulate.layout import (
    N_CAMPS,
    N_DRAWS,
    N_FORCES,
    N_GROUPS,
    N_OPERATIONS,
    N_PLACES,
    N_POSITIONS,
    N_WAYS,
    P_CORRECTION,
    P_HUNGER_MEMORY,
    S_CAMP_FELL,
    S_CATCH_UP,
    S_DRAW_KG,
    S_DRAW_SHARE,
    S_FED,
    S_FORGETS,
    S_FRESH,
    S_FUEL,
    S_HELD,
    S_MESS,
    S_MORALE,
    S_OCCUPIED,
    S_OP_DAY,
    S_POS_FELL,
    S_POS_FORT,
    S_POS_WORTH,
    S_RATE,
    S_SCRATCH,
    T_DRAW_MESS,
    T_DRAW_SLOT,
    T_POS_DAY,
    T_SLOT_FORCE,
    T_SLOT_KG,
    T_WAY_AIR,
    T_WAY_MODE,
    T_WAY_ROUTE,
    X_AVAILABLE,
    X_FUEL,
    X_KM_DAY,
    X_LENGTH,
    X_PAYLOAD,
    X_SORTIES,
    X_STRENGTH,
)
from xetho.simulate.rows import add, fill, fill_rows
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
NONE, ONE, TINY, KG = np.float32(0.0), np.float32(1.0), np.float32(1e-9), np.float32(1000.0)


@step
def start(n: N, x: A, s: A, at: AT) -> None:
    """Set every row of the state."""
    x, s = of_width(x), of_width(s)
    fill_rows(s, 0, s.shape[0], NONE)
    for first, count, value in (
        (at[S_FED], at[N_PLACES], ONE), (at[S_HELD], at[N_POSITIONS], ONE), (at[S_POS_FORT], at[N_POSITIONS], ONE),
        (at[S_POS_WORTH], at[N_POSITIONS], ONE), (at[S_POS_FELL], at[N_POSITIONS], -ONE),
        (at[S_OCCUPIED], at[N_POSITIONS], -ONE), (at[S_MESS], at[N_GROUPS] + 1, ONE),
        (at[S_MORALE], at[N_GROUPS], ONE), (at[S_FRESH], at[N_FORCES], ONE),
        (at[S_CAMP_FELL], at[N_CAMPS], -ONE), (at[S_OP_DAY], at[N_OPERATIONS], -ONE),
    ):  # fmt: skip
        fill_rows(s, first, count, value)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_DAY] + p] > 0:  # garrisoned later
            fill(s[at[S_HELD] + p], NONE)
    _part_a_day(s[at[S_CATCH_UP]], x[P_CORRECTION], NONE)
    _part_a_day(s[at[S_FORGETS]], x[P_HUNGER_MEMORY], ONE)
    _rations(n, x, s, at)
    _rates(n, x, s, at)


@lane_loop
def _part_a_day(part: A, days: A, least: float) -> None:
    """Part of something that is made good in a day when it takes so many, at `least` so many; none when none."""
    for lane in range(part.shape[0]):
        whole = max(days[lane], least)
        part[lane] = ONE / whole if whole > NONE else NONE


@kernel
def _rations(n: N, x: A, s: A, at: AT) -> None:
    """Kilograms a man of each row of draws (a mess weighs its formations), and their part of a whole ration.

    Hunger counts by weight: a mess that misses a tenth of its food by weight is a tenth hungry.
    """
    men, eaters = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    for i in range(at[N_DRAWS]):
        kg = s[at[S_DRAW_KG] + i]
        fill(eaters, NONE)
        for j in range(n[at[T_DRAW_SLOT] + i], n[at[T_DRAW_SLOT] + i + 1]):
            _add_weighted(kg, eaters, x[at[X_STRENGTH] + n[at[T_SLOT_FORCE] + j]], x[n[at[T_SLOT_KG] + j]])
        _weighted_mean(kg, eaters, x[n[at[T_SLOT_KG] + n[at[T_DRAW_SLOT] + i]]])
    for i in range(at[N_DRAWS]):
        fill(men, NONE)
        for j in range(at[N_DRAWS]):
            if n[at[T_DRAW_MESS] + j] == n[at[T_DRAW_MESS] + i]:
                add(men, s[at[S_DRAW_KG] + j])
        _part(s[at[S_DRAW_SHARE] + i], s[at[S_DRAW_KG] + i], men)


@lane_loop
def _add_weighted(kg: A, eaters: A, men: A, ration: A) -> None:
    for lane in range(kg.shape[0]):
        kg[lane] += men[lane] * ration[lane]
        eaters[lane] += men[lane]


@lane_loop
def _weighted_mean(kg: A, eaters: A, single: A) -> None:
    for lane in range(kg.shape[0]):
        kg[lane] = kg[lane] / max(eaters[lane], TINY) if eaters[lane] > NONE else single[lane]


@lane_loop
def _part(share: A, kg: A, whole: A) -> None:
    for lane in range(share.shape[0]):
        share[lane] = kg[lane] / max(whole[lane], TINY) if whole[lane] > NONE else NONE


@kernel
def _rates(n: N, x: A, s: A, at: AT) -> None:
    """Tonnes a day one carrier moves on each way in fair weather, and fuel for each tonne.

    Land and river: ``payload · availability · (km/day) / (2 · length)``; air: ``payload · serviceability · sorties``.
    """
    for w in range(at[N_WAYS]):
        m, r = n[at[T_WAY_MODE] + w], n[at[T_WAY_ROUTE] + w]
        air = n[at[T_WAY_AIR] + w] == 1
        _rate(
            s[at[S_RATE] + w], s[at[S_FUEL] + w], x[at[X_LENGTH] + r], x[at[X_PAYLOAD] + m], x[at[X_AVAILABLE] + m],
            x[(at[X_SORTIES] if air else at[X_KM_DAY]) + m], x[at[X_FUEL] + m], air,
        )  # fmt: skip


@lane_loop
def _rate(rate: A, fuel: A, length: A, payload: A, available: A, trips: A, burn: A, air: bool) -> None:
    for lane in range(rate.shape[0]):
        stage = np.float32(2.0) * length[lane]
        rate[lane] = payload[lane] / KG * available[lane] * trips[lane] / (ONE if air else stage)
        fuel[lane] = stage * burn[lane] / payload[lane]
