"""Checks of contact: forces, positions, works and operations that fit each other."""

from __future__ import annotations

from xetho.scenario.checks.book import Book, Row, check, listing
from xetho.scenario.problems import quote

ATTACKING_KINDS = ("infantry", "airborne", "armour")
GOOD_CLASSES = {"rations": "food", "small_arms": "ammunition"}


@check()
def force_places(book: Book) -> None:
    """A formation eats from stocks of its own side, and a garrison from those of its camp."""
    for key, row in book.rows("forces"):
        place, position = book.row("places", row["place"]), book.row("positions", row["position"])
        if place and place["side"] != row["side"]:
            found = f"{quote(row['place'])} holds stocks of {place['side']}, not of {row['side']}"
            book.fail("forces", key, "place", found, f"a place of {row['side']}")
        if position and position["side"] != row["side"]:
            found = (
                f"{quote(row['position'])} is held by {position['side']} at the start, not by {row['side']}"
            )
            book.fail("forces", key, "position", found, f"a position of {row['side']}")
        elif position and position["supply_place"] != row["place"]:
            found = f"{quote(row['place'])} does not feed the garrison of {row['position']}"
            book.fail("forces", key, "place", found, f"its supply_place {position['supply_place']}")


@check()
def good_classes(book: Book) -> None:
    """Men eat food and fire ammunition."""
    for key, row in book.rows("forces"):
        for column, kind in GOOD_CLASSES.items():
            for word in row[column]:
                good = book.row("goods", word)
                if good and good["class"] != kind:
                    found = f"{quote(word)} is of class {good['class']}"
                    book.fail("forces", key, column, found, f"goods of class {kind}")
    for key, row in book.rows("weapons"):
        good = book.row("goods", row["good"])
        if good and good["class"] != "ammunition":
            book.fail(
                "weapons", key, "good", f"{quote(row['good'])} is of class {good['class']}", "ammunition"
            )


@check()
def position_sides(book: Book) -> None:
    """A position is held by one side, wanted by another, fed by its holder, supported from its own camp."""
    for key, row in book.rows("positions"):
        if row["side"] == row["attacker"]:
            found = f"{quote(row['attacker'])} holds the position already"
            book.fail("positions", key, "attacker", found, "another side")
        place = book.row("places", row["supply_place"])
        if place and place["side"] != row["side"]:
            found = f"{quote(row['supply_place'])} holds stocks of {place['side']}, not of {row['side']}"
            book.fail("positions", key, "supply_place", found, f"a place of {row['side']}")
        for word in row["supports"]:
            other = book.row("positions", word)
            if word == key:
                book.fail("positions", key, "supports", f"{quote(word)} is the position itself", "neighbours")
            elif other and other["camp"] != row["camp"]:
                found = f"{quote(word)} belongs to the camp {other['camp']}"
                book.fail("positions", key, "supports", found, f"positions of {row['camp']}")


@check("positions")
def camps(book: Book) -> None:
    """Positions of a camp share side, attacker and supply place; one at least is its core."""
    first: dict[str, tuple[str, Row]] = {}
    cores = {row["camp"] for _, row in book.rows("positions") if row["core"]}
    for key, row in book.rows("positions"):
        leader, model = first.setdefault(row["camp"], (key, row))
        for column in ("side", "attacker", "supply_place"):
            if row[column] != model[column]:
                found = (
                    f"{quote(row[column])} differs from {quote(model[column])} of {leader} in the same camp"
                )
                book.fail("positions", key, column, found, f"{model[column]}, or another camp")
    for camp, (leader, _) in first.items():
        if camp not in cores:
            found = f"the camp {quote(camp)} has no core: nothing would bring it down"
            book.fail("positions", leader, "core", found, "yes for at least one position of each camp")


@check()
def operation_targets(book: Book) -> None:
    """An attack goes against another side; a counter-attack wins back what was one's own."""
    for key, row in book.rows("operations"):
        position = book.row("positions", row["target"])
        if position is None:
            continue
        if row["kind"] == "counter_attack":
            if position["side"] != row["side"]:
                found = f"{quote(row['target'])} was never held by {row['side']}: it cannot be won back"
                book.fail("operations", key, "target", found, f"a position of {row['side']}")
        elif position["side"] == row["side"]:
            found = f"{quote(row['target'])} is held by {row['side']} itself"
            book.fail("operations", key, "target", found, "a position of another side")


