"""Scenario tables to network: one pass over each table, in the order of the model page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xetho.network import ground
from xetho.network.battle import CONDITIONS, Battle, build_battle, index
from xetho.network.inputs import Assumption, Inputs, build_inputs, central_value
from xetho.network.network import Network, Posted, Ration, Target, ThreatTable
from xetho.scenario import Scenario

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741  (index arrays)


Cuts = Callable[[str, str, F], F]
"""Cuts by day of a threat (its id) on a route (its id), for the expected number of cuts by day."""


def build(
    scenario: Scenario,
    value: Callable[[Assumption], float] = central_value,
    cuts: Cuts | None = None,
    posted: Posted | None = None,
) -> Network:
    """Turn a checked scenario into index arrays, planning figures taken at the central values of its assumptions.

    value: another value for each assumption.  cuts: what takes the place of the expected cuts.
    posted: cuts and guards that campaigns meet and the planner knows; none unless given.
    """
    return _Builder(scenario, value, cuts, posted).network()


class _Builder:
    """Holds the name-to-index maps while the arrays are made."""

    def __init__(
        self, scenario: Scenario, value: Callable[[Assumption], float], cuts: Cuts | None, posted: Posted | None
    ) -> None:
        self.scenario = scenario
        self.cuts = cuts
        self.t = scenario.tables
        self.days = scenario.days
        self.inputs: Inputs = build_inputs(scenario, value)
        self.sides = index([s.id for s in scenario.sides])
        self.places = index([str(i) for i in self.t["places"].index])
        self.goods = index([str(i) for i in self.t["goods"].index])
        self.routes = index([str(i) for i in self.t["routes"].index])
        self.modes = index([str(i) for i in self.t["modes"].index])
        self.regions = index([str(i) for i in self.t["regions"].index])
        self.battle: Battle = build_battle(scenario, self.inputs)
        none = np.zeros((len(self.routes), self.days))
        self.cut, self.guard = (none, none) if posted is None else (posted.cut, posted.guard)
        self.dates: list[date] = [scenario.start + timedelta(days=d) for d in range(self.days)]

    def values(self, table: str, column: str) -> F:
        """Central values of a column."""
        return self.inputs.column(table, column, len(self.t[table]))

    def window(self, frame: pd.DataFrame, start: str = "from", end: str = "until") -> tuple[I, I]:
        """First and last day of each row, clipped to nothing but the blanks filled."""
        first = [0 if pd.isna(d) else self.scenario.day(d.date()) for d in frame[start]]
        last = [self.days - 1 if pd.isna(d) else self.scenario.day(d.date()) for d in frame[end]]
        return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)

    def network(self) -> Network:
        """All arrays."""
        t = self.t
        p = t["places"]
        zones = list(dict.fromkeys(str(z) for z in p["zone"]))
        zone = index(zones)
        camps = set(self.battle.camp_place)
        front = np.array(
            [k == "front" or i in camps for i, k in enumerate(p["kind"])], dtype=np.bool_
        )
        place_zone = np.array([zone[str(z)] for z in p["zone"]], dtype=np.int64)
        place_side = np.array([self.sides[s] for s in p["side"]], dtype=np.int64)
        weather_row = self.weather_rows(zones)
        p_foul = self._foul(weather_row)

        lot_ids, lot_good, supply = self.supply()
        control = self.control()
        arcs = self.arcs()
        targets = self.threat_targets()
        threat_share = self.threat_share()
        pools = self.pools(control)
        mending, cargo_loss = self.expected_threats(targets, threat_share, p_foul, place_zone, arcs)
        ways = self.ways(arcs, pools, p_foul, place_zone, mending, cargo_loss)
        rations, small_arms = self.rations("rations"), self.rations("small_arms")
        demand = t["demand"]
        outcome = index(self.battle.camp_ids).get(self.scenario.outcome.get("camp", ""), -1)
        return Network(
            name=self.scenario.name, start=self.scenario.start, days=self.days,
            place_ids=list(self.places), good_ids=list(self.goods), side_ids=list(self.sides),
            region_ids=list(self.regions), route_ids=list(self.routes), mode_ids=list(self.modes),
            lot_ids=lot_ids, lot_good=lot_good,
            place_side=place_side, place_zone=place_zone, place_front=front, zone_ids=zones,
            handling=p["handling_t_per_day"].to_numpy(dtype=np.float64),
            route_cut=self.cut, route_guard=self.guard,
            **arcs, **ways, **pools, **supply,
            region_share=control,
            demand_place=np.array([self.places[x] for x in demand["place"]], dtype=np.int64),
            demand_good=np.array([self.goods[x] for x in demand["good"]], dtype=np.int64),
            demand_share=self.demand_share(),
            rations=rations, small_arms=small_arms,
            stock0=self.stock0(), inflow=self.inflow(supply, lot_good, control),
            need=self.need(rations, small_arms), targets=self.stock_targets(),
            good_weight=t["goods"]["priority"].to_numpy(dtype=np.float64),
            good_class=[str(c) for c in t["goods"]["class"]],
            weather_row=weather_row, threat_table=self.threat_table(), threat_targets=targets,
            threat_share=threat_share,
            inputs=self.inputs, battle=self.battle, outcome_camp=outcome,
            days_after=int(self.scenario.outcome.get("days_after", 0)),
        )  # fmt: skip

    # weather ------------------------------------------------------------------------------------------------

    def weather_rows(self, zones: list[str]) -> I:
        """Row of the weather table in force for each zone and day; -1 when the zone has no weather."""
        w = self.t["weather"]
        row = {(str(z), int(m)): i for i, (z, m) in enumerate(zip(w["zone"], w["month"], strict=True))}
        return np.array([[row.get((z, d.month), -1) for d in self.dates] for z in zones], dtype=np.int64)

    def _foul(self, rows: I) -> F:
        p = np.append(self.values("weather", "p_foul"), 0.0)
        return np.asarray(p[rows], dtype=np.float64)

    # supply -------------------------------------------------------------------------------------------------

    def control(self) -> F:
        """Share of each region under control by day: steps at the dates of the series."""
        out = np.ones((len(self.regions), self.days))
        for r, series in enumerate(self.t["regions"]["control"]):
            steps = sorted(series)
            for d, today in enumerate(self.dates):
                before = [share for when, share in steps if when <= today]
                out[r, d] = before[-1] if before else steps[0][1]
        return out

    def supply(self) -> tuple[list[str], I, dict[str, Any]]:
        """Lots (good and origin), and each supply row's place, lot, region and share of its total by day."""
        s = self.t["supply"]
        labels = [f"{g}:{o}" if o else str(g) for g, o in zip(s["good"], s["origin"], strict=True)]
        lots = [label for g in self.goods for label in dict.fromkeys([*_of_good(labels, g), g])]
        lot = index(lots)
        first, last = self.window(s)
        share = np.zeros((len(s), self.days))
        for i in range(len(s)):
            a, b = max(first[i], 0), min(last[i], self.days - 1)
            share[i, a : b + 1] = 1.0 / (last[i] - first[i] + 1)
        arrays: dict[str, Any] = {
            "supply_place": np.array([self.places[x] for x in s["place"]], dtype=np.int64),
            "supply_lot": np.array([lot[x] for x in labels], dtype=np.int64),
            "supply_region": np.array([self.regions.get(x, -1) for x in s["region"]], dtype=np.int64),
            "supply_share": share,
        }
        lot_good = np.array([self.goods[x.partition(":")[0]] for x in lots], dtype=np.int64)
        return lots, lot_good, arrays

    def stock0(self) -> F:
        """Stock on the first day by place and good, t."""
        s = self.t["supply"]
        out = np.zeros((len(self.places), len(self.goods)))
        for place, good, t in zip(s["place"], s["good"], self.values("supply", "initial_t"), strict=True):
            out[self.places[place], self.goods[good]] += t
        return out

    def inflow(self, supply: dict[str, Any], lot_good: I, control: F) -> F:
        """Tonnes coming into depots by day, place and good."""
        out = np.zeros((self.days, len(self.places), len(self.goods)))
        total = self.values("supply", "total_t")
        for i in range(len(total)):
            r = int(supply["supply_region"][i])
            held = control[r] if r >= 0 else 1.0
            good = lot_good[int(supply["supply_lot"][i])]
            out[:, int(supply["supply_place"][i]), good] += total[i] * supply["supply_share"][i] * held
        return out

    # roads and carriers ---------------------------------------------------------------------------------------

    def arcs(self) -> dict[str, Any]:
        """Routes, and the way back of those that go both ways."""
        r = self.t["routes"]
        first, last = self.window(r, "open_from", "open_until")
        day = np.arange(self.days)
        rows: list[tuple[int, int, int]] = []
        for i, (a, b, both) in enumerate(zip(r["from"], r["to"], r["both_ways"], strict=True)):
            rows.append((i, self.places[a], self.places[b]))
            if both:
                rows.append((i, self.places[b], self.places[a]))
        route = np.array([x[0] for x in rows], dtype=np.int64)
        first = np.maximum(first, self.works_ready())
        return {
            "arc_route": route,
            "arc_from": np.array([x[1] for x in rows], dtype=np.int64),
            "arc_to": np.array([x[2] for x in rows], dtype=np.int64),
            "arc_open": (day >= first[route][:, None]) & (day <= last[route][:, None]),
            "arc_throughput": self.values("routes", "throughput_t_per_day")[route],
            "arc_km": self.values("routes", "length_km")[route],
            "arc_air": (r["kind"] == "air").to_numpy()[route],
        }

    def works_ready(self) -> I:
        """Day on which the works that each route waits for are done at the planned labour; 0 when it waits for none."""
        mandays, labour = self.values("works", "mandays"), np.maximum(self.values("works", "labour"), 1e-9)
        work = CONDITIONS.index("work")
        out = np.zeros(len(self.routes), dtype=np.int64)
        for r, tests in enumerate(self.battle.route_tests):
            for test in tests:
                if test.kind == work and not test.below:
                    k = test.subject
                    days = test.value * mandays[k] / labour[k]
                    out[r] = max(out[r], self.battle.work_from[k] + int(np.ceil(days)))
        return out

    def pools(self, control: F) -> dict[str, Any]:
        """Pools of carriers: their rows, mode, region and planned count by day within the region's labour."""
        f = self.t["fleets"]
        names = [str(p) or str(i) for i, p in zip(f.index, f["pool"], strict=True)]
        ids = list(dict.fromkeys(names))
        pool = index(ids)
        row_pool = np.array([pool[x] for x in names], dtype=np.int64)
        head = {name: i for i, name in reversed(list(enumerate(names)))}
        rows = [head[name] for name in ids]
        region = np.array([self.regions.get(f["region"].iloc[i], -1) for i in rows], dtype=np.int64)
        mode = np.array([self.modes[f["mode"].iloc[i]] for i in rows], dtype=np.int64)

        first, last = self.window(f)
        ramp = f["ramp_days"].to_numpy(dtype=np.float64)
        day = np.arange(self.days, dtype=np.float64)
        grown = np.clip((day[None, :] - first[:, None] + 1.0) / np.maximum(ramp, 1.0)[:, None], 0.0, 1.0)
        share = np.where((day[None, :] >= first[:, None]) & (day[None, :] <= last[:, None]), grown, 0.0)

        count = np.zeros((len(ids), self.days))
        np.add.at(count, row_pool, self.values("fleets", "count")[:, None] * share)
        count = np.maximum(count, 0.0)
        labour = (self.values("regions", "people") * self.values("regions", "labour_share"))[:, None] * control
        crew = self.values("modes", "crew")[mode]
        wanted = np.zeros((len(self.regions), self.days))
        for p in range(len(ids)):
            if region[p] >= 0:
                wanted[region[p]] += count[p] * crew[p]
        factor = np.minimum(1.0, np.divide(labour, wanted, out=np.ones_like(wanted), where=wanted > 0))
        crewed = np.ones_like(count)
        for p in range(len(ids)):
            if region[p] >= 0:
                crewed[p] = factor[region[p]]
        return {
            "pool_ids": ids, "pool_side": np.array([self.sides[f["side"].iloc[i]] for i in rows], dtype=np.int64),
            "pool_region": region, "pool_mode": mode, "pool_count": count * crewed, "pool_factor": crewed,
            "region_labour": labour,
            "fleet_pool": row_pool, "fleet_share": share,
        }  # fmt: skip

    def ways(
        self, arcs: dict[str, Any], pools: dict[str, Any],
        p_foul: F, place_zone: I, mending: F, cargo_loss: F,
    ) -> dict[str, Any]:  # fmt: skip
        """Every pool's mode on every arc it may work, with its rate, loss, food, fuel and travel time."""
        f, m, r = self.t["fleets"], self.t["modes"], self.t["routes"]
        col = {c: self.values("modes", c) for c in (
            "payload_kg", "km_per_day", "sorties_per_day", "crew", "food_kg_per_day", "fuel_kg_per_km",
            "availability", "cut_passes", "foul_factor",
        )}  # fmt: skip
        length = self.values("routes", "length_km")
        crew_on = np.maximum(self.values("routes", "mend_crew"), self.inputs.parameter("local_menders"))
        counted = self.inputs.parameter("plan_capacity_share")
        ids = pools["pool_ids"]
        allowed: dict[int, set[str]] = {}
        for i, name in enumerate(str(p) or str(k) for k, p in zip(f.index, f["pool"], strict=True)):
            allowed.setdefault(ids.index(name), set()).update(f["routes"].iloc[i])
        keep: dict[str, list[float]] = {k: [] for k in (
            "way_arc", "way_mode", "way_pool", "way_rate", "way_food_good", "way_food", "way_fuel_good", "way_fuel",
            "way_travel", "way_crew",
        )}  # fmt: skip
        expected: list[F] = []
        loss: list[F] = []
        for a in range(len(arcs["arc_route"])):
            i = int(arcs["arc_route"][a])
            for p in range(len(ids)):
                k = int(pools["pool_mode"][p])
                side = list(self.sides)[int(pools["pool_side"][p])]
                mode = list(self.modes)[k]
                if r["side"].iloc[i] != side or mode not in r["modes"].iloc[i]:
                    continue
                if allowed[p] and list(self.routes)[i] not in allowed[p]:
                    continue
                air = m["medium"].iloc[k] == "air"
                rate = (
                    ground.sortie_rate(col["payload_kg"][k], col["availability"][k], col["sorties_per_day"][k])
                    if air
                    else ground.relay_rate(
                        col["payload_kg"][k], col["availability"][k], col["km_per_day"][k], length[i]
                    )
                )
                zone_a, zone_b = place_zone[int(arcs["arc_from"][a])], place_zone[int(arcs["arc_to"][a])]
                foul = p_foul[zone_a] if zone_a == zone_b else 1 - (1 - p_foul[zone_a]) * (1 - p_foul[zone_b])
                passes = np.array([ground.open_share(x, crew_on[i], col["cut_passes"][k]) for x in mending[i]])
                passes = np.where(self.cut[i] > 0, col["cut_passes"][k], passes)
                expected.append(counted * ground.mean_weather(foul, col["foul_factor"][k]) * passes)
                loss.append(np.zeros(self.days) if air else cargo_loss[i])  # a plan counts what is sent by air
                keep["way_arc"].append(a)
                keep["way_mode"].append(k)
                keep["way_pool"].append(p)
                keep["way_rate"].append(rate)
                keep["way_food_good"].append(self.goods.get(m["food_good"].iloc[k], -1))
                keep["way_food"].append(col["food_kg_per_day"][k] / 1000.0)
                keep["way_fuel_good"].append(self.goods.get(m["fuel_good"].iloc[k], -1))
                keep["way_fuel"].append(2.0 * length[i] * col["fuel_kg_per_km"][k] / col["payload_kg"][k] / counted)
                keep["way_travel"].append(0 if air else ground.travel_days(length[i], col["km_per_day"][k]))
                keep["way_crew"].append(col["crew"][k])
        whole = {"way_arc", "way_mode", "way_pool", "way_food_good", "way_fuel_good", "way_travel"}
        out: dict[str, Any] = {
            k: np.array(v, dtype=np.int64 if k in whole else np.float64) for k, v in keep.items()
        }
        out["way_expected"] = np.array(expected).reshape(len(expected), self.days)
        out["way_loss"] = np.array(loss).reshape(len(loss), self.days)
        return out

    # threats ------------------------------------------------------------------------------------------------

    def threat_targets(self) -> list[I]:
        """Routes each threat may strike."""
        return [
            np.array([self.routes[x] for x in xs], dtype=np.int64) for xs in self.t["threats"]["targets"]
        ]

    def threat_table(self) -> ThreatTable:
        """Names and kinds of the threats."""
        t = self.t["threats"]
        weapon = index(self.battle.weapon_ids)
        return ThreatTable(
            [str(i) for i in t.index], list(t["kind"]), list(t["policy"]), list(t["pool"]),
            [self.sides.get(s, -1) for s in t["side"]], [[weapon[w] for w in ws] for ws in t["weapons"]],
        )  # fmt: skip

    def threat_share(self) -> F:
        """1 on the days a threat is in force."""
        first, last = self.window(self.t["threats"])
        day = np.arange(self.days)
        return ((day >= first[:, None]) & (day <= last[:, None])).astype(np.float64)

    def expected_threats(
        self, targets: list[I], share: F, p_foul: F, place_zone: I,
        arcs: dict[str, Any],
    ) -> tuple[F, F]:  # fmt: skip
        """Mean mending work (man-days a day) and share of cargo lost, by route and day, at even temper."""
        th = self.t["threats"]
        col = {c: self.values("threats", c) for c in (
            "effort_per_day", "cuts_per_effort", "mend_mean_mandays", "cargo_lost_per_effort", "foul_factor",
        )}  # fmt: skip
        exposure, guard = self.values("routes", "exposure"), self.values("routes", "guard")
        first_arc = {int(r): a for a, r in reversed(list(enumerate(arcs["arc_route"])))}
        work = np.zeros((len(self.routes), self.days))
        hits = np.zeros((len(self.routes), self.days))
        for i in range(len(th)):
            if th["kind"].iloc[i] == "flak":
                continue
            w = (exposure[targets[i]] > 0) * (1.0 if th["policy"].iloc[i] == "even" else exposure[targets[i]])
            if w.sum() <= 0:
                continue
            for r, part in zip(targets[i], w / w.sum(), strict=True):
                zone = place_zone[int(arcs["arc_from"][first_arc[int(r)]])]
                effort = col["effort_per_day"][i] * share[i] * part * (1.0 - np.maximum(guard[r], self.guard[r]))
                effort = effort * ground.mean_weather(p_foul[zone], col["foul_factor"][i])
                cut = effort * col["cuts_per_effort"][i]
                if self.cuts is not None:
                    cut = self.cuts(str(th.index[i]), list(self.routes)[r], cut)
                work[r] += cut * col["mend_mean_mandays"][i]
                hits[r] += effort * col["cargo_lost_per_effort"][i]
        return work, 1.0 - np.exp(-hits)

    # needs --------------------------------------------------------------------------------------------------

    def rations(self, column: str) -> list[Ration]:
        """What a man of each force draws of each good."""
        return [Ration(p.row, self.goods[p.name], p.slot) for p in self.inputs.pairs["forces", column]]

    def demand_share(self) -> F:
        """Share of each explicit use that falls on each day."""
        d = self.t["demand"]
        first, last = self.window(d)
        share = np.zeros((len(d), self.days))
        for i, kind in enumerate(d["kind"]):
            if kind == "use":
                a, b = max(first[i], 0), min(last[i], self.days - 1)
                share[i, a : b + 1] = 1.0 / (last[i] - first[i] + 1)
        return share

    def stock_targets(self) -> list[Target]:
        """Stocks that must stand at a place on a day."""
        d = self.t["demand"]
        _, last = self.window(d)
        weight = self.t["goods"]["priority"]
        return [
            Target(
                self.places[d["place"].iloc[i]], self.goods[d["good"].iloc[i]], int(min(last[i], self.days - 1)),
                float(self.values("demand", "total_t")[i]),
                float(d["priority"].iloc[i]) * float(weight[d["good"].iloc[i]]),
            )
            for i, kind in enumerate(d["kind"]) if kind == "stock"
        ]  # fmt: skip

    def need(self, rations: list[Ration], small_arms: list[Ration]) -> F:
        """Tonnes a day consumed by place and good if all goes as planned."""
        b, c = self.battle, self.inputs.central()
        out = np.zeros((self.days, len(self.places), len(self.goods)))
        strength = self.values("forces", "strength")
        starts = siege_starts(self.battle, self.days)
        for x, since in [(x, 0) for x in rations] + [
            (x, starts.get(b.force_group[x.force], self.days)) for x in small_arms
        ]:
            a, z = max(b.force_from[x.force], since, 0), min(b.force_until[x.force], self.days - 1)
            out[a : z + 1, b.force_place[x.force], x.good] += strength[x.force] * c[x.slot] / 1000.0
        for i, (place, good) in enumerate(zip(self.t["demand"]["place"], self.t["demand"]["good"], strict=True)):
            total = self.values("demand", "total_t")[i]
            out[:, self.places[place], self.goods[good]] += total * self.demand_share()[i]
        self._fire(out)
        return bring_forward(out, self.inputs)

    def _fire(self, out: F) -> None:
        """Planned shells: quiet fire while a camp is under siege, and the rounds of each operation on its first day."""
        b, c = self.battle, self.inputs.central()
        kg = self.values("goods", "kg_per_unit")
        quiet, hard = self.values("weapons", "rounds_quiet"), self.values("weapons", "rounds_assault")
        starts = siege_starts(self.battle, self.days)
        attacks: dict[int, list[int]] = {}
        for o, target in enumerate(b.operation_target):
            if b.operation_kind[o] == 0:
                attacks.setdefault(b.position_camp[target], []).append(b.operation_from[o])
        for x in b.batteries:
            f, good = x.force, b.weapon_good[x.weapon]
            first = max(starts.get(b.force_group[f], self.days), b.force_from[f], 0)
            last = min(b.force_until[f], self.days - 1)
            tonnes = c[x.slot] * kg[good] / 1000.0
            out[first : last + 1, b.force_place[f], good] += tonnes * quiet[x.weapon]
            for day in set(attacks.get(b.force_group[f], [])):
                if first <= day <= last:
                    out[day, b.force_place[f], good] += tonnes * hard[x.weapon]
        for fire in b.fires:
            day, side = b.operation_from[fire.operation], b.operation_side[fire.operation]
            ready = [
                x for x in b.batteries
                if x.weapon == fire.weapon and b.force_side[x.force] == side
                and b.force_from[x.force] <= day <= b.force_until[x.force]
            ]  # fmt: skip
            pieces = sum(float(c[x.slot]) for x in ready)
            if not 0 <= day < self.days or pieces <= 0:
                continue
            good = b.weapon_good[fire.weapon]
            for x in ready:
                share = float(c[x.slot]) / pieces
                out[day, b.force_place[x.force], good] += share * float(c[fire.slot]) * kg[good] / 1000.0


