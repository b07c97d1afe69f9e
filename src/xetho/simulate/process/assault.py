"""Step 7, assaults and counter-attacks: hourly rounds of stochastic generalised Lanchester attrition.

``hits on B in an hour = a · ref · (A/ref)^p · (B/ref)^q`` with exponents p, q common to both sides (Bracken 1995, Naval
Research Logistics 42, in the homogeneous form; p = 1, q = 0 is the square law, p = q = 1 the linear one), times
fortification, trenches, supporting fire, training, fatigue and cohesion, a lognormal factor for the attack as a whole
and one for each hour. Each side has a breaking point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_CAPTURED,
    N_BATTERIES,
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
    S_WORK,
    S_WOUNDED,
    T_BAT_GROUP,
    T_BAT_WEAPON,
    T_CAMP_SIDE,
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
from xetho.simulate.process.attrition import lanchester
from xetho.simulate.process.guns import fire
from xetho.simulate.process.losses import book
from xetho.simulate.rows import some
from xetho.simulate.streams import ASSAULT as ASSAULT_STREAM
from xetho.simulate.streams import lognormal, uniform4

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
ASSAULT, COUNTER, SIEGE = 0, 1, 2
MINE = 3


@kernel
def assaults(day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int) -> None:
    """Fight tonight's operations in the order of the table."""
    for o in range(at[N_OPERATIONS]):
        if not n[at[T_OP_FROM] + o] <= day <= n[at[T_OP_UNTIL] + o] or not some(s[at[S_OP_GO] + o]):
            continue
        for lane in range(s.shape[1]):
            if s[at[S_OP_GO] + o, lane] > 0.0 and s[at[S_OVER], lane] == 0.0:
                if n[at[T_OP_KIND] + o] == ASSAULT:
                    _assault(o, day, n, u, x, s, at, key, run0, lane)
                else:
                    _counter_attack(o, day, n, u, x, s, at, key, run0, lane)


@kernel
def hits(rate: float, firing: float, target: float, x: A, lane: int) -> float:
    """Men hit in an hour by the law and exponents of the campaign; rate per hour at the reference strength."""
    return lanchester(rate, firing, target, x[P_REFERENCE, lane], x[P_LAW_P, lane], x[P_LAW_Q, lane])


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
    side = n[at[T_OP_SIDE] + o]
    c = n[at[T_POS_CAMP] + p]
    field = at[N_CAMPS] + side
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    casualties = np.float32(0.0)
    wear = np.float32(0.0)
    for i in range(n[at[T_OP_FIRE] + o], n[at[T_OP_FIRE] + o + 1]):
        weapon = n[at[T_FIRE_WEAPON] + i]
        pieces = np.float32(0.0)
        for b in range(at[N_BATTERIES]):
            if n[at[T_BAT_WEAPON] + b] == weapon and n[at[T_BAT_GROUP] + b] == field:
                pieces += s[at[S_BATTERY] + b, lane]
        if pieces <= 0.0:
            continue
        for b in range(at[N_BATTERIES]):
            if n[at[T_BAT_WEAPON] + b] == weapon and n[at[T_BAT_GROUP] + b] == field:
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
def _tonight(c: int, n: N, s: A, at: AT, lane: int) -> float:
    """How many assaults the camp's guns must answer tonight."""
    count = np.float32(0.0)
    for o in range(at[N_OPERATIONS]):
        if n[at[T_OP_KIND] + o] == ASSAULT and n[at[T_POS_CAMP] + n[at[T_OP_TARGET] + o]] == c:
            count += s[at[S_OP_GO] + o, lane]
    return max(count, np.float32(1.0))


@kernel
def _assault(
    o: int, day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int, lane: int
) -> None:
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    side = n[at[T_OP_SIDE] + o]
    field = at[N_CAMPS] + side
    if s[at[S_HELD] + p, lane] == 0.0 or s[at[S_FALLEN] + c, lane] > 0.0:
        return
    _prepare(o, p, n, x, s, at, lane)
    sent, worth = _attackers(o, n, x, s, at, lane)
    if sent < 1.0:
        return
    start = s[at[S_POS_MEN] + p, lane]
    near = s[at[S_CLOSE] + p, lane]
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    cover = np.float32(1.0) - x[P_TRENCH_COVER, lane] * near
    luck0, luck1, _, _ = uniform4(key, ASSAULT_STREAM, run0 + lane, day, n[at[T_OP_ENTITY] + o], 0)
    attack = x[P_ATTACK, lane] * (np.float32(1.0) + x[P_TRENCH_REACH, lane] * near) / (np.float32(1.0) + fort)
    attack *= lognormal(luck0, x[P_NOISE, lane])
    defend = x[P_DEFEND, lane] * (np.float32(1.0) + x[P_FORT_COVER, lane] * fort) * cover
    defend *= _support(p, n, x, s, at, lane)
    defend *= lognormal(luck1, x[P_NOISE, lane])
    ours = _worth(field, s, x, at, lane) * worth
    theirs = _worth(c, s, x, at, lane) * s[at[S_POS_WORTH] + p, lane]
    shells = s[at[S_DEFENCE] + c, lane] * cover / _tonight(c, n, s, at, lane)
    length = max(np.float32(1.0), x[at[X_HOURS] + o, lane])
    reserve_left = s[at[S_RESERVE] + c, lane] * x[P_RESERVE_LIMIT, lane]
    a, d = sent, start
    came = np.float32(0.0)
    lost_a = np.float32(0.0)
    lost_d = np.float32(0.0)
    hour = 0
    won = d <= 0.0
    while not won and hour < int(length):
        step = min(s[at[S_RESERVE] + c, lane] * x[P_RESERVE_HOUR, lane], reserve_left - came)
        step = max(np.float32(0.0), step)
        s[at[S_RESERVE] + c, lane] -= step
        came += step
        d += step
        v0, v1, _, _ = uniform4(key, ASSAULT_STREAM, run0 + lane, day, n[at[T_OP_ENTITY] + o], 1 + hour)
        on_d = min(d, hits(attack, a * ours, d, x, lane) * lognormal(v0, x[P_HOUR_NOISE, lane]))
        on_a = hits(defend, d * theirs, a, x, lane) * lognormal(v1, x[P_HOUR_NOISE, lane]) + shells / length
        on_a = min(a, on_a)
        a -= on_a
        d -= on_d
        lost_a += on_a
        lost_d += on_d
        hour += 1
        if d <= x[P_DEFENDER_BREAK, lane] * (start + came):
            won = True
        elif lost_a >= x[P_ATTACKER_BREAK, lane] * sent:
            break
    s[at[S_POS_MEN] + p, lane] = d
    s[at[S_CAMP_MEN] + c, lane] -= lost_d
    book(c, lost_d, n, x, s, at, lane)
    _lose_attackers(o, lost_a, True, n, x, s, at, lane)
    if won:
        _fall(o, p, c, day + (u[at[U_OP_HOUR] + o] + hour) / 24.0, d, lost_d, n, x, s, at, lane)
    else:
        _hold(p, c, start, came, d, s, at, lane)


