"""The answer of a search for the worst cuts: the plan, its proof, and others nearly as bad."""

from __future__ import annotations

import math
from dataclasses import dataclass

TOLERANCE = 1e-9
"""Relative difference below which two values count as the same."""


@dataclass(frozen=True)
class Cut:
    """A set of routes to cut (indices, ascending) and what is then left: the flow, or the path's length."""

    routes: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Interdiction:
    """The worst cuts found and what is proven of them.

    `bound` is a value that no cut plan within the budget passes.  `gap` is the part of the greatest effect not ruled
    out (`|bound - base|`) that the best plan may still miss: 0 when it is proven best, 1 when nothing is known.
    `others` are further plans with at least `share` of the best plan's effect, best first, none of which
    holds all routes of a better one; `complete` says that there are no more of them.
    """

    base: float  # value with nothing cut
    best: Cut
    bound: float
    gap: float
    others: tuple[Cut, ...]
    complete: bool
    share: float
    seconds: float

    @property
    def proven(self) -> bool:
        """Is the plan proven best?"""
        return self.gap <= 1e-6

    @property
    def effect(self) -> float:
        """What the cuts take away (flow) or add (length); inf when they sever the last path."""
        return effect(self.base, self.best.value)


def effect(base: float, value: float) -> float:
    """What changes from one value to another; nothing when both are infinite."""
    return 0.0 if base == value else abs(value - base)


def gap(base: float, value: float, bound: float) -> float:
    """Part of the effect not ruled out that a plan of this value may miss (0 to 1)."""
    possible, reached = effect(base, bound), effect(base, value)
    if math.isinf(possible):
        return 0.0 if math.isinf(reached) else 1.0
    if possible <= TOLERANCE * max(1.0, abs(base)):
        return 0.0
    return min(max(1.0 - reached / possible, 0.0), 1.0)
