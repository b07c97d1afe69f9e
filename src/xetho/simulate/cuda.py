"""Campaigns on a CUDA card: the engine's own process bodies, one campaign a thread.

Nothing is written twice. The functions that Numba compiles for the processor are compiled once more for the card, and
each thread plays a block of one lane: column `lane` of the inputs and of the state. Threads side by side hold lanes
side by side, so what they read and write at the same moment lies side by side too.

Needs the extra ``xetho[gpu]``, a card and its driver. See docs/design/gpu.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np
from numba import config as _config
from numba import cuda as _cuda
from numba.core.dispatcher import Dispatcher
from numpy.typing import NDArray

from xetho.simulate import layout as at_
from xetho.simulate.compile import Program
from xetho.simulate.day import run_block
from xetho.simulate.device import DeviceError, play_block
from xetho.simulate.jit import cache_folder
from xetho.simulate.layout import N_DAYS

F32 = NDArray[np.float32]
LONG = NDArray[np.int64]
config: Any = _config
cuda: Any = _cuda
# Each thread wants many registers: small blocks of threads leave the fewest of them unused.
THREADS = 64
# The state of one launch: enough campaigns to fill a large card about once. The host touches what is copied back.
STATE_BYTES = 2**30


class NoCard(DeviceError):
    """Campaigns cannot be played on a card here; the text says what is missing."""


def require_card() -> str:
    """Name of the card in use. Raises NoCard, in one line, when there is none or the extra is not installed."""
    if config.ENABLE_CUDASIM:
        return "Numba's CUDA simulator"
    instead = "play on the processor instead (device cpu)"
    if cuda.implementation != "NVIDIA":
        raise NoCard(f"the CUDA compiler is not installed: pip install 'xetho[gpu]', or {instead}")
    try:
        name = cuda.get_current_device().name
        found = cuda.is_available()
    except Exception as error:  # those of the driver and of Numba have no family in common
        lines = [line.strip(" .:") for line in str(error).splitlines() if line.strip(" .:")]
        reason = [*lines, type(error).__name__][1 if len(lines) > 1 else 0]  # the first of several is a heading
        raise NoCard(f"no CUDA card can be used here ({reason}); {instead}") from None
    if not found:
        raise NoCard(f"the CUDA compiler cannot be loaded: pip install --upgrade 'xetho[gpu]', or {instead}")
    return name.decode() if isinstance(name, bytes) else str(name)


class Runner:
    """Plays blocks of campaigns of one program on the card."""

    def __init__(self, program: Program, kept: Iterable[int] | None = None) -> None:
        """Copy what all campaigns share to the card. Raises NoCard.

        kept: blocks of the state that are wanted at the end (all when None); other rows are not copied back.
        """
        self.card = require_card()
        self.program = program
        self._back = [slice(0, program.rows)]
        if kept is not None:
            self._back = [slice(int(program.at[b]), int(program.at[b]) + program.sizes[b]) for b in sorted(set(kept))]
        self._shared = [cuda.to_device(a) for a in (program.n, program.u, program.at)]
        # written by nobody: sums and series are kept on the host
        days = int(program.at[at_.N_DAYS])
        self._series = cuda.to_device(np.zeros((1, 1, 1), dtype=np.float32))
        self._sums = cuda.to_device(np.zeros((days, 1), dtype=np.int64))
        self._kernel = _kernel()

    @property
    def lanes(self) -> int:
        """Campaigns of one launch: a power of two, by what the host and the card have room for."""
        room = min(STATE_BYTES, cuda.current_context().get_memory_info().free / 4)  # the inputs need room too
        return max(THREADS, 1 << (int(room / (4 * self.program.rows)).bit_length() - 1))

    def run(
        self, x: F32, s: F32, key: Any, run0: int, lanes: int, series: F32, trace: int,
        flow: LONG, stock: LONG, condition: LONG,
    ) -> None:  # fmt: skip
        """Play a block as `run_block` does; the kept rows of `s` are filled in place. All arrays are the host's.

        x[slot, lane] and s[row, lane], both in C order, of any number of lanes (`lanes` of the runner: a full launch).
        The card keeps end states only. The first max(lanes, trace) campaigns, which add to the sums or write daily
        series, are played by the processor meanwhile.
        """
        key, kept = np.uint64(key), max(lanes, trace)
        card_s = cuda.device_array(s.shape, dtype=np.float32)
        if kept < s.shape[1]:
            n, u, at = self._shared
            blocks = -(-s.shape[1] // THREADS)
            with _exact():
                runs = cuda.to_device(_numbers(run0, s.shape[1]))
                self._kernel[blocks, THREADS](n, u, cuda.to_device(x), card_s, at, key, runs, self._series, self._sums)
        told = np.empty((s.shape[0], kept), dtype=np.float32)
        play_block(
            self.program, x[:, :kept], told, key, _numbers(run0, kept), 0, int(self.program.at[N_DAYS]), lanes, series,
            trace, flow, stock, condition,
        )  # fmt: skip
        for rows in self._back:
            if kept < s.shape[1] and rows.stop > rows.start:
                card_s[rows].copy_to_host(s[rows])
            s[rows, :kept] = told[rows]


def _numbers(run0: int, count: int) -> NDArray[np.uint32]:
    return np.arange(run0, run0 + count, dtype=np.uint32)


def block_runner(program: Program, kept: Iterable[int] | None = None) -> Runner:
    """What plays blocks of a program's campaigns on the card (see `Runner`). Raises NoCard."""
    return Runner(program, kept)


