"""Claims beside the simulation, ledgers that disagree side by side, chronicle and sources."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from xetho.report.charts import span_words, strip
from xetho.report.figures import side_name, tone_of
from xetho.report.inputs import ReportInput
from xetho.report.words import NOTHING, capital, date_of, long_date, number, percent, spoken_dates

VERDICTS = {"inside": "inside", "overlaps": "overlaps", "outside": "outside", "": "not simulated"}
USES = ("input", "fit", "test", "context")


@dataclass(frozen=True)
class Source:
    """A citation: its anchor on the page and words."""

    key: str
    anchor: str
    title: str
    known: bool
    detail: str = ""


@dataclass(frozen=True)
class ClaimRow:
    """A recorded fact beside what was simulated."""

    id: str
    subject: str
    quantity: str
    recorded: str
    simulated: str
    band: str
    drawing: Markup
    verdict: str
    use: str
    says: str
    tone: int | None
    as_of: str
    note: str
    confidence: str
    sources: list[Source]


@dataclass(frozen=True)
class Ledger:
    """One quantity with what each side's ledger says."""

    quantity: str
    simulated: str
    entries: list[ClaimRow]


@dataclass(frozen=True)
class Event:
    """A line of the chronicle."""

    when: str
    place: str
    what: str
    losses: str
    confidence: str
    sources: list[Source]


def citations(report: ReportInput, keys: Any) -> list[Source]:
    """The sources of a row, those of the sources table with their anchor."""
    table = report.scenario.tables["sources"]
    if keys is None or (isinstance(keys, float) and math.isnan(keys)):
        return []
    found = []
    for key in (keys,) if isinstance(keys, str) else tuple(keys):
        known = str(key) in table.index
        title = str(table.loc[str(key), "title"]) if known else str(key)
        found.append(Source(str(key), anchor(str(key)), title, known, str(getattr(key, "detail", "") or "")))
    return found


def anchor(key: str) -> str:
    """An id for the page from a citation key."""
    return "source-" + "".join(c if c.isalnum() else "-" for c in key)


def _simulated(report: ReportInput, row: pd.Series) -> tuple[str, str]:
    """Median and 5-95 % band in words."""
    start = report.scenario.start
    if row["kind"] == "date":
        middle = date_of(start, float(row["p50"]))
        first, last = (date_of(start, float(row[c]), year=False) for c in ("p05", "p95"))
        band = f"{first} to {last}"
    elif row["unit"] == "share":
        middle = percent(float(row["p50"]))
        band = f"{percent(float(row['p05']))} to {percent(float(row['p95']))}"
    else:
        middle = f"{number(float(row['p50']))} {row['unit']}".rstrip()
        band = f"{number(float(row['p05']))} to {number(float(row['p95']))}"
    if not math.isfinite(float(row["p50"])):
        return "did not happen", ""
    share = float(row.get("share_happened", math.nan))
    if math.isfinite(share) and share < 1:
        band += f"; happens in {percent(share)} of plays"
    return middle, band


def _recorded(report: ReportInput, row: pd.Series) -> str:
    low, high = float(row["low"]), float(row["high"])
    if row["unit"] == "share":
        return span_words(100 * low, 100 * high, "%")
    if row["kind"] != "date":
        return span_words(low, high, str(row["unit"]))
    start = report.scenario.start
    first, last = date_of(start, low), date_of(start, high - 1e-6)
    if not math.isfinite(low):
        return f"by {last}"
    if not math.isfinite(high):
        return f"from {first}"
    return first if first == last else f"{first} to {last}"


