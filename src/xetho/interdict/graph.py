"""A plain network to cut: arcs with capacity, gain, length and delay, and the routes that a cut takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xetho.interdict.errors import QuestionError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """Arcs from `tail` to `head` (A of them) among `nodes` nodes, and R routes that can be cut.

    Cutting a route takes out every arc with its index in `route` (both directions, all modes beside each other).
    """

    nodes: int
    tail: IntArray
    head: IntArray
    source: int
    sink: int
    capacity: FloatArray  # A: t/day that can enter, inf when unlimited
    gain: FloatArray  # A: share of what enters that comes out, over 0 and at most 1
    length: FloatArray  # A: km, days, minutes: whatever a path adds up
    delay: FloatArray  # A: what a cut adds to the length; inf when a cut closes the arc
    route: IntArray  # A: index of the route, -1 for an arc that cannot be cut
    effort: FloatArray  # R: what cutting the route costs
    names: tuple[str, ...]  # R
    arcs_of: tuple[IntArray, ...] = field(init=False, repr=False)  # R: arcs of each route

    def __post_init__(self) -> None:
        order = np.argsort(self.route, kind="stable")
        first = np.searchsorted(self.route[order], np.arange(len(self.names) + 1))
        arcs = tuple(order[first[i] : first[i + 1]] for i in range(len(self.names)))
        object.__setattr__(self, "arcs_of", arcs)

    def cut_arcs(self, routes: Sequence[int]) -> BoolArray:
        """Arcs that cutting these routes takes out or delays (A)."""
        cut = np.zeros(len(self.tail), dtype=np.bool_)
        for route in routes:
            cut[self.arcs_of[route]] = True
        return cut


def make_graph(
    tail: ArrayLike,
    head: ArrayLike,
    source: int,
    sink: int,
    *,
    nodes: int | None = None,
    capacity: ArrayLike | None = None,
    gain: ArrayLike | None = None,
    length: ArrayLike | None = None,
    delay: ArrayLike | None = None,
    route: ArrayLike | None = None,
    effort: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Graph:
    """A graph from arrays: capacity unlimited, gain 1, length 1, cuts that close, each arc a route of effort 1
    unless told.

    Raises QuestionError naming everything that is wrong with the arrays.

    >>> make_graph([0, 1], [1, 2], 0, 2, capacity=[3, 5]).names
    ('0-1', '1-2')
    """
    tails, heads = np.asarray(tail, dtype=np.int64), np.asarray(head, dtype=np.int64)
    count = len(tails)
    size = int(max(tails.max(initial=0), heads.max(initial=0), source, sink)) + 1 if nodes is None else nodes
    routes = np.arange(count) if route is None else np.asarray(route, dtype=np.int64)
    targets = int(routes.max(initial=-1)) + 1 if names is None else len(names)
    if names is None:
        names = _names(tails, heads, routes, targets)

    def column(values: ArrayLike | None, default: float, rows: int) -> FloatArray:
        return np.full(rows, default) if values is None else np.asarray(values, dtype=np.float64)

    graph = Graph(
        nodes=size, tail=tails, head=heads, source=int(source), sink=int(sink),
        capacity=column(capacity, np.inf, count), gain=column(gain, 1.0, count),
        length=column(length, 1.0, count), delay=column(delay, np.inf, count),
        route=routes, effort=column(effort, 1.0, targets), names=tuple(names),
    )  # fmt: skip
    problems = _problems(graph)
    if problems:
        raise QuestionError(*problems)
    return graph


def _names(tail: IntArray, head: IntArray, route: IntArray, routes: int) -> list[str]:
    """Names of routes by the ends of their first arc."""
    names = [""] * routes
    for arc in range(len(tail) - 1, -1, -1):
        if route[arc] >= 0:
            names[route[arc]] = f"{tail[arc]}-{head[arc]}"
    return names


def _problems(graph: Graph) -> list[str]:
    count, routes = len(graph.tail), len(graph.names)
    wrong = []
    for name, values, rows in (
        ("head", graph.head, count), ("capacity", graph.capacity, count), ("gain", graph.gain, count),
        ("length", graph.length, count), ("delay", graph.delay, count), ("route", graph.route, count),
        ("effort", graph.effort, routes),
    ):  # fmt: skip
        if len(values) != rows:
            wrong.append(f"{name}: found {len(values)} values, allowed {rows}")
        elif np.isnan(np.asarray(values, dtype=np.float64)).any():
            wrong.append(f"{name}: found a value that is not a number")
    if wrong:
        return wrong
    ends = np.concatenate([graph.tail, graph.head, [graph.source, graph.sink]])
    if ends.min() < 0 or ends.max() >= graph.nodes:
        wrong.append(f"nodes: found {ends.min()} to {ends.max()}, allowed 0 to {graph.nodes - 1}")
    if graph.source == graph.sink:
        wrong.append("source and sink are the same node: nothing has to move")
    for name, bad, allowed in (
        ("capacity", graph.capacity < 0, "0 or more"),
        ("gain", (graph.gain <= 0) | (graph.gain > 1), "over 0 and at most 1"),
        ("length", (graph.length < 0) | ~np.isfinite(graph.length), "0 or more, and finite"),
        ("delay", graph.delay < 0, "0 or more"),
        ("route", (graph.route < -1) | (graph.route >= routes), f"-1 to {routes - 1}"),
        ("effort", (graph.effort <= 0) | ~np.isfinite(graph.effort), "over 0, and finite"),
    ):
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            wrong.append(f"{name}: found a value that makes no sense at position {first} (allowed: {allowed})")
    return wrong
