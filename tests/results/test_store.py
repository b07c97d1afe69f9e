"""A store gives back what was saved, to the last bit, or says in one line why not."""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import xetho as xt
from tests.results.saver import numbered
from xetho.results import Runs, StoreError, StoreWriter, open_runs, store
from xetho.results.generations import LOCK, POINTER, saving

FORMAT_1 = Path(__file__).parent / "format-1"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return numbered(1).save(tmp_path / "kept")


def assert_same(found: Runs, wanted: Runs) -> None:
    """Equal labels, types and bits (so that NaN equals NaN and 0.0 is not -0.0)."""
    for one, other in ((found.summary, wanted.summary), (found.daily, wanted.daily), (found.mean, wanted.mean)):
        xr.testing.assert_identical(one, other)
        for name in other.data_vars:
            assert one[name].dtype == other[name].dtype
            assert one[name].to_numpy().tobytes() == other[name].to_numpy().tobytes()
    pd.testing.assert_frame_equal(found.assumptions, wanted.assumptions)
    assert found.meta == wanted.meta


def problems(error: pytest.ExceptionInfo[StoreError]) -> list[str]:
    """Every problem, each on one line."""
    assert all("\n" not in text for text in error.value.problems)
    return list(error.value.problems)


def test_what_was_saved_comes_back(kept: Path) -> None:
    assert_same(open_runs(kept), numbered(1))
    assert xt.open_runs is open_runs


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@st.composite
def any_runs(draw: st.DrawFn) -> Runs:
    """Runs of any shape, names and bits."""
    bits = np.random.default_rng(draw(st.integers(0, 2**32)))
    labels: dict[str, Any] = {dim: draw(st.lists(NAMES, max_size=3, unique=True)) for dim in ("side", "good")}

    def values(dtype: str, *shape: int) -> Any:
        raw = bits.integers(0, 256, (*shape, np.dtype(dtype).itemsize), dtype=np.uint8)
        return (raw > 127)[..., 0] if dtype == "bool" else raw.view(dtype)[..., 0]

    def dataset(rows: dict[str, int]) -> xr.Dataset:
        data = {}
        for name in ("dead", "used_t", "a.b"):
            keys = draw(st.sampled_from([(), ("side",), ("good", "side")]))
            dims = draw(st.permutations((*rows, *keys)))
            sizes = [rows[dim] if dim in rows else len(labels[dim]) for dim in dims]
            data[name] = (tuple(dims), values(draw(st.sampled_from(["float32", "float64", "int64", "bool"])), *sizes))
        return xr.Dataset(data, coords={**{dim: np.arange(size) for dim, size in rows.items()}, **labels})

    count = draw(st.integers(1, 20))
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    drawn = pd.DataFrame({n: values("float64", count) for n in names}, index=pd.RangeIndex(count, name="run"))
    daily = dataset({"run": draw(st.integers(0, count)), "day": 3})
    mean = dataset({"day": 4})
    meta = {"seed": draw(st.integers(0, 2**63 - 1)), "sets": ["a", "b"], "start": "1953-11-20", "plan_gap": None}
    return Runs(dataset({"run": count}), daily, mean, drawn, meta)


