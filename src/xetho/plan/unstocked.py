"""A part of a programme without columns of stocks and without rows of targets, as gradient methods want it.

That no stock is ever below nothing is the same as prices of goods that never rise with time.  And a target is a need at
the end of its period that comes back at the start of the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan.inputs import FloatArray, IntArray
from xetho.plan.model import Model
from xetho.plan.programme import Part


@dataclass(frozen=True)
class Unstocked:
    """``lower <= matrix @ x <= upper``, where the sums over time of a pair's rows need only be no less than `lower`'s.

    All numbers of columns and rows of the part; columns that may carry nothing are left out.
    """

    columns: IntArray  # of the part, those of the matrix
    rows: IntArray
    matrix: sparse.csr_matrix
    lower: FloatArray
    upper: FloatArray
    stock: IntArray  # periods x pairs: rows of the matrix
    target_column: IntArray  # of the part: what each target may lack
    target_row: IntArray
    target_cell: IntArray  # the row of its stock
    target_after: IntArray  # and that of the next period, -1 after the last


def without_stocks(model: Model, part: Part) -> Unstocked:
    """A part of a model's programme in that form."""
    programme, at = part.programme, model.columns
    cells, pairs = model.means.periods * len(model.pairs), len(model.pairs)
    place = np.full(len(model.programme.row_lower), -1, dtype=np.int64)
    place[part.rows] = np.arange(len(part.rows))
    block = model.block("target")

    target_column = np.flatnonzero(part.columns >= at.target)
    target = part.columns[target_column] - at.target
    target_cell = block.period[target] * pairs + model.target_pairs[target]
    target_after = np.where(target_cell + pairs < cells, target_cell + pairs, -1)
    lower, upper = programme.row_lower.copy(), programme.row_upper.copy()
    entries = programme.matrix.tocoo()
    keep = part.columns[entries.col] < at.target
    row, column, value = [entries.row[keep]], [entries.col[keep]], [entries.data[keep]]
    for cell, sign in ((target_cell, 1.0), (target_after, -1.0)):
        on = cell >= 0
        for side in (lower, upper):
            np.add.at(side, place[cell[on]], sign * programme.upper[target_column[on]])
        row.append(place[cell[on]])
        column.append(target_column[on])
        value.append(np.full(int(on.sum()), sign))
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    matrix = sparse.csr_matrix(entries, shape=programme.matrix.shape)

    columns = np.flatnonzero((programme.upper > 0) & ((part.columns < at.stock) | (part.columns >= at.shortage)))
    rows = np.flatnonzero((part.rows < block.first) | (part.rows >= block.first + len(block.key)))
    # Stocks are the first rows of all, period by period.
    stock = np.arange(int(np.sum(part.rows < cells))).reshape(model.means.periods, -1)
    return Unstocked(
        columns=columns,
        rows=rows,
        matrix=matrix[rows][:, columns],
        lower=lower[rows],
        upper=upper[rows],
        stock=stock,
        target_column=target_column,
        target_row=place[block.first + target],
        target_cell=place[target_cell],
        target_after=np.where(target_after >= 0, place[target_after], -1),
    )
