"""The reference of the command line says what the command line has; its JSON page names every shape."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from xetho.cli.verbs import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "write_cli_reference", ROOT / "tools" / "write_cli_reference.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verbs() -> dict[str, object]:
    return {
        command.name or command.callback.__name__: command.callback for command in app.registered_commands
    }


def test_the_page_is_what_the_command_line_is(writer: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert page == writer.page(), "docs/reference/cli.md is stale: run `make docs`"


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_help_an_example_and_json(writer: ModuleType, verb: str) -> None:
    (command,) = (one for one in app.registered_commands if (one.name or one.callback.__name__) == verb)
    assert len(inspect.getdoc(command.callback) or "") > 30
    assert f"xetho {verb}" in (command.epilog or "")
    described = {name: info for name, info, _ in writer.parameters(command.callback)}
    assert "as_json" in described
    assert all(info.help for info in described.values())


def test_every_verb_has_its_json_shape_documented() -> None:
    page = (ROOT / "docs" / "reference" / "cli-json.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## ([a-z]+)$", page, flags=re.M)) == set(verbs())
