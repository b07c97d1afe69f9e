"""The table of a sweep: one row a point and output, with the factors' levels and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xetho.evidence.metrics import describe

if TYPE_CHECKING:
    from xetho.experiment.play import Answer
    from xetho.experiment.sweep import Sweep

PROBABILITY = ("probability", "probability_low", "probability_high")


def table(sweep: Sweep, done: dict[int, Answer]) -> pd.DataFrame:
    """One row for each finished point and output, in order: levels of the factors, the plan's verdict, figures."""
    job = sweep.job
    about = {one.name: describe(one.metric) for one in job.outputs}
    metrics = {one.name: one.metric for one in job.outputs}
    rows = []
    for point in sweep.points:
        answer = done.get(point.number)
        for found in answer["outputs"] if answer else ():
            name = found["output"]
            rows.append(
                {
                    "point": point.number,
                    **{factor.name: level for factor, level in zip(sweep.factors, point.levels, strict=True)},
                    "plan_closes": answer["plan_closes"] if answer else None,
                    "plan_short_share": answer["plan_short_share"] if answer else None,
                    "output": name,
                    "metric": metrics[name],
                    "label": about[name].label,
                    "unit": about[name].unit,
                    "kind": about[name].kind,
                    "runs": found["runs"],
                    "happened": found["happened"],
                    "mean": _float(found["mean"]),
                    "sd": _float(found["sd"]),
                    **{quantile_name(q): _float(v) for q, v in zip(job.quantiles, found["quantiles"], strict=True)},
                    **dict(zip(PROBABILITY, map(_float, found["probability"]), strict=True)),
                }
            )
    return pd.DataFrame(rows, columns=columns(sweep))


def columns(sweep: Sweep) -> list[str]:
    """Columns of the table of results."""
    factors = [factor.name for factor in sweep.factors]
    quantiles = [quantile_name(q) for q in sweep.job.quantiles]
    head = ["point", *factors, "plan_closes", "plan_short_share", "output", "metric", "label", "unit", "kind"]
    return [*head, "runs", "happened", "mean", "sd", *quantiles, *PROBABILITY]


def quantile_name(share: float) -> str:
    """Column of a quantile.

    >>> quantile_name(0.05), quantile_name(0.5), quantile_name(0.975)
    ('p05', 'p50', 'p97.5')
    """
    percent = f"{100 * share:.10g}"
    return f"p{percent.zfill(2)}"


def _float(value: float | None) -> float:
    return float("nan") if value is None else value
