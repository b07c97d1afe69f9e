"""The plan by day: a feasible plan, and a bound that no daily plan can beat.

The daily programme whole is too large to think with.  So its bound comes from a relaxation on a few uneven periods
(`relaxation.py`), and the plan from the daily programme on chosen runs of days (`restricted.py`), chosen where a
plan by periods has something to carry.  What the runs carry is then walked through day by day (`follow.py`), and only
what that delivers is told.  Parts of the network that are small are solved by day as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xetho.plan import account, explain, horizon, relaxation
from xetho.plan.follow import Followed, follow
from xetho.plan.highs import Live, PlanError
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import FIRST_WEIGHT, TIE, Answer, solve_in_order
from xetho.plan.model import Model, build, load_values
from xetho.plan.programme import Part, Programme, parts
from xetho.plan.prune import PeriodMeans, period_means, useful_loads
from xetho.plan.restricted import Runs, restrict
from xetho.plan.result import FEASIBLE_SHARE, Plan

SMALL_LOADS = 40_000
"""A part of the network with at most so many loads by day (way, good, day) is solved by day as it is."""

GRID_DAYS, GUIDE_DAYS, RUN_DAYS = 28, 20, 10
"""Longest periods of the relaxation and of the plan that guides the choice of runs, and the longest run."""

AROUND_DAYS = 10
"""Days before and after a load of the guiding plan in which runs may carry it too."""

LEAST_T = 1e-4
"""Loads of the guiding plan of fewer tonnes than this are no guide."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Sides:
    """The network's parts that share nothing: which ways and which (place, good) are in the large ones."""

    large_ways: BoolArray
    large_pairs: BoolArray  # places x goods


@dataclass(frozen=True)
class _Value:
    """Priority-weighted shortage and labour."""

    shortage: float
    labour: float


def solve_daily(
    network: NetworkLike,
    time_limit: float = 60.0,
    progress: Say | None = None,
    *,
    gap: float = 0.002,
    cost_gap: float = 0.05,
    labour_per_fuel_t: float = 100.0,
) -> Plan:
    """A supply plan by day with two proven gaps: shortage as a share of demand, and labour among plans as short.

    network: see docs/design/interfaces.md.  time_limit: seconds, after which the best plan so far is returned.
    gap, cost_gap: shares at which the search may end; `Plan.status` is then "within gap", else "stopped".
    labour_per_fuel_t: as for `solve`.  Every period of the plan is one day.  Never raises for want of time: a
    plan that carries nothing, and a bound of nothing, always hold.
    """
    started = time.perf_counter()
    search = _Search(network, started + time_limit, labour_per_fuel_t, progress or (lambda _line: None))
    return search.run(started, gap, cost_gap)


