"""How the engine's functions are compiled: without the interpreter lock, cached on disk.

Numba's cache looks only at the file of each function, but the engine's functions hold constants of other files
(the layout). So the cache folder is named after all of the engine's sources: a change of any of them starts anew.

Steps are kept there; what they are made of (kernels, lane loops) has machine code only as a part of them (`link`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit
from numba.core.compiler import Compiler

from xetho.vectors import Apart, ask_for_wide_vectors

try:
    from xetho.simulate import link
except ImportError:  # another Numba: everything is compiled the ordinary way, which takes twice as long
    link = None  # type: ignore[assignment]

Fn = TypeVar("Fn", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent


ask_for_wide_vectors()


@cache
def cache_folder() -> str:
    """Folder of the compiled engine: beside the sources where that can be written, else in the user's cache."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.rglob("*.py")):
        digest.update(path.read_bytes())
    name = f"engine-{digest.hexdigest()[:16]}"
    homes = [Path(os.environ["NUMBA_CACHE_DIR"])] if os.environ.get("NUMBA_CACHE_DIR") else []
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for home in [*homes, _HERE / "__pycache__", user / "xetho"]:
        with suppress(OSError):
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=home):
                pass
            for old in home.glob("engine-*"):
                if old.name != name:
                    shutil.rmtree(old, ignore_errors=True)
            return str(home / name)
    return str(Path(tempfile.mkdtemp(prefix="xetho-")) / name)


def is_compiled() -> bool:
    """Whether an earlier start has left the compiled day for these sources."""
    return any(Path(cache_folder()).rglob("day.run_block-*.nbc"))


def kernel(fn: Fn) -> Fn:
    """Compile as a part of the steps that call it; it runs outside the interpreter lock."""
    return _compile(fn, "part")


def apart_kernel(fn: Fn) -> Fn:
    """The same for one that is given whole arrays, never rows of them: what it reads need not be read again."""
    return _compile(fn, "part", apart=True)


def inlined(fn: Fn) -> Fn:
    """Compile into every loop that calls it, so that this can become vector instructions; Python can call it too."""
    return _compile(fn, "step", forceinline=True)


def lane_loop(fn: Fn) -> Fn:
    """Compile a loop over lanes whose rows are all different: the loop then becomes vector instructions.

    The rows of one call must not overlap unless they are only read. Not-a-number never occurs in them (least and
    greatest of lanes can then be vectors too); nothing else of the arithmetic is loosened, so that a lane's figures
    do not depend on the machine.
    """
    return _compile(fn, "part", apart=True, fastmath={"nnan", "nsz"})


def step(fn: Fn) -> Fn:
    """Compile to machine code of its own, kept on disk for the next start: a step of the day, or what Python calls.

    A step of the day begins by telling how wide its tables are (`width.of_width`). No index may be below zero (`link`).
    """
    return _compile(fn, "step")


def apart_step(fn: Fn) -> Fn:
    """The same for one that is given whole arrays, never rows of them."""
    return _compile(fn, "step", apart=True)


def allocating_kernel(fn: Fn) -> Fn:
    """The same for a function that makes arrays."""
    return _compile(fn, "step", _nrt=True)


def whole_day(load_steps: Callable[[], None]) -> Callable[[Fn], Fn]:
    """Compile a function that calls nothing but steps, which `load_steps` (of a module) brings into memory before."""
    return lambda fn: _compile(fn, "day", before=load_steps)


def _compile(fn: Fn, kind: str, apart: bool = False, before: Callable[[], None] | None = None, **options: Any) -> Fn:
    # No kernel makes arrays, so none needs to count who uses them (a third of the time of taking rows). None is called
    # from C. A part has no code to keep on disk, nor any that Python could call.
    alone = link is None or kind != "part"
    options = {"_nrt": False, "no_cfunc_wrapper": True, "cache": alone, "no_cpython_wrapper": not alone} | options
    ordinary = Apart if apart else Compiler
    pipeline = ordinary if link is None else link.compiler(kind, apart, before)
    settings: Any = config
    usual = settings.CACHE_DIR
    settings.CACHE_DIR = cache_folder()  # read when the function is declared; other users of Numba keep theirs
    try:
        compiled: Any = njit(nogil=True, error_model="numpy", pipeline_class=pipeline, **options)(fn)
    finally:
        settings.CACHE_DIR = usual
    return compiled  # type: ignore[no-any-return]
