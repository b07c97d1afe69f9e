"""A new scenario: a small working one, copied from the skeleton, to be changed row by row."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from xetho.scenario.cells import NAME, NAME_RULE
from xetho.scenario.problems import Problem, ScenarioError, quote
from xetho.scenario.settings import FILE

SKELETON_FOLDER = Path(__file__).resolve().parent / "skeleton"


def new(name: str, folder: str | Path = ".") -> Path:
    """Write a small working scenario to `folder/name` and return its path.

    It passes every check. Nothing that exists is touched: the files are written beside and renamed.
    Raises ScenarioError when the name cannot be a folder's, exists already, or the folder cannot be written.
    """
    if not NAME.fullmatch(name) or name.endswith("."):
        raise ScenarioError([Problem(name or '""', None, "", f"{quote(name)} cannot be a name", NAME_RULE)])
    target = Path(folder) / name
    if target.exists() or target.is_symlink():
        hint = "choose another name, or move the old one away"
        raise ScenarioError(
            [Problem(str(target), None, "", "exists already and is left as it is", hint=hint)]
        )
    beside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
        _write_skeleton(name, beside)
        beside.chmod(0o755)  # mkdtemp makes folders that only their owner can read
        os.rename(beside, target)
    except OSError as error:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        reason = error.strerror or "unknown trouble"
        raise ScenarioError([Problem(str(target), None, "", f"cannot be written: {reason}")]) from None
    return target


def _write_skeleton(name: str, folder: Path) -> None:
    for source in sorted(SKELETON_FOLDER.rglob("*")):
        if source.suffix not in (".csv", ".toml"):
            continue
        target = folder / source.relative_to(SKELETON_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        if source.name == FILE:
            lines = text.splitlines(keepends=True)
            title = f"title = {json.dumps(name, ensure_ascii=False)}\n"
            # Only the first is the scenario's; the outcome further down has a title of its own.
            at = next(k for k, line in enumerate(lines) if line.startswith("title ="))
            lines[at] = title
            text = "".join(lines)
        target.write_text(text, encoding="utf-8", newline="\n")
