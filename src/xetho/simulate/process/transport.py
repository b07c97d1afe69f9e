"""Step 5, transport: what the plan wants moved is loaded as far as carriers, roads, fuel and stocks allow.

Relay system: on each route carriers of a mode shuttle between its two depots. The plan gives cumulative targets for
each way and good; what could not be moved is caught up in this plan period or the next, and where a depot has fallen
behind its planned stock its routes bring more (`correction_days`). Depots keep the day's rations of those who eat
there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_BURNT,
    A_EATEN,
    A_LABOUR,
    A_LOST,
    A_PASSED,
    A_SHORT,
    N_BINS,
    N_CELLS,
    N_DAYS,
    N_GOODS,
    N_LOADS,
    N_PERIODS,
    N_PLACES,
    N_POOLS,
    N_RING,
    N_ROUTES,
    N_WAYS,
    P_CORRECTION,
    P_UNFED_WORK,
    S_ALOFT,
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
    T_BIN_CELL,
    T_BIN_GOOD,
    T_LOAD_CELL,
    T_LOAD_CELLS,
    T_LOAD_FROM,
    T_LOAD_TO,
    T_LOAD_WAY,
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
    T_WAY_LOAD,
    T_WAY_MODE,
    T_WAY_POOL,
    T_WAY_ROUTE,
    T_WAY_TRAVEL,
    U_BIN_PLAN,
    U_LOAD_AWAKE,
    U_LOAD_PART,
    U_LOAD_PLAN,
    U_PERIOD,
    X_AVAILABLE,
    X_CREW,
    X_CUT_PASSES,
    X_FOOD,
    X_FOUL_FACTOR,
    X_FUEL,
    X_KM_DAY,
    X_LENGTH,
    X_PAYLOAD,
    X_SORTIES,
    X_THROUGHPUT,
)
from xetho.simulate.process.conditions import all_hold
from xetho.simulate.process.stock import held_lanes, take_lanes
from xetho.simulate.process.works import open_share
from xetho.simulate.streams import CARRIERS, poisson, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
FLOW = NDArray[np.int64]
KG = 1000.0
LEAST = 1e-3  # of a tonne: less than this is not moved on a day


@kernel
def rates(n: N, x: A, s: A, at: AT) -> None:
    """Once a campaign: tonnes a day one carrier moves on each way in fair weather, and fuel for each tonne.

    Land and river: ``payload · availability · (km/day) / (2 · length)``; air: ``payload · serviceability · sorties``.
    """
    for w in range(at[N_WAYS]):
        m = n[at[T_WAY_MODE] + w]
        r = n[at[T_WAY_ROUTE] + w]
        for lane in range(s.shape[1]):
            lift = x[at[X_PAYLOAD] + m, lane] / KG * x[at[X_AVAILABLE] + m, lane]
            if n[at[T_WAY_AIR] + w] == 1:
                s[at[S_RATE] + w, lane] = lift * x[at[X_SORTIES] + m, lane]
            else:
                stage = np.float32(2.0) * x[at[X_LENGTH] + r, lane]
                s[at[S_RATE] + w, lane] = lift * x[at[X_KM_DAY] + m, lane] / stage
            burn = np.float32(2.0) * x[at[X_LENGTH] + r, lane] * x[at[X_FUEL] + m, lane]
            s[at[S_FUEL] + w, lane] = burn / x[at[X_PAYLOAD] + m, lane]


@kernel
def transport(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int, lanes: int, flow: FLOW) -> None:
    """A day's loading on every way; cargo is on its way when this returns. `flow` adds up kg by arc over lanes."""
    period = int(u[at[U_PERIOD] + day])
    _clear(s, at)
    _roads(day, n, u, x, s, at)
    _wants(day, n, u, x, s, at)
    _share_carriers(n, x, s, at)
    for w in range(at[N_WAYS]):
        if not _set_share(w, n, s, at):
            continue
        for k in range(n[at[T_WAY_LOAD] + w], n[at[T_WAY_LOAD] + w + 1]):
            if u[at[U_LOAD_AWAKE] + k * at[N_PERIODS] + period] > 0.0:
                _send(k, w, day, n, s, at)
        _crews(w, day, n, x, s, at, key, run0)
        moved, arc = at[S_WAY_MOVED] + w, n[at[T_WAY_ARC] + w]
        for lane in range(lanes):
            flow[arc] += np.int64(s[moved, lane] * np.float32(KG))


