"""Campaigns in blocks of lanes, blocks spread over threads; the same figures whatever the threads or blocks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xetho.network import Network
from xetho.simulate import layout as at_
from xetho.simulate.compile import Program, compile_program
from xetho.simulate.day import run_block
from xetho.simulate.draft import PlanLike
from xetho.simulate.draws import block_inputs, draw
from xetho.simulate.process.record import series_rows

F32 = NDArray[np.float32]
LONG = NDArray[np.int64]
Progress = Callable[[int, int], None]
LANES = 64
# What is kept of every run at the end of its campaign: blocks of the state.
KEPT = (
    at_.S_STOCK, at_.S_RING, at_.S_POOL, at_.S_POOL_LOST, at_.S_POOL_JOINED, at_.S_POS_FELL, at_.S_CAMP_FELL,
    at_.S_OP_TRIED, at_.S_OP_DAY, at_.S_WOUNDED, at_.S_SICK_NOW, at_.S_REAR, at_.S_FORCE_MEN, at_.S_CAMP_MEN,
    at_.A_SUPPLIED, at_.A_USED_LOT, at_.A_EATEN, at_.A_FIRED, at_.A_BURNT, at_.A_SHORT, at_.A_LOST, at_.A_TAKEN,
    at_.A_PASSED, at_.A_LABOUR, at_.A_CUTS, at_.A_AIR_SENT, at_.A_AIR_GOT, at_.A_ROUNDS, at_.A_PIECES_LOST,
    at_.A_DEAD, at_.A_WOUNDED, at_.A_CAPTURED, at_.A_WOUNDED_AT_FALL, at_.A_REINFORCED, at_.A_ARRIVED, at_.A_LEFT,
    at_.A_DESERTED, at_.A_RAISED,
)  # fmt: skip


@dataclass
class Record:
    """What the engine hands on: end states by block of the state, daily series, and sums over runs."""

    network: Network
    program: Program
    runs: int
    trace: int
    seed: int
    kept: dict[int, F32]  # state block -> rows x runs; cargo under way is summed over the ring to one row a cell
    series: F32  # figures x days x trace
    flow: LONG  # days x arcs, kg
    stock: LONG  # days x cells, kg
    condition: LONG  # days x routes, millionths
    assumptions: dict[str, NDArray[np.float64]]
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
) -> Record:
    """Play `runs` campaigns. The first `trace` of them (all up to 2,000 when None) keep daily series.

    Raises ValueError for fewer than one run or thread.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    workers = threads if threads is not None else (os.cpu_count() or 1)
    if workers < 1:
        raise ValueError(f"threads must be at least 1, not {workers}")
    traced = min(runs, 2000 if trace is None else trace)
    program = compile_program(network, plan)
    values = draw(network.inputs, seed, 0, runs)
    started = time.perf_counter()

    days, at = network.days, program.at
    kept = {name: np.empty((_kept_rows(program, name), runs), dtype=np.float32) for name in KEPT}
    series = np.zeros((int(series_rows(at)), days, traced), dtype=np.float32)
    flow = np.zeros((days, len(network.arc_route)), dtype=np.int64)
    stock = np.zeros((days, len(program.cells)), dtype=np.int64)
    condition = np.zeros((days, len(network.route_ids)), dtype=np.int64)

    def block(first: int) -> tuple[int, LONG, LONG, LONG]:
        count = min(lanes, runs - first)
        x = block_inputs(network.inputs, values, first, lanes)
        s = np.empty((program.rows, lanes), dtype=np.float32)
        key: Any = np.uint64(seed)
        part = np.zeros((series.shape[0], days, max(0, min(count, traced - first))), dtype=np.float32)
        sums = (np.zeros_like(flow), np.zeros_like(stock), np.zeros_like(condition))
        run_block(
            program.n, program.u, x, s, at, key, first, part.shape[2], part, part.shape[2], *sums
        )
        series[:, :, first : first + part.shape[2]] = part
        _keep(program, s, kept, first, count)
        return count, *sums

    done = 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for future in as_completed([pool.submit(block, first) for first in range(0, runs, lanes)]):
            count, f, k, c = future.result()
            flow += f
            stock += k
            condition += c
            done += count
            if progress is not None:
                progress(done, runs)
    seconds = time.perf_counter() - started
    return Record(
        network, program, runs, traced, seed, kept, series, flow, stock, condition, values, seconds
    )


def _kept_rows(program: Program, name: int) -> int:
    return len(program.cells) if name == at_.S_RING else program.sizes[name]


def _keep(program: Program, s: F32, kept: dict[int, F32], first: int, count: int) -> None:
    """Copy the end state of a block's runs to their columns."""
    for name, out in kept.items():
        begin = int(program.at[name])
        rows = s[begin : begin + program.sizes[name], :count]
        if name == at_.S_RING:
            rows = rows.reshape(program.ring, len(program.cells), count).sum(axis=0)
        out[:, first : first + count] = rows
