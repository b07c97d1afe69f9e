"""Step 2, mobilisation: cargo under way arrives, levies come in, carriers and formations join and leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
from xetho.simulate.layout import (
    A_ARRIVED,
    A_LABOUR,
    A_LEFT,
    A_RAISED,
    A_REINFORCED,
    A_SUPPLIED,
    N_BATTERIES,
    N_CAMPS,
    N_DAYS,
    N_FLEETS,
    N_FORCES,
    N_POOLS,
    N_POSITIONS,
    N_SIDES,
    N_SUPPLIES,
    S_BASE,
    S_BATTERY,
    S_CAMP_LABOUR,
    S_FALLEN,
    S_FIELD_MEN,
    S_FORCE_MEN,
    S_FRESH,
    S_HELD,
    S_OVER,
    S_POOL,
    S_POOL_JOINED,
    S_POS_MEN,
    S_POS_SET,
    S_POS_WORTH,
    S_RESERVE,
    S_SIEGE,
    S_STOCK,
    T_BAT_FORCE,
    T_BAT_SLOT,
    T_CELL_LOT,
    T_COMING,
    T_DAY_COMING,
    T_FLEET_POOL,
    T_FORCE_FROM,
    T_FORCE_GROUP,
    T_FORCE_KIND,
    T_FORCE_POS,
    T_FORCE_SIDE,
    T_FORCE_UNTIL,
    T_POS_CAMP,
    T_POS_DAY,
    T_SUPPLY_CELL,
    T_SUPPLY_REGION,
    T_SUPPLY_ROW,
    U_CONTROL,
    U_FLEET_SHARE,
    U_POOL_FACTOR,
    U_SUPPLY_SHARE,
    X_COUNT,
    X_INITIAL,
    X_STRENGTH,
    X_TOTAL,
    X_TRAINING,
)
from xetho.simulate.rows import add, fill
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
ASSAULT, BASE, LABOUR, REPLACEMENT = 0, 1, 2, 3
NONE, ONE = np.float32(0.0), np.float32(1.0)


@step
def arrivals(day: int, n: N, s: A, at: AT) -> None:
    """Hand over the cargo due this morning, where any can come."""
    s = of_width(s)
    for i in range(n[at[T_DAY_COMING] + day], n[at[T_DAY_COMING] + day + 1]):
        coming = at[T_COMING] + 2 * i
        _hand_over(s[n[coming]], s[n[coming + 1]], s[at[S_OVER]])


@lane_loop
def _hand_over(stock: A, due: A, over: A) -> None:
    for lane in range(stock.shape[0]):
        come = due[lane] * (ONE - over[lane])
        stock[lane] += come
        due[lane] -= come


@step
def levies(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Stocks of the first morning, then each row's share of its total, as far as its region is under control."""
    x, s = of_width(x), of_width(s)
    for i in range(at[N_SUPPLIES]):
        cell, region = n[at[T_SUPPLY_CELL] + i], n[at[T_SUPPLY_REGION] + i]
        share = u[at[U_SUPPLY_SHARE] + day * at[N_SUPPLIES] + i]
        if region >= 0:
            share *= u[at[U_CONTROL] + region * at[N_DAYS] + day]
        if share > NONE or day == 0:
            _raise(
                s[at[S_STOCK] + cell], s[at[A_SUPPLIED] + n[at[T_CELL_LOT] + cell]],
                s[at[A_RAISED] + n[at[T_SUPPLY_ROW] + i]], s[at[S_OVER]], x[at[X_TOTAL] + i], x[at[X_INITIAL] + i],
                share, ONE if day == 0 else NONE,
            )  # fmt: skip


@lane_loop
def _raise(stock: A, supplied: A, raised: A, over: A, total: A, initial: A, share: float, first: float) -> None:
    for lane in range(stock.shape[0]):
        t = total[lane] * share * (ONE - over[lane]) + initial[lane] * first
        stock[lane] += t
        supplied[lane] += t
        raised[lane] += t


