"""The first screen: what was asked and the answer, in words that need no knowledge of the tool."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xetho.report.camp import camp_name, camp_title
from xetho.report.figures import recorded_dates, tone_of
from xetho.report.inputs import ReportInput
from xetho.report.words import date_of, in_hundred, listed, long_date, percent

Floats = npt.NDArray[np.float64]
DECIDING = 3  # assumptions named on the first screen


@dataclass(frozen=True)
class Fact:
    """A number with what it means."""

    value: str
    words: str
    band: str = ""
    tone: int | None = None


@dataclass(frozen=True)
class Sum:
    """A reckoning that fails or closes: for whom, the share of the need that can be met, and how often it is enough.

    ``met`` and ``outcome`` are shares, NaN when there is none to tell.
    """

    title: str
    closes: bool
    verdict: str
    side: str
    met: float
    outcome: float
    words: str

    @property
    def met_words(self) -> str:
        """The share met; the last thousandth is not worth a doubt."""
        return "100 %" if self.closes else percent(self.met)

    @property
    def outcome_words(self) -> str:
        """How often the outcome comes about."""
        return in_hundred(self.outcome) if math.isfinite(self.outcome) else ""


@dataclass(frozen=True)
class Story:
    """All of the first screen."""

    question: str
    answer: str
    facts: list[Fact]
    sums: list[Sum]
    decides: list[str]
    outcome: str  # what comes about, as a short sentence without its stop
    paragraphs: list[tuple[str, str]]  # heading (may be blank) and text, from the scenario


def outcome_falls(report: ReportInput) -> Floats:
    """Day of the outcome in every run, NaN where it does not come about; empty without a camp."""
    camp = camp_name(report)
    if not camp or "camp_fall_date" not in report.runs.summary:
        return np.zeros(0)
    return np.asarray(report.runs.summary["camp_fall_date"].sel(camp=camp), dtype=float)


def tell(report: ReportInput) -> Story:
    """Question, answer and the facts behind it."""
    scenario = report.scenario
    return Story(
        _question(report),
        _answer(report),
        _facts(report),
        sums(report),
        decides(report),
        outcome_words(report),
        _paragraphs(scenario.report),
    )


def outcome_words(report: ReportInput) -> str:
    """What comes about: a title that is a sentence ("The camp falls") speaks for itself."""
    title = str(report.scenario.outcome.get("title", "")).strip()
    if title and not title.endswith("?"):
        return title
    camp = camp_name(report)
    return f"{camp_title(report, camp)} falls" if camp else ""


def _question(report: ReportInput) -> str:
    asked = report.scenario.report.get("question")
    if isinstance(asked, str) and asked.strip():
        return asked.strip()
    title = str(report.scenario.outcome.get("title", "")).strip()
    if title.endswith("?"):
        return title
    camp = camp_name(report)
    if camp:
        return f"{title or camp_title(report, camp) + ' falls'}: how likely, and when?"
    return f"{title}: how likely?" if title else "What arrives where, and by when?"


def _answer(report: ReportInput) -> str:
    falls = outcome_falls(report)
    runs = report.runs.summary.sizes["run"]
    if not len(falls):
        return f"{_supply_words(report)} Played {runs:,} times."
    start = report.scenario.start
    happened = falls[np.isfinite(falls)]
    share = len(happened) / len(falls)
    words = f"{outcome_words(report)} {in_hundred(share)}"
    if len(happened):
        low, middle, high = np.quantile(happened, [0.05, 0.5, 0.95])
        words += (
            f". When it falls, half of the time that is by {date_of(start, middle)}; "
            f"nine times in ten it is between "
            f"{date_of(start, low)} and {date_of(start, high)}"
        )
    else:
        words += f" by {long_date(report.scenario.end)}"
    recorded = recorded_words(report)
    return words + (f". On record: {recorded}." if recorded else ".")


def recorded_words(report: ReportInput) -> str:
    """The recorded dates of the outcome; blank when none is claimed."""
    recorded = recorded_dates(report, "camp_fall_date", camp_name(report))
    return listed(list(dict.fromkeys(date_of(report.scenario.start, first) for _, first, _ in recorded)))


def met_share(report: ReportInput, side: str) -> Floats:
    """Share of the side's needs that was met in each run: used / (used + short)."""
    summary = report.runs.summary
    used = np.asarray(summary["used_t"].sel(side=side).sum("good"), dtype=float)
    short = np.asarray(summary["shortage_t"].sel(side=side).sum("good"), dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(used + short > 0, used / (used + short), np.nan)


def _supply_words(report: ReportInput) -> str:
    words = []
    for side in report.scenario.sides:
        share = met_share(report, side.id)
        if np.isfinite(share).any():
            words.append(f"{side.name} meets {percent(float(np.nanmedian(share)))} of its needs")
    return listed(words) + ("." if words else "")


def _facts(report: ReportInput) -> list[Fact]:
    facts = []
    falls = outcome_falls(report)
    start = report.scenario.start
    happened = falls[np.isfinite(falls)]
    if len(falls):
        facts.append(
            Fact(
                percent(len(happened) / len(falls)),
                "of the simulated campaigns end with the fall of the camp",
                "" if len(happened) == len(falls) else f"else it still stands on {long_date(report.scenario.end)}",
            )
        )
    if len(happened):
        low, middle, high = np.quantile(happened, [0.05, 0.5, 0.95])
        band = f"5–95 %: {date_of(start, low, year=False)} to {date_of(start, high, year=False)}"
        recorded = recorded_words(report)
        words = f"is the median date; on record: {recorded}" if recorded else "is the median date"
        facts.append(Fact(date_of(start, float(middle)), words, band))
    for side in report.scenario.sides:
        share = met_share(report, side.id)
        share = share[np.isfinite(share)]
        if len(share):
            low, middle, high = np.quantile(share, [0.05, 0.5, 0.95])
            band = f"5–95 %: {percent(float(low))} to {percent(float(high))}"
            words = f"{side.name}: share of its needs that is met, by weight"
            facts.append(Fact(percent(float(middle)), words, band, tone_of(report, side.id)))
    return facts


def sums(report: ReportInput) -> list[Sum]:
    """The plan of the base, beside that of the what-if the scenario wants beside it (else the first that differs)."""
    settings = report.scenario.report
    asked = report.headline
    falls = outcome_falls(report)
    share = float(np.isfinite(falls).mean()) if len(falls) else math.nan
    base = Sum(
        str(settings.get("sum_title", "")) or "As it was",
        asked.closes,
        _verdict(asked.closes, asked.short_share),
        asked.name,
        1.0 - asked.short_share,
        share,
        str(settings.get("sum_words", "")),
    )
    wanted = str(settings.get("beside", ""))
    planned = [w for w in report.whatifs if w.plan_feasible is not None]
    other = next((w for w in planned if w.name == wanted), None)
    other = other or next((w for w in planned if w.plan_feasible != asked.closes), None)
    if other is None:
        return [base]
    found = Sum(
        str(settings.get("beside_title", "")) or other.title,
        bool(other.plan_feasible),
        _verdict(bool(other.plan_feasible), other.plan_shortage_share),
        other.plan_side or asked.name,
        1.0 - other.plan_shortage_share,
        float(other.outcome_variant),
        str(settings.get("beside_words", "")) or other.why,
    )
    return [found, base]


def _verdict(closes: bool, shortage: float) -> str:
    if closes:
        return "The sum closes: everything needed can arrive in time."
    if math.isfinite(shortage):
        return f"The sum fails: {percent(shortage)} of what is needed cannot arrive in time."
    return "The sum fails: not everything needed can arrive in time."


def decides(report: ReportInput) -> list[str]:
    """The assumptions that the outcome hangs on, with the outcome where each is low and where it is high."""
    table = report.sensitivity
    if "stands_out" not in table.columns:
        return []
    falls = outcome_falls(report)
    missing = ~np.isfinite(falls)
    by_date = not missing.any()
    lines = []
    for _, row in table[table["stands_out"].astype(bool)].head(DECIDING).iterrows():
        low, high = float(row["low_third"]), float(row["high_third"])
        if by_date:
            start = report.scenario.start
            words = f"on average {date_of(start, low)} where it is low, {date_of(start, high)} where it is high"
        else:
            words = f"in {percent(low)} of plays where it is low, in {percent(high)} where it is high"
        lines.append(f"{row['name']}: {words}")
    return lines


def _paragraphs(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Story texts of the scenario: one text, a list of texts, or texts under headings."""
    return list(_texts(settings.get("story"), ""))


def _texts(value: Any, heading: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        if value.strip():
            yield heading, value.strip()
    elif isinstance(value, Mapping) and "text" in value:
        yield str(value.get("title", heading)), str(value["text"]).strip()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, str(key).replace("_", " ").capitalize())
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, heading)
