"""Step 5, transport: what the plan wants moved is loaded as far as carriers, roads, fuel and stocks allow.

Relay system: on each route carriers of a mode shuttle between its two depots. The plan gives cumulative targets for
each way and good; what could not be moved is caught up in this plan period or the next, and where a depot has fallen
behind its planned stock its routes bring more (`correction_days`). Depots keep the day's rations of those who eat
there. Only the ways and loads that the plan uses in this period or used in the one before are looked at (`T_ACTIVE_`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import apart_kernel, apart_step, inlined, lane_loop
from xetho.simulate.layout import (
    A_BURNT,
    A_EATEN,
    A_LABOUR,
    A_LOST,
    A_PASSED,
    A_SHORT,
    N_BINS,
    N_GOODS,
    N_LOADS,
    N_PLACES,
    N_POOLS,
    N_ROUTES,
    N_WAYS,
    P_UNFED_WORK,
    S_ALOFT,
    S_CARRIER_LUCK,
    S_CATCH_UP,
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
    S_POOL_RISK,
    S_POOL_WANT,
    S_RATE,
    S_RATE_TODAY,
    S_ROUTE_WANT,
    S_SCRATCH,
    S_SHUT,
    S_STOCK,
    S_STRUCK,
    S_TRAFFIC,
    S_WAY_MOVED,
    S_WAY_SHARE,
    S_WAY_WANT,
    S_WAY_WORK,
    T_ACTIVE_BIN,
    T_ACTIVE_FIRST,
    T_ACTIVE_LOAD,
    T_ACTIVE_WAY,
    T_BIN_CELL,
    T_BIN_FIRST,
    T_BIN_GOOD,
    T_BIN_LOADS,
    T_BIN_MESS,
    T_LOAD_CELL,
    T_LOAD_CELLS,
    T_LOAD_FROM,
    T_LOAD_TO,
    T_LOAD_WAY,
    T_PERIOD,
    T_PERIOD_BIN,
    T_PERIOD_WAY,
    T_POOL_ENTITY,
    T_POOL_SIDE,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_TEST,
    T_ROUTE_ZONE,
    T_ROUTE_ZONE2,
    T_WAY_AIR,
    T_WAY_ARC,
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
    X_CREW,
    X_CUT_PASSES,
    X_FOOD,
    X_FOUL_FACTOR,
    X_THROUGHPUT,
)
from xetho.simulate.process.conditions import hold
from xetho.simulate.process.stock import bin_row, ring_row, take_lanes
from xetho.simulate.rows import fill, fill_rows, some, whole
from xetho.simulate.streams import CARRIERS, day_row, poisson_row

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RUNS = NDArray[np.uint32]
FLOW = NDArray[np.int64]
KG, TONNE = np.float32(1e3), np.float32(1e-3)  # in the other
LEAST = np.float32(1e-3)  # of a tonne: less than this is not moved on a day
NONE, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)


@apart_step
def transport(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS, lanes: int, flow: FLOW) -> None:
    """A day's loading on every way; cargo is on its way when this returns. `flow` adds up kg by arc over lanes."""
    period = n[at[T_PERIOD] + day]
    first, end = n[at[T_PERIOD_WAY] + period], n[at[T_PERIOD_WAY] + period + 1]
    if day > 0 and period != n[at[T_PERIOD] + day - 1]:
        _rest(n, s, at)
    _roads(day, first, end, n, u, x, s, at)
    _wants(day, n[at[T_PERIOD_BIN] + period], n[at[T_PERIOD_BIN] + period + 1], n, u, s, at)
    _share_carriers(first, end, n, s, at)
    struck = False
    for i in range(first, end):
        w, begin, stop = n[at[T_ACTIVE_WAY] + i], n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]
        if not _set_share(w, n, x, s, at):
            for j in range(begin, stop):
                k = n[at[T_ACTIVE_LOAD] + j]
                _wait(s[at[S_DUE] + k], s[at[S_DESIRED] + k], u[at[U_ACTIVE_PLAN] + j])
            continue
        for j in range(begin, stop):
            _send(n[at[T_ACTIVE_LOAD] + j], w, day, u[at[U_ACTIVE_PLAN] + j], n, s, at)
        struck = _crews(w, n, x, s, at) or struck
        if lanes > 0:
            flow[n[at[T_WAY_ARC] + w]] += whole(s[at[S_WAY_MOVED] + w, :lanes], KG, NONE)
    if struck:
        _lose_carriers(day, n, s, at, key, runs)


