"""Step 3, threats: effort shared over the routes, cuts, and the share of carriers and cargo struck today."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
from xetho.simulate.layout import (
    A_CUTS,
    N_DAYS,
    N_ROUTES,
    N_STRIKES,
    N_THREATS,
    P_IDLE_ROUTE,
    S_BACKLOG,
    S_CLAIMS,
    S_FOUL,
    S_HIT,
    S_OVER,
    S_POOL,
    S_POOL_JOINED,
    S_SCRATCH,
    S_STRIKE_LUCK,
    S_STRUCK,
    S_TRAFFIC,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_STRIKE,
    T_ROUTE_ZONE,
    T_STRIKE_ENTITY,
    T_STRIKE_THREAT,
    T_THREAT_POLICY,
    T_THREAT_POOL,
    U_ROUTE_GUARD,
    U_THREAT_ON,
    X_CARGO_LOST,
    X_CARRIERS_LOST,
    X_CUTS,
    X_EFFORT,
    X_EXPOSURE,
    X_GUARD,
    X_MEND,
    X_MEND_CV,
    X_THREAT_FOUL,
)
from xetho.simulate.maths import exp
from xetho.simulate.rows import add, copy, fill_rows
from xetho.simulate.streams import STRIKE, day_row, lognormal, poisson_row, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
EXPOSURE, TRAFFIC, EVEN = 0, 1, 2
NONE, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
# Scratch rows of this file: of a strike, and of the cuts that wait for their mending work.
MEAN, CUTS = 1, 2
LANE, STRIKES, ROUTE, COUNT, VARIES, WORK = range(5, 11)


@kernel
def threats(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Every threat strikes its routes.

    A route's part w of the effort follows the threat's policy; cuts ~ Poisson(effort · w · (1 − guard) · cuts per
    effort); a cut adds lognormal man-days of mending; carriers and cargo are struck with
    ``1 − exp(−Σ effort · w · (1 − guard) · rate)``, summed over the threats. What strikes at a played guard is spent.
    """
    _share_effort(day, n, u, x, s, at)
    waiting = 0
    for r in range(at[N_ROUTES]):
        first, end = n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]
        if first == end:
            continue  # nothing ever strikes it
        hit, struck = s[at[S_HIT] + r], s[at[S_STRUCK] + r]
        _clear(hit, struck)
        threatened = False
        guarded = u[at[U_ROUTE_GUARD] + day * at[N_ROUTES] + r] > NONE
        if not guarded and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(first, end):
                if u[at[U_THREAT_ON] + n[at[T_STRIKE_THREAT] + j] * at[N_DAYS] + day] > NONE:
                    cut = _strike(j, r, day, n, x, s, at, key, run0, waiting)
                    if cut >= 0:
                        threatened, waiting = True, cut
        if threatened:
            _as_shares(hit, struck)
    _mending(waiting, day, n, s, at, key, run0)


@kernel
def _share_effort(day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """For each threat what a unit of claim gets of its effort (S_CLAIMS): claims of all open routes are added up."""
    claim = s[at[S_SCRATCH]]
    fill_rows(s, at[S_CLAIMS], at[N_THREATS], NONE)
    for r in range(at[N_ROUTES]):
        if n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]):
                k = n[at[T_STRIKE_THREAT] + j]
                if u[at[U_THREAT_ON] + k * at[N_DAYS] + day] > NONE:
                    _weigh(claim, r, n[at[T_THREAT_POLICY] + k], x, s, at)
                    add(s[at[S_CLAIMS] + k], claim)
    for k in range(at[N_THREATS]):
        if u[at[U_THREAT_ON] + k * at[N_DAYS] + day] > NONE:
            _effort_each(s[at[S_CLAIMS] + k], x[at[X_EFFORT] + k], s[at[S_OVER]])
            pool = n[at[T_THREAT_POOL] + k]
            if pool >= 0:
                _left_of(s[at[S_CLAIMS] + k], s[at[S_POOL] + pool], s[at[S_POOL_JOINED] + pool])


@kernel
def _weigh(out: A, r: int, policy: int, x: A, s: A, at: AT) -> None:
    """A route's claim on the effort of a threat, in every lane, into `out`."""
    if policy == TRAFFIC:
        _by_traffic(out, x[at[X_EXPOSURE] + r], s[at[S_TRAFFIC] + r], x[P_IDLE_ROUTE])
    elif policy == EVEN:
        _evenly(out, x[at[X_EXPOSURE] + r])
    else:
        copy(out, x[at[X_EXPOSURE] + r])


@lane_loop
def _by_traffic(out: A, exposure: A, traffic: A, idle: A) -> None:
    for lane in range(out.shape[0]):
        out[lane] = exposure[lane] * (idle[lane] + traffic[lane])


@lane_loop
def _evenly(out: A, exposure: A) -> None:
    for lane in range(out.shape[0]):
        out[lane] = ONE if exposure[lane] > NONE else NONE


@lane_loop
def _effort_each(claims: A, whole: A, over: A) -> None:
    for lane in range(claims.shape[0]):
        claims[lane] = whole[lane] / max(claims[lane], np.float32(1e-12)) * (ONE - over[lane])


