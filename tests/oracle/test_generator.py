"""The generator's streams: Philox written a second time, uniformity, and independence over every part of a name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.oracle.chance import LEAST, independent
from xetho.scenario import load
from xetho.simulate import streams

F = np.ndarray
WORD = st.integers(0, 2**32 - 1)
SMALL = 20_000


def philox_in_whole_numbers(key: int, counter: tuple[int, ...], rounds: int = 10) -> tuple[int, ...]:
    """Philox 4x32 as Salmon and others (2011, section 3.3) define it, in Python's unbounded integers."""
    k0, k1 = key % 2**32, key >> 32
    x = list(counter)
    for _ in range(rounds):
        high0, low0 = divmod(0xD2511F53 * x[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * x[2], 2**32)
        x = [high1 ^ x[1] ^ k0, low1, high0 ^ x[3] ^ k1, low0]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return tuple(x)


@given(st.integers(0, 2**64 - 1), st.tuples(WORD, WORD, WORD, WORD))
@settings(deadline=None)  # the first call may compile
def test_philox_is_itself_on_any_counter_and_key(key: int, counter: tuple[int, ...]) -> None:
    """The published known answers are in tests/simulate/test_streams.py; they are three counters only."""
    got = streams.philox(np.uint64(key), *(np.uint64(c) for c in counter))
    assert tuple(int(word) for word in got) == philox_in_whole_numbers(key, counter)


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 7), st.integers(0, 2**31 - 1), st.integers(0, 2000),
    st.integers(0, 2**31 - 1), st.integers(0, 4095),
)  # fmt: skip
@settings(deadline=None)
def test_a_draw_is_named_as_documented(key: int, stream: int, run: int, day: int, entity: int, draw: int) -> None:
    """docs/model/streams.md: the counter is run, day, entity, process · 4096 + draw; each word makes a number."""
    words = philox_in_whole_numbers(key, (run, day, entity, stream * 4096 + draw))
    drawn = streams.uniform4(np.uint64(key), stream, run, day, entity, draw)
    np.testing.assert_allclose(drawn, [word / 2**32 for word in words], rtol=0, atol=2.0**-23)


def test_no_draw_is_ever_one() -> None:
    """The draw of this name has the greatest word there is; at 1 a normal quantile would not be a number."""
    name = (streams.STRIKE, 7_816_009, 0, streams.entity("bombs:road"), 0)
    u = streams.uniform4(np.uint64(1), *name)[0]
    assert 1 - 2**-22 < u < 1


NAMED = {"key": 7, "stream": streams.STRIKE, "run": 0, "day": 12, "entity": streams.entity("bombs:road"), "draw": 0}


def sample(over: str = "run", count: int = SMALL, **names: int) -> F:
    """Four words of `count` draws, counted up over one part of their name: count x 4."""
    name = {**NAMED, **names}
    first = name[over]
    out = np.empty((count, 4))
    for i in range(count):
        name[over] = first + i
        out[i] = streams.uniform4(np.uint64(name["key"]), *(name[n] for n in list(NAMED)[1:]))
    return out


@pytest.mark.parametrize("over", ["run", "day", "entity", "draw", "key"])
def test_uniform_over_every_part_of_the_name(over: str) -> None:
    """80,000 numbers counted up over one part of the name alone: 256 cells, and each of the first 22 bits."""
    u = sample(over, 4096 if over == "draw" else SMALL).ravel()
    assert stats.chisquare(np.bincount((u * 256).astype(int), minlength=256)).pvalue > LEAST
    assert stats.kstest(u, "uniform").pvalue > LEAST
    bits = (u * 2**22).astype(np.int64)
    for bit in range(22):
        ones = int((bits >> bit & 1).sum())
        assert stats.binomtest(ones, len(u)).pvalue > LEAST, bit


