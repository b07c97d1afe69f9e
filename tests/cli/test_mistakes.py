"""A user's mistake: told in one line each, exit code 2, never a traceback, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call

ON_A_SCENARIO = ["check", "plan", "simulate", "whatif", "validate", "run", "report", "sources"]


@pytest.mark.parametrize("verb", ON_A_SCENARIO)
def test_unknown_scenario_names_the_nearest(xetho: Call, verb: str) -> None:
    answer = xetho(verb, "dien-bien-fu")
    assert answer.code == 2
    assert 'did you mean "dien-bien-phu"?' in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert answer.out == ""


@pytest.mark.parametrize("verb", ON_A_SCENARIO)
def test_mistakes_as_json_go_to_stdout(xetho: Call, verb: str) -> None:
    answer = xetho(verb, "dien-bien-fu", "--json")
    assert answer.code == 2
    (problem,) = answer.json["problems"]
    assert problem["file"] == "dien-bien-fu"
    assert "dien-bien-phu" in problem["message"]
    assert answer.err == ""


def test_every_problem_of_a_scenario_is_listed(xetho: Call, small: Path) -> None:
    routes = small / "routes.csv"
    lines = [line.split(",") for line in routes.read_text(encoding="utf-8").splitlines()]
    lines[1][lines[0].index("to")] = "NOWHERE"
    lines[2][lines[0].index("length_km")] = "-5"
    routes.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    answer = xetho("check", small)
    assert answer.code == 2
    assert "routes.csv row 2, column to" in answer.err
    assert "routes.csv row 3, column length_km" in answer.err
    problems = xetho("check", small, "--json").json["problems"]
    assert {("to", 2), ("length_km", 3)} <= {(problem["column"], problem["row"]) for problem in problems}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--runs", "0"], "runs: found 0"),
        (["--seed", "-1"], "seed: found -1"),
        (["--threads", "0"], "threads: found 0"),
    ],
)
def test_counts_that_make_no_sense(xetho: Call, small: Path, options: list[str], said: str) -> None:
    answer = xetho("simulate", small, *options)
    assert answer.code == 2
    assert said in answer.err


def test_all_bad_counts_at_once(xetho: Call, small: Path) -> None:
    answer = xetho("simulate", small, "--runs", "0", "--threads", "-2", "--json")
    assert len(answer.json["problems"]) == 2


def test_a_number_that_is_none_is_a_usage_error(xetho: Call, small: Path) -> None:
    answer = xetho("simulate", small, "--runs", "many")
    assert answer.code == 2
    assert "--runs" in answer.err


def test_whatif_needs_a_change(xetho: Call, small: Path) -> None:
    answer = xetho("whatif", small)
    assert answer.code == 2
    assert "nothing to compare" in answer.err


def test_whatif_refuses_an_unknown_metric_before_it_works(xetho: Call, small: Path) -> None:
    answer = xetho("whatif", small, "--set", "modes[*].payload_kg=1", "--metric", "labor_days[relief]")
    assert answer.code == 2
    assert "labour_days" in answer.err


@pytest.mark.parametrize("verb", ["plan", "simulate", "whatif", "validate"])
def test_a_table_is_not_written_over_another_file(
    xetho: Call, small: Path, tmp_path: Path, verb: str
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("precious", encoding="utf-8")
    change = ["--set", "modes[*].payload_kg=1"] if verb == "whatif" else []
    answer = xetho(verb, small, *change, "--out", mine)
    assert answer.code == 2
    assert "--force" in answer.err
    assert mine.read_text(encoding="utf-8") == "precious"


def test_a_table_needs_a_folder_that_is_there(xetho: Call, small: Path, tmp_path: Path) -> None:
    answer = xetho("plan", small, "--out", tmp_path / "no" / "such" / "plan.csv")
    assert answer.code == 2
    assert "is not a folder" in answer.err


def test_a_report_is_not_written_over_a_foreign_file(xetho: Call, small: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>mine</html>", encoding="utf-8")
    answer = xetho("report", small, "--out", page)
    assert answer.code == 2
    assert "was not written by xetho" in answer.err
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "xetho-small-report.html").write_text("<html>mine</html>", encoding="utf-8")
    answer = xetho("run", small, "--out", folder)
    assert answer.code == 2
    assert [path.name for path in folder.iterdir()] == ["xetho-small-report.html"]
    assert (folder / "xetho-small-report.html").read_text(encoding="utf-8") == "<html>mine</html>"


def test_new_touches_nothing_that_exists(xetho: Call, small: Path) -> None:
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    answer = xetho("new", small.name, "--out", small.parent)
    assert answer.code == 2
    assert "exists already" in answer.err
    assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["../up", "a/b", "", "with space?"])
def test_new_refuses_names_that_are_no_folder(xetho: Call, tmp_path: Path, name: str) -> None:
    answer = xetho("new", name, "--out", tmp_path / "in")
    assert answer.code == 2
    assert not (tmp_path / "up").exists()
