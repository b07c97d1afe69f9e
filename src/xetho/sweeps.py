"""Sweeps from one call: a scenario, a design file and a folder in, a table out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xetho.campaign import PLAN_SECONDS, VARIANT_RUNS, Campaign, NoProof, check_counts
from xetho.pages import CampaignError
from xetho.scenario.load import find_folder

if TYPE_CHECKING:
    import pandas as pd

    from xetho.experiment.designfile import Wanted
    from xetho.experiment.sweep import Progress, Sweep

TABLES = ("csv", "parquet")


def sweep(
    scenario: str | Path,
    design: str | Path,
    out: str | Path,
    runs: int = VARIANT_RUNS,
    seed: int = 1,
    variant: str | None = None,
    sets: Sequence[str] = (),
    threads: int | None = None,
    ray: str | None = None,
    table: str = "csv",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Play the campaign at every point of a design, over the same chances, and keep the figures of each.

    The folder `out` keeps each point as it is done; the same call goes on where an earlier one was stopped.
    Its `results.csv` (or `results.parquet`) holds the table that is returned: one row a point and output,
    with the factors' levels, whether the plan closes, and the mean, spread, quantiles and probability with
    its 95 % Wilson interval. Columns and design files are told in docs/how-to/sweep.md.

    Args:
        design: a TOML file of factors, their levels, and how they are put together.
        runs: campaigns at each point.
        seed: of the engine, the same at every point (the design has its own).
        variant, sets: applied at every point.
        threads: at most this many (None: one for each core); with `ray="local"` the cores of the cluster.
        ray: "local", or the address of a Ray cluster; None plays in this process. The numbers are the same.
        table: "csv" or "parquet".
        progress: called with points done, points in all, and the seconds left (None: not known yet).

    Raises:
        ScenarioError: the scenario, or every mistake of the design.
        CampaignError: counts that make no sense, a folder that holds something else, or no cluster.
        NoProof: some points have no proven plan; all others are done, and the table of them is written.
    """
    check_counts(runs, seed, threads)
    if table not in TABLES:
        raise CampaignError(f"table: found {table}, allowed {' or '.join(TABLES)}")
    prepared = prepare(scenario, design, runs, seed, variant, sets)
    return perform(prepared, out, threads, ray, table, progress)


def prepare(
    scenario: str | Path,
    design: str | Path,
    runs: int = VARIANT_RUNS,
    seed: int = 1,
    variant: str | None = None,
    sets: Sequence[str] = (),
) -> Sweep:
    """The sweep that is asked for, checked, with nothing computed or written. Raises as `sweep` does."""
    import xetho
    from xetho.experiment.designfile import read_design
    from xetho.experiment.play import Job, scenario_files
    from xetho.experiment.points import Base, check_outputs, points_of
    from xetho.experiment.sweep import Sweep

    found = read_design(design)
    base = Base(scenario, variant, tuple(sets))
    campaign = Campaign(scenario, variant, sets)
    points = points_of(found, base)
    outputs = found.outputs or _default_outputs(campaign)
    check_outputs(outputs, found, base)
    if not outputs:
        raise CampaignError("the scenario names no outcome and no key claims; name [[outputs]] in the design")
    used = dict.fromkeys(point.variant for point in points)
    folder = find_folder(scenario)
    return Sweep(
        job=Job(
            name=folder.resolve().name,
            files=scenario_files(folder),
            outputs=outputs,
            quantiles=found.quantiles,
            runs=runs,
            seed=seed,
            plan_seconds=PLAN_SECONDS,
        ),
        kind=found.design.kind,
        factors=found.design.factors,
        points=tuple(points),
        hashes={name or "": base.load(name).hash() for name in used},
        version=xetho.__version__,
    )


def perform(
    prepared: Sweep,
    out: str | Path,
    threads: int | None = None,
    ray: str | None = None,
    table: str = "csv",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Play a prepared sweep. Raises as `sweep` does."""
    from xetho.experiment.cluster import ClusterError, on_cluster
    from xetho.experiment.sweep import SweepError, run, write_table

    folder = Path(out)
    plays = on_cluster(ray, threads) if ray is not None else None
    try:
        results, failed = run(prepared, folder, plays, threads, progress)
    except (SweepError, ClusterError) as error:
        raise CampaignError(str(error)) from None
    try:
        write_table(results, folder / f"results.{table}")
    except ImportError:
        raise CampaignError("a Parquet table needs pyarrow: install it, or ask for csv") from None
    if failed:
        listed = "; ".join(f"point {number}: {why}" for number, why in sorted(failed.items())[:5])
        raise NoProof(f"{len(failed)} of {len(prepared.points)} points have no answer: {listed}")
    return results


def _default_outputs(campaign: Campaign) -> tuple[Wanted, ...]:
    """The outcome, then each key claim's metric with the claim's band as limits; else what a what-if compares."""
    from xetho.experiment.designfile import Wanted

    wanted = []
    if campaign.outcome_metric is not None:
        wanted.append(Wanted("outcome", campaign.outcome_metric))
    claims = campaign.scenario.tables["claims"]
    for key in map(str, campaign.scenario.report.get("key_claims", [])):
        if key in claims.index and claims.at[key, "metric"]:
            row = claims.loc[key]
            wanted.append(Wanted(key, str(row["metric"]), str(row["low"]), str(row["high"])))
    known = [one.metric for one in wanted]
    if known in ([], [campaign.outcome_metric]):  # no key claims
        wanted += [Wanted(metric, metric) for metric in campaign.metrics() if metric not in known]
    return tuple(wanted)
