"""The linear programme of a plan: columns, rows and the two objectives, as arrays.

The mathematics is in `docs/model/plan.md`.  Two things keep it small without changing its optimum.  Carriers do
not appear as columns: at the least labour a way has just the carriers its load asks for, so
`carriers = load / capacity`.  And goods are planned by lane (the ways of an arc that take as long and lose as
much), since which carrier of a lane takes which good makes no difference; a lane's goods are shared out to its
ways in proportion afterwards, which is exact.  All columns are in tonnes over a period.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from xetho.plan import horizon
from xetho.plan.inputs import AnyArray, BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.programme import Programme
from xetho.plan.prune import PeriodMeans


@dataclass(frozen=True)
class Flows:
    """The cargo columns: one good on one lane in one period.

    A lane is the ways of one arc that take as long and lose as much in the period: which of them carries
    which good makes no difference, so goods are planned by lane and carriers by way.
    """

    period: IntArray
    lane: IntArray  # index into `Lanes`
    good: IntArray


@dataclass(frozen=True)
class Lanes:
    """A lane in a period (L of them), with what its cargo meets."""

    period: IntArray
    arc: IntArray
    lag: IntArray  # days from loading to use
    kept: FloatArray  # share of cargo that arrives


@dataclass(frozen=True)
class Hauls:
    """The hauling columns: tonnes of all goods on one way in one period, and what a tonne draws."""

    period: IntArray
    way: IntArray
    lane: IntArray
    is_open: BoolArray  # a closed way has a column, held at nothing, where a like plan has one
    carrier_days: FloatArray
    food: FloatArray  # t of the way's food good
    fuel: FloatArray  # t of the way's fuel good


@dataclass(frozen=True)
class Columns:
    """Index of the first column of each kind; cargo starts at 0."""

    haul: int
    stock: int
    shortage: int
    target: int

    @staticmethod
    def of(flows: Flows, hauls: Hauls, stocks: int, shortages: int) -> Columns:
        """Starts from the number of columns of each kind."""
        haul = len(flows.period)
        stock = haul + len(hauls.period)
        return Columns(haul, stock, stock + stocks, stock + stocks + shortages)


@dataclass(frozen=True)
class RowBlock:
    """Rows of one kind: the period and the index (place, pool, route, ...) of each."""

    kind: str
    first: int
    period: IntArray
    key: IntArray
    limit: FloatArray  # right-hand side in the unit of the resource
    good: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Model:
    """The programme of a plan and what its columns and rows mean.

    Columns stand in the order cargo, hauls, stocks, shortages, target shortages.
    """

    means: PeriodMeans
    flows: Flows
    lanes: Lanes
    hauls: Hauls
    pairs: IntArray  # N x 2: place and good with rows of their own
    short: IntArray  # period and pair of each shortage column (S x 2)
    programme: Programme
    blocks: tuple[RowBlock, ...]

    @property
    def columns(self) -> Columns:
        """Where each kind of column starts."""
        return Columns.of(self.flows, self.hauls, self.means.periods * len(self.pairs), len(self.short))

    def block(self, kind: str) -> RowBlock:
        """The rows of a kind."""
        return next(block for block in self.blocks if block.kind == kind)

    @property
    def target_pairs(self) -> IntArray:
        """The pair of each target."""
        target, width = self.block("target"), int(self.pairs[:, 1].max(initial=0)) + 1
        return np.searchsorted(self.pairs @ (width, 1), target.key * width + target.good)


class _Rows:
    """Collects rows and their coefficients block by block."""

    def __init__(self) -> None:
        self.count = 0
        self.blocks: list[RowBlock] = []
        self.lower: list[FloatArray] = []
        self.upper: list[FloatArray] = []
        self._row: list[IntArray] = []
        self._column: list[IntArray] = []
        self._value: list[FloatArray] = []

    def put(self, row: AnyArray, column: AnyArray, value: AnyArray) -> None:
        """Add coefficients (rows counted over the whole programme)."""
        row, column, value = np.broadcast_arrays(row, column, value)
        keep = value != 0
        self._row.append(row[keep].astype(np.int64))
        self._column.append(column[keep].astype(np.int64))
        self._value.append(value[keep].astype(np.float64))

    def add(
        self,
        kind: str,
        period: AnyArray,
        key: AnyArray,
        lower: AnyArray,
        upper: AnyArray,
        limit: AnyArray,
        good: AnyArray | None = None,
    ) -> int:
        """Add a block of rows; returns the index of its first row."""
        first = self.count
        goods = np.zeros(0, dtype=np.int64) if good is None else np.asarray(good, dtype=np.int64)
        block = RowBlock(kind, first, period.astype(np.int64), key.astype(np.int64), limit, goods)
        self.blocks.append(block)
        self.lower.append(np.asarray(lower, dtype=np.float64))
        self.upper.append(np.asarray(upper, dtype=np.float64))
        self.count += len(period)
        return first

    def matrix(self, columns: int) -> sparse.csc_matrix:
        """All coefficients as a column-wise matrix; coefficients that meet are added."""
        row, column = np.concatenate(self._row), np.concatenate(self._column)
        entries = (np.concatenate(self._value), (row, column))
        return sparse.coo_matrix(entries, shape=(self.count, columns)).tocsc()


def build(
    network: NetworkLike, means: PeriodMeans, loads: BoolArray, *, labour_per_fuel_t: float,
    useful: BoolArray | None = None,
) -> Model:  # fmt: skip
    """Write the linear programme of a plan.

    loads: K x W x goods, which loads are worth planning (`prune.useful_loads`); more do no harm.
    labour_per_fuel_t: man-days that saving a tonne of fuel is worth in the second objective.
    useful: which of the loads are worth planning, where some have columns only because a like plan has; those are held
    at nothing.
    """
    flows, lanes, hauls = _carriage(network, means, loads)
    pairs = _pairs(network, means, flows, lanes, hauls)
    index = np.full(np.asarray(network.stock0).shape, -1, dtype=np.int64)
    index[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    need = means.need[:, pairs[:, 0], pairs[:, 1]]
    short = np.argwhere(need > 0).astype(np.int64)
    targets = list(network.targets)
    at = Columns.of(flows, hauls, need.size, len(short))
    count = at.target + len(targets)

    rows = _Rows()
    _balance(rows, network, means, pairs, at.stock)
    _shortages(rows, short, len(pairs), at.shortage)
    _movements(rows, network, means, (flows, lanes, hauls), index, at)
    _targets(rows, network, means, index, at)
    _lane_loads(rows, flows, lanes, hauls, at)
    _shared(rows, network, means, hauls, at)

    good_weight = np.asarray(network.good_weight, dtype=np.float64)
    shortage_cost = np.zeros(count)
    shortage_cost[at.shortage : at.target] = good_weight[pairs[short[:, 1], 1]]
    shortage_cost[at.target :] = [target.weight for target in targets]
    upper = np.full(count, np.inf)
    upper[: at.stock] = np.where(_worth(flows, lanes, hauls, loads if useful is None else useful), np.inf, 0.0)
    upper[at.shortage : at.target] = need[short[:, 0], short[:, 1]]
    upper[at.target :] = [max(float(target.t), 0.0) for target in targets]
    crew = np.asarray(network.way_crew, dtype=np.float64)[hauls.way]
    labour_cost = np.zeros(count)
    # A carrier without crew still counts a thousandth of a man-day, so that nothing moves for no reason.
    labour_cost[at.haul : at.stock] = hauls.carrier_days * np.maximum(crew, 1e-3) + hauls.fuel * labour_per_fuel_t
    programme = Programme(
        matrix=rows.matrix(count),
        row_lower=np.concatenate(rows.lower),
        row_upper=np.concatenate(rows.upper),
        upper=upper,
        reach=np.minimum(_reach(network, means, flows, hauls, pairs, upper), upper),
        shortage_cost=shortage_cost,
        labour_cost=labour_cost,
        tie_cost=_tie_cost(means, flows, lanes, hauls, labour_cost, at),
    )
    return Model(means, flows, lanes, hauls, pairs, short, programme, tuple(rows.blocks))


def _carriage(network: NetworkLike, means: PeriodMeans, loads: BoolArray) -> tuple[Flows, Lanes, Hauls]:
    """Cargo columns, lanes and hauling columns for the loads worth planning."""
    period, way = (axis.astype(np.int64) for axis in np.nonzero(loads.any(axis=2)))
    arc = np.asarray(network.way_arc, dtype=np.int64)[way]
    lag = np.asarray(network.way_travel, dtype=np.int64)[way]
    kept = 1.0 - means.loss[period, way]
    keys = np.stack([period, arc, lag, np.round(kept, 12)], axis=1)
    _, chosen, lane = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    lane = lane.reshape(-1).astype(np.int64)
    lanes = Lanes(period[chosen], arc[chosen], lag[chosen], kept[chosen])
    carried = np.zeros((len(chosen), loads.shape[2]), dtype=bool)
    np.logical_or.at(carried, lane, loads[period, way])
    flow_lane, good = (axis.astype(np.int64) for axis in np.nonzero(carried))
    capacity = means.capacity[period, way]
    is_open = capacity > 0
    carrier_days = 1.0 / np.where(is_open, capacity, 1.0)
    eats = np.asarray(network.way_food_good, dtype=np.int64)[way] >= 0
    burns = np.asarray(network.way_fuel_good, dtype=np.int64)[way] >= 0
    hauls = Hauls(
        period=period,
        way=way,
        lane=lane,
        is_open=is_open,
        carrier_days=carrier_days,
        food=np.where(eats, np.asarray(network.way_food, dtype=np.float64)[way] * carrier_days, 0.0),
        fuel=np.where(burns, np.asarray(network.way_fuel, dtype=np.float64)[way], 0.0),
    )
    return Flows(lanes.period[flow_lane], flow_lane, good), lanes, hauls


def _worth(flows: Flows, lanes: Lanes, hauls: Hauls, useful: BoolArray) -> BoolArray:
    """Which cargo and hauling columns serve a useful load."""
    served = np.zeros((len(lanes.period), useful.shape[2]), dtype=bool)
    by_haul = useful[hauls.period, hauls.way]
    np.logical_or.at(served, hauls.lane, by_haul)
    return np.concatenate([served[flows.lane, flows.good], by_haul.any(axis=1) & hauls.is_open])


def _draws(network: NetworkLike, hauls: Hauls) -> list[tuple[IntArray, IntArray, IntArray, FloatArray]]:
    """Food and fuel of hauls: (haul index, place, good, t for each tonne) of those that draw any."""
    arc = np.asarray(network.way_arc, dtype=np.int64)[hauls.way]
    place = np.asarray(network.arc_from, dtype=np.int64)[arc]
    drawn = []
    for goods, amount in ((network.way_food_good, hauls.food), (network.way_fuel_good, hauls.fuel)):
        on = np.flatnonzero(amount > 0)
        drawn.append((on, place[on], np.asarray(goods, dtype=np.int64)[hauls.way[on]], amount[on]))
    return drawn


def _pairs(network: NetworkLike, means: PeriodMeans, flows: Flows, lanes: Lanes, hauls: Hauls) -> IntArray:
    """Places and goods that need a balance: touched by a load or wanted (N x 2)."""
    touched: BoolArray = np.asarray((means.need > 0).any(axis=0), dtype=np.bool_)
    arc = lanes.arc[flows.lane]
    touched[np.asarray(network.arc_from, dtype=np.int64)[arc], flows.good] = True
    touched[np.asarray(network.arc_to, dtype=np.int64)[arc], flows.good] = True
    for _, place, good, _ in _draws(network, hauls):
        touched[place, good] = True
    for target in network.targets:
        touched[target.place, target.good] = True
    return np.argwhere(touched).astype(np.int64)


def _balance(rows: _Rows, network: NetworkLike, means: PeriodMeans, pairs: IntArray, first_stock: int) -> None:
    """Stock before - stock after + ... = need - inflow, for each period and pair (the first rows of all)."""
    size = len(pairs)
    place, good = pairs[:, 0], pairs[:, 1]
    supply = means.inflow[:, place, good]
    supply[0] += np.asarray(network.stock0, dtype=np.float64)[place, good]
    net = (means.need[:, place, good] - supply).ravel()
    period = np.repeat(np.arange(means.periods), size)
    whole = (means.periods,)
    rows.add("stock", period, np.tile(place, whole), net, net, supply.ravel(), np.tile(good, whole))
    cell = np.arange(net.size)
    rows.put(cell, first_stock + cell, np.array(-1.0))
    rows.put(cell[size:], first_stock + cell[:-size] if size else cell, np.array(1.0))


def _shortages(rows: _Rows, short: IntArray, size: int, first: int) -> None:
    """Shortage stands in for stock that is not there."""
    rows.put(short[:, 0] * size + short[:, 1], first + np.arange(len(short)), np.array(1.0))


def _movements(
    rows: _Rows,
    network: NetworkLike,
    means: PeriodMeans,
    carriage: tuple[Flows, Lanes, Hauls],
    index: IntArray,
    at: Columns,
) -> None:
    """Cargo leaves and arrives; crews' food and fuel are drawn where the carriers load."""
    flows, lanes, hauls = carriage
    size = int(index.max(initial=-1)) + 1
    arc = lanes.arc[flows.lane]
    origin = index[np.asarray(network.arc_from, dtype=np.int64)[arc], flows.good]
    goal = index[np.asarray(network.arc_to, dtype=np.int64)[arc], flows.good]
    rows.put(flows.period * size + origin, np.arange(len(flows.period)), np.array(-1.0))
    for haul, place, good, amount in _draws(network, hauls):
        rows.put(hauls.period[haul] * size + index[place, good], at.haul + haul, -amount)
    lag, kept = lanes.lag[flows.lane], lanes.kept[flows.lane]
    for days in np.unique(lag):
        shares = means.arrival_shares(int(days))
        column = np.flatnonzero(lag == days)
        share = shares[flows.period[column]]  # columns x periods of arrival
        which, period = np.nonzero(share)
        column = column[which]
        rows.put(period * size + goal[column], column, kept[column] * share[which, period])


