"""What can be measured: cases (ours against rivals at sizes) and curves (ours along one axis), by name.

A file `benchmarks/NAME.py` with a function `register(registry)` adds its own; nothing else needs to be touched. It must
import no rival: what is measured is named as "module:function" and imported only in the child process that runs it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import benchmarks

Size = Mapping[str, Any]


class Job(Protocol):
    """A contender made ready at one size; making it ready is not timed, the first run (compilation) is apart."""

    def run(self, units: int, seed: int) -> Any:
        """Do the work `units` times over. Timed."""

    def answer(self, results: list[Any]) -> Any:
        """What is compared with the others, ready for JSON, given what the timed runs returned (not for curves)."""


@dataclass(frozen=True)
class Contender:
    """One way of doing a case's work.

    Attributes:
        entry: "module:function" of `prepare(size, threads) -> Job`.
        packages: distributions it needs; without one of them it is left out, and said so. Versions are stored.
        threads: whether it can use more than one.
        note: what a reader of the table must know about how it is run.
    """

    name: str
    entry: str
    packages: tuple[str, ...] = ()
    threads: bool = True
    note: str = ""


@dataclass(frozen=True)
class Case:
    """The same work done by us and by rivals.

    Attributes:
        unit: what is counted, in the singular ("campaign", "solve").
        sizes: what `prepare` gets, by the name of the size, smallest first.
        goals: the ratio that is wanted over a rival, by its name.
        agree: "module:function" of `compare(ours, theirs) -> {"problems": [lines], figure: value}`, both from
            `Job.answer`; empty for none.
    """

    name: str
    title: str
    unit: str
    sizes: Mapping[str, Size]
    ours: Contender
    rivals: tuple[Contender, ...]
    goals: Mapping[str, float] = field(default_factory=dict)
    agree: str = ""


@dataclass(frozen=True)
class Point:
    """A place on a curve: its x, and what is run there so many times over."""

    x: float
    size: Size
    units: int
    threads: int = 1


@dataclass(frozen=True)
class Curve:
    """How our time grows along one axis. The time of a point is that of all its units.

    Attributes:
        per_thread: the axis is threads: wall time is told too, and CPU time is expected not to grow.
        linear: whether it must grow linearly (within 15 %).
    """

    name: str
    title: str
    axis: str
    ours: Contender
    points: tuple[Point, ...]
    linear: bool = True
    per_thread: bool = False


@dataclass
class Registry:
    """All cases and curves by name."""

    cases: dict[str, Case] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)

    def case(self, case: Case) -> None:
        """Add a case. Raises ValueError when the name is taken."""
        self._free(case.name)
        self.cases[case.name] = case

    def curve(self, curve: Curve) -> None:
        """Add a curve. Raises ValueError when the name is taken."""
        self._free(curve.name)
        self.curves[curve.name] = curve

    def _free(self, name: str) -> None:
        if name in self.cases or name in self.curves or name == "growth":
            raise ValueError(f"there is a benchmark {name} already")


def collect() -> Registry:
    """Everything that the files of this folder register."""
    registry = Registry()
    for info in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda info: info.name):
        if info.ispkg or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"benchmarks.{info.name}")
        if hasattr(module, "register"):
            module.register(registry)
    return registry


def find(entry: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, _, name = entry.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
