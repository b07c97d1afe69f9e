"""What binds a plan and what is missing: bottlenecks from the duals, shortages, and what no way can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from xetho.plan import words
from xetho.plan.inputs import BoolArray, FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import Answer
from xetho.plan.model import Model, RowBlock
from xetho.plan.prune import PeriodMeans

BOTTLENECK_COLUMNS = [
    "resource", "kind", "key", "good", "from", "until",
    "worth_t_per_unit", "worth_per_day", "unit", "worth_in", "one_percent", "sentence",
]  # fmt: skip
SHORTAGE_COLUMNS = ["kind", "place", "good", "from", "until", "t", "need_t", "share", "sentence"]

SMALL = 1e-4
"""A resource worth less than this share of the most worthy is left out: it is the solver's rounding."""

DUST_T = 1e-3
"""Shortages of fewer tonnes than this (a kilogram) are not told."""


@dataclass(frozen=True)
class _Kind:
    """How a kind of resource is told."""

    resource: str
    unit: str
    one_more: str  # "{key}" is filled in


KINDS = {
    "pool": _Kind("carriers", "carrier", "One more carrier of pool {key}"),
    "route": _Kind("route throughput", "t/day", "One more t/day of throughput on route {key}"),
    "region": _Kind("labour", "person", "One more person at work from region {key}"),
    "handling": _Kind("handling", "t/day", "One more t/day of handling at {key}"),
    "stock": _Kind("supply", "t", "One more tonne of {good} at {key}"),
}


def bottlenecks(network: NetworkLike, model: Model, answer: Answer) -> pd.DataFrame:
    """Binding resources, one row for each stretch of periods, the most worthy first.

    Worth is in (priority-weighted) tonnes of shortage where there is some, else in man-days of labour; parts of the
    network that have nothing to do with each other may differ in that.  `worth_t_per_unit` is what one more
    unit over the whole stretch gains, `worth_per_day` that for each day of the stretch (the same as the
    first for supply, where the unit is a tonne once), `worth_in` what it is counted in.  Rows on shortage
    come first, each kind in order of `one_percent`, what one per cent more of the resource would gain: it lets
    a truck be compared with a tonne or a man.  Duals are exact for small changes only.
    """
    gains = list(_gains(model, answer))
    rows: list[dict[str, object]] = []
    for of_shortage in (True, False):
        told = [(block, np.where(answer.of_shortage[_slice(block)] == of_shortage, gain, 0.0)) for block, gain in gains]
        most = max((float(np.max(gain, initial=0.0)) for _, gain in told), default=0.0)
        found = []
        for block, gain in told:
            cells = np.flatnonzero(gain > max(SMALL * most, 1e-9))
            for group in _stretches(block, cells):
                found.append(_bottleneck(network, model, block, gain, group, of_shortage))
        rows += sorted(found, key=lambda row: -float(str(row["one_percent"])))
    return pd.DataFrame(rows, columns=BOTTLENECK_COLUMNS)


def no_bottlenecks() -> pd.DataFrame:
    """The table of bottlenecks when none is known."""
    return pd.DataFrame(columns=BOTTLENECK_COLUMNS)


def _slice(block: RowBlock) -> slice:
    """The rows of a block in the whole programme."""
    return slice(block.first, block.first + len(block.period))


def _gains(model: Model, answer: Answer) -> Iterator[tuple[RowBlock, FloatArray]]:
    """For each row of a resource: what the whole of the resource in that period is worth."""
    for block in model.blocks:
        if block.kind not in KINDS:
            continue
        duals = answer.duals[_slice(block)]
        if block.kind == "stock":
            # Only where something is supplied can there be more; a tonne more lowers the right-hand side.
            yield block, np.where(block.limit > 0, np.maximum(duals, 0.0) * block.limit, 0.0)
        else:
            yield block, np.maximum(-duals, 0.0)


