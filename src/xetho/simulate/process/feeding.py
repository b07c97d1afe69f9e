"""Step 6, feeding: rations and quiet-day ammunition are drawn; a shortfall is remembered as hunger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
from xetho.simulate.layout import (
    A_BURNT,
    A_EATEN,
    A_FIRED,
    A_SHORT,
    N_CAMPS,
    N_DEMANDS,
    N_DRAWS,
    N_GOODS,
    N_GROUPS,
    N_MESSES,
    N_POSITIONS,
    N_SIDES,
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
    S_FORGETS,
    S_HUNGER,
    S_MESS,
    S_NEED,
    S_OVER,
    S_PART_OF_FIELD,
    S_POS_MEN,
    S_RATION_MET,
    S_RATION_NEED,
    S_RESERVE,
    S_SCRATCH,
    S_SICK_NOW,
    S_SIEGE,
    S_WOUNDED,
    T_BIN_MESS,
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
from xetho.simulate.process.mobilise import present
from xetho.simulate.process.stock import TINY, bin_row, take_lanes
from xetho.simulate.rows import add, copy, fill, fill_rows
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RATION = 0
LABOUR = 2
FOOD, FUEL, AMMUNITION = 0, 1, 2
TONNE = np.float32(1e-3)  # of a kilogram
NONE, ONE = np.float32(0.0), np.float32(1.0)
MEN, WANT, GOT, ASK = 0, 1, 2, 3  # scratch rows of this file


@step
def camp_men(n: N, s: A, at: AT) -> None:
    """Fit men of each camp: in its strongpoints, in reserve and at the base."""
    s = of_width(s)
    for c in range(at[N_CAMPS]):
        copy(s[at[S_CAMP_MEN] + c], s[at[S_RESERVE] + c])
        add(s[at[S_CAMP_MEN] + c], s[at[S_BASE] + c])
    for p in range(at[N_POSITIONS]):
        add(s[at[S_CAMP_MEN] + n[at[T_POS_CAMP] + p]], s[at[S_POS_MEN] + p])


@kernel
def _draws_today(i: int, day: int, n: N, at: AT) -> bool:
    """Whether anybody can be there to draw on row `i` today."""
    force = n[at[T_DRAW_FORCE] + i]
    return force < 0 or present(force, day, n, at)


@kernel
def _eaters(i: int, n: N, s: A, at: AT) -> int:
    """Row of the fit men who draw on row `i`; of a camp, rations are for all who are in it."""
    group, force = n[at[T_DRAW_GROUP] + i], n[at[T_DRAW_FORCE] + i]
    if force >= 0:
        return at[S_FORCE_MEN] + force
    _in_camp(
        s[at[S_SCRATCH] + MEN], s[at[S_CAMP_MEN] + group], s[at[S_CAMP_LABOUR] + group], s[at[S_WOUNDED] + group],
        s[at[S_SICK_NOW] + group], s[at[S_FALLEN] + group], n[at[T_DRAW_KIND] + i] == RATION,
    )  # fmt: skip
    return at[S_SCRATCH] + MEN


@lane_loop
def _in_camp(men: A, fit: A, labour: A, wounded: A, sick: A, fallen: A, everyone: bool) -> None:
    for lane in range(men.shape[0]):
        others = labour[lane] + wounded[lane] + sick[lane] if everyone else NONE
        men[lane] = (fit[lane] + others) * (ONE - fallen[lane])


@kernel
def _mess(i: int, n: N, at: AT) -> int:
    """Row of the mouths that a fit man of row `i` stands for: those of a field force eat with its formations."""
    force = n[at[T_DRAW_FORCE] + i]
    if force >= 0 and n[at[T_FORCE_KIND] + force] != LABOUR:
        return at[S_MESS] + n[at[T_DRAW_GROUP] + i]
    return at[S_MESS] + at[N_GROUPS]  # himself


@step
def needs(day: int, n: N, s: A, at: AT) -> None:
    """Today's rations by bin, so that transport leaves them in the depot."""
    s = of_width(s)
    for group in range(at[N_CAMPS], at[N_GROUPS]):
        _beds(
            s[at[S_MESS] + group], s[at[S_PART_OF_FIELD] + group], s[at[S_WOUNDED] + group], s[at[S_SICK_NOW] + group],
            s[at[S_FIELD_MEN] + group],
        )  # fmt: skip
    fill_rows(s, at[S_NEED], at[N_MESSES], NONE)
    for i in range(at[N_DRAWS]):
        if n[at[T_DRAW_KIND] + i] == RATION and _draws_today(i, day, n, at):
            need = s[at[S_NEED] + n[at[T_BIN_MESS] + n[at[T_DRAW_BIN] + i]]]
            _add_need(need, s[_eaters(i, n, s, at)], s[_mess(i, n, at)], s[at[S_DRAW_KG] + i], s[at[S_OVER]])


