"""Play campaigns chunk by chunk and keep what fits: all of it, or running figures of it and the outputs asked for.

Runs come in the order of their numbers whatever the threads, blocks or device, so what is merged on the way (the
tally) and where a `Watch` stops do not depend on them either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xetho.network import Network
from xetho.pages import CampaignError
from xetho.results.runs import NEEDED, Runs, assumptions_of, columns, daily_of, mean_of, summary_of
from xetho.results.store import StoreWriter
from xetho.results.tally import BUFFER, Tally
from xetho.scenario.metrics import outputs
from xetho.simulate import Engine, Record
from xetho.simulate.draft import PlanLike
from xetho.simulate.run import LANES, TRACE, Chunk

F32 = NDArray[np.float32]
CHUNK = BUFFER  # runs played before they are looked at
ASSUMPTIONS = "assumptions"  # in `keep`: the draws of assumptions too
# All outputs and assumptions of every run are kept up to so much. What else a million runs need (the engine and its
# compiler 0.7 GB, daily figures of the traced runs, the tally, two chunks) stays with it under 2 GB.
MAX_GB = 0.6


class Watch(Protocol):
    """Decides when there are enough runs."""

    def add(self, runs: Runs) -> None:
        """See the next runs: all their summary outputs, nothing day by day."""

    def enough(self) -> bool:
        """Whether no more are needed."""


def simulate(
    network: Network,
    plan: PlanLike,
    runs: int = 2000,
    seed: int = 1,
    threads: int | None = None,
    trace: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    lanes: int = LANES,
    device: str = "cpu",
    keep: Collection[str] | None = None,
    max_gb: float = MAX_GB,
    store: StoreWriter | None = None,
    watch: Watch | None = None,
    most: int | None = None,
) -> Runs:
    """Play `runs` campaigns on a plan and label what came of them.

    Args:
        threads: at most this many; None is one for each core. The results do not depend on it, nor on `lanes`.
        trace: how many runs keep daily series (None: the first 2,000).
        lanes: campaigns that a core plays side by side.
        device: "cpu" or "cuda".
        keep: outputs (and "assumptions") that are kept of every run even when not all fit into `max_gb`; of the
            others there is then only `Runs.tally`. None: all must fit.
        max_gb: keep up to so many GB (10^9 bytes) of outputs and assumptions in memory.
        store: also write every output and assumption of every run there, and finish it.
        watch: play on from `runs` runs until it has enough, or to `most` runs.

    Raises:
        ValueError: fewer than one run, thread or lane.
        CampaignError: not all fits into `max_gb`, and `keep` is not given.
        DeviceError: there is no such device here.
        StoreError: the store cannot be written.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    until = runs if watch is None else max(runs, most or runs)
    with Engine(network, plan, seed, threads, lanes, device, NEEDED) as engine:
        kept = _Kept(network, keep, max_gb, until)
        traced = TRACE if trace is None else trace
        for record, look in _records(engine, _steps(runs, until, engine.lanes), traced, until, progress):
            found = columns(network, record.kept)
            kept.add(record, found)
            if watch is None and store is None:
                continue
            piece = _piece(network, record, found)
            if store is not None:
                days = piece.daily if record.trace or record.first == 0 else None
                store.append(piece.summary, piece.assumptions, days)
            if watch is not None:
                watch.add(piece)
                if look and watch.enough():
                    break
        mean = mean_of(network, engine.program.cells, engine.sums(), kept.traced)
        meta = {
            "scenario": network.name, "seed": seed, "runs": kept.runs, "trace": kept.traced,
            "seconds": engine.seconds, "campaigns_per_second": kept.runs / engine.seconds,
            "compile_seconds": engine.compile_seconds, "threads": engine.threads, "block": engine.lanes,
            "device": device,
        }  # fmt: skip
    if store is not None:
        store.finish(mean, meta)
    return kept.labelled(mean, meta)