class _Search:
    """The steps of the search and what they have found so far."""

    def __init__(self, network: NetworkLike, deadline: float, labour_per_fuel_t: float, say: Say) -> None:
        self.network, self.deadline, self.labour_per_fuel_t, self.say = network, deadline, labour_per_fuel_t, say
        self.daily = period_means(network, np.arange(int(network.days) + 1))
        self.useful = useful_loads(network, self.daily)
        self.ends = [int(target.day) for target in network.targets]
        self.small_shortage = self.small_labour = self.large_shortage = self.large_labour = 0.0

    def run(self, started: float, gap: float, cost_gap: float) -> Plan:
        guide = self._periods(GUIDE_DAYS)
        sides = _sides(self.network, guide, self.useful)
        with ThreadPoolExecutor(1) as beside:
            small = beside.submit(self._small, sides)
            bound = beside.submit(self._bound, sides)
            loads = np.zeros(self.useful.shape)
            answer: Answer | None = None
            try:
                self.say("the plan by periods")
                answer = solve_in_order(guide.programme, self.deadline - time.perf_counter(), self.say)
                self.say("the plan by day")
                loads = self._large(guide, answer, sides)
            except PlanError:
                pass
            loads = loads + small.result()
            found = follow(self.network, self.daily, loads)
            value = {large: self._value(found, sides, large) for large in (True, False)}
            relaxed = bound.result()
            self._labour(relaxed, value)
        return self._plan(found, value, guide, answer, (gap, cost_gap), started)

    def _periods(self, longest: int) -> Model:
        means = period_means(self.network, horizon.periods(int(self.network.days), longest, ends=self.ends))
        return self._build(means, useful_loads(self.network, means))

    def _build(self, means: PeriodMeans, loads: BoolArray) -> Model:
        return build(self.network, means, loads, labour_per_fuel_t=self.labour_per_fuel_t)

    def _small(self, sides: _Sides) -> FloatArray:
        """Daily loads of the small parts, solved as they are, with their bounds."""
        loads = np.zeros(self.useful.shape)
        if sides.large_ways.all():
            return loads
        model = self._build(self.daily, self.useful & ~sides.large_ways[None, :, None])
        values = np.zeros(len(model.programme.upper))
        for part in parts(model.programme):
            if _in_large(model, part, sides):
                continue
            programme = part.programme
            try:
                best = Live(programme).fresh(_joint(programme), self.deadline, vertex=False)
            except PlanError:
                continue
            values[part.columns] = best.values
            shortage = Live(programme).bound(programme.shortage_cost, best.duals / FIRST_WEIGHT)
            self.small_shortage += max(shortage, 0.0)
            self.small_labour += max(best.bound - FIRST_WEIGHT * float(programme.shortage_cost @ best.values), 0.0)
        return load_values(model, values, self.useful.shape)

    def _bound(self, sides: _Sides) -> list[Live]:
        """The relaxation of the large parts, least shortage found; live, for the bound of labour."""
        bounds = relaxation.grid(int(self.network.days), GRID_DAYS, self.ends)
        means = relaxation.relaxed(self.network, self.daily, bounds)
        model = self._build(means, relaxation.any_day(self.useful & sides.large_ways[None, :, None], bounds))
        lives = []
        for part in parts(model.programme):
            if not _in_large(model, part, sides):
                continue
            live = Live(part.programme)
            lives.append(live)
            try:
                best = live.fresh(part.programme.shortage_cost, self.deadline, vertex=False)
            except PlanError:
                continue
            self.large_shortage += max(best.bound, 0.0)
        return lives

    def _large(self, guide: Model, answer: Answer, sides: _Sides) -> FloatArray:
        """Daily loads of the large parts, from the programme of the runs that the guiding plan suggests."""
        shape = (guide.means.periods, len(self.network.way_arc), len(self.network.good_ids))
        guiding = load_values(guide, answer.values, shape)
        guiding[:, ~sides.large_ways] = 0.0
        runs = _runs(self.network, guide.means.bounds, guiding, self.useful, self.ends)
        if len(runs.way) == 0:
            return np.zeros(self.useful.shape)
        chosen = restrict(self.network, self.daily, runs, labour_per_fuel_t=self.labour_per_fuel_t)
        values = np.zeros(len(chosen.programme.upper))
        for part in parts(chosen.programme):
            try:
                best = Live(part.programme).fresh(_joint(part.programme), self.deadline, vertex=False)
            except PlanError:
                continue
            values[part.columns] = best.values
        return chosen.daily_loads(values, self.useful.shape)

    def _labour(self, relaxed: list[Live], value: dict[bool, _Value]) -> None:
        """Least labour of the large parts at the shortage of the plan that was found."""
        # With several large parts each may have all of the shortage.
        for live in relaxed:
            live.limit_shortage(value[True].shortage)
            try:
                cost = live.programme.labour_cost
                self.large_labour += max(live.fresh(cost, self.deadline, vertex=False).bound, 0.0)
            except PlanError:
                continue

    def _value(self, found: Followed, sides: _Sides, large: bool) -> _Value:
        network = self.network
        pairs = sides.large_pairs if large else ~sides.large_pairs
        weight = np.asarray(network.good_weight, dtype=np.float64)
        shortage = float((found.shortage.sum(axis=0) * pairs * weight).sum())
        for target, missing in zip(network.targets, found.target_shortage, strict=True):
            if pairs[target.place, target.good]:
                shortage += float(target.weight) * float(missing)
        tonnes = found.loads.sum(axis=2)
        capacity = self.daily.capacity
        carriers = np.divide(tonnes, capacity, out=np.zeros_like(tonnes), where=capacity > 0)
        fuel = np.where(np.asarray(network.way_fuel_good) >= 0, np.asarray(network.way_fuel, dtype=np.float64), 0.0)
        work = carriers * np.maximum(np.asarray(network.way_crew, dtype=np.float64), 1e-3)
        work += tonnes * fuel * self.labour_per_fuel_t
        return _Value(shortage, float(work[:, sides.large_ways == large].sum()))

    def _plan(
        self,
        found: Followed,
        value: dict[bool, _Value],
        guide: Model,
        answer: Answer | None,
        asked: tuple[float, float],
        started: float,
    ) -> Plan:
        network, daily = self.network, self.daily
        tonnes = found.loads.sum(axis=2)
        carriers = np.divide(tonnes, daily.capacity, out=np.zeros_like(tonnes), where=daily.capacity > 0)
        objective, labour = (sum(getattr(one, name) for one in value.values()) for name in ("shortage", "labour"))
        bound = min(self.small_shortage + self.large_shortage, objective)
        labour_bound = min(self.small_labour + self.large_labour, labour)
        wanted = guide.programme.wanted
        shortage_gap = (objective - bound) / wanted if wanted > 0 else 0.0
        labour_gap = (labour - labour_bound) / max(labour, 1.0)
        within = shortage_gap <= asked[0] and labour_gap <= asked[1]
        short_t = float(found.shortage.sum() + found.target_shortage.sum())
        wanted_t = float(daily.need.sum() + sum(max(float(t.t), 0.0) for t in network.targets))
        return Plan(
            network=network,
            bounds=daily.bounds,
            load=found.loads,
            carriers=carriers,
            stock=found.stock,
            shortage=found.shortage,
            target_shortage=found.target_shortage,
            status="within gap" if within else "stopped",
            objective=objective,
            bound=bound,
            gap=shortage_gap,
            labour_objective=labour,
            labour_bound=labour_bound,
            labour_gap=labour_gap,
            seconds=time.perf_counter() - started,
            feasible=short_t <= FEASIBLE_SHARE * wanted_t,
            need=daily.need,
            bottlenecks=explain.bottlenecks(network, guide, answer) if answer else explain.no_bottlenecks(),
            shortages=explain.shortages(network, daily, found.shortage, found.target_shortage),
            summary=account.summary(network, daily, found.loads, carriers, found.shortage),
            notes=explain.unreachable(network, daily, found.shortage, self.useful),
        )


