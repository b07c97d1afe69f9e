"""Saves in a process of its own, to be killed; and the runs by which a save is known again."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet  # noqa: F401  (loaded before the processes are forked: loading is no step of a save)

from tests.synthetic import make_runs
from xetho.results import Runs


def numbered(number: int, runs: int = 40) -> Runs:
    """Made-up runs that differ in every value from those of another number."""
    made = make_runs(runs=runs, seed=number, trace=3)
    assumptions = pd.DataFrame(made.assumptions).rename_axis("run")
    assumptions.index = pd.RangeIndex(runs, name="run")
    return Runs(made.summary, made.daily, made.mean, assumptions, {**made.meta, "number": number})


def save_on_and_on(path: Path, first: int, told: Connection) -> None:
    """Save 'first', 'first + 1', ... over one another; tell each number when its save has returned."""
    number = first
    runs = numbered(number)
    told.send(0)
    while True:
        runs.save(path, overwrite=True)
        told.send(number)
        number += 1
        runs = numbered(number)


def die_before_step(path: Path, number: int, step: int, told: Connection) -> None:
    """Save once, and kill this process just before its `step`-th call that opens, makes, renames or removes a file."""
    runs = numbered(number)
    left = step

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "fcntl.flock"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    runs.save(path, overwrite=True)
    told.send(number)
