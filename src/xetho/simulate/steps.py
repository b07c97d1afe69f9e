"""The steps of the day as the compiler sees them: with what types of arguments they are compiled and loaded.

In two halves that take about as long, each with what the other does not share: the first start compiles them side by
side.
"""

from __future__ import annotations

from typing import Any

from numba import float32, int32, int64, uint32, uint64

from xetho.simulate.process.air import air_bridge, perimeter
from xetho.simulate.process.assault import assaults
from xetho.simulate.process.cohesion import cohesion
from xetho.simulate.process.command import command
from xetho.simulate.process.feeding import camp_men, feeding, needs
from xetho.simulate.process.guns import guns
from xetho.simulate.process.medical import medical
from xetho.simulate.process.mobilise import arrivals, count_men, fleets, formations, levies
from xetho.simulate.process.record import finish, record, sums
from xetho.simulate.process.start import start
from xetho.simulate.process.threats import threats
from xetho.simulate.process.transport import transport
from xetho.simulate.process.weather import weather
from xetho.simulate.process.works import mend, works

_N, _U, _AT = int32[::1], float32[::1], int64[::1]
_ROWS, _SERIES, _SUMS = float32[:, ::1], float32[:, :, ::1], int64[::1]
_DAY, _CHANCE = int64, (uint64, uint32[::1])
RUN_BLOCK = (
    _N, _U, _ROWS, _ROWS, _AT, *_CHANCE, int64, int64, int64, _SERIES, int64, int64[:, ::1], int64[:, ::1],
    int64[:, ::1],
)  # fmt: skip
# Each function with the types of its arguments; functions are Numba's dispatchers, which have no types of their own.
HALVES: tuple[tuple[tuple[Any, tuple[Any, ...]], ...], ...] = (
    (
        (transport, (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE, int64, _SUMS)),
        (air_bridge, (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE)),
        (perimeter, (_N, _ROWS, _ROWS, _AT)),
        (feeding, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (needs, (_DAY, _N, _ROWS, _AT)),
        (camp_men, (_N, _ROWS, _AT)),
        (threats, (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE)),
        (works, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (mend, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (weather, (_DAY, _N, _ROWS, _ROWS, _AT, *_CHANCE)),
    ),
    (
        (guns, (_DAY, _N, _ROWS, _ROWS, _AT)),
        (assaults, (_DAY, _N, _U, _ROWS, _ROWS, _AT, *_CHANCE)),
        (command, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (medical, (_DAY, _N, _ROWS, _ROWS, _AT)),
        (cohesion, (_DAY, _N, _ROWS, _ROWS, _AT)),
        (formations, (_DAY, _N, _ROWS, _ROWS, _AT)),
        (arrivals, (_DAY, _N, _ROWS, _AT)),
        (levies, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (fleets, (_DAY, _N, _U, _ROWS, _ROWS, _AT)),
        (count_men, (_DAY, _N, _ROWS, _AT)),
        (start, (_N, _ROWS, _ROWS, _AT)),
        (record, (_DAY, _N, _ROWS, _ROWS, _AT, _SERIES, int64)),
        (sums, (_N, _ROWS, _AT, int64, _SUMS, _SUMS)),
        (finish, (_DAY, _ROWS, _AT)),
    ),
)


def compile_half(half: int) -> None:
    """Compile the steps of one half into the cache, or load them from there."""
    for function, types in HALVES[half]:
        function.compile(types)


def load_steps() -> None:
    """Bring all steps into memory."""
    for half in range(len(HALVES)):
        compile_half(half)
