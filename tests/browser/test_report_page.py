"""The report in Chromium, network refused: no error, no request, every control by keyboard."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import xetho as xt
from tests.report import fixture
from xetho.report import write

if os.environ.get("CI"):
    playwright = importlib.import_module("playwright.sync_api")
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="install the test tools: pip install '.[test]'")

pytestmark = pytest.mark.browser
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWS = [(1280, 900), (390, 844), (375, 667)]


def chromium_path() -> str | None:
    """Where Chromium is, None when this machine has none."""
    given = os.environ.get("XETHO_CHROMIUM")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


def need_chromium() -> str:
    """Where Chromium is; without one the test is skipped, but fails in a build, which must not pass unproven."""
    executable = chromium_path()
    if executable is None:
        message = "Chromium is missing: install the package 'chromium' or set XETHO_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return executable


def test_a_build_without_chromium_fails_and_a_desk_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XETHO_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        need_chromium()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        need_chromium()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    executable = need_chromium()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    return write(fixture.report_input(folder), folder / "report.html")


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: playwright.Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def visit(browser: playwright.Browser, file: Path, width: int, height: int, scheme: str) -> Visit:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    seen = Visit(page)
    address = file.resolve().as_uri()

    def allow(route: playwright.Route) -> None:
        if route.request.url.split("#")[0] == address:
            route.continue_()
        else:
            route.abort()

    page.route("**/*", allow)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda m: seen.errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(address)
    return seen


@pytest.fixture
def seen(browser: playwright.Browser, file: Path) -> Iterator[Visit]:
    found = visit(browser, file, 1280, 900, "light")
    yield found
    assert found.errors == []
    found.page.close()


def focus_by_tab(page: playwright.Page, selector: str, most: int = 120) -> None:
    """Press Tab until the element has focus; fail when it cannot be reached."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), VIEWS)
def test_opens_without_error_request_or_sideways_scrolling(
    browser: playwright.Browser, file: Path, width: int, height: int, scheme: str
) -> None:
    found = visit(browser, file, width, height, scheme)
    page = found.page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(100)
    # data: addresses are part of the file itself
    assert [r for r in found.requests if not r.startswith("data:")] == [file.resolve().as_uri()]
    assert found.errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: playwright.Browser, file: Path, scheme: str) -> None:
    page = visit(browser, file, 1280, 900, scheme).page
    ratios = page.evaluate(
        """() => {
          const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const light = (colour) => {
            pixel.clearRect(0, 0, 1, 1); pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1);
            const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
            return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
          };
          const ground = (el) => {
            for (let e = el; e; e = e.parentElement) {
              const colour = getComputedStyle(e).backgroundColor;
              if (colour !== 'rgba(0, 0, 0, 0)') return colour;
            }
            return 'white';
          };
          const sample = 'p, th, td, small, a, button, .chip, dt, dd, h1, h2, h3, figcaption, caption';
          return [...document.querySelectorAll(sample)].filter(e => e.textContent.trim()).map(e => {
            const a = light(getComputedStyle(e).color), b = light(ground(e));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return [ratio, e.className + ' ' + e.textContent.slice(0, 30)];
          }).sort((x, y) => x[0] - y[0]).slice(0, 3);
        }"""
    )
    assert ratios[0][0] >= 4.5, ratios  # WCAG 2.2, 1.4.3
    page.close()


def test_hostile_text_ran_nothing_and_is_shown_as_text(seen: Visit) -> None:
    dialogs: list[str] = []
    seen.page.on("dialog", lambda d: dialogs.append(d.message))
    seen.page.reload()
    assert dialogs == []
    assert '<script>alert("x")</script>' in seen.page.inner_text("#whatif")


def test_skip_link_is_first_and_leads_to_the_report(seen: Visit) -> None:
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "skip"
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "main"


def test_slider_moves_date_flows_stocks_and_positions_by_keyboard(seen: Visit) -> None:
    page = seen.page
    focus_by_tab(page, "#date")

    def state() -> tuple[str, list[str], list[str], int]:
        return (
            page.inner_text("#shown"),
            page.eval_on_selector_all("#net [data-route]", "els => els.map(e => e.getAttribute('stroke-width'))"),
            page.eval_on_selector_all("#net [data-place]", "els => els.map(e => e.getAttribute('r'))"),
            page.locator("#camp .position.fallen").count(),
        )

    middle = state()
    page.keyboard.press("ArrowRight")
    assert state()[0] != middle[0]
    page.keyboard.press("Home")
    first = state()
    assert first[0] == "1 February 2031"
    page.keyboard.press("End")
    last = state()
    assert last[0] == "31 May 2031"
    assert page.get_attribute("#date", "aria-valuetext") == "31 May 2031"
    assert first[1] != last[1] and first[2] != last[2]
    assert first[3] == 0 and last[3] == 4


