"""Sets of strikes that hurt every plan known: what a search still has to answer.

Found by branching over the strikes that hurt the plan which fewest of them do.  Where there are more branches than are
to be looked at, they are a sample.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from xetho.interdict.errors import NoAnswer
from xetho.interdict.graph import BoolArray, FloatArray, IntArray
from xetho.interdict.result import TOLERANCE

Strikes = tuple[int, ...]


@dataclass(frozen=True)
class Family:
    """Sets of strikes that differ in one: all of `chosen`, and one of `last` where there are any.

    `weight`: about how many sets within the budget each of them stands for.
    """

    chosen: Strikes
    last: IntArray
    weight: float


@dataclass(frozen=True)
class Hits:
    """Sets that hit all plans.  `complete`: none was left out."""

    families: tuple[Family, ...]
    complete: bool

    def shares(self, count: int, largest: int) -> FloatArray:
        """How often each of so many strikes is in the sets, the most frequent once.

        largest: strikes in a set that fills the budget; what a smaller set leaves free may be any strike.
        """
        total, anywhere = np.zeros(count), 0.0
        for one in self.families:
            each = one.weight * max(len(one.last), 1)
            total[list(one.chosen)] += each
            total[one.last] += one.weight
            anywhere += each * (largest - len(one.chosen) - bool(len(one.last))) / count
        total += anywhere
        return np.asarray(total / max(float(total.max(initial=0.0)), TOLERANCE), dtype=np.float64)

    def heaviest(self, weight: FloatArray) -> Strikes:
        """The set whose strikes weigh most together."""
        best, most = (), -1.0
        for one in self.families:
            end = (int(one.last[np.argmax(weight[one.last])]),) if len(one.last) else ()
            own = (*one.chosen, *end)
            total = float(weight[list(own)].sum())
            if total > most:
                best, most = own, total
        return tuple(sorted(best))


def hitting_sets(
    used: BoolArray, effort: FloatArray, budget: float, barred: frozenset[int], excluded: Sequence[Strikes],
    *, visits: int, seed: int, deadline: float,
) -> Hits:  # fmt: skip
    """Sets of strikes within a budget of effort of which every plan uses one; none holds more than it needs.

    used: plans x strikes.  barred: what cannot be struck.  excluded: sets not all of which may be struck together.
    visits: about how many branches are looked at.  Raises NoAnswer when time is up.
    """
    search = _Search(used, effort, [frozenset(one) for one in excluded], np.random.default_rng(seed), deadline)
    free = np.ones(used.shape[1], dtype=np.bool_)
    free[list(barred)] = False
    search.descend((), np.arange(len(used)), free, budget, float(visits), 1.0)
    return Hits(tuple(search.families), search.complete)


class _Search:
    def __init__(
        self, used: BoolArray, effort: FloatArray, excluded: list[frozenset[int]], rng: np.random.Generator,
        deadline: float,
    ) -> None:  # fmt: skip
        self.used, self.effort, self.excluded, self.rng, self.deadline = used, effort, excluded, rng, deadline
        self.families: list[Family] = []
        self.complete = True

    def descend(
        self, chosen: Strikes, missed: IntArray, free: BoolArray, left: float, visits: float, weight: float
    ) -> None:
        """Find the sets of `chosen` and some of the free strikes that hit the plans missed so far."""
        if time.perf_counter() >= self.deadline:
            raise NoAnswer("time was up before all strikes were looked at")
        usable: BoolArray = free & (self.effort <= left + TOLERANCE)
        most = self._most(usable, left)
        if not len(missed):
            if not any(one <= set(chosen) for one in self.excluded):
                self.families.append(Family(chosen, np.zeros(0, dtype=np.int64), weight * comb(len(free), most)))
            return
        if most == 0:
            return
        hurt = self.used[missed] & usable
        by_strike = hurt.sum(axis=0)
        if most == 1:
            last = self._allowed(chosen, np.flatnonzero(by_strike == len(missed)))
            if len(last):
                self.families.append(Family(chosen, last, weight))
            return
        if np.partition(by_strike, -most)[-most:].sum() < len(missed):
            return
        branches = np.flatnonzero(hurt[int(np.argmin(hurt.sum(axis=1)))])
        if not len(branches):
            return
        chance = min(1.0, max(visits, 1.0) / len(branches))
        looked = self.rng.random(len(branches)) < chance
        looked[self.rng.integers(len(branches))] |= not looked.any()
        self.complete &= bool(looked.all())
        rest = free.copy()
        for strike in branches[looked]:
            # A set is found once: by the first of its strikes that is looked at.
            rest[strike] = False
            after = missed[~self.used[missed, strike]]
            spent = left - float(self.effort[strike])
            share = visits / int(looked.sum())
            self.descend((*chosen, int(strike)), after, rest.copy(), spent, share, weight / chance)

    def _most(self, usable: BoolArray, left: float) -> int:
        """Most strikes that the effort left allows."""
        cheapest = np.sort(self.effort[usable])
        return int(np.searchsorted(np.cumsum(cheapest), left + TOLERANCE, side="right"))

    def _allowed(self, chosen: Strikes, last: IntArray) -> IntArray:
        """Strikes that may join those chosen without making up a set that is excluded."""
        missing = [one - set(chosen) for one in self.excluded]
        if any(not one for one in missing):
            return last[:0]
        return last[~np.isin(last, [next(iter(one)) for one in missing if len(one) == 1])]