BASE = sample()
OTHERS: dict[str, Callable[[], F]] = {
    "next run": lambda: sample(run=1),
    "a thousand runs on": lambda: sample(run=1000),
    "next day": lambda: sample(day=13),
    "another entity": lambda: sample(entity=streams.entity("bombs:toad")),
    "next entity": lambda: sample(entity=NAMED["entity"] + 1),
    "next draw": lambda: sample(draw=1),
    "another process": lambda: sample(stream=streams.CARRIERS),
    "next seed": lambda: sample(key=8),
    "a seed that differs in its high word": lambda: sample(key=7 + 2**32),
    "run and day change places": lambda: sample("day", run=12, day=0),
}


@pytest.mark.parametrize("other", OTHERS)
def test_independent_of(other: str) -> None:
    """20,000 pairs in 16 x 16 boxes, for each pair of words."""
    beside = OTHERS[other]()
    for i in range(4):
        for j in range(4):
            assert independent(BASE[:, i], beside[:, j]) > LEAST, (i, j)


def test_the_words_of_a_draw_are_independent() -> None:
    for i, j in combinations(range(4), 2):
        assert independent(BASE[:, i], BASE[:, j]) > LEAST


def test_sums_over_days_and_entities_spread_as_those_of_independent_numbers() -> None:
    """Any common part of 20 days or 20 names would widen the sum: chi-square of its variance over 3,000 runs."""
    for part in ("day", "entity"):
        sums = sum(sample(count=3000, **{part: NAMED[part] + i})[:, 0] for i in range(20))
        ratio = np.var(sums, ddof=1) * 2999 / (20 / 12)
        assert LEAST < stats.chi2(2999).cdf(ratio) < 1 - LEAST


def test_no_two_draws_are_the_same() -> None:
    """60,000 draws over runs, days and names, the first two words of each: a pair twice is expected 1e-5 times."""
    seen = [sample(count=1000, day=day, entity=entity)[:, :2] for day in range(10) for entity in range(100, 106)]
    pairs = np.concatenate(seen)
    assert len(np.unique(pairs, axis=0)) == len(pairs) == 60_000


def test_assumptions_are_drawn_independently_of_each_other_and_of_the_next_run() -> None:
    """30 assumptions x 4,000 runs of two seeds: 435 correlations spread as they should, and the greatest is small."""
    for seed in (1, 2):
        table = np.array([
            streams.uniforms(np.uint64(seed), streams.ASSUMPTION, 0, 4000, streams.entity(f"assumption:a{i}"))
            for i in range(30)
        ])  # fmt: skip
        upper = np.triu_indices(30, 1)
        for matrix in (np.corrcoef(table), np.corrcoef(table[:, :-1], table[:, 1:])[:30, 30:]):
            r = matrix[upper] * np.sqrt(4000)
            assert abs(r).max() < 4.5
            assert stats.chi2(len(r)).sf((r**2).sum()) > LEAST
        assert stats.kstest(table.ravel(), "uniform").pvalue > LEAST


def test_runs_further_on_are_the_runs_one_would_have_had() -> None:
    """Blocks of an assumption's draws begin where asked."""
    whole = streams.uniforms(np.uint64(3), streams.ASSUMPTION, 0, 500, 9)
    np.testing.assert_array_equal(whole[200:300], streams.uniforms(np.uint64(3), streams.ASSUMPTION, 200, 100, 9))


def test_no_two_names_of_the_bundled_scenario_share_a_number() -> None:
    """Every name that could draw in one process: threats on routes, pools on routes, operations, assumptions, zones."""
    tables = load("dien-bien-phu").tables
    routes = tables["routes"].index
    pools = {pool or key for key, pool in tables["fleets"]["pool"].items()}
    groups = [
        [f"{threat}:{route}" for threat in tables["threats"].index for route in routes],
        [f"{route}:{pool}" for route in routes for pool in pools],
        [f"operation:{key}" for key in tables["operations"].index],
        [f"assumption:{key}" for key in tables["assumptions"].index],
        [f"zone:{zone}" for zone in tables["places"]["zone"].unique()],
    ]
    for names in groups:
        assert len(names) > 0 and len({streams.entity(name) for name in names}) == len(names)
