"""For whom a plan closes: by side, within a tenth of a percent, and for the side that is asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import xetho as xt
from tests.report import fixture
from xetho.evidence import Names
from xetho.experiment import closings, headline, headline_side, verdict_words
from xetho.experiment.closing import TOLERANCE, Closing
from xetho.scenario import load


def test_a_thousandth_closes_and_more_does_not() -> None:
    assert Closing("a", "A", 1000.0, 1000.0 * TOLERANCE).closes
    assert not Closing("a", "A", 1000.0, 1.01 * 1000.0 * TOLERANCE).closes
    assert Closing("a", "A", 0.0, 0.0).closes


def test_needs_and_shortages_go_to_the_side_that_holds_the_place(tmp_path: Path) -> None:
    scenario = load(fixture.folder(tmp_path))
    network = fixture.network_of(scenario)
    plan = fixture.plan_of(scenario, network)
    ids = list(network.place_ids)
    plan.shortage[:] = 0.0
    plan.shortage[0, ids.index("P4"), 1] = 60.0  # the plain army's, where its need is
    plan.target_shortage = [20.0]  # at the ridge, the hill army's only need
    hill, plain = closings(plan, network, scenario)
    assert (hill.side, hill.need_t, hill.short_t, hill.worst) == ("hill", 20.0, 20.0, "rice")
    assert plain.need_t == pytest.approx(network.need.sum())
    assert (plain.side, plain.short_t, plain.worst) == ("plain", 60.0, "shells")
    assert headline_side(scenario) == "hill"  # who attacks the fort
    assert headline(plan, network, scenario) == hill
    assert "does not close, 100 %" in verdict_words(hill)


def test_without_a_camp_all_sides_are_asked_about(tmp_path: Path) -> None:
    scenario = load(fixture.folder(tmp_path))
    network = fixture.network_of(scenario)
    plan = fixture.plan_of(scenario, network)
    both = headline(plan, network, replace(scenario, outcome={}))
    assert both.side == ""
    assert both.need_t == pytest.approx(sum(one.need_t for one in closings(plan, network, scenario)))


def test_a_campaign_tells_it_in_words(tmp_path: Path) -> None:
    folder = xt.new("small", tmp_path)
    assert xt.load(folder).headline.closes
    starved = xt.load(folder, sets=["modes[*].payload_kg=1"])
    assert not starved.headline.closes
    assert starved.reasons()[0].startswith("Relief service: the plan does not close")
    ids = set(starved.scenario.tables["places"].index)
    assert not [line for line in starved.reasons() if ids & set(line.replace(":", " ").split())]


def test_names_stand_for_ids_but_short_words_are_left(tmp_path: Path) -> None:
    names = Names(load(fixture.folder(tmp_path)))
    assert names.sentence("A carrier of pool f1 brings rice; hill needs shells.") == (
        "A Truck (f1) brings Rice; Hill army needs Shells."
    )
    assert names.key("rice:nowhere") == "Rice from nowhere"
    assert names.key("P1") == "Northwork"
