"""Worst cuts and best protection: least maximum flow, longest shortest path, and the same over a whole campaign."""

from xetho.interdict.answer import Cuts, Guards, best_guards, worst_cuts
from xetho.interdict.campaign import CampaignGame, Strike, strikes
from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.game import interdict
from xetho.interdict.graph import Graph, make_graph
from xetho.interdict.maxflow import FlowGame, least_flow, max_flow
from xetho.interdict.protect import Protection, protect
from xetho.interdict.question import Question
from xetho.interdict.result import Cut, Interdiction
from xetho.interdict.shortest import PathGame, longest_path, shortest_path
from xetho.interdict.words import cuts_in_words, guards_in_words

__all__ = [
    "CampaignGame",
    "Cut",
    "Cuts",
    "FlowGame",
    "Graph",
    "Guards",
    "Interdiction",
    "NoAnswer",
    "PathGame",
    "Protection",
    "Question",
    "QuestionError",
    "Strike",
    "best_guards",
    "cuts_in_words",
    "guards_in_words",
    "interdict",
    "least_flow",
    "longest_path",
    "make_graph",
    "max_flow",
    "protect",
    "shortest_path",
    "strikes",
    "worst_cuts",
]