def _stretches(block: RowBlock, cells: IntArray) -> Iterator[IntArray]:
    """Rows of one resource in consecutive periods; supply at a place is one stretch however it comes in."""
    goods = block.good if len(block.good) else np.zeros(len(block.key), dtype=np.int64)
    order = cells[np.lexsort((block.period[cells], goods[cells], block.key[cells]))]
    if not len(order):
        return
    same = (np.diff(block.key[order]) == 0) & (np.diff(goods[order]) == 0)
    if block.kind != "stock":
        same &= np.diff(block.period[order]) == 1
    yield from np.split(order, np.flatnonzero(~same) + 1)


def _bottleneck(
    network: NetworkLike, model: Model, block: RowBlock, gain: FloatArray, rows: IntArray, of_shortage: bool
) -> dict[str, object]:
    """One row of the bottleneck table."""
    kind = KINDS[block.kind]
    period = block.period[rows]
    days = int(model.means.days[period].sum())
    limit = block.limit[rows]
    # Rows were divided by their limit; a limit of nothing was left as it is.
    per_unit = gain[rows] / np.where(limit > 0, limit, 1.0)
    names = {
        "pool": network.pool_ids,
        "route": network.route_ids,
        "region": network.region_ids,
    }.get(block.kind, network.place_ids)
    key = names[int(block.key[rows[0]])]
    good = network.good_ids[int(block.good[rows[0]])] if block.kind == "stock" else ""
    supply = block.kind == "stock"
    total = float(per_unit.max()) if supply else float(per_unit.sum())
    each_day = total if supply else total / days
    first, last = words.dates(network.start, model.means.bounds, int(period.min()), int(period.max()))
    worth_in = _worth_in(network, of_shortage)
    return {
        "resource": f"{kind.resource}: {good} at {key}" if supply else f"{kind.resource}: {key}",
        "kind": "supply" if supply else block.kind,
        "key": key,
        "good": good,
        "from": first,
        "until": last,
        "worth_t_per_unit": total,
        "worth_per_day": each_day,
        "unit": kind.unit,
        "worth_in": worth_in,
        "one_percent": 0.01 * float(gain[rows].sum()),
        "sentence": _sentence(
            kind.one_more.format(key=key, good=good), first, last, each_day, supply, of_shortage, worth_in
        ),
    }


def _worth_in(network: NetworkLike, of_shortage: bool) -> str:
    """What worth is counted in: tonnes of shortage (weighted when priorities differ) or man-days."""
    if not of_shortage:
        return "man-days"
    weights = np.concatenate([np.asarray(network.good_weight, dtype=np.float64), [t.weight for t in network.targets]])
    return "t" if np.all(weights == 1.0) else "priority-weighted t"


def _sentence(
    one_more: str, first: date, last: date, worth: float, supply: bool, of_shortage: bool, worth_in: str
) -> str:
    """One bottleneck in words, with its units."""
    amount = words.number(worth)
    if not of_shortage:
        saved = f"saves {amount} man-days of labour" + ("" if supply else " a day")
        return f"{one_more} {words.span(first, last)} {saved} for the same supply."
    weighted = " (priority-weighted)" if worth_in != "t" else ""
    unit = "t" if supply else "t/day"
    return f"{one_more} {words.span(first, last)} is worth {amount} {unit} less shortage{weighted}."