@settings(max_examples=20, deadline=None)
@given(runs=any_runs(), step=st.integers(0, 4))
def test_any_runs_come_back(runs: Runs, step: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept"
        if step == 0:
            runs.save(path)
        else:
            with StoreWriter(path, runs.meta) as writer:
                for begin in range(0, runs.summary.sizes["run"], step):
                    part = {"run": slice(begin, begin + step)}
                    drawn = runs.assumptions.iloc[begin : begin + step]
                    writer.append(runs.summary.isel(part), drawn, runs.daily.isel(part))
                writer.finish(runs.mean)
        assert_same(open_runs(path), runs)


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow.parquet import ParquetFile

    monkeypatch.setattr(store, "GROUP_BYTES", 4000)
    path = numbered(1).save(tmp_path / "kept")
    assert_same(open_runs(path), numbered(1))
    wide = sum(one.nbytes for one in numbered(1).summary.isel(run=0).data_vars.values()) + 16  # and two assumptions
    with ParquetFile(path / "generation-0001" / "runs.parquet") as file:
        assert file.metadata.row_group(0).num_rows == 4000 // wide > 1
        assert file.metadata.num_row_groups == -(-40 // (4000 // wide))


def test_outputs_may_be_read_alone(kept: Path) -> None:
    found = open_runs(kept, outputs=["dead", "morale"])
    assert list(found.summary.data_vars) == ["dead"] and list(found.daily.data_vars) == ["morale"]
    xr.testing.assert_identical(found.summary["dead"], numbered(1).summary["dead"])
    with pytest.raises(StoreError, match='no output "deed"; did you mean "dead"'):
        open_runs(kept, outputs=["deed"])


def test_too_much_is_not_read(kept: Path) -> None:
    with pytest.raises(StoreError, match="more than the 1e-06 GB"):
        open_runs(kept, max_gb=1e-6)
    assert open_runs(kept, outputs=[], max_gb=1e-6).meta == numbered(1).meta


def test_a_store_is_not_written_over_unasked(kept: Path) -> None:
    with pytest.raises(StoreError, match="left as it is"):
        numbered(2).save(kept)
    assert_same(open_runs(kept), numbered(1))
    numbered(2).save(kept, overwrite=True)
    assert_same(open_runs(kept), numbered(2))
    assert sorted(path.name for path in kept.iterdir()) == ["generation-0002", POINTER, LOCK]


def test_other_files_are_never_touched(tmp_path: Path, kept: Path) -> None:
    (tmp_path / "notes.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(StoreError, match="not a store of runs; choose another"):
        numbered(1).save(tmp_path, overwrite=True)
    with pytest.raises(StoreError, match="is a file"):
        numbered(1).save(tmp_path / "notes.txt", overwrite=True)
    with pytest.raises(StoreError, match="not a folder; make it first"):
        numbered(1).save(tmp_path / "no" / "kept")
    (kept / "notes.txt").write_text("precious", encoding="utf-8")
    (kept / "generation-0000").symlink_to(tmp_path)
    numbered(2).save(kept, overwrite=True)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "precious"
    assert (kept / "notes.txt").read_text(encoding="utf-8") == "precious"


def test_a_save_that_fails_leaves_the_old_store(kept: Path) -> None:
    with pytest.raises(KeyboardInterrupt), StoreWriter(kept, {}, overwrite=True) as writer:
        writer.append(numbered(2).summary, numbered(2).assumptions)
        raise KeyboardInterrupt
    assert_same(open_runs(kept), numbered(1))
    assert len(list(kept.glob("generation-*"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="tested where locks are the system's own")
def test_two_saves_do_not_meet(kept: Path) -> None:
    with saving(kept, overwrite=True), pytest.raises(StoreError, match="written by another process"):
        numbered(2).save(kept, overwrite=True)
    assert_same(open_runs(kept), numbered(1))


def test_a_store_replaced_while_it_is_read_is_read_again(kept: Path) -> None:
    tries = []

    def read(manifests: list[store.Manifest]) -> Runs:
        tries.append(manifests[0].generation)
        if len(tries) == 1:
            numbered(2).save(kept, overwrite=True)
        return store._read(manifests[0], None, 1.0)

    assert_same(store.steady([kept], read), numbered(2))
    assert tries == ["generation-0001", "generation-0002"]


def test_chunks_must_go_on(tmp_path: Path) -> None:
    runs = numbered(1)
    with StoreWriter(tmp_path / "kept", {}) as writer:
        writer.append(runs.summary, runs.assumptions)
        with pytest.raises(StoreError, match="numbered on from 40"):
            writer.append(runs.summary, runs.assumptions)
        further = runs.summary.assign_coords(run=runs.summary["run"] + 40)
        with pytest.raises(StoreError, match="other assumptions"):
            writer.append(further, runs.assumptions[["a"]])
        with pytest.raises(StoreError, match="other outputs or names"):
            writer.append(further[["dead"]], runs.assumptions)
        with pytest.raises(StoreError, match="1 rows of assumptions for 40"):
            writer.append(further, runs.assumptions[:1])


def test_what_no_table_can_hold_is_refused(tmp_path: Path) -> None:
    odd = numbered(1)
    odd.summary["words"] = ("run", np.array(["x"] * 40))
    odd.summary["alone"] = ((), 1.0)
    with pytest.raises(StoreError) as error:
        odd.save(tmp_path / "kept")
    assert len(problems(error)) == 2
    with pytest.raises(StoreError, match="no finished store|not a store"):
        open_runs(tmp_path / "kept")


def test_missing_foreign_and_unfinished(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there"):
        open_runs(tmp_path / "nothing")
    with pytest.raises(StoreError, match=f"has no {POINTER}"):
        open_runs(tmp_path)
    (tmp_path / "generation-0001").mkdir()
    with pytest.raises(StoreError, match="its save was stopped"):
        open_runs(tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="is a file"):
        open_runs(tmp_path / "file")


def test_a_newer_format_says_why_not(kept: Path) -> None:
    data = json.loads((kept / POINTER).read_text(encoding="utf-8"))
    (kept / POINTER).write_text(json.dumps({**data, "xetho": "9.9.9"}), encoding="utf-8")
    assert_same(open_runs(kept), numbered(1))  # another version that writes the same format
    (kept / POINTER).write_text('{"kind": "xetho runs", "format": 2, "xetho": "9.9.9"}', encoding="utf-8")
    with pytest.raises(StoreError, match=r"xetho 9\.9\.9 in store format 2; .* reads format 1"):
        open_runs(kept)


def test_a_store_of_format_1_opens_for_ever() -> None:
    """Written by xetho 0.1.0: `numbered(7, runs=3).save(...)`. Never written again, whatever the code becomes."""
    found = open_runs(FORMAT_1)
    assert found.meta == {"seed": 7, "runs": 3, "number": 7}
    assert found.summary["dead"].dims == ("run", "side") and found.daily["morale"].dims == ("run", "day", "side")
    dead, morale = found.summary["dead"].sel(side="red"), found.daily["morale"].sel(run=2, side="blue")
    assert dead.values.tolist() == [24.50158417092123, 1.4272111509438457, 18.648241013011564]
    assert morale[[0, 39]].values.tolist() == [28.753579161794022, 23.92564229504588]
    assert found.assumptions["b"].tolist() == [0.40247430902531134, 0.7634376332863984, 0.4669645830956498]


@pytest.mark.parametrize("name", [POINTER, "generation-0001/runs.parquet", "generation-0001/daily.parquet"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_cut_short(kept: Path, name: str, keep: float) -> None:
    data = (kept / name).read_bytes()
    (kept / name).write_bytes(data[: int(keep * len(data))])
    with pytest.raises(StoreError, match="cut short or changed") as error:
        open_runs(kept)
    assert len(problems(error)) == 1


def test_a_missing_part(kept: Path) -> None:
    for name in ("runs", "daily"):
        (kept / "generation-0001" / f"{name}.parquet").unlink()
    with pytest.raises(StoreError) as error:
        open_runs(kept)
    assert [text.rsplit(".parquet ")[1] for text in problems(error)] == ["is missing from the store"] * 2


def flip(path: Path, moments: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[moments.randrange(len(data))] ^= 1 << moments.randrange(8)
    path.write_bytes(data)


def test_a_flipped_bit_never_changes_a_number(kept: Path, tmp_path: Path) -> None:
    """Somewhere in the Parquet file: it is found out, or it was nowhere that counts."""
    moments, wanted, found_out = random.Random(5), numbered(1), 0
    for _ in range(60):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(kept, copy)
        flip(copy / "generation-0001" / "runs.parquet", moments)
        try:
            assert_same(open_runs(copy), wanted)
        except StoreError as error:
            assert all("\n" not in text for text in error.problems)
            found_out += 1
    assert found_out > 30


def runs_layout(data: dict[str, Any]) -> dict[str, Any]:
    layout: dict[str, Any] = data["parts"]["runs"]["layout"]
    return layout


WIDE = {dim: {"dtype": "int64", "values": list(range(2000))} for dim in ("side", "good")}
BAD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "outside the store": lambda data: data.update(generation="../other"),
    "no rows": lambda data: data["parts"]["runs"].update(rows=-1),
    "other rows": lambda data: data["parts"]["runs"].update(rows=41),
    "a type that is no number": lambda data: runs_layout(data)["variables"]["dead"].update(dtype="object"),
    "no labels": lambda data: runs_layout(data).update(labels={}),
    "another type": lambda data: runs_layout(data)["variables"]["dead"].update(dtype="float32"),
    "another name": lambda data: data["assumptions"].update(c="float64"),
    "not a mapping": lambda data: data.update(parts=[1]),
    "too wide": lambda data: runs_layout(data)["labels"].update(WIDE),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_changed_description(kept: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    data = json.loads((kept / POINTER).read_text(encoding="utf-8"))
    change(data)
    (kept / POINTER).write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(StoreError) as error:
        open_runs(kept)
    assert len(problems(error)) == 1


def test_without_the_extra(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    for call in (lambda: numbered(1).save(tmp_path / "new"), lambda: open_runs(kept)):
        with pytest.raises(StoreError, match=r"needs pyarrow: pip install 'xetho\[store\]'"):
            call()
    assert not (tmp_path / "new").exists()
