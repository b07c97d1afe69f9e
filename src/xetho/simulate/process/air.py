"""Step 5, the air bridge: aircraft under flak land or drop; what falls inside the perimeter is gathered.

A drop into ground of area A with circular error σ is gathered with ``1 − exp(−A / (2πσ²))`` (Rayleigh); σ grows with
the height of the drop, and flak drives the drops up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
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
    S_SCRATCH,
    S_STOCK,
    S_STRIP,
    S_WAY_WANT,
    S_WAY_WORK,
    S_WOUNDED,
    T_ACTIVE_FIRST,
    T_ACTIVE_LOAD,
    T_ACTIVE_WAY,
    T_BAT_BIN,
    T_BAT_WEAPON,
    T_BIN_GOOD,
    T_FLAK_BATTERY,
    T_FLAK_THREAT,
    T_LOAD_CAPTURE,
    T_LOAD_CELL,
    T_LOAD_CELLS,
    T_LOAD_FROM,
    T_PERIOD,
    T_PERIOD_WAY,
    T_POOL_SIDE,
    T_POS_CAMP,
    T_POS_STRIP,
    T_ROUTE_FLAK,
    T_ROUTE_ZONE2,
    T_THREAT_SIDE,
    T_WAY_AIR,
    T_WAY_CAMP,
    T_WAY_ENTITY,
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
from xetho.simulate.maths import exp
from xetho.simulate.process.stock import bin_row, take_lanes
from xetho.simulate.rows import add, fill, some
from xetho.simulate.streams import FLAK, poisson_row, uniform_row
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RUNS = NDArray[np.uint32]
KG = np.float32(1000.0)
NONE, HALF, ONE, TINY = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(1e-9)
TWO_PI = np.float32(2.0 * np.pi)
# Scratch rows of this file.
WAYS, TONNES, GUNS, RISK, KEPT, GOT = 0, 1, 2, 3, 4, 5


@step
def perimeter(n: N, x: A, s: A, at: AT) -> None:
    """Ground held by each camp, and the share of landings its lost positions leave."""
    x, s = of_width(x), of_width(s)
    for c in range(at[N_CAMPS]):
        fill(s[at[S_CAMP_AREA] + c], NONE)
        _standing(s[at[S_STRIP] + c], s[at[S_FALLEN] + c])
    for p in range(at[N_POSITIONS]):
        c, slot = n[at[T_POS_CAMP] + p], n[at[T_POS_STRIP] + p]
        _ground(s[at[S_CAMP_AREA] + c], s[at[S_HELD] + p], x[at[X_AREA] + p])
        if slot >= 0:
            _shorten(s[at[S_STRIP] + c], s[at[S_HELD] + p], x[slot])


@lane_loop
def _standing(strip: A, fallen: A) -> None:
    for lane in range(strip.shape[0]):
        strip[lane] = ONE - fallen[lane]


@lane_loop
def _ground(area: A, held: A, mine: A) -> None:
    for lane in range(area.shape[0]):
        area[lane] += mine[lane] if held[lane] > NONE else NONE


@lane_loop
def _shorten(strip: A, held: A, loss: A) -> None:
    for lane in range(strip.shape[0]):
        strip[lane] *= ONE if held[lane] > NONE else ONE - loss[lane]


@step
def air_bridge(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Fly today's loads on every air way."""
    x, s = of_width(x), of_width(s)
    for side in range(at[N_SIDES]):
        fill(s[at[S_AIR_SENT_DAY] + side], NONE)
        fill(s[at[S_AIR_GOT_DAY] + side], NONE)
        fill(s[at[S_HEIGHT] + side], NONE)
    period, ways = n[at[T_PERIOD] + day], s[at[S_SCRATCH] + WAYS]
    fill(ways, NONE)
    for i in range(n[at[T_PERIOD_WAY] + period], n[at[T_PERIOD_WAY] + period + 1]):
        w = n[at[T_ACTIVE_WAY] + i]
        if n[at[T_WAY_AIR] + w] == 1:
            _count_flown(ways, s[at[S_WAY_WANT] + w], s[at[S_WAY_WORK] + w])
    for i in range(n[at[T_PERIOD_WAY] + period], n[at[T_PERIOD_WAY] + period + 1]):
        w = n[at[T_ACTIVE_WAY] + i]
        if n[at[T_WAY_AIR] + w] == 1:
            _fly(w, n[at[T_ACTIVE_FIRST] + i], n[at[T_ACTIVE_FIRST] + i + 1], day, n, u, x, s, at, key, runs)


