"""The campaign on a few uneven periods, whose prices prove how good any daily plan can be.

Days are added up over periods.  Loads, carriers and labour are sums, all cargo of a period arrives when its first load
could, and a stock must be there at period ends only, so that the prices (duals) hold within the period too.  Rates and
losses are means over the days on which a way works; what that makes wrong, `prices.mended` puts right by day.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xetho.plan import horizon
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model, RowBlock, load_values
from xetho.plan.prune import PeriodMeans


def grid(days: int, longest: int, ends: Iterable[int], *, first: int, growth: float, tail: int, step: int) -> IntArray:
    """Bounds of periods that grow from both ends of a campaign, every one of the `ends` the last day of a period.

    The first period has about `first` days and those after it `growth` times as many each, up to `longest`; the last
    `tail` days are cut into steps but for their last third, and the periods before them grow backwards from the step in
    the same way.  Timing counts where stocks have not come yet and where cargo soon comes too late; between, they lie
    in depots.

    >>> grid(60, 16, [30], first=2, growth=2.0, tail=6, step=2).tolist()
    [0, 2, 6, 14, 31, 42, 50, 54, 56, 58, 60]
    """
    closing = {int(day) + 1 for day in ends if 0 <= day < days}
    start = max(days - tail, 0)
    # In the last third of the tail only what is near can still come, and one period will do.
    steps = set(range(start, days - tail // 3, step)) | {days - tail // 3, 0, days}
    low, high = 0, start
    forth, back = float(first), step * growth
    grown: set[int] = set()
    while high - low > 1.5 * min(forth, back):
        if forth <= back:
            low += max(round(forth), 1)
            grown.add(low)
            forth = min(forth * growth, longest)
        else:
            high -= max(round(back), 1)
            grown.add(high)
            back = min(back * growth, longest)
    # A bound near a date that must be one adds little.
    apart = {bound for bound in grown if all(abs(bound - day) > min(step + first, 4) for day in closing)}
    return np.array(sorted(steps | closing | apart), dtype=np.int64)


def pipeline_days(network: NetworkLike, useful: BoolArray) -> int:
    """Days under way by the quickest ways from the farthest place to where its side's need is greatest.

    useful: days x ways x goods.
    """
    arc = np.asarray(network.way_arc, dtype=np.int64)
    on = useful.any(axis=(0, 2))
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc][on]
    goal = np.asarray(network.arc_to, dtype=np.int64)[arc][on]
    lag = np.asarray(network.way_travel, dtype=np.float64)[on]
    need = np.asarray(network.need, dtype=np.float64).sum(axis=(0, 2))
    side = np.asarray(network.place_side)
    left = np.full(len(need), np.inf)
    for one in np.unique(side[goal]):
        left[int(np.argmax(np.where(side == one, need, -1.0)))] = 0.0
    for _ in need:
        nearer = left.copy()
        np.minimum.at(nearer, origin, left[goal] + lag)
        if np.array_equal(nearer, left):
            break
        left = nearer
    return int(np.max(left[np.isfinite(left)], initial=0.0))


def relaxed(daily: PeriodMeans, bounds: IntArray) -> PeriodMeans:
    """The data of the periods; `daily` are the means of one-day periods."""
    first = bounds[:-1]
    works = daily.capacity > 0
    working = np.maximum(np.add.reduceat(works.astype(np.float64), first, axis=0), 1.0)
    return PeriodMeans(
        bounds=bounds,
        days=horizon.lengths(bounds),
        capacity=np.add.reduceat(daily.capacity, first, axis=0) / working,
        loss=np.add.reduceat(np.where(works, daily.loss, 0.0), first, axis=0) / working,
        count=horizon.means(daily.count, bounds),
        labour=horizon.means(daily.labour, bounds),
        throughput=horizon.means(daily.throughput, bounds),
        inflow=horizon.sums(daily.inflow, bounds),
        need=horizon.sums(daily.need, bounds),
        hauled=horizon.sums(daily.hauled, bounds),
        earliest=True,
    )


def any_day(daily: BoolArray, bounds: IntArray) -> BoolArray:
    """Loads that are useful on some day of each period (K x W x goods)."""
    return np.asarray(np.logical_or.reduceat(daily, bounds[:-1], axis=0), dtype=np.bool_)


def by_day(model: Model, duals: FloatArray, daily: Model) -> FloatArray:
    """Row duals of a model by periods as ones of the model by day; those of carriers and lanes are left at nothing."""
    period = np.repeat(np.arange(model.means.periods), model.means.days)
    found = np.zeros(len(daily.programme.row_lower))
    blocks = {block.kind: block for block in model.blocks}
    for block in daily.blocks:
        if block.kind in ("pool", "lane") or block.kind not in blocks:
            continue
        rows = slice(block.first, block.first + len(block.key))
        source = blocks[block.kind]
        mine = duals[source.first : source.first + len(source.key)]
        if not len(mine):
            continue
        if block.kind == "target":
            found[rows] = mine
            continue
        place = _find(source, period[block.period], block)
        found[rows] = np.where(place >= 0, mine[place], 0.0)
        if block.kind != "stock":
            # Rows are shares of a limit: of the mean over the period there, of the day's here.
            limit = source.limit[place] * model.means.days[source.period[place]]
            found[rows] *= np.divide(block.limit, limit, out=np.zeros_like(limit), where=limit > 0)
    return found


def spread(model: Model, values: FloatArray, daily: PeriodMeans, useful: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Loads (days x ways x goods) and shortages (days x places x goods) by day of a solution by periods.

    A way's loads follow what its pool could haul on each day, shortages the need.  useful: days x ways x goods.
    """
    first = model.means.bounds[:-1]
    period = np.repeat(np.arange(model.means.periods), model.means.days)
    strength = np.where(useful.any(axis=2), daily.hauled, 0.0)
    loads = load_values(model, values, (model.means.periods, *useful.shape[1:]))
    short = np.zeros(model.means.need.shape)
    at, pair = model.columns, model.pairs[model.short[:, 1]]
    short[model.short[:, 0], pair[:, 0], pair[:, 1]] = values[at.shortage : at.target]
    by_day = _share(strength, first, period)[:, :, None] * loads[period]
    return by_day, _share(daily.need, first, period) * short[period]


def _share(series: FloatArray, first: IntArray, period: IntArray) -> FloatArray:
    """Each day's share of its period; nothing where the period has nothing."""
    total = np.add.reduceat(series, first, axis=0)[period]
    return np.divide(series, total, out=np.zeros_like(series), where=total > 0)


def _find(source: RowBlock, period: IntArray, block: RowBlock) -> IntArray:
    """For each row of a block by day the row of the block by periods that stands for it, -1 when there is none."""
    keys = _row_keys(source.period, source)
    order = np.argsort(keys)
    wanted = _row_keys(period, block)
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][place] == wanted, order[place], -1)


def _row_keys(period: IntArray, block: RowBlock) -> IntArray:
    good = block.good if len(block.good) else np.zeros(len(block.key), dtype=np.int64)
    return (period << 32) + (block.key << 12) + good
