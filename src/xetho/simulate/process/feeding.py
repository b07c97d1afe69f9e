"""Step 6, feeding: rations and quiet-day ammunition are drawn; a shortfall is remembered as hunger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_BURNT,
    A_EATEN,
    A_FIRED,
    A_SHORT,
    N_BINS,
    N_CAMPS,
    N_DAYS,
    N_DEMANDS,
    N_DRAWS,
    N_GOODS,
    N_POSITIONS,
    N_SIDES,
    P_HUNGER_MEMORY,
    S_BASE,
    S_CAMP_LABOUR,
    S_CAMP_MEN,
    S_DRAW_KG,
    S_DRAW_SHARE,
    S_FALLEN,
    S_FED,
    S_FIELD_MEN,
    S_FOOD_DAYS,
    S_FORCE_MEN,
    S_HUNGER,
    S_NEED,
    S_OVER,
    S_POS_MEN,
    S_RATION_MET,
    S_RATION_NEED,
    S_RESERVE,
    S_SCRATCH,
    S_SICK_NOW,
    S_SIEGE,
    S_WOUNDED,
    T_CAMP_ATTACKER,
    T_DEMAND_BIN,
    T_DEMAND_GOOD,
    T_DEMAND_SIDE,
    T_DRAW_BIN,
    T_DRAW_FORCE,
    T_DRAW_GOOD,
    T_DRAW_GROUP,
    T_DRAW_KIND,
    T_DRAW_PLACE,
    T_FORCE_KIND,
    T_GOOD_CLASS,
    T_GROUP_SIDE,
    T_PLACE_FRONT,
    T_POS_CAMP,
    U_DEMAND_SHARE,
    X_DEMAND,
)
from xetho.simulate.process.conditions import front_stock
from xetho.simulate.process.stock import TINY, held_lanes, take, take_lanes

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RATION = 0
LABOUR = 2
FOOD, FUEL, AMMUNITION = 0, 1, 2
KG = 1000.0


@kernel
def camp_men(n: N, s: A, at: AT) -> None:
    """Fit men of each camp: in its strongpoints, in reserve and at the base."""
    for c in range(at[N_CAMPS]):
        for lane in range(s.shape[1]):
            s[at[S_CAMP_MEN] + c, lane] = s[at[S_RESERVE] + c, lane] + s[at[S_BASE] + c, lane]
    for p in range(at[N_POSITIONS]):
        c = n[at[T_POS_CAMP] + p]
        for lane in range(s.shape[1]):
            s[at[S_CAMP_MEN] + c, lane] += s[at[S_POS_MEN] + p, lane]


@kernel
def _count_eaters(i: int, n: N, s: A, at: AT) -> None:
    """Men who draw on row `i`, into S_SCRATCH; the wounded and sick of a field force eat with its formations."""
    group, force = n[at[T_DRAW_GROUP] + i], n[at[T_DRAW_FORCE] + i]
    ration = n[at[T_DRAW_KIND] + i] == RATION
    out, wounded, sick = at[S_SCRATCH], at[S_WOUNDED] + group, at[S_SICK_NOW] + group
    if force < 0:
        fit, labour, fallen = at[S_CAMP_MEN] + group, at[S_CAMP_LABOUR] + group, at[S_FALLEN] + group
        for lane in range(s.shape[1]):
            men = s[fit, lane]
            if ration:
                men += s[labour, lane] + s[wounded, lane] + s[sick, lane]
            s[out, lane] = men * (np.float32(1.0) - s[fallen, lane])
        return
    row, fit = at[S_FORCE_MEN] + force, at[S_FIELD_MEN] + group
    beds = ration and n[at[T_FORCE_KIND] + force] != LABOUR
    for lane in range(s.shape[1]):
        men = s[row, lane]
        if beds and s[fit, lane] > 0.0:
            men += men * (s[wounded, lane] + s[sick, lane]) / s[fit, lane]
        s[out, lane] = men


@kernel
def _firing(i: int, n: N, s: A, at: AT, lane: int) -> bool:
    """Small arms are fired only where a siege is on."""
    group = n[at[T_DRAW_GROUP] + i]
    if group < at[N_CAMPS]:
        return s[at[S_SIEGE] + group, lane] > 0.0
    for c in range(at[N_CAMPS]):
        if n[at[T_CAMP_ATTACKER] + c] == n[at[T_GROUP_SIDE] + group] and s[at[S_SIEGE] + c, lane] > 0.0:
            return True
    return False


@kernel
def needs(n: N, s: A, at: AT) -> None:
    """Today's rations by bin, so that transport leaves them in the depot."""
    for b in range(at[N_BINS]):
        for lane in range(s.shape[1]):
            s[at[S_NEED] + b, lane] = 0.0
    for i in range(at[N_DRAWS]):
        if n[at[T_DRAW_KIND] + i] != RATION:
            continue
        _count_eaters(i, n, s, at)
        men, kg, need, over = at[S_SCRATCH], at[S_DRAW_KG] + i, at[S_NEED] + n[at[T_DRAW_BIN] + i], at[S_OVER]
        for lane in range(s.shape[1]):
            s[need, lane] += s[men, lane] * s[kg, lane] / np.float32(KG) * (np.float32(1.0) - s[over, lane])


