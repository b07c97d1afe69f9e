"""The verbs. Each loads a campaign, asks it one thing, and prints the answer to read or as JSON."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import xetho
from xetho.campaign import (
    RUNS,
    VARIANT_RUNS,
    check_counts,
    list_scenarios,
    load,
    new,
)
from xetho.cli import ask as questions
from xetho.cli import daily_plan, flows, games, shapes, show
from xetho.cli import options as opt
from xetho.cli.console import NOT_PROVEN, guarded, out, print_json, progress, solved
from xetho.cli.files import refuse_file, write_csv
from xetho.cli.fit import EPILOG as FIT_EPILOG
from xetho.cli.fit import fit
from xetho.cli.simulate import EPILOG as SIMULATE_EPILOG
from xetho.cli.simulate import simulate
from xetho.cli.stores import runs_app
from xetho.cli.tables import shipments, source_rows
from xetho.pages import refuse_to_overwrite, report_name

if TYPE_CHECKING:
    from xetho.campaign import Campaign
    from xetho.plan import Plan

EPILOG = (
    "Exit codes: 0 answered, 2 a mistake in what was asked (every problem is listed), 3 no proven answer."
)

PURPOSE = "Open campaign analysis: plan supply, play the campaign thousands of times, hold it to the record."

app = typer.Typer(
    name="xetho",
    help=PURPOSE,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(runs_app)


def main() -> None:
    """Entry point of `xetho`."""
    for stream in (sys.stdout, sys.stderr):
        # Names of places need more letters than some consoles' own encoding has.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    app()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xetho {xetho.__version__}")
        raise typer.Exit


@app.callback(help=PURPOSE)
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that come before a verb."""


@app.command("list", epilog="Example: xetho list --json")
@guarded
def list_verb(as_json: opt.Json = False) -> None:
    """List the scenarios that come with Xetho, and their variants."""
    found = list_scenarios()
    if as_json:
        rows = [asdict(one) for one in found]
        print_json({"xetho": xetho.__version__, "verb": "list", "scenarios": rows})
        return
    console = out()
    for one in found:
        console.print(f"[bold]{escape(one.name)}[/]  {escape(one.title)}")
        console.print(escape(one.summary))
        if one.variants:
            console.print(f"  variants: {', '.join(one.variants)}", markup=False)


@app.command(epilog="Example: xetho check dien-bien-phu; xetho check ./my-campaign --json")
@guarded
def check(
    scenario: opt.ScenarioName, variant: opt.Variant = None, sets: opt.Sets = None, as_json: opt.Json = False
) -> None:
    """Check every table of a scenario; every error is listed with its file, row and column."""
    campaign = load(scenario, variant, sets or ())
    tables = {name: len(table) for name, table in campaign.scenario.tables.items() if len(table)}
    if as_json:
        print_json({**shapes.head("check", campaign), "tables": tables, "problems": []})
        return
    console = out()
    title = escape(campaign.scenario.title)
    console.print(f"[bold green]Nothing wrong[/] with {escape(campaign.name)}: {title}")
    console.print(", ".join(f"{count} {name}" for name, count in tables.items()))


