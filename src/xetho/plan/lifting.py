"""Where to start: the basis of one plan's programme carried over to another's, column by column and row by row.

A what-if changes little, so that nearly all that is basic in the one plan is basic in the other: from there the simplex
method has few pivots left.  Columns and rows are matched by what they mean (period, way, place, good), so the two
may differ in their loads, limits and even in their periods; what has no match starts at its limit, and its row free.
HiGHS mends what does not make a basis.
"""

from __future__ import annotations

import numpy as np

from xetho.plan import horizon
from xetho.plan.highs import Basis, StatusArray
from xetho.plan.inputs import IntArray
from xetho.plan.model import Model

AT_LIMIT, BASIC = np.int8(0), np.int8(1)

KINDS = ("cargo", "haul", "stock", "shortage", "target", "lane", "pool", "route", "region", "handling")

WIDTH = 1 << 20
"""More than the number of ways, places, goods or targets of any network that can be planned."""


def lift(basis: Basis, model: Model, onto: Model) -> Basis:
    """The basis of a model's programme as one to start another model's from; both are of networks with the same ids."""
    middle = (onto.means.bounds[:-1] + onto.means.bounds[1:] - 1) // 2
    period = np.array([horizon.period_of(model.means.bounds, int(day)) for day in middle], dtype=np.int64)
    same = np.arange(model.means.periods)
    return Basis(
        _matched(_columns(model, same), basis.columns, _columns(onto, period), AT_LIMIT),
        _matched(_rows(model, same), basis.rows, _rows(onto, period), BASIC),
    )


def _matched(keys: IntArray, status: StatusArray, wanted: IntArray, otherwise: np.int8) -> StatusArray:
    """The status under each wanted key, or that of what is new."""
    if not len(keys):
        return np.full(len(wanted), otherwise, dtype=np.int8)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    found = keys[order][place] == wanted
    return np.where(found, status[order][place], otherwise).astype(np.int8)


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
