"""Scenarios: a folder of plain tables in, checked and typed tables out."""

from xetho.scenario.conditions import Condition
from xetho.scenario.load import check, list_scenarios, load
from xetho.scenario.new import new
from xetho.scenario.problems import Problem, ScenarioError
from xetho.scenario.scenario import Scenario
from xetho.scenario.settings import Side
from xetho.scenario.targets import Target
from xetho.scenario.variants import Variant, read_variants

__all__ = [
    "Condition",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Side",
    "Target",
    "Variant",
    "check",
    "list_scenarios",
    "load",
    "new",
    "read_variants",
]
