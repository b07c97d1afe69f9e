"""Step 7, guns: shells of both sides, limited by pieces, rate and stock; counter-battery; sniping and sickness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
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
    P_SILENT,
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
    S_SCRATCH,
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
from xetho.simulate.process.losses import book_row, men_of, thin
from xetho.simulate.process.stock import take, take_lanes
from xetho.simulate.rows import add, copy, fill, greatest, some
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
FLAK, BATTERY_WORK = 1, 2
KG, NONE, HALF, ONE = np.float32(1000.0), np.float32(0.0), np.float32(0.5), np.float32(1.0)
HUNDRED, TINY = np.float32(100.0), np.float32(1e-9)
# Scratch rows of this file; 10 to 13 belong to the files it calls.
ACT, SIEGES, WANTED, GIVEN, ON_CAMP, WEAR, ON_FIELD, AT_CAMP, AT_FIELD, ROUNDS = range(10)
TONNES, FIRED, FORT, NEAR, MEN, STANDING, PART, SICK, SHARE = range(14, 23)


@step
def guns(day: int, n: N, x: A, s: A, at: AT) -> None:
    """A day of siege for every camp under siege."""
    x, s = of_width(x), of_width(s)
    for c in range(at[N_CAMPS]):
        fill(s[at[S_SHELLS] + c], NONE)
        fill(s[at[S_DEFENCE] + c], NONE)
        if _under_siege(s[at[S_SCRATCH] + ACT], s[at[S_SIEGE] + c], s[at[S_FALLEN] + c], s[at[S_OVER]]):
            _siege_day(c, day, n, x, s, at)


@lane_loop
def _under_siege(act: A, siege: A, fallen: A, over: A) -> bool:
    found = np.int32(0)
    for lane in range(act.shape[0]):
        act[lane] = ONE if siege[lane] > NONE and fallen[lane] == NONE and over[lane] == NONE else NONE
        found = np.int32(found | np.int32(act[lane] > NONE))
    return found != 0


@kernel
def fire(b: int, rounds: float, n: N, x: A, s: A, at: AT, lane: int) -> float:
    """Fire up to so many rounds of one battery in one lane; returns the rounds there was ammunition for."""
    weapon = n[at[T_BAT_WEAPON] + b]
    good = n[at[T_WEAPON_GOOD] + weapon]
    kg = x[at[X_KG_UNIT] + good, lane]
    tonnes = take(n, s, at, n[at[T_BAT_BIN] + b], rounds * kg / KG, lane)
    fired = tonnes * KG / kg
    side = n[at[T_GROUP_SIDE] + n[at[T_BAT_GROUP] + b]]
    s[at[A_FIRED] + side * at[N_GOODS] + good, lane] += tonnes
    s[at[A_ROUNDS] + weapon, lane] += fired
    return fired


@kernel
def fire_row(b: int, n: N, x: A, s: A, at: AT) -> int:
    """Fire one battery's rounds (scratch row ROUNDS) in every lane; returns the row of those fired."""
    weapon = n[at[T_BAT_WEAPON] + b]
    good, side = n[at[T_WEAPON_GOOD] + weapon], n[at[T_GROUP_SIDE] + n[at[T_BAT_GROUP] + b]]
    rounds, tonnes, fired = s[at[S_SCRATCH] + ROUNDS], s[at[S_SCRATCH] + TONNES], s[at[S_SCRATCH] + FIRED]
    kg = x[at[X_KG_UNIT] + good]
    _weigh(tonnes, rounds, kg)
    take_lanes(n, s, at, n[at[T_BAT_BIN] + b], tonnes, fired)
    _count(fired, kg, s[at[A_FIRED] + side * at[N_GOODS] + good], s[at[A_ROUNDS] + weapon])
    return at[S_SCRATCH] + FIRED


@lane_loop
def _weigh(tonnes: A, rounds: A, kg: A) -> None:
    for lane in range(tonnes.shape[0]):
        tonnes[lane] = rounds[lane] * kg[lane] / KG


@lane_loop
def _count(fired: A, kg: A, total: A, rounds: A) -> None:
    """Tonnes fired to rounds fired, both booked."""
    for lane in range(fired.shape[0]):
        total[lane] += fired[lane]
        fired[lane] *= KG / kg[lane]
        rounds[lane] += fired[lane]


