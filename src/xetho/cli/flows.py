"""What a plan moves on one date: `xetho plan SCENARIO --flows DATE`, as a table, as JSON and as a map."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from xetho.campaign import Campaign
from xetho.cli import shapes
from xetho.cli.console import out, print_json
from xetho.cli.files import write_text
from xetho.cli.show import number, table
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.plan import Plan
    from xetho.report.flow_map import Flows

On = Annotated[
    datetime | None,
    typer.Option(
        "--flows", metavar="DATE", formats=["%Y-%m-%d"],
        help="What the plan moves on a date; with --out FILE.svg as a map.",
    ),
]
SHOWN_GOODS = 3  # of a flow, in the table


def refuse(campaign: Campaign, when: date, path: Path | None) -> None:
    """Raise CampaignError for a date outside the scenario or a file that is no SVG; asked before the plan is made."""
    wrong = []
    if not campaign.scenario.start <= when <= campaign.scenario.end:
        wrong.append(f"--flows: found {when}, allowed {campaign.scenario.start} to {campaign.scenario.end}")
    if path is not None and path.suffix.lower() != ".svg":
        wrong.append(f"--out with --flows draws a map: found {path.name}, allowed a name that ends in .svg")
    if wrong:
        raise CampaignError(*wrong)


def answer(campaign: Campaign, plan: Plan, when: date, path: Path | None, as_json: bool) -> None:
    """Print what a plan moves on a date, and draw it where a path is given."""
    from xetho.report import flow_map

    flows = flow_map.flows_on(plan, when)
    if path is not None:
        write_text(flow_map.draw(plan, campaign.scenario, when), path)
    shape = flow_shape(campaign, plan, flows)
    if as_json:
        print_json({**shapes.head("plan", campaign), **shape, "file": None if path is None else str(path)})
        return
    names, console = campaign.names, out()
    cells = []
    for row in shape["routes"]:
        goods = sorted(row["goods"].items(), key=lambda item: -item[1])
        told = [f"{names.goods.get(good, good)} {number(t)}" for good, t in goods[:SHOWN_GOODS]]
        told += [f"{len(goods) - SHOWN_GOODS} more"] if len(goods) > SHOWN_GOODS else []
        ends = [names.places.get(row[end], row[end]) for end in ("origin", "goal")]
        cells.append([*ends, number(row["t_per_day"]), ", ".join(told)])
    spell = "" if flows.first == flows.last else f" (the mean of {flows.first} to {flows.last})"
    console.print(table(f"Loaded on {when}{spell}", ["from", "to", "t/day", "of it"], cells, (2,)))
    if path is not None:
        console.print(f"Drawn: {path}", markup=False)


def flow_shape(campaign: Campaign, plan: Plan, flows: Flows) -> dict[str, Any]:
    """Flows by route and way along it, the largest first; stocks and shares short of places where there are any."""
    from xetho.report.flow_map import LEAST_FLOW

    net = plan.network
    rows = [
        {
            "route": net.route_ids[int(net.arc_route[arc])],
            "origin": net.place_ids[int(net.arc_from[arc])],
            "goal": net.place_ids[int(net.arc_to[arc])],
            "t_per_day": float(flows.by_arc[arc].sum()),
            "goods": {net.good_ids[int(good)]: float(flows.by_arc[arc, good]) for good in goods},
        }
        for arc in np.argsort(-flows.by_arc.sum(axis=1), kind="stable").tolist()
        if len(goods := np.flatnonzero(flows.by_arc[arc] >= LEAST_FLOW))
    ]
    return {
        "flows": flows.day,
        "from": flows.first,
        "until": flows.last,
        "routes": rows,
        "stocks": {net.place_ids[int(place)]: float(flows.stock[place]) for place in np.flatnonzero(flows.stock > 0)},
        "short": {net.place_ids[int(place)]: float(flows.short[place]) for place in np.flatnonzero(flows.short > 0)},
    }
