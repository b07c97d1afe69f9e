"""Nearly orthogonal Latin hypercubes: published sizes, every level once, columns that hardly go together."""

from __future__ import annotations

import numpy as np
import pytest

from xetho.experiment.nolh import MOST_CORRELATION, _pattern, correlation, nolh, sizes, smallest

# Points and factors in Cioppa and Lucas (2007), table 1.
PUBLISHED = {17: 7, 33: 11, 65: 16, 129: 22}


def test_sizes_are_the_published_ones() -> None:
    assert {points: most for points, most in sizes().items() if points in PUBLISHED} == PUBLISHED
    assert [smallest(factors) for factors in (1, 7, 8, 11, 12, 16, 17, 22, 29, 30)] == [
        17, 17, 33, 33, 65, 65, 129, 129, 257, None,
    ]  # fmt: skip


@pytest.mark.parametrize(("points", "seed"), [(17, 1), (17, 2), (33, 1), (33, 2), (65, 1), (65, 2), (129, 1)])
def test_full_designs_are_nearly_orthogonal_latin_hypercubes(points: int, seed: int) -> None:
    factors = PUBLISHED[points]
    design = nolh(points, factors, seed)
    assert design.shape == (points, factors)
    levels = np.arange(points) / (points - 1)
    for column in design.T:
        assert np.allclose(np.sort(column), levels)
    # By the textbook's formula, not by the function that the search uses.
    centred = design - 0.5
    length = np.sqrt(np.sum(centred**2, axis=0))
    cosines = centred.T @ centred / np.outer(length, length)
    assert np.max(np.abs(cosines - np.eye(factors))) <= MOST_CORRELATION == 0.03
    assert correlation(design) == pytest.approx(np.max(np.abs(cosines - np.eye(factors))), abs=1e-12)


def test_a_design_is_symmetric_about_its_centre() -> None:
    design = nolh(33, 9, 4)
    assert np.allclose(design[16], 0.5)
    assert np.allclose(design[:16] + design[17:], 1.0)


@pytest.mark.parametrize("m", [4, 5, 6, 7])
def test_what_is_orthogonal_by_construction(m: int) -> None:
    """The levels and their m - 1 reflections in any order (Ye 1998); all columns when the levels stand in order."""
    places, signs = _pattern(m)
    order = np.random.default_rng(m).permutation(len(places)) + 1
    for levels, columns in ((order, m), (np.sort(order), places.shape[1])):
        half = (levels[places] * signs)[:, :columns]
        products = half.T @ half
        assert np.array_equal(products, np.diag(np.diag(products)))


def test_a_design_fills_space_better_than_the_natural_order() -> None:
    from scipy.stats import qmc

    places, signs = _pattern(6)
    half = (np.arange(1, 33)[places] * signs).astype(float)
    natural = np.vstack([half, np.zeros((1, 16)), -half]) / 64 + 0.5
    cells = [(one * 64 + 0.5) / 65 for one in (nolh(65, 16, 1), natural)]
    assert qmc.discrepancy(cells[0]) < 0.75 * qmc.discrepancy(cells[1])


def test_the_seed_decides() -> None:
    nolh.cache_clear()
    first = nolh(17, 5, 3).copy()
    nolh.cache_clear()
    assert np.array_equal(first, nolh(17, 5, 3))
    assert any(not np.array_equal(first, nolh(17, 5, seed)) for seed in (4, 5, 6))


@pytest.mark.parametrize(("points", "factors"), [(18, 3), (17, 8), (17, 0), (5, 1)])
def test_other_sizes_are_refused(points: int, factors: int) -> None:
    with pytest.raises(ValueError, match="no nearly orthogonal"):
        nolh(points, factors, 1)


def test_correlation_leaves_out_what_never_changes() -> None:
    same = np.array([[1.0, 2.0, 5.0], [2.0, 4.0, 5.0], [3.0, 6.0, 5.0]])
    assert correlation(same) == pytest.approx(1.0)
    assert correlation(same[:, [0, 2]]) == 0.0
