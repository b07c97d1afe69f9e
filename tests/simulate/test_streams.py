"""Random numbers against published vectors and exact distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from xetho.network.inputs import Assumption
from xetho.simulate import maths, streams
from xetho.simulate.draws import quantile

F = np.ndarray
ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [  # known answers of Random123 1.14 (kat_vectors, philox4x32 10)
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)  # fmt: skip
def test_philox_known_answers(counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]) -> None:
    full = np.uint64(key[1] << 32 | key[0])
    assert tuple(int(w) for w in streams.philox(full, *counter)) == words


def test_uniforms_are_uniform_inside_the_unit_interval() -> None:
    u = np.array([streams.uniform4(np.uint64(7), streams.WEATHER, run, 3, 11, 0) for run in range(5000)]).ravel()
    assert u.min() > 0 and u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 0.001
    wide = streams.uniforms(np.uint64(7), streams.ASSUMPTION, 0, 20000, 11)
    assert stats.kstest(wide, "uniform").pvalue > 0.001


def test_every_part_of_the_name_of_a_draw_counts() -> None:
    base = (np.uint64(1), streams.STRIKE, 5, 6, 7, 8)
    draws = {streams.uniform4(*base)}
    for i, other in enumerate((np.uint64(2), streams.FLAK, 50, 60, 70, 80)):
        draws.add(streams.uniform4(*[other if j == i else b for j, b in enumerate(base)]))
    assert len(draws) == 7


def test_names_make_stable_distinct_entities() -> None:
    assert streams.entity("123456789") == 0xCBF43926 & 0x7FFFFFFF  # the check value of CRC-32
    names = [f"{a}:{b}" for a in range(60) for b in range(60)]
    assert len({streams.entity(n) for n in names}) == len(names)


def test_a_day_has_its_own_word_of_the_draw_of_four_days() -> None:
    """Rows 0..3 are days 4q..4q+3; asking again, or for a day before, gives the same numbers."""
    s = np.zeros((5, 3), dtype=np.float32)
    key, entity = np.uint64(9), 77
    for day in (6, 7, 4, 8, 5):
        row = s[streams.day_row(key, streams.STRIKE, np.arange(40, 43, dtype=np.uint32), day, entity, s, 0)]
        four = [streams.uniform4(key, streams.STRIKE, 40 + lane, day - day % 4, entity, 0) for lane in range(3)]
        np.testing.assert_array_equal(row, np.array([words[day % 4] for words in four], dtype=np.float32))


def test_exp_and_log_to_single_precision() -> None:
    v = np.linspace(-80, 80, 20001).astype(np.float32)
    np.testing.assert_allclose([maths.exp(x) for x in v], np.exp(v.astype(np.float64)), rtol=4e-7)
    w = np.exp(v.astype(np.float64)).astype(np.float32)
    w = w[(w > 1e-37) & np.isfinite(w)]
    np.testing.assert_allclose([maths.log(x) for x in w], np.log(w.astype(np.float64)), rtol=4e-7, atol=1e-7)
    assert maths.exp(np.float32(-1000.0)) < 1e-37
    assert maths.power(np.float32(2.0), np.float32(10.0)) == pytest.approx(1024)


def test_normal_is_the_normal_quantile() -> None:
    u = np.concatenate([np.linspace(1e-7, 1 - 1e-7, 2001), 10.0 ** -np.arange(2, 8), 1 - 10.0 ** -np.arange(2, 7)])
    u = u.astype(np.float32)
    exact = stats.norm.ppf(u.astype(np.float64))
    np.testing.assert_allclose([streams.normal(x) for x in u], exact, rtol=3e-6, atol=2e-7)


def test_normal_at_the_ends_of_a_23_bit_uniform() -> None:
    for u in (2.0**-24, 1 - 2.0**-24):
        assert streams.normal(np.float32(u)) == pytest.approx(stats.norm.ppf(u), rel=1e-5)


@pytest.mark.parametrize("cv", [0.1, 0.5, 1.5])
def test_lognormal_has_mean_one_and_its_spread(cv: float) -> None:
    def moment(power: int) -> float:
        def density(z: float) -> float:
            u = np.float32(stats.norm.cdf(z))
            return float(streams.lognormal(u, np.float32(cv)) ** power * stats.norm.pdf(z))

        z = np.linspace(-5.2, 5.2, 4001)  # as far as 23-bit uniforms reach
        return float(integrate.simpson([density(x) for x in z], x=z))

    assert moment(1) == pytest.approx(1, rel=2e-3)
    assert moment(2) - 1 == pytest.approx(cv**2, rel=4e-2)  # the tail beyond is missing
    assert streams.lognormal(np.float32(0.9), np.float32(0.0)) == 1.0


def poisson(u: F, mean: float | F) -> F:
    """Counts for uniforms and means, lane by lane."""
    out = np.zeros((5, len(u)), dtype=np.float32)
    out[0], out[1] = u, mean
    streams.poisson_row(*out)
    return out[4]


@pytest.mark.parametrize("mean", [0.3, 3.0, 12.0, 50.0])
def test_poisson_counts(mean: float) -> None:
    """Chi-square against the exact law at a fixed seed; beyond 30 the rounded normal stands in for it."""
    u = streams.uniforms(np.uint64(3), streams.STRIKE, 0, 20000, streams.entity(f"poisson {mean}"))
    counts = poisson(u, mean)
    assert (counts == np.floor(counts)).all() and counts.min() >= 0
    edges = np.unique(stats.poisson.ppf(np.linspace(0, 1, 12)[1:-1], mean))  # bins of about equal weight
    expected = np.diff(np.concatenate([[0], stats.poisson.cdf(edges, mean), [1]]))
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    if mean <= 30:
        assert stats.chisquare(observed, expected * len(u)).pvalue > 0.001
    else:
        np.testing.assert_allclose(observed / len(u), expected, atol=0.02)
    assert counts.mean() == pytest.approx(mean, rel=0.02)
    assert counts.var() == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("mean", [0.01, 0.3, 2.0, 10.0, 29.0])
def test_poisson_counts_are_the_exact_quantiles(mean: float) -> None:
    """But for uniforms within single precision of a step."""
    u = ((np.arange(2**16) + 0.5) / 2**16).astype(np.float32)
    assert (poisson(u, mean) != stats.poisson.ppf(u.astype(np.float64), mean)).mean() < 1e-4


@given(st.integers(0, 2**23 - 1), st.lists(st.floats(0, 120), min_size=2, max_size=6))
def test_a_larger_mean_never_gives_a_smaller_count(word: int, means: list[float]) -> None:
    means = sorted(np.float32(m) for m in means)
    counts = poisson(np.full(len(means), (word + 0.5) / 2**23), np.array(means))
    assert (np.diff(counts) >= 0).all(), (word, means, counts)


def assumption(distribution: str, low: float, central: float, high: float) -> Assumption:
    return Assumption("a", "A", "set", distribution, low, central, high, np.array([0]))


U = np.linspace(0.001, 0.999, 401)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (("point", np.nan, 4, np.nan), np.full(401, 4.0)),
        (("uniform", 2, np.nan, 6), 2 + 4 * U),
        (("triangular", 2, 3, 6), stats.triang(0.25, 2, 4).ppf(U)),
        (("triangular", 2, 2, 6), 6 - 4 * np.sqrt(1 - U)),
        (("pert", 10, 12, 20), stats.beta(1.8, 4.2, 10, 10).ppf(U)),
        (("beta", 2, np.nan, 5), stats.beta(2, 5).ppf(U)),
        (("normal", 10 - 1.6448536, 10, 10 + 1.6448536), stats.norm(10, 1).ppf(U)),
        (("lognormal", 2, 4, 8), stats.lognorm(np.log(2) / 1.6448536, scale=4).ppf(U)),
    ],
)
def test_quantiles_of_every_distribution(given_: tuple[str, float, float, float], expected: F) -> None:
    np.testing.assert_allclose(quantile(assumption(*given_), U), expected, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_a_lopsided_bell_keeps_its_three_points(shape: str) -> None:
    values = quantile(assumption(shape, 1, 2, 9), np.array([0.05, 0.5, 0.95]))
    np.testing.assert_allclose(values, [1, 2, 9], rtol=1e-6)
