"""Battles of record: daily strengths, arrivals and losses of two sides from a CSV file, and who fitted what to them.

A battle is a CSV file with the columns of `PLAIN`, or any CSV file with a TOML file that says which of its columns,
times which weights, make up each of them. Battles that come with the package lie in `battles/`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xetho.scenario.cells import read_number
from xetho.scenario.files import read_text, read_toml, toml_line
from xetho.scenario.problems import CellError, Problem, ScenarioError, quote, unknown

F = NDArray[np.float64]
SIDES = ("blue", "red")
AMOUNTS = ("blue", "red", "blue_lost", "red_lost", "blue_arrived", "red_arrived")
PLAIN = ("day", *AMOUNTS, "attacker", "date", "source", "note")
SETTINGS = ("title", "source", "confidence", "names", "data", "days", "columns", "attacks")
FOLDER = Path(__file__).resolve().parents[1] / "battles"
_PUBLISHED = "published_fits.csv"


@dataclass(frozen=True)
class Battle:
    """Two sides by the day; column 0 of each array is blue, column 1 red.

    With `lost`, `strength` is that of each day's fighting. Without it the first row is the start, and `strength` is
    what was recorded at the end of each later day, NaN where nothing was.
    """

    name: str
    title: str
    source: str
    names: tuple[str, str]
    day: NDArray[np.int64]  # n
    strength: F  # n x 2
    lost: F | None  # n x 2
    arrived: F  # n x 2
    attacker: NDArray[np.int64]  # n: 0 blue, 1 red, -1 not said


@dataclass
class _Reading:
    """How a file is read: weights of its columns, days, who attacks when."""

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def days(self) -> tuple[float, float]:
        first, last = self.settings.get("days", (-np.inf, np.inf))
        return first, last


def list_battles() -> list[str]:
    """Names of the battles that come with the package; those without data of their own only say how to read it."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def published_fits() -> pd.DataFrame:
    """Published parameters and figures of merit: battle, fit, a, b, p, q, d, ssr, rmse, r2, confidence, source."""
    return pd.read_csv(FOLDER / _PUBLISHED)


def read_battle(data: str, battle: str | None = None) -> Battle:
    """Read a battle.

    Args:
        data: a CSV file, or the name of a bundled battle that has data.
        battle: how to read the file: the name of a bundled battle or a TOML file; None when its columns are plain.

    Raises:
        ScenarioError: with every problem of the files.
    """
    if battle is None and data in list_battles():
        reading = _read_settings(FOLDER / f"{data}.toml")
        if "data" not in reading.settings:
            hint = f"give the file: --attrition DATA.csv --battle {data}"
            raise ScenarioError([Problem(data, None, "", "has no data that come with the package", hint=hint)])
        path = FOLDER / reading.settings["data"]
    else:
        path = Path(data)
        if not path.is_file():
            allowed = f"a CSV file, or one of {', '.join(list_battles())}"
            raise ScenarioError([Problem(data or '""', None, "", "there is no such file", allowed)])
        reading = _Reading(path.stem) if battle is None else _read_settings(_battle_file(battle))
    if reading.problems:
        raise ScenarioError(reading.problems)
    return _read_data(path, reading)


def _battle_file(battle: str) -> Path:
    if battle in list_battles():
        return FOLDER / f"{battle}.toml"
    path = Path(battle)
    if path.suffix == ".toml" and path.is_file():
        return path
    wrong = unknown(battle, "a bundled battle or a TOML file", list_battles())
    raise ScenarioError([wrong.at("--battle", None, "")])


def _read_settings(path: Path) -> _Reading:
    data, text = read_toml(path.parent, path)
    reading = _Reading(path.stem, data)

    def fail(key: str, wrong: CellError) -> None:
        reading.problems.append(wrong.at(path.name, toml_line(text, key), key))

    for key in data:
        if key not in SETTINGS:
            fail(key, unknown(key, "a setting of a battle", SETTINGS))
    if not _is_span(data.get("days", [0, 0])):
        fail("days", CellError("is not a first and a last day", "two numbers, as in [1, 10]"))
        del data["days"]
    names = data.get("names", {})
    if not isinstance(names, dict) or not set(names) <= set(SIDES):
        fail("names", CellError("does not name the sides", '{ blue = "...", red = "..." }'))
        del data["names"]
    attacks = data.get("attacks", [])
    if not isinstance(attacks, list) or not all(_is_attack(one) for one in attacks):
        fail("attacks", CellError("does not say who attacked when", 'side = "blue" or "red" and days = [first, last]'))
        del data["attacks"]
    columns = data.get("columns", {})
    if not isinstance(columns, dict):
        fail("columns", CellError("is not a table", "[columns] with a line for each column of a battle"))
        columns = {}
    for name, weights in columns.items():
        if name not in ("day", *AMOUNTS):
            fail(name, unknown(name, "a column of a battle", ("day", *AMOUNTS)))
        elif not isinstance(weights, dict) or not all(isinstance(w, (int, float)) for w in weights.values()):
            fail(name, CellError("does not say which columns it is made of", "{ column = weight, ... }"))
    return reading


def _is_span(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)


def _is_attack(value: Any) -> bool:
    return isinstance(value, dict) and value.get("side") in SIDES and _is_span(value.get("days"))


