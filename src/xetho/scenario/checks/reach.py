"""Check of reach: whoever needs a good can get it from somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from xetho.scenario.checks.book import Book, check, listing


@check(
    "places",
    "routes",
    "modes",
    "fleets",
    "goods",
    "supply",
    "forces",
    "demand",
    "weapons",
    "sides",
    base_only=True,
)
def disconnected_fronts(book: Book) -> None:
    """Each good needed at a place is stocked there or can be carried there from a place of supply.

    Dates, capacities and conditions are left aside: this finds networks that are broken, not plans that fail.
    A variant may cut places off on purpose, so it is not asked there.
    """
    ways = _ways(book)
    reach: dict[str, set[str]] = {}
    told: set[tuple[str, str]] = set()
    for table, key, place, good in _needs(book):
        if good not in reach:
            reach[good] = _reachable(
                ways, {row["place"] for _, row in book.rows("supply") if row["good"] == good}
            )
        if place in reach[good] or (place, good) in told:
            continue
        if not (book.row("places", place) and book.row("goods", good)):
            continue  # an unknown name is told elsewhere
        told.add((place, good))
        origins = {row["place"] for _, row in book.rows("supply") if row["good"] == good}
        found = f'disconnected: {good} is needed at "{place}" but no route with carriers leads there'
        if not origins:
            found = f'disconnected: {good} is needed at "{place}" but supply.csv has none of it'
        book.fail(table, key, "place", found, hint=f"{good} enters at {listing(origins)}" if origins else "")


def _needs(book: Book) -> Iterator[tuple[str, str, str, str]]:
    """(table, row, place, good) of everything needed."""
    for key, row in book.rows("demand"):
        if row["total_t"] > 0:
            yield "demand", key, row["place"], row["good"]
    for key, row in book.rows("forces"):
        used = [good for column in ("rations", "small_arms") for good, kg in row[column].items() if kg > 0]
        weapons = [book.row("weapons", word) for word, pieces in row["weapons"].items() if pieces > 0]
        used += [weapon["good"] for weapon in weapons if weapon]
        for good in dict.fromkeys(used):
            yield "forces", key, row["place"], good


def _ways(book: Book) -> dict[str, set[str]]:
    """Places next to each place, over routes on which some fleet can work."""
    carried: set[str] = set()
    anywhere: set[tuple[str, str]] = set()
    for _, fleet in book.rows("fleets"):
        if fleet["count"] > 0:
            carried.update(fleet["routes"])
            if not fleet["routes"]:
                anywhere.add((fleet["side"], fleet["mode"]))
    ways: dict[str, set[str]] = {}
    for key, route in book.rows("routes"):
        if key in carried or any((route["side"], mode) in anywhere for mode in route["modes"]):
            ways.setdefault(route["from"], set()).add(route["to"])
            if route["both_ways"]:
                ways.setdefault(route["to"], set()).add(route["from"])
    return ways


def _reachable(ways: dict[str, set[str]], origins: set[str]) -> set[str]:
    seen, ahead = set(origins), list(origins)
    while ahead:
        for place in ways.get(ahead.pop(), set()) - seen:
            seen.add(place)
            ahead.append(place)
    return seen
