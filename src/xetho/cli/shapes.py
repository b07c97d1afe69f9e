"""Answers as the JSON of docs/reference/cli-json.md; the same numbers feed the printed tables."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xetho import __version__
from xetho.campaign import Campaign
from xetho.evidence import Names, as_date, evaluate, score
from xetho.scenario.metrics import Output, outputs

if TYPE_CHECKING:
    from xetho.experiment import Influence, WhatIf
    from xetho.results import Runs
    from xetho.simulate.profile import Profile, Timed

QUANTILES = (0.05, 0.5, 0.95)


def head(verb: str, campaign: Campaign) -> dict[str, Any]:
    """What every answer about a scenario begins with."""
    scenario = campaign.scenario
    return {
        "xetho": __version__,
        "verb": verb,
        "scenario": scenario.name,
        "title": scenario.title,
        "variant": scenario.variant,
        "sets": list(campaign.sets),
        "start": scenario.start,
        "end": scenario.end,
        "days": scenario.days,
        "hash": scenario.hash(),
    }


def plan_shape(campaign: Campaign) -> dict[str, Any]:
    """The campaign's plan: for whom it closes, proof, shortages, bottlenecks and summaries."""
    plan, names, asked = campaign.plan(), campaign.names, campaign.headline
    return {
        "status": plan.status,
        "closes": asked.closes,
        "closes_for": asked.side,
        "feasible": bool(plan.feasible),
        "sides": [
            {
                "side": one.side,
                "name": one.name,
                "need_t": one.need_t,
                "shortage_t": one.short_t,
                "shortage_share": one.short_share,
                "closes": one.closes,
            }
            for one in campaign.closings()
        ],
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "shortage_share": campaign.shortage_share,
        "periods": len(plan.bounds) - 1,
        "reasons": campaign.reasons(),
        "bottlenecks": [in_words(row, names) for row in records(plan.bottlenecks)],
        "shortages": [in_words(row, names) for row in records(plan.shortages)],
        "summary": {name: records(table) for name, table in plan.accounts.items()},
    }


def runs_shape(runs: Runs, campaign: Campaign) -> dict[str, Any]:
    """What was simulated: the outcome's share and every summary output's 5, 50 and 95 % points."""
    return {
        "outcome": outcome_shape(runs, campaign),
        "rank_error": runs.tally.rank_error if runs.tally is not None else 0.0,
        "outputs": output_rows(runs, campaign.scenario.start),
    }


def outcome_shape(runs: Runs, campaign: Campaign) -> dict[str, Any] | None:
    """Share of runs with the scenario's outcome; None when it names none."""
    metric = campaign.outcome_metric
    if metric is None:
        return None
    when = evaluate(metric, runs, campaign.scenario.start)
    return {
        "title": campaign.scenario.outcome.get("title", ""),
        "metric": metric,
        "share": float(np.mean(~np.isnan(when))),
        **points(when, "date", campaign.scenario.start),
    }


def output_rows(runs: Runs, start: date) -> list[dict[str, Any]]:
    """One row for each summary output and key, in the order of the reference of outputs."""
    rows = []
    for name, output in outputs().items():
        if output.kind == "daily" or not (name in runs.summary or (runs.tally is not None and name in runs.tally)):
            continue
        labels = [[str(label) for label in runs.summary[dim].to_numpy()] for dim in output.dims]
        found = _output_points(runs, name, output)
        for keys, (share, mean, *quantiles) in zip(itertools.product(*labels), found, strict=True):
            rows.append(
                {
                    "output": name,
                    "keys": list(keys),
                    "metric": f"{name}[{','.join(keys)}]" if keys else name,
                    "kind": output.kind,
                    "unit": output.unit,
                    **_shaped(share, mean, quantiles, output.kind, start),
                }
            )
    return rows


def _output_points(runs: Runs, name: str, output: Output) -> list[tuple[float, ...]]:
    """Share, mean and quantiles for every key of an output, from all runs or from their tally."""
    if name not in runs.summary and runs.tally is not None:
        share, mean, quantiles = runs.tally.points(name, QUANTILES)
        return list(zip(share.ravel(), mean.ravel(), *quantiles.reshape(len(QUANTILES), -1), strict=True))
    values = runs.summary[name].transpose("run", *output.dims)
    flat = np.asarray(values.to_numpy(), dtype=np.float64).reshape(values.sizes["run"], -1)
    return [_points(column) for column in flat.T]


def output_dims() -> dict[str, set[str]]:
    """Dimensions of every output, by its name."""
    return {name: set(output.dims) for name, output in outputs().items()}