def _targets(rows: _Rows, network: NetworkLike, means: PeriodMeans, index: IntArray, at: Columns) -> None:
    """Stock at the period end nearest to the target's day + target shortage >= target."""
    targets = list(network.targets)
    end = [horizon.nearest_end(means.bounds, int(target.day)) for target in targets]
    period = np.array(end, dtype=np.int64)
    amount = np.array([max(float(target.t), 0.0) for target in targets])
    place = np.array([target.place for target in targets], dtype=np.int64)
    good = np.array([target.good for target in targets], dtype=np.int64)
    pair = index[place, good]
    first = rows.add("target", period, place, amount, np.full(len(targets), np.inf), amount, good)
    row = first + np.arange(len(targets))
    size = int(index.max(initial=-1)) + 1
    rows.put(row, at.stock + period * size + pair, np.array(1.0))
    rows.put(row, at.target + np.arange(len(targets)), np.array(1.0))


def _lane_loads(rows: _Rows, flows: Flows, lanes: Lanes, hauls: Hauls, at: Columns) -> None:
    """What a lane's ways haul carries at least the lane's goods."""
    count = len(lanes.period)
    nothing, unlimited = np.zeros(count), np.full(count, np.inf)
    first = rows.add("lane", lanes.period, np.arange(count), nothing, unlimited, nothing)
    rows.put(first + hauls.lane, at.haul + np.arange(len(hauls.way)), np.array(1.0))
    rows.put(first + flows.lane, np.arange(len(flows.lane)), np.array(-1.0))


