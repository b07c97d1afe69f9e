"""Checks of time: windows that end before they begin, rows that can never act, months without weather."""

from __future__ import annotations

from collections import Counter
from datetime import date

from xetho.scenario.checks.book import Book, Row, check
from xetho.scenario.problems import Problem, unknown

# Columns that begin and end a row's life, by table.
WINDOWS: dict[str, tuple[str, str]] = {
    "demand": ("from", "until"),
    "fleets": ("from", "until"),
    "forces": ("from", "until"),
    "operations": ("not_before", "until"),
    "routes": ("open_from", "open_until"),
    "supply": ("from", "until"),
    "threats": ("from", "until"),
    "works": ("from", "until"),
    "events": ("date", "until"),
    "positions": ("from", ""),
}


@check()
def until_after_from(book: Book) -> None:
    """A window does not end before it begins."""
    for table, (begin, end) in WINDOWS.items():
        for key, row in book.rows(table):
            if end and row[begin] and row[end] and row[end] < row[begin]:
                book.fail(
                    table, key, end, f"{row[end]} is before {begin} {row[begin]}", "the same day or later"
                )


@check("window")
def inside_the_campaign(book: Book) -> None:
    """A row that begins after the last day or ends before the first can never act."""
    scenario = book.scenario
    for table, (begin, end) in WINDOWS.items():
        if table == "events":  # the chronicle may tell what came before and after
            continue
        for key, row in book.rows(table):
            if table == "supply" and not row["total_t"]:
                continue
            if row[begin] and row[begin] > scenario.end:
                _outside(book, table, key, begin, f"{row[begin]} is after the last day of the campaign")
            elif end and row[end] and row[end] < scenario.start:
                _outside(book, table, key, end, f"{row[end]} is before the first day of the campaign")


def _outside(book: Book, table: str, key: str, column: str, found: str) -> None:
    window = f"{book.scenario.start} to {book.scenario.end}"
    book.fail(table, key, column, f"{found}: the row can never act", window)


@check("window")
def stock_demand_inside(book: Book) -> None:
    """A stock that must stand on a day after the end could never be judged."""
    for key, row in book.rows("demand"):
        if row["kind"] == "stock" and row["until"] > book.scenario.end:
            found = f"{row['until']} is after the last day of the campaign: the stock is never asked for"
            book.fail("demand", key, "until", found, f"up to {book.scenario.end}")


@check("weather")
def weather_rows(book: Book) -> None:
    """One row for each zone and month, with a persistence that its share of foul days can have."""
    first: dict[tuple[str, int], str] = {}
    for key, row in book.rows("weather"):
        pair = (row["zone"], row["month"])
        if first.setdefault(pair, key) != key:
            found = f"zone {row['zone']} month {row['month']} is already told by {first[pair]}"
            book.fail("weather", key, "month", found, "one row for each zone and month")
        # A chain with long-run share p and persistence q turns foul from fair with p (1 - q) / (1 - p) <= 1.
        share, stays = row["p_foul"], row["persistence"]
        if share < 1 and share * (1 - stays) > (1 - share) * (1 + 1e-9):
            least = (2 * share - 1) / share
            found = f"{stays:g} is too little for a share of foul days of {share:g}"
            book.fail("weather", key, "persistence", found, f"from {least:.3g} up, or blank")


@check("weather", "places")
def weather_zones(book: Book) -> None:
    """Zones of places and of weather are the same words."""
    told = {row["zone"] for _, row in book.rows("weather")}
    for key, row in book.rows("weather"):
        if row["zone"] not in book.names("zones"):
            error = unknown(row["zone"], "the zone of any place", book.names("zones"))
            book.fail_cell("weather", key, "zone", error)
    for key, row in book.rows("places"):
        if told and row["zone"] not in told:
            book.fail_cell("places", key, "zone", unknown(row["zone"], "a zone of weather.csv", told))


@check("window", "weather", "places")
def weather_months(book: Book) -> None:
    """Every zone in use has weather for every month of the campaign."""
    needed = _months(book.scenario.start, book.scenario.end)
    told: dict[str, set[int]] = {}
    for _, row in book.rows("weather"):
        told.setdefault(row["zone"], set()).add(row["month"])
    for zone in sorted(book.names("zones") & told.keys()):
        missing = [month for month in needed if month not in told[zone]]
        if missing:
            months = ", ".join(str(month) for month in missing)
            found = f"zone {zone} has no row for month {months}"
            hint = f"the campaign runs from {book.scenario.start} to {book.scenario.end}"
            book.problems.append(Problem("weather.csv", None, "month", found, hint=hint))


def _months(first: date, last: date) -> list[int]:
    """Months of the year that have a day between two dates, in order of time."""
    count = min((last.year - first.year) * 12 + last.month - first.month + 1, 12)
    return [(first.month - 1 + i) % 12 + 1 for i in range(count)]


@check()
def control_series(book: Book) -> None:
    """A region's control is told from the first day on, or the share before it would be a guess."""
    for key, row in book.rows("regions"):
        _control(book, key, row)


def _control(book: Book, key: str, row: Row) -> None:
    if not book.sure("window"):
        return
    if row["control"][0][0] > book.scenario.start:
        found = f"the first date {row['control'][0][0]} leaves the days before it untold"
        book.fail("regions", key, "control", found, f"a first date up to {book.scenario.start}")


@check()
def event_dates(book: Book) -> None:
    """No event is told twice in the same words on the same day."""
    told = Counter((row["date"], row["what"]) for _, row in book.rows("events"))
    for key, row in book.rows("events"):
        if told[row["date"], row["what"]] > 1:
            book.fail(
                "events", key, "what", "the same event is told twice on the same day", "each event once"
            )
            told[row["date"], row["what"]] = 0