@kernel
def feeding(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Everyone draws what there is; places and groups remember what was missing."""
    for side in range(at[N_SIDES]):
        for lane in range(s.shape[1]):
            s[at[S_RATION_NEED] + side, lane] = 0.0
            s[at[S_RATION_MET] + side, lane] = 0.0
    for i in range(at[N_DRAWS]):
        _count_eaters(i, n, s, at)
        if n[at[T_DRAW_KIND] + i] == RATION:
            _eat(i, n, x, s, at)
        else:
            _fire_quietly(i, n, s, at)
    for i in range(at[N_DEMANDS]):
        share = u[at[U_DEMAND_SHARE] + i * at[N_DAYS] + day]
        if share > 0.0:
            for lane in range(s.shape[1]):
                if s[at[S_OVER], lane] == 0.0:
                    _demand(i, share, n, x, s, at, lane)
    _food_days(n, s, at)


@kernel
def _fire_quietly(i: int, n: N, s: A, at: AT) -> None:
    """A quiet day's small-arms ammunition, where a siege is on."""
    b, side = n[at[T_DRAW_BIN] + i], n[at[T_GROUP_SIDE] + n[at[T_DRAW_GROUP] + i]]
    row = at[A_FIRED] + side * at[N_GOODS] + n[at[T_DRAW_GOOD] + i]
    men, want, got = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1], s[at[S_SCRATCH] + 2]
    kg, over, fired = s[at[S_DRAW_KG] + i], s[at[S_OVER]], s[row]
    for lane in range(men.shape[0]):
        firing = over[lane] == 0.0 and men[lane] > 0.0 and _firing(i, n, s, at, lane)
        want[lane] = men[lane] * kg[lane] / np.float32(KG) if firing else np.float32(0.0)
    take_lanes(n, s, at, b, want, got)
    for lane in range(men.shape[0]):
        fired[lane] += got[lane]


@kernel
def _eat(i: int, n: N, x: A, s: A, at: AT) -> None:
    """Rations of one row; where several formations eat from one bin each gets its part of what is there."""
    group, force, place = n[at[T_DRAW_GROUP] + i], n[at[T_DRAW_FORCE] + i], n[at[T_DRAW_PLACE] + i]
    b, side = n[at[T_DRAW_BIN] + i], n[at[T_GROUP_SIDE] + group]
    row = side * at[N_GOODS] + n[at[T_DRAW_GOOD] + i]
    eaten, short, need_row, kg = at[A_EATEN] + row, at[A_SHORT] + row, at[S_NEED] + b, at[S_DRAW_KG] + i
    labour = force >= 0 and n[at[T_FORCE_KIND] + force] == LABOUR
    front = n[at[T_PLACE_FRONT] + place] == 1
    fed_row, hunger = at[S_FED] + place, at[S_HUNGER] + group
    none, one = np.float32(0.0), np.float32(1.0)
    men, want, got = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1], s[at[S_SCRATCH] + 2]
    ask, there = s[at[S_SCRATCH] + 3], s[at[S_SCRATCH] + 5]
    need, ration, over, weight_row = s[need_row], s[kg], s[at[S_OVER]], s[at[S_DRAW_SHARE] + i]
    held_lanes(n, s, at, b, there)
    for lane in range(men.shape[0]):
        want[lane] = men[lane] * ration[lane] / np.float32(KG) * (one - over[lane])
        whole = max(need[lane], want[lane])
        ask[lane] = want[lane] * min(one, there[lane] / max(whole, np.float32(TINY)))
        need[lane] = whole - want[lane]
    take_lanes(n, s, at, b, ask, got)
    eaten_total, short_total, fed = s[eaten], s[short], s[fed_row]
    wanted_front, met_front = s[at[S_RATION_NEED] + side], s[at[S_RATION_MET] + side]
    hunger_row, fit, memory = s[hunger], s[at[S_FIELD_MEN] + group], x[P_HUNGER_MEMORY]
    for lane in range(men.shape[0]):
        eaten_total[lane] += got[lane]
        short_total[lane] += max(none, want[lane] - got[lane])
        missed = max(none, one - got[lane] / want[lane]) if want[lane] > none else none
        gap = weight_row[lane] * missed
        fed[lane] = min(fed[lane], one - gap)
        if front:
            wanted_front[lane] += want[lane]
            met_front[lane] += got[lane]
        if not labour and want[lane] > none:
            whole = fit[lane] if force >= 0 else men[lane]
            weight = min(one, men[lane] / max(whole, one))
            hunger_row[lane] += weight * (gap - weight_row[lane] * hunger_row[lane]) / max(one, memory[lane])


@kernel
def _demand(i: int, share: float, n: N, x: A, s: A, at: AT, lane: int) -> None:
    want = x[at[X_DEMAND] + i, lane] * share
    b, side, good = n[at[T_DEMAND_BIN] + i], n[at[T_DEMAND_SIDE] + i], n[at[T_DEMAND_GOOD] + i]
    got = take(n, s, at, b, want, lane)
    row = side * at[N_GOODS] + good
    kind = n[at[T_GOOD_CLASS] + good]
    if kind == FOOD:
        s[at[A_EATEN] + row, lane] += got
    elif kind == AMMUNITION:
        s[at[A_FIRED] + row, lane] += got
    else:
        s[at[A_BURNT] + row, lane] += got
    s[at[A_SHORT] + row, lane] += want - got


@kernel
def _food_days(n: N, s: A, at: AT) -> None:
    """Days of rations each side has left at its front places."""
    for side in range(at[N_SIDES]):
        for lane in range(s.shape[1]):
            stock = np.float32(0.0)
            for g in range(at[N_GOODS]):
                if n[at[T_GOOD_CLASS] + g] == FOOD:
                    stock += front_stock(side, g, n, s, at, lane)
            need = s[at[S_RATION_NEED] + side, lane]
            s[at[S_FOOD_DAYS] + side, lane] = stock / need if need > 0.0 else np.float32(999.0)

