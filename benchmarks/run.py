"""Runs cases and curves in child processes, one at a time, and puts together what is shown and kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import fit, machine
from benchmarks.registry import Case, Contender, Curve, find

FORMAT = "xetho-bench-1"
Say = Callable[[str], None]


class Failed(RuntimeError):
    """A contender's process ended with an error; the text is its last words."""


def child(task: dict[str, Any]) -> dict[str, Any]:
    """Do a task in a process of its own with so many threads for every library that can be told."""
    threads = str(max([task.get("threads", 1), *(p["threads"] for p in task.get("points", []))]))
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NPROC", "PJRT_NPROC")
    paths = [str(machine.ROOT / "src"), str(machine.ROOT), os.environ.get("PYTHONPATH", "")]  # these sources, first
    more = {"JAX_PLATFORMS": "cpu", "PYTHONPATH": os.pathsep.join(p for p in paths if p)}
    environment = os.environ | dict.fromkeys(names, threads) | more
    with tempfile.TemporaryDirectory() as folder:
        task_file, out_file = Path(folder) / "task.json", Path(folder) / "out.json"
        task_file.write_text(json.dumps(task), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", str(task_file), str(out_file)],
            env=environment, cwd=machine.ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Failed(([f"exit code {done.returncode}"] + done.stderr.strip().splitlines())[-1])
        outcome: dict[str, Any] = json.loads(out_file.read_text(encoding="utf-8"))
        return outcome


def missing(contender: Contender) -> list[str]:
    """Packages of a contender that are not installed."""
    return [name for name in contender.packages if not machine.installed(name)]


def run_case(
    case: Case, sizes: list[str], names: list[str], threads: int, seconds: float, say: Say,
    keep: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Measure a case at `sizes` against the rivals in `names`; `keep` is given the record whenever ours
    was measured at a size.

    Every entry of `entries` has size, contender, threads, units and the least seconds a unit of three runs (CPU and
    wall); a rival's has also the ratios to ours and what the comparison of answers said.
    """
    chosen = [r for r in case.rivals if r.name in names]
    packages = [p for c in (case.ours, *chosen) for p in c.packages]
    entries: list[dict[str, Any]] = []
    record: dict[str, Any] = {
        "format": FORMAT, "case": case.name, "title": case.title, "unit": case.unit, "goals": dict(case.goals),
        "machine": machine.describe(packages), "left_out": [], "entries": entries,
    }  # fmt: skip
    for size in sizes:
        ours: dict[str, Any] = {}
        answer: Any = None
        for contender in (case.ours, *chosen):
            if lacking := missing(contender):
                record["left_out"].append(f"{contender.name} at {size}: {', '.join(lacking)} not installed")
                continue
            say(f"{case.title}, {size}: {contender.name}")
            at = threads if contender.threads else 1
            task = {"entry": contender.entry, "size": dict(case.sizes[size]), "threads": at, "seconds": seconds}
            try:
                outcome = child(task)
            except Failed as error:
                record["left_out"].append(f"{contender.name} at {size}: {error}")
                continue
            entry = _entry(size, contender, at, outcome)
            if contender is case.ours:
                ours, answer = entry, outcome["answer"]
            elif ours:
                for kind in ("cpu", "wall"):
                    entry[f"ratio_{kind}"] = entry[f"{kind}_s_per_unit"] / ours[f"{kind}_s_per_unit"]
                if case.agree:
                    entry["agreement"] = find(case.agree)(answer, outcome["answer"])
            entries.append(entry)
        if keep is not None and ours:  # without ours an older record is worth more
            keep(record)
    return record


def _entry(size: str, contender: Contender, threads: int, outcome: dict[str, Any]) -> dict[str, Any]:
    runs = outcome["runs"]
    return {
        "size": size, "contender": contender.name, "note": contender.note,
        "threads": threads, "units": runs[0]["units"],
        "cpu_s_per_unit": min(r["cpu_s"] / r["units"] for r in runs),
        "wall_s_per_unit": min(r["wall_s"] / r["units"] for r in runs),
        "first_s": outcome["first"]["wall_s"], "prepare_s": outcome["prepare_s"], "runs": runs,
    }  # fmt: skip


def run_curve(curve: Curve, say: Say) -> dict[str, Any]:
    """Measure a curve: the least CPU and wall seconds of three rounds at each point, exponents and straightness."""
    say(f"growth over {curve.axis}: {curve.title}")
    points = [{"size": dict(p.size), "units": p.units, "threads": p.threads} for p in curve.points]
    rounds = child({"entry": curve.ours.entry, "points": points})["rounds"]
    x = [p.x for p in curve.points]
    cpu, wall = ([min(r[i][kind] for r in rounds) for i in range(len(x))] for kind in ("cpu_s", "wall_s"))
    off = fit.off_line(x, cpu)
    return {
        "format": FORMAT, "curve": curve.name, "title": curve.title, "axis": curve.axis,
        "machine": machine.describe(curve.ours.packages), "contender": curve.ours.name,
        "x": x, "units": [p.units for p in curve.points], "threads": [p.threads for p in curve.points],
        "cpu_s": cpu, "wall_s": wall,
        "load_average": [max(r[i]["load_average"] for r in rounds) for i in range(len(x))],
        "exponent_cpu": fit.exponent(x, cpu), "exponent_wall": fit.exponent(x, wall), "off_line_cpu": off,
        "must_be_linear": curve.linear, "linear": off <= fit.LINEAR_WITHIN, "per_thread": curve.per_thread,
    }  # fmt: skip


def save(record: dict[str, Any], path: Path) -> None:
    """Write a record as JSON, beside and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8", newline="\n")
    beside.replace(path)
