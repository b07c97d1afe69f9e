"""Worst cuts and best protection: least maximum flow, longest shortest path, and the same over a whole campaign."""

from xetho.interdict.answer import Closed, Cuts, Guards, best_guards, neutral, worst_cuts
from xetho.interdict.campaign import CampaignGame, Strike, strikes
from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.game import interdict
from xetho.interdict.graph import Graph, make_graph
from xetho.interdict.maxflow import FlowGame, least_flow, max_flow
from xetho.interdict.orders import (
    Given,
    Orders,
    cuts_text,
    guards_text,
    orders_in_words,
    orders_of,
    posted,
    read_orders,
    told,
)
from xetho.interdict.protect import Protection, protect
from xetho.interdict.question import Question
from xetho.interdict.result import Cut, Interdiction
from xetho.interdict.shortest import PathGame, longest_path, shortest_path
from xetho.interdict.words import cuts_in_words, guards_in_words

__all__ = [
    "CampaignGame",
    "Closed",
    "Cut",
    "Cuts",
    "FlowGame",
    "Given",
    "Graph",
    "Guards",
    "Interdiction",
    "NoAnswer",
    "Orders",
    "PathGame",
    "Protection",
    "Question",
    "QuestionError",
    "Strike",
    "best_guards",
    "cuts_in_words",
    "cuts_text",
    "guards_in_words",
    "guards_text",
    "interdict",
    "least_flow",
    "longest_path",
    "make_graph",
    "max_flow",
    "neutral",
    "orders_in_words",
    "orders_of",
    "posted",
    "protect",
    "read_orders",
    "shortest_path",
    "strikes",
    "told",
    "worst_cuts",
]
