"""What a check works on: the rows that could be read, the names that exist, and a place for problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from xetho.scenario.problems import CellError, Problem
from xetho.scenario.scenario import Scenario
from xetho.scenario.tables import attribute_tables, frame_rows

Row = dict[str, Any]


@dataclass
class Book:
    """A scenario under check.

    `unreadable` holds the keys of rows that exist but could not be read, so that what refers to them is not
    reported a second time; `unsure` the tables in which even keys may be missing; `cell_lines` the places of
    cells that a variant changed; `changed` says whether a variant or a set was applied.
    """

    scenario: Scenario
    unreadable: dict[str, set[str]]
    unsure: set[str]
    cell_lines: dict[tuple[str, str, str], tuple[str, int | None]]
    changed: bool
    problems: list[Problem] = field(default_factory=list)
    misnamed: set[str] = field(default_factory=set)  # tables in which a reference is wrong
    _rows: dict[str, list[tuple[str, Row]]] = field(default_factory=dict)

    def rows(self, table: str) -> list[tuple[str, Row]]:
        """(key, values by column) of every row that could be read, in file order."""
        if table not in self._rows:
            self._rows[table] = frame_rows(attribute_tables()[table], self.scenario.tables[table])
        return self._rows[table]

    def row(self, table: str, key: str) -> Row | None:
        """One row, None when it does not exist or could not be read."""
        return self._by_key(table).get(key)

    def _by_key(self, table: str) -> dict[str, Row]:
        if table not in self._index:
            self._index[table] = dict(self.rows(table))
        return self._index[table]

    @cached_property
    def _index(self) -> dict[str, dict[str, Row]]:
        return {}

    def names(self, what: str) -> set[str]:
        """Every name that may be referred to: of a table, or sides, camps, pools, zones, lots."""
        match what:
            case "sides":
                return {side.id for side in self.scenario.sides}
            case "camps":
                return {row["camp"] for _, row in self.rows("positions")}
            case "pools":
                return {row["pool"] or key for key, row in self.rows("fleets")}
            case "zones":
                return {row["zone"] for _, row in self.rows("places")}
            case "lots":
                return {f"{row['good']}:{row['origin']}" for _, row in self.rows("supply") if row["origin"]}
        return {key for key, _ in self.rows(what)} | self.unreadable.get(what, set())

    def sure(self, *tables: str) -> bool:
        """Whether every row of the tables could be read, so that absence of a row means something."""
        held_by = {"camps": "positions", "pools": "fleets", "zones": "places", "lots": "supply"}
        real = [held_by.get(table, table) for table in tables]
        if self.misnamed & set(real):
            return False
        return all(name not in self.unsure and not self.unreadable.get(name) for name in real)

    def knows(self, what: str, name: str) -> bool:
        """Whether the name exists, or may exist in a row that could not be read."""
        if name in self.names(what):
            return True
        if what in ("camps", "pools", "zones", "lots"):
            return not self.sure(what)
        return what in self.unsure

    def set_aside(self, table: str, key: str) -> None:
        """Leave a row out of the checks that follow: what is wrong with it would be told again and again."""
        self.unreadable.setdefault(table, set()).add(key)
        self._rows[table] = [(other, row) for other, row in self.rows(table) if other != key]
        self._index.pop(table, None)

    def fail(self, table: str, key: str, column: str, found: str, allowed: str = "", hint: str = "") -> None:
        """Report a problem of one row (and column, "" for the whole row)."""
        file, line = self.cell_lines.get(
            (table, key, column), self.scenario.lines.get((table, key), (f"{table}.csv", None))
        )
        if line is None and (table, key, column) not in self.cell_lines:
            found = f"{key}: {found}"
        self.problems.append(Problem(file, line, column, found, allowed, hint))

    def fail_cell(self, table: str, key: str, column: str, error: CellError) -> None:
        """The same for an error that already has its words."""
        self.fail(table, key, column, error.found, error.allowed, error.hint)


class Check(NamedTuple):
    """A check, the tables that must have been read whole for it, and whether variants skip it."""

    function: Callable[[Book], None]
    whole: tuple[str, ...]
    base_only: bool


CHECKS: list[Check] = []


def check(*whole: str, base_only: bool = False) -> Callable[[Callable[[Book], None]], Callable[[Book], None]]:
    """Register a check. `whole`: tables that must be without unreadable rows, else the check is left out."""

    def register(function: Callable[[Book], None]) -> Callable[[Book], None]:
        CHECKS.append(Check(function, whole, base_only))
        return function

    return register


SINGULAR = {"goods": "a good", "operations": "an operation", "fleets": "a fleet", "supply": "a row of supply"}


def a(what: str) -> str:
    """`a place` for `places`: how messages name one of a table's rows."""
    if what in SINGULAR:
        return SINGULAR[what]
    singular = what.removesuffix("s")
    return f"{'an' if singular[0] in 'aeiou' else 'a'} {singular}"


def listing(names: Iterable[str]) -> str:
    """Names for a message, sorted, the first few."""
    known = sorted(names)
    return ", ".join(known[:8]) + (" ..." if len(known) > 8 else "")
