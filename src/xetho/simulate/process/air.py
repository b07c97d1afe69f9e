"""Step 5, the air bridge: aircraft under flak land or drop; what falls inside the perimeter is gathered.

A drop into ground of area A with circular error σ is gathered with ``1 − exp(−A / (2πσ²))`` (Rayleigh); σ grows with
the height of the drop, and flak drives the drops up.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_AIR_GOT,
    A_AIR_SENT,
    A_FIRED,
    A_LOST,
    A_ROUNDS,
    A_TAKEN,
    N_CAMPS,
    N_DAYS,
    N_GOODS,
    N_POSITIONS,
    N_SIDES,
    N_WAYS,
    P_DROP_CAPTURED,
    P_DROP_ERROR,
    P_DROP_GUNS,
    P_DROP_HIGH,
    P_DROP_LOW,
    P_EVAC_LANDING,
    P_FLAK_FOUL,
    P_FLAK_HIGH,
    S_AIR_GOT_DAY,
    S_AIR_SENT_DAY,
    S_ALOFT,
    S_BATTERY,
    S_CAMP_AREA,
    S_DESIRED,
    S_FALLEN,
    S_FOUL,
    S_HEIGHT,
    S_HELD,
    S_POOL,
    S_POOL_LOST,
    S_REAR,
    S_STOCK,
    S_STRIP,
    S_WAY_WANT,
    S_WAY_WORK,
    S_WOUNDED,
    T_BAT_BIN,
    T_BAT_WEAPON,
    T_BIN_GOOD,
    T_FLAK_BATTERY,
    T_FLAK_THREAT,
    T_LOAD_CAPTURE,
    T_LOAD_CELL,
    T_LOAD_CELLS,
    T_LOAD_FROM,
    T_POOL_SIDE,
    T_POS_CAMP,
    T_POS_STRIP,
    T_ROUTE_FLAK,
    T_ROUTE_ZONE2,
    T_THREAT_SIDE,
    T_WAY_AIR,
    T_WAY_CAMP,
    T_WAY_ENTITY,
    T_WAY_LOAD,
    T_WAY_MODE,
    T_WAY_POOL,
    T_WAY_ROUTE,
    T_WEAPON_GOOD,
    U_THREAT_ON,
    X_AREA,
    X_CARRIERS_LOST,
    X_KG_UNIT,
    X_PAYLOAD,
    X_ROUNDS_QUIET,
)
from xetho.simulate.process.stock import held, take
from xetho.simulate.streams import FLAK, poisson, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
KG = 1000.0


@kernel
def perimeter(n: N, x: A, s: A, at: AT) -> None:
    """Ground held by each camp, and the share of landings its lost positions leave."""
    for c in range(at[N_CAMPS]):
        for lane in range(s.shape[1]):
            s[at[S_CAMP_AREA] + c, lane] = 0.0
            s[at[S_STRIP] + c, lane] = 1.0 - s[at[S_FALLEN] + c, lane]
    for p in range(at[N_POSITIONS]):
        c = n[at[T_POS_CAMP] + p]
        slot = n[at[T_POS_STRIP] + p]
        for lane in range(s.shape[1]):
            if s[at[S_HELD] + p, lane] > 0.0:
                s[at[S_CAMP_AREA] + c, lane] += x[at[X_AREA] + p, lane]
            elif slot >= 0:
                s[at[S_STRIP] + c, lane] *= np.float32(1.0) - x[slot, lane]


@kernel
def air_bridge(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Fly today's loads on every air way."""
    for side in range(at[N_SIDES]):
        for lane in range(s.shape[1]):
            s[at[S_AIR_SENT_DAY] + side, lane] = 0.0
            s[at[S_AIR_GOT_DAY] + side, lane] = 0.0
            s[at[S_HEIGHT] + side, lane] = 0.0
    for w in range(at[N_WAYS]):
        if n[at[T_WAY_AIR] + w] != 1:
            continue
        for lane in range(s.shape[1]):
            if s[at[S_WAY_WANT] + w, lane] > 0.0 and s[at[S_WAY_WORK] + w, lane] > 0.0:
                _fly(w, day, n, u, x, s, at, key, run0, lane)


@kernel
def _ways_flown(n: N, s: A, at: AT, lane: int) -> float:
    """Air ways with something in the air today."""
    count = np.float32(0.0)
    for w in range(at[N_WAYS]):
        if n[at[T_WAY_AIR] + w] == 1 and s[at[S_WAY_WANT] + w, lane] > 0.0 and s[at[S_WAY_WORK] + w, lane] > 0.0:
            count += np.float32(1.0)
    return max(count, np.float32(1.0))


