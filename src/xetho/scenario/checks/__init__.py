"""Checks of meaning: one small function each, registered in the order in which they run."""

from __future__ import annotations

import copy
from collections.abc import Set

from xetho.scenario.checks import contact, dates, evidence, reach, references, transport
from xetho.scenario.checks.book import CHECKS, Book
from xetho.scenario.problems import Problem
from xetho.scenario.scenario import Scenario

__all__ = [
    "CHECKS",
    "Book",
    "contact",
    "dates",
    "evidence",
    "reach",
    "references",
    "run_checks",
    "transport",
]


def run_checks(
    scenario: Scenario,
    unreadable: dict[str, set[str]] | None = None,
    unsure: Set[str] = frozenset(),
    cell_lines: dict[tuple[str, str, str], tuple[str, int | None]] | None = None,
    changed: bool | None = None,
) -> list[Problem]:
    """Everything the checks find. The arguments after the scenario are what loading learnt (see Book)."""
    changed = scenario.variant is not None if changed is None else changed
    book = Book(scenario, copy.deepcopy(unreadable or {}), set(unsure), cell_lines or {}, changed)
    references.references(book)
    for each in CHECKS:
        if book.sure(*each.whole) and not (changed and each.base_only):
            each.function(book)
    return book.problems
