"""Forces, batteries, strongpoints, works and operations as index arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xetho.network.inputs import Inputs
from xetho.scenario import Condition, Scenario

I = NDArray[np.int64]  # noqa: E741  (index arrays)
B = NDArray[np.bool_]

ASSAULT, BASE, LABOUR, REPLACEMENT = 0, 1, 2, 3
KIND = {
    "infantry": ASSAULT, "airborne": ASSAULT, "armour": ASSAULT, "labour": LABOUR, "replacements": REPLACEMENT,
}  # fmt: skip  (every other kind serves at the base)

# Kinds of condition, as the engine knows them.
CONDITIONS = (
    "held", "lost", "fallen", "op", "tried", "work", "stock", "front", "food_days", "strength", "morale", "airstrip",
)  # fmt: skip
ROLES = ("field", "flak", "tank", "rocket")
OPERATIONS = ("assault", "counter_attack", "siege")
WORKS = ("road", "trench", "battery", "mine", "airstrip")


@dataclass(frozen=True)
class Test:
    """One condition in indices: kind (see CONDITIONS), subject, place (-1 none), least or less-than, value."""

    kind: int
    subject: int
    place: int
    below: bool
    value: float


@dataclass(frozen=True)
class Battery:
    """The pieces of one weapon that one formation brings; `slot` of the inputs holds how many."""

    force: int
    weapon: int
    slot: int


@dataclass(frozen=True)
class Fire:
    """Rounds of one weapon for each attempt of an operation; `slot` of the inputs holds how many."""

    operation: int
    weapon: int
    slot: int


@dataclass
class Battle:
    """All that fights. A *group* is a camp (first) or the field force of a side (after the camps)."""

    camp_ids: list[str] = field(default_factory=list)
    camp_side: list[int] = field(default_factory=list)
    camp_attacker: list[int] = field(default_factory=list)
    camp_place: list[int] = field(default_factory=list)

    position_ids: list[str] = field(default_factory=list)
    position_camp: list[int] = field(default_factory=list)
    position_place: list[int] = field(default_factory=list)
    position_core: list[bool] = field(default_factory=list)
    position_day: list[int] = field(default_factory=list)
    supports: list[list[int]] = field(default_factory=list)
    airstrip_slot: list[int] = field(default_factory=list)  # slot of the airstrip share a position commands, -1

    force_ids: list[str] = field(default_factory=list)
    force_side: list[int] = field(default_factory=list)
    force_group: list[int] = field(default_factory=list)
    force_position: list[int] = field(default_factory=list)
    force_place: list[int] = field(default_factory=list)
    force_kind: list[int] = field(default_factory=list)
    force_from: list[int] = field(default_factory=list)
    force_until: list[int] = field(default_factory=list)

    weapon_ids: list[str] = field(default_factory=list)
    weapon_good: list[int] = field(default_factory=list)
    weapon_role: list[int] = field(default_factory=list)
    batteries: list[Battery] = field(default_factory=list)

    work_ids: list[str] = field(default_factory=list)
    work_side: list[int] = field(default_factory=list)
    work_kind: list[int] = field(default_factory=list)
    work_from: list[int] = field(default_factory=list)
    work_until: list[int] = field(default_factory=list)
    work_positions: list[list[int]] = field(default_factory=list)
    work_tests: list[list[Test]] = field(default_factory=list)
    work_place: list[int] = field(default_factory=list)

    operation_ids: list[str] = field(default_factory=list)
    operation_side: list[int] = field(default_factory=list)
    operation_kind: list[int] = field(default_factory=list)
    operation_target: list[int] = field(default_factory=list)
    operation_forces: list[list[int]] = field(default_factory=list)
    operation_from: list[int] = field(default_factory=list)
    operation_until: list[int] = field(default_factory=list)
    operation_hour: list[float] = field(default_factory=list)
    operation_attempts: list[int] = field(default_factory=list)
    operation_tests: list[list[Test]] = field(default_factory=list)
    fires: list[Fire] = field(default_factory=list)

    route_tests: list[list[Test]] = field(default_factory=list)

    def group_of_side(self, side: int) -> int:
        """Index of the field group of a side."""
        return len(self.camp_ids) + side

    @property
    def groups(self) -> int:
        """Camps and one field group for each side."""
        return len(self.camp_ids) + self.sides

    sides: int = 0


def _days(scenario: Scenario, frame: pd.DataFrame, column: str, blank: int) -> list[int]:
    return [blank if pd.isna(d) else scenario.day(d.date()) for d in frame[column]]


def index(ids: list[str]) -> dict[str, int]:
    """Position of each name."""
    return {name: i for i, name in enumerate(ids)}


def build_battle(scenario: Scenario, inputs: Inputs) -> Battle:
    """Index arrays of everything that fights or builds."""
    t = scenario.tables
    sides = index([s.id for s in scenario.sides])
    places = index([str(i) for i in t["places"].index])
    goods = index([str(i) for i in t["goods"].index])
    last = scenario.days - 1
    b = Battle(sides=len(sides))

    _positions(b, scenario, sides, places, inputs)
    position = index(b.position_ids)

    f = t["forces"]
    b.force_ids = [str(i) for i in f.index]
    b.force_side = [sides[s] for s in f["side"]]
    b.force_place = [places[p] for p in f["place"]]
    b.force_position = [position.get(p, -1) for p in f["position"]]
    b.force_kind = [KIND.get(k, BASE) for k in f["kind"]]
    b.force_from = _days(scenario, f, "from", 0)
    b.force_until = _days(scenario, f, "until", last)
    camp_at = {(place, side): c for c, (place, side) in enumerate(zip(b.camp_place, b.camp_side, strict=True))}
    for i in range(len(f)):
        if b.force_position[i] >= 0:
            group = b.position_camp[b.force_position[i]]
        else:
            group = camp_at.get((b.force_place[i], b.force_side[i]), b.group_of_side(b.force_side[i]))
        b.force_group.append(group)
    force = index(b.force_ids)

    w = t["weapons"]
    b.weapon_ids = [str(i) for i in w.index]
    b.weapon_good = [goods[g] for g in w["good"]]
    b.weapon_role = [ROLES.index(r) for r in w["role"]]
    weapon = index(b.weapon_ids)
    b.batteries = [Battery(p.row, weapon[p.name], p.slot) for p in inputs.pairs["forces", "weapons"]]

    k = t["works"]
    b.work_ids = [str(i) for i in k.index]
    b.work_side = [sides[s] for s in k["side"]]
    b.work_kind = [WORKS.index(x) for x in k["kind"]]
    b.work_place = [places.get(p, -1) for p in k["place"]]
    b.work_from = _days(scenario, k, "from", 0)
    b.work_until = _days(scenario, k, "until", last)
    b.work_positions = [[position[p] for p in ps] for ps in k["positions"]]

    o = t["operations"]
    b.operation_ids = [str(i) for i in o.index]
    b.operation_side = [sides[s] for s in o["side"]]
    b.operation_kind = [OPERATIONS.index(x) for x in o["kind"]]
    b.operation_target = [position[p] for p in o["target"]]
    b.operation_forces = [[force[x] for x in xs] for xs in o["forces"]]
    b.operation_from = _days(scenario, o, "not_before", 0)
    b.operation_until = _days(scenario, o, "until", last)
    b.operation_hour = [float(x) for x in o["hour"]]
    b.operation_attempts = [int(x) for x in o["attempts"]]
    b.fires = [Fire(p.row, weapon[p.name], p.slot) for p in inputs.pairs["operations", "rounds"]]

    names = {
        "held": position, "lost": position, "fallen": index(b.camp_ids), "op": index(b.operation_ids),
        "tried": index(b.operation_ids), "work": index(b.work_ids), "stock": goods, "front": goods,
        "food_days": sides, "strength": force, "morale": sides, "airstrip": places,
    }  # fmt: skip

    def tests(conditions: tuple[Condition, ...]) -> list[Test]:
        out = []
        for c in conditions:
            where = sides[c.place] if c.kind == "front" else places.get(c.place, -1)
            out.append(Test(CONDITIONS.index(c.kind), names[c.kind][c.subject], where, c.op == "<", c.value))
        return out

    b.work_tests = [tests(c) for c in k["start_if"]]
    b.operation_tests = [tests(c) for c in o["conditions"]]
    b.route_tests = [tests(c) for c in t["routes"]["open_while"]]
    return b


def _positions(
    b: Battle, scenario: Scenario, sides: dict[str, int], places: dict[str, int], inputs: Inputs
) -> None:
    p = scenario.tables["positions"]
    b.position_ids = [str(i) for i in p.index]
    for camp, side, attacker, place in zip(p["camp"], p["side"], p["attacker"], p["supply_place"], strict=True):
        if camp not in b.camp_ids:
            b.camp_ids.append(str(camp))
            b.camp_side.append(sides[side])
            b.camp_attacker.append(sides[attacker])
            b.camp_place.append(places[place])
    camp = index(b.camp_ids)
    position = index(b.position_ids)
    b.position_camp = [camp[c] for c in p["camp"]]
    b.position_place = [places[x] for x in p["place"]]
    b.position_core = [bool(x) for x in p["core"]]
    b.position_day = _days(scenario, p, "from", 0)
    b.supports = [[position[x] for x in xs] for xs in p["supports"]]
    strip = {x.row: x.slot for x in inputs.pairs["positions", "commands"] if x.name == "airstrip"}
    b.airstrip_slot = [strip.get(i, -1) for i in range(len(p))]
