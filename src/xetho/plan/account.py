"""The plan added up: work by mode, need and shortage by side and good, use of pools by month."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from xetho.plan import words
from xetho.plan.inputs import FloatArray, NetworkLike
from xetho.plan.prune import PeriodMeans

MODE_COLUMNS = [
    "mode", "t", "ton_km", "carrier_days", "labour_days", "food_t", "fuel_t", "delivered_t", "delivered_per_started",
]  # fmt: skip
SIDE_COLUMNS = [
    "side", "good", "supply_t", "need_t", "met_t", "shortage_t", "share_met", "carriers_used_t", "lost_t",
]  # fmt: skip
POOL_COLUMNS = ["month", "pool", "carrier_days", "capacity_carrier_days", "share_used"]


def summary(
    network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray, shortage: FloatArray
) -> dict[str, pd.DataFrame]:
    """Tables `modes`, `sides` and `pools` of a plan."""
    return {
        "modes": modes(network, means, load, carriers),
        "sides": sides(network, means, load, carriers, shortage),
        "pools": pools(network, means, carriers),
    }


def modes(network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray) -> pd.DataFrame:
    """Work by mode.

    t: tonnes loaded, counted anew on every stage.  ton_km: with the length of each stage (NaN when the network does
    not give lengths).  delivered_per_started: tonnes handed over for each tonne that left a depot as
    cargo, crews' food or fuel on a stage.
    """
    tonnes = load.sum(axis=2) * means.days[:, None]
    carrier_days = carriers * means.days[:, None]
    km = _way_km(network)
    by_way = {
        "t": tonnes.sum(axis=0),
        "ton_km": tonnes.sum(axis=0) * km,
        "carrier_days": carrier_days.sum(axis=0),
        "labour_days": carrier_days.sum(axis=0) * np.asarray(network.way_crew, dtype=np.float64),
        "food_t": carrier_days.sum(axis=0)
        * np.where(np.asarray(network.way_food_good) >= 0, np.asarray(network.way_food, dtype=np.float64), 0.0),
        "fuel_t": tonnes.sum(axis=0)
        * np.where(np.asarray(network.way_fuel_good) >= 0, np.asarray(network.way_fuel, dtype=np.float64), 0.0),
        "delivered_t": (tonnes * (1.0 - means.loss)).sum(axis=0),
    }
    frame = pd.DataFrame(by_way)
    frame["mode"] = [network.mode_ids[int(mode)] for mode in network.way_mode]
    frame = frame.groupby("mode", sort=False).sum(min_count=1).reset_index()
    started = frame["t"] + frame["food_t"] + frame["fuel_t"]
    frame["delivered_per_started"] = frame["delivered_t"] / started.where(started > 0)
    return frame[MODE_COLUMNS]


def sides(
    network: NetworkLike, means: PeriodMeans, load: FloatArray, carriers: FloatArray, shortage: FloatArray
) -> pd.DataFrame:
    """Supply, need, what is met, what carriers eat and burn, and what is lost on the way, by side and good."""
    place_side = np.asarray(network.place_side, dtype=np.int64)
    arc = np.asarray(network.way_arc, dtype=np.int64)
    way_side = place_side[np.asarray(network.arc_from, dtype=np.int64)[arc]]
    size = (len(network.side_ids), len(network.good_ids))
    supply, need, short, used, lost = (np.zeros(size) for _ in range(5))
    np.add.at(supply, place_side, means.inflow.sum(axis=0) + np.asarray(network.stock0, dtype=np.float64))
    np.add.at(need, place_side, means.need.sum(axis=0))
    np.add.at(short, place_side, shortage.sum(axis=0))
    moved = load * means.days[:, None, None]
    np.add.at(lost, way_side, (moved * means.loss[:, :, None]).sum(axis=0))
    food = (carriers * means.days[:, None]).sum(axis=0) * np.asarray(network.way_food, dtype=np.float64)
    fuel = moved.sum(axis=(0, 2)) * np.asarray(network.way_fuel, dtype=np.float64)
    for amount, goods in ((food, network.way_food_good), (fuel, network.way_fuel_good)):
        good = np.asarray(goods, dtype=np.int64)
        draws = good >= 0
        np.add.at(used, (way_side[draws], good[draws]), amount[draws])
    rows = []
    for side, good in np.argwhere((need > 0) | (supply > 0)):
        wanted, missing = float(need[side, good]), float(short[side, good])
        rows.append({
            "side": network.side_ids[side], "good": network.good_ids[good], "supply_t": float(supply[side, good]),
            "need_t": wanted, "met_t": wanted - missing, "shortage_t": missing,
            "share_met": 1.0 - missing / wanted if wanted > 0 else np.nan,
            "carriers_used_t": float(used[side, good]), "lost_t": float(lost[side, good]),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=SIDE_COLUMNS)


def pools(network: NetworkLike, means: PeriodMeans, carriers: FloatArray) -> pd.DataFrame:
    """Carrier-days each pool has and works in each month, and the share used."""
    owner = np.asarray(network.way_pool, dtype=np.int64)
    work = np.zeros(means.count.shape)
    np.add.at(work.T, owner, carriers.T)
    lengths = means.days.astype(np.int64)
    days = [network.start + timedelta(days=int(day)) for day in range(int(means.bounds[-1]))]
    months = list(dict.fromkeys((day.year, day.month) for day in days))
    month_of = np.array([months.index((day.year, day.month)) for day in days])
    present = np.asarray(network.pool_count, dtype=np.float64).T  # D x P
    daily = np.repeat(work, lengths, axis=0)
    rows = []
    for index, (year, month) in enumerate(months):
        inside = month_of == index
        used, capacity = daily[inside].sum(axis=0), present[inside].sum(axis=0)
        for pool, name in enumerate(network.pool_ids):
            if capacity[pool] > 0 or used[pool] > 0:
                rows.append({
                    "month": f"{words.MONTHS[month - 1]} {year}", "pool": name,
                    "carrier_days": float(used[pool]), "capacity_carrier_days": float(capacity[pool]),
                    "share_used": float(used[pool] / capacity[pool]) if capacity[pool] > 0 else np.nan,
                })  # fmt: skip
    return pd.DataFrame(rows, columns=POOL_COLUMNS)


def _way_km(network: NetworkLike) -> FloatArray:
    """Length of each way's stage (W); NaN when the network does not give lengths."""
    km = getattr(network, "arc_km", None)
    if km is None:
        return np.full(len(network.way_arc), np.nan)
    return np.asarray(km, dtype=np.float64)[np.asarray(network.way_arc, dtype=np.int64)]