@kernel
def _siege_day(c: int, day: int, n: N, x: A, s: A, at: AT) -> None:
    field, row = at[N_CAMPS] + n[at[T_CAMP_ATTACKER] + c], at[S_SCRATCH]
    for i in range(SIEGES, ROUNDS):
        fill(s[row + i], NONE)
    for k in range(at[N_CAMPS]):
        if n[at[T_CAMP_ATTACKER] + k] == n[at[T_CAMP_ATTACKER] + c]:
            _add_siege(s[row + SIEGES], s[at[S_SIEGE] + k], s[at[S_FALLEN] + k])
    act, rounds, hard, counter = s[row + ACT], s[row + ROUNDS], s[at[S_ASSAULTED] + c], x[P_COUNTER_BATTERY]
    for b in range(at[N_BATTERIES]):
        g, weapon, pieces = n[at[T_BAT_GROUP] + b], n[at[T_BAT_WEAPON] + b], s[at[S_BATTERY] + b]
        if (g != c and g != field) or n[at[T_WEAPON_ROLE] + weapon] == FLAK or not some(pieces):
            continue
        men, guns_hit = x[at[X_CASUALTIES] + weapon], x[at[X_PIECES] + weapon]
        if g == c:
            _camp_rounds(
                rounds, pieces, act, hard, x[at[X_ROUNDS_ASSAULT] + weapon], x[at[X_ROUNDS_QUIET] + weapon],
                s[row + WANTED],
            )  # fmt: skip
            _camp_fire(
                s[fire_row(b, n, x, s, at)], hard, x[P_ARTILLERY], counter, men, guns_hit, s[row + GIVEN],
                s[at[S_DEFENCE] + c], s[row + ON_FIELD], s[row + AT_FIELD],
            )  # fmt: skip
        else:
            _field_rounds(rounds, pieces, act, x[at[X_ROUNDS_QUIET] + weapon], s[row + SIEGES])
            _field_fire(
                s[fire_row(b, n, x, s, at)], counter, men, x[at[X_WEAR] + weapon], guns_hit, s[row + ON_CAMP],
                s[row + WEAR], s[row + AT_CAMP],
            )  # fmt: skip
    _answered(s[at[S_SHELLS] + c], s[at[S_NO_AMMO] + c], act, s[row + WANTED], s[row + GIVEN], x[P_SILENT])
    _silence(c, s[row + AT_CAMP], n, x, s, at)
    _silence(field, s[row + AT_FIELD], n, x, s, at)
    _bombard(c, field, day, n, x, s, at)


@lane_loop
def _add_siege(sieges: A, siege: A, fallen: A) -> None:
    for lane in range(sieges.shape[0]):
        sieges[lane] += siege[lane] * (ONE - fallen[lane])


@lane_loop
def _camp_rounds(rounds: A, pieces: A, act: A, hard: A, assault: A, quiet: A, wanted: A) -> None:
    for lane in range(rounds.shape[0]):
        rounds[lane] = act[lane] * pieces[lane] * (assault[lane] if hard[lane] > NONE else quiet[lane])
        wanted[lane] += rounds[lane]


@lane_loop
def _camp_fire(
    rounds: A, hard: A, against_assault: A, counter: A, men: A, guns_hit: A, given: A, defence: A, on_field: A,
    at_field: A,
) -> None:  # fmt: skip
    """A camp's rounds: part meets the assault where there is one, part of the rest goes against guns."""
    for lane in range(rounds.shape[0]):
        given[lane] += rounds[lane]
        cut = against_assault[lane] if hard[lane] > NONE else NONE
        hit = men[lane] / HUNDRED
        free = rounds[lane] * (ONE - cut)
        defence[lane] += rounds[lane] * cut * hit
        on_field[lane] += free * (ONE - counter[lane]) * hit
        at_field[lane] += free * counter[lane] * guns_hit[lane] / KG


@lane_loop
def _field_rounds(rounds: A, pieces: A, act: A, quiet: A, sieges: A) -> None:
    for lane in range(rounds.shape[0]):
        rounds[lane] = act[lane] * pieces[lane] * quiet[lane] / max(sieges[lane], ONE)