def is_compiled() -> bool:
    """Whether an earlier start has left the kernel's code for these sources; else the first launch takes minutes."""
    return any(Path(cache_folder()).rglob(f"cuda.{campaign.__name__}-*.nbc"))


def campaign(n: Any, u: Any, x: Any, s: Any, at: Any, key: int, runs: Any, series: Any, sums: Any) -> None:
    """A thread: the campaign of one lane, from the first day to the last, without series and sums."""
    lane = cuda.grid(1)
    if lane < s.shape[1]:
        run_block(
            n, u, x[:, lane : lane + 1], s[:, lane : lane + 1], at, key, runs[lane : lane + 1], 0, at[N_DAYS], 0,
            series, 0, sums, sums, sums,
        )  # fmt: skip


def _kernel() -> Any:
    """The kernel, compiled when first launched and kept on disk beside the processor's code."""
    if config.ENABLE_CUDASIM:
        return cuda.jit(campaign)
    from numba.cuda.core import config as settings

    before = settings.CACHE_DIR
    settings.CACHE_DIR = cache_folder()
    try:
        return cuda.jit(for_card(campaign, {}), lto=False, cache=True)
    finally:
        settings.CACHE_DIR = before


def for_card(fn: Callable[..., Any], made: dict[Any, Any]) -> FunctionType:
    """A function like `fn` that calls, for every function compiled for the processor, the same one for the card.

    Numba can call the processor's functions from a kernel by itself, but would then take their leave to reorder
    arithmetic (`lane_loop`) as leave for everything, down to approximate divisions. `made` holds what is done already.
    """
    space = dict(fn.__globals__)
    for name in _names(fn.__code__):
        if isinstance(called := space.get(name), Dispatcher):
            if called not in made:
                inline = bool(called.targetoptions.get("forceinline"))
                made[called] = cuda.jit(for_card(called.py_func, made), device=True, forceinline=inline)
            space[name] = made[called]
    copy = FunctionType(fn.__code__, space, fn.__name__, fn.__defaults__, fn.__closure__)
    copy.__qualname__ = fn.__qualname__
    return copy


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)


@contextmanager
def _exact() -> Iterator[None]:
    """While compiling, keep products and sums apart, as on the processor: fused, they would round differently.

    Numba's compiler for cards has the option but no way to ask for it.
    """
    from numba.cuda.cudadrv import nvvm

    compiler: Any = nvvm
    before = compiler.compile_ir
    compiler.compile_ir = lambda code, **options: before(code, **{"fma": False} | options)
    try:
        yield
    finally:
        compiler.compile_ir = before
