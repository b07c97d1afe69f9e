"""Small loops over the lanes of whole rows, for any process."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import inlined, lane_loop

Row = NDArray[np.float32]
NONE = np.float32(0.0)
VECTOR = 16  # numbers that fill a vector of any machine


@inlined
def whole_vectors(count: int, width: int) -> int:
    """Lanes to work through for the first `count` of a row: whole vectors of them, as far as the row's width goes."""
    return min(width, (count + VECTOR - 1) // VECTOR * VECTOR)


@lane_loop
def add(total: Row, part: Row) -> None:
    """Add a row to another."""
    for lane in range(total.shape[0]):
        total[lane] += part[lane]


@lane_loop
def times(row: Row, factor: Row) -> None:
    """Multiply a row by another."""
    for lane in range(row.shape[0]):
        row[lane] *= factor[lane]


@lane_loop
def fill(row: Row, value: float) -> None:
    """Set every lane to a value."""
    for lane in range(row.shape[0]):
        row[lane] = value


@lane_loop
def fill_rows(rows: Row, first: int, count: int, value: float) -> None:
    """Set so many rows of a table to a value, from row `first` on."""
    for row in range(first, first + count):
        for lane in range(rows.shape[1]):
            rows[row, lane] = value


@lane_loop
def copy(row: Row, other: Row) -> None:
    """Set a row to another."""
    for lane in range(row.shape[0]):
        row[lane] = other[lane]


@lane_loop
def greatest(most: Row, other: Row) -> None:
    """The greater of two rows, into the first."""
    for lane in range(most.shape[0]):
        most[lane] = max(most[lane], other[lane])


@lane_loop
def some(row: Row) -> bool:
    """Whether any lane is above zero."""
    found = np.int32(0)
    for lane in range(row.shape[0]):
        found = np.int32(found | np.int32(row[lane] > NONE))
    return found != 0


@lane_loop
def same(row: Row, other: Row) -> bool:
    """Whether two rows are the same in every lane."""
    differ = np.int32(0)
    for lane in range(row.shape[0]):
        differ = np.int32(differ | np.int32(row[lane] != other[lane]))
    return differ == 0


@lane_loop
def whole(row: Row, scale: float, offset: float) -> int:
    """Sum over lanes of ``row · scale + offset``, each cut to a whole number, so that the order cannot matter."""
    total = 0
    for lane in range(row.shape[0]):
        total += np.int64(row[lane] * scale + offset)
    return total
