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
MEAN, CUTS, LANES, WORK = 1, 2, 5, 6  # scratch rows of this file
VECTOR = 16  # numbers that fill a vector of any machine


@kernel
def threats(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Every threat strikes its routes.

    A route's part w of the effort follows the threat's policy; cuts ~ Poisson(effort · w · (1 − guard) · cuts per
    effort); a cut adds lognormal man-days of mending; carriers and cargo are struck with
    ``1 − exp(−Σ effort · w · (1 − guard) · rate)``, summed over the threats. What strikes at a played guard is spent.
    """
    _share_effort(day, n, u, x, s, at)
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
                on = u[at[U_THREAT_ON] + n[at[T_STRIKE_THREAT] + j] * at[N_DAYS] + day] > NONE
                if on and _strike(j, r, day, n, x, s, at, key, run0):
                    threatened = True
        if threatened:
            _as_shares(hit, struck)


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
def _strike(j: int, r: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int) -> bool:
    """Strike `j`, that of one threat on route `r`, in all lanes; whether any lane sees effort there."""
    k = n[at[T_STRIKE_THREAT] + j]
    claim, mean, cuts = s[at[S_SCRATCH]], s[at[S_SCRATCH] + MEAN], s[at[S_SCRATCH] + CUTS]
    _weigh(claim, r, n[at[T_THREAT_POLICY] + k], x, s, at)
    if not _spread(
        mean, claim, s[at[S_CLAIMS] + k], x[at[X_GUARD] + r], x[at[X_THREAT_FOUL] + k],
        s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_HIT] + r], s[at[S_STRUCK] + r], x[at[X_CUTS] + k],
        x[at[X_CARGO_LOST] + k], x[at[X_CARRIERS_LOST] + k],
    ):  # fmt: skip
        return False
    entity = n[at[T_STRIKE_ENTITY] + j]
    uniform = s[day_row(key, STRIKE, run0, day, entity, s, at[S_STRIKE_LUCK] + 5 * j)]
    poisson_row(uniform, mean, s[at[S_SCRATCH] + 3], s[at[S_SCRATCH] + 4], cuts)
    if _count(cuts, s[at[A_CUTS] + r]):
        lanes, work, backlog = s[at[S_SCRATCH] + LANES], s[at[S_SCRATCH] + WORK], s[at[S_BACKLOG] + r]
        few = _cut_lanes(cuts, lanes)
        drawn = min(cuts.shape[0], (few + VECTOR - 1) // VECTOR * VECTOR)
        _mending(drawn, lanes, cuts, x[at[X_MEND] + k], x[at[X_MEND_CV] + k], work, key, run0, day, entity)
        for i in range(few):
            backlog[int(lanes[i])] += work[i]
    return True


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


@lane_loop
def _cut_lanes(cuts: A, lanes: A) -> int:
    """Put down in which lanes there are cuts; their number. Without a branch, since nobody could foretell it."""
    few = 0
    for lane in range(cuts.shape[0]):
        lanes[few] = lane
        few += np.int64(cuts[lane] > NONE)
    return few


@lane_loop
def _mending(
    drawn: int, lanes: A, cuts: A, days: A, varies: A, work: A, key: int, run0: int, day: int, entity: int
) -> None:
    """Man-days that the cuts take to mend, for the lanes put down: they are few, and a draw is dear."""
    last = np.float32(cuts.shape[0] - 1)
    for i in range(drawn):
        lane = np.int64(max(NONE, min(lanes[i], last)))  # beyond those put down there may be anything
        count = max(cuts[lane], ONE)
        luck = uniform4(key, STRIKE, run0 + lane, day, entity, 1)[0]
        work[i] = count * days[lane] * lognormal(luck, varies[lane] / np.float32(math.sqrt(count)))


@lane_loop
def _as_shares(hit: A, struck: A) -> None:
    """Expected numbers of strikes on each to the shares that are struck at least once."""
    for lane in range(hit.shape[0]):
        hit[lane] = ONE - exp(-hit[lane])
        struck[lane] = ONE - exp(-struck[lane])
