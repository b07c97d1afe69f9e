"""Step 7, assaults and counter-attacks: hourly rounds of stochastic generalised Lanchester attrition.

``hits on B in an hour = a · ref · (A/ref)^p · (B/ref)^q`` with exponents p, q common to both sides (Bracken 1995, Naval
Research Logistics 42, in the homogeneous form; p = 1, q = 0 is the square law, p = q = 1 the linear one), times
fortification, trenches, supporting fire, training, fatigue and cohesion, a lognormal factor for the attack as a whole
and one for each hour. Each side has a breaking point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, step
from xetho.simulate.layout import (
    A_CAPTURED,
    N_CAMPS,
    N_OPERATIONS,
    P_ATTACK,
    P_ATTACKER_BREAK,
    P_CAPTURED,
    P_DEFEND,
    P_DEFENDER_BREAK,
    P_FATIGUE,
    P_FORT_COVER,
    P_HOUR_NOISE,
    P_KILLED,
    P_LAW_P,
    P_LAW_Q,
    P_MINE,
    P_MORALE_FIGHT,
    P_MORALE_FLOOR,
    P_MORALE_POSITION,
    P_MORALE_SUCCESS,
    P_NOISE,
    P_OCCUPY,
    P_PREPARATION,
    P_REFERENCE,
    P_RESERVE_HOUR,
    P_RESERVE_LIMIT,
    P_SUPPORT,
    P_TRENCH_COVER,
    P_TRENCH_REACH,
    S_BATTERY,
    S_BUSY,
    S_CAMP_MEN,
    S_CLOSE,
    S_DEFENCE,
    S_FALLEN,
    S_FIELD_MEN,
    S_FIGHT,
    S_FORCE_MEN,
    S_FRESH,
    S_HELD,
    S_HITS_TODAY,
    S_MINE_USED,
    S_MORALE,
    S_MORALE_SHOCK,
    S_OCCUPIED,
    S_OP_DONE,
    S_OP_GO,
    S_OVER,
    S_PEAK,
    S_POS_FELL,
    S_POS_FORT,
    S_POS_MEN,
    S_POS_SET,
    S_POS_WORTH,
    S_RESERVE,
    S_TONIGHT,
    S_WORK,
    S_WOUNDED,
    T_CAMP_SIDE,
    T_FIRE_BATTERIES,
    T_FIRE_BATTERY,
    T_FIRE_SLOT,
    T_FIRE_WEAPON,
    T_OP_ENTITY,
    T_OP_FIRE,
    T_OP_FORCE,
    T_OP_FORCES,
    T_OP_FROM,
    T_OP_KIND,
    T_OP_SIDE,
    T_OP_TARGET,
    T_OP_UNTIL,
    T_POS_CAMP,
    T_POS_SUPPORT,
    T_POS_WORK,
    T_POS_WORKS,
    T_SUPPORTS,
    T_WORK_KIND,
    U_OP_HOUR,
    X_CASUALTIES,
    X_COMMIT,
    X_FORT,
    X_HOURS,
    X_TRAINING,
    X_WEAR,
)
from xetho.simulate.process.fight import (
    F_ATTACK,
    F_ATTACKERS,
    F_BREAK_A,
    F_BREAK_D,
    F_CAME,
    F_DEFEND,
    F_DEFENDERS,
    F_HOURS,
    F_LANE,
    F_LAW_P,
    F_LAW_Q,
    F_LENGTH,
    F_LOST_A,
    F_LOST_D,
    F_NOISE,
    F_OURS,
    F_REFERENCE,
    F_RESERVE,
    F_RESERVE_HOUR,
    F_RESERVE_LEFT,
    F_SHELLS_A,
    F_SHELLS_D,
    F_THEIRS,
    F_WON,
    fight,
)
from xetho.simulate.process.guns import fire
from xetho.simulate.process.losses import book
from xetho.simulate.rows import add, fill, some
from xetho.simulate.streams import ASSAULT as ASSAULT_STREAM
from xetho.simulate.streams import lognormal, uniform4
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
RUNS = NDArray[np.uint32]
ASSAULT, COUNTER, SIEGE = 0, 1, 2
MINE = 3


@step
def assaults(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, runs: RUNS) -> None:
    """Fight tonight's operations in the order of the table.

    Of each, the fights of the lanes in which it goes in are put side by side (S_FIGHT), so that their hours are fought
    together.
    """
    x, s = of_width(x), of_width(s)
    for o in range(at[N_OPERATIONS]):
        if not n[at[T_OP_FROM] + o] <= day <= n[at[T_OP_UNTIL] + o] or not some(s[at[S_OP_GO] + o]):
            continue
        first = n[at[T_OP_KIND] + o] == ASSAULT
        c = n[at[T_POS_CAMP] + n[at[T_OP_TARGET] + o]]
        if first:
            _tonight(c, day, n, s, at)
        count = 0
        for lane in range(s.shape[1]):
            if s[at[S_OP_GO] + o, lane] > 0.0 and s[at[S_OVER], lane] == 0.0:
                luck0, luck1, _, _ = uniform4(key, ASSAULT_STREAM, runs[lane], day, n[at[T_OP_ENTITY] + o], 0)
                if first:
                    on = _prepare_assault(o, count, luck0, luck1, n, x, s, at, lane)
                else:
                    on = _prepare_counter(o, count, luck0, luck1, n, x, s, at, lane)
                if on:
                    _common_terms(o, count, x, s, at, lane)
                    count += 1
        if count > 0:
            fight(count, at[S_FIGHT], s, day, n[at[T_OP_ENTITY] + o], key, runs)
        for i in range(count):
            if first:
                _end_assault(o, i, day, n, u, x, s, at)
            else:
                _end_counter(o, i, n, x, s, at)


@kernel
def _common_terms(o: int, i: int, x: A, s: A, at: AT, lane: int) -> None:
    """What every fight of the campaign has in common, beside fight `i`."""
    f = at[S_FIGHT]
    s[f + F_LANE, i] = lane
    s[f + F_REFERENCE, i] = x[P_REFERENCE, lane]
    s[f + F_LAW_P, i] = x[P_LAW_P, lane]
    s[f + F_LAW_Q, i] = x[P_LAW_Q, lane]
    s[f + F_NOISE, i] = x[P_HOUR_NOISE, lane]
    s[f + F_BREAK_A, i] = x[P_ATTACKER_BREAK, lane] * s[f + F_ATTACKERS, i]
    s[f + F_BREAK_D, i] = x[P_DEFENDER_BREAK, lane]
    s[f + F_LENGTH, i] = np.float32(np.int32(max(np.float32(1.0), x[at[X_HOURS] + o, lane])))


@kernel
def _worth(group: int, s: A, x: A, at: AT, lane: int) -> float:
    """Fighting worth that cohesion leaves."""
    return max(x[P_MORALE_FLOOR, lane], s[at[S_MORALE] + group, lane]) ** x[P_MORALE_FIGHT, lane]


@kernel
def _attackers(o: int, n: N, x: A, s: A, at: AT, lane: int) -> tuple[float, float]:
    """Men sent in, and their mean worth by training and freshness."""
    men = np.float32(0.0)
    worth = np.float32(0.0)
    for j in range(n[at[T_OP_FORCE] + o], n[at[T_OP_FORCE] + o + 1]):
        f = n[at[T_OP_FORCES] + j]
        if s[at[S_BUSY] + f, lane] == o + 1.0:
            sent = s[at[S_FORCE_MEN] + f, lane] * x[at[X_COMMIT] + o, lane]
            men += sent
            worth += sent * x[at[X_TRAINING] + f, lane] * s[at[S_FRESH] + f, lane]
    return men, (worth / men if men > 0.0 else np.float32(0.0))


@kernel
def _lose_attackers(o: int, lost: float, fought: bool, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """Take the attack's losses off its formations and tire them."""
    total = np.float32(0.0)
    for j in range(n[at[T_OP_FORCE] + o], n[at[T_OP_FORCE] + o + 1]):
        f = n[at[T_OP_FORCES] + j]
        if s[at[S_BUSY] + f, lane] == o + 1.0 or not fought:
            total += s[at[S_FORCE_MEN] + f, lane]
    if total <= 0.0:
        return
    side = n[at[T_OP_SIDE] + o]
    group = at[N_CAMPS] + side
    lost = min(lost, total)
    for j in range(n[at[T_OP_FORCE] + o], n[at[T_OP_FORCE] + o + 1]):
        f = n[at[T_OP_FORCES] + j]
        if s[at[S_BUSY] + f, lane] == o + 1.0 or not fought:
            s[at[S_FORCE_MEN] + f, lane] *= np.float32(1.0) - lost / total
            if fought:
                s[at[S_FRESH] + f, lane] *= np.float32(1.0) - x[P_FATIGUE, lane]
    s[at[S_FIELD_MEN] + group, lane] -= lost
    book(group, lost, n, x, s, at, lane)


