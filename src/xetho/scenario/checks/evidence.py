"""Checks of evidence: assumptions, claims and the settings that name them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from xetho.scenario.cells import read_date, read_number
from xetho.scenario.checks.book import Book, Row, a, check
from xetho.scenario.metrics import EVERY, KEY_NAMES, Term, outputs, parse_metric
from xetho.scenario.problems import CellError, Problem, quote, unknown
from xetho.scenario.settings import FILE
from xetho.scenario.tables import Attribute, attribute_tables, parameter_table
from xetho.scenario.targets import Target

# Numbers that a distribution needs.
NEEDS: dict[str, tuple[str, ...]] = {
    "point": ("central",),
    "uniform": ("low", "high"),
    "triangular": ("low", "central", "high"),
    "pert": ("low", "central", "high"),
    "normal": ("low", "central", "high"),
    "lognormal": ("low", "central", "high"),
    "beta": ("low", "high"),
}


@check()
def distributions(book: Book) -> None:
    """A distribution has its numbers, in order."""
    for key, row in book.rows("assumptions"):
        shape = row["distribution"]
        missing = [column for column in NEEDS[shape] if row[column] != row[column]]  # blank is NaN
        for column in missing:
            book.fail("assumptions", key, column, f"is blank but {shape} needs it", ", ".join(NEEDS[shape]))
        if not missing:
            _order(book, key, row, shape)


def _order(book: Book, key: str, row: Row, shape: str) -> None:
    low, central, high = row["low"], row["central"], row["high"]
    if shape == "beta":
        for column in ("low", "high"):
            if not row[column] > 0:
                book.fail("assumptions", key, column, f"{row[column]:g} is no shape of a beta", "above 0")
        return
    if shape == "point":
        return
    if not low < high:
        book.fail("assumptions", key, "high", f"{high:g} is not above low {low:g}", "low below high")
    elif shape != "uniform" and not low <= central <= high:
        book.fail(
            "assumptions", key, "central", f"{central:g} is not between {low:g} and {high:g}", "low to high"
        )
    elif shape in ("normal", "lognormal") and not low < central < high:
        found = f"{central:g} is no median between its 5 % and 95 % points {low:g} and {high:g}"
        book.fail("assumptions", key, "central", found, "above low and below high")
    if shape == "lognormal" and not low > 0:
        book.fail("assumptions", key, "low", f"{low:g} cannot be the low end of a lognormal", "above 0")


@check()
def draws_in_range(book: Book) -> None:
    """What an assumption sets stays within the range of the number it sets."""
    for key, row in book.rows("assumptions"):
        columns = ("low", "central", "high") if row["distribution"] != "beta" else ()
        for column in columns:
            value = row[column]
            if row["effect"] == "scale" and value < 0:
                book.fail("assumptions", key, column, f"{value:g} would turn numbers negative", "0 or more")
            for target in row["target"] if row["effect"] == "set" else ():
                attribute = _attribute(target)
                if attribute and attribute.range and value == value and value not in attribute.range:
                    found = f"{value:g} is out of the range of {target}"
                    book.fail("assumptions", key, column, found, str(attribute.range))


def _attribute(target: Target) -> Attribute | None:
    if target.table == "parameters":
        return parameter_table().columns.get(target.key)
    table = attribute_tables().get(target.table)
    return table.columns.get(target.column) if table else None


@check()
def drawn_numbers(book: Book) -> None:
    """What is scaled or added to is there; names with numbers can only be scaled."""
    for key, row in book.rows("assumptions"):
        for target in row["target"]:
            attribute = _attribute(target)
            if attribute and attribute.base == "weights" and row["effect"] != "scale":
                found = f"{target} holds several numbers, which cannot all be {row['effect']}"
                book.fail("assumptions", key, "effect", found, "scale")
            aim = book.row(target.table, target.key) if target.table in attribute_tables() else None
            if aim and row["effect"] != "set" and aim.get(target.column) != aim.get(target.column):
                book.fail(
                    "assumptions", key, "target", f"{target} is blank: there is nothing to {row['effect']}"
                )


@check()
def one_setter(book: Book) -> None:
    """No number is set by two assumptions: the second would silently win."""
    setter: dict[Target, str] = {}
    for key, row in book.rows("assumptions"):
        if row["effect"] != "set":
            continue
        for target in row["target"]:
            every = Target(target.table, "*", target.column)
            rivals = [
                t for t in setter if t in (target, every) or (target == every and _same_column(t, target))
            ]
            others = [setter[t] for t in rivals if setter[t] != key]
            if others:
                found = f"{target} is already set by the assumption {others[0]}"
                book.fail("assumptions", key, "target", found, "each number set by one assumption")
            setter[target] = key


def _same_column(one: Target, other: Target) -> bool:
    return (one.table, one.column) == (other.table, other.column)


@check()
def claim_numbers(book: Book) -> None:
    """A claim that is compared with the model has a metric and a band of numbers or dates."""
    for key, row in book.rows("claims"):
        if not row["metric"]:
            if row["use"] in ("fit", "test"):
                found = f"is blank but a claim for {row['use']} is compared with the model"
                book.fail("claims", key, "metric", found, "an output, or use context")
            continue
        if not row["low"] and not row["high"]:
            book.fail(
                "claims", key, "low", "low and high are both blank: nothing is claimed", "one of the two"
            )
        _band(book, key, row)


def _band(book: Book, key: str, row: Row) -> None:
    dated = outputs()[parse_metric(row["metric"]).top.name].kind == "date"
    spans: dict[str, tuple[float, float]] = {}
    for column in ("low", "high"):
        if row[column]:
            try:
                spans[column] = _moments(row[column]) if dated else 2 * (read_number(row[column]),)
            except CellError as error:
                book.fail_cell("claims", key, column, error)
    if len(spans) < 2:
        return
    (low, _), (begin, end) = spans["low"], spans["high"]
    if low > end or (low == end and begin < end):  # a day ends where the next one begins
        found = f"{quote(row['high'])} is less than low {quote(row['low'])}"
        book.fail("claims", key, "high", found, "low up to high")


def _moments(text: str) -> tuple[float, float]:
    """First and last moment that a month, a day or an hour covers, as days since year 1. Raises CellError."""
    if re.fullmatch(r"\d{4}-\d\d", text):
        first = read_date(f"{text}-01")
        return float(first.toordinal()), float((first + timedelta(days=31)).replace(day=1).toordinal())
    day, _, clock = text.replace("T", " ").partition(" ")
    begin = float(read_date(day).toordinal())
    if not clock:
        return begin, begin + 1
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock):
        raise CellError(f"{quote(text)} is not a date", "YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM")
    moment = begin + int(clock[:2]) / 24 + int(clock[3:]) / 1440
    return moment, moment


@check()
def metric_names(book: Book) -> None:
    """Metrics name things that exist, on days of the campaign."""
    for key, row in book.rows("claims"):
        for term in parse_metric(row["metric"]).terms if row["metric"] else ():
            for dim, word in zip(outputs()[term.name].dims, term.keys, strict=True):
                names = KEY_NAMES[dim]
                if word != EVERY and not book.knows(names, word):
                    what = f"{a(names)} (in the metric {term.name})"
                    book.fail_cell("claims", key, "metric", unknown(word, what, book.names(names)))
            if book.sure("window"):
                _days(book, key, term)


def _days(book: Book, key: str, term: Term) -> None:
    for day in (term.first, term.last):
        if day and not book.scenario.start <= day <= book.scenario.end:
            found = f"{day} in the metric {term.name} is outside the campaign"
            book.fail("claims", key, "metric", found, f"{book.scenario.start} to {book.scenario.end}")
            return


@check()
def outcome_camp(book: Book) -> None:
    """The camp that decides the campaign exists."""
    camp = book.scenario.outcome.get("camp", "")
    if camp and not book.knows("camps", camp):
        _setting(book, "outcome.camp", unknown(camp, "a camp of positions.csv", book.names("camps")))


@check(base_only=True)
def report_settings(book: Book) -> None:
    """The report's map, dates, claims and variants can be shown."""
    report = book.scenario.report
    if "bbox" in report and not _is_box(report["bbox"]):
        found = f"{quote(report['bbox'])} is not a map's frame"
        _setting(book, "report.bbox", CellError(found, "[west, south, east, north] in degrees"))
    for setting in ("dates", "key_claims", "variants"):
        if not isinstance(report.get(setting, []), list):
            _setting(book, f"report.{setting}", CellError(f"{quote(report[setting])} is not a list", "[...]"))
    for day in _items(report, "dates"):
        _report_date(book, day)
    for word in _items(report, "key_claims"):
        if not book.knows("claims", str(word)):
            _setting(book, "report.key_claims", unknown(str(word), "a claim", book.names("claims")))
    folder = book.scenario.folder / "variants"
    there = {path.stem for path in folder.glob("*.toml")} if folder.is_dir() else set()
    for word in _items(report, "variants"):
        if str(word) not in there:
            _setting(book, "report.variants", unknown(str(word), "a variant", there))


def _items(report: dict[str, Any], setting: str) -> list[Any]:
    value = report.get(setting, [])
    return value if isinstance(value, list) else []


def _is_box(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == 4 and all(type(x) in (int, float) for x in value)):
        return False
    west, south, east, north = value
    return bool(-180 <= west < east <= 180 and -90 <= south < north <= 90)


def _report_date(book: Book, value: Any) -> None:
    try:
        day = value if isinstance(value, date) and not isinstance(value, datetime) else read_date(str(value))
    except CellError as error:
        _setting(book, "report.dates", error)
        return
    if book.sure("window") and not book.scenario.start <= day <= book.scenario.end:
        window = f"{book.scenario.start} to {book.scenario.end}"
        _setting(book, "report.dates", CellError(f"{day} is outside the campaign", window))


def _setting(book: Book, name: str, error: CellError) -> None:
    _, line = book.scenario.lines.get((FILE, name), (FILE, None))
    book.problems.append(Problem(FILE, line, name, error.found, error.allowed, error.hint))
