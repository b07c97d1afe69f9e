"""Assumptions under a variant: a number that is set is no longer drawn; one that is scaled is drawn scaled.

Without this an assumption that sets the same number would silently undo the change.
"""

from __future__ import annotations

from collections.abc import Set

from xetho.scenario.cells import read_number
from xetho.scenario.files import RawRow, RawTable
from xetho.scenario.problems import CellError, quote
from xetho.scenario.tables import PARAMETERS, Attribute, attribute_tables
from xetho.scenario.targets import Target, parse_targets

Place = tuple[str, int | None]
SOURCE_KEY = "what-if"  # the source that a value set in a what-if is given


def targets_of(row: RawRow) -> tuple[Target, ...]:
    """Targets of a row of assumptions, none when they cannot be read (which is told when the row is)."""
    try:
        return parse_targets(row.cells.get("target", ""))
    except CellError:
        return ()


def retarget(table: RawTable, row: RawRow, targets: tuple[Target, ...], place: Place) -> None:
    """Let an assumption act on other numbers, or remove it when none is left."""
    if targets:
        row.cells["target"] = ";".join(str(target) for target in targets)
        row.origins["target"] = place
    else:
        table.rows = [other for other in table.rows if other is not row]


def settle(tables: dict[str, RawTable], table: str, keys: Set[str], column: str, place: Place) -> None:
    """Take the cells that a change sets away from the assumptions that set them."""
    assumptions = tables["assumptions"]
    for row in list(assumptions.rows):
        if _sets(row):
            before = targets_of(row)
            after = tuple(t for target in before for t in _without(tables, target, table, keys, column))
            if after != before:
                retarget(assumptions, row, after, place)


def scale_assumptions(
    tables: dict[str, RawTable], table: str, keys: Set[str], column: str, factor: float, place: Place
) -> None:
    """Scale the assumptions that set the scaled cells. Raises CellError when one also sets other cells."""
    for row in list(tables["assumptions"].rows):
        if not _sets(row):
            continue
        before = targets_of(row)
        after = tuple(t for target in before for t in _without(tables, target, table, keys, column))
        if after == before:
            continue
        if after:
            name, others = quote(row.cells.get("id", "")), "; ".join(str(target) for target in after)
            found = f"the assumption {name} draws these numbers together with {others}"
            raise CellError(found, hint="scale those as well, or set the numbers")
        _scale_draw(row, factor, place)


def set_parameter(tables: dict[str, RawTable], attribute: Attribute, value: str, place: Place) -> None:
    """Give a parameter a certain value: an assumption of shape point instead of those that act on it."""
    assumptions = tables["assumptions"]
    target = Target(PARAMETERS, attribute.name, "value")
    for row in list(assumptions.rows):
        before = targets_of(row)
        if target in before:
            retarget(assumptions, row, tuple(t for t in before if t != target), place)
    cells = dict.fromkeys(attribute_tables()["assumptions"].columns, "")
    cells |= {
        "id": f"{SOURCE_KEY}-{attribute.name}",
        "name": attribute.description,
        "target": str(target),
        "distribution": "point",
        "central": value,
        "unit": attribute.unit,
        "source": SOURCE_KEY,
    }
    assumptions.rows = [row for row in assumptions.rows if row.cells.get("id") != cells["id"]]
    assumptions.rows.append(RawRow(*place, cells))
    sources = tables["sources"]
    if not any(row.cells.get("key") == SOURCE_KEY for row in sources.rows):
        known = dict.fromkeys(attribute_tables()["sources"].columns, "")
        known |= {"key": SOURCE_KEY, "title": "Value set for a what-if", "kind": "derived"}
        sources.rows.append(RawRow(*place, known))


def scale_parameter(tables: dict[str, RawTable], attribute: Attribute, factor: float, place: Place) -> None:
    """Scale the assumption that sets a parameter, or its default. Raises CellError."""
    target = Target(PARAMETERS, attribute.name, "value")
    for row in tables["assumptions"].rows:
        if _sets(row) and target in targets_of(row):
            others = [str(t) for t in targets_of(row) if t != target]
            if others:
                name = quote(row.cells.get("id", ""))
                found = f"the assumption {name} draws it together with {'; '.join(others)}"
                raise CellError(found, hint="set the parameter instead")
            _scale_draw(row, factor, place)
            return
    set_parameter(tables, attribute, repr(float(attribute.default) * factor), place)


def _sets(row: RawRow) -> bool:
    return row.cells.get("effect", "").strip() in ("", "set")


def _without(
    tables: dict[str, RawTable], target: Target, table: str, keys: Set[str], column: str
) -> tuple[Target, ...]:
    """What is left of a target when some cells of a column are taken out."""
    if (target.table, target.column) != (table, column):
        return (target,)
    if target.key != "*":
        return () if target.key in keys else (target,)
    key_column = attribute_tables()[table].key
    every = [row.cells.get(key_column, "") for row in tables[table].rows]
    if not keys & set(every):
        return (target,)
    return tuple(Target(table, key, column) for key in every if key not in keys)


def _scale_draw(row: RawRow, factor: float, place: Place) -> None:
    if row.cells.get("distribution", "").strip() == "beta":
        raise CellError(
            f"the assumption {quote(row.cells.get('id', ''))} draws it from a beta, which cannot be scaled",
            hint="set the number instead",
        )
    if not factor:  # a spread of nothing has no shape
        row.cells["distribution"] = "point"
    for column in ("low", "central", "high"):
        text = row.cells.get(column, "")
        if not factor:
            row.cells[column] = "0" if column == "central" else ""
        elif text:
            row.cells[column] = repr(read_number(text) * factor)
        row.origins[column] = place
