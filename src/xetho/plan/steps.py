"""The two halves of a step of the gradient method (`firstorder.py`) along series by day (`series.py`), compiled.

Each works on ranges of lanes, needs, pairs and limits, so that two cores can share a half.  Arrays of a half that are
written are not read in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from xetho.plan.inputs import AnyArray
from xetho.plan.series import Frame, Loads, Worth
from xetho.vectors import ask_for_wide_vectors


class Lengths(NamedTuple):
    """How far a step goes: of cargo, hauls, lanes and limits by day, and of all days alike of needs, targets, goods."""

    cargo: AnyArray
    haul: AnyArray
    short: AnyArray
    missing: AnyArray
    goods: AnyArray
    lane: AnyArray
    limit: AnyArray


ask_for_wide_vectors()
# Sums may be taken in any order.
_compiled: Callable[..., Any] = njit(
    nogil=True, cache=True, error_model="numpy", fastmath={"nsz", "arcp", "contract", "reassoc"}
)


@_compiled
def move_loads(
    lanes: Any, needs: Any, frame: Frame, length: Lengths, x: Loads, ahead: Loads, worth: Worth, relax: Any
) -> None:
    """Loads of lanes and needs in the ranges (first, end) down the slope of their reduced costs; `ahead` as far again.

    relax: how much of the way to the new point, and beyond it, to go.
    """
    days = x.cargo.shape[1]
    slope = np.empty(days, x.cargo.dtype)
    for lane in range(lanes[0], lanes[1]):
        lag, kept, way_worth = frame.lag[lane], frame.kept[lane], worth.lane[lane]
        for cargo in range(frame.cargo_first[lane], frame.cargo_first[lane + 1]):
            here, there = worth.goods[frame.cargo_from[cargo]], worth.goods[frame.cargo_to[cargo]]
            old, new, far = x.cargo[cargo], ahead.cargo[cargo], length.cargo[cargo]
            for day in range(days - lag):
                to = old[day] - far[day] * (way_worth[day] + here[day] - kept[day] * there[day + lag])
                to = to if to > 0 else to * 0
                new[day] = to + to - old[day]
                old[day] += relax * (to - old[day])
        for haul in range(frame.haul_first[lane], frame.haul_first[lane + 1]):
            labour = frame.labour[haul]
            for day in range(days):
                slope[day] = labour[day] - way_worth[day]
            for draw in range(frame.draw_first[haul], frame.draw_first[haul + 1]):
                price, amount = worth.goods[frame.draw_pair[draw]], frame.draw[draw]
                for day in range(days):
                    slope[day] += amount[day] * price[day]
            for use in range(frame.use_first[haul], frame.use_first[haul + 1]):
                price, amount = worth.limit[frame.use_limit[use]], frame.use[use]
                for day in range(days):
                    slope[day] += amount[day] * price[day]
            old, new, far = x.haul[haul], ahead.haul[haul], length.haul[haul]
            for day in range(days):
                to = old[day] - far[day] * slope[day]
                to = to if to > 0 else to * 0
                new[day] = to + to - old[day]
                old[day] += relax * (to - old[day])
    for number in range(needs[0], needs[1]):
        price, most = worth.goods[frame.need_pair[number]], frame.need[number]
        old, new, far, cost = x.short[number], ahead.short[number], length.short[number], frame.need_cost[number]
        for day in range(days):
            to = old[day] - far * (cost - price[day])
            to = to if to > 0 else to * 0
            to = to if to < most[day] else most[day]
            new[day] = to + to - old[day]
            old[day] += relax * (to - old[day])
    if lanes[0] > 0:
        return  # the first half has the targets
    for target in range(len(frame.target_day)):
        price, day = worth.goods[frame.target_pair[target]], frame.target_day[target]
        gain = price[day] - (price[day + 1] if day + 1 < days else price[day] * 0)
        to = x.missing[target] - length.missing[target] * (frame.target_cost[target] - gain)
        to = min(max(to, to * 0), frame.target_t[target])
        ahead.missing[target] = to + to - x.missing[target]
        x.missing[target] += relax * (to - x.missing[target])


@_compiled
def move_worth(
    pairs: Any, lanes: Any, limits: Any, frame: Frame, length: Lengths, worth: Worth, ahead: Loads, relax: Any
) -> None:
    """Prices in the ranges up by what is missing ahead, down by what is too much; of goods never rising with time."""
    days = ahead.cargo.shape[1]
    left = np.empty(days, ahead.cargo.dtype)
    room = (np.empty_like(left), np.empty_like(left), np.empty(days, np.int64))
    for pair in range(pairs[0], pairs[1]):
        balance(pair, frame, ahead, left)
        price, far = worth.goods[pair], length.goods[pair]
        for day in range(days):
            left[day] = price[day] - far * left[day]
        never_rising(left, room)
        for day in range(days):
            price[day] += relax * (left[day] - price[day])
    for lane in range(lanes[0], lanes[1]):
        left[:] = 0
        for cargo in range(frame.cargo_first[lane], frame.cargo_first[lane + 1]):
            tonnes = ahead.cargo[cargo]
            for day in range(days):
                left[day] += tonnes[day]
        for haul in range(frame.haul_first[lane], frame.haul_first[lane + 1]):
            tonnes = ahead.haul[haul]
            for day in range(days):
                left[day] -= tonnes[day]
        _raise(worth.lane[lane], length.lane[lane], left, relax)
    for limit in range(limits[0], limits[1]):
        most = frame.limit[limit]
        for day in range(days):
            left[day] = -most[day]
        for number in range(frame.used_first[limit], frame.used_first[limit + 1]):
            use = frame.used[number]
            tonnes, share = ahead.haul[frame.use_haul[use]], frame.use[use]
            for day in range(days):
                left[day] += share[day] * tonnes[day]
        _raise(worth.limit[limit], length.limit[limit], left, relax)


@_compiled
def balance(pair: Any, frame: Frame, loads: Loads, left: AnyArray) -> None:
    """What comes to a pair on each day less what goes and is needed (into `left`); its sums are the stock."""
    days = len(left)
    left[:] = frame.supply[pair]
    for number in range(frame.into_first[pair], frame.into_first[pair + 1]):
        cargo = frame.into[number]
        lane, tonnes = frame.cargo_lane[cargo], loads.cargo[cargo]
        lag, kept = frame.lag[lane], frame.kept[lane]
        for day in range(days - lag):
            left[day + lag] += kept[day] * tonnes[day]
    for number in range(frame.out_first[pair], frame.out_first[pair + 1]):
        tonnes = loads.cargo[frame.out[number]]
        for day in range(days):
            left[day] -= tonnes[day]
    for number in range(frame.drawn_first[pair], frame.drawn_first[pair + 1]):
        draw = frame.drawn[number]
        tonnes, amount = loads.haul[frame.draw_haul[draw]], frame.draw[draw]
        for day in range(days):
            left[day] -= amount[day] * tonnes[day]
    if frame.pair_need[pair] >= 0:
        tonnes = loads.short[frame.pair_need[pair]]
        for day in range(days):
            left[day] += tonnes[day]
    for target in range(len(frame.target_day)):
        if frame.target_pair[target] == pair:
            day = frame.target_day[target]
            left[day] += loads.missing[target]
            if day + 1 < days:
                left[day + 1] -= loads.missing[target]


@_compiled
def never_rising(values: AnyArray, room: Any) -> None:
    """The nearest series that never rises and is never below nothing, in place.

    Pool adjacent violators (Ayer and others, An empirical distribution function for sampling with incomplete
    information, 1955).  room: the blocks' means, sums and first days, to be written over.
    """
    mean, total, first = room
    blocks = 0
    for day in range(len(values)):
        level = values[day]
        amount, since = level, day
        while blocks > 0 and mean[blocks - 1] < level:
            blocks -= 1
            amount += total[blocks]
            since = first[blocks]
            level = amount / (day + 1 - since)
        mean[blocks], total[blocks], first[blocks] = level, amount, since
        blocks += 1
    for block in range(blocks):
        end = first[block + 1] if block + 1 < blocks else len(values)
        level = mean[block] if mean[block] > 0 else mean[block] * 0
        for day in range(first[block], end):
            values[day] = level


@_compiled
def _raise(price: AnyArray, far: AnyArray, over: AnyArray, relax: Any) -> None:
    """Prices of limits up by what is over them; never below nothing."""
    for day in range(len(price)):
        to = price[day] + far[day] * over[day]
        to = to if to > 0 else to * 0
        price[day] += relax * (to - price[day])
