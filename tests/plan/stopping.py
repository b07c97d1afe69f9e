"""Time that runs out at a chosen moment of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np

from xetho.plan import PlanError
from xetho.plan.highs import Live, Optimum


@contextmanager
def time_for(count: int, junk: int | None = None) -> Iterator[None]:
    """Let so many programmes be solved (each from nothing, onward or mended); then time is up.

    junk: a seed; what the solver had in hand is then a solution and duals torn by random factors, and nothing else.
    """
    left = [count]
    rng = np.random.default_rng(junk)

    def counted(whole: Callable[..., Optimum]) -> Callable[..., Optimum]:
        def run(self: Live, *arguments: object) -> Optimum:
            left[0] -= 1
            if left[0] >= 0:
                return whole(self, *arguments)
            if junk is None:
                raise PlanError("time", tuple(self._seen))
            size, rows = len(self.programme.upper), len(self.programme.row_lower)
            base = self._seen[-1] if self._seen else (np.zeros(size), np.zeros(rows))
            values = base[0] * rng.uniform(0.0, 2.0, size) + rng.exponential(float(rng.choice([0.0, 3.0])), size)
            duals = base[1] * rng.uniform(0.5, 1.5, rows) + rng.normal(0.0, float(rng.choice([0.0, 1.0])), rows)
            raise PlanError("time", ((values, duals),))

        return run

    wholes = {name: getattr(Live, name) for name in ("fresh", "onward", "mended")}
    with patch.multiple(Live, **{name: counted(whole) for name, whole in wholes.items()}):
        yield
