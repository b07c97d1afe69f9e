"""Where a report goes: its name, and that it never takes the place of somebody else's file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xetho.scenario import Scenario

# Stands in the head of every page of ours.
MARK = b"Xetho report</title>"


class CampaignError(ValueError):
    """A request that cannot be met as asked; one clear message for each thing wrong in `problems`."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def report_name(scenario: Scenario) -> str:
    """File name of a scenario's report; a variant has its own."""
    variant = f"-{scenario.variant}" if scenario.variant else ""
    return f"xetho-{scenario.name}{variant}-report.html"


def refuse_to_overwrite(path: Path, force: bool) -> None:
    """Raise CampaignError when no page may or can be written at `path`; asked before the work."""
    if path.is_dir():
        raise CampaignError(f"{path} is a folder; name a file")
    if path.exists() and not force and not written_by_xetho(path):
        raise CampaignError(f"{path} exists and was not written by xetho; choose another name or use --force")
    # Folders that are missing are made; what matters is the first one that is there.
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise CampaignError(f"{above} is a file, so no report can be written in it")
    if not os.access(above, os.W_OK):
        raise CampaignError(f"{above} cannot be written; choose another folder with --out")


def written_by_xetho(path: Path) -> bool:
    """Whether the first lines of the file carry the mark that every page of ours has."""
    with path.open("rb") as file:
        return MARK in file.read(4096)
