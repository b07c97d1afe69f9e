"""Network and plan to the engine's arrays: what lies where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network
from xetho.network.inputs import COLUMNS
from xetho.simulate import compile_battle, compile_roads, compile_rows
from xetho.simulate import layout as at_
from xetho.simulate.contents import bins_and_lots, planned_loads
from xetho.simulate.draft import Draft, Pair, PlanLike
from xetho.simulate.process.fight import FIGHT_ROWS

I = NDArray[np.int64]  # noqa: E741  (index arrays)
SCRATCH_ROWS = 24  # no process uses more
_COLUMN_NAMES = [
    (table, column) for table, columns in COLUMNS.items() for column in columns
]  # in the order of the X_ constants


@dataclass
class Program:
    """Everything a block of campaigns needs: the offsets, topology, common numbers and size of the state."""

    at: I
    n: NDArray[np.int32]
    u: NDArray[np.float32]
    rows: int  # rows of the state
    bins: list[Pair]  # (place, good)
    cells: list[Pair]  # (place, lot)
    loads: list[Pair]  # (way, good)
    summed: dict[int, tuple[I, int]]  # blocks kept as sums only: which each row is a part of, and how many there are
    sizes: dict[int, int]  # rows of each block of the state


def compile_program(network: Network, plan: PlanLike) -> Program:
    """Lay out the engine's arrays for a network and the plan it shall follow."""
    loads = planned_loads(plan.load)
    bins, cells, bin_cell = bins_and_lots(network, loads)
    # a plan made for another supply may ask for goods that never come to where they would be loaded
    known = set(bins)
    ends = (network.arc_from[network.way_arc], network.arc_to[network.way_arc])
    loads = [(w, g) for w, g in loads if all((int(places[w]), g) in known for places in ends)]
    draft = Draft(network, plan, loads, bins, cells, bin_cell)
    compile_roads.places(draft)
    compile_roads.roads(draft)
    compile_roads.active_loads(draft)
    compile_roads.supply_and_demand(draft)
    compile_roads.threats(draft)
    compile_battle.draws_on_stores(draft)
    compile_battle.groups(draft)
    compile_battle.battle(draft)
    compile_battle.conditions(draft)
    compile_battle.front(draft)
    _count(draft)
    return _lay(draft)


def _count(draft: Draft) -> None:
    """How many there are of everything."""
    net, b, plan = draft.net, draft.net.battle, draft.plan
    draft.sizes |= {
        at_.N_DAYS: net.days, at_.N_PLACES: len(net.place_ids), at_.N_GOODS: len(net.good_ids),
        at_.N_LOTS: len(net.lot_ids), at_.N_BINS: len(draft.bins), at_.N_CELLS: len(draft.cells),
        at_.N_SIDES: len(net.side_ids), at_.N_ZONES: len(net.zone_ids), at_.N_POOLS: len(net.pool_ids),
        at_.N_FLEETS: len(net.fleet_pool), at_.N_ROUTES: len(net.route_ids), at_.N_WAYS: len(net.way_arc),
        at_.N_LOADS: len(draft.loads), at_.N_SUPPLIES: len(net.supply_place), at_.N_DEMANDS: len(net.demand_place),
        at_.N_CAMPS: len(b.camp_ids), at_.N_GROUPS: b.groups, at_.N_POSITIONS: len(b.position_ids),
        at_.N_FORCES: len(b.force_ids), at_.N_BATTERIES: len(b.batteries), at_.N_WEAPONS: len(b.weapon_ids),
        at_.N_WORKS: len(b.work_ids), at_.N_OPERATIONS: len(b.operation_ids), at_.N_THREATS: len(net.threat_targets),
        at_.N_PERIODS: len(plan.bounds) - 1,
        at_.N_OUTCOME_CAMP: net.outcome_camp, at_.N_DAYS_AFTER: net.days_after,
    }  # fmt: skip


