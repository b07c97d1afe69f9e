"""The widest vectors for all that Numba compiles here, and loops that can use them."""

from __future__ import annotations

from typing import Any

from numba import config
from numba.core.codegen import get_host_cpu_features
from numba.core.compiler import Compiler


class Apart(Compiler):
    """Numba's compiler (`pipeline_class`), told that array arguments do not overlap unless they are only read."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)  # type: ignore[no-untyped-call]
        self.state.flags.noalias = True


def ask_for_wide_vectors() -> None:
    """Let loops use the widest vectors: by itself the compiler keeps to 256 bits where the processor has 512.

    Numba takes such a wish for a whole process, before its first function is declared: after that it is lost, and code
    that a process with the wish has left in the cache is of no use. So every file that declares functions without
    `simulate.jit` asks as well. A wish of the user's own stands.
    """
    settings: Any = config
    features = get_host_cpu_features()  # type: ignore[no-untyped-call]
    if settings.CPU_FEATURES is None and "+avx512f" in features.split(","):
        settings.CPU_FEATURES = f"{features},-prefer-256-bit"
