"""Solve a plan: least shortage first, then least labour and fuel, both with a proven gap."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from xetho.plan import account, descent, explain, feasible, horizon
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.kept import Kept, answer_key
from xetho.plan.lexicographic import Answer, solve_in_order
from xetho.plan.lifting import lift
from xetho.plan.model import Model, build, load_values
from xetho.plan.prune import PeriodMeans, period_means, useful_loads
from xetho.plan.result import BEST_SO_FAR, FEASIBLE_SHARE, Plan
from xetho.plan.sofar import solve_so_far
from xetho.plan.soon import replan_so_far

PERIOD_DAYS, LABOUR_PER_FUEL_T = 14, 100.0
"""What `solve` plans with unless told otherwise."""

AROUND = 3.0
"""How long a re-plan takes around its search for what making its model takes (a judgement)."""

NOISE_T = 1e-7
"""Loads of fewer tonnes in a period than this are rounding of the solver and are dropped."""


def solve(
    network: NetworkLike,
    period_days: int = PERIOD_DAYS,
    time_limit: float = 60.0,
    progress: Callable[[str], None] | None = None,
    *,
    near_days: int | None = None,
    labour_per_fuel_t: float = LABOUR_PER_FUEL_T,
    fine: tuple[int, int] | None = None,
    kept: Kept | None = None,
    or_best: bool = False,
) -> Plan:
    """The supply plan with the least priority-weighted shortage and, among those, the least labour and fuel.

    network: see docs/design/interfaces.md.  period_days: longest planning period.  near_days: longest in
    the `period_days` that lead up to a stock target (no shorter there unless given).  time_limit: seconds of
    solving in all.  progress: called with a line of text as the work moves on.  labour_per_fuel_t: man-days that
    saving a tonne of fuel is worth (a preference of the planner, not a fact).  fine: first and last day of a
    stretch to be planned day by day.  kept: answers found before, and where this one is kept.  or_best: give the best
    plan known, with what is proven of it, where no proven optimum is found in time (as `Planner.solve`).
    Raises PlanError when none is found in time otherwise.

    The mathematics is in docs/model/plan.md.
    """
    bounds = _bounds(network, period_days, near_days, fine)
    return Planner(network, bounds, labour_per_fuel_t=labour_per_fuel_t, kept=kept).solve(
        time_limit, progress, or_best=or_best
    )


def is_kept(network: NetworkLike, kept: Kept) -> bool:
    """Is there an answer to `solve` with its default periods?"""
    return kept.has(answer_key(network, _bounds(network), LABOUR_PER_FUEL_T))


def _bounds(
    network: NetworkLike, period_days: int = PERIOD_DAYS, near_days: int | None = None,
    fine: tuple[int, int] | None = None,
) -> IntArray:  # fmt: skip
    ends = [int(target.day) for target in network.targets]
    return horizon.periods(int(network.days), period_days, ends=ends, near_days=near_days, fine=fine)


class Planner:
    """A network's plan and its basis, from which plans of networks that differ a little are soon found.

    >>> planner = Planner(network, horizon.periods(int(network.days), 28))  # doctest: +SKIP
    >>> base = planner.solve()  # doctest: +SKIP
    >>> fewer = planner.replan(network_with_fewer_trucks)  # doctest: +SKIP
    """

    def __init__(
        self,
        network: NetworkLike,
        bounds: IntArray,
        *,
        labour_per_fuel_t: float = LABOUR_PER_FUEL_T,
        kept: Kept | None = None,
    ) -> None:
        """bounds: K+1 bounds of the periods (`horizon.periods`).  labour_per_fuel_t, kept: as for `solve`."""
        self._network = network
        self._kept = kept
        self._bounds = bounds
        self._labour_per_fuel_t = labour_per_fuel_t
        self._loads: BoolArray | None = None
        self._solved: tuple[Model, Answer] | None = None

    def solve(
        self, time_limit: float = 60.0, progress: Callable[[str], None] | None = None, *, or_best: bool = False
    ) -> Plan:
        """The plan of the planner's own network.  Raises PlanError when no proven optimum is found in time.

        or_best: then give the best plan known, of status `result.BEST_SO_FAR`, which keeps every row and whose bounds
        hold.  Where several plans are as good, the proven one need not be that found without; it is not kept.
        """
        started = time.perf_counter()
        say = progress or (lambda _line: None)
        model, loads = self._model(self._network)
        rows, columns = model.programme.matrix.shape
        say(f"planning {model.means.periods} periods: {rows} rows, {columns} columns")
        answer, stopped = self._answer(model, time_limit, say, or_best)
        plan = plan_from(self._network, model, answer, loads, started)
        if stopped:
            plan.status = BEST_SO_FAR
        else:
            self._loads, self._solved = loads, (model, answer)
        return plan

    def replan(
        self, network: NetworkLike, time_limit: float = 60.0, progress: Callable[[str], None] | None = None,
        *, or_best: bool = False,
    ) -> Plan:  # fmt: skip
        """The plan of a network with the same ids in the same periods, sought from the basis of the planner's own.

        It is proven as any plan is.  Where several plans are as good, it need not be the one that `solve` finds.
        or_best: give the best plan known after the time limit, of status `result.BEST_SO_FAR`, which keeps every row
        and whose bounds hold; the limit is then one of the whole call (kept to within some hundredths of a second),
        once the planner's own plan is there.
        Raises ValueError when the network's ids or days are others, PlanError when no proven optimum is found in time.
        """
        for ids in ("place_ids", "good_ids", "pool_ids", "region_ids", "route_ids"):
            if list(getattr(network, ids)) != list(getattr(self._network, ids)):
                raise ValueError(f"a re-plan needs a network with the same {ids.replace('_', ' ')}")
        if int(network.days) != int(self._network.days) or len(network.way_arc) != len(self._network.way_arc):
            raise ValueError("a re-plan needs a network with the same days and ways")
        if self._solved is None:
            self.solve(time_limit, progress)
        assert self._solved is not None
        if or_best:
            descent.load()
            feasible.load()
        started, say = time.perf_counter(), progress or (lambda _line: None)
        base, answer = self._solved
        model, loads = self._model(network, self._loads)
        start = lift(answer, base, model)
        if or_best:
            # Making a plan of the answer takes about as long as making the model took.
            left = time_limit - AROUND * (time.perf_counter() - started)
            found, stopped = replan_so_far(network, model, start, left, say)
        else:
            found, stopped = solve_in_order(model.programme, time_limit, say, start), False
        plan = plan_from(network, model, found, loads, started)
        if stopped:
            plan.status = BEST_SO_FAR
        return plan

    def _answer(
        self, model: Model, time_limit: float, say: Callable[[str], None], or_best: bool
    ) -> tuple[Answer, bool]:
        """The optimum of the planner's own network, found before or now; and whether time was up before it was."""
        key = answer_key(self._network, self._bounds, self._labour_per_fuel_t) if self._kept is not None else ""
        answer = self._kept.get(key, model.programme) if self._kept is not None else None
        if answer is not None:
            return answer, False
        if or_best:
            return solve_so_far(self._network, model, time_limit, say)
        answer = solve_in_order(model.programme, time_limit, say)
        if self._kept is not None:
            self._kept.put(key, answer)
        return answer, False

    def _model(self, network: NetworkLike, also: BoolArray | None = None) -> tuple[Model, BoolArray]:
        """The programme of a network and its useful loads; `also` are loads of another plan, to keep its columns."""
        means = period_means(network, self._bounds)
        loads = useful_loads(network, means)
        columns = loads if also is None else loads | also
        return build(network, means, columns, labour_per_fuel_t=self._labour_per_fuel_t, useful=loads), loads


