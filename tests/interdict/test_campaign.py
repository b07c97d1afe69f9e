"""Strikes on a campaign against trying every plan of them, each reply a programme written anew, solved elsewhere."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from tests.plan.factory import HandNetwork
from tests.plan.test_oracle import random_network
from xetho.interdict import CampaignGame, QuestionError, Strike, interdict, protect, strikes
from xetho.plan import horizon
from xetho.plan.model import build
from xetho.plan.prune import period_means, useful_loads

PASS = {"porter": 0.6, "truck": 0.0}


def passing(network: HandNetwork) -> np.ndarray:
    return np.array([PASS[network.mode_ids[mode]] for mode in network.way_mode])


def shortage(network: HandNetwork, bounds: np.ndarray, struck: tuple[Strike, ...]) -> float:
    """Least shortage of the network as the strikes leave it, day by day."""
    changed = copy.copy(network)
    changed.way_expected = network.way_expected.copy()
    route = network.arc_route[network.way_arc]
    stopped = np.zeros(network.way_expected.shape, dtype=bool)
    for one in struck:
        stopped[route == one.route, one.first : one.last + 1] = True
    changed.way_expected[stopped] *= np.broadcast_to(passing(network)[:, None], stopped.shape)[stopped]
    means = period_means(changed, bounds)
    programme = build(changed, means, useful_loads(changed, means), labour_per_fuel_t=0.0).programme
    matrix = programme.matrix.tocsr()
    lower, upper = np.isfinite(programme.row_lower), np.isfinite(programme.row_upper)
    done = linprog(
        programme.shortage_cost,
        A_ub=sparse.vstack([matrix[upper], -matrix[lower]]),
        b_ub=np.concatenate([programme.row_upper[upper], -programme.row_lower[lower]]),
        bounds=np.stack([np.zeros(matrix.shape[1]), programme.upper], axis=1),
        method="highs",
    )
    return float(done.fun)


def shortages(network: HandNetwork, bounds: np.ndarray, options: list[Strike]) -> Callable[..., float]:
    """The same for strikes by their numbers in order; each set is planned against once."""
    return functools.cache(lambda *struck: shortage(network, bounds, tuple(options[i] for i in struck)))


def case(seed: int) -> tuple[HandNetwork, np.ndarray, list[Strike]]:
    """A small campaign, its windows, and four strikes that may be made, some with days of mending."""
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    bounds = horizon.periods(network.days, int(rng.integers(4, 8)))
    mend = rng.uniform(0.0, 3.0, len(network.route_ids)) * (seed % 2)
    every = strikes(network, bounds, range(len(network.route_ids)), mend)
    chosen = sorted(rng.choice(len(every), min(4, len(every)), replace=False))
    return network, bounds, [every[i] for i in chosen]


@pytest.mark.parametrize("seeds", [range(i, i + 50) for i in range(0, 200, 50)], ids=str)
def test_worst_strikes(seeds: range) -> None:
    for seed in seeds:
        network, bounds, options = case(seed)
        game = CampaignGame(network, 0, bounds, options, passing(network))
        found = interdict(game, 2, alternatives=0)
        least = shortages(network, bounds, options)
        true = max(least(*plan) for plan in itertools.combinations(range(len(options)), 2))
        close = dict(rel=1e-6, abs=1e-6)
        assert found.best.value == pytest.approx(true, **close), seed
        assert found.bound == pytest.approx(true, rel=1e-5, abs=1e-5), seed
        assert least(*found.best.routes) == pytest.approx(true, **close)
        assert found.base == pytest.approx(least(), **close), seed


@pytest.mark.parametrize("seeds", [range(200, 220), range(220, 240)], ids=str)
def test_best_guards(seeds: range) -> None:
    """A guard keeps a route open through all windows."""
    for seed in seeds:
        network, bounds, options = case(seed)
        routes = sorted({one.route for one in options})
        if len(routes) < 2:
            continue
        game = CampaignGame(network, 0, bounds, options, passing(network))
        found = protect(game, 1, 2)
        least = shortages(network, bounds, options)

        def faced(guard: int | None, options=options, least=least) -> float:
            free = [i for i, one in enumerate(options) if one.route != guard]
            return max(least(*plan) for plan in itertools.combinations(free, min(2, len(free))))

        true = min(faced(guard) for guard in routes)
        assert found.attack.value == pytest.approx(true, rel=1e-6, abs=1e-6), seed
        assert faced(game.routes[found.guards[0]] if found.guards else None) == pytest.approx(true, rel=1e-6, abs=1e-6)
        assert found.gap < 1e-4


def test_a_side_without_needs() -> None:
    network = random_network(3)
    network.need = np.zeros_like(network.need)
    network.targets = []
    bounds = horizon.periods(network.days, 5)
    options = strikes(network, bounds, [0], np.zeros(len(network.route_ids)))
    with pytest.raises(QuestionError, match="needs nothing"):
        CampaignGame(network, 0, bounds, options, passing(network))
