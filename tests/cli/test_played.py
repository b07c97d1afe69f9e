"""Playing cuts and guards from the shell: beside the base, with mistakes in one line each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


@pytest.fixture
def files(xetho: Call, small: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The worst cut and the best guard of the small scenario, as the verbs write them."""
    cuts, guards = tmp_path / "cuts.json", tmp_path / "guards.json"
    assert xetho("interdict", small, "-k", 1, "--form", "flow", "--out", cuts).code == 0
    assert xetho("protect", small, "--guards", 1, "--cuts", 1, "--form", "flow", "--out", guards).code == 0
    return cuts, guards


def test_simulate_plays_cuts_and_guards_beside_the_base(
    xetho: Call, small: Path, files: tuple[Path, Path]
) -> None:
    cuts, guards = files
    base = xetho("simulate", small, "--runs", 64, "--json").json
    played = ("--interdict", guards, "--protect", guards, "--surprise")
    found = xetho("simulate", small, "--runs", 64, *played, "--json").json
    for kind in ("cuts", "guards"):
        written = json.loads(guards.read_text(encoding="utf-8"))[kind]
        assert written and [one["route"] for one in found[kind]] == [one["route"] for one in written]
    assert found["surprise"] is True and found["against_base"]["runs"] == 64
    for row in found["against_base"]["table"]:
        mine = next((one for one in base["outputs"] if one["metric"] == row["metric"]), None)
        assert mine is None or mine["mean"] == pytest.approx(row["base"], rel=1e-5)
    assert "against_base" not in base and "cuts" not in base
    words = xetho("simulate", small, "--runs", 64, "--interdict", cuts)
    assert words.code == 0 and "Lost:" in words.out and "Base against variant" in words.out


def test_what_json_prints_is_played_as_what_out_writes(
    xetho: Call, small: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    clock = ("timing", "campaigns_per_second")
    for verb, options, file in zip(
        ("interdict", "protect"), (("--interdict",), ("--interdict", "--protect")), files, strict=True
    ):
        printed = tmp_path / "printed.json"
        printed.write_text(xetho(verb, small, "-k", 1, "--form", "flow", "--json").out, encoding="utf-8")
        found = []
        for one in (file, printed):
            given = [word for option in options for word in (option, one)]
            answer = xetho("simulate", small, "--runs", 8, *given, "--json").json
            found.append({name: value for name, value in answer.items() if name not in clock})
        assert found[0] == found[1] and found[0]["cuts"]


def test_whatif_plays_a_plan_of_the_base_under_a_variant(
    xetho: Call, small: Path, files: tuple[Path, Path]
) -> None:
    answer = xetho("whatif", small, "--variant", "more-porters", "--interdict", files[0], "--runs", 64, "--json")
    assert answer.code == 0
    assert answer.json["name"] == "more-porters" and "; Lost:" in answer.json["title"]


def test_mistakes(xetho: Call, small: Path, files: tuple[Path, Path], tmp_path: Path) -> None:
    cuts, guards = files
    other = xetho("simulate", small, "--set", "fleets[*].count=500", "--interdict", cuts)
    assert other.code == 2 and "is of another scenario, variant or setting" in other.err
    swapped = xetho("simulate", small, "--protect", cuts, "--interdict", tmp_path / "none.json", "--surprise")
    assert swapped.code == 2 and "holds cuts; give it with --interdict" in swapped.err
    assert "none.json: No such file" in swapped.err and len(swapped.err.strip().splitlines()) == 3  # and how many
    both = xetho("simulate", small, "--interdict", cuts, "--protect", guards)
    assert both.code == 2 and "is both cut and guarded from 1 June to 30 July 2030" in both.err
    assert xetho("simulate", small, "--surprise").code == 2


def test_the_report_tells_what_to_protect_when_asked(xetho: Call, small: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert xetho("report", small, "--runs", 64, "--protect", 1, "--out", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert 'id="protect"' in text and "Nobody cuts these routes on purpose" in text
    assert xetho("report", small, "--runs", 64, "--out", page).code == 0
    assert 'id="protect"' not in page.read_text(encoding="utf-8")
    wrong = xetho("report", small, "--runs", 64, "--protect", 99, "--out", page)
    assert wrong.code == 2 and "guards: found 99" in wrong.err
