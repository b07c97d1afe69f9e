"""The engine's first compilation, on two cores: half of the steps in a process of their own, then the day.

Numba compiles under one lock, so threads do not help. Both halves end in the cache on disk, where the whole day finds
them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from xetho.simulate import day, steps
from xetho.simulate.jit import is_compiled


def compile_engine() -> None:
    """Compile what a campaign needs, or load what an earlier start has compiled."""
    if not is_compiled():
        _compile_halves()
    run_block: Any = day.run_block
    run_block.compile(steps.RUN_BLOCK)


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
    """Compile the steps of one half into the cache."""
    with _types_remembered():
        steps.compile_half(half)


@contextmanager
def _types_remembered() -> Iterator[None]:
    """While compiling, remember what Numba's own functions (`+`, `[]`, `max`) make of the types of their arguments.

    By itself Numba tries all that could be meant at each of them anew: two thirds of the time that types take. Not
    public: where a version of Numba has not this method, nothing is remembered.
    """
    from numba.core.types import functions

    asks: Any = getattr(functions, "BaseFunction", None)
    ask = getattr(asks, "get_call_type", None)
    if ask is None:
        yield
        return
    known: dict[Any, Any] = {}

    def get_call_type(function: Any, context: Any, args: Any, named: Any) -> Any:
        key = function, context, tuple(args), tuple(named.items())
        if key not in known:
            known[key] = ask(function, context, args, named)
        return known[key]

    asks.get_call_type = get_call_type
    try:
        yield
    finally:
        asks.get_call_type = ask
