"""The defender's reply to cuts: the least shortage of a side's plan, on a live linear programme that cuts change.

A cut slows the ways of a route: a carrier there moves the share `pass` of what it would.  In the programme of
`docs/model/plan.md` that multiplies the carriers, food and labour a haul takes by one over the share; at a share of
nothing the haul is barred.  Between replies only those coefficients change, so the simplex method goes on from where
it stood.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from xetho.interdict import mip
from xetho.interdict.errors import NoAnswer
from xetho.interdict.graph import FloatArray, IntArray
from xetho.plan.inputs import NetworkLike
from xetho.plan.model import Model
from xetho.plan.programme import parts

SCALED = ("pool", "region")
"""Rows in which a haul's coefficient is the carriers it takes."""

VIOLATION = 1e-5
"""Greatest violation of a row (t, or share of a limit) or of a dual sign that passes for rounding."""


@dataclass(frozen=True)
class Reply:
    """A plan against cuts: its column values in the whole programme, and its shortage (priority-weighted t)."""

    values: FloatArray
    shortage: float


class Replies:
    """The least shortage of one side under any cuts."""

    def __init__(self, network: NetworkLike, model: Model, side: int) -> None:
        whole = model.programme
        self._cost = whole.shortage_cost * of_side(network, model, side)
        kept = [part for part in parts(whole) if self._cost[part.columns].any()]
        self._columns: IntArray = np.sort(np.concatenate([part.columns for part in kept]))
        rows: IntArray = np.sort(np.concatenate([part.rows for part in kept]))
        self._whole = len(self._cost)
        matrix = whole.matrix[:, self._columns].tocsr()[rows].tocsc()
        self._upper = whole.upper[self._columns]
        self._scaled = _scaled_entries(network, model)
        self._place = np.full(self._whole, -1, dtype=np.int64)
        self._place[self._columns] = np.arange(len(self._columns))
        self._row = np.full(whole.matrix.shape[0], -1, dtype=np.int64)
        self._row[rows] = np.arange(len(rows))
        self._now: dict[int, float] = {}
        self._basis: highspy.HighsBasis | None = None
        self._first_haul = model.columns.haul
        self._highs = mip.live(
            mip.Programme(
                cost=self._cost[self._columns],
                matrix=matrix.tocsr(),
                row_lower=whole.row_lower[rows],
                row_upper=whole.row_upper[rows],
                lower=np.zeros(len(self._columns)),
                upper=self._upper,
                whole=np.zeros(len(self._columns), dtype=np.bool_),
            )
        )

    def best(self, shares: Mapping[int, float], deadline: float) -> Reply:
        """The reply with the least shortage to cuts.

        shares: what the carriers of a haul still move of what they would, by haul, for those that are slowed. 
        Raises NoAnswer when time is up before the least shortage is found.
        """
        self._cut(shares)
        # Most cuts leave the plan with nothing cut nearly right: begin from there each time.
        if self._basis is not None:
            self._highs.setBasis(self._basis)
        reply = self._solve(deadline)
        if self._basis is None:
            self._basis = self._highs.getBasis()
        return reply

    def _solve(self, deadline: float) -> Reply:
        # HiGHS counts the time of all its solves together.
        left = max(deadline - time.perf_counter(), 0.01)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoAnswer(f"no reply of the defender in time (HiGHS: {self._highs.modelStatusToString(status)})")
        info = self._highs.getInfo()
        if max(info.max_primal_infeasibility, info.max_dual_infeasibility) > VIOLATION:
            raise NoAnswer("the solver's reply of the defender is not exact enough to be used")
        values = np.zeros(self._whole)
        values[self._columns] = np.clip(np.array(self._highs.getSolution().col_value), 0.0, None)
        return Reply(values, float(self._cost @ values))

    def _cut(self, shares: Mapping[int, float]) -> None:
        """Let cuts be in force, and those of before no more."""
        for haul in set(self._now) | set(shares):
            share = shares.get(haul, 1.0)
            if share != self._now.get(haul, 1.0):
                self._slow(haul, share)
        self._now = dict(shares)

    def _slow(self, haul: int, share: float) -> None:
        """Let a haul's carriers move this share of what they would."""
        column = int(self._place[self._first_haul + haul])
        if column < 0:
            return
        self._highs.changeColBounds(column, 0.0, float(self._upper[column]) if share > 0 else 0.0)
        if share > 0:
            for row, fixed, slowed in self._scaled[haul]:
                self._highs.changeCoeff(int(self._row[row]), column, fixed + slowed / share)


def of_side(network: NetworkLike, model: Model, side: int) -> FloatArray:
    """1 for the shortages and stock targets of the side, 0 for all other columns."""
    mine = np.asarray(network.place_side) == side
    at = model.columns
    out = np.zeros(len(model.programme.shortage_cost))
    out[at.shortage : at.target] = mine[model.pairs[model.short[:, 1], 0]]
    out[at.target :] = [mine[target.place] for target in network.targets]
    return out


def _scaled_entries(network: NetworkLike, model: Model) -> list[list[tuple[int, float, float]]]:
    """For each haul its coefficients that carriers enter: row, the part that stays and the part over the share."""
    kind = np.zeros(model.programme.matrix.shape[0], dtype=np.int64)
    for block in model.blocks:
        kind[block.first : block.first + len(block.period)] = 1 if block.kind in SCALED else 0
        if block.kind == "stock":
            kind[block.first : block.first + len(block.period)] = 2
    stock = next(block for block in model.blocks if block.kind == "stock")
    matrix, hauls, first = model.programme.matrix, model.hauls, model.columns.haul
    food_good = np.asarray(network.way_food_good, dtype=np.int64)[hauls.way]
    entries: list[list[tuple[int, float, float]]] = []
    for haul in range(len(hauls.way)):
        column = slice(matrix.indptr[first + haul], matrix.indptr[first + haul + 1])
        own = []
        for row, value in zip(matrix.indices[column], matrix.data[column], strict=True):
            if kind[row] == 1:
                own.append((int(row), 0.0, float(value)))
            elif kind[row] == 2 and stock.good[row - stock.first] == food_good[haul] and hauls.food[haul] > 0:
                own.append((int(row), float(value + hauls.food[haul]), float(-hauls.food[haul])))
        entries.append(own)
    return entries
