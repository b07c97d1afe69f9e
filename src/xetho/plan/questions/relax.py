"""A plan that does not close: the least that would have to change, each way of changing it with its price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan import words
from xetho.plan.highs import PlanError
from xetho.plan.horizon import sums
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import TIGHT
from xetho.plan.model import Model
from xetho.plan.programme import Programme
from xetho.plan.questions.common import (
    Clock,
    Say,
    StockTarget,
    changed,
    grid,
    model_of,
    of_side,
    on,
    plan_of,
    reach_days,
    short_t,
    wanted,
    wanted_weighted,
)
from xetho.plan.questions.extended import TooShort, aim, with_columns
from xetho.plan.questions.force import scaled_need
from xetho.plan.result import FEASIBLE_SHARE, Plan

MOST_TIMES = 20.0
"""Carriers are sought up to so many times those there are; beyond that more are no answer."""


@dataclass(frozen=True)
class Relaxation:
    """One way to make the plan close.

    kind: carriers, date or need.  amount and unit: the least of it, None where none of it helps; its price is in the
    sentence.  proven: whether less of it is proven not to do.
    """

    kind: str
    subject: str
    amount: float | None
    unit: str
    proven: bool
    sentence: str


@dataclass(frozen=True)
class Relaxations:
    """Whether a side's plan closes and, when not, what would make it; `closes` is None where time ran out before."""

    side: str
    closes: bool | None
    base: Plan
    rows: tuple[Relaxation, ...]
    stopped: bool
    reasons: tuple[str, ...]


def relaxations(
    network: NetworkLike,
    side: str,
    *,
    period_days: int = 28,
    closing: float = FEASIBLE_SHARE,
    time_limit: float = 240.0,
    progress: Say | None = None,
) -> Relaxations:
    """The least relaxations with which a side's plan closes: more carriers of one mode, a later date, less need.

    closing: the share of what is wanted (by priority) that may go short in a plan that closes.  More carriers are of
    every pool of the mode where they are of most use, on all days on which the pool is there, and eat and need crews
    as the others. A later date moves every need and stock target of the places that are short.  Less need is the same
    share of every need and target.  Where time runs out, those known by then are told.
    """
    own = of_side(network, side)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    bounds = grid(own, period_days)
    base = plan_of(own, bounds, clock)
    allowed = closing * wanted_weighted(own)
    hopeless, hopeless_t = _hopeless(own)
    if base.objective <= allowed:
        line = f"{side}: the plan closes, so nothing has to give."
        return Relaxations(side, True, base, (), False, (line,))
    rows = [_given_up(base)]
    closes = False if base.proven or base.bound > allowed else None
    stopped = False
    try:
        say("how much less need")
        rows.append(_less_need(own, bounds, clock))
        modes = _modes(own)
        for mode in modes:
            say(f"how many more: {own.mode_ids[mode]}")
            rows.append(_more_carriers(own, bounds, [mode], allowed + hopeless, clock))
        if len(modes) > 1 and all(row.amount is None for row in rows if row.kind == "carriers"):
            say("how many more of all modes")
            rows.append(_more_carriers(own, bounds, modes, allowed + hopeless, clock))
        say("how much later")
        rows.append(_later(own, base, period_days, allowed, clock))
    except PlanError:
        stopped = True
    if stopped:
        untried = "Time ran out before every relaxation was tried."
    else:
        untried = "Time ran out before less was tried." if not all(row.proven for row in rows) else ""
    short = f"{side}: {words.number(short_t(base))} t of the {words.number(wanted(own))} t wanted"
    if base.proven:
        lines = [f"{short} must go short."]
    else:
        lines = [f"{short} go short in the best plan known, and {_at_least(base)}."]
        lines += ["Time ran out before it was known whether the plan closes."] if closes is None else []
    if hopeless_t > 1e-3:
        lines.append(
            f"{words.number(hopeless_t)} t of it is wanted before anything can have travelled there; more carriers "
            "cannot help that, and it is left aside where they are counted."
        )
    lines += [row.sentence for row in rows]
    lines += [untried] if untried else []
    return Relaxations(side, closes, base, tuple(rows), bool(untried), tuple(lines))


def _modes(network: NetworkLike) -> list[int]:
    """Modes with carriers that the network's needs can call on."""
    present = np.asarray(network.pool_count).max(axis=1, initial=0.0) > 0
    pools = np.asarray(network.way_pool, dtype=np.int64)
    side = np.unique([int(network.place_side[place]) for place in np.flatnonzero(_wanting(network))])
    start = np.asarray(network.arc_from, dtype=np.int64)[np.asarray(network.way_arc, dtype=np.int64)]
    own = np.isin(np.asarray(network.place_side)[start], side)
    return [int(mode) for mode in np.unique(np.asarray(network.way_mode)[present[pools] & own])]