def _lay(draft: Draft) -> Program:
    """Blocks of the arrays one behind the other, and where each begins."""
    at = np.zeros(at_.SIZE, dtype=np.int64)
    for name, size in draft.sizes.items():
        at[name] = size
    for k, pair in enumerate(_COLUMN_NAMES):
        at[at_.X_LENGTH + k] = draft.net.inputs.columns[pair]
    rows = 0
    sizes = _state_sizes(at)
    for name, size in sizes.items():
        at[name] = rows
        rows += size
    compile_rows.way_records(draft, at)
    compile_rows.load_records(draft, at)
    compile_rows.under_way(draft, at)
    n, u = [], []
    position = 0
    for name, ints in draft.ints.items():
        at[name] = position
        n.append(np.asarray(ints, dtype=np.int32).ravel())
        position += n[-1].size
    position = 0
    for name, floats in draft.floats.items():
        at[name] = position
        u.append(np.asarray(floats, dtype=np.float32).ravel())
        position += u[-1].size
    pad = np.zeros(1)  # so that an empty scenario part still has an array
    return Program(
        at, np.concatenate([*n, pad.astype(np.int32)]), np.concatenate([*u, pad.astype(np.float32)]), rows,
        draft.bins, draft.cells, draft.loads, _summed(draft), sizes,
    )  # fmt: skip


def _summed(draft: Draft) -> dict[int, tuple[I, int]]:
    """Cargo under way is summed by cell, of which the ring has the rows of one day after the other; cuts by route."""
    cells, routes = len(draft.cells), len(draft.net.route_ids)
    return {
        at_.S_RING: (np.repeat(np.arange(cells), draft.ring_slots), cells),
        at_.S_STRIKE_CUTS: (np.asarray(draft.ints[at_.T_STRIKE_ROUTE], dtype=np.int64), routes),
    }


def _state_sizes(at: I) -> dict[int, int]:
    """Rows of each block of the state."""
    N = {k: int(at[k]) for k in range(at_.N_DAYS, at_.N_DAYS_AFTER + 1)}
    side, good = N[at_.N_SIDES], N[at_.N_GOODS]
    by: dict[int, int] = {}
    for size, names in (
        (N[at_.N_ZONES], (at_.S_FOUL,)),
        (N[at_.N_CELLS], (at_.S_STOCK,)),
        (N[at_.N_RING], (at_.S_RING,)),
        (N[at_.N_MESSES] + 1, (at_.S_NEED,)),  # the last row: no need at all
        (N[at_.N_POOLS], (at_.S_POOL, at_.S_POOL_WANT, at_.S_POOL_RISK, at_.S_POOL_LOST, at_.S_POOL_JOINED)),
        (
            N[at_.N_ROUTES],
            (at_.S_BACKLOG, at_.S_HIT, at_.S_STRUCK, at_.S_ROUTE_WANT, at_.S_SHUT),
        ),
        (N[at_.N_TRAFFIC], (at_.S_TRAFFIC,)),  # by route where any threat goes by it
        (N[at_.N_ROUTES] + 1, (at_.S_OPEN,)),  # the last: as long as the campaign lasts
        (N[at_.N_PLACES], (at_.S_FED, at_.A_PASSED)),
        (N[at_.N_WAYS], (at_.S_RATE, at_.S_RATE_TODAY, at_.S_FUEL, at_.S_WAY_WANT, at_.S_WAY_WORK)),
        (N[at_.N_LOADS], (at_.S_DUE, at_.S_DESIRED)),
        (N[at_.N_LOAD_CELLS], (at_.S_ALOFT,)),
        (N[at_.N_THREATS], (at_.S_CLAIMS,)),
        (N[at_.N_STRIKES], (at_.S_STRIKE_LEFT, at_.S_STRIKE_CUTS)),
        (5 * N[at_.N_POOLS], (at_.S_CARRIER_LUCK,)),
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
                at_.S_MORALE_SHOCK, at_.S_PART_OF_FIELD,
            ),
        ),
        (N[at_.N_GROUPS] + 1, (at_.S_MESS,)),  # the last row: a man who eats for himself
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
        (1, (at_.S_OVER, at_.S_CATCH_UP, at_.S_FORGETS, at_.S_TONIGHT, at_.S_NOUGHT)),
        (FIGHT_ROWS, (at_.S_FIGHT,)),
        (SCRATCH_ROWS, (at_.S_SCRATCH,)),  # rows that hold something between two loops over lanes
        (N[at_.N_LOTS], (at_.A_SUPPLIED, at_.A_USED_LOT)),
        (side * good, (at_.A_RAISED, at_.A_EATEN, at_.A_FIRED, at_.A_BURNT, at_.A_SHORT, at_.A_LOST, at_.A_TAKEN)),
        (N[at_.N_WEAPONS], (at_.A_ROUNDS,)),
        (side * N[at_.N_WEAPONS], (at_.A_PIECES_LOST,)),
    ):  # fmt: skip
        by |= dict.fromkeys(names, size)
    return by
