"""Runs: what came of the campaigns, as labelled arrays. Names, dims and units are those of outputs.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xetho.network import Network
from xetho.results.problems import StoreError
from xetho.results.tally import Tally
from xetho.scenario.metrics import outputs
from xetho.simulate import Record
from xetho.simulate import layout as at_
from xetho.simulate.process.record import CAMP_SERIES, SIDE_SERIES

F32 = NDArray[np.float32]
# Daily figures of a side, in the order in which the engine records them (the rest are front stocks by good).
SIDE_NAMES = (
    "fit_men", "dead_to_date", "wounded_in_care", "morale", "rations_met", "front_mouths", "air_sent_t_per_day",
    "air_received_t_per_day", "drop_height_m", "trench_share",
)  # fmt: skip
# Where the engine keeps each summary output at the end of a campaign; `used_t` is made of others.
BLOCKS = {
    "camp_fall_date": at_.S_CAMP_FELL, "position_fall_date": at_.S_POS_FELL, "operation_date": at_.S_OP_DAY,
    "operation_attempts": at_.S_OP_TRIED, "dead": at_.A_DEAD, "wounded": at_.A_WOUNDED,
    "captured_men": at_.A_CAPTURED, "wounded_at_fall": at_.A_WOUNDED_AT_FALL, "reinforcements": at_.A_REINFORCED,
    "deserted": at_.A_DESERTED, "eaten_t": at_.A_EATEN, "fired_t": at_.A_FIRED, "fired_rounds": at_.A_ROUNDS,
    "origin_used_t": at_.A_USED_LOT, "supplied_t": at_.A_RAISED, "origin_supplied_t": at_.A_SUPPLIED,
    "lost_t": at_.A_LOST, "taken_t": at_.A_TAKEN, "shortage_t": at_.A_SHORT, "passed_t": at_.A_PASSED,
    "labour_days": at_.A_LABOUR, "carriers_lost": at_.S_POOL_LOST, "cuts": at_.S_STRIKE_CUTS,
    "air_sent_t": at_.A_AIR_SENT, "air_received_t": at_.A_AIR_GOT, "pieces_lost": at_.A_PIECES_LOST,
}  # fmt: skip
# Blocks of the state that a summary needs.
NEEDED = (*BLOCKS.values(), at_.A_BURNT)


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
        tally: shares, means and quantiles of every summary output, when there were too many runs to keep all of them;
            `summary` and `assumptions` then hold only what was asked for. None: all is kept.
    """

    summary: xr.Dataset
    daily: xr.Dataset
    mean: xr.Dataset
    assumptions: pd.DataFrame
    meta: dict[str, Any]
    tally: Tally | None = None

    def save(self, path: str | Path, overwrite: bool = False) -> Path:
        """Keep the runs as a store (Parquet files) in the folder `path`; `xetho.open_runs` gives them back.

        Stopped at any moment, even by a power cut, it leaves the old store or the new one, never half of either.
        Needs the extra `xetho[store]`.

        Raises:
            StoreError: there is a store already (and not `overwrite`), something else is there, another process
                is writing it, or not every output of every run was kept.
        """
        from xetho.results.store import save

        if self.tally is not None:
            raise StoreError("not every output of these runs was kept; keep them as they are played (save=...)")
        return save(self, path, overwrite)


def label(record: Record) -> Runs:
    """Give the engine's arrays their names."""
    net = record.network
    sums = {"flow": record.flow, "stock": record.stock, "condition": record.condition}
    return Runs(
        summary_of(net, columns(net, record.kept), record.first),
        daily_of(net, record.series, record.first),
        mean_of(net, record.program.cells, sums, record.trace),
        assumptions_of(record.assumptions, record.first, record.runs),
        {
            "scenario": net.name, "seed": record.seed, "runs": record.runs, "trace": record.trace,
            "seconds": record.seconds, "campaigns_per_second": record.runs / record.seconds,
        },
    )  # fmt: skip


