"""The first date on which stated stocks can stand, proven on it and on the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xetho.plan import words
from xetho.plan.highs import PlanError
from xetho.plan.inputs import IntArray, NetworkLike
from xetho.plan.questions.common import (
    Clock,
    QuestionError,
    Say,
    Stock,
    StockTarget,
    changed,
    of_side,
    on,
    plan_of,
    reach_days,
    refuse_unreachable,
    short_t,
    until,
)
from xetho.plan.result import FEASIBLE_SHARE

PROBE_DAYS = 28
"""Days between the dates that are tried first, from the beginning on."""


@dataclass(frozen=True)
class Earliest:
    """When stocks can stand.  `day` is None when they cannot by the last day; the days tried are in `tried`.

    `day` is proven to do and `not_before` (one less, unless the search was stopped) is proven not to.
    """

    stocks: tuple[Stock, ...]
    day: int | None
    not_before: int  # the last day before `day` proven not to do; -1 when the first day does
    travel_day: int  # no way is quicker, however many the carriers
    tried: dict[int, bool]
    missing_t: float | None  # what would go short for the stocks' sake on the day `not_before`; None: not known
    stopped: bool
    reasons: tuple[str, ...]


def stated_stocks(network: NetworkLike, side: str) -> list[Stock]:
    """The scenario's stocks that must stand for a side on the first date that it names any for.

    Raises QuestionError when it names none.
    """
    mine = of_side(network, side).targets
    if not mine:
        raise QuestionError(f"{side} has no stock that must stand: state one with --stock PLACE:GOOD=T")
    first = min(int(target.day) for target in mine)
    return [Stock(t.place, t.good, float(t.t), float(t.weight)) for t in mine if int(t.day) == first and t.t > 0]


def earliest(
    network: NetworkLike,
    side: str,
    stocks: Sequence[Stock] | None = None,
    *,
    period_days: int = 7,
    time_limit: float = 300.0,
    progress: Say | None = None,
) -> Earliest:
    """The first date on which the stocks can stand all together at the end of the day.

    A date does when a plan of the days up to it has the stocks standing and leaves no more of the side's needs short
    than the best plan without them.  Both plans are proven, so a date that does not is proven not to.  Dates are tried
    every four weeks from the start and then by halving: the answer is the first that does among those, and the day
    before it does not.  No date is sooner than the days of travel alone allow.

    stocks: what must stand (the scenario's of its first date unless given).
    Where time runs out, the dates decided by then are told.
    Raises QuestionError when nothing is stated or no way leads there.
    """
    own = of_side(network, side)
    stated = tuple(stated_stocks(network, side) if stocks is None else stocks)
    _check(own, stated)
    refuse_unreachable(own, stated)
    first = reach_days(own)
    travel = int(max(first[stock.place, stock.good] for stock in stated))
    search = _Search(own, stated, period_days, Clock(time_limit), progress or (lambda _line: None))
    low, high, stopped = travel - 1, None, False
    try:
        for day in [*range(max(PROBE_DAYS - 1, travel), int(network.days) - 1, PROBE_DAYS), int(network.days) - 1]:
            if search.does(day):
                high = day
                break
            low = day
        while high is not None and high - low > 1:
            middle = (low + high) // 2
            if search.does(middle):
                high = middle
            else:
                low = middle
    except PlanError:
        stopped = True
    missing = search.missing.get(low, None if stopped else sum(stock.t for stock in stated))
    reasons = _reasons(own, stated, high, low, travel, missing, stopped)
    return Earliest(stated, high, low, travel, dict(sorted(search.tried.items())), missing, stopped, reasons)


class _Search:
    """Tries dates, each at most once."""

    def __init__(
        self, network: NetworkLike, stocks: tuple[Stock, ...], period_days: int, clock: Clock, say: Say
    ) -> None:
        self.network, self.stocks, self.period_days = network, stocks, period_days
        self.clock, self.say = clock, say
        self.tried: dict[int, bool] = {}
        self.missing: dict[int, float] = {}

    def does(self, day: int) -> bool:
        """Can the stocks stand on the day?  Raises PlanError when time is up before that is proven."""
        self.say(f"trying {on(self.network, day)}")
        days = until(self.network, day)
        bounds = cut(self.period_days, day + 1)
        targets = [StockTarget(stock.place, stock.good, day, stock.t, stock.weight) for stock in self.stocks]
        slack = FEASIBLE_SHARE * sum(stock.t * stock.weight for stock in self.stocks)
        both = plan_of(changed(days, targets=targets), bounds, self.clock)
        if both.objective <= slack:
            does, missing = True, short_t(both)
        else:
            without = plan_of(days, bounds, self.clock)
            missing = short_t(both) - short_t(without)
            does = both.objective <= without.objective + slack
            if not (both.proven and without.proven):
                does = both.objective <= without.bound + slack
                if not does and both.bound <= without.objective + slack:
                    raise PlanError("time is up before it is known whether the date does")
        self.tried[day] = does
        if both.proven and (both.objective <= slack or without.proven):
            self.missing[day] = missing
        return does


def cut(period_days: int, days: int) -> IntArray:
    """Periods of so many days from the start, the last cut off where the days end: the same for all dates."""
    if period_days < 1:
        raise QuestionError(f"period days: found {period_days}, allowed 1 or more")
    return np.append(np.arange(0, days, period_days), days).astype(np.int64)


def _check(network: NetworkLike, stocks: Sequence[Stock]) -> None:
    if not stocks:
        raise QuestionError("no stock is stated: there is nothing to wait for")
    there = np.asarray(network.stock0).sum(axis=0) + np.asarray(network.inflow).sum(axis=(0, 1))
    wrong = [
        f"a stock of {network.good_ids[stock.good]} at {network.place_ids[stock.place]}: found {stock.t:g} t, allowed "
        f"more than 0 and up to the {words.number(float(there[stock.good]))} t that is supplied anywhere"
        for stock in stocks
        if not 0 < stock.t <= there[stock.good]
    ]
    if wrong:
        raise QuestionError(*wrong)


def _reasons(
    network: NetworkLike, stocks: tuple[Stock, ...], day: int | None, low: int, travel: int, missing: float | None,
    stopped: bool,
) -> tuple[str, ...]:  # fmt: skip
    """The answer in sentences."""
    amount = words.number(sum(stock.t for stock in stocks))
    where = " and ".join(dict.fromkeys(network.place_ids[stock.place] for stock in stocks))
    sooner = []
    if missing is not None:
        would = "t of them or of what is used until then would be missing."
        sooner.append(f"By {on(network, low)} {words.number(missing)} {would}")
    lines = []
    if day is None and low < travel:
        lines.append(f"Time ran out before it was known on what date the {amount} t stated can stand at {where}.")
    elif day is None:
        rest = "later dates were not tried in the time given" if stopped else "that is the last day"
        lines.append(f"The {amount} t stated cannot stand at {where} by {on(network, low)}; {rest}.")
        lines += sooner
    elif stopped:
        lines.append(
            f"The {amount} t stated can stand at {where} on {on(network, day)}; "
            + (f"on {on(network, low)} they cannot. " if low >= travel else "")
            + "Dates between were not tried in the time given."
        )
    else:
        lines.append(f"The {amount} t stated can stand at {where} on {on(network, day)} and not a day sooner.")
        lines += sooner if low >= travel else []
    if travel > 0:
        lines.append(f"Travel alone takes until {on(network, travel)}.")
    return tuple(lines)