def points(values: np.ndarray[Any, np.dtype[np.float64]], kind: str, start: date) -> dict[str, Any]:
    """Share of runs in which it happened, mean, and 5, 50 and 95 % points over those; dates in words too."""
    share, mean, *quantiles = _points(values)
    return _shaped(share, mean, quantiles, kind, start)


def _points(values: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, ...]:
    happened = values[~np.isnan(values)]
    if not len(happened):
        return 0.0 if len(values) else np.nan, np.nan, *(np.nan for _ in QUANTILES)
    return len(happened) / len(values), float(np.mean(happened)), *np.quantile(happened, QUANTILES)


def _shaped(share: float, mean: float, quantiles: Sequence[float], kind: str, start: date) -> dict[str, Any]:
    ends = dict(zip(("p05", "p50", "p95"), quantiles, strict=True))
    shape: dict[str, Any] = {"share_happened": share, "mean": mean, **ends}
    if kind == "date":
        shape.update({f"{name}_date": as_date(value, start) or None for name, value in ends.items()})
    return shape


def precision_shape(runs: Runs, start: date) -> dict[str, Any] | None:
    """What was asked to be known, how well it is, and how many runs it took; None when nothing was asked."""
    found = runs.meta.get("precision")
    if found is None:
        return None
    rows = [
        {**row, **{f"{end}_date": as_date(row[end], start) or None for end in ("estimate", "low", "high")}}
        if row["kind"] == "date" and row["what"] != "share" and np.isfinite([row["low"], row["high"]]).all()
        else row
        for row in found
    ]
    return {"reached": all(row["reached"] for row in found), "runs": runs.meta["runs"], "wanted": rows}


def profile_shape(found: Profile) -> dict[str, Any]:
    """Where the engine's time goes: the ten steps and the functions in them."""
    total = sum(one.seconds for one in found.steps)

    def rows(timed: Sequence[Timed]) -> list[dict[str, Any]]:
        return [
            {
                "step": one.step,
                "name": one.name,
                "seconds": one.seconds,
                "share": one.seconds / total if total > 0 else np.nan,
                "microseconds_per_campaign": 1e6 * one.seconds / found.campaigns,
            }
            for one in timed
        ]

    whole = {"campaigns": found.campaigns, "seconds": total, "seconds_in_one_call": found.whole}
    return {**whole, "steps": rows(found.steps), "functions": rows(found.functions)}


def whatif_shape(answer: WhatIf, start: date) -> dict[str, Any]:
    """A what-if: the outcome's shares and paired difference, the plan's verdict, one row a metric."""
    return {
        "name": answer.name,
        "title": answer.title,
        "why": answer.why,
        "runs": answer.runs,
        "outcome": {
            "base": answer.outcome_base,
            "variant": answer.outcome_variant,
            "difference": answer.outcome_difference,
            "low": answer.outcome_low,
            "high": answer.outcome_high,
        },
        "hangs_on": [
            {"assumption": key, "name": name, "share": share} for key, name, share in answer.hangs_on
        ],
        "hangs_on_what": answer.hangs_on_what,
        "outcome_by_assumption": records(answer.outcome_by_assumption),
        "plan": {
            "side": answer.plan_side,
            "feasible": answer.plan_feasible,
            "shortage_share": answer.plan_shortage_share,
            "reasons": list(answer.plan_reasons),
        },
        "table": [dated(row, ("base", "variant"), start) for row in records(answer.table)],
    }


def validation_shape(table: pd.DataFrame, start: date) -> dict[str, Any]:
    """Every claim beside its band, by use, and the score over those marked test."""
    rows = [dated(row, ("low", "high", "p05", "p50", "p95"), start) for row in records(table)]
    return {"score": score(table), "claims": rows}


def influence_shape(found: Influence | None, names: dict[str, str]) -> dict[str, Any] | None:
    """What the outcome hangs on, greatest share first, with the level that chance alone reaches."""
    if found is None:
        return None
    rows = [
        {"assumption": str(key), "name": names.get(str(key), str(key)), **row}
        for key, row in found.table.to_dict("index").items()
    ]
    return {"runs": found.runs, "noise_floor": found.floor, "assumptions": rows}


def in_words(row: dict[str, Any], names: Names) -> dict[str, Any]:
    """The row with the ids in its sentence named."""
    return {**row, "sentence": names.sentence(str(row["sentence"]))} if "sentence" in row else row


def dated(row: dict[str, Any], columns: tuple[str, ...], start: date) -> dict[str, Any]:
    """The row with, for a date in days since the start, the day of the calendar beside it."""
    if row.get("kind") != "date":
        return row
    return {**row, **{f"{column}_date": as_date(row[column], start) or None for column in columns}}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries in column order."""
    columns = [str(name) for name in table.columns]
    return [dict(zip(columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]
