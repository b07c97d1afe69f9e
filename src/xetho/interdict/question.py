"""A scenario's question about cuts and guards: whose supply, over which graph or windows, what may be cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xetho.interdict.campaign import CampaignGame, strikes
from xetho.interdict.errors import QuestionError
from xetho.interdict.game import Game
from xetho.interdict.graph import BoolArray, FloatArray, Graph, IntArray, make_graph
from xetho.interdict.maxflow import FlowGame
from xetho.interdict.shortest import PathGame
from xetho.network import Network
from xetho.plan import horizon
from xetho.scenario.problems import nearest

FORMS = ("campaign", "flow", "path")


@dataclass(frozen=True)
class Question:
    """What is asked.

    form: `campaign` (shortage over all days, cuts in windows), `flow` (t/day that can reach the front) or `path`
    (days of the quickest way).  side: whose supply is cut.  origin, goal: places between which flow or path is
    meant; without them, all supply and the side's front.  day: index of the day that flow and path are taken on
    (None: the mean of all). only: routes that may be cut (none given: all that threats of the scenario reach, or all
    in use where there are none).  guarded: routes that may not.  effort: of a cut, by route, 1 where nothing is
    said.  window_days: length of the windows.  mend_days: days a cut outlasts its window (None: mean work of a
    threat's cut over the route's crew). delay_days: what a cut adds to a path (None: it closes the route).
    passing: in a flow, what goes round a cut (`cut_passes` of the mode) still goes, as it does in a campaign.
    tolerance: gap at which a campaign's search may end, as a share of all that is wanted.
    """

    form: str
    side: str
    origin: str | None = None
    goal: str | None = None
    day: int | None = None
    only: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    effort: Mapping[str, float] = field(default_factory=dict)
    window_days: int = 28
    mend_days: float | None = None
    delay_days: float | None = None
    passing: bool = False
    tolerance: float = 0.05


@dataclass(frozen=True)
class Board:
    """A game with the meaning of its parts: the route and first and last day of each cut, the route of each guard."""

    game: Game
    cuts: tuple[tuple[str, int, int], ...]
    guards: tuple[str, ...]
    shut: frozenset[int]  # cuts on routes that are guarded beforehand


def board(network: Network, question: Question, progress: Callable[[str], None] | None = None) -> Board:
    """The game of a question.  Raises QuestionError with everything wrong in it."""
    _check(network, question)
    reach = _reach(network, question)
    if question.form == "campaign":
        return _campaign(network, question, reach, progress)
    return _static(network, question, reach)


def _check(network: Network, question: Question) -> None:
    wrong = []
    if question.form not in FORMS:
        wrong.append(f'form: found "{question.form}", allowed {", ".join(FORMS)}')
    if question.side not in network.side_ids:
        wrong.append(_unknown(question.side, "a side", network.side_ids))
    for name in dict.fromkeys([*question.only, *question.guarded, *question.effort]):
        if name not in network.route_ids:
            wrong.append(_unknown(name, "a route", network.route_ids))
    for name in sorted(set(question.only) & set(question.guarded)):
        wrong.append(f"{name} is both to be cut and guarded; choose one")
    for place in (question.origin, question.goal):
        if place is not None and place not in network.place_ids:
            wrong.append(_unknown(place, "a place", network.place_ids))
    for name, value in question.effort.items():
        if not math.isfinite(value) or value <= 0:
            wrong.append(f"effort of {name}: found {value:g}, allowed more than 0")
    if question.window_days < 1:
        wrong.append(f"window days: found {question.window_days}, allowed 1 or more")
    for what, days in (("mend days", question.mend_days), ("delay days", question.delay_days)):
        if days is not None and not (math.isfinite(days) and days >= 0):
            wrong.append(f"{what}: found {days:g}, allowed 0 or more")
    if question.day is not None and not 0 <= question.day < network.days:
        wrong.append(f"the date lies outside the scenario's {network.days} days")
    if question.form == "path" and question.origin is None:
        wrong.append("a path begins somewhere: name the place with --from")
    if question.form == "path" and question.passing:
        wrong.append("--passing belongs to flow and campaign; a cut closes a path or delays it")
    if question.form == "campaign" and (question.origin or question.goal or question.day is not None):
        wrong.append("--from, --to and --date belong to flow and path; the campaign takes all places and days")
    if wrong:
        raise QuestionError(*wrong)


def _unknown(name: str, what: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f'"{name}" is not {what}' + (f'; did you mean "{near}"?' if near else "")


def _reach(network: Network, question: Question) -> list[int]:
    """Routes that may be cut, guarded ones included."""
    if question.only:
        return sorted({network.route_ids.index(name) for name in (*question.only, *question.guarded)})
    side = network.side_ids.index(question.side)
    pool_side = np.asarray(network.pool_side)[network.way_pool]
    used = set(network.arc_route[network.way_arc[pool_side == side]].tolist())
    table = network.threat_table
    threatened = {
        int(route)
        for kind, owner, routes in zip(table.kind, table.side, network.threat_targets, strict=True)
        if kind != "flak" and owner != side
        for route in routes
    }
    return sorted(used & threatened if used & threatened else used)


def mend_days(network: Network) -> FloatArray:
    """Days that mending one cut takes on each route: the most work of a threat's mean cut over the crew there.

    0 on routes that no threat reaches.
    """
    work = np.zeros(len(network.route_ids))
    mean = network.inputs.column("threats", "mend_mean_mandays", len(network.threat_table.ids))
    for kind, amount, routes in zip(network.threat_table.kind, mean, network.threat_targets, strict=True):
        if kind != "flak":
            work[routes] = np.maximum(work[routes], amount)
    crew = np.maximum(
        network.inputs.column("routes", "mend_crew", len(network.route_ids)),
        network.inputs.parameter("local_menders"),
    )
    return np.divide(work, crew, out=np.zeros_like(work), where=crew > 0)


def _campaign(
    network: Network, question: Question, reach: list[int], progress: Callable[[str], None] | None
) -> Board:
    bounds = horizon.periods(
        int(network.days), question.window_days, ends=[int(target.day) for target in network.targets]
    )
    mend = mend_days(network)
    if question.mend_days is not None:
        mend = np.full(len(mend), question.mend_days)
    options = strikes(network, bounds, reach, mend)
    game = CampaignGame(
        network, network.side_ids.index(question.side), bounds, options, _passing(network),
        effort=[question.effort.get(network.route_ids[one.route], 1.0) for one in options],
        tolerance=question.tolerance, progress=progress,
    )  # fmt: skip
    cuts = tuple((network.route_ids[one.route], one.first, one.last) for one in options)
    shut = frozenset(i for i, (route, _, _) in enumerate(cuts) if route in question.guarded)
    return Board(game, cuts, tuple(network.route_ids[route] for route in game.routes), shut)


def _passing(network: Network) -> FloatArray:
    """Share of each way's capacity that still passes a cut route."""
    return network.inputs.column("modes", "cut_passes", len(network.mode_ids))[network.way_mode]


