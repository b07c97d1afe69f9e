"""SQL over stores: the same answers as the arrays give, one clear line for a mistake, and no other file is read."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xetho as xt
from tests.results.saver import numbered
from tests.synthetic import START
from xetho.results import Runs, StoreError, StoreWriter, query_runs

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "keep-runs.md"
FELL = """select variant, avg(("camp_fall_date[FORT]" < date '2030-01-20' - start)::int) as share
          from runs group by variant order by variant"""


def made(number: int, variant: str | None, runs: int = 40) -> Runs:
    """Runs of which some never see the camp fall."""
    one = numbered(number, runs)
    one.summary["camp_fall_date"][:: number + 2] = np.nan
    one.meta |= {"scenario": "fort", "variant": variant, "sets": [], "start": START.isoformat(), "plan_gap": 0.25}
    return one


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Runs]:
    """Three stores in folders whose names are no plain words to SQL or to a file pattern."""
    folder = tmp_path_factory.mktemp("it's [a] *")
    runs = {
        folder / "base": made(1, None),
        folder / "bikes?": made(2, "no-bikes"),
        folder / "[bikes]": made(3, "no-bikes", runs=20),
    }
    for path, one in runs.items():
        one.save(path)
    return runs


def test_share_fallen_before_a_day_by_variant(three: dict[Path, Runs]) -> None:
    days = (date(2030, 1, 20) - START).days
    base, *bikes = [one.summary["camp_fall_date"].sel(camp="FORT").to_numpy() for one in three.values()]
    answer = query_runs(FELL, three)
    assert list(answer["variant"]) == ["", "no-bikes"]
    np.testing.assert_allclose(answer["share"], [np.mean(base < days), np.mean(np.concatenate(bikes) < days)])
    assert 0 < answer["share"][0] < np.mean(base[~np.isnan(base)] < days), "runs without a fall must count"
    assert xt.query_runs is query_runs


def test_every_number_of_every_store(three: dict[Path, Runs]) -> None:
    sql = 'select store, run, "used_t[red,shells]" as t, "assumption[a]" as a from runs order by store, run desc'
    answer = query_runs(sql, three)
    for path, runs in three.items():
        mine = answer[answer["store"] == str(path)]
        np.testing.assert_array_equal(mine["run"], runs.summary["run"][::-1])
        np.testing.assert_array_equal(mine["t"], runs.summary["used_t"].sel(side="red", good="shells")[::-1])
        np.testing.assert_array_equal(mine["a"], runs.assumptions["a"][::-1])


def test_days(three: dict[Path, Runs]) -> None:
    path, runs = next(iter(three.items()))
    answer = query_runs('select day, avg("morale[red]") as m from daily group by day order by day', path)
    np.testing.assert_allclose(answer["m"], runs.daily["morale"].sel(side="red").mean("run"))


def test_the_table_of_stores(three: dict[Path, Runs]) -> None:
    answer = query_runs("select * from stores order by runs, seed", three)
    assert list(answer["store"]) == [str(path) for path in [*three][::-1][:1] + [*three][:2]]
    assert list(answer["runs"]) == [20, 40, 40] and list(answer["traced"]) == [3, 3, 3]
    assert list(answer["seed"]) == [3, 1, 2] and set(answer["plan_gap"]) == {0.25}
    assert (answer["start"] == pd.Timestamp(START)).all() and set(answer["xetho"]) == {xt.__version__}


def test_stores_that_differ(three: dict[Path, Runs], tmp_path: Path) -> None:
    """An output that only one has is NULL in the other; other types of one number are put together."""
    few = made(4, "few")
    few.summary["dead"] = few.summary["dead"].astype("float32")
    few.summary = few.summary.drop_vars("wounded")
    few.meta.pop("seed")
    few.save(tmp_path / "few")
    sql = """select variant, count("wounded[red]") as n, max("dead[red]") as dead, max(seed) as seed
             from runs group by variant order by variant"""
    answer = query_runs(sql, [next(iter(three)), tmp_path / "few"])
    assert list(answer["n"]) == [40, 0] and list(answer["seed"].isna()) == [False, True]
    assert answer["dead"][1] == few.summary["dead"].sel(side="red").max()


def test_mean_by_day(tmp_path: Path) -> None:
    runs = made(1, None)
    runs.mean = runs.daily.mean("run")[["front_stock_t"]]
    runs.save(tmp_path / "kept")
    answer = query_runs('select "front_stock_t[blue,rice]" as t from mean order by day', tmp_path / "kept")
    np.testing.assert_array_equal(answer["t"], runs.mean["front_stock_t"].sel(side="blue", good="rice"))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "syntax error"),
        ("", "must be one SELECT"),
        ("select 1; select 2", "must be one SELECT"),
        ("copy (select 1) to 'out.csv'", "must be one SELECT"),
        ("install httpfs", "must be one SELECT"),
        ('select "dead[bleu]" from runs', 'dead\\[bleu\\].* Candidate bindings: .*dead\\[blue\\]'),
        ("select * from run", "run does not exist"),
        ("select 'x'::int", "Could not convert"),
        ("select * from read_text('pyproject.toml')", "disabled by configuration"),
        ("select * from three", "three does not exist"),
    ],
)
def test_a_mistake_is_one_line(three: dict[Path, Runs], sql: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as error:
        query_runs(sql, three)
    assert len(error.value.problems) == 1 and "\n" not in str(error.value)


def test_every_bad_store_is_named(three: dict[Path, Runs], tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        query_runs("select 1", [tmp_path / "gone", *three, tmp_path])
    assert len(error.value.problems) == 2
    with pytest.raises(StoreError, match="named twice"):
        query_runs("select 1", [*three, next(iter(three))])
    with pytest.raises(StoreError, match="name at least one"):
        query_runs("select 1", [])


def test_an_answer_is_capped(three: dict[Path, Runs]) -> None:
    assert len(query_runs("select run from runs", three, max_rows=100)) == 100
    with pytest.raises(StoreError, match="more than 99 rows"):
        query_runs("select run from runs", three, max_rows=99)
    with pytest.raises(StoreError, match="more than 1000000 rows"):
        query_runs("select * from range(1000000000)", three)
    assert list(query_runs("select run from runs where false", three).columns) == ["run"]


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    """A damaged column disturbs nobody who does not ask for it."""
    path = made(1, None).save(tmp_path / "kept")
    file = path / "generation-0001" / "runs.parquet"
    from pyarrow.parquet import ParquetFile

    with ParquetFile(file) as parquet:
        names = parquet.schema_arrow.names
        chunk = parquet.metadata.row_group(0).column(names.index("wounded[red]"))
    data = bytearray(file.read_bytes())
    data[chunk.data_page_offset : chunk.data_page_offset + 100] = bytes(100)
    file.write_bytes(data)
    assert list(query_runs('select count("dead[red]") as n from runs', path)["n"]) == [40]
    assert list(xt.open_runs(path, outputs=["dead"]).summary) == ["dead"]
    with pytest.raises(StoreError, match="cannot be read"):
        xt.open_runs(path, outputs=["wounded"])


def test_without_the_extra(three: dict[Path, Runs], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(StoreError, match=r"needs duckdb: pip install 'xetho\[store\]'"):
        query_runs("select 1", three)


def guide(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_every_question_of_the_guide(three: dict[Path, Runs]) -> None:
    """With the names of the made-up campaign in place of the guide's."""
    names = {"[main]": "[FORT]", "viet_minh": "blue", "french_union": "red", "bike_payload": "a", "1954-05": "2030-01"}
    blocks = guide("sql")
    assert len(blocks) >= 5
    for sql in blocks:
        for old, new in names.items():
            sql = sql.replace(old, new)
        assert len(query_runs(sql, three)) > 0, sql


def test_the_guide_on_writing_piece_by_piece(tmp_path: Path) -> None:
    """The Python of the guide runs as it stands there."""
    space = {"xt": xt, "runs": made(1, None), "StoreWriter": StoreWriter, "folder": tmp_path}
    for block in guide("python"):
        exec(compile(block, str(GUIDE), "exec"), space)
