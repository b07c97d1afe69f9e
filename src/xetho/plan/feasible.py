"""Loads by periods made to keep every row of their programme: what is not there is not loaded, and needs go short.

What a solver has in hand when time is up keeps its rows only nearly.  Walked through from the first period to the last
it is a plan; carrying nothing is one too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from xetho.plan import horizon
from xetho.plan.follow import Followed, use_what_is_left
from xetho.plan.highs import VIOLATION, violation
from xetho.plan.inputs import AnyArray, FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model, load_values
from xetho.plan.programme import Programme, parts
from xetho.plan.result import Plan
from xetho.vectors import ask_for_wide_vectors

ROUNDS, SETTLED_T = 200, 1e-9
"""Times that loads of a period may rise with what they bring to each other, and tonnes that are no rise."""


@cache
def load() -> None:
    """Have the walk compiled, or loaded, before a clock is started."""
    none, whole = np.zeros((1, 1, 1)), np.zeros((2, 1, 1))
    one, two = np.zeros(1, dtype=np.int64), np.zeros((2, 1), dtype=np.int64)
    _walk_periods(none, none.copy(), whole, none.copy(), none.copy(), none, none, none, one, one, two, whole)


def best_values(
    network: NetworkLike, model: Model, programme: Programme, given: Iterable[FloatArray]
) -> FloatArray:
    """A feasible solution of a programme: the best of those given walked through, or nothing carried if that is better.

    programme: of the model, or with other rows of limits.  given: values of its columns, however bad.
    The better is, part by part, that with less shortage, then with less labour and fuel.
    """
    shape = (model.means.periods, len(network.way_arc), len(network.good_ids))
    found = [walked(network, model, programme, np.zeros(shape), np.zeros(model.means.need.shape))]
    found += [feasible(network, model, programme, values) for values in given]
    kept = [one for one in found if violation_of(programme, one) <= VIOLATION]
    best = kept[0].copy()
    for part in parts(programme) if len(kept) > 1 else ():
        best[part.columns] = min((one[part.columns] for one in kept), key=lambda one: _worth(part.programme, one))
    return best


def feasible(network: NetworkLike, model: Model, programme: Programme, values: FloatArray) -> FloatArray:
    """The solution of a programme that values of its columns, however bad, come to when walked through."""
    size = len(model.programme.upper)
    shape = (model.means.periods, len(network.way_arc), len(network.good_ids))
    clipped = np.clip(values[:size], 0.0, programme.upper[:size])
    short = np.zeros(model.means.need.shape)
    at, pairs = model.columns, model.pairs[model.short[:, 1]]
    short[model.short[:, 0], pairs[:, 0], pairs[:, 1]] = clipped[at.shortage : at.target]
    return walked(network, model, programme, load_values(model, clipped, shape), short)


def _worth(programme: Programme, values: FloatArray) -> tuple[float, float]:
    """Shortage and labour of a solution."""
    return float(programme.shortage_cost @ values), float(programme.labour_cost @ values)


def loads_of(network: NetworkLike, model: Model, programme: Programme, plan: Plan) -> FloatArray:
    """What is left of a plan in another network with the same ids and periods, as a solution of its programme."""
    at, hauls, flows = model.columns, model.hauls, model.flows
    able = np.zeros(plan.load.shape, dtype=bool)
    lanes = np.zeros((len(model.lanes.period), plan.load.shape[2]), dtype=bool)
    lanes[flows.lane, flows.good] = programme.upper[: at.haul] > 0
    able[hauls.period, hauls.way] = lanes[hauls.lane]
    loads = np.where(able, plan.load * model.means.days[:, None, None], 0.0)
    return walked(network, model, programme, loads, plan.shortage)


def violation_of(programme: Programme, values: FloatArray) -> float:
    """Greatest violation of a row or of a column's limits."""
    beyond = float(np.max(values - programme.upper, initial=0.0))
    return max(violation(programme.matrix, programme.row_lower, programme.row_upper, values), beyond)


