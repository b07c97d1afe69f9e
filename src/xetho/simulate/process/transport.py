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
    L_AIR,
    L_CELL,
    L_DESIRED,
    L_DUE,
    L_FROM,
    L_HIT,
    L_LOST,
    L_LOTS,
    L_RATE_TODAY,
    L_STOCK,
    L_TO,
    L_TRAVEL,
    LOAD_RECORD,
    N_BINS,
    N_CELLS,
    N_LOADS,
    N_PLACES,
    N_POOLS,
    N_ROUTES,
    N_TRAFFIC,
    N_WAYS,
    P_UNFED_WORK,
    S_ALOFT,
    S_CARRIER_LUCK,
    S_CATCH_UP,
    S_DESIRED,
    S_FED,
    S_NEED,
    S_NOUGHT,
    S_OPEN,
    S_OVER,
    S_POOL,
    S_POOL_LOST,
    S_POOL_RISK,
    S_POOL_WANT,
    S_SCRATCH,
    S_TRAFFIC,
    S_WAY_WANT,
    S_WAY_WORK,
    T_ACTIVE_FIRST,
    T_ACTIVE_LOAD,
    T_ACTIVE_SHARED,
    T_ACTIVE_WAY,
    T_BIN_MESS,
    T_DUE_ROW,
    T_LOAD_CELLS,
    T_LOAD_ROWS,
    T_PERIOD,
    T_PERIOD_SHARED,
    T_PERIOD_WAY,
    T_POOL_ENTITY,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_TEST,
    T_SHARED_BIN,
    T_SHARED_FIRST,
    T_SHARED_LOADS,
    T_WAY_ROWS,
    U_ACTIVE_PART,
    U_ACTIVE_PLAN,
    U_BIN_PLAN,
    W_ARC,
    W_BURNT,
    W_EATEN,
    W_FED,
    W_FIRST,
    W_FOOD_BIN,
    W_FOUL,
    W_FOUL_THERE,
    W_FUEL,
    W_FUEL_BIN,
    W_LABOUR,
    W_LAST,
    W_OPEN,
    W_PASSED,
    W_POOL_WANT,
    W_RATE,
    W_RATE_TODAY,
    W_RISK,
    W_ROUTE_WANT,
    W_SHORT,
    W_SHUT,
    W_STRUCK,
    W_TRAFFIC,
    W_WANT,
    W_WORK,
    W_X_CREW,
    W_X_CUT_PASSES,
    W_X_FOOD,
    W_X_FOUL_FACTOR,
    W_X_THROUGHPUT,
    WAY_RECORD,
)
from xetho.simulate.process.conditions import hold
from xetho.simulate.process.stock import bin_row, take_lanes
from xetho.simulate.rows import add, copy, fill, fill_rows, some, times, whole
from xetho.simulate.streams import CARRIERS, day_row, poisson_row
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RUNS = NDArray[np.uint32]
FLOW = NDArray[np.int64]
KG, TONNE = np.float32(1e3), np.float32(1e-3)  # in the other
LEAST = np.float32(1e-3)  # of a tonne: less than this is not moved on a day
NONE, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)
# Scratch rows of the way being worked on: the share of its wants that it moves, tonnes moved, and carriers at work.
SHARE, MOVED, WORK = 3, 4, 5