@kernel
def _prepare(o: int, p: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """Fire the operation's rounds on its target: hits and wear; blow what mines are ready under it."""
    c = n[at[T_POS_CAMP] + p]
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    casualties = np.float32(0.0)
    wear = np.float32(0.0)
    for i in range(n[at[T_OP_FIRE] + o], n[at[T_OP_FIRE] + o + 1]):
        weapon = n[at[T_FIRE_WEAPON] + i]
        pieces = np.float32(0.0)
        for j in range(n[at[T_FIRE_BATTERY] + i], n[at[T_FIRE_BATTERY] + i + 1]):
            pieces += s[at[S_BATTERY] + n[at[T_FIRE_BATTERIES] + j], lane]
        if pieces <= 0.0:
            continue
        for j in range(n[at[T_FIRE_BATTERY] + i], n[at[T_FIRE_BATTERY] + i + 1]):
            b = n[at[T_FIRE_BATTERIES] + j]
            want = x[n[at[T_FIRE_SLOT] + i], lane] * s[at[S_BATTERY] + b, lane] / pieces
            rounds = fire(b, want, n, x, s, at, lane)
            casualties += rounds * x[at[X_CASUALTIES] + weapon, lane] / np.float32(100.0)
            wear += rounds * x[at[X_WEAR] + weapon, lane] / np.float32(100.0)
    s[at[S_POS_FORT] + p, lane] = max(np.float32(0.0), s[at[S_POS_FORT] + p, lane] - wear)
    share = np.float32(0.0)
    men = s[at[S_POS_MEN] + p, lane]
    if men > 0.0:
        share = min(x[P_PREPARATION, lane], casualties / (np.float32(1.0) + fort) / men)
    for j in range(n[at[T_POS_WORK] + p], n[at[T_POS_WORK] + p + 1]):
        k = n[at[T_POS_WORKS] + j]
        ready = s[at[S_WORK] + k, lane] >= 1.0 and s[at[S_MINE_USED] + k, lane] == 0.0
        if n[at[T_WORK_KIND] + k] == MINE and ready:
            s[at[S_MINE_USED] + k, lane] = 1.0
            share = np.float32(1.0) - (np.float32(1.0) - share) * (np.float32(1.0) - x[P_MINE, lane])
            s[at[S_POS_FORT] + p, lane] *= np.float32(1.0) - x[P_MINE, lane]
    gone = men * share
    s[at[S_POS_MEN] + p, lane] -= gone
    s[at[S_CAMP_MEN] + c, lane] -= gone
    book(c, gone, n, x, s, at, lane)


@kernel
def _support(p: int, n: N, x: A, s: A, at: AT, lane: int) -> float:
    count = np.float32(0.0)
    for j in range(n[at[T_POS_SUPPORT] + p], n[at[T_POS_SUPPORT] + p + 1]):
        count += s[at[S_HELD] + n[at[T_SUPPORTS] + j], lane]
    return np.float32(1.0) + x[P_SUPPORT, lane] * count


@kernel
def _tonight(c: int, day: int, n: N, s: A, at: AT) -> None:
    """How many assaults the camp's guns must answer tonight, in every lane (S_TONIGHT)."""
    fill(s[at[S_TONIGHT]], np.float32(0.0))
    for o in range(at[N_OPERATIONS]):
        open_ = n[at[T_OP_FROM] + o] <= day <= n[at[T_OP_UNTIL] + o]
        if open_ and n[at[T_OP_KIND] + o] == ASSAULT and n[at[T_POS_CAMP] + n[at[T_OP_TARGET] + o]] == c:
            add(s[at[S_TONIGHT]], s[at[S_OP_GO] + o])


@kernel
def _prepare_assault(
    o: int, i: int, luck0: float, luck1: float, n: N, x: A, s: A, at: AT, lane: int
) -> bool:
    """Prepare the assault by fire and put it down as fight `i`; whether there is anything to fight."""
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    field = at[N_CAMPS] + n[at[T_OP_SIDE] + o]
    if s[at[S_HELD] + p, lane] == 0.0 or s[at[S_FALLEN] + c, lane] > 0.0:
        return False
    _prepare(o, p, n, x, s, at, lane)
    sent, worth = _attackers(o, n, x, s, at, lane)
    if sent < 1.0:
        return False
    start = s[at[S_POS_MEN] + p, lane]
    near = s[at[S_CLOSE] + p, lane]
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    cover = np.float32(1.0) - x[P_TRENCH_COVER, lane] * near
    attack = x[P_ATTACK, lane] * (np.float32(1.0) + x[P_TRENCH_REACH, lane] * near) / (np.float32(1.0) + fort)
    attack *= lognormal(luck0, x[P_NOISE, lane])
    defend = x[P_DEFEND, lane] * (np.float32(1.0) + x[P_FORT_COVER, lane] * fort) * cover
    defend *= _support(p, n, x, s, at, lane)
    defend *= lognormal(luck1, x[P_NOISE, lane])
    length = max(np.float32(1.0), x[at[X_HOURS] + o, lane])
    f = at[S_FIGHT]
    s[f + F_ATTACKERS, i] = sent
    s[f + F_DEFENDERS, i] = start
    s[f + F_ATTACK, i] = attack
    s[f + F_DEFEND, i] = defend
    s[f + F_OURS, i] = _worth(field, s, x, at, lane) * worth
    s[f + F_THEIRS, i] = _worth(c, s, x, at, lane) * s[at[S_POS_WORTH] + p, lane]
    s[f + F_SHELLS_A, i] = s[at[S_DEFENCE] + c, lane] * cover / max(np.float32(1.0), s[at[S_TONIGHT], lane]) / length
    s[f + F_SHELLS_D, i] = 0.0
    s[f + F_RESERVE, i] = s[at[S_RESERVE] + c, lane]
    s[f + F_RESERVE_HOUR, i] = x[P_RESERVE_HOUR, lane]
    s[f + F_RESERVE_LEFT, i] = s[at[S_RESERVE] + c, lane] * x[P_RESERVE_LIMIT, lane]
    s[f + F_WON, i] = np.float32(1.0) if start <= 0.0 else np.float32(0.0)
    return True


@kernel
def _end_assault(o: int, i: int, day: int, n: N, u: A, x: A, s: A, at: AT) -> None:
    """Book the losses of fight `i` and what became of the position."""
    f = at[S_FIGHT]
    lane = int(s[f + F_LANE, i])
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    d, lost_d = s[f + F_DEFENDERS, i], s[f + F_LOST_D, i]
    s[at[S_RESERVE] + c, lane] = s[f + F_RESERVE, i]
    s[at[S_POS_MEN] + p, lane] = d
    s[at[S_CAMP_MEN] + c, lane] -= lost_d
    book(c, lost_d, n, x, s, at, lane)
    _lose_attackers(o, s[f + F_LOST_A, i], True, n, x, s, at, lane)
    if s[f + F_WON, i] > 0.0:
        _fall(o, p, c, day + (u[at[U_OP_HOUR] + o] + s[f + F_HOURS, i]) / 24.0, d, lost_d, n, x, s, at, lane)
    else:
        _hold(p, c, s[f + F_CAME, i], d, s, at, lane)


@kernel
def _hold(p: int, c: int, came: float, d: float, s: A, at: AT, lane: int) -> None:
    """The position stands: reserves beyond its garrison's size go back."""
    back = max(np.float32(0.0), min(came, d - s[at[S_POS_SET] + p, lane]))
    s[at[S_POS_MEN] + p, lane] = d - back
    s[at[S_RESERVE] + c, lane] += back


@kernel
def _fall(
    o: int, p: int, c: int, when: float, left: float, hit: float, n: N, x: A, s: A, at: AT, lane: int
) -> None:
    """The position is lost: part of its survivors and of the night's wounded are taken, the rest reach the camp."""
    side = n[at[T_OP_SIDE] + o]
    theirs = n[at[T_CAMP_SIDE] + c]
    taken = left * x[P_CAPTURED, lane]
    s[at[A_CAPTURED] + theirs, lane] += taken
    s[at[S_CAMP_MEN] + c, lane] -= taken
    s[at[S_RESERVE] + c, lane] += left - taken
    s[at[S_POS_MEN] + p, lane] = 0.0
    wounded = min(s[at[S_WOUNDED] + c, lane], hit * x[P_CAPTURED, lane] * (np.float32(1.0) - x[P_KILLED, lane]))
    s[at[S_WOUNDED] + c, lane] -= wounded
    s[at[A_CAPTURED] + theirs, lane] += wounded
    s[at[S_HITS_TODAY] + c, lane] += taken
    s[at[S_HELD] + p, lane] = 0.0
    s[at[S_OCCUPIED] + p, lane] = o
    s[at[S_OP_DONE] + o, lane] = 1.0
    if s[at[S_POS_FELL] + p, lane] < 0.0:
        s[at[S_POS_FELL] + p, lane] = when
    part = s[at[S_POS_SET] + p, lane] / max(np.float32(1.0), s[at[S_PEAK] + c, lane])
    s[at[S_MORALE_SHOCK] + c, lane] += x[P_MORALE_POSITION, lane] * part
    s[at[S_MORALE_SHOCK] + at[N_CAMPS] + side, lane] -= x[P_MORALE_SUCCESS, lane]


@kernel
def _prepare_counter(
    o: int, i: int, luck0: float, luck1: float, n: N, x: A, s: A, at: AT, lane: int
) -> bool:
    """Put down as fight `i` how the camp's reserve tries to win a position back from those who now hold its ruins."""
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    taker = int(s[at[S_OCCUPIED] + p, lane])
    if s[at[S_HELD] + p, lane] > 0.0 or taker < 0 or s[at[S_FALLEN] + c, lane] > 0.0:
        return False
    garrison = np.float32(0.0)
    for j in range(n[at[T_OP_FORCE] + taker], n[at[T_OP_FORCE] + taker + 1]):
        garrison += s[at[S_FORCE_MEN] + n[at[T_OP_FORCES] + j], lane]
    garrison *= x[at[X_COMMIT] + taker, lane] * x[P_OCCUPY, lane]
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    length = max(np.float32(1.0), x[at[X_HOURS] + o, lane])
    f = at[S_FIGHT]
    s[f + F_ATTACKERS, i] = s[at[S_RESERVE] + c, lane] * x[at[X_COMMIT] + o, lane]
    s[f + F_DEFENDERS, i] = garrison
    s[f + F_ATTACK, i] = x[P_ATTACK, lane] / (np.float32(1.0) + fort) * lognormal(luck0, x[P_NOISE, lane])
    defend = x[P_DEFEND, lane] * (np.float32(1.0) + x[P_FORT_COVER, lane] * fort)
    s[f + F_DEFEND, i] = defend * lognormal(luck1, x[P_NOISE, lane])
    s[f + F_OURS, i] = _worth(c, s, x, at, lane)
    s[f + F_THEIRS, i] = _worth(at[N_CAMPS] + n[at[T_OP_SIDE] + taker], s, x, at, lane)
    s[f + F_SHELLS_A, i] = 0.0
    # the camp's guns prepare and support it
    s[f + F_SHELLS_D, i] = s[at[S_DEFENCE] + c, lane] / (np.float32(1.0) + fort) / length
    s[f + F_RESERVE, i] = 0.0
    s[f + F_RESERVE_HOUR, i] = 0.0
    s[f + F_RESERVE_LEFT, i] = 0.0
    s[f + F_WON, i] = 0.0
    return True


@kernel
def _end_counter(o: int, i: int, n: N, x: A, s: A, at: AT) -> None:
    """Book the losses of fight `i`; a position won back is held by those who won it."""
    f = at[S_FIGHT]
    lane = int(s[f + F_LANE, i])
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    taker = int(s[at[S_OCCUPIED] + p, lane])
    lost_a = s[f + F_LOST_A, i]
    s[at[S_RESERVE] + c, lane] -= lost_a
    s[at[S_CAMP_MEN] + c, lane] -= lost_a
    book(c, lost_a, n, x, s, at, lane)
    _lose_attackers(taker, s[f + F_LOST_D, i], False, n, x, s, at, lane)
    if s[f + F_WON, i] > 0.0:
        put = min(s[f + F_ATTACKERS, i], s[at[S_POS_SET] + p, lane])
        s[at[S_RESERVE] + c, lane] -= put
        s[at[S_POS_MEN] + p, lane] += put
        s[at[S_HELD] + p, lane] = 1.0
        s[at[S_OCCUPIED] + p, lane] = -1.0
        s[at[S_OP_DONE] + o, lane] = 1.0
        s[at[S_OP_DONE] + taker, lane] = 0.0
