"""Campaigns planned beside each other have the plans that they have alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import xetho as xt
from xetho.interdict import Closed
from xetho.planners import Planners, _Process

CHANGES = ("", "fleets[trucks].count=5", "fleets[trucks].count=8")


def varied(folder: Path) -> list[xt.Campaign]:
    """The campaign, changed ones, and one under a cut that it knows."""
    changed = [xt.load(folder, sets=[one] if one else []) for one in CHANGES]
    plain = changed[0]
    return [*changed, plain.under([Closed("hill-road", plain.scenario.start, plain.scenario.end)])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return xt.new("valley", tmp_path)


@pytest.mark.parametrize("cache", ["kept", ""])
def test_plans_are_the_same_with_and_without_processes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    monkeypatch.setenv("XETHO_CACHE", str(tmp_path / cache) if cache else "")
    with Planners(2) as planners:
        beside = [planners.submit(one) for one in varied(folder)]
        found = [one.result().plan() for one in beside]
    monkeypatch.setenv("XETHO_CACHE", "")
    for plan, alone in zip(found, varied(folder), strict=True):
        assert (plan.load == alone.plan().load).all()
    # One process each did the solving, and left it on disk.
    assert len(list((tmp_path / cache / "plans").glob("*.npz"))) == (len(CHANGES) + 1 if cache else 0)


def test_a_process_knows_the_cuts(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XETHO_CACHE", str(tmp_path / "kept"))
    plain, *_, cut = varied(folder)
    process = _Process()
    process.plan(cut)
    process.kill()
    assert cut.is_planned and not plain.is_planned


def test_a_campaign_whose_process_dies_is_planned_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xetho.planners.COMMAND", ("-c", "raise SystemExit(1)"))
    with Planners(2) as planners:
        assert planners.submit(xt.load(folder)).result().plan().status == "optimal"


def test_leaving_early_ends_the_processes(folder: Path) -> None:
    with pytest.raises(KeyError), Planners(2) as planners:
        futures = [planners.submit(one) for one in varied(folder)]
        raise KeyError
    assert all(process.ended for process in planners.processes)
    assert len(futures) == len(CHANGES) + 1