@lane_loop
def _field_fire(
    rounds: A, counter: A, men: A, works: A, guns_hit: A, on_camp: A, wear: A, at_camp: A
) -> None:
    """A besieger's rounds: on men and works, or against guns."""
    for lane in range(rounds.shape[0]):
        direct = rounds[lane] * (ONE - counter[lane]) / HUNDRED
        on_camp[lane] += direct * men[lane]
        wear[lane] += direct * works[lane]
        at_camp[lane] += rounds[lane] * counter[lane] * guns_hit[lane] / KG


@lane_loop
def _answered(shells: A, silent: A, act: A, wanted: A, given: A, least: A) -> None:
    """Share of the wanted shells that a camp fired, and for how many days it has been silent."""
    for lane in range(shells.shape[0]):
        share = given[lane] / max(wanted[lane], TINY) if wanted[lane] > NONE else ONE
        shells[lane] = act[lane] * share
        days = silent[lane] + ONE if wanted[lane] > NONE and share < least[lane] else NONE
        silent[lane] = days if act[lane] > NONE else silent[lane]


@kernel
def _silence(group: int, pieces: A, n: N, x: A, s: A, at: AT) -> None:
    """Take pieces off a group's batteries, the less the better they are hidden and the nearer their pits are done."""
    if not some(pieces):
        return
    side, hidden, total = n[at[T_GROUP_SIDE] + group], s[at[S_SCRATCH] + PART], s[at[S_SCRATCH] + SHARE]
    dug = False
    fill(hidden, NONE)
    for k in range(at[N_WORKS]):
        if n[at[T_WORK_KIND] + k] == BATTERY_WORK and n[at[T_WORK_SIDE] + k] == side:
            dug = True
            greatest(hidden, s[at[S_WORK] + k])
    if not dug:
        fill(hidden, ONE)
    fill(total, NONE)
    for b in range(at[N_BATTERIES]):
        if n[at[T_BAT_GROUP] + b] == group and n[at[T_WEAPON_ROLE] + n[at[T_BAT_WEAPON] + b]] != FLAK:
            add(total, s[at[S_BATTERY] + b])
    for b in range(at[N_BATTERIES]):
        weapon = n[at[T_BAT_WEAPON] + b]
        if n[at[T_BAT_GROUP] + b] == group and n[at[T_WEAPON_ROLE] + weapon] != FLAK:
            _knock_out(
                s[at[S_BATTERY] + b], s[at[A_PIECES_LOST] + side * at[N_WEAPONS] + weapon], pieces, total, hidden,
                x[at[X_CONCEAL] + weapon],
            )  # fmt: skip


@lane_loop
def _knock_out(mine: A, lost: A, pieces: A, total: A, hidden: A, conceal: A) -> None:
    for lane in range(mine.shape[0]):
        share = pieces[lane] / total[lane] if total[lane] > TINY else NONE
        gone = min(mine[lane], mine[lane] * share * (ONE - hidden[lane] * conceal[lane]))
        mine[lane] -= gone
        lost[lane] += gone


