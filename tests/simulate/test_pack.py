"""Lanes listed one behind the other: 16 at a time where the processor can, one by one elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit

from xetho.simulate import pack
from xetho.simulate.width import WIDTH


def rows() -> list[np.ndarray[Any, Any]]:
    """None, all, and from few to most lanes not above zero, with zeros of both signs among them."""
    rng = np.random.default_rng(5)
    drawn = [(rng.random(WIDTH) - share).astype(np.float32) for share in (0.02, 0.1, 0.5, 0.9) for _ in range(20)]
    for row in drawn[::3]:
        row[rng.integers(0, WIDTH, 5)] = 0.0
        row[rng.integers(0, WIDTH, 5)] = -0.0
    return [np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32), -np.ones(WIDTH, np.float32), *drawn]


def compiled() -> Callable[..., None]:
    asked: Any = njit(lambda row, few, offset, out, first: pack.not_above_zero(row, few, offset, out, first))
    return asked  # type: ignore[no-any-return]


@pytest.mark.parametrize("wide", [True, False])
def test_lists_what_numpy_finds_behind_what_is_there(wide: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not wide:
        monkeypatch.setattr(pack, "_packs", lambda context: False)
    list_lanes, seen = compiled(), set()
    for number, row in enumerate(rows()):
        expected = np.flatnonzero(row <= 0.0)
        room = WIDTH - len(expected)
        for first in {0, room // 2, room}:
            out = np.full(WIDTH, -1, dtype=np.int32)
            list_lanes(row, len(expected), number * WIDTH, out, first)
            assert out[first : first + len(expected)].tolist() == (number * WIDTH + expected).tolist()
            assert (out[:first] == -1).all()
            assert wide or (out[first + len(expected) :] == -1).all()
        seen.add(len(expected))
    assert {0, WIDTH} < seen
