"""The engine's first compilation, on two cores: half of the processes in a process of their own, then the day.

Numba compiles under one lock, so threads do not help. Both halves end in the cache on disk, where the whole day finds
them.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from numba import float32, int32, int64, uint32, uint64

from xetho.simulate import day
from xetho.simulate.jit import is_compiled

_N, _U, _AT, _SUMS = int32[::1], float32[::1], int64[::1], int64[::1]
_ROWS, _SERIES = float32[:, ::1], float32[:, :, ::1]
_DAY, _CHANCE = int64, (uint64, uint32[::1])
# Of about equal length, each with what the other does not share.
_HALVES: tuple[dict[str, tuple[Any, ...]], dict[str, tuple[Any, ...]]] = (
    {
        "transport": (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE, int64, _SUMS),
        "air_bridge": (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE),
        "threats": (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE),
        "works": (_DAY, _N, _U, _ROWS, _ROWS, _AT),
        "mend": (_DAY, _N, _U, _ROWS, _ROWS, _AT),
        "feeding": (_DAY, _N, _U, _ROWS, _ROWS, _AT),
        "record": (_DAY, _N, _ROWS, _ROWS, _AT, _SERIES, int64),
        "weather": (_DAY, _N, _ROWS, _ROWS, _AT, *_CHANCE),
    },
    {
        "guns": (_DAY, _N, _ROWS, _ROWS, _AT),
        "assaults": (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE),
        "medical": (_DAY, _N, _ROWS, _ROWS, _AT),
        "cohesion": (_DAY, _N, _ROWS, _ROWS, _AT),
        "formations": (_DAY, _N, _ROWS, _ROWS, _AT),
        "start": (_N, _ROWS, _ROWS, _AT),
    },
)
_RUN_BLOCK = (
    _N, _U, _ROWS, _ROWS, _AT, *_CHANCE, int64, int64, int64, _SERIES, int64, int64[:, ::1], int64[:, ::1],
    int64[:, ::1],
)  # fmt: skip


def compile_engine() -> None:
    """Compile what a campaign needs, or load what an earlier start has compiled."""
    if not is_compiled():
        _compile_halves()
    _compile(day.run_block, _RUN_BLOCK)


def _compile_halves() -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", "from xetho.simulate.warm import compile_half; compile_half(1)"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        compile_half(0)
    finally:
        other.wait()  # if it failed, the day compiles its half too


def compile_half(half: int) -> None:
    """Compile the processes of one half into the cache."""
    for name, signature in _HALVES[half].items():
        _compile(getattr(day, name), signature)


def _compile(function: Any, signature: tuple[Any, ...]) -> None:
    function.compile(signature)
