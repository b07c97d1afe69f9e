"""Where cargo is eaten on the way: what became of each tonne by the place where it was supplied, and by stage.

A plan says what moves, not whose it is.  Stocks are taken as well mixed: what leaves a place, is used or eaten there,
has the origins of all that was there in the period.  Within a period cargo may pass several places, so the shares of a
good's origins at all places solve one linear system a period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.prune import PeriodMeans

ORIGIN_COLUMNS = [
    "origin", "good", "supply_t", "used_t", "met_t", "eaten_t", "burnt_t", "lost_t", "left_t", "delivered_per_started",
]  # fmt: skip
STAGE_COLUMNS = ["route", "origin", "goal", "mode", "t", "eaten_t", "burnt_t", "lost_t", "spent_per_t"]

DUST_T = 1e-6
"""Tonnes that count as nothing."""


def origins(
    network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray, shortage: FloatArray
) -> pd.DataFrame:
    """What became of each good by the place that supplied it, most supplied first.

    supply_t: stock and inflow there.  met_t: of need.  eaten_t, burnt_t: by carriers, wherever they loaded.  lost_t: on
    the way.  left_t: in stock or under way at the end.  used_t: met, eaten, burnt and lost.  delivered_per_started:
    met_t / used_t.
    """
    places, goods = np.asarray(network.stock0).shape
    arc = np.asarray(network.way_arc, dtype=np.int64)
    start, goal = (np.asarray(ends, dtype=np.int64)[arc] for ends in (network.arc_from, network.arc_to))
    eaten, burnt = drawn(network, means, load, carriers)
    met = np.clip(means.need - shortage, 0.0, None)
    rows = []
    for good in range(goods):
        supply = means.inflow[:, :, good].copy()
        supply[0] += np.asarray(network.stock0)[:, good]
        sources = np.flatnonzero(supply.sum(axis=0) > DUST_T)
        if not len(sources):
            continue
        moved = load[:, :, good] * means.days[:, None]
        takes = (eaten[:, :, good], burnt[:, :, good], met[:, :, good])
        fate, lost = _follow(network, means, moved, supply, takes, (start, goal), sources)
        for number, source in enumerate(sources.tolist()):
            came = float(supply[:, source].sum())
            ate, burned, used = (float(part[number]) for part in fate)
            spent = used + ate + burned + float(lost[number])
            rows.append({
                "origin": network.place_ids[source], "good": network.good_ids[good], "supply_t": came, "used_t": spent,
                "met_t": used, "eaten_t": ate, "burnt_t": burned, "lost_t": float(lost[number]),
                "left_t": max(came - spent, 0.0), "delivered_per_started": used / spent if spent > DUST_T else np.nan,
            })  # fmt: skip
    frame = pd.DataFrame(rows, columns=ORIGIN_COLUMNS)
    return frame.sort_values("supply_t", ascending=False, kind="stable").reset_index(drop=True)


def drawn(
    network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Food and fuel of carriers by period, place where they load, and good (t)."""
    arc = np.asarray(network.way_arc, dtype=np.int64)
    start = np.asarray(network.arc_from, dtype=np.int64)[arc]
    moved = load.sum(axis=2) * means.days[:, None]
    out = []
    for amount, good in (
        (carriers * means.days[:, None] * np.asarray(network.way_food), network.way_food_good),
        (moved * np.asarray(network.way_fuel), network.way_fuel_good),
    ):
        taken = np.zeros(means.need.shape)
        draws = np.flatnonzero(np.asarray(good) >= 0)
        cell = (start[draws], np.asarray(good, dtype=np.int64)[draws])
        for period in range(means.periods):
            np.add.at(taken[period], cell, amount[period, draws])
        out.append(taken)
    return out[0], out[1]