@kernel
def _flak(w: int, day: int, ways: float, n: N, u: A, x: A, s: A, at: AT, lane: int) -> tuple[float, float]:
    """Guns in action against a way, and aircraft lost for each low sortie in fair weather; shells are fired."""
    r = n[at[T_WAY_ROUTE] + w]
    guns = np.float32(0.0)
    risk = np.float32(0.0)
    for k in range(n[at[T_ROUTE_FLAK] + r], n[at[T_ROUTE_FLAK] + r + 1]):
        threat = n[at[T_FLAK_THREAT] + k]
        b = n[at[T_FLAK_BATTERY] + k]
        pieces = s[at[S_BATTERY] + b, lane]
        if pieces <= 0.0 or u[at[U_THREAT_ON] + threat * at[N_DAYS] + day] == 0.0:
            continue
        weapon = n[at[T_BAT_WEAPON] + b]
        good = n[at[T_WEAPON_GOOD] + weapon]
        kg = x[at[X_KG_UNIT] + good, lane]
        wanted = pieces * x[at[X_ROUNDS_QUIET] + weapon, lane] * kg / np.float32(KG)
        if wanted <= 0.0:
            continue
        share = min(np.float32(1.0), held(n, s, at, n[at[T_BAT_BIN] + b], lane) / wanted)
        # a gun's rounds for the day are shared among the ways flown
        fired = take(n, s, at, n[at[T_BAT_BIN] + b], wanted / ways, lane)
        side = n[at[T_THREAT_SIDE] + threat]
        s[at[A_FIRED] + side * at[N_GOODS] + good, lane] += fired
        s[at[A_ROUNDS] + weapon, lane] += fired * np.float32(KG) / kg
        guns += pieces * share
        risk += pieces * share * x[at[X_CARRIERS_LOST] + threat, lane]
    return guns, risk


@kernel
def _fly(w: int, day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int, lane: int) -> None:
    p, m, c = n[at[T_WAY_POOL] + w], n[at[T_WAY_MODE] + w], n[at[T_WAY_CAMP] + w]
    side = n[at[T_POOL_SIDE] + p]
    tonnes = np.float32(0.0)
    for k in range(n[at[T_WAY_LOAD] + w], n[at[T_WAY_LOAD] + w + 1]):
        tonnes += s[at[S_DESIRED] + k, lane]
    if tonnes <= 0.0:
        return
    sorties = tonnes * np.float32(KG) / x[at[X_PAYLOAD] + m, lane]
    guns, risk = _flak(w, day, _ways_flown(n, s, at, lane), n, u, x, s, at, lane)
    high = guns >= x[P_DROP_GUNS, lane]
    height = x[P_DROP_HIGH, lane] if high else x[P_DROP_LOW, lane]
    if high:
        risk *= x[P_FLAK_HIGH, lane]
    if s[at[S_FOUL] + n[at[T_ROUTE_ZONE2] + n[at[T_WAY_ROUTE] + w]], lane] > 0.5:
        risk *= x[P_FLAK_FOUL, lane]
    if risk > 0.0:
        uniform = uniform4(key, FLAK, run0 + lane, day, n[at[T_WAY_ENTITY] + w], 0)[0]
        lost = min(poisson(uniform, sorties * risk), s[at[S_POOL] + p, lane])
        s[at[S_POOL] + p, lane] -= lost
        s[at[S_POOL_LOST] + p, lane] += lost
    landed = np.float32(1.0)
    gathered = np.float32(1.0)
    if c >= 0:
        landed = s[at[S_STRIP] + c, lane]
        sigma = height * x[P_DROP_ERROR, lane] / np.float32(KG)
        if sigma > 0.0:
            gathered = 1.0 - math.exp(-s[at[S_CAMP_AREA] + c, lane] / (2.0 * math.pi * sigma * sigma))
        if s[at[S_FALLEN] + c, lane] > 0.0:
            gathered = np.float32(0.0)
        carried = min(s[at[S_WOUNDED] + c, lane], sorties * landed * x[P_EVAC_LANDING, lane])
        s[at[S_WOUNDED] + c, lane] -= carried
        s[at[S_REAR] + side, lane] += carried
        if landed < 1.0:
            s[at[S_HEIGHT] + side, lane] = height
    got = _unload(w, landed + (np.float32(1.0) - landed) * gathered, n, x, s, at, side, lane)
    s[at[S_AIR_SENT_DAY] + side, lane] += tonnes
    s[at[S_AIR_GOT_DAY] + side, lane] += got
    s[at[A_AIR_SENT] + side, lane] += tonnes
    s[at[A_AIR_GOT] + side, lane] += got


@kernel
def _unload(w: int, kept: float, n: N, x: A, s: A, at: AT, side: int, lane: int) -> float:
    """Put what is aloft where it came down: gathered by its own side, taken in by the other, or lost."""
    got = np.float32(0.0)
    for k in range(n[at[T_WAY_LOAD] + w], n[at[T_WAY_LOAD] + w + 1]):
        b = n[at[T_LOAD_FROM] + k]
        good = side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]
        for j in range(n[at[T_LOAD_CELL] + k], n[at[T_LOAD_CELL] + k + 1]):
            part = s[at[S_ALOFT] + j, lane]
            s[at[S_ALOFT] + j, lane] = 0.0
            inside = part * kept
            outside = part - inside
            s[at[S_STOCK] + n[at[T_LOAD_CELLS] + j], lane] += inside
            got += inside
            taken = np.float32(0.0)
            goal = n[at[T_LOAD_CAPTURE] + j]
            if goal >= 0:
                taken = outside * x[P_DROP_CAPTURED, lane]
                s[at[S_STOCK] + goal, lane] += taken
            s[at[A_TAKEN] + good, lane] += taken
            s[at[A_LOST] + good, lane] += outside - taken
    return got
