"""Rows of the state that the daily work touches, found once: records of ways and loads, and cargo under way by day.

In compiled code a row number that stands ready is one read. Looked up through the tables of topology it is a chain of
them, each of which waits for the one before, and the row's own read waits for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate import layout as at_
from xetho.simulate.draft import Draft

I = NDArray[np.int64]  # noqa: E741  (index arrays)


def way_records(draft: Draft, at: I) -> None:
    """What the day's work on each way touches (fields W_ of the layout)."""
    t, goods = _tables(draft), int(at[at_.N_GOODS])
    route, mode, pool, place = (t[k] for k in (at_.T_WAY_ROUTE, at_.T_WAY_MODE, at_.T_WAY_POOL, at_.T_WAY_FROM))
    way, side = np.arange(len(route)), t[at_.T_POOL_SIDE][pool]
    tested = np.diff(t[at_.T_ROUTE_TEST])[route] > 0
    food, fuel = t[at_.T_WAY_FOOD_BIN], t[at_.T_WAY_FUEL_BIN]
    struck = _or_nothing(at_.S_STRUCK, route, t, at)
    # with no depot for what it needs a way books in the first good's row; a way that needs none never reads it
    good = np.append(t[at_.T_BIN_GOOD], [0, 0])  # those of depots -2 and -1
    food_row, fuel_row = side * goods + good[food], side * goods + good[fuel]
    traffic = at[at_.S_TRAFFIC] + route if at[at_.N_TRAFFIC] else np.full(len(way), -1)  # where a threat asks for it
    record = {
        at_.W_FIRST: t[at_.T_ROUTE_FIRST][route], at_.W_LAST: t[at_.T_ROUTE_LAST][route],
        # the row after those of routes tells whether the campaign goes on
        at_.W_OPEN: at[at_.S_OPEN] + np.where(tested, route, at[at_.N_ROUTES]),
        at_.W_RATE: at[at_.S_RATE] + way, at_.W_RATE_TODAY: at[at_.S_RATE_TODAY] + way,
        at_.W_SHUT: at[at_.S_SHUT] + route, at_.W_FOUL: at[at_.S_FOUL] + t[at_.T_ROUTE_ZONE][route],
        at_.W_FOUL_THERE: at[at_.S_FOUL] + t[at_.T_ROUTE_ZONE2][route], at_.W_FED: at[at_.S_FED] + place,
        at_.W_X_CUT_PASSES: at[at_.X_CUT_PASSES] + mode, at_.W_X_FOUL_FACTOR: at[at_.X_FOUL_FACTOR] + mode,
        at_.W_WANT: at[at_.S_WAY_WANT] + way, at_.W_POOL_WANT: at[at_.S_POOL_WANT] + pool,
        at_.W_ROUTE_WANT: at[at_.S_ROUTE_WANT] + route, at_.W_X_THROUGHPUT: at[at_.X_THROUGHPUT] + route,
        at_.W_WORK: np.where(t[at_.T_WAY_AIR] == 1, at[at_.S_WAY_WORK] + way, -1),  # the air bridge asks for it
        at_.W_FUEL_BIN: fuel, at_.W_FUEL: at[at_.S_FUEL] + way, at_.W_BURNT: at[at_.A_BURNT] + fuel_row,
        at_.W_X_CREW: at[at_.X_CREW] + mode, at_.W_LABOUR: at[at_.A_LABOUR] + side, at_.W_TRAFFIC: traffic,
        at_.W_PASSED: at[at_.A_PASSED] + place, at_.W_X_FOOD: at[at_.X_FOOD] + mode,
        at_.W_STRUCK: struck, at_.W_RISK: at[at_.S_POOL_RISK] + pool, at_.W_FOOD_BIN: food,
        at_.W_EATEN: at[at_.A_EATEN] + food_row, at_.W_SHORT: at[at_.A_SHORT] + food_row, at_.W_ARC: t[at_.T_WAY_ARC],
    }  # fmt: skip
    draft.ints[at_.T_WAY_ROWS] = _side_by_side(record, at_.WAY_RECORD, len(way))


