"""A sweep's numbers are those of single campaigns over the same chances; its folder loses and doubles nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xetho as xt
from xetho.experiment.designfile import Wanted
from xetho.experiment.intervals import wilson
from xetho.experiment.play import Player, figures
from xetho.plan import solve
from xetho.scenario import ScenarioError
from xetho.scenario.new import new
from xetho.simulate.draws import draw, quantile
from xetho.sweeps import prepare, sweep

ROOT = Path(__file__).resolve().parents[2]
METRIC = "shortage_t[relief,food]"


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new("valley", tmp_path_factory.mktemp("scenario"))


def write(folder: Path, text: str) -> Path:
    path = folder / "design.toml"
    path.write_text(text, encoding="utf-8")
    return path


FACTORIAL = f"""
design = "factorial"
quantiles = [0.25, 0.5]
[[factors]]
assumption = "porter-load"
quantiles = [0.1, 0.9]
[[factors]]
variants = ["", "more-porters"]
[[factors]]
set = "fleets[trucks].count"
name = "trucks"
levels = [6, 12]
[[outputs]]
metric = "{METRIC}"
at_most = 5
[[outputs]]
metric = "front_stock_t[relief,food]@2030-07-01"
name = "stock"
"""


def test_a_point_is_the_campaign_with_its_changes(valley: Path, tmp_path: Path) -> None:
    table = sweep(valley, write(tmp_path, FACTORIAL), tmp_path / "out", runs=40, seed=3)
    assert list(table["point"]) == sorted([*range(8)] * 2)
    assert list(table.columns[:4]) == ["point", "porter-load", "variant", "trucks"]
    load = next(one for one in xt.load(valley).network.inputs.assumptions if one.id == "porter-load")
    levels = quantile(load, np.array([0.1, 0.9]))
    asked = table[(table["point"] == 7) & (table["output"] == METRIC)].iloc[0]
    assert asked["porter-load"] == pytest.approx(levels[1])
    assert (asked["variant"], asked["trucks"]) == ("more-porters", 12)
    fixed = [
        f"assumptions[porter-load].{column}={value}"
        for column, value in (("distribution", "point"), ("low", ""), ("high", ""), ("central", float(levels[1])))
    ]
    campaign = xt.load(valley, "more-porters", ["fleets[trucks].count=12", *fixed])
    runs = campaign.simulate(40, seed=3)
    assert set(runs.assumptions["porter-load"]) == {levels[1]}
    values = xt.evaluate(METRIC, runs, campaign.scenario.start)
    assert asked["mean"] == float(np.mean(values))
    assert [asked["p25"], asked["p50"]] == np.quantile(values, [0.25, 0.5]).tolist()
    share, low, high = wilson(int(np.sum(values <= 5)), 40)
    assert asked[["probability", "probability_low", "probability_high"]].tolist() == [share, low, high]
    assert asked["plan_closes"] == campaign.headline.closes
    stock = table[(table["point"] == 7) & (table["output"] == "stock")].iloc[0]
    daily = runs.daily["front_stock_t"].sel(side="relief", good="food").isel(day=30)
    assert stock["runs"] == 40
    assert stock["mean"] == pytest.approx(float(daily.mean()))
    assert np.isnan(stock["probability"])
    read = pd.read_csv(tmp_path / "out" / "results.csv", keep_default_na=False, na_values={"probability": ""})
    assert list(read.columns) == list(table.columns)
    assert read["mean"].tolist() == table["mean"].tolist()


def test_points_share_the_draws_that_they_leave_alone(valley: Path, tmp_path: Path) -> None:
    prepared = prepare(valley, write(tmp_path, FACTORIAL), runs=50, seed=9)
    drawn = []
    for point in prepared.points[::3]:
        campaign = xt.load(valley, point.variant, point.sets)
        drawn.append(draw(campaign.network.inputs, 9, 0, 50))
    for one in drawn[1:]:
        assert np.array_equal(one["local-menders"], drawn[0]["local-menders"])
    assert np.ptp(drawn[0]["local-menders"]) > 0
    assert {float(one["porter-load"][0]) for one in drawn} == {point.levels[0] for point in prepared.points[::3]}


def test_points_whose_planners_read_the_same_share_a_plan(
    valley: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long foul weather lasts is chance, which only the engine plays; what a porter carries is planned with.
    design = write(
        tmp_path,
        'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 30]\n'
        '[[factors]]\nset = "weather[*].persistence"\nlevels = [0.5, 0.9]\n',
    )
    solved = []
    monkeypatch.setattr(
        "xetho.experiment.play.solve", lambda network, **how: solved.append(1) or solve(network, **how)
    )
    shared = sweep(valley, design, tmp_path / "shared", runs=20)
    assert len(solved) == 2
    monkeypatch.setattr("xetho.experiment.play.KEPT_PLANS", 0)
    monkeypatch.setattr(Player, "_plan", lambda self, network: solve(network, time_limit=600.0))
    alone = sweep(valley, design, tmp_path / "alone", runs=20)
    pd.testing.assert_frame_equal(shared, alone, check_exact=True)
    assert shared["mean"].nunique() == 4


def test_figures_of_what_seldom_happens(valley: Path) -> None:
    scenario = xt.load(valley).scenario
    never = figures(np.full(10, np.nan), Wanted("d", "camp_fall_date[X]"), (0.5,), scenario)
    assert (never["happened"], never["mean"], never["sd"], never["quantiles"]) == (0, None, None, [None])
    assert never["probability"][0] == 0.0
    assert never["probability"][2] == pytest.approx(0.2775, abs=1e-4)
    days = np.array([9.0, 10.999, 11.0, 11.5, np.nan])  # the limit's last day, 11 June, is day 10
    found = figures(days, Wanted("d", "camp_fall_date[X]", at_most="2030-06-11"), (0.5,), scenario)
    assert found["probability"][0] == pytest.approx(3 / 5)
    assert found["mean"] == pytest.approx(np.mean(days[:4]))
    rounding = figures(np.array([-1e-6, 0.0, 1.0]), Wanted("s", METRIC, "0", "0.5"), (), scenario)
    assert rounding["probability"][0] == pytest.approx(2 / 3)


def test_wilson_published_values() -> None:
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3."""
    published = {
        (81, 263): [0.2553, 0.3662],
        (15, 148): [0.0624, 0.1605],
        (0, 20): [0.0, 0.1611],
        (1, 29): [0.0061, 0.1718],
    }
    for (hits, runs), ends in published.items():
        assert [round(one, 4) for one in wilson(hits, runs)[1:]] == ends
    assert wilson(0, 64)[1] == 0.0
    assert wilson(64, 64)[2] == 1.0
    assert all(np.isnan(wilson(0, 0)))


