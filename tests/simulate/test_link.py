"""Steps compiled as one piece give what ordinary compilation gives, and the day finds all of its steps in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import float32
from numba.core.types import functions

from xetho.simulate import day, jit, profile, steps, warm

add: Any = None  # set by `declare`: compiled calls look for them here
add_twice: Any = None
scaled: Any = None


def _add(out: Any, more: Any) -> None:
    for lane in range(out.shape[0]):
        out[lane] += more[lane]


def _add_twice(rows: Any, factor: float) -> float:
    add(rows[0], rows[1])
    add(rows[0], rows[1])
    return scaled(factor) + max(rows[0, 0], rows[1, 0])


def _scaled(factor: float) -> float:
    return np.float32(factor * np.float32(0.5))


def _play(rows: Any, factor: float) -> float:
    total = np.float32(0.0)
    for _ in range(3):
        total += add_twice(rows, factor)
    return total




def declare(patch: pytest.MonkeyPatch, folder: Path) -> Any:
    patch.setattr(jit, "cache_folder", lambda: str(folder))
    for name, made in (
        ("add", jit.lane_loop(_add)), ("scaled", jit.inlined(_scaled)), ("add_twice", jit.kernel(_add_twice)),
    ):  # fmt: skip
        patch.setitem(globals(), name, made)
    return jit.step(_play)


def played(play: Callable[..., float]) -> tuple[float, bytes]:
    rows = np.arange(38, dtype=np.float32).reshape(2, 19)
    return play(rows, 3.0), rows.tobytes()


def test_a_step_is_what_ordinary_compilation_makes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert jit.link is not None
    whole = declare(monkeypatch, tmp_path / "whole")
    found = played(whole)
    assert list((tmp_path / "whole").rglob("*.nbc")) and not list((tmp_path / "whole").rglob("*_add*.nbc"))
    loaded = declare(monkeypatch, tmp_path / "whole")
    assert played(loaded) == found
    assert sum(loaded.stats.cache_hits.values()) == 1
    monkeypatch.setattr(jit, "link", None)
    ordinary = declare(monkeypatch, tmp_path / "ordinary")
    assert played(ordinary) == found
    assert list((tmp_path / "ordinary").rglob("*_add*.nbc"))
    rows = np.arange(38, dtype=np.float32).reshape(2, 19)
    for _ in range(6):
        rows[0] += rows[1]
    assert found[1] == rows.tobytes()


def test_python_cannot_call_a_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declare(monkeypatch, tmp_path)
    with pytest.raises(TypeError):
        add_twice(np.zeros((2, 3), dtype=np.float32), 1.0)


def test_all_steps_of_the_day_are_loaded_before_it() -> None:
    """A step that the day calls but nobody loads would end the process when the day comes from the cache."""
    warm.compile_engine()
    known = {function: types for half in steps.HALVES for function, types in half}
    assert set(known) == {function for _, function, _ in profile.STEPS}  # in the order of the day: test_profile
    for function, types in known.items():
        assert function.signatures == [types], function.__name__
    run_block: Any = day.run_block
    assert run_block.signatures == [steps.RUN_BLOCK]


def test_types_are_asked_as_before_once_all_is_compiled() -> None:
    ask = functions.BaseFunction.get_call_type
    with pytest.raises(ZeroDivisionError), warm._types_remembered():
        assert functions.BaseFunction.get_call_type is not ask
        doubled: Any = jit.njit(lambda a: a + a)
        assert doubled(1.5) == 3 and doubled(np.float32(2)) == 4
        assert doubled.nopython_signatures[1].return_type == float32
        raise ZeroDivisionError
    assert functions.BaseFunction.get_call_type is ask
