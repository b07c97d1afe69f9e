"""Designs and their files: every combination, Latin columns, balance; and every mistake of a file at once."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xetho.experiment.design import Design, Factor, worst_correlation
from xetho.experiment.designfile import Wanted, read_design
from xetho.scenario import ScenarioError


def spans(count: int, low: float = 0.0, high: float = 1.0) -> tuple[Factor, ...]:
    return tuple(Factor(f"f{i}", "set", f"t[{i}].c", span=(low, high)) for i in range(count))


def test_a_factorial_has_every_combination_once() -> None:
    levels: list[tuple[float | str, ...]] = [(1.0, 2.0, 3.0), ("x", "y"), (10.0, 20.0)]
    design = Design("factorial", tuple(Factor(str(i), "set", str(i), tuple(one)) for i, one in enumerate(levels)))
    assert design.settings() == list(product(*levels))
    assert design.size == 12
    assert worst_correlation(design.factors, design.settings()) < 1e-12


@settings(deadline=None, max_examples=25)
@given(points=st.integers(2, 60), factors=st.integers(1, 6), seed=st.integers(0, 1000))
def test_latin_columns_have_one_point_in_each_slice(points: int, factors: int, seed: int) -> None:
    design = Design("latin-hypercube", spans(factors), points, seed)
    found = np.array(design.settings(), dtype=float)
    assert found.shape == (points, factors)
    slices = np.sort(np.floor(found * points).astype(int), axis=0)
    assert np.array_equal(slices, np.tile(np.arange(points)[:, None], factors))
    assert np.array_equal(found, np.array(design.settings(), dtype=float))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sobol_points_are_a_net(seed: int) -> None:
    """Every elementary interval of the first two columns of 2^6 points holds as many points (a (0,6,2)-net)."""
    found = np.array(Design("sobol", spans(2), 64, seed).settings(), dtype=float)
    for split in range(7):
        cells = np.floor(found * [2**split, 2 ** (6 - split)]).astype(int)
        assert len(np.unique(cells, axis=0)) == 64


def test_spans_and_levels_take_the_whole_range() -> None:
    factor = Factor("x", "set", "x", span=(3.0, 9.0))
    assert [factor.at(u) for u in (0.0, 0.5, 1.0)] == [3.0, 6.0, 9.0]
    whole = Factor("x", "set", "x", span=(1.0, 4.0), whole=True)
    assert [whole.at(u) for u in (0.0, 0.4, 1.0)] == [1, 2, 4]
    assert all(isinstance(whole.at(u), int) for u in (0.0, 0.4, 1.0))
    words = Factor("x", "set", "x", ("a", "b", "c"))
    assert [words.at(u) for u in (0.0, 0.34, 0.99, 1.0)] == ["a", "b", "c", "c"]


def write(folder: Path, text: str) -> Path:
    path = folder / "design.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_design_file_is_read(tmp_path: Path) -> None:
    found = read_design(
        write(
            tmp_path,
            """
design = "sobol"
points = 8
seed = 5
quantiles = [0.1, 0.9]
[[factors]]
assumption = "load"
quantile_range = [0.05, 0.95]
[[factors]]
set = "modes[truck] . crew"
name = "crew"
range = [1, 4]
[[factors]]
variants = ["", "twice"]
[[outputs]]
metric = "dead[blue]"
at_most = 100
[[outputs]]
metric = "camp_fall_date[FORT]"
name = "in-may"
at_least = 1954-05-01
""",
        )
    )
    assert found.design == Design(
        "sobol",
        (
            Factor("load", "assumption", "load", span=(0.05, 0.95), quantiles=True),
            Factor("crew", "set", "modes[truck].crew", span=(1.0, 4.0)),
            Factor("variant", "variant", "", ("", "twice")),
        ),
        8,
        5,
    )
    assert found.quantiles == (0.1, 0.9)
    assert found.outputs == (
        Wanted("dead[blue]", "dead[blue]", "", "100"),
        Wanted("in-may", "camp_fall_date[FORT]", "1954-05-01", ""),
    )
    assert found.lines["factors", 1] == 9


def test_every_mistake_of_a_file_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
design = "latin-hypercub"
pionts = 8
quantiles = [1.5]
[[factors]]
assumption = "load"
levls = [1]
[[factors]]
assumption = "pace"
levels = [1, "two", 1]
[[factors]]
assumption = "reach"
set = "a[b].c"
[[factors]]
set = "a.b"
levels = [1, 2]
[[factors]]
set = "a[b].c"
range = [3, 2]
[[factors]]
variants = ["one"]
name = "mean"
[[outputs]]
name = "nothing"
""",
    )
    with pytest.raises(ScenarioError) as caught:
        read_design(path)
    said = [str(problem) for problem in caught.value.problems]
    for part in (
        'column pionts: "pionts" is not a setting of a design',
        'did you mean "points"?',
        'did you mean "latin-hypercube"?',
        "quantiles: \"[1.5]\" are no quantiles",
        'row 5, column levls: "levls" is not a setting of a factor',
        "row 5, column load: has no levels",
        'row 8, column levels: "two" is not a number',
        'row 8, column levels: "1.0" is there twice',
        "row 11, column factors: varies several things at once: assumption, set",
        'row 14, column set: "a.b" is not a target',
        "row 17, column range: 3 is not below 2",
        "row 20, column variants: is one level, which varies nothing",
        "row 23, column metric: is missing",
    ):
        assert any(part in line for line in said), (part, said)


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ('design = "sobol"\npoints = 12', "a power of 2"),
        ('design = "nolh"\npoints = 20', "17 (up to 7 factors)"),
        ('design = "latin-hypercube"', "points: is missing"),
        ('design = "latin-hypercube"\npoints = 1', "is not a whole number (allowed: 2 or more)"),
        ('design = "sobol"\npoints = 1048576', "up to 100,000"),
        ('design = "factorial"', "which a factorial needs"),
        ('design = "factorial"\npoints = 3', "means nothing here"),
        ('design = "nolh"\nseed = -1', "seed: \"-1\" is not a whole number"),
        ("", "design: is missing"),
    ],
)
def test_points_that_a_design_cannot_have(tmp_path: Path, top: str, said: str) -> None:
    path = write(tmp_path, f'{top}\n[[factors]]\nassumption = "load"\nrange = [1, 2]\n')
    with pytest.raises(ScenarioError) as caught:
        read_design(path)
    assert said in str(caught.value)


def test_combinations_are_capped(tmp_path: Path) -> None:
    many = "".join(f'[[factors]]\nassumption = "a{i}"\nlevels = {list(range(20))}\n' for i in range(4))
    with pytest.raises(ScenarioError, match=r"160,000 points"):
        read_design(write(tmp_path, f'design = "factorial"\n{many}'))


def test_things_are_varied_once(tmp_path: Path) -> None:
    factor = '[[factors]]\nassumption = "load"\nlevels = [1, 2]\n'
    with pytest.raises(ScenarioError) as caught:
        read_design(write(tmp_path, f'design = "factorial"\n{factor}{factor}[[factors]]\nname = "mean"\n{factor[12:]}'))
    assert '"load" is varied twice' in str(caught.value)
    assert '"mean" is a column of the results' in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file"):
        read_design(tmp_path / "none.toml")
