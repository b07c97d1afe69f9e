"""The supply plan: a time-expanded linear programme over a network, proven and explained."""

from xetho.plan.daily import solve_daily
from xetho.plan.highs import PlanError
from xetho.plan.horizon import periods
from xetho.plan.result import Plan
from xetho.plan.solve import Planner, solve

__all__ = ["Plan", "PlanError", "Planner", "periods", "solve", "solve_daily"]
