"""The verbs of cuts and guards: `interdict` and `protect`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xetho.campaign import Campaign, load
from xetho.cli import options as opt
from xetho.cli import shapes
from xetho.cli.console import NOT_PROVEN, guarded, out, print_json, progress
from xetho.cli.files import refuse_file, write_text
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.experiment import Protecting
    from xetho.interdict import Cuts, Guards

Form = Annotated[
    str,
    typer.Option(
        "--form",
        metavar="FORM",
        help="What is hit: campaign (shortage over all days), flow (t a day that can get through) or path (days).",
    ),
]
Side = Annotated[str | None, typer.Option("--side", metavar="SIDE", help="Whose supply (the side asked about).")]
Origin = Annotated[str | None, typer.Option("--from", metavar="PLACE", help="Where flow or path begins.")]
Goal = Annotated[str | None, typer.Option("--to", metavar="PLACE", help="Where flow or path ends (the front).")]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Day on which flow or path is taken (mean of all days)."),
]
Window = Annotated[int, typer.Option("--window-days", metavar="N", help="Length of the windows of a campaign.")]
Mend = Annotated[
    float | None,
    typer.Option("--mend-days", metavar="N", help="Days a cut outlasts its window (from threats and crews)."),
]
Delay = Annotated[
    float | None, typer.Option("--delay-days", metavar="N", help="Days a cut adds to a path (it closes the route).")
]
Passing = Annotated[
    bool, typer.Option("--passing", help="In a flow too, what goes round a cut still goes (as in a campaign).")
]
Only = Annotated[str | None, typer.Option("--only", metavar="R1,R2", help="Routes that may be cut.")]
Effort = Annotated[
    list[str] | None, typer.Option("--effort", metavar="ROUTE=N", help="Effort of cutting a route (1); repeatable.")
]
Budget = Annotated[
    float | None, typer.Option("--budget", metavar="N", help="Effort there is, instead of a number of cuts.")
]
Gap = Annotated[
    float,
    typer.Option("--gap", metavar="SHARE", help="Share of all that is wanted within which a campaign is searched."),
]
PlanOut = Annotated[Path | None, typer.Option("--out", metavar="FILE.json", help="Also write the plan to this file.")]


def register(app: typer.Typer) -> None:
    """Add the two verbs to the command line."""
    app.command(epilog="Example: xetho interdict dien-bien-phu -k 3 --form flow")(guarded(interdict))
    app.command(epilog="Example: xetho protect dien-bien-phu --guards 2 --cuts 3 --form flow")(guarded(protect))


def interdict(
    scenario: opt.ScenarioName,
    cuts: Annotated[int, typer.Option("--cuts", "-k", metavar="N", help="At most so many cuts.")] = 3,
    form: Form = "campaign",
    side: Side = None,
    origin: Origin = None,
    goal: Goal = None,
    day: Day = None,
    only: Only = None,
    guard: Annotated[str | None, typer.Option("--guard", metavar="R1,R2", help="Routes that cannot be cut.")] = None,
    effort: Effort = None,
    budget: Budget = None,
    window_days: Window = 28,
    mend_days: Mend = None,
    delay_days: Delay = None,
    passing: Passing = False,
    alternatives: Annotated[
        int, typer.Option("--alternatives", metavar="N", help="Further plans with 95 % of the effect.")
    ] = 4,
    gap: Gap = 0.05,
    time_limit: Annotated[float, typer.Option("--time-limit", metavar="S", help="Seconds.")] = 60.0,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    file: PlanOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Find the worst cuts: which routes (and when) hurt a side's supply most, with a proof or a gap."""
    refuse_file(file, force)
    campaign = load(scenario, variant, sets or ())
    with progress() as told:
        found = campaign.interdict(
            budget if budget is not None else cuts,
            form=form, side=side, origin=origin, goal=goal, day=_day(campaign, day), only=_names(only),
            guarded=_names(guard), effort=_efforts(effort), window_days=window_days, mend_days=mend_days,
            delay_days=delay_days, passing=passing, alternatives=alternatives, gap=gap, time_limit=time_limit,
            progress=told,
        )  # fmt: skip
    if file is not None:
        from xetho.interdict import cuts_text

        write_text(cuts_text(campaign.scenario, found), file)
    if as_json:
        print_json({**shapes.head("interdict", campaign), **cuts_shape(found, campaign)})
    else:
        tell(campaign.game_words(found))
    if found.stopped:
        raise typer.Exit(NOT_PROVEN)


