"""Answers as flat tables for --out: one row a shipment, a run or a source."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xetho.scenario.metrics import outputs

if TYPE_CHECKING:
    from xetho.network import Network
    from xetho.plan import Plan
    from xetho.results import Runs
    from xetho.scenario import Scenario

# Loads below this are the solver's dust, not cargo.
DUST_T_PER_DAY = 1e-6


def shipments(plan: Plan, network: Network) -> pd.DataFrame:
    """What the plan loads: columns from, until, route, origin, destination, mode, pool, good, t_per_day."""
    rows = []
    for period, way, good in np.argwhere(plan.load > DUST_T_PER_DAY):
        arc = network.way_arc[way]
        first, after = int(plan.bounds[period]), int(plan.bounds[period + 1])
        rows.append(
            {
                "from": (network.start + timedelta(days=first)).isoformat(),
                "until": (network.start + timedelta(days=after - 1)).isoformat(),
                "route": network.route_ids[network.arc_route[arc]],
                "origin": network.place_ids[network.arc_from[arc]],
                "destination": network.place_ids[network.arc_to[arc]],
                "mode": network.mode_ids[network.way_mode[way]],
                "pool": network.pool_ids[network.way_pool[way]],
                "good": network.good_ids[good],
                "t_per_day": float(plan.load[period, way, good]),
            }
        )
    columns = ["from", "until", "route", "origin", "destination", "mode", "pool", "good", "t_per_day"]
    return pd.DataFrame(rows, columns=columns)


def run_table(runs: Runs) -> pd.DataFrame:
    """One row a run: its number, each assumption drawn (`assumption:ID`), each summary output by metric."""
    columns: dict[str, Any] = {"run": np.arange(runs.summary.sizes["run"])}
    for name in runs.assumptions.columns:
        columns[f"assumption:{name}"] = runs.assumptions[name].to_numpy()
    for name, output in outputs().items():
        if output.kind == "daily" or name not in runs.summary:
            continue
        values = runs.summary[name].transpose("run", *output.dims)
        flat = values.to_numpy().reshape(values.sizes["run"], -1)
        labels = [[str(label) for label in values[dim].to_numpy()] for dim in output.dims]
        for place, keys in enumerate(itertools.product(*labels)):
            columns[f"{name}[{','.join(keys)}]" if keys else name] = flat[:, place]
    return pd.DataFrame(columns)


def source_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """Every source with the number of rows, over all tables, that cite it."""
    cited: dict[str, int] = {}
    for table in scenario.tables.values():
        if "source" in table.columns:
            for keys in table["source"]:
                for key in keys:
                    cited[str(key)] = cited.get(str(key), 0) + 1
    found = scenario.tables["sources"]
    return [
        {
            "key": str(key),
            "title": str(row["title"]),
            "publisher": str(row["publisher"]),
            "url": str(row["url"]),
            "kind": str(row["kind"]),
            "rows": cited.get(str(key), 0),
            "note": str(row["note"]),
        }
        for key, row in found.iterrows()
    ]
