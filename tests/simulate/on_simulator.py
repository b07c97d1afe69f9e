"""Plays blocks on Numba's CUDA simulator; run by test_cuda.py in a process of its own, where Numba compiles nothing.

    NUMBA_ENABLE_CUDASIM=1 NUMBA_DISABLE_JIT=1 python on_simulator.py FOLDER

Reads FOLDER/*.npz (arrays of a program, inputs and what to do) and writes FOLDER/*.out.npz.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from xetho.simulate.compile import Program
from xetho.simulate.cuda import block_runner


def main(folder: Path) -> None:
    np.seterr(over="ignore")  # the generator's whole numbers wrap; Python's NumPy warns of what compiled code just does
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as given:
            program = Program(given["at"], given["n"], given["u"], int(given["rows"]), [], [], [], int(given["ring"]), {})
            s = np.full((program.rows, given["x"].shape[1]), np.nan, dtype=np.float32)
            series, sums = given["series"], [given[name] for name in ("flow", "stock", "condition")]
            block_runner(program).run(
                given["x"], s, np.uint64(given["key"]), int(given["run0"]), int(given["kept"]), series,
                int(given["kept"]), *sums,
            )  # fmt: skip
        np.savez(path.with_suffix(".out"), s=s, series=series, flow=sums[0], stock=sums[1], condition=sums[2])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
