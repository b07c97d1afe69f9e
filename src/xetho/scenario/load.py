"""Loading a scenario: files to text, text to values, values to checked tables; every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xetho.scenario.cells import read_cell
from xetho.scenario.files import RawRow, RawTable, read_table, stray_tables
from xetho.scenario.problems import CellError, Problem, ScenarioError, nearest, quote
from xetho.scenario.scenario import Scenario
from xetho.scenario.settings import FILE, Settings, read_settings
from xetho.scenario.tables import (
    NEEDED,
    NEEDED_ONE_OF,
    AttributeTable,
    attribute_tables,
    build_frame,
)
from xetho.scenario.variants import apply_changes, variant_names

SCENARIOS_FOLDER = Path(__file__).resolve().parents[1] / "scenarios"


def list_scenarios() -> list[str]:
    """Names of the scenarios that come with the package."""
    if not SCENARIOS_FOLDER.is_dir():
        return []
    return sorted(path.name for path in SCENARIOS_FOLDER.iterdir() if (path / FILE).is_file())


def load(name_or_path: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario.

    `name_or_path` is the name of a bundled scenario or a folder (write `./name` for a folder named like a
    bundled one). `variant` is the name of a file in its `variants` folder; `sets` are changes written
    `table[key].column=value`, applied after the variant in order. Raises ScenarioError with every problem.

    >>> from xetho.scenario import list_scenarios, load
    >>> all(load(name).days > 0 for name in list_scenarios())
    True
    """
    folder = find_folder(name_or_path)
    files = read_files(folder)
    problems = list(files.problems)
    if variant is not None or sets:
        problems += apply_changes(folder, files.tables, variant, sets)
    parsed = parse_tables(files.tables)
    problems += parsed.problems
    scenario = _scenario(folder, files.settings, parsed, variant)
    problems += _semantic(scenario, files, parsed, changed=variant is not None or bool(sets))
    if problems:
        raise ScenarioError(_in_order(problems))
    return scenario


def check(name_or_path: str | Path) -> list[Problem]:
    """Every problem of a scenario and of each of its variants; empty when all is well."""
    try:
        folder = find_folder(name_or_path)
    except ScenarioError as error:
        return list(error.problems)
    problems: list[Problem] = []
    for variant in (None, *variant_names(folder)):
        try:
            load(name_or_path, variant)
        except ScenarioError as error:
            problems += error.problems
    return _in_order(problems)


def find_folder(name_or_path: str | Path) -> Path:
    """The folder of a bundled scenario or the folder given. Raises ScenarioError."""
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in list_scenarios():
        return SCENARIOS_FOLDER / text
    path = Path(name_or_path)
    try:
        if path.name == FILE and path.is_file():
            path = path.parent
        if text and path.is_dir():
            return path
    except (OSError, ValueError):  # a name no file system takes
        pass
    near = nearest(text, list_scenarios())
    bundled = f"a folder, or one of {', '.join(list_scenarios())}" if list_scenarios() else "a folder"
    hint = f'did you mean "{near}"?' if near else ""
    raise ScenarioError([Problem(text or '""', None, "", "there is no such scenario", bundled, hint)])


@dataclass
class Files:
    """A scenario's files as text."""

    settings: Settings
    tables: dict[str, RawTable]
    absent: set[str]
    problems: list[Problem]


def read_files(folder: Path) -> Files:
    """Read every file of a scenario; tables that are absent are empty."""
    settings, problems = read_settings(folder)
    problems = problems + stray_tables(folder)
    tables: dict[str, RawTable] = {}
    absent: set[str] = set()
    for name, table in attribute_tables().items():
        raw, wrong = read_table(folder, table)
        problems += wrong
        if raw is None:
            absent.add(name)
        tables[name] = raw or RawTable(name)
    problems += [
        Problem(f"{n}.csv", None, "", "is missing: no scenario does without it")
        for n in NEEDED
        if n in absent
    ]
    if all(name in absent for name in NEEDED_ONE_OF):
        files = " and ".join(f"{name}.csv" for name in NEEDED_ONE_OF)
        problems.append(
            Problem(files, None, "", "are both missing: nothing would need supply", "one of the two")
        )
    return Files(settings, tables, absent, problems)


@dataclass
class Parsed:
    """Values of every row that could be read, and what could not."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lines: dict[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict)
    cell_lines: dict[tuple[str, str, str], tuple[str, int | None]] = field(default_factory=dict)
    unreadable: dict[str, set[str]] = field(default_factory=dict)  # keys of rows that exist but hold an error
    problems: list[Problem] = field(default_factory=list)


def parse_tables(tables: dict[str, RawTable]) -> Parsed:
    """Read every cell of every table."""
    parsed = Parsed()
    for name, table in attribute_tables().items():
        _parse_table(table, tables[name], parsed)
    return parsed


def _parse_table(table: AttributeTable, raw: RawTable, parsed: Parsed) -> None:
    rows: list[dict[str, Any]] = []
    seen: dict[str, RawRow] = {}
    unreadable = parsed.unreadable.setdefault(table.name, set())
    for row in raw.rows:
        if not row.cells:  # its file could not be split into cells
            continue
        values, problems = parse_row(table, row)
        key = row.cells.get(table.key, "")
        if key in seen:
            first = seen[key]
            found = (
                f"{quote(key)} already names row {first.line}"
                if first.line
                else f"{quote(key)} is there twice"
            )
            problems.append(Problem(*row.where(table.key), table.key, found, "a unique name"))
            parsed.problems += problems
            raw.whole = False  # the row was probably meant to have another name, which others refer to
            continue
        if key:
            seen[key] = row
            parsed.lines[table.name, key] = (row.file, row.line)
            for column, place in row.origins.items():
                parsed.cell_lines[table.name, key, column] = place
        parsed.problems += problems
        if values is None:
            unreadable.add(key)
        else:
            rows.append(values)
    parsed.rows[table.name] = rows


def parse_row(table: AttributeTable, row: RawRow) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Values by column (None when the row cannot be used), and what could not be read.

    An optional column that the file lacks is as good as a blank one. A required column that it lacks is
    reported at the header, not here at every row.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for attribute in table.attributes:
        text = row.cells.get(attribute.name)
        if text is None and attribute.required:
            continue
        try:
            values[attribute.name] = read_cell(attribute, text or "")
        except CellError as error:
            problems.append(error.at(*row.where(attribute.name), attribute.name))
    return (values if len(values) == len(table.attributes) else None), problems


def _scenario(folder: Path, settings: Settings, parsed: Parsed, variant: str | None) -> Scenario:
    lines = {(FILE, name): (FILE, line) for name, line in settings.lines.items()}
    tables = {name: build_frame(table, parsed.rows[name]) for name, table in attribute_tables().items()}
    return Scenario(
        name=folder.resolve().name,
        folder=folder,
        title=settings.title,
        summary=settings.summary,
        start=settings.start,
        end=settings.end,
        sides=settings.sides,
        outcome=settings.outcome,
        report=settings.report,
        variant=variant,
        tables=tables,
        lines=parsed.lines | lines,
    )


def _semantic(scenario: Scenario, files: Files, parsed: Parsed, changed: bool) -> list[Problem]:
    from xetho.scenario.checks import run_checks

    unsure = {name for name, raw in files.tables.items() if not raw.whole}
    unsure |= {name for name in NEEDED if name in files.absent} | files.settings.unsure
    return run_checks(scenario, parsed.unreadable, unsure, parsed.cell_lines, changed)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Each problem once, by file and row; the settings first, as everything hangs on them."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.file != FILE, p.file, p.row or 0))
