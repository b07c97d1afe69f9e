"""Questions to a campaign's plan: `campaign.ask.earliest()` and its like, with places and dates filled in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from xetho.pages import CampaignError
from xetho.scenario.problems import nearest

if TYPE_CHECKING:
    from xetho.campaign import Campaign, Progress
    from xetho.plan.questions import (
        Cheapest,
        Earliest,
        Force,
        Relaxations,
        Robust,
        Stock,
        WithoutRoutes,
        Worth,
    )

SECONDS = 300.0
"""Seconds that a question may take unless told otherwise."""


class Ask:
    """What can be asked of a campaign's plan.

    Every question is about one side (who attacks the camp of the outcome, or who wants most, unless `side` is given)
    and plans in periods of at most `period_days` days.  All raise CampaignError for a question that makes no sense.
    Where time is up, the best answer known by then comes with `stopped` set and bounds that hold.

    >>> import xetho as xt
    >>> xt.load("dien-bien-phu").ask.earliest()  # doctest: +SKIP
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign

    def earliest(self, stocks: Sequence[str] = (), *, period_days: int = 7, **options: Any) -> Earliest:
        """The first date on which stocks can stand: `PLACE:GOOD=T`, or the scenario's of its first date."""
        from xetho.plan.questions import earliest

        with _answers():
            network, side = self._campaign.network, self._side(options)
            stated = [self._stock(text) for text in stocks] or None
            return earliest(network, side, stated, period_days=period_days, **self._limits(options))

    def largest_force(
        self, place: str | None = None, since: date | None = None, forces: Sequence[str] = (), **options: Any
    ) -> Force:
        """How many times the troops at a front place can be sustained from a date on.

        place: the side's front place that needs most unless given.  since: the first day on which there is need there.
        forces: only these formations of those there.  A place without troops is asked about by all its need.
        """
        from xetho.network.troops import troops_need
        from xetho.plan.questions import largest_force

        with _answers():
            network, side = self._campaign.network, self._side(options)
            self._known(side, "a side", network.side_ids)
            self._known_all(forces, "a force", network.battle.force_ids)
            if place is not None:
                self._known(place, "a place", network.place_ids)
            at = place or (self._place_of(forces) if forces else self._front(side))
            need, men = troops_need(network, side, at, forces)
            if forces and not men.any():
                raise CampaignError(f"none of {', '.join(forces)} stands at {at} for {side}")
            if not men.any():
                need = np.asarray(network.need)[:, network.place_ids.index(at)]
            wanting = np.flatnonzero(need.sum(axis=1) > 0)
            first = self._campaign.scenario.day(since) if since else (int(wanting[0]) if len(wanting) else 0)
            there = men[max(first, 0) :]
            mean = float(there[there > 0].mean()) if (there > 0).any() else 0.0
            return largest_force(network, side, at, first, need, mean, **self._limits(options))

    def cheapest(self, service: float = 0.98, **options: Any) -> Cheapest:
        """The least labour and fuel with which a side gets at least this share of what it wants."""
        from xetho.plan.questions import cheapest

        with _answers():
            side = self._side(options)
            return cheapest(self._campaign.network, side, service, **self._limits(options))

    def without_routes(self, routes: Sequence[str], **options: Any) -> WithoutRoutes:
        """The plan of all sides when some routes carry nothing, against the plan with them."""
        from xetho.plan.questions import without_routes

        with _answers():
            self._side(options)
            return without_routes(self._campaign.network, routes, **self._limits(options))

    def one_more(self, name: str, **options: Any) -> Worth:
        """What one more carrier of a mode or pool, t/day of a route or person of a region is worth."""
        from xetho.plan.questions import one_more

        with _answers():
            side = self._side(options)
            return one_more(self._campaign.network, side, name, **self._limits(options))

    def relaxations(self, **options: Any) -> Relaxations:
        """What would make a plan close that does not: less need, more carriers, a later date; each with its price."""
        from xetho.experiment.closing import TOLERANCE
        from xetho.plan.questions import relaxations

        with _answers():
            side = self._side(options)
            return relaxations(self._campaign.network, side, closing=TOLERANCE, **self._limits(options))

    def robust(self, samples: int = 8, seed: int = 1, tail: float = 0.25, **options: Any) -> Robust:
        """One assignment of carriers over sampled disruptions, against the plan for what is expected."""
        from xetho.network.disrupted import disrupted
        from xetho.plan.questions import robust
        from xetho.simulate.draws import named_uniforms, quantile

        if not 1 <= samples <= 200:
            raise CampaignError(f"robust: found {samples} samples, allowed 1 to 200")
        if not 0.0 < tail <= 1.0:
            raise CampaignError(f"tail: found {tail:g}, allowed above 0 and up to 1")
        with _answers():
            side = self._side(options)
            uniforms = named_uniforms(samples, seed)
            networks = disrupted(self._campaign.scenario, samples, uniforms, quantile, self._campaign.posted)
            return robust(self._campaign.network, networks, side, tail=tail, **self._limits(options))

    def words(self, found: Any) -> list[str]:
        """An answer's sentences with places, goods and pools named."""
        return [self._campaign.names.sentence(line) for line in found.reasons]

    def _side(self, options: dict[str, Any]) -> str:
        side = options.pop("side", None)
        return str(side) if side is not None else self._campaign.supplied_side()

    def _limits(self, options: dict[str, Any]) -> dict[str, Any]:
        """Time and progress as the planner takes them."""
        told: Progress | None = options.pop("progress", None)
        seconds = float(options.pop("time_limit", SECONDS))
        if not (math.isfinite(seconds) and seconds > 0):
            raise CampaignError(f"time limit: found {seconds:g}, allowed more than 0 seconds")
        say: Callable[[str], None] | None = None if told is None else lambda line: told(line, 0, 0)
        return {"time_limit": seconds, "progress": say, **options}

    def _stock(self, text: str) -> Stock:
        """A stock stated as PLACE:GOOD=T."""
        from xetho.plan.questions import Stock

        network = self._campaign.network
        place, _, rest = text.partition(":")
        good, _, amount = rest.partition("=")
        try:
            tonnes = float(amount)
        except ValueError:
            raise CampaignError(f'stock: found "{text}", allowed PLACE:GOOD=TONNES') from None
        self._known(place, "a place", network.place_ids)
        self._known(good, "a good", network.good_ids)
        index = network.good_ids.index(good)
        return Stock(network.place_ids.index(place), index, tonnes, float(network.good_weight[index]))

    def _front(self, side: str) -> str:
        """The side's front place with the most need, or of all its places."""
        network = self._campaign.network
        mine = np.asarray(network.place_side) == network.side_ids.index(side)
        need = np.where(mine, np.asarray(network.need).sum(axis=(0, 2)), 0.0)
        front = np.where(np.asarray(network.place_front), need, 0.0)
        if not need.any():
            raise CampaignError(f"{side} needs nothing: there is no force to sustain")
        return network.place_ids[int((front if front.any() else need).argmax())]

    def _place_of(self, forces: Sequence[str]) -> str:
        battle = self._campaign.network.battle
        return self._campaign.network.place_ids[battle.force_place[battle.force_ids.index(forces[0])]]

    @staticmethod
    def _known(name: str, what: str, known: Sequence[str]) -> None:
        Ask._known_all([name], what, known)

    @staticmethod
    def _known_all(names: Sequence[str], what: str, known: Sequence[str]) -> None:
        wrong = []
        for name in names:
            if name not in known:
                near = nearest(name, known)
                wrong.append(f'"{name}" is not {what}' + (f'; did you mean "{near}"?' if near else ""))
        if wrong:
            raise CampaignError(*wrong)


@contextmanager
def _answers() -> Iterator[None]:
    """Tell what is wrong with a question in the campaign's own errors."""
    from xetho.plan.questions import QuestionError

    try:
        yield
    except QuestionError as error:
        raise CampaignError(*error.problems) from error
