"""A bundled scenario played on a CUDA card and on the processor."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.machine import cpu_model
from xetho.network import build
from xetho.plan import solve
from xetho.scenario import load
from xetho.simulate import layout as at_
from xetho.simulate import play
from xetho.simulate.compile import compile_program
from xetho.simulate.cuda import Runner, block_runner
from xetho.simulate.draws import block_inputs, draw
from xetho.simulate.run import KEPT

SHOWN = (at_.A_LOST, at_.A_EATEN, at_.A_SHORT, at_.A_PASSED, at_.A_DEAD, at_.A_WOUNDED, at_.S_POS_FELL)
COMPARED = 512  # campaigns


class OnProcessor:
    """The engine as it is, with its threads."""

    def __init__(self, size: Mapping[str, Any], threads: int) -> None:
        self.threads = threads
        self.network = build(load(size["scenario"]))
        self.plan = solve(self.network)

    def run(self, units: int, seed: int) -> None:
        play(self.network, self.plan, units, seed=seed, threads=self.threads, trace=0)

    def answer(self, results: list[None]) -> dict[str, Any]:
        kept = play(self.network, self.plan, COMPARED, seed=1, threads=self.threads, trace=0).kept
        return {"where": cpu_model(), "figures": np.concatenate([kept[name] for name in SHOWN]).tolist()}


class OnCard(OnProcessor):
    """The same on the card, launch after launch."""

    def __init__(self, size: Mapping[str, Any], threads: int) -> None:
        super().__init__(size, threads)
        self.program = compile_program(self.network, self.plan)
        self.runner: Runner = block_runner(self.program, KEPT)
        days = self.network.days
        self.nothing = [np.zeros((1, days, 0), dtype=np.float32), *(np.zeros((days, 1), dtype=np.int64),) * 3]

    def _launch(self, x: Any, seed: int, first: int) -> Any:
        s = np.empty((self.program.rows, x.shape[1]), dtype=np.float32)
        series, *sums = self.nothing
        self.runner.run(x, s, np.uint64(seed), first, 0, series, 0, *sums)
        return s

    def _inputs(self, units: int, seed: int, first: int) -> Any:
        count = min(self.runner.lanes, units - first)
        return block_inputs(self.network.inputs, draw(self.network.inputs, seed, first, count), 0, count)

    def run(self, units: int, seed: int) -> None:
        for first in range(0, units, self.runner.lanes):
            self._launch(self._inputs(units, seed, first), seed, first)

    def answer(self, results: list[None]) -> dict[str, Any]:
        s = self._launch(self._inputs(COMPARED, 1, 0), 1, 0)
        begin = [(int(self.program.at[name]), self.program.sizes[name]) for name in SHOWN]
        figures = np.concatenate([s[first : first + rows] for first, rows in begin])
        return {"where": self.runner.card, "figures": figures.tolist(), "bare": self._bare()}

    def _bare(self) -> dict[str, float]:
        """A full launch with its inputs made beforehand: what is left when the processor has nothing to do."""
        x = self._inputs(self.runner.lanes, 1, 0)
        took = []
        for _ in range(3):
            started = time.perf_counter()
            self._launch(x, 1, 0)
            took.append(time.perf_counter() - started)
        return {"campaigns": self.runner.lanes, "seconds": min(took)}


def on_card(size: Mapping[str, Any], threads: int) -> OnCard:
    """Raises NoCard where there is none."""
    return OnCard(size, threads)


def on_processor(size: Mapping[str, Any], threads: int) -> OnProcessor:
    """The scenario, with its own plan."""
    return OnProcessor(size, threads)
