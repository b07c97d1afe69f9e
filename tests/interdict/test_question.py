"""What a scenario's question makes of its network: what goes round a cut, and what no cut stops."""

from __future__ import annotations

import pytest

from tests.simulate.drafts import Draft, road
from xetho.interdict import Question, QuestionError, best_guards, worst_cuts

PORTERS_T = 1.25  # what the hundred porters of `road` move in a day


def two_stages(cut_passes: float) -> Draft:
    """The road, and before it another on which trucks that cannot get round a cut move far more."""
    draft = road(cut_passes=cut_passes)
    draft.add("places", id="PORT", name="Port", lat=19.8, lon=100, kind="depot", side="blue")
    draft.add("routes", id="coast", from_="PORT", to="BASE", length_km=20, kind="road", modes="truck", side="blue")
    draft.add("modes", id="truck", name="Truck", medium="land", payload_kg=1000, km_per_day=100, availability=1)
    draft.add("fleets", id="trucks", mode="truck", side="blue", count=10)
    draft.change("supply", "food-base", place="PORT")
    return draft


@pytest.mark.parametrize(("passing", "left"), [(False, 0.0), (True, 0.4 * PORTERS_T)])
def test_what_goes_round_a_cut_is_left_of_the_flow(passing: bool, left: float) -> None:
    found = worst_cuts(road(cut_passes=0.4).network(), Question(form="flow", side="blue", passing=passing), 1)
    assert found.base == pytest.approx(PORTERS_T) and found.proven
    assert found.best.value == pytest.approx(left)


def test_the_worst_cut_is_where_nothing_gets_round_and_so_is_the_guard() -> None:
    network, question = two_stages(0.4).network(), Question(form="flow", side="blue", passing=True)
    assert [one.route for one in worst_cuts(network, question, 1).best.cuts] == ["coast"]
    found = best_guards(network, question, 1, 1)
    assert [one.route for one in found.guards] == ["coast"] and [one.route for one in found.attack.cuts] == ["road"]
    assert found.attack.value == pytest.approx(0.4 * PORTERS_T)
    assert found.worth == pytest.approx((0.4 * PORTERS_T,))


def test_a_path_has_nothing_to_pass() -> None:
    with pytest.raises(QuestionError, match="--passing belongs to flow and campaign"):
        worst_cuts(road().network(), Question(form="path", side="blue", origin="BASE", passing=True), 1)
