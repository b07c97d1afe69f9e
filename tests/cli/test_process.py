"""What only a process of its own shows: pipes that close, interrupts, start-up time, plain help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CALL = [sys.executable, "-m", "xetho"]
SOURCE = Path(__file__).resolve().parents[2] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE), "COLUMNS": "100"}


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CALL, *arguments], capture_output=True, text=True, encoding="utf-8", env=ENVIRONMENT, timeout=120
    )


def test_version_and_help() -> None:
    import xetho

    assert call("--version").stdout.strip() == f"xetho {xetho.__version__}"
    shown = call("simulate", "--help")
    assert shown.returncode == 0
    assert "--threads" in shown.stdout


def test_an_unknown_verb_is_a_mistake() -> None:
    answer = call("simulat")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "simulate" in answer.stderr


def test_help_does_not_load_the_engine() -> None:
    """Start-up stays quick because the compiler and the solver are loaded by the verbs that need them."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, xetho.cli; print({'numba', 'highspy', 'xarray'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=60,
    )
    assert loaded.stdout.strip() == "set()", loaded.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
def test_a_closed_pipe_is_quiet() -> None:
    process = subprocess.Popen(
        [*CALL, "sources", "dien-bien-phu", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode()
    assert process.wait(timeout=60) == 141
    assert told == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_an_interrupt_leaves_quietly(tmp_path: Path) -> None:
    script = (
        "import sys, time, xetho.cli.verbs as v\n"
        "def slow(*a, **k):\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "v.load = slow\n"
        "sys.argv = ['xetho', 'check', 'x']\n"
        "v.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in told and b"Stopped" in told
    assert time.monotonic() - begun < 10


def test_output_is_utf8_whatever_the_locale() -> None:
    answer = subprocess.run(
        [*CALL, "list", "--json"],
        capture_output=True,
        env={**ENVIRONMENT, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        timeout=60,
    )
    assert answer.returncode == 0
    answer.stdout.decode("utf-8")