def bring_forward(need: F, inputs: Inputs) -> F:
    """Needs (D x places x goods) shifted earlier by the days of cover, a lead that grows from nothing at the start."""
    cover = inputs.parameter("cover_days")
    if cover <= 0:
        return need
    days = len(need)
    day = np.arange(days + 1, dtype=np.float64)
    lead = cover * np.minimum(1.0, day / inputs.parameter("cover_build_days"))
    total = np.concatenate([np.zeros((1, *need.shape[1:])), need.cumsum(axis=0)])
    flat = total.reshape(days + 1, -1)
    shifted = np.stack([np.interp(day + lead, day, column) for column in flat.T], axis=1)
    return np.diff(shifted, axis=0).reshape(need.shape)


def siege_starts(b: Battle, days: int) -> dict[int, int]:
    """First day on which each group is in contact by the dates of the operations."""
    starts: dict[int, int] = {}
    for o, target in enumerate(b.operation_target):
        camp = b.position_camp[target]
        for group in (camp, b.group_of_side(b.camp_attacker[camp])):
            starts[group] = min(starts.get(group, days), max(0, b.operation_from[o]))
    return starts


def _of_good(labels: list[str], good: str) -> list[str]:
    return [x for x in labels if x == good or x.startswith(f"{good}:")]
