"""Step 5, transport: what the plan wants moved is loaded as far as carriers, roads, fuel and stocks allow.

Relay system: on each route carriers of a mode shuttle between its two depots. The plan gives cumulative targets for
each way and good; what could not be moved is caught up in this plan period or the next, and where a depot has fallen
behind its planned stock its routes bring more (`correction_days`). Depots keep the day's rations of those who eat
there. Only the ways and loads that the plan uses in this period or used in the one before are looked at (`T_ACTIVE_`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
from xetho.simulate.layout import (
    A_BURNT,
    A_EATEN,
    A_LABOUR,
    A_LOST,
    A_PASSED,
    A_SHORT,
    N_CELLS,
    N_DAYS,
    N_GOODS,
    N_LOADS,
    N_PLACES,
    N_POOLS,
    N_RING,
    N_ROUTES,
    N_WAYS,
    P_CORRECTION,
    P_LOCAL_MENDERS,
    P_UNFED_WORK,
    S_ALOFT,
    S_BACKLOG,
    S_CARRIER_LUCK,
    S_DESIRED,
    S_DUE,
    S_FED,
    S_FOUL,
    S_FUEL,
    S_HIT,
    S_NEED,
    S_OPEN,
    S_OVER,
    S_POOL,
    S_POOL_LOST,
    S_POOL_WANT,
    S_RATE,
    S_RATE_TODAY,
    S_RING,
    S_ROUTE_WANT,
    S_SCRATCH,
    S_SHUT,
    S_STOCK,
    S_STRUCK,
    S_TRAFFIC,
    S_WANT,
    S_WAY_MOVED,
    S_WAY_SHARE,
    S_WAY_WANT,
    S_WAY_WORK,
    T_ACTIVE_BIN,
    T_ACTIVE_FIRST,
    T_ACTIVE_LOAD,
    T_ACTIVE_WAY,
    T_BIN_CELL,
    T_BIN_GOOD,
    T_LOAD_CELL,
    T_LOAD_CELLS,
    T_LOAD_FROM,
    T_LOAD_TO,
    T_PERIOD,
    T_PERIOD_BIN,
    T_PERIOD_WAY,
    T_POOL_SIDE,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_TEST,
    T_ROUTE_ZONE,
    T_ROUTE_ZONE2,
    T_WAY_AIR,
    T_WAY_ARC,
    T_WAY_ENTITY,
    T_WAY_FOOD_BIN,
    T_WAY_FROM,
    T_WAY_FUEL_BIN,
    T_WAY_MODE,
    T_WAY_POOL,
    T_WAY_ROUTE,
    T_WAY_TRAVEL,
    U_ACTIVE_PART,
    U_ACTIVE_PLAN,
    U_BIN_PLAN,
    U_ROUTE_CUT,
    X_CREW,
    X_CUT_PASSES,
    X_FOOD,
    X_FOUL_FACTOR,
    X_MEND_CREW,
    X_THROUGHPUT,
)
from xetho.simulate.process.conditions import hold
from xetho.simulate.process.stock import bin_row, take_lanes
from xetho.simulate.rows import fill, whole
from xetho.simulate.streams import CARRIERS, day_row, poisson_row

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
FLOW = NDArray[np.int64]
KG = np.float32(1000.0)
LEAST = np.float32(1e-3)  # of a tonne: less than this is not moved on a day
NONE, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)


@kernel
def transport(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int, lanes: int, flow: FLOW) -> None:
    """A day's loading on every way; cargo is on its way when this returns. `flow` adds up kg by arc over lanes."""
    period = n[at[T_PERIOD] + day]
    first, end = n[at[T_PERIOD_WAY] + period], n[at[T_PERIOD_WAY] + period + 1]
    if day > 0 and period != n[at[T_PERIOD] + day - 1]:
        _rest(n, s, at)
    _roads(day, first, end, n, u, x, s, at)
    _wants(day, period, first, end, n, u, x, s, at)
    _share_carriers(n, x, s, at)
    for i in range(first, end):
        w = n[at[T_ACTIVE_WAY] + i]
        moved = s[at[S_WAY_MOVED] + w]
        fill(moved, NONE)
        if not _set_share(w, n, s, at):
            for j in range(n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]):
                fill(s[at[S_DESIRED] + n[at[T_ACTIVE_LOAD] + j]], NONE)
            continue
        for j in range(n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]):
            _send(n[at[T_ACTIVE_LOAD] + j], w, day, n, s, at)
        _crews(w, day, n, x, s, at, key, run0)
        if lanes > 0:
            flow[n[at[T_WAY_ARC] + w]] += whole(moved[:lanes], KG, NONE)


