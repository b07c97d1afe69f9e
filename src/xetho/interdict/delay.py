"""Longest shortest path when cuts delay: paths as rows of a master problem, solved whole each time.

    most h   with   h <= length of P + sum of the delays of P's routes x_r   for every path P met,   effort' x <= budget

(the decomposition of Israeli and Wood, Networks 40, 2002).  Paths are first added at fractional points, where the
master is a linear programme, then at its whole solutions.  The master bounds every plan; each plan's path is a value
reached.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import highspy
import numpy as np
from scipy import sparse

from xetho.interdict import mip
from xetho.interdict.game import Found, Routes
from xetho.interdict.graph import FloatArray, Graph
from xetho.interdict.paths import Path, Paths
from xetho.interdict.result import TOLERANCE, Cut

PATHS_AT_ONCE = 8
"""Paths added at a point: after the shortest, those that share as little as possible with the ones before."""


class Delayed(Protocol):
    """A graph whose cuts delay, and the paths met so far in it."""

    graph: Graph
    paths: Paths

    def value(self, cut: Sequence[int]) -> float:
        """Length of the shortest path with these routes cut."""

    def remember(self, arcs: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Path:
        """The path along these arcs, kept."""

    @property
    def known(self) -> list[Path]:
        """Every path met so far."""


class DelaySearch:
    """One search for the plan with the longest shortest path, all delays finite."""

    def __init__(
        self, game: Delayed, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float,
        deadline: float,
    ) -> None:  # fmt: skip
        self.game, self.deadline = game, deadline
        self.reached = floor
        self.budget, self.shut, self.excluded = budget, shut, excluded
        on = game.graph.route >= 0
        self._on, self._route = on, game.graph.route[on]
        self._step = _step(game.graph)
        self._unit = self._step or 1.0  # of the column of the length, which is whole where lengths are

    def run(self) -> Found:
        """Add paths and solve the master in turn until bound and value meet or time is up."""
        best: Cut | None = None
        bound = self._relaxed()
        while time.perf_counter() < self.deadline:
            solution = mip.minimise(self._master(True), self.deadline - time.perf_counter())
            bound = min(bound, -solution.bound)
            if solution.values is None or not self._above(bound):
                break
            x = np.round(solution.values[:-1])
            cut = tuple(int(route) for route in np.flatnonzero(x))
            value = self.game.value(cut)
            if value > self.reached:
                self.reached, best = value, Cut(cut, value)
            if not self._above(bound) or not self._add_paths(x, -solution.cost):
                break
        return Found(best, self.reached if not self._above(bound) else bound)

    def _above(self, bound: float) -> bool:
        """Does a bound leave room for a plan better than the best?"""
        return bound >= self.reached + max(self._step, TOLERANCE * max(1.0, self.reached)) - 1e-6 * self._step

    def _relaxed(self) -> float:
        """Add the paths that matter to the master without whole numbers; its value bounds every plan."""
        self._add_paths(np.zeros(len(self.game.graph.effort)), np.inf)
        highs = mip.live(self._master(False))
        sent = len(self.game.known)
        bound = np.inf
        while time.perf_counter() < self.deadline:
            highs.run()
            if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return bound
            values = np.array(highs.getSolution().col_value)
            bound = self._unit * float(values[-1])
            if not self._above(bound) or not self._add_paths(np.clip(values[:-1], 0.0, 1.0), bound):
                return bound
            for path in self.game.known[sent:]:
                index, row = self._row(path)
                highs.addRow(-highspy.kHighsInf, path.length, len(index), index, row)
            sent = len(self.game.known)
        return bound

    def _add_paths(self, x: FloatArray, level: float) -> bool:
        """Add paths that a point leaves shorter than a level; False when all of those are there already."""
        game = self.game
        weights = game.graph.length.copy()
        weights[self._on] += game.graph.delay[self._on] * x[self._route]
        extra = np.zeros(len(weights))
        before = len(game.known)
        for _ in range(PATHS_AT_ONCE):
            _, arcs = game.paths.shortest(weights + extra)
            length = float(weights[arcs].sum())
            if length >= level - 1e-7 * max(1.0, abs(level)):
                break
            game.remember(arcs)
            extra[arcs] += np.where(self._on[arcs], 0.1 * length / max(len(arcs), 1), 0.0)
        return len(game.known) > before

    def _row(self, path: Path) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int32]], FloatArray]:
        """Columns and coefficients of a path's row."""
        index = np.array([*path.delay, len(self.game.graph.effort)], dtype=np.int32)
        return index, np.array([*(-added for added in path.delay.values()), self._unit])

    def _master(self, whole: bool) -> mip.Programme:
        """The master with the paths met so far; columns: routes, then the length."""
        effort = self.game.graph.effort
        count, known = len(effort), self.game.known
        rows = [self._row(path) for path in known]
        rows.append((np.arange(count, dtype=np.int32), effort))
        rows += [(np.array(one, dtype=np.int32), np.ones(len(one))) for one in self.excluded]
        ends = np.cumsum([0, *(len(index) for index, _ in rows)])
        entries = (np.concatenate([v for _, v in rows]), np.concatenate([i for i, _ in rows]), ends)
        most = [*(path.length for path in known), self.budget, *(len(one) - 1.0 for one in self.excluded)]
        upper = np.ones(count + 1)
        upper[list(self.shut)] = 0.0
        upper[-1] = np.inf
        return mip.Programme(
            cost=np.append(np.zeros(count), -self._unit),
            matrix=sparse.csr_matrix(entries, shape=(len(rows), count + 1)),
            row_lower=np.full(len(rows), -np.inf), row_upper=np.array(most),
            lower=np.zeros(count + 1), upper=upper, whole=np.append(np.full(count, whole), whole and self._step > 0),
        )  # fmt: skip


def _step(graph: Graph) -> float:
    """Lengths of paths are whole multiples of this, with any cuts; 0 when they are not whole numbers."""
    numbers = np.concatenate([graph.length, graph.delay[graph.route >= 0]])
    whole = np.round(numbers)
    if not np.array_equal(whole, numbers) or whole.max(initial=0.0) > 2.0**50:
        return 0.0
    return float(np.gcd.reduce(whole.astype(np.int64)))
