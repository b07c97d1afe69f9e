"""The verb `xetho simulate`: play the campaign, so many times or to a precision, and say how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from xetho.campaign import MOST_RUNS, RUNS, check_counts, load
from xetho.cli import games, shapes, show
from xetho.cli import options as opt
from xetho.cli.console import guarded, out, print_json, progress, solved
from xetho.cli.files import refuse_file, write_csv
from xetho.cli.stores import refuse_to_save
from xetho.cli.tables import run_table
from xetho.scenario.metrics import outputs, parse_metric

if TYPE_CHECKING:
    from xetho.campaign import Campaign

EPILOG = "Example: xetho simulate dien-bien-phu --runs 10000 --seed 1 --json"
PROFILED = 768  # campaigns: a few blocks, whose steps take the same time as those of any others
TIMES = ("seconds", "compile_seconds", "campaigns_per_second", "block", "threads", "device")


@guarded
def simulate(
    scenario: opt.ScenarioName,
    runs: opt.Runs = RUNS,
    seed: opt.Seed = 1,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            metavar="METRIC[<VALUE]:HALF-WIDTH",
            help="Play on from --runs until this is known so well; repeatable (docs/design/engine.md).",
        ),
    ] = None,
    most_runs: Annotated[
        int, typer.Option("--max-runs", metavar="N", help="With --precision, at most so many campaigns.")
    ] = MOST_RUNS,
    threads: opt.Threads = None,
    block: opt.Block = None,
    device: opt.Device = "cpu",
    everything: Annotated[bool, typer.Option("--all", help="Print the long outputs too (by route, lot...).")] = False,
    timing: Annotated[bool, typer.Option("--timing", help="Also say how many campaigns a second.")] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Also say which step of the day takes how long.")] = False,
    cuts: opt.CutsFile = None,
    guards: opt.GuardsFile = None,
    surprise: opt.Surprise = False,
    csv: opt.CsvOut = None,
    store: opt.StoreOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Play the campaign many times with chance in it; with cuts or guards, beside the same campaigns without."""
    check_counts(runs, seed, threads, block)
    refuse_file(csv, force)
    refuse_to_save(store, force)
    base = campaign = load(scenario, variant, sets or ())
    if cuts or guards or surprise:
        campaign = base.under(cuts, guards, surprise)
    keep = None if csv is not None else _outcome(campaign) if campaign is base else _compared(base)
    solved(campaign)
    with progress() as told:
        played = campaign.simulate(
            runs, seed, threads=threads, progress=told, block=block, device=device, precision=precision or (),
            most_runs=most_runs, keep=keep, save=store, overwrite=force,
        )  # fmt: skip
        if profile:
            told("timing the steps", 0, 0)
        timed = shapes.profile_shape(campaign.profile(PROFILED, seed)) if profile else None
    paired = None
    if campaign is not base:
        solved(base)
        with progress() as told:
            beside = base.simulate(
                played.meta["runs"], seed, threads=threads, progress=told, block=block, device=device, keep=keep
            )
        paired = shapes.whatif_shape(base.compare(campaign, beside, played), campaign.scenario.start)
    if csv is not None:
        write_csv(run_table(played), csv)
    shape = shapes.runs_shape(played, campaign)
    known = shapes.precision_shape(played, campaign.scenario.start)
    clock = {name: played.meta[name] for name in TIMES}
    if as_json:
        asked = {"runs": played.meta["runs"], "seed": seed, "campaigns_per_second": clock["campaigns_per_second"]}
        extras = (("against_base", paired), ("precision", known), ("profile", timed))
        more = {name: found for name, found in extras if found is not None}
        orders = games.play_shape(campaign)
        print_json({**shapes.head("simulate", campaign), **asked, **orders, **shape, **more, "timing": clock})
        return
    console = out()
    show.show_outcome(console, shape["outcome"])
    show.show_outputs(console, shape["outputs"], everything, shapes.output_dims())
    if paired is not None:
        show.show_whatif(console, paired, campaign.scenario.outcome.get("title", ""))
    if shape["rank_error"]:
        console.print(f"Points are right to {show.percent(shape['rank_error'])} of the runs.")
    if known is not None:
        _show_precision(console, known)
    if timing:
        speed = f"{clock['campaigns_per_second']:,.0f} a second"
        console.print(f"{played.meta['runs']:,} campaigns in {clock['seconds']:.2f} s: {speed}")
    if timed is not None:
        _show_profile(console, timed)


def _outcome(campaign: Campaign) -> tuple[str, ...]:
    """The output that must be there for every run, however many there are."""
    metric = campaign.outcome_metric
    return () if metric is None else (metric.partition("[")[0],)


def _compared(campaign: Campaign) -> tuple[str, ...]:
    """What must be there of every run to compare two campaigns run by run."""
    terms = [term.name for metric in campaign.metrics() for term in parse_metric(metric).terms]
    summaries = [name for name in terms if outputs()[name].kind != "daily"]
    return tuple(dict.fromkeys((*_outcome(campaign), *summaries, "assumptions")))


def _show_precision(console: Console, known: Mapping[str, Any]) -> None:
    """Each thing wanted with its interval, and whether the runs sufficed."""
    cells = []
    for row in known["wanted"]:
        if "low_date" in row:
            between = [str(row[f"{end}_date"]) for end in ("estimate", "low", "high")]
        else:
            between = [show.number(row[end]) for end in ("estimate", "low", "high")]
        widths = [show.number(row["half_width"]), show.number(row["wanted"])]
        cells.append([escape(row["precision"]), *between, *widths])
    columns = ["precision", "estimate", "95 % from", "to", "half-width", "wanted"]
    console.print(show.table("Known to", columns, cells, (1, 2, 3, 4, 5)))
    if known["reached"]:
        console.print(f"This took {known['runs']:,} campaigns.")
    else:
        console.print(f"{known['runs']:,} campaigns were not enough; --max-runs allows more.")


def _show_profile(console: Console, timed: Mapping[str, Any]) -> None:
    """The steps of the day with their functions, dearest function first in each."""
    cells = []
    for step in timed["steps"]:
        mine = [row for row in timed["functions"] if row["step"] == step["step"]]
        parts = sorted(mine, key=lambda row: -row["seconds"]) if len(mine) > 1 else []
        named = [(step, f"[bold]{step['name']}[/]"), *((row, f"  {row['name']}") for row in parts)]
        cells += [[name, f"{row['microseconds_per_campaign']:.2f}", show.percent(row["share"])] for row, name in named]
    console.print(show.table("Time of a campaign on one core", ["step", "µs", "share"], cells, (1, 2)))
    console.print(
        f"{timed['campaigns']} campaigns: {timed['seconds']:.3f} s step by step, "
        f"{timed['seconds_in_one_call']:.3f} s in one call a block."
    )