def _shared(rows: _Rows, network: NetworkLike, means: PeriodMeans, hauls: Hauls, at: Columns) -> None:
    """Carriers of a pool, throughput of a route, labour of a region and handling at a place."""
    per_day = 1.0 / means.days[hauls.period]
    carriers = hauls.carrier_days * per_day
    pool = np.asarray(network.way_pool, dtype=np.int64)[hauls.way]
    arc = np.asarray(network.way_arc, dtype=np.int64)[hauls.way]
    route = np.asarray(network.arc_route, dtype=np.int64)[arc]
    crew = np.asarray(network.way_crew, dtype=np.float64)[hauls.way]
    region = np.asarray(network.pool_region, dtype=np.int64)[pool]
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
    handling = np.broadcast_to(np.asarray(network.handling, dtype=np.float64), (means.periods, len(network.place_ids)))
    for kind, limits, key, use in (
        ("pool", means.count, pool, carriers),
        ("route", means.throughput, route, per_day),
        ("region", means.labour, region, carriers * crew),
        ("handling", handling, origin, per_day),
    ):
        # A limit that a pool's whole strength could not reach binds nothing.
        most = means.count[hauls.period, pool] * use / carriers
        _limit(rows, kind, limits, hauls.period, key, use, most, at.haul)


def _limit(
    rows: _Rows,
    kind: str,
    limits: AnyArray,
    period: IntArray,
    key: IntArray,
    use: FloatArray,
    most: FloatArray,
    first_column: int,
) -> None:
    """Rows ``sum of use x haul <= limit`` for each period and key with a limit that could bind.

    most: the greatest use a column can reach.  The rows are divided by their limit.
    """
    columns = np.flatnonzero((key >= 0) & (use > 0))
    total = np.zeros(limits.shape)
    np.add.at(total, (period[columns], key[columns]), most[columns])
    cell = (period[columns], key[columns])
    binds = np.isfinite(limits[cell]) & ((total[cell] > limits[cell]) | (kind == "pool"))
    columns = columns[binds]
    keys = np.stack([period[columns], key[columns]], axis=1)
    cells, row = np.unique(keys, axis=0, return_inverse=True)
    limit = np.asarray(limits[cells[:, 0], cells[:, 1]], dtype=np.float64)
    scale = np.where(limit > 0, limit, 1.0)
    lower = np.full(len(cells), -np.inf)
    first = rows.add(kind, cells[:, 0], cells[:, 1], lower, limit / scale, limit)
    row = row.reshape(-1)
    rows.put(first + row, first_column + columns, use[columns] / scale[row])


