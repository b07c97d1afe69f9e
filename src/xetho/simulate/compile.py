"""Network and plan to the engine's arrays: what lies where, and the state on the morning of the first day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network
from xetho.network.battle import CONDITIONS, Test
from xetho.network.inputs import COLUMNS
from xetho.simulate import layout as at_
from xetho.simulate import streams

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741  (index arrays)

_COLUMN_NAMES = [
    (table, column) for table, columns in COLUMNS.items() for column in columns
]  # in the order of the X_ constants
RATION, SMALL_ARMS = 0, 1
SCRATCH_ROWS = 24  # no process uses more
LEAST_PLANNED_T = 1e-3  # a day: what a plan loads below this is the solver's rounding


class PlanLike(Protocol):
    """What the engine needs of a plan."""

    bounds: I
    load: F
    stock: F


@dataclass
class Program:
    """Everything a block of campaigns needs: the offsets, topology, common numbers and size of the state."""

    at: I
    n: NDArray[np.int32]
    u: NDArray[np.float32]
    rows: int  # rows of the state
    bins: list[tuple[int, int]]  # (place, good)
    cells: list[tuple[int, int]]  # (place, lot)
    loads: list[tuple[int, int]]  # (way, good)
    ring: int
    sizes: dict[int, int]  # rows of each block of the state


class _Ragged:
    """Lists of different length in one flat list, with where each begins."""

    def __init__(self, items: list[list[int]]) -> None:
        self.start = np.cumsum([0, *[len(x) for x in items]])
        self.flat = np.array([y for x in items for y in x], dtype=np.int64)


def compile_program(network: Network, plan: PlanLike) -> Program:
    """Lay out the engine's arrays for a network and the plan it shall follow."""
    return _Compiler(network, plan).program()


