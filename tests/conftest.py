"""What tests keep goes into a folder of their own, which all processes of a test run share."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

from xetho.vectors import ask_for_wide_vectors

OWN_FOLDER = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    ask_for_wide_vectors()  # before a rival of the benchmarks declares a function: else all is compiled for others
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="xetho-tests-")
        config.stash[OWN_FOLDER] = folder
        os.environ["XETHO_CACHE"] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(OWN_FOLDER, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
