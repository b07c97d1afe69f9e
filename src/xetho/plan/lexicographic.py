"""The order of the two objectives: least shortage, then least labour, each with a proven bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from xetho.plan.highs import PIVOTS, Basis, Live, Optimum, certified
from xetho.plan.inputs import BoolArray, FloatArray
from xetho.plan.programme import Part, Programme, beside, extract, parts
from xetho.plan.result import FEASIBLE_SHARE

WARM_PIVOTS = 2500
"""A re-plan's solve from a basis is given up after so many pivots: from nothing is quicker then."""

GONE = 1 / 30
"""Basic columns that may no longer be used, for each row, above which that start is not even tried: much of the
programme is idle then and falls away before interior point begins, while each such column takes ten pivots or more.
A judgement: starts with 80 such columns on 3,850 rows ended, starts with 193 did not."""

TIGHT = 1e-9
"""Share of all that is wanted by which the second objective may let the shortage rise above its least."""

FIRST_WEIGHT, LAST_WEIGHT = 1e4, 1e6
"""Labour set against a weighted tonne short while both are sought at once: interior point is the quicker the less
it is, and what comes at the first weight is near what comes at the last."""

DEARER = (1e7, 1e8)
"""What labour is set against a weighted tonne short where at the last weight some is still saved by going short: a few
pivots more. A limit on the shortage instead is a row of nearly all needs, over which solvers take minutes."""

TIE = 1e-5
"""Weight of the cost that decides between plans as good; labour is proven least to within this share."""

ROUNDING = 1e-7
"""Man-days a tonne: reduced costs less far below nothing are not of the wrong sign."""


@dataclass(frozen=True)
class Proof:
    """Row duals that prove an answer: of the least shortage, and of both objectives at the last weight."""

    shortage: FloatArray
    both: FloatArray

    def at(self, weight: float) -> FloatArray:
        """Row duals of both objectives at another weight, of the same basis where both proofs are."""
        return self.both - (LAST_WEIGHT - weight) * self.shortage


@dataclass(frozen=True)
class Start:
    """What the answer of a like programme gives to this one: where to begin, and what may prove it as it is.

    ghosts: basic columns of the like programme that this one does not have, or has with other coefficients, on this
    one's rows and held at nothing.  With them the basis is the like programme's own, so that its reduced costs keep
    their signs, and the dual simplex method drives them out.
    """

    basis: Basis  # without the ghosts, which are basic
    values: FloatArray
    proof: Proof | None
    ghosts: Programme


@dataclass(frozen=True)
class Answer:
    """A solution with what is proven of it and what its resources are worth (per row)."""

    values: FloatArray
    shortage_bound: float
    labour_bound: float
    duals: FloatArray  # change of shortage or labour for one more unit on the right-hand side
    of_shortage: BoolArray  # rows whose duals are in shortage; the others' are in labour
    basis: Basis  # of the joint solve, or what it was started from: to start a like programme from
    proof: Proof | None = None  # None where it is not known any more


def solve_in_order(
    whole: Programme, time_limit: float, say: Callable[[str], None], start: Start | None = None, *, tell: bool = False
) -> Answer:
    """Least shortage, then least labour, part by part.  Raises PlanError when a proof is not reached in time.

    start: from a like programme, with which the solves begin.  tell: as for `Live`.
    """
    deadline = time.perf_counter() + time_limit
    rows, columns = whole.matrix.shape
    values, duals = np.zeros(columns), np.zeros(rows)
    proof = Proof(np.zeros(rows), np.zeros(rows))
    of_shortage = np.zeros(rows, dtype=bool)
    basis = Basis(np.zeros(columns, dtype=np.int8), np.ones(rows, dtype=np.int8))
    shortage_bound = labour_bound = 0.0
    for part in parts(whole):
        solved = _solve_part(part.programme, deadline, say, of_part(start, part), tell)
        answer = _answer(part.programme, solved)
        values[part.columns] = answer.values
        duals[part.rows] = answer.duals
        of_shortage[part.rows] = answer.of_shortage
        basis.columns[part.columns] = answer.basis.columns
        basis.rows[part.rows] = answer.basis.rows[: len(part.rows)]
        proof.shortage[part.rows], proof.both[part.rows] = solved.shortage.duals, solved.both.duals
        shortage_bound += answer.shortage_bound
        labour_bound += answer.labour_bound
    return Answer(values, shortage_bound, labour_bound, duals, of_shortage, basis, proof)


@dataclass(frozen=True)
class _Solved:
    """A part's optima: of shortage, of both objectives at the last weight, and of labour at the least shortage."""

    shortage: Optimum
    both: Optimum
    labour: Optimum
    basis: Basis


def of_part(start: Start | None, part: Part) -> Start | None:
    """What a start of the whole programme says of a part."""
    if start is None:
        return None
    rows, columns = part.rows, part.columns
    basis = Basis(start.basis.columns[columns], start.basis.rows[rows])
    proof = start.proof
    if proof is not None:
        proof = Proof(proof.shortage[rows], proof.both[rows])
    touching = np.unique(start.ghosts.matrix.tocsr()[rows].indices).astype(np.int64)
    return Start(basis, start.values[columns], proof, extract(start.ghosts, rows, touching))


