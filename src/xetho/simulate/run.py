"""Campaigns in blocks of lanes, blocks spread over threads; the same figures whatever the threads or blocks.

An `Engine` plays one chunk of runs after another in the same few arrays, so memory does not grow with the number of
runs but for what the caller keeps. `play` is one chunk with everything kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network
from xetho.simulate import layout as at_
from xetho.simulate.columns import bring, bring_sums
from xetho.simulate.compile import Program, compile_program
from xetho.simulate.device import Cores, runner
from xetho.simulate.draft import PlanLike
from xetho.simulate.draws import Slots, draw, stacked
from xetho.simulate.memory import table
from xetho.simulate.process.record import series_rows
from xetho.simulate.rest import Halt, Rest
from xetho.simulate.width import WIDTH

F32 = NDArray[np.float32]
F = NDArray[np.float64]
LONG = NDArray[np.int64]
Progress = Callable[[int, int], None]
LANES = WIDTH  # of a block: others are played so many at a time, and copied there and back
TRACE = 2000  # runs that keep daily series unless told otherwise
TOLD_S = 0.1  # how often progress is told
# What there is to keep of every run at the end of its campaign: blocks of the state.
KEPT = (
    at_.S_STOCK, at_.S_RING, at_.S_POOL, at_.S_POOL_LOST, at_.S_POOL_JOINED, at_.S_POS_FELL, at_.S_CAMP_FELL,
    at_.S_OP_TRIED, at_.S_OP_DAY, at_.S_WOUNDED, at_.S_SICK_NOW, at_.S_REAR, at_.S_FORCE_MEN, at_.S_CAMP_MEN,
    at_.A_SUPPLIED, at_.A_USED_LOT, at_.A_EATEN, at_.A_FIRED, at_.A_BURNT, at_.A_SHORT, at_.A_LOST, at_.A_TAKEN,
    at_.A_PASSED, at_.A_LABOUR, at_.S_STRIKE_CUTS, at_.A_AIR_SENT, at_.A_AIR_GOT, at_.A_ROUNDS, at_.A_PIECES_LOST,
    at_.A_DEAD, at_.A_WOUNDED, at_.A_CAPTURED, at_.A_WOUNDED_AT_FALL, at_.A_REINFORCED, at_.A_ARRIVED, at_.A_LEFT,
    at_.A_DESERTED, at_.A_RAISED,
)  # fmt: skip


@dataclass
class Record:
    """What the engine hands on: end states by block of the state, daily series, and sums over traced runs."""

    network: Network
    program: Program
    first: int  # number of the first run
    runs: int
    trace: int
    seed: int
    kept: dict[int, F32]  # state block -> rows x runs; cargo under way is summed by cell, cuts by route
    series: F32  # figures x days x trace
    flow: LONG  # days x arcs, kg
    stock: LONG  # days x cells, kg
    condition: LONG  # days x routes, millionths
    assumptions: dict[str, F]
    seconds: float


def play(
    network: Network,
    plan: PlanLike,
    runs: int,
    seed: int = 1,
    threads: int | None = None,
    trace: int | None = None,
    lanes: int = LANES,
    progress: Progress | None = None,
    device: str = "cpu",
) -> Record:
    """Play `runs` campaigns and keep all of `KEPT`. The first `trace` of them (2,000 when None) keep daily series.

    Raises:
        ValueError: fewer than one run, thread or lane.
        DeviceError: there is no such device here.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    with Engine(network, plan, seed, threads, lanes, device) as engine:
        return engine.start(0, runs, min(runs, TRACE if trace is None else trace)).record(progress)


