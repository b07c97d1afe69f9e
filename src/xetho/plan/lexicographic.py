"""The order of the two objectives: least shortage, then least labour, each with a proven bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xetho.plan.highs import DUAL, GAP, Basis, Live, Optimum
from xetho.plan.inputs import BoolArray, FloatArray
from xetho.plan.programme import Part, Programme, parts
from xetho.plan.result import FEASIBLE_SHARE

WARM_PIVOTS = 1500
"""A start from another plan's basis is given up after so many pivots: from nothing is quicker then."""

TIGHT = 1e-9
"""Share of all that is wanted by which the second objective may let the shortage rise above its least."""

FIRST_WEIGHT, LAST_WEIGHT = 1e4, 1e6
"""Labour set against a weighted tonne short while both are sought at once: interior point is the quicker the less
it is, and what comes at the first weight is near what comes at the last."""

TIE = 1e-5
"""Weight of the cost that decides between plans as good; labour is proven least to within this share."""


@dataclass(frozen=True)
class Answer:
    """A solution with what is proven of it and what its resources are worth (per row)."""

    values: FloatArray
    shortage_bound: float
    labour_bound: float
    duals: FloatArray  # change of shortage or labour for one more unit on the right-hand side
    of_shortage: BoolArray  # rows whose duals are in shortage; the others' are in labour
    basis: Basis  # of the joint solve, to start a like programme from


def solve_in_order(
    whole: Programme, time_limit: float, say: Callable[[str], None], start: Basis | None = None
) -> Answer:
    """Least shortage, then least labour, part by part.  Raises PlanError when a proof is not reached in time.

    start: the basis of a like programme, with which the solves begin.
    """
    deadline = time.perf_counter() + time_limit
    rows, columns = whole.matrix.shape
    values, duals = np.zeros(columns), np.zeros(rows)
    of_shortage = np.zeros(rows, dtype=bool)
    basis = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    shortage_bound = labour_bound = 0.0
    for part in parts(whole):
        answer = _solve_part(part.programme, deadline, say, _of_part(start, part))
        values[part.columns] = answer.values
        duals[part.rows] = answer.duals
        of_shortage[part.rows] = answer.of_shortage
        basis.columns[part.columns] = answer.basis.columns
        basis.rows[part.rows] = answer.basis.rows[:-1]
        shortage_bound += answer.shortage_bound
        labour_bound += answer.labour_bound
    return Answer(values, shortage_bound, labour_bound, duals, of_shortage, basis)


def _of_part(start: Basis | None, part: Part) -> Basis | None:
    """The part of a basis, with the row of the shortage free."""
    if start is None:
        return None
    return Basis(start.columns[part.columns], np.append(start.rows[part.rows], np.int8(1)))


def _solve_part(programme: Programme, deadline: float, say: Callable[[str], None], start: Basis | None) -> Answer:
    """One part: both objectives at once, shortage ever dearer, then each by itself, few pivots from there."""
    live = Live(programme)
    joint = FIRST_WEIGHT * programme.shortage_cost + programme.labour_cost + programme.tie_cost * TIE
    say("least shortage and labour together")
    if start is None:
        live.fresh(joint, deadline)
    else:
        live.start_from(start)
        live.onward(joint, deadline, DUAL, WARM_PIVOTS)
    last = joint + (LAST_WEIGHT - FIRST_WEIGHT) * programme.shortage_cost
    both = live.onward(last, deadline)
    basis = live.basis
    say("least shortage")
    first = live.onward(programme.shortage_cost, deadline)
    shortage = float(programme.shortage_cost @ both.values)
    # No plan has less of both together, so none with no more shortage than this one's has less labour than is left.
    labour = Optimum(
        both.values, both.duals, both.objective - LAST_WEIGHT * shortage, both.bound - LAST_WEIGHT * shortage
    )
    least = max(first.objective, 0.0) + TIGHT * programme.wanted
    if shortage > least or labour.objective - labour.bound > GAP * max(1.0, labour.objective):
        say("least labour at that shortage")
        live.limit_shortage(least)
        labour = live.onward(programme.labour_cost + programme.tie_cost * TIE, deadline)
    return _answer(programme, first, labour, basis)


def _answer(programme: Programme, first: Optimum, labour: Optimum, basis: Basis) -> Answer:
    """Worth is in shortage when some is left, else in labour."""
    short = first.objective > FEASIBLE_SHARE * programme.wanted
    return Answer(
        values=labour.values,
        shortage_bound=max(first.bound, 0.0),
        # The cost that decides ties is at most the labour itself.
        labour_bound=max(labour.bound, 0.0) / (1.0 + TIE),
        duals=(first if short else labour).duals,
        of_shortage=np.full(len(programme.row_lower), short),
        basis=basis,
    )
