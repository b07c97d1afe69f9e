"""One assignment of carriers for many disruptions: sample average and worst tail in one linear programme."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from xetho.plan import words
from xetho.plan.feasible import best_values, loads_of
from xetho.plan.highs import Live, PlanError, dual_bound
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.model import Model
from xetho.plan.programme import Programme
from xetho.plan.questions.common import Clock, QuestionError, Say, grid, model_of, of_side, plan_of, wanted_weighted
from xetho.plan.questions.extended import joint_cost
from xetho.plan.result import Plan

TAIL_WEIGHT = 0.5
"""Weight of the worst tail against the expectation: a judgement of how far to guard against the worst."""

EXACT = 1e-6
"""Tolerance of the interior point method: what it leaves open is in the bound."""


@dataclass(frozen=True)
class Robust:
    """One assignment for all samples, beside that of the plan for what is expected.  Shortages are priority-weighted t.

    `assignment` (K x W) is the share of a pool's carriers that works on each way in each period.  `worst` is the mean
    over the worst `tail` of the samples (conditional value at risk).  `objective` is (1 - w) expected + w worst with w
    = `TAIL_WEIGHT`.
    """

    samples: int
    tail: float
    bounds: IntArray
    assignment: FloatArray
    shortages: tuple[float, ...]
    shortages_of_base: tuple[float, ...]
    expected: float
    worst: float
    expected_of_base: float
    worst_of_base: float
    objective: float
    bound: float
    wanted: float
    stopped: bool
    reasons: tuple[str, ...]

    @property
    def gap(self) -> float:
        """What the bound leaves open, as a share of all that is wanted."""
        return max(self.objective - self.bound, 0.0) / self.wanted if self.wanted > 0 else 0.0


def robust(
    network: NetworkLike,
    samples: Sequence[NetworkLike],
    side: str,
    *,
    tail: float = 0.25,
    period_days: int = 28,
    time_limit: float = 300.0,
    progress: Say | None = None,
) -> Robust:
    """The assignment of carriers to ways that leaves least short over the samples, on average and in the worst of them.

    The assignment is settled beforehand (first stage) as shares of each pool in each period; what the carriers then
    load, and what lies and goes short, follows each sample (second stage).  Minimised is (1 - w) times the mean
    shortage and w times its mean over the worst `tail` (Rockafellar and Uryasev, Journal of Risk 2, 2000), as one
    linear programme over all samples.
    network: as expected, for the plan to compare with.  samples: the same places, ways and days, disrupted.
    Where time runs out, the best assignment known is told, with what goes short under it in each sample as far as is
    known, and the bound known by then.
    Raises QuestionError for a tail that is not a share or a side that wants nothing.
    """
    if not 0.0 < tail <= 1.0:
        raise QuestionError(f"tail: found {tail:g}, allowed above 0 and up to 1")
    own = of_side(network, side)
    total = wanted_weighted(own)
    if total <= 0:
        raise QuestionError(f"{side} needs nothing: there is nothing to secure")
    clock, say = Clock(time_limit), progress or (lambda _line: None)
    bounds = grid(own, period_days)
    say("the plan for what is expected")
    base = plan_of(own, bounds, Clock(0.75 * clock.left))  # the samples have the rest
    sampled = [of_side(sample, side) for sample in samples]
    models = [model_of(sample, bounds)[0] for sample in sampled]
    ways = _ways(own, models)
    given = _shares(own, base.carriers, ways)
    say("that plan under the samples")
    begun = time.perf_counter()
    before, known = _under_all(sampled, models, given, base, clock.deadline)
    judging = time.perf_counter() - begun
    say(f"one assignment for {len(models)} samples")
    # Any other assignment will be judged as this one was.
    found = _solve(own, models, ways, tail, total, clock.deadline - judging)
    assignment, shortages, bound, done = given, before, found.bound, found.done and base.proven and known
    if found.assignment is not None:
        say("that assignment under the samples")
        other, known = _under_all(sampled, models, found.assignment, base, clock.deadline)
        done = done and known
        if _aim(other, tail) <= _aim(before, tail):
            assignment, shortages = found.assignment, other
    worst, worst_before = in_tail(shortages, tail), in_tail(before, tail)
    mean, mean_before = float(np.mean(shortages)), float(np.mean(before))
    objective = _aim(shortages, tail)
    answer = Robust(
        len(models), tail, bounds, assignment, tuple(shortages), tuple(before), mean, worst, mean_before, worst_before,
        objective, min(bound, objective), total, not done, (),
    )  # fmt: skip
    return replace(answer, reasons=_reasons(side, answer))


def in_tail(values: Sequence[float], tail: float) -> float:
    """Mean of the largest share of equally likely values; the one on the edge counts in part."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    weight = np.clip(tail * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / weight.sum())


def _aim(shortages: Sequence[float], tail: float) -> float:
    """What is minimised: expectation and worst tail by their weights."""
    return (1.0 - TAIL_WEIGHT) * float(np.mean(shortages)) + TAIL_WEIGHT * in_tail(shortages, tail)


