"""Which assumption an answer hangs on, from the campaigns already run.

The assumptions of a run are drawn independently of each other, so the runs themselves are a design: no
further campaigns are needed. The measure is the first-order share of variance, Var(E[Y|X]) / Var(Y)
(Sobol 1993), estimated from the given sample by equal-count slices of X. A share is only called real
when it stands above what the largest of all assumptions reaches by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]

SHUFFLES = 200
LEAST_RUNS = 40
# Runs in a slice: enough for a mean, few enough that a bend shows.
RUNS_PER_SLICE = 25
MOST_SLICES = 24


@dataclass(frozen=True)
class Influence:
    """How much of an output's variance each assumption carries alone.

    Attributes:
        table: one row an assumption, indexed by its id, greatest share first: `share` (0..1; what is left
            is chance and interplay), `low_third` and `high_third` (mean output in the runs with the lowest
            and highest third of the assumption), `stands_out` (share above `floor`).
        floor: share that the largest of all assumptions reaches by accident in 95 of 100 shuffles.
        runs: runs used.
    """

    table: pd.DataFrame
    floor: float
    runs: int

    def leading(self, most: int = 3) -> list[str]:
        """Ids of the assumptions that stand out, greatest share first; empty when none does."""
        return [str(key) for key in self.table.index[self.table["stands_out"]][:most]]


def influence(output: npt.ArrayLike, assumptions: pd.DataFrame, seed: int = 0) -> Influence:
    """Shares of the output's variance that go with each assumption alone.

    Args:
        output: one number (or truth) a run; runs where it is NaN are left out.
        assumptions: one row a run in the same order, one column an assumption.
        seed: of the shuffles that give the noise floor; the answer is the same for the same seed.

    Raises:
        ValueError: the number of runs differs.
    """
    y = np.asarray(output, dtype=np.float64)
    if len(y) != len(assumptions):
        raise ValueError(f"{len(y)} outputs for {len(assumptions)} rows of assumptions")
    kept = ~np.isnan(y)
    y = y[kept]
    names = [str(name) for name in assumptions.columns]
    draws = assumptions.to_numpy(dtype=np.float64)[kept]
    varies = draws.std(axis=0) > 0.0 if len(draws) else np.zeros(len(names), dtype=bool)
    shares = np.zeros(len(names))
    floor = nan
    if len(y) >= LEAST_RUNS and float(np.std(y)) > 0.0 and bool(varies.any()):
        rng = np.random.default_rng(seed)
        # The first column is the output itself, the rest are shuffles of it.
        centred = np.stack([y, *(rng.permutation(y) for _ in range(SHUFFLES))], axis=1) - y.mean()
        accident = np.zeros(SHUFFLES)
        for column in np.flatnonzero(varies):
            found = _shares(_slices(draws[:, column]), centred, np.full(SHUFFLES + 1, np.sum(centred[:, 0] ** 2)))
            shares[column] = found[0]
            accident = np.maximum(accident, found[1:])
        floor = float(np.quantile(accident, 0.95))
    table = pd.DataFrame(
        {
            "share": np.clip(shares, 0.0, 1.0),
            "low_third": [_third(y, draws[:, i], low=True) for i in range(len(names))],
            "high_third": [_third(y, draws[:, i], low=False) for i in range(len(names))],
            # NaN floor (too few runs, or an output that never changes): nothing stands out.
            "stands_out": shares > floor,
        },
        index=pd.Index(names, name="assumption"),
    )
    return Influence(table.sort_values("share", ascending=False, kind="stable"), floor, len(y))


def hangs_on(
    output: npt.ArrayLike, assumptions: pd.DataFrame, names: dict[str, str] | None = None, most: int = 3
) -> list[tuple[str, str, float]]:
    """The assumptions an answer hangs on as (id, name, share), greatest first; empty when none stands out."""
    found = influence(output, assumptions)
    words = names or {}
    shares = found.table["share"]
    return [(key, words.get(key, key), float(shares.loc[key])) for key in found.leading(most)]


def first_order(slices: npt.NDArray[np.intp], outputs: Floats) -> Floats:
    """Share of the variance of each column of `outputs` between the slices, corrected for its bias.

    Epsilon-squared, (SSB - (k - 1) MSW) / SST (Kelley 1935): zero on average when nothing is there,
    where the plain ratio of sums of squares would be (k - 1) / (n - 1).

    Args:
        slices: slice 0..k-1 of each of n runs; no slice empty.
        outputs: n × m, m outputs or shuffles; a column without variance gives 0.
    """
    centred = outputs - outputs.mean(axis=0)
    return _shares(slices, centred, np.sum(centred**2, axis=0))


def _shares(slices: npt.NDArray[np.intp], centred: Floats, total: Floats) -> Floats:
    """`first_order` of outputs less their means, with their sums of squares."""
    runs = len(slices)
    counts = np.bincount(slices).astype(np.float64)
    k = len(counts)
    if k < 2 or runs <= k:
        return np.zeros(centred.shape[1])
    member = sparse.csr_matrix((np.ones(runs), (slices, np.arange(runs))), shape=(k, runs))
    between = np.sum((member @ centred) ** 2 / counts[:, None], axis=0)
    within = (total - between) / (runs - k)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (between - (k - 1) * within) / total
    return np.where(total > 0.0, share, 0.0)


def _slices(x: Floats) -> npt.NDArray[np.intp]:
    """Equal-count slices of x by rank; equal values share a slice, so that a two-valued x gives two."""
    wanted = int(np.clip(len(x) // RUNS_PER_SLICE, 2, MOST_SLICES))
    edges = np.quantile(x, np.linspace(0, 1, wanted + 1)[1:-1])
    place = np.searchsorted(np.unique(edges), x, side="left")
    return np.unique(place, return_inverse=True)[1].astype(np.intp)


def _third(y: Floats, x: Floats, *, low: bool) -> float:
    if len(x) == 0:
        return nan
    edge = np.quantile(x, 1 / 3 if low else 2 / 3)
    chosen = y[x <= edge] if low else y[x >= edge]
    return float(np.mean(chosen)) if len(chosen) else nan