@apart_kernel
def _rest(n: N, s: A, at: AT) -> None:
    """Before a new period: nothing moves on a way until today says so."""
    for w in range(at[N_WAYS]):
        fill(s[at[S_WAY_WANT] + w], NONE)
        fill(s[at[S_WAY_WORK] + w], NONE)
    for k in range(at[N_LOADS]):
        fill(s[at[S_DESIRED] + k], NONE)


@apart_kernel
def _roads(day: int, first: int, end: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Which routes are open today, and what a carrier of each way can move on them."""
    going_on, never = at[S_OPEN] + at[N_ROUTES], at[S_OPEN] + at[N_ROUTES] + 1
    _going_on(s[going_on], s[at[S_OVER]])
    for r in range(at[N_ROUTES]):
        test = at[T_ROUTE_TEST] + r
        if n[test] < n[test + 1] and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            hold(n[test], n[test + 1], n, u, x, s, at, s[at[S_OPEN] + r])
            _both(s[at[S_OPEN] + r], s[going_on])
    fill_rows(s, at[S_ROUTE_WANT], at[N_ROUTES], NONE)
    fill_rows(s, at[S_TRAFFIC], at[N_ROUTES], NONE)
    for i in range(first, end):
        w = n[at[T_ACTIVE_WAY] + i]
        r, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_MODE] + w]
        is_open = never
        if n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            is_open = at[S_OPEN] + r if n[at[T_ROUTE_TEST] + r] < n[at[T_ROUTE_TEST] + r + 1] else going_on
        _rate_today(
            s[at[S_RATE] + w], s[at[S_RATE_TODAY] + w], s[is_open], s[at[S_SHUT] + r],
            s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_FOUL] + n[at[T_ROUTE_ZONE2] + r]],
            s[at[S_FED] + n[at[T_WAY_FROM] + w]], x[at[X_CUT_PASSES] + m], x[at[X_FOUL_FACTOR] + m], x[P_UNFED_WORK],
            s[at[S_WAY_WANT] + w], s[at[S_WAY_MOVED] + w],
        )  # fmt: skip
    fill_rows(s, at[S_FED], at[N_PLACES], ONE)  # from here on S_FED tells how today's eaters fare


@lane_loop
def _going_on(still: A, over: A) -> None:
    for lane in range(still.shape[0]):
        still[lane] = ONE - over[lane]


@lane_loop
def _both(one: A, other: A) -> None:
    for lane in range(one.shape[0]):
        one[lane] *= other[lane]


@lane_loop
def _rate_today(
    fair: A, today: A, is_open: A, shut: A, foul: A, foul_there: A, fed: A, passes: A, slowed: A, unfed: A, want: A,
    moved: A,
) -> None:  # fmt: skip
    for lane in range(today.shape[0]):
        rate = fair[lane] * is_open[lane] * (ONE - shut[lane] * (ONE - passes[lane]))
        rate *= ONE - max(foul[lane], foul_there[lane]) * (ONE - slowed[lane])
        today[lane] = rate * (ONE - (ONE - fed[lane]) * (ONE - unfed[lane]))
        want[lane] = NONE
        moved[lane] = NONE


@apart_kernel
def _wants(day: int, first: int, end: int, n: N, u: A, s: A, at: AT) -> None:
    """What is due on each way, no more than lies in the depot beyond the rations of those who eat there.

    Depot by depot (first..end-1 of those in use), so that what is wanted of one is still at hand when it is shared.
    """
    want = s[at[S_SCRATCH] + 2]
    for i in range(first, end):
        b = n[at[T_ACTIVE_BIN] + i]
        here, need = s[bin_row(n, s, at, b, at[S_SCRATCH] + 1)], s[at[S_NEED] + n[at[T_BIN_MESS] + b]]
        begin, stop = n[at[T_BIN_FIRST] + i], n[at[T_BIN_FIRST] + i + 1]
        alone = stop - begin == 1
        if not alone:
            fill(want, NONE)
        for q in range(begin, stop):
            j = n[at[T_BIN_LOADS] + q]
            k = n[at[T_ACTIVE_LOAD] + j]
            w, goal = n[at[T_LOAD_WAY] + k], n[at[T_LOAD_TO] + k]
            plan, part, stock = u[at[U_ACTIVE_PLAN] + j], u[at[U_ACTIVE_PART] + j], NONE
            there = at[S_OVER]  # any row: it is not asked how a depot stands to which nothing is planned
            if part > NONE:
                stock, there = u[at[U_BIN_PLAN] + day * at[N_BINS] + goal], bin_row(n, s, at, goal, at[S_SCRATCH])
            if alone:
                _want_alone(
                    s[at[S_DUE] + k], s[at[S_DESIRED] + k], s[at[S_WAY_WANT] + w], s[at[S_RATE_TODAY] + w], s[there],
                    here, need, s[at[S_CATCH_UP]], plan, part, stock,
                )  # fmt: skip
            else:
                _want(
                    s[at[S_DUE] + k], s[at[S_DESIRED] + k], want, s[at[S_RATE_TODAY] + w], s[there],
                    s[at[S_CATCH_UP]], plan, part, stock,
                )  # fmt: skip
        if not alone:
            _spare_share(want, here, need)
            for q in range(begin, stop):
                k = n[at[T_ACTIVE_LOAD] + n[at[T_BIN_LOADS] + q]]
                _add_share(s[at[S_WAY_WANT] + n[at[T_LOAD_WAY] + k]], s[at[S_DESIRED] + k], want)


@inlined
def _wanted(due: float, rate: float, there: float, catch_up: float, plan: float, part: float, stock: float) -> float:
    """What is due today, and more where the depot it goes to is behind its planned stock."""
    owed = due + plan
    asked = max(owed, plan + (stock - there) * part * catch_up)
    return asked if rate > NONE and asked > LEAST else NONE


@lane_loop
def _want(
    due: A, desired: A, want: A, rate: A, there: A, catch_up: A, plan: float, part: float, stock: float
) -> None:
    for lane in range(due.shape[0]):
        wanted = _wanted(due[lane], rate[lane], there[lane], catch_up[lane], plan, part, stock)
        desired[lane] = wanted
        want[lane] += wanted


@lane_loop
def _want_alone(
    due: A, desired: A, way: A, rate: A, there: A, here: A, need: A, catch_up: A, plan: float, part: float,
    stock: float,
) -> None:  # fmt: skip
    """The same where nothing else is wanted of the depot, which gives what it can spare."""
    for lane in range(due.shape[0]):
        wanted = _wanted(due[lane], rate[lane], there[lane], catch_up[lane], plan, part, stock)
        wanted = min(wanted, max(NONE, here[lane] - need[lane]))
        desired[lane] = wanted
        way[lane] += wanted


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


@apart_kernel
def _share_carriers(first: int, end: int, n: N, s: A, at: AT) -> None:
    """What ways want of their pools' carriers and of their roads; then the share of it that each pool has."""
    fill_rows(s, at[S_POOL_WANT], at[N_POOLS], NONE)
    fill_rows(s, at[S_POOL_RISK], at[N_POOLS], NONE)
    for i in range(first, end):
        w = n[at[T_ACTIVE_WAY] + i]
        _claim(
            s[at[S_WAY_WANT] + w], s[at[S_RATE_TODAY] + w], s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]],
            s[at[S_ROUTE_WANT] + n[at[T_WAY_ROUTE] + w]],
        )  # fmt: skip
    for p in range(at[N_POOLS]):
        _share(s[at[S_POOL_WANT] + p], s[at[S_POOL] + p])


