"""A campaign changed: variants, single numbers, cuts and guards."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from xetho.campaign.planning import Planning
from xetho.campaign.terms import NoProof
from xetho.pages import CampaignError
from xetho.scenario.variants import Variant, read_variants

if TYPE_CHECKING:
    from xetho.interdict import Given, Orders


class Changing(Planning):
    """A campaign from which changed ones are made; none changes the one it is made from."""

    def variants(self) -> list[Variant]:
        """The scenario's named what-ifs, in the report's order first, then by name."""
        known = {one.name: one for one in read_variants(self.scenario.folder)}
        first = [name for name in self.scenario.report.get("variants", []) if name in known]
        return [known[name] for name in [*first, *sorted(set(known) - set(first))]]

    def vary(self, variant: str | None = None, sets: Sequence[str] = ()) -> Self:
        """The same scenario with a variant or further changes, cuts and guards kept. Raises ScenarioError."""
        changed = type(self)(self.source, variant=variant or self.scenario.variant, sets=(*self.sets, *sets))
        if self.orders is None:
            return changed
        return changed.under(self.orders.cuts or None, self.orders.guards or None, self.orders.surprise)

    def under(
        self,
        interdict: Given | None = None,
        protect: Given | None = None,
        surprise: bool = False,
        *,
        hashes: Sequence[str] = (),
    ) -> Self:
        """The same campaign with routes cut and guarded, instead of any cuts and guards so far.

        Args:
            interdict, protect: a file that `xetho interdict` or `protect` wrote, what the method of that name found,
                or routes with dates (`xetho.interdict.Closed`).
            surprise: the plan knows the guards but not the cuts; else it is made anew, knowing both.
            hashes: of further scenarios that a file may be of.

        Raises:
            CampaignError: a file is of another scenario, a route is unknown, a date outside; all mistakes at once.
        """
        from xetho.interdict import Orders, read_orders

        with in_own_errors():
            orders = read_orders(self.scenario, interdict, protect, surprise, hashes=hashes)
        changed = self._with(orders)
        if surprise:
            plain = self if self.orders is None else self._with(None)
            changed._unwarned = self._with(Orders(guards=orders.guards)) if orders.guards else plain
        return changed

    def _with(self, orders: Orders | None) -> Self:
        changed = copy.copy(self)
        for made in ("network", "_plan"):
            changed.__dict__.pop(made, None)
        changed.orders, changed._unwarned = orders, None
        return changed

    def orders_words(self) -> str:
        """The cuts and guards in force, in words with places named; blank without any."""
        if self.orders is None:
            return ""
        from xetho.interdict import neutral, orders_in_words

        words = orders_in_words(self.orders, neutral(self.network, self.supplied_side()))
        return self.names.sentence(words)

    def knowledge(self) -> str:
        """Who knows of the cuts and guards in force, in a sentence; blank without any."""
        if self.orders is None:
            return ""
        if self.orders.surprise:
            return "The plan does not know the cuts beforehand."
        return "The plan is made anew, knowing them all beforehand."


@contextmanager
def in_own_errors() -> Iterator[None]:
    """Tell what is wrong with a question about cuts and guards in a campaign's own errors."""
    from xetho.interdict import NoAnswer, QuestionError

    try:
        yield
    except QuestionError as error:
        raise CampaignError(*error.problems) from error
    except NoAnswer as error:
        raise NoProof(str(error)) from error