def _joint(programme: Programme) -> FloatArray:
    """Both objectives at once."""
    return FIRST_WEIGHT * programme.shortage_cost + programme.labour_cost + TIE * programme.tie_cost


def _sides(network: NetworkLike, model: Model, useful: BoolArray) -> _Sides:
    """Tell the large parts of a network from the small ones by their loads by day."""
    ways = np.zeros(len(network.way_arc), dtype=bool)
    pairs = np.zeros((len(network.place_ids), len(network.good_ids)), dtype=bool)
    loads = useful.sum(axis=(0, 2))
    at = model.columns
    for part in parts(model.programme):
        hauls = part.columns[(part.columns >= at.haul) & (part.columns < at.stock)] - at.haul
        mine = np.unique(model.hauls.way[hauls])
        if loads[mine].sum() > SMALL_LOADS:
            ways[mine] = True
            place, good = _pairs(model, part).T
            pairs[place, good] = True
    return _Sides(ways, pairs)


def _pairs(model: Model, part: Part) -> IntArray:
    """Places and goods of a part (N x 2)."""
    at = model.columns
    stocks = part.columns[(part.columns >= at.stock) & (part.columns < at.shortage)] - at.stock
    return model.pairs[np.unique(stocks % len(model.pairs))]


def _in_large(model: Model, part: Part, sides: _Sides) -> bool:
    """Is a part of some model one of the large parts (or a piece of one)?"""
    place, good = _pairs(model, part).T
    return bool(sides.large_pairs[place, good].any())


def _runs(network: NetworkLike, bounds: IntArray, guiding: FloatArray, useful: BoolArray, ends: list[int]) -> Runs:
    """Runs of days of the guiding plan's loads, each place's begun as much later as its cargo is older."""
    days = len(useful)
    near = np.zeros(useful.shape, dtype=bool)
    for period, way, good in np.argwhere(guiding > LEAST_T):
        first, until = int(bounds[period]) - AROUND_DAYS, int(bounds[period + 1]) + AROUND_DAYS
        near[max(first, 0) : until, way, good] = True
    near &= useful
    origin = np.asarray(network.arc_from, dtype=np.int64)[np.asarray(network.way_arc, dtype=np.int64)]
    shift = _shifts(network, guiding.sum(axis=(0, 2)))
    grid = horizon.periods(days, RUN_DAYS, ends=ends)
    found: list[tuple[int, int, int, int]] = []
    for way, good in np.argwhere(near.any(axis=0)):
        own = np.unique(np.concatenate([[0, days], np.clip(grid + shift[origin[way]], 0, days)]))
        for first, until in zip(own[:-1], own[1:], strict=True):
            used = np.flatnonzero(near[first:until, way, good])
            if len(used):
                found.append((int(way), int(good), int(first + used[0]), int(first + used[-1] + 1)))
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    return Runs(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _shifts(network: NetworkLike, flow: FloatArray) -> IntArray:
    """Days by which the runs of each place are shifted: mean days under way of its cargo, against where most is needed.

    flow: tonnes by way.  Cargo that arrives as a run begins can then go on with the next run of equal length.
    """
    arc = np.asarray(network.way_arc, dtype=np.int64)
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
    goal = np.asarray(network.arc_to, dtype=np.int64)[arc]
    places = len(network.place_ids)
    came, gone = np.zeros(places), np.asarray(network.need, dtype=np.float64).sum(axis=(0, 2))
    np.add.at(came, goal, flow)
    np.add.at(gone, origin, flow)
    total = np.maximum(came, gone)
    share = np.divide(flow, total[goal], out=np.zeros_like(flow), where=total[goal] > 0)
    system, right = np.eye(places) * (1.0 + 1e-9), np.zeros(places)
    np.subtract.at(system, (goal, origin), share)
    np.add.at(right, goal, share * np.asarray(network.way_travel, dtype=np.float64))
    age = np.linalg.lstsq(system, right, rcond=None)[0]
    return np.asarray(np.round(age - age[int(np.argmax(gone * (came > 0)))]), dtype=np.int64)
