"""The best plan known when time is up, and what is proven of it: at worst nothing is carried and nothing proven.

What the solver has in hand is walked through (`feasible.py`), so that it keeps every row, and its row duals, whatever
they are, prove a bound by weak duality (`highs.dual_bound`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import numpy as np

from xetho.plan.feasible import best_values
from xetho.plan.highs import Basis, PlanError, dual_bound
from xetho.plan.inputs import FloatArray, NetworkLike
from xetho.plan.lexicographic import FIRST_WEIGHT, LAST_WEIGHT, TIE, Answer, Proof, solve_in_order, weighted
from xetho.plan.model import Model
from xetho.plan.programme import Programme, parts

WEIGHTS = (FIRST_WEIGHT, LAST_WEIGHT)


def solve_so_far(
    network: NetworkLike, model: Model, time_limit: float, say: Callable[[str], None]
) -> tuple[Answer, bool]:
    """Least shortage, then least labour, or what is known of both when time is up; and whether it was up.

    Never raises for want of time.  Small parts come first, since they are quickly done.  Resources of a part that was
    not done are told to be worth nothing: its duals are no prices yet.
    """
    deadline = time.perf_counter() + time_limit
    whole = model.programme
    rows, columns = whole.matrix.shape
    values, duals, of_shortage = np.zeros(columns), np.zeros(rows), np.zeros(rows, dtype=bool)
    proof = {weight: np.zeros(rows) for weight in WEIGHTS}
    of_least = np.zeros(rows)
    basis = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    done = np.zeros(columns, dtype=bool)
    in_hand: list[FloatArray] = []
    least = labour = 0.0
    for part in reversed(parts(whole)):
        try:
            found = _in_order(part.programme, deadline, say)
        except PlanError as error:
            for number, (some, _) in enumerate(error.so_far):
                if number == len(in_hand):
                    in_hand.append(np.zeros(columns))
                in_hand[number][part.columns] = some
            known = [prices for _, prices in error.so_far]
            least += shortage_bound(part.programme, known)
            for weight, prices in proof.items():
                prices[part.rows] = best_duals(part.programme, weighted(part.programme, weight), known)
            continue
        done[part.columns] = True
        values[part.columns], duals[part.rows] = found.values, found.duals
        of_shortage[part.rows] = found.of_shortage
        basis.columns[part.columns], basis.rows[part.rows] = found.basis.columns, found.basis.rows
        least, labour = least + found.shortage_bound, labour + found.labour_bound
        assert found.proof is not None
        of_least[part.rows] = found.proof.shortage
        for weight, prices in proof.items():
            prices[part.rows] = found.proof.both * (weight / LAST_WEIGHT)
    if done.all():
        whole_proof = Proof(of_least, proof[LAST_WEIGHT])
        return Answer(values, least, labour, duals, of_shortage, basis, whole_proof), False
    values = np.where(done, values, best_values(network, model, whole, in_hand))
    labour = labour_bound(whole, proof.values(), float(whole.shortage_cost @ values))
    return Answer(values, least, labour, duals, of_shortage, basis), True


def _in_order(programme: Programme, deadline: float, say: Callable[[str], None]) -> Answer:
    """The answer of a part.  Raises PlanError with what was in hand."""
    try:
        return solve_in_order(programme, deadline - time.perf_counter(), say, tell=True)
    except PlanError as first:
        # With time left it was accuracy that failed, and from another vertex it need not.
        with suppress(PlanError):
            return solve_in_order(programme, deadline - time.perf_counter(), say)
        raise first


def unpriced(programme: Programme, values: FloatArray, least: float, labour: float) -> Answer:
    """An answer with bounds of shortage and labour in which no resource has a price yet."""
    rows, columns = programme.matrix.shape
    basis = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    return Answer(values, least, labour, np.zeros(rows), np.zeros(rows, dtype=bool), basis)


def shortage_bound(programme: Programme, duals: Iterable[FloatArray]) -> float:
    """The least shortage that row duals prove, be they of shortage or of both objectives at either weight."""
    scales = (1.0, *(1.0 / weight for weight in WEIGHTS))
    cost = programme.shortage_cost
    return max([0.0, *(_bound(programme, cost, one * scale) for one in duals for scale in scales)])


def labour_bound(
    programme: Programme, duals: Iterable[FloatArray], short: float, weights: Iterable[float] = WEIGHTS
) -> float:
    """The least labour of plans with no more shortage than `short` that row duals of both objectives prove.

    weights: of shortage, at which the duals may be.
    """
    costs = {weight: weighted(programme, weight) for weight in weights}
    known = (_bound(programme, cost, one) - weight * short for one in duals for weight, cost in costs.items())
    return max([0.0, *known]) / (1.0 + TIE)  # the cost that decides ties is at most the labour itself


def best_duals(programme: Programme, cost: FloatArray, duals: Iterable[FloatArray]) -> FloatArray:
    """Those of the row duals that prove most; without any, those that prove nothing."""
    return max([np.zeros(len(programme.row_lower)), *duals], key=lambda one: _bound(programme, cost, one))


def _bound(programme: Programme, cost: FloatArray, duals: FloatArray) -> float:
    return dual_bound(programme.matrix, programme.row_lower, programme.row_upper, programme.reach, cost, duals)[0]
