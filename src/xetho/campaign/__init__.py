"""The campaign as one Python object: load it, then check, plan, simulate, compare, validate and tell it.

`Campaign` is made up by subject, each file on top of the one before: planning, changing, games, playing, comparing,
telling, campaign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xetho import scenario as scenarios
from xetho.campaign.campaign import Campaign, Story
from xetho.campaign.terms import MOST_RUNS, PLAN_SECONDS, RUNS, VARIANT_RUNS, NoProof, Progress, check_counts
from xetho.scenario.load import find_folder
from xetho.scenario.settings import read_settings
from xetho.scenario.variants import read_variants

__all__ = [
    "MOST_RUNS", "PLAN_SECONDS", "RUNS", "VARIANT_RUNS", "Campaign", "NoProof", "Progress", "ScenarioInfo", "Story",
    "check_counts", "list_scenarios", "load", "new",
]  # fmt: skip


@dataclass(frozen=True)
class ScenarioInfo:
    """A bundled scenario as `list_scenarios` tells of it."""

    name: str
    title: str
    summary: str
    variants: tuple[str, ...]


def load(name: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> Campaign:
    """Load a scenario by its bundled name or its folder. Raises ScenarioError with every problem found."""
    return Campaign(name, variant=variant, sets=sets)


def list_scenarios() -> list[ScenarioInfo]:
    """The scenarios that come with the package, by name, with their variants."""
    found = []
    for name in scenarios.list_scenarios():
        folder = find_folder(name)
        settings, _ = read_settings(folder)
        if settings is not None:
            variants = tuple(one.name for one in read_variants(folder))
            found.append(ScenarioInfo(name, settings.title, settings.summary, variants))
    return found


def new(name: str, folder: str | Path = ".") -> Path:
    """Write a small working scenario to `folder/name` and return its path. Raises ScenarioError."""
    return scenarios.new(name, folder)