class _Compiler:
    def __init__(self, network: Network, plan: PlanLike) -> None:
        self.net = network
        self.plan = plan
        self.ints: dict[int, I] = {}
        self.floats: dict[int, F] = {}
        self.sizes: dict[int, int] = {}
        self.ring = int(network.way_travel.max(initial=0)) + 1

    def program(self) -> Program:
        """All arrays."""
        net, b = self.net, self.net.battle
        loads = self._loads()
        bins, cells, cell_start = self._bins(loads)
        bin_of = {pair: i for i, pair in enumerate(bins)}
        ends = (net.arc_from[net.way_arc], net.arc_to[net.way_arc])
        # a plan made for another supply may ask for goods that never come to where they would be loaded
        loads = [(w, g) for w, g in loads if all((int(places[w]), g) in bin_of for places in ends)]
        draws, draw_slots = self._draws(bin_of)

        self._places(bins, cells, cell_start)
        self._roads(loads, bin_of, cells, cell_start)
        self._active(loads, bin_of)
        self._supply(bin_of, cells)
        self._threats()
        self._groups(bin_of)
        self._battle(bin_of)
        tests = self._tests(bin_of)
        self._front(bins)
        t = self.ints
        t[at_.T_DRAW_KIND] = np.array([d[0] for d in draws])
        t[at_.T_DRAW_GROUP] = np.array([d[1] for d in draws])
        t[at_.T_DRAW_FORCE] = np.array([d[2] for d in draws])
        t[at_.T_DRAW_GOOD] = np.array([d[3] for d in draws])
        t[at_.T_DRAW_BIN] = np.array([d[4] for d in draws])
        t[at_.T_DRAW_PLACE] = np.array(
            [b.camp_place[d[1]] if d[2] < 0 else b.force_place[d[2]] for d in draws]
        )
        slots = _Ragged([[f for f, _ in x] for x in draw_slots])
        t[at_.T_DRAW_SLOT], t[at_.T_SLOT_FORCE] = slots.start, slots.flat
        t[at_.T_SLOT_KG] = np.array([slot for x in draw_slots for _, slot in x], dtype=np.int64)
        messes = [d[:3] for d in draws]
        t[at_.T_DRAW_MESS] = np.array([messes.index(m) for m in messes])
        z = self.sizes
        z[at_.N_DAYS], z[at_.N_PLACES], z[at_.N_GOODS] = net.days, len(net.place_ids), len(net.good_ids)
        z[at_.N_LOTS], z[at_.N_BINS], z[at_.N_CELLS] = len(net.lot_ids), len(bins), len(cells)
        z[at_.N_SIDES], z[at_.N_ZONES], z[at_.N_POOLS] = len(net.side_ids), len(net.zone_ids), len(net.pool_ids)
        z[at_.N_FLEETS], z[at_.N_ROUTES] = len(net.fleet_pool), len(net.route_ids)
        z[at_.N_WAYS], z[at_.N_LOADS], z[at_.N_SUPPLIES] = len(net.way_arc), len(loads), len(net.supply_place)
        z[at_.N_DEMANDS], z[at_.N_DRAWS] = len(net.demand_place), len(draws)
        z[at_.N_CAMPS], z[at_.N_GROUPS], z[at_.N_POSITIONS] = len(b.camp_ids), b.groups, len(b.position_ids)
        z[at_.N_FORCES], z[at_.N_BATTERIES], z[at_.N_WEAPONS] = len(b.force_ids), len(b.batteries), len(b.weapon_ids)
        z[at_.N_WORKS], z[at_.N_OPERATIONS] = len(b.work_ids), len(b.operation_ids)
        z[at_.N_RING] = self.ring
        z[at_.N_PERIODS] = len(self.plan.bounds) - 1
        z[at_.N_OUTCOME_CAMP], z[at_.N_DAYS_AFTER] = net.outcome_camp, net.days_after
        z[at_.N_THREATS] = len(net.threat_targets)
        self.floats[at_.U_TEST_VALUE] = tests
        return self._lay(bins, cells, loads)

    # what can be where ----------------------------------------------------------------------------------------

    def _loads(self) -> list[tuple[int, int]]:
        """Ways and goods the plan ever loads."""
        moved = self.plan.load.max(axis=0) > LEAST_PLANNED_T
        return [(int(w), int(g)) for w, g in np.argwhere(moved)]

    def _bins(self, loads: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[tuple[int, int]], I]:
        """Places and goods that can ever meet, and the lots that can be in them, following the plan's loads."""
        net = self.net
        lots: set[tuple[int, int]] = set(zip(net.supply_place.tolist(), net.supply_lot.tolist(), strict=True))
        capture = self._capture_places()
        grown = True
        while grown:
            grown = False
            for w, g in loads:
                arc = int(net.way_arc[w])
                here, there = int(net.arc_from[arc]), int(net.arc_to[arc])
                for lot in [k for p, k in lots if p == here and net.lot_good[k] == g]:
                    for goal in (there, capture.get((there, g), -1)):
                        if goal >= 0 and (goal, lot) not in lots:
                            lots.add((goal, lot))
                            grown = True
        plain = {int(g): i for i, g in enumerate(net.lot_good) if ":" not in net.lot_ids[i]}
        pairs = {(p, int(net.lot_good[k])) for p, k in lots}
        needed = {(r_place, g) for (r_place, g) in self._needed()}
        for pair in sorted(needed - pairs):
            lots.add((pair[0], plain[pair[1]]))
        cells = sorted(lots, key=lambda x: (x[0], int(net.lot_good[x[1]]), x[1]))
        bins = sorted({(p, int(net.lot_good[k])) for p, k in cells})
        start = np.zeros(len(bins) + 1, dtype=np.int64)
        for p, k in cells:
            start[bins.index((p, int(net.lot_good[k]))) + 1] += 1
        return bins, cells, np.cumsum(start)

    def _needed(self) -> set[tuple[int, int]]:
        net, b = self.net, self.net.battle
        out = {(b.force_place[r.force], r.good) for r in [*net.rations, *net.small_arms]}
        out |= {(b.force_place[x.force], b.weapon_good[x.weapon]) for x in b.batteries}
        out |= set(zip(net.demand_place.tolist(), net.demand_good.tolist(), strict=True))
        for c, place in enumerate(b.camp_place):
            for r in [*net.rations, *net.small_arms]:
                if b.force_group[r.force] == c:
                    out.add((place, r.good))
            for x in b.batteries:
                if b.force_group[x.force] == c:
                    out.add((place, b.weapon_good[x.weapon]))
        return out

    def _capture_places(self) -> dict[tuple[int, int], int]:
        """Where a besieger takes in what falls outside a camp: with the first of its formations that uses the good."""
        net, b = self.net, self.net.battle
        out: dict[tuple[int, int], int] = {}
        for c, place in enumerate(b.camp_place):
            for g in range(len(net.good_ids)):
                users = [
                    b.force_place[x.force] for x in b.batteries
                    if b.weapon_good[x.weapon] == g and b.force_side[x.force] == b.camp_attacker[c]
                ] + [
                    b.force_place[r.force] for r in [*net.rations, *net.small_arms]
                    if r.good == g and b.force_side[r.force] == b.camp_attacker[c]
                    and net.place_front[b.force_place[r.force]]
                ]  # fmt: skip
                if users:
                    out[place, g] = users[0]
        return out

    def _draws(
        self, bin_of: dict[tuple[int, int], int]
    ) -> tuple[list[tuple[int, int, int, int, int]], list[list[tuple[int, int]]]]:
        """Who draws rations and small arms: each field force for itself, each camp as one mess."""
        net, b = self.net, self.net.battle
        draws: list[tuple[int, int, int, int, int]] = []
        slots: list[list[tuple[int, int]]] = []
        messes: dict[tuple[int, int, int], int] = {}
        for kind, rows in ((RATION, net.rations), (SMALL_ARMS, net.small_arms)):
            for r in rows:
                group = b.force_group[r.force]
                if group < len(b.camp_ids):
                    key = (kind, group, r.good)
                    if key not in messes:
                        messes[key] = len(draws)
                        draws.append((kind, group, -1, r.good, bin_of[b.camp_place[group], r.good]))
                        slots.append([])
                    slots[messes[key]].append((r.force, r.slot))
                else:
                    draws.append((kind, group, r.force, r.good, bin_of[b.force_place[r.force], r.good]))
                    slots.append([(r.force, r.slot)])
        return draws, slots

    # topology -------------------------------------------------------------------------------------------------

    def _places(self, bins: list[tuple[int, int]], cells: list[tuple[int, int]], start: I) -> None:
        net, t = self.net, self.ints
        classes = ("food", "fuel", "ammunition", "medical", "other")
        t[at_.T_WEATHER_ROW] = net.weather_row.ravel()
        t[at_.T_ZONE_ENTITY] = np.array([streams.entity(f"zone:{z}") for z in net.zone_ids])
        t[at_.T_PLACE_ZONE] = net.place_zone
        t[at_.T_PLACE_FRONT] = net.place_front.astype(np.int64)
        t[at_.T_BIN_PLACE] = np.array([p for p, _ in bins])
        t[at_.T_BIN_GOOD] = np.array([g for _, g in bins])
        t[at_.T_BIN_CELL] = start
        t[at_.T_CELL_LOT] = np.array([k for _, k in cells])
        t[at_.T_GOOD_CLASS] = np.array([classes.index(c) for c in net.good_class])

    def _roads(
        self, loads: list[tuple[int, int]], bin_of: dict[tuple[int, int], int], cells: list[tuple[int, int]],
        cell_start: I,
    ) -> None:  # fmt: skip
        net, b, t = self.net, self.net.battle, self.ints
        first_arc = {int(r): a for a, r in reversed(list(enumerate(net.arc_route)))}
        opened = [np.flatnonzero(net.arc_open[first_arc[r]]) for r in range(len(net.route_ids))]
        t[at_.T_ROUTE_FIRST] = np.array([x[0] if len(x) else net.days for x in opened])
        t[at_.T_ROUTE_LAST] = np.array([x[-1] if len(x) else -1 for x in opened])
        ends = [first_arc[r] for r in range(len(net.route_ids))]
        t[at_.T_ROUTE_ZONE] = net.place_zone[net.arc_from[ends]]
        t[at_.T_ROUTE_ZONE2] = np.where(
            net.arc_air[ends], net.place_zone[net.arc_to[ends]], net.place_zone[net.arc_from[ends]]
        )
        t[at_.T_WAY_ARC], t[at_.T_WAY_MODE], t[at_.T_WAY_POOL] = net.way_arc, net.way_mode, net.way_pool
        t[at_.T_WAY_ROUTE] = net.arc_route[net.way_arc]
        source, goal = net.arc_from[net.way_arc], net.arc_to[net.way_arc]
        t[at_.T_WAY_FROM] = source
        t[at_.T_WAY_AIR] = net.arc_air[net.way_arc].astype(np.int64)
        t[at_.T_WAY_TRAVEL] = net.way_travel
        t[at_.T_WAY_FOOD_BIN] = np.array(
            [bin_of.get((int(p), int(g)), -1) for p, g in zip(source, net.way_food_good, strict=True)]
        )
        t[at_.T_WAY_FUEL_BIN] = np.array(
            [bin_of.get((int(p), int(g)), -1) if g >= 0 else -2
             for p, g in zip(source, net.way_fuel_good, strict=True)]
        )  # fmt: skip
        camp_at = {p: c for c, p in enumerate(b.camp_place)}
        t[at_.T_WAY_CAMP] = np.array([camp_at.get(int(p), -1) for p in goal])
        t[at_.T_WAY_ENTITY] = np.array(
            [streams.entity(f"{net.route_ids[net.arc_route[net.way_arc[w]]]}:{net.pool_ids[net.way_pool[w]]}")
             for w in range(len(net.way_arc))]
        )  # fmt: skip
        t[at_.T_WAY_LOAD] = np.searchsorted(np.array([w for w, _ in loads]), np.arange(len(net.way_arc) + 1))
        t[at_.T_LOAD_WAY] = np.array([w for w, _ in loads])
        t[at_.T_LOAD_FROM] = np.array([bin_of.get((int(source[w]), g), -1) for w, g in loads])
        t[at_.T_LOAD_TO] = np.array([bin_of.get((int(goal[w]), g), -1) for w, g in loads])
        self._lots_of_loads(loads, bin_of, cells, cell_start)
        t[at_.T_FLEET_POOL], t[at_.T_POOL_SIDE] = net.fleet_pool, net.pool_side
        self.floats[at_.U_FLEET_SHARE] = net.fleet_share.ravel()
        self.floats[at_.U_POOL_FACTOR] = net.pool_factor.ravel()
        self.floats[at_.U_CONTROL] = net.region_share.ravel()

    def _active(self, loads: list[tuple[int, int]], bin_of: dict[tuple[int, int], int]) -> None:
        """For each plan period the ways and loads in use, and what is planned of them.

        A load is active where something is planned in this period or was in the one before: nothing is caught up later.
        """
        net, t, bounds = self.net, self.ints, self.plan.bounds
        days, periods = np.arange(net.days), len(bounds) - 1
        goal = net.arc_to[net.way_arc]
        t[at_.T_PERIOD] = np.clip(np.searchsorted(bounds, days, side="right") - 1, 0, periods - 1)
        # planned stock of each bin in the evening of each day
        lines = [np.interp(days + 1.0, bounds, self.plan.stock[:, p, g]) for p, g in bin_of]
        self.floats[at_.U_BIN_PLAN] = np.array(lines).ravel()
        planned = np.array([self.plan.load[:, w, g] for w, g in loads]).reshape(len(loads), periods)
        inbound: dict[tuple[int, int], F] = {}
        for (w, g), line in zip(loads, planned, strict=True):
            inbound[int(goal[w]), g] = inbound.get((int(goal[w]), g), np.zeros(periods)) + line
        used = planned > LEAST_PLANNED_T
        used[:, 1:] |= planned[:, :-1] > LEAST_PLANNED_T
        ways: list[int] = []
        first: list[int] = []
        active: list[int] = []
        bins: list[int] = []
        way_start, bin_start, plan, part = [0], [0], [], []
        for k in range(periods):
            mine = np.flatnonzero(used[:, k])  # loads are sorted by way
            for i in mine:
                w, g = loads[i]
                if not ways or len(ways) == way_start[-1] or ways[-1] != w:
                    ways.append(w)
                    first.append(len(active))
                active.append(int(i))
                plan.append(planned[i, k])
                part.append(planned[i, k] / inbound[int(goal[w]), g][k] if planned[i, k] > 0 else 0.0)
            way_start.append(len(ways))
            bins += sorted({int(t[at_.T_LOAD_FROM][i]) for i in mine})
            bin_start.append(len(bins))
        t[at_.T_PERIOD_WAY], t[at_.T_ACTIVE_WAY] = np.array(way_start), np.array(ways, dtype=np.int64)
        t[at_.T_ACTIVE_FIRST] = np.array([*first, len(active)])
        t[at_.T_ACTIVE_LOAD] = np.array(active, dtype=np.int64)
        t[at_.T_PERIOD_BIN], t[at_.T_ACTIVE_BIN] = np.array(bin_start), np.array(bins, dtype=np.int64)
        self.floats[at_.U_ACTIVE_PLAN], self.floats[at_.U_ACTIVE_PART] = np.array(plan), np.array(part)

    def _lots_of_loads(
        self, loads: list[tuple[int, int]], bin_of: dict[tuple[int, int], int], cells: list[tuple[int, int]], start: I
    ) -> None:
        """For each load and each lot it may take: the cell it goes to, and the cell a besieger takes it into."""
        net, t = self.net, self.ints
        cell_of = {pair: i for i, pair in enumerate(cells)}
        capture = self._capture_places()
        first, goal, taken = [0], [], []
        for w, g in loads:
            arc = int(net.way_arc[w])
            here, there = int(net.arc_from[arc]), int(net.arc_to[arc])
            source = bin_of.get((here, g), -1)
            for cell in range(int(start[source]), int(start[source + 1])) if source >= 0 else ():
                lot = cells[cell][1]
                goal.append(cell_of.get((there, lot), -1))
                taken.append(cell_of.get((capture.get((there, g), -1), lot), -1))
            first.append(len(goal))
        t[at_.T_LOAD_CELL] = np.array(first)
        t[at_.T_LOAD_CELLS] = np.array(goal, dtype=np.int64)
        t[at_.T_LOAD_CAPTURE] = np.array(taken, dtype=np.int64)
        self.sizes[at_.N_LOAD_CELLS] = len(goal)
        t[at_.T_GOAL_CELL] = np.unique(t[at_.T_LOAD_CELLS][t[at_.T_LOAD_CELLS] >= 0])
        self.sizes[at_.N_GOALS] = len(t[at_.T_GOAL_CELL])

    def _supply(self, bin_of: dict[tuple[int, int], int], cells: list[tuple[int, int]]) -> None:
        net, t = self.net, self.ints
        cell_of = {pair: i for i, pair in enumerate(cells)}
        t[at_.T_SUPPLY_CELL] = np.array(
            [cell_of[int(p), int(k)] for p, k in zip(net.supply_place, net.supply_lot, strict=True)]
        )
        t[at_.T_SUPPLY_REGION] = net.supply_region
        t[at_.T_SUPPLY_ROW] = net.place_side[net.supply_place] * len(net.good_ids) + net.lot_good[net.supply_lot]
        self.floats[at_.U_SUPPLY_SHARE] = net.supply_share.ravel()
        t[at_.T_DEMAND_BIN] = np.array(
            [bin_of.get((int(p), int(g)), -1) for p, g in zip(net.demand_place, net.demand_good, strict=True)]
        )
        t[at_.T_DEMAND_SIDE] = net.place_side[net.demand_place]
        t[at_.T_DEMAND_GOOD] = net.demand_good
        self.floats[at_.U_DEMAND_SHARE] = net.demand_share.ravel()

    def _threats(self) -> None:
        net, t = self.net, self.ints
        frame = net.threat_table
        strikes = sorted(
            (int(r), i) for i, rs in enumerate(net.threat_targets) if frame.kind[i] != "flak" for r in rs
        )
        guns = net.battle.batteries
        flak = sorted(
            (int(r), i, b)
            for i, rs in enumerate(net.threat_targets) if frame.kind[i] == "flak"
            for r in rs for b, x in enumerate(guns)
            if x.weapon in frame.weapons[i] and net.battle.force_side[x.force] == frame.side[i]
        )  # fmt: skip
        self.sizes[at_.N_STRIKES] = len(strikes)
        t[at_.T_STRIKE_THREAT] = np.array([i for _, i in strikes])
        t[at_.T_ROUTE_STRIKE] = np.searchsorted([r for r, _ in strikes], np.arange(len(net.route_ids) + 1))
        t[at_.T_STRIKE_ENTITY] = np.array(
            [streams.entity(f"{frame.ids[i]}:{net.route_ids[r]}") for r, i in strikes]
        )
        t[at_.T_THREAT_POLICY] = np.array([("exposure", "traffic", "even").index(p) for p in frame.policy])
        t[at_.T_THREAT_POOL] = np.array([net.pool_ids.index(p) if p in net.pool_ids else -1 for p in frame.pool])
        t[at_.T_THREAT_SIDE] = np.array(frame.side)
        t[at_.T_ROUTE_FLAK] = np.searchsorted([r for r, _, _ in flak], np.arange(len(net.route_ids) + 1))
        t[at_.T_FLAK_THREAT] = np.array([i for _, i, _ in flak])
        t[at_.T_FLAK_BATTERY] = np.array([b for _, _, b in flak])
        self.floats[at_.U_THREAT_ON] = net.threat_share.ravel()

    def _groups(self, bin_of: dict[tuple[int, int], int]) -> None:
        net, b, t = self.net, self.net.battle, self.ints
        t[at_.T_CAMP_SIDE], t[at_.T_CAMP_ATTACKER] = np.array(b.camp_side), np.array(b.camp_attacker)
        t[at_.T_CAMP_PLACE] = np.array(b.camp_place)
        side = [*b.camp_side, *range(b.sides)]
        t[at_.T_GROUP_SIDE] = np.array(side)
        medical = [g for g, c in enumerate(net.good_class) if c == "medical"]
        bins: list[list[int]] = []
        for group in range(b.groups):
            if group < len(b.camp_ids):
                options = [b.camp_place[group]]
            else:
                options = [
                    p for p in range(len(net.place_ids))
                    if net.place_front[p] and net.place_side[p] == side[group] and p not in b.camp_place
                ]  # fmt: skip
            bins.append([bin_of[p, g] for p in options for g in medical if (p, g) in bin_of])
        stores = _Ragged(bins)
        t[at_.T_GROUP_MEDICAL], t[at_.T_MEDICAL_BINS] = stores.start, stores.flat

    def _battle(self, bin_of: dict[tuple[int, int], int]) -> None:
        net, b, t = self.net, self.net.battle, self.ints
        t[at_.T_POS_CAMP], t[at_.T_POS_CORE] = np.array(b.position_camp), np.array(b.position_core)
        t[at_.T_POS_DAY], t[at_.T_POS_STRIP] = np.array(b.position_day), np.array(b.airstrip_slot)
        support = _Ragged(b.supports)
        t[at_.T_POS_SUPPORT], t[at_.T_SUPPORTS] = support.start, support.flat
        t[at_.T_FORCE_SIDE], t[at_.T_FORCE_GROUP] = np.array(b.force_side), np.array(b.force_group)
        t[at_.T_FORCE_POS], t[at_.T_FORCE_PLACE] = np.array(b.force_position), np.array(b.force_place)
        t[at_.T_FORCE_KIND] = np.array(b.force_kind)
        t[at_.T_FORCE_FROM], t[at_.T_FORCE_UNTIL] = np.array(b.force_from), np.array(b.force_until)
        camps = len(b.camp_ids)

        def place(f: int) -> int:
            return b.camp_place[b.force_group[f]] if b.force_group[f] < camps else b.force_place[f]

        t[at_.T_BAT_FORCE] = np.array([x.force for x in b.batteries])
        t[at_.T_BAT_GROUP] = np.array([b.force_group[x.force] for x in b.batteries])
        t[at_.T_BAT_WEAPON] = np.array([x.weapon for x in b.batteries])
        t[at_.T_BAT_BIN] = np.array([bin_of[place(x.force), b.weapon_good[x.weapon]] for x in b.batteries])
        t[at_.T_BAT_SLOT] = np.array([x.slot for x in b.batteries])
        t[at_.T_WEAPON_GOOD], t[at_.T_WEAPON_ROLE] = np.array(b.weapon_good), np.array(b.weapon_role)
        t[at_.T_WORK_SIDE], t[at_.T_WORK_KIND] = np.array(b.work_side), np.array(b.work_kind)
        t[at_.T_WORK_FROM], t[at_.T_WORK_UNTIL] = np.array(b.work_from), np.array(b.work_until)
        at_positions = [b.position_place[ps[0]] if ps else -1 for ps in b.work_positions]
        where = [p if p >= 0 else q for p, q in zip(b.work_place, at_positions, strict=True)]
        t[at_.T_WORK_ZONE] = np.array([int(net.place_zone[p]) if p >= 0 else 0 for p in where])
        works = _Ragged(
            [[k for k, ps in enumerate(b.work_positions) if p in ps] for p in range(len(b.position_ids))]
        )
        t[at_.T_POS_WORK], t[at_.T_POS_WORKS] = works.start, works.flat
        t[at_.T_OP_SIDE], t[at_.T_OP_KIND] = np.array(b.operation_side), np.array(b.operation_kind)
        t[at_.T_OP_TARGET], t[at_.T_OP_FROM] = np.array(b.operation_target), np.array(b.operation_from)
        t[at_.T_OP_UNTIL], t[at_.T_OP_ATTEMPTS] = np.array(b.operation_until), np.array(b.operation_attempts)
        forces = _Ragged(b.operation_forces)
        t[at_.T_OP_FORCE], t[at_.T_OP_FORCES] = forces.start, forces.flat
        fires = sorted(b.fires, key=lambda x: x.operation)
        t[at_.T_OP_FIRE] = np.searchsorted(
            np.array([x.operation for x in fires], dtype=np.int64), np.arange(len(b.operation_ids) + 1)
        )
        t[at_.T_FIRE_WEAPON] = np.array([x.weapon for x in fires])
        t[at_.T_FIRE_SLOT] = np.array([x.slot for x in fires])
        t[at_.T_OP_ENTITY] = np.array([streams.entity(f"operation:{x}") for x in b.operation_ids])
        self.floats[at_.U_OP_HOUR] = np.array(b.operation_hour)

    def _tests(self, bin_of: dict[tuple[int, int], int]) -> F:
        b, t = self.net.battle, self.ints
        flat: list[Test] = []
        for name, groups in (
            (at_.T_ROUTE_TEST, b.route_tests), (at_.T_WORK_TEST, b.work_tests), (at_.T_OP_TEST, b.operation_tests),
        ):  # fmt: skip
            start = [len(flat)]
            for tests in groups:
                flat += tests
                start.append(len(flat))
            t[name] = np.array(start)
        t[at_.T_TEST_KIND] = np.array([x.kind for x in flat])
        t[at_.T_TEST_SUBJECT] = np.array([x.subject for x in flat])
        t[at_.T_TEST_PLACE] = np.array([self._place_of_test(x, bin_of) for x in flat])
        t[at_.T_TEST_BELOW] = np.array([x.below for x in flat])
        return np.array([x.value for x in flat])

    def _place_of_test(self, test: Test, bin_of: dict[tuple[int, int], int]) -> int:
        """Where a condition looks: a stock's bin, an airstrip's camp, else what the network says (-1: nowhere)."""
        kind, camps = CONDITIONS[test.kind], self.net.battle.camp_place
        if kind == "stock":
            return bin_of.get((test.place, test.subject), -1)
        if kind == "airstrip":
            return camps.index(test.place) if test.place in camps else -1
        return test.place

    def _front(self, bins: list[tuple[int, int]]) -> None:
        net, t = self.net, self.ints
        front = _Ragged(
            [
                [i for i, (p, gg) in enumerate(bins) if gg == g and net.place_front[p] and net.place_side[p] == s]
                for s in range(len(net.side_ids)) for g in range(len(net.good_ids))
            ]
        )  # fmt: skip
        t[at_.T_FRONT_BIN], t[at_.T_FRONT_BINS] = front.start, front.flat

    # layout ---------------------------------------------------------------------------------------------------

    def _lay(
        self, bins: list[tuple[int, int]], cells: list[tuple[int, int]], loads: list[tuple[int, int]]
    ) -> Program:
        at = np.zeros(at_.SIZE, dtype=np.int64)
        for name, size in self.sizes.items():
            at[name] = size
        for k, pair in enumerate(_COLUMN_NAMES):
            at[at_.X_LENGTH + k] = self.net.inputs.columns[pair]
        n, u = [], []
        position = 0
        for name, ints in self.ints.items():
            at[name] = position
            n.append(np.asarray(ints, dtype=np.int32).ravel())
            position += n[-1].size
        position = 0
        for name, floats in self.floats.items():
            at[name] = position
            u.append(np.asarray(floats, dtype=np.float32).ravel())
            position += u[-1].size
        rows = 0
        sizes = _state_sizes(at)
        for name, size in sizes.items():
            at[name] = rows
            rows += size
        pad = np.zeros(1)  # so that an empty scenario part still has an array
        return Program(
            at, np.concatenate([*n, pad.astype(np.int32)]), np.concatenate([*u, pad.astype(np.float32)]), rows,
            bins, cells, loads, self.ring, sizes,
        )  # fmt: skip