def load_records(draft: Draft, at: I) -> None:
    """What sending each load touches (fields L_ of the layout)."""
    t, goods = _tables(draft), int(at[at_.N_GOODS])
    way, b = t[at_.T_LOAD_WAY], t[at_.T_LOAD_FROM]
    load, route, cell = np.arange(len(way)), t[at_.T_WAY_ROUTE][way], t[at_.T_LOAD_CELL]
    side = t[at_.T_POOL_SIDE][t[at_.T_WAY_POOL][way]]
    record = {
        at_.L_DUE: at[at_.S_DUE] + load, at_.L_DESIRED: at[at_.S_DESIRED] + load,
        at_.L_STOCK: at[at_.S_STOCK] + draft.bin_cell[b], at_.L_LOTS: np.diff(cell), at_.L_CELL: cell[:-1],
        at_.L_HIT: _or_nothing(at_.S_HIT, route, t, at),
        at_.L_LOST: at[at_.A_LOST] + side * goods + t[at_.T_BIN_GOOD][b],
        at_.L_RATE_TODAY: at[at_.S_RATE_TODAY] + way,
        at_.L_TRAVEL: t[at_.T_WAY_TRAVEL][way], at_.L_AIR: t[at_.T_WAY_AIR][way], at_.L_FROM: b,
        at_.L_TO: t[at_.T_LOAD_TO],
    }  # fmt: skip
    draft.ints[at_.T_LOAD_ROWS] = _side_by_side(record, at_.LOAD_RECORD, len(way))


def _or_nothing(block: int, route: I, t: dict[int, I], at: I) -> I:
    """Row of what is struck on each route, or S_NOUGHT for all on which nothing ever can be."""
    ever = np.asarray(t[at_.T_ROUTE_RISK].reshape(-1, int(at[at_.N_ROUTES])).any(axis=0))
    return np.asarray(np.where(ever[route], at[block] + route, at[at_.S_NOUGHT]))


def _tables(draft: Draft) -> dict[int, I]:
    """The tables of topology as whole numbers, those without entries too."""
    return {name: np.asarray(table, dtype=np.int64) for name, table in draft.ints.items()}


def _side_by_side(record: dict[int, I], fields: int, count: int) -> I:
    assert sorted(record) == list(range(fields))
    return np.stack([record[k] for k in range(fields)], axis=1).reshape(count * fields)


def under_way(draft: Draft, at: I) -> None:
    """Row of what is due in each cell on each morning (T_DUE_ROW), and which cells anything can come to that morning.

    The rows of a cell are used in turn, one a day. Something can come where a load was in use on the day it set out.
    """
    t, days, cells, slots = _tables(draft), int(at[at_.N_DAYS]), len(draft.cells), draft.ring_slots
    far = int(draft.net.way_travel.max(initial=0))
    first = at[at_.S_RING] + np.cumsum(slots) - slots
    due = first + np.arange(days + far)[:, None] % np.maximum(slots, 1)
    used = _in_use(t, days)
    can_come = np.zeros((days + far, cells), dtype=bool)
    for k, way in enumerate(t[at_.T_LOAD_WAY]):
        goals = t[at_.T_LOAD_CELLS][t[at_.T_LOAD_CELL][k] : t[at_.T_LOAD_CELL][k + 1]]
        if not t[at_.T_WAY_AIR][way]:
            then = np.flatnonzero(used[:, k]) + t[at_.T_WAY_TRAVEL][way]
            can_come[np.ix_(then, goals)] = True
    day, cell = np.nonzero(can_come[:days])
    draft.ints[at_.T_DUE_ROW] = due.ravel()
    draft.ints[at_.T_DAY_COMING] = np.searchsorted(day, np.arange(days + 1))
    draft.ints[at_.T_COMING] = np.stack([at[at_.S_STOCK] + cell, due[day, cell]], axis=1).ravel()


def _in_use(t: dict[int, I], days: int) -> NDArray[np.bool_]:
    """On which days each load is looked at."""
    used = np.zeros((days, len(t[at_.T_LOAD_WAY])), dtype=bool)
    for day, period in enumerate(t[at_.T_PERIOD]):
        first, end = t[at_.T_PERIOD_WAY][period], t[at_.T_PERIOD_WAY][period + 1]
        used[day, t[at_.T_ACTIVE_LOAD][t[at_.T_ACTIVE_FIRST][first] : t[at_.T_ACTIVE_FIRST][end]]] = True
    return used
