"""Every verb answers on the skeleton scenario, to read and as the documented JSON."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from xetho.pages import written_by_xetho
from xetho.scenario.variants import read_variants

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli-json.md"
HEAD = ["xetho", "verb", "scenario", "title", "variant", "sets", "start", "end", "days", "hash"]
CHANGE = ["--set", "modes[*].payload_kg=1"]


def documented() -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+)`", PAGE.read_text(encoding="utf-8")))


# Keys that are names of the scenario's own things, or columns of the plan's own tables.
FREE = {"tables", "summary"}


def keys_of(value: Any) -> set[str]:
    """Every key in an answer but those below the free ones."""
    if isinstance(value, dict):
        below = (keys_of(item) for key, item in value.items() if key not in FREE)
        return set(value).union(*below)
    if isinstance(value, list):
        return set().union(*(keys_of(item) for item in value))
    return set()


def test_list(xetho: Call) -> None:
    answer = xetho("list", "--json").json
    assert "dien-bien-phu" in [one["name"] for one in answer["scenarios"]]
    assert keys_of(answer) <= documented()
    assert "dien-bien-phu" in xetho("list").out


def test_check(xetho: Call, small: Path) -> None:
    answer = xetho("check", small, "--json").json
    assert list(answer)[: len(HEAD)] == HEAD
    assert answer["problems"] == []
    assert answer["tables"]["places"] > 1
    assert "Nothing wrong" in xetho("check", small).out


def test_sources(xetho: Call, small: Path) -> None:
    answer = xetho("sources", small, "--json").json
    assert sum(one["rows"] for one in answer["sources"]) > 0
    assert keys_of(answer) <= documented()
    assert answer["sources"][0]["key"] in xetho("sources", small).out


def test_new_makes_a_scenario_that_passes(xetho: Call, tmp_path: Path) -> None:
    answer = xetho("new", "fresh", "--out", tmp_path, "--json").json
    assert keys_of(answer) <= documented()
    assert "scenario.toml" in answer["files"]
    assert xetho("check", tmp_path / "fresh").code == 0


def test_plan(xetho: Call, small: Path, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    answer = xetho("plan", small, "--json", "--out", table)
    assert answer.code == 0
    assert keys_of(answer.json) <= documented()
    assert answer.json["gap"] is not None
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(float(row["t_per_day"]) > 0 for row in rows)
    assert xetho("plan", small, *CHANGE).code == 0  # nothing can be carried: an answer, not a mistake
    assert not xetho("plan", small, *CHANGE, "--json").json["feasible"]


def test_simulate(xetho: Call, small: Path, tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    answer = xetho("simulate", small, "--runs", 20, "--json", "--out", table)
    assert answer.code == 0
    assert keys_of(answer.json) <= documented()
    assert answer.json["campaigns_per_second"] == answer.json["timing"]["campaigns_per_second"] > 0
    assert answer.json["rank_error"] == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    metric = next(row for row in answer.json["outputs"] if row["kind"] == "summary")
    column = [float(row[metric["metric"]]) for row in rows]
    assert metric["mean"] == pytest.approx(sum(column) / 20)
    assert "Outputs" in xetho("simulate", small, "--runs", 5, "--all").out
    assert "campaigns in" in xetho("simulate", small, "--runs", 5, "--timing").out


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(xetho: Call, small: Path) -> None:
    def answer(seed: int, *more: object) -> str:
        found = xetho("simulate", small, "--runs", 150, "--seed", seed, *more, "--json").json
        found.pop("campaigns_per_second")
        assert set(found.pop("timing")) >= {"seconds", "compile_seconds", "block", "threads"}
        return json.dumps(found)

    one = answer(7, "--threads", 1)
    assert one == answer(7, "--threads", 2, "--block", 16) == answer(7, "--block", 200)
    assert one != answer(8)


def test_whatif(xetho: Call, small: Path) -> None:
    answer = xetho("whatif", small, *CHANGE, "--runs", 30, "--json")
    assert answer.code == 0
    assert keys_of(answer.json) <= documented()
    assert answer.json["sets"] == ["modes[*].payload_kg=1"]
    assert answer.json["plan"]["feasible"] is False
    assert "Base against variant" in xetho("whatif", small, *CHANGE, "--runs", 5).out


def test_whatif_by_name(xetho: Call, small: Path) -> None:
    names = [one.name for one in read_variants(small)]
    assert names
    answer = xetho("whatif", small, "--variant", names[0], "--runs", 5, "--json")
    assert answer.code == 0
    assert answer.json["name"] == names[0]


def test_validate(xetho: Call, small: Path) -> None:
    answer = xetho("validate", small, "--runs", 30, "--json")
    assert answer.code == 0
    assert keys_of(answer.json) <= documented()
    assert answer.json["score"]["claims"] <= len(answer.json["claims"])
    assert xetho("validate", small, "--runs", 5).code == 0


def test_run_writes_the_report_and_may_write_it_again(xetho: Call, small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    asked = ["run", small, "--out", folder, "--runs", 40, "--variant-runs", 20]
    answer = xetho(*asked, "--json")
    assert answer.code == 0
    assert keys_of(answer.json) <= documented()
    assert [one["name"] for one in answer.json["whatifs"]] == [one.name for one in read_variants(small)]
    (guard,) = answer.json["protecting"]["guards"]
    assert guard["reply"]["cuts"] and guard["without"]["runs"] == 20
    page = Path(answer.json["report"])
    assert [path.name for path in folder.iterdir()] == [page.name] == ["xetho-small-report.html"]
    assert written_by_xetho(page)
    again = xetho(*asked)
    assert again.code == 0
    assert page.name in again.out


def test_report_of_one_variant(xetho: Call, small: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    answer = xetho("report", small, *CHANGE, "--runs", 20, "--out", page, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["report"] == str(page)
    assert "<html" in page.read_text(encoding="utf-8")
