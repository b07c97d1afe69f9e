"""The daily programme with loads tied over periods: few columns and rows, and loads that are nearly a plan by day.

What is hauled on the days of a period follows what the way's pool could haul on each of them, so that a way's hauls
of a period are one column, and a lane's loads of a good another.  Limits of carriers, labour, roads and handling are
kept by the greatest share that any day of a period asks for, which keeps every day's.  Stocks are looked at where
periods end, on the day before the quickest cargo of a new period arrives, and in the middle of long periods; on other
days they may fall short a little, which is for the steps after this one to mend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model
from xetho.plan.programme import Programme

LONG_DAYS = 14
"""Periods of at least so many days have their stocks looked at in the middle too."""


@dataclass(frozen=True)
class Restricted:
    """The programme of tied loads and how its columns become daily loads."""

    model: Model  # by day
    programme: Programme
    spread: sparse.csr_matrix  # columns of the daily programme x columns of this one
    flow_group: IntArray  # lane and period of each cargo column ...
    haul_group: IntArray  # ... and of each hauling column, numbered alike
    flow_good: IntArray

    def daily_loads(self, values: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
        """Tonnes loaded by day, way and good: the ways of a lane take its goods in proportion."""
        flows, hauls = len(self.flow_group), len(self.haul_group)
        groups = int(max(self.flow_group.max(initial=-1), self.haul_group.max(initial=-1))) + 1
        goods = np.zeros((groups, shape[2]))
        np.add.at(goods, (self.flow_group, self.flow_good), np.clip(values[:flows], 0.0, None))
        hauled = np.clip(values[flows : flows + hauls], 0.0, None)
        total = np.bincount(self.haul_group, hauled, minlength=groups)
        cargo = goods.sum(axis=1)
        # Hauls in excess of cargo carry nothing.
        share = np.divide(goods, np.maximum(total, cargo)[:, None], out=np.zeros_like(goods), where=cargo[:, None] > 0)
        at = self.model.columns
        part = self.spread[at.haul : at.stock, flows : flows + hauls].tocoo()
        loads = np.zeros(shape)
        cells = (self.model.hauls.period[part.row], self.model.hauls.way[part.row])
        loads[cells] = (part.data * hauled[part.col])[:, None] * share[self.haul_group[part.col]]
        return loads


def restrict(network: NetworkLike, model: Model, bounds: IntArray) -> Restricted:
    """Tie the loads of a daily model over the periods with the given bounds."""
    period = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))  # of each day
    at, flows, hauls = model.columns, model.flows, model.hauls
    strength: FloatArray = np.where(hauls.is_open, model.means.hauled[hauls.period, hauls.way], 0.0)
    lane_strength = np.bincount(hauls.lane, strength, minlength=len(model.lanes.period)).astype(np.float64)
    first_way = np.full(len(model.lanes.period), len(network.way_arc))
    np.minimum.at(first_way, hauls.lane, hauls.way)
    _, lane_group = np.unique(first_way * len(bounds) + period[model.lanes.period], return_inverse=True)
    flow_keys, flow = np.unique(lane_group[flows.lane] * len(network.good_ids) + flows.good, return_inverse=True)
    haul_keys, haul = np.unique(lane_group[hauls.lane] * len(network.way_arc) + hauls.way, return_inverse=True)
    segments = _segments(network, model, bounds)
    _, short = np.unique(segments[model.short[:, 1], model.short[:, 0]], return_inverse=True)
    most: FloatArray = model.programme.upper[at.shortage : at.target]
    targets = len(model.programme.upper) - at.target
    blocks = [
        _shares(flow, lane_strength[flows.lane]),
        _shares(haul, strength),
        _ends(segments),
        _shares(short, most),
        sparse.identity(targets, format="csc"),
    ]
    spread = sparse.block_diag(blocks, format="csc")
    programme = _programme(model, spread, period, segments, lane_group)
    return Restricted(
        model=model,
        programme=programme,
        spread=spread.tocsr(),
        flow_group=flow_keys // len(network.good_ids),
        haul_group=haul_keys // len(network.way_arc),
        flow_good=flow_keys % len(network.good_ids),
    )


def _shares(group: IntArray, weight: FloatArray) -> sparse.csc_matrix:
    """Members x groups: each member's share of its group by weight; nothing where all weigh nothing."""
    groups = int(group.max(initial=-1)) + 1
    total = np.bincount(group, weight, minlength=groups)
    share = np.divide(weight, total[group], out=np.zeros_like(weight), where=total[group] > 0)
    return sparse.csc_matrix((share, (np.arange(len(group)), group)), shape=(len(group), groups))


