"""Shortest paths over a graph whose lengths change: one structure, many weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from xetho.interdict.graph import FloatArray, Graph, IntArray


@dataclass(frozen=True)
class Path:
    """A path: its length with nothing cut, and the delay that cutting each of its routes adds to it."""

    length: float
    delay: dict[int, float] = field(hash=False)


class Paths:
    """Shortest paths from the source to the sink of a graph under any arc weights (0 or more, inf for shut)."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        # Arcs beside each other share a cell of the matrix: the shortest of them counts.
        self._order: IntArray = np.lexsort((graph.head, graph.tail)).astype(np.int64)
        key = graph.tail[self._order] * graph.nodes + graph.head[self._order]
        self._first: IntArray = np.flatnonzero(np.diff(key, prepend=-1)).astype(np.int64)
        self._key = key[self._first]
        rows = self._key // graph.nodes
        self._indices = (self._key % graph.nodes).astype(np.int32)
        self._indptr = np.searchsorted(rows, np.arange(graph.nodes + 1)).astype(np.int32)

    def _matrix(self, weights: FloatArray) -> sparse.csr_matrix:
        cells = np.minimum.reduceat(weights[self._order], self._first) if len(self._first) else np.zeros(0)
        shape = (self.graph.nodes, self.graph.nodes)
        return sparse.csr_matrix((cells, self._indices, self._indptr), shape=shape)

    def length(self, weights: FloatArray) -> float:
        """Length of the shortest path; inf when there is none."""
        return float(dijkstra(self._matrix(weights), indices=self.graph.source)[self.graph.sink])

    def shortest(self, weights: FloatArray) -> tuple[float, IntArray]:
        """Length of the shortest path and its arcs in order (none when there is no path)."""
        distance, before = dijkstra(
            self._matrix(weights), indices=self.graph.source, return_predecessors=True
        )
        length = float(distance[self.graph.sink])
        if not np.isfinite(length):
            return np.inf, np.zeros(0, dtype=np.int64)
        nodes = [self.graph.sink]
        while nodes[-1] != self.graph.source:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        return length, np.array([self._arc(a, b, weights) for a, b in zip(nodes, nodes[1:], strict=False)])

    def products(self) -> FloatArray:
        """Greatest product of gains on a way from each node to the sink (0 when there is no way); N."""
        usable = np.where(self.graph.capacity > 0, -np.log(self.graph.gain), np.inf)
        # A gain of 1 weighs nothing, and rounding may not make it less.
        matrix = self._matrix(np.maximum(usable, 0.0)).T.tocsr()
        return np.asarray(np.exp(-dijkstra(matrix, indices=self.graph.sink)), dtype=np.float64)

    def _arc(self, tail: int, head: int, weights: FloatArray) -> int:
        """The shortest arc between two nodes."""
        cell = int(np.searchsorted(self._key, tail * self.graph.nodes + head))
        last = self._first[cell + 1] if cell + 1 < len(self._first) else len(self._order)
        beside = self._order[self._first[cell] : last]
        return int(beside[np.argmin(weights[beside])])
