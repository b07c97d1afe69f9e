"""Published values, and values found by exact enumeration for a published road network."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest

from xetho.interdict import Graph, least_flow, longest_path, make_graph

SHARED = Path(os.environ.get("XETHO_SHARED", "no-folder-given")) / "data" / "logistics"
BENCHMARKS = SHARED / "interdiction_benchmarks.csv"


def arcs(name: str) -> dict[str, np.ndarray]:
    with (SHARED / f"{name}_arcs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}


def road_network(row: dict[str, str]) -> Graph:
    """The network of one benchmark row, nodes numbered from 0."""
    table = arcs(row["network"])
    tail, head = table["tail"].astype(int) - 1, table["head"].astype(int) - 1
    delay = 5.0 if row["interdiction"].startswith("delay") else math.inf
    return make_graph(
        tail, head, int(row["source_node"]) - 1, int(row["sink_node"]) - 1,
        capacity=np.round(table["capacity_veh_per_day"]), length=table["free_flow_time_min"],
        delay=np.full(len(tail), delay), names=[f"{a + 1}-{b + 1}" for a, b in zip(tail, head, strict=True)],
    )  # fmt: skip


@pytest.mark.skipif(not BENCHMARKS.is_file(), reason="the benchmark networks are not here: set XETHO_SHARED")
def test_every_benchmark_row() -> None:
    with BENCHMARKS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 38
    for row in rows:
        graph, budget = road_network(row), int(row["budget_arcs"])
        solve = longest_path if row["problem"] == "shortest path" else least_flow
        if budget == 0:
            value = solve(graph, 1, alternatives=0).base
        else:
            found = solve(graph, budget, alternatives=0)
            value = found.best.value
            assert found.gap < 1e-9, row
            assert len(found.best.routes) <= budget
        assert value == pytest.approx(float(row["optimal_value"]), rel=1e-12, abs=1e-9), row


@pytest.mark.skipif(not BENCHMARKS.is_file(), reason="the benchmark networks are not here: set XETHO_SHARED")
def test_five_nodes_from_the_shared_table() -> None:
    table = arcs("spi5")
    graph = make_graph(
        table["tail"].astype(int) - 1, table["head"].astype(int) - 1, 0, 4,
        length=table["length"], delay=table["delay_if_hit"], effort=table["cost_to_hit"],
    )  # fmt: skip
    assert longest_path(graph, 2, alternatives=0).best.value == 16.0
