"""The daily model on chosen runs of days: each load keeps the same carriers at work through its run.

A run is a way, a good and a stretch of days.  What is hauled on a day follows what a carrier hauls that day, so that a
run is one column, and whatever the runs carry is a plan by day.  Rows of days on which the same runs
are at work become one: limits of carriers, labour, roads and handling by the greatest share any of the days asks for
(who keeps that keeps every day's), stocks at the end of such days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan.inputs import AnyArray, FloatArray, IntArray, NetworkLike
from xetho.plan.programme import Programme
from xetho.plan.prune import PeriodMeans


@dataclass(frozen=True)
class Runs:
    """Loads to choose from: way, good, first day and the day after the last (N each)."""

    way: IntArray
    good: IntArray
    first: IntArray
    until: IntArray


@dataclass(frozen=True)
class Restricted:
    """The programme of the runs and how its columns become daily loads."""

    runs: Runs
    programme: Programme
    run: IntArray  # entries: a run on one of its days ...
    day: IntArray
    share: FloatArray  # ... and the share of the run's tonnes hauled on it

    def daily_loads(self, values: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
        """Tonnes loaded by day, way and good."""
        loads = np.zeros(shape)
        tonnes = np.clip(values[: len(self.runs.way)], 0.0, None)
        cells = (self.day, self.runs.way[self.run], self.runs.good[self.run])
        np.add.at(loads, cells, tonnes[self.run] * self.share)
        return loads


def restrict(network: NetworkLike, daily: PeriodMeans, runs: Runs, *, labour_per_fuel_t: float) -> Restricted:
    """Write the programme of the given runs; runs whose way is never open are dropped."""
    runs, run, day, share = _entries(daily, runs)
    way, good = runs.way[run], runs.good[run]
    arc = np.asarray(network.way_arc, dtype=np.int64)
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
    goal = np.asarray(network.arc_to, dtype=np.int64)[arc]
    carriers = share / daily.capacity[day, way]
    crew = np.asarray(network.way_crew, dtype=np.float64)
    food_good = np.asarray(network.way_food_good, dtype=np.int64)
    fuel_good = np.asarray(network.way_fuel_good, dtype=np.int64)
    fuel = np.where(fuel_good >= 0, np.asarray(network.way_fuel, dtype=np.float64), 0.0)
    lag = np.asarray(network.way_travel, dtype=np.int64)
    goods, days = len(network.good_ids), len(daily.days)

    # Changes of stock: (pair, day, run, t for each tonne of the run).
    arrives = day + lag[way] < days
    eats = food_good[way] >= 0
    burns = fuel[way] > 0
    changes = [
        (origin[way] * goods + good, day, run, -share),
        (
            (goal[way] * goods + good)[arrives], (day + lag[way])[arrives], run[arrives],
            (share * (1.0 - daily.loss[day, way]))[arrives],
        ),
        (
            (origin[way] * goods + food_good[way])[eats], day[eats], run[eats],
            -(carriers * np.asarray(network.way_food, dtype=np.float64)[way])[eats],
        ),
        ((origin[way] * goods + fuel_good[way])[burns], day[burns], run[burns], -(share * fuel[way])[burns]),
    ]  # fmt: skip
    moves = tuple(np.concatenate([part[i] for part in changes]) for i in range(4))
    stock = _stock_rows(network, daily, moves, len(runs.way))
    limits = _limit_rows(network, daily, run, day, way, share, carriers)

    count, (segments, shorts, targets) = len(runs.way), (stock.segments, stock.shorts, stock.targets)
    columns = count + segments + shorts + targets
    matrix = sparse.vstack([stock.matrix, _widen(limits, columns)]).tocsc()
    lower = np.concatenate([stock.lower, np.full(limits.shape[0], -np.inf)])
    upper_rows = np.concatenate([stock.upper, np.ones(limits.shape[0])])
    labour = np.zeros(columns)
    work = carriers * np.maximum(crew[way], 1e-3) + share * fuel[way] * labour_per_fuel_t
    labour[:count] = np.bincount(run, work, minlength=count)
    shortage_cost = np.concatenate([np.zeros(count + segments), stock.weights])
    upper = np.concatenate([np.full(count + segments, np.inf), stock.most_short])
    # The strength of its pool on the days of a run is more than it can carry.
    pool = np.asarray(network.way_pool, dtype=np.int64)[runs.way]
    strongest = np.zeros(count)
    np.maximum.at(strongest, run, daily.count[day, pool[run]])
    most_carriers = np.zeros(count)
    np.maximum.at(most_carriers, run, carriers)
    reach = np.concatenate([strongest / most_carriers, stock.reach, stock.most_short])
    tie = np.zeros(columns)
    tie[:count] = labour[:count] * 0.8 * runs.first / days
    programme = Programme(matrix, lower, upper_rows, upper, reach, shortage_cost, labour, tie)
    return Restricted(runs, programme, run, day, share)


def _entries(daily: PeriodMeans, runs: Runs) -> tuple[Runs, IntArray, IntArray, FloatArray]:
    """Runs that can haul at all, and their days: run, day, share of the run's tonnes."""
    length = runs.until - runs.first
    run = np.repeat(np.arange(len(length)), length)
    day = np.arange(len(run)) - np.repeat(np.cumsum(length) - length, length) + runs.first[run]
    capacity = daily.capacity[day, runs.way[run]]
    pool_present = capacity > 0
    total = np.bincount(run, capacity, minlength=len(length))
    keep = total > 0
    number = np.cumsum(keep) - 1
    chosen = keep[run] & pool_present
    run, day, capacity = run[chosen], day[chosen], capacity[chosen]
    kept = Runs(runs.way[keep], runs.good[keep], runs.first[keep], runs.until[keep])
    return kept, number[run], day, capacity / total[run]