class Engine:
    """A network and a plan made ready, and the threads and arrays that play it; use it in a `with`.

    Attributes:
        lanes: campaigns that are played side by side.
        threads: how many blocks are played at once.
        compile_seconds: what it took to lay out the arrays and to compile the engine or load it.
    """

    def __init__(
        self, network: Network, plan: PlanLike, seed: int = 1, threads: int | None = None, lanes: int = LANES,
        device: str = "cpu", keep: Sequence[int] = KEPT,
    ) -> None:  # fmt: skip
        """Raises ValueError for fewer than one thread or lane, DeviceError when there is no such device here."""
        workers = threads if threads is not None else (os.cpu_count() or 1)
        for name, count in (("threads", workers), ("lanes", lanes)):
            if count < 1:
                raise ValueError(f"{name} must be at least 1, not {count}")
        begun = time.perf_counter()
        self.network, self.seed, self.keep = network, seed, tuple(keep)
        self.program = compile_program(network, plan)
        self._runner = runner(device, self.program, lanes, self.keep)
        self.lanes, self.threads = self._runner.lanes, workers if device == "cpu" else 1
        self._slots = Slots(network.inputs)
        self._figures = int(series_rows(self.program.at))
        self._halt = Halt(self.program.at, isinstance(self._runner, Cores))
        at, sizes = self.program.at, self.program.sizes
        self._rows = np.concatenate([np.arange(sizes[name]) + int(at[name]) for name in self._plain()])
        self._summed = {name: sums for name, sums in self.program.summed.items() if name in self.keep}
        draw(network.inputs, seed, 0, 1)
        self.compile_seconds = time.perf_counter() - begun
        self._clock = _Clock()
        self._desks: list[_Desk] = []
        self._free: SimpleQueue[_Desk] = SimpleQueue()
        self._pool = ThreadPoolExecutor(max_workers=self.threads)
        self._closed = False

    @property
    def halt_day(self) -> int:
        """Days played before blocks that keep no series halt, as learnt so far (`rest.py`); all when they do not."""
        return self._halt.day

    @property
    def seconds(self) -> float:
        """For how long blocks have been played so far."""
        return self._clock.seconds

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._pool.shutdown(cancel_futures=True)

    def start(self, first: int, count: int, traced: int) -> Chunk:
        """Begin to play the runs from `first` on, `traced` of them (the first) day by day; `Chunk.record` waits."""
        values = draw(self.network.inputs, self.seed, first, count)
        series = np.zeros((self._figures, self.network.days, traced), dtype=np.float32)
        chunk = Chunk(
            self, first, count, self._width(count), values, stacked(values, count), series,
            np.empty((len(self._rows), count), dtype=np.float32),
            {name: np.empty((sums, count), dtype=np.float32) for name, (_, sums) in self._summed.items()},
            Rest(self.program.at),
        )  # fmt: skip
        workers = min(self.threads, -(-count // chunk.width))
        self._clock.begin(workers)
        chunk.workers = [self._pool.submit(self._work, chunk) for _ in range(workers)]
        return chunk

    def sums(self) -> dict[str, LONG]:
        """Kilograms by day and arc (`flow`) and cell (`stock`), and `condition`, over the traced runs so far."""
        made = [desk.sums for desk in self._desks] or [self._sums()]
        return {name: np.sum([one[name] for one in made], axis=0) for name in made[0]}

    def split(self, chunk: Chunk) -> dict[int, F32]:
        """The rows that a chunk has kept, by block of the state."""
        names = self._plain()
        ends = np.cumsum([self.program.sizes[name] for name in names])
        return dict(zip(names, np.split(chunk.kept, ends[:-1]), strict=True)) | chunk.summed

    def _plain(self) -> list[int]:
        """Blocks of the state that are kept row by row."""
        return [name for name in self.keep if name not in self.program.summed]

    def _width(self, count: int) -> int:
        """Lanes of the blocks of a chunk: of few runs every thread gets its part, and no lanes stay empty."""
        return min(self.lanes, -(-count // (self.threads * WIDTH)) * WIDTH)

    def _work(self, chunk: Chunk) -> None:
        """Play blocks of a chunk until none is left that nobody has begun."""
        try:
            while not self._closed and (begin := chunk.next_block()) < chunk.runs:
                self._block(chunk, begin)
        finally:
            self._clock.end()

    def _block(self, chunk: Chunk, begin: int) -> None:
        """Play one block of a chunk and keep what is wanted of its end state."""
        desk = self._desk(chunk.width)
        try:
            end = min(begin + chunk.width, chunk.runs)
            runs = np.arange(begin, begin + chunk.width)
            runs = np.minimum(runs, chunk.runs - 1)  # of those beyond the last none is kept
            traced = max(0, min(end, chunk.series.shape[2]) - begin)
            self._slots.place(desk.x, chunk.values, runs)
            until = self._halt.day if traced == 0 else self.network.days
            if until < self.network.days:
                self._part(chunk, desk.x, desk.s, runs, 0, until)
                chunk.rest.add(runs[: end - begin], desk.s)
            else:
                series = np.zeros((*chunk.series.shape[:2], traced), dtype=np.float32)
                key: Any = np.uint64(self.seed)
                self._runner.run(
                    desk.x, desk.s, key, chunk.first + begin, traced, series, traced, *desk.sums.values()
                )
                chunk.series[:, :, begin : begin + traced] = series
                self._halt.learn(desk.s[:, : end - begin])
            self._keep(chunk, runs[: end - begin], desk.s)
            if chunk.block_done(end - begin):
                self._play_rest(chunk)
        finally:
            self._free.put(desk)

    def _part(self, chunk: Chunk, x: F32, s: F32, runs: LONG, first: int, until: int) -> None:
        """Play runs of a chunk on some days, side by side, on a core."""
        assert isinstance(self._runner, Cores)
        key: Any = np.uint64(self.seed)
        self._runner.part(x, s, key, (chunk.first + runs).astype(np.uint32), first, until)

    def _play_rest(self, chunk: Chunk) -> None:
        """Play to the end what was put aside, once all blocks of the chunk have been played."""
        for runs, columns in chunk.rest.blocks(self.lanes):
            x, s = self._slots.common(len(runs)), self._state(len(runs))
            self._slots.place(x, chunk.values, runs)
            s[:] = columns
            self._part(chunk, x, s, runs, self._halt.day, self.network.days)
            self._keep(chunk, runs, s)

    def _keep(self, chunk: Chunk, runs: LONG, s: F32) -> None:
        """Keep what is wanted of the first columns of a state, which are those runs of the chunk."""
        columns = np.arange(len(runs))
        bring(s, self._rows, columns, chunk.kept, runs)
        for name, (part_of, _) in self._summed.items():
            bring_sums(s, int(self.program.at[name]), part_of, columns, chunk.summed[name], runs)

    def _desk(self, width: int) -> _Desk:
        """A free desk of that width. There are never more than threads, since each block gives its own back."""
        with suppress(Empty):
            desk = self._free.get_nowait()
            if desk.s.shape[1] != width:
                desk.x, desk.s = self._slots.common(width), self._state(width)
            return desk
        desk = _Desk(self._slots.common(width), self._state(width), self._sums())
        self._desks.append(desk)
        return desk

    def _state(self, width: int) -> F32:
        return table(self.program.rows, width)

    def _sums(self) -> dict[str, LONG]:
        things = {
            "flow": len(self.network.arc_route), "stock": len(self.program.cells),
            "condition": len(self.network.route_ids),
        }  # fmt: skip
        return {name: np.zeros((self.network.days, size), dtype=np.int64) for name, size in things.items()}


@dataclass
class Chunk:
    """Runs being played; everything is there once `record` has returned."""

    engine: Engine
    first: int
    runs: int
    width: int  # lanes of its blocks
    assumptions: dict[str, F]
    values: F  # the same as one array: assumptions x runs
    series: F32
    kept: F32  # rows x runs
    summed: dict[int, F32]  # state block -> sums x runs
    rest: Rest
    workers: list[Future[None]] = field(default_factory=list)
    begun: int = 0  # runs of blocks that have been begun
    done: int = 0  # runs of blocks that have been played
    _lock: Lock = field(default_factory=Lock)

    def next_block(self) -> int:
        """First run of a block that the caller is to play; none is left when that is beyond the last."""
        with self._lock:
            self.begun += self.width
            return self.begun - self.width

    def block_done(self, runs: int) -> bool:
        """Count a block of so many runs as played; whether it was the last."""
        with self._lock:
            self.done += runs
            return self.done == self.runs

    def record(self, progress: Progress | None = None) -> Record:
        """Wait for the runs. The record's `flow`, `stock` and `condition` are over all chunks so far."""
        waiting = set(self.workers)
        while waiting:
            ended, waiting = wait(waiting, None if progress is None else TOLD_S, FIRST_EXCEPTION)
            for worker in ended:
                worker.result()
            if progress is not None:
                progress(self.done, self.runs)
        engine = self.engine
        return Record(
            engine.network, engine.program, self.first, self.runs, self.series.shape[2], engine.seed,
            engine.split(self), self.series, **engine.sums(), assumptions=self.assumptions, seconds=engine.seconds,
        )  # fmt: skip


@dataclass
class _Desk:
    """Arrays that one block at a time uses, used again by the next."""

    x: F32
    s: F32
    sums: dict[str, LONG]


class _Clock:
    """Seconds in which at least one block was waiting or being played."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._open, self._since, self._lock = 0, 0.0, Lock()

    def begin(self, blocks: int) -> None:
        with self._lock:
            if self._open == 0:
                self._since = time.perf_counter()
            self._open += blocks

    def end(self) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0:
                self.seconds += time.perf_counter() - self._since
