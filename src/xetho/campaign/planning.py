"""A campaign read and planned: what its network is, what the best plan is, for whom it closes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xetho import scenario as scenarios
from xetho.campaign.terms import PLAN_SECONDS, NoProof

if TYPE_CHECKING:
    from xetho.evidence import Names
    from xetho.experiment import Closing
    from xetho.interdict import Orders
    from xetho.network import Network, Posted
    from xetho.plan import Plan
    from xetho.scenario import Problem, Scenario


class Planning:
    """A scenario with a variant and single changes applied, and its plan."""

    def __init__(self, name: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> None:
        """Load and check the scenario. Raises ScenarioError with every problem found."""
        self.source = name
        self.sets = tuple(sets)
        self.scenario: Scenario = scenarios.load(name, variant=variant, sets=self.sets)
        self.orders: Orders | None = None  # cuts and guards in force, see `under`
        self._unwarned: Planning | None = None  # whose plan is followed when the cuts come as a surprise

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.scenario.name

    @cached_property
    def network(self) -> Network:
        """The scenario as index arrays, built once; cuts and guards in force are in it."""
        from xetho.network import build

        return build(self.scenario, posted=self.posted)

    @property
    def posted(self) -> Posted | None:
        """Cuts and guards in force by route and day; None without any."""
        if self.orders is None:
            return None
        from xetho.interdict import posted

        return posted(self.scenario, self.orders)

    @cached_property
    def names(self) -> Names:
        """Names of the scenario's things by id, for sentences."""
        from xetho.evidence import Names

        return Names(self.scenario)

    def check(self) -> list[Problem]:
        """Remaining problems; empty, since a campaign with errors does not load."""
        return list(self.scenario.problems())

    def plan(self, *, daily: bool = False, **question: Any) -> Plan:
        """The best supply plan with its bound; solved once and kept.

        Args:
            daily: plan day by day, with a gap of shortage and one of labour (`xetho.plan.solve_daily`). Never raises
                for want of time: `status` says whether the gaps asked for were reached.
            question: for a daily plan `time_limit` (seconds), `gap`, `cost_gap` and `progress`.  For the other
                `time_limit`: the best plan known by then, with its bound, is the campaign's plan from there on
                (`Plan.proven` tells whether any could be better).

        Raises:
            NoProof: the solver ended without an answer it could prove, and no limit was given.
        """
        if self._unwarned is not None:
            return self._unwarned.plan(daily=daily, **question)
        if not daily:
            return self._plan_within(**question) if question else self._plan
        from xetho.plan import solve_daily

        return solve_daily(self.network, **question)

    @cached_property
    def _plan(self) -> Plan:
        from xetho.plan import kept_answers, solve

        try:
            return solve(self.network, time_limit=PLAN_SECONDS, kept=kept_answers())
        except RuntimeError as error:
            raise NoProof(f"the plan: {error}") from error

    def _plan_within(self, time_limit: float) -> Plan:
        from xetho.plan import kept_answers, solve

        if "_plan" not in self.__dict__:
            found = solve(self.network, time_limit=time_limit, kept=kept_answers(), or_best=True)
            self.__dict__["_plan"] = found
        return self._plan

    @property
    def is_planned(self) -> bool:
        """Is the plan there, here or among the answers kept on disk, without solving?"""
        from xetho.plan import is_kept, kept_answers

        if self._unwarned is not None:
            return self._unwarned.is_planned
        answers = kept_answers()
        return "_plan" in self.__dict__ or (answers is not None and is_kept(self.network, answers))

    @property
    def shortage_share(self) -> float:
        """Share of all the tonnes needed, by all sides, that the plan leaves unmet."""
        found = self.closings()
        need = sum(one.need_t for one in found)
        return sum(one.short_t for one in found) / need if need > 0 else 0.0

    def closings(self) -> list[Closing]:
        """For each side with needs: how much, how much of it the plan leaves unmet, and whether it closes."""
        from xetho.experiment import closings

        return closings(self.plan(), self.network, self.scenario)

    @property
    def headline(self) -> Closing:
        """The closing of the side asked about: who attacks the camp of the outcome (else all sides together)."""
        from xetho.experiment import headline

        return headline(self.plan(), self.network, self.scenario)

    def supplied_side(self) -> str:
        """Who attacks the camp of the outcome; without one, the side that wants most."""
        from xetho.experiment.closing import headline_side

        network = self.network
        need = network.need.sum(axis=(0, 2))
        most = max(range(len(network.side_ids)), key=lambda side: float(need[network.place_side == side].sum()))
        return headline_side(self.scenario) or network.side_ids[most]

    def reasons(self) -> list[str]:
        """The plan's story in sentences: for whom it closes, what is short and where, what binds, how well proven."""
        from xetho.experiment import verdict_words

        told = [self.names.sentence(str(line)) for line in self.plan().reasons()]
        # The planner's own verdict is over all sides together and leaves out stocks that must stand; ours is by side.
        opening = ("The plan ", *(f"{side.name}: " for side in self.scenario.sides))
        overall = ("cannot be met by any plan", "are not met by this plan")
        rest = [line for line in told if not line.startswith(opening) and not any(said in line for said in overall)]
        goods, proven = self.names.goods, self.plan().proven
        return [*(verdict_words(one, goods.get(one.worst, one.worst), proven) for one in self.closings()), *rest]

    def assumption_names(self) -> dict[str, str]:
        """Every assumption's name in words, by its id."""
        table = self.scenario.tables["assumptions"]
        return {str(key): str(name) for key, name in table["name"].items()}
