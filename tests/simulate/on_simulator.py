"""Plays blocks on Numba's CUDA simulator; run by test_cuda.py in a process of its own, where Numba compiles nothing.

    NUMBA_ENABLE_CUDASIM=1 NUMBA_DISABLE_JIT=1 python on_simulator.py FOLDER

Reads FOLDER/*.npz (arrays of a program, inputs and what to do) and writes FOLDER/*.out.npz.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numba.cuda.simulator import kernel

from xetho.simulate.compile import Program
from xetho.simulate.cuda import block_runner

SUMS = ("flow", "stock", "condition")
CHECKED = 3  # campaigns whose second play looks at every index, which takes its time


class FromTheFront(np.ndarray[Any, Any]):
    """An array that is never asked for what lies at an index below zero: compiled, the engine's are taken as they are.

    Raises IndexError when it is.
    """

    def __getitem__(self, key: Any) -> Any:
        _check(key)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _check(key)
        super().__setitem__(key, value)


def _check(key: Any) -> None:
    for index in key if isinstance(key, tuple) else (key,):
        if isinstance(index, int | np.integer) and index < 0:
            raise IndexError(f"index {index} of an array in the engine")


def main(folder: Path) -> None:
    # the generator's whole numbers wrap: compiled code does so silently, NumPy's numbers with a warning
    warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
    for number, path in enumerate(sorted(folder.glob("*.npz"))):
        # kernels get NumPy's own arrays: the simulator's wrapping of them lists all attributes at each look at one
        kernel.FakeWithinKernelCUDAArray = lambda wrapped: wrapped._ary
        with np.load(path) as given:
            program = Program(
                given["at"], given["n"], given["u"], int(given["rows"]), [], [], [], {}, {}
            )
            s = np.full((program.rows, given["x"].shape[1]), np.nan, dtype=np.float32)
            series, sums = given["series"], [given[name] for name in SUMS]
            block_runner(program).run(
                given["x"], s, np.uint64(given["key"]), int(given["run0"]), int(given["kept"]), series,
                int(given["kept"]), *sums,
            )  # fmt: skip
            if number < CHECKED:
                kernel.FakeWithinKernelCUDAArray = lambda wrapped: wrapped._ary.view(FromTheFront)
            part = np.full_like(s, np.nan)
            program.sizes[int(given["part"])] = int(given["size"])
            block_runner(program, [int(given["part"])]).run(
                given["x"], part, np.uint64(given["key"]), int(given["run0"]), 0, series, 0, *sums
            )
        np.savez(path.with_suffix(".out"), s=s, part=part, series=series, **dict(zip(SUMS, sums, strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