@lane_loop
def _left_of(effort: A, pool: A, joined: A) -> None:
    """What losses have left of a threat that flies from a pool."""
    for lane in range(effort.shape[0]):
        effort[lane] *= pool[lane] / joined[lane] if joined[lane] > NONE else NONE


@lane_loop
def _clear(hit: A, struck: A) -> None:
    for lane in range(hit.shape[0]):
        hit[lane] = NONE
        struck[lane] = NONE


@kernel
def _strike(
    j: int, r: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int, waiting: int
) -> int:
    """Strike `j`, that of one threat on route `r`, in all lanes.

    Cuts wait in a queue for their mending work to be drawn: there are few, in few lanes. Returns how many now wait,
    -1 where no lane sees effort.
    """
    k = n[at[T_STRIKE_THREAT] + j]
    claim, mean, cuts = s[at[S_SCRATCH]], s[at[S_SCRATCH] + MEAN], s[at[S_SCRATCH] + CUTS]
    _weigh(claim, r, n[at[T_THREAT_POLICY] + k], x, s, at)
    if not _spread(
        mean, claim, s[at[S_CLAIMS] + k], x[at[X_GUARD] + r], x[at[X_THREAT_FOUL] + k],
        s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_HIT] + r], s[at[S_STRUCK] + r], x[at[X_CUTS] + k],
        x[at[X_CARGO_LOST] + k], x[at[X_CARRIERS_LOST] + k],
    ):  # fmt: skip
        return -1
    uniform = s[day_row(key, STRIKE, run0, day, n[at[T_STRIKE_ENTITY] + j], s, at[S_STRIKE_LUCK] + 5 * j)]
    poisson_row(uniform, mean, s[at[S_SCRATCH] + 3], s[at[S_SCRATCH] + 4], cuts)
    if _count(cuts, s[at[A_CUTS] + r]):
        row = at[S_SCRATCH]
        for lane in range(cuts.shape[0]):
            if cuts[lane] > NONE:
                s[row + LANE, waiting] = lane
                s[row + STRIKES, waiting] = j
                s[row + ROUTE, waiting] = r
                s[row + COUNT, waiting] = cuts[lane]
                s[row + VARIES, waiting] = x[at[X_MEND_CV] + k, lane]
                s[row + WORK, waiting] = cuts[lane] * x[at[X_MEND] + k, lane]
                waiting += 1
                if waiting == cuts.shape[0]:
                    _mending(waiting, day, n, s, at, key, run0)
                    waiting = 0
    return waiting


@lane_loop
def _spread(
    mean: A, claim: A, each: A, guard: A, in_foul: A, foul: A, hit: A, struck: A, cuts: A, cargo: A, carriers: A
) -> bool:
    """A threat's effort on a route: cuts to be expected, cargo and carriers at risk; whether any lane sees any."""
    some = np.int32(0)
    for lane in range(mean.shape[0]):
        effort = claim[lane] * each[lane] * (ONE - guard[lane]) * (in_foul[lane] if foul[lane] > HALF else ONE)
        some = np.int32(some | np.int32(effort > NONE))
        mean[lane] = effort * cuts[lane]
        hit[lane] += effort * cargo[lane]
        struck[lane] += effort * carriers[lane]
    return some != 0


@lane_loop
def _count(cuts: A, total: A) -> bool:
    some = np.int32(0)
    for lane in range(cuts.shape[0]):
        some = np.int32(some | np.int32(cuts[lane] > NONE))
        total[lane] += cuts[lane]
    return some != 0


@kernel
def _mending(waiting: int, day: int, n: N, s: A, at: AT, key: int, run0: int) -> None:
    """Draw the man-days that the cuts in the queue take to mend and add them to their routes' backlogs."""
    if waiting == 0:
        return
    row = at[S_SCRATCH]
    lane, route, work = s[row + LANE], s[row + ROUTE], s[row + WORK]
    _draw_work(
        waiting, lane, s[row + STRIKES], s[row + COUNT], s[row + VARIES], work,
        n[at[T_STRIKE_ENTITY] : at[T_STRIKE_ENTITY] + at[N_STRIKES]], key, run0, day,
    )  # fmt: skip
    for i in range(waiting):
        s[at[S_BACKLOG] + int(route[i]), int(lane[i])] += work[i]


@lane_loop
def _draw_work(
    waiting: int, lane: A, strikes: A, count: A, varies: A, work: A, entity: N, key: int, run0: int, day: int
) -> None:
    for i in range(waiting):
        luck = uniform4(key, STRIKE, run0 + np.int64(lane[i]), day, entity[np.int64(strikes[i])], 1)[0]
        work[i] *= lognormal(luck, varies[i] / np.float32(math.sqrt(count[i])))


@lane_loop
def _as_shares(hit: A, struck: A) -> None:
    """Expected numbers of strikes on each to the shares that are struck at least once."""
    for lane in range(hit.shape[0]):
        hit[lane] = ONE - exp(-hit[lane])
        struck[lane] = ONE - exp(-struck[lane])
