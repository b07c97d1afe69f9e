"""The points of a sweep: a design's levels as changes to a scenario, checked before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from xetho.evidence.claims import ClaimError, band
from xetho.experiment.design import Factor, Level
from xetho.experiment.designfile import DesignFile, Wanted
from xetho.network.inputs import Assumption, build_inputs
from xetho.scenario import Problem, Scenario, ScenarioError, load
from xetho.scenario.checks.book import Book, a
from xetho.scenario.load import find_folder
from xetho.scenario.metrics import EVERY, KEY_NAMES, outputs, parse_metric
from xetho.scenario.problems import CellError, quote, unknown
from xetho.scenario.variants import variant_names
from xetho.simulate.draws import quantile

Assumptions = dict[str | None, dict[str, Assumption]]


@dataclass(frozen=True)
class Base:
    """The scenario that a sweep starts from: a folder (or bundled name), a variant and changes for all points."""

    source: str | Path
    variant: str | None = None
    sets: tuple[str, ...] = ()
    _loaded: dict[tuple[str | None, tuple[str, ...]], Scenario] = field(default_factory=dict, repr=False, compare=False)

    def load(self, variant: str | None = None, sets: Iterable[str] = ()) -> Scenario:
        """The scenario with further changes, read once. Raises ScenarioError."""
        asked = (variant or self.variant, (*self.sets, *sets))
        if asked not in self._loaded:
            self._loaded[asked] = load(self.source, *asked)
        return self._loaded[asked]


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Attributes:
        number: its place in the design, from 0.
        levels: of each factor; of assumptions in their own units.
        variant, sets: all that is changed in the scenario, as `load` takes it.
    """

    number: int
    levels: tuple[Level, ...]
    variant: str | None
    sets: tuple[str, ...]


def points_of(found: DesignFile, base: Base) -> list[Point]:
    """Every point of the design, its levels checked against the scenario.

    What is set comes before the assumptions, since a number that is set is no longer drawn. An assumption is
    fixed by becoming a point distribution at its level, so that planner and engine both take that value.

    Raises:
        ScenarioError: the scenario does not load, or with every name and level of the design that does not fit.
    """
    problems = _Problems(found)
    start = base.load()
    factors = found.design.factors
    _check_variants(factors, base, problems)
    _check_assumptions(factors, start, problems)
    _check_sets(factors, base, problems)
    problems.tell()
    drawn = _assumptions(factors, base, problems)
    problems.tell()
    for variant in drawn:
        for end in (0, -1):
            levels = [factor.levels[end] if factor.levels else (factor.span or (0.0, 0.0))[end] for factor in factors]
            _try(base, _point(base, 0, factors, levels, variant, drawn), problems)
    problems.tell()
    return [
        _point(base, number, factors, levels, _variant(factors, levels, base), drawn)
        for number, levels in enumerate(found.design.settings())
    ]


def check_outputs(wanted: Sequence[Wanted], found: DesignFile, base: Base) -> None:
    """Raise ScenarioError for outputs that name what the scenario does not have, or limits that cannot be read."""
    problems = _Problems(found)
    scenarios = [base.load(variant) for variant in _variants(found.design.factors, base)]
    for place, one in enumerate(wanted):
        if any(one.name == other.name for other in wanted[:place]):
            problems.add("outputs", place, "name", CellError(f"{quote(one.name)} names two outputs", "each name once"))
        for scenario in scenarios:
            try:
                limits(one, scenario.start)
                _check_metric(one.metric, scenario)
            except CellError as error:
                problems.add("outputs", place, "metric", error)
            except ClaimError as error:
                problems.add("outputs", place, one.name, CellError(str(error).partition(": ")[2]))
    problems.tell()


def limits(wanted: Wanted, start: date) -> tuple[float, float] | None:
    """Limits of an output as numbers (dates: days since `start`, the last day whole); None without limits.

    Raises ClaimError when one cannot be read, CellError when the metric cannot.
    """
    if not wanted.at_least and not wanted.at_most:
        return None
    kind = outputs()[parse_metric(wanted.metric).top.name].kind
    return band(wanted.name, wanted.at_least, wanted.at_most, "date" if kind == "date" else "number", start)


class _Problems:
    """Problems of a design file, each once."""

    def __init__(self, found: DesignFile) -> None:
        self.found = found
        self.problems: dict[Problem, None] = {}

    def add(self, heading: str, place: int, column: str, error: CellError | Problem) -> None:
        line = self.found.lines.get((heading, place))
        problem = Problem(self.found.file, line, column, error.found, error.allowed, error.hint)
        self.problems.setdefault(problem)

    def tell(self) -> None:
        """Raise ScenarioError when there are any."""
        if self.problems:
            raise ScenarioError(list(self.problems))


def _check_variants(factors: Sequence[Factor], base: Base, problems: _Problems) -> None:
    known = variant_names(find_folder(base.source))
    for place, factor in enumerate(factors):
        if factor.kind != "variant":
            continue
        if base.variant is not None:
            hint = f"leave out the variant {quote(base.variant)} for all points, or this factor"
            problems.add("factors", place, "variants", CellError("a variant is already applied", hint=hint))
        for name in factor.levels:
            if name and name not in known:
                problems.add("factors", place, "variants", unknown(str(name), "a variant", known))