def plan_from(network: NetworkLike, model: Model, answer: Answer, loads: BoolArray, started: float) -> Plan:
    """Turn an optimum into a plan: loads by way, carriers, stocks by balance, and what to say about it."""
    means = model.means
    values = answer.values
    shape = (means.periods, len(network.way_arc), len(network.good_ids))
    moved = load_values(model, values, shape)
    moved[moved < NOISE_T] = 0.0
    load = moved / means.days[:, None, None]
    carriers = np.divide(load.sum(axis=2), means.capacity, out=np.zeros(means.capacity.shape), where=means.capacity > 0)
    shortage, target_shortage = _shortages(network, model, values)
    stock = stocks(network, means, load, carriers, shortage)
    # What rounding leaves below zero is a shortage too small to see; it must not be a negative stock.
    stock = np.where(stock < 0, 0.0, stock)
    weighted = float(model.programme.shortage_cost @ values)
    labour = float(model.programme.labour_cost @ values)
    wanted = model.programme.wanted
    short_t = float(shortage.sum() + target_shortage.sum())
    wanted_t = float(means.need.sum() + sum(max(float(t.t), 0.0) for t in network.targets))
    plan = Plan(
        network=network,
        bounds=means.bounds,
        load=load,
        carriers=carriers,
        stock=stock,
        shortage=shortage,
        target_shortage=target_shortage,
        status="optimal",
        objective=weighted,
        bound=min(max(answer.shortage_bound, 0.0), weighted),
        gap=max(weighted - max(answer.shortage_bound, 0.0), 0.0) / wanted if wanted > 0 else 0.0,
        labour_objective=labour,
        labour_bound=min(answer.labour_bound, labour),
        labour_gap=max(labour - answer.labour_bound, 0.0) / max(labour, 1.0),
        seconds=0.0,
        feasible=short_t <= FEASIBLE_SHARE * wanted_t,
        need=means.need,
        bottlenecks=explain.bottlenecks(network, model, answer),
        shortages=explain.shortages(network, means, shortage, target_shortage),
        summary=account.summary(network, means, load, carriers, shortage),
        notes=explain.unreachable(network, means, shortage, loads),
    )
    plan.seconds = time.perf_counter() - started
    return plan