def _reach(
    network: NetworkLike,
    means: PeriodMeans,
    flows: Flows,
    hauls: Hauls,
    pairs: IntArray,
    upper: FloatArray,
) -> FloatArray:
    """Limits kept by every feasible point: a pool's whole strength, and all that was ever supplied."""
    haul = np.where(hauls.is_open, means.hauled[hauls.period, hauls.way], 0.0)
    lane = np.zeros(int(hauls.lane.max(initial=-1)) + 1)
    np.add.at(lane, hauls.lane, haul)
    entered = means.inflow.sum(axis=1).cumsum(axis=0) + np.asarray(network.stock0).sum(axis=0)  # K x goods
    stock = entered[:, pairs[:, 1]].ravel()
    cargo = lane[flows.lane]
    return np.concatenate([cargo, haul, stock, upper[len(cargo) + len(haul) + len(stock) :]])


def _tie_cost(
    means: PeriodMeans, flows: Flows, lanes: Lanes, hauls: Hauls, labour_cost: FloatArray, at: Columns
) -> FloatArray:
    """A cost of cargo, at most the least labour of its lane, that grows with the day of loading.

    A lane hauls no less than its cargo, so the cost is never more than the labour.  A fifth of it is a scatter by arc
    and good (a Kronecker sequence), which leaves few plans to tie.
    """
    least = np.full(len(lanes.period), np.inf)
    np.minimum.at(least, hauls.lane, labour_cost[at.haul : at.stock])
    late = means.bounds[flows.period] / means.bounds[-1]
    scatter = (lanes.arc[flows.lane] * 0.7548776662 + flows.good * 0.5698402910) % 1.0
    cost = np.zeros(len(labour_cost))
    cost[: at.haul] = least[flows.lane] * (0.8 * late + 0.2 * scatter)
    return cost


