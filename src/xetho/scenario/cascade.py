"""What goes with a dropped row.

- A list that names it (routes.modes, threats.targets, fleets.routes, operations.forces, ...) loses the name.
  A list left empty drops its own row, since a blank list would mean something else; positions.supports may be
  left empty.
- A fleet goes with its mode, a threat with its pool of carriers, an assumption with the last number it acts
  on, a claim with the thing its metric names.
- Weapons and goods go out of name:number lists; an event loses its point on the map.
- Any other row that refers to it is an error until it is dropped too.
"""

from __future__ import annotations

from xetho.scenario.certainty import retarget, targets_of
from xetho.scenario.conditions import FORMS, parse_conditions
from xetho.scenario.files import RawRow, RawTable
from xetho.scenario.metrics import KEY_NAMES, outputs, parse_metric
from xetho.scenario.problems import CellError, Problem, quote
from xetho.scenario.tables import WEIGHT_NAMES, Attribute, AttributeTable, attribute_tables

Place = tuple[str, int | None]
Names = dict[str, set[str]]

MAY_BE_EMPTY = {("positions", "supports")}
GOES_WITH = {("fleets", "mode")}
LOSES = {("events", "place_id")}


def snapshot(tables: dict[str, RawTable]) -> Names:
    """Every name that there is: keys by table, and pools, camps and lots."""
    names = {name: {_key(name, row) for row in raw.rows} for name, raw in tables.items()}
    names["pools"] = {row.cells.get("pool", "") or row.cells.get("id", "") for row in tables["fleets"].rows}
    names["camps"] = {row.cells.get("camp", "") for row in tables["positions"].rows}
    names["lots"] = {f"{r.cells.get('good', '')}:{r.cells.get('origin', '')}" for r in tables["supply"].rows}
    return names


def _key(table: str, row: RawRow) -> str:
    return row.cells.get(attribute_tables()[table].key, "")


def cascade(
    tables: dict[str, RawTable], before: Names, dropped: dict[tuple[str, str], Place]
) -> list[Problem]:
    """Carry drops through the tables in place; `dropped` says which change dropped a row."""
    if not dropped:
        return []
    work = _Cascade(tables, before)
    now = snapshot(tables)
    for (table, key), place in dropped.items():
        if key not in now[table]:  # it may have been added again
            work.ahead.append((table, key, place))
    work.run()
    return work.problems()


class _Cascade:
    def __init__(self, tables: dict[str, RawTable], before: Names) -> None:
        self.tables, self.before = tables, before
        self.ahead: list[tuple[str, str, Place]] = []
        self.left: list[tuple[str, RawRow, str, str, str, Place]] = []  # rows left without what they refer to

    def run(self) -> None:
        place: Place = ("", None)
        while self.ahead:
            table, key, place = self.ahead.pop()
            self.follow(table, key, place)
            if not self.ahead:
                self.drop_threats(place)
        self.drop_claims()

    def drop(self, table: str, row: RawRow, place: Place) -> None:
        raw = self.tables[table]
        raw.rows = [other for other in raw.rows if other is not row]
        self.ahead.append((table, _key(table, row), place))

    def follow(self, gone_table: str, gone: str, place: Place) -> None:
        for name, table in attribute_tables().items():
            for row in list(self.tables[name].rows):
                self.follow_row(table, row, gone_table, gone, place)
        for row in list(self.tables["assumptions"].rows):
            before = targets_of(row)
            after = tuple(t for t in before if (t.table, t.key) != (gone_table, gone))
            if after != before:
                retarget(self.tables["assumptions"], row, after, place)

    def follow_row(
        self, table: AttributeTable, row: RawRow, gone_table: str, gone: str, place: Place
    ) -> None:
        for attribute in table.attributes:
            cell, where = row.cells.get(attribute.name, ""), (table.name, attribute.name)
            if attribute.type == f"refs:{gone_table}" and gone in _names(cell):
                names = [name for name in _names(cell) if name != gone]
                self.change(row, attribute, ";".join(names), place)
                if not names and where not in MAY_BE_EMPTY:
                    self.drop(table.name, row, place)
                    return
            elif attribute.type == f"ref:{gone_table}" and cell == gone:
                if where in GOES_WITH:
                    self.drop(table.name, row, place)
                    return
                if where in LOSES:
                    self.change(row, attribute, "", place)
                else:
                    self.left.append((table.name, row, attribute.name, gone_table, gone, place))
            elif attribute.base == "weights" and WEIGHT_NAMES.get(where) == gone_table:
                pairs = [p for p in cell.split(";") if p.strip() and p.rpartition(":")[0].strip() != gone]
                if len(pairs) < len([p for p in cell.split(";") if p.strip()]):
                    self.change(row, attribute, ";".join(pairs), place)
            elif attribute.base == "conditions" and _asks_for(cell, gone_table, gone):
                self.left.append((table.name, row, attribute.name, gone_table, gone, place))

    def change(self, row: RawRow, attribute: Attribute, text: str, place: Place) -> None:
        row.cells[attribute.name] = text
        row.origins[attribute.name] = place

    def drop_threats(self, place: Place) -> None:
        gone = self.before["pools"] - snapshot(self.tables)["pools"]
        for row in list(self.tables["threats"].rows):
            if row.cells.get("pool", "") in gone:
                self.drop("threats", row, place)

    def drop_claims(self) -> None:
        now = snapshot(self.tables)
        claims = self.tables["claims"]
        claims.rows = [row for row in claims.rows if not self.speaks_of_gone(row, now)]

    def speaks_of_gone(self, row: RawRow, now: Names) -> bool:
        try:
            metric = parse_metric(row.cells["metric"]) if row.cells.get("metric") else None
        except CellError:
            return False  # told when the row is read
        for term in metric.terms if metric else ():
            for dim, word in zip(outputs()[term.name].dims, term.keys, strict=True):
                names = KEY_NAMES[dim]
                if names in now and word in self.before[names] - now[names]:
                    return True
        return False

    def problems(self) -> list[Problem]:
        found = []
        for table, row, column, gone_table, gone, place in self.left:
            if any(other is row for other in self.tables[table].rows):
                key = quote(_key(table, row))
                text = f"dropping {quote(gone)} of {gone_table} leaves {key} of {table} without its {column}"
                hint = "drop that row too, or set the cell to something else"
                found.append(Problem(*place, "key", text, "", hint))
        return found


def _names(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _asks_for(cell: str, table: str, name: str) -> bool:
    try:
        conditions = parse_conditions(cell)
    except CellError:
        return False
    return any(
        (FORMS[c.kind].subject, c.subject) == (table, name) or (FORMS[c.kind].place, c.place) == (table, name)
        for c in conditions
    )
