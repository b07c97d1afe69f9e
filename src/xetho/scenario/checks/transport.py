"""Checks of carrying: routes, modes, fleets, supply and threats that fit each other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from xetho.scenario.cells import NAME, NAME_RULE
from xetho.scenario.checks.book import Book, Row, check
from xetho.scenario.problems import quote, unknown

MEDIA = {"road": "land", "track": "land", "river": "river", "air": "air"}

# Text columns whose words are used as names elsewhere, in metrics for instance.
LABELS = (
    ("supply", "origin"),
    ("fleets", "pool"),
    ("threats", "pool"),
    ("positions", "camp"),
    ("places", "zone"),
    ("weather", "zone"),
)


@check()
def labels(book: Book) -> None:
    """Words that serve as names are written like names."""
    for table, column in LABELS:
        for key, row in book.rows(table):
            if row[column] and not NAME.fullmatch(row[column]):
                book.fail(table, key, column, f"{quote(row[column])} cannot be a name", NAME_RULE)


@check()
def route_ends(book: Book) -> None:
    """A route leads from one place to another, both of its own side."""
    for key, row in book.rows("routes"):
        if row["from"] == row["to"]:
            found = f"{quote(row['to'])} is where the route begins: it leads to itself"
            book.fail("routes", key, "to", found, "another place than from")
        for column in ("from", "to"):
            place = book.row("places", row[column])
            if place and place["side"] != row["side"]:
                found = f"{quote(row[column])} is a place of {place['side']} on a route of {row['side']}"
                book.fail("routes", key, column, found, f"a place of {row['side']}")


@check()
def duplicated_routes(book: Book) -> None:
    """No route stands there twice: same ends, ground, side, length and time."""
    groups: dict[tuple[object, ...], list[tuple[str, Row]]] = {}
    for key, row in book.rows("routes"):
        ends = tuple(sorted((row["from"], row["to"])))
        groups.setdefault((ends, row["kind"], row["side"], row["length_km"]), []).append((key, row))
    for group in groups.values():
        for (first, one), (second, other) in combinations(group, 2):
            same_way = one["from"] == other["from"] or one["both_ways"] or other["both_ways"]
            if same_way and _overlap(one, other, "open_from", "open_until"):
                found = f"{second} is the same route as {first}: ends, kind, side and length are equal"
                book.fail("routes", second, "", found, hint="remove one, or give each its dates")


def _overlap(one: Row, other: Row, begin: str, end: str) -> bool:
    starts = max(one[begin] or date.min, other[begin] or date.min)
    return starts <= min(one[end] or date.max, other[end] or date.max)


@check()
def route_modes(book: Book) -> None:
    """Modes move on the ground they are made for."""
    for key, row in book.rows("routes"):
        for word in row["modes"]:
            mode = book.row("modes", word)
            if mode and mode["medium"] != MEDIA[row["kind"]]:
                found = (
                    f"{quote(word)} moves by {mode['medium']} and cannot use a route of kind {row['kind']}"
                )
                book.fail("routes", key, "modes", found, f"modes of medium {MEDIA[row['kind']]}")
        if row["kind"] == "air" and row["both_ways"]:
            found = "an air route goes one way: sorties are flown from the place where it begins"
            book.fail("routes", key, "both_ways", found, "no", "write the way back as a route of its own")


@check()
def usable_modes(book: Book) -> None:
    """A mode has the numbers that its way of moving needs."""
    for key, row in book.rows("modes"):
        needed = "sorties_per_day" if row["medium"] == "air" else "km_per_day"
        if not row[needed] > 0:  # blank is NaN
            book.fail(
                "modes", key, needed, f"is blank but a mode of medium {row['medium']} needs it", "above 0"
            )
        for amount, good in (("food_kg_per_day", "food_good"), ("fuel_kg_per_km", "fuel_good")):
            if row[amount] > 0 and not row[good]:
                book.fail("modes", key, good, f"is blank but {amount} is {row[amount]:g}", "one of the goods")


@check()
def fleet_routes(book: Book) -> None:
    """A fleet's routes take its mode and belong to its side."""
    for key, row in book.rows("fleets"):
        for word in row["routes"]:
            route = book.row("routes", word)
            if route and row["mode"] not in route["modes"] and row["mode"] in book.names("modes"):
                found = f"the route {word} does not take the mode {quote(row['mode'])}"
                book.fail("fleets", key, "routes", found, f"routes with {row['mode']} among their modes")
            if route and route["side"] != row["side"]:
                found = f"the route {word} is used by {route['side']} but the fleet belongs to {row['side']}"
                book.fail("fleets", key, "routes", found, f"routes of {row['side']}")


@check("routes", base_only=True)
def fleet_has_work(book: Book) -> None:
    """A fleet that names no routes has at least one of its side that takes its mode."""
    takes = {(row["side"], mode) for _, row in book.rows("routes") for mode in row["modes"]}
    for key, row in book.rows("fleets"):
        if not row["routes"] and (row["side"], row["mode"]) not in takes and book.knows("modes", row["mode"]):
            found = f"no route of {row['side']} takes the mode {quote(row['mode'])}: the fleet has no work"
            book.fail("fleets", key, "mode", found, hint="add the mode to routes, or remove the fleet")


