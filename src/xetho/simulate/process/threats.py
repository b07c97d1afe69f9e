"""Step 3, threats: effort shared over the routes, cuts, and the share of carriers and cargo struck today."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import inlined, kernel, lane_loop, step
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
    S_STRIKE_CUTS,
    S_STRIKE_LEFT,
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
from xetho.simulate.maths import exp, log
from xetho.simulate.pack import not_above_zero
from xetho.simulate.rows import add, fill_rows, whole_vectors
from xetho.simulate.streams import STRIKE, lognormal, uniform4, uniform_row
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RUNS = NDArray[np.uint32]
EXPOSURE, TRAFFIC, EVEN = 0, 1, 2
NONE, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
# Scratch rows of this file: lanes with a cut of one strike; then the list of cuts of many strikes, one a column.
LANES, LIST_STRIKE, LIST_ROUTE, LIST_LANE, LIST_RUN, LIST_ENTITY, LIST_COUNT, LIST_WORK, LIST_GAP = range(1, 10)
RISK, CUT = 1, 2  # what `_spread` has seen
MOST_CUTS = np.float32(1e4)  # of a threat on a route and day: what is left must stay a number that a gap can change


@step
def threats(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Every threat strikes its routes.

    A route's part w of the effort follows the threat's policy; cuts ~ Poisson(effort · w · (1 − guard) · cuts per
    effort); a cut adds lognormal man-days of mending; carriers and cargo are struck with
    ``1 − exp(−Σ effort · w · (1 − guard) · rate)``, summed over the threats. What strikes at a played guard is spent.

    Cuts are a Poisson process in the cuts expected so far: from one to the next lies an exponential amount of them. So
    numbers are drawn for cuts, not for days, and the nth cut of a threat on a route has the same luck in every what-if.
    """
    x, s = of_width(x), of_width(s)
    if day == 0:
        _first_gaps(n, s, at, key, runs)
    _share_effort(day, n, u, x, s, at)
    listed = 0
    for r in range(at[N_ROUTES]):
        first, end = n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]
        if first == end:
            continue  # nothing ever strikes it
        hit, struck = s[at[S_HIT] + r], s[at[S_STRUCK] + r]
        _clear(hit, struck)
        at_risk = False
        guarded = u[at[U_ROUTE_GUARD] + day * at[N_ROUTES] + r] > NONE
        if not guarded and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(first, end):
                on = u[at[U_THREAT_ON] + n[at[T_STRIKE_THREAT] + j] * at[N_DAYS] + day] > NONE
                if on:
                    seen = _strike(j, r, n, x, s, at)
                    at_risk = at_risk or (seen & RISK) != 0
                    if seen & CUT:
                        listed = _list_cuts(j, r, listed, n, x, s, at, key, runs)
        if at_risk:
            _as_shares(hit, struck)
    _cut(listed, n, x, s, at, key, runs)


@kernel
def _first_gaps(n: N, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Cuts to be expected before each strike's first cut."""
    for j in range(at[N_STRIKES]):
        left = s[at[S_STRIKE_LEFT] + j]
        uniform_row(key, STRIKE, runs, 0, n[at[T_STRIKE_ENTITY] + j], 0, left)
        _gap(left)


@lane_loop
def _gap(uniform: A) -> None:
    for lane in range(uniform.shape[0]):
        uniform[lane] = -log(uniform[lane])


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
                    if n[at[T_THREAT_POLICY] + k] == EXPOSURE:
                        add(s[at[S_CLAIMS] + k], x[at[X_EXPOSURE] + r])
                    else:
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
    """A route's claim on the effort of a threat that does not go by exposure alone, in every lane, into `out`."""
    if policy == TRAFFIC:
        _by_traffic(out, x[at[X_EXPOSURE] + r], s[at[S_TRAFFIC] + r], x[P_IDLE_ROUTE])
    else:
        _evenly(out, x[at[X_EXPOSURE] + r])


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
def _strike(j: int, r: int, n: N, x: A, s: A, at: AT) -> int:
    """Strike `j`, that of one threat on route `r`, in all lanes; what `_spread` has seen."""
    k = n[at[T_STRIKE_THREAT] + j]
    policy, left = n[at[T_THREAT_POLICY] + k], s[at[S_STRIKE_LEFT] + j]
    claim = x[at[X_EXPOSURE] + r] if policy == EXPOSURE else s[at[S_SCRATCH]]
    if policy != EXPOSURE:
        _weigh(claim, r, policy, x, s, at)
    return _spread(
        left, claim, s[at[S_CLAIMS] + k], x[at[X_GUARD] + r], x[at[X_THREAT_FOUL] + k],
        s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_HIT] + r], s[at[S_STRUCK] + r], x[at[X_CUTS] + k],
        x[at[X_CARGO_LOST] + k], x[at[X_CARRIERS_LOST] + k],
    )  # fmt: skip