@lane_loop
def _beds(mouths: A, part: A, wounded: A, sick: A, field: A) -> None:
    """Wounded and sick of a field force shared out over its fit men; a man's part in the force."""
    for lane in range(mouths.shape[0]):
        beds = (wounded[lane] + sick[lane]) / max(field[lane], TINY) if field[lane] > NONE else NONE
        mouths[lane] = ONE + beds
        part[lane] = ONE / max(field[lane], ONE)


@lane_loop
def _add_need(need: A, men: A, mouths: A, kg: A, over: A) -> None:
    for lane in range(need.shape[0]):
        need[lane] += men[lane] * mouths[lane] * kg[lane] * TONNE * (ONE - over[lane])


@step
def feeding(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Everyone draws what there is; places and groups remember what was missing."""
    x, s = of_width(x), of_width(s)
    for side in range(at[N_SIDES]):
        fill(s[at[S_RATION_NEED] + side], NONE)
        fill(s[at[S_RATION_MET] + side], NONE)
    for i in range(at[N_DRAWS]):
        if not _draws_today(i, day, n, at):
            continue
        if n[at[T_DRAW_KIND] + i] == RATION:
            _eat(i, n, s, at)
        else:
            _fire_quietly(i, n, s, at)
    for i in range(at[N_DEMANDS]):
        share = u[at[U_DEMAND_SHARE] + day * at[N_DEMANDS] + i]
        if share > NONE:
            _demand(i, share, n, x, s, at)
    _food_days(n, s, at)


@kernel
def _fire_quietly(i: int, n: N, s: A, at: AT) -> None:
    """A quiet day's small-arms ammunition, where a siege is on."""
    group = n[at[T_DRAW_GROUP] + i]
    side, firing = n[at[T_GROUP_SIDE] + group], s[at[S_SCRATCH] + ASK]
    fill(firing, NONE)
    for c in range(at[N_CAMPS]):
        if c == group or (group >= at[N_CAMPS] and n[at[T_CAMP_ATTACKER] + c] == side):
            add(firing, s[at[S_SIEGE] + c])
    want, got = s[at[S_SCRATCH] + WANT], s[at[S_SCRATCH] + GOT]
    if _rounds_wanted(want, s[_eaters(i, n, s, at)], s[at[S_DRAW_KG] + i], firing, s[at[S_OVER]]):
        take_lanes(n, s, at, n[at[T_DRAW_BIN] + i], want, got)
        add(s[at[A_FIRED] + side * at[N_GOODS] + n[at[T_DRAW_GOOD] + i]], got)


@lane_loop
def _rounds_wanted(want: A, men: A, kg: A, firing: A, over: A) -> bool:
    some = np.int32(0)
    for lane in range(want.shape[0]):
        want[lane] = men[lane] * kg[lane] * TONNE if firing[lane] > NONE and over[lane] == NONE else NONE
        some = np.int32(some | np.int32(want[lane] > NONE))
    return some != 0


@kernel
def _eat(i: int, n: N, s: A, at: AT) -> None:
    """Rations of one row; where several formations eat from one bin each gets its part of what is there."""
    group, force, place = n[at[T_DRAW_GROUP] + i], n[at[T_DRAW_FORCE] + i], n[at[T_DRAW_PLACE] + i]
    b, side = n[at[T_DRAW_BIN] + i], n[at[T_GROUP_SIDE] + group]
    row = side * at[N_GOODS] + n[at[T_DRAW_GOOD] + i]
    men, mouths = s[_eaters(i, n, s, at)], s[_mess(i, n, at)]
    want, got, ask = s[at[S_SCRATCH] + WANT], s[at[S_SCRATCH] + GOT], s[at[S_SCRATCH] + ASK]
    there, need = s[bin_row(n, s, at, b, at[S_SCRATCH] + 4)], s[at[S_NEED] + n[at[T_BIN_MESS] + b]]
    _ask(want, ask, men, mouths, s[at[S_DRAW_KG] + i], s[at[S_OVER]], need, there)
    take_lanes(n, s, at, b, ask, got)
    if n[at[T_PLACE_FRONT] + place] == 1:
        _count_front(want, got, s[at[S_RATION_NEED] + side], s[at[S_RATION_MET] + side])
    # a camp's mess is all of the group, a formation its part of the field, and labour goes hungry uncounted
    whole = ONE if force < 0 else NONE
    each = ONE if force >= 0 and n[at[T_FORCE_KIND] + force] != LABOUR else NONE
    _book_rations(
        want, got, s[at[S_DRAW_SHARE] + i], s[at[A_EATEN] + row], s[at[A_SHORT] + row], s[at[S_FED] + place], men,
        mouths, s[at[S_PART_OF_FIELD] + group], s[at[S_HUNGER] + group], s[at[S_FORGETS]], whole, each,
    )  # fmt: skip


@lane_loop
def _ask(want: A, ask: A, men: A, mouths: A, kg: A, over: A, need: A, there: A) -> None:
    for lane in range(want.shape[0]):
        mine = men[lane] * mouths[lane] * kg[lane] * TONNE * (ONE - over[lane])
        whole = max(need[lane], mine)
        want[lane] = mine
        ask[lane] = mine * min(ONE, there[lane] / max(whole, TINY))
        need[lane] = whole - mine


@lane_loop
def _count_front(want: A, got: A, need: A, met: A) -> None:
    for lane in range(want.shape[0]):
        need[lane] += want[lane]
        met[lane] += got[lane]


@lane_loop
def _book_rations(
    want: A, got: A, weight: A, eaten: A, short: A, fed: A, men: A, mouths: A, part: A, hunger: A, forgets: A,
    whole: float, each: float,
) -> None:  # fmt: skip
    """A day's gap in the rations moves the group's hunger, by the part of the group that draws here (or `whole`)."""
    for lane in range(want.shape[0]):
        missed = max(NONE, ONE - got[lane] / want[lane]) if want[lane] > NONE else NONE
        eaten[lane] += got[lane]
        short[lane] += max(NONE, want[lane] - got[lane])
        fed[lane] = min(fed[lane], ONE - weight[lane] * missed)
        mine = max(whole, each * min(ONE, men[lane] * mouths[lane] * part[lane])) if want[lane] > NONE else NONE
        hunger[lane] += mine * weight[lane] * (missed - hunger[lane]) * forgets[lane]


@kernel
def _demand(i: int, share: float, n: N, x: A, s: A, at: AT) -> None:
    side, good = n[at[T_DEMAND_SIDE] + i], n[at[T_DEMAND_GOOD] + i]
    row, kind = side * at[N_GOODS] + good, n[at[T_GOOD_CLASS] + good]
    want, got = s[at[S_SCRATCH] + WANT], s[at[S_SCRATCH] + GOT]
    _part_of_demand(want, x[at[X_DEMAND] + i], s[at[S_OVER]], share)
    take_lanes(n, s, at, n[at[T_DEMAND_BIN] + i], want, got)
    if kind == FOOD:
        add(s[at[A_EATEN] + row], got)
    elif kind == AMMUNITION:
        add(s[at[A_FIRED] + row], got)
    else:
        add(s[at[A_BURNT] + row], got)
    _add_short(s[at[A_SHORT] + row], want, got)


@lane_loop
def _part_of_demand(want: A, whole: A, over: A, share: float) -> None:
    for lane in range(want.shape[0]):
        want[lane] = whole[lane] * share * (ONE - over[lane])


@lane_loop
def _add_short(short: A, want: A, got: A) -> None:
    for lane in range(short.shape[0]):
        short[lane] += max(NONE, want[lane] - got[lane])  # rounding may leave a little more than was wanted


@kernel
def _food_days(n: N, s: A, at: AT) -> None:
    """Days of rations each side has left at its front places."""
    stock, part = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    for side in range(at[N_SIDES]):
        fill(stock, NONE)
        for g in range(at[N_GOODS]):
            if n[at[T_GOOD_CLASS] + g] == FOOD:
                front_stock(side, g, n, s, at, part)
                add(stock, part)
        _days_left(s[at[S_FOOD_DAYS] + side], stock, s[at[S_RATION_NEED] + side])


@lane_loop
def _days_left(days: A, stock: A, need: A) -> None:
    for lane in range(days.shape[0]):
        days[lane] = stock[lane] / max(need[lane], TINY) if need[lane] > NONE else np.float32(999.0)
