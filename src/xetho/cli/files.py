"""Files a verb writes: never over another unasked, and never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pandas as pd

from xetho.pages import CampaignError


def refuse_file(path: Path | None, force: bool) -> None:
    """Raise CampaignError when a file may not be written at `path`; asked before the work, not after it."""
    if path is None:
        return
    if path.is_dir():
        raise CampaignError(f"{path} is a folder; name a file")
    if path.exists() and not force:
        raise CampaignError(f"{path} exists and is left as it is; choose another name or use --force")
    if not path.absolute().parent.is_dir():
        raise CampaignError(f"{path.absolute().parent} is not a folder; make it first")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in UTF-8, beside its place and then renamed."""
    write_text(table.to_csv(index=False, lineterminator="\n"), path)


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8, beside its place and then renamed."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.absolute().parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
