"""Reading a design file: which factors, which levels, put together how; every mistake at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from xetho.experiment.design import KINDS, MOST_POINTS, Design, Factor, Level
from xetho.experiment.nolh import sizes, smallest
from xetho.scenario.cells import NAME, NAME_RULE
from xetho.scenario.files import read_toml, toml_line
from xetho.scenario.problems import CellError, Problem, ScenarioError, quote, unknown
from xetho.scenario.tables import attribute_tables
from xetho.scenario.targets import parse_target

TOP = ("design", "points", "seed", "quantiles", "factors", "outputs")
KIND_KEYS = ("assumption", "variants", "set")
SPACING = {
    "assumption": ("levels", "range", "quantiles", "quantile_range"),
    "variants": (),
    "set": ("levels", "range"),
}
OUTPUT_KEYS = ("metric", "name", "at_least", "at_most")
QUANTILES = (0.05, 0.5, 0.95)
# Columns of the table of results, which no factor may be called.
TAKEN = (
    "point", "plan_closes", "plan_short_share", "output", "metric", "label", "unit", "kind", "runs", "happened",
    "mean", "sd", "probability", "probability_low", "probability_high",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """An output asked for: a metric, and the limits (as text, blank for none) whose keeping is counted."""

    name: str
    metric: str
    at_least: str = ""
    at_most: str = ""


@dataclass(frozen=True)
class DesignFile:
    """What a design file says, its form checked. `lines` holds the line of each factor and output heading."""

    file: str
    design: Design
    outputs: tuple[Wanted, ...]
    quantiles: tuple[float, ...]
    lines: dict[tuple[str, int], int]


def read_design(path: str | Path) -> DesignFile:
    """Read a design file. Raises ScenarioError with every mistake in its form.

    Whether what it names is there is for `xetho.experiment.points` to say, which knows the scenario.
    """
    target = Path(path)
    if not target.is_file():
        raise ScenarioError([Problem(str(path), None, "", "there is no such file", hint="see docs/how-to/sweep.md")])
    data, text = read_toml(target.parent, target)
    reader = _Reader(target.name, data, text)
    found = reader.design_file()
    if reader.problems:
        raise ScenarioError(reader.problems)
    return found


class _Reader:
    """Takes the file apart, collecting problems instead of stopping at the first."""

    def __init__(self, file: str, data: dict[str, Any], text: str) -> None:
        self.file, self.data, self.text = file, data, text
        self.problems: list[Problem] = []
        self.lines = {
            (heading, place): line
            for heading in ("factors", "outputs")
            for place, line in enumerate(_headings(text, heading))
        }

    def fail(self, line: int | None, key: str, found: str, allowed: str = "", hint: str = "") -> None:
        self.problems.append(Problem(self.file, line, key, found, allowed, hint))

    def wrong(self, line: int | None, key: str, error: CellError) -> None:
        self.problems.append(error.at(self.file, line, key))

    def design_file(self) -> DesignFile:
        self.known_keys(self.data, TOP, None, "a setting of a design")
        kind = self.data.get("design")
        if kind is None:
            self.fail(None, "design", "is missing", ", ".join(KINDS))
        elif kind not in KINDS:
            wrong = unknown(str(kind), "a kind of design", KINDS)
            self.fail(self.line("design"), "design", wrong.found, ", ".join(KINDS), wrong.hint)
        factors = [
            factor
            for place, item in enumerate(self.groups("factors", needed=True))
            if (factor := self.factor(place, item, kind)) is not None
        ]
        self.names(factors)
        outputs = [
            output
            for place, item in enumerate(self.groups("outputs"))
            if (output := self.output(place, item)) is not None
        ]
        quantiles = self.shares("quantiles", self.data.get("quantiles", list(QUANTILES)), self.line("quantiles"))
        points = self.points(kind, len(factors))
        seed = self.number("seed", 1, 0)
        design = Design(str(kind), tuple(factors), points, seed)
        if kind == "factorial" and design.size > MOST_POINTS:
            self.fail(None, "factors", f"their combinations are {design.size:,} points", f"up to {MOST_POINTS:,}")
        return DesignFile(self.file, design, tuple(outputs), quantiles, self.lines)

    def line(self, key: str) -> int | None:
        return toml_line(self.text, key)

    def known_keys(self, item: dict[str, Any], allowed: Iterable[str], line: int | None, what: str) -> None:
        names = tuple(allowed)
        for key in item:
            if key not in names:
                wrong = unknown(key, what, names)
                self.fail(line or self.line(key), key, wrong.found, ", ".join(names), wrong.hint)

    def groups(self, heading: str, needed: bool = False) -> list[dict[str, Any]]:
        items = self.data.get(heading, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.fail(self.line(heading), heading, "is not a list", f"one heading [[{heading}]] for each")
            return []
        if needed and not items:
            self.fail(None, heading, "there are none", f"one heading [[{heading}]] for each")
        return items

    def number(self, key: str, default: int, least: int) -> int:
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fail(self.line(key), key, f"{quote(value)} is not a whole number", f"{least} or more")
            return default
        return value

    # how many points ------------------------------------------------------------------------------------------

    def points(self, kind: object, factors: int) -> int:
        asked = "points" in self.data
        if kind == "factorial":
            if asked:
                hint = "a factorial has every combination of its levels"
                self.fail(self.line("points"), "points", "means nothing here", hint=hint)
            return 0
        if kind == "nolh" and not asked:
            most = max(sizes().values())
            if factors > most:
                self.fail(None, "factors", f"{factors} are more than a design holds", f"up to {most}")
            return smallest(factors) or 0
        if not asked:
            if kind in KINDS:
                self.fail(None, "points", "is missing", "how many points")
            return 0
        points = self.number("points", 0, 2)
        if points > MOST_POINTS:
            self.fail(self.line("points"), "points", f"{points:,} are too many", f"up to {MOST_POINTS:,}")
        elif kind == "sobol" and points & (points - 1):
            found = f"{points} points of a Sobol sequence do not balance"
            self.fail(self.line("points"), "points", found, "a power of 2")
        elif kind == "nolh" and points and sizes().get(points, 0) < factors:
            held = ", ".join(f"{size} (up to {most} factors)" for size, most in sizes().items())
            found = f"no such design of {points} points holds {factors} factors"
            self.fail(self.line("points"), "points", found, held)
        return points

    # factors --------------------------------------------------------------------------------------------------

    def factor(self, place: int, item: dict[str, Any], kind: object) -> Factor | None:
        line = self.lines.get(("factors", place))
        given = [key for key in KIND_KEYS if key in item]
        if len(given) != 1:
            found = "says nothing to vary" if not given else f"varies several things at once: {', '.join(given)}"
            self.fail(line, "factors", found, f"one of {', '.join(KIND_KEYS)}")
            return None
        (varied,) = given
        before = len(self.problems)
        self.known_keys(item, (varied, "name", *SPACING[varied]), line, f"a setting of a factor with {quote(varied)}")
        made = self.variants(item, line) if varied == "variants" else self.spaced(varied, item, line, kind)
        return made if len(self.problems) == before else None

    def variants(self, item: dict[str, Any], line: int | None) -> Factor:
        names = item["variants"]
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.fail(line, "variants", f"{quote(names)} is not a list of names", '["", "name", ...]; "" is as it is')
            names = []
        else:
            self.several(names, line, "variants")
        return Factor(self.name(item, "variant", line), "variant", "", tuple(names))

    def spaced(self, varied: str, item: dict[str, Any], line: int | None, kind: object) -> Factor | None:
        target = item[varied]
        if not isinstance(target, str) or not target.strip():
            self.fail(line, varied, f"{quote(target)} is not a text", "a name in quotation marks")
            return None
        target = target.strip()
        whole = False
        if varied == "set":
            try:
                parsed = parse_target(target)
            except CellError as error:
                self.wrong(line, varied, error)
                return None
            target = str(parsed)
            table = attribute_tables().get(parsed.table)
            column = table.columns.get(parsed.column) if table else None
            whole = column is not None and column.base == "int"
        name = self.name(item, target, line)
        given = [key for key in SPACING[varied] if key in item]
        if len(given) != 1:
            found = "has no levels" if not given else f"has levels of several kinds: {', '.join(given)}"
            self.fail(line, name, found, f"one of {', '.join(SPACING[varied])}")
            return None
        (spacing,) = given
        numeric = varied == "assumption"
        form: Literal["assumption", "set"] = "assumption" if varied == "assumption" else "set"
        quantiles = spacing.startswith("quantile")
        if spacing in ("range", "quantile_range"):
            if kind == "factorial":
                self.fail(line, spacing, "is no list of levels, which a factorial needs", "levels, quantiles")
            span = self.span(item[spacing], line, spacing)
            return Factor(name, form, target, span=span, quantiles=quantiles, whole=whole) if span else None
        values = item[spacing]
        levels = self.shares(spacing, values, line) if quantiles else self.levels(values, line, spacing, numeric)
        self.several(levels, line, spacing)
        return Factor(name, form, target, tuple(levels), quantiles=quantiles, whole=whole)

    def levels(self, values: Any, line: int | None, key: str, numeric: bool) -> list[Level]:
        if not isinstance(values, list):
            self.fail(line, key, f"{quote(values)} is not a list", "[first, second, ...]")
            return []
        for value in values:
            if numeric and not _is_number(value):
                self.fail(line, key, f"{quote(value)} is not a number", "numbers")
            elif not numeric and not isinstance(value, bool | str | date) and not _is_number(value):
                self.fail(line, key, f"{quote(value)} cannot stand in a cell", "texts, numbers, dates, true or false")
        return [float(value) if numeric and _is_number(value) else value for value in values]

    def span(self, values: Any, line: int | None, key: str) -> tuple[float, float] | None:
        allowed = "[least, greatest]"
        if not isinstance(values, list) or len(values) != 2 or not all(_is_number(value) for value in values):
            self.fail(line, key, f"{quote(values)} is not two numbers", allowed)
            return None
        low, high = (float(value) for value in values)
        if not low < high:
            self.fail(line, key, f"{low:g} is not below {high:g}", allowed)
        elif key == "quantile_range" and not 0 <= low < high <= 1:
            self.fail(line, key, f"{low:g} to {high:g} are no quantiles", "0 to 1")
        return low, high

    def shares(self, key: str, values: Any, line: int | None) -> tuple[float, ...]:
        if not isinstance(values, list) or not values or not all(_is_number(v) and 0 <= v <= 1 for v in values):
            self.fail(line, key, f"{quote(values)} are no quantiles", "a list of numbers from 0 to 1")
            return ()
        return tuple(float(value) for value in values)

    def several(self, levels: Iterable[object], line: int | None, key: str) -> None:
        found = list(levels)
        if len(found) == 1:
            self.fail(line, key, "is one level, which varies nothing", "two or more")
        elif not found and not any(p.row == line and p.column == key for p in self.problems):
            self.fail(line, key, "is empty", "two or more")
        twice = next((value for place, value in enumerate(found) if value in found[:place]), None)
        if twice is not None:
            self.fail(line, key, f"{quote(twice)} is there twice", "each level once")

    def name(self, item: dict[str, Any], otherwise: str, line: int | None) -> str:
        name = item.get("name", otherwise)
        if "name" in item and (not isinstance(name, str) or not NAME.fullmatch(name)):
            self.fail(line, "name", f"{quote(name)} cannot be a name", NAME_RULE)
        return str(name)

    def names(self, factors: list[Factor]) -> None:
        """No two factors share a name or a thing, and none is called like a column of the results."""
        for place, factor in enumerate(factors):
            earlier = factors[:place]
            if any((factor.kind, factor.target) == (one.kind, one.target) for one in earlier):
                self.fail(None, "factors", f"{quote(factor.target or 'variants')} is varied twice", "each thing once")
            elif any(factor.name == one.name for one in earlier):
                self.fail(None, "name", f"{quote(factor.name)} names two factors", "each name once")
            if factor.name in TAKEN:
                self.fail(None, "name", f"{quote(factor.name)} is a column of the results", "another name")

    # outputs --------------------------------------------------------------------------------------------------

    def output(self, place: int, item: dict[str, Any]) -> Wanted | None:
        line = self.lines.get(("outputs", place))
        before = len(self.problems)
        self.known_keys(item, OUTPUT_KEYS, line, "a setting of an output")
        metric = item.get("metric", "")
        if not isinstance(metric, str) or not metric.strip():
            self.fail(line, "metric", "is missing or no text", "a metric, as in dead[blue]")
            return None
        for key in ("at_least", "at_most"):
            value = item.get(key, "")
            if not isinstance(value, str | date) and not _is_number(value):
                self.fail(line, key, f"{quote(value)} is no limit", "a number or a date")
        name = str(item.get("name", metric)).strip()
        limits = (str(item.get(key, "")) for key in ("at_least", "at_most"))
        return Wanted(name, metric.strip(), *limits) if len(self.problems) == before else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _headings(text: str, heading: str) -> list[int]:
    """Lines on which a [[heading]] stands."""
    form = re.compile(rf"\s*\[\[\s*{heading}\s*\]\]")
    return [number for number, line in enumerate(text.splitlines(), 1) if form.match(line)]