@dataclass(frozen=True)
class _Stock:
    matrix: sparse.csr_matrix
    lower: FloatArray
    upper: FloatArray
    segments: int
    shorts: int
    targets: int
    most_short: FloatArray  # needs, then targets
    weights: FloatArray
    reach: FloatArray  # of the segments


def _stock_rows(
    network: NetworkLike, daily: PeriodMeans, moves: tuple[AnyArray, ...], count: int
) -> _Stock:
    """Balance of every place and good from one change of what is at work to the next, and the targets."""
    pair, day, run, amount = moves
    goods, days = len(network.good_ids), len(daily.days)
    need = daily.need.reshape(days, -1)
    inflow = daily.inflow.reshape(days, -1)
    touched = np.zeros(need.shape[1], dtype=bool)
    touched[pair] = True
    touched |= (need > 0).any(axis=0)
    goals = [(target.place * goods + target.good, int(target.day), max(float(target.t), 0.0), float(target.weight))
             for target in network.targets]  # fmt: skip
    for place, _, _, _ in goals:
        touched[place] = True
    pairs = np.flatnonzero(touched)
    index = np.full(len(touched), -1)
    index[pairs] = np.arange(len(pairs))
    pair = index[pair]
    marks = _changes(pair, day, run, len(pairs), days)
    for place, when, _, _ in goals:
        if when + 1 < days:
            marks[index[place], when + 1] = True
    marks[:, 0] = True
    segment = (np.cumsum(marks.ravel()) - 1).reshape(marks.shape)  # pairs x days
    segments = int(segment[-1, -1]) + 1
    owner = np.repeat(np.arange(len(pairs)), marks.sum(axis=1))
    wanted = np.bincount(segment.ravel(), need[:, pairs].T.ravel(), minlength=segments)
    came = np.bincount(segment.ravel(), inflow[:, pairs].T.ravel(), minlength=segments)
    first = np.append(True, owner[1:] != owner[:-1])
    came[first] += np.asarray(network.stock0, dtype=np.float64).ravel()[pairs]
    short = np.flatnonzero(wanted > 0)
    at_stock, at_short = count, count + segments
    at_target = at_short + len(short)
    follows = np.flatnonzero(~first)
    rows = [segment[pair, day], np.arange(segments), follows, short]
    columns = [run, at_stock + np.arange(segments), at_stock + follows - 1, at_short + np.arange(len(short))]
    values = [amount, np.full(segments, -1.0), np.ones(len(follows)), np.ones(len(short))]
    ends = np.array([segment[index[place], when] for place, when, _, _ in goals], dtype=np.int64)
    row = segments + np.arange(len(goals))
    rows += [row, row]
    columns += [at_stock + ends, at_target + np.arange(len(goals))]
    values += [np.ones(len(goals)), np.ones(len(goals))]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = sparse.coo_matrix(entries, shape=(segments + len(goals), at_target + len(goals))).tocsr()
    stand = np.array([t for _, _, t, _ in goals])
    weight = np.asarray(network.good_weight, dtype=np.float64)[pairs % goods]
    entered = np.cumsum(daily.inflow.sum(axis=1), axis=0) + np.asarray(network.stock0).sum(axis=0)
    last = np.append(np.flatnonzero(marks.ravel())[1:], marks.size) - 1
    return _Stock(
        matrix=matrix,
        lower=np.concatenate([wanted - came, stand]),
        upper=np.concatenate([wanted - came, np.full(len(goals), np.inf)]),
        segments=segments,
        shorts=len(short),
        targets=len(goals),
        most_short=np.concatenate([wanted[short], stand]),
        weights=np.concatenate([weight[owner[short]], [w for _, _, _, w in goals]]),
        reach=entered[last % days, pairs[owner] % goods],
    )


