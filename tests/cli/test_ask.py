"""Questions to a plan at the command line: each answers to read and as documented JSON; mistakes in one line."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.cli.test_verbs import FREE, HEAD, documented, keys_of

QUESTIONS: list[tuple[list[str], str]] = [
    (["--earliest"], "earliest"),
    (["--earliest", "--stock", "VALLEY:food=12"], "earliest"),
    (["--largest-force"], "largest-force"),
    (["--cheapest", "--service", "0.9"], "cheapest"),
    (["--robust", "2"], "robust"),
    (["--without-route", "hill-road"], "without-route"),
    (["--what-is-one-more", "porter", "worth"], "what-is-one-more"),
    (["--relax"], "relax"),
]


@pytest.mark.parametrize(("options", "name"), QUESTIONS)
def test_a_question_is_answered(xetho: Call, small: Path, options: list[str], name: str) -> None:
    answer = xetho("plan", small, *options, "--json")
    assert answer.code == 0
    assert list(answer.json)[: len(HEAD)] == HEAD
    assert answer.json["question"] == name and answer.json["proven"] is True
    assert keys_of(answer.json) <= documented()
    assert answer.json["reasons"]
    told = xetho("plan", small, *options)
    assert told.code == 0 and told.out.splitlines() == answer.json["reasons"]
    assert "High Valley" in told.out or "porters" in told.out or "Relief" in told.out


@pytest.mark.parametrize(("options", "name"), QUESTIONS)
def test_a_question_without_time_is_answered_with_what_is_known(
    xetho: Call, small: Path, options: list[str], name: str
) -> None:
    answer = xetho("plan", small, *options, "--time-limit", "1e-9", "--json")
    assert answer.code == 3
    assert answer.json["question"] == name
    assert answer.json["proven"] is False and answer.json["status"] == "best so far"
    assert keys_of(answer.json) <= documented()
    told = xetho("plan", small, *options, "--time-limit", "1e-9")
    assert told.code == 3 and told.out.splitlines() == answer.json["reasons"]
    assert any("Time ran out" in line for line in answer.json["reasons"])


def test_a_plan_without_time_carries_nothing_and_says_so(
    xetho: Call, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XETHO_CACHE", "")
    best = xetho("plan", small, "--json").json
    answer = xetho("plan", small, "--time-limit", "1e-9", "--json")
    assert answer.code == 3 and keys_of(answer.json) <= documented()
    assert answer.json["status"] == "best so far" and best["status"] == "optimal"
    assert answer.json["bound"] <= best["objective"] < answer.json["objective"] and answer.json["gap"] > 0
    told = xetho("plan", small, "--time-limit", "1e-9")
    assert told.code == 3 and "The plan is best so far" in told.out and "Time ran out before more was" in told.out
    assert "0.0 % of the 130 t needed is met by the best plan known" in told.out
    again = xetho("plan", small, "--time-limit", "60", "--json")
    assert again.code == 0 and again.json["objective"] == pytest.approx(best["objective"], abs=1e-6)
    assert xetho("plan", small, "--time-limit", "0").code == 2


def test_answers_agree_with_each_other(xetho: Call, small: Path) -> None:
    def ask(*options: str) -> Any:
        return xetho("plan", small, *options, "--json").json

    plan = ask()
    cheapest = ask("--cheapest", "--service", "0.5")
    assert cheapest["reached"] == pytest.approx(0.5, abs=1e-6)
    assert cheapest["labour"] < cheapest["labour_of_best"]
    without = ask("--without-route", "hill-road", "--period-days", "14")
    assert without["shortage"]["objective"] > plan["objective"]
    closed = xetho("plan", small, "--set", "routes[hill-road].throughput_t_per_day=0.000001", "--json").json
    assert without["shortage"]["objective"] == pytest.approx(closed["objective"], rel=1e-3)


BAD: list[tuple[list[str], str]] = [
    (["--without-route", "hill-rod"], '"hill-rod" is not a route; did you mean "hill-road"?'),
    (["--without-route", ""], "name at least one route"),
    (["--what-is-one-more", "porters", "worth"], '"porters" is not a mode, pool, route or region; did you mean'),
    (["--what-is-one-more", "porter", "wrth"], 'found "wrth", allowed "worth"'),
    (["--cheapest", "--service", "1.2"], "service: found 1.2, allowed above 0 and up to 1"),
    (["--cheapest", "--service", "nan"], "service: found nan"),
    (["--robust", "-3"], "robust: found -3 samples, allowed 1 to 200"),
    (["--robust", "3", "--tail", "0"], "tail: found 0"),
    (["--largest-force", "--at", "VALEY"], '"VALEY" is not a place; did you mean "VALLEY"?'),
    (["--largest-force", "--at", "LOWTOWN"], "needs nothing"),
    (["--largest-force", "--from", "2031-01-01"], "outside the scenario's days"),
    (["--largest-force", "--troops", "guards"], '"guards" is not a force'),
    (["--earliest", "--stock", "VALLEY:food=-2"], "found -2 t, allowed more than 0"),
    (["--earliest", "--stock", "VALLEY:food=5000"], "found 5000 t, allowed more than 0 and up to the 295 t"),
    (["--earliest", "--stock", "VALLEY:food"], "allowed PLACE:GOOD=TONNES"),
    (["--earliest", "--stock", "LOWTOWN:fuel=5", "--side", "releif"], '"releif" is not a side; did you mean "relief"?'),
    (["--earliest", "--relax"], "one question at a time: found --earliest and --relax"),
    (["--stock", "VALLEY:food=5"], "--stock belongs to --earliest"),
    (["--relax", "--daily"], "--daily belongs to a plan: found it with --relax"),
    (["--relax", "--period-days", "0"], "period days: found 0"),
    (["--relax", "--time-limit", "0"], "time limit: found 0, allowed more than 0 seconds"),
    (["--flows", "2031-01-01"], "--flows: found 2031-01-01, allowed 2030-06-01 to 2030-07-30"),
    (["--relax", "--flows", "2030-07-01"], "--flows belongs to a plan"),
]


@pytest.mark.parametrize(("options", "said"), BAD)
def test_a_bad_question_is_one_line(xetho: Call, small: Path, options: list[str], said: str) -> None:
    answer = xetho("plan", small, *options)
    assert answer.code == 2 and answer.out == ""
    assert said in answer.err and len(answer.err.strip().splitlines()) == 1


def test_a_mistake_as_json(xetho: Call, small: Path) -> None:
    options, said = BAD[0]
    told = xetho("plan", small, *options, "--json")
    assert told.code == 2 and told.json == {"problems": [{"message": said}]}


def test_a_front_without_a_road(xetho: Call, small: Path) -> None:
    for name, rows in (("routes", 2), ("fleets", 2)):
        lines = (small / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        (small / f"{name}.csv").write_text("\n".join(lines[:rows]) + "\n", encoding="utf-8")
    threats = (small / "threats.csv").read_text(encoding="utf-8")
    (small / "threats.csv").write_text(threats.replace("hill-road;valley-track", "hill-road"), encoding="utf-8")
    answer = xetho("plan", small, "--earliest")
    assert answer.code == 2 and 'food is needed at "VALLEY" but no route with carriers leads there' in answer.err


def test_a_side_that_wants_nothing(xetho: Call, small: Path) -> None:
    demand = (small / "demand.csv").read_text(encoding="utf-8").splitlines()
    (small / "demand.csv").write_text(demand[0] + "\n", encoding="utf-8")
    for options, said in (
        (["--cheapest"], "needs nothing"), (["--robust", "1"], "needs nothing"), (["--largest-force"], "needs nothing"),
        (["--earliest"], "has no stock that must stand"),
    ):  # fmt: skip
        answer = xetho("plan", small, *options)
        assert answer.code == 2 and said in answer.err and len(answer.err.strip().splitlines()) == 1
    for options in (["--relax"], ["--what-is-one-more", "porter"], ["--without-route", "hill-road"]):
        assert xetho("plan", small, *options).code == 0  # nothing has to give, and nothing more is worth anything


@pytest.mark.parametrize("options", [options for options, _ in QUESTIONS])
def test_no_time_is_told_and_nothing_claimed(xetho: Call, small: Path, options: list[str]) -> None:
    answer = xetho("plan", small, *options, "--time-limit", "0.000001", "--json")
    assert answer.code == 3
    assert "problems" in answer.json or answer.json["proven"] is False


def test_flows_of_a_date(xetho: Call, small: Path, tmp_path: Path) -> None:
    drawn, loads = tmp_path / "flows.svg", tmp_path / "plan.csv"
    answer = xetho("plan", small, "--flows", "2030-06-20", "--out", drawn, "--json")
    assert answer.code == 0
    found = answer.json
    assert keys_of({key: value for key, value in found.items() if key not in FREE}) - _names(found) <= documented()
    assert found["from"] <= "2030-06-20" <= found["until"] and found["file"] == str(drawn)
    xetho("plan", small, "--out", loads)
    with loads.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["from"] <= "2030-06-20" <= row["until"]]
    for flow in found["routes"]:
        mine = [float(row["t_per_day"]) for row in rows if row["route"] == flow["route"]]
        assert flow["t_per_day"] == pytest.approx(sum(mine))
    svg = ElementTree.fromstring(drawn.read_text(encoding="utf-8"))
    names = [node.get("class", "") for node in svg.iter()]
    assert sum(name.startswith("flow tone") for name in names) == len(found["routes"]) == 2
    assert sum(name.startswith("head ") for name in names) == 2
    words = "".join(svg.itertext())
    assert "Bridge to High Valley: 2.32 t/day" in words and "20 June 2030" in words
    assert xetho("plan", small, "--flows", "2030-06-20", "--out", drawn).code == 2  # never over a file unasked
    told = xetho("plan", small, "--flows", "2030-06-20", "--daily")
    assert told.code == 0 and "High Valley" in told.out


def _names(found: Any) -> set[str]:
    """Keys of a flows answer that are the scenario's own names."""
    return {*found["stocks"], *found["short"], *(good for row in found["routes"] for good in row["goods"])}
