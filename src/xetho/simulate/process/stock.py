"""Depots: how much of a good lies in a bin, and taking from it lot by lot.

The functions for one `lane` serve what happens to few lanes on few days; the others do a whole block at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel, lane_loop
from xetho.simulate.layout import (
    A_USED_LOT,
    S_SCRATCH,
    S_STOCK,
    T_BIN_CELL,
    T_CELL_LOT,
)
from xetho.simulate.rows import add, copy, fill, same

N = NDArray[np.int32]
S = NDArray[np.float32]
AT = NDArray[np.int64]
# Of a tonne: a milligram; also keeps floats out of the slow range next to zero.
TINY, NONE, ONE = np.float32(1e-9), np.float32(0.0), np.float32(1.0)
SHARE, THERE = 10, 11  # scratch rows of this file


@kernel
def held(n: N, s: S, at: AT, b: int, lane: int) -> float:
    """Tonnes in bin `b` (-1: none)."""
    total = NONE
    if b >= 0:
        for c in range(n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]):
            total += s[at[S_STOCK] + c, lane]
    return total


@kernel
def take(n: N, s: S, at: AT, b: int, tonnes: float, lane: int) -> float:
    """Take up to `tonnes` out of bin `b` for use, all lots in proportion; returns what was taken, books its origin."""
    there = held(n, s, at, b, lane)
    if there <= TINY or tonnes <= TINY:
        return NONE
    share = min(ONE, tonnes / there)
    taken = NONE
    for c in range(n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]):
        part = s[at[S_STOCK] + c, lane] * share
        s[at[S_STOCK] + c, lane] -= part
        s[at[A_USED_LOT] + n[at[T_CELL_LOT] + c], lane] += part
        taken += part
    return taken


@kernel
def bin_row(n: N, s: S, at: AT, b: int, spare: int) -> int:
    """Row of the tonnes in bin `b`: its stock where the bin has one lot, else row `spare`, which gets the sum."""
    first, end = n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]
    if end - first == 1:
        return at[S_STOCK] + first
    copy(s[spare], s[at[S_STOCK] + first])
    for c in range(first + 1, end):
        add(s[spare], s[at[S_STOCK] + c])
    return spare


@kernel
def take_lanes(n: N, s: S, at: AT, b: int, want: S, got: S) -> bool:
    """Take up to `want` tonnes out of bin `b` (-1: none) in every lane; `got` tells what was taken.

    Returns whether that is in every lane what was wanted, to the last bit.
    """
    if b < 0:
        fill(got, NONE)
        return False
    first, end = n[at[T_BIN_CELL] + b], n[at[T_BIN_CELL] + b + 1]
    if end - first == 1:
        return _take_whole(want, got, s[at[S_STOCK] + first], s[at[A_USED_LOT] + n[at[T_CELL_LOT] + first]])
    share = s[at[S_SCRATCH] + SHARE]
    _share_of(share, want, got, s[bin_row(n, s, at, b, at[S_SCRATCH] + THERE)])
    for c in range(first, end):
        _take_part(share, got, s[at[S_STOCK] + c], s[at[A_USED_LOT] + n[at[T_CELL_LOT] + c]])
    return same(want, got)


@lane_loop
def _take_whole(want: S, got: S, stock: S, used: S) -> bool:
    less = np.int32(0)
    for lane in range(want.shape[0]):
        part = min(want[lane], stock[lane]) if want[lane] > TINY and stock[lane] > TINY else NONE
        stock[lane] -= part
        used[lane] += part
        got[lane] = part
        less = np.int32(less | np.int32(part != want[lane]))
    return less == 0


@lane_loop
def _share_of(share: S, want: S, got: S, there: S) -> None:
    for lane in range(share.shape[0]):
        part = min(ONE, want[lane] / max(there[lane], TINY))
        share[lane] = part if want[lane] > TINY and there[lane] > TINY else NONE
        got[lane] = NONE


@lane_loop
def _take_part(share: S, got: S, stock: S, used: S) -> None:
    for lane in range(share.shape[0]):
        part = stock[lane] * share[lane]
        stock[lane] -= part
        used[lane] += part
        got[lane] += part
