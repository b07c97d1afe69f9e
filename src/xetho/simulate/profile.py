"""Where the time of a campaign goes: the day's steps called one by one from outside and each of them timed.

The steps are the compiled ones of `day.run_block` in its order, so a profiled block ends in the same state to the last
bit (a test holds the two orders together). What a call from outside costs beside the work is measured and taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network
from xetho.simulate.compile import Program, compile_program
from xetho.simulate.day import run_block
from xetho.simulate.draft import PlanLike
from xetho.simulate.draws import Slots, draw, stacked
from xetho.simulate.memory import table
from xetho.simulate.process.air import air_bridge, perimeter
from xetho.simulate.process.assault import assaults
from xetho.simulate.process.cohesion import cohesion
from xetho.simulate.process.command import command
from xetho.simulate.process.feeding import camp_men, feeding, needs
from xetho.simulate.process.guns import guns
from xetho.simulate.process.medical import medical
from xetho.simulate.process.mobilise import arrivals, count_men, fleets, formations, levies
from xetho.simulate.process.record import finish, record, series_rows, sums
from xetho.simulate.process.start import start
from xetho.simulate.process.threats import threats
from xetho.simulate.process.transport import transport
from xetho.simulate.process.weather import weather
from xetho.simulate.process.works import mend, works
from xetho.simulate.width import WIDTH

F32 = NDArray[np.float32]
# Step of the day (as numbered in `day`; 0 is before the first morning), function, and its arguments by name.
STEPS: tuple[tuple[int, Callable[..., None], str], ...] = (
    (0, start, "n x s at"),
    (1, weather, "day n x s at key runs"),
    (2, arrivals, "day n s at"),
    (2, levies, "day n u x s at"),
    (2, fleets, "day n u x s at"),
    (2, formations, "day n x s at"),
    (2, count_men, "day n s at"),
    (2, camp_men, "n s at"),
    (3, threats, "day n u x s at key runs"),
    (4, mend, "day n u x s at"),
    (6, needs, "day n s at"),
    (5, perimeter, "n x s at"),
    (5, transport, "day n u x s at key runs traced flow_today"),
    (5, air_bridge, "day n u x s at key runs"),
    (10, sums, "n s at traced stock_today condition_today"),
    (4, works, "day n u x s at"),
    (6, feeding, "day n u x s at"),
    (7, command, "day n u x s at"),
    (7, guns, "day n x s at"),
    (7, assaults, "day n u x s at key runs"),
    (8, medical, "day n x s at"),
    (9, cohesion, "day n x s at"),
    (10, finish, "day s at"),
    (10, record, "day n x s at series traced"),
)
NAMES = (
    "start", "weather", "mobilisation", "threats", "mending and works", "transport", "feeding", "contact", "medical",
    "cohesion", "record",
)  # fmt: skip


@dataclass(frozen=True)
class Timed:
    """Processor time of one step, or of one function in it, over the campaigns that were profiled."""

    step: int
    name: str
    seconds: float


@dataclass(frozen=True)
class Profile:
    """Where the time went, in seconds of processor time on one core.

    Attributes:
        campaigns: how many were profiled.
        whole: the same campaigns played as always, in one call a block.
        steps: each of the ten steps (and the start), in their order.
        functions: each function called, in the order of the day.
    """

    campaigns: int
    whole: float
    steps: tuple[Timed, ...]
    functions: tuple[Timed, ...]


def profile(network: Network, plan: PlanLike, campaigns: int = 12 * WIDTH, seed: int = 1) -> Profile:
    """Play whole blocks (at least one, about `campaigns` in all) on one core and time each step.

    Nothing is traced, as for nearly all of many runs. Raises ValueError for fewer than one campaign.
    """
    if campaigns < 1:
        raise ValueError(f"campaigns must be at least 1, not {campaigns}")
    blocks, lanes = max(1, campaigns // WIDTH), WIDTH
    program = compile_program(network, plan)
    drawn = stacked(draw(network.inputs, seed, 0, blocks * lanes), blocks * lanes)
    slots = Slots(network.inputs)
    x = slots.common(lanes)
    given = arguments(network, program, x, seed, 0)
    slots.place(x, drawn, np.arange(lanes))
    whole_block(given)  # compiled or loaded, and the caches filled
    one_by_one(given)
    whole, totals = 0.0, np.zeros(len(STEPS))
    for block in range(blocks):
        slots.place(x, drawn, np.arange(block * lanes, (block + 1) * lanes))
        given["runs"] = np.arange(block * lanes, (block + 1) * lanes, dtype=np.uint32)
        begun = time.thread_time()
        whole_block(given)
        whole += time.thread_time() - begun
        totals += one_by_one(given)
    calls = np.array([1 if step == 0 else network.days for step, _, _ in STEPS]) * blocks
    totals = np.maximum(totals - calls * _call_seconds(given), 0.0)
    functions = tuple(
        Timed(step, function.__name__, float(seconds))
        for (step, function, _), seconds in zip(STEPS, totals, strict=True)
    )
    steps = tuple(
        Timed(number, name, sum(one.seconds for one in functions if one.step == number))
        for number, name in enumerate(NAMES)
    )
    return Profile(blocks * lanes, whole, steps, functions)


def arguments(network: Network, program: Program, x: F32, seed: int, traced: int) -> dict[str, Any]:
    """Everything a step may ask for, by name, for a block of the `WIDTH` lanes of `x`.

    There are arrays of sums for `traced` of them. Raises ValueError for any other number: steps never ask it.
    """
    days, lanes = network.days, x.shape[1]
    if lanes != WIDTH:
        raise ValueError(f"x must have {WIDTH} lanes, not {lanes}")
    return {
        "n": program.n, "u": program.u, "x": x, "s": table(program.rows, lanes),
        "at": program.at, "key": np.uint64(seed), "runs": np.arange(lanes, dtype=np.uint32), "traced": traced,
        "series": np.zeros((int(series_rows(program.at)), days, traced), dtype=np.float32),
        "flow": np.zeros((days, len(network.arc_route)), dtype=np.int64),
        "stock": np.zeros((days, len(program.cells)), dtype=np.int64),
        "condition": np.zeros((days, len(network.route_ids)), dtype=np.int64),
    }  # fmt: skip


def whole_block(given: dict[str, Any]) -> None:
    """Play the block in one call."""
    g = given
    run_block(
        g["n"], g["u"], g["x"], g["s"], g["at"], g["key"], g["runs"], 0, len(g["flow"]), g["traced"],
        g["series"], g["traced"], g["flow"], g["stock"], g["condition"],
    )  # fmt: skip


def one_by_one(given: dict[str, Any]) -> NDArray[np.float64]:
    """Play the block step by step; seconds of processor time that each of `STEPS` took."""
    clock = time.thread_time
    calls = [(i, function, names.split()) for i, (_, function, names) in enumerate(STEPS)]
    taken = np.zeros(len(STEPS))
    for day in range(len(given["flow"])):
        today = {f"{name}_today": given[name][day] for name in ("flow", "stock", "condition")}
        now = {**given, **today, "day": day}
        for i, function, names in calls if day == 0 else calls[1:]:
            asked = [now[name] for name in names]
            begun = clock()
            function(*asked)
            taken[i] += clock() - begun
    return taken


def _call_seconds(given: dict[str, Any]) -> float:
    """What one call from outside costs: the least of many calls of a step that here does nothing."""
    clock, least = time.thread_time, np.inf
    stock, condition = given["stock"][0], given["condition"][0]
    for _ in range(200):
        begun = clock()
        sums(given["n"], given["s"], given["at"], 0, stock, condition)
        least = min(least, clock() - begun)
    return float(least)
