"""The questions of `xetho plan`: their options, and their answers to read or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import numpy as np
import typer

from xetho.campaign import Campaign
from xetho.cli import shapes
from xetho.cli.console import NOT_PROVEN, out, print_json, progress
from xetho.pages import CampaignError

Earliest = Annotated[bool, typer.Option("--earliest", help="First date on which stocks can stand at the front.")]
Stocks = Annotated[
    list[str] | None,
    typer.Option("--stock", metavar="PLACE:GOOD=T", help="A stock to wait for, with --earliest; repeatable."),
]
LargestForce = Annotated[bool, typer.Option("--largest-force", help="Most troops that can be sustained from a date.")]
At = Annotated[str | None, typer.Option("--at", metavar="PLACE", help="Where, with --largest-force (the main front).")]
Since = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="Since when, with --largest-force (the first need there)."),
]
Forces = Annotated[
    str | None, typer.Option("--troops", metavar="F1,F2", help="Only these formations, with --largest-force.")
]
Cheapest = Annotated[bool, typer.Option("--cheapest", help="Least labour and fuel that gives the service.")]
Service = Annotated[
    float, typer.Option("--service", metavar="SHARE", help="Share of what is wanted, with --cheapest.")
]
Robust = Annotated[
    int | None, typer.Option("--robust", metavar="N", help="One assignment of carriers over N sampled disruptions.")
]
RobustSeed = Annotated[int, typer.Option("--seed", metavar="N", help="Which disruptions are drawn, with --robust.")]
Tail = Annotated[
    float, typer.Option("--tail", metavar="SHARE", help="Share of the worst disruptions that is told, with --robust.")
]
Without = Annotated[
    str | None, typer.Option("--without-route", metavar="R1,R2", help="The plan when these routes carry nothing.")
]
OneMore = Annotated[
    str | None,
    typer.Option(
        "--what-is-one-more", metavar="NAME",
        help="Worth of one more carrier (mode, pool), t/day (route) or person (region).",
    ),
]
WorthWord = Annotated[str | None, typer.Argument(metavar="[worth]", hidden=True, help="After --what-is-one-more NAME.")]
Relax = Annotated[bool, typer.Option("--relax", help="What would make the plan close, each way with its price.")]
Side = Annotated[str | None, typer.Option("--side", metavar="SIDE", help="Whose plan a question is about.")]
PeriodDays = Annotated[
    int | None,
    typer.Option("--period-days", metavar="N", help="Longest period of a question's plans (28; 7 for dates)."),
]
SECONDS = 300.0  # for a question, when nothing is said
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit", metavar="S",
        help="Seconds for a question (300), a daily plan (60) or a plan; then the best so far is told.",
    ),
]


@dataclass(frozen=True)
class Question:
    """One question and how its answer is put as JSON, apart from `question`, `proven` and `reasons`."""

    name: str
    answer: Callable[[], Any]
    shape: Callable[[Any], dict[str, Any]]


def chosen(campaign: Campaign, asked: dict[str, Any]) -> Question | None:
    """The question among the options of the verb; None when a plan is asked for.

    Raises CampaignError for more than one question, or options of a question that is not asked.
    """
    kinds = {
        "--earliest": asked["earliest"], "--largest-force": asked["largest_force"], "--cheapest": asked["cheapest"],
        "--robust": asked["robust"] is not None, "--without-route": asked["without_route"] is not None,
        "--what-is-one-more": asked["one_more"] is not None, "--relax": asked["relax"],
    }  # fmt: skip
    named = [name for name, there in kinds.items() if there]
    wrong = []
    if len(named) > 1:
        wrong.append(f"ask one question at a time: found {' and '.join(named)}")
    for option, owner in (("stock", "--earliest"), ("at", "--largest-force"), ("since", "--largest-force"),
                          ("troops", "--largest-force"), ("worth", "--what-is-one-more")):  # fmt: skip
        if asked[option] and owner not in named:
            shown = {"since": "--from", "worth": f'"{asked["worth"]}"'}.get(option, f"--{option}")
            wrong.append(f"{shown} belongs to {owner}")
    for option, shown in (("daily", "--daily"), ("on", "--flows"), ("csv", "--out")):
        if named and asked[option]:
            wrong.append(f"{shown} belongs to a plan: found it with {named[0]}")
    if asked["worth"] not in (None, "worth"):
        wrong.append(f'found "{asked["worth"]}", allowed "worth" after --what-is-one-more NAME')
    if wrong:
        raise CampaignError(*dict.fromkeys(wrong))
    return _questions(campaign, asked)[named[0]] if named else None


def answer(campaign: Campaign, question: Question, as_json: bool) -> None:
    """Answer a question; leaves with exit code 3 where time ran out before the proof."""
    from xetho.plan.result import BEST_SO_FAR

    found = question.answer()
    reasons = campaign.ask.words(found)
    stopped = bool(getattr(found, "stopped", False))
    if as_json:
        status = BEST_SO_FAR if stopped else "proven"
        head = {"question": question.name, "proven": not stopped, "status": status}
        told = {**head, **question.shape(found), "reasons": reasons}
        print_json({**shapes.head("plan", campaign), **told})
    else:
        console = out()
        for line in reasons:
            console.print(line, markup=False, soft_wrap=True)
    if stopped:
        raise typer.Exit(NOT_PROVEN)


def _questions(campaign: Campaign, asked: dict[str, Any]) -> dict[str, Question]:
    """Every question there is, by its option."""
    ask = campaign.ask
    seconds = SECONDS if asked["time_limit"] is None else asked["time_limit"]
    options: dict[str, Any] = {"side": asked["side"], "time_limit": seconds}
    if asked["period_days"] is not None:
        options["period_days"] = asked["period_days"]

    def told(call: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        def run() -> Any:
            with progress() as bar:
                return call(*arguments, progress=bar, **options)

        return run

    since = asked["since"].date() if asked["since"] else None

    def day(index: int | None) -> str | None:
        return None if index is None or index < 0 else _date(campaign, index)

    return {
        "--earliest": Question("earliest", told(ask.earliest, asked["stock"] or ()), lambda found: {
            "stocks": [{"place": campaign.network.place_ids[one.place], "good": campaign.network.good_ids[one.good],
                        "t": one.t} for one in found.stocks],
            "day": found.day, "date": day(found.day), "not_before": day(found.not_before),
            "travel_date": day(found.travel_day), "missing_t": found.missing_t,
            "tried": [{"date": day(index), "stands": stands} for index, stands in found.tried.items()],
        }),
        "--largest-force": Question(
            "largest-force", told(ask.largest_force, asked["at"], since, _names(asked["troops"])), lambda found: {
                "place": found.place, "from": day(found.day), "factor": found.factor, "bound": found.bound,
                "gap": found.gap, "men": found.men, "men_now": found.men_now, "need_t_per_day": found.need_t_per_day,
                "held_by": list(found.held_by),
            }),
        "--cheapest": Question("cheapest", told(ask.cheapest, asked["service"]), lambda found: {
            "service": found.service, "reached": found.reached, "best_service": found.best_service,
            "best_service_bound": found.best_service_bound,
            "labour": found.labour, "labour_bound": found.labour_bound, "labour_of_best": found.labour_of_best,
            "shortages": shapes.records(found.plan.shortages),
            "summary": {name: shapes.records(table) for name, table in found.plan.accounts.items()},
        }),
        "--robust": Question("robust", told(ask.robust, asked["robust"], asked["seed"], asked["tail"]), lambda found: {
            "samples": found.samples, "tail": found.tail, "expected": found.expected, "worst": found.worst,
            "expected_of_base": found.expected_of_base, "worst_of_base": found.worst_of_base, "bound": found.bound,
            "gap": found.gap, "wanted": found.wanted, "shortages": list(found.shortages),
            "shortages_of_base": list(found.shortages_of_base),
        }),
        "--without-route": Question("without-route", told(ask.without_routes, _names(asked["without_route"])),
                                    lambda found: {
            "routes": list(found.routes), "more_short_t": None if found.stopped else found.more_short_t,
            "more_labour": None if found.stopped else found.more_labour,
            "more_short": {"least": found.least_more, "most": found.most_more},
            "shortage": {"objective": found.plan.objective, "bound": found.plan.bound, "gap": found.plan.gap},
            "shortage_with": {"objective": found.base.objective, "bound": found.base.bound, "gap": found.base.gap},
            "shortages": shapes.records(found.plan.shortages),
        }),
        "--what-is-one-more": Question("what-is-one-more", told(ask.one_more, asked["one_more"]), lambda found: {
            "asked": found.asked, "rows": [{
                "kind": row.kind, "key": row.key, "unit": row.unit, "worth": row.worth, "gain": row.gain,
                "most": row.most, "worth_in": row.worth_in,
                "stretches": [{"from": one.first, "until": one.until, "per_day": one.per_day, "between": one.between}
                              for one in row.stretches],
            } for row in found.rows],
        }),
        "--relax": Question("relax", told(ask.relaxations), lambda found: {
            "side": found.side, "closes": found.closes, "rows": [{
                "kind": row.kind, "subject": row.subject, "amount": row.amount, "unit": row.unit, "proven": row.proven,
            } for row in found.rows],
        }),
    }  # fmt: skip


def _date(campaign: Campaign, index: int) -> str:
    return str(np.datetime64(campaign.scenario.start) + np.timedelta64(index, "D"))


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
