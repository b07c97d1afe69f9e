"""Step 7, guns: shells of both sides, limited by pieces, rate and stock; counter-battery; sniping and sickness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import (
    A_FIRED,
    A_PIECES_LOST,
    A_ROUNDS,
    N_BATTERIES,
    N_CAMPS,
    N_GOODS,
    N_POSITIONS,
    N_WEAPONS,
    N_WORKS,
    P_ARTILLERY,
    P_COUNTER_BATTERY,
    P_SICK,
    P_SICK_FOUL,
    P_SIEGE_ATTACKER,
    P_SIEGE_DEFENDER,
    P_SIEGE_TRENCH,
    P_TRENCH_COVER,
    P_WEAR_REPAIR,
    S_ASSAULTED,
    S_BATTERY,
    S_CLOSE,
    S_DEFENCE,
    S_FALLEN,
    S_FOUL,
    S_HELD,
    S_NO_AMMO,
    S_OVER,
    S_POS_FORT,
    S_POS_MEN,
    S_SHELLS,
    S_SICK_NOW,
    S_SIEGE,
    S_WORK,
    T_BAT_BIN,
    T_BAT_GROUP,
    T_BAT_WEAPON,
    T_CAMP_ATTACKER,
    T_CAMP_PLACE,
    T_GROUP_SIDE,
    T_PLACE_ZONE,
    T_POS_CAMP,
    T_WEAPON_GOOD,
    T_WEAPON_ROLE,
    T_WORK_KIND,
    T_WORK_SIDE,
    X_CASUALTIES,
    X_CONCEAL,
    X_FORT,
    X_KG_UNIT,
    X_PIECES,
    X_ROUNDS_ASSAULT,
    X_ROUNDS_QUIET,
    X_WEAR,
)
from xetho.simulate.process.losses import book, men_of, thin
from xetho.simulate.process.stock import take

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
FLAK, BATTERY_WORK = 1, 2
KG = 1000.0


@kernel
def guns(n: N, x: A, s: A, at: AT) -> None:
    """A day of siege for every camp under siege."""
    for c in range(at[N_CAMPS]):
        for lane in range(s.shape[1]):
            s[at[S_SHELLS] + c, lane] = 0.0
            s[at[S_DEFENCE] + c, lane] = 0.0
            if s[at[S_SIEGE] + c, lane] > 0.0 and s[at[S_FALLEN] + c, lane] == 0.0 and s[at[S_OVER], lane] == 0.0:
                _siege_day(c, n, x, s, at, lane)


@kernel
def fire(b: int, rounds: float, n: N, x: A, s: A, at: AT, lane: int) -> float:
    """Fire up to so many rounds of one battery; returns the rounds there was ammunition for."""
    weapon = n[at[T_BAT_WEAPON] + b]
    good = n[at[T_WEAPON_GOOD] + weapon]
    kg = x[at[X_KG_UNIT] + good, lane]
    tonnes = take(n, s, at, n[at[T_BAT_BIN] + b], rounds * kg / np.float32(KG), lane)
    fired = tonnes * np.float32(KG) / kg
    side = n[at[T_GROUP_SIDE] + n[at[T_BAT_GROUP] + b]]
    s[at[A_FIRED] + side * at[N_GOODS] + good, lane] += tonnes
    s[at[A_ROUNDS] + weapon, lane] += fired
    return fired


@kernel
def _siege_day(c: int, n: N, x: A, s: A, at: AT, lane: int) -> None:
    field = at[N_CAMPS] + n[at[T_CAMP_ATTACKER] + c]
    sieges = np.float32(0.0)
    for k in range(at[N_CAMPS]):
        if n[at[T_CAMP_ATTACKER] + k] == n[at[T_CAMP_ATTACKER] + c]:
            sieges += s[at[S_SIEGE] + k, lane] * (np.float32(1.0) - s[at[S_FALLEN] + k, lane])
    hard = s[at[S_ASSAULTED] + c, lane] > 0.0
    wanted = np.float32(0.0)
    given = np.float32(0.0)
    on_camp = np.float32(0.0)  # men hit at fortification 0
    wear = np.float32(0.0)
    on_field = np.float32(0.0)
    against_camp_guns = np.float32(0.0)
    against_field_guns = np.float32(0.0)
    counter = x[P_COUNTER_BATTERY, lane]
    for b in range(at[N_BATTERIES]):
        g = n[at[T_BAT_GROUP] + b]
        weapon = n[at[T_BAT_WEAPON] + b]
        pieces = s[at[S_BATTERY] + b, lane]
        if pieces <= 0.0 or n[at[T_WEAPON_ROLE] + weapon] == FLAK:
            continue
        if g == c:
            rate = x[at[X_ROUNDS_ASSAULT] + weapon, lane] if hard else x[at[X_ROUNDS_QUIET] + weapon, lane]
            rounds = fire(b, pieces * rate, n, x, s, at, lane)
            wanted += pieces * rate
            given += rounds
            cut = x[P_ARTILLERY, lane] if hard else np.float32(0.0)
            casualties = x[at[X_CASUALTIES] + weapon, lane] / np.float32(100.0)
            s[at[S_DEFENCE] + c, lane] += rounds * cut * casualties
            free = rounds * (np.float32(1.0) - cut)
            on_field += free * (np.float32(1.0) - counter) * casualties
            against_field_guns += free * counter * x[at[X_PIECES] + weapon, lane] / np.float32(1000.0)
        elif g == field:
            rate = x[at[X_ROUNDS_QUIET] + weapon, lane] / max(sieges, np.float32(1.0))
            rounds = fire(b, pieces * rate, n, x, s, at, lane)
            on_camp += rounds * (np.float32(1.0) - counter) * x[at[X_CASUALTIES] + weapon, lane] / np.float32(100.0)
            wear += rounds * (np.float32(1.0) - counter) * x[at[X_WEAR] + weapon, lane] / np.float32(100.0)
            against_camp_guns += rounds * counter * x[at[X_PIECES] + weapon, lane] / np.float32(1000.0)
    share = given / wanted if wanted > 0.0 else np.float32(1.0)
    s[at[S_SHELLS] + c, lane] = share
    if wanted > 0.0 and share < 0.05:
        s[at[S_NO_AMMO] + c, lane] += 1.0
    else:
        s[at[S_NO_AMMO] + c, lane] = 0.0
    _silence(c, against_camp_guns, n, x, s, at, lane)
    _silence(field, against_field_guns, n, x, s, at, lane)
    _bombard(c, field, on_camp, wear, on_field, share, n, x, s, at, lane)


@kernel
def _silence(group: int, pieces: float, n: N, x: A, s: A, at: AT, lane: int) -> None:
    """Take pieces off a group's batteries, the less the better they are hidden and the nearer their pits are done."""
    if pieces <= 0.0:
        return
    side = n[at[T_GROUP_SIDE] + group]
    pits = np.float32(-1.0)
    for k in range(at[N_WORKS]):
        if n[at[T_WORK_KIND] + k] == BATTERY_WORK and n[at[T_WORK_SIDE] + k] == side:
            pits = max(pits, s[at[S_WORK] + k, lane])
    hidden = np.float32(1.0) if pits < 0.0 else pits
    total = np.float32(0.0)
    for b in range(at[N_BATTERIES]):
        if n[at[T_BAT_GROUP] + b] == group and n[at[T_WEAPON_ROLE] + n[at[T_BAT_WEAPON] + b]] != FLAK:
            total += s[at[S_BATTERY] + b, lane]
    if total <= 0.0:
        return
    for b in range(at[N_BATTERIES]):
        weapon = n[at[T_BAT_WEAPON] + b]
        if n[at[T_BAT_GROUP] + b] != group or n[at[T_WEAPON_ROLE] + weapon] == FLAK:
            continue
        mine = s[at[S_BATTERY] + b, lane]
        lost = pieces * mine / total * (np.float32(1.0) - hidden * x[at[X_CONCEAL] + weapon, lane])
        lost = min(lost, mine)
        s[at[S_BATTERY] + b, lane] -= lost
        s[at[A_PIECES_LOST] + side * at[N_WEAPONS] + weapon, lane] += lost


