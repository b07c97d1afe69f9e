"""The plan without some routes: what goes short, and what it costs, when they are not to be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xetho.plan import words
from xetho.plan.inputs import NetworkLike
from xetho.plan.questions.common import Clock, QuestionError, Say, changed, grid, indices_of, short_t, wanted
from xetho.plan.result import Plan
from xetho.plan.solve import Planner


@dataclass(frozen=True)
class WithoutRoutes:
    """A plan without routes beside the plan with them."""

    routes: tuple[str, ...]
    base: Plan
    plan: Plan
    reasons: tuple[str, ...]

    @property
    def more_short_t(self) -> float:
        """Tonnes short that were not short before."""
        return short_t(self.plan) - short_t(self.base)

    @property
    def more_labour(self) -> float:
        """Further man-days (fuel at its exchange rate)."""
        return self.plan.labour_objective - self.base.labour_objective


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

    Raises QuestionError for routes that are not there or when none is named, PlanError when time is up.
    """
    if not routes:
        raise QuestionError("name at least one route to do without")
    shut = indices_of(routes, "a route", network.route_ids)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    planner = Planner(network, grid(network, period_days))
    say("planning with the routes")
    base = planner.solve(clock.left)
    say("planning without them")
    clock.check()
    plan = planner.replan(closed(network, shut), clock.left)
    names = tuple(dict.fromkeys(routes))
    return WithoutRoutes(names, base, plan, _reasons(network, names, base, plan))


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
