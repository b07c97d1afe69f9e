"""The scenario as index arrays: what the planner and the engine both read. Knows no files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from xetho.network.battle import Battle
from xetho.network.inputs import Inputs

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741  (index arrays)
B = NDArray[np.bool_]


@dataclass(frozen=True)
class Target:
    """A stock that must stand at a place on a day: place and good indices, day, t, weight."""

    place: int
    good: int
    day: int
    t: float
    weight: float


@dataclass(frozen=True)
class Ration:
    """What one man of a force draws of a good in a day, and which slot of the inputs says so."""

    force: int
    good: int
    slot: int


@dataclass(frozen=True)
class Posted:
    """Cuts and guards to be played: 1 on the days of a route that they are for, else 0. Both routes x D."""

    cut: F
    guard: F


@dataclass(frozen=True)
class ThreatTable:
    """What is fixed about each threat: names, kind, sharing policy, pool that makes the effort, side, flak weapons."""

    ids: list[str]
    kind: list[str]
    policy: list[str]
    pool: list[str]
    side: list[int]
    weapons: list[list[int]]


@dataclass
class Network:
    """Places, arcs, ways, pools, needs and the two sides' battle, as arrays. See docs/design/interfaces.md."""

    name: str
    start: date
    days: int
    place_ids: list[str]
    good_ids: list[str]
    side_ids: list[str]
    pool_ids: list[str]
    region_ids: list[str]
    route_ids: list[str]
    mode_ids: list[str]
    lot_ids: list[str]  # "good:origin", "good" when without origin
    lot_good: I

    place_side: I
    place_zone: I
    place_front: B  # front places and places that feed a camp
    zone_ids: list[str]
    handling: F

    arc_route: I
    arc_from: I
    arc_to: I
    arc_open: B
    arc_throughput: F
    arc_air: B
    arc_km: F

    route_cut: F  # routes x D: 1 where a played cut shuts the route to all that cannot pass a cut
    route_guard: F  # routes x D: 1 where a played guard turns all threats away

    way_arc: I
    way_mode: I
    way_pool: I
    way_rate: F
    way_expected: F
    way_loss: F
    way_food_good: I
    way_food: F
    way_fuel_good: I
    way_fuel: F
    way_travel: I
    way_crew: F

    fleet_pool: I
    fleet_share: F  # fleets x D: share of the row's count present
    pool_side: I
    pool_region: I
    pool_mode: I
    pool_count: F
    pool_factor: F  # P x D: share of the carriers that the region's labour can crew

    region_share: F  # regions x D: share under control
    region_labour: F

    supply_place: I
    supply_lot: I
    supply_region: I
    supply_share: F  # supply rows x D: share of the total that comes in that day at full control

    demand_place: I
    demand_good: I
    demand_share: F  # rows x D, explicit use

    rations: list[Ration]
    small_arms: list[Ration]

    stock0: F
    inflow: F
    need: F
    targets: list[Target]
    good_weight: F
    good_class: list[str]

    weather_row: I  # zones x D: row of the weather table in force, -1 none
    threat_table: ThreatTable
    threat_targets: list[I]
    threat_share: F  # threats x D: 1 while in force
    inputs: Inputs
    battle: Battle
    outcome_camp: int
    days_after: int
