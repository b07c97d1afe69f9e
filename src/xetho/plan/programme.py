"""A linear programme with two costs, and its split into parts that have nothing to do with each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from xetho.plan.inputs import FloatArray, IntArray


@dataclass(frozen=True)
class Programme:
    """``row_lower <= matrix @ x <= row_upper`` with ``0 <= x <= upper``, a cost of shortage and one of labour.

    `reach` is an upper limit that every feasible point worth having keeps anyway; it makes every dual solution a
    finite, certified bound.  Columns with a cost of shortage stand for what is short; their upper limits are what is
    wanted.
    """

    matrix: sparse.csc_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    upper: FloatArray
    reach: FloatArray
    shortage_cost: FloatArray
    labour_cost: FloatArray
    tie_cost: FloatArray  # never more than the labour of a feasible point; decides between points as good

    @property
    def wanted(self) -> float:
        """Priority-weighted tonnes of all needs and targets: the shortage if nothing moved or lay anywhere."""
        counted = self.shortage_cost > 0
        return float(self.shortage_cost[counted] @ self.upper[counted])


def beside(programme: Programme, ghosts: Programme) -> Programme:
    """A programme with further columns on the same rows."""
    return replace(
        programme,
        matrix=sparse.hstack([programme.matrix, ghosts.matrix]).tocsc(),
        **{
            name: np.concatenate([getattr(programme, name), getattr(ghosts, name)])
            for name in ("upper", "reach", "shortage_cost", "labour_cost", "tie_cost")
        },
    )


@dataclass(frozen=True)
class Part:
    """A part of a programme: its rows and columns in the whole."""

    rows: IntArray
    columns: IntArray
    programme: Programme


def parts(whole: Programme) -> list[Part]:
    """The parts that share no row and no column: two sides, or valleys without a road between them.

    Each can be solved by itself, and what is proven of each is proven of the whole.  Largest first.
    """
    count = whole.matrix.shape[0]
    pattern = sparse.bmat([[None, whole.matrix], [whole.matrix.T, None]]).tocsr()
    total, label = connected_components(pattern, directed=False)
    found = []
    for part in np.argsort(-np.bincount(label, minlength=total), kind="stable"):
        rows = np.flatnonzero(label[:count] == part)
        columns = np.flatnonzero(label[count:] == part)
        if len(columns) == 0:
            continue
        found.append(Part(rows, columns, extract(whole, rows, columns)))
    return found


def extract(whole: Programme, rows: IntArray, columns: IntArray) -> Programme:
    """Some rows and columns of a programme."""
    return Programme(
        matrix=whole.matrix[:, columns].tocsr()[rows].tocsc(),
        row_lower=whole.row_lower[rows],
        row_upper=whole.row_upper[rows],
        upper=whole.upper[columns],
        reach=whole.reach[columns],
        shortage_cost=whole.shortage_cost[columns],
        labour_cost=whole.labour_cost[columns],
        tie_cost=whole.tie_cost[columns],
    )
