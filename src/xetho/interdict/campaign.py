"""Worst cuts over a campaign: which routes in which windows, so that the best plan falls shortest.

A strike shuts one route through one window and until the last cut is mended after it.  What is carried round a cut
(`pass`) still goes.  The defender knows the strikes and replies with the plan of least shortage
(`docs/model/plan.md`), detours and stocks laid in beforehand included.  More strikes never help the defender, so the
reply to all that can be struck bounds the shortage.  Plans that between them no strikes within the budget hurt bring
the bound down (`immune.py`), and every reply to strikes is a value reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.game import Found, Routes
from xetho.interdict.graph import FloatArray, IntArray
from xetho.interdict.immune import Asked, Hunt, Pool
from xetho.interdict.reply import Replies, Reply
from xetho.interdict.result import TOLERANCE, Cut
from xetho.interdict.slowed import of_side, slowed
from xetho.plan.inputs import NetworkLike
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads


@dataclass(frozen=True)
class Strike:
    """A route (index) shut from its first to its last day (indices), mending included."""

    route: int
    first: int
    last: int


def strikes(network: NetworkLike, bounds: IntArray, routes: Sequence[int], mend_days: FloatArray) -> list[Strike]:
    """A strike for each of the routes in each window on which it is open for a day at least.

    bounds: windows, `bounds[k] .. bounds[k+1]-1`.  mend_days: days each route of the network stays shut afterwards.
    """
    found = []
    is_open = np.asarray(network.arc_open, dtype=np.bool_)
    arc_route = np.asarray(network.arc_route)
    for route in routes:
        usable = is_open[arc_route == route].any(axis=0)
        tail = int(np.ceil(mend_days[route] - TOLERANCE))
        for first, after in zip(bounds[:-1], bounds[1:], strict=True):
            last = min(int(after) - 1 + tail, int(network.days) - 1)
            if usable[first : last + 1].any():
                found.append(Strike(int(route), int(first), last))
    return found


class CampaignGame:
    """The shortage of a side's campaign as something to drive up: its plan on windows as periods."""

    sense = 1

    def __init__(
        self,
        network: NetworkLike,
        side: int,
        bounds: IntArray,
        options: Sequence[Strike],
        way_pass: FloatArray,
        *,
        effort: Sequence[float] | None = None,
        tolerance: float = 0.0,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        """side: whose supply is struck.  bounds: planning periods.  options: what can be struck.  effort: of each, 1
        unless given.

        way_pass: share of a way's work that goes on while its route is shut (W).  tolerance: gap at which a search
        may end, as a share of all that is wanted.  Raises QuestionError when there is nothing to strike or the side
        needs nothing.
        """
        self.network, self.options, self.tolerance = network, list(options), tolerance
        self.effort = np.ones(len(self.options)) if effort is None else np.asarray(effort, dtype=np.float64)
        self._say = progress or (lambda line: None)
        means = period_means(network, bounds)
        self._model = build(network, means, useful_loads(network, means), labour_per_fuel_t=0.0)
        mine = of_side(network, self._model, side) * self._model.programme.shortage_cost
        if not self.options:
            raise QuestionError("there is no route in use that could be struck")
        if not mine.any():
            raise QuestionError(f"{network.side_ids[side]} needs nothing: there is no shortage to make")
        self.routes = sorted({one.route for one in self.options})
        place = {route: i for i, route in enumerate(self.routes)}
        self.groups: list[list[int]] = [[] for _ in self.routes]
        for i, one in enumerate(self.options):
            self.groups[place[one.route]].append(i)
        self._programme = slowed(network, self._model, side, self._shares(way_pass))
        self._replies = Replies(self._programme)
        self._pool = Pool(self._programme)
        self._known: dict[Routes, float] = {}
        self._short_t: dict[Routes, dict[str, float]] = {}
        self._mine = mine > 0
        self.wanted = float(mine[self._mine] @ self._model.programme.upper[self._mine])  # priority-weighted t

    @cached_property
    def base(self) -> float:
        """Least shortage with nothing struck (priority-weighted t)."""
        return self.value(())

    @property
    def plans(self) -> Sequence[Reply]:
        """All plans found so far; each bounds the strikes of which it uses none."""
        return self._pool.plans

    def value(self, cut: Sequence[int]) -> float:
        """Least shortage when these strikes are known beforehand (priority-weighted t).  Raises NoAnswer."""
        return self._value(cut, np.inf)

    def short_t(self, cut: Sequence[int]) -> dict[str, float]:
        """Tonnes short of each good, stock targets included, in the best reply to strikes; the largest first."""
        self.value(cut)
        return dict(self._short_t[tuple(sorted(cut))])

    def worst(
        self, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float, deadline: float
    ) -> Found:
        """See `Game.worst`."""
        free = tuple(i for i in range(len(self.options)) if i not in shut)
        try:
            most = min(self.wanted, self._value(free, deadline))
        except NoAnswer:
            return Found(None, max(self.wanted, floor))
        asked = Asked(
            effort=self.effort, budget=budget, barred=shut, excluded=excluded, base=self.base, wanted=self.wanted,
            tolerance=self.tolerance, deadline=deadline, value=lambda cut: self._value(cut, deadline), say=self._say,
        )  # fmt: skip
        hunt = Hunt(self._pool, asked, floor, max(most, floor))
        hunt.run()
        return Found(None if hunt.best is None else Cut(hunt.best, hunt.reached), hunt.bound)

    def _value(self, cut: Sequence[int], deadline: float) -> float:
        key = tuple(sorted(cut))
        if key not in self._known:
            reply = self._replies.best(key, deadline)
            self._known[key] = reply.shortage
            self._short_t[key] = self._goods_short(reply)
            self._pool.plans.append(reply)
        return self._known[key]

    def _goods_short(self, reply: Reply) -> dict[str, float]:
        """Tonnes short of each good in a reply, the largest first."""
        model, network = self._model, self.network
        at = model.columns
        goods = [*model.pairs[model.short[:, 1], 1], *(target.good for target in network.targets)]
        kept = self._programme.kept
        plan = np.zeros(len(self._mine))
        plan[kept] = reply.values[: len(kept)]
        tonnes = np.where(self._mine, plan, 0.0)[at.shortage :]
        short = np.bincount(goods, weights=tonnes, minlength=len(network.good_ids))
        return {network.good_ids[g]: float(short[g]) for g in np.argsort(-short, kind="stable") if short[g] > 1e-6}

    def _shares(self, way_pass: FloatArray) -> FloatArray:
        """Share of its work that each haul keeps under each strike (hauls x strikes).

        Strikes on one route end in the order in which they begin, so in a period the one that leaves least is what
        all of them together leave.
        """
        network, hauls, bounds = self.network, self._model.hauls, self._model.means.bounds
        arc = np.asarray(network.way_arc)[hauls.way]
        route = np.asarray(network.arc_route)[arc]
        works = np.asarray(network.way_expected) * np.asarray(network.arc_open)[np.asarray(network.way_arc)]
        out = np.ones((len(hauls.way), len(self.options)))
        for i, strike in enumerate(self.options):
            for haul in np.flatnonzero(route == strike.route):
                first, after = bounds[hauls.period[haul]], bounds[hauls.period[haul] + 1]
                low, high = max(first, strike.first), min(after, strike.last + 1)
                if low < high:
                    way = hauls.way[haul]
                    stopped = works[way, low:high].sum() / works[way, first:after].sum()
                    share = 1.0 - float(stopped) * (1.0 - float(way_pass[way]))
                    out[haul, i] = share if share > 1e-9 else 0.0
        return out
