"""`xetho sweep`: the documented JSON, a table to read, and mistakes told in one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.test_verbs import HEAD, documented
from xetho.cli.sweep import time_left

DESIGN = 'design = "factorial"\n[[factors]]\nset = "fleets[trucks].count"\nname = "trucks"\nlevels = [6, 12]\n'


@pytest.fixture
def design(tmp_path: Path) -> Path:
    path = tmp_path / "design.toml"
    path.write_text(DESIGN, encoding="utf-8")
    return path


def test_sweep(xetho: Call, small: Path, design: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ["sweep", small, "--design", design, "--out", out, "--runs", 10]
    answer = xetho(*asked, "--json")
    assert answer.code == 0
    assert list(answer.json)[: len(HEAD)] == HEAD
    (factor,) = answer.json["factors"]
    assert set(answer.json) | set(factor) | set(answer.json["results"][0]) <= documented() | {"p05", "p50", "p95"}
    assert [row["levels"] for row in answer.json["results"]] == [{"trucks": 6}, {"trucks": 12}]
    assert Path(answer.json["table"]).is_file()
    again = xetho(*asked)
    assert again.code == 0
    assert "2 points of 10 campaigns each" in again.out
    assert xetho(*asked, "--json").out == answer.out


def test_mistakes(xetho: Call, small: Path, design: Path, tmp_path: Path) -> None:
    design.write_text(DESIGN.replace("trucks].count", "truks].count").replace("factorial", "nohl"), encoding="utf-8")
    answer = xetho("sweep", small, "--design", design, "--out", tmp_path / "out")
    assert (answer.code, answer.out) == (2, "")
    assert 'did you mean "nolh"?' in answer.err
    assert not (tmp_path / "out").exists()
    design.write_text(DESIGN.replace("trucks].count", "truks].count"), encoding="utf-8")
    problems = xetho("sweep", small, "--design", design, "--out", tmp_path / "out", "--json").json["problems"]
    assert {(one["file"], one["row"], one["hint"]) for one in problems} == {
        ("design.toml", 2, 'did you mean "trucks"?')
    }
    design.write_text(DESIGN, encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("precious", encoding="utf-8")
    answer = xetho("sweep", small, "--design", design, "--out", tmp_path / "full")
    assert answer.code == 2
    assert len(answer.err.strip().splitlines()) == 1
    assert "is not empty and holds no sweep" in answer.err


def test_time_left_in_words() -> None:
    assert [time_left(one) for one in (None, 45.0, 200.0, 9000.0)] == ["", "45 s left", "3 min left", "2 h 30 min left"]
