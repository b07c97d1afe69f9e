"""Step 8, medical: the wounded die, return to duty or ride back; the sick recover; men rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
from xetho.simulate.layout import (
    A_BURNT,
    A_DEAD,
    N_CAMPS,
    N_FORCES,
    N_GOODS,
    N_GROUPS,
    N_POSITIONS,
    P_DIE,
    P_DIE_UNTREATED,
    P_EVAC_DAY,
    P_HUNGER_SICK,
    P_MEDICAL_KG,
    P_REFILL,
    P_REST,
    P_RETURN,
    S_CAMP_MEN,
    S_FALLEN,
    S_FIELD_MEN,
    S_FORCE_MEN,
    S_FRESH,
    S_HELD,
    S_HUNGER,
    S_OVER,
    S_POS_MEN,
    S_POS_SET,
    S_REAR,
    S_RESERVE,
    S_SCRATCH,
    S_SICK_NOW,
    S_WOUNDED,
    T_BIN_GOOD,
    T_FORCE_GROUP,
    T_FORCE_KIND,
    T_GROUP_MEDICAL,
    T_GROUP_SIDE,
    T_MEDICAL_BINS,
    T_POS_CAMP,
)
from xetho.simulate.process.losses import subtract, thin
from xetho.simulate.process.mobilise import present
from xetho.simulate.process.stock import take_lanes
from xetho.simulate.rows import add
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
LABOUR = 2
KG, NONE, HALF, ONE = np.float32(1000.0), np.float32(0.0), np.float32(0.5), np.float32(1.0)
TINY = np.float32(1e-9)


@step
def medical(day: int, n: N, x: A, s: A, at: AT) -> None:
    """A day in hospital for every group, and a day's rest for every formation."""
    x, s = of_width(x), of_width(s)
    here = s[at[S_SCRATCH] + 8]
    for g in range(at[N_GROUPS]):
        _going_on(here, s[at[S_OVER]])
        if g < at[N_CAMPS]:
            _standing(here, s[at[S_FALLEN] + g])
        _treat(g, here, day, n, x, s, at)
    for f in range(at[N_FORCES]):
        if present(f, day, n, at):
            _rest(s[at[S_FRESH] + f], x[P_REST])
    for p in range(at[N_POSITIONS]):
        _refill(
            s[at[S_POS_MEN] + p], s[at[S_RESERVE] + n[at[T_POS_CAMP] + p]], s[at[S_POS_SET] + p], s[at[S_HELD] + p],
            s[at[S_OVER]], x[P_REFILL],
        )  # fmt: skip


@lane_loop
def _going_on(here: A, over: A) -> None:
    for lane in range(here.shape[0]):
        here[lane] = ONE - over[lane]


@lane_loop
def _standing(here: A, fallen: A) -> None:
    for lane in range(here.shape[0]):
        here[lane] *= ONE - fallen[lane]


@lane_loop
def _rest(fresh: A, days: A) -> None:
    for lane in range(fresh.shape[0]):
        fresh[lane] += (ONE - fresh[lane]) / max(HALF, days[lane])


@lane_loop
def _refill(men: A, reserve: A, full: A, held: A, over: A, share: A) -> None:
    """The camp's reserve makes good part of what a garrison misses."""
    for lane in range(men.shape[0]):
        gap = max(NONE, full[lane] - men[lane]) * share[lane]
        step = min(gap, reserve[lane]) if held[lane] > NONE and over[lane] == NONE else NONE
        reserve[lane] -= step
        men[lane] += step


