"""Metrics: the output a claim speaks to, as `dead[blue]` or `morale[red]@2030-01-05..2030-01-09:min`."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from xetho.scenario.problems import CellError, quote, unknown

OUTPUTS_FILE = Path(__file__).resolve().parents[1] / "results" / "outputs.csv"
ALLOWED = "name[key,key], name[key]@DATE, name[key]@DATE..DATE:mean|sum|max|min, or A / B of two of them"
HOW = ("mean", "sum", "max", "min")
EVERY = "*"  # as a key: the sum over all of them

# What the keys of each dimension name: a table, or words that stand in one of its columns.
KEY_NAMES = {
    "camp": "camps",
    "position": "positions",
    "operation": "operations",
    "side": "sides",
    "good": "goods",
    "weapon": "weapons",
    "lot": "lots",
    "place": "places",
    "pool": "pools",
    "route": "routes",
}

_TERM = re.compile(
    r"([A-Za-z_]\w*)\s*(?:\[([^\[\]]*)\])?\s*(?:@\s*([^\s.:]+)\s*(?:\.\.\s*([^\s.:]+)\s*(?::\s*(\w+))?)?)?"
)


@dataclass(frozen=True)
class Output:
    """A variable of the results: its kind (date, summary or daily), dimensions, unit and meaning."""

    name: str
    kind: str
    dims: tuple[str, ...]
    unit: str
    description: str


@dataclass(frozen=True)
class Term:
    """One output with its keys; `first` and `last` are days (None unless it is daily), `how` the fold."""

    name: str
    keys: tuple[str, ...]
    first: date | None
    last: date | None
    how: str


@dataclass(frozen=True)
class Metric:
    """An output, or the ratio of two."""

    top: Term
    bottom: Term | None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The outputs in it, one or two."""
        return (self.top,) if self.bottom is None else (self.top, self.bottom)


@cache
def outputs() -> dict[str, Output]:
    """Every variable of the results, by name, from results/outputs.csv."""
    with OUTPUTS_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: Output(
                row["name"], row["kind"], tuple(row["dims"].split()), row["unit"], row["description"]
            )
            for row in csv.DictReader(file)
        }


def parse_metric(text: str) -> Metric:
    """Read a metric and check its form against the outputs (not its keys). Raises CellError."""
    parts = [part.strip() for part in text.split("/")]
    if len(parts) > 2:
        raise CellError(f"{quote(text)} is not a metric", ALLOWED)
    terms = [_term(part) for part in parts]
    if len(terms) == 1:
        return Metric(terms[0], None)
    for term in terms:
        if outputs()[term.name].kind == "date":
            raise CellError(f"{quote(text)} is a ratio with a date in it", "a ratio of two numbers")
    return Metric(terms[0], terms[1])


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        raise CellError(f"{quote(text)} is not a metric", ALLOWED)
    name, inside, first, last, how = match.groups()
    if name not in outputs():
        raise unknown(name, "an output of the model", outputs())
    output = outputs()[name]
    keys = tuple(key.strip() for key in inside.split(",")) if inside and inside.strip() else ()
    if len(keys) != len(output.dims):
        needs = f"{name}[{','.join(output.dims)}]"
        raise CellError(f"{quote(text)} has {len(keys)} keys where {name} has {len(output.dims)}", needs)
    if output.kind != "daily":
        if first is not None:
            raise CellError(
                f"{quote(text)} names a day but {name} is one number for the whole campaign", "no @DATE"
            )
        return Term(name, keys, None, None, "")
    if first is None:
        raise CellError(f"{quote(text)} does not say which day of {name}", "@DATE or @DATE..DATE")
    begin = _day(first, text)
    end = begin if last is None else _day(last, text)
    if end < begin:
        raise CellError(f"{quote(text)} ends before it begins", "@EARLIER..LATER")
    if how is not None and how not in HOW:
        raise unknown(how, "a way to fold days into one number", HOW)
    return Term(name, keys, begin, end, how or "mean")


def _day(word: str, text: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        raise CellError(f"{quote(word)} in {quote(text)} is not a date", "YYYY-MM-DD") from None