def shortages(
    network: NetworkLike, means: PeriodMeans, shortage: FloatArray, target_shortage: FloatArray
) -> pd.DataFrame:
    """Where, when and how much is missing: a row for each stretch of periods and each target, largest first."""
    rows: list[dict[str, object]] = []
    for place, good in np.argwhere(shortage.sum(axis=0) > DUST_T).tolist():
        series = shortage[:, place, good]
        short = np.flatnonzero(series > DUST_T / means.periods)
        for group in np.split(short, np.flatnonzero(np.diff(short) > 1) + 1):
            amount = float(series[group].sum())
            need = float(means.need[group[0] : group[-1] + 1, place, good].sum())
            first, last = words.dates(network.start, means.bounds, int(group[0]), int(group[-1]))
            where, what = network.place_ids[place], network.good_ids[good]
            rows.append({
                "kind": "need", "place": where, "good": what, "from": first, "until": last,
                "t": amount, "need_t": need, "share": amount / need,
                "sentence": f"{where} is {words.number(amount)} t short of {what} {words.span(first, last)}: "
                f"{words.percent(amount / need)} of its need.",
            })  # fmt: skip
    for target, amount in zip(network.targets, target_shortage, strict=True):
        if amount > DUST_T:
            when, _ = words.dates(network.start, np.arange(int(network.days) + 1), int(target.day), int(target.day))
            where, what = network.place_ids[target.place], network.good_ids[target.good]
            rows.append({
                "kind": "target", "place": where, "good": what, "from": when, "until": when,
                "t": float(amount), "need_t": float(target.t), "share": float(amount / target.t),
                "sentence": f"{where} is {words.number(float(amount))} t of {what} below "
                f"the {words.number(float(target.t))} t that must stand there on {words.day(when)}.",
            })  # fmt: skip
    frame = pd.DataFrame(rows, columns=SHORTAGE_COLUMNS)
    return frame.sort_values("t", ascending=False, kind="stable").reset_index(drop=True)


def unreachable(network: NetworkLike, means: PeriodMeans, shortage: FloatArray, loads: BoolArray) -> list[str]:
    """Sentences on needs that nothing reaches and on supplies whose carriers have nothing to eat or burn."""
    arc = np.asarray(network.way_arc, dtype=np.int64)
    origin, goal = np.asarray(network.arc_from)[arc], np.asarray(network.arc_to)[arc]
    entered = means.inflow.sum(axis=0) + np.asarray(network.stock0, dtype=np.float64)
    lines = []
    for good in np.flatnonzero(shortage.sum(axis=(0, 1)) > DUST_T).tolist():
        name = network.good_ids[good]
        if entered[:, good].sum() <= 0:
            lines.append(f"There is no {name} anywhere: none lies in stock and none comes in.")
            continue
        wanting = np.flatnonzero(shortage[:, :, good].sum(axis=0) > DUST_T).tolist()
        cut_off = [p for p in wanting if entered[p, good] <= 0 and not loads[:, goal == p, good].any()]
        if cut_off:
            places = ", ".join(network.place_ids[p] for p in cut_off[: words.SHOWN])
            others = f" and {len(cut_off) - words.SHOWN} more" if len(cut_off) > words.SHOWN else ""
            lines.append(f"No {name} can come to {places}{others}.")
    return lines + _unfed(network, means, shortage, loads, origin, goal, entered)


def _unfed(
    network: NetworkLike,
    means: PeriodMeans,
    shortage: FloatArray,
    loads: BoolArray,
    origin: IntArray,
    goal: IntArray,
    entered: FloatArray,
) -> list[str]:
    """Places whose supply is wanted but that no carrier can leave for lack of food or fuel."""
    lines = []
    short = shortage.sum(axis=(0, 1)) > DUST_T
    capable = ((means.capacity > 0) & (means.count[:, np.asarray(network.way_pool)] > 0)).any(axis=0)
    for place in np.flatnonzero((entered[:, short] > 0).any(axis=1)).tolist():
        ways = np.flatnonzero(capable & (origin == place))
        if not len(ways) or loads[:, ways].any():
            continue
        lacking = set()
        for goods, amount in (
            (network.way_food_good, network.way_food),
            (network.way_fuel_good, network.way_fuel),
        ):
            for way in ways:
                good = int(goods[way])
                if good < 0 or float(amount[way]) <= 0:
                    continue
                if entered[place, good] <= 0 and not loads[:, goal == place, good].any():
                    lacking.add(network.good_ids[good])
        if lacking:
            lines.append(
                f"Nothing can leave {network.place_ids[place]}: its carriers draw {' and '.join(sorted(lacking))}, "
                "and none is there."
            )
    return lines