@lane_loop
def _spread(
    left: A, claim: A, each: A, guard: A, in_foul: A, foul: A, hit: A, struck: A, cuts: A, cargo: A, carriers: A
) -> int:
    """A threat's effort on a route: cargo and carriers at risk, and what of it is left until the next cut.

    Returns RISK where there is any in some lane, and CUT where any lane has come to a cut.
    """
    risk, cut = np.int32(0), np.int32(0)
    for lane in range(left.shape[0]):
        effort = claim[lane] * each[lane] * (ONE - guard[lane]) * (in_foul[lane] if foul[lane] > HALF else ONE)
        risk = np.int32(risk | np.int32(effort * (cargo[lane] + carriers[lane]) > NONE))
        left[lane] -= min(MOST_CUTS, effort * cuts[lane])
        cut = np.int32(cut | np.int32(left[lane] <= NONE))
        hit[lane] += effort * cargo[lane]
        struck[lane] += effort * carriers[lane]
    return RISK * risk + CUT * cut


@kernel
def _list_cuts(j: int, r: int, listed: int, n: N, x: A, s: A, at: AT, key: int, runs: RUNS) -> int:
    """Put the lanes in which strike `j` has come to a cut of route `r` down in the list; how many are in it now.

    A strike has a cut in a lane or two of a block on most days. Their numbers are drawn for a full list at once.
    """
    k, lanes = n[at[T_STRIKE_THREAT] + j], s[at[S_SCRATCH] + LANES].view(np.int32)
    few = not_above_zero(s[at[S_STRIKE_LEFT] + j], lanes)
    first = at[S_SCRATCH]
    for i in range(few):
        if listed == s.shape[1]:
            _cut(listed, n, x, s, at, key, runs)
            listed = 0
        lane = np.int64(lanes[i])
        s[first + LIST_STRIKE].view(np.int32)[listed] = j
        s[first + LIST_ROUTE].view(np.int32)[listed] = r
        s[first + LIST_LANE].view(np.int32)[listed] = lane
        s[first + LIST_RUN].view(np.uint32)[listed] = runs[lane]
        s[first + LIST_ENTITY].view(np.int32)[listed] = n[at[T_STRIKE_ENTITY] + j]
        s[first + LIST_COUNT, listed] = s[at[S_STRIKE_CUTS] + j, lane]
        s[first + LIST_WORK, listed] = x[at[X_MEND] + k, lane]
        s[first + LIST_GAP, listed] = x[at[X_MEND_CV] + k, lane]
        listed += 1
    return listed


@kernel
def _cut(listed: int, n: N, x: A, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Cut routes as the list says, strike after strike, and further where effort is left for another cut that day."""
    first = at[S_SCRATCH]
    work, gap = s[first + LIST_WORK], s[first + LIST_GAP]
    _mending(
        whole_vectors(listed, s.shape[1]), s[first + LIST_RUN].view(np.uint32), s[first + LIST_COUNT],
        s[first + LIST_ENTITY].view(np.int32), work, gap, key,
    )  # fmt: skip
    for i in range(listed):
        j, lane = np.int64(s[first + LIST_STRIKE].view(np.int32)[i]), np.int64(s[first + LIST_LANE].view(np.int32)[i])
        r, k = np.int64(s[first + LIST_ROUTE].view(np.int32)[i]), n[at[T_STRIKE_THREAT] + j]
        mandays, until = work[i], gap[i]
        while True:
            s[at[S_BACKLOG] + r, lane] += mandays
            s[at[A_CUTS] + r, lane] += ONE
            s[at[S_STRIKE_CUTS] + j, lane] += ONE
            s[at[S_STRIKE_LEFT] + j, lane] += until
            if s[at[S_STRIKE_LEFT] + j, lane] > NONE:
                break
            mandays, until = _next_cut(
                runs[lane], s[at[S_STRIKE_CUTS] + j, lane], n[at[T_STRIKE_ENTITY] + j], x[at[X_MEND] + k, lane],
                x[at[X_MEND_CV] + k, lane], key,
            )  # fmt: skip


@lane_loop
def _mending(listed: int, run: RUNS, count: A, entity: N, work: A, gap: A, key: int) -> None:
    """`_next_cut` for so many of the list: days and variation come in as `work` and `gap`."""
    for i in range(listed):
        work[i], gap[i] = _next_cut(run[i], count[i], entity[i], work[i], gap[i], key)


@inlined
def _next_cut(run: int, count: float, entity: int, days: float, varies: float, key: int) -> tuple[float, float]:
    """Man-days that a strike's next cut after so many takes to mend, and the effort from it to the one after."""
    luck, until, _, _ = uniform4(key, STRIKE, run, np.int64(count) + 1, entity, 0)
    return np.float32(days * lognormal(luck, varies)), np.float32(-log(until))


@lane_loop
def _as_shares(hit: A, struck: A) -> None:
    """Expected numbers of strikes on each to the shares that are struck at least once."""
    for lane in range(hit.shape[0]):
        hit[lane] = ONE - exp(-hit[lane])
        struck[lane] = ONE - exp(-struck[lane])