def _read_data(path: Path, reading: _Reading) -> Battle:
    rows = list(csv.DictReader(io.StringIO(read_text(path.parent, path), newline="")))
    header = [name for name in rows[0] if name] if rows else []
    columns = reading.settings.get("columns") or {name: {name: 1} for name in ("day", *AMOUNTS) if name in header}
    problems = _header_problems(path.name, header, columns, plain="columns" not in reading.settings)
    if problems:
        raise ScenarioError(problems)
    first, last = reading.days
    table: dict[str, list[float]] = {name: [] for name in columns}
    attacker: list[int] = []
    for line, row in enumerate(rows, 2):
        day = _amount(path.name, line, row, columns["day"], problems)
        if not first <= day <= last:
            continue
        for name, weights in columns.items():
            table[name].append(_amount(path.name, line, row, weights, problems))
        attacker.append(_attacker(path.name, line, row, day, reading, problems))
    if problems:
        raise ScenarioError(problems)
    battle = _assemble(reading, table, attacker)
    if problems := _gaps(path.name, battle):
        raise ScenarioError(problems)
    return battle


def _header_problems(file: str, header: list[str], columns: dict[str, dict[str, float]], plain: bool) -> list[Problem]:
    missing = [name for name in ("day", *SIDES) if name not in columns]
    if missing:
        hint = "or say with --battle how the file is to be read" if plain else ""
        return [Problem(file, 1, name, "the required column is missing", hint=hint) for name in missing]
    problems = []
    if len({"blue_lost", "red_lost"} & set(columns)) == 1:
        problems.append(Problem(file, 1, "", "has the losses of one side only", "blue_lost and red_lost, or neither"))
    wanted = [] if plain else dict.fromkeys(part for weights in columns.values() for part in weights)
    problems += [unknown(n, "a column of the file", header).at(file, 1, n) for n in wanted if n not in header]
    if plain:
        problems += [unknown(n, "a column of a battle", PLAIN).at(file, 1, n) for n in header if n not in PLAIN]
    return problems


def _amount(
    file: str, line: int, row: dict[str, str | None], weights: dict[str, float], problems: list[Problem]
) -> float:
    """Weighted sum of cells; NaN when any of them is blank or wrong."""
    total = 0.0
    for column, weight in weights.items():
        text = (row.get(column) or "").strip()
        if not text:
            return np.nan
        try:
            value = read_number(text)
            if value < 0:
                raise CellError(f"{quote(text)} is less than nothing", "0 or more")
        except CellError as error:
            problems.append(error.at(file, line, column))
            return np.nan
        total += weight * value
    return total


def _attacker(
    file: str, line: int, row: dict[str, str | None], day: float, reading: _Reading, problems: list[Problem]
) -> int:
    for attack in reading.settings.get("attacks", ()):
        if attack["days"][0] <= day <= attack["days"][1]:
            return SIDES.index(attack["side"])
    text = (row.get("attacker") or "").strip()
    if text and text not in SIDES:
        problems.append(unknown(text, "a side", SIDES).at(file, line, "attacker"))
    return SIDES.index(text) if text in SIDES else -1


def _assemble(reading: _Reading, table: dict[str, list[float]], attacker: list[int]) -> Battle:
    count = len(attacker)

    def pair(suffix: str) -> F:
        nothing = [0.0] * count
        return np.array([table.get(f"{side}{suffix}", nothing) for side in SIDES], dtype=np.float64).T

    names = {"blue": "blue", "red": "red", **reading.settings.get("names", {})}
    return Battle(
        name=reading.name,
        title=str(reading.settings.get("title", reading.name)),
        source=str(reading.settings.get("source", "")),
        names=(str(names["blue"]), str(names["red"])),
        day=np.nan_to_num(np.array(table["day"])).astype(np.int64),
        strength=pair(""),
        lost=pair("_lost") if "blue_lost" in table else None,
        arrived=np.nan_to_num(pair("_arrived")),
        attacker=np.array(attacker, dtype=np.int64),
    )


def _gaps(file: str, battle: Battle) -> list[Problem]:
    """What a fit cannot do without."""
    if len(battle.day) < 3:
        return [Problem(file, None, "", f"has {len(battle.day)} days to fit", "at least 3")]
    if (np.diff(battle.day) <= 0).any():
        return [Problem(file, None, "day", "days are not in order, each once")]
    empty = [name for name, men in zip(SIDES, battle.strength.T, strict=True) if not (men > 0).any()]
    if empty:
        return [Problem(file, None, name, "has no men on any day to fit") for name in empty]
    if battle.lost is not None:
        bad = np.isnan(battle.strength).any(axis=1) | np.isnan(battle.lost).any(axis=1)
        return [Problem(file, None, "", f"day {day}: a strength or loss is blank") for day in battle.day[bad]]
    if np.isnan(battle.strength[0]).any():
        return [Problem(file, None, "", "the first row must have both strengths: it is the start")]
    if not (np.diff(battle.day) == 1).all():
        return [Problem(file, None, "day", "a day is left out", hint="leave its strengths blank instead")]
    if np.isnan(battle.strength[1:]).all():
        return [Problem(file, None, "", "no strength is recorded after the first row")]
    return []