@apart_step
def transport(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS, lanes: int, flow: FLOW) -> None:
    """A day's loading on every way; cargo is on its way when this returns. `flow` adds up kg by arc over lanes."""
    x, s = of_width(x), of_width(s)
    period = n[at[T_PERIOD] + day]
    first, end = n[at[T_PERIOD_WAY] + period], n[at[T_PERIOD_WAY] + period + 1]
    if day > 0 and period != n[at[T_PERIOD] + day - 1]:
        _rest(n, s, at)
    _roads(day, first, end, n, u, x, s, at)
    _share_depots(day, n[at[T_PERIOD_SHARED] + period], n[at[T_PERIOD_SHARED] + period + 1], n, u, s, at)
    _wants(day, first, end, n, u, s, at)
    struck = False
    for i in range(first, end):
        way = at[T_WAY_ROWS] + n[at[T_ACTIVE_WAY] + i] * WAY_RECORD
        begin, stop = n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]
        if not _set_share(way, n, x, s, at):
            for j in range(begin, stop):
                load = at[T_LOAD_ROWS] + n[at[T_ACTIVE_LOAD] + j] * LOAD_RECORD
                _wait(s[n[load + L_DUE]], s[n[load + L_DESIRED]], u[at[U_ACTIVE_PLAN] + j])
            continue
        for j in range(begin, stop):
            load = at[T_LOAD_ROWS] + n[at[T_ACTIVE_LOAD] + j] * LOAD_RECORD
            _send(load, day, u[at[U_ACTIVE_PLAN] + j], n, s, at)
        struck = _crews(way, n, x, s, at) or struck
        if lanes > 0:
            flow[n[way + W_ARC]] += whole(s[at[S_SCRATCH] + MOVED, :lanes], KG, NONE)
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
    going_on = at[S_OPEN] + at[N_ROUTES]
    _going_on(s[going_on], s[at[S_OVER]])
    for r in range(at[N_ROUTES]):
        test = at[T_ROUTE_TEST] + r
        if n[test] < n[test + 1] and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            hold(n[test], n[test + 1], n, u, x, s, at, s[at[S_OPEN] + r])
            times(s[at[S_OPEN] + r], s[going_on])
    fill_rows(s, at[S_TRAFFIC], at[N_TRAFFIC], NONE)
    for i in range(first, end):
        way = at[T_WAY_ROWS] + n[at[T_ACTIVE_WAY] + i] * WAY_RECORD
        is_open = n[way + W_OPEN] if n[way + W_FIRST] <= day <= n[way + W_LAST] else at[S_NOUGHT]
        _rate_today(
            s[n[way + W_RATE]], s[n[way + W_RATE_TODAY]], s[is_open], s[n[way + W_SHUT]], s[n[way + W_FOUL]],
            s[n[way + W_FOUL_THERE]], s[n[way + W_FED]], x[n[way + W_X_CUT_PASSES]], x[n[way + W_X_FOUL_FACTOR]],
            x[P_UNFED_WORK], s[n[way + W_ROUTE_WANT]],
        )  # fmt: skip
    fill_rows(s, at[S_FED], at[N_PLACES], ONE)  # from here on S_FED tells how today's eaters fare


@lane_loop
def _going_on(still: A, over: A) -> None:
    for lane in range(still.shape[0]):
        still[lane] = ONE - over[lane]


@lane_loop
def _rate_today(
    fair: A, today: A, is_open: A, shut: A, foul: A, foul_there: A, fed: A, passes: A, slowed: A, unfed: A, route: A,
) -> None:  # fmt: skip
    for lane in range(today.shape[0]):
        rate = fair[lane] * is_open[lane] * (ONE - shut[lane] * (ONE - passes[lane]))
        rate *= ONE - max(foul[lane], foul_there[lane]) * (ONE - slowed[lane])
        today[lane] = rate * (ONE - (ONE - fed[lane]) * (ONE - unfed[lane]))
        route[lane] = NONE


@apart_kernel
def _share_depots(day: int, first: int, end: int, n: N, u: A, s: A, at: AT) -> None:
    """What is wanted of depots that several loads draw on (first..end-1 of those in use), as far as they can spare it.

    Depot by depot, so that what is wanted of one is still at hand when it is shared.
    """
    want = s[at[S_SCRATCH] + 2]
    for i in range(first, end):
        b = n[at[T_SHARED_BIN] + i]
        here, need = s[bin_row(n, s, at, b, at[S_SCRATCH] + 1)], s[at[S_NEED] + n[at[T_BIN_MESS] + b]]
        fill(want, NONE)
        for q in range(n[at[T_SHARED_FIRST] + i], n[at[T_SHARED_FIRST] + i + 1]):
            j = n[at[T_SHARED_LOADS] + q]
            load = at[T_LOAD_ROWS] + n[at[T_ACTIVE_LOAD] + j] * LOAD_RECORD
            stock, there = _goal(load, j, day, n, u, s, at)
            _want(
                s[n[load + L_DUE]], s[n[load + L_DESIRED]], want, s[n[load + L_RATE_TODAY]], s[there],
                s[at[S_CATCH_UP]], u[at[U_ACTIVE_PLAN] + j], u[at[U_ACTIVE_PART] + j], stock,
            )  # fmt: skip
        _spare_share(want, here, need)
        for q in range(n[at[T_SHARED_FIRST] + i], n[at[T_SHARED_FIRST] + i + 1]):
            load = at[T_LOAD_ROWS] + n[at[T_ACTIVE_LOAD] + n[at[T_SHARED_LOADS] + q]] * LOAD_RECORD
            times(s[n[load + L_DESIRED]], want)