@kernel
def _rest(n: N, s: A, at: AT) -> None:
    """Before a new period: nothing moves on a way until today says so."""
    for w in range(at[N_WAYS]):
        fill(s[at[S_WAY_WANT] + w], NONE)
        fill(s[at[S_WAY_WORK] + w], NONE)
    for k in range(at[N_LOADS]):
        fill(s[at[S_DESIRED] + k], NONE)


@kernel
def _roads(day: int, first: int, end: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Which routes are open today, and what a carrier of each way can move on them."""
    for r in range(at[N_ROUTES]):
        dated = n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]
        test, is_open = at[T_ROUTE_TEST] + r, s[at[S_OPEN] + r]
        if dated:
            hold(n[test], n[test + 1], n, u, x, s, at, is_open)
            _close_when_over(is_open, s[at[S_OVER]])
        else:
            fill(is_open, NONE)
        _shut(s[at[S_SHUT] + r], s[at[S_BACKLOG] + r], x[at[X_MEND_CREW] + r], x[P_LOCAL_MENDERS])
        if u[at[U_ROUTE_CUT] + r * at[N_DAYS] + day] > NONE:
            fill(s[at[S_SHUT] + r], ONE)
        fill(s[at[S_ROUTE_WANT] + r], NONE)
        fill(s[at[S_TRAFFIC] + r], NONE)
    for i in range(first, end):
        w = n[at[T_ACTIVE_WAY] + i]
        r, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_MODE] + w]
        _rate_today(
            s[at[S_RATE] + w], s[at[S_RATE_TODAY] + w], s[at[S_OPEN] + r], s[at[S_SHUT] + r],
            s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_FOUL] + n[at[T_ROUTE_ZONE2] + r]],
            s[at[S_FED] + n[at[T_WAY_FROM] + w]], x[at[X_CUT_PASSES] + m], x[at[X_FOUL_FACTOR] + m], x[P_UNFED_WORK],
        )  # fmt: skip
    for p in range(at[N_PLACES]):  # from here on S_FED tells how today's eaters fare
        fill(s[at[S_FED] + p], ONE)


@lane_loop
def _close_when_over(is_open: A, over: A) -> None:
    for lane in range(is_open.shape[0]):
        is_open[lane] *= ONE - over[lane]


@lane_loop
def _shut(shut: A, backlog: A, crew: A, local: A) -> None:
    """Part of the day for which cuts not yet mended in the morning shut a route."""
    for lane in range(shut.shape[0]):
        shut[lane] = min(ONE, backlog[lane] / max(crew[lane], local[lane]))


@lane_loop
def _rate_today(
    fair: A, today: A, is_open: A, shut: A, foul: A, foul_there: A, fed: A, passes: A, slowed: A, unfed: A
) -> None:
    for lane in range(today.shape[0]):
        rate = fair[lane] * is_open[lane] * (ONE - shut[lane] * (ONE - passes[lane]))
        rate *= ONE - max(foul[lane], foul_there[lane]) * (ONE - slowed[lane])
        today[lane] = rate * (ONE - (ONE - fed[lane]) * (ONE - unfed[lane]))


@kernel
def _wants(day: int, period: int, first: int, end: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """What is due on each way, no more than lies in the depot beyond the rations of those who eat there."""
    bins = range(n[at[T_PERIOD_BIN] + period], n[at[T_PERIOD_BIN] + period + 1])
    for i in bins:
        fill(s[at[S_WANT] + n[at[T_ACTIVE_BIN] + i]], NONE)
    for i in range(first, end):
        rate = s[at[S_RATE_TODAY] + n[at[T_ACTIVE_WAY] + i]]
        for j in range(n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]):
            k = n[at[T_ACTIVE_LOAD] + j]
            due, desired, want = s[at[S_DUE] + k], s[at[S_DESIRED] + k], s[at[S_WANT] + n[at[T_LOAD_FROM] + k]]
            plan, part = u[at[U_ACTIVE_PLAN] + j], u[at[U_ACTIVE_PART] + j]
            if part > NONE:
                goal = n[at[T_LOAD_TO] + k]
                stock = u[at[U_BIN_PLAN] + goal * at[N_DAYS] + day]
                there = s[bin_row(n, s, at, goal, at[S_SCRATCH])]
                _due_and_behind(due, desired, want, rate, there, x[P_CORRECTION], plan, part, stock)
            else:
                _due(due, desired, want, rate, plan)
    for i in bins:
        b = n[at[T_ACTIVE_BIN] + i]
        _spare_share(s[at[S_WANT] + b], s[bin_row(n, s, at, b, at[S_SCRATCH])], s[at[S_NEED] + b])
    for p in range(at[N_POOLS]):
        fill(s[at[S_POOL_WANT] + p], NONE)
    for i in range(first, end):
        w = n[at[T_ACTIVE_WAY] + i]
        way = s[at[S_WAY_WANT] + w]
        fill(way, NONE)
        for j in range(n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]):
            k = n[at[T_ACTIVE_LOAD] + j]
            _add_share(way, s[at[S_DESIRED] + k], s[at[S_WANT] + n[at[T_LOAD_FROM] + k]])
        _claim(
            way, s[at[S_RATE_TODAY] + w], s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]],
            s[at[S_ROUTE_WANT] + n[at[T_WAY_ROUTE] + w]],
        )  # fmt: skip


@lane_loop
def _due(due: A, desired: A, want: A, rate: A, plan: float) -> None:
    for lane in range(due.shape[0]):
        due[lane] += plan
        wanted = due[lane] if rate[lane] > NONE and due[lane] > LEAST else NONE
        desired[lane] = wanted
        want[lane] += wanted


@lane_loop
def _due_and_behind(
    due: A, desired: A, want: A, rate: A, there: A, correction: A, plan: float, part: float, stock: float
) -> None:
    """The same, and more where the depot it goes to is behind its planned stock."""
    for lane in range(due.shape[0]):
        due[lane] += plan
        lag = (stock - there[lane]) * part / max(correction[lane], LEAST)
        asked = max(due[lane], plan + lag) if correction[lane] > NONE else due[lane]
        wanted = asked if rate[lane] > NONE and asked > LEAST else NONE
        desired[lane] = wanted
        want[lane] += wanted


@lane_loop
def _spare_share(want: A, there: A, need: A) -> None:
    """Share of what is wanted from a depot that it can spare beyond today's rations."""
    for lane in range(want.shape[0]):
        spare = max(NONE, there[lane] - need[lane])
        want[lane] = min(ONE, spare / max(want[lane], TINY))


@lane_loop
def _add_share(way: A, desired: A, share: A) -> None:
    for lane in range(way.shape[0]):
        desired[lane] *= share[lane]
        way[lane] += desired[lane]


@lane_loop
def _claim(way: A, rate: A, pool: A, route: A) -> None:
    for lane in range(way.shape[0]):
        pool[lane] += way[lane] / max(rate[lane], TINY)
        route[lane] += way[lane]


@kernel
def _share_carriers(n: N, x: A, s: A, at: AT) -> None:
    """Turn wants into shares: of the pool's carriers and of the road's throughput."""
    for p in range(at[N_POOLS]):
        _share(s[at[S_POOL_WANT] + p], s[at[S_POOL] + p])
    for r in range(at[N_ROUTES]):
        _share(s[at[S_ROUTE_WANT] + r], x[at[X_THROUGHPUT] + r])


@lane_loop
def _share(want: A, limit: A) -> None:
    for lane in range(want.shape[0]):
        want[lane] = min(ONE, limit[lane] / max(want[lane], TINY))


@kernel
def _set_share(w: int, n: N, s: A, at: AT) -> bool:
    """Share of its wants that a way can move: by its pool's carriers, the road's throughput and fuel, which it burns.

    Returns whether there is anything to move in any lane.
    """
    way, share = s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w]
    pool, route = s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]], s[at[S_ROUTE_WANT] + n[at[T_WAY_ROUTE] + w]]
    if not _least_share(way, share, pool, route):
        fill(s[at[S_WAY_WORK] + w], NONE)
        return False
    b = n[at[T_WAY_FUEL_BIN] + w]
    if b >= -1:
        side = n[at[T_POOL_SIDE] + n[at[T_WAY_POOL] + w]]
        wanted, burnt = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
        total = s[at[A_BURNT] + side * at[N_GOODS] + (n[at[T_BIN_GOOD] + b] if b >= 0 else 0)]
        _fuel_wanted(wanted, way, share, s[at[S_FUEL] + w])
        take_lanes(n, s, at, b, wanted, burnt)
        _burn(total, burnt, wanted, share)
    return True


