"""Shares of variance against known answers and a rival tool, and silence where there is nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xetho.experiment import hangs_on, influence


def ishigami(runs: int, seed: int = 2) -> tuple[pd.DataFrame, np.ndarray]:
    x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (runs, 3))
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return pd.DataFrame(x, columns=["x1", "x2", "x3"]), y


def test_ishigami_against_its_exact_shares() -> None:
    """Ishigami and Homma 1990 with a = 7, b = 0.1: first-order shares 0.314, 0.442, 0."""
    x, y = ishigami(4000)
    table = influence(y, x).table
    assert table.at["x1", "share"] == pytest.approx(0.314, abs=0.04)
    assert table.at["x2", "share"] == pytest.approx(0.442, abs=0.04)
    assert table.at["x3", "share"] == pytest.approx(0.0, abs=0.02)
    assert table["stands_out"].to_dict() == {"x2": True, "x1": True, "x3": False}


def test_agrees_with_salib() -> None:
    rbd_fast = pytest.importorskip("SALib.analyze.rbd_fast")
    x, y = ishigami(2000)
    problem = {"num_vars": 3, "names": list(x.columns), "bounds": [[-np.pi, np.pi]] * 3}
    theirs = dict(
        zip(x.columns, rbd_fast.analyze(problem, x.to_numpy(), y, num_resamples=2)["S1"], strict=True)
    )
    ours = influence(y, x).table["share"]
    for name, share in theirs.items():
        assert ours[name] == pytest.approx(share, abs=0.06)


def test_pure_noise_stands_out_in_about_one_case_of_twenty() -> None:
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(60):
        draws = pd.DataFrame(rng.random((200, 15)), columns=[f"a{i}" for i in range(15)])
        alarms += bool(hangs_on(rng.normal(size=200), draws))
    assert alarms <= 9  # binomial(60, 0.05): above 9 in fewer than one case of 500


def test_a_yes_or_no_answer_names_its_assumption() -> None:
    rng = np.random.default_rng(8)
    draws = pd.DataFrame({"dull": rng.random(500), "key": rng.random(500)})
    happened = rng.random(500) < 0.1 + 0.8 * draws["key"].to_numpy()
    answer = hangs_on(happened, draws, {"key": "The key number"})
    assert [(key, name) for key, name, _ in answer] == [("key", "The key number")]
    assert 0.1 < answer[0][2] < 0.4  # exact: 0.64/12 / 0.25 = 0.213
    table = influence(happened, draws).table
    assert table.at["key", "low_third"] < 0.4 < 0.6 < table.at["key", "high_third"]


def test_a_two_valued_assumption_is_seen() -> None:
    rng = np.random.default_rng(9)
    draws = pd.DataFrame({"switch": rng.integers(0, 2, 300).astype(float)})
    y = 3 * draws["switch"].to_numpy() + rng.normal(size=300)
    assert influence(y, draws).table.at["switch", "share"] == pytest.approx(2.25 / 3.25, abs=0.08)


def test_nothing_stands_out_when_the_answer_never_changes_or_runs_are_few() -> None:
    draws = pd.DataFrame({"a": np.linspace(0, 1, 100)})
    assert hangs_on(np.ones(100, dtype=bool), draws) == []
    assert hangs_on(np.linspace(0, 1, 20), draws.iloc[:20]) == []
    assert hangs_on(np.linspace(0, 1, 100), pd.DataFrame({"fixed": np.ones(100)})) == []


def test_runs_without_an_answer_are_left_out() -> None:
    x, y = ishigami(1000)
    y[::2] = np.nan
    assert influence(y, x).runs == 500


def test_same_seed_same_floor() -> None:
    x, y = ishigami(300)
    assert influence(y, x).floor == influence(y, x).floor
    assert influence(y, x).floor != influence(y, x, seed=1).floor
