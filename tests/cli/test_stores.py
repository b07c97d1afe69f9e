"""`simulate --save`, `runs show` and `runs query`: keep runs, look into them and ask them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.test_verbs import documented, keys_of
from xetho.results import open_runs

SOURCE = Path(__file__).resolve().parents[2] / "src"
LACK = 'select variant, avg("shortage_t[relief,food]") as lack from runs group by all order by all'


@pytest.fixture
def kept(xetho: Call, small: Path, tmp_path: Path) -> Path:
    answer = xetho("simulate", small, "--runs", 20, "--seed", 3, "--save", tmp_path / "kept")
    assert answer.code == 0
    return tmp_path / "kept"


def test_runs_are_kept_with_what_plays_them_again(xetho: Call, small: Path, kept: Path, tmp_path: Path) -> None:
    change = ["--variant", "more-porters", "--set", "modes[*].payload_kg=30"]
    told = xetho("simulate", small, "--runs", 20, "--seed", 3, *change, "--save", tmp_path / "more", "--json").json
    meta = open_runs(tmp_path / "more").meta
    for key in ("scenario", "variant", "sets", "hash", "start", "end", "seed", "runs", "xetho"):
        assert meta[key] == told[key], key
    assert meta["plan"] == "own" and 0 <= meta["plan_gap"] < 1e-3
    assert meta["parameters"]["cover_days"] >= 0
    base = open_runs(kept).meta
    assert base["variant"] is None and base["sets"] == [] and base["hash"] != meta["hash"]


def test_show(xetho: Call, kept: Path) -> None:
    answer = xetho("runs", "show", kept, kept, "--json").json
    first, _ = answer["stores"]
    assert first["runs"] == first["traced"] == 20 and first["seed"] == 3 and first["variant"] == ""
    assert "dead" in first["outputs"]["runs"] and Path(first["files"]["daily"]).is_file()
    del first["meta"]
    assert keys_of({**answer, "stores": [first]}) <= documented()
    told = xetho("runs", "show", kept).out
    assert "20 runs" in told and first["hash"] in told


def test_query(xetho: Call, kept: Path, tmp_path: Path) -> None:
    answer = xetho("runs", "query", LACK, kept, "--json").json
    assert keys_of(answer) <= documented()
    assert answer["columns"] == ["variant", "lack"]
    lack = open_runs(kept).summary["shortage_t"].sel(side="relief", good="food").mean()
    assert answer["rows"] == [["", pytest.approx(float(lack))]]
    table = tmp_path / "answer.csv"
    assert "lack" in xetho("runs", "query", LACK, kept, "--out", table).out
    with table.open(encoding="utf-8", newline="") as file:
        assert float(next(csv.DictReader(file))["lack"]) == pytest.approx(float(lack))
    assert xetho("runs", "query", LACK, kept, "--out", table).code == 2
    odd = "select start, null::date as d, null::int as i, timestamp '2030-06-01 12:00:00' as t from runs limit 1"
    rows = xetho("runs", "query", odd, kept, "--json").json["rows"]
    assert rows == [["2030-06-01", None, None, "2030-06-01T12:00:00"]]
    assert "and 2300 more rows" in xetho("runs", "query", "select * from range(2500)", kept).out


def test_a_store_is_written_over_only_with_force(xetho: Call, small: Path, kept: Path) -> None:
    before = kept.joinpath("xetho-runs.json").read_bytes()
    answer = xetho("simulate", small, "--runs", 5, "--save", kept)
    assert answer.code == 2 and "--force" in answer.err and answer.out == ""
    assert kept.joinpath("xetho-runs.json").read_bytes() == before
    assert xetho("simulate", small, "--runs", 5, "--save", kept, "--force").code == 0
    assert open_runs(kept).meta["runs"] == 5


def test_mistakes_are_told_one_a_line(xetho: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for verb in (["show"], ["query", "select 1"]):
        answer = xetho("runs", *verb, tmp_path / "gone", tmp_path / "file", tmp_path)
        assert answer.code == 2 and answer.out == ""
        assert len(answer.err.strip().splitlines()) == 4  # one for each store, and how many there are


def test_a_mistake_in_sql(xetho: Call, kept: Path) -> None:
    answer = xetho("runs", "query", "select deed from runs", kept, "--json")
    assert answer.code == 2
    assert '"deed" not found' in answer.json["problems"][0]["message"]


def test_without_the_extra_it_is_said_before_the_work(tmp_path: Path) -> None:
    """As on an installation that lacks it: the modules cannot be imported."""
    lacking = "import sys; sys.modules.update(pyarrow=None, duckdb=None); from xetho.cli import main; main()"
    arguments = ["simulate", "dien-bien-phu", "--save", str(tmp_path / "kept"), "--json"]
    answer = subprocess.run(
        [sys.executable, "-c", lacking, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        timeout=120,
    )
    assert answer.returncode == 2 and answer.stderr == ""
    (problem,) = json.loads(answer.stdout)["problems"]
    assert problem["message"] == "a store of runs needs pyarrow: pip install 'xetho[store]'"
    assert not (tmp_path / "kept").exists()