@kernel
def _clear(s: A, at: AT) -> None:
    for b in range(at[N_BINS]):
        for lane in range(s.shape[1]):
            s[at[S_WANT] + b, lane] = 0.0
    for p in range(at[N_POOLS]):
        for lane in range(s.shape[1]):
            s[at[S_POOL_WANT] + p, lane] = 0.0
    for r in range(at[N_ROUTES]):
        for lane in range(s.shape[1]):
            s[at[S_ROUTE_WANT] + r, lane] = 0.0
            s[at[S_TRAFFIC] + r, lane] = 0.0


@kernel
def _roads(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Which routes are open today, and what a carrier of each way can move on them."""
    for r in range(at[N_ROUTES]):
        dated = n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]
        first = at[T_ROUTE_TEST] + r
        for lane in range(s.shape[1]):
            is_open = dated and all_hold(n[first], n[first + 1], n, u, x, s, at, lane)
            s[at[S_OPEN] + r, lane] = 1.0 if is_open and s[at[S_OVER], lane] == 0.0 else 0.0
            s[at[S_SHUT] + r, lane] = np.float32(1.0) - open_share(r, x, s, at, np.float32(0.0), lane)
    for w in range(at[N_WAYS]):
        r, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_MODE] + w]
        foul, foul2 = s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_FOUL] + n[at[T_ROUTE_ZONE2] + r]]
        fed, is_open, shut = s[at[S_FED] + n[at[T_WAY_FROM] + w]], s[at[S_OPEN] + r], s[at[S_SHUT] + r]
        fair, today = s[at[S_RATE] + w], s[at[S_RATE_TODAY] + w]
        passes, slowed, unfed = x[at[X_CUT_PASSES] + m], x[at[X_FOUL_FACTOR] + m], x[P_UNFED_WORK]
        one = np.float32(1.0)
        for lane in range(today.shape[0]):
            rate = fair[lane] * is_open[lane] * (one - shut[lane] * (one - passes[lane]))
            wet = max(foul[lane], foul2[lane])
            rate *= one - wet * (one - slowed[lane])
            today[lane] = rate * (one - (one - fed[lane]) * (one - unfed[lane]))
    for p in range(at[N_PLACES]):  # from here on S_FED tells how today's eaters fare
        for lane in range(s.shape[1]):
            s[at[S_FED] + p, lane] = 1.0


@kernel
def _wants(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """What is due on each way, no more than lies in the depot beyond the rations of those who eat there."""
    period = int(u[at[U_PERIOD] + day])
    periods = at[N_PERIODS]
    none, least = np.float32(0.0), np.float32(LEAST)
    there = s[at[S_SCRATCH]]
    for k in range(at[N_LOADS]):
        goal = n[at[T_LOAD_TO] + k]
        plan = u[at[U_LOAD_PLAN] + k * periods + period]
        part = u[at[U_LOAD_PART] + k * periods + period]
        stock = u[at[U_BIN_PLAN] + goal * at[N_DAYS] + day]
        due, desired = s[at[S_DUE] + k], s[at[S_DESIRED] + k]
        if u[at[U_LOAD_AWAKE] + k * periods + period] == 0.0:
            desired[:] = none
            continue
        want, rate = s[at[S_WANT] + n[at[T_LOAD_FROM] + k]], s[at[S_RATE_TODAY] + n[at[T_LOAD_WAY] + k]]
        correction = x[P_CORRECTION]
        for lane in range(due.shape[0]):
            due[lane] += plan
            desired[lane] = due[lane]
        if part > 0.0:
            held_lanes(n, s, at, goal, there)
            for lane in range(due.shape[0]):
                lag = (stock - there[lane]) * part / max(correction[lane], least)
                desired[lane] = max(due[lane], plan + lag) if correction[lane] > none else due[lane]
        for lane in range(due.shape[0]):
            wanted = desired[lane] if rate[lane] > none and desired[lane] > least else none
            desired[lane] = wanted
            want[lane] += wanted
    for b in range(at[N_BINS]):
        want, need = s[at[S_WANT] + b], s[at[S_NEED] + b]
        held_lanes(n, s, at, b, there)
        for lane in range(want.shape[0]):
            spare = max(none, there[lane] - need[lane])
            want[lane] = min(np.float32(1.0), spare / want[lane]) if want[lane] > none else none
    for w in range(at[N_WAYS]):
        way, rate = s[at[S_WAY_WANT] + w], s[at[S_RATE_TODAY] + w]
        pool, route = s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]], s[at[S_ROUTE_WANT] + n[at[T_WAY_ROUTE] + w]]
        way[:] = none
        for k in range(n[at[T_WAY_LOAD] + w], n[at[T_WAY_LOAD] + w + 1]):
            if u[at[U_LOAD_AWAKE] + k * periods + period] == 0.0:
                continue
            desired, share = s[at[S_DESIRED] + k], s[at[S_WANT] + n[at[T_LOAD_FROM] + k]]
            for lane in range(way.shape[0]):
                desired[lane] *= share[lane]
                way[lane] += desired[lane]
        for lane in range(way.shape[0]):
            pool[lane] += way[lane] / max(rate[lane], np.float32(1e-12))
            route[lane] += way[lane]


@kernel
def _share_carriers(n: N, x: A, s: A, at: AT) -> None:
    """Turn wants into shares: of the pool's carriers and of the road's throughput."""
    for p in range(at[N_POOLS]):
        for lane in range(s.shape[1]):
            want = s[at[S_POOL_WANT] + p, lane]
            share = min(np.float32(1.0), s[at[S_POOL] + p, lane] / want) if want > 0.0 else np.float32(0.0)
            s[at[S_POOL_WANT] + p, lane] = share
    for r in range(at[N_ROUTES]):
        for lane in range(s.shape[1]):
            want = s[at[S_ROUTE_WANT] + r, lane]
            limit = x[at[X_THROUGHPUT] + r, lane]
            s[at[S_ROUTE_WANT] + r, lane] = min(np.float32(1.0), limit / want) if want > 0.0 else np.float32(1.0)


@kernel
def _set_share(w: int, n: N, s: A, at: AT) -> bool:
    """Share of its wants that a way can move: by its pool's carriers, the road's throughput and fuel, which it burns.

    Returns whether there is anything to move in any lane.
    """
    pool, route = s[at[S_POOL_WANT] + n[at[T_WAY_POOL] + w]], s[at[S_ROUTE_WANT] + n[at[T_WAY_ROUTE] + w]]
    way, share, moved = s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w], s[at[S_WAY_MOVED] + w]
    none = np.float32(0.0)
    most = none
    for lane in range(way.shape[0]):
        moved[lane] = none
        share[lane] = min(pool[lane], route[lane]) if way[lane] > none else none
        most = max(most, share[lane])
    if most <= none:
        s[at[S_WAY_WORK] + w, :] = none
        return False
    b = n[at[T_WAY_FUEL_BIN] + w]
    if b >= -1:
        side = n[at[T_POOL_SIDE] + n[at[T_WAY_POOL] + w]]
        fuel, wanted, burnt = s[at[S_FUEL] + w], s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
        total = s[at[A_BURNT] + side * at[N_GOODS] + (n[at[T_BIN_GOOD] + b] if b >= 0 else 0)]
        for lane in range(way.shape[0]):
            wanted[lane] = way[lane] * share[lane] * fuel[lane]
        take_lanes(n, s, at, b, wanted, burnt)
        for lane in range(way.shape[0]):
            total[lane] += burnt[lane]
            if wanted[lane] > none:
                share[lane] *= burnt[lane] / wanted[lane]
    return True


@kernel
def _crews(w: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Carriers at work on a way: their labour, what they eat at the depot they load at, and those struck."""
    r, p, m = n[at[T_WAY_ROUTE] + w], n[at[T_WAY_POOL] + w], n[at[T_WAY_MODE] + w]
    side, place, b = n[at[T_POOL_SIDE] + p], n[at[T_WAY_FROM] + w], n[at[T_WAY_FOOD_BIN] + w]
    good = side * at[N_GOODS] + (n[at[T_BIN_GOOD] + b] if b >= 0 else 0)
    work, way, share = s[at[S_WAY_WORK] + w], s[at[S_WAY_WANT] + w], s[at[S_WAY_SHARE] + w]
    rate, moved, struck = s[at[S_RATE_TODAY] + w], s[at[S_WAY_MOVED] + w], s[at[S_STRUCK] + r]
    labour, traffic, passed = s[at[A_LABOUR] + side], s[at[S_TRAFFIC] + r], s[at[A_PASSED] + place]
    crew, ration, pool = x[at[X_CREW] + m], x[at[X_FOOD] + m], s[at[S_POOL] + p]
    eaten_row, short_row, fed = s[at[A_EATEN] + good], s[at[A_SHORT] + good], s[at[S_FED] + place]
    lost_row, entity = s[at[S_POOL_LOST] + p], n[at[T_WAY_ENTITY] + w]
    none = np.float32(0.0)
    risk = none
    for lane in range(way.shape[0]):
        carriers = way[lane] * share[lane] / max(rate[lane], np.float32(1e-12))
        work[lane] = carriers
        labour[lane] += carriers * crew[lane]
        traffic[lane] += moved[lane]
        passed[lane] += moved[lane]
        risk = max(risk, struck[lane])
    if b >= 0:
        food, eaten = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1]
        for lane in range(way.shape[0]):
            food[lane] = work[lane] * ration[lane] / np.float32(KG)
        take_lanes(n, s, at, b, food, eaten)
        for lane in range(way.shape[0]):
            eaten_row[lane] += eaten[lane]
            short_row[lane] += food[lane] - eaten[lane]
            full = eaten[lane] / food[lane] if food[lane] > none else np.float32(1.0)
            fed[lane] = min(fed[lane], full)
    if risk > none:
        for lane in range(way.shape[0]):
            if struck[lane] > none and work[lane] > none:
                uniform = uniform4(key, CARRIERS, run0 + lane, day, entity, 0)[0]
                lost = min(poisson(uniform, work[lane] * struck[lane]), pool[lane])
                pool[lane] -= lost
                lost_row[lane] += lost