@lane_loop
def _least_share(way: A, share: A, pool: A, route: A) -> bool:
    some = np.int32(0)
    for lane in range(way.shape[0]):
        share[lane] = min(pool[lane], route[lane]) if way[lane] > NONE else NONE
        some |= np.int32(share[lane] > NONE)
    return some != 0


@lane_loop
def _fuel_wanted(wanted: A, way: A, share: A, fuel: A) -> None:
    for lane in range(wanted.shape[0]):
        wanted[lane] = way[lane] * share[lane] * fuel[lane]


@lane_loop
def _burn(total: A, burnt: A, wanted: A, share: A) -> None:
    for lane in range(share.shape[0]):
        total[lane] += burnt[lane]
        share[lane] *= burnt[lane] / wanted[lane] if wanted[lane] > NONE else ONE


@kernel
def _crews(w: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Carriers at work on a way: their labour, what they eat at the depot they load at, and those struck."""
    r, p, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_POOL] + w], n[at[T_WAY_MODE] + w]
    side, place, b = n[at[T_POOL_SIDE] + p], n[at[T_WAY_FROM] + w], n[at[T_WAY_FOOD_BIN] + w]
    work, struck, pool, lost = s[at[S_WAY_WORK] + w], s[at[S_STRUCK] + r], s[at[S_POOL] + p], s[at[S_POOL_LOST] + p]
    _work(work, s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w], s[at[S_RATE_TODAY] + w])
    _book_work(
        work, s[at[S_WAY_MOVED] + w], x[at[X_CREW] + m], s[at[A_LABOUR] + side], s[at[S_TRAFFIC] + r],
        s[at[A_PASSED] + place],
    )  # fmt: skip
    if b >= 0:
        food, eaten, good = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1], side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]
        _food_wanted(food, work, x[at[X_FOOD] + m])
        take_lanes(n, s, at, b, food, eaten)
        _book_food(food, eaten, s[at[A_EATEN] + good], s[at[A_SHORT] + good], s[at[S_FED] + place])
    risk, hits = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 2]
    if _at_risk(risk, work, struck):
        uniform = s[day_row(key, CARRIERS, run0, day, n[at[T_WAY_ENTITY] + w], s, at[S_CARRIER_LUCK] + 5 * w)]
        poisson_row(uniform, risk, s[at[S_SCRATCH] + 3], s[at[S_SCRATCH] + 4], hits)
        _lose_carriers(hits, pool, lost)


@lane_loop
def _work(work: A, way: A, share: A, rate: A) -> None:
    for lane in range(work.shape[0]):
        work[lane] = way[lane] * share[lane] / max(rate[lane], TINY)


@lane_loop
def _book_work(work: A, moved: A, crew: A, labour: A, traffic: A, passed: A) -> None:
    for lane in range(work.shape[0]):
        labour[lane] += work[lane] * crew[lane]
        traffic[lane] += moved[lane]
        passed[lane] += moved[lane]


@lane_loop
def _food_wanted(food: A, work: A, ration: A) -> None:
    for lane in range(food.shape[0]):
        food[lane] = work[lane] * ration[lane] / KG


@lane_loop
def _book_food(food: A, eaten: A, total: A, short: A, fed: A) -> None:
    for lane in range(food.shape[0]):
        total[lane] += eaten[lane]
        short[lane] += food[lane] - eaten[lane]
        fed[lane] = min(fed[lane], eaten[lane] / food[lane] if food[lane] > NONE else ONE)


@lane_loop
def _at_risk(risk: A, work: A, struck: A) -> bool:
    """Carriers expected to be struck; whether there are any in any lane."""
    some = np.int32(0)
    for lane in range(risk.shape[0]):
        risk[lane] = work[lane] * struck[lane]
        some |= np.int32(risk[lane] > NONE)
    return some != 0


@lane_loop
def _lose_carriers(struck: A, pool: A, lost: A) -> None:
    for lane in range(struck.shape[0]):
        gone = min(struck[lane], pool[lane])
        pool[lane] -= gone
        lost[lane] += gone


@kernel
def _send(k: int, w: int, day: int, n: N, s: A, at: AT) -> None:
    """Take a load out of its depot lot by lot and book its arrival; air cargo is dealt with by the air bridge."""
    b = n[at[T_LOAD_FROM] + k]
    first, begin, end = at[S_STOCK] + n[at[T_BIN_CELL] + b], n[at[T_LOAD_CELL] + k], n[at[T_LOAD_CELL] + k + 1]
    desired, due, share = s[at[S_DESIRED] + k], s[at[S_DUE] + k], s[at[S_WAY_SHARE] + w]
    moved, hit = s[at[S_WAY_MOVED] + w], s[at[S_HIT] + n[at[T_WAY_ROUTE] + w]]
    side = n[at[T_POOL_SIDE] + n[at[T_WAY_POOL] + w]]
    lost = s[at[A_LOST] + side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]]
    slot = at[S_RING] + ((day + n[at[T_WAY_TRAVEL] + w]) % at[N_RING]) * at[N_CELLS]
    air = n[at[T_WAY_AIR] + w] == 1
    if end - begin == 1 and not air:
        _send_whole(desired, share, s[first], s[slot + n[at[T_LOAD_CELLS] + begin]], hit, lost, due, moved)
        return
    part = s[at[S_SCRATCH] + 1]
    _part_of_depot(part, desired, share, s[bin_row(n, s, at, b, at[S_SCRATCH])])
    for j in range(begin, end):
        if air:  # until the air bridge lands or drops it, later today
            _take_aloft(part, s[first + j - begin], s[at[S_ALOFT] + j], desired)
        else:
            _take_lot(part, s[first + j - begin], s[slot + n[at[T_LOAD_CELLS] + j]], hit, lost, desired)
    _book_sent(desired, due, moved)


@lane_loop
def _send_whole(desired: A, share: A, source: A, goal: A, hit: A, lost: A, due: A, moved: A) -> None:
    """From a depot with one lot of the good."""
    for lane in range(desired.shape[0]):
        asked = desired[lane] * share[lane]
        part = min(asked, source[lane]) if asked > LEAST and source[lane] > LEAST else NONE
        gone = part * hit[lane]
        source[lane] -= part
        goal[lane] += part - gone
        lost[lane] += gone
        due[lane] = max(NONE, due[lane] - part)
        moved[lane] += part
        desired[lane] = part


@lane_loop
def _part_of_depot(part: A, desired: A, share: A, there: A) -> None:
    for lane in range(part.shape[0]):
        asked = desired[lane] * share[lane]
        some = min(ONE, asked / max(there[lane], LEAST))
        part[lane] = some if asked > LEAST and there[lane] > LEAST else NONE
        desired[lane] = NONE


@lane_loop
def _take_lot(part: A, source: A, goal: A, hit: A, lost: A, sent: A) -> None:
    for lane in range(part.shape[0]):
        mine = source[lane] * part[lane]
        gone = mine * hit[lane]
        source[lane] -= mine
        sent[lane] += mine
        goal[lane] += mine - gone
        lost[lane] += gone


@lane_loop
def _take_aloft(part: A, source: A, aloft: A, sent: A) -> None:
    for lane in range(part.shape[0]):
        mine = source[lane] * part[lane]
        source[lane] -= mine
        sent[lane] += mine
        aloft[lane] = mine


@lane_loop
def _book_sent(sent: A, due: A, moved: A) -> None:
    for lane in range(sent.shape[0]):
        due[lane] = max(NONE, due[lane] - sent[lane])
        moved[lane] += sent[lane]
