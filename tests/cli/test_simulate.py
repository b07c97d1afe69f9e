"""`xetho simulate`: to a precision, in bounded memory, with a profile, and on a device that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.test_verbs import documented, keys_of
from xetho.results import open_runs, play, tally

LACK = "shortage_t[relief,food]"


def test_on_to_a_precision(xetho: Call, small: Path) -> None:
    asked = ["simulate", small, "--runs", 100, "--precision", f"{LACK}>0:0.01", "--precision", f"p50 {LACK}:30"]
    answer = xetho(*asked, "--json").json
    assert keys_of(answer) <= documented()
    known = answer["precision"]
    assert known["reached"] and known["runs"] == answer["runs"] > 100
    assert [row["half_width"] <= row["wanted"] for row in known["wanted"]] == [True, True]
    row = next(row for row in answer["outputs"] if row["metric"] == LACK)
    assert known["wanted"][1]["estimate"] == pytest.approx(row["p50"])
    other = xetho(*asked, "--block", 33, "--threads", 1, "--json").json
    assert other["precision"] == known and other["outputs"] == answer["outputs"]
    told = xetho("simulate", small, "--runs", 50, "--precision", f"{LACK}:1e-9", "--max-runs", 60).out
    assert "60 campaigns were not enough" in told


def test_mistakes_in_a_precision_are_told_at_once(xetho: Call, small: Path) -> None:
    answer = xetho("simulate", small, "--precision", "deed[x]:1", "--precision", f"{LACK}:no", "--block", 0, "--json")
    assert answer.code == 2 and "block" in answer.json["problems"][0]["message"]
    answer = xetho("simulate", small, "--precision", "deed[x]:1", "--precision", f"{LACK}:no", "--json")
    assert answer.code == 2 and len(answer.json["problems"]) == 2
    answer = xetho("simulate", small, "--precision", "shortage_t[relief,fod]:1")
    assert answer.code == 2 and "fod" in answer.err


def test_more_runs_than_fit(xetho: Call, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = xetho("simulate", small, "--runs", 400, "--json").json
    monkeypatch.setattr(play, "CHUNK", 64)
    monkeypatch.setattr(tally, "BUFFER", 64)
    monkeypatch.setattr(play, "MAX_GB", 1e-6)
    answer = xetho("simulate", small, "--runs", 400, "--save", tmp_path / "kept", "--json").json
    assert keys_of(answer) <= documented()
    assert 0 < answer["rank_error"] < 0.03
    assert answer["outcome"] == exact["outcome"]
    assert [row["metric"] for row in answer["outputs"]] == [row["metric"] for row in exact["outputs"]]
    for mine, other in zip(answer["outputs"], exact["outputs"], strict=True):
        assert mine["share_happened"] == other["share_happened"]
        assert mine["mean"] == (None if other["mean"] is None else pytest.approx(other["mean"], rel=1e-9))
    assert len(open_runs(tmp_path / "kept").assumptions) == 400
    assert "right to" in xetho("simulate", small, "--runs", 400).out
    refused = xetho("simulate", small, "--runs", 400, "--out", tmp_path / "runs.csv")
    assert refused.code == 2 and "GB" in refused.err and not (tmp_path / "runs.csv").exists()


def test_a_profile(xetho: Call, small: Path) -> None:
    plainly = xetho("simulate", small, "--runs", 20, "--json").json
    answer = xetho("simulate", small, "--runs", 20, "--profile", "--json").json
    assert keys_of(answer) <= documented()
    found = answer.pop("profile")
    assert sum(row["share"] for row in found["steps"]) == pytest.approx(1)
    assert {row["step"] for row in found["functions"]} == {row["step"] for row in found["steps"]} == set(range(11))
    for one in (answer, plainly):
        one.pop("timing"), one.pop("campaigns_per_second")
    assert answer == plainly
    assert "transport" in xetho("simulate", small, "--runs", 20, "--profile").out


def test_a_device_that_is_not_there(xetho: Call, small: Path) -> None:
    answer = xetho("simulate", small, "--device", "abacus")
    assert answer.code == 2 and answer.err.strip() == 'device: found "abacus", allowed cpu or cuda'