@app.command(epilog="Example: xetho plan dien-bien-phu --variant porters-only")
@guarded
def plan(
    scenario: opt.ScenarioName,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    earliest: questions.Earliest = False,
    stock: questions.Stocks = None,
    largest_force: questions.LargestForce = False,
    at: questions.At = None,
    since: questions.Since = None,
    troops: questions.Forces = None,
    cheapest: questions.Cheapest = False,
    service: questions.Service = 0.98,
    robust: questions.Robust = None,
    seed: questions.RobustSeed = 1,
    tail: questions.Tail = 0.25,
    without_route: questions.Without = None,
    one_more: questions.OneMore = None,
    worth: questions.WorthWord = None,
    relax: questions.Relax = False,
    side: questions.Side = None,
    period_days: questions.PeriodDays = None,
    time_limit: questions.TimeLimit = None,
    everything: Annotated[bool, typer.Option("--all", help="Print the long tables too (by pool and month).")] = False,
    daily: daily_plan.Daily = False,
    gap: daily_plan.Gap = 0.002,
    cost_gap: daily_plan.CostGap = 0.05,
    on: flows.On = None,
    csv: opt.CsvOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Find the best supply plan: what is short and why, and which resources bind; or ask it a question, or draw it."""
    asked = dict(locals())
    refuse_file(csv, force)
    campaign = load(scenario, variant, sets or ())
    if on is not None:
        flows.refuse(campaign, on.date(), csv)
    if (question := questions.chosen(campaign, asked)) is not None:
        questions.answer(campaign, question, as_json)
        return
    if daily:
        limit = daily_plan.SECONDS if time_limit is None else time_limit
        found = daily_plan.solved_daily(campaign, time_limit=limit, gap=gap, cost_gap=cost_gap)
    else:
        found = solved(campaign, time_limit)
    if on is not None:
        flows.answer(campaign, found, on.date(), csv, as_json)
    elif daily:
        daily_plan.answer(campaign, found, csv, as_json)
    else:
        _tell_plan(campaign, found, csv, everything, as_json)
    if daily:
        daily_plan.leave(found)
    elif not found.proven:
        raise typer.Exit(NOT_PROVEN)


def _tell_plan(campaign: Campaign, found: Plan, csv: Path | None, everything: bool, as_json: bool) -> None:
    """Print the campaign's own plan, and write its shipments where a path is given."""
    if csv is not None:
        write_csv(shipments(found, campaign.network), csv)
    shape = shapes.plan_shape(campaign)
    if as_json:
        print_json({**shapes.head("plan", campaign), **shape})
        return
    show.show_plan(out(), shape, everything)


games.register(app)


app.command(epilog=SIMULATE_EPILOG)(simulate)


@app.command(epilog="Example: xetho whatif dien-bien-phu --variant quick-attack --runs 2000")
@guarded
def whatif(
    scenario: opt.ScenarioName,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", metavar="METRIC", help="Compare this output instead of the key ones; repeatable."
        ),
    ] = None,
    runs: opt.Runs = VARIANT_RUNS,
    seed: opt.Seed = 1,
    threads: opt.Threads = None,
    cuts: opt.CutsFile = None,
    guards: opt.GuardsFile = None,
    surprise: opt.Surprise = False,
    csv: opt.CsvOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Compare the campaign with a changed one, run by run over the same chances."""
    check_counts(runs, seed, threads)
    refuse_file(csv, force)
    campaign = load(scenario)
    with progress() as told:
        answer = campaign.whatif(
            variant, sets or (), runs, seed, metrics or None, threads=threads, progress=told,
            interdict=cuts, protect=guards, surprise=surprise,
        )  # fmt: skip
    if csv is not None:
        write_csv(answer.table, csv)
    shape = shapes.whatif_shape(answer, campaign.scenario.start)
    if as_json:
        changed = {"variant": variant, "sets": list(sets or ()), "seed": seed}
        print_json({**shapes.head("whatif", campaign), **changed, **shape})
        return
    show.show_whatif(out(), shape, campaign.scenario.outcome.get("title", ""))


@app.command(epilog="Example: xetho validate dien-bien-phu --runs 2000")
@guarded
def validate(
    scenario: opt.ScenarioName,
    runs: opt.Runs = RUNS,
    seed: opt.Seed = 1,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    threads: opt.Threads = None,
    csv: opt.CsvOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Hold every sourced claim beside its simulated band, both ledgers where sources disagree."""
    check_counts(runs, seed, threads)
    refuse_file(csv, force)
    campaign = load(scenario, variant, sets or ())
    solved(campaign)
    with progress() as told:
        played = campaign.simulate(runs, seed, threads=threads, progress=told)
    table = campaign.validate(played)
    if csv is not None:
        write_csv(table, csv)
    shape = shapes.validation_shape(table, campaign.scenario.start)
    if as_json:
        print_json({**shapes.head("validate", campaign), "runs": runs, "seed": seed, **shape})
        return
    show.show_validation(out(), shape)


