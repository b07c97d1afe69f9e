"""Step 10, record: the day's figures of each lane, and sums over lanes for the maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop, step
from xetho.simulate.layout import (
    A_DEAD,
    N_CAMPS,
    N_CELLS,
    N_DAYS_AFTER,
    N_FORCES,
    N_GOODS,
    N_OUTCOME_CAMP,
    N_POSITIONS,
    N_ROUTES,
    N_SIDES,
    N_WORKS,
    S_AIR_GOT_DAY,
    S_AIR_SENT_DAY,
    S_CAMP_AREA,
    S_CAMP_FELL,
    S_CAMP_LABOUR,
    S_CAMP_MEN,
    S_FALLEN,
    S_FIELD_MEN,
    S_FORCE_MEN,
    S_HEIGHT,
    S_HELD,
    S_OVER,
    S_RATION_MET,
    S_RATION_NEED,
    S_SCRATCH,
    S_SHUT,
    S_SICK_NOW,
    S_STOCK,
    S_WORK,
    S_WOUNDED,
    T_BIN_CELL,
    T_CAMP_SIDE,
    T_FORCE_GROUP,
    T_FORCE_PLACE,
    T_FRONT_BIN,
    T_FRONT_BINS,
    T_PLACE_FRONT,
    T_POS_CAMP,
    T_WORK_KIND,
    T_WORK_SIDE,
    X_MANDAYS,
)
from xetho.simulate.process.conditions import side_morale
from xetho.simulate.rows import whole
from xetho.simulate.width import of_width

A = NDArray[np.float32]
N = NDArray[np.int32]
AT = NDArray[np.int64]
TRENCH = 1
SIDE_SERIES = 11  # figures of a side in `series`, before its front stocks by good
CAMP_SERIES = 2


@step
def series_rows(at: AT) -> int:
    """Figures recorded a day: for each side SIDE_SERIES and its goods, for each camp CAMP_SERIES."""
    return at[N_SIDES] * (SIDE_SERIES + at[N_GOODS]) + at[N_CAMPS] * CAMP_SERIES


@step
def record(day: int, n: N, x: A, s: A, at: AT, series: A, lanes: int) -> None:
    """Write the day's figures of the first `lanes` lanes into series[figure, day, lane]."""
    x, s = of_width(x), of_width(s)
    if lanes == 0:
        return
    per_side = SIDE_SERIES + at[N_GOODS]
    for side in range(at[N_SIDES]):
        _side(side, side * per_side, day, n, x, s, at, series, lanes)
    for c in range(at[N_CAMPS]):
        row = at[N_SIDES] * per_side + c * CAMP_SERIES
        for lane in range(lanes):
            series[row, day, lane] = s[at[S_CAMP_AREA] + c, lane]
        for p in range(at[N_POSITIONS]):
            if n[at[T_POS_CAMP] + p] == c:
                for lane in range(lanes):
                    series[row + 1, day, lane] += s[at[S_HELD] + p, lane]


@kernel
def _add(series: A, row: int, day: int, s: A, block: int, lanes: int) -> None:
    for lane in range(lanes):
        series[row, day, lane] += s[block, lane]


@kernel
def _side(side: int, row: int, day: int, n: N, x: A, s: A, at: AT, series: A, lanes: int) -> None:
    field = at[N_CAMPS] + side
    _add(series, row, day, s, at[S_FIELD_MEN] + field, lanes)
    _add(series, row + 1, day, s, at[A_DEAD] + side, lanes)
    _add(series, row + 2, day, s, at[S_WOUNDED] + field, lanes)
    for c in range(at[N_CAMPS]):
        if n[at[T_CAMP_SIDE] + c] == side:
            _add(series, row, day, s, at[S_CAMP_MEN] + c, lanes)
            _add(series, row + 2, day, s, at[S_WOUNDED] + c, lanes)
            for block in (S_CAMP_MEN, S_CAMP_LABOUR, S_WOUNDED, S_SICK_NOW):
                _add(series, row + 5, day, s, at[block] + c, lanes)
    _add(series, row + 5, day, s, at[S_WOUNDED] + field, lanes)
    _add(series, row + 5, day, s, at[S_SICK_NOW] + field, lanes)
    for f in range(at[N_FORCES]):
        if n[at[T_FORCE_GROUP] + f] == field and n[at[T_PLACE_FRONT] + n[at[T_FORCE_PLACE] + f]] == 1:
            _add(series, row + 5, day, s, at[S_FORCE_MEN] + f, lanes)
    morale = s[at[S_SCRATCH]]
    side_morale(side, n, s, at, morale)
    for lane in range(lanes):
        need = s[at[S_RATION_NEED] + side, lane]
        series[row + 3, day, lane] = morale[lane]
        series[row + 4, day, lane] = s[at[S_RATION_MET] + side, lane] / need if need > 0.0 else np.float32(1.0)
    _add(series, row + 6, day, s, at[S_AIR_SENT_DAY] + side, lanes)
    _add(series, row + 7, day, s, at[S_AIR_GOT_DAY] + side, lanes)
    _add(series, row + 8, day, s, at[S_HEIGHT] + side, lanes)
    _trenches(side, row + 9, day, n, x, s, at, series, lanes)
    _add(series, row + 10, day, s, at[S_OVER], lanes)
    for g in range(at[N_GOODS]):
        first = at[T_FRONT_BIN] + side * at[N_GOODS] + g
        for j in range(n[first], n[first + 1]):
            b = n[at[T_FRONT_BINS] + j]
            for c in range(n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]):
                _add(series, row + SIDE_SERIES + g, day, s, at[S_STOCK] + c, lanes)


@kernel
def _trenches(side: int, row: int, day: int, n: N, x: A, s: A, at: AT, series: A, lanes: int) -> None:
    for lane in range(lanes):
        dug = np.float32(0.0)
        all_work = np.float32(0.0)
        for k in range(at[N_WORKS]):
            if n[at[T_WORK_SIDE] + k] == side and n[at[T_WORK_KIND] + k] == TRENCH:
                dug += s[at[S_WORK] + k, lane] * x[at[X_MANDAYS] + k, lane]
                all_work += x[at[X_MANDAYS] + k, lane]
        series[row, day, lane] = dug / all_work if all_work > 0.0 else np.float32(0.0)


@step
def sums(n: N, s: A, at: AT, lanes: int, stock: NDArray[np.int64], condition: NDArray[np.int64]) -> None:
    """Add kg by cell and open share (in millionths) by route over lanes: whole numbers, so that order cannot matter."""
    s = of_width(s)
    if lanes == 0:
        return
    for c in range(at[N_CELLS]):
        stock[c] += whole(s[at[S_STOCK] + c, :lanes], np.float32(1e3), np.float32(0.0))
    for r in range(at[N_ROUTES]):
        condition[r] += whole(s[at[S_SHUT] + r, :lanes], np.float32(-1e6), np.float32(1e6))


@step
def finish(day: int, s: A, at: AT) -> None:
    """The campaign is over so many days after the camp it is about has fallen."""
    s = of_width(s)
    c = at[N_OUTCOME_CAMP]
    if c >= 0:
        _end(s[at[S_OVER]], s[at[S_FALLEN] + c], s[at[S_CAMP_FELL] + c], np.float32(day + 1 - at[N_DAYS_AFTER]))


@lane_loop
def _end(over: A, fallen: A, fell: A, until: float) -> None:
    for lane in range(over.shape[0]):
        over[lane] = np.float32(1.0) if fallen[lane] > np.float32(0.0) and fell[lane] <= until else over[lane]
