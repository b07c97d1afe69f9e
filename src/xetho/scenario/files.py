"""Reading a scenario's files as text: encodings, delimiters, sizes and links, before any meaning."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xetho.scenario.problems import CellError, Problem, ScenarioError, nearest, quote, unknown
from xetho.scenario.tables import PARAMETERS, AttributeTable, attribute_tables

MAX_BYTES = 20_000_000  # a table larger than this is a mistake or an attack, not a scenario
MAX_CELL = 20_000

_MENDED_BY_SAVING = 'save it again as "CSV UTF-8 (comma delimited)"'


@dataclass
class RawRow:
    """One row as text. `origins` says where a cell came from when not from the row's own line (a variant)."""

    file: str
    line: int | None
    cells: dict[str, str]
    origins: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def where(self, column: str) -> tuple[str, int | None]:
        """File and line to name when this cell is wrong."""
        return self.origins.get(column, (self.file, self.line))


@dataclass
class RawTable:
    """One file as text; `whole` is False when some of its rows could not be read."""

    name: str
    rows: list[RawRow] = field(default_factory=list)
    whole: bool = True


def read_text(folder: Path, path: Path) -> str:
    """The text of a file inside `folder`. Raises ScenarioError with one Problem."""
    name = path.relative_to(folder).as_posix()

    def fail(found: str, allowed: str = "", hint: str = "") -> ScenarioError:
        return ScenarioError([Problem(name, None, "", found, allowed, hint)])

    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            raise fail("is a link that leaves the scenario's folder", "files inside the folder")
        if not path.is_file():
            raise fail("is not a file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise fail(f"is {size / 1e6:,.0f} MB large", f"up to {MAX_BYTES / 1e6:.0f} MB")
        data = path.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "a loop of links"
        raise fail(f"cannot be read: {reason}") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4000]:
        raise fail(
            "is not UTF-8 text (it looks like UTF-16 or a spreadsheet's own format)",
            "UTF-8",
            _MENDED_BY_SAVING,
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02X} is not UTF-8 (the file looks like Latin-1 or Windows-1252)"
        raise ScenarioError([Problem(name, row, "", found, "UTF-8", _MENDED_BY_SAVING)]) from None


def read_toml(folder: Path, path: Path) -> tuple[dict[str, Any], str]:
    """A TOML file as a dict, and its text (to find lines in). Raises ScenarioError with one Problem."""
    text = read_text(folder, path)
    name = path.relative_to(folder).as_posix()
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at line ")
        line = place.split(",")[0]
        row = int(line) if line.isdigit() else len(text.splitlines())
        raise ScenarioError([Problem(name, row, "", f"is not valid TOML: {message}")]) from None
    except RecursionError:
        raise ScenarioError([Problem(name, None, "", "is not valid TOML: nested too deeply")]) from None


def toml_line(text: str, key: str, after: str = "") -> int | None:
    """Line on which `key` is set or headed, looked for after the header `after` when given."""
    inside = not after
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            head = bare.strip("[]").split("]")[0].strip()
            inside = inside if not after else head == after or head.startswith(f"{after}.")
            if head == key or head.endswith(f".{key}"):
                return number
        elif inside and bare.split("=")[0].strip().strip("\"'") == key:
            return number
    return None


def read_table(folder: Path, table: AttributeTable) -> tuple[RawTable | None, list[Problem]]:
    """The rows of one table as text, None when the file is absent, and what was wrong with it."""
    path = folder / f"{table.name}.csv"
    if not path.exists() and not path.is_symlink():
        return None, []
    try:
        text = read_text(folder, path)
    except ScenarioError as error:
        return RawTable(table.name, whole=False), list(error.problems)
    return _split(table, path.name, text)


def _split(table: AttributeTable, file: str, text: str) -> tuple[RawTable, list[Problem]]:
    raw = RawTable(table.name)
    problems: list[Problem] = []
    header: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            first, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header, problems = _header(table, file, first, cells)
                if any(name not in table.columns for name in header if name) or not header:
                    raw.whole = False
                continue
            row = _row(file, first, header, cells)
            if isinstance(row, Problem):
                problems.append(row)
                raw.whole = False
            else:
                raw.rows.append(row)
    except csv.Error as error:
        hint = "a quotation mark that is opened must be closed, and doubled inside quotes"
        problems.append(Problem(file, line, "", f"cannot be read as CSV: {error}", hint=hint))
        raw.whole = False
    if header is None and not problems:
        problems.append(
            Problem(file, 1, "", "is empty", "a header with the table's columns", "or remove the file")
        )
        raw.whole = False
    return raw, problems


def _header(table: AttributeTable, file: str, line: int, cells: list[str]) -> tuple[list[str], list[Problem]]:
    """Column names ("" for unnamed ones) and what is wrong with them; none when the delimiter is wrong."""
    names = [cell.strip() for cell in cells]
    for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(names) == 1 and delimiter in names[0]:
            found = f"cells are separated by {word}"
            return [], [Problem(file, line, "", found, "commas", _MENDED_BY_SAVING)]
    problems = []
    for name in dict.fromkeys(name for name in names if name):
        if names.count(name) > 1:
            problems.append(Problem(file, line, name, "the column stands there twice"))
        if name not in table.columns:
            wrong = unknown(name, f"a column of {table.name}", table.columns)
            allowed = "" if wrong.hint else ", ".join(table.columns)
            problems.append(Problem(file, line, name, wrong.found, allowed, wrong.hint))
    for attribute in table.attributes:
        if attribute.required and attribute.name not in names:
            found = "the required column is missing"
            problems.append(
                Problem(file, line, attribute.name, found, hint=attribute.description.split(";")[0])
            )
    return names, problems


def _row(file: str, line: int, header: list[str], cells: list[str]) -> RawRow | Problem:
    if not header:  # wrong delimiter, said once
        return RawRow(file, line, {})
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        found = f"has {len(cells)} cells where the header has {len(header)}"
        hint = "a comma inside a cell needs quotation marks" if len(cells) > len(header) else ""
        return Problem(file, line, "", found, hint=hint)
    row = RawRow(file, line, {})
    for name, cell in zip(header, cells, strict=False):
        if name:
            row.cells[name] = cell.strip()
        elif cell.strip():
            return Problem(file, line, "", f"{quote(cell)} stands in a column without a name")
        if len(cell) > MAX_CELL:
            return Problem(file, line, name, f"holds {len(cell):,} characters", f"up to {MAX_CELL:,}")
    return row


def stray_tables(folder: Path) -> list[Problem]:
    """CSV files that are no table of a scenario: a misspelt name would otherwise be ignored in silence."""
    problems = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or (path.suffix == ".csv" and path.stem in attribute_tables()):
            continue
        if path.stem == PARAMETERS:
            hint = "parameters are set by rows of assumptions.csv with the target parameters[name]"
            problems.append(Problem(path.name, None, "", "is not a table of a scenario", hint=hint))
            continue
        wrong: CellError = unknown(path.stem, "a table of a scenario", attribute_tables())
        near = nearest(path.stem, attribute_tables())
        hint = f"did you mean {near}.csv?" if near else "keep other CSV files in a folder of their own"
        problems.append(Problem(path.name, None, "", wrong.found, ", ".join(attribute_tables()), hint))
    return problems
