"""A child process: makes one contender ready, runs it, and writes what it took and what came out.

Called by the parent as `python -m benchmarks.measure TASK.json OUT.json`, so that every contender has a process, an
environment and a set of threads of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.registry import Job, find

REPEATS = 3
MOST_UNITS = 1_000_000
LONG_S = 60.0
"""A first run of so many wall seconds is the only one: what it spends on getting warm counts little."""


def timed(job: Job, units: int, seed: int) -> tuple[dict[str, float], Any]:
    """One run: units, wall and CPU seconds (all threads of the process), load average before it; and its result."""
    load = os.getloadavg()[0]
    wall, cpu = time.perf_counter(), time.process_time()
    result = job.run(units, seed)
    took = {"units": units, "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    return took | {"load_average": load}, result


def enough(took: dict[str, float], seconds: float) -> bool:
    """Has a run worked long enough to be timed? By its CPU time, as waiting for a busy machine is no work."""
    return took["cpu_s"] >= 0.5 * seconds or took["wall_s"] >= 20.0 * seconds


def contender(task: dict[str, Any]) -> dict[str, Any]:
    """First run, then as many units as take `seconds` of CPU time, three times over."""
    started = time.perf_counter()
    job: Job = find(task["entry"])(task["size"], task["threads"])
    prepared = time.perf_counter() - started
    units = 1
    results: list[Any] = []

    def run() -> dict[str, float]:
        took, result = timed(job, units, 1 + len(results))
        results.append(result)
        return took

    first = took = run()
    if first["wall_s"] >= LONG_S:
        return {"prepare_s": prepared, "first": first, "runs": [first], "answer": job.answer(results)}
    while units < MOST_UNITS:  # grow until a run is long enough to be timed; a new size may be compiled for, so twice
        if enough(took, task["seconds"]):
            took = run()
            if enough(took, task["seconds"]):
                break
        grow = task["seconds"] / max(took["cpu_s"], 1e-4)
        units = min(MOST_UNITS, int(units * min(max(grow, 1.5), 20.0)) + 1)
        took = run()
    runs = [run() for _ in range(REPEATS)]
    return {"prepare_s": prepared, "first": first, "runs": runs, "answer": job.answer(results)}


def curve(task: dict[str, Any]) -> dict[str, Any]:
    """Every point in turn, three times over, so that a busy spell of the machine does not hit one point alone."""
    jobs: list[Job] = []
    for point in task["points"]:
        jobs.append(find(task["entry"])(point["size"], point["threads"]))
        jobs[-1].run(1, 1)
    rounds = [
        [timed(job, point["units"], 1 + k)[0] for job, point in zip(jobs, task["points"], strict=True)]
        for k in range(REPEATS)
    ]
    return {"rounds": rounds}


def pin(threads: int) -> None:
    """Keep to so many cores, for libraries that would take all there are."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    if 1 < threads < len(cores):
        os.sched_setaffinity(0, cores[:threads])


def main(task_file: str, out_file: str) -> None:
    """Do the task and write its outcome."""
    task = json.loads(Path(task_file).read_text(encoding="utf-8"))
    if "points" not in task:
        pin(task["threads"])
    outcome = curve(task) if "points" in task else contender(task)
    Path(out_file).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
