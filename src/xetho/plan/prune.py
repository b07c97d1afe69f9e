"""Which loads can matter: period means of the network, and the flows worth a variable.

A load of a good on a way in a period is kept only if the good can have reached the way's start by then, with
the food and fuel the way draws there, and if what is handed over can still be of use at the far end.  Both
are fixed points over the network in time, so nothing is lost by leaving the other loads out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xetho.plan import horizon
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike

NEVER = np.iinfo(np.int64).max // 4
"""Period index that stands for never."""


@dataclass(frozen=True)
class PeriodMeans:
    """The network's daily series over periods (K periods, W ways)."""

    bounds: IntArray  # K+1
    days: IntArray  # K
    capacity: FloatArray  # K x W: t/day that one carrier assigned for the period moves on average
    loss: FloatArray  # K x W: share of cargo lost
    count: FloatArray  # K x P: carriers
    labour: FloatArray  # K x R: people
    throughput: FloatArray  # K x routes: t/day, inf when unlimited
    inflow: FloatArray  # K x places x goods: t in the period
    need: FloatArray  # K x places x goods: t in the period
    hauled: FloatArray  # K x W: t a pool could haul if all its carriers were on this way
    earliest: bool = False  # all of a period's cargo arrives with its first load (in a relaxation)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.days)

    def arrival_shares(self, lag: int) -> FloatArray:
        """Share of what is loaded in period k that can be used in period m (K x K), `lag` days after loading."""
        shares = horizon.earliest_arrivals if self.earliest else horizon.arrival_shares
        return shares(self.bounds, lag)


def period_means(network: NetworkLike, bounds: IntArray) -> PeriodMeans:
    """Means and sums of the network's daily series over each period.

    A carrier assigned to a way for a whole period works on the days the route is open; the loss is the mean over
    those days.
    """
    way_arc = np.asarray(network.way_arc, dtype=np.int64)
    is_open = np.asarray(network.arc_open, dtype=np.float64).T  # D x A
    works = np.asarray(network.way_expected, dtype=np.float64).T * is_open[:, way_arc]  # D x W
    share = horizon.means(works, bounds)
    lost = horizon.means(is_open[:, way_arc] * np.asarray(network.way_loss, dtype=np.float64).T, bounds)
    open_share = horizon.means(is_open, bounds)
    loss = np.divide(lost, open_share[:, way_arc], out=np.zeros_like(lost), where=share > 0)
    throughput = np.full((len(bounds) - 1, len(network.route_ids)), np.inf)
    for arc, route in enumerate(np.asarray(network.arc_route, dtype=np.int64)):
        limit = float(network.arc_throughput[arc])
        if np.isfinite(limit):
            throughput[:, route] = np.minimum(throughput[:, route], limit * open_share[:, arc])
    days = horizon.lengths(bounds)
    capacity = share * np.asarray(network.way_rate, dtype=np.float64)[None, :]
    count = horizon.means(np.asarray(network.pool_count).T, bounds)
    return PeriodMeans(
        bounds=bounds,
        days=days,
        capacity=capacity,
        loss=np.clip(loss, 0.0, 1.0),
        count=count,
        labour=horizon.means(np.asarray(network.region_labour).T, bounds),
        throughput=throughput,
        inflow=horizon.sums(network.inflow, bounds),
        need=horizon.sums(network.need, bounds),
        hauled=capacity * count[:, np.asarray(network.way_pool, dtype=np.int64)] * days[:, None],
    )


def first_arrivals(bounds: IntArray, travel: IntArray) -> IntArray:
    """Period in which the first cargo loaded in period k becomes usable (K x W); NEVER beyond the last day."""
    day = bounds[:-1, None] + travel[None, :]
    period = np.searchsorted(bounds, day, side="right") - 1
    return np.where(day < bounds[-1], period, NEVER).astype(np.int64)


def useful_loads(network: NetworkLike, means: PeriodMeans) -> BoolArray:
    """Loads worth a variable (K x W x goods)."""
    return _useful(network, means, _possible(network, means))


