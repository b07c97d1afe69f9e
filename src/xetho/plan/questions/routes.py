"""The plan without some routes: what goes short, and what it costs, when they are not to be had."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xetho.plan import words
from xetho.plan.feasible import loads_of
from xetho.plan.inputs import NetworkLike
from xetho.plan.questions.common import (
    Clock,
    QuestionError,
    Say,
    changed,
    grid,
    indices_of,
    model_of,
    short_t,
    wanted,
    wanted_weighted,
)
from xetho.plan.result import BEST_SO_FAR, Plan
from xetho.plan.sofar import unpriced
from xetho.plan.solve import Planner, plan_from


@dataclass(frozen=True)
class WithoutRoutes:
    """A plan without routes beside the plan with them."""

    routes: tuple[str, ...]
    base: Plan
    plan: Plan
    stopped: bool  # neither plan need be the best: what more goes short lies between `least_more` and `most_more`
    reasons: tuple[str, ...]

    @property
    def more_short_t(self) -> float:
        """Tonnes short in the one plan that are not in the other."""
        return short_t(self.plan) - short_t(self.base)

    @property
    def more_labour(self) -> float:
        """Further man-days (fuel at its exchange rate)."""
        return self.plan.labour_objective - self.base.labour_objective

    @property
    def least_more(self) -> float:
        """Priority-weighted tonnes that at least go short without the routes and not with them, proven."""
        return max(self.plan.bound - self.base.objective, 0.0)

    @property
    def most_more(self) -> float:
        """Priority-weighted tonnes that at most do, proven."""
        return max(self.plan.objective - self.base.bound, 0.0)


def closed(network: NetworkLike, routes: Sequence[int]) -> NetworkLike:
    """The network with routes closed on every day, both ways."""
    shut = np.isin(np.asarray(network.arc_route), routes)
    return changed(network, arc_open=np.asarray(network.arc_open) & ~shut[:, None])


def without_routes(
    network: NetworkLike,
    routes: Sequence[str],
    *,
    period_days: int = 28,
    time_limit: float = 120.0,
    progress: Say | None = None,
) -> WithoutRoutes:
    """The best plan when the named routes carry nothing all campaign long, against the best plan with them.

    Where time runs out, the best plans known are told apart by their bounds.
    Raises QuestionError for routes that are not there or when none is named.
    """
    if not routes:
        raise QuestionError("name at least one route to do without")
    shut = indices_of(routes, "a route", network.route_ids)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    planner = Planner(network, grid(network, period_days))
    say("planning with the routes")
    base = planner.solve(clock.left, or_best=True)
    say("planning without them")
    without = closed(network, shut)
    names = tuple(dict.fromkeys(routes))
    plan = planner.replan(without, clock.left, or_best=True) if base.proven else _as_it_stays(without, base)
    found = WithoutRoutes(names, base, plan, not plan.proven, ())
    return replace(found, reasons=_known(network, found) if found.stopped else _reasons(network, names, base, plan))


def _as_it_stays(network: NetworkLike, base: Plan) -> Plan:
    """What is left of a plan in the network without the routes; no plan there is better than the best with them."""
    started = time.perf_counter()
    model, loads = model_of(network, base.bounds)
    values = loads_of(network, model, model.programme, base)
    plan = plan_from(network, model, unpriced(model.programme, values, base.bound, 0.0), loads, started)
    plan.status = BEST_SO_FAR
    return plan


def _known(network: NetworkLike, found: WithoutRoutes) -> tuple[str, ...]:
    """What is known when time was up, in sentences."""
    named, unit = " and ".join(found.routes), "t by priority"
    all_t = wanted_weighted(network)
    return (
        f"Time ran out: without {named} between {words.number(found.least_more)} and {words.number(found.most_more)} "
        f"{unit} more go short, of {words.number(all_t)} that are wanted.",
        f"The best plan known without goes short of {words.number(found.plan.objective)} {unit}, that with of "
        f"{words.number(found.base.objective)}; no plan with goes short of less than {words.number(found.base.bound)}.",
    )


def _reasons(network: NetworkLike, routes: tuple[str, ...], base: Plan, plan: Plan) -> tuple[str, ...]:
    """What doing without means, in sentences."""
    named = " and ".join(routes)
    more, all_t = short_t(plan) - short_t(base), wanted(network)
    if plan.objective <= base.objective + 1e-6 * max(base.objective, 1.0):
        extra = plan.labour_objective - base.labour_objective
        share = extra / max(base.labour_objective, 1.0)
        if share < 1e-4:
            return (f"Without {named} nothing more goes short, and no more work is needed.",)
        return (
            f"Without {named} nothing more goes short, but it takes {words.number(extra)} man-days of labour and fuel "
            f"more ({words.percent(share)}).",
        )
    lines = [
        f"Without {named} {words.number(max(more, 0.0))} t more go short ({words.percent(max(more, 0.0) / all_t)} of "
        f"all that is wanted): {words.number(short_t(plan))} t in place of {words.number(short_t(base))} t."
    ]
    by_good = (plan.shortage - base.shortage).sum(axis=0)
    for target, now, before in zip(network.targets, plan.target_shortage, base.target_shortage, strict=True):
        by_good[target.place, target.good] += float(now - before)
    for cell in np.argsort(-by_good, axis=None)[: words.SHOWN]:
        place, good = np.unravel_index(cell, by_good.shape)
        amount = float(by_good[place, good])
        if amount > 1e-3:
            where, what = network.place_ids[int(place)], network.good_ids[int(good)]
            lines.append(f"{where} is {words.number(amount)} t shorter of {what} than with them.")
    return tuple(lines)