def _ways(network: NetworkLike, models: Sequence[Model]) -> IntArray:
    """Periods and ways (N x 2) that any sample can use: an assignment is decided for each."""
    used = np.concatenate([np.stack([model.hauls.period, model.hauls.way], axis=1) for model in models])
    return np.unique(used, axis=0)


def _shares(network: NetworkLike, carriers: FloatArray, ways: IntArray) -> FloatArray:
    """A plan's assignment (K x W) as shares of the carriers at work of each pool, so that none is left idle."""
    pool = np.asarray(network.way_pool, dtype=np.int64)
    work = np.zeros((len(carriers), len(network.pool_ids)))
    np.add.at(work.T, pool, carriers.T)
    shares = np.divide(carriers, work[:, pool], out=np.zeros_like(carriers), where=work[:, pool] > 1e-9)
    # A pool that does nothing in the plan stands ready evenly on the ways that it could work on.
    able = np.zeros_like(carriers)
    able[ways[:, 0], ways[:, 1]] = 1.0
    count = np.zeros_like(work)
    np.add.at(count.T, pool, able.T)
    even = np.divide(able, count[:, pool], out=np.zeros_like(able), where=count[:, pool] > 0)
    return np.where(work[:, pool] > 1e-9, shares, even)


def _assigned(network: NetworkLike, model: Model) -> tuple[Programme, IntArray, FloatArray]:
    """The programme with a row for each haul in place of the pools' rows: `carriers used - limit x share <= 0`.

    Returns it with the row of each haul and the carriers of its pool; the share's column is the caller's.
    """
    programme, hauls, at = model.programme, model.hauls, model.columns
    rows = programme.matrix.shape[0]
    pools = np.zeros(rows, dtype=bool)
    for block in model.blocks:
        if block.kind == "pool":
            pools[block.first : block.first + len(block.period)] = True
    count = len(hauls.way)
    strength = model.means.count[hauls.period, np.asarray(network.way_pool, dtype=np.int64)[hauls.way]]
    scale = np.where(strength > 0, strength, 1.0)
    use = hauls.carrier_days / model.means.days[hauls.period] / scale
    more = sparse.csc_matrix((use, (np.arange(count), at.haul + np.arange(count))), shape=(count, len(programme.upper)))
    matrix = sparse.vstack([programme.matrix.tocsr()[~pools], more]).tocsc()
    fitted = replace(
        programme,
        matrix=matrix,
        row_lower=np.concatenate([programme.row_lower[~pools], np.full(count, -np.inf)]),
        row_upper=np.concatenate([programme.row_upper[~pools], np.zeros(count)]),
    )
    first = int((~pools).sum())
    return fitted, np.arange(first, first + count), np.where(strength > 0, 1.0, 0.0)


def _under_all(
    samples: Sequence[NetworkLike], models: Sequence[Model], assignment: FloatArray, base: Plan, deadline: float
) -> tuple[list[float], bool]:
    """Shortage of each sample when the assignment is given: the least, or what is known; and whether all are least."""
    found, known = [], True
    for number, (sample, model) in enumerate(zip(samples, models, strict=True)):
        # Each has its share of the time left, so that the last ones have some.
        now = time.perf_counter()
        short, least = _under(sample, model, assignment, base, now + (deadline - now) / (len(models) - number))
        found.append(short)
        known = known and least
    return found, known


def _under(
    network: NetworkLike, model: Model, assignment: FloatArray, base: Plan, deadline: float
) -> tuple[float, bool]:
    """Shortage of a sample when the assignment is given, and whether it is proven to be the least.

    Without time it is that of the best loads known, be they the solver's or those of the plan for what is expected.
    """
    programme, rows, there = _assigned(network, model)
    upper = programme.row_upper.copy()
    upper[rows] = there * assignment[model.hauls.period, model.hauls.way]
    programme = replace(programme, row_upper=upper)
    live = Live(programme, tell=True)
    try:
        live.fresh(joint_cost(programme), deadline)
        return max(live.onward(programme.shortage_cost, deadline).objective, 0.0), True
    except PlanError as error:
        expected = loads_of(network, model, programme, base)
        known = [expected, best_values(network, model, programme, (one for one, _ in error.so_far))]
        return min(float(programme.shortage_cost @ values) for values in known), False


@dataclass(frozen=True)
class _Assigned:
    """An assignment for all samples (None: no other than what there was), and the bound of all; is it the best?"""

    assignment: FloatArray | None
    bound: float
    done: bool


