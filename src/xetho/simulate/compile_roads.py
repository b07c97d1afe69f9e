"""Tables of the net for the engine: depots, routes, ways, loads, carriers, supply, demand and what threatens them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from xetho.simulate import layout as at_
from xetho.simulate import streams
from xetho.simulate.contents import LEAST_PLANNED_T, capture_places
from xetho.simulate.draft import Draft, Ragged

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741  (index arrays)


def places(draft: Draft) -> None:
    """Depots: bins, cells, lots, zones and weather."""
    net, t, bins, cells = draft.net, draft.ints, draft.bins, draft.cells
    classes = ("food", "fuel", "ammunition", "medical", "other")
    t[at_.T_WEATHER_ROW] = net.weather_row.ravel()
    t[at_.T_ZONE_ENTITY] = np.array([streams.entity(f"zone:{z}") for z in net.zone_ids])
    t[at_.T_PLACE_ZONE] = net.place_zone
    t[at_.T_PLACE_FRONT] = net.place_front.astype(np.int64)
    t[at_.T_BIN_PLACE] = np.array([p for p, _ in bins])
    t[at_.T_BIN_GOOD] = np.array([g for _, g in bins])
    t[at_.T_BIN_CELL] = draft.bin_cell
    t[at_.T_CELL_LOT] = np.array([k for _, k in cells])
    t[at_.T_GOOD_CLASS] = np.array([classes.index(c) for c in net.good_class])


def roads(draft: Draft) -> None:
    """Routes and the ways on them."""
    net, b, t = draft.net, draft.net.battle, draft.ints
    loads, bin_of = draft.loads, draft.bin_of
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
    t[at_.T_LOAD_WAY] = np.array([w for w, _ in loads])
    t[at_.T_LOAD_FROM] = np.array([bin_of.get((int(source[w]), g), -1) for w, g in loads])
    t[at_.T_LOAD_TO] = np.array([bin_of.get((int(goal[w]), g), -1) for w, g in loads])
    _lots_of_loads(draft)
    t[at_.T_FLEET_POOL], t[at_.T_POOL_SIDE] = net.fleet_pool, net.pool_side
    t[at_.T_POOL_ENTITY] = np.array([streams.entity(f"pool:{pool}") for pool in net.pool_ids])
    draft.floats[at_.U_ROUTE_CUT], draft.floats[at_.U_ROUTE_GUARD] = net.route_cut.T.ravel(), net.route_guard.T.ravel()
    draft.floats[at_.U_FLEET_SHARE] = net.fleet_share.T.ravel()
    draft.floats[at_.U_POOL_FACTOR] = net.pool_factor.T.ravel()
    draft.floats[at_.U_CONTROL] = net.region_share.ravel()


def active_loads(draft: Draft) -> None:
    """For each plan period the ways and loads in use, and what is planned of them.

    A load is active where something is planned in this period or was in the one before: nothing is caught up later.
    """
    net, t, bounds, loads, bin_of = draft.net, draft.ints, draft.plan.bounds, draft.loads, draft.bin_of
    days, periods = np.arange(net.days), len(bounds) - 1
    goal = net.arc_to[net.way_arc]
    t[at_.T_PERIOD] = np.clip(np.searchsorted(bounds, days, side="right") - 1, 0, periods - 1)
    # planned stock of each bin in the evening of each day
    lines = [np.interp(days + 1.0, bounds, draft.plan.stock[:, p, g]) for p, g in bin_of]
    draft.floats[at_.U_BIN_PLAN] = np.array(lines).reshape(len(lines), len(days)).T.ravel()
    planned = np.array([draft.plan.load[:, w, g] for w, g in loads]).reshape(len(loads), periods)
    inbound: dict[tuple[int, int], F] = {}
    for (w, g), line in zip(loads, planned, strict=True):
        inbound[int(goal[w]), g] = inbound.get((int(goal[w]), g), np.zeros(periods)) + line
    used = planned > LEAST_PLANNED_T
    used[:, 1:] |= planned[:, :-1] > LEAST_PLANNED_T
    ways: list[int] = []
    first: list[int] = []
    active: list[int] = []
    bins: list[int] = []
    bin_loads: list[list[int]] = []  # places in `active`
    shared: list[bool] = []  # by others that draw on the same depot
    way_start, bin_start, plan, part = [0], [0], [], []
    for k in range(periods):
        mine = np.flatnonzero(used[:, k])  # loads are sorted by way
        taken: dict[int, list[int]] = {}
        for i in mine:
            w, g = loads[i]
            if not ways or len(ways) == way_start[-1] or ways[-1] != w:
                ways.append(w)
                first.append(len(active))
            taken.setdefault(int(t[at_.T_LOAD_FROM][i]), []).append(len(active))
            active.append(int(i))
            plan.append(planned[i, k])
            part.append(planned[i, k] / inbound[int(goal[w]), g][k] if planned[i, k] > 0 else 0.0)
        way_start.append(len(ways))
        several = [b for b in sorted(taken) if len(taken[b]) > 1]
        bins += several
        bin_loads += [taken[b] for b in several]
        shared += [len(taken[int(t[at_.T_LOAD_FROM][i])]) > 1 for i in mine]
        bin_start.append(len(bins))
    t[at_.T_PERIOD_WAY], t[at_.T_ACTIVE_WAY] = np.array(way_start), np.array(ways, dtype=np.int64)
    t[at_.T_ACTIVE_FIRST] = np.array([*first, len(active)])
    t[at_.T_ACTIVE_LOAD] = np.array(active, dtype=np.int64)
    t[at_.T_ACTIVE_SHARED] = np.array(shared, dtype=np.int64)
    t[at_.T_PERIOD_SHARED], t[at_.T_SHARED_BIN] = np.array(bin_start), np.array(bins, dtype=np.int64)
    by_bin = Ragged(bin_loads)
    t[at_.T_SHARED_FIRST], t[at_.T_SHARED_LOADS] = by_bin.start, by_bin.flat
    draft.floats[at_.U_ACTIVE_PLAN], draft.floats[at_.U_ACTIVE_PART] = np.array(plan), np.array(part)


def _lots_of_loads(draft: Draft) -> None:
    """For each load and each lot it may take: the cell it goes to, and the cell a besieger takes it into."""
    net, t, loads, bin_of = draft.net, draft.ints, draft.loads, draft.bin_of
    cells, start, cell_of = draft.cells, draft.bin_cell, draft.cell_of
    capture = capture_places(net)
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
    draft.sizes[at_.N_LOAD_CELLS] = len(goal)
    _ring(draft)


def _ring(draft: Draft) -> None:
    """Rows for cargo under way: as many a cell as the longest way there takes days.

    The row handed over in the morning is free again when loads set out. Air cargo is there the same day: no row.
    """
    net, t = draft.net, draft.ints
    slots = np.zeros(len(draft.cells), dtype=np.int64)
    for (w, _), first, end in zip(draft.loads, t[at_.T_LOAD_CELL], t[at_.T_LOAD_CELL][1:], strict=False):
        goals = t[at_.T_LOAD_CELLS][first:end]
        if not net.arc_air[net.way_arc[w]]:
            slots[goals] = np.maximum(slots[goals], net.way_travel[w])
    draft.ring_slots = slots
    draft.sizes[at_.N_RING] = int(slots.sum())


def supply_and_demand(draft: Draft) -> None:
    """What comes into depots, and explicit needs there."""
    net, t, bin_of, cell_of = draft.net, draft.ints, draft.bin_of, draft.cell_of
    t[at_.T_SUPPLY_CELL] = np.array(
        [cell_of[int(p), int(k)] for p, k in zip(net.supply_place, net.supply_lot, strict=True)]
    )
    t[at_.T_SUPPLY_REGION] = net.supply_region
    t[at_.T_SUPPLY_ROW] = net.place_side[net.supply_place] * len(net.good_ids) + net.lot_good[net.supply_lot]
    nothing = net.inputs.always_zero("supply", "total_t", len(net.supply_place))  # but first stocks
    draft.floats[at_.U_SUPPLY_SHARE] = np.where(nothing, 0.0, net.supply_share.T).ravel()
    t[at_.T_DEMAND_BIN] = np.array(
        [bin_of.get((int(p), int(g)), -1) for p, g in zip(net.demand_place, net.demand_good, strict=True)]
    )
    t[at_.T_DEMAND_SIDE] = net.place_side[net.demand_place]
    t[at_.T_DEMAND_GOOD] = net.demand_good
    draft.floats[at_.U_DEMAND_SHARE] = net.demand_share.T.ravel()


def threats(draft: Draft) -> None:
    """Threats, the routes each can strike, and the flak of each route."""
    net, t = draft.net, draft.ints
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
    draft.sizes[at_.N_STRIKES] = len(strikes)
    draft.sizes[at_.N_TRAFFIC] = len(net.route_ids) if "traffic" in frame.policy else 0
    t[at_.T_STRIKE_THREAT] = np.array([i for _, i in strikes])
    t[at_.T_STRIKE_ROUTE] = np.array([r for r, _ in strikes])
    t[at_.T_ROUTE_STRIKE] = np.searchsorted([r for r, _ in strikes], np.arange(len(net.route_ids) + 1))
    t[at_.T_STRIKE_ENTITY] = np.array(
        [streams.entity(f"{frame.ids[i]}:{net.route_ids[r]}") for r, i in strikes]
    )
    alike = net.inputs.always_zero("threats", "mend_cv", len(frame.ids))
    draft.sizes[at_.N_MENDING_VARIES] = int(not alike.all())
    losses = [f"{what}_lost_per_effort" for what in ("carriers", "cargo")]
    harmless = np.all([net.inputs.always_zero("threats", loss, len(frame.ids)) for loss in losses], axis=0)
    t[at_.T_THREAT_RISK] = (~harmless).astype(np.int64)
    t[at_.T_ROUTE_RISK] = _routes_at_risk(draft, {r for r, i in strikes if not harmless[i]})
    t[at_.T_THREAT_POLICY] = np.array([("exposure", "traffic", "even").index(p) for p in frame.policy])
    t[at_.T_THREAT_POOL] = np.array([net.pool_ids.index(p) if p in net.pool_ids else -1 for p in frame.pool])
    t[at_.T_THREAT_SIDE] = np.array(frame.side)
    t[at_.T_ROUTE_FLAK] = np.searchsorted([r for r, _, _ in flak], np.arange(len(net.route_ids) + 1))
    t[at_.T_FLAK_THREAT] = np.array([i for _, i, _ in flak])
    t[at_.T_FLAK_BATTERY] = np.array([b for _, _, b in flak])
    draft.floats[at_.U_THREAT_ON] = net.threat_share.ravel()


def _routes_at_risk(draft: Draft, struck: Collection[int]) -> I:
    """By plan period and route, 1 where carriers and cargo that may be struck are on it."""
    net, t = draft.net, draft.ints
    start, ways = t[at_.T_PERIOD_WAY], t[at_.T_ACTIVE_WAY]
    used = np.zeros((len(start) - 1, len(net.route_ids)), dtype=np.int64)
    used[np.repeat(np.arange(len(start) - 1), np.diff(start)), net.arc_route[net.way_arc[ways]]] = 1
    used[:, [r for r in range(len(net.route_ids)) if r not in struck]] = 0
    return used.ravel()
