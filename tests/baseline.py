"""Pinned medians of two scenarios: `python -m tests.baseline` shows them, `--write` pins them anew.

They guard against changes nobody meant. A change that is meant goes with its reason in the commit that re-pins.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from xetho.network import build
from xetho.plan import solve
from xetho.results import Runs, simulate
from xetho.scenario import load
from xetho.scenario.new import new

FILE = Path(__file__).with_name("baseline.yaml")
RUNS, SEED, DIGITS = 64, 1, 3
HEADER = f"""\
# Medians over {RUNS} runs of seed {SEED}, to {DIGITS} digits. They change only with a reason written in the commit that
# changes them. To pin them anew: python -m tests.baseline --write
"""
# Summed over all keys of these, and the median day of those.
AMOUNTS = (
    "eaten_t", "fired_t", "used_t", "supplied_t", "lost_t", "taken_t", "shortage_t", "passed_t", "labour_days",
    "carriers_lost", "cuts", "air_sent_t", "air_received_t", "dead", "wounded", "captured_men", "deserted",
    "pieces_lost", "operation_attempts",
)  # fmt: skip
DATES = ("camp_fall_date", "position_fall_date", "operation_date")
SCENARIOS = ("skeleton", "dien-bien-phu")


def play(name: str) -> Runs:
    """The runs that are pinned."""
    if name == "skeleton":
        with tempfile.TemporaryDirectory() as folder:
            network = build(load(new(name, folder)))
    else:
        network = build(load(name))
    return simulate(network, solve(network), RUNS, seed=SEED)


def figures(runs: Runs) -> dict[str, str]:
    """Name and pinned text of every figure that the scenario has."""
    out = {}
    for name in AMOUNTS:
        values = runs.summary[name]
        if values.size:
            by_run = values.sum([d for d in values.dims if d != "run"]).to_numpy()
            out[name] = shorten(float(np.median(by_run)))
    for name in DATES:
        values = runs.summary[name]
        for key in values[values.dims[1]].to_numpy():
            days = values.sel({values.dims[1]: key}).to_numpy()
            never = float(np.isnan(days).mean())
            if never < 1:
                out[f"{name}[{key}]"] = shorten(float(np.nanmedian(days)))
            if name == "camp_fall_date":
                out[f"{name}[{key}] never"] = shorten(never)
    return out


def shorten(value: float) -> str:
    """To so many digits."""
    return f"{float(f'{value:.{DIGITS}g}'):g}"


def read(path: Path = FILE) -> dict[str, dict[str, str]]:
    """What is pinned, by scenario and figure (the file is plain two-level YAML)."""
    out: dict[str, dict[str, str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        key, _, value = line.rpartition(":")
        if line.startswith(" "):
            out[list(out)[-1]][key.strip().strip('"')] = value.strip()
        else:
            out[key] = {}
    return out


def write(path: Path = FILE) -> None:
    """Pin what the scenarios give now."""
    lines = [HEADER]
    for name in SCENARIOS:
        lines.append(f"{name}:")
        lines += [f'  "{key}": {value}' for key, value in figures(play(name)).items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    else:
        for scenario in SCENARIOS:
            print(scenario, figures(play(scenario)))
