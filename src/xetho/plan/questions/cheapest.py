"""The cheapest plan that is good enough: least labour and fuel with at least a given service."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from xetho.plan import words
from xetho.plan.highs import Basis
from xetho.plan.inputs import NetworkLike
from xetho.plan.lexicographic import FIRST_WEIGHT, TIE, TIGHT, Answer
from xetho.plan.questions.common import Clock, QuestionError, Say, grid, model_of, of_side, wanted_weighted
from xetho.plan.questions.extended import TooShort, aim
from xetho.plan.result import Plan
from xetho.plan.solve import plan_from


@dataclass(frozen=True)
class Cheapest:
    """The plan of least labour and fuel with at least the service, and what the best service costs."""

    plan: Plan
    service: float  # asked for
    reached: float  # of what is wanted, by priority
    best_service: float
    labour: float  # man-days, fuel at its exchange rate
    labour_bound: float
    labour_of_best: float  # of the plan of best service
    stopped: bool
    reasons: tuple[str, ...]


def cheapest(
    network: NetworkLike,
    side: str,
    service: float,
    *,
    period_days: int = 28,
    labour_per_fuel_t: float = 100.0,
    time_limit: float = 120.0,
    progress: Say | None = None,
) -> Cheapest:
    """The least labour and fuel with which a side gets at least a share of what it wants.

    service: share of all needs and stock targets (t, weighted by priority) that must be met.  Where time runs out, the
    plan of best service and least labour is given with the bound known by then.
    Raises QuestionError when nothing is wanted, the share is not one, or no plan reaches it; PlanError when time is up.
    """
    if not 0.0 < service <= 1.0:
        raise QuestionError(f"service: found {service:g}, allowed above 0 and up to 1")
    own = of_side(network, side)
    total = wanted_weighted(own)
    if total <= 0:
        raise QuestionError(f"{side} needs nothing: there is no service to reach")
    started = time.perf_counter()
    model, loads = model_of(own, grid(own, period_days), labour_per_fuel_t)
    programme = model.programme
    allowed = (1.0 - service) * total
    (progress or (lambda _line: None))("least shortage, then least labour at the service asked for")
    try:
        cost = programme.labour_cost + TIE * programme.tie_cost
        found = aim(programme, cost, allowed, TIGHT * total, Clock(time_limit))
    except TooShort as error:
        most = 1.0 - error.least / total
        raise QuestionError(
            f"no plan gives {side} {words.percent(service)} of what it wants: the most is {words.percent(most)}"
        ) from error
    least = max(found.shortage.objective, 0.0)
    stopped = found.best is None
    values = found.first.values if found.best is None else found.best.values
    # No plan with so little shortage has less labour than the joint bound leaves; this holds with or without the last
    # solve.
    known = max(found.first.bound - FIRST_WEIGHT * allowed, 0.0)
    bound = (known if found.best is None else max(known, found.best.bound)) / (1.0 + TIE)
    rows, columns = programme.matrix.shape
    answer = Answer(
        values=values,
        shortage_bound=found.shortage.bound,
        labour_bound=bound,
        duals=(found.shortage if found.best is None else found.best).duals,
        of_shortage=np.full(rows, found.best is None),
        basis=Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8)),
    )
    plan = plan_from(own, model, answer, loads, started)
    plan.status = "best so far" if stopped else "optimal at the service asked for"
    best_labour = float(programme.labour_cost @ found.first.values)
    reached = 1.0 - plan.objective / total
    return Cheapest(
        plan, service, reached, 1.0 - least / total, plan.labour_objective, plan.labour_bound, best_labour, stopped,
        _reasons(side, plan, reached, least / total, best_labour, stopped),
    )  # fmt: skip


def _reasons(side: str, plan: Plan, reached: float, least: float, best: float, stopped: bool) -> tuple[str, ...]:
    """The answer in sentences."""
    labour = plan.labour_objective
    modes = plan.summary["modes"]
    work, fuel = float(modes["labour_days"].sum()), float(modes["fuel_t"].sum())
    saved = best - labour
    lines = [
        f"{side} gets {words.percent(reached)} of what it wants for {words.number(work)} days of labour and "
        f"{words.number(fuel)} t of fuel."
    ]
    if stopped:
        lines.append("Time ran out: that is the plan of best service, and a cheaper one may do.")
    elif saved > 1e-4 * max(best, 1.0):
        lines.append(
            f"The best service, {words.percent(1.0 - least)}, costs {words.number(saved)} man-days of labour and fuel "
            f"more ({words.percent(saved / max(labour, 1.0))})."
        )
    given_up = plan.shortages.head(words.SHOWN)
    lines += [str(sentence) for sentence in given_up["sentence"]]
    lines.append(f"Proof: no plan with that service takes {words.within(plan.labour_gap)} less labour and fuel.")
    return tuple(lines)
