"""Files of cuts and guards to be played: read back as written, every mistake in one line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import xetho as xt
from xetho.interdict import Closed, order_text, orders_in_words
from xetho.interdict.orders import Orders

START, END = "2030-06-01", "2030-07-30"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> xt.Campaign:
    return xt.load(xt.new("valley", tmp_path_factory.mktemp("orders")))


def write(campaign: xt.Campaign, file: Path, kind: str = "cuts", **changed: Any) -> Path:
    rows = [Closed("hill-road", date(2030, 6, 20), date(2030, 7, 3))]
    content = json.loads(order_text(campaign.scenario, kind, "relief", "flow", rows)) | changed
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def row(route: Any = "hill-road", first: Any = START, until: Any = END) -> dict[str, Any]:
    return {"route": route, "from": first, "until": until}


def test_what_is_written_is_read(campaign: xt.Campaign, tmp_path: Path) -> None:
    cuts, guards = write(campaign, tmp_path / "cuts.json"), write(campaign, tmp_path / "guards.json", "guards")
    found = campaign.under(cuts, guards).orders
    assert found is not None
    assert found.cuts == found.guards == (Closed("hill-road", date(2030, 6, 20), date(2030, 7, 3)),)


def test_answers_are_played_as_they_are(campaign: xt.Campaign) -> None:
    cuts = campaign.interdict(1, form="flow")
    guards = campaign.protect(1, 1, form="flow")
    found = campaign.under(cuts, guards).orders
    assert found == Orders(cuts.best.cuts, guards.guards)
    with pytest.raises(xt.CampaignError, match="the answer of the other question"):
        campaign.under(guards)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hash": "0" * 64}, ["is of another scenario, variant or setting (valley, hash 000000000000"]),
        ({"cuts": [row("hill-raod")]}, ['row 1 of cuts: "hill-raod" is not a route; did you mean "hill-road"?']),
        ({"cuts": [row(first="2030-05-31")]}, ["from 2030-05-31 lies outside the scenario, 2030-06-01 to 2030-07-30"]),
        ({"cuts": [row(until="2030-08-01")]}, ["until 2030-08-01 lies outside the scenario"]),
        ({"cuts": [row(first="2030-07-02", until="2030-07-01")]}, ["until 2030-07-01 lies before from 2030-07-02"]),
        ({"cuts": [row(first="1 June")]}, ['row 1 of cuts: allowed "route", and "from" and "until" as YYYY-MM-DD']),
        ({"cuts": [row(), "hill-road"]}, ["row 2 of cuts: allowed"]),
        ({"cuts": {}}, ['"cuts" is not a list']),
        ({"xetho_plan": "guards"}, ["holds guards; give it with --protect"]),
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
    broken.write_bytes(b" " * 1_000_001)
    with pytest.raises(xt.CampaignError) as error:
        campaign.under(broken, tmp_path / "missing.json", surprise=True)
    assert len(error.value.problems) == 2
    assert "larger than 1 MB" in error.value.problems[0] and "No such file" in error.value.problems[1]


def test_surprise_needs_cuts(campaign: xt.Campaign) -> None:
    with pytest.raises(xt.CampaignError, match="give them with --interdict"):
        campaign.under(surprise=True)


def test_words() -> None:
    first = date(2030, 6, 1)
    orders = Orders((Closed("a", first, date(2030, 6, 9)),), (Closed("b", first, first),))
    assert orders_in_words(orders, False) == "Cut: a from 1 June to 9 June 2030; guarded: b on 1 June 2030"
    assert orders_in_words(orders, True).startswith("Lost: a from")
