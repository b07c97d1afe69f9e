"""Designs of experiments: which level each factor takes at each point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from xetho.experiment.nolh import correlation, nolh

Floats = NDArray[np.float64]
Level = float | int | bool | str | date

KINDS = ("factorial", "latin-hypercube", "sobol", "nolh")
MOST_POINTS = 100_000


@dataclass(frozen=True)
class Factor:
    """One thing that is varied, by `levels` or over a `span`; one of the two.

    Attributes:
        name: of its column in the table of results.
        kind: what it varies: an assumption, which variant is applied, or a number or word that is set.
        target: id of the assumption; blank for variants; table[key].column for what is set.
        levels: its values; for variants their names, blank for the scenario as it is.
        span: least and greatest value.
        quantiles: levels and span are quantiles (0 to 1) of the assumption's distribution.
        whole: only whole numbers make sense; values within a span are rounded.
    """

    name: str
    kind: Literal["assumption", "variant", "set"]
    target: str
    levels: tuple[Level, ...] = ()
    span: tuple[float, float] | None = None
    quantiles: bool = False
    whole: bool = False

    def at(self, u: float) -> Level:
        """The level for a coordinate from 0 to 1."""
        if self.span is None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        low, high = self.span
        value = low + (high - low) * u
        return math.floor(value + 0.5) if self.whole else value


@dataclass(frozen=True)
class Design:
    """Factors and how their levels are put together. `points` and `seed` mean nothing to a factorial."""

    kind: str
    factors: tuple[Factor, ...]
    points: int = 0
    seed: int = 1

    @property
    def size(self) -> int:
        """Number of points."""
        if self.kind == "factorial":
            return math.prod(len(factor.levels) for factor in self.factors)
        return self.points

    def settings(self) -> list[tuple[Level, ...]]:
        """The level of each factor at each point; the same seed gives the same points.

        A factorial has every combination, the last factor changing fastest.
        """
        if self.kind == "factorial":
            return list(product(*(factor.levels for factor in self.factors)))
        return [
            tuple(factor.at(u) for factor, u in zip(self.factors, row, strict=True)) for row in self._unit().tolist()
        ]

    def _unit(self) -> Floats:
        """Points × factors in [0, 1]."""
        columns = len(self.factors)
        if self.kind == "nolh":
            return nolh(self.points, columns, self.seed)
        random = np.random.default_rng(self.seed)
        if self.kind == "sobol":
            sobol = qmc.Sobol(columns, scramble=True, rng=random)
            return np.asarray(sobol.random_base2(self.points.bit_length() - 1), dtype=np.float64)
        return np.asarray(qmc.LatinHypercube(columns, rng=random).random(self.points), dtype=np.float64)


def worst_correlation(factors: Sequence[Factor], settings: Sequence[Sequence[Level]]) -> float:
    """Greatest correlation, sign aside, between two factors as they are set; words count by their place."""
    columns = [
        [float(level) if isinstance(level, int | float) else factor.levels.index(level) for level in column]
        for factor, column in zip(factors, zip(*settings, strict=True), strict=True)
    ]
    return correlation(np.array(columns, dtype=np.float64).T)
