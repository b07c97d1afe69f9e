"""A plan that does not close: the least that would have to change, each way of changing it with its price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan import words
from xetho.plan.highs import PlanError
from xetho.plan.horizon import sums
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
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
    short_t,
    wanted,
    wanted_weighted,
)
from xetho.plan.questions.extended import TooShort, aim, with_columns
from xetho.plan.questions.force import scaled_need
from xetho.plan.result import FEASIBLE_SHARE, Plan

MOST_TIMES = 20.0
"""Carriers are sought up to so many times those there are (of the pool's greatest number); beyond that more are no answer."""


@dataclass(frozen=True)
class Relaxation:
    """One way to make the plan close.

    kind: carriers, date or need.  amount and unit: the least of it.  price: in words.  `amount` is None where none of it helps.
    proven: whether less of it is proven not to do.
    """

    kind: str
    subject: str
    amount: float | None
    unit: str
    proven: bool
    sentence: str


@dataclass(frozen=True)
class Relaxations:
    """Whether a side's plan closes and, when not, what would make it."""

    side: str
    closes: bool
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

    closing: the share of what is wanted (by priority) that may go short in a plan that closes.  More carriers are of every
    pool of the mode where they are of most use, on all days on which the pool is there, and eat and need crews as the others.
    A later date moves every need and stock target of the places that are short.  Less need is the same share of every need and
    target.  Raises PlanError when time is up before the base is planned.
    """
    own = of_side(network, side)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    bounds = grid(own, period_days)
    base = plan_of(own, bounds, clock)
    allowed = closing * wanted_weighted(own)
    if base.objective <= allowed:
        line = f"{side}: the plan closes, so nothing has to give."
        return Relaxations(side, True, base, (), False, (line,))
    rows: list[Relaxation] = []
    stopped = False
    try:
        say("how much less need")
        rows.append(_less_need(own, bounds, allowed, clock))
        for mode in _modes(own):
            say(f"how many more: {own.mode_ids[mode]}")
            rows.append(_more_carriers(own, bounds, mode, allowed, clock))
        say("how much later")
        rows.append(_later(own, base, period_days, allowed, clock))
    except PlanError:
        stopped = True
    opening = f"{side}: {words.number(short_t(base))} t of the {words.number(wanted(own))} t wanted must go short."
    lines = [opening, *(row.sentence for row in rows)]
    if stopped:
        lines.append("Time ran out before every relaxation was tried.")
    return Relaxations(side, False, base, tuple(rows), stopped, tuple(lines))


def _modes(network: NetworkLike) -> list[int]:
    """Modes with carriers that the network's needs can call on."""
    present = np.asarray(network.pool_count).max(axis=1, initial=0.0) > 0
    pools = np.asarray(network.way_pool, dtype=np.int64)
    side = np.unique([int(network.place_side[place]) for place in np.flatnonzero(_wanting(network))])
    start = np.asarray(network.arc_from, dtype=np.int64)[np.asarray(network.way_arc, dtype=np.int64)]
    own = np.isin(np.asarray(network.place_side)[start], side)
    return np.unique(np.asarray(network.way_mode)[present[pools] & own]).astype(int).tolist()


def _wanting(network: NetworkLike) -> FloatArray:
    """What each place wants of all goods (t)."""
    total = np.asarray(network.need, dtype=np.float64).sum(axis=(0, 2))
    for target in network.targets:
        total[target.place] += max(float(target.t), 0.0)
    return np.asarray(total, dtype=np.float64)


def _more_carriers(network: NetworkLike, bounds: IntArray, mode: int, allowed: float, clock: Clock) -> Relaxation:
    """Fewest further carriers of a mode with which the plan closes."""
    name = network.mode_ids[mode]
    pools = np.unique(np.asarray(network.way_pool)[np.asarray(network.way_mode) == mode])
    pools = pools[np.asarray(network.pool_count)[pools].max(axis=1) > 0]
    model, programme = _reinforced(network, bounds, pools)
    cost = np.zeros(len(programme.upper))
    cost[-len(pools) :] = 1.0
    try:
        found = aim(programme, cost, allowed, 0.0, clock)
    except TooShort:
        sentence = f"No number of further carriers of mode {name} alone (up to {MOST_TIMES:g} times those there are) closes it."
        return Relaxation("carriers", name, None, "carriers", True, sentence)
    best = found.best or found.first
    extra = best.values[-len(pools) :]
    crew = float(np.asarray(network.way_crew)[np.asarray(network.way_mode) == mode][0])
    count = float(extra.sum())
    shares = [
        f"{words.number(float(np.ceil(more - 1e-6)))} in pool {network.pool_ids[int(pool)]}"
        for pool, more in sorted(zip(pools, extra, strict=True), key=lambda pair: -pair[1])
        if more > 1e-6 * max(count, 1.0)
    ]
    proven = found.best is not None
    few = "the fewest there can be" if proven else "fewer may do"
    people = f", {words.number(count * crew)} people to crew them" if crew > 0 else ""
    sentence = f"{words.number(count)} more carriers of mode {name} would close it ({', '.join(shares)}){people}; {few}."
    return Relaxation("carriers", name, count, "carriers", proven, sentence)


def _reinforced(network: NetworkLike, bounds: IntArray, pools: IntArray) -> tuple[Model, Programme]:
    """The programme with a column of further carriers for each of the pools, where there is any.

    It is written for pools as large as they may become, so that no limit is left out that they could reach; then their rows
    are given back the carriers there are.
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


def _less_need(network: NetworkLike, bounds: IntArray, allowed: float, clock: Clock) -> Relaxation:
    """Greatest share that can be met of every need and stock target alike."""
    model, _ = model_of(network, bounds)
    whole = scaled_need(model, sums(network.need, bounds), 1.0)
    programme = _scaled_targets(model, whole)
    cost = np.zeros(len(programme.upper))
    cost[-1] = -1.0
    # What may go short in a plan that closes may also be cut; it is too little to be told apart.
    try:
        found = aim(programme, cost, allowed, 0.0, clock)
    except TooShort:
        sentence = "No share of every need alike can be met: something wanted can never come."
        return Relaxation("need", "", None, "share", True, sentence)
    share = float(found.best.values[-1]) if found.best is not None else 0.0
    cut = (1.0 - share) * wanted(network)
    sentence = (
        f"With every need and stock target cut alike, {words.percent(share)} of each can be met: {words.number(cut)} t are "
        "given up."
        if share > 1e-6
        else "No share of every need alike can be met: something is wanted where or when none of it can be."
    )
    return Relaxation("need", "", share, "share", found.best is not None, sentence)


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
        **vars(programme), "matrix": (programme.matrix + add).tocsc(), "row_lower": lower, "upper": upper, "reach": reach,
    })  # fmt: skip


def postponed(network: NetworkLike, places: IntArray, days: int) -> NetworkLike:
    """The network with the needs and stock targets of some places so many days later; what falls after the end is dropped."""
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
        return plan_of(moved, grid(moved, period_days), clock).objective <= allowed

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
    sentence = (
        f"Everything wanted at {named} {words.counted(high, 'day')} later (the first on {on(network, first + high)}) would "
        f"close it; {words.counted(low, 'day')} would not."
    )
    return Relaxation("date", named, float(high), "days", True, sentence)