def _possible(network: NetworkLike, means: PeriodMeans) -> BoolArray:
    """Loads that could be made: cargo, food and fuel can be at the way's start, and the way is open."""
    origin, goal = _ends(network)
    arrival = first_arrivals(means.bounds, np.asarray(network.way_travel, dtype=np.int64))
    works = (means.capacity > 0) & (means.count[:, np.asarray(network.way_pool, dtype=np.int64)] > 0)
    works &= arrival < NEVER
    works &= (means.loss < 1) & (means.throughput[:, _routes(network)] > 0)
    works &= (np.asarray(network.handling, dtype=np.float64)[origin] > 0)[None, :]
    incoming = means.inflow > 0
    earliest = np.where(incoming.any(axis=0), incoming.argmax(axis=0), NEVER)
    earliest = np.where(np.asarray(network.stock0) > 0, 0, earliest).astype(np.int64)
    period = np.arange(means.periods)[:, None]
    while True:
        fed = works & (_drawn(earliest, origin, network.way_food_good, network.way_food) <= period)
        fed &= _drawn(earliest, origin, network.way_fuel_good, network.way_fuel) <= period
        possible = fed[:, :, None] & (earliest[origin][None, :, :] <= period[:, :, None])
        first = np.where(possible, arrival[:, :, None], NEVER).min(axis=0, initial=NEVER)
        updated = earliest.copy()
        np.minimum.at(updated, goal, first)
        if np.array_equal(updated, earliest):
            return possible
        earliest = updated


def _useful(network: NetworkLike, means: PeriodMeans, possible: BoolArray) -> BoolArray:
    """Loads whose cargo can still meet a need, stand as a target, or feed or fuel a useful load."""
    origin, goal = _ends(network)
    arrival = first_arrivals(means.bounds, np.asarray(network.way_travel, dtype=np.int64))
    wanted = means.need > 0
    last = means.periods - 1 - wanted[::-1].argmax(axis=0)
    latest = np.where(wanted.any(axis=0), last, -1).astype(np.int64)
    for target in network.targets:
        if target.t > 0:
            end = horizon.nearest_end(means.bounds, int(target.day))
            latest[target.place, target.good] = max(latest[target.place, target.good], end)
    period = np.arange(means.periods)[:, None, None]
    food = np.asarray(network.way_food_good, dtype=np.int64)
    fuel = np.asarray(network.way_fuel_good, dtype=np.int64)
    draws = [
        (food, (food >= 0) & (np.asarray(network.way_food) > 0)),
        (fuel, (fuel >= 0) & (np.asarray(network.way_fuel) > 0)),
    ]
    while True:
        useful = possible & (latest[goal][None, :, :] >= arrival[:, :, None])
        last_load = np.where(useful, period, -1).max(axis=0, initial=-1)  # W x goods
        updated = latest.copy()
        np.maximum.at(updated, origin, last_load)
        for good, draw in draws:
            np.maximum.at(updated, (origin[draw], good[draw]), last_load[draw].max(axis=1, initial=-1))
        if np.array_equal(updated, latest):
            return useful
        latest = updated


def _ends(network: NetworkLike) -> tuple[IntArray, IntArray]:
    """Places where each way loads and hands over (W, W)."""
    way_arc = np.asarray(network.way_arc, dtype=np.int64)
    return (
        np.asarray(network.arc_from, dtype=np.int64)[way_arc],
        np.asarray(network.arc_to, dtype=np.int64)[way_arc],
    )


def _routes(network: NetworkLike) -> IntArray:
    """Route of each way (W)."""
    return np.asarray(network.arc_route, dtype=np.int64)[np.asarray(network.way_arc, dtype=np.int64)]


def _drawn(earliest: IntArray, origin: IntArray, good: object, amount: object) -> IntArray:
    """First period in which a way's food or fuel can be at its start (1 x W); 0 when it draws none."""
    index = np.asarray(good, dtype=np.int64)
    draws = (index >= 0) & (np.asarray(amount, dtype=np.float64) > 0)
    return np.where(draws, earliest[origin, np.maximum(index, 0)], 0)[None, :]