def walked(
    network: NetworkLike, model: Model, programme: Programme, loads: FloatArray, withheld: FloatArray
) -> FloatArray:
    """The solution of a programme in which loads are made as far as limits, stocks, food and fuel allow.

    loads: t in each period (K x W x goods), none where the model has no column.  withheld: need that is left unmet on
    purpose so that it can move on or stand as a target (K x places x goods, t).
    """
    means = model.means
    hauls = model.hauls
    loads = loads * _room(model, programme, loads)[:, :, None]
    ends = [horizon.nearest_end(means.bounds, int(target.day)) for target in network.targets]
    found = use_what_is_left(network, ends, *_walk(network, model, loads, withheld))
    at, lanes, flows, pairs = model.columns, model.lanes, model.flows, model.pairs
    values = np.zeros(len(programme.upper))
    cargo = np.zeros((len(lanes.period), loads.shape[2]))
    np.add.at(cargo, hauls.lane, found.loads[hauls.period, hauls.way])
    values[: at.haul] = cargo[flows.lane, flows.good]
    values[at.haul : at.stock] = found.loads.sum(axis=2)[hauls.period, hauls.way]
    return _rest(model, found, values, pairs)


def _rest(model: Model, found: Followed, values: FloatArray, pairs: IntArray) -> FloatArray:
    """The columns of stocks, shortages and targets."""
    at, short = model.columns, model.short
    values[at.stock : at.shortage] = found.stock[1:, pairs[:, 0], pairs[:, 1]].ravel()
    values[at.shortage : at.target] = found.shortage[short[:, 0], pairs[short[:, 1], 0], pairs[short[:, 1], 1]]
    values[at.target : at.target + len(found.target_shortage)] = found.target_shortage
    return values


def _room(model: Model, programme: Programme, loads: FloatArray) -> FloatArray:
    """Shares of loads (K x W) with which every limit of carriers, roads, labour and handling is kept."""
    at, hauls = model.columns, model.hauls
    limits = np.flatnonzero(np.isneginf(programme.row_lower) & np.isfinite(programme.row_upper))
    uses = programme.matrix[:, at.haul : at.stock].tocsr()[limits].tocoo()
    used = uses.tocsr() @ loads.sum(axis=2)[hauls.period, hauls.way]
    most = programme.row_upper[limits]
    share = np.where(used > most, most / np.where(used > most, used, 1.0), 1.0)
    room = np.ones(len(hauls.way))
    np.minimum.at(room, uses.col, share[uses.row])
    shares = np.ones(loads.shape[:2])
    shares[hauls.period, hauls.way] = np.where(programme.upper[at.haul : at.stock] > 0, np.maximum(room, 0.0), 0.0)
    return shares


