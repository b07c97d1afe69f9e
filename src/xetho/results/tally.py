"""Running figures of outputs in bounded memory: shares, means and quantiles of any number of runs.

Quantiles come from a sketch of sorted buffers: two of one weight are merged and every other value of them kept at
twice the weight (Munro and Paterson, "Selection and sorting with limited storage", 1980; in this form Manku,
Rajagopalan and Lindsay, "Approximate medians and other order statistics in one pass", SIGMOD 1998). It draws nothing
at random, so the same runs give the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F = NDArray[np.float64]
# Values of a buffer. A million runs make 7 merges one above the other: ranks are right to 7 / (2 * 8192) of the runs.
BUFFER = 8192


class Tally:
    """Shares, means and quantiles of variables whose last dimension is the run.

    Runs are added in the order of their numbers, so a tally does not depend on threads or blocks.
    """

    def __init__(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """`shapes`: the shape of every variable without its runs."""
        self._shapes = {name: tuple(shape) for name, shape in shapes.items()}
        sizes = [int(np.prod(shape, dtype=np.int64)) for shape in self._shapes.values()]
        ends = np.cumsum([0, *sizes])
        self._rows = {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(self._shapes)}
        rows = int(ends[-1])
        self.runs = 0
        self._happened = np.zeros(rows, dtype=np.int64)
        self._total = np.zeros(rows)
        self._open = np.empty((rows, BUFFER), dtype=np.float32)  # the buffer being filled
        self._levels: list[F32 | None] = []  # sorted buffers; one value of level i stands for 2 ** i
        self._upper: list[bool] = []  # whether the next merge at a level keeps the upper of each pair
        self._drift = 0  # by how many runs a rank may be out

    def __contains__(self, name: str) -> bool:
        return name in self._shapes

    @property
    def rank_error(self) -> float:
        """By which share of the runs the rank of a quantile may be out, at most; 0 while nothing had to be merged."""
        return self._drift / self.runs if self.runs else 0.0

    def add(self, variables: Mapping[str, F32]) -> None:
        """Take in runs: every variable with its runs last, NaN where it did not happen."""
        values = np.concatenate([variables[name].reshape(-1, variables[name].shape[-1]) for name in self._shapes])
        begin = 0
        while begin < values.shape[1]:
            at = self.runs % BUFFER
            part = values[:, begin : begin + BUFFER - at]
            self._open[:, at : at + part.shape[1]] = part
            self.runs += part.shape[1]
            begin += part.shape[1]
            if self.runs % BUFFER == 0:
                there, total = _sums(self._open)
                self._happened += there
                self._total += total
                self._carry(np.sort(self._open, axis=1))

    def points(self, name: str, shares: Sequence[float]) -> tuple[F, F, F]:
        """How often it happened (a share of the runs), its mean, and its quantiles at `shares`, over those runs.

        The first two have the shape of the variable, the quantiles also one for each share in front. NaN where it
        never happened. Quantiles lie between order statistics on a line, as NumPy's do.
        """
        rows, shape = self._rows[name], self._shapes[name]
        there, total = _sums(self._open[rows, : self.runs % BUFFER])
        count, total = self._happened[rows] + there, self._total[rows] + total
        mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
        quantiles = np.full((len(shares), len(count)), np.nan)
        values, weights = self._values(rows)
        for row, happened in enumerate(count):
            if happened:
                order = np.argsort(values[row], kind="stable")
                quantiles[:, row] = _quantiles(values[row][order], weights[order], int(happened), shares)
        share = count / max(self.runs, 1)
        return share.reshape(shape), mean.reshape(shape), quantiles.reshape(len(shares), *shape)

    def _values(self, rows: slice) -> tuple[F32, NDArray[np.int64]]:
        """All values that are held of some rows, and for how many runs each stands."""
        held = [(self._open[rows, : self.runs % BUFFER], 1)]
        held += [(level[rows], 2**i) for i, level in enumerate(self._levels) if level is not None]
        weights = np.repeat([weight for _, weight in held], [part.shape[1] for part, _ in held])
        return np.concatenate([part for part, _ in held], axis=1), weights

    def _carry(self, buffer: F32) -> None:
        """Put a sorted buffer at the lowest level; two at one level make one above it."""
        for i in range(len(self._levels) + 1):
            if i == len(self._levels):
                self._levels.append(None)
                self._upper.append(False)
            lower = self._levels[i]
            if lower is None:
                self._levels[i] = buffer
                return
            both = np.sort(np.concatenate([lower, buffer], axis=1), axis=1)
            # Upper and lower by turns, so that what one merge adds to ranks the next takes away.
            buffer = np.ascontiguousarray(both[:, int(self._upper[i]) :: 2])
            self._levels[i], self._upper[i] = None, not self._upper[i]
            self._drift += 2**i


def _sums(values: F32) -> tuple[NDArray[np.int64], F]:
    """How many values of each row are there, and their sum."""
    there = ~np.isnan(values)
    return np.count_nonzero(there, axis=1), np.sum(values, axis=1, dtype=np.float64, where=there)


def _quantiles(values: F32, weights: NDArray[np.int64], there: int, shares: Sequence[float]) -> F:
    """Quantiles of the `there` lowest of weighted values in rising order."""
    ends = np.cumsum(weights)
    place = np.asarray(shares) * (there - 1)
    below = np.floor(place)
    last = np.count_nonzero(~np.isnan(values)) - 1
    at = [np.minimum(np.searchsorted(ends, rank, side="right"), last) for rank in (below, np.ceil(place))]
    low, high = values[at[0]].astype(np.float64), values[at[1]].astype(np.float64)
    return np.asarray(low + (place - below) * (high - low))
