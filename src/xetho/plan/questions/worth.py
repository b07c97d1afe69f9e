"""What one more carrier, t/day of road, or person is worth: by the dual price, and checked by a plan with more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xetho.plan import explain, horizon, words
from xetho.plan.highs import Basis, PlanError
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import TIE, TIGHT, Answer
from xetho.plan.questions.common import (
    Clock,
    QuestionError,
    Say,
    changed,
    grid,
    model_of,
    of_side,
    signed_rest,
)
from xetho.plan.questions.extended import aim
from xetho.plan.result import Plan
from xetho.plan.solve import Planner
from xetho.scenario.problems import nearest

MOST_CHECKED = 12
"""Resources of a mode that are planned with more of, the most worthy first; the others' worth is by the dual alone."""

SPAN_SHARE = 0.02
"""Share of a resource's worth that a stretch of dates must have to be told."""

UNITS = {"pool": "carrier", "route": "t/day", "region": "person"}


@dataclass(frozen=True)
class Stretch:
    """Dates in which one more of a resource is worth something, and the stages where it would work."""

    first: date
    until: date
    per_day: float
    between: str


@dataclass(frozen=True)
class OneMore:
    """What one more of a resource throughout is worth.

    worth: by the dual price (a slope: exact for a small change, an upper limit for a large one; None where time ran out
    before it was known).  gain: what a plan with one more, or a hundredth more where that is more, gains for each (None
    where none was planned).  most: what no such plan can gain more than.  All are in `worth_in`.
    """

    kind: str  # pool, route or region
    key: str
    unit: str
    worth: float | None
    gain: float | None
    most: float
    worth_in: str  # t, priority-weighted t or man-days
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Worth:
    """The worth of one more of everything that goes by a name, dearest first."""

    asked: str
    rows: tuple[OneMore, ...]
    base: Plan
    stopped: bool
    reasons: tuple[str, ...]


def one_more(
    network: NetworkLike,
    side: str,
    name: str,
    *,
    period_days: int = 28,
    time_limit: float = 120.0,
    progress: Say | None = None,
) -> Worth:
    """What one more carrier of a mode or pool, t/day of a route or person of a region is worth to a side.

    One more is there on every day on which there is any, and wherever its pool may work.
    Where time runs out before the base is planned, no price is known: no gain is then larger than all that goes short
    in the best plan known.
    Raises QuestionError for a name that is none of these, or that the side does not use.
    """
    own = of_side(network, side)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    resources = named(own, name)
    bounds = grid(own, period_days)
    planner = Planner(own, bounds)
    say("the base plan")
    base = planner.solve(clock.left, or_best=True)
    table: pd.DataFrame | None = base.bottlenecks if base.proven else None
    if table is not None and not _told(table, resources) and not base.feasible:
        say("what they are worth in labour")
        table = _in_labour(own, bounds, clock)
    if table is None:
        unknown = tuple(_unknown(own, base, kind, key) for kind, key in resources)
        return Worth(name, unknown, base, True, _not_priced(name, unknown))
    rows = [_row(own, base, table, kind, key) for kind, key in resources]
    rows.sort(key=lambda row: -(row.worth or 0.0))
    stopped = False
    checked: list[OneMore] = []
    for place, row in enumerate(rows):
        gain = None
        if place < MOST_CHECKED and not stopped:
            say(f"more of {row.key}")
            try:
                step = _step(own, row.kind, row.key)
                gain = _gain(base, planner.replan(more(own, row.kind, row.key, step), clock.left), row.worth_in) / step
            except RuntimeError:
                stopped = True
        checked.append(OneMore(**{**vars(row), "gain": gain}))
    found = tuple(checked)
    return Worth(name, found, base, stopped, _reasons(name, found))


def named(network: NetworkLike, name: str) -> list[tuple[str, str]]:
    """The resources that go by a name: all pools of a mode, or one pool, route or region.  Raises QuestionError."""
    if name in network.mode_ids:
        mode = list(network.mode_ids).index(name)
        pools = np.unique(np.asarray(network.way_pool)[np.asarray(network.way_mode) == mode])
        if not len(pools):
            raise QuestionError(f"no pool of {name} has a road to work on")
        return [("pool", network.pool_ids[int(pool)]) for pool in pools]
    kinds = (("pool", network.pool_ids), ("route", network.route_ids), ("region", network.region_ids))
    for kind, known in kinds:
        if name in known:
            if kind == "route" and not np.isfinite(_limit(network, name)):
                raise QuestionError(f"route {name} has no limit of throughput: one more t/day is worth nothing")
            return [(kind, name)]
    near = nearest(name, [*network.mode_ids, *(one for _, known in kinds for one in known)])
    hint = f'; did you mean "{near}"?' if near else ""
    raise QuestionError(f'"{name}" is not a mode, pool, route or region{hint}')


