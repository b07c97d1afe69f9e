"""The hours of fights side by side: rounds of stochastic generalised Lanchester attrition.

One column of S_FIGHT is one fight; most operations go in on a given day in a few lanes only, and those few are fought
together here, an hour at a time, until each is decided.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
from xetho.simulate.process.attrition import hits
from xetho.simulate.rows import whole_vectors
from xetho.simulate.streams import ASSAULT, lognormal, uniform4

A = NDArray[np.float32]
RUNS = NDArray[np.uint32]
# Rows of a fight. What it is given:
(
    F_LANE, F_ATTACKERS, F_DEFENDERS, F_ATTACK, F_DEFEND, F_OURS, F_THEIRS, F_SHELLS_A, F_SHELLS_D, F_RESERVE,
    F_RESERVE_HOUR, F_RESERVE_LEFT, F_REFERENCE, F_LAW_P, F_LAW_Q, F_NOISE, F_BREAK_A, F_BREAK_D, F_LENGTH, F_WON,
) = range(20)  # fmt: skip
# What comes of it, beside the men, reserve and victory above; the last two are of the hour.
F_CAME, F_LOST_A, F_LOST_D, F_HOURS, F_GOING, F_START, F_LUCK_A, F_LUCK_D = range(20, 28)
FIGHT_ROWS = 28
NONE, ONE = np.float32(0.0), np.float32(1.0)


@kernel
def fight(count: int, f: int, s: A, day: int, entity: int, key: int, runs: RUNS) -> None:
    """Fight the first `count` fights of the rows from `f` on to their end.

    Men hit in an hour: `attrition.hits` at the fight's rates, times a lognormal factor of the hour, and what the camp's
    guns hit. Ends when the defenders are down to F_BREAK_D of all that were there, the attackers have lost F_BREAK_A
    men, or the hours (F_LENGTH) are over.
    """
    drawn = whole_vectors(count, s.shape[1])
    for row in range(F_LANE, FIGHT_ROWS):
        for i in range(count, drawn):
            s[f + row, i] = ONE  # beside the fights, so that a vector is full; it is already won
    going = _begin(
        drawn, s[f + F_WON], s[f + F_DEFENDERS], s[f + F_START], s[f + F_CAME], s[f + F_LOST_A], s[f + F_LOST_D],
        s[f + F_HOURS], s[f + F_GOING],
    )  # fmt: skip
    hour = 0
    while going:
        hour += 1
        _luck(drawn, s[f + F_LANE], s[f + F_NOISE], s[f + F_LUCK_A], s[f + F_LUCK_D], key, runs, day, entity, hour)
        going = _hour(
            drawn, s[f + F_ATTACKERS], s[f + F_DEFENDERS], s[f + F_ATTACK], s[f + F_DEFEND], s[f + F_OURS],
            s[f + F_THEIRS], s[f + F_SHELLS_A], s[f + F_SHELLS_D], s[f + F_RESERVE], s[f + F_RESERVE_HOUR],
            s[f + F_RESERVE_LEFT], s[f + F_REFERENCE], s[f + F_LAW_P], s[f + F_LAW_Q], s[f + F_BREAK_A],
            s[f + F_BREAK_D], s[f + F_LENGTH], s[f + F_WON], s[f + F_CAME], s[f + F_LOST_A], s[f + F_LOST_D],
            s[f + F_HOURS], s[f + F_GOING], s[f + F_START], s[f + F_LUCK_A], s[f + F_LUCK_D],
        )  # fmt: skip


@lane_loop
def _begin(
    drawn: int, won: A, defenders: A, start: A, came: A, lost_a: A, lost_d: A, hours: A, going: A
) -> bool:
    """Nothing has happened yet; whether any fight is undecided."""
    some = np.int32(0)
    for i in range(drawn):
        start[i] = defenders[i]
        came[i] = NONE
        lost_a[i] = NONE
        lost_d[i] = NONE
        hours[i] = NONE
        going[i] = NONE if won[i] > NONE else ONE
        some = np.int32(some | np.int32(going[i] > NONE))
    return some != 0


@lane_loop
def _luck(
    drawn: int, lanes: A, noise: A, luck_a: A, luck_d: A, key: int, runs: RUNS, day: int, entity: int, hour: int
) -> None:
    """Luck of both sides' fire in an hour, counted from 1."""
    for i in range(drawn):
        v0, v1, _, _ = uniform4(key, ASSAULT, runs[np.int64(lanes[i])], day, entity, hour)
        luck_a[i] = lognormal(v0, noise[i])
        luck_d[i] = lognormal(v1, noise[i])


@lane_loop
def _hour(
    drawn: int, attackers: A, defenders: A, attack: A, defend: A, ours: A, theirs: A, shells_a: A, shells_d: A,
    reserve: A, reserve_hour: A, reserve_left: A, reference: A, law_p: A, law_q: A, break_a: A, break_d: A, length: A,
    won: A, came: A, lost_a: A, lost_d: A, hours: A, going: A, start: A, luck_a: A, luck_d: A,
) -> bool:  # fmt: skip
    """An hour of each undecided fight; whether any is still undecided."""
    some = np.int32(0)
    for i in range(drawn):
        on = going[i]
        step = on * max(NONE, min(reserve[i] * reserve_hour[i], reserve_left[i] - came[i]))
        a, d = attackers[i], defenders[i] + step
        on_d = hits(attack[i], a * ours[i], d, reference[i], law_p[i], law_q[i]) * luck_a[i] + shells_d[i]
        on_a = hits(defend[i], d * theirs[i], a, reference[i], law_p[i], law_q[i]) * luck_d[i] + shells_a[i]
        on_d, on_a = on * min(d, on_d), on * min(a, on_a)
        attackers[i] = a - on_a
        defenders[i] = d - on_d
        reserve[i] -= step
        came[i] += step
        lost_a[i] += on_a
        lost_d[i] += on_d
        hours[i] += on
        taken = defenders[i] <= break_d[i] * (start[i] + came[i])
        ended = lost_a[i] >= break_a[i] or hours[i] >= length[i]
        won[i] = ONE if on > NONE and taken else won[i]
        going[i] = NONE if taken or ended else on
        some = np.int32(some | np.int32(going[i] > NONE))
    return some != 0
