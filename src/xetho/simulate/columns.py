"""Bringing campaigns from one table to another: some rows of some columns, each to a column of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import step

F32 = NDArray[np.float32]
LONG = NDArray[np.int64]


@step
def bring(s: F32, rows: LONG, columns: LONG, out: F32, places: LONG) -> None:
    """Rows of the columns of `s` to the columns `places` of `out`, one row behind the other."""
    for i in range(rows.shape[0]):
        for k in range(columns.shape[0]):
            out[i, places[k]] = s[rows[i], columns[k]]


@step
def bring_sums(s: F32, first: int, row: LONG, columns: LONG, out: F32, places: LONG) -> None:
    """The same for sums: the rows of `s` from `first` on are added up, the ith of them to `row[i]` of `out`."""
    for i in range(out.shape[0]):
        for k in range(places.shape[0]):
            out[i, places[k]] = np.float32(0.0)
    for i in range(row.shape[0]):
        for k in range(columns.shape[0]):
            out[row[i], places[k]] += s[first + i, columns[k]]