def _solve(
    network: NetworkLike, models: Sequence[Model], ways: IntArray, tail: float, total: float, deadline: float
) -> _Assigned:
    """The assignment of least (1 - w) mean + w tail, or one near it, and the bound of that.

    Columns: every sample's own, then the shares, then the tail's threshold and each sample's excess over it.
    """
    if time.perf_counter() >= deadline:
        return _Assigned(None, 0.0, done=False)
    parts = [_assigned(network, model) for model in models]
    sizes = [len(one.upper) for one, _, _ in parts]
    heights = [one.matrix.shape[0] for one, _, _ in parts]
    share_at, row_at = sum(sizes), np.concatenate([[0], np.cumsum(heights)])
    count, share_count = len(models), len(ways)
    width = len(np.asarray(network.way_arc))
    keys = ways[:, 0] * width + ways[:, 1]
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    for number, (model, (_, row, there)) in enumerate(zip(models, parts, strict=True)):
        rows.append(row + row_at[number])
        columns.append(share_at + np.searchsorted(keys, model.hauls.period * width + model.hauls.way))
        values.append(-there)
    pool = np.asarray(network.way_pool, dtype=np.int64)[ways[:, 1]]
    groups, group = np.unique(np.stack([ways[:, 0], pool], axis=1), axis=0, return_inverse=True)
    first_group = int(row_at[-1])
    rows.append(first_group + group.reshape(-1))
    columns.append(share_at + np.arange(share_count))
    values.append(np.ones(share_count))
    first_tail, threshold = first_group + len(groups), share_at + share_count
    # Shortages are told in hundredths of all that is wanted, so that these rows are of the size of the others.
    unit = 100.0 / total
    for number, (one, _, _) in enumerate(parts):
        short = np.flatnonzero(one.shortage_cost)
        rows.append(np.full(len(short) + 2, first_tail + number))
        columns.append(np.concatenate([sum(sizes[:number]) + short, [threshold, threshold + 1 + number]]))
        values.append(np.concatenate([one.shortage_cost[short] * unit, [-1.0, -1.0]]))
    shape = (first_tail + count, threshold + 1 + count)
    joined = sparse.block_diag([one.matrix for one, _, _ in parts], format="coo")
    links = sparse.coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    whole = sparse.coo_matrix((joined.data, (joined.row, joined.col)), shape=shape) + links
    none = np.zeros(share_count + 1 + count)
    tail_cost = np.concatenate([[1.0], np.full(count, 1.0 / (count * tail))]) * TAIL_WEIGHT / unit
    ones = np.concatenate([np.ones(share_count), np.full(1 + count, 100.0)])
    programme = Programme(
        matrix=whole.tocsc(),
        row_lower=np.concatenate([*(one.row_lower for one, _, _ in parts), np.full(len(groups) + count, -np.inf)]),
        row_upper=np.concatenate([*(one.row_upper for one, _, _ in parts), np.ones(len(groups)), np.zeros(count)]),
        upper=np.concatenate([*(one.upper for one, _, _ in parts), ones]),
        reach=np.concatenate([*(one.reach for one, _, _ in parts), ones]),
        shortage_cost=np.concatenate([
            *(one.shortage_cost * (1.0 - TAIL_WEIGHT) / count for one, _, _ in parts), none[:share_count], tail_cost,
        ]),
        labour_cost=np.concatenate([*(one.labour_cost / count for one, _, _ in parts), none]),
        tie_cost=np.concatenate([*(one.tie_cost / count for one, _, _ in parts), none]),
    )  # fmt: skip
    # Neither need be exact: an assignment is judged by what it leaves short, and any duals prove a bound.
    live = Live(programme, tell=True)
    rough = live.roughly(programme.shortage_cost, deadline, EXACT)
    if rough is None:
        return _Assigned(None, 0.0, done=False)
    found, duals = rough
    bound, _ = dual_bound(
        programme.matrix, programme.row_lower, programme.row_upper, programme.reach, programme.shortage_cost, duals
    )
    chosen = np.clip(found[share_at : share_at + share_count], 0.0, 1.0)
    whole_share = np.zeros(len(groups))
    np.add.at(whole_share, group.reshape(-1), chosen)
    assignment = np.zeros((len(models[0].means.days), width))
    assignment[ways[:, 0], ways[:, 1]] = chosen / np.maximum(whole_share, 1.0)[group.reshape(-1)]
    return _Assigned(assignment, max(bound, 0.0), done=not live.out_of_time)


def _reasons(side: str, found: Robust) -> tuple[str, ...]:
    """The answer in sentences."""

    def share(value: float) -> str:
        return words.percent(max(value, 0.0) / found.wanted)

    tail = words.percent(found.tail)
    lines = [
        f"Over {words.counted(found.samples, 'sampled disruption')} {side} goes short of {share(found.expected)} of "
        f"what it wants on average, by priority, and of {share(found.worst)} in the worst {tail}.",
        f"Carriers assigned for what is expected would leave {share(found.expected_of_base)} short on average and "
        f"{share(found.worst_of_base)} in the worst {tail}.",
    ]
    if found.stopped:
        lines.insert(0, "Time ran out: this is the best assignment known, and each sample may do with less short.")
    lines.append(
        f"Proof: no assignment has less of expectation and worst together ({TAIL_WEIGHT:g} each) by more than "
        f"{words.within(found.gap)} of what is wanted, over these samples."
    )
    return tuple(lines)
