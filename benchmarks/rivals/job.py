"""What each way of playing the transport model must offer, and the shape of its answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from benchmarks.models.transport import F, Net

TOTALS = ("cuts", "food_used_t", "shells_used_t", "food_short_t", "shells_short_t", "carrier_days")
"""Figures of a whole campaign, in the order in which `run` returns them."""

TRACE = ("moved_t", "stock_t", "open")
"""Daily figures: tonnes by road, stock after loading by place and good, share of each road open."""


class TransportJob(ABC):
    """The model at one size, ready to be played."""

    def __init__(self, net: Net, threads: int) -> None:
        self.net, self.threads = net, threads

    @abstractmethod
    def run(self, units: int, seed: int) -> F:
        """Play so many campaigns; totals[figure, run]."""

    @abstractmethod
    def trace(self, cuts: F) -> dict[str, F]:
        """Play one campaign with the given cuts[day, road] instead of chance; the daily figures of TRACE."""

    def answer(self, results: list[F]) -> dict[str, Any]:
        """What is compared: a day-by-day trace without chance, and mean and deviation of totals with it."""
        totals = np.concatenate(results, axis=1)
        trace = self.trace(np.zeros((self.net.days, len(self.net.cuts))))
        mean, deviation = totals.mean(axis=1), totals.std(axis=1, ddof=1)
        return {
            "trace": {name: trace[name].tolist() for name in TRACE},
            "means": {name: [float(mean[i]), float(deviation[i])] for i, name in enumerate(TOTALS)},
            "runs": int(totals.shape[1]),
        }
