"""Guards against trying every guard and every plan, on 200 small networks."""

from __future__ import annotations

import itertools
import math

import pytest

from tests.interdict import small
from xetho.interdict import FlowGame, PathGame, QuestionError, protect


@pytest.mark.parametrize("seeds", [range(i, i + 50) for i in range(0, 200, 50)], ids=str)
def test_best_guards(seeds: range) -> None:
    for seed in seeds:
        graph, _ = small.random_graph(seed, gains=True, removal=seed % 3 == 0)
        budget, count = float(graph.effort.max()) + seed % 2, 1 + seed % 3
        game, value = PathGame(graph), small.length
        if seed % 4 == 0:
            game, value = FlowGame(graph), small.flow
        plans = list(small.subsets(graph.effort, budget))
        values = {one: value(graph, one) for one in plans}
        sense = game.sense

        def faced(guards: tuple[int, ...], values=values, sense=sense) -> float:
            return max((v for one, v in values.items() if not set(one) & set(guards)), key=lambda v: sense * v)

        choices = itertools.combinations(range(len(graph.effort)), count)
        true = min((faced(guards) for guards in choices), key=lambda v: sense * v)
        found = protect(game, count, budget)
        assert found.attack.value == pytest.approx(true, rel=1e-7, abs=1e-7), seed
        assert faced(found.guards) == pytest.approx(true, rel=1e-7, abs=1e-7), seed
        assert found.unguarded.value == pytest.approx(faced(()), rel=1e-7, abs=1e-7), seed
        assert found.gap < 1e-6 and len(found.guards) <= count
        for guard, worth, reply in zip(found.guards, found.worth, found.replies, strict=True):
            rest = tuple(one for one in found.guards if one != guard)
            without = faced(rest)
            expected = 0.0 if math.isinf(true) and without == true else abs(without - true)
            assert worth == pytest.approx(expected, rel=1e-6, abs=1e-6), seed
            assert reply is not None and not set(reply.routes) & set(rest), seed
            assert values[tuple(sorted(reply.routes))] == pytest.approx(without, rel=1e-7, abs=1e-7), seed
            # Only the route that is no longer guarded can make worse cuts possible; else nothing is cut anew.
            assert guard in reply.routes if expected > 1e-6 else reply == found.attack, seed


def test_more_guards_than_routes() -> None:
    graph, _ = small.random_graph(1)
    with pytest.raises(QuestionError, match="guards: found 99"):
        protect(PathGame(graph), 99, 1.0)
