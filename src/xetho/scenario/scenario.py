"""The Scenario: settings and typed tables that passed every check."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from xetho.scenario.problems import Problem
from xetho.scenario.settings import Side
from xetho.scenario.tables import attribute_tables, frame_rows


@dataclass(frozen=True, eq=False)
class Scenario:
    """A campaign as data. Tables are frames indexed by their key, typed as the interface page says.

    `end` is the last day, inclusive. `lines` maps (table, key) to file and line, so that a problem found
    later can still name its place; it is empty for scenarios made in memory.
    """

    name: str
    folder: Path
    title: str
    summary: str
    start: date
    end: date
    sides: tuple[Side, ...]
    outcome: dict[str, str]
    report: dict[str, Any]
    variant: str | None
    tables: dict[str, pd.DataFrame]
    lines: dict[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict, repr=False)

    @property
    def days(self) -> int:
        """Number of days, first and last included."""
        return (self.end - self.start).days + 1

    def day(self, d: date) -> int:
        """Index of a day: 0 is the start; outside 0..days-1 for days outside the window."""
        return (date(d.year, d.month, d.day) - self.start).days

    def problems(self) -> list[Problem]:
        """What is wrong with references and meaning; empty for what `load` returned."""
        from xetho.scenario.checks import (
            run_checks,
        )  # the checks read scenarios: imported late to break the circle

        return run_checks(self)

    def hash(self) -> str:
        """sha256 over settings and tables, after variant and sets; not over names of folders or files."""
        settings = {
            "title": self.title,
            "summary": self.summary,
            "start": self.start,
            "end": self.end,
            "sides": [vars(side) for side in self.sides],
            "outcome": self.outcome,
            "report": self.report,
        }
        tables = {
            name: [[key, values] for key, values in frame_rows(table, self.tables[name])]
            for name, table in attribute_tables().items()
        }
        text = json.dumps(_plain([settings, tables]), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, the same on every machine."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, str):
        detail = getattr(value, "detail", "")
        return [str(value), detail] if detail else str(value)
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)
