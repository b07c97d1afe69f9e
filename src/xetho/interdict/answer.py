"""Answers to a scenario's questions about cuts and guards: routes with dates, values with units, and sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from xetho.interdict.campaign import CampaignGame
from xetho.interdict.errors import QuestionError
from xetho.interdict.game import interdict
from xetho.interdict.protect import protect
from xetho.interdict.question import Board, Question, board
from xetho.interdict.result import Cut, effect
from xetho.network import Network

UNITS = {"campaign": "t (priority-weighted)", "flow": "t/day", "path": "days"}


@dataclass(frozen=True)
class Closed:
    """A route and the first and last date on which it is cut (mending included) or guarded."""

    route: str
    first: date
    until: date


@dataclass(frozen=True)
class CutPlan:
    """Cuts made together and what they leave: `value` in the form's unit; `short_t` by good, for a campaign."""

    cuts: tuple[Closed, ...]
    value: float
    effect: float
    short_t: dict[str, float]


@dataclass(frozen=True)
class Cuts:
    """The worst cuts.

    `gap` is what other cuts might do more: for a campaign as a share of all that is wanted, else of the greatest
    effect not ruled out. `gap_of_effect` is the latter for every form: it means little where cuts do little.
    """

    form: str
    unit: str
    side: str
    neutral: bool
    base: float
    best: CutPlan
    bound: float
    gap: float
    gap_of_effect: float
    others: tuple[CutPlan, ...]
    complete: bool
    proven: bool
    stopped: bool  # time ran out before the gap asked for was reached


@dataclass(frozen=True)
class Guards:
    """The best guards and the worst cuts with and without them.

    `replies` has, for each guard, the worst cuts when it alone is taken away (those of `attack` where no others do
    more), `worth` what they do more than those of `attack`, in the unit; None and nan where time ran out.  `gap` is
    what other guards might save, as a share of the same as in `Cuts`.
    """

    form: str
    unit: str
    side: str
    neutral: bool
    base: float
    unguarded: CutPlan
    guards: tuple[Closed, ...]
    worth: tuple[float, ...]
    replies: tuple[CutPlan | None, ...]
    attack: CutPlan
    most: float  # no cuts against these guards do more
    bound: float
    gap: float
    gap_of_effect: float
    proven: bool
    stopped: bool


def worst_cuts(
    network: Network,
    question: Question,
    budget: float,
    *,
    alternatives: int = 4,
    time_limit: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Cuts:
    """The worst cuts of a scenario.  Raises QuestionError, and NoAnswer when time is up before anything is known."""
    asked = board(network, question, progress)
    found = interdict(
        asked.game, budget, guarded=asked.shut, alternatives=alternatives, time_limit=time_limit
    )
    tell = _Teller(network, asked, found.base)
    gap = tell.gap(found.bound - found.best.value, found.gap)
    return Cuts(
        form=question.form, unit=UNITS[question.form], side=question.side, neutral=neutral(network, question.side),
        base=found.base, best=tell.plan(found.best), bound=found.bound, gap=gap, gap_of_effect=found.gap,
        others=tuple(map(tell.plan, found.others)), complete=found.complete, proven=found.proven,
        stopped=gap > _allowed(question),
    )  # fmt: skip


def best_guards(
    network: Network,
    question: Question,
    guards: int,
    budget: float,
    *,
    time_limit: float = 300.0,
    progress: Callable[[str], None] | None = None,
) -> Guards:
    """The best guards of a scenario.  Raises QuestionError, and NoAnswer when time is up before anything is known."""
    if question.guarded:
        raise QuestionError("routes guarded beforehand belong to interdict; protect chooses the guards")
    asked = board(network, question, progress)
    found = protect(asked.game, guards, budget, time_limit=time_limit, progress=progress)
    tell = _Teller(network, asked, found.base)
    gap = tell.gap(found.most - found.bound, found.gap)
    last = network.start + timedelta(days=int(network.days) - 1)
    return Guards(
        form=question.form, unit=UNITS[question.form], side=question.side, neutral=neutral(network, question.side),
        base=found.base, unguarded=tell.plan(found.unguarded),
        guards=tuple(Closed(asked.guards[guard], network.start, last) for guard in found.guards), worth=found.worth,
        replies=tuple(None if one is None else tell.plan(one) for one in found.replies),
        attack=tell.plan(found.attack), most=found.most, bound=found.bound, gap=gap, gap_of_effect=found.gap,
        proven=found.proven, stopped=gap > _allowed(question),
    )  # fmt: skip


def neutral(network: Network, side: str) -> bool:
    """Is there nobody who cuts: one side only, or no threat of another side's?"""
    own = network.side_ids.index(side)
    return not any(owner >= 0 and owner != own for owner in network.threat_table.side)


def _allowed(question: Question) -> float:
    """Gap up to which an answer counts as found."""
    return question.tolerance + 1e-6 if question.form == "campaign" else 1e-6


class _Teller:
    """Turns cuts of a game into routes with dates and values."""

    def __init__(self, network: Network, asked: Board, base: float) -> None:
        self.network, self.asked, self.base = network, asked, base

    def plan(self, cut: Cut) -> CutPlan:
        """A cut plan in routes and dates, in order of date."""
        chosen = sorted((self.asked.cuts[i] for i in cut.routes), key=lambda one: (one[1], one[0]))
        game = self.asked.game
        return CutPlan(
            cuts=tuple(self._closed(*one) for one in chosen),
            value=cut.value,
            effect=effect(self.base, cut.value),
            short_t=game.short_t(cut.routes) if isinstance(game, CampaignGame) else {},
        )

    def gap(self, difference: float, of_effect: float) -> float:
        """The gap to tell: for a campaign a difference in shortage as a share of all that is wanted."""
        game = self.asked.game
        return abs(difference) / game.wanted if isinstance(game, CampaignGame) else of_effect

    def _closed(self, route: str, first: int, last: int) -> Closed:
        start = self.network.start
        return Closed(route, start + timedelta(days=first), start + timedelta(days=last))
