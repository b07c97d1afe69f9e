"""Running figures against the exact ones: shares and means always, quantiles within the error they state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xetho.results import tally as module
from xetho.results.tally import Tally

SHARES = (0.05, 0.5, 0.95)


def draws(runs: int) -> np.ndarray:
    """Three outputs as they come: heavy-tailed, counted, and one that often does not happen."""
    bits = np.random.default_rng(4)
    values = np.array([bits.lognormal(3, 2, runs), bits.poisson(4, runs), bits.normal(0, 1, runs)], dtype=np.float32)
    values[2, bits.random(runs) < 0.7] = np.nan
    return values


def told(values: np.ndarray, sizes: list[int]) -> Tally:
    made = Tally({"a": (2,), "b": ()})
    for part in np.split(values, np.cumsum(sizes)[:-1], axis=1):
        made.add({"a": part[:2], "b": part[2]})
    return made


def test_few_runs_are_exact() -> None:
    values = draws(1000)
    made = told(values, [10, 990])
    share, mean, quantiles = made.points("b", SHARES)
    there = values[2, ~np.isnan(values[2])].astype(np.float64)
    assert made.rank_error == 0 and share == len(there) / 1000
    assert mean == pytest.approx(there.mean(), rel=1e-12)
    np.testing.assert_array_equal(quantiles, np.quantile(there, SHARES))
    np.testing.assert_array_equal(made.points("a", SHARES)[2], np.quantile(values[:2].astype(float), SHARES, axis=1))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_many_runs_are_as_exact_as_it_says(sizes: list[int]) -> None:
    runs = sum(sizes)
    values = draws(runs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BUFFER", 64)
        made = told(values, sizes)
        assert made.runs == runs
        merges = max(0, np.log2(max(1, runs // 64)))
        assert made.rank_error <= merges / 128 + 1e-12
        for name, row in (("a", 0), ("a", 1), ("b", 2)):
            at = (row,) if name == "a" else ()
            share, mean, quantiles = (np.asarray(one)[(..., *at)] for one in made.points(name, SHARES))
            there = np.sort(values[row, ~np.isnan(values[row])].astype(np.float64))
            assert share == len(there) / runs
            if not len(there):
                assert np.isnan(mean) and np.isnan(quantiles).all()
                continue
            assert mean == pytest.approx(there.mean(), rel=1e-9, abs=1e-9)
            for found, wanted in zip(quantiles, SHARES, strict=True):
                # the ranks that this value could have, against the one wanted
                low, high = np.searchsorted(there, found, "left"), np.searchsorted(there, found, "right")
                out = made.rank_error * runs + 1
                assert low - out <= wanted * (len(there) - 1) <= high + out


def test_how_runs_come_in_does_not_matter() -> None:
    values = draws(3 * module.BUFFER + 100)
    one = told(values, [values.shape[1]])
    other = told(values, [100] * (values.shape[1] // 100) + [values.shape[1] % 100])
    assert one.rank_error == other.rank_error > 0
    for name in ("a", "b"):
        for mine, theirs in zip(one.points(name, SHARES), other.points(name, SHARES), strict=True):
            assert mine.tobytes() == theirs.tobytes()
