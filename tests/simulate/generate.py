"""Hypothesis strategies for small valid scenarios: supply nets, threats, a besieged camp, chance of every kind."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.simulate.drafts import BLUE, RED, Draft, day

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Parameters of the model and the span they are drawn from. Those left out keep their default.
PARAMETERS: dict[str, tuple[float, float]] = {
    "local_menders": (1, 60), "unfed_work": (0, 1), "drop_height_low_m": (100, 900), "drop_height_high_m": (900, 3000),
    "drop_height_guns": (0.5, 6), "drop_error_m_per_m": (0, 0.8), "drop_captured_share": (0, 1),
    "flak_high_factor": (0, 1), "flak_foul_factor": (0, 1), "evacuated_per_landing": (0, 8),
    "evacuated_per_day": (0, 0.5), "hunger_memory_days": (1, 10), "hunger_sick_per_day": (0, 0.1),
    "sick_per_day": (0, 0.02), "sick_foul_factor": (1, 4), "siege_hits_defender": (0, 0.02),
    "siege_hits_attacker": (0, 0.02), "siege_trench_gain": (0, 5), "killed_share": (0, 1),
    "wounded_die_per_day": (0, 0.2), "wounded_die_untreated": (0, 0.3), "wounded_return_per_day": (0, 0.2),
    "medical_kg_per_wounded_day": (0, 3), "assault_attack_rate": (0.05, 0.9), "assault_defend_rate": (0, 0.4),
    "assault_p": (0, 1.5), "assault_q": (0, 1.5), "assault_reference_men": (100, 2000), "assault_noise_cv": (0, 1),
    "assault_hour_cv": (0, 1), "fort_cover_attack": (0, 2), "trench_cover": (0, 1), "trench_reach": (0, 2),
    "support_fire": (0, 1), "reserve_per_hour": (0, 0.5), "reserve_limit": (0, 1), "defender_break": (0, 0.6),
    "attacker_break": (0.05, 0.9), "captured_share": (0, 1), "mine_effect": (0, 1), "wear_repair_per_day": (0, 0.3),
    "artillery_on_assault": (0, 1), "counter_battery_share": (0, 1), "refill_per_day": (0, 1),
    "fatigue_per_assault": (0, 0.5), "morale_per_loss": (0, 3), "morale_per_position": (0, 0.5),
    "morale_hunger_per_day": (0, 0.2), "morale_success": (0, 0.2), "morale_recovery_per_day": (0, 0.3),
    "morale_fight": (0, 2), "surrender_morale": (0, 0.7), "surrender_men_share": (0, 0.5), "desert_per_day": (0, 0.1),
    "surrender_ammo_days": (0, 5), "occupy_share": (0, 1), "plan_capacity_share": (0.3, 1), "cover_days": (0, 6),
    "correction_days": (0, 6),
}  # fmt: skip

# Without these nobody is hit in an assault.
ALWAYS = ("assault_attack_rate", "assault_defend_rate")

# Cells that an uncertain factor may scale, when their table has rows.
SCALED = (
    "modes[*].payload_kg", "fleets[*].count", "supply[*].total_t", "supply[*].initial_t",
    "routes[*].throughput_t_per_day", "modes[*].food_kg_per_day", "threats[*].effort_per_day",
    "threats[*].mend_mean_mandays", "forces[*].rations",
    "forces[*].strength", "weapons[*].rounds_quiet", "positions[*].area_km2", "works[*].labour", "demand[*].total_t",
    "forces[*].weapons", "operations[*].rounds", "modes[*].sorties_per_day", "goods[*].kg_per_unit",
)  # fmt: skip


def number(low: float, high: float) -> st.SearchStrategy[float]:
    """A number of few digits, ends included."""
    return st.integers(0, 20).map(lambda i: round(low + (high - low) * i / 20, 6))


@st.composite
def drafts(draw: Draw, fights: bool | None = None, threats: bool = True, uncertain: bool = True) -> Draft:
    """A small campaign.

    fights: with a besieged camp of a second side (None: either). threats: with weather, and threats that act on routes.
    uncertain: with assumptions of every shape (without them every number is what the tables say).
    """
    war = draw(st.booleans()) if fights is None else fights
    d = Draft(days=draw(st.integers(8, 28)), sides=(BLUE, RED) if war else (BLUE,))
    _goods(d, draw)
    places = _land_net(d, draw)
    if threats:
        _weather(d, draw)
    _carriers(d, draw)
    _supply(d, draw, places)
    _eaters(d, draw, places, war)
    if war:
        _camp(d, draw, places[-1])
    if threats:
        _threats(d, draw, war)
    if uncertain:
        _assumptions(d, draw)
    return d


def _goods(d: Draft, draw: Draw) -> None:
    d.add("goods", id="food", name="Food", class_="food", priority=draw(number(1, 5)))
    d.add("goods", id="fuel", name="Fuel", class_="fuel")
    d.add("goods", id="shells", name="Shells", class_="ammunition", kg_per_unit=draw(number(2, 20)), unit="shell")
    d.add("goods", id="stores", name="Medical stores", class_="medical", priority=2)


def _land_net(d: Draft, draw: Draw) -> list[str]:
    """A tree of places: each hangs on an earlier one; the last is the front."""
    count = draw(st.integers(3, 7))
    places = [f"P{i}" for i in range(count)]
    zones = ["all"] if draw(st.booleans()) else ["hills", "plain"]
    for i, place in enumerate(places):
        between = draw(st.sampled_from(("depot", "junction", "ferry")))
        kind = "origin" if i == 0 else "front" if i == count - 1 else between
        zone = zones[i % len(zones)]
        d.add("places", id=place, name=place, lat=20 + i / 10, lon=100, kind=kind, side="blue", zone=zone)
    for i in range(1, count):
        parent = places[i - 1] if draw(st.booleans()) else places[draw(st.integers(0, i - 1))]
        kind = draw(st.sampled_from(("road", "track", "river")))
        cells: dict[str, Any] = {}
        if draw(st.booleans()):
            cells["throughput_t_per_day"] = draw(number(1, 40))
        if draw(st.integers(0, 3)) == 0:
            cells["open_from"] = day(draw(st.integers(0, 4)))
        if draw(st.integers(0, 3)) == 0:
            cells["open_until"] = day(draw(st.integers(5, d.days)))
        d.add(
            "routes", id=f"r{i}", from_=parent, to=places[i], length_km=draw(number(5, 70)), kind=kind,
            modes="boat" if kind == "river" else draw(st.sampled_from(("porter", "porter;truck"))), side="blue",
            both_ways=draw(st.sampled_from(("no", "yes"))), exposure=draw(number(0, 2)), guard=draw(number(0, 0.8)),
            mend_crew=draw(st.integers(0, 60)), **cells,
        )  # fmt: skip
    return places


def _weather(d: Draft, draw: Draw) -> None:
    if not draw(st.booleans()):
        return
    zones = dict.fromkeys(row["zone"] for row in d.rows["places"])
    for zone in zones:
        for month in (3, 4):
            foul = draw(number(0, 0.8))
            stay = {"persistence": draw(number(max(foul, 0.5), 1))} if draw(st.booleans()) else {}
            d.add("weather", id=f"{zone}-{month}", zone=zone, month=month, p_foul=foul, **stay)


def _carriers(d: Draft, draw: Draw) -> None:
    used = {mode for row in d.rows["routes"] for mode in row["modes"].split(";")}
    foul = draw(number(0.3, 1))
    shapes = {
        "porter": {"payload_kg": 25, "km_per_day": 24, "food_kg_per_day": draw(number(0, 1)), "food_good": "food"},
        "truck": {"payload_kg": 2000, "km_per_day": 90, "crew": 2, "fuel_kg_per_km": draw(number(0, 0.5)),
                  "fuel_good": "fuel", "food_kg_per_day": 1.5, "food_good": "food"},
        "boat": {"payload_kg": 600, "km_per_day": 30, "crew": 3, "food_kg_per_day": 2, "food_good": "food"},
    }  # fmt: skip
    region = draw(st.booleans())
    if region:
        d.add(
            "regions", id="home", name="Home", side="blue", people=draw(st.integers(100, 8000)),
            control=f"2030-01-01:{draw(number(0.2, 1))};{day(6)}:{draw(number(0.2, 1))}", labour_share=0.2,
        )  # fmt: skip
    for mode in sorted(used):
        d.add(
            "modes", id=mode, name=mode, medium="river" if mode == "boat" else "land",
            availability=draw(number(0.5, 1)), cut_passes=draw(number(0, 1)), foul_factor=foul, **shapes[mode],
        )  # fmt: skip
        size = {"porter": 400, "truck": 6, "boat": 20}[mode]
        for i in range(draw(st.integers(1, 2))):
            d.add(
                "fleets", id=f"{mode}s-{i}", pool=f"{mode}s", mode=mode, side="blue",
                count=draw(number(0.1, 1)) * size,
                from_=day(draw(st.integers(0, 6))) if i else "", ramp_days=draw(st.integers(0, 4)),
                until=day(draw(st.integers(8, 30))) if i and draw(st.booleans()) else "",
                region="home" if region else "",
            )  # fmt: skip


def _supply(d: Draft, draw: Draw, places: list[str]) -> None:
    for good, size in (("food", 200), ("fuel", 30), ("shells", 60), ("stores", 5)):
        d.add(
            "supply", id=f"{good}-0", place=places[0], good=good, initial_t=draw(number(0, 1)) * size,
            total_t=draw(number(0.05, 1)) * size, from_=day(draw(st.integers(0, 5))),
            until=day(draw(st.integers(6, 30))), origin=draw(st.sampled_from(("", "far", "near"))),
            region="home" if "regions" in d.rows and draw(st.booleans()) else "",
        )  # fmt: skip
    for i in range(draw(st.integers(0, 3))):
        good = draw(st.sampled_from(("food", "fuel", "shells")))
        place = draw(st.sampled_from(places))
        d.add(
            "supply", id=f"more-{i}", place=place, good=good, initial_t=draw(number(1, 20)),
            total_t=draw(number(0, 20)),
            origin=draw(st.sampled_from(("", "far", "local"))),
        )  # fmt: skip


def _eaters(d: Draft, draw: Draw, places: list[str], war: bool) -> None:
    """People at the front, and sometimes on the way; explicit needs."""
    front = places[-1]
    d.add(
        "forces", id="first", name="First", side="blue", kind="infantry", place=front, strength=draw(number(100, 3000)),
        rations="food:0.8", small_arms="shells:0.05" if war else "", training=draw(number(0.5, 1.5)),
    )  # fmt: skip
    if draw(st.booleans()):
        kind = draw(st.sampled_from(("infantry", "labour", "support", "replacements")))
        d.add(
            "forces", id="second", name="Second", side="blue", kind=kind,
            place=draw(st.sampled_from((front, places[1]))),
            strength=draw(number(50, 900)), from_=day(draw(st.integers(0, 7))), rations="food:0.7",
            until=day(draw(st.integers(7, 27))) if draw(st.booleans()) else "",
        )  # fmt: skip
    for good in ("food", "fuel"):
        if draw(st.booleans()):
            d.add(
                "demand", id=f"use-{good}", place=draw(st.sampled_from(places)), good=good, total_t=draw(number(1, 30)),
                from_=day(draw(st.integers(0, 3))), until=day(draw(st.integers(3, d.days - 1))),
            )  # fmt: skip
    if draw(st.booleans()):
        d.add(
            "demand", id="stand", place=front, good="food", total_t=draw(number(1, 10)), kind="stock",
            until=day(draw(st.integers(3, d.days - 1))),
        )  # fmt: skip


def _camp(d: Draft, draw: Draw, front: str) -> None:
    """A camp of the second side, fed from the air and besieged from the front."""
    zone = d.rows["places"][0]["zone"]
    for place, kind in (("HOME", "airfield"), ("HILL", "front")):
        d.add("places", id=place, name=place, lat=21, lon=101, kind=kind, side="red", zone=zone)
    d.add(
        "modes", id="plane", name="Plane", medium="air", payload_kg=2000, sorties_per_day=draw(number(0.5, 2)), crew=4,
        availability=draw(number(0.5, 1)), foul_factor=draw(number(0.3, 1)),
    )  # fmt: skip
    d.add("routes", id="air", from_="HOME", to="HILL", length_km=200, kind="air", modes="plane", side="red")
    d.add("fleets", id="planes", mode="plane", side="red", count=draw(st.integers(1, 12)))
    for good, size in (("food", 40), ("shells", 80), ("stores", 4)):
        d.add("supply", id=f"red-{good}", place="HOME", good=good, initial_t=size, total_t=draw(number(0, 1)) * size)
    d.add("supply", id="red-hill", place="HILL", good="food", initial_t=draw(number(1, 10)))
    d.add("supply", id="red-shells-hill", place="HILL", good="shells", initial_t=draw(number(1, 10)))

    d.add(
        "weapons", id="gun", name="Gun", good="shells", role="field", rounds_quiet=draw(number(0, 20)),
        rounds_assault=draw(number(0, 60)), casualties_per_100_rounds=draw(number(0, 4)),
        wear_per_100_rounds=draw(number(0, 0.1)), pieces_per_1000_rounds=draw(number(0, 3)),
        concealment=draw(number(0, 1)),
    )  # fmt: skip
    d.add("weapons", id="flak", name="Flak", good="shells", role="flak", rounds_quiet=draw(number(1, 30)))
    positions = [f"pos{i}" for i in range(draw(st.integers(1, 4)))]
    for i, position in enumerate(positions):
        d.add(
            "positions", id=position, name=position, place="HILL", camp="camp", supply_place="HILL", side="red",
            attacker="blue", fortification=draw(number(0, 4)), area_km2=draw(number(0.1, 2)),
            supports=";".join(p for p in positions if p != position and draw(st.booleans())),
            commands=f"airstrip:{draw(number(0, 1))}" if draw(st.booleans()) else "",
            core="yes" if i == 0 else "no", from_=day(3) if i == 3 else "",
        )  # fmt: skip
        d.add(
            "forces", id=f"garrison{i}", name="Garrison", side="red", kind="infantry", place="HILL", position=position,
            strength=draw(number(50, 600)), rations="food:0.9", small_arms="shells:0.1", from_=day(3) if i == 3 else "",
        )  # fmt: skip
    d.add(
        "forces", id="reserve", name="Reserve", side="red", kind="airborne", place="HILL",
        strength=draw(number(0, 600)),
        rations="food:0.9", weapons="gun:2", from_=day(draw(st.integers(0, 4))),
        until=day(draw(st.integers(10, 25))) if draw(st.booleans()) else "",
    )  # fmt: skip
    d.add("forces", id="base", name="Base", side="red", kind="artillery", place="HILL", strength=200, rations="food:1",
          weapons="gun:6")  # fmt: skip
    d.add("forces", id="coolies", name="Labour", side="red", kind="labour", place="HILL", strength=50, rations="food:1")
    d.add(
        "forces", id="guns", name="Guns", side="blue", kind="artillery", place=front, strength=150, rations="food:0.8",
        weapons=f"gun:{draw(st.integers(1, 12))};flak:{draw(st.integers(1, 12))}",
    )  # fmt: skip
    d.camp = draw(st.sampled_from(("", "camp")))
    d.days_after = draw(st.integers(0, 3))

    d.add("operations", id="ring", name="Ring", side="blue", kind="siege", target="pos0", not_before=day(2))
    for i, position in enumerate(positions):
        d.add(
            "operations", id=f"take{i}", name="Take", side="blue", kind="assault", target=position, forces="first",
            not_before=day(draw(st.integers(3, 7))), commit_share=draw(number(0.2, 1)), retry_days=draw(number(1, 4)),
            rounds=f"gun:{draw(st.integers(0, 400))}", hours=draw(st.integers(1, 14)),
            conditions=draw(st.sampled_from(("", "front:food@blue>=0.1", "work:sap>=0.3", "morale:blue>=0.2"))),
        )  # fmt: skip
        d.add("operations", id=f"back{i}", name="Back", side="red", kind="counter_attack", target=position,
              not_before=day(3), commit_share=draw(number(0.2, 1)))  # fmt: skip
    for kind in ("trench", "battery", "mine"):
        d.add(
            "works", id="sap" if kind == "trench" else kind, name=kind, side="blue", kind=kind, place=front,
            positions="" if kind == "battery" else draw(st.sampled_from(positions)), mandays=draw(number(50, 3000)),
            labour=draw(number(10, 300)), foul_factor=0.5, fire_factor=0.6,
        )  # fmt: skip


def _threats(d: Draft, draw: Draw, war: bool) -> None:
    land = [row["id"] for row in d.rows["routes"] if row["side"] == "blue"]
    cells = {
        "cuts_per_effort": draw(number(0, 1)), "mend_mean_mandays": draw(number(5, 100)), "mend_cv": draw(number(0, 1)),
        "carriers_lost_per_effort": draw(number(0, 0.1)), "cargo_lost_per_effort": draw(number(0.001, 0.1)),
        "foul_factor": draw(number(0, 2)), "policy": draw(st.sampled_from(("exposure", "traffic", "even"))),
    }  # fmt: skip
    d.add("threats", id="slides", name="Slides", kind="landslide", effort_per_day=draw(number(0.1, 2)),
          targets=";".join(land), **cells)  # fmt: skip
    if war:
        d.add("threats", id="bombs", name="Bombs", kind="bombing", side="red", effort_per_day=draw(number(0.5, 10)),
              targets=";".join(land[:2]), pool=draw(st.sampled_from(("", "planes"))), **cells)  # fmt: skip
        d.add("threats", id="fire", name="Fire", kind="flak", side="blue", targets="air", weapons="flak",
              carriers_lost_per_effort=draw(number(0.0001, 0.02)))  # fmt: skip


def _assumptions(d: Draft, draw: Draw) -> None:
    """Parameters set, numbers scaled, each with some shape of uncertainty.

    These are many and seldom matter one by one: their numbers come from one seed that Hypothesis draws.
    """
    pick = Random(draw(st.integers(0, 2**32)))
    for name, (low, high) in PARAMETERS.items():
        if name in ALWAYS or pick.random() < 0.6:
            d.add("assumptions", id=name, name=name, target=f"parameters[{name}]", **_shape(pick, low, high))
    for target in SCALED:
        if d.rows.get(target.partition("[")[0]) and pick.random() < 0.3:
            number = len(d.rows.get("assumptions", []))
            shape = _shape(pick, 0.5, 1.5)
            d.add("assumptions", id=f"s-{number}", name=target, target=target, effect="scale", **shape)


def _shape(pick: Random, low: float, high: float) -> dict[str, Any]:
    """A distribution on low..high; the bell shapes have their 5 % and 95 % points within it and reach beyond."""
    shape = pick.choice(("point", "uniform", "triangular", "pert", "normal", "lognormal", "beta"))
    mid = low + (high - low) * pick.uniform(0.2, 0.8)
    if shape == "beta" and (low, high) != (0, 1):
        shape = "pert"
    if shape == "lognormal" and low <= 0:
        shape = "normal"
    if shape == "point":
        return {"distribution": shape, "central": mid}
    if shape == "beta":
        return {"distribution": shape, "low": pick.uniform(0.5, 4), "high": pick.uniform(0.5, 4)}
    if shape in ("normal", "lognormal"):
        return {"distribution": shape, "low": mid - (mid - low) / 2, "central": mid, "high": mid + (high - mid) / 2}
    return {"distribution": shape, "low": low, "central": mid, "high": high}
