"""Sets that hit all plans against trying every set; and plans that between them bound all strikes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tests.interdict.test_campaign import case, passing, shortage
from xetho.interdict import CampaignGame, NoAnswer, interdict, protect
from xetho.interdict.hitting import hitting_sets


def hit_all(used: np.ndarray, effort: np.ndarray, budget: float, barred: frozenset[int], excluded: list) -> set:
    """Every set within the budget that hits all plans, by trying them all."""
    free = [i for i in range(used.shape[1]) if i not in barred]
    return {
        one
        for size in range(len(free) + 1)
        for one in itertools.combinations(free, size)
        if effort[list(one)].sum() <= budget + 1e-9
        and used[:, list(one)].any(axis=1).all()
        and not any(set(other) <= set(one) for other in excluded)
    }


def told(hits) -> set:
    """The sets of families one by one."""
    return {
        tuple(sorted((*one.chosen, *end)))
        for one in hits.families
        for end in ([(int(strike),) for strike in one.last] if len(one.last) else [()])
    }


@pytest.mark.parametrize("seed", range(60))
def test_every_least_set_is_found_and_no_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    used = rng.random((int(rng.integers(0, 7)), 8)) < rng.uniform(0.2, 0.6)
    effort = rng.integers(1, 4, 8).astype(float) if seed % 2 else np.ones(8)
    budget, barred = float(rng.integers(1, 5)), frozenset(rng.choice(8, seed % 3, replace=False).tolist())
    excluded = [tuple(rng.choice(8, 2, replace=False).tolist()) for _ in range(seed % 4)]
    all_sets = hit_all(used, effort, budget, barred, excluded)
    hits = hitting_sets(used, effort, budget, barred, excluded, visits=10**6, seed=seed, deadline=math.inf)
    found = told(hits)
    assert hits.complete and found <= all_sets
    # What is not told holds a set that is: to bound all sets it is enough to answer those.
    assert all(any(set(least) <= set(one) for least in found) for one in all_sets)
    if found:
        weight = rng.random(8)
        best = hits.heaviest(weight)
        assert best in found
        assert weight[list(best)].sum() == pytest.approx(max(weight[list(one)].sum() for one in found))
    few = hitting_sets(used, effort, budget, barred, excluded, visits=1, seed=seed, deadline=math.inf)
    assert told(few) <= all_sets
    assert few.families or not few.complete or not all_sets


def test_shares_count_sets_that_fill_the_budget() -> None:
    """One plan that two of five strikes hurt: each is in more of the pairs that hit it than any other strike."""
    used = np.array([[True, True, False, False, False]])
    hits = hitting_sets(used, np.ones(5), 2.0, frozenset(), (), visits=100, seed=0, deadline=math.inf)
    share = hits.shares(5, 2)
    assert share.max() == 1.0 and share[:2].min() > share[2:].max() > 0.0


def test_looking_takes_no_longer_than_is_left() -> None:
    with pytest.raises(NoAnswer):
        hitting_sets(np.ones((1, 3), dtype=bool), np.ones(3), 1.0, frozenset(), (), visits=9, seed=0, deadline=0.0)


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.4])
def test_bounds_hold_and_are_as_near_as_asked(tolerance: float) -> None:
    """Whatever the tolerance, nothing passes the bound, what is told is reached, and the two are near enough."""
    for seed in range(300, 308):
        network, bounds, options = case(seed)
        game = CampaignGame(network, 0, bounds, options, passing(network), tolerance=tolerance)
        found = interdict(game, 2, alternatives=0)
        plans = [one for size in (0, 1, 2) for one in itertools.combinations(range(len(options)), size)]
        values = {one: shortage(network, bounds, tuple(options[i] for i in one)) for one in plans}
        assert found.bound >= max(values.values()) - 1e-5, seed
        assert found.best.value == pytest.approx(values[found.best.routes], rel=1e-6, abs=1e-6), seed
        assert found.bound - found.best.value <= tolerance * game.wanted + 1e-5, seed


def test_every_plan_bounds_the_strikes_it_uses_none_of() -> None:
    for seed in range(330, 336):
        network, bounds, options = case(seed)
        game = CampaignGame(network, 0, bounds, options, passing(network), tolerance=0.05)
        interdict(game, 2, alternatives=0)
        for size in (0, 1, 2, 3):
            for one in itertools.combinations(range(len(options)), size):
                least = shortage(network, bounds, tuple(options[i] for i in one))
                for plan in game.plans:
                    if not plan.used[list(one)].any():
                        assert plan.shortage >= least - 1e-6, (seed, one)


def test_a_bound_is_told_when_time_is_up() -> None:
    network, bounds, options = case(301)
    game = CampaignGame(network, 0, bounds, options, passing(network))
    base = game.base
    found = interdict(game, 2, alternatives=0, time_limit=0.0)
    worst = max(
        shortage(network, bounds, (options[a], options[b])) for a, b in itertools.combinations(range(len(options)), 2)
    )
    assert found.bound >= max(worst, base) - 1e-6


def test_guards_with_a_tolerance() -> None:
    """No cuts against the guards pass `most`, and no other guards could bring the worst below `bound`."""
    for seed in range(340, 345):
        network, bounds, options = case(seed)
        routes = sorted({one.route for one in options})
        if len(routes) < 2:
            continue
        game = CampaignGame(network, 0, bounds, options, passing(network), tolerance=0.1)
        found = protect(game, 1, 2)

        def faced(guards: set[int], network=network, bounds=bounds, options=options) -> float:
            free = [one for one in options if one.route not in guards]
            return max(shortage(network, bounds, one) for one in itertools.combinations(free, min(2, len(free))))

        assert faced({game.routes[guard] for guard in found.guards}) <= found.most + 1e-5, seed
        assert min(faced({guard}) for guard in routes) >= found.bound - 1e-5, seed
