"""What-ifs over paired runs whose differences are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.synthetic import START, make_runs
from xetho.evidence import MetricError
from xetho.experiment import PairingError, whatif
from xetho.experiment.whatif import TABLE_COLUMNS

OUTCOME = "camp_fall_date[FORT]"


def test_differences_are_taken_run_by_run() -> None:
    """Pairing removes what both runs share: a unit shift is seen through noise a hundred times as large."""
    rng = np.random.default_rng(1)
    shared = rng.normal(1000, 100, (200, 2))
    base = make_runs(200, values={"dead": shared})
    variant = make_runs(200, values={"dead": shared + 1 + rng.normal(0, 0.1, (200, 2))})
    table = whatif(base, variant, ["dead[red]"], start=START).table  # type: ignore[arg-type]
    assert list(table.columns) == TABLE_COLUMNS
    row = table.iloc[0]
    assert row["low"] < 1.0 < row["high"]
    assert row["high"] - row["low"] < 0.1
    assert row["variant"] - row["base"] == pytest.approx(row["difference"])


def test_dates_compare_where_both_happened() -> None:
    before = np.full((100, 1), 10.0)
    after = np.full((100, 1), 13.0)
    after[:40] = np.nan
    answer = whatif(
        make_runs(100, values={"camp_fall_date": before}),  # type: ignore[arg-type]
        make_runs(100, values={"camp_fall_date": after}),  # type: ignore[arg-type]
        [OUTCOME],
        start=START,
        outcome=OUTCOME,
    )
    row = answer.table.iloc[0]
    assert (row["base"], row["variant"], row["difference"], row["pairs"]) == (10.0, 13.0, 3.0, 60)
    assert (row["share_base"], row["share_variant"]) == (1.0, 0.6)
    assert (answer.outcome_base, answer.outcome_variant) == (1.0, 0.6)
    assert answer.outcome_difference == pytest.approx(-0.4)
    assert answer.outcome_low < -0.4 < answer.outcome_high < 0.0


def test_the_shorter_set_of_runs_sets_the_pairs() -> None:
    values = np.arange(100.0)[:, None] * np.ones(2)
    base = make_runs(100, values={"dead": values})
    variant = make_runs(30, trace=10, values={"dead": values[:30] + 5})
    answer = whatif(base, variant, ["dead[red]"], start=START)  # type: ignore[arg-type]
    assert answer.runs == 30
    assert answer.table["difference"].tolist() == [5.0]
    assert answer.table["base"].tolist() == [pytest.approx(14.5)]


def test_the_outcome_hangs_on_the_assumption_that_decides_it() -> None:
    rng = np.random.default_rng(4)
    key = rng.random(600)
    fall = np.where(key > 0.5, 20.0, np.nan)[:, None]
    draws = {"dull": rng.random(600), "key": key}
    variant = make_runs(600, values={"camp_fall_date": fall}, assumptions=draws)
    answer = whatif(
        make_runs(600, values={"camp_fall_date": 20.0}, assumptions=draws),  # type: ignore[arg-type]
        variant,  # type: ignore[arg-type]
        [],
        start=START,
        outcome=OUTCOME,
        assumption_names={"key": "The key number"},
    )
    assert [found[0] for found in answer.hangs_on] == ["key"]
    assert answer.hangs_on[0][1] == "The key number"
    assert answer.hangs_on[0][2] > 0.9
    assert answer.outcome_by_assumption[["low_third", "high_third"]].to_numpy().tolist() == [[0.0, 1.0]]


def test_a_certain_outcome_asks_what_moves_its_date() -> None:
    rng = np.random.default_rng(6)
    key = rng.random(300)
    draws = {"dull": rng.random(300), "key": key}
    before = rng.normal(20, 3, (300, 1))
    answer = whatif(
        make_runs(300, values={"camp_fall_date": before}, assumptions=draws),  # type: ignore[arg-type]
        make_runs(300, values={"camp_fall_date": before + 4 * key[:, None]}, assumptions=draws),  # type: ignore[arg-type]
        ["dead[red]"],
        start=START,
        outcome=OUTCOME,
    )
    assert [found[0] for found in answer.hangs_on] == ["key"]
    assert "camp falls" in answer.hangs_on_what
    assert len(answer.outcome_by_assumption) == 0


def test_no_outcome_is_nan() -> None:
    answer = whatif(make_runs(5), make_runs(5), ["dead[red]"], start=START)  # type: ignore[arg-type]
    assert math.isnan(answer.outcome_base)
    assert answer.hangs_on == []


def test_unpaired_runs_are_refused() -> None:
    with pytest.raises(PairingError, match="seed 1 cannot be paired with 2"):
        whatif(make_runs(5, seed=1), make_runs(5, seed=2), [], start=START)  # type: ignore[arg-type]


def test_unknown_metric_is_refused() -> None:
    with pytest.raises(MetricError, match="deed"):
        whatif(make_runs(5), make_runs(5), ["deed[red]"], start=START)  # type: ignore[arg-type]