def _wanting(network: NetworkLike) -> FloatArray:
    """What each place wants of all goods (t)."""
    total = np.asarray(network.need, dtype=np.float64).sum(axis=(0, 2))
    for target in network.targets:
        total[target.place] += max(float(target.t), 0.0)
    return np.asarray(total, dtype=np.float64)


def _hopeless(network: NetworkLike) -> tuple[float, float]:
    """What is wanted before anything can have travelled there: priority-weighted t, and t."""
    first = reach_days(network)
    early = np.arange(int(network.days))[:, None, None] < first[None]
    by_good = np.where(early, network.need, 0.0).sum(axis=(0, 1))
    weighted, tonnes = float(by_good @ np.asarray(network.good_weight, dtype=np.float64)), float(by_good.sum())
    for target in network.targets:
        if target.day < first[target.place, target.good]:
            weighted += float(target.t) * float(target.weight)
            tonnes += float(target.t)
    return weighted, tonnes


def _given_up(base: Plan) -> Relaxation:
    """What the base plan leaves short: the least by priority."""
    amount = short_t(base)
    most = " ".join(str(sentence) for sentence in base.shortages["sentence"].head(words.SHOWN))
    least = "the least by priority" if base.proven else "less may do"
    sentence = f"Giving up {words.number(amount)} t would close it, {least}. {most}"
    return Relaxation("need", "by priority", amount, "t", base.proven, sentence)


def _at_least(base: Plan) -> str:
    """What is proven of the shortage of a plan that is not proven to be the best."""
    return f"no plan has less than {words.number(base.bound)} t short by priority" if base.bound > 0 else "less may do"


def _more_carriers(
    network: NetworkLike, bounds: IntArray, modes: list[int], allowed: float, clock: Clock
) -> Relaxation:
    """Fewest further carriers of a mode, or fewest people as crews of several, with which the plan closes."""
    name = f"mode {network.mode_ids[modes[0]]}" if len(modes) == 1 else "all modes"
    ways = np.isin(np.asarray(network.way_mode), modes)
    pools = np.unique(np.asarray(network.way_pool)[ways])
    pools = pools[np.asarray(network.pool_count)[pools].max(axis=1) > 0]
    crew = np.zeros(len(network.pool_ids))
    np.maximum.at(crew, np.asarray(network.way_pool, dtype=np.int64), np.asarray(network.way_crew, dtype=np.float64))
    people = crew[pools]
    model, programme = _reinforced(network, bounds, pools)
    cost = np.zeros(len(programme.upper))
    cost[-len(pools) :] = 1.0 if len(modes) == 1 else np.maximum(people, 1e-3)
    try:
        found = aim(programme, cost, allowed, 0.0, clock)
    except TooShort as error:
        sentence = (
            f"No number of further carriers of {name}{' alone' if len(modes) == 1 else ''} closes it (up to "
            f"{MOST_TIMES:g} times those there are: {words.number(max(error.least - allowed, 0.0))} priority-weighted "
            "t too many would still be short)."
        )
        return Relaxation("carriers", name, None, "carriers", True, sentence)
    extra = found.values[-len(pools) :]
    count = float(extra.sum())
    shares = [
        f"{words.number(float(np.ceil(more - 1e-6)))} in pool {network.pool_ids[int(pool)]}"
        for pool, more in sorted(zip(pools, extra, strict=True), key=lambda pair: -pair[1])
        if more > 1e-6 * max(count, 1.0)
    ]
    proven = found.best is not None
    few = "the fewest there can be" if proven else "fewer may do"
    crews = f", {words.number(float(extra @ people))} people to crew them" if people.any() else ""
    sentence = f"{words.number(count)} more carriers of {name} would close it ({', '.join(shares)}){crews}; {few}."
    return Relaxation("carriers", name, count, "carriers", proven, sentence)


def _reinforced(network: NetworkLike, bounds: IntArray, pools: IntArray) -> tuple[Model, Programme]:
    """The programme with a column of further carriers for each of the pools, where there is any.

    It is written for pools as large as they may become, so that no limit is left out that they could reach; then their
    rows are given back the carriers there are.
    """
    count = np.array(network.pool_count, dtype=np.float64)
    most = MOST_TIMES * count[pools].max(axis=1)
    full = count.copy()
    full[pools] += np.where(count[pools] > 0, most[:, None], 0.0)
    model, _ = model_of(changed(network, pool_count=full), bounds)
    block = next(one for one in model.blocks if one.kind == "pool")
    here = np.isin(block.key, pools)
    rows = block.first + np.flatnonzero(here)
    column = np.searchsorted(pools, block.key[here])
    period = block.period[here]
    mean = np.add.reduceat(count[pools], bounds[:-1], axis=1) / np.diff(bounds)
    there = np.add.reduceat((count[pools] > 0).astype(np.float64), bounds[:-1], axis=1) / np.diff(bounds)
    scale = np.where(block.limit[here] > 0, block.limit[here], 1.0)
    upper = model.programme.row_upper.copy()
    upper[rows] = mean[column, period] / scale
    columns = sparse.csc_matrix(
        (-there[column, period] / scale, (rows, column)), shape=(model.programme.matrix.shape[0], len(pools))
    )
    fitted = Programme(**{**vars(model.programme), "row_upper": upper})
    return model, with_columns(fitted, columns, most)


