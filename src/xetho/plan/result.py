"""A plan: what moves where in each period, what is missing, what binds, and how well that is proven."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from xetho.plan import horizon, words
from xetho.plan.inputs import FloatArray, IntArray, NetworkLike
from xetho.plan.origins import origins, stages
from xetho.plan.prune import period_means

FORMAT = "xetho-plan-1"
"""Name of the shape that `Plan.to_dict` returns; it changes when the shape does."""


BEST_SO_FAR, STOPPED = "best so far", "stopped"
"""Status of a plan of which time ran out before it was proven the best, and of one by day within the gaps asked for."""

FEASIBLE_SHARE = 1e-4
"""A plan is feasible when its shortage is below this share of what is wanted."""


@dataclass
class Plan:
    """The best supply plan of a network over K periods (W ways; places and goods as in the network).

    `objective` and `bound` are priority-weighted tonnes of shortage, `gap` their difference as a share of all
    that is wanted; `labour_objective`, `labour_bound` and `labour_gap` are the same for man-days (fuel at its
    exchange rate) among plans of equal shortage.
    """

    network: NetworkLike = field(repr=False)
    bounds: IntArray  # K+1: period k covers days bounds[k] .. bounds[k+1]-1
    load: FloatArray = field(repr=False)  # K x W x goods: t/day loaded
    carriers: FloatArray = field(repr=False)  # K x W: carriers at work
    stock: FloatArray = field(repr=False)  # (K+1) x places x goods: t
    shortage: FloatArray = field(repr=False)  # K x places x goods: t not met in the period
    target_shortage: FloatArray = field(repr=False)  # t, in the order of the network's targets
    status: str
    objective: float
    bound: float
    gap: float
    labour_objective: float
    labour_bound: float
    labour_gap: float
    seconds: float
    feasible: bool
    need: FloatArray = field(repr=False)  # K x places x goods: t wanted in the period
    bottlenecks: pd.DataFrame = field(repr=False)
    shortages: pd.DataFrame = field(repr=False)
    summary: dict[str, pd.DataFrame] = field(repr=False)  # modes, sides, pools
    notes: list[str] = field(default_factory=list, repr=False)  # supplies and needs that no way can join

    @property
    def proven(self) -> bool:
        """Is it proven that no plan is better, or did time run out before?"""
        return self.status not in (BEST_SO_FAR, STOPPED)

    @cached_property
    def accounts(self) -> dict[str, pd.DataFrame]:
        """The summary, with `origins` and `stages`: where cargo is eaten on the way (worked out when asked for)."""
        means = period_means(self.network, self.bounds)
        return {
            **self.summary,
            "origins": origins(self.network, means, self.load, self.carriers, self.shortage),
            "stages": stages(self.network, means, self.load, self.carriers),
        }

    def at_day(self, day: int) -> int:
        """Index of the period that contains a day.  Raises IndexError outside the campaign."""
        period = horizon.period_of(self.bounds, day)
        if not 0 <= period < len(self.bounds) - 1:
            raise IndexError(f"day {day} is outside the plan (0 to {int(self.bounds[-1]) - 1})")
        return period

    def dates(self, period: int) -> tuple[date, date]:
        """First and last date of a period."""
        start = self.network.start
        first = start + timedelta(days=int(self.bounds[period]))
        return first, start + timedelta(days=int(self.bounds[period + 1]) - 1)

    def side_shortage_share(self, side: str) -> float:
        """Share of a side's needs and stock targets (t) that the plan leaves unmet; 0 when it wants nothing.

        Raises ValueError for a side the network does not have.
        """
        net = self.network
        places = np.flatnonzero(np.asarray(net.place_side) == list(net.side_ids).index(side))
        wanted, short = float(self.need[:, places].sum()), float(self.shortage[:, places].sum())
        for target, missing in zip(net.targets, self.target_shortage, strict=True):
            if target.place in places:
                wanted += max(float(target.t), 0.0)
                short += float(missing)
        return short / wanted if wanted > 0 else 0.0

    def closes_for(self, side: str) -> bool:
        """Are the needs and stock targets of one side met?"""
        return self.side_shortage_share(side) <= FEASIBLE_SHARE

    def reasons(self) -> list[str]:
        """The plan's story in plain sentences: is it feasible, what is missing, why, and how well proven."""
        return words.story(self)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """The plan as tables with names and dates: loads, carriers, stocks, needs and the summaries.

        Only what is not zero is listed, but `needs` has every period, place and good in which something is needed.
        """
        return {
            "loads": self._loads(),
            "carriers": self._carriers(),
            "stocks": self._stocks(),
            "needs": self._needs(),
            "targets": self._targets(),
            "bottlenecks": self.bottlenecks,
            "shortages": self.shortages,
            **self.accounts,
        }

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain values for JSON (`FORMAT`): facts of the solution, sentences, and every table as rows."""
        periods = [self.dates(k) for k in range(len(self.bounds) - 1)]
        return {
            "format": FORMAT,
            "start": self.network.start.isoformat(),
            "days": int(self.bounds[-1]),
            "bounds": [int(day) for day in self.bounds],
            "periods": [{"from": a.isoformat(), "until": b.isoformat()} for a, b in periods],
            "status": self.status,
            "feasible": bool(self.feasible),
            "shortage": {"objective": self.objective, "bound": self.bound, "gap": self.gap},
            "labour": {
                "objective": self.labour_objective,
                "bound": self.labour_bound,
                "gap": self.labour_gap,
            },
            "seconds": self.seconds,
            "reasons": self.reasons(),
            "tables": {name: _rows(frame) for name, frame in self.to_frames().items()},
        }

    def _loads(self) -> pd.DataFrame:
        net = self.network
        period, way, good = np.nonzero(self.load)
        arc = np.asarray(net.way_arc, dtype=np.int64)[way]
        columns = {
            "period": period,
            "from": self._dates(period, 0),
            "until": self._dates(period, 1),
            "route": _names(net.route_ids, np.asarray(net.arc_route)[arc]),
            "origin": _names(net.place_ids, np.asarray(net.arc_from)[arc]),
            "goal": _names(net.place_ids, np.asarray(net.arc_to)[arc]),
            "mode": _names(net.mode_ids, np.asarray(net.way_mode)[way]),
            "pool": _names(net.pool_ids, np.asarray(net.way_pool)[way]),
            "good": _names(net.good_ids, good),
            "t_per_day": self.load[period, way, good],
        }
        return pd.DataFrame(columns)

    def _carriers(self) -> pd.DataFrame:
        net = self.network
        period, way = np.nonzero(self.carriers)
        arc = np.asarray(net.way_arc, dtype=np.int64)[way]
        columns = {
            "period": period,
            "from": self._dates(period, 0),
            "until": self._dates(period, 1),
            "route": _names(net.route_ids, np.asarray(net.arc_route)[arc]),
            "origin": _names(net.place_ids, np.asarray(net.arc_from)[arc]),
            "mode": _names(net.mode_ids, np.asarray(net.way_mode)[way]),
            "pool": _names(net.pool_ids, np.asarray(net.way_pool)[way]),
            "carriers": self.carriers[period, way],
        }
        return pd.DataFrame(columns)

    def _stocks(self) -> pd.DataFrame:
        net = self.network
        bound, place, good = np.nonzero(self.stock)
        days = [net.start + timedelta(days=int(day)) for day in self.bounds]
        columns = {
            "date": [days[k] for k in bound],
            "place": _names(net.place_ids, place),
            "good": _names(net.good_ids, good),
            "t": self.stock[bound, place, good],
        }
        return pd.DataFrame(columns)

    def _needs(self) -> pd.DataFrame:
        net = self.network
        period, place, good = np.nonzero(self.need)
        need, short = self.need[period, place, good], self.shortage[period, place, good]
        columns = {
            "period": period,
            "from": self._dates(period, 0),
            "until": self._dates(period, 1),
            "place": _names(net.place_ids, place),
            "good": _names(net.good_ids, good),
            "need_t": need,
            "met_t": need - short,
            "shortage_t": short,
        }
        return pd.DataFrame(columns)

    def _targets(self) -> pd.DataFrame:
        net = self.network
        rows = [
            {
                "place": net.place_ids[target.place],
                "good": net.good_ids[target.good],
                "date": net.start + timedelta(days=int(target.day)),
                "target_t": float(target.t),
                "shortage_t": float(missing),
            }
            for target, missing in zip(net.targets, self.target_shortage, strict=True)
        ]
        return pd.DataFrame(rows, columns=["place", "good", "date", "target_t", "shortage_t"])

    def _dates(self, period: IntArray, which: int) -> list[date]:
        ends = [self.dates(k)[which] for k in range(len(self.bounds) - 1)]
        return [ends[int(k)] for k in period]


def _names(ids: Any, index: Any) -> list[str]:
    """Names at the given indices."""
    return [ids[int(i)] for i in index]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as a list of plain rows; dates in ISO form, a missing number as None."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
