"""What to protect, for the report: the game of cuts and guards on the mean day, then campaigns under its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xetho.campaign import Campaign, NoProof
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.experiment import Protecting, WhatIf
    from xetho.interdict import Guards
    from xetho.results import Runs

GUARDS = 3  # as the verb `protect` has it
SECONDS = 20.0  # far more than the static form takes on a bundled scenario


@dataclass(frozen=True)
class Prepared:
    """The game's answer, and the campaigns to play: under the worst cuts, with guards, and without each guard in turn.

    A campaign without a guard is None where the worst cuts then are not known, and is `cut` where nothing is left
    guarded.
    """

    found: Guards
    cut: Campaign | None
    guarded: Campaign | None
    without: tuple[Campaign | None, ...]

    @property
    def changed(self) -> list[Campaign]:
        """The campaigns that there are, each once."""
        without = [one for one in self.without if one is not self.cut]
        return [one for one in (self.cut, self.guarded, *without) if one is not None]


def prepare(campaign: Campaign, guards: int | None = None) -> Prepared | None:
    """Find guards against as many cuts, of which those count that campaigns feel: what goes round a cut still goes.

    guards: how many; without a number three, fewer where there are not so many routes, and None where the question
    makes no sense (nothing is threatened or nothing needed).

    Raises:
        CampaignError: so many guards make no sense.
        NoProof: the game has no answer in time.
    """
    found = _game(campaign, guards)
    if found is None:
        return None
    cut = campaign.under(found.unguarded.cuts) if found.unguarded.cuts else None
    guarded = campaign.under(found.attack.cuts or None, found.guards) if found.guards else None
    without = tuple(_without(campaign, found, place, cut) for place in range(len(found.guards)))
    return Prepared(found, cut, guarded, without)


def _without(campaign: Campaign, found: Guards, place: int, cut: Campaign | None) -> Campaign | None:
    """The campaign with all guards but one, under the worst cuts that are then left."""
    reply, rest = found.replies[place], (*found.guards[:place], *found.guards[place + 1 :])
    if reply is None:
        return None
    if not rest and reply == found.unguarded:
        return cut
    return campaign.under(reply.cuts or None, rest or None)


def _game(campaign: Campaign, guards: int | None) -> Guards | None:
    if guards is not None:
        return _flow(campaign, guards)
    for count in range(GUARDS, 0, -1):
        try:
            found = _flow(campaign, count)
        except (CampaignError, NoProof):
            continue
        if found.attack.cuts or count == 1:  # where every route can be guarded nothing is left to choose
            return found
    return None


def _flow(campaign: Campaign, guards: int) -> Guards:
    return campaign.protect(guards, guards, form="flow", passing=True, time_limit=SECONDS)


def play(
    campaign: Campaign, prepared: Prepared, base: Runs, runs: int, threads: int | None = None
) -> Protecting:
    """Play what was prepared, paired with the first `runs` campaigns of the base.

    Raises NoProof when a plan could not be proven.
    """
    from xetho.experiment import Protecting

    count, seed = min(runs, int(base.summary.sizes["run"])), int(base.meta["seed"])
    cut, guarded = prepared.cut, prepared.guarded
    cut_runs = cut.simulate(count, seed, threads=threads) if cut else None
    guarded_runs = guarded.simulate(count, seed, threads=threads) if guarded else None

    def lost(one: Campaign | None) -> WhatIf | None:
        if one is None or guarded is None or guarded_runs is None:
            return None
        played = cut_runs if one is cut and cut_runs else one.simulate(count, seed, threads=threads)
        return guarded.compare(one, guarded_runs, played)

    return Protecting(
        guards=prepared.found,
        lines=tuple(campaign.game_words(prepared.found)),
        cut=campaign.compare(cut, base, cut_runs) if cut and cut_runs else None,
        guarded=campaign.compare(guarded, base, guarded_runs) if guarded and guarded_runs else None,
        saved=cut.compare(guarded, cut_runs, guarded_runs) if cut and guarded and cut_runs and guarded_runs else None,
        without=tuple(map(lost, prepared.without)),
    )
