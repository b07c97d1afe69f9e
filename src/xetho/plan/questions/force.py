"""The largest force that can be sustained at a front place from a date on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from xetho.plan import horizon, words
from xetho.plan.explain import KINDS
from xetho.plan.highs import PlanError
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.lexicographic import TIGHT
from xetho.plan.model import Model
from xetho.plan.programme import Programme
from xetho.plan.questions.common import (
    Clock,
    QuestionError,
    Say,
    Stock,
    changed,
    grid,
    model_of,
    of_side,
    on,
    refuse_unreachable,
)
from xetho.plan.questions.extended import aim, with_columns

HELD_BY = 3
"""Resources that are told as what holds a force back."""


@dataclass(frozen=True)
class Force:
    """How large a force can be: `factor` times the one asked about, proven to be less than `bound` times.

    `men` and `men_now` are 0 where the need asked about is not of troops.
    """

    place: str
    day: int
    factor: float
    bound: float
    men: float
    men_now: float
    need_t_per_day: float  # of the force asked about (factor 1)
    held_by: tuple[str, ...]
    stopped: bool
    reasons: tuple[str, ...]

    @property
    def gap(self) -> float:
        """What the bound leaves open, as a share of it."""
        return (self.bound - self.factor) / self.bound if self.bound > 0 else 0.0


def largest_force(
    network: NetworkLike,
    side: str,
    place: str,
    day: int,
    of_force: FloatArray,
    men: float = 0.0,
    *,
    period_days: int = 28,
    time_limit: float = 120.0,
    progress: Say | None = None,
) -> Force:
    """How many times a force's need can be met at a place from a day on, with nothing else going shorter than it must.

    of_force: days x goods, t/day, what the force needs (factor 1); what of it is in the network's own need of the
    place is taken out there first.  men: how many that force is (0: not troops).
    It is one linear programme: largest factor among the plans of least shortage of all else, with its dual as the
    bound.  Where time runs out, the factor is one that can be met (none at worst) and the bound what all supply allows.
    Raises QuestionError when the force needs nothing or no way brings what it needs.
    """
    at = network.place_ids.index(place) if place in network.place_ids else -1
    if at < 0 or not 0 <= day < int(network.days):
        raise QuestionError(f'"{place}" is not a place' if at < 0 else "the date lies outside the scenario's days")
    own = of_side(network, side)
    extra = np.zeros_like(np.asarray(own.need, dtype=np.float64))
    extra[day:, at] = np.asarray(of_force, dtype=np.float64)[day:]
    if extra.sum() <= 0:
        raise QuestionError(f"the force at {place} needs nothing from {on(network, day)} on: nothing limits its size")
    goods = np.flatnonzero(extra.sum(axis=(0, 1)) > 0)
    refuse_unreachable(own, [Stock(at, int(good), 1.0) for good in goods])
    rest = np.maximum(np.asarray(own.need) - extra, 0.0)
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    bounds = grid(own, period_days)
    model, _ = model_of(changed(own, need=rest + extra), bounds)
    need = horizon.sums(extra, bounds)
    entered = np.asarray(own.stock0).sum(axis=0) + np.asarray(own.inflow).sum(axis=(0, 1))
    most = float(np.min(entered[goods] / extra.sum(axis=(0, 1))[goods]))
    programme = scaled_need(model, need, most)
    cost = np.zeros(len(programme.upper))
    cost[-1] = -1.0
    say("least shortage of all else, then the largest force")
    best, factor = None, 0.0
    with suppress(PlanError):
        found = aim(programme, cost, None, TIGHT * max(programme.wanted, 1.0), clock)
        best, factor = found.best, float(found.values[-1])
    bound = min(-best.bound if best is not None else most, most)
    held = _held_by(own, model, best.duals) if best is not None else ()
    daily = float(extra.sum()) / (int(network.days) - day)
    answer = Force(place, day, factor, max(bound, factor), factor * men, men, daily, held, best is None, ())
    return Force(**{**vars(answer), "reasons": _reasons(own, answer)})


def scaled_need(model: Model, need: FloatArray, most: float) -> Programme:
    """The programme with so much of its need (K x places x goods) times a last column, none of which may go short.

    The model's own need must hold it once.
    """
    at, programme = model.columns, model.programme
    pairs = model.pairs
    cells = need[:, pairs[:, 0], pairs[:, 1]].ravel()  # the balance rows come first, by period and pair
    lower, upper = programme.row_lower.copy(), programme.row_upper.copy()
    lower[: len(cells)] -= cells
    upper[: len(cells)] -= cells
    limit = programme.upper.copy()
    period, pair = model.short[:, 0], model.short[:, 1]
    limit[at.shortage : at.target] = np.maximum(
        limit[at.shortage : at.target] - need[period, pairs[pair, 0], pairs[pair, 1]], 0.0
    )
    rows = np.flatnonzero(cells > 0)
    column = sparse.csc_matrix(
        (-cells[rows], (rows, np.zeros(len(rows), dtype=np.int64))), shape=(programme.matrix.shape[0], 1)
    )
    without = Programme(**{
        **vars(programme), "row_lower": lower, "row_upper": upper, "upper": limit,
        "reach": np.minimum(programme.reach, np.where(np.isfinite(limit), limit, np.inf)),
    })  # fmt: skip
    return with_columns(without, column, np.array([most]))


def _held_by(network: NetworkLike, model: Model, duals: FloatArray) -> tuple[str, ...]:
    """The resources whose whole amount weighs most in the proof that no force can be larger."""
    weight: dict[str, float] = {}
    for block in model.blocks:
        if block.kind not in KINDS:
            continue
        rows = slice(block.first, block.first + len(block.period))
        limits = block.limit if block.kind == "stock" else np.ones(len(block.period))  # others were divided by theirs
        goods = _goods(block.good, len(block.key))
        for key, good, share in zip(block.key, goods, np.abs(duals[rows]) * limits, strict=True):
            if share > 1e-9:
                name = _name(network, block.kind, int(key), int(good))
                weight[name] = weight.get(name, 0.0) + float(share)
    return tuple(sorted(weight, key=lambda name: -weight[name])[:HELD_BY])


def _goods(goods: IntArray, count: int) -> Sequence[int]:
    return goods.tolist() if len(goods) else [-1] * count


def _name(network: NetworkLike, kind: str, key: int, good: int) -> str:
    own = {"pool": network.pool_ids, "route": network.route_ids, "region": network.region_ids}
    ids = own.get(kind, network.place_ids)
    if kind == "stock":
        return f"supply of {network.good_ids[good]} at {ids[key]}"
    return {
        "pool": "carriers of pool {}", "route": "throughput of route {}", "region": "labour of region {}",
        "handling": "handling at {}",
    }[kind].format(ids[key])  # fmt: skip


def _reasons(network: NetworkLike, found: Force) -> tuple[str, ...]:
    """The answer in sentences."""
    since = f"from {on(network, found.day)} to the end"
    need = f"{words.number(found.need_t_per_day)} t/day"
    if found.stopped:
        least = f"{words.number(found.factor)} times" if found.factor > 0 else "nothing"
        return (f"Time ran out: between {least} and {words.number(found.bound)} times the need ({need}) can be met.",)
    if found.men_now > 0:
        lines = [
            f"{words.number(found.men)} troops can be sustained at {found.place} {since}: {words.number(found.factor)} "
            f"times the {words.number(found.men_now)} there, who need {need}."
        ]
    else:
        lines = [f"{words.number(found.factor)} times the need of {found.place} ({need}) can be met {since}."]
    if found.held_by:
        lines.append(f"What holds it there: {', '.join(found.held_by)}.")
    lines.append(f"Proof: no more than {words.number(found.bound)} times by any plan on these periods.")
    return tuple(lines)