def _limit(network: NetworkLike, route: str) -> float:
    arcs = np.asarray(network.arc_route) == list(network.route_ids).index(route)
    return float(np.min(np.asarray(network.arc_throughput, dtype=np.float64)[arcs], initial=np.inf))


def more(network: NetworkLike, kind: str, key: str, amount: float, days: tuple[int, int] | None = None) -> NetworkLike:
    """The network with more of a resource: on every day with any, or from the first of `days` to before the second.

    kind: pool, route (throughput; all days), region, handling (all days) or stock (key `PLACE:GOOD`, on the first day).
    """
    window: IntArray = np.arange(int(network.days))
    inside = (window >= days[0]) & (window < days[1]) if days is not None else np.ones(len(window), dtype=bool)
    if kind == "pool":
        count = np.array(network.pool_count, dtype=np.float64)
        row = list(network.pool_ids).index(key)
        count[row] += np.where((count[row] > 0) & inside, amount, 0.0)
        return changed(network, pool_count=count)
    if kind == "region":
        labour = np.array(network.region_labour, dtype=np.float64)
        labour[list(network.region_ids).index(key)] += np.where(inside, amount, 0.0)
        return changed(network, region_labour=labour)
    if kind == "route":
        through = np.array(network.arc_throughput, dtype=np.float64)
        through[np.asarray(network.arc_route) == list(network.route_ids).index(key)] += amount
        return changed(network, arc_throughput=through)
    if kind == "handling":
        handling = np.array(network.handling, dtype=np.float64)
        handling[list(network.place_ids).index(key)] += amount
        return changed(network, handling=handling)
    place, _, good = key.partition(":")
    stock = np.array(network.stock0, dtype=np.float64)
    stock[list(network.place_ids).index(place), list(network.good_ids).index(good)] += amount
    return changed(network, stock0=stock)


def _told(table: pd.DataFrame, resources: Sequence[tuple[str, str]]) -> bool:
    """Does any of the resources stand in a table of bottlenecks?"""
    return any(((table["kind"] == kind) & (table["key"] == key)).any() for kind, key in resources)


def _unknown(network: NetworkLike, base: Plan, kind: str, key: str) -> OneMore:
    """What is known of a resource without prices: no plan gains more than all that the best plan known leaves short.

    A plan that is proven has prices of shortage, and no plan gains more than all the labour it takes.
    """
    most, counted = (base.labour_objective, "man-days") if base.proven else (base.objective, _tonnes(network))
    return OneMore(kind, key, UNITS[kind], None, None, most / _step(network, kind, key), counted, ())


def _in_labour(network: NetworkLike, bounds: IntArray, clock: Clock) -> pd.DataFrame | None:
    """The bottlenecks of least labour with the shortage held at its least: for resources that no shortage hangs on.

    None when time is up before they are known.
    """
    model, _ = model_of(network, bounds)
    programme = model.programme
    slack = TIGHT * max(programme.wanted, 1.0)
    try:
        found = aim(programme, programme.labour_cost + TIE * programme.tie_cost, None, slack, clock).best
    except PlanError:
        found = None
    if found is None:
        return None
    rows, columns = programme.matrix.shape
    none = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    answer = Answer(found.values, 0.0, found.bound, found.duals, np.zeros(rows, dtype=bool), none)
    return explain.bottlenecks(network, model, answer)


def _step(network: NetworkLike, kind: str, key: str) -> float:
    """How many more are planned for: one, or a hundredth of those there are so that rounding does not hide the gain."""
    if kind == "pool":
        there = float(np.max(np.asarray(network.pool_count)[list(network.pool_ids).index(key)]))
    elif kind == "region":
        there = float(np.max(np.asarray(network.region_labour)[list(network.region_ids).index(key)]))
    else:
        there = _limit(network, key)
    return max(1.0, 0.01 * there)


def _row(network: NetworkLike, base: Plan, table: pd.DataFrame, kind: str, key: str) -> OneMore:
    """Worth by the dual prices in a table of bottlenecks."""
    mine = table[(table["kind"] == kind) & (table["key"] == key)].sort_values("from")
    counted = _worth_in(network, base, table)
    rows = mine[mine["worth_in"] == counted].to_dict("records")
    spans = [_there(network, kind, key, row["from"], row["until"]) for row in rows]
    worths = [float(row["worth_per_day"]) * days for row, (_, _, days) in zip(rows, spans, strict=True)]
    total = sum(worths)
    stretches = []
    for row, (first, until, _), worth in zip(rows, spans, worths, strict=True):
        if worth > 0 and worth >= SPAN_SHARE * total:
            between = _between(network, base, kind, key, row["from"], row["until"])
            stretches.append(Stretch(first, until, float(row["worth_per_day"]), between))
    return OneMore(kind, key, UNITS[kind], total, None, total, counted, tuple(stretches))


