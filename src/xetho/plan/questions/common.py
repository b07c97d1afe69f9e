"""What the questions share: errors, changed networks, and who can be reached."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xetho.plan import horizon, words
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model, build
from xetho.plan.prune import period_means, useful_loads
from xetho.plan.result import Plan
from xetho.plan.solve import Planner
from xetho.scenario.problems import nearest

Say = Callable[[str], None]


class QuestionError(ValueError):
    """A question about a plan that has no sensible answer; one clear line for each thing wrong."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Clock:
    """Seconds that a question may still take."""

    def __init__(self, seconds: float) -> None:
        self._end = time.perf_counter() + seconds

    @property
    def left(self) -> float:
        """Seconds left (0 when time is up)."""
        return max(self._end - time.perf_counter(), 0.0)

    @property
    def deadline(self) -> float:
        """When time is up, by time.perf_counter."""
        return self._end


@dataclass(frozen=True)
class Stock:
    """A stock that is to stand: place and good (indices), t, and what a tonne short of it weighs."""

    place: int
    good: int
    t: float
    weight: float = 1.0


@dataclass(frozen=True)
class StockTarget:
    """A stock that must stand on a day, as a network's targets are."""

    place: int
    good: int
    day: int
    t: float
    weight: float


def index_of(name: str, what: str, known: Sequence[str]) -> int:
    """Index of a name.  Raises QuestionError with the nearest name."""
    if name in known:
        return list(known).index(name)
    near = nearest(name, known)
    raise QuestionError(f'"{name}" is not {what}' + (f'; did you mean "{near}"?' if near else ""))


def indices_of(names: Iterable[str], what: str, known: Sequence[str]) -> list[int]:
    """Indices of names.  Raises QuestionError with every name that is not known."""
    found: list[int] = []
    wrong: list[str] = []
    for name in names:
        try:
            found.append(index_of(name, what, known))
        except QuestionError as error:
            wrong += error.problems
    if wrong:
        raise QuestionError(*wrong)
    return found


def changed(network: NetworkLike, **fields: Any) -> NetworkLike:
    """The network with other values of some fields; the rest is shared with it."""
    other = copy.copy(network)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def of_side(network: NetworkLike, side: str) -> NetworkLike:
    """The network with the needs and stock targets of one side only.  Raises QuestionError for an unknown side."""
    mine: BoolArray = np.asarray(network.place_side) == index_of(side, "a side", network.side_ids)
    need = np.where(mine[None, :, None], network.need, 0.0)
    return changed(network, need=need, targets=[target for target in network.targets if mine[target.place]])


def until(network: NetworkLike, day: int) -> NetworkLike:
    """The network's days up to and with a day, without its targets."""
    days = day + 1
    by_day = {name: np.asarray(getattr(network, name))[:, :days] for name in (
        "arc_open", "way_expected", "way_loss", "pool_count", "region_labour")}  # fmt: skip
    return changed(
        network, days=days, targets=[], inflow=np.asarray(network.inflow)[:days],
        need=np.asarray(network.need)[:days], **by_day,
    )  # fmt: skip


def wanted(network: NetworkLike) -> float:
    """Tonnes of all needs and stock targets."""
    return float(np.asarray(network.need).sum() + sum(max(float(target.t), 0.0) for target in network.targets))


def wanted_weighted(network: NetworkLike) -> float:
    """Priority-weighted tonnes of all needs and stock targets."""
    needed = float(np.asarray(network.need).sum(axis=(0, 1)) @ np.asarray(network.good_weight, dtype=np.float64))
    return needed + sum(max(float(target.t), 0.0) * float(target.weight) for target in network.targets)


def short_t(plan: Plan) -> float:
    """Tonnes short of all needs and stock targets."""
    return float(plan.shortage.sum() + plan.target_shortage.sum())


def grid(network: NetworkLike, period_days: int) -> IntArray:
    """Periods of at most so many days that close on the dates of the targets.  Raises QuestionError below one day."""
    if period_days < 1:
        raise QuestionError(f"period days: found {period_days}, allowed 1 or more")
    return horizon.periods(int(network.days), period_days, ends=[int(target.day) for target in network.targets])


def model_of(network: NetworkLike, bounds: IntArray, labour_per_fuel_t: float = 100.0) -> tuple[Model, BoolArray]:
    """The programme of a network's plan and its useful loads (as `Planner` writes it)."""
    means = period_means(network, bounds)
    loads = useful_loads(network, means)
    return build(network, means, loads, labour_per_fuel_t=labour_per_fuel_t), loads


def plan_of(network: NetworkLike, bounds: IntArray, clock: Clock) -> Plan:
    """The plan of least shortage of a network; where time runs out the best one known, whose bounds hold."""
    return Planner(network, bounds).solve(clock.left, or_best=True)


def reach_days(network: NetworkLike) -> FloatArray:
    """First day on which each good can be used at each place (places x goods), inf where it never can.

    By the days of travel alone: carriers are counted as there when their pool has any that day, and without food,
    fuel or limits.  So no plan, on whatever periods, brings anything sooner.
    """
    arc = np.asarray(network.way_arc, dtype=np.int64)
    works = np.asarray(network.arc_open, dtype=bool)[arc] & (np.asarray(network.way_expected) > 0)
    works &= np.asarray(network.pool_count)[np.asarray(network.way_pool, dtype=np.int64)] > 0
    works &= np.asarray(network.way_rate)[:, None] > 0
    days = int(network.days)
    # The next day on which each way works, from each day on; `days` stands for never.
    coming = np.where(works, np.arange(days)[None, :], days)
    coming = np.minimum.accumulate(coming[:, ::-1], axis=1)[:, ::-1]
    coming = np.concatenate([coming, np.full((len(arc), 1), days)], axis=1)
    inflow = np.asarray(network.inflow) > 0
    first = np.where(inflow.any(axis=0), inflow.argmax(axis=0), days)
    first = np.where(np.asarray(network.stock0) > 0, 0, first).astype(np.int64)
    origin, goal = (np.asarray(ends, dtype=np.int64)[arc] for ends in (network.arc_from, network.arc_to))
    travel = np.asarray(network.way_travel, dtype=np.int64)
    while True:
        leaves = np.take_along_axis(coming, first[origin], axis=1)
        there = np.where(leaves < days, np.minimum(leaves + travel[:, None], days), days)
        updated = first.copy()
        np.minimum.at(updated, goal, there)
        if np.array_equal(updated, first):
            return np.where(first < days, first, np.inf).astype(np.float64)
        first = updated


def refuse_unreachable(network: NetworkLike, stocks: Iterable[Stock]) -> None:
    """Raise QuestionError for every stock of which nothing can ever come to its place."""
    first = reach_days(network)
    wrong = []
    for stock in stocks:
        if not np.isfinite(first[stock.place, stock.good]):
            wrong.append(f"no way brings {network.good_ids[stock.good]} to {network.place_ids[stock.place]}")
    if wrong:
        raise QuestionError(*dict.fromkeys(wrong))


def on(network: NetworkLike, day: int) -> str:
    """A day index as a date in words."""
    return words.day(words.dates(network.start, np.arange(day + 2), day, day)[0])


def signed_rest(value: float, noise: float) -> float:
    """A difference with what is the solver's rounding taken as nothing."""
    return 0.0 if abs(value) <= noise else value