def _segments(network: NetworkLike, model: Model, bounds: IntArray) -> IntArray:
    """The stretch of days from one look at a stock to the next that each day is in, numbered through (pairs x days)."""
    days, pairs = model.means.periods, len(model.pairs)
    place = model.pairs[:, 0]
    quickest = np.full(len(network.place_ids), days)
    lag = np.where(model.lanes.lag > 0, model.lanes.lag, days)
    np.minimum.at(quickest, np.asarray(network.arc_to, dtype=np.int64)[model.lanes.arc], lag)
    begins = np.zeros((pairs, days), dtype=bool)
    begins[:, bounds[:-1]] = True
    for first, until in zip(bounds[:-1], bounds[1:], strict=True):
        later = np.flatnonzero(quickest[place] < until - first)
        begins[later, first + quickest[place[later]]] = True
        if until - first >= LONG_DAYS:
            begins[:, (first + until) // 2] = True
    index = {(int(place), int(good)): pair for pair, (place, good) in enumerate(model.pairs)}
    for target in network.targets:
        if target.day + 1 < days:
            begins[index[target.place, target.good], target.day + 1] = True
    return np.asarray(np.cumsum(begins.ravel()) - 1, dtype=np.int64).reshape(begins.shape)


def _ends(segments: IntArray) -> sparse.csc_matrix:
    """Daily stocks x the stocks looked at."""
    pairs, days = segments.shape
    ends: BoolArray = np.append(np.diff(segments.ravel()) > 0, True).reshape(segments.shape)
    pair, day = np.nonzero(ends)
    cells = (day * pairs + pair, segments[pair, day])
    return sparse.csc_matrix((np.ones(len(pair)), cells), shape=(days * pairs, len(pair)))


def _programme(
    model: Model, spread: sparse.csc_matrix, period: IntArray, segments: IntArray, lane_group: IntArray
) -> Programme:
    """The daily programme over the tied columns: sums of rows, and of limits the greatest share."""
    daily = model.programme
    rows = (daily.matrix @ spread).tocsr()
    matrices, lower, upper = [], [], []
    for block in model.blocks:
        mine = slice(block.first, block.first + len(block.key))
        summed = block.kind in ("stock", "lane", "target")
        if block.kind == "stock":
            pair = np.tile(np.arange(len(model.pairs)), model.means.periods)
            group = segments[pair, block.period]
        elif block.kind == "lane":
            group = lane_group[block.key]
        elif block.kind == "target":
            group = np.arange(len(block.key))
        else:
            _, group = np.unique(block.key * len(period) + period[block.period], return_inverse=True)
        size = int(group.max(initial=-1)) + 1
        if summed:
            adding = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=(size, len(group)))
            matrices.append(adding @ rows[mine])
            lower.append(adding @ daily.row_lower[mine])
            # Of these kinds either every row is an equation or none has an upper limit.
            is_equation = block.kind == "stock"
            upper.append(lower[-1] if is_equation else np.full(size, np.inf))
        else:
            matrices.append(_greatest(rows[mine], daily.row_upper[mine], group, size))
            lower.append(np.full(size, -np.inf))
            upper.append(np.ones(size))
    matrix = sparse.vstack(matrices).tocsc()
    # Stocks within a segment meet their own like and leave rounding.
    matrix.data[np.abs(matrix.data) < 1e-12] = 0.0
    matrix.eliminate_zeros()
    member = spread > 0
    unlimited = np.asarray(np.isinf(daily.upper).astype(np.float64) @ member) > 0
    return Programme(
        matrix=matrix,
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        upper=np.where(unlimited, np.inf, np.where(np.isfinite(daily.upper), daily.upper, 0.0) @ member),
        reach=daily.reach @ member,
        shortage_cost=daily.shortage_cost @ spread,
        labour_cost=daily.labour_cost @ spread,
        tie_cost=daily.tie_cost @ spread,
    )


def _greatest(rows: sparse.csr_matrix, limit: FloatArray, group: IntArray, size: int) -> sparse.csr_matrix:
    """For each group of limits the greatest share of its limit that each column asks for on any day."""
    entries = rows.tocoo()
    row = group[entries.row]
    # A limit of nothing allows nothing: a huge share of it stands for that.
    share = np.minimum(entries.data / np.maximum(limit[entries.row], 1e-9), 1e6)
    order = np.lexsort((entries.col, row))
    row, column, share = row[order], entries.col[order], share[order]
    starts = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (column[1:] != column[:-1])))[: len(row)]
    most = np.maximum.reduceat(share, starts) if len(row) else share
    return sparse.csr_matrix((most, (row[starts], column[starts])), shape=(size, rows.shape[1]))
