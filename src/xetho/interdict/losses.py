"""What each cut would take from a given plan if nothing were done about it.

A plan is followed through time and over the network: a haul that loses a share of its carriers' work loses that
share of its cargo; where less arrives, all that is drawn there (need, stock carried over, onward cargo, food and
fuel of the carriers) shrinks in proportion; a haul shrinks with the scarcest of what it needs.  What remains is a
plan that keeps every row of the programme, so its shortage bounds the best reply.  The loss of several cuts is at
most the sum of their losses, because shares lost never add up to more than themselves: that makes every plan a row
of the attacker's problem.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xetho.interdict.graph import FloatArray, IntArray
from xetho.plan import horizon
from xetho.plan.inputs import NetworkLike
from xetho.plan.model import Model

SWEEPS = 200
"""Times a period is gone over, while cargo goes round within it, before all that still moves counts as lost."""

SETTLED = 1e-9
"""Change of a share below which a period has settled."""

DUST_T = 1e-9
"""Tonnes below which nothing flows."""


class Losses:
    """Follows plans of one model; the same structure for every plan."""

    def __init__(self, network: NetworkLike, model: Model, weight: FloatArray) -> None:
        """weight: what a tonne short costs by place and good (places x goods); targets by their own weight."""
        self.network, self.model = network, model
        flows, lanes, hauls, pairs = model.flows, model.lanes, model.hauls, model.pairs
        index = np.full(np.asarray(network.stock0).shape, -1, dtype=np.int64)
        index[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
        self._size = len(pairs)
        arc = lanes.arc[flows.lane]
        self._from = index[np.asarray(network.arc_from)[arc], flows.good]
        self._to = index[np.asarray(network.arc_to)[arc], flows.good]
        start = np.asarray(network.arc_from)[np.asarray(network.way_arc)[hauls.way]]
        self._food = np.where(hauls.food > 0, index[start, np.asarray(network.way_food_good)[hauls.way]], -1)
        self._fuel = np.where(hauls.fuel > 0, index[start, np.asarray(network.way_fuel_good)[hauls.way]], -1)
        self._weight = weight[pairs[:, 0], pairs[:, 1]]
        means = model.means
        self._supply = means.inflow[:, pairs[:, 0], pairs[:, 1]].copy()
        self._supply[0] += np.asarray(network.stock0)[pairs[:, 0], pairs[:, 1]]
        self._need = means.need[:, pairs[:, 0], pairs[:, 1]]
        # Share of each cargo that comes to be used in each period (periods x cargoes).
        lag = lanes.lag[flows.lane]
        self._arriving = np.zeros((means.periods, len(lag)))
        for days in np.unique(lag):
            on = np.flatnonzero(lag == days)
            self._arriving[:, on] = horizon.arrival_shares(means.bounds, int(days))[flows.period[on]].T
        self._arriving *= lanes.kept[flows.lane]
        self._targets = [
            (horizon.nearest_end(means.bounds, int(t.day)), int(index[t.place, t.good]), float(t.t), i)
            for i, t in enumerate(network.targets)
        ]

    def of(self, values: FloatArray, own: FloatArray, target_weight: FloatArray) -> FloatArray:
        """What each cut takes from the plan (priority-weighted t; one number a cut).

        values: columns of the plan.  own: hauls x cuts, the share of a haul's work that the cut stops. 
        target_weight: what a tonne short of each stock target costs.
        """
        at, means, cuts = self.model.columns, self.model.means, own.shape[1]
        cargo, haul = values[: at.haul], values[at.haul : at.stock]
        stock = np.clip(values[at.stock : at.shortage], 0.0, None).reshape(means.periods, self._size)
        met = self._need.copy()
        met[self.model.short[:, 0], self.model.short[:, 1]] -= values[at.shortage : at.target]
        met = np.clip(met, 0.0, None)
        lost = np.zeros(cuts)
        lost_cargo = np.zeros((len(cargo), cuts))
        missing: FloatArray = np.zeros((self._size, cuts))  # share lost of what each place and good has in the period
        before = np.zeros(self._size)
        for period in range(means.periods):
            missing = self._period(period, (cargo, haul, before), own, missing, lost_cargo)
            lost += (self._weight * met[period]) @ missing
            for end, pair, amount, target in self._targets:
                if end == period:
                    lost += target_weight[target] * min(float(stock[period, pair]), amount) * missing[pair]
            before = stock[period]
        return lost

    def _period(
        self, period: int, plan: tuple[FloatArray, FloatArray, FloatArray], own: FloatArray, carried: FloatArray,
        lost_cargo: FloatArray,
    ) -> FloatArray:  # fmt: skip
        """Share lost of what each place and good has in a period; fills in the cargo loaded in it."""
        cargo, haul, before = plan
        flows = self.model.flows
        tonnes = cargo * self._arriving[period]
        coming = np.flatnonzero(tonnes > DUST_T)
        entered = before + self._supply[period]
        np.add.at(entered, self._to[coming], tonnes[coming])
        part = np.divide(1.0, entered, out=np.zeros_like(entered), where=entered > DUST_T)
        old = coming[flows.period[coming] < period]
        same = coming[flows.period[coming] == period]
        fixed = (before * part)[:, None] * carried
        fixed += self._gather(old, tonnes, part) @ lost_cargo[old]
        gather = self._gather(same, tonnes, part)
        loaded = np.flatnonzero((flows.period == period) & (cargo > DUST_T))
        load = _Loads(self, loaded, haul, own, period)
        missing: FloatArray = np.minimum(fixed, 1.0)
        for _ in range(SWEEPS):
            lost_cargo[loaded] = load(missing)
            updated = np.minimum(fixed + gather @ lost_cargo[same], 1.0)
            change = float(np.max(updated - missing, initial=0.0))
            missing = np.maximum(updated, missing)
            if change <= SETTLED:
                return missing
        missing[missing > SETTLED] = 1.0
        lost_cargo[loaded] = load(missing)
        return missing

    def _gather(self, which: IntArray, tonnes: FloatArray, part: FloatArray) -> sparse.csr_matrix:
        """Share of each place and good that comes from each of these cargoes (pairs x cargoes)."""
        to = self._to[which]
        entries = (tonnes[which] * part[to], (to, np.arange(len(which))))
        return sparse.csr_matrix(entries, shape=(self._size, len(which)))


class _Loads:
    """Share lost of each cargo loaded in a period: of its lane's hauls, or of the goods where it loads, if more."""

    def __init__(self, losses: Losses, loaded: IntArray, haul: FloatArray, own: FloatArray, period: int) -> None:
        flows, hauls = losses.model.flows, losses.model.hauls
        moving = np.flatnonzero((hauls.period == period) & (haul > DUST_T))
        self._own = own[moving]
        self._draws = [node[moving] for node in (losses._food, losses._fuel)]
        self._from = losses._from[loaded]
        lanes, place = np.unique(hauls.lane[moving], return_inverse=True)
        total = np.bincount(place, weights=haul[moving], minlength=len(lanes))
        entries = (haul[moving] / total[place], (place, np.arange(len(moving))))
        self._mix = sparse.csr_matrix(entries, shape=(len(lanes), len(moving)))
        # A cargo on a lane that hauls nothing is dust.
        at = np.minimum(np.searchsorted(lanes, flows.lane[loaded]), max(len(lanes) - 1, 0))
        self._lane = np.where(lanes[at] == flows.lane[loaded], at, -1) if len(lanes) else np.full(len(loaded), -1)

    def __call__(self, missing: FloatArray) -> FloatArray:
        """Share lost of each cargo when so much is missing where it loads."""
        starved = np.zeros_like(self._own)
        for node in self._draws:
            on = node >= 0
            starved[on] = np.maximum(starved[on], missing[node[on]])
        gone = 1.0 - (1.0 - self._own) * (1.0 - starved)
        stopped = self._mix @ gone
        out = missing[self._from]
        hauled = self._lane >= 0
        out[hauled] = np.maximum(out[hauled], stopped[self._lane[hauled]])
        return np.asarray(out, dtype=np.float64)
