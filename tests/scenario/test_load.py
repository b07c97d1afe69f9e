"""Loading: the types that the interface page promises, and files as spreadsheets save them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenario.folders import Folder
from xetho.network.inputs import COLUMNS, WEIGHTS
from xetho.scenario import Condition, ScenarioError, Target, check, list_scenarios, load
from xetho.scenario.cells import read_cell
from xetho.scenario.problems import CellError
from xetho.scenario.tables import Attribute, Range, attribute_tables, drawable, parameter_table

DTYPES = {"float": "float64", "bool": "bool", "date": "datetime64[ns]"}


def test_skeleton_and_battle_pass(relief: Folder, battle: Folder) -> None:
    assert check(battle.path) == []
    assert load(relief.path).problems() == []


@pytest.mark.parametrize("name", list_scenarios())
def test_bundled_scenarios_pass(name: str) -> None:
    assert check(name) == []


def test_types_of_every_column(battle: Folder) -> None:
    """Tables that the scenario has and tables that it lacks have the same types."""
    scenario = load(battle.path)
    assert set(scenario.tables) == set(attribute_tables())
    for name, table in attribute_tables().items():
        frame = scenario.tables[name]
        assert frame.index.name == table.key
        assert list(frame.columns) == [a.name for a in table.attributes if a.base != "id"]
        for attribute in table.attributes:
            if attribute.base == "id":
                continue
            column = frame[attribute.name]
            if attribute.base in DTYPES:
                assert str(column.dtype) == DTYPES[attribute.base], (name, attribute.name)
            elif attribute.base == "int":
                assert str(column.dtype) in ("int64", "Int64")
            else:
                kind = {"weights": dict}.get(attribute.base)
                tuples = ("refs", "sources", "series", "conditions", "target")
                kind = kind or (tuple if attribute.base in tuples else str)
                assert all(isinstance(value, kind) for value in column), (name, attribute.name)


def test_values(battle: Folder) -> None:
    battle.cell("places.csv", "BRIDGE", "source", "invented: page 3, table 2 ; invented")
    scenario = load(battle.path)
    tables = scenario.tables
    assert tables["routes"].at["hill-road", "modes"] == ("truck", "porter")
    assert math.isinf(tables["routes"].at["air-bridge", "throughput_t_per_day"])
    assert pd.isna(tables["routes"].at["hill-road", "open_from"])
    assert tables["fleets"].at["porters-later", "from"] == pd.Timestamp("2030-06-20")
    assert tables["regions"].at["district", "control"] == ((date(2030, 6, 1), 1.0),)
    assert tables["forces"].at["first", "rations"] == {"food": 0.8}
    assert tables["places"].at["VALLEY", "zone"] == "all"
    assert tables["places"].at["VALLEY", "note"] == ""
    assert tables["operations"].at["take-south", "conditions"] == (
        Condition("op", "take-north", "", ">=", 1.0),
        Condition("work", "sap", "", ">=", 0.5),
    )
    assert tables["operations"].at["take-north", "conditions"] == (
        Condition("front", "shells", "relief", ">=", 1.0),
    )
    assert tables["assumptions"].at["local-menders", "target"] == (
        Target("parameters", "local_menders", "value"),
    )
    first, second = tables["places"].at["BRIDGE", "source"]
    assert (first, first.detail, second) == ("invented", "page 3, table 2", "invented")


def test_days(relief: Folder) -> None:
    scenario = load(relief.path)
    assert scenario.days == 60
    assert [scenario.day(d) for d in (scenario.start, scenario.end, date(2030, 5, 31))] == [0, 59, -1]


def test_hash_tells_scenarios_apart(relief: Folder) -> None:
    base = load(relief.path).hash()
    assert base == load(relief.path).hash()
    relief.path.rename(relief.path.with_name("moved"))
    relief.path = relief.path.with_name("moved")
    assert load(relief.path).hash() == base  # a name is no content
    relief.cell("goods.csv", "food", "priority", "5.0")
    assert load(relief.path).hash() == base  # nor is the way a number is written
    relief.cell("goods.csv", "food", "priority", "5.5")
    assert load(relief.path).hash() != base


def test_as_spreadsheets_save(relief: Folder) -> None:
    """A byte order mark, CRLF, quotes, empty rows and empty columns at the end change nothing."""
    base = load(relief.path).hash()
    for path in relief.path.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        text = "\r\n".join(f"{line},," for line in lines) + "\r\n" + "," * (lines[0].count(",") + 2) + "\r\n"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(relief.path).hash() == base


def test_path_of_the_settings_file(relief: Folder) -> None:
    assert load(relief.path / "scenario.toml").name == "relief"
    assert load(str(relief.path)).name == "relief"


def test_problems_of_a_scenario_changed_in_memory(relief: Folder) -> None:
    scenario = load(relief.path)
    routes = scenario.tables["routes"].copy()
    routes.loc["hill-road", "to"] = "NOWHERE"
    (problem,) = replace(scenario, tables=scenario.tables | {"routes": routes}).problems()
    assert (problem.file, problem.row, problem.column) == ("routes.csv", 2, "to")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["routes.csv", "scenario.toml", "claims.csv", "variants/more-porters.toml"]), st.data()
)
def test_random_bytes_never_raise_anything_else(relief: Folder, file: str, data: st.DataObject) -> None:
    path: Path = relief.path / file
    good = path.read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    path.write_bytes(good[:start] + data.draw(st.binary(max_size=40)) + good[end:])
    try:
        load(relief.path, "more-porters")
    except ScenarioError as error:
        assert error.problems and all(problem.found for problem in error.problems)
    finally:
        path.write_bytes(good)


ATTRIBUTES = [a for t in attribute_tables().values() for a in t.attributes] + list(
    parameter_table().attributes
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ATTRIBUTES), st.text(max_size=30) | st.from_regex(r"[a-z]{1,4}:[0-9.e<>=@\[\]-]{0,9}"))
def test_any_text_in_any_cell(attribute: Attribute, text: str) -> None:
    try:
        read_cell(attribute, text)
    except CellError as error:
        assert error.found


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_round_trip(number: float) -> None:
    attribute = Attribute("x", "float", "", "", None, False, "")
    assert read_cell(attribute, repr(number)) == number


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("0..", [0, 1e9], [-1e-9]),
        ("0<..500", [1e-9, 500], [0, 500.1]),
        ("-90..90", [-90, 90], [-90.1, 90.1]),
        ("0.1..5", [0.1, 5], [0.09]),
        ("..<3", [-1e9, 2.9], [3]),
    ],
)
def test_ranges(text: str, inside: list[float], outside: list[float]) -> None:
    interval = Range.parse(text)
    assert all(x in interval for x in inside)
    assert not any(x in interval for x in outside)


def test_every_number_that_may_be_drawn_reaches_the_engine() -> None:
    """What the checks let an assumption act on is what the network varies."""
    for name in attribute_tables():
        varied = {*COLUMNS.get(name, ()), *WEIGHTS.get(name, ())}
        assert set(drawable(name)) == varied, name


def test_attribute_tables_are_sound() -> None:
    """Every type is known, and every default can be read and is in range."""
    for attribute in ATTRIBUTES:
        optional = replace(attribute, required=False)
        read_cell(optional, "")
        assert attribute.description
        if attribute.base in ("ref", "refs"):
            assert attribute.argument in {*attribute_tables(), "sides"}


@pytest.mark.parametrize("name", list_scenarios())
def test_every_bundled_assumption_says_what_else_it_could_have_been(name: str) -> None:
    """Also a number that is held fixed: its alternatives say why."""
    table = load(name).tables["assumptions"]
    assert [key for key, words in table["alternatives"].items() if len(words.split()) < 3] == []
