"""Metrics evaluated on runs whose every number is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.synthetic import DAYS, START, make_runs
from xetho.evidence import MetricError, describe, evaluate, metric_kind, metric_unit


def test_summary_metric_picks_its_key() -> None:
    runs = make_runs(3, values={"dead": [[1, 10], [2, 20], [3, 30]]})
    assert evaluate("dead[red]", runs, START).tolist() == [10, 20, 30]
    assert evaluate("dead[blue]", runs, START).tolist() == [1, 2, 3]


def test_two_keys_in_the_order_of_the_dims() -> None:
    eaten = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    assert evaluate("eaten_t[red,rice]", make_runs(1, values={"eaten_t": eaten}), START).tolist() == [3.0]
    with pytest.raises(MetricError, match="side"):
        evaluate("eaten_t[rice,red]", make_runs(1), START)


def test_lot_key_holds_a_colon() -> None:
    runs = make_runs(2, values={"origin_used_t": [[5, 6], [7, 8]]})
    assert evaluate("origin_used_t[rice:coast]", runs, START).tolist() == [6, 8]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("@2030-01-03", 2.0),
        ("@2030-01-03..2030-01-05", 3.0),
        ("@2030-01-03..2030-01-05:sum", 9.0),
        ("@2030-01-03..2030-01-05:max", 4.0),
        ("@2030-01-03..2030-01-05:min", 2.0),
        ("@2030-01-01..2030-02-09:max", DAYS - 1.0),
    ],
)
def test_daily_windows(window: str, expected: float) -> None:
    days = np.arange(DAYS, dtype=float)[None, :, None]
    runs = make_runs(10, trace=4, values={"morale": days})
    assert evaluate(f"morale[red]{window}", runs, START).tolist() == [expected] * 4


def test_a_window_outside_the_campaign_is_refused() -> None:
    for window in ("@2029-12-31", "@2030-02-01..2030-02-10"):
        with pytest.raises(MetricError, match="outside the campaign"):
            evaluate(f"morale[red]{window}", make_runs(2), START)


def test_ratio_divides_run_by_run_and_is_nan_over_nothing() -> None:
    runs = make_runs(2, values={"dead": [[6, 3], [5, 0]]})
    ratio = evaluate("dead[blue] / dead[red]", runs, START)
    assert ratio[0] == 2.0
    assert np.isnan(ratio[1])
    assert metric_unit("dead[blue] / dead[red]") == "share"
    assert metric_unit("dead[blue] / labour_days[red]") == "persons/man-days"


def test_ratio_of_daily_and_summary_keeps_the_traced_runs() -> None:
    runs = make_runs(10, trace=4, values={"dead": 2.0, "dead_to_date": 1.0})
    assert evaluate("dead_to_date[red]@2030-01-05 / dead[red]", runs, START).tolist() == [0.5] * 4


def test_dates_that_did_not_happen_stay_nan() -> None:
    runs = make_runs(2, values={"camp_fall_date": [[12.5], [np.nan]]})
    value = evaluate("camp_fall_date[FORT]", runs, START)
    assert value[0] == 12.5 and np.isnan(value[1])
    assert metric_kind("camp_fall_date[FORT]") == "date"
    assert metric_kind("dead[red]") == "number"


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("deaths[red]", "did you mean"),
        ("dead[rad]", 'did you mean "red"'),
        ("dead", "1"),
        ("morale[red]", "which day"),
        ("dead[red] / dead[red] / dead[red]", "not a metric"),
    ],
)
def test_bad_metrics_say_what_is_wrong(metric: str, said: str) -> None:
    with pytest.raises(MetricError, match=said):
        evaluate(metric, make_runs(2), START)


def test_describe_says_it_in_words() -> None:
    about = describe("rounds_left[red,shells]@2030-01-02..2030-01-09:min")
    assert (
        about.label
        == "Units of the good left at the side's front places (red, shells), min of 2030-01-02 to 2030-01-09"
    )
    assert about.unit == "units"