def _static(network: Network, question: Question, reach: list[int]) -> Board:
    graph = flow_graph(network, question, reach) if question.form == "flow" else path_graph(network, question, reach)
    first, last = (0, int(network.days) - 1) if question.day is None else (question.day, question.day)
    names = graph.names
    game: Game = FlowGame(graph) if question.form == "flow" else PathGame(graph)
    shut = frozenset(i for i, name in enumerate(names) if name in question.guarded)
    return Board(game, tuple((name, first, last) for name in names), names, shut)


def flow_graph(network: Network, question: Question, reach: Sequence[int]) -> Graph:
    """What a side could carry in a day at most, each route by itself.

    Each way is an arc that takes the cargo and what its carriers eat and burn, and hands on the cargo; the ways of
    an arc share the route's throughput.  A way's limit is its whole pool at work there, so pools are not shared
    between routes: the flow is what roads and fleets could bear, not what a plan would do.  With `passing`, what goes
    round a cut is an arc of its own that no cut takes out.  Sources give what lies and comes in on the mean day, an
    origin that is named has no limit.
    """
    side = network.side_ids.index(question.side)
    days = slice(None) if question.day is None else slice(question.day, question.day + 1)
    is_open = np.asarray(network.arc_open, dtype=np.float64)
    works = np.asarray(network.way_expected) * is_open[network.way_arc]
    count = np.asarray(network.pool_count)[network.way_pool]
    carriers = (works * count)[:, days].mean(axis=1)
    moves = network.way_rate * carriers
    kept = 1.0 - (np.asarray(network.way_loss) * is_open[network.way_arc])[:, days].mean(axis=1)
    working = count[:, days].mean(axis=1)
    eaten = np.where(network.way_food_good >= 0, network.way_food, 0.0) * working
    drawn = np.divide(eaten, moves, out=np.zeros_like(moves), where=moves > 0)
    drawn = 1.0 + drawn + np.where(network.way_fuel_good >= 0, network.way_fuel, 0.0)
    ways = np.flatnonzero((np.asarray(network.pool_side)[network.way_pool] == side) & (moves > 0) & (kept > 0))
    places, arcs = len(network.place_ids), np.unique(network.way_arc[ways])
    middle = {int(arc): places + i for i, arc in enumerate(arcs)}
    rows: list[tuple[int, int, float, float, int]] = []
    passing = _passing(network) if question.passing else np.zeros(len(network.way_mode))
    for way in ways:
        arc = int(network.way_arc[way])
        for share, cut in ((1.0 - passing[way], arc), (passing[way], -1)):
            if share > 0:
                limit = share * moves[way] * drawn[way]
                rows.append((int(network.arc_from[arc]), middle[arc], limit, 1.0 / drawn[way], cut))
    for arc in arcs:
        mean_open = float(is_open[arc, days].mean())
        through = float(network.arc_throughput[arc]) * mean_open
        share = float(kept[ways[network.way_arc[ways] == arc]].min())
        own = -1 if question.passing else int(arc)
        rows.append((middle[int(arc)], int(network.arc_to[arc]), through, share, own))
    source, sink = places + len(arcs), places + len(arcs) + 1
    supply = np.asarray(network.stock0).sum(axis=1) + np.asarray(network.inflow).sum(axis=(0, 2))
    for place, limit in _starts(network, question, supply / network.days):
        rows.append((source, place, limit, 1.0, -1))
    rows += [(place, sink, math.inf, 1.0, -1) for place in _ends(network, question)]
    tail, head, capacity, gain, arc_of = zip(*rows, strict=True)
    routes, names, effort = _routes(network, question, reach, np.array(arc_of))
    return make_graph(
        tail, head, source, sink, nodes=sink + 1, capacity=capacity, gain=gain, route=routes, effort=effort, names=names
    )


