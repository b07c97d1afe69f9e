"""The plan by day: a feasible plan, and a bound that no daily plan can beat.

The daily programme whole takes minutes.  So a gradient method (`firstorder.py`) begins with loads and prices of a
relaxation on a few uneven periods (`relaxation.py`) and betters both day by day.  Its prices, mended (`prices.py`),
are the bound; its loads are walked through (`follow.py`), and only what that delivers is told.  While the relaxation
is being solved, the method is already at work from a plan by long periods, so that there is a plan early.  Parts of
the network that are small are solved by day as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xetho.plan import account, explain, horizon, relaxation
from xetho.plan.firstorder import FirstOrder
from xetho.plan.follow import Followed, follow
from xetho.plan.highs import Basis, Live, Optimum, PlanError
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import Answer
from xetho.plan.model import Model, build, load_values
from xetho.plan.prices import Prices
from xetho.plan.programme import Part, Programme, parts
from xetho.plan.prune import PeriodMeans, period_means, useful_loads
from xetho.plan.result import FEASIBLE_SHARE, STOPPED, Plan
from xetho.plan.series import Loads, Series, Worth
from xetho.plan.sides import tell_apart

SMALL_LOADS = 15_000
"""A part of the network with at most so many loads by day (way, good, day) is solved by day as it is: with more the
gradient method is sooner at gaps of a few per cent."""

WEIGHT = 1000.0
"""Man-days set against a weighted tonne short (a judgement).  The more, the less is proven of the labour
of a plan that is a little shorter than it need be; the less, the more is left that could be carried."""

COARSE_DAYS = 28
"""Longest periods of all programmes that stand for the daily one."""

ROUGH = 1e-2
"""Relative gap at which coarse programmes count as solved: what is left is less than what they leave out."""

NEARLY = 1e-4
"""A bound of shortage that is less than what is short by this share of all that is wanted is good enough."""

STEPS = 250
"""Steps of the gradient method from one look at what it found to the next."""

SOON, PRICES_FIRST, LOADS_FIRST = 3000.0, 30.0, 1000.0
"""How much longer steps are in prices (man-days a tonne) than in loads (t): when any plan is better than none, when
prices shall be right, and when loads shall be.  Judgements: a third or three times as much does nearly as well."""

SETTLED = 0.003
"""Prices are left for loads when so many steps have raised the bound by less than this share."""

FINER = 2.0
"""How much more patience, and shorter steps in prices of loads, each further round has (a judgement)."""

LOOKS, STALLED = 4, 0.001
"""Looks at loads before prices have their turn again; the search ends when a round betters the gap of cost by less."""

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

    network: see docs/design/interfaces.md.  time_limit: seconds, after which the best plan so far is returned (not
    counted is what the method takes to be compiled, once after an installation).
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
        relaxed = self._relaxed(self._grid(self.ends, 4, 1.6, 1))
        self.sides = tell_apart(self.network, relaxed, self.useful, SMALL_LOADS)
        large = self.useful & self.sides.large_ways[None, :, None]
        self.large = self._build(self.daily, large)
        self.prices = Prices(self.large)
        self.series = Series(self.network, self.large, large, self.sides.large_pairs, WEIGHT)
        self.wanted = relaxed.programme.wanted
        compiling = self._compile()
        started, self.deadline = started + compiling, self.deadline + compiling
        with ThreadPoolExecutor(1) as beside:
            joint = beside.submit(self._bound_joint, relaxed)
            shortage = beside.submit(self._bound_shortage)
            self.say("the plan by periods")
            small = self._small()
            found = self._found(np.zeros(self.useful.shape), small)
            if self.sides.large_ways.any():
                found = self._soon(found, small, joint)
                self.say("the plan by day")
                found = self._better(found, small, joint.result(), shortage, (gap, cost_gap))
            joint.result()
            shortage.result()
        return self._plan(found, relaxed, (gap, cost_gap), started)

    def _compile(self) -> float:
        """Have the gradient method compiled, or loaded, at the first daily plan ever; how many seconds that took."""
        begun = time.perf_counter()
        nothing, short = np.zeros(self.useful.shape), np.zeros(self.daily.need.shape)
        loads = self.series.from_loads(nothing, short, np.zeros(len(self.network.targets)))
        worth = self.series.from_duals(np.zeros(len(self.large.programme.row_lower)))
        FirstOrder(self.series, loads, worth).go_on(1, np.inf, SOON)
        follow(self.network, self.daily, nothing)
        return time.perf_counter() - begun

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
        values, duals = np.zeros(len(model.programme.upper)), np.zeros(len(model.programme.row_lower))
        mine = [part for part in parts(model.programme) if not self.sides.holds(model, part)]
        for part in mine:
            best = self._optimum(part, _joint(part.programme))
            if best is not None:
                values[part.columns], duals[part.rows] = best.values, best.duals
                self.proven.small_joint += max(best.bound, 0.0)
        # Where labour is cheap beside shortage, the prices of both prove nearly as much of shortage alone.
        proven = max(Prices(model).bound(duals / WEIGHT, 1.0, 0.0), 0.0)
        if float(model.programme.shortage_cost @ values) > proven + NEARLY * self.wanted:
            least = [self._optimum(part, part.programme.shortage_cost) for part in mine]
            proven = max(proven, sum(max(best.bound, 0.0) for best in least if best is not None))
        self.proven.small_shortage = proven
        day, pair = model.short.T
        at = model.columns
        small = ~self.sides.large_pairs[model.pairs[pair, 0], model.pairs[pair, 1]]
        unmet = np.where(small, values[at.shortage : at.target], 0.0)
        short[day, model.pairs[pair, 0], model.pairs[pair, 1]] = unmet
        return load_values(model, values, self.useful.shape), short

    def _optimum(self, part: Part, cost: FloatArray) -> Optimum | None:
        try:
            return Live(part.programme).fresh(cost, self.deadline, vertex=False)
        except PlanError:
            return None

    def _bound_joint(self, relaxed: Model) -> tuple[Loads, Worth]:
        """Bound of both objectives at once from the relaxation's prices, which also tell what binds; where to begin."""
        programme = relaxed.programme
        rows, columns = programme.matrix.shape
        duals, large, values = np.zeros(rows), np.zeros(rows), np.zeros(columns)
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
                large[part.rows], values[part.columns] = best[1], best[0]
        basis = Basis(np.zeros(columns, dtype=np.int8), np.zeros(rows, dtype=np.int8))
        self.proven.answer = Answer(np.zeros(columns), 0.0, 0.0, duals, of_shortage, basis)
        begin = self._by_day(relaxed, values, large)
        self._prove(begin[1])
        return begin

    def _by_day(self, model: Model, values: FloatArray, duals: FloatArray) -> tuple[Loads, Worth]:
        """A solution by periods as series by day."""
        loads, short = relaxation.spread(model, values, self.daily, self.useful)
        by_day = self.prices.mended(relaxation.by_day(model, duals, self.large), WEIGHT, 1.0)
        return self.series.from_loads(loads, short, values[model.columns.target :]), self.series.from_duals(by_day)

    def _prove(self, worth: Worth) -> float:
        """The bound that prices prove, kept where it is the best."""
        bound = self.prices.bound(self.series.to_duals(worth), WEIGHT, 1.0)
        self.proven.large_joint = max(self.proven.large_joint, bound)
        return bound

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

    def _soon(self, best: _Found, small: tuple[FloatArray, FloatArray], prices: Future[tuple[Loads, Worth]]) -> _Found:
        """The best plan found from one by long periods until better prices are there."""
        bounds = horizon.periods(int(self.network.days), COARSE_DAYS, ends=self.ends)
        means = period_means(self.network, bounds)
        model = self._build(means, useful_loads(self.network, means) & self.sides.large_ways[None, :, None])
        values, duals = np.zeros(len(model.programme.upper)), np.zeros(len(model.programme.row_lower))
        for part in parts(model.programme):
            rough = Live(part.programme).roughly(_joint(part.programme), self.deadline, ROUGH)
            if rough is not None and self.sides.holds(model, part):
                values[part.columns], duals[part.rows] = rough
        method = FirstOrder(self.series, *self._by_day(model, values, duals))
        while not prices.done() and time.perf_counter() < self.deadline:
            method.go_on(STEPS, self.deadline, SOON)
            best = self._look(method, best, small)
        return best

    def _better(
        self,
        best: _Found,
        small: tuple[FloatArray, FloatArray],
        begin: tuple[Loads, Worth],
        shortage: Future[None],
        asked: tuple[float, float],
    ) -> _Found:
        """The best plan that the gradient method comes upon, until the gaps asked are reached or time is up."""
        prices = FirstOrder(self.series, *begin)
        before, finer = np.inf, 1.0
        with ThreadPoolExecutor(1) as other:
            while time.perf_counter() < self.deadline:
                bound = -np.inf
                while time.perf_counter() < self.deadline:
                    prices.go_on(STEPS, self.deadline, PRICES_FIRST, other if shortage.done() else None)
                    last, bound = bound, self._prove(prices.worth)
                    if bound < last + SETTLED / finer * abs(bound):
                        break
                # Loads are put right beside, so that prices go on later from where they were.
                loads = FirstOrder(self.series, prices.loads, prices.worth)
                for _ in range(round(LOOKS * finer)):
                    loads.go_on(STEPS, self.deadline, LOADS_FIRST / finer, other if shortage.done() else None)
                    best = self._look(loads, best, small)
                    shortage_gap, labour_gap = self._gaps(best)
                    within = shortage_gap <= asked[0] and labour_gap <= asked[1]
                    if (within and shortage.done()) or time.perf_counter() >= self.deadline:
                        return best
                if labour_gap > before - STALLED:
                    return best
                before, finer = labour_gap, finer * FINER
        return best

    def _look(self, method: FirstOrder, best: _Found, small: tuple[FloatArray, FloatArray]) -> _Found:
        """The better of the best plan and what the method's loads deliver."""
        kept = self.series.kept_in_limits(method.loads)
        method.spare_what_is_missing(kept)
        found = self._found(self.series.to_loads(kept), (small[0], small[1] + self.series.to_shortage(kept)))
        return found if found.large.joint < best.large.joint else best

    def _gaps(self, found: _Found) -> tuple[float, float]:
        """Of shortage as a share of all that is wanted, of labour as a share of labour."""
        wanted = self.wanted
        short, labour = (found.large.shortage + found.small.shortage), (found.large.labour + found.small.labour)
        shortage_gap = max(short - self.proven.shortage(), 0.0) / wanted if wanted > 0 else 0.0
        return shortage_gap, max(labour - self.proven.labour(short), 0.0) / max(labour, 1.0)

    def _found(self, large: FloatArray, small: tuple[FloatArray, FloatArray]) -> _Found:
        """Walk through the loads of the large parts with the small ones'; `small` has what is short on purpose."""
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
            status="within gap" if within else STOPPED,
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