def _steps(least: int, most: int, lanes: int) -> Iterator[tuple[int, int, bool]]:
    """First run and number of runs of each chunk, and whether it is time to look if they are enough.

    From `least` on each look comes an eighth later than the one before.
    """
    first, goal, size = 0, least, max(CHUNK, lanes)
    while first < most:
        count = min(size, goal - first)
        first += count
        yield first - count, count, first == goal
        if first == goal:
            goal = min(most, goal + max(CHUNK // 8, goal // 8))


def _records(
    engine: Engine, steps: Iterator[tuple[int, int, bool]], trace: int, total: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[tuple[Record, bool]]:  # fmt: skip
    """The chunks in order. The next is being played while one is dealt with, unless it may not be needed."""

    def ended(chunk: Chunk) -> Record:
        return chunk.record(None if progress is None else lambda done, _: progress(chunk.first + done, total))

    playing: Chunk | None = None
    for first, count, look in steps:
        begun = engine.start(first, count, min(count, max(0, trace - first)))
        if playing is not None:
            yield ended(playing), False
        playing = None if look else begun
        if look:
            yield ended(begun), True


def _piece(network: Network, record: Record, found: dict[str, F32]) -> Runs:
    assumed = assumptions_of(record.assumptions, record.first, record.runs)
    daily = daily_of(network, record.series, record.first)
    return Runs(summary_of(network, found, record.first), daily, xr.Dataset(), assumed, {})


class _Kept:
    """What is kept of the runs so far."""

    def __init__(self, network: Network, keep: Collection[str] | None, max_gb: float, most: int) -> None:
        self.network, self.runs, self.traced = network, 0, 0
        known = [name for name, output in outputs().items() if output.kind != "daily"]
        if wrong := [name for name in keep or () if name not in (*known, ASSUMPTIONS)]:
            raise CampaignError(*(f'"{name}" is no summary output that could be kept' for name in wrong))
        self._keep, self._limit = set(known if keep is None else keep), max_gb * 1e9
        self._outputs: dict[str, list[F32]] = {}
        self._drawn: dict[str, list[NDArray[np.float64]]] = {}
        self._series: list[F32] = []
        self._tally: Tally | None = None
        self._must_fit = keep is None
        self._most = most

    def add(self, record: Record, found: dict[str, F32]) -> None:
        """Take in the next runs."""
        each = sum(values[..., 0].nbytes for values in found.values()) + 8 * len(record.assumptions)
        if self._must_fit and each * self._most > self._limit:
            raise CampaignError(
                f"{self._most:,} runs with all outputs take {each * self._most / 1e9:.1f} GB, more than the "
                f"{self._limit / 1e9:g} GB that are kept in memory: play fewer, or name the outputs to keep of all runs"
            )
        if self._tally is None and each * (self.runs + record.runs) > self._limit:
            self._tally = self._narrow(found)
        if self._tally is not None:
            self._tally.add(found)
        for name, values in found.items():
            if self._tally is None or name in self._keep:
                self._outputs.setdefault(name, []).append(values.copy())
        if self._tally is None or ASSUMPTIONS in self._keep:
            for name, drawn in record.assumptions.items():
                self._drawn.setdefault(name, []).append(drawn)
        if record.trace or not self._series:
            self._series.append(record.series)
        self.runs += record.runs
        self.traced += record.trace

    def _narrow(self, found: dict[str, F32]) -> Tally:
        """Go over to a tally of all outputs, and let go of what was not asked for."""
        tally = Tally({name: values.shape[:-1] for name, values in found.items()})
        for parts in zip(*self._outputs.values(), strict=True):
            tally.add(dict(zip(self._outputs, parts, strict=True)))
        self._outputs = {name: parts for name, parts in self._outputs.items() if name in self._keep}
        if ASSUMPTIONS not in self._keep:
            self._drawn = {}
        return tally

    def labelled(self, mean: xr.Dataset, meta: dict[str, Any]) -> Runs:
        """All of it; what is held here is given up."""
        found = {name: _joined(self._outputs, name) for name in list(self._outputs)}
        drawn = {name: _joined(self._drawn, name) for name in list(self._drawn)}
        return Runs(
            summary_of(self.network, found, runs=self.runs),
            daily_of(self.network, np.concatenate(self._series, axis=-1)),
            mean,
            assumptions_of(drawn, 0, self.runs),
            meta,
            self._tally,
        )


def _joined(parts: dict[str, list[Any]], name: str) -> Any:
    """The parts as one array, taken out of the dictionary so that no more than one is in memory twice."""
    mine = parts.pop(name)
    return mine[0] if len(mine) == 1 else np.concatenate(mine, axis=-1)
