"""A made-up campaign with made-up results: everything a report needs, quickly and always the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xetho.experiment import Protecting, WhatIf
from xetho.interdict import Closed, Guards
from xetho.interdict.answer import CutPlan
from xetho.report import ReportInput
from xetho.scenario import Scenario, load
from xetho.scenario.metrics import outputs

RUNS, TRACE = 200, 50
HOSTILE = '<script>alert("x")</script>'

TOML = """
title = "Two nets in the hills"
summary = "An invented siege: one side comes over the hills, the other by air."
start = 2031-02-01
end = 2031-05-31

[[sides]]
id = "hill"
name = "Hill army"
short = "Hill"
color = "#b45309"
kind = "hostile"

[[sides]]
id = "plain"
name = "Plain army"
short = "Plain"
color = "#1d4ed8"
kind = "friend"

[outcome]
title = "The fort falls"
camp = "fort"

[report]
bbox = BBOX
dates = ["2031-02-20", "2031-03-25", "2031-05-10"]
key_claims = ["c1", "c3"]
question = "Can the hill army feed its siege?"
story = ["The first sum forgot what carriers eat.", "The second one counts it."]
note = "All invented."
"""
TABLES: dict[str, str] = {
    "places": """id,name,lat,lon,kind,side,source
A,Upper Depot,22.2,105.4,origin,hill,s1
B,Ford,21.8,104.6,depot,hill,s1
C,Gorge,21.5,103.6,depot,hill,s1
D,Ridge,21.45,103.06,front,hill,s1
F,Plain Field,21.0,105.8,airfield,plain,s1
G,Fort Strip,21.40,103.01,airfield,plain,s1
P1,Northwork,21.43,103.00,strongpoint,plain,s1
P2,Eastwork,21.40,103.03,strongpoint,plain,s1
P3,Core,21.395,103.012,strongpoint,plain,s1
P4,Core Annex,21.394,103.0125,strongpoint,plain,s1
""",
    "routes": """id,from,to,length_km,kind,modes,side,source
r1,A,B,120,road,truck,hill,s1
r2,B,C,130,road,truck,hill,s1
r3,C,D,80,track,porter,hill,s1
r4,A,B,150,river,boat,hill,s1
r5,F,G,290,air,plane,plain,s1
""",
    "modes": """id,name,medium,payload_kg,km_per_day,sorties_per_day,crew,source
truck,Truck,land,2000,120,,2,s1
porter,Porter,land,20,25,,1,s1
boat,Boat,river,800,40,,3,s1
plane,Transport aircraft,air,2500,,1.5,4,s1
""",
    "fleets": """id,mode,side,count,source
f1,truck,hill,200,s1
f2,porter,hill,9000,s1
f3,boat,hill,300,s1
f4,plane,plain,60,s1
""",
    "goods": """id,name,class,source
rice,Rice,food,s1
shells,Shells,ammunition,s1
""",
    "supply": """id,place,good,initial_t,source
u1,A,rice,9000,s1
u2,A,shells,900,s1
u3,F,rice,6000,s1
u4,F,shells,6000,s1
""",
    "forces": """id,name,side,kind,place,position,strength,rations,source
h1,Hill division,hill,infantry,D,,9000,rice:0.8,s1
h2,Hill guns,hill,artillery,D,,1500,rice:0.8,s1
g1,Garrison of Northwork,plain,infantry,G,P1,600,rice:1,s1
g2,Garrison of Eastwork,plain,infantry,G,P2,700,rice:1,s1
g3,Garrison of the Core,plain,infantry,G,P3,1500,rice:1,s1
g4,Reserve,plain,airborne,G,,1000,rice:1,s1
""",
    "positions": """id,name,place,camp,supply_place,side,attacker,area_km2,core,source
P1,Northwork,P1,fort,G,plain,hill,0.2,no,s1
P2,Eastwork,P2,fort,G,plain,hill,0.3,no,s1
P3,Core,P3,fort,G,plain,hill,0.9,yes,s1
P4,Core Annex,P4,fort,G,plain,hill,0.4,no,s1
""",
    "operations": """id,name,side,kind,target,forces,not_before,source
o1,Attack on Northwork,hill,assault,P1,h1,2031-03-13,s1
""",
    "assumptions": """id,name,target,distribution,low,central,high,unit,source
