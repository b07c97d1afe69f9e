"""Cuts side by side: our shortest-path search against the direct mixed-integer model, and flow cuts on 1,000 arcs.

Run `python benchmarks/interdict.py [--size 30] [--cuts 5] [--limit 600]`.  Times are CPU seconds of this process,
the best of `--repeat`; the direct model is given the same network, budget and one thread.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy import sparse

from xetho.interdict import Graph, least_flow, longest_path, make_graph
from xetho.interdict.mip import Programme, Solution, minimise


def grid(rows: int, columns: int, seed: int) -> Graph:
    """A grid crossed from left to right: lengths and delays 1 to 9, capacities 1 to 49, all drawn at random."""
    rng = np.random.default_rng(seed)
    here = np.arange(rows * columns).reshape(rows, columns) + 1
    pairs = [(here[:, :-1], here[:, 1:]), (here[:-1], here[1:]), (here[1:], here[:-1])]
    tail = np.concatenate([a.ravel() for a, _ in pairs])
    head = np.concatenate([b.ravel() for _, b in pairs])
    count, sink = len(tail), rows * columns + 1
    ends = np.concatenate([np.zeros(rows), here[:, -1]]), np.concatenate([here[:, 0], np.full(rows, sink)])
    free = np.zeros(2 * rows)
    return make_graph(
        np.concatenate([tail, ends[0]]), np.concatenate([head, ends[1]]), 0, sink,
        length=np.concatenate([rng.integers(1, 10, count), free]),
        delay=np.concatenate([rng.integers(1, 10, count), free]),
        capacity=np.concatenate([rng.integers(1, 50, count), free + np.inf]),
        route=np.concatenate([np.arange(count), free.astype(int) - 1]),
    )  # fmt: skip


def direct(graph: Graph, budget: float, limit: float) -> Solution:
    """The whole model at once: potentials p and cuts x, `p_head - p_tail <= length + delay x`, most `p_sink`.

    Israeli and Wood 2002, the dual of the shortest path with the cuts in it.
    """
    arcs, nodes, routes = len(graph.tail), graph.nodes, len(graph.effort)
    row, on = np.arange(arcs), graph.route >= 0
    entries = [
        (row, graph.head, np.ones(arcs)),
        (row, graph.tail, -np.ones(arcs)),
        (row[on], nodes + graph.route[on], -graph.delay[on]),
        (np.full(routes, arcs), nodes + np.arange(routes), graph.effort),
    ]
    rows, columns, values = (np.concatenate([one[i] for one in entries]) for i in range(3))
    lower, upper = np.full(nodes + routes, -np.inf), np.full(nodes + routes, np.inf)
    lower[graph.source] = upper[graph.source] = 0.0
    lower[nodes:], upper[nodes:] = 0.0, 1.0
    cost = np.zeros(nodes + routes)
    cost[graph.sink] = -1.0
    programme = Programme(
        cost=cost, matrix=sparse.coo_matrix((values, (rows, columns)), shape=(arcs + 1, nodes + routes)).tocsr(),
        row_lower=np.full(arcs + 1, -np.inf), row_upper=np.append(graph.length, budget), lower=lower, upper=upper,
        whole=np.arange(nodes + routes) >= nodes,
    )  # fmt: skip
    return minimise(programme, limit)


def main() -> None:
    """Print one line for each network."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=30)
    asked.add_argument("--cuts", type=int, default=5)
    asked.add_argument("--limit", type=float, default=600.0, help="wall seconds for the direct model")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--seeds", type=int, default=3)
    option = asked.parse_args()
    for seed in range(option.seeds):
        graph = grid(option.size, option.size, seed)
        ours, best = [], None
        for _ in range(option.repeat):
            begun = time.process_time()
            best = longest_path(graph, option.cuts, alternatives=0).best.value
            ours.append(time.process_time() - begun)
        begun = time.process_time()
        whole = direct(graph, option.cuts, option.limit)
        theirs = time.process_time() - begun
        same = "the same" if whole.values is not None and abs(-whole.cost - float(best or 0)) < 1e-6 else "not the same"
        print(
            f"path, grid {option.size}, {len(graph.tail)} arcs, {option.cuts} cuts, seed {seed}: "
            f"ours {min(ours):.2f} s "
            f"({best:g}), direct {theirs:.1f} s ({-whole.cost:g}, bound {-whole.bound:g}; {same}), "
            f"ratio {theirs / min(ours):.0f}", flush=True,
        )  # fmt: skip
    for seed in range(option.seeds):
        graph = grid(15, 23, seed)
        times = []
        for _ in range(option.repeat):
            begun = time.process_time()
            found = least_flow(graph, 10, alternatives=0)
            times.append(time.process_time() - begun)
        print(
            f"flow, {len(graph.tail)} arcs, 10 cuts, seed {seed}: {min(times):.2f} s, "
            f"{found.base:g} to {found.best.value:g}, gap {found.gap:.1e}"
        )


if __name__ == "__main__":
    main()
