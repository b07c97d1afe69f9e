"""How near the engine comes to what this machine can do: `python -m benchmarks.limits [SCENARIO]` prints two tables.

Measured on one core, and on all of them at once: rows of 128 numbers added to others from the first- and second-level
cache and from memory, random numbers, and arithmetic that reads nothing.  Counted in the engine as plain Python, one
campaign of the scenario: rows handed to a loop over lanes, and random numbers drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.machine import cpu_model
from xetho.network import build
from xetho.plan import solve
from xetho.scenario import load
from xetho.simulate import streams
from xetho.simulate.compile import compile_program
from xetho.simulate.day import run_block
from xetho.simulate.jit import inlined, lane_loop, step
from xetho.simulate.memory import table
from xetho.simulate.profile import profile
from xetho.simulate.rows import add
from xetho.simulate.width import WIDTH, of_width

ROW = 4 * WIDTH  # bytes
TERMS = 64  # multiply-adds of a number
LEVELS = (("first-level cache", 2**14), ("second-level cache", 2**19), ("memory", 2**28))  # bytes of a table
SECONDS = 0.3  # of each measurement, of which the best of several counts
TRIES = 5


@step
def _add_rows(s: Any, times: int) -> None:
    """Add each row of the upper half of a table to one of the lower half."""
    s = of_width(s)
    half = s.shape[0] // 2
    for _ in range(times):
        for row in range(half):
            add(s[row], s[half + row])


@step
def _draw_rows(s: Any, runs: Any, times: int) -> None:
    """Draw four rows of uniforms."""
    s = of_width(s)
    for day in range(times):
        streams.uniform_rows(np.uint64(1), streams.STRIKE, runs, day, 7, 0, s[0], s[1], s[2], s[3])


@step
def _reckon_rows(s: Any, times: int) -> None:
    s = of_width(s)
    for _ in range(times):
        _reckon(s[0], s[1])


@lane_loop
def _reckon(row: Any, other: Any) -> None:
    """A polynomial of `TERMS` terms in every lane, four of them side by side."""
    for lane in range(row.shape[0]):
        v = row[lane]
        row[lane] = min(np.float32(1.0), _polynomial(v, other[lane]) + _polynomial(-v, other[lane]))


@inlined
def _polynomial(v: float, c: float) -> float:
    a, b = c, v
    for _ in range(TERMS // 4):
        a = np.float32(a * v + c)
        b = np.float32(b * v + c)
    return np.float32(a + b)


def best(work: Callable[[int], None], threads: int) -> float:
    """Repetitions a second of `work(repetitions)` on so many threads together: the most of several tries."""
    work(1)  # compiled
    times, took = 1, 0.0
    while took < SECONDS / 4:
        begun = time.perf_counter()
        work(times)
        took = time.perf_counter() - begun
        times *= 2
    times = max(1, int(times * SECONDS / took / 2))
    most = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(TRIES):
            begun = time.perf_counter()
            list(pool.map(work, [times] * threads))
            most = max(most, threads * times / (time.perf_counter() - begun))
    return most


def machine(threads: int) -> dict[str, float]:
    """Rows added to others a second by where they lie, random numbers and multiply-adds a second."""
    found = {}
    for name, size in LEVELS:
        rows = max(2, size // threads // ROW if name == "memory" else size // ROW)
        tables = [np.zeros_like(table(rows, WIDTH)) for _ in range(threads)]

        def added(times: int, tables: list[Any] = tables) -> None:
            s = tables.pop()
            _add_rows(s, times)
            tables.append(s)

        found[name] = best(added, threads) * (rows // 2)
    runs = np.arange(WIDTH, dtype=np.uint32)
    found["numbers"] = best(lambda times: _draw_rows(table(4, WIDTH), runs, times), threads) * 4 * WIDTH
    found["terms"] = best(lambda times: _reckon_rows(np.ones_like(table(2, WIDTH)), times), threads) * TERMS * WIDTH
    return found


# counted in plain Python ------------------------------------------------------------------------------------------


class Counted(np.ndarray[Any, Any]):
    """A table that counts the rows taken of it."""

    rows = 0

    def __getitem__(self, key: Any) -> Any:
        if self.ndim == 2 and isinstance(key, int | np.integer):
            Counted.rows += 1
        return super().__getitem__(key)


def count(file: Path) -> dict[str, int]:
    """Rows taken and random numbers drawn in the campaign whose arrays are in a file; where nothing is compiled."""
    drawn, philox = [0], streams.philox

    def counted(*words: Any) -> Any:
        drawn[0] += 1
        return philox(*words)

    streams.philox = counted  # type: ignore[assignment]
    warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)  # the generator's whole numbers wrap
    with np.load(file) as given:
        arrays = {name: given[name] for name in given.files}
    days = int(arrays["days"])
    nothing = np.zeros((days, 1), dtype=np.int64)
    x, s = arrays["x"].view(Counted), np.zeros((int(arrays["rows"]), 1), dtype=np.float32).view(Counted)
    run_block(
        arrays["n"], arrays["u"], x, s, arrays["at"], np.uint64(1), np.zeros(1, dtype=np.uint32), 0, days, 0,
        np.zeros((1, 1, 1), dtype=np.float32), 0, nothing, nothing, nothing,
    )  # fmt: skip
    return {"rows": Counted.rows, "draws": drawn[0]}


def needs(network: Any, plan: Any) -> dict[str, int]:
    """What `count` finds for the central campaign of a network, in a process that compiles nothing."""
    program = compile_program(network, plan)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "campaign.npz"
        np.savez(
            file, n=program.n, u=program.u, at=program.at, rows=program.rows, days=network.days,
            x=network.inputs.central()[:, None].astype(np.float32),
        )  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.limits", "--count", str(file)],
            check=True, capture_output=True, text=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        )  # fmt: skip
    return dict(json.loads(done.stdout))


def campaign_seconds(network: Any, plan: Any) -> float:
    """Processor time of a campaign, blocks played in one call each: the least of several."""
    return min(timed.whole / timed.campaigns for timed in (profile(network, plan) for _ in range(TRIES)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="dien-bien-phu")
    parser.add_argument("--count", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.count:
        print(json.dumps(count(arguments.count)))
        return 0
    network = build(load(arguments.scenario))
    plan = solve(network)
    cores = len(os.sched_getaffinity(0))
    one, all_ = machine(1), machine(cores)
    told = Table("thousand millions a second", "one core", f"{cores} cores", title=f"The machine: {cpu_model()}")
    for name, _ in LEVELS:
        bytes_ = [rate[name] * 3 * ROW / 1e9 for rate in (one, all_)]
        told.add_row(f"bytes read and written, {name}", *(f"{rate:.0f}" for rate in bytes_))
    for what, key in (("random numbers", "numbers"), ("multiplications with an addition", "terms")):
        told.add_row(what, *(f"{rate[key] / 1e9:.1f}" for rate in (one, all_)))
    Console().print(told)
    found, seconds = needs(network, plan), campaign_seconds(network, plan)
    rows = found["rows"] / WIDTH  # of a block, a campaign's part
    title = f"A campaign of {arguments.scenario}: {seconds * 1e6:.0f} microseconds of a core"
    told = Table("needs", "how many", "microseconds at the machine's rate", title=title)
    for name, _ in LEVELS:
        # to add a row to another takes two
        told.add_row(f"rows, {name}", f"{rows:,.0f}", f"{rows / 2 / one[name] * 1e6:.0f}")
    numbers = 4 * found["draws"]
    told.add_row("random numbers", f"{numbers:,}", f"{numbers / one['numbers'] * 1e6:.1f}")
    Console().print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
