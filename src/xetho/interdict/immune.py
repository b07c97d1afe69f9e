"""Plans that between them no strikes within a budget can hurt, and so what no strikes leave short.

A plan bounds all strikes of which it uses none.  So when no set within the budget hits each of the plans that are
short of no more than a target, no strikes leave more than the target short.  As long as there is such a
set, a plan against it is looked for that keeps to the target and leans little on other strikes, those above
all that the sets left have in common.  Where there is none, the best reply is a value reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xetho.interdict.errors import NoAnswer
from xetho.interdict.graph import BoolArray, FloatArray, IntArray
from xetho.interdict.hitting import Hits, Strikes, hitting_sets
from xetho.interdict.reply import Replies, Reply
from xetho.interdict.slowed import Slowed

PATIENCE = 0.75
"""Share of the time after which a nearer target is taken; plans for the one asked for count for it (a judgement)."""

WORKERS = 2
"""Plans looked for at a time."""

PROBES, PROBE = 4, 0.1
"""Rounds with a target nearer by this share, before it is told that no strikes found do harm (a judgement)."""

SEEN = 8
"""Plans after which a large programme is narrowed to the columns that plans have used so far (a judgement)."""

VISITS = 20_000
"""Branches looked at for sets that hit all plans, ten times more as long as none is found but some were left out."""

SPREAD = 1.0
"""Standard deviation of the logarithm by which weights differ between workers, so that their plans do (a judgement)."""

LEAST_WEIGHT = 1e-2
"""Weight of a strike that is in none of the sets left."""

ROUNDING = 3e-7
"""Difference of two shortages, as a share, that passes for rounding."""


class Pool:
    """All plans known of a game, and the programmes that find more."""

    def __init__(self, programme: Slowed) -> None:
        self.plans: list[Reply] = []
        self._programme = programme
        self._finders: list[Replies] = []
        self._narrow = False

    def within(self, target: float) -> BoolArray:
        """Strikes that hurt each plan which is short of no more than the target (plans x strikes)."""
        rows = [plan.used for plan in self.plans if plan.shortage <= target]
        return np.array(rows, dtype=np.bool_).reshape(len(rows), self._programme.takes.shape[0])

    def finders(self) -> list[Replies]:
        """Programmes to look for plans with, one for each worker."""
        if not self._finders:
            self._finders = [Replies(self._programme) for _ in range(WORKERS)]
        if not self._narrow and self._finders[0].large and len(self.plans) >= SEEN:
            columns: IntArray = np.flatnonzero(np.any([finder.seen for finder in self._finders], axis=0))
            self._finders = [Replies(self._programme, columns) for _ in range(WORKERS)]
            self._narrow = True
        return self._finders


@dataclass(frozen=True)
class Asked:
    """What a search is for.

    barred: what cannot be struck.  excluded: sets not all of which may be struck together.  base: shortage with
    nothing struck.  wanted: all that is wanted (both in priority-weighted t).  tolerance: how near the bound must come
    to what is reached, as a share of `wanted`; where strikes do harm the search goes on to that share of the harm.
    value: the best reply's shortage to strikes, which puts the plan into the pool; raises NoAnswer.
    """

    effort: FloatArray
    budget: float
    barred: frozenset[int]
    excluded: Sequence[Strikes]
    base: float
    wanted: float
    tolerance: float
    deadline: float
    value: Callable[[Strikes], float]
    say: Callable[[str], None]


class Hunt:
    """A search for strikes that leave more short than what is reached, and for what none pass (`bound`)."""

    def __init__(self, pool: Pool, asked: Asked, reached: float, bound: float) -> None:
        self.reached, self.bound = reached, bound
        self.best: Strikes | None = None
        self._pool, self._asked = pool, asked
        self._rounds = 0
        now = time.perf_counter()
        self._patient_until = now + PATIENCE * (asked.deadline - now)
        cheapest = np.cumsum(np.sort(asked.effort))
        self._largest = int(np.searchsorted(cheapest, asked.budget, side="right"))

    def run(self) -> None:
        """Lower the bound, and raise what is reached, until they are near enough or time is up."""
        try:
            with ThreadPoolExecutor(WORKERS) as beside:
                while self.bound > self.reached + self._asked_for:
                    self._step(beside, self._target())
                for _ in range(PROBES):
                    if self.best is None and self._patient and self.bound > self.reached + self._rounding:
                        self._step(beside, self.reached + max(PROBE * self._asked_for, self._rounding))
                while self.bound > self.reached + self._sharper and self._patient:
                    self._step(beside, self._target())
        except NoAnswer:
            pass
        self.bound = max(self.bound, self.reached)

    @property
    def _rounding(self) -> float:
        return ROUNDING * max(1.0, self.reached)

    @property
    def _patient(self) -> bool:
        return time.perf_counter() < self._patient_until

    @property
    def _asked_for(self) -> float:
        """How near the bound must come (priority-weighted t)."""
        return max(self._asked.tolerance * self._asked.wanted, self._rounding)

    @property
    def _sharper(self) -> float:
        """How near it had better come where harm was found."""
        harm = self.reached - self._asked.base
        return max(self._asked.tolerance * harm, self._rounding) if harm > self._rounding else self._asked_for

    def _target(self) -> float:
        """As near to what is reached as was asked for; when time runs short, or from there on, half way to it."""
        near, half = self._asked_for, 0.5 * (self.bound - self.reached)
        if self.bound <= self.reached + near:
            near = max(half, self._sharper)
        elif not self._patient:
            near = max(half, near)
        return self.reached + near

    def _step(self, beside: ThreadPoolExecutor, target: float) -> None:
        """Two more plans that keep to a target, or replies to sets that have none, or a proof that none passes it."""
        hits = self._hits(target)
        if not hits.families:
            self.bound = target
            self._asked.say(f"shortage {self.reached:,.0f} found, at most {self.bound:,.0f}")
            return
        self._asked.say(f"shortage {self.reached:,.0f} found, at most {self.bound:,.0f}; {len(self._pool.plans)} plans")
        allowed = target - 0.5 * self._rounding
        shares = hits.shares(len(self._asked.effort), self._largest)
        rng, spread, tasks = np.random.default_rng(self._rounds), 0.0, []
        for finder in self._pool.finders():
            weight = shares * np.exp(spread * rng.normal(size=len(shares))) + LEAST_WEIGHT
            struck = hits.heaviest(weight)
            tasks.append((struck, beside.submit(finder.sparing, struck, allowed, weight, self._asked.deadline)))
            spread = SPREAD
        for struck, task in tasks:
            plan = task.result()
            if plan is not None and plan.shortage <= target:
                self._pool.plans.append(plan)
            else:
                self._settle(struck)
        self._rounds += 1

    def _hits(self, target: float) -> Hits:
        """Sets that hit all plans within the target; none only when there are none."""
        asked, visits = self._asked, VISITS
        while True:
            hits = hitting_sets(
                self._pool.within(target), asked.effort, asked.budget, asked.barred, asked.excluded,
                visits=visits, seed=self._rounds, deadline=asked.deadline,
            )  # fmt: skip
            if hits.families or hits.complete:
                return hits
            visits *= 10

    def _settle(self, struck: Strikes) -> None:
        """Find the best reply to strikes, and keep them when they are the worst so far."""
        value = self._asked.value(struck)
        if value > self.reached + self._rounding:
            self.reached, self.best = value, struck