def _changes(key: IntArray, day: IntArray, run: IntArray, keys: int, days: int) -> AnyArray:
    """Days on which another set of runs is at work than the day before (keys x days, bool)."""
    marks = np.zeros((keys, days + 1), dtype=bool)
    if len(key) == 0:
        return marks[:, :days]
    order = np.lexsort((day, run, key))
    key, day, run = key[order], day[order], run[order]
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = (key[1:] != key[:-1]) | (run[1:] != run[:-1]) | (day[1:] > day[:-1] + 1)
    ends = np.append(begins[1:], True)
    marks[key[begins], day[begins]] = True
    marks[key[ends], day[ends] + 1] = True
    return marks[:, :days]


def _limit_rows(
    network: NetworkLike,
    daily: PeriodMeans,
    run: IntArray,
    day: IntArray,
    way: IntArray,
    share: FloatArray,
    carriers: FloatArray,
) -> sparse.csr_matrix:
    """Rows ``share of the limit asked for <= 1`` of pools, regions, routes and places (over the runs' columns)."""
    pool = np.asarray(network.way_pool, dtype=np.int64)[way]
    arc = np.asarray(network.way_arc, dtype=np.int64)[way]
    crew = np.asarray(network.way_crew, dtype=np.float64)[way]
    handling = np.broadcast_to(np.asarray(network.handling, dtype=np.float64), (len(daily.days), len(network.handling)))
    matrices = []
    for limits, key, use in (
        (daily.count, pool, carriers),
        (daily.throughput, np.asarray(network.arc_route, dtype=np.int64)[arc], share),
        (daily.labour, np.asarray(network.pool_region, dtype=np.int64)[pool], carriers * crew),
        (handling, np.asarray(network.arc_from, dtype=np.int64)[arc], share),
    ):
        on = np.flatnonzero((key >= 0) & (use > 0))
        limit = limits[day[on], key[on]]
        on, limit = on[np.isfinite(limit)], limit[np.isfinite(limit)]
        # A limit of nothing allows nothing: a huge share of it stands for that.
        ask = np.minimum(use[on] / np.maximum(limit, 1e-12), 1e6)
        keys, days = limits.shape[1], limits.shape[0]
        marks = _changes(key[on], day[on], run[on], keys, days)
        marks[:, 0] = True
        segment = (np.cumsum(marks.ravel()) - 1).reshape(marks.shape)
        row = segment[key[on], day[on]]
        order = np.lexsort((run[on], row))
        row, column, ask = row[order], run[on][order], ask[order]
        first = np.ones(len(row), dtype=bool)
        first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
        starts = np.flatnonzero(first)
        if not len(starts):
            continue
        most = np.maximum.reduceat(ask, starts)
        used, position = np.unique(row[starts], return_inverse=True)
        matrices.append(
            sparse.coo_matrix((most, (position, column[starts])), shape=(len(used), int(run.max()) + 1)).tocsr()
        )
    return sparse.vstack(matrices).tocsr()


def _widen(matrix: sparse.csr_matrix, columns: int) -> sparse.csr_matrix:
    """The same rows over more columns."""
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], columns))