def protect(
    scenario: opt.ScenarioName,
    guards: Annotated[int, typer.Option("--guards", "-k", metavar="N", help="At most so many guards.")] = 3,
    cuts: Annotated[
        int | None, typer.Option("--cuts", "-m", metavar="N", help="At most so many cuts (as many as guards).")
    ] = None,
    form: Form = "campaign",
    side: Side = None,
    origin: Origin = None,
    goal: Goal = None,
    day: Day = None,
    only: Only = None,
    effort: Effort = None,
    budget: Budget = None,
    window_days: Window = 28,
    mend_days: Mend = None,
    delay_days: Delay = None,
    passing: Passing = False,
    gap: Gap = 0.05,
    time_limit: Annotated[float, typer.Option("--time-limit", metavar="S", help="Seconds.")] = 300.0,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    file: PlanOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Find the best protection: which routes to guard so that the worst cuts on the others do least."""
    refuse_file(file, force)
    campaign = load(scenario, variant, sets or ())
    with progress() as told:
        found = campaign.protect(
            guards,
            budget if budget is not None else (cuts if cuts is not None else guards),
            form=form, side=side, origin=origin, goal=goal, day=_day(campaign, day), only=_names(only),
            effort=_efforts(effort), window_days=window_days, mend_days=mend_days, delay_days=delay_days,
            passing=passing, gap=gap, time_limit=time_limit, progress=told,
        )  # fmt: skip
    if file is not None:
        from xetho.interdict import guards_text

        write_text(guards_text(campaign.scenario, found), file)
    if as_json:
        print_json({**shapes.head("protect", campaign), **guards_shape(found, campaign)})
    else:
        tell(campaign.game_words(found))
    if found.stopped:
        raise typer.Exit(NOT_PROVEN)


def cuts_shape(found: Cuts, campaign: Campaign) -> dict[str, Any]:
    """The answer of `interdict` as JSON holds it."""
    return {
        **{name: getattr(found, name) for name in ("form", "unit", "side", "neutral", "base", "bound", "gap")},
        "gap_of_effect": found.gap_of_effect,
        "proven": found.proven,
        "best": _cut_plan(found.best, campaign),
        "others": [_cut_plan(one, campaign) for one in found.others],
        "others_complete": found.complete,
        "reasons": campaign.game_words(found),
    }


def guards_shape(found: Guards, campaign: Campaign) -> dict[str, Any]:
    """The answer of `protect` as JSON holds it."""
    rows = _closed(found.guards, campaign)
    return {
        **{name: getattr(found, name) for name in ("form", "unit", "side", "neutral", "base", "most", "bound", "gap")},
        "gap_of_effect": found.gap_of_effect,
        "proven": found.proven,
        "unguarded": _cut_plan(found.unguarded, campaign),
        "guards": [
            {**row, "worth": worth, "reply": None if reply is None else _cut_plan(reply, campaign)}
            for row, worth, reply in zip(rows, found.worth, found.replies, strict=True)
        ],
        "attack": _cut_plan(found.attack, campaign),
        "reasons": campaign.game_words(found),
    }


def protecting_shape(found: Protecting | None, campaign: Campaign) -> dict[str, Any] | None:
    """What to protect as `run` tells it: the answer of `protect` and the paired campaigns."""
    if found is None:
        return None
    start = campaign.scenario.start
    paired = {"cut": found.cut, "guarded": found.guarded, "saved": found.saved}
    told = {name: None if one is None else shapes.whatif_shape(one, start) for name, one in paired.items()}
    shape = {**guards_shape(found.guards, campaign), **told}
    for row, one in zip(shape["guards"], found.without, strict=True):
        row["without"] = None if one is None else shapes.whatif_shape(one, start)
    return shape


def _cut_plan(plan: Any, campaign: Campaign) -> dict[str, Any]:
    return {
        "cuts": _closed(plan.cuts, campaign),
        "value": plan.value,
        "effect": plan.effect,
        "short_t": plan.short_t,
    }


def _closed(cuts: Sequence[Any], campaign: Campaign) -> list[dict[str, Any]]:
    names = campaign.names.routes
    return [
        {"route": one.route, "name": names.get(one.route, one.route), "from": one.first, "until": one.until}
        for one in cuts
    ]


def play_shape(changed: Campaign) -> dict[str, Any]:
    """Cuts and guards that are played, as JSON holds them; empty where there are none."""
    if changed.orders is None:
        return {}
    return {
        "cuts": _closed(changed.orders.cuts, changed),
        "guards": _closed(changed.orders.guards, changed),
        "surprise": changed.orders.surprise,
    }


def tell(lines: Sequence[str]) -> None:
    """Print sentences, one a line."""
    console = out()
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _day(campaign: Campaign, when: datetime | None) -> int | None:
    return None if when is None else campaign.scenario.day(date(when.year, when.month, when.day))


def _efforts(texts: Sequence[str] | None) -> Mapping[str, float]:
    found, wrong = {}, []
    for text in texts or ():
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            wrong.append(f'effort: found "{text}", allowed ROUTE=NUMBER')
    if wrong:
        raise CampaignError(*wrong)
    return found