a1,Load of a porter,modes[porter].payload_kg,triangular,15,20,25,kg,s1
a2,Length of the gorge road,routes[r2].length_km,uniform,120,130,140,km,s2
""",
    "claims": """id,subject,quantity,metric,low,high,unit,as_of,side,says,use,source,note
c1,end,Fall of the fort,camp_fall_date[fort],2031-05-07,2031-05-07,date,,,,test,s1,
c2,end,Fall of Northwork,position_fall_date[P1],2031-03-14,2031-03-15,date,,,,test,s2,
c3,losses,Dead of the hill army,dead[hill],4000,4500,persons,,hill,hill,test,s1,
c4,losses,Dead of the hill army as seen from the plain,dead[hill],7000,8000,persons,,hill,plain,test,s2,
c5,air,Sent in March,air_sent_t_per_day[plain]@2031-03-01..2031-03-31,90,110,t/day,2031-03,,plain,fit,s1,
c6,men,Garrison on 13 March,fit_men[plain]@2031-03-13,10000,11000,persons,2031-03-13,,,input,s1,
c7,colour,HOSTILE,,,,,,,,context,s1,HOSTILE
""",
    "events": """id,date,place,what,source
e1,2031-03-13,Northwork,HOSTILE & the first assault,s1;s2
e2,2031-05-07,Core,The flag comes down,s1
""",
    "sources": """key,title,publisher,url,kind
s1,A book HOSTILE,Press,https://example.org/a?b=1&c=2,book
s2,Another book,Press,javascript:alert(1),book
""",
}


def folder(where: Path, bbox: str = "[102.4, 20.4, 106.4, 22.8]") -> Path:
    """Write the scenario's files into ``where``/two-nets and return that folder."""
    target = where / "two-nets"
    target.mkdir(parents=True, exist_ok=True)
    (target / "scenario.toml").write_text(TOML.replace("BBOX", bbox), encoding="utf-8")
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    for name, text in TABLES.items():
        rows = text.replace("HOSTILE &", f"{HOSTILE.replace(chr(34), '')} &").replace("A book HOSTILE", "A book <b>")
        (target / f"{name}.csv").write_text(rows.replace("HOSTILE", quoted), encoding="utf-8")
    return target


def network_of(scenario: Scenario) -> Any:
    """The parts of a network that a report reads: every route is an arc, and its way back for the first."""
    places, goods = list(scenario.tables["places"].index), list(scenario.tables["goods"].index)
    routes = list(scenario.tables["routes"].index)
    ends = [scenario.tables["routes"].loc[r] for r in routes]
    need = np.zeros((scenario.days, len(places), len(goods)))
    need[:, -1, :] = 5.0
    sides = [s.id for s in scenario.sides]
    return SimpleNamespace(
        days=scenario.days,
        start=scenario.start,
        place_ids=places,
        good_ids=goods,
        route_ids=routes,
        side_ids=[s.id for s in scenario.sides],
        place_side=np.array([sides.index(p) if p else -1 for p in scenario.tables["places"]["side"]]),
        need=need,
        targets=[SimpleNamespace(place=min(3, len(places) - 1), good=0, day=40, t=20.0, weight=1.0)],
        arc_route=np.array([*range(len(routes)), 0]),
        arc_from=np.array([places.index(e["from"]) for e in ends] + [places.index(ends[0]["to"])]),
        arc_to=np.array([places.index(e["to"]) for e in ends] + [places.index(ends[0]["from"])]),
    )


