"""Longest shortest path: which routes to cut or delay so that the quickest way left is as long as can be.

A plan that makes every path longer than `best` must cut enough on each path that is not: on a path P of length l_P

    sum over its routes of min(1, delay_r / (best - l_P)) x_r >= 1          (a route that is closed counts 1)

(the super-valid inequalities of Israeli and Wood, Shortest-path network interdiction, Networks 40, 2002, with each
delay cut down to what is wanting).  Paths are found one by one by Dijkstra's method; the least effort that satisfies
the rows found so far is a linear programme.  When it passes the budget on every branch, no plan beats `best`.
Where no cut closes a route, `delay.py` is quicker.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from xetho.interdict.covering import Covering
from xetho.interdict.delay import DelaySearch
from xetho.interdict.errors import QuestionError
from xetho.interdict.game import Found, Routes, interdict
from xetho.interdict.graph import FloatArray, Graph, IntArray
from xetho.interdict.paths import Path, Paths
from xetho.interdict.result import TOLERANCE, Cut, Interdiction

PATHS_AT_ONCE = 8
"""Paths added each time: after the first, those that share as little as possible with the ones before."""

ROUNDS = 6
"""Times in a row that paths are looked for at a fractional point before the search branches."""


def shortest_path(graph: Graph, routes: Sequence[int] = ()) -> float:
    """Length of the shortest path with these routes cut or delayed; inf when there is none."""
    return PathGame(graph).value(routes)


def longest_path(
    graph: Graph,
    budget: float,
    *,
    guarded: Iterable[int] = (),
    alternatives: int = 4,
    share: float = 0.95,
    time_limit: float = 60.0,
) -> Interdiction:
    """The cuts within a budget of effort that leave the longest shortest path.  Arguments and errors as in `interdict`.

    Raises QuestionError when source and sink are not connected.

    >>> from xetho.interdict.graph import make_graph
    >>> longest_path(make_graph([0, 0, 1], [1, 2, 2], 0, 2, length=[1, 5, 1], delay=[9, 1, 2]), 1).best
    Cut(routes=(0,), value=5.0)
    """
    return interdict(
        PathGame(graph), budget, guarded=guarded, alternatives=alternatives, share=share, time_limit=time_limit
    )


class PathGame:
    """The shortest path of a graph as something to cut: longer is worse."""

    sense = 1

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.effort = graph.effort
        self.groups = [(route,) for route in range(len(graph.effort))]
        self.paths = Paths(graph)
        if not math.isfinite(self.paths.length(graph.length)):
            raise QuestionError("no way leads from the source to the sink, even with nothing cut")
        # Paths stay true whatever is asked next, so later searches begin with those of earlier ones.
        self._known: dict[bytes, Path] = {}

    @cached_property
    def base(self) -> float:
        """Length of the shortest path with nothing cut."""
        return self.value(())

    def value(self, cut: Sequence[int]) -> float:
        """Length of the shortest path with these routes cut."""
        return self.paths.length(self.weights(cut))

    def worst(
        self, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float, deadline: float
    ) -> Found:
        """See `Game.worst`."""
        closes = ~np.isfinite(self.graph.delay[self.graph.route >= 0])
        search = _Search if closes.any() else DelaySearch
        return search(self, budget, shut, excluded, floor, deadline).run()

    def weights(self, cut: Sequence[int]) -> FloatArray:
        """Lengths of the arcs with these routes cut (A)."""
        weights = self.graph.length.copy()
        for route in cut:
            arcs = self.graph.arcs_of[route]
            weights[arcs] += self.graph.delay[arcs]
        return weights

    def remember(self, arcs: IntArray) -> Path:
        """The path along these arcs, kept."""
        key = arcs.tobytes()
        if key not in self._known:
            routes = self.graph.route[arcs]
            delay: dict[int, float] = {}
            for route, added in zip(routes[routes >= 0], self.graph.delay[arcs][routes >= 0], strict=True):
                delay[int(route)] = delay.get(int(route), 0.0) + float(added)
            self._known[key] = Path(float(self.graph.length[arcs].sum()), delay)
        return self._known[key]

    @property
    def known(self) -> list[Path]:
        """Every path met so far."""
        return list(self._known.values())


class _Search:
    """One search for a plan that leaves a longer path than the best so far, by branching over routes."""

    def __init__(
        self, game: PathGame, budget: float, shut: frozenset[int], excluded: Sequence[Routes], floor: float,
        deadline: float,
    ) -> None:  # fmt: skip
        self.game, self.budget, self.shut, self.excluded = game, budget, shut, excluded
        self.deadline = deadline
        self.best: Cut | None = None
        # No path that is left is longer than all arcs together, so beyond that only severing counts.
        delay = game.graph.delay
        self.most = float(game.graph.length.sum() + delay[np.isfinite(delay)].sum()) + 1.0
        self.best_value = min(floor, self.most)
        self._write_rows()

    def run(self) -> Found:
        """Search until nothing better can be, or time is up."""
        self._try(self._greedy(()))
        nodes: list[tuple[Routes, Routes]] = [((), ())]
        while nodes and math.isfinite(self.best_value):
            left_out, chosen = nodes.pop()
            try:
                branch = self._settle(left_out, chosen)
            except TimeoutError:
                return Found(self.best, self._bound())
            if branch is not None:
                # The branch that cuts the route is looked at first: it ends sooner in a plan.
                nodes += [((*left_out, branch), chosen), (left_out, (*chosen, branch))]
        return Found(self.best, self.best_value)

    @property
    def goal(self) -> float:
        """Length that a better plan leaves at least."""
        return self.best_value + TOLERANCE * max(1.0, self.best_value)

    def _settle(self, left_out: Routes, chosen: Routes) -> int | None:
        """Find the rows that matter in a branch; the route to branch on, None when the branch holds nothing better.

        Raises TimeoutError when time is up.
        """
        rounds = 0
        while True:
            if time.perf_counter() >= self.deadline:
                raise TimeoutError
            point = self.covering.least(left_out, chosen)
            if point is None or point.effort > self.budget + 1e-7:
                return None
            x = point.x
            fraction = np.minimum(x, 1.0 - x)
            whole = float(fraction.max(initial=0.0)) < 1e-6
            cut = tuple(int(route) for route in np.flatnonzero(x > 1.0 - 1e-6))
            if self._try(self._greedy(cut) if whole else self._rounded(x)):
                if math.isinf(self.best_value):
                    return None
                rounds = 0
                continue
            if self._add_paths(x, cut if whole else None):
                rounds += 1
                if whole or rounds < ROUNDS:
                    continue
            if not whole:
                return int(np.argmax(fraction + 0.01 * x * (fraction > 1e-6)))
            # Only rounding can bring the search here: whoever does better than a plan cuts a route outside it.
            self.covering.add({i: 1.0 for i in range(len(x)) if i not in cut})

    def _try(self, cut: Routes) -> bool:
        """Take a plan as the best when it leaves a longer path."""
        if self._forbidden(cut):
            return False
        value = self.game.value(cut)
        if value < self.goal:
            return False
        self.best, self.best_value = Cut(cut, value), value
        if math.isfinite(value):
            self._write_rows()
        return True

    def _forbidden(self, cut: Routes) -> bool:
        """Does the plan hold a set that may not be cut together?"""
        return any(set(one) <= set(cut) for one in self.excluded)

    def _greedy(self, start: Routes) -> Routes:
        """The plan with the rest of the budget spent, each time on the route of the shortest path that helps most."""
        cut, game, graph = start, self.game, self.game.graph
        left = self.budget - sum(float(graph.effort[route]) for route in cut)
        while True:
            length, arcs = game.paths.shortest(game.weights(cut))
            if not math.isfinite(length):
                return cut
            game.remember(arcs)
            options = [
                (*cut, int(route))
                for route in dict.fromkeys(graph.route[arcs])
                if route >= 0 and route not in cut and route not in self.shut
                and graph.effort[route] <= left + 1e-9 and not self._forbidden((*cut, int(route)))
            ]  # fmt: skip
            if not options:
                return cut
            cut = max(options, key=lambda one: (game.value(one) - length) / float(graph.effort[one[-1]]))
            left -= float(graph.effort[cut[-1]])

    def _rounded(self, x: FloatArray) -> Routes:
        """The routes with most of a fractional plan that fit the budget."""
        cut: Routes = ()
        left = self.budget
        for route in np.argsort(-x, kind="stable"):
            if x[route] < 1e-6:
                break
            if self.game.effort[route] <= left + 1e-9 and not self._forbidden((*cut, int(route))):
                cut, left = (*cut, int(route)), left - float(self.game.effort[route])
        return cut

    def _add_paths(self, x: FloatArray, cut: Routes | None) -> bool:
        """Add rows of paths that a point leaves shorter than the goal; False when none is found.

        cut: the plan when the point is one; then a path is found if there is any.
        """
        game, graph, room = self.game, self.game.graph, self.goal - self.game.base
        on = graph.route >= 0
        weights = graph.length.copy()
        if cut is None:
            weights[on] += np.minimum(graph.delay[on], room) * x[graph.route[on]]
        else:
            weights = game.weights(cut)
        added = False
        for _ in range(PATHS_AT_ONCE):
            length, arcs = game.paths.shortest(weights)
            if not math.isfinite(length):
                break
            path = game.remember(arcs)
            row = self._row(path)
            if row is None or sum(share * float(x[route]) for route, share in row.items()) > 1.0 - 1e-6:
                break
            if not self.covering.add(row):
                break
            added = True
            weights[arcs[graph.route[arcs] >= 0]] += 0.25 * room
        return added

    def _row(self, path: Path) -> dict[int, float] | None:
        """Share of what a path wants that each of its routes gives; None when the path is long enough already."""
        wanting = self.goal - path.length
        if wanting <= 0:
            return None
        return {route: min(1.0, added / wanting) for route, added in path.delay.items() if added > 0}

    def _write_rows(self) -> None:
        """The rows of all known paths, as the goal now asks."""
        self.covering = self._covering(self.goal)

    def _covering(self, goal: float) -> Covering:
        game = self.game
        covering = Covering(game.effort, self.shut, self.excluded)
        for path in game.known:
            wanting = goal - path.length
            if wanting > 0:
                covering.add({i: min(1.0, added / wanting) for i, added in path.delay.items() if added > 0})
        return covering

    def _bound(self) -> float:
        """A length that no plan reaches, from the paths met so far: least that even a fractional plan cannot afford."""
        low, high = self.goal, self.most
        if self._affordable(high):
            return math.inf
        while high - low > 1e-4 * max(1.0, low):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._affordable(middle) else (low, middle)
        return high

    def _affordable(self, goal: float) -> bool:
        """May the budget be enough to make every known path at least so long?"""
        point = self._covering(goal).least((), ())
        return point is not None and point.effort <= self.budget + 1e-7