@check()
def pools(book: Book) -> None:
    """Rows of one pool share mode, side, routes and region."""
    first: dict[str, tuple[str, Row]] = {}
    for key, row in book.rows("fleets"):
        leader, model = first.setdefault(row["pool"] or key, (key, row))
        for column in ("mode", "side", "routes", "region"):
            if row[column] != model[column]:
                mine, theirs = _cell(row[column]), _cell(model[column])
                found = f"{mine} differs from {theirs} of {leader} in the same pool"
                book.fail("fleets", key, column, found, f"{theirs}, or another pool")


def _cell(value: object) -> str:
    return quote(";".join(value) if isinstance(value, tuple) else value)


@check("fleets", "window")
def pool_counts(book: Book) -> None:
    """No pool falls below zero carriers on any day."""
    groups: dict[str, list[tuple[str, Row]]] = {}
    for key, row in book.rows("fleets"):
        groups.setdefault(row["pool"] or key, []).append((key, row))
    for pool, rows in groups.items():
        if all(row["count"] >= 0 for _, row in rows):
            continue
        for number in range(book.scenario.days):
            day = book.scenario.start + timedelta(days=number)
            total = sum(_carriers(row, day, book.scenario.start) for _, row in rows)
            if total < -1e-6:
                key = next(key for key, row in rows if row["count"] < 0)
                found = f"the pool {pool} would have {total:g} carriers on {day}"
                book.fail("fleets", key, "count", found, "0 or more on every day")
                break


def _carriers(row: Row, day: date, start: date) -> float:
    """Carriers that a row gives a pool on a day; gathering is counted as even over ramp_days."""
    begin: date = row["from"] or start
    if day < begin or (row["until"] and day > row["until"]):
        return 0.0
    gathered = ((day - begin).days + 1) / row["ramp_days"] if row["ramp_days"] > 0 else 1.0
    return float(row["count"]) * min(gathered, 1.0)


@check()
def region_sides(book: Book) -> None:
    """Labour and levies come from regions of the same side."""
    for key, row in book.rows("fleets"):
        region = book.row("regions", row["region"])
        if region and region["side"] != row["side"]:
            found = f"{quote(row['region'])} is mobilised by {region['side']}, not by {row['side']}"
            book.fail("fleets", key, "region", found, f"a region of {row['side']}")
    for key, row in book.rows("supply"):
        region, place = book.row("regions", row["region"]), book.row("places", row["place"])
        if region and place and region["side"] != place["side"]:
            found = (
                f"{quote(row['region'])} is mobilised by {region['side']} but the place is {place['side']}'s"
            )
            book.fail("supply", key, "region", found, f"a region of {place['side']}")


@check(base_only=True)
def supply_amounts(book: Book) -> None:
    """A row of supply brings something."""
    for key, row in book.rows("supply"):
        if not row["initial_t"] and not row["total_t"]:
            found = "neither initial_t nor total_t is above 0: the row brings nothing"
            book.fail("supply", key, "total_t", found, "an amount in one of the two")


@check()
def threat_targets(book: Book) -> None:
    """Threats act on routes of others, and on ground where they can."""
    for key, row in book.rows("threats"):
        for word in row["targets"]:
            route = book.row("routes", word)
            if route is None:
                continue
            if row["side"] and route["side"] == row["side"]:
                found = f"the route {word} is used by {row['side']} itself, whose threat this is"
                book.fail("threats", key, "targets", found, "routes of another side")
            if row["kind"] == "flak" and route["kind"] != "air":
                found = f"flak fires on aircraft but {word} is a route of kind {route['kind']}"
                book.fail("threats", key, "targets", found, "routes of kind air")
            if row["kind"] == "landslide" and route["kind"] == "air":
                found = f"no landslide cuts {word}: it is a route of kind air"
                book.fail("threats", key, "targets", found, "routes on the ground")


@check()
def threat_numbers(book: Book) -> None:
    """A threat has the effort, the effect and the means that its kind needs."""
    for key, row in book.rows("threats"):
        if row["kind"] == "flak":
            if not row["weapons"]:
                book.fail(
                    "threats", key, "weapons", "is blank but flak fires with weapons", "names of weapons"
                )
            for word in row["weapons"]:
                weapon = book.row("weapons", word)
                if weapon and weapon["role"] != "flak":
                    found = f"{quote(word)} has the role {weapon['role']}"
                    book.fail("threats", key, "weapons", found, "weapons with the role flak")
        elif row["cuts_per_effort"] > 0 and not row["mend_mean_mandays"] > 0:
            found = "is 0 or blank: a cut would cost nothing to mend"
            book.fail("threats", key, "mend_mean_mandays", found, "above 0 where cuts_per_effort is")
        if row["pool"] and not book.knows("pools", row["pool"]):
            book.fail_cell(
                "threats", key, "pool", unknown(row["pool"], "a pool of fleets", book.names("pools"))
            )


@check(base_only=True)
def threat_does_something(book: Book) -> None:
    """A threat has effort and at least one effect (a variant may scale them to nothing)."""
    effects = ("cuts_per_effort", "carriers_lost_per_effort", "cargo_lost_per_effort")
    for key, row in book.rows("threats"):
        if row["kind"] != "flak" and not row["effort_per_day"] > 0:
            found = f"is 0 or blank: a threat of kind {row['kind']} needs it"
            book.fail("threats", key, "effort_per_day", found, "above 0")
        if not any(row[column] > 0 for column in effects):
            book.fail(
                "threats", key, "", f"has no effect: {', '.join(effects)} are all 0", "one of them above 0"
            )