def _there(network: NetworkLike, kind: str, key: str, first: date, until: date) -> tuple[date, date, int]:
    """The days from one date to another on which a pool has any carriers: the first, the last and how many.

    A period's dual price is that of a carrier on all its days; one more is only there when the others are.
    """
    if kind != "pool":
        return first, until, (until - first).days + 1
    start = (first - network.start).days
    count = np.asarray(network.pool_count)[list(network.pool_ids).index(key)]
    days = start + np.flatnonzero(count[start : (until - network.start).days + 1] > 0)
    if not len(days):
        return first, until, 0
    return network.start + timedelta(days=int(days[0])), network.start + timedelta(days=int(days[-1])), len(days)


def _worth_in(network: NetworkLike, base: Plan, table: pd.DataFrame) -> str:
    """Tonnes of shortage where the table has such rows, else man-days."""
    short = table[table["worth_in"] != "man-days"]
    if len(short):
        return str(short.iloc[0]["worth_in"])
    return "man-days" if base.feasible or len(table) else _tonnes(network)


def _tonnes(network: NetworkLike) -> str:
    """What shortage is counted in."""
    weights = [*np.asarray(network.good_weight).tolist(), *(target.weight for target in network.targets)]
    return "t" if all(weight == 1.0 for weight in weights) else "priority-weighted t"


def _gain(base: Plan, plan: Plan, worth_in: str) -> float:
    """What a plan gains on the base, with what the proofs of both leave open taken as nothing."""
    if worth_in == "man-days":
        open_gap = base.labour_objective - base.labour_bound + plan.labour_objective - plan.labour_bound
        return signed_rest(base.labour_objective - plan.labour_objective, open_gap)
    return signed_rest(base.objective - plan.objective, base.objective - base.bound + plan.objective - plan.bound)


def _between(network: NetworkLike, base: Plan, kind: str, key: str, first: date, until: date) -> str:
    """The stage where most of the resource works in these dates: `FROM and TO`; blank when it does not work."""
    if kind == "route":
        return ""
    start = (first - network.start).days
    periods = [k for k in range(len(base.bounds) - 1) if start <= int(base.bounds[k]) <= (until - network.start).days]
    days = horizon.lengths(base.bounds)
    work: FloatArray = np.einsum("k,kw->w", days[periods].astype(np.float64), base.carriers[periods])
    pool = np.asarray(network.way_pool, dtype=np.int64)
    owner = (
        pool == list(network.pool_ids).index(key)
        if kind == "pool"
        else np.asarray(network.pool_region)[pool] == list(network.region_ids).index(key)
    )
    work = np.where(owner, work, 0.0)
    if work.max(initial=0.0) <= 0:
        return ""
    arc = int(np.asarray(network.way_arc)[int(work.argmax())])
    return f"{network.place_ids[int(network.arc_from[arc])]} and {network.place_ids[int(network.arc_to[arc])]}"


def _not_priced(name: str, rows: Sequence[OneMore]) -> tuple[str, ...]:
    """What is known when time was up, in sentences."""
    lines = [f"Time ran out before it was known what one more of {name} is worth."]
    for row in rows:
        lines.append(f"One more {row.unit} of {row.key} gains no more than {words.number(row.most)} {row.worth_in}.")
    return tuple(lines)


def _reasons(name: str, rows: Sequence[OneMore]) -> tuple[str, ...]:
    """The answer in sentences."""
    lines = []
    for row in rows:
        if not row.worth:
            continue
        weighted = " (priority-weighted)" if row.worth_in == "priority-weighted t" else ""
        labour = row.worth_in == "man-days"
        one = {
            "pool": "carrier of pool {}", "route": "t/day of throughput on route {}", "region": "person from region {}",
        }  # fmt: skip
        for stretch in row.stretches:
            where = f", working mostly between {stretch.between}," if stretch.between else ""
            unit = "man-days a day" if labour else f"t/day less shortage{weighted}"
            gain = f"{words.number(stretch.per_day)} {unit}"
            lines.append(
                f"One more {one[row.kind].format(row.key)}{where} {words.span(stretch.first, stretch.until)} is "
                f"worth {gain}."
            )
        unit = "man-days" if labour else f"t{weighted}"
        checked = "" if row.gain is None else f"; plans with more gain {words.number(row.gain)} for each"
        lines.append(f"In all {row.key}: {words.number(row.worth)} {unit} by the dual price{checked}.")
    idle = [row.key for row in rows if not row.worth]
    if idle and len(idle) == len(rows):
        lines.append(f"One more of {name} is worth nothing: what there is never binds.")
    elif idle:
        lines.append(f"One more is worth nothing of {', '.join(idle)}.")
    return tuple(lines)