def runs_of(scenario: Scenario, network: Any, seed: int = 1, runs: int = RUNS, trace: int = TRACE) -> Any:
    """Made-up results with every variable of outputs.csv in its shape, roughly as a siege would go."""
    rng = np.random.default_rng(seed)
    tables, days = scenario.tables, scenario.days
    positions = tables["positions"]
    keys: dict[str, list[str]] = {
        "side": [s.id for s in scenario.sides],
        "good": network.good_ids,
        "place": network.place_ids,
        "route": network.route_ids,
        "camp": list(dict.fromkeys(positions["camp"])),
        "position": list(positions.index),
        "operation": list(tables["operations"].index),
        "weapon": list(tables["weapons"].index) or ["none"],
        "pool": list(
            dict.fromkeys(tables["fleets"]["pool"].where(tables["fleets"]["pool"] != "", tables["fleets"].index))
        ),
        "lot": [
            *network.good_ids,
            *sorted({f"{r['good']}:{r['origin']}" for _, r in tables["supply"].iterrows() if r["origin"]}),
        ],
    }
    day = np.arange(days)
    fall = days * (0.74 + 0.1 * rng.random(runs))
    fall[rng.random(runs) < 0.12] = np.nan
    summary: dict[str, Any] = {}
    daily: dict[str, Any] = {}
    for name, output in outputs().items():
        shape = [len(keys[d]) for d in output.dims]
        if name == "camp_fall_date":
            values = np.tile(fall[:, None], (1, *shape))
        elif name == "position_fall_date":
            share = np.linspace(0.45, 1.0, max(shape[0], 1))
            values = fall[:, None] * share[None, :] + rng.normal(0, 1.5, (runs, shape[0]))
            values = np.where(np.isnan(values), days * 0.4, values) if shape[0] == 1 else values
        elif output.kind == "daily":
            wave = {
                "fit_men": 12000 - 40.0 * day,
                "dead_to_date": 40.0 * day,
                "morale": 1 - 0.4 * day / days,
                "rations_met": 0.95 - 0.1 * (day > days / 2),
                "positions_held": 4.0 - 4 * (day > 0.6 * days),
                "area_km2": 4 * np.exp(-day / days),
                "trench_share": day / days,
                "drop_height_m": 600 + 1500.0 * (day > days / 2),
            }.get(name, 60 + 40 * np.sin(day / 9.0))
            base = wave.reshape(1, days, *([1] * len(shape)))
            noise = 1 + 0.12 * rng.normal(size=(trace, 1, *shape))
            tilt = np.linspace(1, 0.7, int(np.prod(shape))).reshape(1, 1, *shape)
            values = np.clip(base * noise * tilt, 0, 1 if output.unit == "share" else None)
        else:
            level = 5000.0 if output.unit == "persons" else 300.0
            if name == "shortage_t":
                level = 20.0
            values = level * (1 + 0.15 * rng.normal(size=(runs, *shape)))
        if output.kind == "daily":
            daily[name] = (("run", "day", *output.dims), values.astype(np.float32))
        else:
            summary[name] = (("run", *output.dims), values.astype(np.float32))
    flow = 40 * np.exp(-(((day[:, None] - days * 0.6) / (days * 0.35)) ** 2)) * rng.random(len(network.arc_route))
    stock = 60 * (1 + np.sin(day / 11.0))[:, None, None] * rng.random((len(network.place_ids), len(network.good_ids)))
    mean = xr.Dataset(
        {
            "flow_t": (("day", "arc"), flow),
            "stock_t": (("day", "place", "good"), stock),
            "condition": (("day", "route"), np.ones((days, len(network.route_ids)))),
        },
        coords={"place": network.place_ids, "good": network.good_ids, "route": network.route_ids},
    )
    return SimpleNamespace(
        summary=xr.Dataset(summary, coords=keys),
        daily=xr.Dataset(daily, coords=keys),
        mean=mean,
        assumptions=pd.DataFrame({k: rng.random(runs) for k in tables["assumptions"].index}),
        meta={"seed": seed, "engine": "made up"},
    )


def plan_of(scenario: Scenario, network: Any) -> Any:
    """A plan with two bottlenecks and a small shortage."""
    first, last = scenario.start, scenario.end
    route = network.route_ids[0]
    bottlenecks = pd.DataFrame(
        {
            "resource": [f"route {route}", "trucks"],
            "kind": ["throughput", "fleet"],
            "key": [route, "f1"],
            "from": [first, first + timedelta(days=20)],
            "until": [last, last],
            "worth_t_per_unit": [0.8, 0.31],
            "sentence": [
                f"One more tonne a day on {route} is worth 0.8 t.",
                "One more truck is worth 0.31 t/day.",
            ],
        }
    )
    shortages = pd.DataFrame(
        {
            "place": [network.place_ids[-1]],
            "good": [network.good_ids[0]],
            "from": [first],
            "until": [last],
            "t": [12.5],
            "share": [0.02],
            "sentence": ["Rice is short by 12.5 t."],
        }
    )
    modes = pd.DataFrame(
        {
            "mode": list(scenario.tables["modes"].index[[0, 1, -1]]),
            "t": [900.0, 300.0, 120.0],
            "ton_km": [120000.0, 9000.0, 4000.0],
            "carrier_days": [5000.0, 90000.0, 2000.0],
            "labour_days": [10000.0, 90000.0, 6000.0],
        }
    )
    sides = pd.DataFrame(
        {
            "side": [scenario.sides[0].id],
            "good": [network.good_ids[0]],
            "need_t": [1000.0],
            "met_t": [988.0],
            "shortage_t": [12.0],
        }
    )
    return SimpleNamespace(
        bounds=np.array([0, scenario.days]),
        shortage=np.full((1, len(network.place_ids), len(network.good_ids)), 1e-4),
        target_shortage=np.zeros(1),
        feasible=True,
        status="optimal",
        objective=12.5,
        bound=12.4,
        gap=0.001,
        seconds=1.25,
        bottlenecks=bottlenecks,
        shortages=shortages,
        summary={"modes": modes, "supply": sides},
        reasons=lambda: ["Everything needed arrives in time."],
    )