@apart_kernel
def _goal(load: int, j: int, day: int, n: N, u: A, s: A, at: AT) -> tuple[float, int]:
    """Planned stock of the depot that the `j`th load in use goes to, and the row of what lies there."""
    if u[at[U_ACTIVE_PART] + j] > NONE:
        goal = n[load + L_TO]
        stock = u[at[U_BIN_PLAN] + day * at[N_BINS] + goal]
        if stock > NONE:
            return stock, bin_row(n, s, at, goal, at[S_SCRATCH])
    return NONE, at[S_OVER]  # any row of nothing or more: no depot is behind a planned stock of nothing


@apart_kernel
def _wants(day: int, first: int, end: int, n: N, u: A, s: A, at: AT) -> None:
    """What is due on each way, no more than lies in the depot beyond the rations of those who eat there.

    Then what that claims of the way's pool of carriers and of its road, and the share of its wants that each pool has.
    """
    fill_rows(s, at[S_POOL_WANT], at[N_POOLS], NONE)
    fill_rows(s, at[S_POOL_RISK], at[N_POOLS], NONE)
    for i in range(first, end):
        way = at[T_WAY_ROWS] + n[at[T_ACTIVE_WAY] + i] * WAY_RECORD
        want, rate = s[n[way + W_WANT]], s[n[way + W_RATE_TODAY]]
        fill(want, NONE)
        for j in range(n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1]):
            load = at[T_LOAD_ROWS] + n[at[T_ACTIVE_LOAD] + j] * LOAD_RECORD
            if n[at[T_ACTIVE_SHARED] + j] == 1:
                add(want, s[n[load + L_DESIRED]])
                continue
            b = n[load + L_FROM]
            here, need = s[bin_row(n, s, at, b, at[S_SCRATCH] + 1)], s[at[S_NEED] + n[at[T_BIN_MESS] + b]]
            stock, there = _goal(load, j, day, n, u, s, at)
            _want_alone(
                s[n[load + L_DUE]], s[n[load + L_DESIRED]], want, rate, s[there], here, need, s[at[S_CATCH_UP]],
                u[at[U_ACTIVE_PLAN] + j], u[at[U_ACTIVE_PART] + j], stock,
            )  # fmt: skip
        _claim(want, rate, s[n[way + W_POOL_WANT]], s[n[way + W_ROUTE_WANT]])
    for p in range(at[N_POOLS]):
        _share(s[at[S_POOL_WANT] + p], s[at[S_POOL] + p])


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
def _claim(way: A, rate: A, pool: A, route: A) -> None:
    for lane in range(way.shape[0]):
        pool[lane] += way[lane] / max(rate[lane], TINY)
        route[lane] += way[lane]


@lane_loop
def _share(want: A, limit: A) -> None:
    for lane in range(want.shape[0]):
        want[lane] = min(ONE, limit[lane] / max(want[lane], TINY))


@apart_kernel
def _set_share(way: int, n: N, x: A, s: A, at: AT) -> bool:
    """Share of its wants that a way can move: by its pool's carriers, the road's throughput and fuel, which it burns.

    Returns whether there is anything to move in any lane.
    """
    want, share = s[n[way + W_WANT]], s[at[S_SCRATCH] + SHARE]
    if not _least_share(want, share, s[n[way + W_POOL_WANT]], s[n[way + W_ROUTE_WANT]], x[n[way + W_X_THROUGHPUT]]):
        if n[way + W_WORK] >= 0:
            fill(s[n[way + W_WORK]], NONE)
        return False
    fill(s[at[S_SCRATCH] + MOVED], NONE)
    b = n[way + W_FUEL_BIN]
    if b >= -1:
        wanted, burnt = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
        _fuel_wanted(wanted, want, share, s[n[way + W_FUEL]])
        enough = take_lanes(n, s, at, b, wanted, burnt)
        add(s[n[way + W_BURNT]], burnt)
        if not enough:
            _burn(burnt, wanted, share)
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
def _burn(burnt: A, wanted: A, share: A) -> None:
    for lane in range(share.shape[0]):
        share[lane] *= burnt[lane] / wanted[lane] if wanted[lane] > NONE else ONE


