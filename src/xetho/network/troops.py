"""What formations need by themselves: the part of a place's need that grows with the men there."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from xetho.network.build import bring_forward, siege_starts
from xetho.network.network import Network

F = NDArray[np.float64]


def troops_need(network: Network, side: str, place: str, forces: Collection[str] = ()) -> tuple[F, F]:
    """Rations and small arms of a side's formations at a place, and the men there, by day.

    forces: only these formations (all of the side at the place unless given).  Returns days x goods (t/day, brought
    forward by the days of cover as the network's own need is) and days (men).
    """
    battle, inputs = network.battle, network.inputs
    at, own = network.place_ids.index(place), network.side_ids.index(side)
    chosen = [
        f for f, name in enumerate(battle.force_ids)
        if battle.force_place[f] == at and battle.force_side[f] == own and (not forces or name in forces)
    ]  # fmt: skip
    strength = inputs.column("forces", "strength", len(battle.force_ids))
    central, starts = inputs.central(), siege_starts(battle, network.days)
    need, men = np.zeros((network.days, len(network.good_ids))), np.zeros(network.days)
    present = {f: _days(network, battle.force_from[f], battle.force_until[f]) for f in chosen}
    for f in chosen:
        men[present[f]] += strength[f]
    fired = [(x, starts.get(battle.force_group[x.force], network.days)) for x in network.small_arms]
    for ration, since in [(x, 0) for x in network.rations] + fired:
        if ration.force in present:
            days = slice(max(present[ration.force].start, since), present[ration.force].stop)
            need[days, ration.good] += strength[ration.force] * central[ration.slot] / 1000.0
    return bring_forward(need[:, None, :], inputs)[:, 0], men


def _days(network: Network, first: int, last: int) -> slice:
    return slice(max(first, 0), min(last, network.days - 1) + 1)
