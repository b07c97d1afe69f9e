"""The plan by day: a feasible plan, and a bound that no daily plan can beat.

The daily programme whole takes minutes.  So its bound comes from the prices of a relaxation on a few uneven periods
(`relaxation.py`), mended by day (`prices.py`), and its plan from the daily programme with loads tied over periods
(`restricted.py`), bettered day by day by a gradient method that begins with both (`firstorder.py`).  What comes out
is walked through (`follow.py`), and only what that delivers is told.  Parts of the network that are small are solved
by day as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from xetho.plan import account, explain, relaxation
from xetho.plan.dayplan import columns_of, loads_of
from xetho.plan.firstorder import FirstOrder
from xetho.plan.follow import Followed, follow
from xetho.plan.highs import Basis, Live, PlanError
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import Answer
from xetho.plan.model import Model, build, load_values
from xetho.plan.prices import Prices
from xetho.plan.programme import Programme, parts
from xetho.plan.prune import PeriodMeans, period_means, useful_loads
from xetho.plan.restricted import restrict
from xetho.plan.result import FEASIBLE_SHARE, Plan
from xetho.plan.sides import tell_apart

SMALL_LOADS = 40_000
"""A part of the network with at most so many loads by day (way, good, day) is solved by day as it is."""

WEIGHT = 1000.0
"""Man-days set against a weighted tonne short (a judgement).  The more, the less is proven of the labour
of a plan that is a little shorter than it need be; the less, the more is left that could be carried."""

COARSE_DAYS = 28
"""Longest periods of all programmes that stand for the daily one."""

ROUGH = 1e-2
"""Relative gap at which coarse programmes count as solved: what is left is less than what they leave out."""

STEPS = 250
"""Steps of the gradient method from one look at its plan to the next."""

LOOKS, STALLED = 8, 0.003
"""The search ends when so many looks have bettered the plan by less than this share."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Value:
    """Priority-weighted shortage and labour."""

    shortage: float
    labour: float

    @property
    def joint(self) -> float:
        """Both in man-days."""
        return WEIGHT * self.shortage + self.labour


@dataclass(frozen=True)
class _Found:
    """A plan walked through, and what it is worth in the large parts and in the small ones."""

    followed: Followed
    large: _Value
    small: _Value


