"""The least effort that covers a growing list of rows: a linear programme kept live, for a search that branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from xetho.interdict import mip
from xetho.interdict.graph import FloatArray


@dataclass(frozen=True)
class Point:
    """A point of least effort: how much of each thing is cut (0 to 1), and the effort."""

    x: FloatArray
    effort: float


class Covering:
    """``least effort @ x`` with ``row @ x >= 1`` for each row added, ``0 <= x <= 1``."""

    def __init__(self, effort: FloatArray, shut: Iterable[int], excluded: Sequence[Sequence[int]]) -> None:
        count = len(effort)
        self._upper = np.ones(count)
        self._upper[list(shut)] = 0.0
        self._held: list[int] = []
        self._seen: set[tuple[tuple[int, float], ...]] = set()
        rows = np.zeros((len(excluded), count))
        for row, routes in zip(rows, excluded, strict=True):
            row[list(routes)] = 1.0
        self._highs = mip.live(
            mip.Programme(
                cost=effort,
                matrix=sparse.csr_matrix(rows),
                row_lower=np.full(len(excluded), -np.inf),
                row_upper=np.array([len(routes) - 1.0 for routes in excluded]),
                lower=np.zeros(count),
                upper=self._upper,
                whole=np.zeros(count, dtype=np.bool_),
            )
        )

    def add(self, row: Mapping[int, float]) -> bool:
        """Add a row of shares by index; False when it is there already."""
        items = tuple(sorted(row.items()))
        if items in self._seen:
            return False
        self._seen.add(items)
        index = np.array([i for i, _ in items], dtype=np.int32)
        share = np.array([value for _, value in items])
        self._highs.addRow(1.0, highspy.kHighsInf, len(items), index, share)
        return True

    def least(self, left_out: Sequence[int], chosen: Sequence[int]) -> Point | None:
        """The point of least effort without some and with others; None when no point covers all rows."""
        for i in self._held:
            self._highs.changeColBounds(i, 0.0, float(self._upper[i]))
        for i in left_out:
            self._highs.changeColBounds(i, 0.0, 0.0)
        for i in chosen:
            self._highs.changeColBounds(i, float(self._upper[i]), float(self._upper[i]))
        self._held = [*left_out, *chosen]
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        x = np.clip(np.array(self._highs.getSolution().col_value), 0.0, 1.0)
        return Point(x, float(self._highs.getInfo().objective_function_value))
