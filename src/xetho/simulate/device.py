"""What plays blocks of campaigns: the cores of this machine, or a device beside them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# A leaf without imports of its own: the command line tells its errors like any other mistake in a request.
from xetho.pages import CampaignError
from xetho.simulate.compile import Program
from xetho.simulate.day import run_block
from xetho.simulate.layout import N_DAYS
from xetho.simulate.warm import compile_engine
from xetho.simulate.width import FREE, WIDTH

F32 = NDArray[np.float32]
LONG = NDArray[np.int64]
RUNS = NDArray[np.uint32]
DEVICES = ("cpu", "cuda")


class DeviceError(CampaignError):
    """A device that is asked for is not there or cannot be used; one clear message."""


class Runner(Protocol):
    """Plays blocks of campaigns of one program, at most `lanes` at once."""

    lanes: int

    def run(
        self, x: F32, s: F32, key: Any, run0: int, lanes: int, series: F32, trace: int,
        flow: LONG, stock: LONG, condition: LONG,
    ) -> None:  # fmt: skip
        """Fill the end state `s[row, lane]` in place; the rest is as in `run_block`."""


class Cores:
    """Plays a block on one core; several threads may use it at once. Made ready, the engine is compiled."""

    def __init__(self, program: Program, lanes: int) -> None:
        self.program, self.lanes = program, lanes
        none = np.zeros((int(program.at[N_DAYS]), 0), dtype=np.int64)
        self._nothing = (np.zeros((1, 1, 0), dtype=np.float32), 0, none, none, none)
        compile_engine()

    def run(
        self, x: F32, s: F32, key: Any, run0: int, lanes: int, series: F32, trace: int,
        flow: LONG, stock: LONG, condition: LONG,
    ) -> None:  # fmt: skip
        """As in `Runner.run`."""
        runs = np.arange(run0, run0 + x.shape[1], dtype=np.uint32)
        play_block(
            self.program, x, s, key, runs, 0, int(self.program.at[N_DAYS]), lanes, series, trace, flow, stock, condition
        )

    def part(self, x: F32, s: F32, key: Any, runs: RUNS, first: int, until: int) -> None:
        """Play campaigns of any numbers on the days first..until-1, without series and sums; from 0 or on from `s`."""
        play_block(self.program, x, s, key, runs, first, until, 0, *self._nothing)


def play_block(
    program: Program, x: F32, s: F32, key: Any, runs: RUNS, first: int, until: int, lanes: int, series: F32, trace: int,
    flow: LONG, stock: LONG, condition: LONG,
) -> None:  # fmt: skip
    """`run_block` for a block of any number of lanes, one of `WIDTH` after the other.

    The last is filled up with its last run. Tables of `WIDTH` lanes in C order are used as they are, others copied
    there and back.
    """
    p, width = program, x.shape[1]
    if width and (FREE or (width == WIDTH and x.flags.c_contiguous and s.flags.c_contiguous)):
        run_block(p.n, p.u, x, s, p.at, key, runs, first, until, lanes, series, trace, flow, stock, condition)
        return
    for begin in range(0, width, WIDTH):
        some = np.minimum(np.arange(begin, begin + WIDTH), width - 1)
        mine, traced = slice(begin, min(begin + WIDTH, width)), min(max(trace - begin, 0), WIDTH)
        state, told = np.take(s, some, axis=1), np.zeros((*series.shape[:2], traced), dtype=np.float32)
        run_block(
            p.n, p.u, np.take(x, some, axis=1), state, p.at, key, runs[some], first, until,
            min(max(lanes - begin, 0), WIDTH), told, traced, flow, stock, condition,
        )  # fmt: skip
        s[:, mine] = state[:, : mine.stop - begin]
        series[:, :, begin : begin + traced] = told


def runner(device: str, program: Program, lanes: int, keep: Iterable[int]) -> Runner:
    """What plays the program on a device, `lanes` campaigns at once on a core (a GPU chooses its own number).

    `keep`: blocks of the state that are wanted at the end; others need not be brought back from a device.

    Raises DeviceError when there is no such device here.
    """
    if device == "cpu":
        return Cores(program, lanes)
    if device not in DEVICES:
        raise DeviceError(f'device: found "{device}", allowed {" or ".join(DEVICES)}')
    try:
        # By name, and only now: who plays on cores need not have what a GPU takes.
        module = import_module(f"xetho.simulate.{device}")
    except ImportError as error:
        raise DeviceError(f"device {device} cannot be used here: {error}") from None
    made: Runner = module.block_runner(program, keep)
    return made
