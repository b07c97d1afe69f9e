"""The daily programme as series by day: one row of days for each thing that can be carried, hauled, missed or priced.

The same programme as `model.py` writes by day, less two kinds of columns and rows.  Stocks have no columns: that none
is ever below nothing is the same as prices that never rise with time.  And a target is a need on its day that comes
back on the next, so it has no row.  Days stand last in every array, so that a step goes along them without jumps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xetho.plan.inputs import AnyArray, BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model

REAL = np.float32
"""Numbers of the steps; single precision is twice as quick and exact to some kilograms in what is planned."""


class Frame(NamedTuple):
    """What never changes: what is connected with what, costs, and amounts by day (days last).

    A lane is the ways of an arc that take as long and lose as much on every day.  `x_first` has where the members of
    each begin, and where the last ends.
    """

    lag: AnyArray  # of lanes, days
    kept: AnyArray  # lanes x days
    cargo_first: AnyArray  # of lanes
    cargo_from: AnyArray  # pair
    cargo_to: AnyArray
    cargo_lane: AnyArray
    haul_first: AnyArray  # of lanes
    labour: AnyArray  # hauls x days, man-days a tonne
    draw_first: AnyArray  # of hauls
    draw_pair: AnyArray
    draw: AnyArray  # draws x days, t a tonne hauled
    use_first: AnyArray  # of hauls
    use_limit: AnyArray
    use: AnyArray  # uses x days, share of the limit a tonne hauled
    need_pair: AnyArray
    need: AnyArray  # needs x days, t
    need_cost: AnyArray
    target_pair: AnyArray
    target_day: AnyArray
    target_t: AnyArray
    target_cost: AnyArray
    supply: AnyArray  # pairs x days: what comes from outside less what is needed, t
    limit: AnyArray  # limits x days: 1, or 0 where nothing is allowed
    into_first: AnyArray  # of pairs
    into: AnyArray  # cargo
    out_first: AnyArray  # of pairs
    out: AnyArray  # cargo
    drawn_first: AnyArray  # of pairs
    drawn: AnyArray  # draws
    draw_haul: AnyArray
    pair_need: AnyArray  # -1 where nothing is needed
    used_first: AnyArray  # of limits
    used: AnyArray  # uses
    use_haul: AnyArray


class Loads(NamedTuple):
    """Tonnes by day: cargo by lane and good, hauls by way, needs left unmet, and what targets lack."""

    cargo: AnyArray
    haul: AnyArray
    short: AnyArray
    missing: AnyArray


class Worth(NamedTuple):
    """Prices by day of goods at places, of a tonne on a lane, and of limits."""

    goods: AnyArray
    lane: AnyArray
    limit: AnyArray


class Series:
    """A model by day as series, and the way from and to its loads and duals."""

    def __init__(
        self, network: NetworkLike, model: Model, useful: BoolArray, counted: BoolArray, weight: float
    ) -> None:
        """useful: days x ways x goods, loads to plan.  counted: places x goods, whose needs and supplies are planned.

        weight: man-days to the weighted tonne short.
        """
        self.model, self.useful, self.weight = model, useful, weight
        daily = model.means
        arc = np.asarray(network.way_arc, dtype=np.int64)
        origin = np.asarray(network.arc_from, dtype=np.int64)[arc]
        goal = np.asarray(network.arc_to, dtype=np.int64)[arc]
        travel = np.asarray(network.way_travel, dtype=np.int64)
        self.days, self.goods = daily.periods, useful.shape[2]
        pairs = model.pairs
        index = np.full(counted.shape, -1, dtype=np.int64)
        index[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))

        self.ways, self.lane = _lanes(useful, daily.loss, arc, travel)
        lanes = int(self.lane.max(initial=-1)) + 1
        first = _starts(self.lane, lanes)
        leader = self.ways[first[:-1]]
        self.can_haul = useful[:, self.ways].any(axis=2).T & (daily.capacity[:, self.ways].T > 0)
        can_load = np.zeros((lanes, self.goods, self.days), dtype=bool)
        np.logical_or.at(can_load, self.lane, useful[:, self.ways].transpose(1, 2, 0))
        for lane, lag in enumerate(travel[leader]):
            can_load[lane, :, max(self.days - lag, 0) :] = False
        cargo_lane, self.cargo_good = (axis.astype(np.int64) for axis in np.nonzero(can_load.any(axis=2)))
        self.can_load = can_load[cargo_lane, self.cargo_good]
        cargo_from = index[origin[leader][cargo_lane], self.cargo_good]
        cargo_to = index[goal[leader][cargo_lane], self.cargo_good]

        capacity = daily.capacity[:, self.ways].T
        carrier_days = np.divide(1.0, capacity, out=np.zeros_like(capacity), where=self.can_haul)
        draw_haul, draw_pair, draw = _draws(network, self.ways, carrier_days, self.can_haul, origin, index)
        use_haul, use_limit, use, limit, self._limit_row = _limits(model, self.ways)
        labour = np.zeros(self.can_haul.shape)
        at, hauls = model.columns, model.hauls
        position = np.full(len(arc), -1, dtype=np.int64)
        position[self.ways] = np.arange(len(self.ways))
        labour[position[hauls.way], hauls.period] = model.programme.labour_cost[at.haul : at.stock]

        need = np.where(counted, daily.need, 0.0)[:, pairs[:, 0], pairs[:, 1]].T
        supply = np.where(counted, daily.inflow, 0.0)[:, pairs[:, 0], pairs[:, 1]].T.copy()
        supply[:, 0] += np.where(counted, np.asarray(network.stock0), 0.0)[pairs[:, 0], pairs[:, 1]]
        supply -= need
        self.targets = np.array([j for j, t in enumerate(network.targets) if counted[t.place, t.good]], dtype=np.int64)
        targets = [list(network.targets)[j] for j in self.targets]
        target_pair = np.array([index[t.place, t.good] for t in targets], dtype=np.int64)
        target_day = np.array([t.day for t in targets], dtype=np.int64)
        target_t = np.array([max(float(t.t), 0.0) for t in targets])
        np.subtract.at(supply, (target_pair, target_day), target_t)
        back = target_day + 1 < self.days
        np.add.at(supply, (target_pair[back], target_day[back] + 1), target_t[back])
        wanted = np.flatnonzero(need.any(axis=1))
        pair_need = np.full(len(pairs), -1, dtype=np.int64)
        pair_need[wanted] = np.arange(len(wanted))
        good_weight = np.asarray(network.good_weight, dtype=np.float64)
        self.frame = Frame(
            lag=travel[leader],
            kept=_real(1.0 - daily.loss[:, leader].T),
            cargo_first=_starts(cargo_lane, lanes),
            cargo_from=cargo_from,
            cargo_to=cargo_to,
            cargo_lane=cargo_lane,
            haul_first=first,
            labour=_real(labour),
            draw_first=_starts(draw_haul, len(self.ways)),
            draw_pair=draw_pair,
            draw=_real(draw),
            use_first=_starts(use_haul, len(self.ways)),
            use_limit=use_limit,
            use=_real(use),
            need_pair=wanted,
            need=_real(need[wanted]),
            need_cost=_real(weight * good_weight[pairs[wanted, 1]]),
            target_pair=target_pair,
            target_day=target_day,
            target_t=_real(target_t),
            target_cost=_real(weight * np.array([float(t.weight) for t in targets])),
            supply=_real(supply),
            limit=_real(limit),
            into_first=_starts(np.sort(cargo_to), len(pairs)),
            into=np.argsort(cargo_to, kind="stable"),
            out_first=_starts(np.sort(cargo_from), len(pairs)),
            out=np.argsort(cargo_from, kind="stable"),
            drawn_first=_starts(np.sort(draw_pair), len(pairs)),
            drawn=np.argsort(draw_pair, kind="stable"),
            draw_haul=draw_haul,
            pair_need=pair_need,
            used_first=_starts(np.sort(use_limit), len(limit)),
            used=np.argsort(use_limit, kind="stable"),
            use_haul=use_haul,
        )

    def from_loads(self, loads: FloatArray, shortage: FloatArray, missing: FloatArray) -> Loads:
        """Loads (days x ways x goods), shortages (days x places x goods) and what targets lack, as series."""
        place, good = self.model.pairs[self.frame.need_pair].T
        mine = np.where(self.useful[:, self.ways], loads[:, self.ways], 0.0)
        by_lane = np.zeros((len(self.frame.lag), self.days, self.goods))
        np.add.at(by_lane, self.lane, mine.transpose(1, 0, 2))
        cargo = np.where(self.can_load, by_lane[self.frame.cargo_lane, :, self.cargo_good], 0.0)
        haul = np.where(self.can_haul, mine.sum(axis=2).T, 0.0)
        return Loads(_real(cargo), _real(haul), _real(shortage[:, place, good].T), _real(missing[self.targets]))

    def from_duals(self, duals: FloatArray) -> Worth:
        """Mended duals of the model (`prices.py`) as series; a lane is worth what its best good gains."""
        days, pairs = self.days, len(self.model.pairs)
        price = np.ascontiguousarray(duals[: days * pairs].reshape(days, pairs).T)
        frame = self.frame
        lane = np.zeros(frame.kept.shape)
        for cargo, of in enumerate(frame.cargo_lane):
            lag = frame.lag[of]
            last = days - lag
            brought, here = frame.kept[of, :last] * price[frame.cargo_to[cargo], lag:], price[frame.cargo_from[cargo]]
            lane[of, :last] = np.maximum(lane[of, :last], brought - here[:last])
        limit = np.zeros(frame.limit.shape)
        limit[self._limit_row[1], self._limit_row[2]] = -duals[self._limit_row[0]]
        return Worth(_real(price), _real(lane), _real(limit))

    def to_duals(self, worth: Worth) -> FloatArray:
        """Duals of the model, those of lanes left at nothing (for `prices.py` to mend)."""
        duals = np.zeros(len(self.model.programme.row_lower))
        price = worth.goods.astype(np.float64)
        duals[: price.size] = price.T.ravel()
        duals[self._limit_row[0]] = -worth.limit[self._limit_row[1], self._limit_row[2]].astype(np.float64)
        pair, day = self.frame.target_pair, self.frame.target_day
        after = np.where(day + 1 < self.days, price[pair, np.minimum(day + 1, self.days - 1)], 0.0)
        target = self.model.block("target")
        duals[target.first + self.targets] = np.minimum(price[pair, day] - after, self.frame.target_cost)
        return duals

    def kept_in_limits(self, loads: Loads) -> Loads:
        """Hauls cut as far as their limits go, and cargo as far as its hauls go."""
        frame = self.frame
        asked = np.zeros(frame.limit.shape)
        np.add.at(asked, frame.use_limit, frame.use * loads.haul[frame.use_haul])
        room = np.where(asked > frame.limit, frame.limit / np.maximum(asked, 1e-12), 1.0)
        share = np.ones(loads.haul.shape)
        np.minimum.at(share, frame.use_haul, np.where(frame.use > 0, room[frame.use_limit], 1.0))
        haul = loads.haul * share
        there, cargo = np.zeros(frame.kept.shape), np.zeros(frame.kept.shape)
        np.add.at(there, self.lane, haul)
        np.add.at(cargo, frame.cargo_lane, loads.cargo)
        part = np.where(cargo > there, there / np.maximum(cargo, 1e-12), 1.0)
        # Hauls in excess of cargo carry nothing.
        full = np.where(there > cargo, cargo / np.maximum(there, 1e-12), 1.0)
        cut = loads.cargo * part[frame.cargo_lane]
        return Loads(_real(cut), _real(haul * full[self.lane]), loads.short, loads.missing)

    def to_loads(self, loads: Loads) -> FloatArray:
        """Days x ways x goods; a lane's goods are filled into its ways one after the other, so few ways carry many."""
        found = np.zeros(self.useful.shape)
        frame = self.frame
        for lane in range(len(frame.lag)):
            mine = slice(frame.cargo_first[lane], frame.cargo_first[lane + 1])
            ways = slice(frame.haul_first[lane], frame.haul_first[lane + 1])
            good_ends = np.cumsum(loads.cargo[mine].astype(np.float64), axis=0)
            way_ends = np.cumsum(loads.haul[ways].astype(np.float64), axis=0)
            ends = np.minimum(way_ends[:, None], good_ends[None])
            starts = np.maximum((way_ends - loads.haul[ways])[:, None], (good_ends - loads.cargo[mine])[None])
            both = np.clip(ends - starts, 0.0, None)  # ways x goods x days
            found[:, self.ways[ways, None], self.cargo_good[None, mine]] = both.transpose(2, 0, 1)
        return found

    def to_shortage(self, loads: Loads) -> FloatArray:
        """Need that is left unmet on purpose (days x places x goods)."""
        found = np.zeros(self.model.means.need.shape)
        place, good = self.model.pairs[self.frame.need_pair].T
        found[:, place, good] = loads.short.T
        return found


