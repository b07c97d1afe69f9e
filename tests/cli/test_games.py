"""The verbs of cuts and guards: answers, plan files, and mistakes in one line each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

SCENARIO = "dien-bien-phu"


def test_worst_cuts_of_the_flow(xetho: Call, tmp_path: Path) -> None:
    file = tmp_path / "cuts.json"
    answer = xetho("interdict", SCENARIO, "-k", 2, "--form", "flow", "--alternatives", 1, "--json", "--out", file)
    assert answer.code == 0
    found = answer.json
    assert found["proven"] and found["gap"] < 1e-6
    assert found["best"]["value"] < found["base"]
    assert found["best"]["effect"] == pytest.approx(found["base"] - found["best"]["value"])
    assert len(found["best"]["cuts"]) == 2 and len(found["others"]) == 1
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["xetho_plan"] == "cuts" and written["hash"] == found["hash"]
    assert [one["route"] for one in written["cuts"]] == [one["route"] for one in found["best"]["cuts"]]
    assert written["cuts"][0]["from"] == "1953-11-20"


def test_guards_leave_less_to_cut(xetho: Call) -> None:
    answer = xetho("protect", SCENARIO, "--guards", 2, "--cuts", 2, "--form", "flow", "--json")
    assert answer.code == 0
    found = answer.json
    assert found["proven"]
    assert found["attack"]["value"] > found["unguarded"]["value"]
    assert {one["route"] for one in found["guards"]}.isdisjoint(one["route"] for one in found["attack"]["cuts"])
    most = found["attack"]["value"] - found["unguarded"]["value"]
    assert len(found["guards"]) == 2 and all(0 <= one["worth"] <= most + 1e-6 for one in found["guards"])
    for one in found["guards"]:
        assert one["worth"] == pytest.approx(found["attack"]["value"] - one["reply"]["value"])
        assert one["route"] in {cut["route"] for cut in one["reply"]["cuts"]}


def test_a_campaign_of_its_own(xetho: Call, small: Path) -> None:
    answer = xetho("interdict", small, "-k", 1, "--window-days", 10, "--alternatives", 0, "--json")
    assert answer.code == 0
    found = answer.json
    assert found["neutral"] and found["gap"] <= 0.05 + 1e-6
    assert found["best"]["value"] >= found["base"] - 1e-6
    assert any("disruption" in line for line in found["reasons"])


def test_time_out_is_told(xetho: Call) -> None:
    answer = xetho("interdict", SCENARIO, "-k", 3, "--time-limit", 8, "--json")
    assert answer.code == 3
    if "problems" not in answer.json:
        assert not answer.json["proven"] and answer.json["gap"] > 0.05


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["interdict", "-k", 99, "--form", "flow"], "the budget: found 99"),
        (["interdict", "-k", 0, "--form", "flow"], "the budget: found 0"),
        (["interdict", "--form", "flow", "--only", "R20,R21", "--guard", "R21"], "R21 is both to be cut and guarded"),
        (["interdict", "--form", "flow", "--only", "R2O"], '"R2O" is not a route; did you mean'),
        (["interdict", "--form", "flow", "--to", "LANGSON", "--from", "NANHAN"], "no way leads"),
        (["interdict", "--form", "path"], "name the place with --from"),
        (["interdict", "--form", "circle"], "allowed campaign, flow, path"),
        (["interdict", "--side", "vietminh"], 'did you mean "viet_minh"?'),
        (["interdict", "--effort", "R20"], "allowed ROUTE=NUMBER"),
        (["protect", "--form", "flow", "--guards", 99, "--cuts", 1], "guards: found 99"),
    ],
)
def test_mistakes_in_one_line(xetho: Call, options: list[object], said: str) -> None:
    answer = xetho(options[0], SCENARIO, *options[1:])
    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert answer.out == ""
