"""Variants: a what-if as a list of changes to rows, from variants/NAME.toml or table[key].column=value.

A change sets, scales, adds or drops. Dropping a row takes along what makes no sense without it (see cascade).
A number that is set is certain from then on: assumptions that would draw it anew no longer act on it. One
that is scaled scales the assumption that draws it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from xetho.scenario.cascade import cascade, snapshot
from xetho.scenario.cells import NAME, read_cell, read_number
from xetho.scenario.certainty import scale_assumptions, scale_parameter, set_parameter, settle
from xetho.scenario.files import RawRow, RawTable, read_toml
from xetho.scenario.problems import CellError, Problem, ScenarioError, quote, unknown
from xetho.scenario.tables import NUMERIC, PARAMETERS, Attribute, attribute_tables, parameter_table

FOLDER = "variants"
TOP = ("title", "why", "change")
NEEDS: dict[str, tuple[str, ...]] = {
    "set": ("table", "key", "column", "value"),
    "scale": ("table", "key", "column", "value"),
    "add": ("table", "row"),
    "drop": ("table", "key"),
}
SCALABLE = (*NUMERIC, "weights", "series")
_SET = re.compile(r"\s*([^\[\].=\s]+)\s*\[\s*([^\[\]]+?)\s*\]\s*(?:\.\s*([^\[\].=\s]+)\s*)?=(.*)", re.DOTALL)

Place = tuple[str, int | None]


@dataclass(frozen=True)
class Variant:
    """A named what-if: its title and the sentence that says why."""

    name: str
    title: str
    why: str


@dataclass(frozen=True)
class Change:
    """One change, its form checked: `keys` is ("*",) for every row; `value` is the text of a cell."""

    do: str
    table: str
    keys: tuple[str, ...]
    column: str
    value: str
    row: dict[str, str]
    place: Place


def variant_names(folder: Path) -> list[str]:
    """Names of the variants of a scenario's folder."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.toml"))


def read_variants(folder: Path) -> list[Variant]:
    """Every variant with title and reason. Raises ScenarioError when a file cannot be read."""
    found = []
    for name in variant_names(folder):
        data, _ = read_toml(folder, folder / FOLDER / f"{name}.toml")
        found.append(Variant(name, str(data.get("title", name)), str(data.get("why", ""))))
    return found


def apply_changes(
    folder: Path, tables: dict[str, RawTable], variant: str | None, sets: Sequence[str]
) -> list[Problem]:
    """Change the tables in place and return what could not be done; values are checked when read."""
    changes: list[Change] = []
    problems: list[Problem] = []
    if variant is not None:
        changes, problems = _read_variant(folder, variant)
    for text in sets:
        try:
            changes.append(_read_set(text))
        except CellError as error:
            problems.append(error.at(f"--set {text}", None, ""))
    before = snapshot(tables)
    dropped: dict[tuple[str, str], Place] = {}
    for change in changes:
        try:
            _apply(change, tables, dropped)
        except CellError as error:
            column = "row" if change.do == "add" else ""
            problems.append(error.at(*change.place, column))
    return problems + cascade(tables, before, dropped)


def _read_variant(folder: Path, name: str) -> tuple[list[Change], list[Problem]]:
    names = variant_names(folder)
    if name not in names:
        wrong = unknown(name, "a variant", names)
        return [], [wrong.at(FOLDER, None, "")]
    path = folder / FOLDER / f"{name}.toml"
    file = f"{FOLDER}/{path.name}"
    try:
        data, text = read_toml(folder, path)
    except ScenarioError as error:
        return [], list(error.problems)
    problems: list[Problem] = []
    for key in data:
        if key not in TOP:
            problems.append(unknown(key, "a setting of a variant", TOP).at(file, None, key))
    for key in ("title", "why"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            problems.append(
                Problem(file, None, key, "is missing or no text", "a sentence in quotation marks")
            )
    items = data.get("change", [])
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        found = "there are no changes"
        return [], [*problems, Problem(file, None, "change", found, "one heading [[change]] for each change")]
    heads = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*change\s*\]\]", line)]
    changes = []
    for number, item in enumerate(items):
        line = heads[number] if number < len(heads) else None
        change, wrong_keys = _read_change(item, (file, line))
        problems += wrong_keys
        if change:
            changes.append(change)
    return changes, problems


def _read_change(item: dict[str, Any], place: Place) -> tuple[Change | None, list[Problem]]:
    """One [[change]]; None when its form is wrong."""
    do = item.get("do")
    if not isinstance(do, str) or do not in NEEDS:
        wrong = unknown(str(do), "something a change can do", NEEDS)
        return None, [
            Problem(*place, "do", "is missing" if do is None else wrong.found, ", ".join(NEEDS), wrong.hint)
        ]
    problems = []
    for key in item:
        if key not in ("do", *NEEDS[do]):
            wrong = unknown(key, f"a setting of a change that does {quote(do)}", NEEDS[do])
            problems.append(Problem(*place, key, wrong.found, ", ".join(NEEDS[do]), wrong.hint))
    for key in NEEDS[do]:
        if key not in item:
            problems.append(Problem(*place, key, f"is missing in a change that does {quote(do)}"))
    if problems:
        return None, problems
    try:
        keys = _keys(item.get("key", "*"))
        row = {name: _cell_text(value) for name, value in _group(item.get("row", {})).items()}
        value = _cell_text(item.get("value", ""))
        for name in ("table", "column"):
            if not isinstance(item.get(name, ""), str):
                raise CellError(f"{quote(item[name])} is not a text", f"the name of a {name}")
    except CellError as error:
        return None, [error.at(*place, "")]
    return Change(do, item["table"], keys, item.get("column", ""), value, row, place), []