def _walk(
    network: NetworkLike, model: Model, loads: FloatArray, withheld: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loads that can be made, stocks at the start of each period and at the end, and unmet need (all t)."""
    means = model.means
    arc = np.asarray(network.way_arc, dtype=np.int64)
    lag = np.asarray(network.way_travel, dtype=np.int64)
    shares = np.zeros((means.periods, means.periods, len(arc)))  # loaded, arriving, way
    for days in np.unique(lag):
        shares[:, :, lag == days] = means.arrival_shares(int(days))[:, :, None]
    shares *= (1.0 - means.loss)[:, None, :]
    stocks = np.zeros((means.periods + 1, *means.need.shape[1:]))
    stocks[0] = network.stock0
    made, unmet = np.zeros(loads.shape), np.zeros(means.need.shape)
    carrier_days = np.divide(1.0, means.capacity, out=np.zeros_like(means.capacity), where=means.capacity > 0)
    goods = np.stack([network.way_food_good, network.way_fuel_good]).astype(np.int64)
    fuel = np.broadcast_to(np.asarray(network.way_fuel, dtype=np.float64), carrier_days.shape)
    draws = np.stack([carrier_days * np.asarray(network.way_food, dtype=np.float64), fuel])
    _walk_periods(
        np.ascontiguousarray(loads), made, stocks, unmet, np.array(means.inflow), np.ascontiguousarray(means.need),
        np.ascontiguousarray(withheld), shares, np.asarray(network.arc_from, dtype=np.int64)[arc],
        np.asarray(network.arc_to, dtype=np.int64)[arc], goods, np.where(goods[:, None] >= 0, draws, 0.0),
    )  # fmt: skip
    return made, stocks, unmet


ask_for_wide_vectors()
_compiled: Callable[..., Any] = njit(nogil=True, cache=True, error_model="numpy")


@_compiled
def _walk_periods(
    loads: FloatArray, made: FloatArray, stocks: FloatArray, unmet: FloatArray, coming: FloatArray, need: FloatArray,
    withheld: FloatArray, shares: FloatArray, origin: AnyArray, goal: AnyArray, draw_good: AnyArray, draw: FloatArray,
) -> None:  # fmt: skip
    """Fill `made`, `stocks` and `unmet`; draw_good and draw: of food and fuel, by way, and t a tonne by period and way.

    coming: what comes from outside, to which arrivals are added.
    """
    periods, ways, goods = loads.shape
    places = stocks.shape[1]
    used = np.empty(ways, np.int64)
    out, here = np.zeros((places, goods)), np.zeros((places, goods))
    for k in range(periods):
        count = 0
        for way in range(ways):
            for good in range(goods):
                if loads[k, way, good] > 0.0:
                    used[count] = way
                    count += 1
                    break
        _leave(loads[k], used[:count], origin, draw_good, draw[:, k], out)
        for _ in range(ROUNDS):
            # From nothing upwards: what is loaded in a round needs no more than the rounds before have brought.
            here[:] = stocks[k] + coming[k]
            for number in range(count):
                way = used[number]
                for good in range(goods):
                    here[goal[way], good] += made[k, way, good] * shares[k, k, way]
            rise = 0.0
            for number in range(count):
                way = used[number]
                place, whole = origin[way], 1.0
                for kind in range(2):
                    good = draw_good[kind, way]
                    if draw[kind, k, way] > 0.0 and out[place, good] > here[place, good]:
                        whole = min(whole, here[place, good] / out[place, good])
                for good in range(goods):
                    share = whole
                    if out[place, good] > here[place, good]:
                        share = min(share, here[place, good] / out[place, good])
                    more = loads[k, way, good] * share
                    rise = max(rise, more - made[k, way, good])
                    made[k, way, good] = more
            if rise <= SETTLED_T:
                break
        out[:] = 0.0
        for number in range(count):
            way = used[number]
            for later in range(k, periods):
                if shares[k, later, way] > 0.0:
                    for good in range(goods):
                        coming[later, goal[way], good] += made[k, way, good] * shares[k, later, way]
        _leave(made[k], used[:count], origin, draw_good, draw[:, k], out)
        for place in range(places):
            for good in range(goods):
                left = max(stocks[k, place, good] + coming[k, place, good] - out[place, good], 0.0)
                met = min(max(need[k, place, good] - withheld[k, place, good], 0.0), left)
                unmet[k, place, good] = need[k, place, good] - met
                stocks[k + 1, place, good] = left - met
                out[place, good] = 0.0


@_compiled
def _leave(
    loads: FloatArray, ways: AnyArray, origin: AnyArray, draw_good: AnyArray, draw: FloatArray, out: FloatArray
) -> None:
    """Add to `out` what loads take from their places, with food and fuel."""
    for way in ways:
        total, place = 0.0, origin[way]
        for good in range(loads.shape[1]):
            out[place, good] += loads[way, good]
            total += loads[way, good]
        for kind in range(2):
            if draw[kind, way] > 0.0:
                good = draw_good[kind, way]
                out[place, good] += total * draw[kind, way]
