"""Small random networks, and the slow but plain way to answer every question about them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import linprog

from xetho.interdict import Graph, make_graph


def subsets(effort: np.ndarray, budget: float, barred: frozenset[int] = frozenset()) -> Iterator[tuple[int, ...]]:
    """Every set of routes within the budget, the empty one first."""
    free = [i for i in range(len(effort)) if i not in barred]
    for size in range(len(free) + 1):
        for one in itertools.combinations(free, size):
            if effort[list(one)].sum() <= budget + 1e-9:
                yield one


def worst(value: Callable[[tuple[int, ...]], float], graph: Graph, budget: float, sense: int,
          barred: frozenset[int] = frozenset()) -> float:  # fmt: skip
    """The worst value over all plans to which nothing can be added, by trying them all."""
    plans = list(subsets(graph.effort, budget, barred))
    sets = [set(one) for one in plans]
    full = [one for one, own in zip(plans, sets, strict=True) if not any(own < other for other in sets)]
    return max((value(one) for one in full), key=lambda v: sense * v)


def flow(graph: Graph, cut: tuple[int, ...]) -> float:
    """The most that can reach the sink: the flow programme itself, given to another solver."""
    use = ~graph.cut_arcs(cut) & (graph.tail != graph.sink) & (graph.head != graph.source)
    tail, head, gain = graph.tail[use], graph.head[use], graph.gain[use]
    balance = np.zeros((graph.nodes, len(tail)))
    np.add.at(balance, (tail, np.arange(len(tail))), 1.0)
    np.add.at(balance, (head, np.arange(len(tail))), -gain)
    inner = [v for v in range(graph.nodes) if v not in (graph.source, graph.sink)]
    done = linprog(
        balance[graph.sink], A_ub=balance[inner], b_ub=np.zeros(len(inner)),
        bounds=[(0, u) for u in graph.capacity[use]], method="highs-ds",
    )  # fmt: skip
    return 0.0 if len(tail) == 0 else -done.fun


def length(graph: Graph, cut: tuple[int, ...]) -> float:
    """Length of the shortest path by Bellman's method."""
    weights = np.where(graph.cut_arcs(cut), graph.length + graph.delay, graph.length)
    distance = np.full(graph.nodes, np.inf)
    distance[graph.source] = 0.0
    for _ in range(graph.nodes):
        for a, b, w in zip(graph.tail, graph.head, weights, strict=True):
            distance[b] = min(distance[b], distance[a] + w)
    return float(distance[graph.sink])


def random_graph(seed: int, *, gains: bool = False, removal: bool = False) -> tuple[Graph, float]:
    """A connected network of some six nodes with two-way routes, parallel modes and uneven efforts, and a budget."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 7))
    tail, head, route = [], [], []
    pairs = [(n, n + 1) for n in range(nodes - 1)]
    pairs += [tuple(sorted(rng.choice(nodes, 2, replace=False))) for _ in range(int(rng.integers(2, 5)))]
    for number, (a, b) in enumerate(pairs):
        kind = rng.random()
        ends = [(a, b)] + ([(b, a)] if kind < 0.4 else []) + ([(a, b)] if kind > 0.8 else [])
        tail += [x for x, _ in ends]
        head += [y for _, y in ends]
        route += [number] * len(ends)
    count = len(tail)
    uneven = rng.random() < 0.4
    graph = make_graph(
        tail, head, 0, nodes - 1, nodes=nodes,
        capacity=rng.integers(1, 20, count), gain=rng.uniform(0.4, 1.0, count) if gains else None,
        length=rng.integers(0, 9, count), delay=None if removal else rng.integers(0, 7, count),
        route=route, effort=rng.integers(1, 4, len(pairs)) if uneven else None,
        names=[f"R{i}" for i in range(len(pairs))],
    )  # fmt: skip
    budget = float(rng.integers(1, 4)) if not uneven else float(rng.integers(3, 6))
    return graph, min(max(budget, graph.effort.min()), graph.effort.sum())