@kernel
def _bombard(
    c: int, field: int, on_camp: float, wear: float, on_field: float, shells: float,
    n: N, x: A, s: A, at: AT, lane: int,
) -> None:  # fmt: skip
    """Shells, snipers and sickness take their toll of both sides; quiet repairs make good some of the wear."""
    fort = np.float32(0.0)
    near = np.float32(0.0)
    men = np.float32(0.0)
    held = np.float32(0.0)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c and s[at[S_HELD] + p, lane] > 0.0:
            here = s[at[S_POS_MEN] + p, lane]
            fort += here * x[at[X_FORT] + p, lane] * s[at[S_POS_FORT] + p, lane]
            near += here * s[at[S_CLOSE] + p, lane]
            men += here
            held += np.float32(1.0)
    if men > 0.0:
        fort /= men
        near /= men
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c and s[at[S_HELD] + p, lane] > 0.0:
            worn = s[at[S_POS_FORT] + p, lane] - wear / max(held, np.float32(1.0))
            worn += (np.float32(1.0) - worn) * x[P_WEAR_REPAIR, lane]
            s[at[S_POS_FORT] + p, lane] = max(np.float32(0.0), worn)
    foul = s[at[S_FOUL] + n[at[T_PLACE_ZONE] + n[at[T_CAMP_PLACE] + c]], lane] > 0.5
    sick = x[P_SICK, lane] * (x[P_SICK_FOUL, lane] if foul else np.float32(1.0))

    fit = men_of(c, s, at, lane)
    if fit > 0.0:
        sniped = x[P_SIEGE_DEFENDER, lane] * (np.float32(1.0) + x[P_SIEGE_TRENCH, lane] * near)
        hits = thin(c, on_camp / (np.float32(1.0) + fort) / fit + sniped, n, s, at, lane)
        book(c, hits, n, x, s, at, lane)
        s[at[S_SICK_NOW] + c, lane] += thin(c, sick, n, s, at, lane)
    fit = men_of(field, s, at, lane)
    if fit > 0.0:
        cover = np.float32(1.0) - x[P_TRENCH_COVER, lane] * near
        part = men_of(c, s, at, lane) / max(_besieged(field, n, s, at, lane), np.float32(1.0))
        hits = thin(field, (on_field / fit + x[P_SIEGE_ATTACKER, lane] * shells * part) * cover, n, s, at, lane)
        book(field, hits, n, x, s, at, lane)
        s[at[S_SICK_NOW] + field, lane] += thin(field, sick * part, n, s, at, lane)


@kernel
def _besieged(field: int, n: N, s: A, at: AT, lane: int) -> float:
    """Fit men of all camps the field force besieges."""
    total = np.float32(0.0)
    for k in range(at[N_CAMPS]):
        if at[N_CAMPS] + n[at[T_CAMP_ATTACKER] + k] == field and s[at[S_SIEGE] + k, lane] > 0.0:
            total += men_of(k, s, at, lane) * (np.float32(1.0) - s[at[S_FALLEN] + k, lane])
    return total
