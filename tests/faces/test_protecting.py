"""What each guard is worth in campaigns: a siege that hangs on shells from one place and on nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import xetho as xt
from tests.simulate.drafts import BLUE, RED, Draft, day
from xetho import protecting
from xetho.results import Runs
from xetho.scenario.tables import attribute_tables

RUNS = 64
SHELLS_T, ROAD_T, PATH_T = 4.0, 5.0, 1.0  # what the porters move in a day over 25, 20 and 100 km


def siege() -> Draft:
    """A camp that falls when 20 t of shells have come from the arsenal; what comes from the farm is not needed."""
    draft = Draft(days=20, sides=(BLUE, RED), camp="camp")
    for place, lat, kind, side in (
        ("ARSENAL", 20.0, "depot", "blue"), ("FARM", 20.1, "depot", "blue"), ("FRONT", 20.2, "front", "blue"),
        ("HILL", 20.3, "front", "red"),
    ):  # fmt: skip
        draft.add("places", id=place, name=place.title(), lat=lat, lon=100, kind=kind, side=side)
    draft.add("goods", id="food", name="Food", class_="food")
    draft.add("goods", id="shells", name="Shells", class_="ammunition", kg_per_unit=10)
    for route, start, length_km in (
        ("shell-road", "ARSENAL", 25), ("farm-road", "FARM", 20), ("track", "FARM", 80), ("path", "FARM", 100),
    ):  # fmt: skip
        draft.add("routes", id=route, from_=start, to="FRONT", length_km=length_km, kind="road", modes="porter",
                  side="blue")  # fmt: skip
    draft.add("modes", id="porter", name="Porter", medium="land", payload_kg=25, km_per_day=20, food_kg_per_day=0,
              food_good="food", availability=1)  # fmt: skip
    draft.add("fleets", id="porters", mode="porter", side="blue", count=400)
    for place, good in (("ARSENAL", "shells"), ("FARM", "food"), ("FRONT", "food"), ("HILL", "food")):
        draft.add("supply", id=f"{place}-{good}", place=place, good=good, initial_t=1000)
    draft.add("demand", id="shells-stand", place="FRONT", good="shells", total_t=25, until=day(9), kind="stock")
    draft.add("positions", id="keep", name="Keep", place="HILL", camp="camp", supply_place="HILL", side="red",
              attacker="blue", core="yes", fortification=0)  # fmt: skip
    draft.add("forces", id="garrison", name="Garrison", side="red", kind="infantry", place="HILL", position="keep",
              strength=500, rations="food:1")  # fmt: skip
    draft.add("forces", id="army", name="Army", side="blue", kind="infantry", place="FRONT", strength=2000,
              rations="food:1")  # fmt: skip
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), conditions="stock:shells@FRONT>=20")  # fmt: skip
    draft.parameter("assault_attack_rate", 0.1)
    draft.parameter("defender_break", 0.3)
    return draft


def written(draft: Draft, folder: Path) -> Path:
    """The scenario as files."""
    assert draft.scenario()
    lines = [f'title = "Siege"\nsummary = ""\nstart = {day(0)}\nend = {day(draft.days - 1)}']
    lines += [f'[[sides]]\nid = "{one.id}"\nname = "{one.name}"\nshort = "{one.short}"\ncolor = "{one.color}"\n'
              f'kind = "{one.kind}"' for one in draft.sides]  # fmt: skip
    lines += [f'[outcome]\ntitle = "The keep falls"\ncamp = "{draft.camp}"\n']
    folder.mkdir()
    (folder / "scenario.toml").write_text("\n".join(lines), encoding="utf-8")
    for name, rows in draft.rows.items():
        columns = [one.name for one in attribute_tables()[name].attributes]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, columns, restval="")
            table.writeheader()
            table.writerows(row if name == "sources" else {**row, "source": "invented"} for row in rows)
    return folder


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> xt.Campaign:
    return xt.load(written(siege(), tmp_path_factory.mktemp("siege") / "siege"))


@pytest.fixture(scope="module")
def base(campaign: xt.Campaign) -> Runs:
    return campaign.simulate(RUNS)


def test_a_guard_that_decides_is_told_from_one_that_only_saves_tonnes(campaign: xt.Campaign, base: Runs) -> None:
    shown = campaign.protecting(base, guards=2, runs=RUNS, threads=1)
    assert shown is not None and shown.guarded is not None and shown.guarded.outcome_variant == 1
    found = shown.guards
    at = {one.route: place for place, one in enumerate(found.guards)}
    assert set(at) == {"shell-road", "farm-road"}
    assert found.worth[at["shell-road"]] == pytest.approx(SHELLS_T - PATH_T)
    assert found.worth[at["farm-road"]] == pytest.approx(ROAD_T - PATH_T)
    decides, saves = shown.without[at["shell-road"]], shown.without[at["farm-road"]]
    assert decides is not None and saves is not None
    assert (decides.outcome_base, decides.outcome_variant, decides.outcome_difference) == (1, 0, -1)
    assert decides.outcome_low == -1 and decides.outcome_high < -0.8
    assert (saves.outcome_base, saves.outcome_variant, saves.outcome_difference) == (1, 1, 0)
    assert saves.outcome_low < 0 < saves.outcome_high and decides.runs == saves.runs == RUNS


def test_without_its_only_guard_a_campaign_is_the_one_under_the_worst_cuts(campaign: xt.Campaign, base: Runs) -> None:
    prepared = protecting.prepare(campaign, 1)
    assert prepared is not None and prepared.without == (prepared.cut,) and len(prepared.changed) == 2
    shown = protecting.play(campaign, prepared, base, RUNS)
    assert shown.saved is not None and shown.without[0] is not None
    assert shown.without[0].outcome_difference == -shown.saved.outcome_difference


def test_each_campaign_has_all_guards_but_one_and_the_cuts_that_answer(campaign: xt.Campaign) -> None:
    prepared = protecting.prepare(campaign, 2)
    assert prepared is not None and len(prepared.changed) == 4
    for guard, reply, one in zip(prepared.found.guards, prepared.found.replies, prepared.without, strict=True):
        assert reply is not None and one is not None and one.orders is not None
        assert set(one.orders.guards) == set(prepared.found.guards) - {guard}
        assert one.orders.cuts == reply.cuts and guard.route in [cut.route for cut in reply.cuts]
