"""Step 3, threats: effort shared over the routes, cuts, and the share of carriers and cargo struck today."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import apart_kernel, apart_step, inlined, kernel, lane_loop
from xetho.simulate.layout import (
    N_DAYS,
    N_MENDING_VARIES,
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
    T_PERIOD,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_RISK,
    T_ROUTE_STRIKE,
    T_ROUTE_ZONE,
    T_STRIKE_ENTITY,
    T_STRIKE_ROUTE,
    T_STRIKE_THREAT,
    T_THREAT_POLICY,
    T_THREAT_POOL,
    T_THREAT_RISK,
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
# Scratch rows of this file, a column a cut: its strike and lane as one number and man-days of mending; those that have
# a further cut on the same day, their places in the list and man-days; effort until the next one.
LIST, LIST_DAYS, AGAIN, AGAIN_PLACE, AGAIN_DAYS, GAP = range(1, 7)
MOST_CUTS = np.float32(1e4)  # of a threat on a route and day: what is left must stay a number that a gap can change


@apart_step
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
    cuts, listed = s[at[S_SCRATCH] + LIST].view(np.int32), 0
    risks = at[T_ROUTE_RISK] + n[at[T_PERIOD] + day] * at[N_ROUTES]
    for r in range(at[N_ROUTES]):
        first, end = n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]
        if first == end:
            continue  # nothing ever strikes it
        hit, struck = s[at[S_HIT] + r], s[at[S_STRUCK] + r]
        used, at_risk = n[risks + r] == 1, False
        if used:
            _clear(hit, struck)
        guarded = u[at[U_ROUTE_GUARD] + day * at[N_ROUTES] + r] > NONE
        if not guarded and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(first, end):
                on = u[at[U_THREAT_ON] + n[at[T_STRIKE_THREAT] + j] * at[N_DAYS] + day] > NONE
                if on:
                    risk, few = _strike(j, r, used, n, x, s, at)
                    at_risk = at_risk or risk
                    if few > 0:
                        if listed + few > s.shape[1]:
                            _cut(listed, n, x, s, at, key, runs)
                            listed = 0
                        not_above_zero(s[at[S_STRIKE_LEFT] + j], few, j * s.shape[1], cuts, listed)
                        listed += few
        if at_risk:
            _as_shares(hit, struck)
    _cut(listed, n, x, s, at, key, runs)


@apart_kernel
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


@apart_kernel
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


@apart_kernel
def _strike(j: int, r: int, used: bool, n: N, x: A, s: A, at: AT) -> tuple[bool, int]:
    """Strike `j`, that of one threat on route `r`, in all lanes. `used`: anything is on the route.

    Returns whether anything on it is at risk in some lane, and how many lanes have come to a cut.
    """
    k = n[at[T_STRIKE_THREAT] + j]
    policy, left = n[at[T_THREAT_POLICY] + k], s[at[S_STRIKE_LEFT] + j]
    claim = x[at[X_EXPOSURE] + r] if policy == EXPOSURE else s[at[S_SCRATCH]]
    if policy != EXPOSURE:
        _weigh(claim, r, policy, x, s, at)
    each, guard, in_foul = s[at[S_CLAIMS] + k], x[at[X_GUARD] + r], x[at[X_THREAT_FOUL] + k]
    foul, cuts = s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], x[at[X_CUTS] + k]
    if not used or n[at[T_THREAT_RISK] + k] == 0:
        return False, _spread_cuts(left, claim, each, guard, in_foul, foul, cuts)
    return _spread(
        left, claim, each, guard, in_foul, foul, s[at[S_HIT] + r], s[at[S_STRUCK] + r], cuts,
        x[at[X_CARGO_LOST] + k], x[at[X_CARRIERS_LOST] + k],
    )  # fmt: skip


@lane_loop
def _spread(
    left: A, claim: A, each: A, guard: A, in_foul: A, foul: A, hit: A, struck: A, cuts: A, cargo: A, carriers: A
) -> tuple[bool, int]:
    """A threat's effort on a route: cargo and carriers at risk, and what of it is left until the next cut."""
    risk, cut = np.int32(0), np.int32(0)
    for lane in range(left.shape[0]):
        effort = _effort(claim[lane], each[lane], guard[lane], in_foul[lane], foul[lane])
        risk = np.int32(risk | np.int32(effort * (cargo[lane] + carriers[lane]) > NONE))
        left[lane] -= min(MOST_CUTS, effort * cuts[lane])
        cut = np.int32(cut + np.int32(left[lane] <= NONE))
        hit[lane] += effort * cargo[lane]
        struck[lane] += effort * carriers[lane]
    return risk != 0, np.int64(cut)


@lane_loop
def _spread_cuts(left: A, claim: A, each: A, guard: A, in_foul: A, foul: A, cuts: A) -> int:
    """The same where the threat does nothing but cut, or there is nothing else to strike."""
    cut = np.int32(0)
    for lane in range(left.shape[0]):
        effort = _effort(claim[lane], each[lane], guard[lane], in_foul[lane], foul[lane])
        left[lane] -= min(MOST_CUTS, effort * cuts[lane])
        cut = np.int32(cut + np.int32(left[lane] <= NONE))
    return np.int64(cut)


