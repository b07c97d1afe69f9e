"""Intervals against published values and coverage; what may be asked; stopping at the same runs every time."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from xetho.experiment.intervals import wilson
from xetho.experiment.precision import Precision, mean_interval, quantile_interval, read_wanted
from xetho.pages import CampaignError
from xetho.results import Runs

START = date(2030, 1, 1)


def test_share_against_published_values() -> None:
    """Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3."""
    for yes, runs, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        share, found_low, found_high = wilson(yes, runs)
        assert share == yes / runs
        assert (round(found_low, 4), round(found_high, 4)) == (low, high)
    assert wilson(29, 29)[1] == pytest.approx(0.8830, abs=1e-4)


@pytest.mark.parametrize("name", ["mean", "quantile", "share"])
def test_intervals_cover_the_truth_as_often_as_they_say(name: str) -> None:
    bits, trials, runs = np.random.default_rng(8), 2000, 400
    covered = 0
    for values in bits.exponential(1.0, (trials, runs)):
        if name == "mean":
            (_, low, high), truth = mean_interval(values), 1.0
        elif name == "quantile":
            (_, low, high), truth = quantile_interval(values, 0.9), float(stats.expon.ppf(0.9))
        else:
            (_, low, high), truth = wilson(int((values < 0.5).sum()), runs), float(stats.expon.cdf(0.5))
        covered += low <= truth <= high
    assert 0.935 < covered / trials < 0.97


def test_too_few_runs_know_nothing() -> None:
    assert mean_interval(np.array([3.0]))[1:] == (-np.inf, np.inf)
    assert quantile_interval(np.arange(10.0), 0.99)[2] == np.inf
    assert np.isnan(quantile_interval(np.empty(0), 0.5)[0])


def test_what_is_asked() -> None:
    texts = [
        "camp_fall_date[main]<2030-02-01:0.01", "camp_fall_date[main] >= 12.5 : 0.02",
        "happens camp_fall_date[main]:0.1", "dead[blue] / wounded[blue]:0.01", "p95 dead[blue]:20",
        "mean camp_fall_date[main]:0.5",
    ]  # fmt: skip
    found = read_wanted(texts, START)
    assert [(one.what, one.compare, one.half_width) for one in found] == [
        ("share", "<", 0.01), ("share", ">=", 0.02), ("share", "", 0.1), ("mean", "", 0.01), ("quantile", "", 20.0),
        ("mean", "", 0.5),
    ]  # fmt: skip
    assert found[0].value == 31 and found[1].value == 12.5 and found[4].quantile == 0.95
    assert found[1].metric == "camp_fall_date[main]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dead[blue]", "not of the form"), ("dead[blue]:much", "not a number"), ("dead[blue]:0", "more than 0"),
        ("dead[blue]:nan", "more than 0"), ("deed[blue]:1", "deed"), ("p00 dead[blue]:1", "p01 to p99"),
        ("morale[blue]@2030-01-02:1", "daily outputs"), ("p50 dead[blue]<3:0.1", "cannot both"),
        ("dead[blue]<3:0.5", "less than 0.5"), ("dead[blue]<2030-01-02:0.1", "not a number"),
        ("camp_fall_date[main]<2030-02-31:0.1", "day is out of range"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(text: str, said: str) -> None:
    with pytest.raises(CampaignError, match=said) as error:
        read_wanted([text, "cuts[]:x"], START)
    assert len(error.value.problems) == 2


def runs_of(dead: np.ndarray, fell: np.ndarray, first: int = 0) -> Runs:
    data: dict[str, Any] = {"dead": (("run", "side"), dead[:, None])}
    data["camp_fall_date"] = ("run", "camp"), fell[:, None]
    coords = {"run": np.arange(first, first + len(dead)), "side": ["blue"], "camp": ["main"]}
    return Runs(xr.Dataset(data, coords=coords), xr.Dataset(), xr.Dataset(), None, {})  # type: ignore[arg-type]


def test_a_precision_is_reached_when_its_own_interval_is_narrow() -> None:
    bits = np.random.default_rng(3)
    fall = "camp_fall_date[main]"
    texts = [f"{fall}<10:0.03", f"happens {fall}:0.03", f"{fall}:0.3", "dead[blue]:1"]
    watch = Precision(read_wanted(texts, START), START)
    enough = []
    dead, fell = bits.normal(100, 10, 4000), bits.uniform(0, 20, 4000)
    fell[bits.random(4000) < 0.2] = np.nan
    for first in range(0, 4000, 500):
        part = slice(first, first + 500)
        watch.add(runs_of(dead[part], fell[part], first))
        enough.append(watch.enough())
    assert enough == sorted(enough) and not enough[0] and enough[-1]
    rows = watch.table()
    assert [row["reached"] for row in rows] == [True] * 4
    assert [row["runs"] for row in rows] == [4000, 4000, int((~np.isnan(fell)).sum()), 4000]
    assert rows[0]["estimate"] == (fell < 10).mean() and rows[2]["estimate"] == pytest.approx(np.nanmean(fell))
    assert rows[0]["half_width"] == pytest.approx(1.96 * np.sqrt(0.4 * 0.6 / 4000), rel=0.02)
    # the mean date decides: it takes (1.96 * 20 / sqrt(12) / 0.3) ** 2 = 1423 falls, which come in 0.8 of the runs
    assert enough.index(True) == 1423 / 0.8 // 500


def test_a_key_that_is_not_there() -> None:
    watch = Precision(read_wanted(["dead[green]:1"], START), START)
    with pytest.raises(ValueError, match="green"):
        watch.add(runs_of(np.ones(3), np.ones(3)))