def _solve_part(
    programme: Programme, deadline: float, say: Callable[[str], None], start: Start | None, tell: bool
) -> _Solved:
    """One part: both objectives at once, shortage ever dearer, then each by itself, few pivots from there."""
    if start is not None:
        found = _as_it_is(programme, start) or _mended(programme, start, deadline, say)
        if found is not None:
            return found
    live = Live(programme, tell=tell)
    say("least shortage and labour together")
    live.fresh(weighted(programme, FIRST_WEIGHT), deadline)
    both = live.onward(weighted(programme, LAST_WEIGHT), deadline)
    basis = live.basis
    say("least shortage")
    first = live.onward(programme.shortage_cost, deadline)
    pivots = PIVOTS if start is None else WARM_PIVOTS
    return _Solved(first, both, _least_labour(live, first, both, deadline, say, pivots), basis)


def _least_labour(
    live: Live, first: Optimum, both: Optimum, deadline: float, say: Callable[[str], None], pivots: int
) -> Optimum:
    """Least labour at the least shortage: what comes of both objectives at once, where that is it at some weight.

    pivots: after so many no dearer weight is tried, and a solve of its own is begun from nothing.
    """
    programme = live.programme
    least = max(first.objective, 0.0) + TIGHT * programme.wanted
    labour = _labour(programme, both, LAST_WEIGHT)
    if labour.proven and _shortage(programme, labour) <= least:
        return labour
    say("least labour at that shortage")
    for weight in DEARER:
        dearer = live.nearby(weighted(programme, weight), deadline, pivots)
        if dearer is None:
            break
        labour = _labour(programme, dearer, weight)
        if labour.proven and _shortage(programme, labour) <= least:
            return labour
    live.limit_shortage(least)
    return live.onward(programme.labour_cost + programme.tie_cost * TIE, deadline, pivots)


def _as_it_is(programme: Programme, start: Start) -> _Solved | None:
    """The answer of the like programme where it holds for this one too, by its own proof; no solver is asked."""
    if start.proof is None:
        return None
    first = certified(programme, programme.shortage_cost, start.values, start.proof.shortage)
    both = certified(programme, weighted(programme, LAST_WEIGHT), start.values, start.proof.both)
    if first is None or both is None:
        return None
    labour = _labour(programme, both, LAST_WEIGHT)
    return _Solved(first, both, labour, start.basis) if labour.proven else None


def _mended(programme: Programme, start: Start, deadline: float, say: Callable[[str], None]) -> _Solved | None:
    """The optima sought from the basis of a like programme; None when too much has changed for that."""
    wide = beside(programme, start.ghosts)
    count = len(programme.upper)
    columns = np.append(start.basis.columns, np.ones(len(wide.upper) - count, dtype=np.int8))
    if np.sum((columns == 1) & (wide.upper == 0)) > GONE * len(wide.row_lower):
        return None
    live = Live(wide)
    say("least shortage and labour together")
    # The last row holds the shortage; it is free.
    live.start_from(Basis(columns, np.append(start.basis.rows, np.int8(1))))
    cost = weighted(wide, LAST_WEIGHT)
    shift = np.zeros(len(cost))
    if start.proof is not None:
        reduced = cost - wide.matrix.T @ start.proof.both
        wrong = (columns != 1) & np.isinf(wide.upper) & (reduced < -ROUNDING)
        shift[wrong] = -reduced[wrong]
    both = live.mended(cost, shift, deadline, WARM_PIVOTS)
    if both is None:
        return None
    say("least shortage")
    first = None
    if start.proof is not None:
        first = certified(wide, wide.shortage_cost, both.values, start.proof.shortage)
    if first is None:
        first = live.onward(wide.shortage_cost, deadline)
    labour = _least_labour(live, first, both, deadline, say, WARM_PIVOTS)
    first, both, labour = (replace(found, values=found.values[:count]) for found in (first, both, labour))
    return _Solved(first, both, labour, start.basis)


def _shortage(programme: Programme, found: Optimum) -> float:
    """The priority-weighted shortage of a solution."""
    return float(programme.shortage_cost @ found.values)


def weighted(programme: Programme, weight: float) -> FloatArray:
    """The cost of both objectives at once, with so many man-days to a weighted tonne short."""
    return weight * programme.shortage_cost + programme.labour_cost + programme.tie_cost * TIE


def _labour(programme: Programme, both: Optimum, weight: float) -> Optimum:
    """What an optimum of both objectives at a weight proves of labour.

    No plan has less of both together, so none with no more shortage than this one's has less labour than is left.
    """
    shortage = weight * _shortage(programme, both)
    return replace(both, objective=both.objective - shortage, bound=both.bound - shortage)


def _answer(programme: Programme, solved: _Solved) -> Answer:
    """Worth is in shortage when some is left, else in labour."""
    short = solved.shortage.objective > FEASIBLE_SHARE * programme.wanted
    return Answer(
        values=solved.labour.values,
        shortage_bound=max(solved.shortage.bound, 0.0),
        # The cost that decides ties is at most the labour itself.
        labour_bound=max(solved.labour.bound, 0.0) / (1.0 + TIE),
        duals=(solved.shortage if short else solved.labour).duals,
        of_shortage=np.full(len(programme.row_lower), short),
        basis=solved.basis,
    )