def _shortages(network: NetworkLike, model: Model, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shortage of needs (K x places x goods, t in the period) and of targets (t)."""
    at = model.columns
    short = np.zeros(model.means.need.shape)
    period, pair = model.short[:, 0], model.short[:, 1]
    cells = (period, model.pairs[pair, 0], model.pairs[pair, 1])
    short[cells] = np.clip(values[at.shortage : at.target], 0.0, model.programme.upper[at.shortage : at.target])
    short[short < NOISE_T] = 0.0
    missing = np.clip(values[at.target :], 0.0, None)
    return short, np.where(missing < NOISE_T, 0.0, missing)


def stocks(
    network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray, shortage: FloatArray
) -> FloatArray:
    """Stock at the start of each period and at the end, by the mass balance ((K+1) x places x goods, t)."""
    change = means.inflow - means.need + shortage
    way_arc: IntArray = np.asarray(network.way_arc, dtype=np.int64)
    origin = np.asarray(network.arc_from, dtype=np.int64)[way_arc]
    goal = np.asarray(network.arc_to, dtype=np.int64)[way_arc]
    moved = load * means.days[:, None, None]
    kept = moved * (1.0 - means.loss)[:, :, None]
    by_place = np.moveaxis(change, 0, 1)  # a view: places x K x goods
    np.subtract.at(by_place, origin, np.moveaxis(moved, 0, 1))
    lag = np.asarray(network.way_travel, dtype=np.int64)
    for days in np.unique(lag):
        ways = np.flatnonzero(lag == days)
        shares = horizon.arrival_shares(means.bounds, int(days))
        np.add.at(by_place, goal[ways], np.einsum("km,kwg->wmg", shares, kept[:, ways]))
    food = carriers * np.asarray(network.way_food)[None, :] * means.days[:, None]
    fuel = moved.sum(axis=2) * np.asarray(network.way_fuel)[None, :]
    for amount, goods in ((food, network.way_food_good), (fuel, network.way_fuel_good)):
        good = np.asarray(goods, dtype=np.int64)
        on = np.flatnonzero(good >= 0)
        for way in on:
            change[:, origin[way], good[way]] -= amount[:, way]
    first = np.asarray(network.stock0, dtype=np.float64)[None]
    return np.concatenate([first, first + np.cumsum(change, axis=0)])