@lane_loop
def _count_flown(ways: A, want: A, work: A) -> None:
    """Ways with something in the air today."""
    for lane in range(ways.shape[0]):
        ways[lane] += ONE if want[lane] > NONE and work[lane] > NONE else NONE


@kernel
def _fly(
    w: int, first: int, end: int, day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS
) -> None:
    """One way, with its active loads first..end-1."""
    p, m, c = n[at[T_WAY_POOL] + w], n[at[T_WAY_MODE] + w], n[at[T_WAY_CAMP] + w]
    side, route = n[at[T_POOL_SIDE] + p], n[at[T_WAY_ROUTE] + w]
    tonnes, kept, got = s[at[S_SCRATCH] + TONNES], s[at[S_SCRATCH] + KEPT], s[at[S_SCRATCH] + GOT]
    fill(tonnes, NONE)
    for j in range(first, end):
        add(tonnes, s[at[S_DESIRED] + n[at[T_ACTIVE_LOAD] + j]])
    if not some(tonnes):
        return
    fill(kept, ONE)
    _flak(w, day, n, u, x, s, at)
    guns, risk = s[at[S_SCRATCH] + GUNS], s[at[S_SCRATCH] + RISK]
    if _aircraft_at_risk(
        risk, guns, tonnes, x[at[X_PAYLOAD] + m], s[at[S_FOUL] + n[at[T_ROUTE_ZONE2] + route]], x[P_DROP_GUNS],
        x[P_FLAK_HIGH], x[P_FLAK_FOUL],
    ):  # fmt: skip
        uniform, lost = s[at[S_SCRATCH] + 6], s[at[S_SCRATCH] + 7]
        uniform_row(key, FLAK, runs, day, n[at[T_WAY_ENTITY] + w], 0, uniform)
        poisson_row(uniform, risk, s[at[S_SCRATCH] + 8], s[at[S_SCRATCH] + 9], lost)
        _lose_aircraft(lost, s[at[S_POOL] + p], s[at[S_POOL_LOST] + p])
    if c >= 0:
        _over_the_camp(
            kept, s[at[S_HEIGHT] + side], guns, tonnes, s[at[S_STRIP] + c], s[at[S_CAMP_AREA] + c],
            s[at[S_FALLEN] + c], x[P_DROP_GUNS], x[P_DROP_HIGH], x[P_DROP_LOW], x[P_DROP_ERROR],
        )  # fmt: skip
        _carry_wounded(
            s[at[S_WOUNDED] + c], s[at[S_REAR] + side], tonnes, s[at[S_STRIP] + c], x[at[X_PAYLOAD] + m],
            x[P_EVAC_LANDING],
        )  # fmt: skip
    fill(got, NONE)
    for j in range(first, end):
        k = n[at[T_ACTIVE_LOAD] + j]
        good = side * at[N_GOODS] + n[at[T_BIN_GOOD] + n[at[T_LOAD_FROM] + k]]
        for i in range(n[at[T_LOAD_CELL] + k], n[at[T_LOAD_CELL] + k + 1]):
            aloft, goal = s[at[S_ALOFT] + i], s[at[S_STOCK] + n[at[T_LOAD_CELLS] + i]]
            outside, taker = s[at[S_SCRATCH] + 6], n[at[T_LOAD_CAPTURE] + i]
            _unload(aloft, kept, goal, got, outside)
            if taker >= 0:
                _capture(outside, s[at[S_STOCK] + taker], s[at[A_TAKEN] + good], x[P_DROP_CAPTURED])
            add(s[at[A_LOST] + good], outside)
    add(s[at[S_AIR_SENT_DAY] + side], tonnes)
    add(s[at[S_AIR_GOT_DAY] + side], got)
    add(s[at[A_AIR_SENT] + side], tonnes)
    add(s[at[A_AIR_GOT] + side], got)