def test_chosen_dates_and_play_by_keyboard(seen: Visit) -> None:
    page = seen.page
    focus_by_tab(page, "[data-frame]")
    page.keyboard.press("Enter")
    assert page.inner_text("#shown") == "20 February 2031"
    assert page.get_attribute("[data-frame] >> nth=0", "aria-pressed") == "true"
    focus_by_tab(page, "#play", 200)
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    playwright.expect(page.locator("#shown")).not_to_have_text("20 February 2031")
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play"
    stopped = page.inner_text("#shown")
    page.wait_for_timeout(800)
    assert page.inner_text("#shown") == stopped


def test_busiest_routes_follow_the_date(seen: Visit) -> None:
    page = seen.page
    flows = [float(v) for v in page.locator("#busiest td.num").all_inner_texts()]
    assert flows == sorted(flows, reverse=True) and len(flows) == 5
    before = page.inner_text("#busiest tbody")
    page.focus("#date")
    page.keyboard.press("Home")
    assert page.inner_text("#busiest tbody") != before


def test_map_tells_numbers_under_the_pointer(seen: Visit) -> None:
    page = seen.page
    page.locator("#camp").scroll_into_view_if_needed()
    page.locator("#camp .position").first.hover()
    assert "fallen in" in page.inner_text("#tip")


def test_what_to_protect_is_reached_by_keyboard_and_tells_its_marks(seen: Visit) -> None:
    page = seen.page
    focus_by_tab(page, "nav a[href='#protect']")
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#h-protect")).to_be_in_viewport()
    focus_by_tab(page, "[aria-label='Map of what to protect']")
    page.locator("#guarded [data-mark=guard]").hover()
    assert page.inner_text("#tip") == "Gorge – Ridge: guard"
    assert page.locator("#protect [data-mark]").count() == 4


def test_charts_read_out_by_arrow_keys(seen: Visit) -> None:
    page = seen.page
    focus_by_tab(page, "svg.follow")
    page.keyboard.press("Home")
    readout = page.locator(".charts .readout").first
    assert readout.inner_text().startswith("1 Feb 2031")
    page.keyboard.press("ArrowRight")
    assert readout.inner_text().startswith("2 Feb 2031")


def test_claims_are_filtered_by_button_box_and_words(seen: Visit) -> None:
    page = seen.page
    rows = page.locator("#claims tbody tr:visible")
    assert rows.count() == 6 and page.inner_text("#count") == "6 claims"
    focus_by_tab(page, "[data-filter][data-value=fit]", 200)
    page.keyboard.press("Enter")
    assert rows.count() == 1 and "Sent in March" in rows.first.inner_text()
    focus_by_tab(page, "#simulated")
    page.keyboard.press("Space")
    page.focus("[data-filter][data-value='']")
    page.keyboard.press("Enter")
    assert rows.count() == 7
    focus_by_tab(page, "#find")
    page.keyboard.type("dead plain")
    assert rows.count() == 1 and page.inner_text("#count") == "1 claim"


def test_every_control_is_reached_by_tab_and_shows_its_focus(seen: Visit) -> None:
    page = seen.page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")  # folded: out of reach
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('button, input, summary, a[href], [tabindex="0"]')]
          .filter(e => e.getClientRects().length).map((e, k) => (e.dataset.probe = k, k))"""
    )
    reached: set[int] = set()
    unmarked: list[str] = []
    for _ in range(len(wanted) + 40):
        page.keyboard.press("Tab")
        probe, outlined, words = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              return [e.dataset.probe ?? null, s.outlineStyle !== 'none', e.outerHTML.slice(0, 80)]; }"""
        )
        if probe is not None:
            reached.add(int(probe))
            if not outlined:
                unmarked.append(words)
    assert set(wanted) == reached
    assert unmarked == []


def test_a_link_to_a_what_if_opens_it(seen: Visit) -> None:
    page = seen.page
    page.evaluate("document.getElementById('whatif-1').open = false")
    page.focus("#whatif table a")
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#whatif-1")).to_have_attribute("open", "")


def test_print_hides_controls_and_shows_the_closed_parts(seen: Visit) -> None:
    page = seen.page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.is_visible("nav") and not page.is_visible("#date")
    assert page.locator("details:not([open])").count() == 0
    assert page.is_visible("#net")


def test_the_report_of_a_real_run_opens_without_error_or_request(
    browser: playwright.Browser, tmp_path: Path
) -> None:
    campaign = xt.load(xt.new("small", tmp_path))
    story = campaign.run(tmp_path / "out", runs=64, variant_runs=32)
    for width, scheme in ((1280, "light"), (390, "dark")):
        found = visit(browser, story.report, width, 844, scheme)
        assert found.errors == []
        assert [address.split("#")[0] for address in found.requests] == [story.report.resolve().as_uri()]
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
        assert "The sum closes" in found.page.inner_text("#answer")
        assert found.page.locator("#whatif details").count() == len(story.whatifs)
        assert "Nobody cuts these routes on purpose" in found.page.inner_text("#protect")
        found.page.close()
