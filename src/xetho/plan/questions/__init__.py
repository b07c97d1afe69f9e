"""Questions to a plan: when, how large, how cheaply, how robustly, without what, and what one more is worth."""

from xetho.plan.questions.cheapest import Cheapest, cheapest
from xetho.plan.questions.common import QuestionError, Stock
from xetho.plan.questions.earliest import Earliest, earliest, stated_stocks
from xetho.plan.questions.force import Force, largest_force
from xetho.plan.questions.relax import Relaxation, Relaxations, relaxations
from xetho.plan.questions.robust import Robust, robust
from xetho.plan.questions.routes import WithoutRoutes, without_routes
from xetho.plan.questions.worth import OneMore, Worth, one_more

__all__ = [
    "Cheapest",
    "Earliest",
    "Force",
    "OneMore",
    "QuestionError",
    "Relaxation",
    "Relaxations",
    "Robust",
    "Stock",
    "WithoutRoutes",
    "Worth",
    "cheapest",
    "earliest",
    "largest_force",
    "one_more",
    "relaxations",
    "robust",
    "stated_stocks",
    "without_routes",
]
