"""Static cuts against trying every plan, on 200 small networks each."""

from __future__ import annotations

import math

import pytest

from tests.interdict import small
from xetho.interdict import least_flow, longest_path, max_flow, shortest_path

SEEDS = range(200)
BLOCKS = [range(i, i + 50) for i in range(0, 200, 50)]


@pytest.mark.parametrize("seeds", BLOCKS, ids=str)
def test_least_flow_with_gains(seeds: range) -> None:
    for seed in seeds:
        graph, budget = small.random_graph(seed, gains=seed % 4 != 0)
        found = least_flow(graph, budget, alternatives=0)
        true = small.worst(lambda cut, g=graph: small.flow(g, cut), graph, budget, -1)
        assert found.best.value == pytest.approx(true, rel=1e-7, abs=1e-7), seed
        assert small.flow(graph, found.best.routes) == pytest.approx(true, rel=1e-7, abs=1e-7), seed
        assert graph.effort[list(found.best.routes)].sum() <= budget + 1e-9
        assert found.gap < 1e-6, seed


@pytest.mark.parametrize("removal", [True, False], ids=["removal", "delay"])
@pytest.mark.parametrize("seeds", BLOCKS, ids=str)
def test_longest_path(seeds: range, removal: bool) -> None:
    for seed in seeds:
        graph, budget = small.random_graph(seed, removal=removal)
        found = longest_path(graph, budget, alternatives=0)
        true = small.worst(lambda cut, g=graph: small.length(g, cut), graph, budget, 1)
        assert found.best.value == true, seed
        assert small.length(graph, found.best.routes) == true, seed
        assert graph.effort[list(found.best.routes)].sum() <= budget + 1e-9
        assert found.gap == 0.0, seed


@pytest.mark.parametrize("seed", range(24))
def test_others_are_all_that_come_near(seed: int) -> None:
    """Every plan with 95 % of the effect holds all routes of one that is told, and each told is as good as it says."""
    graph, budget = small.random_graph(seed, removal=seed % 2 == 0)
    for found, value, sense in (
        (longest_path(graph, budget, alternatives=400), lambda cut: small.length(graph, cut), 1),
        (least_flow(graph, budget, alternatives=400), lambda cut: small.flow(graph, cut), -1),
    ):
        assert found.complete
        told = [found.best, *found.others]
        for one in told:
            assert value(one.routes) == pytest.approx(one.value, rel=1e-9, abs=1e-9)
        assert [sense * one.value for one in told] == sorted((sense * one.value for one in told), reverse=True)
        floor = found.base + sense * 0.95 * found.effect if math.isfinite(found.effect) else math.inf
        for cut in small.subsets(graph.effort, budget):
            if found.effect > 0 and sense * value(cut) >= sense * floor + 1e-6:
                assert any(set(one.routes) <= set(cut) for one in told), (cut, value(cut))


@pytest.mark.parametrize("seed", range(20))
def test_guarded_routes_are_never_cut(seed: int) -> None:
    graph, _ = small.random_graph(seed)
    guarded = frozenset({0, 2})
    found = longest_path(graph, 3.0, guarded=guarded, alternatives=0)
    assert not guarded & set(found.best.routes)
    assert found.best.value == small.worst(lambda cut: small.length(graph, cut), graph, 3.0, 1, guarded)


@pytest.mark.parametrize("seed", range(20))
def test_values_with_nothing_cut(seed: int) -> None:
    graph, _ = small.random_graph(seed, gains=True)
    assert max_flow(graph) == pytest.approx(small.flow(graph, ()), rel=1e-9)
    assert shortest_path(graph) == small.length(graph, ())