def claim_rows(report: ReportInput) -> list[ClaimRow]:
    """Every claim: those the model speaks to first, in file order."""
    claims = report.scenario.tables["claims"]
    checked = {str(row["id"]): row for _, row in report.validation.iterrows()}
    rows = []
    for key, claim in claims.iterrows():
        row = checked.get(str(key))
        simulated, band, drawing, verdict = "", "", Markup(""), ""
        recorded = plain_recorded(claim)
        if row is not None:
            simulated, band = _simulated(report, row)
            recorded = _recorded(report, row)
            drawing = strip(*(float(row[c]) for c in ("low", "high", "p05", "p50", "p95")))
            verdict = str(row["verdict"])
        says = str(claim["says"])
        rows.append(
            ClaimRow(
                str(key),
                capital(str(claim["subject"])),
                capital(str(claim["quantity"])),
                recorded,
                simulated,
                band,
                drawing,
                verdict,
                str(claim["use"]),
                side_name(report, says) if says else "",
                tone_of(report, says) if says else None,
                spoken_dates(str(claim["as_of"])),
                capital(str(claim["note"])),
                str(claim["confidence"]),
                citations(report, claim["source"]),
            )
        )
    return sorted(rows, key=lambda r: r.verdict == "")


def plain_recorded(claim: pd.Series) -> str:
    """A claim's band as the record writes it."""
    low, high, unit = str(claim["low"]).strip(), str(claim["high"]).strip(), str(claim["unit"]).strip()
    tail = f" {unit}" if unit and unit != "date" else ""
    if low and high:
        return (low if low == high else f"{low} to {high}") + tail
    if low:
        return f"at least {low}{tail}"
    return f"up to {high}{tail}" if high else NOTHING


def ledgers(report: ReportInput, rows: list[ClaimRow]) -> list[Ledger]:
    """Quantities of which two ledgers say different things, side by side."""
    claims = report.scenario.tables["claims"]
    by_key = {r.id: r for r in rows}
    groups: dict[str, list[ClaimRow]] = defaultdict(list)
    for key, claim in claims.iterrows():
        metric = str(claim["metric"]).strip()
        group = metric or f"{claim['subject']} / {claim['quantity']}"
        groups[group].append(by_key[str(key)])
    found = []
    for members in groups.values():
        if len({m.says for m in members if m.says}) > 1 and len({m.recorded for m in members}) > 1:
            first = members[0]
            simulated = f"{first.simulated} ({first.band})" if first.simulated and first.band else first.simulated
            found.append(Ledger(first.quantity, simulated, members))
    return found


def tally(report: ReportInput) -> list[tuple[str, int, int, int]]:
    """By use: claims inside, overlapping, outside."""
    found: list[tuple[str, int, int, int]] = []
    for use in USES:
        verdicts = list(report.validation.loc[report.validation["use"] == use, "verdict"])
        if verdicts:
            counts = [verdicts.count(v) for v in ("inside", "overlaps", "outside")]
            found.append((use, counts[0], counts[1], counts[2]))
    return found


def events(report: ReportInput) -> list[Event]:
    """The chronicle in order of date."""
    table = report.scenario.tables["events"]
    places = report.scenario.tables["places"]
    rows = []
    for _, row in table.sort_values("date", kind="stable").iterrows() if len(table) else ():
        day: date = row["date"].date()
        when = long_date(day)
        if not pd.isna(row["until"]):
            when += f" to {long_date(row['until'].date())}"
        if row["time"]:
            when += f", {row['time']}"
        place = str(row["place"])
        if not place and row["place_id"] in places.index:
            place = str(places.loc[row["place_id"], "name"])
        sources = citations(report, row["source"])
        rows.append(Event(when, place, str(row["what"]), str(row["losses"]), str(row["confidence"]), sources))
    return rows


def safe_link(address: str) -> str:
    """The address if it is one a reader may follow (http or https), else nothing."""
    return address if address.startswith(("https://", "http://")) else ""


def source_rows(report: ReportInput) -> list[dict[str, str]]:
    """The list of sources with anchors."""
    rows = []
    for key, row in report.scenario.tables["sources"].iterrows():
        rows.append(
            {
                "key": str(key),
                "anchor": anchor(str(key)),
                "title": str(row["title"]),
                "publisher": str(row["publisher"]),
                "link": safe_link(str(row["url"]).strip()),
                "kind": str(row["kind"]),
                "note": str(row["note"]),
            }
        )
    return rows
