"""Scenarios to break: the skeleton that `new` writes, and the same with two sides that fight."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.folders import Folder, add_battle
from xetho.scenario import new


@pytest.fixture
def relief(tmp_path: Path) -> Folder:
    """The skeleton."""
    return Folder(new("relief", tmp_path))


@pytest.fixture
def battle(relief: Folder) -> Folder:
    """The skeleton with a second side."""
    add_battle(relief)
    return relief
