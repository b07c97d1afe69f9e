"""Made-up runs with exactly the variables of outputs.csv, for tests that need results but no engine."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

START = date(2030, 1, 1)
DAYS = 40
OUTPUTS = Path(__file__).resolve().parents[1] / "src" / "xetho" / "results" / "outputs.csv"

LABELS: dict[str, list[str]] = {
    "camp": ["FORT"],
    "position": ["NORTH", "SOUTH"],
    "operation": ["first", "second"],
    "side": ["blue", "red"],
    "good": ["rice", "shells"],
    "lot": ["rice:valley", "rice:coast"],
    "weapon": ["gun"],
    "place": ["DEPOT", "FRONT"],
    "pool": ["trucks"],
    "route": ["r1", "r2"],
}


@dataclass
class SyntheticRuns:
    """The same five fields as the engine's Runs."""

    summary: xr.Dataset
    daily: xr.Dataset
    mean: xr.Dataset
    assumptions: pd.DataFrame
    meta: dict[str, Any]


def make_runs(
    runs: int = 200,
    seed: int = 1,
    trace: int = 50,
    values: Mapping[str, Any] | None = None,
    assumptions: Mapping[str, Sequence[float]] | None = None,
) -> SyntheticRuns:
    """Runs of random numbers; `values` replaces whole variables (arrays that fit their dims, run first)."""
    rng = np.random.default_rng(seed)
    summary: dict[str, Any] = {}
    daily: dict[str, Any] = {}
    with OUTPUTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dims = row["dims"].split()
            sizes = [len(LABELS[dim]) for dim in dims]
            if row["kind"] == "daily":
                shape, names, into = (trace, DAYS, *sizes), ("run", "day", *dims), daily
            else:
                shape, names, into = (runs, *sizes), ("run", *dims), summary
            data = rng.uniform(0.0, DAYS, shape)
            if values and row["name"] in values:
                data = np.broadcast_to(np.asarray(values[row["name"]], dtype=np.float64), shape)
            into[row["name"]] = (names, data)
    draws = assumptions if assumptions is not None else {"a": rng.random(runs), "b": rng.random(runs)}
    return SyntheticRuns(
        xr.Dataset(summary, coords={"run": np.arange(runs), **LABELS}),
        xr.Dataset(daily, coords={"run": np.arange(trace), "day": np.arange(DAYS), **LABELS}),
        xr.Dataset(),
        pd.DataFrame(draws),
        {"seed": seed, "runs": runs},
    )