def _state_sizes(at: I) -> dict[int, int]:
    """Rows of each block of the state."""
    N = {k: int(at[k]) for k in range(at_.N_DAYS, at_.N_DAYS_AFTER + 1)}
    side, good = N[at_.N_SIDES], N[at_.N_GOODS]
    by: dict[int, int] = {}
    for size, names in (
        (N[at_.N_ZONES], (at_.S_FOUL,)),
        (N[at_.N_CELLS], (at_.S_STOCK,)),
        (N[at_.N_CELLS] * N[at_.N_RING], (at_.S_RING,)),
        (N[at_.N_BINS], (at_.S_NEED, at_.S_WANT)),
        (N[at_.N_POOLS], (at_.S_POOL, at_.S_POOL_WANT, at_.S_POOL_LOST, at_.S_POOL_JOINED)),
        (
            N[at_.N_ROUTES],
            (
                at_.S_BACKLOG, at_.S_HIT, at_.S_STRUCK, at_.S_OPEN, at_.S_TRAFFIC, at_.S_ROUTE_WANT, at_.S_SHUT,
                at_.A_CUTS,
            ),
        ),
        (N[at_.N_PLACES], (at_.S_FED, at_.A_PASSED)),
        (
            N[at_.N_WAYS],
            (
                at_.S_RATE, at_.S_RATE_TODAY, at_.S_FUEL, at_.S_WAY_WANT, at_.S_WAY_WORK, at_.S_WAY_SHARE,
                at_.S_WAY_MOVED,
            ),
        ),
        (N[at_.N_LOADS], (at_.S_DUE, at_.S_DESIRED)),
        (N[at_.N_LOAD_CELLS], (at_.S_ALOFT,)),
        (N[at_.N_THREATS], (at_.S_CLAIMS,)),
        (5 * N[at_.N_STRIKES], (at_.S_STRIKE_LUCK,)),
        (5 * N[at_.N_WAYS], (at_.S_CARRIER_LUCK,)),
        (N[at_.N_DRAWS], (at_.S_DRAW_KG, at_.S_DRAW_SHARE)),
        (N[at_.N_FORCES], (at_.S_FORCE_MEN, at_.S_FRESH, at_.S_BUSY)),
        (
            N[at_.N_POSITIONS],
            (
                at_.S_POS_MEN, at_.S_POS_SET, at_.S_POS_FORT, at_.S_HELD, at_.S_POS_FELL, at_.S_OCCUPIED, at_.S_CLOSE,
                at_.S_POS_WORTH,
            ),
        ),
        (
            N[at_.N_CAMPS],
            (
                at_.S_CAMP_MEN, at_.S_RESERVE, at_.S_BASE, at_.S_CAMP_LABOUR, at_.S_FALLEN, at_.S_CAMP_FELL, at_.S_PEAK,
                at_.S_CAMP_AREA, at_.S_STRIP, at_.S_NO_AMMO, at_.S_SIEGE, at_.S_ASSAULTED, at_.S_SHELLS, at_.S_DEFENCE,
            ),
        ),
        (
            N[at_.N_GROUPS],
            (
                at_.S_MORALE, at_.S_HUNGER, at_.S_WOUNDED, at_.S_SICK_NOW, at_.S_HITS_TODAY, at_.S_FIELD_MEN,
                at_.S_MORALE_SHOCK,
            ),
        ),
        (
            side,
            (
                at_.S_REAR, at_.S_FOOD_DAYS, at_.S_RATION_NEED, at_.S_RATION_MET, at_.S_AIR_SENT_DAY, at_.S_AIR_GOT_DAY,
                at_.S_HEIGHT, at_.A_LABOUR, at_.A_AIR_SENT, at_.A_AIR_GOT, at_.A_DEAD, at_.A_WOUNDED, at_.A_CAPTURED,
                at_.A_WOUNDED_AT_FALL, at_.A_REINFORCED, at_.A_ARRIVED, at_.A_LEFT, at_.A_DESERTED,
            ),
        ),
        (N[at_.N_BATTERIES], (at_.S_BATTERY,)),
        (N[at_.N_WORKS], (at_.S_WORK, at_.S_MINE_USED)),
        (N[at_.N_OPERATIONS], (at_.S_OP_TRIED, at_.S_OP_DAY, at_.S_OP_DONE, at_.S_OP_NEXT, at_.S_OP_GO)),
        (1, (at_.S_OVER,)),
        (SCRATCH_ROWS, (at_.S_SCRATCH,)),  # rows that hold something between two loops over lanes
        (N[at_.N_LOTS], (at_.A_SUPPLIED, at_.A_USED_LOT)),
        (side * good, (at_.A_RAISED, at_.A_EATEN, at_.A_FIRED, at_.A_BURNT, at_.A_SHORT, at_.A_LOST, at_.A_TAKEN)),
        (N[at_.N_WEAPONS], (at_.A_ROUNDS,)),
        (side * N[at_.N_WEAPONS], (at_.A_PIECES_LOST,)),
    ):  # fmt: skip
        by |= dict.fromkeys(names, size)
    return by