@kernel
def _hold(p: int, c: int, start: float, came: float, d: float, s: A, at: AT, lane: int) -> None:
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
def _counter_attack(
    o: int, day: int, n: N, u: A, x: A, s: A, at: AT, key: int, run0: int, lane: int
) -> None:
    """The camp's reserve tries to win a position back from those who took it and now hold its ruins."""
    p = n[at[T_OP_TARGET] + o]
    c = n[at[T_POS_CAMP] + p]
    taker = int(s[at[S_OCCUPIED] + p, lane])
    if s[at[S_HELD] + p, lane] > 0.0 or taker < 0 or s[at[S_FALLEN] + c, lane] > 0.0:
        return
    sent = s[at[S_RESERVE] + c, lane] * x[at[X_COMMIT] + o, lane]
    field = at[N_CAMPS] + n[at[T_OP_SIDE] + taker]
    garrison = np.float32(0.0)
    for j in range(n[at[T_OP_FORCE] + taker], n[at[T_OP_FORCE] + taker + 1]):
        garrison += s[at[S_FORCE_MEN] + n[at[T_OP_FORCES] + j], lane]
    garrison *= x[at[X_COMMIT] + taker, lane] * x[P_OCCUPY, lane]
    fort = x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
    luck0, luck1, _, _ = uniform4(key, ASSAULT_STREAM, run0 + lane, day, n[at[T_OP_ENTITY] + o], 0)
    attack = x[P_ATTACK, lane] / (np.float32(1.0) + fort) * lognormal(luck0, x[P_NOISE, lane])
    defend = x[P_DEFEND, lane] * (np.float32(1.0) + x[P_FORT_COVER, lane] * fort) * lognormal(luck1, x[P_NOISE, lane])
    ours, theirs = _worth(c, s, x, at, lane), _worth(field, s, x, at, lane)
    # the camp's guns prepare and support it
    shells = s[at[S_DEFENCE] + c, lane] / (np.float32(1.0) + fort)
    length = max(np.float32(1.0), x[at[X_HOURS] + o, lane])
    a, d = sent, garrison
    hour = 0
    lost_a = np.float32(0.0)
    lost_d = np.float32(0.0)
    won = False
    while hour < int(length):
        v0, v1, _, _ = uniform4(key, ASSAULT_STREAM, run0 + lane, day, n[at[T_OP_ENTITY] + o], 1 + hour)
        on_d = min(d, hits(attack, a * ours, d, x, lane) * lognormal(v0, x[P_HOUR_NOISE, lane]) + shells / length)
        on_a = min(a, hits(defend, d * theirs, a, x, lane) * lognormal(v1, x[P_HOUR_NOISE, lane]))
        a -= on_a
        d -= on_d
        lost_a += on_a
        lost_d += on_d
        hour += 1
        if d <= x[P_DEFENDER_BREAK, lane] * garrison:
            won = True
            break
        if lost_a >= x[P_ATTACKER_BREAK, lane] * sent:
            break
    s[at[S_RESERVE] + c, lane] -= lost_a
    s[at[S_CAMP_MEN] + c, lane] -= lost_a
    book(c, lost_a, n, x, s, at, lane)
    _lose_attackers(taker, lost_d, False, n, x, s, at, lane)
    if won:
        put = min(a, s[at[S_POS_SET] + p, lane])
        s[at[S_RESERVE] + c, lane] -= put
        s[at[S_POS_MEN] + p, lane] += put
        s[at[S_HELD] + p, lane] = 1.0
        s[at[S_OCCUPIED] + p, lane] = -1.0
        s[at[S_OP_DONE] + o, lane] = 1.0
        s[at[S_OP_DONE] + taker, lane] = 0.0
