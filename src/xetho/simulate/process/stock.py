"""Depots: how much of a good lies in a bin, and taking from it lot by lot.

`take` is for one lane, where few lanes have anything to take; `take_lanes` does a whole block with loops that the
compiler turns into vector instructions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel
from xetho.simulate.layout import A_USED_LOT, S_SCRATCH, S_STOCK, T_BIN_CELL, T_CELL_LOT

N = NDArray[np.int32]
S = NDArray[np.float32]
AT = NDArray[np.int64]
TINY = 1e-9  # of a tonne: a milligram; also keeps floats out of the slow range next to zero


@kernel
def held(n: N, s: S, at: AT, b: int, lane: int) -> float:
    """Tonnes in bin `b` (-1: none)."""
    if b < 0:
        return np.float32(0.0)
    first = at[T_BIN_CELL] + b
    return held_cells(s, at[S_STOCK] + n[first], at[S_STOCK] + n[first + 1], lane)


@kernel
def held_cells(s: S, first: int, end: int, lane: int) -> float:
    """Tonnes in rows first..end-1 of the state."""
    total = np.float32(0.0)
    for c in range(first, end):
        total += s[c, lane]
    return total


@kernel
def take(n: N, s: S, at: AT, b: int, tonnes: float, lane: int) -> float:
    """Take up to `tonnes` out of bin `b` for use, all lots in proportion; returns what was taken, books its origin."""
    if b < 0:
        return np.float32(0.0)
    first = at[T_BIN_CELL] + b
    return take_cells(n, s, n[first], n[first + 1], at[S_STOCK], at[T_CELL_LOT], at[A_USED_LOT], tonnes, lane)


@kernel
def take_cells(
    n: N, s: S, first: int, end: int, stock: int, lot: int, used: int, tonnes: float, lane: int
) -> float:
    """The same for cells first..end-1, with the offsets of stocks, lots and use already looked up."""
    there = held_cells(s, stock + first, stock + end, lane)
    if there <= TINY or tonnes <= TINY:
        return np.float32(0.0)
    share = min(np.float32(1.0), tonnes / there)
    taken = np.float32(0.0)
    for c in range(first, end):
        part = s[stock + c, lane] * share
        s[stock + c, lane] -= part
        s[used + n[lot + c], lane] += part
        taken += part
    return taken


@kernel
def held_lanes(n: N, s: S, at: AT, b: int, out: S) -> None:
    """Tonnes in bin `b` in every lane."""
    out[:] = np.float32(0.0)
    if b >= 0:
        first = at[T_BIN_CELL] + b
        for c in range(n[first], n[first + 1]):
            stock = s[at[S_STOCK] + c]
            for lane in range(out.shape[0]):
                out[lane] += stock[lane]


@kernel
def take_lanes(n: N, s: S, at: AT, b: int, want: S, got: S) -> None:
    """Take up to `want` tonnes out of bin `b` in every lane; `got` tells what was taken. Uses scratch rows 4 and 5."""
    none, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(TINY)
    share, there = s[at[S_SCRATCH] + 4], s[at[S_SCRATCH] + 5]
    held_lanes(n, s, at, b, there)
    for lane in range(share.shape[0]):
        part = min(one, want[lane] / max(there[lane], tiny))
        share[lane] = part if want[lane] > tiny and there[lane] > tiny else none
        got[lane] = none
    if b < 0:
        return
    first = at[T_BIN_CELL] + b
    for c in range(n[first], n[first + 1]):
        stock, used = s[at[S_STOCK] + c], s[at[A_USED_LOT] + n[at[T_CELL_LOT] + c]]
        for lane in range(share.shape[0]):
            part = stock[lane] * share[lane]
            stock[lane] -= part
            used[lane] += part
            got[lane] += part
