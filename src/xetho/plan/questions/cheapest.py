"""The cheapest plan that is good enough: least labour and fuel with at least a given service."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from xetho.plan import words
from xetho.plan.feasible import best_values
from xetho.plan.highs import Basis, PlanError
from xetho.plan.inputs import FloatArray, NetworkLike
from xetho.plan.lexicographic import FIRST_WEIGHT, TIE, TIGHT, Answer
from xetho.plan.model import Model
from xetho.plan.questions.common import Clock, QuestionError, Say, grid, model_of, of_side, wanted_weighted
from xetho.plan.questions.extended import Aim, TooShort, aim
from xetho.plan.result import BEST_SO_FAR, Plan
from xetho.plan.sofar import labour_bound, shortage_bound
from xetho.plan.solve import plan_from


@dataclass(frozen=True)
class Cheapest:
    """The plan of least labour and fuel with at least the service, and what the best service costs."""

    plan: Plan
    service: float  # asked for
    reached: float  # of what is wanted, by priority
    best_service: float  # of the plans known
    best_service_bound: float  # no plan gives more
    labour: float  # man-days, fuel at its exchange rate
    labour_bound: float  # of plans with the service asked for
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
    best plan known is given with the bounds known by then; before the best service is known it may give less service.
    Raises QuestionError when nothing is wanted, the share is not one, or no plan reaches it.
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
        found = _found(aim(programme, cost, allowed, TIGHT * total, Clock(time_limit)), allowed)
    except TooShort as error:
        most = 1.0 - error.least / total
        raise QuestionError(
            f"no plan gives {side} {words.percent(service)} of what it wants: the most is {words.percent(most)}"
        ) from error
    except PlanError as error:
        found = _in_hand(own, model, error, allowed)
    rows, columns = programme.matrix.shape
    answer = Answer(
        values=found.values,
        shortage_bound=found.least_bound,
        labour_bound=found.labour_bound,
        duals=found.duals,
        of_shortage=np.full(rows, found.stopped),
        basis=Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8)),
    )
    plan = plan_from(own, model, answer, loads, started)
    plan.status = BEST_SO_FAR if found.stopped else "optimal at the service asked for"
    reached = 1.0 - plan.objective / total
    best = max(1.0 - found.least / total, reached)
    most = max(1.0 - found.least_bound / total, best)
    least_labour = plan.labour_bound if reached >= service else found.labour_bound
    answered = Cheapest(
        plan, service, reached, best, most, plan.labour_objective, least_labour,
        float(programme.labour_cost @ found.of_best), found.stopped, (),
    )  # fmt: skip
    return replace(answered, reasons=_reasons(side, answered))


@dataclass(frozen=True)
class _Found:
    """A plan's values with what is known of the least shortage (t by priority), and of labour at the service asked."""

    values: FloatArray
    of_best: FloatArray  # values of the plan of least shortage
    least: float
    least_bound: float
    labour_bound: float
    duals: FloatArray
    stopped: bool


def _found(found: Aim, allowed: float) -> _Found:
    """What the programme tells once the least shortage is known."""
    # No plan with so little shortage has less labour than the joint bound leaves; this holds with or without the last
    # solve.
    known = max(found.first.bound - FIRST_WEIGHT * allowed, 0.0)
    bound = (known if found.best is None else max(known, found.best.bound)) / (1.0 + TIE)
    duals = (found.shortage if found.best is None else found.best).duals
    least = found.shortage
    return _Found(
        found.values, found.first.values, max(least.objective, 0.0), least.bound, bound, duals, found.best is None
    )


def _in_hand(network: NetworkLike, model: Model, error: PlanError, allowed: float) -> _Found:
    """What is known when time is up before that."""
    programme = model.programme
    values = best_values(network, model, programme, (one for one, _ in error.so_far))
    duals = [one for _, one in error.so_far]
    least = float(programme.shortage_cost @ values)
    none = np.zeros(len(programme.row_lower))
    bounds = shortage_bound(programme, duals), labour_bound(programme, duals, allowed)
    return _Found(values, values, least, *bounds, none, stopped=True)


def _reasons(side: str, found: Cheapest) -> tuple[str, ...]:
    """The answer in sentences."""
    plan, labour = found.plan, found.labour
    modes = plan.summary["modes"]
    work, fuel = float(modes["labour_days"].sum()), float(modes["fuel_t"].sum())
    saved = found.labour_of_best - labour
    lines = [
        f"{side} gets {words.percent(found.reached)} of what it wants for {words.number(work)} days of labour and "
        f"{words.number(fuel)} t of fuel."
    ]
    enough = found.reached >= found.service - 1e-6
    if found.stopped and enough:
        lines.append("Time ran out: that is the best plan known, and a cheaper one may do.")
    elif found.stopped:
        lines.append(
            f"Time ran out: that is the best plan known, and it gives less than the {words.percent(found.service)} "
            f"asked for. No plan gives more than {words.percent(found.best_service_bound)}."
        )
    elif saved > 1e-4 * max(found.labour_of_best, 1.0):
        lines.append(
            f"The best service, {words.percent(found.best_service)}, costs {words.number(saved)} man-days of labour "
            f"and fuel more ({words.percent(saved / max(labour, 1.0))})."
        )
    given_up = plan.shortages.head(words.SHOWN)
    lines += [str(sentence) for sentence in given_up["sentence"]]
    if found.labour_bound <= 0 < labour:
        lines.append("Nothing is proven yet of the least labour that such a service takes.")
    elif enough:
        lines.append(f"Proof: no plan with that service takes {words.within(plan.labour_gap)} less labour and fuel.")
    else:
        lines.append(f"Proof: no plan with that service takes less than {words.number(found.labour_bound)} man-days.")
    return tuple(lines)
