"""Nearly orthogonal Latin hypercubes: few points, many factors, columns that hardly go together.

Ye (1998), "Orthogonal column Latin hypercubes and their application in computer experiments", Journal of the American
Statistical Association 93, builds a design of 2^m + 1 points from one order of the levels 1..2^(m-1), its
reflections within blocks and the signs of a two-level factorial; Cioppa and Lucas (2007), "Efficient nearly orthogonal
and space-filling Latin hypercubes", Technometrics 49, take all products of two reflections, which gives
1 + (m-1) + (m-1)(m-2)/2 factors, and search for an order of the levels that fills space well while no two columns
correlate by more than 0.03. The search here is our own: from random orders levels are exchanged until the columns
are as good as orthogonal, and of several such designs the one that fills space best is taken.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_CORRELATION = 0.03  # what Cioppa and Lucas call nearly orthogonal
ORDERS = range(4, 9)  # m: 17 to 257 points
STARTS = 8  # random orders tried; more fill space a little better


def sizes() -> dict[int, int]:
    """Number of points of each design, and the most factors it holds.

    >>> sizes()
    {17: 7, 33: 11, 65: 16, 129: 22, 257: 29}
    """
    return {2**m + 1: 1 + (m - 1) + (m - 1) * (m - 2) // 2 for m in ORDERS}


def smallest(factors: int) -> int | None:
    """Fewest points that hold so many factors; None when no design does."""
    return next((points for points, most in sizes().items() if factors <= most), None)


@cache
def nolh(points: int, factors: int, seed: int) -> Floats:
    """A design of `points` × `factors` in [0, 1], both ends taken; each column has all of its levels once.

    No two columns correlate by more than `MOST_CORRELATION`. The same seed gives the same design.

    Raises:
        ValueError: no design has so many points, or it does not hold so many factors.
    """
    if sizes().get(points, 0) < factors or factors < 1:
        raise ValueError(f"no nearly orthogonal Latin hypercube of {points} points holds {factors} factors")
    m = (points - 1).bit_length() - 1
    places, signs = (table[:, :factors] for table in _pattern(m))
    # The levels in their natural order give columns that are orthogonal, though they fill space poorly.
    found = [_design(np.arange(1, len(places) + 1), places, signs)]
    random = np.random.default_rng(seed)
    for _ in range(STARTS):
        order = _settle(random.permutation(len(places)) + 1, places, signs)
        if order is not None:
            found.append(_design(order, places, signs))
    return min(found, key=_unevenness)


def correlation(design: Floats) -> float:
    """Greatest correlation, sign aside, of any two columns; 0 for one column, columns that never change left out."""
    moving = design[:, np.ptp(design, axis=0) > 0] if len(design) else design[:, :0]
    if moving.shape[1] < 2:
        return 0.0
    return float(np.abs(np.triu(np.corrcoef(moving.T), 1)).max())


def _pattern(m: int) -> tuple[Ints, Ints]:
    """Which level of the order each row of each column takes, and its sign (2^(m-1) rows, every column)."""
    rows = np.arange(2 ** (m - 1))
    mirrors = [rows ^ (2**i - 1) for i in range(1, m)]  # reversed within blocks of 2^i
    walsh = [1 - 2 * ((rows >> (i - 1)) & 1) for i in range(1, m)]
    pairs = list(combinations(range(m - 1), 2))
    places = [rows, *mirrors, *(mirrors[i][mirrors[j]] for i, j in pairs)]
    signs = [np.ones_like(rows), *walsh, *(walsh[i] * walsh[j] for i, j in pairs)]
    return np.array(places).T, np.array(signs).T


def _design(order: Ints, places: Ints, signs: Ints) -> Floats:
    """Half of the design from an order of the levels, its centre, and its mirror image, brought to [0, 1]."""
    half = order[places] * signs
    whole = np.vstack([half, np.zeros((1, half.shape[1]), dtype=np.int64), -half])
    return np.asarray((whole + len(order)) / (2.0 * len(order)))


def _settle(order: Ints, places: Ints, signs: Ints) -> Ints | None:
    """Exchange levels while the columns' products shrink, until they are nearly orthogonal; None when that fails."""
    q = len(order)
    # A column's half has the squares 1..q: times their sum, products of whole numbers are compared, not ratios.
    most = MOST_CORRELATION * q * (q + 1) * (2 * q + 1) / 6

    def products(levels: Ints) -> tuple[float, float]:
        half = (levels[places] * signs).astype(np.float64)
        between = np.triu(half.T @ half, 1)
        return float(np.abs(between).max()), float(np.sum(between**2))

    greatest, total = products(order)
    while greatest > most:
        before = total
        for one, other in combinations(range(q), 2):
            order[[one, other]] = order[[other, one]]
            tried, sum_tried = products(order)
            if sum_tried < total:
                greatest, total = tried, sum_tried
                if greatest <= most:
                    return order
            else:
                order[[one, other]] = order[[other, one]]
        if total == before:
            return None
    return order


def _unevenness(design: Floats) -> float:
    """Centred discrepancy of the design with its levels moved to the middle of their cells (Hickernell 1998)."""
    points = len(design)
    return float(qmc.discrepancy((design * (points - 1) + 0.5) / points))