def load_values(model: Model, values: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """Loads of a solution by way (K x W x goods, t over the period).

    Each lane's goods are filled into its ways one after the other, always in the same order, so that few ways carry
    many goods; hauls in excess of cargo are dropped.
    """
    flows, hauls, at = model.flows, model.hauls, model.columns
    goods = np.zeros((len(model.lanes.period), shape[2]))
    np.add.at(goods, (flows.lane, flows.good), np.clip(values[: at.haul], 0.0, None))
    hauled = np.clip(values[at.haul : at.stock], 0.0, None)
    total = np.zeros(len(goods))
    np.add.at(total, hauls.lane, hauled)
    cargo = goods.sum(axis=1)
    hauled *= np.divide(cargo, total, out=np.zeros_like(cargo), where=total > 0)[hauls.lane]
    # Goods and ways lie end to end along the lane's tonnes; a way carries of a good what they overlap.
    order = np.lexsort((hauls.way, hauls.lane))
    run = np.cumsum(hauled[order])
    lane = hauls.lane[order]
    before = np.append(0.0, run)[np.searchsorted(lane, np.arange(len(goods)))]
    until = np.empty_like(hauled)
    until[order] = run - before[lane]
    good_until = np.cumsum(goods, axis=1)
    ends = np.minimum(until[:, None], good_until[hauls.lane])
    starts = np.maximum((until - hauled)[:, None], (good_until - goods)[hauls.lane])
    loads = np.zeros(shape)
    loads[hauls.period, hauls.way] = np.clip(ends - starts, 0.0, None)
    return loads
