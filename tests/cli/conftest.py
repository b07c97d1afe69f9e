"""A way to call the command line in this process, and a small scenario of one's own to call it on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xetho.campaign import new
from xetho.cli import app


@dataclass
class Answer:
    """What a call gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def xetho() -> Call:
    """Call a verb with arguments; an error that is not the user's comes through as itself."""

    def call(*arguments: object) -> Answer:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A fresh copy of the skeleton scenario."""
    return new("small", tmp_path)
