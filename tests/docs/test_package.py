"""The package holds together: public names, typed, one version, data that a wheel must carry."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import xetho

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", xetho.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(xetho, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        xetho.lode  # noqa: B018


def test_one_version() -> None:
    assert PROJECT["version"] == xetho.__version__
    assert f"version: {xetho.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {xetho.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_is_imported_is_asked_for() -> None:
    """Every package that src imports is a dependency or an extra's, and every dependency is imported."""
    import ast

    imported: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                imported.add(node.module.split(".")[0])

    def names(requirements: list[str]) -> set[str]:
        return {requirement.split(">")[0].lower() for requirement in requirements}

    asked = names(PROJECT["dependencies"])
    extras = set().union(*(names(r) for extra, r in PROJECT["optional-dependencies"].items() if extra != "test"))
    foreign = {name.lower() for name in imported if name not in sys.stdlib_module_names} - {"xetho"}
    assert asked <= foreign <= asked | extras


def test_what_the_store_brings_is_loaded_by_name() -> None:
    """Its packages are loaded by `needed`, so that a missing one is told in words; and the tests have them."""
    import re

    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "xetho" / "results").glob("*.py"))
    loaded = {name.partition(".")[0] for name in re.findall(r'needed\("([\w.]+)"', sources)}
    extras = PROJECT["optional-dependencies"]
    assert loaded == {requirement.split(">")[0] for requirement in extras["store"]}
    assert "xetho[store]" in extras["test"]


def test_nothing_in_the_code_knows_a_battle() -> None:
    """Names of places and sides belong in scenarios."""
    scenarios = ROOT / "src" / "xetho" / "scenarios"
    names = {"dien", "muong", "hanoi", "nepal", "viet", "french", "giap", "navarre"}
    for path in (ROOT / "src" / "xetho").rglob("*.py"):
        if scenarios in path.parents:
            continue
        words = set(path.read_text(encoding="utf-8").lower().replace("-", " ").replace("_", " ").split())
        faces = path.parent.name in {"cli", "campaign"} or path.name == "__init__.py"
        allowed = {"dien"} if faces else set()  # examples in help texts
        assert not (words & names) - allowed, path


def test_ci_calls_what_developers_call() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "make test" in script.read_text(encoding="utf-8")
