"""Networks under sampled disruptions: assumptions drawn by their distributions, cuts of routes drawn week by week."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from xetho.network.build import build
from xetho.network.inputs import Assumption
from xetho.network.network import Network, Posted
from xetho.scenario import Scenario

F = NDArray[np.float64]

WEEK = 7
"""Days over which cuts are counted: about what it takes to mend one."""

Uniform = Callable[[str, int], float]
"""A uniform for a named purpose and sample."""


def disrupted(
    scenario: Scenario,
    samples: int,
    uniform: Uniform,
    quantile: Callable[[Assumption, F], F],
    posted: Posted | None = None,
) -> list[Network]:
    """The scenario's network under each of so many samples.

    A sample draws every assumption from its distribution and, for every threat, route and week, the cuts from the
    Poisson distribution of their expected number; mending, weather and losses are as expected under those.
    uniform: of a purpose (`assumption:ID`, `cuts:THREAT:ROUTE:WEEK`) and sample, so that samples share every draw that
    a what-if does not change.  quantile: an assumption's inverse distribution.  posted: as `build` takes it.
    """
    found = []
    for sample in range(samples):

        def value(a: Assumption, sample: int = sample) -> float:
            return float(quantile(a, np.array([uniform(f"assumption:{a.id}", sample)]))[0])

        def cuts(threat: str, route: str, mean: F, sample: int = sample) -> F:
            drawn = np.zeros(len(mean))
            for week, first in enumerate(range(0, len(mean), WEEK)):
                days = slice(first, first + WEEK)
                expected = float(mean[days].sum())
                if expected > 0:
                    count = stats.poisson.ppf(uniform(f"cuts:{threat}:{route}:{week}", sample), expected)
                    drawn[days] = mean[days] * count / expected
            return drawn

        found.append(build(scenario, value, cuts, posted))
    return found
