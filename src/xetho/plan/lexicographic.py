"""The order of the two objectives: least shortage, then least labour, each with a proven bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xetho.plan.highs import Optimum, PlanError, is_small, minimise
from xetho.plan.inputs import BoolArray, FloatArray
from xetho.plan.programme import Programme, parts
from xetho.plan.result import FEASIBLE_SHARE

TIGHT, LOOSE = 1e-9, 1e-6
"""Share of all that is wanted by which the second objective may let the shortage rise above its least: at a vertex,
and where an interior point needs room."""

PROVEN_SHARE = 5e-4
"""Share of all that is wanted within which the shortage of a large programme must be proven least."""

JOINT_WEIGHT = 1e4
"""Labour set against a weighted tonne short where both objectives are tried in one solve; what comes is checked."""


@dataclass(frozen=True)
class Answer:
    """A solution with what is proven of it and what its resources are worth (per row)."""

    values: FloatArray
    shortage_bound: float
    labour_bound: float
    duals: FloatArray  # change of shortage or labour for one more unit on the right-hand side
    of_shortage: BoolArray  # rows whose duals are in shortage; the others' are in labour
    noise: FloatArray  # what the whole of a row's limit may seem to be worth in shortage for labour it saves


def solve_in_order(whole: Programme, time_limit: float, say: Callable[[str], None]) -> Answer:
    """Least shortage, then least labour, part by part.  Raises PlanError when a proof is not reached in time."""
    deadline = time.perf_counter() + time_limit
    rows, columns = whole.matrix.shape
    values, duals, noise = np.zeros(columns), np.zeros(rows), np.zeros(rows)
    of_shortage = np.zeros(rows, dtype=bool)
    shortage_bound = labour_bound = 0.0
    for part in parts(whole):
        answer = _solve_part(part.programme, deadline, say)
        values[part.columns] = answer.values
        duals[part.rows] = answer.duals
        of_shortage[part.rows] = answer.of_shortage
        noise[part.rows] = answer.noise
        shortage_bound += answer.shortage_bound
        labour_bound += answer.labour_bound
    return Answer(values, shortage_bound, labour_bound, duals, of_shortage, noise)


def _solve_part(programme: Programme, deadline: float, say: Callable[[str], None]) -> Answer:
    """One part.  Two solves do it exactly; a large part is first tried in one, which is enough if it proves enough."""
    both = None
    if not is_small(programme):
        say("least shortage and labour together")
        cost = JOINT_WEIGHT * programme.shortage_cost + programme.labour_cost
        both = minimise(programme, cost, time_limit=_left(deadline))
        answer = _joint(programme, both)
        if answer is not None:
            return answer
        say("least shortage by itself")
    first = minimise(programme, programme.shortage_cost, time_limit=_left(deadline))
    least = max(first.objective, 0.0)
    allowed = least + (TIGHT if both is None else LOOSE) * programme.wanted
    if both is not None:
        shortage = float(programme.shortage_cost @ both.values)
        if shortage <= least + PROVEN_SHARE * programme.wanted:
            return _answer(programme, both.values, first, both.bound - JOINT_WEIGHT * shortage, first)
        say("least labour at that shortage")
    second = minimise(programme, programme.labour_cost, time_limit=_left(deadline), shortage_limit=allowed)
    return _answer(programme, second.values, first, second.bound, second)


def _answer(programme: Programme, values: FloatArray, first: Optimum, labour_bound: float, second: Optimum) -> Answer:
    """The answer of separate solves; worth is in shortage when some is left, else in labour."""
    rows = len(programme.row_lower)
    short = first.objective > FEASIBLE_SHARE * programme.wanted
    # The row that holds the shortage comes last; its dual is no resource's.
    duals = first.duals if short else second.duals[:rows]
    return Answer(
        values=values,
        shortage_bound=max(first.bound, 0.0),
        labour_bound=max(labour_bound, 0.0),
        duals=duals,
        of_shortage=np.full(rows, short),
        noise=np.zeros(rows),
    )


def _joint(programme: Programme, both: Optimum) -> Answer | None:
    """The answer of the joint solve, or None when it does not prove enough.

    Every feasible plan has ``weight x shortage + labour >= bound`` and ``labour <= cap``, hence
    ``shortage >= (bound - cap) / weight``; and among plans with no more shortage than this one's,
    ``labour >= bound - weight x shortage``.
    """
    shortage = float(programme.shortage_cost @ both.values)
    labour = float(programme.labour_cost @ both.values)
    shortage_bound = max((both.bound - programme.labour_cap) / JOINT_WEIGHT, 0.0)
    if shortage - shortage_bound > PROVEN_SHARE * programme.wanted:
        return None
    rows = len(programme.row_lower)
    short = shortage > FEASIBLE_SHARE * programme.wanted
    return Answer(
        values=both.values,
        shortage_bound=shortage_bound,
        labour_bound=max(both.bound - JOINT_WEIGHT * shortage, 0.0),
        duals=both.duals / JOINT_WEIGHT if short else both.duals,
        of_shortage=np.full(rows, short),
        noise=np.full(rows, labour / JOINT_WEIGHT if short else 0.0),
    )


def _left(deadline: float) -> float:
    """Seconds left.  Raises PlanError when there are none."""
    left = deadline - time.perf_counter()
    if left <= 0:
        raise PlanError("the planner ran out of time; allow more time or plan with longer periods")
    return left
