"""Campaigns brought from one table to another, beside NumPy."""

from __future__ import annotations

import numpy as np

from xetho.simulate.columns import bring, bring_sums

RNG = np.random.default_rng(9)
TABLE = RNG.random((40, 16)).astype(np.float32)
COLUMNS, PLACES = np.array([3, 0, 15, 7]), np.array([11, 2, 5, 19])


def test_rows_of_some_columns() -> None:
    rows = np.array([5, 39, 0, 5, 17])
    out = np.full((5, 20), -1.0, dtype=np.float32)
    bring(TABLE, rows, COLUMNS, out, PLACES)
    expected = np.full((5, 20), -1.0, dtype=np.float32)
    expected[:, PLACES] = TABLE[rows][:, COLUMNS]
    assert np.array_equal(out, expected)


def test_sums_of_rows_in_their_order() -> None:
    row, first = np.array([1, 1, 1, 4, 0, 0]), 30
    out = np.full((5, 20), -1.0, dtype=np.float32)
    bring_sums(TABLE, first, row, COLUMNS, out, PLACES)
    expected = np.full((5, 20), -1.0, dtype=np.float32)
    expected[:, PLACES] = 0.0
    for i, goal in enumerate(row):
        expected[goal, PLACES] += TABLE[first + i, COLUMNS]
    assert np.array_equal(out, expected)
    assert not out[2:4, PLACES].any()
