"""scenario.toml: title, dates, sides, outcome and report settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xetho.scenario.cells import NAME, NAME_RULE, read_date
from xetho.scenario.files import read_toml, toml_line
from xetho.scenario.problems import CellError, Problem, ScenarioError, quote, unknown

FILE = "scenario.toml"
MAX_DAYS = 3 * 366  # longer windows are a slip of the year; memory and time grow with days

TOP = ("title", "summary", "start", "end", "sides", "outcome", "report")
REQUIRED = ("title", "start", "end", "sides")
SIDE_KEYS = ("id", "name", "short", "color", "kind")
SIDE_KINDS = ("friend", "hostile", "neutral")
OUTCOME_KEYS = ("title", "camp", "days_after")  # days_after: how long the campaign goes on when the camp has fallen


@dataclass(frozen=True)
class Side:
    """One party. `color` is "#rrggbb"; `kind` the identity its map symbols are drawn with."""

    id: str
    name: str
    short: str
    color: str
    kind: str


@dataclass(frozen=True)
class Settings:
    """What scenario.toml says."""

    title: str
    summary: str
    start: date
    end: date
    sides: tuple[Side, ...]
    outcome: dict[str, str] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()  # "window", "sides": what could not be read, and is only filled in
    lines: dict[str, int | None] = field(default_factory=dict)  # where the settings with a dot stand


UNREAD_WINDOW = (date(1900, 1, 1), date(1900, 1, 1))


def read_settings(folder: Path) -> tuple[Settings, list[Problem]]:
    """The settings, as far as they can be read, and everything wrong with them."""
    nothing = Settings("", "", *UNREAD_WINDOW, (), unsure=frozenset({"window", "sides"}))
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        return nothing, [
            Problem(FILE, None, "", "is missing", hint="every scenario has one: see `xetho new`")
        ]
    try:
        data, text = read_toml(folder, path)
    except ScenarioError as error:
        return nothing, list(error.problems)
    return _Reader(data, text).settings()


class _Reader:
    """Takes the file apart, collecting problems instead of stopping at the first."""

    def __init__(self, data: dict[str, Any], text: str) -> None:
        self.data, self.text = data, text
        self.problems: list[Problem] = []

    def fail(self, key: str, found: str, allowed: str = "", hint: str = "", after: str = "") -> None:
        line = toml_line(self.text, key, after)
        self.problems.append(Problem(FILE, line, key, found, allowed, hint))

    def settings(self) -> tuple[Settings, list[Problem]]:
        for key in self.data:
            if key not in TOP:
                wrong = unknown(key, "a setting of a scenario", TOP)
                self.fail(key, wrong.found, wrong.allowed, wrong.hint)
        for key in REQUIRED:
            if key not in self.data:
                self.fail(key, "is missing")
        title, summary = self.text_of("title"), self.text_of("summary")
        unsure: set[str] = set()
        start, end = self.day_of("start"), self.day_of("end")
        if start is None or end is None or not self.is_window(start, end):
            start, end = UNREAD_WINDOW
            unsure.add("window")
        before = len(self.problems)
        sides = self.sides()
        if len(self.problems) > before or not sides:
            unsure.add("sides")
        outcome, report = self.outcome(), self.table_of("report")
        lines = {
            f"{group}.{key}": toml_line(self.text, key, after=group)
            for group, keys in (("outcome", outcome), ("report", report))
            for key in keys
        }
        settings = Settings(title, summary, start, end, sides, outcome, report, frozenset(unsure), lines)
        return settings, self.problems

    def text_of(self, key: str) -> str:
        value = self.data.get(key, "")
        if not isinstance(value, str):
            self.fail(key, f"{quote(value)} is not a text", "a text in quotation marks")
            return ""
        if key in REQUIRED and key in self.data and not value.strip():
            self.fail(key, "is blank")
        return value.strip()

    def day_of(self, key: str) -> date | None:
        value = self.data.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, datetime) or not isinstance(value, date | str):
                raise CellError(f"{quote(value)} is not a date", "YYYY-MM-DD")
            return read_date(str(value))
        except CellError as error:
            self.fail(key, error.found, error.allowed, error.hint)
            return None

    def is_window(self, start: date, end: date) -> bool:
        if end < start:
            self.fail("end", f"{end} is before the start {start}", "a day after the start")
        elif (end - start).days >= MAX_DAYS:
            days = (end - start).days + 1
            self.fail("end", f"the campaign would last {days:,} days from {start}", f"up to {MAX_DAYS} days")
        else:
            return True
        return False

    def table_of(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.fail(
                key, f"{quote(value)} is not a group of settings", f"a heading [{key}] with settings under it"
            )
            return {}
        return value

    def outcome(self) -> dict[str, str]:
        outcome: dict[str, str] = {}
        for key, value in self.table_of("outcome").items():
            if key not in OUTCOME_KEYS:
                wrong = unknown(key, "a setting of [outcome]", OUTCOME_KEYS)
                self.fail(key, wrong.found, wrong.allowed, wrong.hint, after="outcome")
            elif key == "days_after":
                if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
                    self.fail(key, f"{quote(value)} is not a number of days", "0 to 1000", after="outcome")
                else:
                    outcome[key] = str(value)
            elif not isinstance(value, str):
                self.fail(key, f"{quote(value)} is not a text", "a text in quotation marks", after="outcome")
            else:
                outcome[key] = value
        return outcome

    def sides(self) -> tuple[Side, ...]:
        listed = self.data.get("sides", [])
        if not isinstance(listed, list) or not all(isinstance(side, dict) for side in listed):
            self.fail("sides", "is not a list of sides", "one heading [[sides]] for each side")
            return ()
        if not listed and "sides" in self.data:
            self.fail("sides", "there are none", "at least one [[sides]]")
        found = [side for number, item in enumerate(listed, 1) if (side := self.side(number, item))]
        ids = [side.id for side in found]
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            self.fail("sides", f"{quote(id)} is the id of two sides", "each id once")
        return tuple(found)

    def side(self, number: int, item: dict[str, Any]) -> Side | None:
        where = f"side {number}"
        before = len(self.problems)

        def fail(key: str, found: str, allowed: str = "", hint: str = "") -> None:
            heads = [
                n for n, line in enumerate(self.text.splitlines(), 1) if line.strip().startswith("[[sides]]")
            ]
            line = heads[number - 1] if number <= len(heads) else None
            self.problems.append(Problem(FILE, line, f"sides.{key}", f"{where}: {found}", allowed, hint))

        for key, value in item.items():
            if key not in SIDE_KEYS:
                wrong = unknown(key, "a setting of a side", SIDE_KEYS)
                fail(key, wrong.found, wrong.allowed, wrong.hint)
            elif not isinstance(value, str):
                fail(key, f"{quote(value)} is not a text", "a text in quotation marks")
        for key in ("id", "name", "color", "kind"):
            if key not in item:
                fail(key, "is missing")
        if len(self.problems) > before:
            return None
        if not NAME.fullmatch(item["id"]):
            fail("id", f"{quote(item['id'])} cannot be a name", NAME_RULE)
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", item["color"]):
            fail("color", f"{quote(item['color'])} is not a color", "#rrggbb, such as #c03030")
        if item["kind"] not in SIDE_KINDS:
            wrong = unknown(item["kind"], "a kind of side", SIDE_KINDS)
            fail("kind", wrong.found, ", ".join(SIDE_KINDS), wrong.hint)
        short = item.get("short") or item["name"]
        return Side(item["id"], item["name"], short, item["color"].lower(), item["kind"])