@lane_loop
def _claim(way: A, rate: A, pool: A, route: A) -> None:
    for lane in range(way.shape[0]):
        pool[lane] += way[lane] / max(rate[lane], TINY)
        route[lane] += way[lane]


@lane_loop
def _share(want: A, limit: A) -> None:
    for lane in range(want.shape[0]):
        want[lane] = min(ONE, limit[lane] / max(want[lane], TINY))


@apart_kernel
def _set_share(w: int, n: N, x: A, s: A, at: AT) -> bool:
    """Share of its wants that a way can move: by its pool's carriers, the road's throughput and fuel, which it burns.

    Returns whether there is anything to move in any lane.
    """
    way, share, r = s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w], n[at[T_WAY_ROUTE] + w]
    pool = s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]]
    if not _least_share(way, share, pool, s[at[S_ROUTE_WANT] + r], x[at[X_THROUGHPUT] + r]):
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
def _least_share(way: A, share: A, pool: A, wanted: A, throughput: A) -> bool:
    some = np.int32(0)
    for lane in range(way.shape[0]):
        least = min(pool[lane], throughput[lane] / max(wanted[lane], TINY))
        share[lane] = least if way[lane] > NONE else NONE
        some = np.int32(some | np.int32(share[lane] > NONE))
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


@apart_kernel
def _crews(w: int, n: N, x: A, s: A, at: AT) -> bool:
    """Carriers at work on a way: their labour, what they eat at the depot they load at; whether any may be struck."""
    r, p, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_POOL] + w], n[at[T_WAY_MODE] + w]
    side, place, b = n[at[T_POOL_SIDE] + p], n[at[T_WAY_FROM] + w], n[at[T_WAY_FOOD_BIN] + w]
    food, eaten = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    struck = _work(
        s[at[S_WAY_WORK] + w], s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w], s[at[S_RATE_TODAY] + w],
        s[at[S_WAY_MOVED] + w], x[at[X_CREW] + m], s[at[A_LABOUR] + side], s[at[S_TRAFFIC] + r],
        s[at[A_PASSED] + place], x[at[X_FOOD] + m], food, s[at[S_STRUCK] + r], s[at[S_POOL_RISK] + p],
    )  # fmt: skip
    if b >= 0:
        good = side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]
        take_lanes(n, s, at, b, food, eaten)
        _book_food(food, eaten, s[at[A_EATEN] + good], s[at[A_SHORT] + good], s[at[S_FED] + place])
    return struck


