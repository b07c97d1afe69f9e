"""What can ever be where: the loads a plan uses, the goods and lots that can meet at a place, who draws on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network

I = NDArray[np.int64]  # noqa: E741  (index arrays)
Pair = tuple[int, int]
Draw = tuple[int, int, int, int, int]  # kind, group, force (-1 a camp), good, bin
RATION, SMALL_ARMS = 0, 1
LEAST_PLANNED_T = 1e-3  # a day: what a plan loads below this is the solver's rounding


def planned_loads(load: NDArray[np.float64]) -> list[Pair]:
    """Ways and goods that a plan (periods x ways x goods, t a day) ever loads."""
    return [(int(w), int(g)) for w, g in np.argwhere(load.max(axis=0) > LEAST_PLANNED_T)]


def bins_and_lots(net: Network, loads: Sequence[Pair]) -> tuple[list[Pair], list[Pair], I]:
    """Bins (place, good) that can ever hold something, their cells (place, lot), and where each bin's cells begin."""
    lots: set[tuple[int, int]] = set(zip(net.supply_place.tolist(), net.supply_lot.tolist(), strict=True))
    capture = capture_places(net)
    grown = True
    while grown:
        grown = False
        for w, g in loads:
            arc = int(net.way_arc[w])
            here, there = int(net.arc_from[arc]), int(net.arc_to[arc])
            for lot in [k for p, k in lots if p == here and net.lot_good[k] == g]:
                for goal in (there, capture.get((there, g), -1)):
                    if goal >= 0 and (goal, lot) not in lots:
                        lots.add((goal, lot))
                        grown = True
    plain = {int(g): i for i, g in enumerate(net.lot_good) if ":" not in net.lot_ids[i]}
    pairs = {(p, int(net.lot_good[k])) for p, k in lots}
    needed = {(r_place, g) for (r_place, g) in _needed(net)}
    for pair in sorted(needed - pairs):
        lots.add((pair[0], plain[pair[1]]))
    cells = sorted(lots, key=lambda x: (x[0], int(net.lot_good[x[1]]), x[1]))
    bins = sorted({(p, int(net.lot_good[k])) for p, k in cells})
    start = np.zeros(len(bins) + 1, dtype=np.int64)
    for p, k in cells:
        start[bins.index((p, int(net.lot_good[k]))) + 1] += 1
    return bins, cells, np.cumsum(start)


def capture_places(net: Network) -> dict[Pair, int]:
    """Where a besieger takes in what falls outside a camp: with the first of its formations that uses the good."""
    b = net.battle
    out: dict[Pair, int] = {}
    for c, place in enumerate(b.camp_place):
        for g in range(len(net.good_ids)):
            users = [
                b.force_place[x.force] for x in b.batteries
                if b.weapon_good[x.weapon] == g and b.force_side[x.force] == b.camp_attacker[c]
            ] + [
                b.force_place[r.force] for r in [*net.rations, *net.small_arms]
                if r.good == g and b.force_side[r.force] == b.camp_attacker[c]
                and net.place_front[b.force_place[r.force]]
            ]  # fmt: skip
            if users:
                out[place, g] = users[0]
    return out


def draws(net: Network, bin_of: dict[Pair, int]) -> tuple[list[Draw], list[list[Pair]]]:
    """Who draws rations and small arms: each field force for itself, each camp as one mess."""
    b = net.battle
    rows: list[Draw] = []
    slots: list[list[Pair]] = []
    messes: dict[tuple[int, int, int], int] = {}
    for kind, entries in ((RATION, net.rations), (SMALL_ARMS, net.small_arms)):
        for r in entries:
            group = b.force_group[r.force]
            if group < len(b.camp_ids):
                key = (kind, group, r.good)
                if key not in messes:
                    messes[key] = len(rows)
                    rows.append((kind, group, -1, r.good, bin_of[b.camp_place[group], r.good]))
                    slots.append([])
                slots[messes[key]].append((r.force, r.slot))
            else:
                rows.append((kind, group, r.force, r.good, bin_of[b.force_place[r.force], r.good]))
                slots.append([(r.force, r.slot)])
    return rows, slots


def _needed(net: Network) -> set[Pair]:
    b = net.battle
    out = {(b.force_place[r.force], r.good) for r in [*net.rations, *net.small_arms]}
    out |= {(b.force_place[x.force], b.weapon_good[x.weapon]) for x in b.batteries}
    out |= set(zip(net.demand_place.tolist(), net.demand_good.tolist(), strict=True))
    for c, place in enumerate(b.camp_place):
        for r in [*net.rations, *net.small_arms]:
            if b.force_group[r.force] == c:
                out.add((place, r.good))
        for x in b.batteries:
            if b.force_group[x.force] == c:
                out.add((place, b.weapon_good[x.weapon]))
    return out