def test_defaults_are_the_key_claims_with_their_bands(valley: Path, tmp_path: Path) -> None:
    design = write(tmp_path, 'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 30]\n')
    assert prepare(valley, design).job.outputs == (Wanted("food-short", METRIC, "0", "30"),)


def test_mistakes_against_the_scenario_at_once(valley: Path, tmp_path: Path) -> None:
    design = write(
        tmp_path,
        """design = "factorial"
[[factors]]
assumption = "porter-lod"
levels = [20, 30]
[[factors]]
variants = ["", "more-portres"]
[[factors]]
set = "fleets[truks].count"
levels = [6, 12]
[[factors]]
set = "fleets[trucks].count"
levels = [-5, 12, "many"]
""",
    )
    with pytest.raises(ScenarioError) as caught:
        prepare(valley, design)
    said = str(caught.value)
    for part in (
        'design.toml row 2, column assumption: "porter-lod" is not an assumption; did you mean "porter-load"?',
        'design.toml row 5, column variants: "more-portres" is not a variant; did you mean "more-porters"?',
        'design.toml row 7, column fleets[truks].count: "truks" is not a row of fleets; did you mean "trucks"?',
        "design.toml row 10, column fleets[trucks].count: the pool trucks would have -5 carriers on 2030-06-01",
        '"many" is not a number',
    ):
        assert part in said
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ('assumption = "porter-load"\nlevels = [-20, 30]', "-20 is out of the range of modes[porter].payload_kg"),
        (
            'assumption = "porter-load"\nlevels = [20, 30]\n'
            '[[factors]]\nset = "modes[porter].payload_kg"\nlevels = [1, 2]',
            '"porter-load" draws nothing since what it draws is set',
        ),
        ('set = "assumptions[porter-load].high"\nlevels = [31, 35]', "vary it as a factor"),
        ('assumption = "porter-load"\nlevels = [20, 30]\n[[outputs]]\nmetric = "dead[blu]"', '"blu" is not a side'),
        ('assumption = "porter-load"\nlevels = [20, 30]\n[[outputs]]\nmetric = "ded[relief]"', 'did you mean "dead"?'),
        (
            f'assumption = "porter-load"\nlevels = [20, 30]\n[[outputs]]\nmetric = "{METRIC}"\nat_most = "lots"',
            "'lots' is not a number",
        ),
    ],
)
def test_levels_that_do_not_fit(valley: Path, tmp_path: Path, factors: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        prepare(valley, write(tmp_path, f'design = "factorial"\n[[factors]]\n{factors}\n'))
    assert said in str(caught.value)


def test_a_variant_is_applied_once(valley: Path, tmp_path: Path) -> None:
    design = write(tmp_path, 'design = "factorial"\n[[factors]]\nvariants = ["", "more-porters"]\n')
    with pytest.raises(ScenarioError, match="a variant is already applied"):
        prepare(valley, design, variant="more-porters")


@pytest.fixture(scope="module")
def swept(valley: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A finished sweep of two points: its design and folder."""
    folder = tmp_path_factory.mktemp("swept")
    design = write(folder, 'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 30]\n')
    sweep(valley, design, folder / "out", runs=10)
    return design, folder / "out"


def test_what_is_done_is_not_done_again(
    valley: Path, swept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    design, out = swept
    before = (out / "results.csv").read_bytes()
    monkeypatch.setattr(Player, "play", None)
    sweep(valley, design, out, runs=10)
    assert (out / "results.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"runs": 11}, "another number of runs (10)"),
        ({"seed": 2}, "another seed (1)"),
        ({"sets": ["fleets[trucks].count=5"]}, "another scenario, design"),
    ],
)
def test_another_sweep_is_refused(
    valley: Path, swept: tuple[Path, Path], change: dict[str, object], said: str
) -> None:
    design, out = swept
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(xt.CampaignError) as caught:
        sweep(valley, design, out, **{"runs": 10, **change})  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_another_design_or_version_is_refused(
    valley: Path, swept: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out = swept
    other = write(tmp_path, 'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 31]\n')
    with pytest.raises(xt.CampaignError, match="another design;"):
        sweep(valley, other, out, runs=10)
    monkeypatch.setattr("xetho.experiment.sweep.code_hash", lambda: "0" * 64)
    with pytest.raises(xt.CampaignError, match="another version of xetho;"):
        sweep(valley, swept[0], out, runs=10)


def test_foreign_folders_are_left_alone(valley: Path, swept: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(xt.CampaignError, match="is not empty and holds no sweep"):
        sweep(valley, swept[0], tmp_path, runs=10)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(xt.CampaignError, match="is a file"):
        sweep(valley, swept[0], tmp_path / "mine.txt", runs=10)
    (tmp_path / "mine.txt").unlink()
    (tmp_path / "sweep.json").write_text("{}", encoding="utf-8")
    with pytest.raises(xt.CampaignError, match="was not written by a sweep"):
        sweep(valley, swept[0], tmp_path, runs=10)


def test_a_point_of_another_sweep_is_not_taken_for_ours(
    valley: Path, swept: tuple[Path, Path], tmp_path: Path
) -> None:
    design, out = swept
    shutil.copytree(out, tmp_path / "out")
    point = tmp_path / "out" / "points" / "000001.json"
    held = json.loads(point.read_text(encoding="utf-8"))
    for spoilt in ({**held, "sweep": "another"}, {**held, "point": 0}):
        point.write_text(json.dumps(spoilt), encoding="utf-8")
        with pytest.raises(xt.CampaignError, match=r"000001.json is not a point of this sweep"):
            sweep(valley, design, tmp_path / "out", runs=10)


def test_two_at_once_in_one_folder(valley: Path, swept: tuple[Path, Path]) -> None:
    fcntl = pytest.importorskip("fcntl")
    design, out = swept
    with (out / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(xt.CampaignError, match="another process is sweeping"):
            sweep(valley, design, out, runs=10)


def test_a_scenario_that_is_edited_meanwhile_is_swept_as_it_was(tmp_path: Path) -> None:
    folder = new("edited", tmp_path)
    design = write(tmp_path, 'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 30]\n')
    whole = sweep(folder, design, tmp_path / "whole", runs=10)

    def edit(done: int, total: int, left: float | None) -> None:
        fleets = folder / "fleets.csv"
        fleets.write_text(fleets.read_text(encoding="utf-8").replace(",300,", ",1,"), encoding="utf-8")

    pd.testing.assert_frame_equal(sweep(folder, design, tmp_path / "out", runs=10, progress=edit), whole)
    with pytest.raises(xt.CampaignError, match="another scenario"):
        sweep(folder, design, tmp_path / "out", runs=10)


def test_a_point_without_a_plan_is_told_and_the_others_are_kept(
    valley: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xetho.plan import PlanError

    design = write(tmp_path, 'design = "factorial"\n[[factors]]\nassumption = "porter-load"\nlevels = [20, 25, 30]\n')
    real = solve
    calls: list[int] = []

    def fails_once(network: object, **how: float) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise PlanError("no luck")
        return real(network, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("xetho.experiment.play.solve", fails_once)
    with pytest.raises(xt.NoProof, match=r"1 of 3 points have no answer: point 1: no proven plan: no luck"):
        sweep(valley, design, tmp_path / "out", runs=10)
    held = pd.read_csv(tmp_path / "out" / "results.csv")
    assert held["point"].tolist() == [0, 2]
    assert len(sweep(valley, design, tmp_path / "out", runs=10)) == 3


def test_a_table_in_parquet(valley: Path, swept: tuple[Path, Path]) -> None:
    pytest.importorskip("pyarrow")
    design, out = swept
    table = sweep(valley, design, out, runs=10, table="parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(out / "results.parquet"), table)


def test_progress_counts_and_tells_the_time_left(valley: Path, tmp_path: Path) -> None:
    factor = '[[factors]]\nassumption = "porter-load"\nrange = [20, 30]\n'
    design = write(tmp_path, f'design = "sobol"\npoints = 4\n{factor}')
    told: list[tuple[int, int, float | None]] = []
    sweep(valley, design, tmp_path / "out", runs=5, progress=lambda *one: told.append(one))
    assert [one[:2] for one in told] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert told[0][2] is None
    assert told[-1][2] == 0.0
    assert all(one[2] > 0 for one in told[1:-1])  # type: ignore[operator]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment() -> None:
    """Few kills of what `python -m tests.experiment.killing` does fifty times."""
    asked = [sys.executable, "-m", "tests.experiment.killing", "--kills", "3", "--points", "6"]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    ended = subprocess.run(asked, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths})
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("3 kills")
