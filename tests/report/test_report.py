"""The report: one file, nothing fetched, every word escaped, the numbers of the input on the page."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import json
import math
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report import fixture
from xetho.interdict import Closed
from xetho.report import ReportInput, basemap, camp, figures, labels, render, symbols, write
from xetho.report import map as net_map
from xetho.report.evidence import safe_link
from xetho.scenario import load


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportInput:
    return fixture.report_input(tmp_path_factory.mktemp("scenario"))


@pytest.fixture(scope="module")
def html(report: ReportInput) -> str:
    return render(report)


class Outline(HTMLParser):
    """Collects what a test wants to know of a page."""

    VOID = {"meta", "link", "input", "br", "img", "hr"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.loads: list[str] = []
        self.scripts = 0
        self.tables = 0
        self.captions = 0
        self.open: list[str] = []
        self.unlabelled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found.get("href")))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("img", "image", "script", "link", "iframe", "source", "use"):
            self.loads += [str(found[k]) for k in ("src", "href", "xlink:href") if found.get(k)]
        self.scripts += tag == "script"
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "svg" and not (found.get("aria-label") or found.get("aria-hidden")):
            self.unlabelled.append(str(found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    return parser


def test_tags_nest_and_ids_are_unique(outline: Outline) -> None:
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_nothing_is_loaded_from_elsewhere(html: str, outline: Outline) -> None:
    assert all(address.startswith("data:") for address in outline.loads)
    assert "@import" not in html
    assert not re.search(r"url\(\s*['\"]?(?!data:)", html)


def test_links_within_the_page_lead_somewhere(outline: Outline) -> None:
    inner = [link[1:] for link in outline.links if link.startswith("#")]
    assert inner and set(inner) <= set(outline.ids)


def test_headings_do_not_skip_a_level(outline: Outline) -> None:
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_tables_have_captions_and_drawings_have_words(outline: Outline) -> None:
    assert outline.tables == outline.captions > 5
    assert outline.unlabelled == []


def test_hostile_texts_are_escaped(html: str, outline: Outline) -> None:
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert") >= 4  # claim, its note, event, what-if
    assert outline.scripts == 2  # ours: the data and the code
    assert "javascript:alert" not in html
    assert "<b>" not in html.split('id="sources"')[1].split("A book")[1][:20]


def test_hostile_names_cannot_leave_the_data_script(report: ReportInput) -> None:
    places = report.scenario.tables["places"].copy()
    places.loc["A", "name"] = "</script><script>alert(1)</script>"
    tables = {**report.scenario.tables, "places": places}
    page = render(dataclasses.replace(report, scenario=dataclasses.replace(report.scenario, tables=tables)))
    assert "<script>alert(1)" not in page
    data = re.search(r'id="map-data">(.*?)</script>', page, re.S)
    assert data and "</script><script>alert(1)</script>" in json.loads(data.group(1))["places"]


def test_a_colour_that_is_no_colour_stays_out_of_the_style(report: ReportInput) -> None:
    bad = dataclasses.replace(report.scenario.sides[0], color="red;} body{display:none")
    scenario = dataclasses.replace(report.scenario, sides=(bad, report.scenario.sides[1]))
    assert "display:none" not in render(dataclasses.replace(report, scenario=scenario))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.org", ""])
def test_only_web_addresses_become_links(address: str) -> None:
    assert safe_link(address) == ""


def test_the_first_screen_says_question_and_answer(report: ReportInput, html: str) -> None:
    falls = report.runs.summary["camp_fall_date"].sel(camp="fort").to_numpy()
    share = float(np.mean(np.isfinite(falls)))
    first = html.split('id="map"')[0]
    assert "Can the hill army feed its siege?" in first
    assert f"The fort falls in {share * 100:.0f} of 100 simulated campaigns" in first
    assert "On record: 7 May 2031" in first
    assert "44 % of what is needed cannot arrive in time" in first
    assert "The first sum forgot what carriers eat." in first


def test_the_answer_is_told_for_a_camp_that_never_falls(report: ReportInput) -> None:
    summary = report.runs.summary.copy(deep=True)
    summary["camp_fall_date"][:] = np.nan
    summary["position_fall_date"][:] = np.nan
    runs = type(report.runs)(**{**vars(report.runs), "summary": summary})
    page = render(dataclasses.replace(report, runs=runs))
    assert "The fort falls in no simulated campaign by 31 May 2031" in page


def test_both_ledgers_stand_side_by_side(html: str) -> None:
    ledgers = html.split("Where the ledgers disagree")[1].split("All claims")[0]
    assert "4,000 to 4,500 persons" in ledgers and "7,000 to 8,000 persons" in ledgers


def test_what_to_protect_names_routes_worth_and_change_of_outcome(html: str) -> None:
    section = html.split('id="protect"')[1].split("</section>")[0]
    for words in ("120 t/day", "20 t/day", "30 t/day", "Gorge – Ridge", "worth 9.5 t a day", "Ford – Gorge"):
        assert words in section
    assert "in 88 % of campaigns as it was, in 31 % under the worst cuts" in section
    assert "−57.0 points, 95 % interval −63.0 to −50.0" in section and "may be chance" not in section
    marks = re.findall(r'data-mark="(\w+)"', section)
    assert sorted(marks) == ["cut", "cut", "guard", "left"]
    assert "Nobody cuts" not in section and "the adversary" in section
    assert "Killed and died of wounds (hill) (persons)" in section and "5,200" in section


GUARDED = "worth 9.5 t a day; without it the fort falls in 31 % instead of 88 % of campaigns"
SAVED = "What a guard is worth is what changes when it alone is taken away"


def test_each_guard_tells_its_tonnes_its_change_of_outcome_and_the_cuts_without_it(html: str) -> None:
    section = html.split('id="protect"')[1].split("</section>")[0]
    assert f"{GUARDED} (−57.0 points, 95 % interval −63.0 to −50.0)<" in section
    assert "the worst cuts without it: Upper Depot" in section
    assert f"{SAVED} and the worst cuts on a mean day are found anew; campaigns are those" in section


@pytest.mark.parametrize(
    ("played", "reply", "outcome", "told"),
    [
        ({"outcome_high": 0.01}, {}, True, " to +1.0), which may be chance<"),
        ({"outcome_low": 0.0, "outcome_high": 0.01}, {}, True, "95 % interval 0 to +1.0), which may be chance<"),
        ({"outcome_variant": math.nan}, {}, False, "worth 9.5 t a day<"),  # the scenario names no outcome
        ({}, {"cuts": (Closed("r2", date(2031, 2, 1), date(2031, 5, 31)),)}, True, "worst cuts without it: the same<"),
        (None, None, False, "what it is worth was not found in time"),
    ],
)
def test_a_guard_worth_little_or_only_tonnes_or_not_known_what(
    report: ReportInput, played: dict[str, Any] | None, reply: dict[str, Any] | None, outcome: bool, told: str
) -> None:
    shown = report.protecting
    assert shown is not None and shown.without[0] is not None and shown.guards.replies[0] is not None
    found = dataclasses.replace(
        shown.guards,
        replies=(None if reply is None else dataclasses.replace(shown.guards.replies[0], **reply),),
        worth=(math.nan,) if reply is None else shown.guards.worth,
    )
    without = None if played is None else dataclasses.replace(shown.without[0], **played)
    changed = dataclasses.replace(shown, guards=found, without=(without,))
    section = render(dataclasses.replace(report, protecting=changed)).split('id="protect"')[1].split("</section>")[0]
    assert told in section and (GUARDED in section) == outcome


def test_what_to_protect_is_left_out_unless_asked_and_neutral_without_an_adversary(report: ReportInput) -> None:
    assert 'id="protect"' not in render(dataclasses.replace(report, protecting=None))
    shown = report.protecting
    assert shown is not None
    quiet = dataclasses.replace(shown, guards=dataclasses.replace(shown.guards, neutral=True))
    section = render(dataclasses.replace(report, protecting=quiet)).split('id="protect"')[1].split("</section>")[0]
    assert "worst disruption" in section and "worst cuts" not in section and "adversary" not in section
    assert f"{SAVED} and the worst disruption on a mean day is found anew" in section


def test_every_claim_event_and_source_is_there(report: ReportInput, html: str) -> None:
    assert html.count("data-simulated=") == len(report.scenario.tables["claims"])
    for key in report.scenario.tables["sources"].index:
        assert f'id="source-{key}"' in html
    assert "The flag comes down" in html


def test_the_same_input_gives_the_same_page(report: ReportInput, html: str) -> None:
    assert render(report) == html


def test_write_makes_the_folder_and_leaves_nothing_beside(report: ReportInput, tmp_path: Path) -> None:
    target = write(report, tmp_path / "deep" / "report.html")
    assert [p.name for p in target.parent.iterdir()] == ["report.html"]
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert target.stat().st_size < 8_000_000


def test_a_place_beyond_every_sheet_gets_a_graticule(tmp_path: Path) -> None:
    other = fixture.report_input(tmp_path, bbox="[-10.0, 40.0, 110.0, 60.0]")
    page = render(other)
    assert "No background sheet covers this area" in page and "data:image/png" not in page


def test_a_scenario_without_a_camp_or_claims_is_told(tmp_path: Path) -> None:
    from xetho.scenario.new import new

    scenario = load(new("valley", tmp_path))
    network = fixture.network_of(scenario)
    runs = fixture.runs_of(scenario, network)
    report = ReportInput(
        scenario, network, fixture.plan_of(scenario, network), runs, fixture.validation_of(scenario, runs)
    )
    page = render(report)
    assert "Relief service meets" in page
    assert 'id="positions"' not in page and 'id="whatif"' not in page


def test_flows_of_both_directions_add_up(report: ReportInput) -> None:
    frames = net_map.frame_days(report)
    flows = net_map.route_flows(report, frames)
    by_arc = report.runs.mean["flow_t"].to_numpy()
    k = len(frames) // 2
    week = by_arc[frames[k] - 3 : frames[k] + 4]
    assert flows[k, 0] == pytest.approx(week[:, 0].mean() + week[:, -1].mean())
    assert flows[k, 1] == pytest.approx(week[:, 1].mean())


def test_chosen_dates_and_both_ends_are_frames(report: ReportInput) -> None:
    frames = net_map.frame_days(report)
    assert frames == sorted(set(frames))
    assert {0, report.scenario.days - 1, 19, 52, 98} <= set(frames)


def test_fallen_shares_count_runs(report: ReportInput) -> None:
    falls = report.runs.summary["position_fall_date"].sel(position="P2").to_numpy()
    shares = camp.fallen_shares(report, "P2", [0, 60, report.scenario.days - 1])
    assert shares[1] == round(100 * float(np.mean(falls < 61)))
    assert shares == sorted(shares) and shares[-1] < 100  # in some runs it never falls


def test_symbols_pushed_apart_do_not_cover_each_other() -> None:
    crowd = [(200.0, 200.0), (200.0, 200.0), (204.0, 203.0), (210.0, 199.0), (400.0, 100.0)]
    spots = camp.push_apart(crowd, 640, 640)
    for i, a in enumerate(spots):
        for b in spots[:i]:
            gap = np.hypot((a[0] - b[0]) / camp.CLEAR_X, (a[1] - b[1]) / camp.CLEAR_Y)
            assert gap > 0.9
    assert spots[4] == crowd[4]
    assert spots == camp.push_apart(crowd, 640, 640)


def test_written_names_do_not_overlap() -> None:
    rng = np.random.default_rng(3)
    names = [
        labels.Name(f"Place {k}", float(x), float(y), 3, 3, 12, "placename", float(k))
        for k, (x, y) in enumerate(rng.uniform(0, 300, (60, 2)))
    ]
    drawing, boxes = labels.place(names, [], 300, 300)
    assert 10 < len(boxes) < 60
    assert "Place 59" in drawing  # the first in rank finds room
    assert not any(labels.overlaps(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_bundled_sheet_covers_its_box_and_no_more() -> None:
    sheet = basemap.sheet_for((102.0, 18.5, 107.2, 23.0))
    assert sheet is not None and (sheet / "PROVENANCE.md").exists()
    assert basemap.sheet_for((100.0, 18.5, 107.2, 23.0)) is None


def test_projection_keeps_distances() -> None:
    view = basemap.Projection((103.0, 21.0, 104.0, 22.0), 1000.0)
    (x1, y1), (x2, y2) = view(103.2, 21.5), view(103.3, 21.5)
    east = np.hypot(x2 - x1, y2 - y1) / view.units_per_km
    assert east == pytest.approx(111.195 * 0.1 * np.cos(np.radians(21.5)), rel=1e-3)
    (x3, y3) = view(103.2, 21.6)
    assert np.hypot(x3 - x1, y3 - y1) / view.units_per_km == pytest.approx(11.1195, rel=1e-3)


@pytest.mark.parametrize(
    ("identity", "shape"), [("friend", "<rect"), ("hostile", "<path"), ("neutral", "<rect"), ("odd", "<rect")]
)
def test_frames_by_identity(identity: str, shape: str) -> None:
    assert symbols.frame(identity).startswith(shape)


def test_a_neutral_frame_is_square_and_a_friendly_one_is_not() -> None:
    assert 'width="22" height="22"' in symbols.frame("neutral")
    assert 'width="30" height="20"' in symbols.frame("friend")


@pytest.mark.parametrize("name", ["words", "svg", "charts", "symbols", "tables"])
def test_examples_in_the_docstrings_run(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"xetho.report.{name}"))
    assert found.attempted > 0 and found.failed == 0


def test_only_differences_clear_of_zero_stand_out(html: str) -> None:
    what_if = html.split('id="whatif-1"')[1].split("</details>")[0]
    assert "<strong>+1,100</strong>" in what_if  # 900 to 1,300
    assert "<strong>+7</strong>" not in what_if and ">+7<" in what_if  # -1 to 15 days


def test_an_assumption_s_thirds_are_told_beside_its_share(html: str) -> None:
    assert "Load of a porter (carries 42 % of the spread): 10 % of runs in its lowest third, 60 %" in html


def test_a_crowded_name_is_written_further_off_with_a_line_to_it() -> None:
    taken = [(90.0, 90.0, 110.0, 110.0), (20.0, 70.0, 180.0, 130.0)]  # no room in the eight places beside it
    led = labels.Name("Far off", 100, 100, 10, 10, 12, "placename", 1.0, led=True)
    other = labels.Name("Left out", 100, 100, 10, 10, 12, "placename", 9.0)
    drawing, boxes = labels.place([other, led], taken, 300, 300)
    assert "Far off" in drawing and "Left out" not in drawing and 'class="leader"' in drawing
    assert len(boxes) == 1 and not any(labels.overlaps(boxes[0], box) for box in taken)


def test_every_position_of_the_bundled_battle_is_named_on_its_map() -> None:
    report = fixture.of_scenario(load("dien-bien-phu"))
    view = camp.camp_panel(report, net_map.frame_days(report))
    assert view is not None
    shown = camp.there_at_all(report)
    assert len(view.fallen) == len(shown) == len(report.scenario.tables["positions"]) - 1  # one is never held
    assert [name for name in shown["name"] if f">{name}</text>" not in view.drawing] == []


def test_lines_end_where_the_plays_end(report: ReportInput) -> None:
    falls = report.runs.summary["camp_fall_date"].isel(camp=0).to_numpy()
    end = figures.last_day(report)
    after = float(report.scenario.outcome.get("days_after", 0))
    assert end < report.scenario.days - 1
    assert np.mean(falls + after < end) >= 0.5 > np.mean(falls + after < end - 1)

    holder = str(report.scenario.tables["positions"]["side"].iloc[0])
    plays = report.runs.daily["morale"].sel(side=holder)
    kept, ended = figures.standing(report, holder, plays)
    seen = np.isfinite(kept.transpose("run", "day").to_numpy())
    assert ended and not seen[:, -1].any() and seen[:, 0].all()
    traced = falls[: len(seen)]
    for run in range(len(seen)):  # a play counts until its camp falls, and nothing is drawn once half have fallen
        until = np.flatnonzero(seen[run])[-1]
        assert until < np.floor(traced[run]) or np.isnan(traced[run])
    other = next(s.id for s in report.scenario.sides if s.id != holder)
    same, cut = figures.standing(report, other, report.runs.daily["morale"].sel(side=other))
    assert not cut and np.isfinite(same.to_numpy()).all()


def test_shortages_say_of_what(report: ReportInput, html: str) -> None:
    table = html.split("<caption>Where the plan falls short")[1].split("</table>")[0]
    good = report.scenario.tables["goods"]["name"].iloc[0]
    assert "Good" in table and str(good) in table
