"""For whom a supply plan closes: each side's need, what of it is met, and whether that is all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from xetho.network import Network
    from xetho.plan import Plan
    from xetho.scenario import Scenario

# A side's plan closes when no more than this share of its need is unmet: a tonne in a thousand is within what
# any reckoning of a campaign can tell.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Closing:
    """What the plan does for one side: `need_t` (used, and stocks that must stand), `short_t` of it unmet (t).

    `worst` is the good of which most is unmet, blank when none is.
    """

    side: str
    name: str
    need_t: float
    short_t: float
    worst: str = ""

    @property
    def short_share(self) -> float:
        """Share of the need that stays unmet; 0 when nothing is needed."""
        return self.short_t / self.need_t if self.need_t > 0 else 0.0

    @property
    def closes(self) -> bool:
        """Whether the side gets all it needs, within `TOLERANCE`."""
        return self.short_share <= TOLERANCE


def closings(plan: Plan, network: Network, scenario: Scenario) -> list[Closing]:
    """Each side that needs anything, in the order of the scenario."""
    need = np.asarray(network.need).sum(axis=0)
    short = np.asarray(plan.shortage).sum(axis=0)
    for target, missing in zip(network.targets, plan.target_shortage, strict=True):
        need[target.place, target.good] += max(float(target.t), 0.0)
        short[target.place, target.good] += float(missing)
    side_of = np.asarray(network.place_side)
    found = []
    for index, side in enumerate(scenario.sides):
        mine = side_of == index
        if need[mine].sum() > 0:
            by_good = short[mine].sum(axis=0)
            worst = str(network.good_ids[int(by_good.argmax())]) if by_good.max() > 0 else ""
            found.append(Closing(side.id, side.name, float(need[mine].sum()), float(by_good.sum()), worst))
    return found


def headline_side(scenario: Scenario) -> str | None:
    """The side whose plan is asked about: who attacks the camp of the outcome; None without such a camp."""
    positions = scenario.tables["positions"]
    camp = scenario.outcome.get("camp", "")
    attackers = positions.loc[positions["camp"] == camp, "attacker"] if camp else positions["attacker"].iloc[:0]
    named = [str(side) for side in attackers if str(side)]
    return named[0] if named else None


def headline(plan: Plan, network: Network, scenario: Scenario) -> Closing:
    """The closing of the side asked about; of all sides together when the scenario asks about none."""
    found = closings(plan, network, scenario)
    asked = headline_side(scenario)
    for one in found:
        if one.side == asked:
            return one
    if len(found) == 1:
        return found[0]
    return Closing("", "all sides", sum(one.need_t for one in found), sum(one.short_t for one in found))


def verdict_words(one: Closing, worst: str = "", proven: bool = True) -> str:
    """A side's closing in a sentence; `worst` is the name of the good most of the shortage is of.

    proven: whether no plan leaves less short.

    >>> verdict_words(Closing("a", "Hill army", 2000.0, 500.0), "rice")
    'Hill army: the plan does not close, 25 % of the 2,000 t needed cannot be met, most of it rice.'
    """
    if one.closes:
        return f"{one.name}: the plan closes, all of the {one.need_t:,.0f} t needed can be met."
    share = f"{100 * one.short_share:.1f}".removesuffix(".0")
    most = f", most of it {worst}" if worst else ""
    met = "cannot be met" if proven else "is not met by the best plan known"
    return f"{one.name}: the plan does not close, {share} % of the {one.need_t:,.0f} t needed {met}{most}."
