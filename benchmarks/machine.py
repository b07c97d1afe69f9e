"""What the figures were measured on: processor, cores, load, versions, and the state of the sources."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def describe(packages: Iterable[str]) -> dict[str, Any]:
    """The machine and the versions of `packages`, as far as they can be told."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": cpu_model(), "cores": cores,
        "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
        "versions": {name: text for name in sorted(set(packages)) if (text := installed(name))},
        "sources": commit(), "load_average": [round(x, 2) for x in os.getloadavg()],
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }  # fmt: skip


def cpu_model() -> str:
    """Name of the processor."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def installed(package: str) -> str:
    """Version of a distribution, empty when it is not there."""
    with suppress(PackageNotFoundError):
        return version(package)
    return ""


def commit() -> str:
    """Short commit of the sources, with a plus when files differ from it; empty outside a repository."""
    with suppress(OSError, subprocess.CalledProcessError):
        def git(*words: str) -> str:
            return subprocess.run(
                ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout.strip()

        changed = git("status", "--porcelain", "--untracked-files=no", "--", "src")
        return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")
    return ""
