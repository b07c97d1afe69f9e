"""Broken scenarios: each gives a clear error with its place, none a traceback, and nothing is written."""

from __future__ import annotations

import pytest

from tests.scenario.cases import CASES, FILES, TOML, A, Case, R
from tests.scenario.folders import Folder, add_battle
from xetho.scenario import Problem, ScenarioError, load


def problems_of(folder: Folder, **how: object) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load(folder.path, **how)  # type: ignore[arg-type]
    return list(caught.value.problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_broken(case: Case, relief: Folder) -> None:
    if case.battle:
        add_battle(relief)
    case.breaks(relief)
    before = relief.files()
    problems = problems_of(relief)
    here = [p for p in problems if (p.file, p.row, p.column) == (case.file, case.row, case.column)]
    assert any(case.phrase in str(p) for p in here), "\n".join(map(str, problems))
    assert all("\n" not in str(p) for p in problems)
    assert relief.files() == before


@pytest.mark.parametrize("case", [c for c in CASES if c not in FILES], ids=lambda case: case.name)
def test_one_mistake_is_not_told_many_times(case: Case, relief: Folder) -> None:
    """A broken row does not make every row that refers to it an error."""
    if case.battle:
        add_battle(relief)
    case.breaks(relief)
    assert len(problems_of(relief)) <= 4


def test_several_at_once(relief: Folder) -> None:
    """Unreadable cells, unknown names and trouble of meaning come together, in order of file."""
    relief.cell("modes.csv", "truck", "payload_kg", "heavy")
    relief.cell(R, "hill-road", "to", "LOWTOWN")
    relief.cell(R, "valley-track", "length_km", "0")
    relief.cell(A, "porter-load", "high", "1")
    relief.cell("goods.csv", "fuel", "source", "nobody")
    relief.replace(TOML, "#2060a0", "blue")
    found = [(p.file, p.row, p.column) for p in problems_of(relief)]
    assert found == [
        (TOML, 7, "sides.color"),
        (A, 2, "high"),
        ("goods.csv", 3, "source"),
        ("modes.csv", 2, "payload_kg"),
        (R, 2, "to"),
        (R, 3, "length_km"),
    ]


def test_message_is_one_good_line(relief: Folder) -> None:
    relief.cell(R, "valley-track", "to", "VALEY")
    message = 'routes.csv row 3, column to: "VALEY" is not a place; did you mean "VALLEY"?'
    assert message in [str(p) for p in problems_of(relief)]


def test_no_such_scenario() -> None:
    with pytest.raises(ScenarioError, match="there is no such scenario"):
        load("no-such-scenario-anywhere")