@kernel
def _treat(g: int, here: A, day: int, n: N, x: A, s: A, at: AT) -> None:
    """A group's hospital, in lanes where it is `here`."""
    side, beds = n[at[T_GROUP_SIDE] + g], s[at[S_WOUNDED] + g]
    want, missing, got, back = s[at[S_SCRATCH]], s[at[S_SCRATCH] + 1], s[at[S_SCRATCH] + 2], s[at[S_SCRATCH] + 3]
    if _stores_wanted(want, missing, beds, here, x[P_MEDICAL_KG]):
        for j in range(n[at[T_GROUP_MEDICAL] + g], n[at[T_GROUP_MEDICAL] + g + 1]):
            b = n[at[T_MEDICAL_BINS] + j]
            take_lanes(n, s, at, b, missing, got)
            subtract(missing, got)
            add(s[at[A_BURNT] + side * at[N_GOODS] + n[at[T_BIN_GOOD] + b]], got)
    _hospital(
        beds, s[at[S_SICK_NOW] + g], s[at[A_DEAD] + side], s[at[S_REAR] + side], back, want, missing, here, x[P_DIE],
        x[P_DIE_UNTREATED], x[P_RETURN], x[P_EVAC_DAY], g >= at[N_CAMPS],
    )  # fmt: skip
    _return(g, back, day, n, s, at)
    weak = s[at[S_SCRATCH]]
    _weakened(weak, here, s[at[S_HUNGER] + g], x[P_HUNGER_SICK])
    add(s[at[S_SICK_NOW] + g], s[thin(g, weak, day, n, s, at)])


@lane_loop
def _stores_wanted(want: A, missing: A, beds: A, here: A, kg: A) -> bool:
    found = np.int32(0)
    for lane in range(want.shape[0]):
        want[lane] = beds[lane] * kg[lane] / KG * here[lane]
        missing[lane] = want[lane]
        found = np.int32(found | np.int32(want[lane] > NONE))
    return found != 0


@lane_loop
def _hospital(
    beds: A, sick: A, dead: A, rear: A, back: A, want: A, missing: A, here: A, die: A, untreated: A, heal: A,
    evacuated: A, field: bool,
) -> None:  # fmt: skip
    """Deaths, returns to duty (`back`, from wounds and sickness) and, from the field, journeys to the rear."""
    for lane in range(beds.shape[0]):
        neglect = missing[lane] / max(want[lane], TINY) if want[lane] > NONE else NONE
        died = beds[lane] * min(ONE, die[lane] + untreated[lane] * neglect) * here[lane]
        well = (beds[lane] - died) * heal[lane] * here[lane]
        gone = (beds[lane] - died - well) * evacuated[lane] * here[lane] if field else NONE
        beds[lane] -= died + well + gone
        rear[lane] += gone
        dead[lane] += died
        cured = sick[lane] * heal[lane] * here[lane]
        sick[lane] -= cured
        back[lane] = well + cured


@lane_loop
def _weakened(weak: A, here: A, hunger: A, sick: A) -> None:
    for lane in range(weak.shape[0]):
        weak[lane] = hunger[lane] * sick[lane] * here[lane]


@kernel
def _return(g: int, back: A, day: int, n: N, s: A, at: AT) -> None:
    """Back to duty: to the camp's reserve, or to the field formations in proportion to their strength."""
    if g < at[N_CAMPS]:
        add(s[at[S_RESERVE] + g], back)
        add(s[at[S_CAMP_MEN] + g], back)
        return
    share = s[at[S_SCRATCH] + 1]
    _share_of_field(share, back, s[at[S_FIELD_MEN] + g], s[at[S_SICK_NOW] + g])
    for f in range(at[N_FORCES]):
        if n[at[T_FORCE_GROUP] + f] == g and n[at[T_FORCE_KIND] + f] != LABOUR and present(f, day, n, at):
            _grow(s[at[S_FORCE_MEN] + f], share)


@lane_loop
def _share_of_field(share: A, back: A, men: A, sick: A) -> None:
    for lane in range(share.shape[0]):
        some = men[lane] > NONE
        share[lane] = back[lane] / max(men[lane], TINY) if some else NONE
        sick[lane] += NONE if some else back[lane]  # nobody to join yet
        men[lane] += back[lane] if some else NONE


@lane_loop
def _grow(men: A, share: A) -> None:
    for lane in range(men.shape[0]):
        men[lane] *= ONE + share[lane]
