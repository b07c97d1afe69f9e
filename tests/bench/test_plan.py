"""Every way of making the daily plan ends at a plan as good, on the smallest size; and what differs is told."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from benchmarks.plan import RIVALS, SIZES, XETHO, compare
from benchmarks.registry import Contender, Registry, find

SIZE = SIZES["skeleton, 60 days"]


def answer(contender: Contender) -> dict[str, Any]:
    job = find(contender.entry)(SIZE, 1)
    return dict(job.answer([job.run(1, 1)]))


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return answer(XETHO)


def test_ours_is_proven_to_the_quality_asked_for(ours: dict[str, Any]) -> None:
    assert 0 <= ours["shortage"] - ours["shortage_bound"] <= 0.002 * ours["wanted"]
    assert 0 <= ours["labour"] - ours["labour_bound"] <= 0.05 * ours["labour"]


@pytest.mark.parametrize("rival", RIVALS, ids=[rival.name for rival in RIVALS])
def test_a_rival_ends_at_a_plan_as_good(ours: dict[str, Any], rival: Contender) -> None:
    for package in rival.packages:
        pytest.importorskip(package)
    found = compare(ours, answer(rival))
    assert found["problems"] == [] and found["finished"]
    assert found["their_gap"] <= 0.004 and abs(found["their_labour_gap"]) <= 0.06


@pytest.mark.parametrize("rival", [rival for rival in RIVALS if rival.name in ("linopy", "pypsa")])
def test_a_rival_out_of_time_has_no_plan(rival: Contender, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in rival.packages:
        pytest.importorskip(package)
    monkeypatch.setattr("benchmarks.rivals.plan_linopy.LIMIT_S", 0.0)
    assert answer(rival)["shortage"] is None


def test_what_differs_is_told(ours: dict[str, Any]) -> None:
    better = compare(ours, {**ours, "shortage": ours["shortage_bound"] - 0.01 * ours["wanted"]})
    assert "is below our bound" in better["problems"][0]
    worse = compare(ours, {**ours, "shortage": ours["shortage"] + 0.01 * ours["wanted"]})
    assert "is far above ours" in worse["problems"][0]
    assert "it plans for" in compare(ours, {**ours, "wanted": 2 * ours["wanted"]})["problems"][0]
    late = compare(ours, {**ours, "shortage": None, "labour": None})
    assert late["problems"] == [] and not late["finished"]


def test_the_case_is_found() -> None:
    registry = Registry()
    importlib.import_module("benchmarks.plan").register(registry)
    assert set(registry.cases["plan"].goals) == {rival.name for rival in RIVALS}