def _read_set(text: str) -> Change:
    match = _SET.fullmatch(text)
    if match is None or (match[3] is None and match[1] != PARAMETERS):
        raise CellError(f"{quote(text)} is not a change", "table[key].column=value or parameters[name]=value")
    table, key, column, value = match.groups()
    return Change("set", table, (key,), column or "value", value.strip(), {}, (f"--set {text}", None))


def _keys(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) for item in items):
        raise CellError(f"{quote(value)} names no rows", 'a name, a list of names, or "*"')
    return tuple(dict.fromkeys(items))


def _group(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CellError(f"{quote(value)} is not a row", "row = {column = value, ...}")
    return value


def _cell_text(value: Any) -> str:
    """A TOML value as the text of a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | int | float):
        return str(value)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ";".join(_cell_text(item) for item in value)
    if isinstance(value, dict):
        return ";".join(f"{key}:{_cell_text(item)}" for key, item in value.items())
    raise CellError(f"{quote(value)} cannot stand in a cell", "a text, number, date, yes or no")


def _apply(change: Change, tables: dict[str, RawTable], dropped: dict[tuple[str, str], Place]) -> None:
    if change.table == PARAMETERS:
        _apply_parameter(change, tables)
        return
    if change.table not in attribute_tables():
        raise unknown(change.table, "a table", [*attribute_tables(), PARAMETERS])
    raw, table = tables[change.table], attribute_tables()[change.table]
    if change.do == "add":
        for name in change.row:
            if name not in table.columns:
                raise unknown(name, f"a column of {table.name}", table.columns)
        cells = {name: change.row.get(name, "") for name in table.columns}
        raw.rows.append(RawRow(*change.place, cells))
        return
    rows = _rows(change, raw, table.key)
    if change.do == "drop":
        for row in rows:
            dropped[table.name, row.cells.get(table.key, "")] = change.place
        raw.rows = [row for row in raw.rows if row not in rows]
        return
    attribute = table.columns.get(change.column)
    if attribute is None:
        raise unknown(change.column, f"a column of {table.name}", table.columns)
    if attribute.base == "id":
        raise CellError(
            f"{quote(change.column)} names the rows and cannot be changed", "drop the row and add another"
        )
    keys = {row.cells.get(table.key, "") for row in rows}
    if change.do == "set":
        for row in rows:
            row.cells[change.column] = change.value
            row.origins[change.column] = change.place
        settle(tables, table.name, keys, change.column, change.place)
        return
    factor = _factor(change)
    for row in rows:
        _scale(attribute, row, factor, change.place)
    scale_assumptions(tables, table.name, keys, change.column, factor, change.place)


def _apply_parameter(change: Change, tables: dict[str, RawTable]) -> None:
    if change.do not in ("set", "scale"):
        raise CellError(f"a parameter cannot be changed by {quote(change.do)}", "set, scale")
    if change.column != "value":
        raise CellError(f"{quote(change.column)} is not a column of parameters", "value")
    for key in change.keys:
        attribute = parameter_table().columns.get(key)
        if attribute is None:
            raise unknown(key, "a parameter", parameter_table().columns)
        if change.do == "set":
            read_cell(attribute, change.value)  # checks number and range
            set_parameter(tables, attribute, change.value, change.place)
        else:
            scale_parameter(tables, attribute, _factor(change), change.place)


def _rows(change: Change, raw: RawTable, key_column: str) -> list[RawRow]:
    if change.keys == ("*",):
        if not raw.rows:
            raise CellError(f"{change.table} has no rows to change")
        return list(raw.rows)
    by_key = {row.cells.get(key_column, ""): row for row in raw.rows}
    for key in change.keys:
        if key not in by_key:
            raise unknown(key, f"a row of {change.table}", [name for name in by_key if NAME.fullmatch(name)])
    return [by_key[key] for key in change.keys]


def _factor(change: Change) -> float:
    factor = read_number(change.value)
    if factor < 0:
        raise CellError(f"{change.value} would turn numbers negative", "0 or more")
    return factor


def _scale(attribute: Attribute, row: RawRow, factor: float, place: Place) -> None:
    if attribute.base not in SCALABLE:
        raise CellError(f"{quote(attribute.name)} holds no numbers to scale", "a column of numbers")
    text = row.cells.get(attribute.name, "")
    if attribute.base in ("weights", "series"):
        parts = [part.rpartition(":") for part in text.split(";") if part.strip()]
        scaled = ";".join(f"{name.strip()}:{read_number(number) * factor!r}" for name, _, number in parts)
    else:
        value = read_cell(attribute, text)
        if value is None or value != value:
            raise CellError(f"{quote(attribute.name)} is blank there: there is nothing to scale")
        product = value * factor if factor else 0.0
        scaled = repr(product) if attribute.base == "float" or product % 1 else str(int(product))
    row.cells[attribute.name] = scaled
    row.origins[attribute.name] = place