@step
def fleets(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Carriers join and go home; what was lost stays lost."""
    x, s = of_width(x), of_width(s)
    for joining in (True, False):  # those who leave may do so from among those who join today
        for i in range(at[N_FLEETS]):
            p, share = n[at[T_FLEET_POOL] + i], at[U_FLEET_SHARE] + day * at[N_FLEETS] + i
            factor = at[U_POOL_FACTOR] + day * at[N_POOLS] + p
            step = u[share] * u[factor]
            if day > 0:
                step -= u[share - at[N_FLEETS]] * u[factor - at[N_POOLS]]
            if step != NONE:
                _change(
                    s[at[S_POOL] + p], s[at[S_POOL_JOINED] + p], x[at[X_COUNT] + i], s[at[S_OVER]], step, joining
                )


@lane_loop
def _change(pool: A, joined: A, count: A, over: A, step: float, joining: bool) -> None:
    """Let the carriers of one row join, or those of a row that shrinks leave."""
    for lane in range(pool.shape[0]):
        come = count[lane] * step * (ONE - over[lane])
        come = max(come, -pool[lane]) if (come > NONE) == joining else NONE
        pool[lane] += come
        joined[lane] += come


@step
def formations(day: int, n: N, x: A, s: A, at: AT) -> None:
    """Strongpoints are occupied; formations arrive (in their strongpoint, their camp or the field) and leave."""
    x, s = of_width(x), of_width(s)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_DAY] + p] == day and day > 0:
            for lane in range(s.shape[1]):
                s[at[S_HELD] + p, lane] = 1.0 - s[at[S_FALLEN] + n[at[T_POS_CAMP] + p], lane]
    for f in range(at[N_FORCES]):
        if n[at[T_FORCE_FROM] + f] == day or (day == 0 and n[at[T_FORCE_FROM] + f] < 0):
            for lane in range(s.shape[1]):
                _arrive(f, n, x, s, at, lane)
        if n[at[T_FORCE_UNTIL] + f] + 1 == day:
            for lane in range(s.shape[1]):
                _leave(f, n, x, s, at, lane)
    for b in range(at[N_BATTERIES]):
        f = n[at[T_BAT_FORCE] + b]
        if n[at[T_FORCE_FROM] + f] == day or (day == 0 and n[at[T_FORCE_FROM] + f] < 0):
            for lane in range(s.shape[1]):
                s[at[S_BATTERY] + b, lane] += x[n[at[T_BAT_SLOT] + b], lane]
        if n[at[T_FORCE_UNTIL] + f] + 1 == day:
            for lane in range(s.shape[1]):
                s[at[S_BATTERY] + b, lane] = 0.0


@kernel
def _arrive(f: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    if s[at[S_OVER], lane] > 0.0:
        return
    side = n[at[T_FORCE_SIDE] + f]
    group = n[at[T_FORCE_GROUP] + f]
    kind = n[at[T_FORCE_KIND] + f]
    men = x[at[X_STRENGTH] + f, lane]
    if group < at[N_CAMPS]:
        if s[at[S_FALLEN] + group, lane] > 0.0:
            return  # nobody jumps into a camp that has fallen
        p = n[at[T_FORCE_POS] + f]
        if kind == LABOUR:
            s[at[S_CAMP_LABOUR] + group, lane] += men
            return
        if p >= 0 and s[at[S_HELD] + p, lane] > 0.0:
            there = s[at[S_POS_MEN] + p, lane]
            worth = s[at[S_POS_WORTH] + p, lane] * there + x[at[X_TRAINING] + f, lane] * men
            s[at[S_POS_WORTH] + p, lane] = worth / max(there + men, np.float32(1.0))
            s[at[S_POS_MEN] + p, lane] += men
            s[at[S_POS_SET] + p, lane] += men
        elif kind == BASE:
            s[at[S_BASE] + group, lane] += men
        else:
            s[at[S_RESERVE] + group, lane] += men
        if s[at[S_SIEGE] + group, lane] > 0.0:
            s[at[A_REINFORCED] + side, lane] += men
    elif kind == REPLACEMENT:
        if not _fill_up(f, men, n, x, s, at, lane):
            return
    else:
        s[at[S_FORCE_MEN] + f, lane] += men
        s[at[S_FRESH] + f, lane] = 1.0
    if kind != LABOUR:
        s[at[A_ARRIVED] + side, lane] += men


@kernel
def _fill_up(f: int, men: float, n: N, x: A, s: A, at: AT, lane: int) -> bool:
    """Spread replacements over the side's fighting formations in proportion to the men they miss."""
    side = n[at[T_FORCE_SIDE] + f]
    missing = np.float32(0.0)
    for pass_ in range(2):
        for g in range(at[N_FORCES]):
            if n[at[T_FORCE_SIDE] + g] != side or n[at[T_FORCE_KIND] + g] != ASSAULT:
                continue
            if n[at[T_FORCE_GROUP] + g] < at[N_CAMPS] or s[at[S_FORCE_MEN] + g, lane] <= 0.0:
                continue
            gap = max(np.float32(0.0), x[at[X_STRENGTH] + g, lane] - s[at[S_FORCE_MEN] + g, lane])
            if pass_ == 0:
                missing += gap
            elif missing > 0.0:
                s[at[S_FORCE_MEN] + g, lane] += men * gap / missing
    return missing > 0.0


@kernel
def _leave(f: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """A field formation marches off with the men it has left; what served in a camp takes its strength from there."""
    if s[at[S_OVER], lane] > 0.0:
        return
    side = n[at[T_FORCE_SIDE] + f]
    group = n[at[T_FORCE_GROUP] + f]
    kind = n[at[T_FORCE_KIND] + f]
    if group >= at[N_CAMPS]:
        gone = s[at[S_FORCE_MEN] + f, lane]
        s[at[S_FORCE_MEN] + f, lane] = 0.0
        if kind != LABOUR:
            s[at[A_LEFT] + side, lane] += gone
        return
    if s[at[S_FALLEN] + group, lane] > 0.0:
        return
    p = n[at[T_FORCE_POS] + f]
    row = at[S_RESERVE] + group
    if kind == LABOUR:
        row = at[S_CAMP_LABOUR] + group
    elif p >= 0 and s[at[S_HELD] + p, lane] > 0.0:
        row = at[S_POS_MEN] + p
    elif kind == BASE:
        row = at[S_BASE] + group
    gone = min(x[at[X_STRENGTH] + f, lane], s[row, lane])
    s[row, lane] -= gone
    if p >= 0 and row == at[S_POS_MEN] + p:
        s[at[S_POS_SET] + p, lane] = max(np.float32(0.0), s[at[S_POS_SET] + p, lane] - gone)
    if kind != LABOUR:
        s[at[A_LEFT] + side, lane] += gone


@step
def count_men(day: int, n: N, s: A, at: AT) -> None:
    """Fit men of every field group, for those who need the sum today; a day's work of labour formations."""
    s = of_width(s)
    for g in range(at[N_CAMPS], at[N_CAMPS] + at[N_SIDES]):
        fill(s[at[S_FIELD_MEN] + g], NONE)
    for f in range(at[N_FORCES]):
        g, side = n[at[T_FORCE_GROUP] + f], n[at[T_FORCE_SIDE] + f]
        if g < at[N_CAMPS] or not present(f, day, n, at):
            continue
        if n[at[T_FORCE_KIND] + f] == LABOUR:
            _add_work(s[at[A_LABOUR] + side], s[at[S_FORCE_MEN] + f], s[at[S_OVER]])
        else:
            add(s[at[S_FIELD_MEN] + g], s[at[S_FORCE_MEN] + f])


@lane_loop
def _add_work(labour: A, men: A, over: A) -> None:
    for lane in range(labour.shape[0]):
        labour[lane] += men[lane] * (ONE - over[lane])


@kernel
def present(f: int, day: int, n: N, at: AT) -> bool:
    """Whether a formation serves today."""
    return n[at[T_FORCE_FROM] + f] <= day <= n[at[T_FORCE_UNTIL] + f]
