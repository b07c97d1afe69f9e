"""Validation: verdicts, the score against its known values, and that only test claims are counted."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from tests.synthetic import START, make_runs
from xetho.evidence import crps, score, validate, verdict
from xetho.evidence.compare import COLUMNS


def scenario(rows: list[dict[str, Any]]) -> Any:
    columns = ["id", "subject", "quantity", "metric", "low", "high", "unit", "says", "use", "source"]
    table = pd.DataFrame(
        [{**dict.fromkeys(columns, ""), "source": ("book",), **row} for row in rows], columns=columns
    )
    return SimpleNamespace(tables={"claims": table.set_index("id")}, start=START)


@pytest.mark.parametrize(
    ("low", "high", "simulated", "share", "expected"),
    [
        (10, 20, (5, 15, 40), 1.0, "inside"),  # the median lies in the claim
        (10, 11, (5, 15, 40), 1.0, "inside"),  # the claim lies in the band
        (1, 10, (5, 15, 40), 1.0, "overlaps"),
        (35, 90, (5, 15, 40), 1.0, "overlaps"),
        (41, 90, (5, 15, 40), 1.0, "outside"),
        (-math.inf, 4, (5, 15, 40), 1.0, "outside"),
        (14, math.inf, (5, 15, 40), 1.0, "inside"),
        (30, math.inf, (5, 15, 40), 1.0, "overlaps"),
        (10, 20, (5, 15, 40), 0.4, "overlaps"),  # does not happen in the typical run
        (10, 20, (5, 15, 40), 0.04, "outside"),
        (10, 20, (math.nan, math.nan, math.nan), 0.0, "outside"),
    ],
)
def test_verdict(
    low: float, high: float, simulated: tuple[float, float, float], share: float, expected: str
) -> None:
    assert verdict(low, high, *simulated, share) == expected


def test_crps_by_hand() -> None:
    # mean |x - 5| = 8/3; the pairs differ by 3, 6 and 9, so half their mean is 3.
    assert crps(np.array([2.0, 5.0, 11.0]), 4.0) == pytest.approx((2 + 1 + 7) / 3 - 3)


def test_crps_is_unbiased_for_a_normal_forecast() -> None:
    """The score of N(0, 1) in closed form (Gneiting and Raftery 2007, equation 5), met on average."""
    z = 0.7
    exact = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)
    integral = quad(lambda x: (norm.cdf(x) - (x >= z)) ** 2, -10, 10, points=[z])[0]
    assert exact == pytest.approx(integral, abs=1e-6)
    rng = np.random.default_rng(3)
    mean = np.mean([crps(rng.normal(size=4), z) for _ in range(20_000)])
    assert mean == pytest.approx(exact, abs=0.01)


def test_crps_needs_two_members_and_a_finite_observation() -> None:
    assert math.isnan(crps(np.array([1.0]), 1.0))
    assert math.isnan(crps(np.array([1.0, 2.0]), math.inf))


def test_validate_rows() -> None:
    fall = np.linspace(10.0, 20.0, 101)[:, None]
    runs = make_runs(101, values={"camp_fall_date": fall, "dead": 50.0})
    table = validate(
        runs,  # type: ignore[arg-type]
        scenario(
            [
                {
                    "id": "fall",
                    "metric": "camp_fall_date[FORT]",
                    "low": "2030-01-16",
                    "high": "2030-01-16",
                    "use": "test",
                },
                {"id": "loss", "metric": "dead[red]", "low": "60", "use": "fit", "says": "blue"},
                {"id": "words", "metric": "", "low": "312", "use": "context"},
            ]
        ),
    )
    assert list(table.columns) == COLUMNS
    assert table["id"].tolist() == ["fall", "loss"]
    fall_row, loss_row = table.iloc[0], table.iloc[1]
    assert (fall_row["low"], fall_row["high"], fall_row["kind"]) == (15.0, 16.0, "date")
    assert fall_row["p50"] == pytest.approx(15.0)
    assert (fall_row["p05"], fall_row["p95"]) == pytest.approx((10.5, 19.5))
    assert fall_row["verdict"] == "inside"
    assert loss_row["verdict"] == "outside"
    assert math.isnan(loss_row["high"]) and math.isnan(loss_row["crps"])
    assert loss_row["says"] == "blue"


def test_what_happens_in_few_runs_is_said() -> None:
    fall = np.full((100, 1), np.nan)
    fall[:30] = 15.5
    table = validate(
        make_runs(100, values={"camp_fall_date": fall}),  # type: ignore[arg-type]
        scenario(
            [
                {
                    "id": "f",
                    "metric": "camp_fall_date[FORT]",
                    "low": "2030-01-16",
                    "high": "2030-01-16",
                    "use": "test",
                }
            ]
        ),
    )
    assert table["share_happened"].tolist() == [0.3]
    assert table["verdict"].tolist() == ["overlaps"]


def test_a_percentage_is_compared_in_percent() -> None:
    runs = make_runs(20, values={"dead": [[47.0, 100.0]]})
    claim = {
        "id": "p",
        "metric": "dead[blue] / dead[red]",
        "low": "45",
        "high": "49",
        "unit": "percent",
        "use": "test",
    }
    table = validate(runs, scenario([claim]))  # type: ignore[arg-type]
    assert table["p50"].tolist() == [pytest.approx(47.0)]


def test_score_counts_only_test_claims() -> None:
    runs = make_runs(50, values={"dead": 50.0})
    rows = [
        {"id": "t1", "metric": "dead[red]", "low": "40", "high": "60", "use": "test"},
        {"id": "t2", "metric": "dead[red]", "low": "60", "high": "70", "use": "test"},
        {"id": "f", "metric": "dead[red]", "low": "50", "high": "50", "use": "fit"},
        {"id": "i", "metric": "dead[red]", "low": "50", "high": "50", "use": "input"},
        {"id": "c", "metric": "dead[red]", "low": "50", "high": "50", "use": "context"},
    ]
    result = score(validate(runs, scenario(rows)))  # type: ignore[arg-type]
    assert (result["claims"], result["inside"], result["outside"]) == (2, 1, 1)
    assert result["coverage"] == 0.5
    assert result["crps_relative"] == pytest.approx((0 / 50 + 15 / 65) / 2)
    assert math.isnan(result["crps_days"])
