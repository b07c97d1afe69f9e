"""Worst cuts over a campaign: which routes in which windows, so that the best plan falls shortest.

A strike shuts one route through one window and until the last cut is mended after it.  What is carried round a cut
(`pass`) still goes.  The defender knows the strikes and replies with the plan of least shortage
(`docs/model/plan.md`), detours and stocks laid in beforehand included.  So every plan is a row of the attacker's
problem: the shortage it has, plus what each strike would take from it if nothing were done (`losses.py`); and every
reply to strikes is a value reached.

    most h   with   h <= shortage_i + sum over strikes of loss_is z_s  for every plan i,   effort' z <= budget

More strikes never help the defender.  So the reply to every strike in the windows of a plan at once bounds all plans
in those windows, and its row says so; when it leaves no more than was reached already, none of them need be looked
at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from xetho.interdict import mip
from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.game import Found, Routes
from xetho.interdict.graph import BoolArray, FloatArray, IntArray
from xetho.interdict.losses import Losses
from xetho.interdict.reply import Replies, Reply, of_side
from xetho.interdict.result import TOLERANCE, Cut
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
        may end. Raises QuestionError when there is nothing to strike or the side needs nothing.
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
        self._share = self._shares(way_pass)
        self._replies = Replies(network, self._model, side)
        here = np.asarray(network.place_side)[:, None] == side
        self._losses = Losses(network, self._model, np.asarray(network.good_weight)[None, :] * here)
        self._target_weight = np.array(
            [target.weight * (network.place_side[target.place] == side) for target in network.targets]
        )
        self._rows: list[tuple[float, FloatArray]] = []
        self._known: dict[Routes, float] = {}
        self._short_t: dict[Routes, dict[str, float]] = {}
        self._mine = mine > 0
        self.wanted = float(mine[self._mine] @ self._model.programme.upper[self._mine])  # priority-weighted t

    @cached_property
    def base(self) -> float:
        """Least shortage with nothing struck (priority-weighted t)."""
        return self.value(())

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
        best: Cut | None = None
        reached, bound = floor, self.wanted
        free = tuple(i for i in range(len(self.options)) if i not in shut)
        tried: set[Routes] = set()
        try:
            bound = min(bound, self._value(free, deadline))
            while bound > reached + self._slack(reached):
                solution = mip.minimise(self._attacker(budget, shut, excluded), deadline - time.perf_counter())
                bound = min(bound, -solution.bound)
                if solution.values is None or bound <= reached + self._slack(reached):
                    break
                cut = tuple(int(i) for i in np.flatnonzero(solution.values[:-1] > 0.5))
                if cut in tried:
                    # Its row is there already: only the solvers' rounding is left between them.
                    break
                tried.add(cut)
                wide = tuple(i for i in free if self.options[i].first in {self.options[one].first for one in cut})
                if self._value(wide, deadline) <= reached + self._slack(reached):
                    continue
                value = self._value(cut, deadline)
                if value > reached:
                    reached, best = value, Cut(cut, value)
                self._say(f"shortage {reached:,.0f} found, at most {bound:,.0f}")
        except NoAnswer:
            pass
        return Found(best, max(bound, reached))

    def _slack(self, reached: float) -> float:
        """How far above a value reached a bound may stand for the search to end."""
        return max(self.tolerance * max(reached - self.base, 0.0), 1e-7 * max(1.0, reached))

    def _attacker(self, budget: float, shut: frozenset[int], excluded: Sequence[Routes]) -> mip.Programme:
        """The most that rows of known plans leave to the attacker; columns: strikes, then the shortage."""
        count = len(self.options)
        scale = max(1.0, *(abs(level) for level, _ in self._rows))
        rows = [np.append(-loss / scale, 1.0 / scale) for _, loss in self._rows]
        most = [level / scale for level, _ in self._rows]
        rows.append(np.append(self.effort, 0.0))
        most.append(budget)
        for one in excluded:
            row = np.zeros(count + 1)
            row[list(one)] = 1.0
            rows.append(row)
            most.append(len(one) - 1.0)
        upper = np.ones(count + 1)
        upper[list(shut)] = 0.0
        upper[-1] = np.inf
        whole: BoolArray = np.ones(count + 1, dtype=np.bool_)
        whole[-1] = False
        return mip.Programme(
            cost=np.append(np.zeros(count), -1.0), matrix=sparse.csr_matrix(np.array(rows)),
            row_lower=np.full(len(rows), -np.inf), row_upper=np.array(most),
            lower=np.zeros(count + 1), upper=upper, whole=whole,
        )  # fmt: skip

    def _value(self, cut: Sequence[int], deadline: float) -> float:
        key = tuple(sorted(cut))
        if key not in self._known:
            reply = self._replies.best(self._slowed(key), deadline)
            self._known[key] = reply.shortage
            self._short_t[key] = self._goods_short(reply)
            self._add_row(reply, key)
        return self._known[key]

    def _add_row(self, reply: Reply, cut: Routes) -> None:
        """Make a plan a row of the attacker's problem."""
        now = self._slowed(cut)
        left = np.array([now.get(haul, 1.0) for haul in range(self._share.shape[0])])[:, None]
        own = np.divide(left - np.minimum(self._share, left), left, out=np.zeros_like(self._share), where=left > 0)
        loss = self._losses.of(reply.values, own, self._target_weight)
        self._rows.append((reply.shortage, np.where(loss > 1e-9, loss, 0.0)))

    def _goods_short(self, reply: Reply) -> dict[str, float]:
        """Tonnes short of each good in a reply, the largest first."""
        model, network = self._model, self.network
        at = model.columns
        goods = [*model.pairs[model.short[:, 1], 1], *(target.good for target in network.targets)]
        tonnes = np.where(self._mine, reply.values, 0.0)[at.shortage :]
        short = np.bincount(goods, weights=tonnes, minlength=len(network.good_ids))
        return {network.good_ids[g]: float(short[g]) for g in np.argsort(-short, kind="stable") if short[g] > 1e-6}

    def _slowed(self, cut: Sequence[int]) -> dict[int, float]:
        """Share of each haul's work left under strikes, for hauls that lose any."""
        if not cut:
            return {}
        left = self._share[:, list(cut)].min(axis=1)
        return {int(haul): float(left[haul]) for haul in np.flatnonzero(left < 1.0)}

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