@inlined
def _effort(claim: float, each: float, guard: float, in_foul: float, foul: float) -> float:
    """What a threat does on a route."""
    return claim * each * (ONE - guard) * (in_foul if foul > HALF else ONE)


@apart_kernel
def _cut(listed: int, n: N, x: A, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Cut routes as the list says, and again where effort is left for another cut that day.

    A strike has a cut in a lane or two of a block on most days, so the numbers of a whole list are drawn at once.
    Mending is booked strike after strike: how a lane's sum is rounded must not depend on the lanes beside it.
    """
    first = at[S_SCRATCH]
    cuts, days = s[first + LIST].view(np.uint32), s[first + LIST_DAYS]
    again, place = s[first + AGAIN].view(np.uint32), s[first + AGAIN_PLACE].view(np.int32)
    more, gap = s[first + AGAIN_DAYS], s[first + GAP]
    _draw(_filled(cuts, listed), cuts, n, x, s, at, runs, days, gap, key)
    few = 0
    for i in range(listed):
        again[few] = cuts[i]
        place[few] = i
        few += _further(cuts[i], gap[i], s, at)
    while few > 0:
        _draw(_filled(again, few), again, n, x, s, at, runs, more, gap, key)
        left = 0
        for i in range(few):
            days[place[i]] += more[i]
            again[left] = again[i]
            place[left] = place[i]
            left += _further(again[i], gap[i], s, at)
        few = left
    for i in range(listed):
        j, lane = _strike_and_lane(cuts[i], s)
        s[at[S_BACKLOG] + n[at[T_STRIKE_ROUTE] + j], lane] += days[i]


@inlined
def _filled(cuts: RUNS, listed: int) -> int:
    """Fill up the last vector of a list, whose cuts are then drawn but not used; how many there are with these."""
    drawn = whole_vectors(listed, cuts.shape[0])
    for i in range(listed, drawn):
        cuts[i] = cuts[0]
    return drawn


@inlined
def _further(cut: int, gap: float, s: A, at: AT) -> int:
    """Count a cut; 1 where the strike has effort left for another on the same day, else 0."""
    j, lane = _strike_and_lane(cut, s)
    s[at[S_STRIKE_CUTS] + j, lane] += ONE
    s[at[S_STRIKE_LEFT] + j, lane] += gap
    return np.int64(s[at[S_STRIKE_LEFT] + j, lane] <= NONE)


@kernel
def _draw(listed: int, cuts: RUNS, n: N, x: A, s: A, at: AT, runs: RUNS, work: A, gap: A, key: int) -> None:
    """Man-days that the next cut of each strike and lane of a list takes to mend, and the effort to the one after."""
    if at[N_MENDING_VARIES] == 1:
        _draw_both(listed, cuts, n, x, s, at, runs, work, gap, key)
    else:
        _draw_gaps(listed, cuts, n, x, s, at, runs, work, gap, key)


@lane_loop
def _draw_both(listed: int, cuts: RUNS, n: N, x: A, s: A, at: AT, runs: RUNS, work: A, gap: A, key: int) -> None:
    for i in range(listed):
        j, lane = _strike_and_lane(cuts[i], s)
        k = n[at[T_STRIKE_THREAT] + j]
        luck, until = _luck(j, lane, n, s, at, runs, key)
        work[i] = x[at[X_MEND] + k, lane] * lognormal(luck, x[at[X_MEND_CV] + k, lane])
        gap[i] = -log(until)


@lane_loop
def _draw_gaps(listed: int, cuts: RUNS, n: N, x: A, s: A, at: AT, runs: RUNS, work: A, gap: A, key: int) -> None:
    """The same where all cuts of a threat take as long to mend."""
    for i in range(listed):
        j, lane = _strike_and_lane(cuts[i], s)
        k = n[at[T_STRIKE_THREAT] + j]
        _, until = _luck(j, lane, n, s, at, runs, key)
        work[i] = x[at[X_MEND] + k, lane]
        gap[i] = -log(until)


@inlined
def _luck(j: int, lane: int, n: N, s: A, at: AT, runs: RUNS, key: int) -> tuple[float, float]:
    """Uniforms of a strike's next cut: for its mending, and for the gap to the one after."""
    number = np.int64(s[at[S_STRIKE_CUTS] + j, lane]) + 1
    luck, until, _, _ = uniform4(key, STRIKE, runs[lane], number, n[at[T_STRIKE_ENTITY] + j], 0)
    return luck, until


@inlined
def _strike_and_lane(cut: int, s: A) -> tuple[int, int]:
    """What a number of the list stands for."""
    lanes = np.uint32(s.shape[1])
    return np.int64(cut // lanes), np.int64(cut % lanes)


@lane_loop
def _as_shares(hit: A, struck: A) -> None:
    """Expected numbers of strikes on each to the shares that are struck at least once."""
    for lane in range(hit.shape[0]):
        hit[lane] = ONE - exp(-hit[lane])
        struck[lane] = ONE - exp(-struck[lane])
