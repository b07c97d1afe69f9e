"""What is wrong with a scenario, said so that its author can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LISTED = 8  # names shown when nothing near was found: more than that is not read


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place.

    `file` is relative to the scenario's folder, `row` the line in it (1 is a table's header; None when the
    whole file is meant), `column` the column or setting ("" when the whole row is meant). `found` says what
    is wrong, `allowed` what may stand there, `hint` how to mend it; the last two may be empty.
    """

    file: str
    row: int | None
    column: str
    found: str
    allowed: str = ""
    hint: str = ""

    @property
    def where(self) -> str:
        """The place in words, as in `routes.csv row 14, column to`."""
        row = f" row {self.row}" if self.row is not None else ""
        column = f"{',' if row else ''} column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}"

    def __str__(self) -> str:
        allowed = f" (allowed: {self.allowed})" if self.allowed else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.where}: {self.found}{allowed}{hint}"


class ScenarioError(ValueError):
    """A scenario cannot be used; `problems` holds everything that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


class CellError(ValueError):
    """A text that cannot be read as what it should be; the caller knows the place."""

    def __init__(self, found: str, allowed: str = "", hint: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed, self.hint = found, allowed, hint

    def at(self, file: str, row: int | None, column: str) -> Problem:
        """The same trouble with its place."""
        return Problem(file, row, column, self.found, self.allowed, self.hint)


def quote(text: object, limit: int = 60) -> str:
    """`text` in double quotes on one line, shortened when a cell holds an essay."""
    plain = "".join(c if c.isprintable() else "?" for c in " ".join(str(text).split()))
    return f'"{plain[: limit - 1]}…"' if len(plain) > limit else f'"{plain}"'


def nearest(word: str, names: Iterable[str]) -> str:
    """The name most like `word`, letter case aside, or "" when none is near."""
    by_lower = {name.lower(): name for name in names}
    found = difflib.get_close_matches(word.lower()[:200], list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def unknown(word: str, what: str, names: Iterable[str]) -> CellError:
    """The error for a name that does not exist: says the nearest one, or lists what there is."""
    known = sorted(set(names))
    near = nearest(word, known)
    found = f"{quote(word)} is not {what}"
    if near:
        return CellError(found, hint=f'did you mean "{near}"?')
    if not known:
        return CellError(found, hint="there are none in this scenario")
    shown = ", ".join(known[:_LISTED]) + (f" and {len(known) - _LISTED} more" if len(known) > _LISTED else "")
    return CellError(found, allowed=shown)
