"""Step 3, threats: effort shared over the routes, cuts, and the share of carriers and cargo struck today."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_CUTS,
    N_DAYS,
    N_ROUTES,
    N_STRIKES,
    S_BACKLOG,
    S_FOUL,
    S_HIT,
    S_OVER,
    S_POOL,
    S_POOL_JOINED,
    S_SCRATCH,
    S_STRUCK,
    S_TRAFFIC,
    T_ROUTE_FIRST,
    T_ROUTE_LAST,
    T_ROUTE_ZONE,
    T_STRIKE_ENTITY,
    T_STRIKE_ROUTE,
    T_STRIKE_THREAT,
    T_THREAT_POLICY,
    T_THREAT_POOL,
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
from xetho.simulate.streams import STRIKE, lognormal, poisson, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
EXPOSURE, TRAFFIC, EVEN = 0, 1, 2


@kernel
def threats(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Every threat strikes its routes.

    A route's part w of the effort follows the threat's policy; cuts ~ Poisson(effort · w · (1 − guard) · cuts per
    effort); a cut adds lognormal man-days of mending; carriers and cargo are struck with
    ``1 − exp(−effort · w · (1 − guard) · rate)``.
    """
    for r in range(at[N_ROUTES]):
        for lane in range(s.shape[1]):
            s[at[S_HIT] + r, lane] = 0.0
            s[at[S_STRUCK] + r, lane] = 0.0
    k = 0
    while k < at[N_STRIKES]:
        threat = n[at[T_STRIKE_THREAT] + k]
        end = k + 1
        while end < at[N_STRIKES] and n[at[T_STRIKE_THREAT] + end] == threat:
            end += 1
        if u[at[U_THREAT_ON] + threat * at[N_DAYS] + day] > 0.0:
            _weigh(k, end, n[at[T_THREAT_POLICY] + threat], day, n, x, s, at)
            for j in range(k, end):
                _strike(j, threat, day, n, x, s, at, key, run0)
        k = end


@kernel
def _weigh(first: int, end: int, policy: int, day: int, n: N, x: A, s: A, at: AT) -> None:
    """Sum of the claims of a threat's routes on its effort, lane by lane."""
    total = at[S_SCRATCH]
    for lane in range(s.shape[1]):
        s[total, lane] = 0.0
    for j in range(first, end):
        r = n[at[T_STRIKE_ROUTE] + j]
        if n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
            for lane in range(s.shape[1]):
                s[total, lane] += _weight(r, policy, x, s, at, lane)


@kernel
def _weight(r: int, policy: int, x: A, s: A, at: AT, lane: int) -> float:
    """A route's claim on the effort of a threat."""
    exposure = x[at[X_EXPOSURE] + r, lane]
    if exposure <= 0.0:
        return np.float32(0.0)
    if policy == EVEN:
        return np.float32(1.0)
    if policy == TRAFFIC:
        return exposure * (np.float32(0.1) + s[at[S_TRAFFIC] + r, lane])
    return exposure


@kernel
def _strike(k: int, threat: int, day: int, n: N, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """One threat on one route, all lanes."""
    r = n[at[T_STRIKE_ROUTE] + k]
    if not n[at[T_ROUTE_FIRST] + r] <= day <= n[at[T_ROUTE_LAST] + r]:
        return
    policy, entity = n[at[T_THREAT_POLICY] + threat], n[at[T_STRIKE_ENTITY] + k]
    pool, foul = n[at[T_THREAT_POOL] + threat], at[S_FOUL] + n[at[T_ROUTE_ZONE] + r]
    over, backlog, cuts_made = at[S_OVER], at[S_BACKLOG] + r, at[A_CUTS] + r
    hit, struck, total = at[S_HIT] + r, at[S_STRUCK] + r, at[S_SCRATCH]
    x_effort, x_cuts, x_mend = at[X_EFFORT] + threat, at[X_CUTS] + threat, at[X_MEND] + threat
    for lane in range(s.shape[1]):
        mine = _weight(r, policy, x, s, at, lane)
        if mine <= 0.0 or s[over, lane] > 0.0:
            continue
        effort = x[x_effort, lane] * mine / s[total, lane] * (np.float32(1.0) - x[at[X_GUARD] + r, lane])
        if s[foul, lane] > 0.5:
            effort *= x[at[X_THREAT_FOUL] + threat, lane]
        if pool >= 0:
            joined = s[at[S_POOL_JOINED] + pool, lane]
            effort *= s[at[S_POOL] + pool, lane] / joined if joined > 0.0 else np.float32(0.0)
        if effort <= 0.0:
            continue
        u0, u1, _, _ = uniform4(key, STRIKE, run0 + lane, day, entity, 0)
        cuts = poisson(u0, effort * x[x_cuts, lane])
        if cuts > 0.0:
            cv = x[at[X_MEND_CV] + threat, lane] / math.sqrt(cuts)
            s[backlog, lane] += cuts * x[x_mend, lane] * lognormal(u1, cv)
            s[cuts_made, lane] += cuts
        keep_cargo = math.exp(-effort * x[at[X_CARGO_LOST] + threat, lane])
        keep_carriers = math.exp(-effort * x[at[X_CARRIERS_LOST] + threat, lane])
        s[hit, lane] = 1.0 - (1.0 - s[hit, lane]) * keep_cargo
        s[struck, lane] = 1.0 - (1.0 - s[struck, lane]) * keep_carriers
