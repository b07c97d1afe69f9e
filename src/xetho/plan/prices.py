"""A bound on every plan from prices of goods by place and period, whatever they are and wherever they come from.

With the prices of stocks given, the rest of the dual of the programme is a matter of each period by itself: a price may
not rise with time (what lies there can wait), a lane is worth its best good's gain, a carrier its best way's.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xetho.plan.highs import dual_bound
from xetho.plan.inputs import FloatArray
from xetho.plan.model import Model


class Prices:
    """What turns any prices into duals of a model that keep every reduced cost at nothing or more."""

    def __init__(self, model: Model) -> None:
        self.model = model
        at, programme = model.columns, model.programme
        periods, pairs = model.means.periods, len(model.pairs)
        # Stocks are the first rows of all.
        self._gains = programme.matrix[: periods * pairs, : at.haul].T.tocsr()
        self._can_load, self._can_haul = programme.upper[: at.haul] > 0, programme.upper[at.haul : at.stock] > 0
        self._target_pair = model.target_pairs
        kind = np.concatenate([np.full(len(block.key), block.kind, dtype="U8") for block in model.blocks])
        hauls = programme.matrix[:, at.haul : at.stock].tocoo()
        of = kind[hauls.row]
        pool, rest = of == "pool", (of != "pool") & (of != "lane")
        self._is_pool = kind == "pool"
        self._pool_row, self._pool_haul, self._pool_use = hauls.row[pool], hauls.col[pool], hauls.data[pool]
        shape = (hauls.shape[1], hauls.shape[0])
        self._rest = sparse.csr_matrix((hauls.data[rest], (hauls.col[rest], hauls.row[rest])), shape=shape)

    def mended(self, duals: FloatArray, shortage_weight: float, labour_weight: float) -> FloatArray:
        """Duals of all rows from those of stocks, targets and limits other than carriers'.

        The weights are those of the objective: `shortage_weight` x shortage + `labour_weight` x labour.
        """
        model, programme = self.model, self.model.programme
        y = np.where(np.isfinite(programme.row_lower), duals, np.minimum(duals, 0.0))
        y = np.where(np.isfinite(programme.row_upper), y, np.maximum(y, 0.0))
        periods, pairs = model.means.periods, len(model.pairs)
        target = model.block("target")
        rows = slice(target.first, target.first + len(target.key))
        y[rows] = np.minimum(y[rows], shortage_weight * programme.shortage_cost[model.columns.target :])
        stands = np.zeros((periods, pairs))
        np.add.at(stands, (target.period, self._target_pair), y[rows])
        price = y[: periods * pairs].reshape(periods, pairs)  # a view
        after = np.zeros(pairs)
        for period in range(periods - 1, -1, -1):
            after = np.maximum(price[period], after + stands[period])
            price[period] = after
        lane = np.zeros(len(model.lanes.period))
        np.maximum.at(lane, model.flows.lane, np.where(self._can_load, self._gains @ price.ravel(), 0.0))
        y[model.block("lane").first :][: len(lane)] = lane
        at = model.columns
        profit = lane[model.hauls.lane] - labour_weight * programme.labour_cost[at.haul : at.stock] + self._rest @ y
        profit = np.where(self._can_haul, np.maximum(profit, 0.0), 0.0)
        worth = np.zeros(len(y))
        np.maximum.at(worth, self._pool_row, profit[self._pool_haul] / self._pool_use)
        return np.where(self._is_pool, -worth, y)

    def bound(self, duals: FloatArray, shortage_weight: float, labour_weight: float) -> float:
        """What no plan's weighted sum of shortage and labour can be below, proven by these duals once mended."""
        programme = self.model.programme
        cost = shortage_weight * programme.shortage_cost + labour_weight * programme.labour_cost
        y = self.mended(duals, shortage_weight, labour_weight)
        sides = (programme.row_lower, programme.row_upper)
        return dual_bound(programme.matrix, *sides, programme.reach, cost, y)[0]