def columns(network: Network, kept: Mapping[int, F32]) -> dict[str, F32]:
    """Every summary output from the rows that the engine kept, its runs last; NaN where a date did not come."""
    sizes = {name: len(labels) for name, labels in labels_of(network).items()}
    out = {}
    for name, output in outputs().items():
        if output.kind == "daily":
            continue
        used = name == "used_t"
        values = kept[at_.A_EATEN] + kept[at_.A_FIRED] + kept[at_.A_BURNT] if used else kept[BLOCKS[name]]
        if output.kind == "date":
            values = np.where(values < 0, np.float32(np.nan), values)
        out[name] = values.reshape(*(sizes[dim] for dim in output.dims), values.shape[-1])
    return out


def summary_of(network: Network, found: Mapping[str, F32], first: int = 0, runs: int | None = None) -> xr.Dataset:
    """Summary outputs as labelled arrays, runs first; `runs` is needed when nothing was kept of them."""
    count = next(iter(found.values())).shape[-1] if found else int(runs or 0)
    data = {
        name: xr.Variable(("run", *outputs()[name].dims), np.moveaxis(values, -1, 0)) for name, values in found.items()
    }
    return xr.Dataset(data, coords={"run": np.arange(first, first + count), **labels_of(network)})


def labels_of(network: Network) -> dict[str, list[str]]:
    """Names of the keys of every dim of the summary outputs."""
    b = network.battle
    return {
        "side": network.side_ids, "good": network.good_ids, "lot": network.lot_ids, "place": network.place_ids,
        "pool": network.pool_ids, "route": network.route_ids, "camp": b.camp_ids, "position": b.position_ids,
        "operation": b.operation_ids, "weapon": b.weapon_ids,
    }  # fmt: skip


def assumptions_of(drawn: Mapping[str, NDArray[np.float64]], first: int, runs: int) -> pd.DataFrame:
    """Draws of assumptions, a row a run."""
    return pd.DataFrame(drawn, index=pd.RangeIndex(first, first + runs, name="run"))


def daily_of(net: Network, series: F32, first: int = 0) -> xr.Dataset:
    """Daily outputs from the engine's series[figure, day, run]."""
    trace = series.shape[2]
    sides, goods = len(net.side_ids), len(net.good_ids)
    per_side = SIDE_SERIES + goods
    block = series[: sides * per_side].reshape(sides, per_side, net.days, trace)
    data: dict[str, Any] = {
        name: (("run", "day", "side"), block[:, i].transpose(2, 1, 0)) for i, name in enumerate(SIDE_NAMES)
    }
    stock = block[:, SIDE_SERIES:].transpose(3, 2, 0, 1)
    data["front_stock_t"] = (("run", "day", "side", "good"), stock)
    kg = net.inputs.column("goods", "kg_per_unit", goods).astype(np.float32)
    data["rounds_left"] = (("run", "day", "side", "good"), stock * (np.float32(1000.0) / kg))
    camps = series[sides * per_side :].reshape(len(net.battle.camp_ids), CAMP_SERIES, net.days, trace)
    for i, name in enumerate(("area_km2", "positions_held")):
        data[name] = (("run", "day", "camp"), camps[:, i].transpose(2, 1, 0))
    coords = {
        "run": np.arange(first, first + trace), "day": np.arange(net.days), "side": net.side_ids,
        "good": net.good_ids, "camp": net.battle.camp_ids,
    }  # fmt: skip
    return xr.Dataset(data, coords=coords)


def mean_of(
    net: Network, cells: list[tuple[int, int]], sums: Mapping[str, NDArray[np.int64]], trace: int
) -> xr.Dataset:
    """Means over the traced runs from the engine's sums over them; `cells` are (place, lot) of its stocks."""
    n = max(trace, 1)
    stock = np.zeros((net.days, len(net.place_ids), len(net.good_ids)))
    for c, (place, lot) in enumerate(cells):
        stock[:, place, int(net.lot_good[lot])] += sums["stock"][:, c] / (1000.0 * n)
    return xr.Dataset(
        {
            "flow_t": (("day", "arc"), sums["flow"] / (1000.0 * n)),
            "stock_t": (("day", "place", "good"), stock),
            "condition": (("day", "route"), sums["condition"] / (1e6 * n)),
        },
        coords={
            "day": np.arange(net.days), "arc": np.arange(len(net.arc_route)), "place": net.place_ids,
            "good": net.good_ids, "route": net.route_ids,
        },
    )  # fmt: skip