def _less_need(network: NetworkLike, bounds: IntArray, clock: Clock) -> Relaxation:
    """Greatest share that can be met of every need and stock target alike, but those that nothing can reach in time."""
    first = reach_days(network)
    early = np.arange(int(network.days))[:, None, None] < first[None]
    able = changed(
        network, need=np.where(early, 0.0, network.need),
        targets=[target for target in network.targets if target.day >= first[target.place, target.good]],
    )  # fmt: skip
    model, _ = model_of(able, bounds)
    programme = _scaled_targets(model, scaled_need(model, sums(able.need, bounds), 1.0))
    cost = np.zeros(len(programme.upper))
    cost[-1] = -1.0
    found = aim(programme, cost, None, TIGHT * max(wanted_weighted(able), 1.0), clock)
    if found.best is None:
        raise PlanError("time ran out before it was known what share of every need can be met")
    share = float(found.best.values[-1])
    cut = (1.0 - share) * wanted(able)
    sentence = (
        f"With every need and stock target that can be reached in time cut alike, {words.percent(share)} of each can "
        f"be met: {words.number(cut)} t are given up."
        if share > 1e-6
        else "No share of every need alike can be met: something is wanted where or when none of it can be."
    )
    return Relaxation("need", "alike", share, "share", True, sentence)


def _scaled_targets(model: Model, programme: Programme) -> Programme:
    """The programme with its stock targets times the last column too, none of which may go short."""
    block = next((one for one in model.blocks if one.kind == "target"), None)
    if block is None or not len(block.key):
        return programme
    rows = np.arange(block.first, block.first + len(block.key))
    lower = programme.row_lower.copy()
    lower[rows] = 0.0
    last = programme.matrix.shape[1] - 1
    add = sparse.csc_matrix((-block.limit, (rows, np.full(len(rows), last))), shape=programme.matrix.shape)
    upper, reach = programme.upper.copy(), programme.reach.copy()
    targets = slice(model.columns.target, last)
    upper[targets] = reach[targets] = 0.0
    return Programme(**{
        **vars(programme), "matrix": (programme.matrix + add).tocsc(), "row_lower": lower, "upper": upper,
        "reach": reach,
    })  # fmt: skip


def postponed(network: NetworkLike, places: IntArray, days: int) -> NetworkLike:
    """The network with what some places want so many days later; what falls after the end is dropped."""
    need = np.array(network.need, dtype=np.float64)
    need[:, places] = 0.0
    need[days:, places] = np.asarray(network.need)[: int(network.days) - days, places]
    targets = []
    for target in network.targets:
        day = int(target.day) + (days if target.place in places else 0)
        if day < int(network.days):
            targets.append(StockTarget(target.place, target.good, day, float(target.t), float(target.weight)))
    return changed(network, need=need, targets=targets)


def _later(network: NetworkLike, base: Plan, period_days: int, allowed: float, clock: Clock) -> Relaxation:
    """Fewest days by which the needs of the places that are short must come later for the plan to close."""
    short = base.shortage.sum(axis=(0, 2))
    for target, missing in zip(network.targets, base.target_shortage, strict=True):
        short[target.place] += float(missing)
    places = np.flatnonzero(short > FEASIBLE_SHARE * short.sum())
    named = " and ".join(network.place_ids[int(place)] for place in places[: words.SHOWN])
    named += f" and {len(places) - words.SHOWN} more places" if len(places) > words.SHOWN else ""
    total = int(network.days)

    def closes(days: int) -> bool:
        moved = postponed(network, places, days)
        plan = plan_of(moved, grid(moved, period_days), clock)
        if plan.objective > allowed >= plan.bound and not plan.proven:
            raise PlanError("time is up before it is known whether so many days do")
        return plan.objective <= allowed

    most = total // 2
    if not closes(most):
        sentence = f"A later date does not close it: not even {most} days later for {named}."
        return Relaxation("date", named, None, "days", True, sentence)
    low, high = 0, most
    try:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if closes(middle) else (middle, high)
    except PlanError:
        sentence = f"Everything wanted at {named} {high} days later would close it; {low} days are too few."
        return Relaxation("date", named, float(high), "days", False, sentence)
    wants = np.asarray(network.need)[:, places].sum(axis=(1, 2)) > 0
    days_wanted = [int(np.argmax(wants))] if wants.any() else []
    first = min([*days_wanted, *(int(target.day) for target in network.targets if target.place in places)])
    less = f"; {words.counted(low, 'day')} would not" if low else ""
    sentence = (
        f"Everything wanted at {named} {words.counted(high, 'day')} later (the first on {on(network, first + high)}) "
        f"would close it{less}."
    )
    return Relaxation("date", named, float(high), "days", True, sentence)
