"""Which parts of a network that share nothing are large by day, and which small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xetho.plan.inputs import BoolArray, IntArray, NetworkLike
from xetho.plan.model import Model
from xetho.plan.programme import Part, parts


@dataclass(frozen=True)
class Sides:
    """Ways and (place, good) of the large parts."""

    large_ways: BoolArray
    large_pairs: BoolArray  # places x goods

    def holds(self, model: Model, part: Part) -> bool:
        """Is a part of some model of the network one of the large parts, or a piece of one?"""
        place, good = _pairs(model, part).T
        return bool(self.large_pairs[place, good].any())


def tell_apart(network: NetworkLike, model: Model, useful: BoolArray, most: int) -> Sides:
    """The sides of a network: small parts have at most so many useful loads by day (days x ways x goods).

    model: of the network, with any periods.
    """
    ways = np.zeros(len(network.way_arc), dtype=bool)
    pairs = np.zeros((len(network.place_ids), len(network.good_ids)), dtype=bool)
    loads = useful.sum(axis=(0, 2))
    at = model.columns
    for part in parts(model.programme):
        hauls = part.columns[(part.columns >= at.haul) & (part.columns < at.stock)] - at.haul
        mine = np.unique(model.hauls.way[hauls])
        if loads[mine].sum() > most:
            ways[mine] = True
            place, good = _pairs(model, part).T
            pairs[place, good] = True
    return Sides(ways, pairs)


def _pairs(model: Model, part: Part) -> IntArray:
    """Places and goods of a part (N x 2)."""
    at = model.columns
    stocks = part.columns[(part.columns >= at.stock) & (part.columns < at.shortage)] - at.stock
    return model.pairs[np.unique(stocks % len(model.pairs))]
