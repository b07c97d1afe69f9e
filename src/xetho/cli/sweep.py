"""`xetho sweep`: the campaign at every point of a design of experiments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from xetho.campaign import VARIANT_RUNS, check_counts, load
from xetho.cli import options as opt
from xetho.cli import shapes, show
from xetho.cli.console import err, guarded, out, print_json, progress
from xetho.cli.verbs import app
from xetho.sweeps import perform, prepare

if TYPE_CHECKING:
    from xetho.experiment.sweep import Progress as Told
    from xetho.experiment.sweep import Sweep

LISTED = 20  # points shown on the screen; the table on disk has all


@app.command(epilog="Example: xetho sweep ./my-campaign --design design.toml --out sweep")
@guarded
def sweep(
    scenario: opt.ScenarioName,
    design: Annotated[
        Path, typer.Option("--design", metavar="FILE.toml", help="Factors and levels (docs/how-to/sweep.md).")
    ],
    folder: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where points are kept; the same call again goes on there.")
    ],
    runs: Annotated[int, typer.Option("--runs", metavar="N", help="Campaigns at each point.")] = VARIANT_RUNS,
    seed: opt.Seed = 1,
    variant: opt.Variant = None,
    sets: opt.Sets = None,
    threads: opt.Threads = None,
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Play on a Ray cluster: local, or where one runs."),
    ] = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write results.parquet instead of results.csv.")] = False,
    as_json: opt.Json = False,
) -> None:
    """Play the campaign at every point of a design, over the same chances; goes on where it was stopped."""
    check_counts(runs, seed, threads)
    campaign = load(scenario, variant, sets or ())
    with progress() as told:
        told("checking the design", 0, 0)
        prepared = prepare(scenario, design, runs, seed, variant, sets or ())
    table = "parquet" if parquet else "csv"
    with sweep_progress() as counted:
        results = perform(prepared, folder, threads, ray, table, counted)
    written = folder / f"results.{table}"
    if as_json:
        print_json({**shapes.head("sweep", campaign), **sweep_shape(prepared, results, written)})
        return
    console = out()
    console.print(f"{escape(campaign.scenario.title)}: {len(prepared.points)} points of {runs} campaigns each")
    names = [factor.name for factor in prepared.factors]
    show_points(results, names)
    console.print(f"The table of all points and outputs: {written}", markup=False, soft_wrap=True)


def sweep_shape(prepared: Sweep, results: pd.DataFrame, written: Path) -> dict[str, Any]:
    """A sweep as JSON: what was asked, and one row a point and output."""
    manifest = prepared.manifest()
    names = [factor.name for factor in prepared.factors]
    figures = [column for column in results.columns if column not in ("point", *names)]
    return {
        "runs": prepared.job.runs,
        "seed": prepared.job.seed,
        "design": prepared.kind,
        "points": len(prepared.points),
        "worst_correlation": manifest["worst_correlation"],
        "factors": manifest["factors"],
        "table": str(written),
        "results": [
            {
                "point": row["point"],
                "levels": {name: row[name] for name in names},
                **{column: row[column] for column in figures},
            }
            for row in results.to_dict("records")
        ],
    }


def show_points(results: pd.DataFrame, names: list[str]) -> None:
    """The first points' levels with the first output's mean and probability."""
    console = out()
    first = results[results["output"] == results["output"].iloc[0]]
    about = first.iloc[0]
    heads = ["point", *map(escape, names), f"mean, {about['unit']}", "probability", "95 %"]
    rows = [
        [
            str(row["point"]),
            *(show.number(row[name]) if isinstance(row[name], float) else escape(str(row[name])) for name in names),
            show.number(row["mean"]),
            show.percent(row["probability"]),
            f"{show.percent(row['probability_low'])} to {show.percent(row['probability_high'])}",
        ]
        for row in first.head(LISTED).to_dict("records")
    ]
    console.print(show.table(str(about["label"]), heads, rows, tuple(range(1, len(heads)))))
    if len(first) > LISTED:
        console.print(f"and {len(first) - LISTED} more points")


@contextmanager
def sweep_progress() -> Iterator[Told]:
    """A bar on stderr with points done and time left; silent when stderr is not a terminal."""
    console = err()
    columns = (
        SpinnerColumn(),
        TextColumn("sweeping"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("sweeping", total=None, left="")

        def told(done: int, total: int, left: float | None) -> None:
            bars.update(task, completed=done, total=total, left=time_left(left))

        yield told


def time_left(seconds: float | None) -> str:
    """Time left in words, as rough as it is known.

    >>> time_left(45.0), time_left(200.0), time_left(9000.0), time_left(None)
    ('45 s left', '3 min left', '2 h 30 min left', '')
    """
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min left"
