"""Best protection: which routes to guard so that the worst cuts against the others do least.

Defender, attacker, defender: guards are chosen first, then the worst cuts among what is not guarded, then the best
use of what is left.  Solved by column-and-constraint generation (Zeng and Zhao, Operations Research Letters 41,
2013): every attack met adds to the guards' problem what is left when it strikes.  That depends on the guards only
through which of the attack's cuts survive them, so each attack is kept as the values of its surviving parts: guards
that let a part `T` through face at least its value.  The guards' problem bounds the answer from one side, the worst
cuts against the guards chosen from the other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from xetho.interdict.errors import QuestionError
from xetho.interdict.game import Game, Routes, check_budget
from xetho.interdict.result import TOLERANCE, Cut, effect, gap


@dataclass(frozen=True)
class Protection:
    """The best guards found, the worst cuts against them, and what is proven.

    `most` is a value that no cuts against these guards pass, `bound` one that no choice of guards can better.  `gap`
    is the part of the effect of the worst cuts against these guards that other guards might still save: 0 when none
    can.  `replies` has, for each guard, the worst cuts when it alone is taken away, None where time ran out before they
    were found: the attack itself where no others do more.
    """

    base: float  # value with nothing cut
    unguarded: Cut  # the worst cuts when nothing is guarded
    guards: tuple[int, ...]
    attack: Cut  # the worst cuts against the guards
    most: float
    bound: float
    gap: float
    replies: tuple[Cut | None, ...]
    rounds: int
    seconds: float

    @property
    def proven(self) -> bool:
        """Are no other guards better?"""
        return self.gap <= 1e-6

    @property
    def worth(self) -> tuple[float, ...]:
        """By how much the worst cuts would do more without each guard, nan where its reply is not known."""
        return tuple(math.nan if one is None else effect(self.attack.value, one.value) for one in self.replies)


def protect(
    game: Game,
    guards: int,
    budget: float,
    *,
    time_limit: float = 300.0,
    progress: Callable[[str], None] | None = None,
) -> Protection:
    """At most so many guards that make the worst cuts within a budget of effort do least.

    time_limit: seconds; when they are up the best guards so far come with their gap.  Raises QuestionError for more
    guards than there is to guard and for a budget that does not fit, NoAnswer when time ran out before there was any
    bound.
    """
    if not 1 <= guards <= len(game.groups):
        raise QuestionError(f"guards: found {guards}, allowed 1 to {len(game.groups)} (all that can be cut)")
    check_budget(game.effort, budget, frozenset())
    return _Defence(game, guards, budget, time_limit, progress or (lambda line: None)).run()


class _Defence:
    """The search for the best guards."""

    def __init__(
        self, game: Game, guards: int, budget: float, time_limit: float, say: Callable[[str], None]
    ) -> None:
        self.game, self.most, self.budget, self.say = game, guards, budget, say
        self.started = time.perf_counter()
        self.deadline = self.started + time_limit
        self.guard_of = {one: guard for guard, group in enumerate(game.groups) for one in group}
        self.attacks: list[Routes] = []
        self.parts: dict[frozenset[int], float] = {}  # guards any of which stops a part: how bad the part is
        self.values: dict[Routes, float] = {(): game.base}
        self._memory: dict[Routes, tuple[float, Routes]] = {}

    def run(self) -> Protection:
        """Guards and attacks in turn until they meet or time is up."""
        game, sense = self.game, self.game.sense
        unguarded, most = self._attack(())
        best: tuple[float, Routes, Cut] = (sense * most, (), unguarded)
        lowest, rounds = sense * game.base, 1
        tried: set[Routes] = {()}
        while time.perf_counter() < self.deadline:
            guards, level = self._guards()
            lowest = max(lowest, level)
            if guards in tried or lowest >= best[0] - self._slack(best[0]):
                break
            tried.add(guards)
            attack, bound = self._attack(guards)
            rounds += 1
            if sense * bound < best[0]:
                best = (sense * bound, guards, attack)
            self.say(f"round {rounds}: at best {sense * lowest:.6g}, found {sense * best[0]:.6g}")
        certain, guards, attack = best
        worst = sense * certain
        return Protection(
            base=game.base, unguarded=unguarded, guards=guards, attack=attack, most=worst,
            bound=sense * min(lowest, certain), gap=gap(game.base, sense * min(lowest, certain), worst),
            replies=self._replies(guards, attack, unguarded),
            rounds=rounds, seconds=time.perf_counter() - self.started,
        )  # fmt: skip

    def _attack(self, guards: Routes) -> tuple[Cut, float]:
        """The worst cuts against guards, kept for the guards' problem, and what no cuts against them pass."""
        game = self.game
        shut = frozenset(one for guard in guards for one in game.groups[guard])
        # Half of the time left at most, so that what guards change is seen as well.
        now = time.perf_counter()
        found = game.worst(self.budget, shut, (), game.base, now + 0.5 * max(self.deadline - now, 0.0))
        cut = found.cut or Cut((), game.base)
        if cut.routes:
            self.attacks.append(cut.routes)
            self._keep(cut.routes, cut.value)
        return cut, found.bound

    def _keep(self, part: Routes, value: float) -> None:
        """Note how bad a part of an attack is for all guards that let it through."""
        self.values[part] = value
        stoppers = frozenset(self.guard_of[one] for one in part)
        bad = self.game.sense * value
        self.parts[stoppers] = max(self.parts.get(stoppers, -math.inf), bad)

    def _guards(self) -> tuple[Routes, float]:
        """Guards that face the least of all parts known, and how bad that still is.

        Parts that survive the guards are valued as they come up, until the guards face nothing new.
        """
        while True:
            self._memory = {}
            level, guards = self._least((), self.most)
            new = False
            for attack in list(self.attacks):
                part = tuple(one for one in attack if self.guard_of[one] not in guards)
                if part not in self.values and time.perf_counter() < self.deadline:
                    self._keep(part, self.game.value(part))
                    new = True
            if not new:
                return guards, level

    def _least(self, guards: Routes, left: int) -> tuple[float, Routes]:
        """The least level that adding guards can reach, and those guards: one of them must stop the worst part."""
        if guards in self._memory:
            return self._memory[guards]
        level, stoppers = self.game.sense * self.game.base, None
        for who, bad in self.parts.items():
            if bad > level and who.isdisjoint(guards):
                level, stoppers = bad, who
        best = (level, guards)
        if stoppers is None or left == 0:
            self._memory[guards] = best
            return best
        for guard in sorted(stoppers):
            found = self._least(tuple(sorted((*guards, guard))), left - 1)
            if found[0] < best[0]:
                best = found
        self._memory[guards] = best
        return best

    def _replies(self, guards: Routes, attack: Cut, unguarded: Cut) -> tuple[Cut | None, ...]:
        """The worst cuts without each guard; those against all of them stay where no others do more."""
        replies: list[Cut | None] = []
        for guard in guards:
            rest = tuple(one for one in guards if one != guard)
            if rest and time.perf_counter() >= self.deadline:
                replies.append(None)
                continue
            found = self._attack(rest)[0] if rest else unguarded
            more = self.game.sense * (found.value - attack.value)
            replies.append(found if more > self._slack(attack.value) else attack)
        return tuple(replies)

    def _slack(self, value: float) -> float:
        return TOLERANCE * max(1.0, abs(value)) if math.isfinite(value) else 0.0