def validation_of(scenario: Scenario, runs: Any) -> pd.DataFrame:
    """The real comparison over the made-up runs."""
    from xetho.evidence.compare import validate

    return validate(runs, scenario)


def whatif_of(name: str = "no-trucks") -> WhatIf:
    """A what-if whose plan fails."""
    table = pd.DataFrame(
        {
            "metric": ["dead[hill]", "camp_fall_date[fort]"],
            "label": ["Killed and died of wounds (hill)", "Fall of the fort"],
            "unit": ["persons", "date"],
            "kind": ["number", "date"],
            "base": [4100.0, 94.0],
            "variant": [5200.0, 101.0],
            "difference": [1100.0, 7.0],
            "low": [900.0, -1.0],
            "high": [1300.0, 15.0],
            "share_base": [1.0, 0.88],
            "share_variant": [1.0, 0.31],
            "pairs": [200, 60],
        }
    )
    return WhatIf(
        name=name,
        title=f"Without trucks {HOSTILE}",
        why="The hill army never had them.",
        runs=200,
        table=table,
        outcome_base=0.88,
        outcome_variant=0.31,
        outcome_difference=-0.57,
        outcome_low=-0.63,
        outcome_high=-0.5,
        hangs_on=[("a1", "Load of a porter", 0.42)],
        outcome_by_assumption=pd.DataFrame(
            {"assumption": ["a1"], "name": ["Load of a porter"], "low_third": [0.1], "high_third": [0.6]}
        ),
        plan_feasible=False,
        plan_shortage_share=0.44,
        plan_side="Hill army",
        plan_reasons=["Porters cannot carry it."],
    )


def protecting_of() -> Protecting:
    """Two cuts, one guard and the cuts that are left with and without it, with four what-ifs of the same numbers."""
    span = date(2031, 2, 1), date(2031, 5, 31)
    cuts, guard, left = (Closed("r3", *span), Closed("r4", *span)), Closed("r3", *span), Closed("r2", *span)
    found = Guards(
        form="flow", unit="t/day", side="hill", neutral=False, base=120.0, unguarded=CutPlan(cuts, 20.0, 100.0, {}),
        guards=(guard,), worth=(9.5,), replies=(CutPlan((cuts[1],), 20.5, 99.5, {}),),
        attack=CutPlan((left,), 30.0, 90.0, {}), most=30.0, bound=30.0,
        gap=0.0, gap_of_effect=0.0, proven=True, stopped=False,
    )  # fmt: skip
    told = whatif_of("cuts")
    return Protecting(found, ("Guard r3.", "Proof: no other guards leave less to lose."), told, told, told, (told,))


def report_input(where: Path, bbox: str = "[102.4, 20.4, 106.4, 22.8]") -> ReportInput:
    """All of it together."""
    scenario = load(folder(where, bbox))
    return of_scenario(scenario)


def of_scenario(scenario: Scenario) -> ReportInput:
    """Made-up results for any scenario."""
    network = network_of(scenario)
    runs = runs_of(scenario, network)
    sensitivity = pd.DataFrame(
        {
            "assumption": list(scenario.tables["assumptions"].index),
            "name": list(scenario.tables["assumptions"]["name"]),
            "influence": np.linspace(0.4, 0.01, len(scenario.tables["assumptions"])),
        }
    )
    plan = plan_of(scenario, network)
    protecting = protecting_of() if "hill" in network.side_ids else None
    validation = validation_of(scenario, runs)
    return ReportInput(scenario, network, plan, runs, validation, [whatif_of()], sensitivity, (), protecting)