@kernel
def _send(k: int, w: int, day: int, n: N, s: A, at: AT) -> None:
    """Take a load out of its depot lot by lot and book its arrival; air cargo is dealt with by the air bridge."""
    b = n[at[T_LOAD_FROM] + k]
    first = at[S_STOCK] + n[at[T_BIN_CELL] + b]
    begin, end = n[at[T_LOAD_CELL] + k], n[at[T_LOAD_CELL] + k + 1]
    desired, due, share = s[at[S_DESIRED] + k], s[at[S_DUE] + k], s[at[S_WAY_SHARE] + w]
    moved_row, hit = s[at[S_WAY_MOVED] + w], s[at[S_HIT] + n[at[T_WAY_ROUTE] + w]]
    side = n[at[T_POOL_SIDE] + n[at[T_WAY_POOL] + w]]
    lost = s[at[A_LOST] + side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]]
    air = n[at[T_WAY_AIR] + w] == 1
    slot = at[S_RING] + ((day + n[at[T_WAY_TRAVEL] + w]) % at[N_RING]) * at[N_CELLS]
    part_of, none, one = s[at[S_SCRATCH]], np.float32(0.0), np.float32(1.0)
    most = none
    there, least = s[at[S_SCRATCH] + 1], np.float32(LEAST)
    for lane in range(desired.shape[0]):
        part_of[lane] = desired[lane] * share[lane]
        desired[lane] = none
        most = max(most, part_of[lane])
    if most <= least:
        if air:
            s[at[S_ALOFT] + begin : at[S_ALOFT] + end] = none
        return
    held_lanes(n, s, at, b, there)
    for lane in range(desired.shape[0]):
        part = min(one, part_of[lane] / max(there[lane], least))
        part_of[lane] = part if part_of[lane] > least and there[lane] > least else none
    for j in range(begin, end):
        source = s[first + j - begin]
        if air:
            goal = s[at[S_ALOFT] + j]  # until the air bridge lands or drops it, later today
            for lane in range(desired.shape[0]):
                part = source[lane] * part_of[lane]
                source[lane] -= part
                desired[lane] += part
                goal[lane] = part
        else:
            goal = s[slot + n[at[T_LOAD_CELLS] + j]]
            for lane in range(desired.shape[0]):
                part = source[lane] * part_of[lane]
                gone = part * hit[lane]
                source[lane] -= part
                desired[lane] += part
                goal[lane] += part - gone
                lost[lane] += gone
    for lane in range(desired.shape[0]):
        due[lane] = max(none, due[lane] - desired[lane])
        moved_row[lane] += desired[lane]