def _follow(
    network: NetworkLike,
    means: PeriodMeans,
    moved: FloatArray,
    supply: FloatArray,
    takes: tuple[FloatArray, ...],
    ends: tuple[IntArray, IntArray],
    sources: IntArray,
) -> tuple[list[FloatArray], FloatArray]:
    """What each take (K x places) had of each source over all periods, and what was lost of each."""
    start, goal = ends
    places = supply.shape[1]
    lag = np.asarray(network.way_travel, dtype=np.int64)
    arrives = {int(days): means.arrival_shares(int(days)) for days in np.unique(lag)}
    fate, lost = [np.zeros(len(sources)) for _ in takes], np.zeros(len(sources))
    held = np.zeros((places, len(sources)))  # t of each source that lie at each place
    coming = np.zeros((means.periods, places, len(sources)))  # t that arrive from loads of earlier periods
    for period in range(means.periods):
        ways = np.flatnonzero(moved[period] > DUST_T)
        kept = moved[period] * (1.0 - means.loss[period])
        groups = [(shares[period], ways[lag[ways] == days]) for days, shares in arrives.items()]
        own = held + coming[period]
        own[sources, np.arange(len(sources))] += supply[period, sources]
        inner = np.zeros((places, places))
        for shares, group in groups:
            np.add.at(inner, (goal[group], start[group]), kept[group] * shares[period])
        total = own.sum(axis=1) + inner.sum(axis=1)
        share = _mixed(own, inner, total)
        out = np.zeros(places)
        np.add.at(out, start[ways], moved[period, ways])
        for number, take in enumerate(takes):
            fate[number] += take[period] @ share
            out += take[period]
        lost += (moved[period] - kept)[ways] @ share[start[ways]]
        held = np.clip(total - out, 0.0, None)[:, None] * share
        for shares, group in groups:
            for later in np.flatnonzero(shares[period + 1 :]) + period + 1 if len(group) else ():
                np.add.at(coming[later], goal[group], (kept[group] * shares[later])[:, None] * share[start[group]])
    return fate, lost


def _mixed(own: FloatArray, inner: FloatArray, total: FloatArray) -> FloatArray:
    """Shares of the sources at each place: `share[p] total[p] = own[p] + sum over q of inner[p, q] share[q]`.

    own: places x sources, t that were there or come from before.  inner: places x places, t that come from another
    place within the period.  total: t of both at each place.
    """
    share = np.zeros_like(own)
    there = np.flatnonzero(total > DUST_T)
    between = inner[np.ix_(there, there)]
    if between.any():
        share[there] = np.linalg.solve(np.diag(total[there]) - between, own[there])
    else:
        share[there] = own[there] / total[there, None]
    return share


def stages(network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray) -> pd.DataFrame:
    """What each mode eats, burns and loses on each stage, the most first; spent_per_t: t spent for each t loaded."""
    tonnes = (load.sum(axis=2) * means.days[:, None]).sum(axis=0)
    food = np.where(np.asarray(network.way_food_good) >= 0, network.way_food, 0.0)
    fuel = np.where(np.asarray(network.way_fuel_good) >= 0, network.way_fuel, 0.0)
    arc = np.asarray(network.way_arc, dtype=np.int64)
    frame = pd.DataFrame({
        "route": [network.route_ids[int(route)] for route in np.asarray(network.arc_route)[arc]],
        "origin": [network.place_ids[int(place)] for place in np.asarray(network.arc_from)[arc]],
        "goal": [network.place_ids[int(place)] for place in np.asarray(network.arc_to)[arc]],
        "mode": [network.mode_ids[int(mode)] for mode in network.way_mode],
        "t": tonnes,
        "eaten_t": (carriers * means.days[:, None]).sum(axis=0) * food,
        "burnt_t": tonnes * fuel,
        "lost_t": (load.sum(axis=2) * means.days[:, None] * means.loss).sum(axis=0),
    })  # fmt: skip
    frame = frame.groupby(["route", "origin", "goal", "mode"], sort=False).sum().reset_index()
    frame = frame[frame["t"] > DUST_T]
    spent = frame["eaten_t"] + frame["burnt_t"] + frame["lost_t"]
    frame["spent_per_t"] = spent / frame["t"]
    order = spent.sort_values(ascending=False, kind="stable").index
    return frame.loc[order, STAGE_COLUMNS].reset_index(drop=True)