@app.command(epilog="Example: xetho run dien-bien-phu --out reports")
@guarded
def run(
    scenario: opt.ScenarioName,
    folder: opt.ReportOut = Path(),
    runs: opt.Runs = RUNS,
    variant_runs: opt.VariantRuns = VARIANT_RUNS,
    seed: opt.Seed = 1,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    threads: opt.Threads = None,
    protect: opt.ToProtect = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Plan, simulate, validate and every variant, what to protect, and one report to open in a browser."""
    campaign = load(scenario, variant, sets or ())
    begun = time.perf_counter()
    with progress() as told:
        story = campaign.run(folder, runs, seed, variant_runs, threads, told, force, protect)
    start = campaign.scenario.start
    if as_json:
        print_json(
            {
                **shapes.head("run", campaign),
                "runs": runs,
                "seed": seed,
                "report": str(story.report),
                "plan": shapes.plan_shape(campaign),
                "simulation": shapes.runs_shape(story.runs, campaign),
                "validation": shapes.validation_shape(story.validation, start),
                "whatifs": [shapes.whatif_shape(one, start) for one in story.whatifs],
                "influence": shapes.influence_shape(story.influence, campaign.assumption_names()),
                "protecting": games.protecting_shape(story.protecting, campaign),
            }
        )
        return
    console = out()
    console.print(f"[bold]{escape(campaign.scenario.title)}[/]")
    show.show_sides(console, shapes.plan_shape(campaign)["sides"])
    show.show_outcome(console, shapes.outcome_shape(story.runs, campaign))
    show.show_answers(console, [shapes.whatif_shape(one, start) for one in story.whatifs])
    show.show_score(console, shapes.validation_shape(story.validation, start)["score"])
    if story.protecting is not None:
        games.tell(story.protecting.lines)
    seconds = time.perf_counter() - begun
    console.print(f"{runs} campaigns and {len(story.whatifs)} what-if(s) in {seconds:.0f} s.")
    console.print(f"The report: {story.report.resolve()}", markup=False, soft_wrap=True)


@app.command(epilog="Example: xetho report dien-bien-phu --variant no-bombing --out no-bombing.html")
@guarded
def report(
    scenario: opt.ScenarioName,
    page: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.html", help="Where to write it."),
    ] = None,
    runs: opt.Runs = RUNS,
    seed: opt.Seed = 1,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    threads: opt.Threads = None,
    protect: opt.ToProtect = 0,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Write the report of one scenario or variant, without comparing its what-ifs."""
    check_counts(runs, seed, threads)
    campaign = load(scenario, variant, sets or ())
    target = page or Path(report_name(campaign.scenario))
    refuse_to_overwrite(target, force)
    solved(campaign)
    with progress() as told:
        played = campaign.simulate(runs, seed, threads=threads, progress=told)
        protecting = None
        if protect:
            told("what to protect", 0, 0)
            protecting = campaign.protecting(played, protect, threads=threads)
        told("writing the report", 0, 0)
        written = campaign.report(target, played, force=force, protecting=protecting)
    if as_json:
        print_json({**shapes.head("report", campaign), "runs": runs, "seed": seed, "report": str(written)})
        return
    out().print(f"The report: {written.resolve()}", markup=False, soft_wrap=True)


@app.command("new", epilog="Example: xetho new my-campaign && xetho run ./my-campaign")
@guarded
def new_verb(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new scenario and of its folder.")],
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder to make it in.")] = Path(),
    as_json: opt.Json = False,
) -> None:
    """Write a small working scenario to start from; nothing that exists is touched."""
    made = new(name, folder)
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    if as_json:
        answer = {"xetho": xetho.__version__, "verb": "new", "name": name, "folder": str(made)}
        print_json({**answer, "files": files})
        return
    console = out()
    console.print(f"Made {made} with {len(files)} files.", markup=False, soft_wrap=True)
    shown = made if made.is_absolute() else f"./{made.as_posix()}"
    console.print(f"Next: xetho check {shown}, then xetho run {shown}", markup=False, soft_wrap=True)


@app.command(epilog="Example: xetho sources dien-bien-phu --json")
@guarded
def sources(scenario: opt.ScenarioName, as_json: opt.Json = False) -> None:
    """List where the scenario's numbers come from, and how many rows rest on each source."""
    campaign = load(scenario)
    rows = source_rows(campaign.scenario)
    if as_json:
        print_json({**shapes.head("sources", campaign), "sources": rows})
        return
    cells = ([escape(str(row[k])) for k in ("key", "kind", "rows", "title", "url")] for row in rows)
    out().print(show.table("Sources", ["key", "kind", "rows", "title", "address"], cells, (2,)))


app.command(epilog=FIT_EPILOG)(fit)