def path_graph(network: Network, question: Question, reach: Sequence[int]) -> Graph:
    """Days from an origin to the front by the fastest carriers there are on each route, with air counted as no time."""
    side = network.side_ids.index(question.side)
    pace = network.inputs.column("modes", "km_per_day", len(network.mode_ids))[network.way_mode]
    is_open = np.asarray(network.arc_open)[network.way_arc]
    working = (np.asarray(network.pool_count)[network.way_pool] > 0) & is_open
    if question.day is not None:
        working = working[:, question.day : question.day + 1]
    usable = (np.asarray(network.pool_side)[network.way_pool] == side) & working.any(axis=1)
    km = np.asarray(network.arc_km)[network.way_arc]
    air = np.asarray(network.arc_air)[network.way_arc]
    days = np.where(air, 0.0, np.divide(km, pace, out=np.full(len(km), np.inf), where=pace > 0))
    best: dict[int, float] = {}
    for way in np.flatnonzero(usable & np.isfinite(days)):
        arc = int(network.way_arc[way])
        best[arc] = min(best.get(arc, math.inf), float(days[way]))
    origin = network.place_ids.index(str(question.origin))
    sink = len(network.place_ids)
    ends = _ends(network, question)
    if origin in ends:
        raise QuestionError(f"{question.origin} is where the path ends already")
    arcs = list(best)
    tail = [int(network.arc_from[arc]) for arc in arcs] + ends
    head = [int(network.arc_to[arc]) for arc in arcs] + [sink] * len(ends)
    length = [best[arc] for arc in arcs] + [0.0] * len(ends)
    delay = math.inf if question.delay_days is None else question.delay_days
    routes, names, effort = _routes(network, question, reach, np.array(arcs + [-1] * len(ends)))
    return make_graph(
        tail, head, origin, sink, nodes=sink + 1, length=length, delay=[delay] * len(tail), route=routes,
        effort=effort, names=names,
    )  # fmt: skip


def _starts(network: Network, question: Question, supply: FloatArray) -> list[tuple[int, float]]:
    """Places where flow begins and the most that each gives in a day."""
    if question.origin is not None:
        return [(network.place_ids.index(question.origin), math.inf)]
    mine: BoolArray = np.asarray(network.place_side) == network.side_ids.index(question.side)
    ends = set(_ends(network, question))
    found = [(int(p), float(supply[p])) for p in np.flatnonzero(mine & (supply > 0)) if int(p) not in ends]
    if not found:
        raise QuestionError(f"{question.side} has no supply away from where it is wanted")
    return found


def _ends(network: Network, question: Question) -> list[int]:
    """Places where flow and path end: the goal, or the side's front where there is need, or all its need."""
    if question.goal is not None:
        return [network.place_ids.index(question.goal)]
    mine: BoolArray = np.asarray(network.place_side) == network.side_ids.index(question.side)
    wanting = mine & (np.asarray(network.need).sum(axis=(0, 2)) > 0)
    for target in network.targets:
        wanting[target.place] |= bool(mine[target.place]) and target.t > 0
    if not wanting.any():
        raise QuestionError(f"{question.side} needs nothing: there is nothing to cut off")
    front = wanting & np.asarray(network.place_front)
    return [int(place) for place in np.flatnonzero(front if front.any() else wanting)]


def _routes(
    network: Network, question: Question, reach: Sequence[int], arcs: IntArray
) -> tuple[IntArray, list[str], list[float]]:
    """Route of each arc among those that may be cut and are there (-1: cannot be), their names and efforts."""
    own = np.where(arcs >= 0, np.asarray(network.arc_route)[np.maximum(arcs, 0)], -1)
    kept = sorted(set(own.tolist()) & set(reach))
    if not kept:
        raise QuestionError("none of the routes that may be cut is in use")
    place = {route: i for i, route in enumerate(kept)}
    names = [network.route_ids[route] for route in kept]
    index = np.array([place.get(int(route), -1) for route in own], dtype=np.int64)
    return index, names, [question.effort.get(name, 1.0) for name in names]