@kernel
def _flak(w: int, day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Guns in action against a way, and aircraft lost for each low sortie in fair weather; shells are fired."""
    r = n[at[T_WAY_ROUTE] + w]
    guns, risk = s[at[S_SCRATCH] + GUNS], s[at[S_SCRATCH] + RISK]
    fill(guns, NONE)
    fill(risk, NONE)
    mine, fired = s[at[S_SCRATCH] + 7], s[at[S_SCRATCH] + 8]
    for k in range(n[at[T_ROUTE_FLAK] + r], n[at[T_ROUTE_FLAK] + r + 1]):
        threat, b = n[at[T_FLAK_THREAT] + k], n[at[T_FLAK_BATTERY] + k]
        pieces, store = s[at[S_BATTERY] + b], n[at[T_BAT_BIN] + b]
        if u[at[U_THREAT_ON] + threat * at[N_DAYS] + day] == NONE or not some(pieces):
            continue
        weapon, side = n[at[T_BAT_WEAPON] + b], n[at[T_THREAT_SIDE] + threat]
        good = n[at[T_WEAPON_GOOD] + weapon]
        _in_action(
            pieces, s[bin_row(n, s, at, store, at[S_SCRATCH] + 9)], s[at[S_SCRATCH] + TONNES],
            s[at[S_SCRATCH] + WAYS], x[at[X_ROUNDS_QUIET] + weapon], x[at[X_KG_UNIT] + good],
            x[at[X_CARRIERS_LOST] + threat], guns, risk, mine,
        )  # fmt: skip
        take_lanes(n, s, at, store, mine, fired)
        row = side * at[N_GOODS] + good
        _book_rounds(fired, s[at[A_FIRED] + row], s[at[A_ROUNDS] + weapon], x[at[X_KG_UNIT] + good])


@lane_loop
def _in_action(
    pieces: A, there: A, tonnes: A, ways: A, rounds: A, kg: A, loss: A, guns: A, risk: A, mine: A
) -> None:
    """Guns that have shells; a gun's rounds for the day are shared among the ways flown (`mine`, in tonnes)."""
    for lane in range(pieces.shape[0]):
        wanted = pieces[lane] * rounds[lane] * kg[lane] / KG
        flown = wanted > NONE and tonnes[lane] > NONE
        firing = pieces[lane] * min(ONE, there[lane] / max(wanted, TINY)) if flown else NONE
        guns[lane] += firing
        risk[lane] += firing * loss[lane]
        mine[lane] = wanted / max(ways[lane], ONE) if flown else NONE


@lane_loop
def _book_rounds(tonnes: A, total: A, rounds: A, kg: A) -> None:
    """Book tonnes of shells fired, and the rounds they are."""
    for lane in range(tonnes.shape[0]):
        total[lane] += tonnes[lane]
        rounds[lane] += tonnes[lane] * KG / kg[lane]


@lane_loop
def _aircraft_at_risk(
    risk: A, guns: A, tonnes: A, payload: A, foul: A, many: A, high: A, in_foul: A
) -> bool:
    """Aircraft expected to be lost: flown high where many guns fire."""
    some = np.int32(0)
    for lane in range(risk.shape[0]):
        each = risk[lane] * (high[lane] if guns[lane] >= many[lane] else ONE)
        each *= in_foul[lane] if foul[lane] > HALF else ONE
        risk[lane] = tonnes[lane] * KG / payload[lane] * each
        some = np.int32(some | np.int32(risk[lane] > NONE))
    return some != 0


@lane_loop
def _lose_aircraft(lost: A, pool: A, total: A) -> None:
    for lane in range(lost.shape[0]):
        gone = min(lost[lane], pool[lane])
        pool[lane] -= gone
        total[lane] += gone


@lane_loop
def _over_the_camp(
    kept: A, height: A, guns: A, tonnes: A, strip: A, area: A, fallen: A, many: A, high: A, low: A, error: A
) -> None:
    """Share of a load that its own side gets: landed, or dropped inside the perimeter."""
    for lane in range(kept.shape[0]):
        h = high[lane] if guns[lane] >= many[lane] else low[lane]
        sigma = max(h * error[lane] / KG, TINY)
        gathered = (ONE - exp(-area[lane] / (TWO_PI * sigma * sigma))) * (ONE - fallen[lane])
        kept[lane] = strip[lane] + (ONE - strip[lane]) * gathered
        height[lane] = h if strip[lane] < ONE and tonnes[lane] > NONE else height[lane]


@lane_loop
def _carry_wounded(wounded: A, rear: A, tonnes: A, strip: A, payload: A, each: A) -> None:
    """Aircraft that land take wounded back."""
    for lane in range(wounded.shape[0]):
        carried = min(wounded[lane], tonnes[lane] * KG / payload[lane] * strip[lane] * each[lane])
        wounded[lane] -= carried
        rear[lane] += carried


@lane_loop
def _unload(aloft: A, kept: A, goal: A, got: A, outside: A) -> None:
    """Put what is aloft where it came down."""
    for lane in range(aloft.shape[0]):
        inside = aloft[lane] * kept[lane]
        outside[lane] = aloft[lane] - inside
        goal[lane] += inside
        got[lane] += inside
        aloft[lane] = NONE


@lane_loop
def _capture(outside: A, stock: A, total: A, share: A) -> None:
    """The besieger takes in part of what fell outside; the rest is lost."""
    for lane in range(outside.shape[0]):
        taken = outside[lane] * share[lane]
        stock[lane] += taken
        total[lane] += taken
        outside[lane] -= taken
