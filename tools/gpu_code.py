"""Compile the engine for a CUDA card without having one, and say what the card's assembler makes of it.

    python tools/gpu_code.py [--cc 9.0] [--ptx FILE] [--assemble]

Prints one JSON object: CPU seconds of compiling, functions, instructions of some kinds in the intermediate code (PTX)
and, with --assemble, what CUDA's `ptxas` says of a thread: registers, stack and spills. It must be as new as the
compiler of the extra `xetho[gpu]`, without which the exit code is 3.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from numba import cuda, types

from xetho.simulate.cuda import _exact, campaign, for_card


def signature() -> tuple[Any, ...]:
    """Types of the arguments of `campaign` as it is launched."""
    state, shared = types.float32[:, ::1], types.int64[::1]
    return (
        types.int32[::1], types.float32[::1], state, state, shared, types.uint64, types.uint32[::1],
        types.float32[:, :, ::1], types.int64[:, ::1],
    )  # fmt: skip


def compile_ptx(cc: tuple[int, int]) -> tuple[str, int]:
    """The kernel's PTX for a compute capability, and how many functions went into it."""
    from numba.cuda import dispatcher

    made: dict[Any, Any] = {}
    asked = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=cc)
    try:
        with _exact():
            text, _ = cuda.compile(
                for_card(campaign, made), signature(), device=False, abi="numba", cc=cc, output="ptx"
            )
    finally:
        dispatcher.get_current_device = asked
    return text.decode() if isinstance(text, bytes) else text, len(made)


def assemble(ptx: str, cc: tuple[int, int]) -> dict[str, int]:
    """Registers, stack and spills that ptxas reports for the kernel. Raises RuntimeError with what went wrong."""
    assembler = shutil.which("ptxas") or "ptxas"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "campaign.ptx"
        source.write_text(ptx, encoding="utf-8")
        done = subprocess.run(
            [assembler, "-v", f"-arch=sm_{cc[0]}{cc[1]}", str(source), "-o", str(source.with_suffix(".cubin"))],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        size = source.with_suffix(".cubin").stat().st_size
    said = done.stderr.partition("Compiling entry function")[2]
    found = {
        name: int(match.group(1))
        for name, pattern in (
            ("registers", r"Used (\d+) registers"), ("stack_bytes", r"(\d+) bytes stack frame"),
            ("spill_store_bytes", r"(\d+) bytes spill stores"), ("spill_load_bytes", r"(\d+) bytes spill loads"),
            ("cumulative_stack_bytes", r"(\d+) bytes cumulative stack size"),
        )
        if (match := re.search(pattern, said))
    }  # fmt: skip
    return found | {"machine_code_bytes": size}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="9.0", help="compute capability (9.0)")
    parser.add_argument("--ptx", type=Path, help="keep the PTX here")
    parser.add_argument("--assemble", action="store_true", help="run ptxas on it")
    arguments = parser.parse_args()
    if cuda.implementation != "NVIDIA":
        print("needs the extra xetho[gpu]", file=sys.stderr)
        return 3
    major, _, minor = arguments.cc.partition(".")
    cc = (int(major), int(minor or 0))
    started = time.process_time()
    ptx, functions = compile_ptx(cc)
    compiled = time.process_time() - started
    if arguments.ptx:
        arguments.ptx.write_text(ptx, encoding="utf-8")
    kinds = {"separate": r"(?:add|mul)\.rn\.f32", "free_to_fuse": r"(?:add|mul)\.f32", "fused": r"fma\.rn\.f(?:32|64)"}
    said = {
        "cc": arguments.cc, "functions": functions, "cpu_s": round(compiled, 1), "ptx_bytes": len(ptx),
        "instructions": {kind: len(re.findall(rf"\b{pattern}\b", ptx)) for kind, pattern in kinds.items()},
    }  # fmt: skip
    if arguments.assemble:
        said["ptxas"] = assemble(ptx, cc)
    print(json.dumps(said, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
