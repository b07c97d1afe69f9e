"""The engine's arrays while they are put together, subject by subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741  (index arrays)
Pair = tuple[int, int]


class PlanLike(Protocol):
    """What the engine needs of a plan."""

    bounds: I
    load: F
    stock: F


@dataclass
class Draft:
    """What is known before the tables are written, and the tables by their names in the layout.

    Attributes:
        loads: (way, good) that the plan ever loads, by way.
        bins: (place, good) that can hold something; cells: (place, lot); bin_cell: where each bin's cells begin.
        ints, floats: tables of topology (T_) and of numbers common to lanes (U_).
        sizes: counts (N_).
        ring_slots: rows of each cell for cargo under way to it.
    """

    net: Network
    plan: PlanLike
    loads: list[Pair]
    bins: list[Pair]
    cells: list[Pair]
    bin_cell: I
    ints: dict[int, I] = field(default_factory=dict)
    floats: dict[int, F] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ring_slots: I = np.zeros(len(self.cells), dtype=np.int64)
        self.bin_of = {pair: i for i, pair in enumerate(self.bins)}
        self.cell_of = {pair: i for i, pair in enumerate(self.cells)}


class Ragged:
    """Lists of different length in one flat list, with where each begins."""

    def __init__(self, items: Sequence[Sequence[int]]) -> None:
        self.start = np.cumsum([0, *[len(x) for x in items]])
        self.flat = np.array([y for x in items for y in x], dtype=np.int64)
