"""The reference of the command line says what the command line has; its JSON page names every shape."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

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


def test_the_page_is_what_the_command_line_is(writer: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert page == writer.page(), "docs/reference/cli.md is stale: run `make docs`"


def test_every_verb_has_help_an_example_and_json(writer: ModuleType) -> None:
    verbs = writer.commands()
    assert {"simulate", "runs query"} <= set(verbs)
    for verb, command in verbs.items():
        assert len(inspect.getdoc(command.callback) or "") > 30, verb
        assert f"xetho {verb}" in (command.epilog or ""), verb
        described = {name: info for name, info, _ in writer.parameters(command.callback)}
        assert "as_json" in described, verb
        assert all(info.help for info in described.values()), verb


def test_every_verb_has_its_json_shape_documented(writer: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "cli-json.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## ([a-z ]+)$", page, flags=re.M)) == set(writer.commands())
