"""Questions of cuts and guards: where a campaign's supply is hurt most, and what should be guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xetho.campaign.changing import Changing, in_own_errors
from xetho.campaign.terms import Progress

if TYPE_CHECKING:
    from xetho.interdict import Cuts, Guards, Question


class Games(Changing):
    """A campaign that can be asked for worst cuts and best guards."""

    def interdict(
        self,
        budget: float = 3,
        *,
        alternatives: int = 4,
        time_limit: float = 60.0,
        progress: Progress | None = None,
        **question: Any,
    ) -> Cuts:
        """The worst cuts of a side's supply within a budget of effort (a number of cuts, where each takes 1).

        Args:
            alternatives: at most so many further plans with 95 % of the effect.
            time_limit: seconds; then the best plan so far comes with its gap.
            question: what is asked, as in `xetho.interdict.Question` (`gap` for its tolerance); the campaign form and
                the side asked about unless given.

        Raises:
            CampaignError: the question makes no sense.
            NoProof: time ran out before anything was known.
        """
        from xetho.interdict import worst_cuts

        told = progress or (lambda stage, done, total: None)
        with in_own_errors():
            return worst_cuts(
                self.network, self._question(question), budget, alternatives=alternatives, time_limit=time_limit,
                progress=lambda line: told(line, 0, 0),
            )  # fmt: skip

    def protect(
        self,
        guards: int = 3,
        budget: float = 3,
        *,
        time_limit: float = 300.0,
        progress: Progress | None = None,
        **question: Any,
    ) -> Guards:
        """The routes to guard so that the worst cuts within a budget do least. Arguments, errors: as `interdict`."""
        from xetho.interdict import best_guards

        told = progress or (lambda stage, done, total: None)
        with in_own_errors():
            return best_guards(
                self.network, self._question(question), guards, budget, time_limit=time_limit,
                progress=lambda line: told(line, 0, 0),
            )  # fmt: skip

    def game_words(self, found: Cuts | Guards) -> list[str]:
        """Worst cuts or best guards in sentences, with places named."""
        from xetho.interdict import Cuts, cuts_in_words, guards_in_words

        lines = cuts_in_words(found) if isinstance(found, Cuts) else guards_in_words(found)
        return [self.names.sentence(line) for line in lines]

    def _question(self, asked: dict[str, Any]) -> Question:
        """The question with the side asked about and the campaign filled in."""
        from xetho.interdict import Question

        asked = {"form": "campaign", **asked}
        if "gap" in asked:
            asked["tolerance"] = asked.pop("gap")
        if asked.get("side") is None:
            asked["side"] = self.supplied_side()
        return Question(**asked)
