"""A gradient method that betters a plan by day, and its prices, where they stand.

The primal-dual hybrid gradient method (Chambolle and Pock, A first-order primal-dual algorithm for convex problems,
2011) with the steps of each row and column by the sizes of their coefficients (Pock and Chambolle, Diagonal
preconditioning for first order primal-dual algorithms, 2011), each step taken beyond where it ends (Condat, A
primal-dual splitting method, 2013).  Prices of goods are brought to the nearest that never rise with time, so that
what is learnt of a day is known on all days before it at once.  Nothing it says is trusted: prices are mended, and
loads walked through.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor

import numpy as np

from xetho.plan.inputs import IntArray
from xetho.plan.series import REAL, Frame, Loads, Series, Worth
from xetho.plan.steps import Lengths, balance, move_loads, move_worth

RELAX = 1.8
"""How far to go towards the point that a step finds, and beyond it (a judgement; below 2)."""

FEW = 25
"""Steps from one look at the clock to the next."""

SHARED_CELLS = 20_000
"""Programmes with fewer cargoes and days are not worth a second core."""

FORGOTTEN = 0.9
"""What is left of a spare from one look to the next (a judgement)."""


class FirstOrder:
    """Where the method stands: `loads` and `worth`."""

    def __init__(self, series: Series, loads: Loads, worth: Worth) -> None:
        """loads, worth: where to begin."""
        self.series = series
        self.loads, self.worth = Loads(*map(np.copy, loads)), Worth(*map(np.copy, worth))
        self._ahead = Loads(*map(np.copy, loads))
        self._lengths = _lengths(series)
        self._plain_supply = series.frame.supply
        self.spare = np.zeros(self._plain_supply.shape)
        self.frame = series.frame._replace(supply=self._plain_supply.copy())
        self._of_loads, self._of_worth = _ranges(self.frame)

    def go_on(self, steps: int, deadline: float, prices: float, beside: Executor | None = None) -> None:
        """Take so many steps, or fewer when the deadline (time.perf_counter) comes first.

        prices: how much longer steps are in prices (man-days a tonne) than in loads (t): the less, the sooner prices
        are right; the more, the sooner what is to be loaded is there.  beside: runs one half of each step.
        """
        length = _weighed(self._lengths, prices)
        frame, loads, worth, ahead = self.frame, self.loads, self.worth, self._ahead
        for step in range(steps):
            late = step % FEW == FEW - 1 and time.perf_counter() >= deadline
            last = late or step == steps - 1
            # The last step ends where it leads, which keeps all signs.
            relax = REAL(1.0 if last else RELAX)
            for work, arguments, (whole, half, rest) in (
                (move_loads, (frame, length, loads, ahead, worth, relax), self._of_loads),
                (move_worth, (frame, length, worth, ahead, relax), self._of_worth),
            ):
                if beside is None or loads.cargo.size < SHARED_CELLS:
                    work(*whole, *arguments)
                else:
                    other = beside.submit(work, *rest, *arguments)
                    work(*half, *arguments)
                    other.result()
            if last:
                return

    def spare_what_is_missing(self, kept: Loads) -> None:
        """Ask from now on for a little more wherever stocks of a plan fall below nothing.

        kept: the loads now, cut to their limits.  A dip of a few kilograms of fuel would stop a column of trucks.
        """
        left = np.empty(self._plain_supply.shape, dtype=REAL)
        frame = self.frame._replace(supply=self._plain_supply)
        for pair in range(len(self.series.model.pairs)):
            balance(pair, frame, kept, left[pair])
        dip = np.maximum(-np.cumsum(left, axis=1, dtype=np.float64), 0.0)
        self.spare = np.maximum.accumulate(np.maximum(dip, FORGOTTEN * self.spare), axis=1)
        self.frame.supply[:] = self._plain_supply - np.diff(self.spare, axis=1, prepend=0.0)


def _weighed(length: Lengths, prices: float) -> Lengths:
    down, up = REAL(1.0 / prices), REAL(prices)
    loads = (length.cargo * down, length.haul * down, length.short * down, length.missing * down)
    return Lengths(*loads, length.goods * up, length.lane * up, length.limit * up)


def _lengths(series: Series) -> Lengths:
    """One over the sum of the sizes of the coefficients of each column and row; nothing where no load can be."""
    frame = series.frame
    load, haul = series.can_load.astype(np.float64), series.can_haul.astype(np.float64)
    lag, kept = frame.lag[frame.cargo_lane], frame.kept[frame.cargo_lane]
    by_haul = np.ones(haul.shape)
    np.add.at(by_haul, frame.draw_haul, frame.draw)
    np.add.at(by_haul, frame.use_haul, frame.use)
    goods = np.zeros(frame.supply.shape)
    days = series.days
    np.add.at(goods, frame.cargo_from, load)
    for cargo, late in enumerate(lag):
        goods[frame.cargo_to[cargo], late:] += (kept[cargo] * load[cargo])[: days - late]
    np.add.at(goods, frame.draw_pair, frame.draw * haul[frame.draw_haul])
    goods[frame.need_pair] += frame.need > 0
    np.add.at(goods, (frame.target_pair, frame.target_day), 1.0)
    after = np.minimum(frame.target_day + 1, days - 1)
    np.add.at(goods, (frame.target_pair, after), 1.0)
    lane = np.zeros(frame.kept.shape)
    np.add.at(lane, frame.cargo_lane, load)
    np.add.at(lane, series.lane, haul)
    limit = np.zeros(frame.limit.shape)
    np.add.at(limit, frame.use_limit, frame.use * haul[frame.use_haul])
    parts = (
        load / (2.0 + kept),
        haul / by_haul,
        np.ones(len(frame.need_pair)),
        np.full(len(frame.target_day), 0.5),
        # Prices of goods step alike on all days, so that "nearest" means the same on all.
        1.0 / np.maximum(goods.max(axis=1, initial=0.0), 1.0),
        1.0 / np.maximum(lane, 1.0),
        np.divide(1.0, limit, out=np.zeros_like(limit), where=limit > 0),
    )
    return Lengths(*(np.ascontiguousarray(part, dtype=REAL) for part in parts))


_Range = tuple[int, int]


def _ranges(frame: Frame) -> tuple[list[tuple[_Range, ...]], list[tuple[_Range, ...]]]:
    """All and each half of the work: of lanes and needs; of pairs, lanes and limits."""
    lanes = _split(np.diff(frame.cargo_first) + 2 * np.diff(frame.haul_first))
    needs = _split(np.ones(len(frame.need_pair), dtype=np.int64))
    pairs = _split(3 + np.diff(frame.into_first) + np.diff(frame.out_first) + np.diff(frame.drawn_first))
    limits = _split(np.diff(frame.used_first))
    return list(zip(lanes, needs, strict=True)), list(zip(pairs, lanes, limits, strict=True))


def _split(work: IntArray) -> tuple[_Range, _Range, _Range]:
    """The whole range and two ranges with about half of the work each."""
    done = np.cumsum(work)
    half = int(np.searchsorted(done, done[-1] // 2)) + 1 if len(done) else 0
    return (0, len(work)), (0, half), (half, len(work))
