"""The supply plan: a time-expanded linear programme over a network, proven and explained."""

from xetho.plan.daily import solve_daily
from xetho.plan.highs import PlanError
from xetho.plan.horizon import periods
from xetho.plan.kept import kept_answers
from xetho.plan.result import Plan
from xetho.plan.solve import Planner, is_kept, solve

__all__ = ["Plan", "PlanError", "Planner", "is_kept", "kept_answers", "periods", "solve", "solve_daily"]
