"""Where to start: the basis of one plan's programme carried over to another's, column by column and row by row.

A what-if changes little, so that nearly all that is basic in the one plan is basic in the other: from there the simplex
method has few pivots left.  Columns and rows are matched by what they mean (period, way, place, good), so the two
may differ in their loads, limits and even in their periods; what has no match starts at its limit, and its row free.
A basic column that is gone or has other coefficients is kept beside the others as a ghost (`lexicographic.Start`).
HiGHS mends what still does not make a basis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from xetho.plan import horizon
from xetho.plan.highs import Basis
from xetho.plan.inputs import AnyArray, FloatArray, IntArray
from xetho.plan.lexicographic import Answer, Proof, Start
from xetho.plan.model import Model
from xetho.plan.programme import Programme, extract

AT_LIMIT, BASIC = np.int8(0), np.int8(1)

ROUNDING = 1e-12
"""Coefficients and (as a share) costs that differ by less are the same, but for rounding."""

KINDS = ("cargo", "haul", "stock", "shortage", "target", "lane", "pool", "route", "region", "handling")

DIVIDED = ("pool", "route", "region", "handling")
"""Kinds of rows that the model divides by their limit."""

WIDTH = 1 << 20
"""More than the number of ways, places, goods or targets of any network that can be planned."""


@dataclass(frozen=True)
class Match:
    """Where the columns and rows of one model stand in another's; -1 for those that are not there."""

    columns: IntArray
    rows: IntArray

    def basis(self, basis: Basis) -> Basis:
        """The other model's basis as one to start this model's programme from."""
        return Basis(_taken(basis.columns, self.columns, AT_LIMIT), _taken(basis.rows, self.rows, BASIC))


def match(model: Model, onto: Model) -> Match:
    """Find each column and row of `onto` in `model`; both are of networks with the same ids."""
    middle = (onto.means.bounds[:-1] + onto.means.bounds[1:] - 1) // 2
    period = np.array([horizon.period_of(model.means.bounds, int(day)) for day in middle], dtype=np.int64)
    same = np.arange(model.means.periods)
    return Match(
        _places(_columns(model, same), _columns(onto, period)), _places(_rows(model, same), _rows(onto, period))
    )


def lift(answer: Answer, model: Model, onto: Model) -> Start:
    """What the answer of a model's programme gives to another model's to start with.

    What the answer has no column for is nothing, and a row that it does not have is worth nothing.
    """
    found = match(model, onto)
    base = _on_rows_of(model, onto, found.rows)
    gone = answer.basis.columns == BASIC
    gone[found.columns[_alike(onto.programme, base, found.columns)]] = False
    ghosts = extract(base, np.arange(len(found.rows)), np.flatnonzero(gone))
    ghosts = replace(ghosts, upper=np.zeros(len(ghosts.upper)), reach=np.zeros(len(ghosts.upper)))
    basis = found.basis(answer.basis)
    basis.columns[(found.columns >= 0) & gone[found.columns]] = AT_LIMIT
    proof = answer.proof
    if proof is not None:
        # Rows of resources are divided by their limits, which may differ.
        unit = _units(onto) / _taken(_units(model), found.rows, 1.0)
        proof = Proof(*(_taken(duals, found.rows, 0.0) * unit for duals in (proof.shortage, proof.both)))
    return Start(basis, _taken(answer.values, found.columns, 0.0), proof, ghosts)


def _on_rows_of(model: Model, onto: Model, rows: IntArray) -> Programme:
    """A model's columns with their coefficients on the rows of another's programme, in its units."""
    here = np.flatnonzero(rows >= 0)
    entries = (_units(model)[rows[here]] / _units(onto)[here], (here, rows[here]))
    programme = model.programme
    carried = sparse.csr_matrix(entries, shape=(len(rows), len(programme.row_lower))) @ programme.matrix
    return replace(
        programme, matrix=carried.tocsc(), row_lower=onto.programme.row_lower, row_upper=onto.programme.row_upper
    )


def _alike(programme: Programme, base: Programme, columns: IntArray) -> IntArray:
    """Columns of a programme that are as they were in another one on the same rows, where they stand at `columns`."""
    there = np.flatnonzero(columns >= 0)
    place = columns[there]
    apart = (programme.matrix[:, there] - base.matrix[:, place]).tocsc()
    most = np.zeros(len(there))
    np.maximum.at(most, np.repeat(np.arange(len(there)), np.diff(apart.indptr)), np.abs(apart.data))
    same = most <= ROUNDING
    for name in ("shortage_cost", "labour_cost", "tie_cost"):
        same &= np.isclose(getattr(programme, name)[there], getattr(base, name)[place], rtol=ROUNDING, atol=0.0)
    return there[same]


def _taken(values: AnyArray, place: IntArray, otherwise: float | np.int8) -> AnyArray:
    """The values at places, or another where there is none."""
    return np.where(place >= 0, np.append(values, otherwise)[place], otherwise).astype(values.dtype)


def _places(keys: IntArray, wanted: IntArray) -> IntArray:
    """Where each wanted key stands; -1 where it does not."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(keys)
    place = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    return np.where(keys[place] == wanted, place, -1)


def _units(model: Model) -> FloatArray:
    """What each row was divided by."""
    return np.concatenate([
        np.where(block.limit > 0, block.limit, 1.0) if block.kind in DIVIDED else np.ones(len(block.limit))
        for block in model.blocks
    ])  # fmt: skip


def _key(kind: str, period: IntArray, subject: IntArray, good: IntArray | int = 0) -> IntArray:
    return ((KINDS.index(kind) * WIDTH + period) * WIDTH + subject) * np.int64(1024) + good


def _columns(model: Model, period: IntArray) -> IntArray:
    """A key for each column; period: the number each of the model's periods goes by."""
    flows, hauls, pairs = model.flows, model.hauls, model.pairs
    place, good = pairs[:, 0], pairs[:, 1]
    short = model.short
    first = _first_way(model)
    return np.concatenate([
        _key("cargo", period[flows.period], first[flows.lane], flows.good),
        _key("haul", period[hauls.period], hauls.way),
        _key("stock", np.repeat(period, len(pairs)), np.tile(place, len(period)), np.tile(good, len(period))),
        _key("shortage", period[short[:, 0]], place[short[:, 1]], good[short[:, 1]]),
        _key("target", np.zeros(len(model.programme.upper) - model.columns.target, dtype=np.int64),
             np.arange(len(model.programme.upper) - model.columns.target)),
    ])  # fmt: skip


def _rows(model: Model, period: IntArray) -> IntArray:
    """A key for each row."""
    first = _first_way(model)
    keys = []
    for block in model.blocks:
        subject = first[block.key] if block.kind == "lane" else block.key
        good = block.good if len(block.good) else 0
        if block.kind == "target":
            keys.append(_key("target", np.zeros(len(block.key), dtype=np.int64), np.arange(len(block.key))))
        else:
            keys.append(_key(block.kind, period[block.period], subject, good))
    return np.concatenate(keys)


def _first_way(model: Model) -> IntArray:
    """The first way of each lane, by which lanes are known."""
    first = np.full(len(model.lanes.period), WIDTH - 1, dtype=np.int64)
    np.minimum.at(first, model.hauls.lane, model.hauls.way)
    return first
