"""The transport-and-cuts model of `transport.md`: its numbers at any size, and the same as a Xetho scenario folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

F = np.ndarray[Any, np.dtype[np.float64]]
I = np.ndarray[Any, np.dtype[np.int64]]  # noqa: E741  (index arrays)

GOODS = ("food", "shells")
FOOD, SHELLS = range(2)
MODES = {  # payload kg, km a day, food kg a day, share that passes a cut road
    "cart": (300.0, 24.0, 8.0, 0.1),
    "porter": (25.0, 20.0, 0.9, 0.5),
}
START = date(2030, 3, 1)
PERIOD_DAYS = 10
SEASON = (0.8, 1.0, 1.2)  # orders of a period against the mean
FRONT_USE_T = (2.0, 1.0)  # a day and line: food, shells
STOCK_DAYS = (6.0, 2.0)  # of orders, in depots on the first morning: food, shells
CREW, MEND_MANDAYS = 40.0, 60.0
UNFED_WORK = 0.5
LEAST_T = 1e-3  # less than a kilogram waits


@dataclass(frozen=True)
class Net:
    """All numbers of the model. Shapes: R roads, W ways, P places, Q pools, K periods, G goods; tonnes and days."""

    days: int
    road_from: I  # R
    road_to: I  # R
    road_km: F  # R
    road_limit: F  # R, t/day
    road_crew: F  # R, man-days of mending a day
    road_exposure: F  # R
    cuts: F  # R, mean cuts a day
    mend: float  # man-days to mend a cut
    way_road: I  # W
    way_pool: I  # W
    way_mode: list[str]
    way_from: I  # W
    way_to: I  # W
    way_rate: F  # W, t/day of one carrier on a free road
    way_food: F  # W, t/day a carrier eats
    way_passes: F  # W
    way_travel: I  # W, days
    pool_ids: list[str]
    pool_count: F  # Q
    unfed_work: float
    stock: F  # P x G on the first morning
    inflow: F  # P x G a day
    use: F  # P x G a day
    orders: F  # K x W x G, t/day

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.stock)

    def ranks(self) -> list[I]:
        """The ways in rounds: the first way of every depot, then the second: within a round none share a depot."""
        seen: dict[int, int] = {}
        rounds: dict[int, list[int]] = {}
        for w, place in enumerate(self.way_from.tolist()):
            seen[place] = seen.get(place, -1) + 1
            rounds.setdefault(seen[place], []).append(w)
        return [np.array(rounds[k]) for k in sorted(rounds)]


def make(size: Mapping[str, Any]) -> Net:
    """The model at a size: lines, stages, width, days, and cuts (mean cuts a day on a road; 0 switches chance off)."""
    lines, stages, width, days = (int(size[k]) for k in ("lines", "stages", "width", "days"))
    rng = np.random.default_rng([lines, stages, width])
    roads = [(i, s) for i in range(lines) for s in range(stages) for _ in range(width)]
    line, stage = np.array(roads).T
    front = lines * stages
    road_from = line * stages + stage
    road_to = np.where(stage == stages - 1, front, road_from + 1)
    km = rng.integers(14, 33, len(roads)) + 0.01 * (np.arange(len(roads)) % width)  # no two side by side are the same
    exposure = rng.integers(1, 5, len(roads)) / 2.0

    pool_ids = ["carts", *(f"porters-{i}" for i in range(lines))]
    ways = [
        (r, mode, 0 if mode == "cart" else 1 + i)
        for r, (i, s) in enumerate(roads)
        for mode in (("cart", "porter") if 2 * s < stages else ("porter",))
    ]
    road = np.array([w[0] for w in ways])
    payload, pace, food, passes = np.array([MODES[w[1]] for w in ways]).T
    rate = payload / 1000.0 * pace / (2.0 * km[road])
    mean, base_food = _orders(lines, stages, width, ways, rate, food / 1000.0, line, stage)
    pool = np.array([w[2] for w in ways])
    at_work = np.zeros(len(pool_ids))
    np.add.at(at_work, pool, mean.sum(axis=1) / rate)
    by_road = np.zeros(len(roads))
    np.add.at(by_road, road, mean.sum(axis=1))
    limited = np.arange(len(roads)) % 3 == 0

    stock, inflow, use = (np.zeros((front + 1, len(GOODS))) for _ in range(3))
    use[front] = np.multiply(FRONT_USE_T, lines)
    np.add.at(stock, road_from[road], mean * STOCK_DAYS)
    stock[front] = 4.0 * use[front]
    for i in range(lines):
        base = np.array([base_food[i], FRONT_USE_T[SHELLS]])
        stock[i * stages] = 12.0 * base
        inflow[i * stages] = base * ((1.0, 0.9) if i == 0 else (1.0, 1.0))
    periods = np.arange(-(-days // PERIOD_DAYS))
    return Net(
        days=days, road_from=road_from, road_to=road_to, road_km=km,
        road_limit=np.where(limited, 1.1 * by_road, np.inf), road_crew=np.full(len(roads), CREW),
        road_exposure=exposure, cuts=float(size["cuts"]) * exposure * len(roads) / exposure.sum(), mend=MEND_MANDAYS,
        way_road=road, way_pool=pool, way_mode=[w[1] for w in ways], way_from=road_from[road], way_to=road_to[road],
        way_rate=rate, way_food=food / 1000.0, way_passes=passes,
        way_travel=np.ceil(km[road] / pace).astype(np.int64),
        pool_ids=pool_ids, pool_count=np.ceil(1.15 * at_work), unfed_work=UNFED_WORK,
        stock=stock, inflow=inflow, use=use,
        orders=np.array([SEASON[k % len(SEASON)] for k in periods])[:, None, None] * mean,
    )  # fmt: skip


def _orders(
    lines: int, stages: int, width: int, ways: list[tuple[int, str, int]], rate: F, food: F, line: I, stage: I
) -> tuple[F, list[float]]:
    """Mean tonnes a day on each way (W x G), and the food that each base must find a day.

    From the front back: a road carries its part of what is used at the front and of what carriers further on eat.
    """
    mean = np.zeros((len(ways), len(GOODS)))
    bases = []
    for i in range(lines):
        wanted = np.array(FRONT_USE_T)
        for s in reversed(range(stages)):
            eaten = 0.0
            for w, (r, mode, _) in enumerate(ways):
                if line[r] == i and stage[r] == s:
                    both = 2 * s < stages
                    mean[w] = wanted / width * ((0.7 if mode == "cart" else 0.3) if both else 1.0)
                    eaten += mean[w].sum() / rate[w] * food[w]
            wanted = wanted + np.array([eaten, 0.0])
        bases.append(float(wanted[FOOD]))
    return mean, bases


# as a scenario ------------------------------------------------------------------------------------------------------


def write_scenario(net: Net, folder: Path) -> Path:
    """Write the model as a scenario folder and return it. Orders are no part of a scenario: see `Orders`."""
    folder.mkdir(parents=True, exist_ok=True)
    end = START + timedelta(days=net.days - 1)
    (folder / "scenario.toml").write_text(
        f'title = "Transport and cuts"\nsummary = "Invented, for benchmarks."\nstart = "{START}"\nend = "{end}"\n'
        '[[sides]]\nid = "blue"\nname = "Blue"\nshort = "Blue"\ncolor = "#2060a0"\nkind = "friend"\n'
        '[outcome]\ntitle = "What arrives?"\n',
        encoding="utf-8",
    )
    for table, rows in _tables(net, end).items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _tables(net: Net, end: date) -> dict[str, list[dict[str, Any]]]:
    roads, front = range(len(net.road_km)), net.places - 1
    modes: dict[int, list[str]] = {}
    used: dict[int, list[str]] = {}
    for w, mode in enumerate(net.way_mode):
        modes.setdefault(int(net.way_road[w]), []).append(mode)
        used.setdefault(int(net.way_pool[w]), []).append(f"R{net.way_road[w]}")
    start = set(net.road_from.tolist()) - set(net.road_to.tolist())
    kind = ["origin" if p in start else "front" if p == front else "depot" for p in range(net.places)]
    rows: dict[str, list[dict[str, Any]]] = {
        "sources": [{"key": "invented", "title": "Invented", "kind": "estimate"}],
        "places": [
            {"id": f"P{p}", "name": f"Place {p}", "lat": 20 + p / 1000, "lon": 100, "kind": kind[p], "side": "blue"}
            for p in range(net.places)
        ],
        "goods": [
            {"id": "food", "name": "Food", "class": "food"},
            {"id": "shells", "name": "Shells", "class": "ammunition"},
        ],
        "routes": [
            {
                "id": f"R{r}", "from": f"P{net.road_from[r]}", "to": f"P{net.road_to[r]}", "length_km": net.road_km[r],
                "kind": "road", "modes": ";".join(modes[r]), "side": "blue",
                "throughput_t_per_day": "" if np.isinf(net.road_limit[r]) else repr(float(net.road_limit[r])),
                "exposure": net.road_exposure[r], "mend_crew": net.road_crew[r],
            }
            for r in roads
        ],
        "modes": [
            {
                "id": mode, "name": mode, "medium": "land", "payload_kg": payload, "km_per_day": pace,
                "food_kg_per_day": food, "food_good": "food", "cut_passes": passes,
            }
            for mode, (payload, pace, food, passes) in MODES.items()
        ],
        "fleets": [
            {
                "id": name, "mode": "cart" if q == 0 else "porter", "side": "blue", "count": net.pool_count[q],
                "routes": ";".join(used[q]),
            }
            for q, name in enumerate(net.pool_ids)
        ],
        "supply": [
            {
                "id": f"{good}-P{p}", "place": f"P{p}", "good": good, "initial_t": repr(float(net.stock[p, g])),
                "total_t": repr(float(net.inflow[p, g]) * net.days),
            }
            for p in range(net.places) for g, good in enumerate(GOODS) if net.stock[p, g] > 0
        ],
        "demand": [
            {
                "id": f"use-{good}", "place": f"P{front}", "good": good, "until": end,
                "total_t": repr(float(net.use[front, g]) * net.days),
            }
            for g, good in enumerate(GOODS)
        ],
        "threats": [
            {
                "id": "raiders", "name": "Raiders", "kind": "raid", "effort_per_day": repr(float(net.cuts.sum())),
                "targets": ";".join(f"R{r}" for r in roads), "policy": "exposure", "cuts_per_effort": 1,
                "mend_mean_mandays": net.mend, "mend_cv": 0,
            }
        ],
        "assumptions": [
            {
                "id": "unfed", "name": "Work of unfed crews", "target": "parameters[unfed_work]",
                "distribution": "point", "central": net.unfed_work,
            }
        ],
    }  # fmt: skip
    source = {"source": "invented"}
    return {name: [row if name == "sources" else row | source for row in table] for name, table in rows.items()}


@dataclass(frozen=True)
class Orders:
    """The model's orders as the engine takes a plan. Planned stocks are none: nothing is corrected towards them."""

    bounds: I
    load: F
    stock: F


def orders(net: Net) -> Orders:
    """The given orders as a plan."""
    periods = len(net.orders)
    bounds = np.minimum(np.arange(periods + 1) * PERIOD_DAYS, net.days)
    return Orders(bounds, net.orders, np.zeros((periods + 1, *net.stock.shape)))
