"""Runs: what came of the campaigns, as labelled arrays. Names, dims and units are those of outputs.csv."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xetho.network import Network
from xetho.simulate import Record, play
from xetho.simulate import layout as at_
from xetho.simulate.draft import PlanLike
from xetho.simulate.process.record import CAMP_SERIES, SIDE_SERIES

F32 = NDArray[np.float32]
# Daily figures of a side, in the order in which the engine records them (the rest are front stocks by good).
SIDE_NAMES = (
    "fit_men", "dead_to_date", "wounded_in_care", "morale", "rations_met", "front_mouths", "air_sent_t_per_day",
    "air_received_t_per_day", "drop_height_m", "trench_share",
)  # fmt: skip


@dataclass
class Runs:
    """Campaigns played.

    Attributes:
        summary: one value a run of each output of kind summary or date (float days since the start, NaN: never).
        daily: day by day, for the first `trace` runs.
        mean: `flow_t(day, arc)`, `stock_t(day, place, good)`, `condition(day, route)`, means over the traced runs.
        assumptions: one row a run, one column an assumption.
        meta: scenario, seed, runs, trace, seconds, campaigns_per_second; from a `Campaign` also what it takes to play
            them again: variant, sets, hash (of the scenario), start, end, parameters (central values), plan
            (own: the campaign's; given: another), plan_gap, xetho (version).
    """

    summary: xr.Dataset
    daily: xr.Dataset
    mean: xr.Dataset
    assumptions: pd.DataFrame
    meta: dict[str, Any]

    def save(self, path: str | Path, overwrite: bool = False) -> Path:
        """Keep the runs as a store (Parquet files) in the folder `path`; `xetho.open_runs` gives them back.

        Stopped at any moment, even by a power cut, it leaves the old store or the new one, never half of either.
        Needs the extra `xetho[store]`.

        Raises:
            StoreError: there is a store already (and not `overwrite`), something else is there, or another process
                is writing it.
        """
        from xetho.results.store import save

        return save(self, path, overwrite)


def simulate(
    network: Network,
    plan: PlanLike,
    runs: int = 2000,
    seed: int = 1,
    threads: int | None = None,
    trace: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Runs:
    """Play `runs` campaigns on a plan and label what came of them.

    Args:
        threads: at most this many; None is one for each core. The results do not depend on it.
        trace: how many runs keep daily series (None: the first 2,000).

    Raises:
        ValueError: fewer than one run or thread.
    """
    return label(play(network, plan, runs, seed=seed, threads=threads, trace=trace, progress=progress))


def label(record: Record) -> Runs:
    """Give the engine's arrays their names."""
    net = record.network
    return Runs(
        _summary(record),
        _daily(record),
        _mean(record),
        pd.DataFrame(record.assumptions, index=pd.RangeIndex(record.runs, name="run")),
        {
            "scenario": net.name, "seed": record.seed, "runs": record.runs, "trace": record.trace,
            "seconds": record.seconds, "campaigns_per_second": record.runs / record.seconds,
        },
    )  # fmt: skip


def _summary(record: Record) -> xr.Dataset:
    net, b, k = record.network, record.network.battle, record.kept
    sides, goods = len(net.side_ids), len(net.good_ids)

    def by_good(name: int) -> tuple[tuple[str, ...], F32]:
        return ("run", "side", "good"), k[name].T.reshape(record.runs, sides, goods)

    used = k[at_.A_EATEN] + k[at_.A_FIRED] + k[at_.A_BURNT]
    data: dict[str, Any] = {
        "camp_fall_date": (("run", "camp"), _when(k[at_.S_CAMP_FELL])),
        "position_fall_date": (("run", "position"), _when(k[at_.S_POS_FELL])),
        "operation_date": (("run", "operation"), _when(k[at_.S_OP_DAY])),
        "operation_attempts": (("run", "operation"), k[at_.S_OP_TRIED].T),
        "used_t": (("run", "side", "good"), used.T.reshape(record.runs, sides, goods)),
        "pieces_lost": (
            ("run", "side", "weapon"), k[at_.A_PIECES_LOST].T.reshape(record.runs, sides, len(b.weapon_ids)),
        ),
    }  # fmt: skip
    for name, block in {
        "eaten_t": at_.A_EATEN, "fired_t": at_.A_FIRED, "lost_t": at_.A_LOST, "taken_t": at_.A_TAKEN,
        "shortage_t": at_.A_SHORT, "supplied_t": at_.A_RAISED,
    }.items():  # fmt: skip
        data[name] = by_good(block)
    for name, (dim, block) in {
        "dead": ("side", at_.A_DEAD), "wounded": ("side", at_.A_WOUNDED), "captured_men": ("side", at_.A_CAPTURED),
        "wounded_at_fall": ("side", at_.A_WOUNDED_AT_FALL), "reinforcements": ("side", at_.A_REINFORCED),
        "deserted": ("side", at_.A_DESERTED), "fired_rounds": ("weapon", at_.A_ROUNDS),
        "origin_used_t": ("lot", at_.A_USED_LOT), "origin_supplied_t": ("lot", at_.A_SUPPLIED),
        "passed_t": ("place", at_.A_PASSED), "labour_days": ("side", at_.A_LABOUR),
        "carriers_lost": ("pool", at_.S_POOL_LOST), "cuts": ("route", at_.A_CUTS),
        "air_sent_t": ("side", at_.A_AIR_SENT), "air_received_t": ("side", at_.A_AIR_GOT),
    }.items():  # fmt: skip
        data[name] = (("run", dim), k[block].T)
    return xr.Dataset(data, coords=_coords(net, record.runs))


def _coords(net: Network, runs: int) -> dict[str, Any]:
    b = net.battle
    return {
        "run": np.arange(runs), "side": net.side_ids, "good": net.good_ids, "lot": net.lot_ids,
        "place": net.place_ids, "pool": net.pool_ids, "route": net.route_ids, "camp": b.camp_ids,
        "position": b.position_ids, "operation": b.operation_ids, "weapon": b.weapon_ids,
    }  # fmt: skip


def _when(days: F32) -> NDArray[np.float64]:
    """Days since the start, runs first; NaN where it did not happen."""
    out = days.T.astype(np.float64)
    out[out < 0] = np.nan
    return out


def _daily(record: Record) -> xr.Dataset:
    net, series = record.network, record.series
    sides, goods = len(net.side_ids), len(net.good_ids)
    per_side = SIDE_SERIES + goods
    block = series[: sides * per_side].reshape(sides, per_side, net.days, record.trace)
    data: dict[str, Any] = {
        name: (("run", "day", "side"), block[:, i].transpose(2, 1, 0)) for i, name in enumerate(SIDE_NAMES)
    }
    stock = block[:, SIDE_SERIES:].transpose(3, 2, 0, 1)
    data["front_stock_t"] = (("run", "day", "side", "good"), stock)
    kg = net.inputs.column("goods", "kg_per_unit", goods).astype(np.float32)
    data["rounds_left"] = (("run", "day", "side", "good"), stock * (np.float32(1000.0) / kg))
    camps = series[sides * per_side :].reshape(len(net.battle.camp_ids), CAMP_SERIES, net.days, record.trace)
    for i, name in enumerate(("area_km2", "positions_held")):
        data[name] = (("run", "day", "camp"), camps[:, i].transpose(2, 1, 0))
    coords = {
        "run": np.arange(record.trace), "day": np.arange(net.days), "side": net.side_ids, "good": net.good_ids,
        "camp": net.battle.camp_ids,
    }  # fmt: skip
    return xr.Dataset(data, coords=coords)


def _mean(record: Record) -> xr.Dataset:
    net, program = record.network, record.program
    n = max(record.trace, 1)
    stock = np.zeros((net.days, len(net.place_ids), len(net.good_ids)))
    for c, (place, lot) in enumerate(program.cells):
        stock[:, place, int(net.lot_good[lot])] += record.stock[:, c] / (1000.0 * n)
    return xr.Dataset(
        {
            "flow_t": (("day", "arc"), record.flow / (1000.0 * n)),
            "stock_t": (("day", "place", "good"), stock),
            "condition": (("day", "route"), record.condition / (1e6 * n)),
        },
        coords={
            "day": np.arange(net.days), "arc": np.arange(len(net.arc_route)), "place": net.place_ids,
            "good": net.good_ids, "route": net.route_ids,
        },
    )  # fmt: skip
