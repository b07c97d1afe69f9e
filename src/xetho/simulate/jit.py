"""How the engine's functions are compiled: without the interpreter lock, cached on disk.

Numba's cache looks only at the file of each function, but the engine's functions hold constants of other files
(the layout). So the cache folder is named after all of the engine's sources: a change of any of them starts anew.
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
from numba.core.codegen import get_host_cpu_features
from numba.core.compiler import Compiler

Fn = TypeVar("Fn", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent


def _ask_for_wide_vectors() -> None:
    """Let loops use the widest vectors: by itself the compiler keeps to 256 bits where the processor has 512.

    Numba takes such a wish for a whole process, before it compiles anything; one of the user's own stands.
    """
    settings: Any = config
    features = get_host_cpu_features()  # type: ignore[no-untyped-call]
    if settings.CPU_FEATURES is None and "+avx512f" in features.split(","):
        settings.CPU_FEATURES = f"{features},-prefer-256-bit"


_ask_for_wide_vectors()


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
    """Whether an earlier start has left compiled code for these sources."""
    return any(Path(cache_folder()).rglob("*.nbc"))


def kernel(fn: Fn) -> Fn:
    """Compile to machine code that runs outside the interpreter lock and is kept on disk for the next start."""
    return _compile(fn)


def apart_kernel(fn: Fn) -> Fn:
    """The same for one that is given whole arrays, never rows of them: what it reads need not be read again."""
    return _compile(fn, pipeline_class=_Apart)


def allocating_kernel(fn: Fn) -> Fn:
    """The same for a function that makes arrays."""
    return _compile(fn, _nrt=True)


def inlined(fn: Fn) -> Fn:
    """Compile as a part of every loop that calls it, so that the loop can become vector instructions."""
    return _compile(fn, forceinline=True)


def lane_loop(fn: Fn) -> Fn:
    """Compile a loop over lanes whose rows are all different: the loop then becomes vector instructions.

    The rows of one call must not overlap unless they are only read. Not-a-number never occurs in them (least and
    greatest of lanes can then be vectors too); nothing else of the arithmetic is loosened, so that a lane's figures
    do not depend on the machine.
    """
    only_from_kernels: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # a fifth of the compilation
    return _compile(fn, pipeline_class=_Apart, fastmath={"nnan", "nsz"}, forceinline=True, **only_from_kernels)


class _Apart(Compiler):
    """Numba's compiler, told that array arguments do not overlap."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)  # type: ignore[no-untyped-call]
        self.state.flags.noalias = True


def _compile(fn: Fn, **options: Any) -> Fn:
    # No kernel makes arrays, so none needs to count who uses them (a third of the time of taking rows).
    options = {"_nrt": False} | options
    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = cache_folder()  # read when the function is declared; other users of Numba keep theirs
    try:
        compiled: Any = njit(nogil=True, cache=True, error_model="numpy", **options)(fn)
    finally:
        settings.CACHE_DIR = before
    return compiled  # type: ignore[no-any-return]
