"""Xetho: open campaign analysis. Plan supply, cut it, protect it, and play the campaign thousands of times.

>>> import xetho as xt
>>> "dien-bien-phu" in [one.name for one in xt.list_scenarios()]
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xetho.campaign import Campaign, NoProof, ScenarioInfo, list_scenarios, load, new
    from xetho.evidence import evaluate, score
    from xetho.experiment import WhatIf, influence
    from xetho.pages import CampaignError
    from xetho.plan import Plan
    from xetho.results import Runs, StoreError, open_runs, query_runs
    from xetho.scenario import Scenario, ScenarioError
    from xetho.sweeps import sweep

__version__ = "0.1.0"

# Where each public name lives; read on first use, so that `import xetho` and `xetho --help` stay quick.
_HOMES = {
    "Campaign": "xetho.campaign",
    "CampaignError": "xetho.pages",
    "NoProof": "xetho.campaign",
    "Plan": "xetho.plan",
    "Runs": "xetho.results",
    "Scenario": "xetho.scenario",
    "ScenarioError": "xetho.scenario",
    "ScenarioInfo": "xetho.campaign",
    "StoreError": "xetho.results",
    "WhatIf": "xetho.experiment",
    "evaluate": "xetho.evidence",
    "influence": "xetho.experiment",
    "list_scenarios": "xetho.campaign",
    "load": "xetho.campaign",
    "new": "xetho.campaign",
    "open_runs": "xetho.results",
    "query_runs": "xetho.results",
    "score": "xetho.evidence",
    "sweep": "xetho.sweeps",
}

__all__ = [
    "Campaign",
    "CampaignError",
    "NoProof",
    "Plan",
    "Runs",
    "Scenario",
    "ScenarioError",
    "ScenarioInfo",
    "StoreError",
    "WhatIf",
    "__version__",
    "evaluate",
    "influence",
    "list_scenarios",
    "load",
    "new",
    "open_runs",
    "query_runs",
    "score",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xetho' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
