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
from xetho.simulate.rows import add, copy, fill
from xetho.simulate.streams import STRIKE, day_row, lognormal, poisson_row, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
EXPOSURE, TRAFFIC, EVEN = 0, 1, 2
NONE, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@kernel
def threats(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Every threat strikes its routes.

    A route's part w of the effort follows the threat's policy; cuts ~ Poisson(effort · w · (1 − guard) · cuts per
    effort); a cut adds lognormal man-days of mending; carriers and cargo are struck with
    ``1 − exp(−Σ effort · w · (1 − guard) · rate)``, summed over the threats. What strikes at a played guard is spent.
    """
    claim = s[at[S_SCRATCH]]
    for k in range(at[N_THREATS]):
        fill(s[at[S_CLAIMS] + k], NONE)
    for r in range(at[N_ROUTES]):
        if n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]):
                k = n[at[T_STRIKE_THREAT] + j]
                if u[at[U_THREAT_ON] + k * at[N_DAYS] + day] > NONE:
                    _weigh(claim, r, n[at[T_THREAT_POLICY] + k], x, s, at)
                    add(s[at[S_CLAIMS] + k], claim)
    for r in range(at[N_ROUTES]):
        hit, struck = s[at[S_HIT] + r], s[at[S_STRUCK] + r]
        fill(hit, NONE)
        fill(struck, NONE)
        threatened = False
        guarded = u[at[U_ROUTE_GUARD] + r * at[N_DAYS] + day] > NONE
        if not guarded and n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for j in range(n[at[T_ROUTE_STRIKE] + r], n[at[T_ROUTE_STRIKE] + r + 1]):
                k = n[at[T_STRIKE_THREAT] + j]
                if u[at[U_THREAT_ON] + k * at[N_DAYS] + day] > NONE and _strike(j, k, r, day, n, x, s, at, key, run0):
                    threatened = True
        if threatened:
            _as_share(hit)
            _as_share(struck)


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


@kernel
def _strike(j: int, k: int, r: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int) -> bool:
    """Threat `k` on route `r`, all lanes; whether any lane sees effort there."""
    claim, effort, mean, cuts = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1], s[at[S_SCRATCH] + 2], s[at[S_SCRATCH] + 3]
    _weigh(claim, r, n[at[T_THREAT_POLICY] + k], x, s, at)
    _effort(
        effort, claim, s[at[S_CLAIMS] + k], x[at[X_EFFORT] + k],
        x[at[X_GUARD] + r], x[at[X_THREAT_FOUL] + k], s[at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]], s[at[S_OVER]],
    )  # fmt: skip
    pool = n[at[T_THREAT_POOL] + k]
    if pool >= 0:
        _left_of(effort, s[at[S_POOL] + pool], s[at[S_POOL_JOINED] + pool])
    if not _spread(
        effort, mean, s[at[S_HIT] + r], s[at[S_STRUCK] + r], x[at[X_CUTS] + k], x[at[X_CARGO_LOST] + k],
        x[at[X_CARRIERS_LOST] + k],
    ):  # fmt: skip
        return False
    uniform = s[day_row(key, STRIKE, run0, day, n[at[T_STRIKE_ENTITY] + j], s, at[S_STRIKE_LUCK] + 5 * j)]
    poisson_row(uniform, mean, s[at[S_SCRATCH] + 4], s[at[S_SCRATCH] + 5], cuts)
    if _count(cuts, s[at[A_CUTS] + r]):
        backlog, days, spread = s[at[S_BACKLOG] + r], x[at[X_MEND] + k], x[at[X_MEND_CV] + k]
        for lane in range(cuts.shape[0]):
            if cuts[lane] > NONE:
                luck = uniform4(key, STRIKE, run0 + lane, day, n[at[T_STRIKE_ENTITY] + j], 1)[0]
                work = lognormal(luck, spread[lane] / np.float32(math.sqrt(cuts[lane])))
                backlog[lane] += cuts[lane] * days[lane] * work
    return True


@lane_loop
def _effort(effort: A, mine: A, claims: A, whole: A, guard: A, in_foul: A, foul: A, over: A) -> None:
    for lane in range(effort.shape[0]):
        part = whole[lane] * mine[lane] / max(claims[lane], np.float32(1e-12)) * (ONE - guard[lane])
        part *= in_foul[lane] if foul[lane] > HALF else ONE
        effort[lane] = part * (ONE - over[lane])


@lane_loop
def _left_of(effort: A, pool: A, joined: A) -> None:
    """What losses have left of a threat that flies from a pool."""
    for lane in range(effort.shape[0]):
        effort[lane] *= pool[lane] / joined[lane] if joined[lane] > NONE else NONE


@lane_loop
def _spread(effort: A, mean: A, hit: A, struck: A, cuts: A, cargo: A, carriers: A) -> bool:
    some = np.int32(0)
    for lane in range(effort.shape[0]):
        some |= np.int32(effort[lane] > NONE)
        mean[lane] = effort[lane] * cuts[lane]
        hit[lane] += effort[lane] * cargo[lane]
        struck[lane] += effort[lane] * carriers[lane]
    return some != 0


@lane_loop
def _count(cuts: A, total: A) -> bool:
    some = np.int32(0)
    for lane in range(cuts.shape[0]):
        some |= np.int32(cuts[lane] > NONE)
        total[lane] += cuts[lane]
    return some != 0


@lane_loop
def _as_share(risk: A) -> None:
    """An expected number of strikes on each to the share that is struck at least once."""
    for lane in range(risk.shape[0]):
        risk[lane] = ONE - exp(-risk[lane])