@apart_kernel
def _crews(way: int, n: N, x: A, s: A, at: AT) -> bool:
    """Carriers at work on a way: their labour, what they eat at the depot they load at; whether any may be struck."""
    food, eaten = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
    moved, work = s[at[S_SCRATCH] + MOVED], s[at[S_SCRATCH] + WORK]
    struck = _work(
        work, s[n[way + W_WANT]], s[at[S_SCRATCH] + SHARE], s[n[way + W_RATE_TODAY]], moved,
        x[n[way + W_X_CREW]], s[n[way + W_LABOUR]], s[n[way + W_PASSED]], x[n[way + W_X_FOOD]], food,
        s[n[way + W_STRUCK]], s[n[way + W_RISK]],
    )  # fmt: skip
    if n[way + W_WORK] >= 0:
        copy(s[n[way + W_WORK]], work)
    if n[way + W_TRAFFIC] >= 0:
        add(s[n[way + W_TRAFFIC]], moved)
    b = n[way + W_FOOD_BIN]
    if b >= 0:
        enough = take_lanes(n, s, at, b, food, eaten)
        add(s[n[way + W_EATEN]], eaten)
        if not enough:
            _miss_food(food, eaten, s[n[way + W_SHORT]], s[n[way + W_FED]])
    return struck


@lane_loop
def _work(
    work: A, way: A, share: A, rate: A, moved: A, crew: A, labour: A, passed: A, ration: A, food: A, struck: A, risk: A,
) -> bool:  # fmt: skip
    """Book a way's work; what its crews want to eat, how many of them may be struck, and whether any may."""
    some = np.int32(0)
    for lane in range(work.shape[0]):
        there = way[lane] * share[lane] / max(rate[lane], TINY)
        work[lane] = there
        labour[lane] += there * crew[lane]
        passed[lane] += moved[lane]
        food[lane] = there * ration[lane] * TONNE
        hit = there * struck[lane]
        risk[lane] += hit
        some = np.int32(some | np.int32(hit > NONE))
    return some != 0


@lane_loop
def _miss_food(food: A, eaten: A, short: A, fed: A) -> None:
    for lane in range(food.shape[0]):
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
def _send(load: int, day: int, plan: float, n: N, s: A, at: AT) -> None:
    """Take a load out of its depot lot by lot and book its arrival; air cargo is dealt with by the air bridge."""
    share, moved = s[at[S_SCRATCH] + SHARE], s[at[S_SCRATCH] + MOVED]
    desired, due, hit, lost = s[n[load + L_DESIRED]], s[n[load + L_DUE]], s[n[load + L_HIT]], s[n[load + L_LOST]]
    first, lots, cell, air = n[load + L_STOCK], n[load + L_LOTS], n[load + L_CELL], n[load + L_AIR] == 1
    then = at[T_DUE_ROW] + (day + n[load + L_TRAVEL]) * at[N_CELLS]
    if lots == 1 and not air:
        goal = s[n[then + n[at[T_LOAD_CELLS] + cell]]]
        if n[load + L_HIT] == at[S_NOUGHT]:
            _send_safely(desired, share, s[first], goal, due, moved, plan)
        else:
            _send_whole(desired, share, s[first], goal, hit, lost, due, moved, plan)
        return
    part = s[at[S_SCRATCH] + 1]
    _part_of_depot(part, desired, share, s[bin_row(n, s, at, n[load + L_FROM], at[S_SCRATCH])])
    for j in range(lots):
        if air:  # until the air bridge lands or drops it, later today
            _take_aloft(part, s[first + j], s[at[S_ALOFT] + cell + j], desired)
        else:
            goal = s[n[then + n[at[T_LOAD_CELLS] + cell + j]]]
            _take_lot(part, s[first + j], goal, hit, lost, desired)
    _book_sent(desired, due, moved, plan)


@lane_loop
def _send_whole(desired: A, share: A, source: A, goal: A, hit: A, lost: A, due: A, moved: A, plan: float) -> None:
    """From a depot with one lot of the good."""
    for lane in range(desired.shape[0]):
        part = _part_sent(desired[lane] * share[lane], source[lane])
        gone = part * hit[lane]
        source[lane] -= part
        goal[lane] += part - gone
        lost[lane] += gone
        due[lane] = max(NONE, due[lane] + plan - part)
        moved[lane] += part


@lane_loop
def _send_safely(desired: A, share: A, source: A, goal: A, due: A, moved: A, plan: float) -> None:
    """The same on a route on which nothing is ever struck."""
    for lane in range(desired.shape[0]):
        part = _part_sent(desired[lane] * share[lane], source[lane])
        source[lane] -= part
        goal[lane] += part
        due[lane] = max(NONE, due[lane] + plan - part)
        moved[lane] += part


@inlined
def _part_sent(asked: float, there: float) -> float:
    return min(asked, there) if asked > LEAST and there > LEAST else NONE


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
