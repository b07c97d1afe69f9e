"""The plan by day at the command line: `xetho plan SCENARIO --daily`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xetho.campaign import Campaign
from xetho.cli import shapes
from xetho.cli.console import NOT_PROVEN, out, print_json, progress
from xetho.cli.files import write_csv
from xetho.cli.show import number
from xetho.cli.tables import shipments
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.plan import Plan

Daily = Annotated[bool, typer.Option("--daily", help="Plan day by day, and tell how far from the best it may be.")]
SECONDS = 60.0  # for a daily plan, when nothing is said
Gap = Annotated[
    float, typer.Option("--gap", metavar="SHARE", help="Daily: gap of shortage, as a share of demand, to end at.")
]
CostGap = Annotated[
    float,
    typer.Option("--cost-gap", metavar="SHARE", help="Daily: gap of labour and fuel, as a share of it, to end at."),
]


def solved_daily(campaign: Campaign, *, time_limit: float, gap: float, cost_gap: float) -> Plan:
    """The plan by day, with a progress line.  Raises CampaignError for limits that make no sense."""
    for name, value in (("--time-limit", time_limit), ("--gap", gap), ("--cost-gap", cost_gap)):
        if not value >= 0:
            raise CampaignError(f"{name} is {value:g}: it must be zero or more")
    with progress() as told:
        return campaign.plan(
            daily=True, time_limit=time_limit, gap=gap, cost_gap=cost_gap, progress=lambda line: told(line, 0, 0)
        )


def answer(campaign: Campaign, plan: Plan, csv: Path | None, as_json: bool) -> None:
    """Print a plan by day, and write it where a path is given."""
    if csv is not None:
        write_csv(shipments(plan, campaign.network), csv)
    shape = daily_shape(plan)
    if as_json:
        print_json({**shapes.head("plan", campaign), **shape})
    else:
        _print(campaign, plan)


def leave(plan: Plan) -> None:
    """Leave with exit code 3 when the gaps asked for were not reached in time."""
    if plan.status != "within gap":
        raise typer.Exit(NOT_PROVEN)


def daily_shape(plan: Plan) -> dict[str, Any]:
    """What is told of a daily plan: its two gaps, and shortage and labour with their bounds."""
    return {
        "daily": True,
        "status": plan.status,
        "shortage_gap": plan.gap,
        "cost_gap": plan.labour_gap,
        "seconds": plan.seconds,
        "objective": plan.objective,
        "bound": plan.bound,
        "labour": plan.labour_objective,
        "labour_bound": plan.labour_bound,
        "feasible": plan.feasible,
        "periods": len(plan.bounds) - 1,
        "sides": {
            str(side): float(plan.side_shortage_share(str(side)))
            for side in plan.summary["sides"].query("need_t > 0")["side"].unique()
        },
        "shortages": shapes.records(plan.shortages),
        "summary": {name: shapes.records(table) for name, table in plan.accounts.items()},
    }


def _print(campaign: Campaign, plan: Plan) -> None:
    console = out()
    for line in plan.reasons():
        console.print(campaign.names.sentence(line), markup=False)
    console.print(
        f"Shortage {number(plan.objective)} weighted t, no daily plan below {number(plan.bound)} "
        f"(gap {100 * plan.gap:.2g} % of demand); labour {number(plan.labour_objective)} man-days, none as good below "
        f"{number(plan.labour_bound)} (gap {100 * plan.labour_gap:.2g} %); {plan.seconds:.1f} s.",
        markup=False,
    )
