"""An answer kept on disk is the answer, and what is damaged, foreign or unwritable is solved again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.plan.factory import HandNetwork
from tests.plan.test_oracle import random_network
from xetho.plan import Plan, solve
from xetho.plan.kept import FOLDER, Kept, kept_answers
from xetho.plan.lexicographic import Answer, solve_in_order

Solved = list[int]


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> Solved:
    """Grows by one with every programme that is really solved."""
    found: Solved = []

    def counted(*arguments: object, **named: object) -> Answer:
        found.append(1)
        return solve_in_order(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sys.modules["xetho.plan.solve"], "solve_in_order", counted)
    return found


def assert_same(one: Plan, other: Plan) -> None:
    left, right = one.to_dict(), other.to_dict()
    left.pop("seconds"), right.pop("seconds")
    assert left == right
    np.testing.assert_array_equal(one.load, other.load)


def network(seed: int = 3) -> HandNetwork:
    return random_network(seed)


def test_the_second_time_nothing_is_solved_and_the_plan_is_the_same(tmp_path: Path, solved: Solved) -> None:
    kept = Kept(tmp_path)
    first = solve(network(), 4, kept=kept)
    again = solve(network(), 4, kept=kept)
    assert len(solved) == 1
    assert_same(first, again)
    assert_same(first, solve(network(), 4))


def test_another_network_period_or_exchange_rate_is_another_question(tmp_path: Path, solved: Solved) -> None:
    kept = Kept(tmp_path)
    solve(network(), 4, kept=kept)
    changed = network()
    changed.pool_count[0] += 1.0
    solve(changed, 4, kept=kept)
    solve(network(), 2, kept=kept)
    solve(network(), 4, kept=kept, labour_per_fuel_t=1.0)
    assert len(solved) == 4


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_a_damaged_answer_is_solved_again_and_kept_again(tmp_path: Path, solved: Solved, damage: bytes | None) -> None:
    kept = Kept(tmp_path)
    first = solve(network(), 4, kept=kept)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    assert_same(first, solve(network(), 4, kept=kept))
    assert_same(first, solve(network(), 4, kept=kept))
    assert len(solved) == 2


def test_values_that_break_a_row_are_not_believed(tmp_path: Path, solved: Solved) -> None:
    kept = Kept(tmp_path)
    first = solve(network(), 4, kept=kept)
    (path,) = tmp_path.glob("*.npz")
    with np.load(path) as found:
        arrays = dict(found)
    arrays["values"] = arrays["values"] + 1.0
    np.savez_compressed(path, **arrays)
    assert_same(first, solve(network(), 4, kept=kept))
    assert len(solved) == 2


def test_those_not_asked_for_longest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["xetho.plan.kept"], "MOST", 3)
    kept = Kept(tmp_path)
    for age, seed in enumerate((1, 2, 3)):
        before = set(tmp_path.glob("*.npz"))
        solve(network(seed), 4, kept=kept)
        (path,) = set(tmp_path.glob("*.npz")) - before
        os.utime(path, (1000.0 + age, 1000.0 + age))
    oldest = min(tmp_path.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    solve(network(1), 4, kept=kept)  # asked for again: no longer the oldest
    solve(network(4), 4, kept=kept)
    left = set(tmp_path.glob("*.npz"))
    assert len(left) == 3 and oldest in left
    assert not list(tmp_path.glob(".*"))


def test_the_environment_says_where_and_whether(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "mine"))
    found = kept_answers()
    assert found is not None and found.folder == tmp_path / "mine" / "plans"
    monkeypatch.setenv(FOLDER, "")
    assert kept_answers() is None
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(FOLDER, str(tmp_path / "file"))
    assert kept_answers() is None