@lane_loop
def _work(
    work: A, way: A, share: A, rate: A, moved: A, crew: A, labour: A, traffic: A, passed: A, ration: A, food: A,
    struck: A, risk: A,
) -> bool:  # fmt: skip
    """Book a way's work; what its crews want to eat, how many of them may be struck, and whether any may."""
    some = np.int32(0)
    for lane in range(work.shape[0]):
        there = way[lane] * share[lane] / max(rate[lane], TINY)
        work[lane] = there
        labour[lane] += there * crew[lane]
        traffic[lane] += moved[lane]
        passed[lane] += moved[lane]
        food[lane] = there * ration[lane] * TONNE
        hit = there * struck[lane]
        risk[lane] += hit
        some = np.int32(some | np.int32(hit > NONE))
    return some != 0


@lane_loop
def _book_food(food: A, eaten: A, total: A, short: A, fed: A) -> None:
    for lane in range(food.shape[0]):
        total[lane] += eaten[lane]
        short[lane] += food[lane] - eaten[lane]
        fed[lane] = min(fed[lane], eaten[lane] / food[lane] if food[lane] > NONE else ONE)


@apart_kernel
def _lose_carriers(day: int, n: N, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Carriers of each pool struck on all its ways: what is expected adds up, since sums of Poisson counts are such."""
    hits = s[at[S_SCRATCH]]
    for p in range(at[N_POOLS]):
        risk = s[at[S_POOL_RISK] + p]
        if some(risk):
            uniform = s[day_row(key, CARRIERS, runs, day, n[at[T_POOL_ENTITY] + p], s, at[S_CARRIER_LUCK] + 5 * p)]
            poisson_row(uniform, risk, s[at[S_SCRATCH] + 1], s[at[S_SCRATCH] + 2], hits)
            _lose(hits, s[at[S_POOL] + p], s[at[S_POOL_LOST] + p])


@lane_loop
def _lose(struck: A, pool: A, lost: A) -> None:
    for lane in range(struck.shape[0]):
        gone = min(struck[lane], pool[lane])
        pool[lane] -= gone
        lost[lane] += gone


@apart_kernel
def _send(k: int, w: int, day: int, plan: float, n: N, s: A, at: AT) -> None:
    """Take a load out of its depot lot by lot and book its arrival; air cargo is dealt with by the air bridge."""
    b = n[at[T_LOAD_FROM] + k]
    first, begin, end = at[S_STOCK] + n[at[T_BIN_CELL] + b], n[at[T_LOAD_CELL] + k], n[at[T_LOAD_CELL] + k + 1]
    desired, due, share = s[at[S_DESIRED] + k], s[at[S_DUE] + k], s[at[S_WAY_SHARE] + w]
    moved, hit = s[at[S_WAY_MOVED] + w], s[at[S_HIT] + n[at[T_WAY_ROUTE] + w]]
    side = n[at[T_POOL_SIDE] + n[at[T_WAY_POOL] + w]]
    lost = s[at[A_LOST] + side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]]
    then, air = day + n[at[T_WAY_TRAVEL] + w], n[at[T_WAY_AIR] + w] == 1
    if end - begin == 1 and not air:
        goal = s[ring_row(n[at[T_LOAD_CELLS] + begin], then, n, at)]
        _send_whole(desired, share, s[first], goal, hit, lost, due, moved, plan)
        return
    part = s[at[S_SCRATCH] + 1]
    _part_of_depot(part, desired, share, s[bin_row(n, s, at, b, at[S_SCRATCH])])
    for j in range(begin, end):
        if air:  # until the air bridge lands or drops it, later today
            _take_aloft(part, s[first + j - begin], s[at[S_ALOFT] + j], desired)
        else:
            goal = s[ring_row(n[at[T_LOAD_CELLS] + j], then, n, at)]
            _take_lot(part, s[first + j - begin], goal, hit, lost, desired)
    _book_sent(desired, due, moved, plan)


@lane_loop
def _send_whole(desired: A, share: A, source: A, goal: A, hit: A, lost: A, due: A, moved: A, plan: float) -> None:
    """From a depot with one lot of the good."""
    for lane in range(desired.shape[0]):
        asked = desired[lane] * share[lane]
        part = min(asked, source[lane]) if asked > LEAST and source[lane] > LEAST else NONE
        gone = part * hit[lane]
        source[lane] -= part
        goal[lane] += part - gone
        lost[lane] += gone
        due[lane] = max(NONE, due[lane] + plan - part)
        moved[lane] += part


@lane_loop
def _wait(due: A, desired: A, plan: float) -> None:
    """Nothing of a load goes today."""
    for lane in range(due.shape[0]):
        due[lane] += plan
        desired[lane] = NONE


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
def _book_sent(sent: A, due: A, moved: A, plan: float) -> None:
    for lane in range(sent.shape[0]):
        due[lane] = max(NONE, due[lane] + plan - sent[lane])
        moved[lane] += sent[lane]
