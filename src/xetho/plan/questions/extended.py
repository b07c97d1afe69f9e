"""A plan's programme with further columns, solved for another aim while the shortage is held."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from xetho.plan.feasible import violation_of
from xetho.plan.highs import VIOLATION, Live, Optimum, PlanError
from xetho.plan.inputs import FloatArray
from xetho.plan.lexicographic import FIRST_WEIGHT, TIE
from xetho.plan.programme import Programme
from xetho.plan.questions.common import Clock, QuestionError


@dataclass(frozen=True)
class Aim:
    """The best value of an aim (least cost) with the shortage held, and the least shortage there can be.

    `best` is None where time ran out after the shortage was known; `values` are then the best known, which keep every
    row and the shortage.
    """

    first: Optimum  # least shortage and labour together
    shortage: Optimum
    best: Optimum | None
    values: FloatArray


def with_columns(programme: Programme, columns: sparse.csc_matrix, upper: FloatArray) -> Programme:
    """The programme with columns behind its own that cost nothing; their upper limits must be finite."""
    none = np.zeros(columns.shape[1])
    return replace(
        programme,
        matrix=sparse.hstack([programme.matrix, columns]).tocsc(),
        upper=np.concatenate([programme.upper, upper]),
        reach=np.concatenate([programme.reach, upper]),
        shortage_cost=np.concatenate([programme.shortage_cost, none]),
        labour_cost=np.concatenate([programme.labour_cost, none]),
        tie_cost=np.concatenate([programme.tie_cost, none]),
    )


def joint_cost(programme: Programme) -> FloatArray:
    """Shortage and labour together, from which each by itself is few pivots away."""
    return FIRST_WEIGHT * programme.shortage_cost + programme.labour_cost + TIE * programme.tie_cost


def aim(programme: Programme, cost: FloatArray, allowed: float | None, slack: float, clock: Clock) -> Aim:
    """Least cost among the plans with no more shortage than is allowed (priority-weighted t).

    allowed: the most shortage; the least there can be when None.  slack: added to it.  Raises QuestionError when no
    plan is so good, with the least shortage in the error's `least`; PlanError when time is up before that is known,
    with what was in hand.
    """
    error = None
    try:
        found = _aim(programme, cost, allowed, slack, clock, tell=True)
        if found.best is not None or clock.left <= 0:
            return found
    except PlanError as stopped:
        found, error = None, stopped
    # With time left it was accuracy that failed, and from another vertex it need not.
    with suppress(PlanError):
        again = _aim(programme, cost, allowed, slack, clock, tell=False)
        if again.best is not None or found is None:
            return again
    if found is None:
        assert error is not None
        raise error
    return found


def _aim(
    programme: Programme, cost: FloatArray, allowed: float | None, slack: float, clock: Clock, *, tell: bool
) -> Aim:
    """As `aim`; tell: as for `Live`."""
    live = Live(programme, tell=tell)
    together = live.fresh(joint_cost(programme), clock.deadline)
    least = live.onward(programme.shortage_cost, clock.deadline)
    most = max(least.objective, 0.0) if allowed is None else allowed
    if least.bound > most + slack:
        raise TooShort(least.objective)
    limit = max(most, least.objective) + slack
    live.limit_shortage(limit)
    try:
        best = live.onward(cost, clock.deadline)
    except PlanError as error:
        known = [one for one, _ in error.so_far if _serves(programme, one, limit)]
        return Aim(together, least, None, min([least.values, *known], key=lambda one: float(cost @ one)))
    return Aim(together, least, best, best.values)


def _serves(programme: Programme, values: FloatArray, limit: float) -> bool:
    """Do the values keep the programme's rows and leave no more short than the limit?"""
    return float(programme.shortage_cost @ values) <= limit and violation_of(programme, values) <= VIOLATION


class TooShort(QuestionError):
    """No plan leaves as little shortage as is allowed; `least` is what the best one leaves."""

    def __init__(self, least: float) -> None:
        self.least = least
        super().__init__(f"no plan leaves less than {least:g} t short")