def _real(values: AnyArray) -> AnyArray:
    return np.ascontiguousarray(values, dtype=REAL)


def _starts(keys: IntArray, count: int) -> IntArray:
    """Where each of `count` keys begins in sorted keys, and where the last ends."""
    return np.searchsorted(keys, np.arange(count + 1)).astype(np.int64)


def _lanes(useful: BoolArray, loss: FloatArray, arc: IntArray, travel: IntArray) -> tuple[IntArray, IntArray]:
    """Ways with anything to carry, in the order of their lanes, and the lane of each."""
    numbers: dict[tuple[int, int, bytes], int] = {}
    ways = np.flatnonzero(useful.any(axis=(0, 2)))
    keys = [(int(arc[way]), int(travel[way]), np.round(loss[:, way], 12).tobytes()) for way in ways]
    lane = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    order = np.argsort(lane, kind="stable")
    return ways[order], lane[order]


def _draws(
    network: NetworkLike,
    ways: IntArray,
    carrier_days: FloatArray,
    can_haul: BoolArray,
    origin: IntArray,
    index: IntArray,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Food and fuel that hauls draw where they load: haul, pair, and t a tonne by day."""
    found: list[tuple[int, int, FloatArray]] = []
    food_good, fuel_good = np.asarray(network.way_food_good), np.asarray(network.way_fuel_good)
    for haul, way in enumerate(ways):
        food = float(network.way_food[way]) * carrier_days[haul]
        fuel = float(network.way_fuel[way]) * can_haul[haul]
        for good, amount in ((food_good[way], food), (fuel_good[way], fuel)):
            if good >= 0 and amount.any():
                found.append((haul, int(index[origin[way], good]), amount))
    amounts = np.array([amount for _, _, amount in found]).reshape(-1, carrier_days.shape[1])
    return _column(found, 0), _column(found, 1), amounts


def _column(found: list[tuple[int, int, FloatArray]], number: int) -> IntArray:
    return np.array([row[number] for row in found], dtype=np.int64)


def _limits(
    model: Model, ways: IntArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray, tuple[IntArray, IntArray, IntArray]]:
    """Who uses which limit: haul, limit and share by day of each use; limits by day; and (row, limit, day) of each."""
    days, at = model.means.periods, model.columns
    of_row = np.full(len(model.programme.row_lower), -1, dtype=np.int64)
    day_of = np.concatenate([block.period for block in model.blocks])
    count = 0
    for block in model.blocks:
        if block.kind not in ("stock", "lane", "target"):
            keys, number = np.unique(block.key, return_inverse=True)
            of_row[block.first : block.first + len(block.key)] = count + number.reshape(-1)
            count += len(keys)
    rows = np.flatnonzero(of_row >= 0)
    limit: FloatArray = np.full((count, days), float(np.finfo(REAL).max))
    limit[of_row[rows], day_of[rows]] = model.programme.row_upper[rows]
    entries = model.programme.matrix[:, at.haul : at.stock].tocoo()
    on = of_row[entries.row] >= 0
    row, haul, share = entries.row[on], entries.col[on], entries.data[on]
    position = np.full(int(model.hauls.way.max(initial=-1)) + 1, -1, dtype=np.int64)
    position[ways] = np.arange(len(ways))
    pairs, number = np.unique(position[model.hauls.way[haul]] * max(count, 1) + of_row[row], return_inverse=True)
    use = np.zeros((len(pairs), days))
    use[number.reshape(-1), day_of[row]] = share
    return (
        pairs // max(count, 1),
        pairs % max(count, 1),
        use,
        limit,
        (rows.astype(np.int64), of_row[rows], day_of[rows]),
    )
