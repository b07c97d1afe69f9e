"""What a search for the worst cuts needs to know of the thing that is cut: the same for flows, paths and campaigns."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.graph import FloatArray
from xetho.interdict.result import TOLERANCE, Cut, Interdiction, effect, gap

Routes = tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """The worst cut plan of a search (None when none is worse than was asked) and what no plan passes."""

    cut: Cut | None
    bound: float


class Game(Protocol):
    """Things that can be cut, the effort each takes, and the value that is left when some are."""

    @property
    def sense(self) -> int:
        """1 when a higher value is worse for who is cut (a path, a shortage), -1 when a lower is (a flow)."""

    @property
    def effort(self) -> FloatArray:
        """Effort that cutting each thing takes."""

    @property
    def base(self) -> float:
        """Value with nothing cut."""

    @property
    def groups(self) -> Sequence[Sequence[int]]:
        """What each guard keeps from being cut."""

    def value(self, cut: Sequence[int]) -> float:
        """Value with these cut."""

    def worst(
        self, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float, deadline: float
    ) -> Found:
        """The worst plan within the budget.

        shut: what cannot be cut.  excluded: sets not all of which may be cut together.  floor: value that a plan must
        pass to be of interest.  deadline: `time.perf_counter` at which to end with what there is.
        """


def interdict(
    game: Game,
    budget: float,
    *,
    guarded: Iterable[int] = (),
    alternatives: int = 4,
    share: float = 0.95,
    time_limit: float = 60.0,
) -> Interdiction:
    """The worst cuts within a budget of effort, and others nearly as bad.

    guarded: what cannot be cut.  alternatives: at most so many other plans with at least `share` of the best one's
    effect. time_limit: seconds; when they are up the best plan so far comes with its gap.  Raises QuestionError when
    the budget does not fit what can be cut, NoAnswer when time ran out before there was any bound.
    """
    started = time.perf_counter()
    deadline = started + time_limit
    shut = frozenset(guarded)
    check_budget(game.effort, budget, shut)
    base = game.base
    found = game.worst(budget, shut, (), base, deadline)
    best = leanest(game, found.cut) if found.cut is not None else Cut((), base)
    bound = game.sense * max(game.sense * found.bound, game.sense * best.value)
    others, complete = _others(game, budget, shut, best, alternatives, share, deadline)
    return Interdiction(
        base=base, best=best, bound=bound, gap=gap(base, best.value, bound),
        others=others, complete=complete, share=share, seconds=time.perf_counter() - started,
    )  # fmt: skip


def check_budget(effort: FloatArray, budget: float, shut: frozenset[int]) -> None:
    """Raise QuestionError for a budget that is no budget, or larger than all that can be cut takes."""
    if not math.isfinite(budget) or budget <= 0:
        raise QuestionError(f"the budget: found {budget:g}, allowed more than 0")
    free = [i for i in range(len(effort)) if i not in shut]
    total = float(effort[free].sum())
    if budget > total + TOLERANCE:
        raise QuestionError(f"the budget: found {budget:g}, but cutting all {len(free)} routes takes only {total:g}")
    if not free or budget < effort[free].min() - TOLERANCE:
        raise QuestionError(f"the budget: found {budget:g}, but the least that any cut takes is {effort[free].min():g}")


def leanest(game: Game, cut: Cut) -> Cut:
    """The cut without the routes that add nothing to it, costliest first."""
    routes = list(cut.routes)
    for route in sorted(cut.routes, key=lambda one: -game.effort[one]):
        rest = tuple(one for one in routes if one != route)
        if _same(game.value(rest), cut.value):
            routes = list(rest)
    return Cut(tuple(sorted(routes)), cut.value)


def _others(
    game: Game, budget: float, shut: frozenset[int], best: Cut, count: int, share: float, deadline: float
) -> tuple[tuple[Cut, ...], bool]:
    """Further plans with at least the share of the best one's effect, and whether that is all of them."""
    if not best.routes or count <= 0:
        return (), not best.routes
    floor = game.base + game.sense * share * effect(game.base, best.value)
    if math.isinf(best.value):
        floor = best.value
    # A plan at the floor counts: ask for those that pass a value just short of it.
    slack = TOLERANCE * max(1.0, abs(floor)) if math.isfinite(floor) else 0.0
    floor = math.nextafter(floor, 0.0) if math.isinf(floor) else floor - game.sense * slack
    found: list[Cut] = []
    while len(found) < count:
        if time.perf_counter() >= deadline:
            return tuple(found), False
        excluded = [best.routes, *(one.routes for one in found)]
        try:
            answer = game.worst(budget, shut, excluded, floor, deadline)
        except NoAnswer:
            return tuple(found), False
        if answer.cut is None:
            return tuple(found), game.sense * answer.bound <= game.sense * floor
        found.append(leanest(game, answer.cut))
    return tuple(found), False


def _same(a: float, b: float) -> bool:
    """Are two values the same within rounding?"""
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b)))


def row_of(routes: Sequence[int], count: int) -> FloatArray:
    """1 for each of the routes, 0 for the others."""
    row = np.zeros(count)
    row[list(routes)] = 1.0
    return row