@check()
def operation_forces(book: Book) -> None:
    """Formations of an operation are its side's, can attack, and are there."""
    for key, row in book.rows("operations"):
        named = [(word, book.row("forces", word)) for word in row["forces"]]
        for word, force in named:
            if force and force["side"] != row["side"]:
                found = f"{quote(word)} belongs to {force['side']}, not to {row['side']}"
                book.fail("operations", key, "forces", found, f"formations of {row['side']}")
            if force and force["until"] and force["until"] < row["not_before"]:
                found = f"{quote(word)} leaves on {force['until']}, before the operation may begin"
                book.fail("operations", key, "forces", found, f"formations present on {row['not_before']}")
        if row["kind"] == "assault" and not named:
            book.fail("operations", key, "forces", "is blank: nobody would attack", "names of formations")
        known = [force for _, force in named if force]
        if row["kind"] == "siege" or not named or len(known) < len(named):
            continue
        if not any(force["kind"] in ATTACKING_KINDS for force in known):
            found = f"none of {listing(row['forces'])} can attack"
            book.fail(
                "operations", key, "forces", found, f"at least one of kind {', '.join(ATTACKING_KINDS)}"
            )


@check("forces")
def operation_rounds(book: Book) -> None:
    """Rounds are fired by weapons that the side has."""
    owned = {(row["side"], word) for _, row in book.rows("forces") for word in row["weapons"]}
    for key, row in book.rows("operations"):
        for word in row["rounds"]:
            if (row["side"], word) not in owned and book.row("weapons", word):
                found = f"no formation of {row['side']} brings {quote(word)}"
                book.fail("operations", key, "rounds", found, "weapons named in forces.csv")


@check()
def work_positions(book: Book) -> None:
    """Trenches and mines are driven at positions of another side; an airstrip lies at a place."""
    for key, row in book.rows("works"):
        if row["kind"] in ("trench", "mine") and not row["positions"]:
            book.fail(
                "works", key, "positions", f"is blank: a {row['kind']} needs an aim", "names of positions"
            )
        if row["kind"] == "airstrip" and not row["place"]:
            book.fail("works", key, "place", "is blank: an airstrip lies somewhere", "one of the places")
        for word in row["positions"]:
            position = book.row("positions", word)
            if position and position["side"] == row["side"]:
                found = f"{quote(word)} is held by {row['side']}, who builds this"
                book.fail("works", key, "positions", found, "positions of another side")


@check(base_only=True)
def work_labour(book: Book) -> None:
    """Work that nobody does is never done (a variant may take the labour away on purpose)."""
    for key, row in book.rows("works"):
        if not row["labour"] > 0:
            book.fail("works", key, "labour", "is 0: the work would never be done", "above 0")


@check()
def contradictory_conditions(book: Book) -> None:
    """No cell asks for a position to be held and lost at once."""
    for table, column in (("operations", "conditions"), ("works", "start_if"), ("routes", "open_while")):
        for key, row in book.rows(table):
            held = {c.subject for c in row[column] if c.kind == "held"}
            lost = {c.subject for c in row[column] if c.kind == "lost"}
            for word in sorted(held & lost):
                book.fail(
                    table,
                    key,
                    column,
                    f"asks for {quote(word)} to be held and lost at once",
                    "one of the two",
                )


@check()
def cyclic_conditions(book: Book) -> None:
    """No operation or work waits, through others, for itself."""
    waits: dict[tuple[str, str], list[tuple[str, str]]] = {}
    tables = {"op": "operations", "tried": "operations", "work": "works"}
    columns = {"operations": "conditions", "works": "start_if"}
    for table, column in columns.items():
        for key, row in book.rows(table):
            asked = [c for c in row[column] if c.kind in tables and c.op == ">="]
            waits[table, key] = [(tables[c.kind], c.subject) for c in asked]
    done: set[tuple[str, str]] = set()
    for start in waits:
        cycle = _cycle(waits, start, done)
        if cycle:
            table, key = cycle[0]
            path = " waits for ".join(name for _, name in [*cycle, cycle[0]])
            found = f"the conditions go round in a circle: {path}"
            book.fail(
                table, key, columns[table], found, hint="nothing in it could ever begin: drop one condition"
            )


def _cycle(
    waits: dict[tuple[str, str], list[tuple[str, str]]], start: tuple[str, str], done: set[tuple[str, str]]
) -> list[tuple[str, str]]:
    """A circle reached from `start` by nodes not yet `done` (which grows); empty when there is none."""
    path: list[tuple[str, str]] = []
    ahead: list[tuple[tuple[str, str], int]] = [(start, 0)]
    while ahead:
        node, depth = ahead.pop()
        del path[depth:]
        if node in path:
            return path[path.index(node) :]
        if node in done:
            continue
        done.add(node)
        path.append(node)
        ahead += [(following, len(path)) for following in waits.get(node, [])]
    return []
