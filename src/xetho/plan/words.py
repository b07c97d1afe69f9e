"""The plan in plain English: dates, amounts, and the story of what is short and what binds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from xetho.plan.result import Plan

# English on every machine: the names that strftime gives depend on where it runs.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SHOWN = 3
"""Rows of a table that the story tells."""

LEAST_SHARE = 0.001
"""Share of what a side uses of a good below which what its carriers take, or what a place gives, is not told."""


def day(when: date) -> str:
    """A date as people write it: `3 March 1954`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def span(first: date, last: date) -> str:
    """A stretch of dates: `from 3 March to 20 March 1954`."""
    if first == last:
        return f"on {day(first)}"
    if first.year == last.year:
        return f"from {first.day} {MONTHS[first.month - 1]} to {day(last)}"
    return f"from {day(first)} to {day(last)}"


def number(value: float) -> str:
    """A number to three figures, thousands with commas, no exponent: `0.00832`, `12.3`, `1,480`."""
    if not np.isfinite(value):
        return "unlimited"
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    rounded = round(value, digits)
    text = f"{rounded:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share as per cent to two figures."""
    return f"{number(round(100 * share, 1)) if share >= 0.001 else 'under 0.1'} %"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 period`, `12 periods`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def story(plan: Plan) -> list[str]:
    """Is the plan feasible, what is short and for whom, what binds, and how well it is proven."""
    told = [*_verdict(plan), *_sides(plan), *_missing(plan), *_binding(plan), *_work(plan), *_eaten(plan)]
    return [*told, *plan.notes, _proof(plan)]


def _verdict(plan: Plan) -> list[str]:
    wanted = float(plan.need.sum())
    short = float(plan.shortage.sum())
    targets = sum(max(float(target.t), 0.0) for target in plan.network.targets)
    if plan.feasible:
        tail = f" and every stock target ({number(targets)} t) stands in time" if targets > 0 else ""
        return [f"The plan closes: all {number(wanted)} t needed can be met{tail}."]
    lines = [_for_whom(plan)]
    best = plan.status == "optimal"
    if short > 0:
        lines.append(
            f"{number(short)} t of the {number(wanted)} t needed ({percent(short / wanted)}) "
            f"{'cannot be met by any plan' if best else 'are not met by this plan'}."
        )
    missing = float(plan.target_shortage.sum())
    if missing > 0:
        lines.append(
            f"{number(missing)} t of the {number(targets)} t of stock targets ({percent(missing / targets)}) "
            f"{'cannot' if best else 'do not'} stand in time."
        )
    return lines


def _for_whom(plan: Plan) -> str:
    """Does the plan close, and when not, for which sides does it."""
    wanting = [str(side) for side in plan.summary["sides"].query("need_t > 0")["side"].unique()]
    closed = [side for side in wanting if plan.closes_for(side)]
    open_ = [side for side in wanting if side not in closed]
    if closed and open_:
        return f"The plan closes for {' and '.join(closed)} but not for {' and '.join(open_)}."
    return "The plan does not close."


def _sides(plan: Plan) -> list[str]:
    """How much of each side's need goes unmet, when more than one side is short or has needs."""
    table = plan.summary["sides"]
    lines = []
    for side, rows in table.groupby("side", sort=False):
        need, short = float(rows["need_t"].sum()), float(rows["shortage_t"].sum())
        if need > 0 and short > 1e-4 * need:
            worst = rows.sort_values("shortage_t", ascending=False).iloc[0]
            lines.append(
                f"{side}: {percent(short / need)} of its need is unmet "
                f"({number(short)} of {number(need)} t), most of it {worst['good']}."
            )
    return lines


def _missing(plan: Plan) -> list[str]:
    lines = [str(row) for row in plan.shortages["sentence"].head(SHOWN)]
    more = len(plan.shortages) - len(lines)
    if more > 0:
        lines.append(f"There {'is' if more == 1 else 'are'} {counted(more, 'smaller shortage')} besides.")
    return lines


def _binding(plan: Plan) -> list[str]:
    table = plan.bottlenecks.head(SHOWN)
    if len(table):
        return [str(sentence) for sentence in table["sentence"]]
    if plan.feasible:
        return ["No carrier, road, labour or depot limit holds the plan back."]
    return [
        "No carrier, road, labour or depot limit would help: what is short cannot be got there at all, or is not there."
    ]


def _work(plan: Plan) -> list[str]:
    """Which modes do most of the carrying, and how many hands it takes."""
    table = plan.summary["modes"].sort_values("ton_km", ascending=False, kind="stable")
    total, labour = float(table["ton_km"].sum()), float(table["labour_days"].sum())
    if not total > 0:
        return []
    most = [row for row in table.head(SHOWN).to_dict("records") if row["ton_km"] > 0]
    shares = [f"{_plain(row['mode'])} {percent(row['ton_km'] / total)}" for row in most]
    return [f"Carrying takes {number(total)} ton-km ({', '.join(shares)}) and {number(labour)} days of labour."]


def _eaten(plan: Plan) -> list[str]:
    """What a side's carriers eat and burn on the way, what of it all is delivered, and where most is eaten."""
    net = plan.network
    side = {place: net.side_ids[int(own)] for place, own in zip(net.place_ids, net.place_side, strict=True)}
    origins = plan.accounts["origins"]
    lines = []
    for (owner, good), rows in origins.groupby([origins["origin"].map(side), "good"], sort=False):
        eaten, burnt, met = (float(rows[column].sum()) for column in ("eaten_t", "burnt_t", "met_t"))
        used = float(rows["used_t"].sum())
        if eaten + burnt <= LEAST_SHARE * used:
            continue
        verbs = [f"{verb} {number(t)} t" for verb, t in (("eat", eaten), ("burn", burnt)) if t > 0]
        line = f"Carriers of {owner} {' and '.join(verbs)} of {good} on the way"
        if met > 0:
            line += f": {number(met / used)} kg is delivered for each kg that starts"
            givers = rows[rows["used_t"] > LEAST_SHARE * used].sort_values("delivered_per_started", kind="stable")
            if len(givers) > 1:
                least = givers.to_dict("records")[0]
                line += f", least of what comes from {least['origin']} ({number(least['delivered_per_started'])} kg)"
        lines.append(f"{line}.")
    most = plan.accounts["stages"].sort_values("eaten_t", ascending=False, kind="stable").head(1)
    lines += [
        f"Most is eaten between {row['origin']} and {row['goal']}: {number(row['eaten_t'])} t by "
        f"{_plain(row['mode'])} for {number(row['t'])} t carried."
        for row in most.to_dict("records")
        if row["eaten_t"] > 0
    ]
    return lines


def _plain(mode: str) -> str:
    return mode.replace("_", " ")


def _proof(plan: Plan) -> str:
    count = counted(len(plan.bounds) - 1, "period")
    ended = "" if plan.proven else "Time ran out before more was proven. "
    labour = f"none as good has labour smaller by more than {within(plan.labour_gap)}"
    if plan.labour_bound <= 0 < plan.labour_objective:
        labour = "nothing is proven of its labour"
    return (
        f"{ended}Proof: no plan on these {count} has a shortage smaller by more than {within(plan.gap)} of all that is "
        f"wanted, and {labour}."
    )


def within(gap: float) -> str:
    """A gap rounded up to the next power of ten, in per cent; from one per cent up, to the next tenth of one."""
    for power in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
        if gap <= power:
            return f"{number(100 * power)} %"
    return percent(np.ceil(1000 * gap) / 1000)


def dates(
    start: date, bounds: np.ndarray[tuple[int, ...], np.dtype[np.int64]], first: int, last: int
) -> tuple[date, date]:
    """First date of one period and last date of another."""
    return start + timedelta(days=int(bounds[first])), start + timedelta(days=int(bounds[last + 1]) - 1)
