"""Targets: the numbers an assumption acts on, as `modes[truck].payload_kg; parameters[killed_share]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xetho.scenario.problems import CellError, quote

_FORM = re.compile(r"([^\[\].\s]+)\s*\[\s*([^\[\]]+?)\s*\]\s*(?:\.\s*([^\[\].\s=]+))?")
ALLOWED = "table[key].column or parameters[name]"


@dataclass(frozen=True)
class Target:
    """A number of the scenario: a cell (`key` "*": the whole column), or a parameter (column "value")."""

    table: str
    key: str
    column: str

    def __str__(self) -> str:
        column = "" if self.table == "parameters" else f".{self.column}"
        return f"{self.table}[{self.key}]{column}"


def parse_target(text: str) -> Target:
    """One target. Raises CellError."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise CellError(f"{quote(text)} is not a target", ALLOWED)
    table, key, column = match.groups()
    if table == "parameters":
        if column not in (None, "value"):
            raise CellError(f"{quote(text)} is not a target: a parameter has no column", "parameters[name]")
        return Target(table, key, "value")
    if column is None:
        raise CellError(f"{quote(text)} does not say which column", ALLOWED)
    return Target(table, key, column)


def parse_targets(text: str) -> tuple[Target, ...]:
    """Every target of a cell, joined by `;`. Raises CellError."""
    return tuple(parse_target(part) for part in text.split(";") if part.strip())