def _check_assumptions(factors: Sequence[Factor], scenario: Scenario, problems: _Problems) -> None:
    known = [str(key) for key in scenario.tables["assumptions"].index]
    for place, factor in enumerate(factors):
        if factor.kind == "assumption" and factor.target not in known:
            problems.add("factors", place, "assumption", unknown(factor.target, "an assumption", known))


def _check_sets(factors: Sequence[Factor], base: Base, problems: _Problems) -> None:
    for place, factor in enumerate(factors):
        if factor.kind != "set":
            continue
        if factor.target.startswith("assumptions["):
            hint = "vary it as a factor with assumption ="
            problems.add("factors", place, "set", CellError("an assumption is not a number to set", hint=hint))
            continue
        for level in factor.levels or factor.span or ():
            try:
                base.load(sets=[f"{factor.target}={_text(level)}"])
            except ScenarioError as error:
                for problem in error.problems:
                    problems.add("factors", place, factor.name, problem)


def _assumptions(factors: Sequence[Factor], base: Base, problems: _Problems) -> Assumptions:
    """The assumptions that are drawn under each variant once everything else is set."""
    found: Assumptions = {}
    sets = [f"{one.target}={_text((one.levels or one.span or ('',))[0])}" for one in factors if one.kind == "set"]
    for variant in _variants(factors, base):
        try:
            scenario = base.load(variant, sets)
        except ScenarioError as error:
            for problem in error.problems:
                problems.add("factors", -1, f"variant {variant}" if variant else "set", problem)
            continue
        drawn = {one.id: one for one in build_inputs(scenario).assumptions}
        found[variant] = drawn
        for place, factor in enumerate(factors):
            if factor.kind != "assumption":
                continue
            if factor.target not in drawn:
                under = f"under the variant {quote(variant)}" if variant else "since what it draws is set"
                text = f"{quote(factor.target)} draws nothing {under}"
                problems.add("factors", place, "assumption", CellError(text, hint="leave out one of the two"))
            elif factor.quantiles:
                for level in factor.levels or factor.span or ():
                    if not math.isfinite(_value(drawn[factor.target], float(level))):  # type: ignore[arg-type]
                        text = f"the {level:g} quantile of {quote(factor.target)} has no end"
                        problems.add("factors", place, factor.name, CellError(text, "above 0 and below 1"))
    return found


def _try(base: Base, point: Point, problems: _Problems) -> None:
    """Load the scenario at a point and put its problems to the factors whose levels they come from."""
    try:
        load(base.source, point.variant, point.sets)
    except ScenarioError as error:
        factors = problems.found.design.factors
        for problem in error.problems:
            origin = problem.file.removeprefix("--set ")
            places = [
                place
                for place, factor in enumerate(factors)
                if origin.startswith(f"assumptions[{factor.target}]" if factor.kind == "assumption" else factor.target)
                and factor.target
            ]
            place = places[0] if places else -1
            problems.add("factors", place, factors[place].name if places else "factors", problem)


def _variants(factors: Sequence[Factor], base: Base) -> list[str | None]:
    swept = [factor for factor in factors if factor.kind == "variant"]
    return [str(name) or None for name in swept[0].levels] if swept else [base.variant]


def _variant(factors: Sequence[Factor], levels: Sequence[Level], base: Base) -> str | None:
    """The variant applied at a point."""
    swept = [level for factor, level in zip(factors, levels, strict=True) if factor.kind == "variant"]
    return str(swept[0]) or None if swept else base.variant


def _point(
    base: Base,
    number: int,
    factors: Sequence[Factor],
    levels: Sequence[Level],
    variant: str | None,
    drawn: Assumptions,
) -> Point:
    values: list[Level] = []
    sets: list[str] = []
    fixed: list[str] = []
    for factor, level in zip(factors, levels, strict=True):
        value = level
        if factor.kind == "set":
            sets.append(f"{factor.target}={_text(level)}")
        elif factor.kind == "assumption":
            stated = float(level)  # type: ignore[arg-type]
            value = _value(drawn[variant][factor.target], stated) if factor.quantiles else stated
            fixed += _fix(factor.target, value)
        values.append(value)
    return Point(number, tuple(values), variant, (*base.sets, *sets, *fixed))


def _value(assumption: Assumption, share: float) -> float:
    return float(quantile(assumption, np.array([share]))[0])


def _fix(assumption: str, value: float) -> list[str]:
    """An assumption that is certain: a point distribution at the value."""
    row = f"assumptions[{assumption}]"
    return [f"{row}.distribution=point", f"{row}.low=", f"{row}.high=", f"{row}.central={value!r}"]


def _text(level: Level) -> str:
    """A level as the text of a cell."""
    if isinstance(level, bool):
        return "yes" if level else "no"
    return repr(level) if isinstance(level, float) else str(level)


def _check_metric(text: str, scenario: Scenario) -> None:
    """Raise CellError for a metric whose form, keys or days the scenario does not have."""
    book = Book(scenario, {}, set(), {}, True)
    for term in parse_metric(text).terms:
        for dim, word in zip(outputs()[term.name].dims, term.keys, strict=True):
            names = KEY_NAMES[dim]
            if word != EVERY and not book.knows(names, word):
                raise unknown(word, a(names), book.names(names))
        for day in (term.first, term.last):
            if day and not scenario.start <= day <= scenario.end:
                raise CellError(f"{day} is outside the campaign", f"{scenario.start} to {scenario.end}")

