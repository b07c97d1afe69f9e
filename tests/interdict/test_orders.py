"""Files of cuts and guards to be played: read back as written, every mistake in one line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import xetho as xt
from xetho.interdict import Closed, cuts_text, guards_text, orders_in_words
from xetho.interdict.orders import Orders

START, END = "2030-06-01", "2030-07-30"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> xt.Campaign:
    return xt.load(xt.new("valley", tmp_path_factory.mktemp("orders")))


def write(campaign: xt.Campaign, file: Path, **changed: Any) -> Path:
    """A file of one cut, with something changed."""
    content = {
        "xetho_plan": "cuts", "scenario": "valley", "variant": None, "hash": campaign.scenario.hash(), "side": "relief",
        "form": "flow", "cuts": [row("hill-road", "2030-06-20", "2030-07-03")],
    } | changed  # fmt: skip
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def row(route: Any = "hill-road", first: Any = START, until: Any = END) -> dict[str, Any]:
    return {"route": route, "from": first, "until": until}


def test_a_file_is_read(campaign: xt.Campaign, tmp_path: Path) -> None:
    assert campaign.under(write(campaign, tmp_path / "cuts.json")).orders == Orders(
        (Closed("hill-road", date(2030, 6, 20), date(2030, 7, 3)),)
    )


def test_what_is_written_is_read(campaign: xt.Campaign, tmp_path: Path) -> None:
    cuts, guards = tmp_path / "cuts.json", tmp_path / "guards.json"
    worst, best = campaign.interdict(1, form="flow"), campaign.protect(1, 1, form="flow")
    cuts.write_text(cuts_text(campaign.scenario, worst), encoding="utf-8")
    guards.write_text(guards_text(campaign.scenario, best), encoding="utf-8")
    assert worst.best.cuts and best.guards and best.attack.cuts
    assert campaign.under(cuts).orders == Orders(worst.best.cuts)
    assert campaign.under(guards, guards).orders == Orders(best.attack.cuts, best.guards)


def test_answers_are_played_as_they_are(campaign: xt.Campaign) -> None:
    cuts = campaign.interdict(1, form="flow")
    guards = campaign.protect(1, 1, form="flow")
    assert campaign.under(cuts).orders == Orders(cuts.best.cuts)
    assert campaign.under(guards, guards).orders == Orders(guards.attack.cuts, guards.guards)
    with pytest.raises(xt.CampaignError, match="an answer about cuts"):
        campaign.under(protect=cuts)


def test_what_is_guarded_cannot_be_cut(campaign: xt.Campaign) -> None:
    cut = Closed("hill-road", date(2030, 6, 20), date(2030, 7, 3))
    with pytest.raises(xt.CampaignError) as error:
        campaign.under([cut], [Closed("hill-road", date(2030, 7, 3), date(2030, 7, 9))])
    (line,) = error.value.problems
    assert line.startswith("hill-road is both cut and guarded on 3 July 2030: ")
    campaign.under([cut], [Closed("hill-road", date(2030, 7, 4), date(2030, 7, 9))])  # one after the other


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hash": "0" * 64}, ["is of another scenario, variant or setting (\"valley\", hash \"000000000000\""]),
        ({"cuts": [row("hill-raod")]}, ['row 1 of cuts: "hill-raod" is not a route; did you mean "hill-road"?']),
        ({"cuts": [row(first="2030-05-31")]}, ["from 2030-05-31 lies outside the scenario, 2030-06-01 to 2030-07-30"]),
        ({"cuts": [row(until="2030-08-01")]}, ["until 2030-08-01 lies outside the scenario"]),
        ({"cuts": [row(first="2030-07-02", until="2030-07-01")]}, ["until 2030-07-01 lies before from 2030-07-02"]),
        ({"cuts": [row(first="1 June")]}, ['row 1 of cuts: allowed "route", and "from" and "until" as YYYY-MM-DD']),
        ({"cuts": [row(), "hill-road"]}, ["row 2 of cuts: allowed"]),
        ({"cuts": {}}, ['"cuts" is not a list']),
        ({"xetho_plan": "guards", "cuts": None}, ['"cuts" is not a list']),
        ({"verb": "interdict"}, ['"cuts" is not a list']),
        ({"verb": "plan"}, ["is no plan of cuts or guards"]),
        ({"verb": ["interdict"], "xetho_plan": None}, ["is no plan of cuts or guards"]),
        ({"cuts": [row("hill\nroad" * 20)]}, ["is not a route"]),
        ({"xetho_plan": "supply"}, ["is no plan of cuts or guards"]),
        (
            {"hash": "", "cuts": [row("nowhere"), row(until="2031-01-01")]},
            ["is of another scenario", '"nowhere" is not a route', "lies outside the scenario"],
        ),
    ],
)
def test_every_mistake_has_a_line(
    campaign: xt.Campaign, tmp_path: Path, changed: dict[str, Any], said: list[str]
) -> None:
    with pytest.raises(xt.CampaignError) as error:
        campaign.under(write(campaign, tmp_path / "cuts.json", **changed))
    assert len(error.value.problems) == len(said)
    for line, words in zip(error.value.problems, said, strict=True):
        assert words in line and "\n" not in line


def test_files_that_are_none(campaign: xt.Campaign, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    for content in (b"{", b"[" * 100_000, b"\xff\xfe{}", b"7"):
        broken.write_bytes(content)
        with pytest.raises(xt.CampaignError, match=r"cannot be read as JSON|is no plan"):
            campaign.under(broken)
    broken.write_bytes(b" " * 10_000_001)
    with pytest.raises(xt.CampaignError) as error:
        campaign.under(broken, tmp_path / "missing.json", surprise=True)
    assert len(error.value.problems) == 2
    assert "larger than 10 MB" in error.value.problems[0] and "No such file" in error.value.problems[1]


def test_surprise_needs_cuts(campaign: xt.Campaign) -> None:
    with pytest.raises(xt.CampaignError, match="give them with --interdict"):
        campaign.under(surprise=True)


def test_words() -> None:
    first = date(2030, 6, 1)
    orders = Orders((Closed("a", first, date(2030, 6, 9)),), (Closed("b", first, first),))
    assert orders_in_words(orders, False) == "Cut: a from 1 June to 9 June 2030; guarded: b on 1 June 2030"
    assert orders_in_words(orders, True).startswith("Lost: a from")
    assert orders_in_words(Orders(), False) == "No cuts and no guards"
