"""A what-if's plan soon: what is known of it when time is up, with two methods at work beside each other.

The dual simplex method, begun from the plan that the what-if changes, soon has prices that prove nearly all there is to
prove, but no loads that could be made before its end.  The gradient method soon has such loads, but poor prices.  Both
have a core; whatever they have come to, the loads are walked through and the prices mended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np

from xetho.plan.daily import WEIGHT
from xetho.plan.descent import Descent
from xetho.plan.feasible import feasible, violation_of
from xetho.plan.highs import VIOLATION, Basis, PlanError
from xetho.plan.inputs import FloatArray, NetworkLike
from xetho.plan.lexicographic import FIRST_WEIGHT, LAST_WEIGHT, Answer, Proof, Start, of_part, solve_in_order, weighted
from xetho.plan.model import Model
from xetho.plan.prices import Prices
from xetho.plan.programme import Part, parts
from xetho.plan.sofar import best_duals, labour_bound, shortage_bound

STEPS = 250
"""Gradient steps from one look at what their loads deliver to the next (a judgement)."""

PATIENCE_S = 0.08
"""Seconds that the exact method has before the gradient method begins: many a what-if changes little."""

LATE_S = 0.03
"""Seconds by which the exact method may be late to stop, since interior point looks at the clock once a step."""


def replan_so_far(
    network: NetworkLike, model: Model, start: Start, time_limit: float, say: Callable[[str], None]
) -> tuple[Answer, bool]:
    """Least shortage, then least labour, or what is known of both when time is up; and whether it was up.

    start: of a like model's plan.  Never raises for want of time.  Resources of a part that was not done are told to
    be worth nothing.
    """
    deadline = time.perf_counter() + time_limit
    whole = model.programme
    rows, columns = whole.matrix.shape
    if start.proof is None:
        start = replace(start, proof=Proof(np.zeros(rows), np.zeros(rows)))
    values, duals, of_shortage = np.zeros(columns), np.zeros(rows), np.zeros(rows, dtype=bool)
    both = np.zeros(rows)
    basis = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    least = labour = 0.0
    stopped = False
    mending = Prices(model)
    with ThreadPoolExecutor(1) as beside:
        # Small parts come first, since they are quickly done.
        for part in reversed(parts(whole)):
            begun = of_part(start, part)
            assert begun is not None and begun.proof is not None
            left = deadline - LATE_S - time.perf_counter()
            exact = beside.submit(solve_in_order, part.programme, left, say, begun, tell=True)
            search = _Search(network, mending, part, begun)
            search.go_on(exact, deadline)
            try:
                found = exact.result()
            except PlanError as error:
                stopped = True
                for loads, _ in error.so_far[-1:]:
                    search.look(loads[: len(part.columns)])
                values[part.columns] = search.best()
                of_least, both[part.rows] = search.proofs([prices for _, prices in error.so_far[-1:]])
                least += shortage_bound(part.programme, [of_least])
                continue
            values[part.columns], duals[part.rows] = found.values, found.duals
            of_shortage[part.rows] = found.of_shortage
            basis.columns[part.columns], basis.rows[part.rows] = found.basis.columns, found.basis.rows
            least, labour = least + found.shortage_bound, labour + found.labour_bound
            assert found.proof is not None
            both[part.rows] = search.mended(found.proof.at(WEIGHT), WEIGHT, 1.0)
    if stopped:
        labour = labour_bound(whole, [both], float(whole.shortage_cost @ values), [WEIGHT])
    return Answer(values, least, labour, duals, of_shortage, basis), stopped


class _Search:
    """The gradient method at work on a part: the best loads it has come upon, and where it stands."""

    def __init__(self, network: NetworkLike, prices: Prices, part: Part, start: Start) -> None:
        self._network, self._prices, self._part, self._start = network, prices, part, start
        self._best: FloatArray | None = None
        self._method: Descent | None = None

    def go_on(self, exact: Future[Answer], deadline: float) -> None:
        """Look for loads until the exact answer is there or time is up."""

        def enough() -> bool:
            return exact.done() or time.perf_counter() >= deadline

        wait([exact], PATIENCE_S)
        if enough():
            return
        start, programme = self._start, self._part.programme
        self.look(start.values)
        assert start.proof is not None
        cost, duals = weighted(programme, FIRST_WEIGHT), start.proof.at(FIRST_WEIGHT)
        self._method = Descent(self._prices.model, self._part, cost, start.values, duals)
        while not enough():
            self._method.go_on(STEPS, enough)
            self.look(self._method.values)

    def best(self) -> FloatArray:
        """The best loads known, as a solution of the part; those of the plan that the what-if changes at least."""
        if self._best is None:
            self.look(self._start.values)
        if self._best is None:
            self.look(np.zeros(len(self._part.columns)))
        assert self._best is not None
        return self._best

    def proofs(self, in_hand: Iterable[FloatArray]) -> Iterator[FloatArray]:
        """Row duals that prove most of shortage, and of both objectives at WEIGHT.

        in_hand: those of both at LAST_WEIGHT that the exact method has had.
        """
        proof, part = self._start.proof, self._part
        assert proof is not None
        known = [(proof.both, LAST_WEIGHT), *((duals, LAST_WEIGHT) for duals in in_hand)]
        if self._method is not None:
            known.append((self._method.duals, FIRST_WEIGHT))
        less = ((duals - (weight - WEIGHT) * proof.shortage) for duals, weight in known)
        for cost, weights, tried in (
            (part.programme.shortage_cost, (1.0, 0.0), [proof.shortage, *(duals / w for duals, w in known[1:])]),
            (weighted(part.programme, WEIGHT), (WEIGHT, 1.0), less),
        ):
            yield best_duals(part.programme, cost, [self.mended(duals, *weights) for duals in tried])

    def look(self, values: FloatArray) -> None:
        """Keep what values come to when walked through, where it is better than what was known."""
        model, part = self._prices.model, self._part
        whole = np.zeros(len(model.programme.upper))
        whole[part.columns] = values
        found = feasible(self._network, model, model.programme, whole)[part.columns]
        if violation_of(part.programme, found) <= VIOLATION and (
            self._best is None or self._worth(found) < self._worth(self._best)
        ):
            self._best = found

    def mended(self, duals: FloatArray, shortage_weight: float, labour_weight: float) -> FloatArray:
        """Duals of the part's rows that keep every reduced cost (`Prices.mended`)."""
        whole = np.zeros(len(self._prices.model.programme.row_lower))
        whole[self._part.rows] = duals
        return self._prices.mended(whole, shortage_weight, labour_weight)[self._part.rows]

    def _worth(self, values: FloatArray) -> float:
        return float(weighted(self._part.programme, WEIGHT) @ values)
