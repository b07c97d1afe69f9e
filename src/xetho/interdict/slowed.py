"""A side's plan as a programme in which strikes only bar columns.

A strike slows the ways of its route: a carrier there moves a share of what it would, and takes one over that share of
carriers, food and labour for each tonne.  So a haul has a column for every share that strikes can leave of it, and a
strike bars the columns that reckon with more than it leaves.  A column that reckons with less may be used in any case:
it wastes carriers, and no strike takes anything from it.  A plan is as good as it was against all strikes that
bar none of the columns it uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.interdict.graph import FloatArray, IntArray
from xetho.plan.inputs import NetworkLike
from xetho.plan.model import Model
from xetho.plan.programme import parts

SCALED = ("pool", "region")
"""Rows in which a haul's coefficient is the carriers it takes."""

SAME = 1e-9
"""Difference below which two shares of a haul's work are the same."""


@dataclass(frozen=True)
class Slowed:
    """The programme of one side's shortage with a column for every share that strikes leave of a haul.

    Its first columns are those of the plan's programme that matter to the side (`kept`), all others slowed hauls.
    """

    matrix: sparse.csc_matrix  # rows x columns
    row_lower: FloatArray
    row_upper: FloatArray
    upper: FloatArray
    shortage: FloatArray  # priority-weighted t for each unit of a column
    kept: IntArray  # column of the plan's programme
    share: FloatArray  # share of its work that each haul keeps under each strike (hauls x strikes)
    column: IntArray  # columns that some strike bars
    haul: IntArray  # haul of each of those
    level: FloatArray  # share of the haul's work that each of those reckons with
    takes: sparse.csr_matrix  # strikes x columns: share of a column's tonnes that a strike stops

    def limits(self, struck: Sequence[int]) -> FloatArray:
        """Upper limits of all columns under strikes."""
        upper = self.upper.copy()
        if len(struck):
            left = self.share[:, list(struck)].min(axis=1)
            upper[self.column[self.level > left[self.haul] + SAME]] = 0.0
        return upper


def slowed(network: NetworkLike, model: Model, side: int, share: FloatArray) -> Slowed:
    """The programme of a side's shortage under strikes.

    share: what each haul keeps of its work under each strike (hauls x strikes); 0 where nothing passes.
    """
    whole = model.programme
    cost = whole.shortage_cost * of_side(network, model, side)
    mine = [part for part in parts(whole) if cost[part.columns].any()]
    kept: IntArray = np.sort(np.concatenate([part.columns for part in mine]))
    rows: IntArray = np.sort(np.concatenate([part.rows for part in mine]))
    plain = whole.matrix[:, kept].tocsr()[rows].tocsc()
    place = np.full(len(cost), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    row_place = np.full(whole.matrix.shape[0], -1, dtype=np.int64)
    row_place[rows] = np.arange(len(rows))
    carriers = _carrier_part(network, model)[:, kept].tocsr()[rows].tocsc()
    columns: list[tuple[int, int, float]] = []  # column, haul, level
    sources: list[tuple[int, float]] = []  # column slowed, level
    for haul in range(len(share)):
        own = int(place[model.columns.haul + haul])
        levels = np.unique(np.round(share[haul], 12)) if own >= 0 else np.ones(1)
        if levels[0] >= 1.0 - SAME:
            continue
        columns.append((own, haul, 1.0))
        for level in levels[(levels > SAME) & (levels < 1.0 - SAME)]:
            columns.append((len(kept) + len(sources), haul, float(level)))
            sources.append((own, float(level)))
    origin = np.array([own for own, _ in sources], dtype=np.int64)
    more = sparse.diags_array([1.0 / level - 1.0 for _, level in sources]) if sources else sparse.csc_matrix((0, 0))
    extra = plain[:, origin] + carriers[:, origin] @ more
    column, haul_of, level_of = (np.array(axis) for axis in zip(*columns, strict=True)) if columns else _nothing()
    stopped = np.clip(1.0 - share[haul_of] / level_of[:, None], 0.0, 1.0)
    stopped[stopped < SAME] = 0.0
    count = len(kept) + len(sources)
    entry, strike = np.nonzero(stopped)
    entries = (stopped[entry, strike], (strike, column[entry]))
    return Slowed(
        matrix=sparse.hstack([plain, extra]).tocsc(), row_lower=whole.row_lower[rows], row_upper=whole.row_upper[rows],
        upper=np.append(whole.upper[kept], whole.upper[kept][origin]),
        shortage=np.append(cost[kept], np.zeros(len(sources))), kept=kept, share=share, column=column, haul=haul_of,
        level=level_of, takes=sparse.csr_matrix(entries, shape=(share.shape[1], count)),
    )  # fmt: skip


def of_side(network: NetworkLike, model: Model, side: int) -> FloatArray:
    """1 for the shortages and stock targets of the side, 0 for all other columns."""
    mine = np.asarray(network.place_side) == side
    at = model.columns
    out = np.zeros(len(model.programme.shortage_cost))
    out[at.shortage : at.target] = mine[model.pairs[model.short[:, 1], 0]]
    out[at.target :] = [mine[target.place] for target in network.targets]
    return out


def _nothing() -> tuple[IntArray, IntArray, FloatArray]:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)


def _carrier_part(network: NetworkLike, model: Model) -> sparse.csc_matrix:
    """The part of the programme's coefficients that grows with the carriers a tonne takes: carriers, labour, food."""
    matrix, hauls, first = model.programme.matrix.tocoo(), model.hauls, model.columns.haul
    kind = np.zeros(matrix.shape[0], dtype=np.int64)
    good = np.full(matrix.shape[0], -1, dtype=np.int64)
    for block in model.blocks:
        own = slice(block.first, block.first + len(block.period))
        kind[own] = 1 if block.kind in SCALED else 2 if block.kind == "stock" else 0
        if block.kind == "stock":
            good[own] = block.good
    haul = matrix.col - first
    hauled = (haul >= 0) & (haul < len(hauls.way))
    row, column, value, haul = matrix.row[hauled], matrix.col[hauled], matrix.data[hauled], haul[hauled]
    food_good = np.asarray(network.way_food_good, dtype=np.int64)[hauls.way[haul]]
    eaten = np.where((kind[row] == 2) & (good[row] == food_good), -hauls.food[haul], 0.0)
    entries = (np.where(kind[row] == 1, value, eaten), (row, column))
    return sparse.csc_matrix(entries, shape=matrix.shape)
