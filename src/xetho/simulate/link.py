"""How compiled functions become machine code: each step of the day is put together, optimised and emitted once.

By itself Numba optimises and emits every function in full, then links it into each of its callers and does it all again
there, so that a lane loop four calls deep is optimised five times. Here a *part* (what only compiled functions call) is
left as it was written; a *step* links all its parts, hides them from the outside and is then optimised; the *day* calls
the steps where they lie in memory and links none of them.

A hidden part has no callers but those the optimiser sees: it is inlined where that pays, loses the arguments that
nobody reads, and is left out where nobody calls it.

An index counts from the end in Python when it is below zero, so every index is asked whether it is; the engine's never
are, and its code does not ask.

All this builds on Numba's library of code, which is not a public class. Where it lacks what is needed, importing this
file raises ImportError, and `jit` compiles the ordinary way.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core.codegen import CPUCodeLibrary, JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.types import intp, uintp
from numba.np import arrayobj

_NEEDED = (
    (JITCodeLibrary, "add_linking_library"), (JITCodeLibrary, "add_llvm_module"), (JITCodeLibrary, "codegen"),
    (JITCodeLibrary, "finalize"), (JITCodeLibrary, "get_pointer_to_function"), (JITCodeLibrary, "_ensure_finalized"),
    (JITCodeLibrary, "_get_module_for_linking"), (JITCodeLibrary, "_verify_declare_only_symbols"),
    (Compiler, "compile_extra"), (Compiler, "_compile_bytecode"), (arrayobj, "fix_integer_index"),
)  # fmt: skip
_absent = [name for owner, name in _NEEDED if not hasattr(owner, name)]
_absent += sorted({"_linking_libraries", "_final_module"} - {*CPUCodeLibrary.__init__.__code__.co_names})
if _absent:
    raise ImportError(f"Numba has no longer: {', '.join(_absent)}")


class _Nowhere:
    """Stands for the memory of a part, which has none."""

    def set_env(self, name: str, environment: Any) -> None:
        """Only Python's exceptions need an environment, and no part raises any."""


class Part(JITCodeLibrary):
    """Code that only compiled functions call: neither linked nor optimised nor emitted by itself."""

    codegen = _Nowhere()

    def add_llvm_module(self, module: Any) -> None:
        self._final_module.link_in(module)

    def finalize(self) -> None:
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """What Python is to call instead of the part: a function that raises TypeError."""
        return ctypes.cast(ctypes.pythonapi.PyObject_Call, ctypes.c_void_p).value or 0

    def _get_module_for_linking(self) -> Any:
        return self._final_module


class Step(JITCodeLibrary):
    """Code that Python or the day calls, with its parts in it."""

    def finalize(self) -> None:
        own = {function.name for function in _defined(self._final_module)}
        for library in _with_parts(self._linking_libraries, []):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        for function in _defined(self._final_module):
            if function.name not in own:
                function.linkage = "internal"
        self._linking_libraries = []
        super().finalize()  # type: ignore[no-untyped-call]


class Day(JITCodeLibrary):
    """Code that calls nothing but steps, which are in memory before it."""

    def add_linking_library(self, library: Any) -> None:
        library._ensure_finalized()

    def _verify_declare_only_symbols(self) -> None:
        """Steps are only declared; they are found by name when the day is loaded."""


def _defined(module: Any) -> list[Any]:
    return [function for function in module.functions if not function.is_declaration]


def _with_parts(libraries: Iterable[Any], found: list[Any]) -> list[Any]:
    """The libraries and all that parts among them call, each once."""
    for library in libraries:
        if library not in found:
            found.append(library)
            if isinstance(library, Part):
                _with_parts(library._linking_libraries, found)
    return found


_KINDS = {"part": Part, "step": Step, "day": Day}


def compiler(kind: str, apart: bool = False, before: Callable[[], None] | None = None) -> type[Compiler]:
    """Numba's compiler for a "part", a "step" or the "day".

    apart: array arguments do not overlap. before: called before code is loaded from the cache; a function of a module.
    """

    class ThisCompiler(Compiler):
        def compile_extra(self, fn: Any) -> Any:
            state = self.state
            state.flags.noalias = apart
            library = _KINDS[kind](state.targetctx.codegen(), fn.__qualname__)  # type: ignore[no-untyped-call]
            library.enable_object_caching()  # type: ignore[no-untyped-call]
            state["library"] = library
            if before is not None:
                state.reload_init.append(before)
            with _indices_as_they_are():
                return super().compile_extra(fn)  # type: ignore[no-untyped-call]

        def _compile_bytecode(self) -> Any:
            # The number is a part of the name in memory, by which the day finds a step that another process compiled.
            if kind != "part":
                self.state.func_id.unique_id = 0
            return super()._compile_bytecode()  # type: ignore[no-untyped-call]

    return ThisCompiler


@contextmanager
def _indices_as_they_are() -> Iterator[None]:
    """While compiling (one function at a time, by Numba's lock), no index is below zero."""
    before = arrayobj.fix_integer_index
    arrayobj.fix_integer_index = lambda context, builder, kind, index, size: context.cast(
        builder, index, kind, intp if kind.signed else uintp
    )
    try:
        yield
    finally:
        arrayobj.fix_integer_index = before
