"""Hand-made networks for the planner's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

NDArray = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Target:
    place: int
    good: int
    day: int
    t: float
    weight: float = 1.0


@dataclass
class HandNetwork:
    """A network with the fields the planner reads; see docs/design/interfaces.md."""

    days: int
    start: date
    place_ids: list[str]
    good_ids: list[str]
    side_ids: list[str]
    pool_ids: list[str]
    region_ids: list[str]
    route_ids: list[str]
    mode_ids: list[str]
    place_side: NDArray
    arc_route: NDArray
    arc_from: NDArray
    arc_to: NDArray
    arc_km: NDArray
    arc_open: NDArray
    arc_throughput: NDArray
    way_arc: NDArray
    way_mode: NDArray
    way_pool: NDArray
    way_rate: NDArray
    way_expected: NDArray
    way_loss: NDArray
    way_food_good: NDArray
    way_food: NDArray
    way_fuel_good: NDArray
    way_fuel: NDArray
    way_travel: NDArray
    way_crew: NDArray
    pool_count: NDArray
    pool_region: NDArray
    region_labour: NDArray
    stock0: NDArray
    inflow: NDArray
    need: NDArray
    good_weight: NDArray
    handling: NDArray
    targets: list[Target] = field(default_factory=list)


def make(
    days: int,
    places: list[str],
    goods: list[str],
    arcs: list[tuple[str, str]],
    ways: list[dict[str, Any]],
    pools: dict[str, float],
    *,
    routes: list[int] | None = None,
    regions: dict[str, float] | None = None,
    pool_region: dict[str, str] | None = None,
) -> HandNetwork:
    """A network of one side with constant carriers; the caller then sets stock0, inflow, need and so on.

    ways: one dict each with arc (index), pool, rate and optionally food (good, t), fuel (good, t per t), travel,
    crew, loss, expected, mode.
    """
    arc_route = np.arange(len(arcs)) if routes is None else np.array(routes)
    count = len(ways)
    labour = regions or {}
    pool_ids, region_ids = list(pools), list(labour)
    modes = list(dict.fromkeys(str(way.get("mode", "cart")) for way in ways))

    def good_of(way: dict[str, Any], key: str) -> tuple[int, float]:
        if key not in way:
            return -1, 0.0
        return goods.index(way[key][0]), float(way[key][1])

    def column(key: str, default: float) -> NDArray:
        return np.array([float(way.get(key, default)) for way in ways])

    inside = pool_region or {}
    return HandNetwork(
        days=days,
        start=date(2001, 3, 1),
        place_ids=places,
        good_ids=goods,
        side_ids=["blue"],
        pool_ids=pool_ids,
        region_ids=region_ids,
        route_ids=[f"R{number}" for number in range(int(arc_route.max(initial=-1)) + 1)],
        mode_ids=modes,
        place_side=np.zeros(len(places), dtype=np.int64),
        arc_route=arc_route,
        arc_from=np.array([places.index(a) for a, _ in arcs], dtype=np.int64),
        arc_to=np.array([places.index(b) for _, b in arcs], dtype=np.int64),
        arc_km=np.full(len(arcs), 10.0),
        arc_open=np.ones((len(arcs), days), dtype=bool),
        arc_throughput=np.full(len(arcs), np.inf),
        way_arc=np.array([way["arc"] for way in ways], dtype=np.int64),
        way_mode=np.array([modes.index(str(way.get("mode", "cart"))) for way in ways], dtype=np.int64),
        way_pool=np.array([pool_ids.index(way["pool"]) for way in ways], dtype=np.int64),
        way_rate=column("rate", 1.0),
        way_expected=np.repeat(column("expected", 1.0)[:, None], days, axis=1),
        way_loss=np.repeat(column("loss", 0.0)[:, None], days, axis=1),
        way_food_good=np.array([good_of(way, "food")[0] for way in ways], dtype=np.int64),
        way_food=np.array([good_of(way, "food")[1] for way in ways]),
        way_fuel_good=np.array([good_of(way, "fuel")[0] for way in ways], dtype=np.int64),
        way_fuel=np.array([good_of(way, "fuel")[1] for way in ways]),
        way_travel=column("travel", 0).astype(np.int64) + 1,  # a stage of `travel` days serves from the day after
        way_crew=column("crew", 1.0).reshape(count),
        pool_count=np.repeat(np.array([float(n) for n in pools.values()])[:, None], days, axis=1),
        pool_region=np.array([region_ids.index(inside[p]) if p in inside else -1 for p in pool_ids], dtype=np.int64),
        region_labour=np.repeat(np.array([float(n) for n in labour.values()]).reshape(-1, 1), days, axis=1),
        stock0=np.zeros((len(places), len(goods))),
        inflow=np.zeros((days, len(places), len(goods))),
        need=np.zeros((days, len(places), len(goods))),
        good_weight=np.ones(len(goods)),
        handling=np.full(len(places), np.inf),
    )


def campaign(seed: int = 1, *, places: int = 40, days: int = 208, strength: float = 1.0) -> HandNetwork:
    """A random network about as large as a real campaign: depots in a mesh, several modes, a far front."""
    rng = np.random.default_rng(seed)
    goods = [
        "rice",
        "food",
        "fuel",
        "small",
        "mortar",
        "howitzer",
        "flak",
        "rocket",
        "medical",
        "tools",
        "mine",
        "salt",
    ]
    spots = rng.uniform(0.0, 1.0, (places, 2)) * [500.0, 200.0]
    spots = spots[np.argsort(spots[:, 0])]
    pairs = set()
    for here in range(places):
        near = np.argsort(((spots - spots[here]) ** 2).sum(axis=1))[1:4]
        pairs |= {(min(here, int(n)), max(here, int(n))) for n in near}
    pairs |= {(n, n + 1) for n in range(places - 1)}
    arcs, routes, km = [], [], []
    for number, (a, b) in enumerate(sorted(pairs)):
        length = float(np.hypot(*(spots[a] - spots[b]))) * 1.4 + 5.0
        arcs.append((f"P{a}", f"P{b}"))
        routes.append(number)
        km.append(length)
        if rng.random() < 0.5:
            arcs.append((f"P{b}", f"P{a}"))
            routes.append(number)
            km.append(length)
    kinds = {
        "truck": dict(load=2.0, pace=90.0, crew=2.0, food=0.0016, fuel=0.35),
        "bike": dict(load=0.2, pace=24.0, crew=1.1, food=0.001, fuel=0.0),
        "porter": dict(load=0.02, pace=22.0, crew=1.0, food=0.0009, fuel=0.0),
        "boat": dict(load=1.5, pace=30.0, crew=3.0, food=0.003, fuel=0.0),
    }
    pools: dict[str, float] = {}
    ways: list[dict[str, Any]] = []
    for number, (a, _) in enumerate(arcs):
        zone = int(a[1:]) * 3 // places
        for kind, mode in kinds.items():
            if rng.random() < {"truck": 0.6, "bike": 0.7, "porter": 1.0, "boat": 0.15}[kind]:
                name = f"{kind}_{zone}"
                pools[name] = strength * {"truck": 150.0, "bike": 4000.0, "porter": 12000.0, "boat": 300.0}[kind]
                way: dict[str, Any] = dict(
                    arc=number,
                    pool=name,
                    rate=mode["load"] * mode["pace"] / (2 * km[number]) * 0.8,
                    crew=mode["crew"],
                    food=("rice", mode["food"]),
                    travel=int(km[number] / mode["pace"]),
                    mode=kind,
                )
                if mode["fuel"]:
                    way["fuel"] = ("fuel", 2 * km[number] * mode["fuel"] / 1000 / mode["load"])
                ways.append(way)
    regions = {f"zone_{z}": 30000.0 * strength for z in range(3)}
    inside = {name: f"zone_{name[-1]}" for name in pools if name.startswith(("bike", "porter"))}
    network = make(
        days,
        [f"P{n}" for n in range(places)],
        goods,
        arcs,
        ways,
        pools,
        routes=routes,
        regions=regions,
        pool_region=inside,
    )
    network.arc_km = np.array(km)
    season = 0.75 + 0.25 * np.sin(np.arange(days) / 30.0)
    network.way_expected = rng.uniform(0.7, 1.0, len(ways))[:, None] * season[None, :]
    network.way_loss = np.full((len(ways), days), 0.005)
    capped = rng.random(len(arcs)) < 0.5
    network.arc_throughput = np.where(capped, 150.0, np.inf)
    network.stock0[:3, :] = 400.0
    network.inflow[:, :3, :] = 15.0
    network.inflow[:, :3, 2] = 40.0
    network.inflow[:, :3, 0] = 80.0
    network.inflow[:, 5:places:6, 0] = 6.0
    front = places - 1
    ramp = np.linspace(0.3, 1.0, days)[:, None]
    network.need[:, front, :] = ramp * np.array([40, 8, 2, 3, 4, 10, 3, 1, 1, 1, 0.5, 0.5])
    for place in range(4, places - 1, 4):
        network.need[:, place, 0] = 2.0
    network.need[days * 2 // 3 :, front, 3:8] *= 1.5
    network.targets = [Target(front, good, days // 2, 60.0) for good in (0, 3, 4, 5)]
    network.good_weight = np.array([1.0, 1, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1])
    return network