@kernel
def _bombard(c: int, field: int, day: int, n: N, x: A, s: A, at: AT) -> None:
    """Shells, snipers and sickness take their toll of both sides; quiet repairs make good some of the wear."""
    row = at[S_SCRATCH]
    act, fort, near, men, standing = s[row + ACT], s[row + FORT], s[row + NEAR], s[row + MEN], s[row + STANDING]
    for i in (FORT, NEAR, MEN, STANDING):
        fill(s[row + i], NONE)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c:
            _ring(
                s[at[S_HELD] + p], s[at[S_POS_MEN] + p], x[at[X_FORT] + p], s[at[S_POS_FORT] + p], s[at[S_CLOSE] + p],
                fort, near, men, standing,
            )  # fmt: skip
    _mean(fort, near, men)
    for p in range(at[N_POSITIONS]):
        if n[at[T_POS_CAMP] + p] == c:
            _wear(s[at[S_POS_FORT] + p], s[at[S_HELD] + p], act, s[row + WEAR], standing, x[P_WEAR_REPAIR])
    part, sick, share = s[row + PART], s[row + SICK], s[row + SHARE]
    _sickness(
        sick, act, s[at[S_FOUL] + n[at[T_PLACE_ZONE] + n[at[T_CAMP_PLACE] + c]]], x[P_SICK], x[P_SICK_FOUL]
    )

    _camp_losses(
        share, act, s[men_of(c, at)], s[row + ON_CAMP], fort, near, x[P_SIEGE_DEFENDER], x[P_SIEGE_TRENCH]
    )
    book_row(c, s[thin(c, share, day, n, s, at)], n, x, s, at)
    copy(share, sick)
    add(s[at[S_SICK_NOW] + c], s[thin(c, share, day, n, s, at)])

    fill(part, NONE)
    for k in range(at[N_CAMPS]):
        if at[N_CAMPS] + n[at[T_CAMP_ATTACKER] + k] == field:
            _add_besieged(part, s[men_of(k, at)], s[at[S_SIEGE] + k], s[at[S_FALLEN] + k])
    _field_losses(
        share, part, act, s[men_of(field, at)], s[men_of(c, at)], s[row + ON_FIELD], s[at[S_SHELLS] + c], near,
        x[P_SIEGE_ATTACKER], x[P_TRENCH_COVER],
    )  # fmt: skip
    book_row(field, s[thin(field, share, day, n, s, at)], n, x, s, at)
    _times(share, sick, part)
    add(s[at[S_SICK_NOW] + field], s[thin(field, share, day, n, s, at)])


@lane_loop
def _ring(held: A, here: A, built: A, left: A, close: A, fort: A, near: A, men: A, standing: A) -> None:
    """A position's part in the fortification and closeness that the garrison meets with on the average."""
    for lane in range(held.shape[0]):
        mine = here[lane] if held[lane] > NONE else NONE
        fort[lane] += mine * built[lane] * left[lane]
        near[lane] += mine * close[lane]
        men[lane] += mine
        standing[lane] += ONE if held[lane] > NONE else NONE


@lane_loop
def _mean(fort: A, near: A, men: A) -> None:
    for lane in range(men.shape[0]):
        fort[lane] = fort[lane] / men[lane] if men[lane] > NONE else NONE
        near[lane] = near[lane] / men[lane] if men[lane] > NONE else NONE


@lane_loop
def _wear(left: A, held: A, act: A, wear: A, standing: A, repair: A) -> None:
    for lane in range(left.shape[0]):
        worn = left[lane] - wear[lane] / max(standing[lane], ONE)
        worn = max(NONE, worn + (ONE - worn) * repair[lane])
        left[lane] = worn if held[lane] > NONE and act[lane] > NONE else left[lane]


@lane_loop
def _sickness(sick: A, act: A, foul: A, rate: A, in_foul: A) -> None:
    for lane in range(sick.shape[0]):
        sick[lane] = act[lane] * rate[lane] * (in_foul[lane] if foul[lane] > HALF else ONE)


@lane_loop
def _camp_losses(share: A, act: A, fit: A, shells: A, fort: A, near: A, sniped: A, closer: A) -> None:
    for lane in range(share.shape[0]):
        hit = shells[lane] / (ONE + fort[lane]) / max(fit[lane], TINY)
        hit += sniped[lane] * (ONE + closer[lane] * near[lane])
        share[lane] = act[lane] * hit if fit[lane] > NONE else NONE


@lane_loop
def _add_besieged(total: A, men: A, siege: A, fallen: A) -> None:
    """Fit men of all camps the field force besieges."""
    for lane in range(total.shape[0]):
        total[lane] += men[lane] * (ONE - fallen[lane]) if siege[lane] > NONE else NONE


@lane_loop
def _field_losses(
    share: A, part: A, act: A, fit: A, camp: A, shells: A, answered: A, near: A, sniped: A, cover: A
) -> None:
    """The besieger's; `part`, on entry the men it besieges in all, becomes this camp's part of them."""
    for lane in range(share.shape[0]):
        here = camp[lane] / max(part[lane], ONE)
        hit = shells[lane] / max(fit[lane], TINY) + sniped[lane] * answered[lane] * here
        share[lane] = act[lane] * hit * (ONE - cover[lane] * near[lane]) if fit[lane] > NONE else NONE
        part[lane] = here


@lane_loop
def _times(out: A, a: A, b: A) -> None:
    for lane in range(out.shape[0]):
        out[lane] = a[lane] * b[lane]