@dataclass
class _Bounds:
    """What is proven so far, and what proved it."""

    small_shortage: float = 0.0
    large_shortage: float = 0.0
    small_joint: float = 0.0  # WEIGHT x shortage + labour
    large_joint: float = 0.0
    duals: FloatArray = field(default_factory=lambda: np.zeros(0))  # of the large daily model
    answer: Answer | None = None  # of the model by periods

    def labour(self, shortage: float) -> float:
        """Least labour of any plan with no more shortage than this."""
        return max(self.small_joint + self.large_joint - WEIGHT * shortage, 0.0)

    def shortage(self) -> float:
        """Least shortage of any plan."""
        return self.small_shortage + self.large_shortage


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
        self.tail = relaxation.pipeline_days(network, self.useful)
        self.proven = _Bounds()

    def run(self, started: float, gap: float, cost_gap: float) -> Plan:
        # Prices near the end are sought by day; what is carried then is tied more coarsely, to be there sooner.
        relaxed = self._relaxed(self._grid(self.ends, 4, 1.6, 1))
        self.sides = tell_apart(self.network, relaxed, self.useful, SMALL_LOADS)
        self.large = self._build(self.daily, self.useful & self.sides.large_ways[None, :, None])
        self.prices = Prices(self.network, self.large)
        self.wanted = relaxed.programme.wanted
        with ThreadPoolExecutor(1) as beside:
            joint = beside.submit(self._bound_joint, relaxed)
            shortage = beside.submit(self._bound_shortage)
            self.say("the plan by periods")
            small = self._small()
            found = self._found(self._restricted(), small)
            joint.result()
            self.say("the plan by day")
            found = self._better(found, small, shortage, gap, cost_gap)
            shortage.result()
        return self._plan(found, relaxed, (gap, cost_gap), started)

    def _grid(self, ends: list[int], first: int, growth: float, step: int) -> IntArray:
        """Bounds of periods that are short where timing counts."""
        days = int(self.network.days)
        tail = min(self.tail, days)
        return relaxation.grid(days, COARSE_DAYS, ends, first=first, growth=growth, tail=tail, step=step)

    def _relaxed(self, bounds: IntArray) -> Model:
        return self._build(relaxation.relaxed(self.daily, bounds), relaxation.any_day(self.useful, bounds))

    def _build(self, means: PeriodMeans, loads: BoolArray) -> Model:
        return build(self.network, means, loads, labour_per_fuel_t=self.labour_per_fuel_t)

    def _small(self) -> tuple[FloatArray, FloatArray]:
        """Daily loads and shortages of the small parts, solved as they are, with their bounds."""
        short = np.zeros(self.daily.need.shape)
        if self.sides.large_ways.all():
            return np.zeros(self.useful.shape), short
        model = self._build(self.daily, self.useful & ~self.sides.large_ways[None, :, None])
        values = np.zeros(len(model.programme.upper))
        for part in parts(model.programme):
            if self.sides.holds(model, part):
                continue
            programme = part.programme
            try:
                best = Live(programme).fresh(_joint(programme), self.deadline, vertex=False)
                values[part.columns] = best.values
                self.proven.small_joint += max(best.bound, 0.0)
                least = Live(programme).fresh(programme.shortage_cost, self.deadline, vertex=False)
                self.proven.small_shortage += max(least.bound, 0.0)
            except PlanError:
                continue
        day, pair = model.short.T
        at = model.columns
        small = ~self.sides.large_pairs[model.pairs[pair, 0], model.pairs[pair, 1]]
        unmet = np.where(small, values[at.shortage : at.target], 0.0)
        short[day, model.pairs[pair, 0], model.pairs[pair, 1]] = unmet
        return load_values(model, values, self.useful.shape), short

    def _bound_joint(self, relaxed: Model) -> None:
        """Bound of both objectives at once from the relaxation's prices, which also tell what binds."""
        programme = relaxed.programme
        rows, columns = programme.matrix.shape
        duals, large = np.zeros(rows), np.zeros(rows)
        of_shortage = np.zeros(rows, dtype=bool)
        for part in parts(programme):
            best = Live(part.programme).roughly(_joint(part.programme), self.deadline, ROUGH)
            if best is None:
                continue
            # Worth is in shortage when some is left, else in labour.
            short = float(part.programme.shortage_cost @ best[0]) > FEASIBLE_SHARE * part.programme.wanted
            duals[part.rows] = best[1] / (WEIGHT if short else 1.0)
            of_shortage[part.rows] = short
            if self.sides.holds(relaxed, part):
                large[part.rows] = best[1]
        basis = Basis(np.zeros(columns, dtype=np.int8), np.zeros(rows, dtype=np.int8))
        by_day = relaxation.by_day(relaxed, large, self.large)
        self.proven.large_joint = max(self.prices.bound(by_day, WEIGHT, 1.0), 0.0)
        self.proven.duals = self.prices.mended(by_day, WEIGHT, 1.0)
        self.proven.answer = Answer(np.zeros(columns), 0.0, 0.0, duals, of_shortage, basis)

    def _bound_shortage(self) -> None:
        """Bound of shortage alone, from prices in coarse periods."""
        coarse = self._relaxed(self._grid(self.ends, COARSE_DAYS, 1.0, COARSE_DAYS))
        duals = np.zeros(len(coarse.programme.row_lower))
        for part in parts(coarse.programme):
            if not self.sides.holds(coarse, part):
                continue
            best = Live(part.programme).roughly(part.programme.shortage_cost, self.deadline, ROUGH)
            if best is not None:
                duals[part.rows] = best[1]
        self.proven.large_shortage = max(self.prices.bound(relaxation.by_day(coarse, duals, self.large), 1.0, 0.0), 0.0)

    def _restricted(self) -> FloatArray:
        """Daily loads of the large parts, tied over periods."""
        if not self.sides.large_ways.any():
            return np.zeros(self.useful.shape)
        chosen = restrict(self.network, self.large, self._grid([], 14, 2.0, 14))
        values = np.zeros(len(chosen.programme.upper))
        for part in parts(chosen.programme):
            best = Live(part.programme).roughly(_joint(part.programme), self.deadline, ROUGH)
            if best is not None:
                values[part.columns] = best[0]
        return chosen.daily_loads(values, self.useful.shape)

    def _better(
        self, best: _Found, small: tuple[FloatArray, FloatArray], shortage: Future[None], gap: float, cost_gap: float
    ) -> _Found:
        """The best plan that the gradient method comes upon, until the gaps asked are reached or time is up."""
        if not self.sides.large_ways.any():
            return best
        programme = self.large.programme
        method = FirstOrder(programme, _joint(programme), columns_of(self.large, best.followed), self.proven.duals)
        looks = [best.large.joint]
        while time.perf_counter() < self.deadline:
            if shortage.done() and self._enough(best, looks, gap, cost_gap):
                break
            method.go_on(STEPS, self.deadline)
            for values in (method.values, method.mean):
                found = self._found(loads_of(self.large, values, self.useful.shape), small)
                if found.large.joint < best.large.joint:
                    best = found
            looks.append(best.large.joint)
        return best

    def _enough(self, best: _Found, looks: list[float], gap: float, cost_gap: float) -> bool:
        """Are both gaps reached, or has the search stalled?"""
        shortage_gap, labour_gap = self._gaps(best)
        stalled = len(looks) > LOOKS and looks[-1] > (1.0 - STALLED) * looks[-1 - LOOKS]
        return (shortage_gap <= gap and labour_gap <= cost_gap) or stalled

    def _gaps(self, found: _Found) -> tuple[float, float]:
        """Of shortage as a share of all that is wanted, of labour as a share of labour."""
        wanted = self.wanted
        short, labour = (found.large.shortage + found.small.shortage), (found.large.labour + found.small.labour)
        shortage_gap = max(short - self.proven.shortage(), 0.0) / wanted if wanted > 0 else 0.0
        return shortage_gap, max(labour - self.proven.labour(short), 0.0) / max(labour, 1.0)

    def _found(self, large: FloatArray, small: tuple[FloatArray, FloatArray]) -> _Found:
        """Walk through the loads of the large parts with the loads of the small ones, which are as short as planned."""
        followed = follow(self.network, self.daily, large + small[0], small[1])
        return _Found(followed, self._value(followed, large=True), self._value(followed, large=False))

    def _value(self, found: Followed, *, large: bool) -> _Value:
        network, sides = self.network, self.sides
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

    def _plan(self, best: _Found, model: Model, asked: tuple[float, float], started: float) -> Plan:
        """model: by periods, whose prices tell what binds."""
        network, daily, found = self.network, self.daily, best.followed
        tonnes = found.loads.sum(axis=2)
        carriers = np.divide(tonnes, daily.capacity, out=np.zeros_like(tonnes), where=daily.capacity > 0)
        objective = best.large.shortage + best.small.shortage
        labour = best.large.labour + best.small.labour
        shortage_gap, labour_gap = self._gaps(best)
        within = shortage_gap <= asked[0] and labour_gap <= asked[1]
        short_t = float(found.shortage.sum() + found.target_shortage.sum())
        wanted_t = float(daily.need.sum() + sum(max(float(t.t), 0.0) for t in network.targets))
        answer = self.proven.answer
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
            bound=min(self.proven.shortage(), objective),
            gap=shortage_gap,
            labour_objective=labour,
            labour_bound=min(self.proven.labour(objective), labour),
            labour_gap=labour_gap,
            seconds=time.perf_counter() - started,
            feasible=short_t <= FEASIBLE_SHARE * wanted_t,
            need=daily.need,
            bottlenecks=explain.bottlenecks(network, model, answer) if answer else explain.no_bottlenecks(),
            shortages=explain.shortages(network, daily, found.shortage, found.target_shortage),
            summary=account.summary(network, daily, found.loads, carriers, found.shortage),
            notes=explain.unreachable(network, daily, found.shortage, self.useful),
        )


def _joint(programme: Programme) -> FloatArray:
    """Both objectives at once."""
    return WEIGHT * programme.shortage_cost + programme.labour_cost
