"""Between loads by day and the columns of the daily model."""

from __future__ import annotations

import numpy as np

from xetho.plan.follow import Followed
from xetho.plan.inputs import FloatArray
from xetho.plan.model import Model, load_values


def columns_of(model: Model, found: Followed) -> FloatArray:
    """What has been walked through, as columns of a model by day."""
    at, flows, hauls = model.columns, model.flows, model.hauls
    place, good = model.pairs.T
    loads = found.loads[hauls.period, hauls.way]
    lanes = np.zeros((len(model.lanes.period), loads.shape[1]))
    np.add.at(lanes, hauls.lane, loads)
    values = np.zeros(len(model.programme.upper))
    values[: at.haul] = lanes[flows.lane, flows.good]
    values[at.haul : at.stock] = loads.sum(axis=1)
    values[at.stock : at.shortage] = found.stock[1:, place, good].ravel()
    day, pair = model.short.T
    values[at.shortage : at.target] = found.shortage[day, place[pair], good[pair]]
    values[at.target :] = found.target_shortage
    return values


def loads_of(model: Model, values: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """Loads (days x ways x goods) of columns that may ask a little too much of limits: each as far as its limits go."""
    loads = load_values(model, values, shape)
    at, hauls, programme = model.columns, model.hauls, model.programme
    is_limit = np.concatenate([np.full(len(b.key), b.kind not in ("stock", "lane", "target")) for b in model.blocks])
    entries = programme.matrix[is_limit][:, at.haul : at.stock].tocoo()
    limit = programme.row_upper[is_limit]
    used = np.bincount(
        entries.row, entries.data * loads[hauls.period, hauls.way].sum(axis=1)[entries.col], minlength=len(limit)
    )
    room = np.where(used > limit, limit / np.maximum(used, 1e-12), 1.0)
    share = np.ones(len(hauls.way))
    np.minimum.at(share, entries.col, room[entries.row])
    loads[hauls.period, hauls.way] *= share[:, None]
    return loads
