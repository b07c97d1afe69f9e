"""Code is compiled for the same vectors whichever part of the package comes first: here the planner does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src"
PROGRAMME = """
from numba import config
from numba.core.codegen import get_host_cpu_features
from xetho.plan import follow
from xetho.simulate import day
for function in (follow._walk, day.run_block):
    _, _, features = function.targetctx.codegen().magic_tuple()
    assert features == (config.CPU_FEATURES or get_host_cpu_features()), features
"""


def test_plans_and_the_engine_are_compiled_for_what_was_asked() -> None:
    subprocess.run([sys.executable, "-c", PROGRAMME], env=os.environ | {"PYTHONPATH": str(SOURCES)}, check=True)
