"""Worst cuts and best protection: least maximum flow, longest shortest path, and the same over a whole campaign."""

from xetho.interdict.campaign import CampaignGame, Strike, strikes
from xetho.interdict.errors import NoAnswer, QuestionError
from xetho.interdict.game import interdict
from xetho.interdict.graph import Graph, make_graph
from xetho.interdict.maxflow import FlowGame, least_flow, max_flow
from xetho.interdict.protect import Protection, protect
from xetho.interdict.result import Cut, Interdiction
from xetho.interdict.shortest import PathGame, longest_path, shortest_path

__all__ = [
    "CampaignGame",
    "Cut",
    "FlowGame",
    "Graph",
    "Interdiction",
    "NoAnswer",
    "PathGame",
    "Protection",
    "QuestionError",
    "Strike",
    "interdict",
    "least_flow",
    "longest_path",
    "make_graph",
    "max_flow",
    "protect",
    "shortest_path",
    "strikes",
]
