"""Least maximum flow: which routes to cut so that the least still gets through.

Arcs have gains: of what enters arc `a` a share `gain_a` comes out.  The most that can come out at the sink is a linear
programme; its dual prices a tonne at each node, `0 <= p_v <= P_v`, where `P_v` is the greatest product of gains from
there to the sink.  A cut lifts the dual row of an arc by `gain_a P_head`, the most that can ever be needed, so cuts and
prices are chosen together:

    least  sum of capacity_a b_a,   b_a + gain_a P_head z_route(a) >= gain_a p_head - p_tail,   effort' z <= budget

(Wood, Deterministic network interdiction, Mathematical and Computer Modelling 17, 1993, with gains added).
The value of every plan told is computed again by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from xetho.interdict import mip
from xetho.interdict.errors import QuestionError
from xetho.interdict.game import Found, Routes, interdict, row_of
from xetho.interdict.graph import FloatArray, Graph, IntArray
from xetho.interdict.paths import Paths
from xetho.interdict.result import Cut, Interdiction


def max_flow(graph: Graph, routes: Sequence[int] = ()) -> float:
    """The most that can come out at the sink with these routes cut; inf when nothing limits it."""
    return FlowGame(graph).value(routes)


def least_flow(
    graph: Graph,
    budget: float,
    *,
    guarded: Iterable[int] = (),
    alternatives: int = 4,
    share: float = 0.95,
    time_limit: float = 60.0,
) -> Interdiction:
    """The cuts within a budget of effort that leave the least maximum flow.  Arguments and errors as in `interdict`.

    Raises QuestionError when source and sink are not connected or the flow stays unlimited whatever is cut.

    >>> from xetho.interdict.graph import make_graph
    >>> least_flow(make_graph([0, 0, 1], [1, 1, 2], 0, 2, capacity=[3, 4, 5]), 1).best
    Cut(routes=(2,), value=0.0)
    """
    return interdict(
        FlowGame(graph), budget, guarded=guarded, alternatives=alternatives, share=share, time_limit=time_limit
    )


class FlowGame:
    """The flow of a graph as something to cut: lower is worse."""

    sense = -1

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.effort = graph.effort
        self.groups = [(route,) for route in range(len(graph.effort))]
        worth = Paths(graph).products()
        if worth[graph.source] <= 0:
            raise QuestionError("no way leads from the source to the sink, even with nothing cut")
        # Arcs from which the sink cannot be reached carry nothing that counts; nor do those back into the source
        # or on from the sink.
        useful = (worth[graph.head] > 0) & (graph.capacity > 0) & (graph.head != graph.source)
        self._arcs: IntArray = np.flatnonzero(useful & (graph.tail != graph.sink)).astype(np.int64)
        self._worth = worth

    @cached_property
    def base(self) -> float:
        """The maximum flow with nothing cut."""
        return self.value(())

    def value(self, cut: Sequence[int]) -> float:
        """The maximum flow with these routes cut; inf when nothing limits it."""
        programme = self._programme(np.inf, row_of(cut, len(self.effort)), frozenset(), ())
        solution = mip.minimise(programme, np.inf)
        return max(solution.cost, 0.0) * self._scale

    def worst(
        self, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float, deadline: float
    ) -> Found:
        """See `Game.worst`."""
        programme = self._programme(budget, None, shut, excluded)
        solution = mip.minimise(programme, deadline - time.perf_counter())
        bound = max(solution.bound, 0.0) * self._scale
        if solution.values is None:
            if not shut and not excluded and np.isinf(bound):
                raise QuestionError("the flow stays unlimited whatever is cut: give more arcs a capacity")
            return Found(None, bound)
        chosen = np.flatnonzero(solution.values[-len(self.effort) :] > 0.5)
        routes = tuple(int(route) for route in chosen)
        value = self.value(routes)
        bound = min(bound, value)
        return Found(Cut(routes, value) if value < floor else None, bound)

    @cached_property
    def _scale(self) -> float:
        """Capacities are divided by about the greatest, so that the solver's tolerances mean the same in any unit.

        A power of two, which divides without rounding.
        """
        finite = self.graph.capacity[self._arcs]
        greatest = float(np.max(finite[np.isfinite(finite)], initial=0.0))
        return float(2.0 ** np.round(np.log2(greatest))) if greatest > 0 else 1.0

    @cached_property
    def _rows(self) -> sparse.csr_matrix:
        """One row an arc: b_a + p_tail - gain p_head + gain P_head z_route >= 0; columns b, p, z."""
        graph, arcs = self.graph, self._arcs
        count, nodes = len(arcs), graph.nodes
        row = np.arange(count)
        gain, route = graph.gain[arcs], graph.route[arcs]
        lift = gain * self._worth[graph.head[arcs]]
        on = route >= 0
        parts = (
            (row, row, np.ones(count)),
            (row, count + graph.tail[arcs], np.ones(count)),
            (row, count + graph.head[arcs], -gain),
            (row[on], count + nodes + route[on], lift[on]),
        )
        rows, columns, values = (np.concatenate([part[i] for part in parts]) for i in range(3))
        shape = (count, count + nodes + len(self.effort))
        return sparse.coo_matrix((values, (rows, columns)), shape=shape).tocsr()

    def _programme(
        self, budget: float, cut: FloatArray | None, shut: frozenset[int], excluded: Sequence[Routes]
    ) -> mip.Programme:
        """The programme of the worst cuts, or of the flow with a given cut."""
        graph, arcs, routes = self.graph, self._arcs, len(self.effort)
        capacity = graph.capacity[arcs] / self._scale
        limited = np.isfinite(capacity)
        worth = self._worth.copy()
        worth[graph.source] = 0.0
        first = np.zeros(graph.nodes)
        first[graph.sink] = 1.0
        free = np.array([route not in shut for route in range(routes)])
        extra = [self.effort, *(row_of(one, routes) for one in excluded)]
        most = [budget, *(len(one) - 1.0 for one in excluded)]
        wide = sparse.csr_matrix((len(extra), len(arcs) + graph.nodes))
        below = sparse.hstack([wide, sparse.csr_matrix(np.array(extra))])
        return mip.Programme(
            cost=np.concatenate([np.where(limited, capacity, 0.0), np.zeros(graph.nodes + routes)]),
            matrix=sparse.vstack([self._rows, below]).tocsr(),
            row_lower=np.concatenate([np.zeros(len(arcs)), np.full(len(extra), -np.inf)]),
            row_upper=np.concatenate([np.full(len(arcs), np.inf), np.array(most)]),
            # What passes an unlimited arc cannot be stopped on it: its b is held at nothing.
            lower=np.concatenate([np.zeros(len(arcs)), first, np.zeros(routes) if cut is None else cut]),
            upper=np.concatenate([np.where(limited, np.inf, 0.0), worth, free.astype(float) if cut is None else cut]),
            whole=np.concatenate(
                [np.zeros(len(arcs) + graph.nodes, dtype=bool), np.full(routes, cut is None)]
            ),
        )
