"""Loads by periods made to keep every row of their programme: what is not there is not loaded, and needs go short.

What a solver has in hand when time is up keeps its rows only nearly.  Walked through from the first period to the last
it is a plan; carrying nothing is one too.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from xetho.plan import horizon
from xetho.plan.follow import Followed, use_what_is_left
from xetho.plan.highs import VIOLATION, violation
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model, load_values
from xetho.plan.programme import Programme, parts
from xetho.plan.result import Plan

ROUNDS, SETTLED_T = 200, 1e-9
"""Times that loads of a period may rise with what they bring to each other, and tonnes that are no rise."""


def best_values(
    network: NetworkLike, model: Model, programme: Programme, given: Iterable[FloatArray]
) -> FloatArray:
    """A feasible solution of a programme: the best of those given walked through, or nothing carried if that is better.

    programme: of the model, or with other rows of limits.  given: values of its columns, however bad.
    The better is, part by part, that with less shortage, then with less labour and fuel.
    """
    size = len(model.programme.upper)
    shape = (model.means.periods, len(network.way_arc), len(network.good_ids))
    found = [walked(network, model, programme, np.zeros(shape), np.zeros(model.means.need.shape))]
    for values in given:
        clipped = np.clip(values[:size], 0.0, programme.upper[:size])
        short = np.zeros(model.means.need.shape)
        at, pairs = model.columns, model.pairs[model.short[:, 1]]
        short[model.short[:, 0], pairs[:, 0], pairs[:, 1]] = clipped[at.shortage : at.target]
        found.append(walked(network, model, programme, load_values(model, clipped, shape), short))
    kept = [one for one in found if violation_of(programme, one) <= VIOLATION]
    best = kept[0].copy()
    for part in parts(programme) if len(kept) > 1 else ():
        best[part.columns] = min((one[part.columns] for one in kept), key=lambda one: _worth(part.programme, one))
    return best


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
    origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
    leaving = _sums(origin, len(network.place_ids))
    reaching = _sums(np.asarray(network.arc_to, dtype=np.int64)[arc], len(network.place_ids))
    lag = np.asarray(network.way_travel, dtype=np.int64)
    shares = np.zeros((means.periods, means.periods, len(arc)))  # loaded, arriving, way
    for days in np.unique(lag):
        shares[:, :, lag == days] = means.arrival_shares(int(days))[:, :, None]
    shares *= (1.0 - means.loss)[:, None, :]
    coming = np.array(means.inflow)
    stocks = np.zeros((means.periods + 1, *means.need.shape[1:]))
    stocks[0] = network.stock0
    made, unmet = np.zeros(loads.shape), np.zeros(means.need.shape)
    for k in range(means.periods):
        draws = _draws(network, model, k)
        there = stocks[k] + coming[k]
        out = leaving @ loads[k]
        for way, good, amount in draws:
            np.add.at(out, (origin[way], good), amount * loads[k, way].sum(axis=1))
        for _ in range(ROUNDS):
            # From nothing upwards: what is loaded in a round needs no more than the rounds before have brought.
            here = there + reaching @ (made[k] * shares[k, k][:, None])
            share = np.divide(here, out, out=np.ones_like(out), where=out > here)
            whole = np.ones(len(arc))
            for way, good, _amount in draws:
                whole[way] = np.minimum(whole[way], share[origin[way], good])
            more = loads[k] * np.minimum(share[origin], whole[:, None])
            rise = float(np.max(more - made[k], initial=0.0))
            made[k] = more
            if rise <= SETTLED_T:
                break
        for later in np.flatnonzero(shares[k].any(axis=1)):
            coming[later] += reaching @ (made[k] * shares[k, later][:, None])
        left = stocks[k] + coming[k] - leaving @ made[k]
        for way, good, amount in draws:
            np.subtract.at(left, (origin[way], good), amount * made[k, way].sum(axis=1))
        left = np.maximum(left, 0.0)
        met = np.minimum(np.maximum(means.need[k] - withheld[k], 0.0), left)
        unmet[k] = means.need[k] - met
        stocks[k + 1] = left - met
    return made, stocks, unmet


def _sums(place: IntArray, places: int) -> sparse.csr_matrix:
    """What adds up ways by their place (places x W)."""
    return sparse.csr_matrix((np.ones(len(place)), (place, np.arange(len(place)))), shape=(places, len(place)))


def _draws(network: NetworkLike, model: Model, period: int) -> list[tuple[IntArray, IntArray, FloatArray]]:
    """Food and fuel: ways that draw it, the good of each, and t for each tonne loaded."""
    capacity = model.means.capacity[period]
    per_tonne = np.divide(1.0, capacity, out=np.zeros_like(capacity), where=capacity > 0)
    found = []
    for goods, amount in (
        (network.way_food_good, np.asarray(network.way_food, dtype=np.float64) * per_tonne),
        (network.way_fuel_good, np.asarray(network.way_fuel, dtype=np.float64)),
    ):
        good = np.asarray(goods, dtype=np.int64)
        way = np.flatnonzero((good >= 0) & (amount > 0))
        found.append((way, good[way], amount[way]))
    return found
