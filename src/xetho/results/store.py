"""The run store: a folder of Parquet files that keeps runs with all it takes to play them again.

``runs.parquet`` has a row for each run and a column for each output and key (``dead[blue]``) and each assumption
(``assumption[hunger]``); ``daily.parquet`` a row for each traced run and day; ``mean.parquet`` a row for each day.
Wide, not long: a question reads a handful of some 600 columns, Parquet reads columns alone, and a long table of a
million runs would repeat three names for each of 600 million numbers. How a save replaces a store is told in
`generations`, the columns in `columns`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from xetho import __version__
from xetho.results.columns import NUMBERS, Layout, assemble, flatten, layout_from_json, layout_of
from xetho.results.generations import POINTER, Save, is_generation, read_pointer, refuse_store, saving
from xetho.results.parquet import GROUP_BYTES, WHAT, TableFile, read_columns
from xetho.results.problems import StoreError, needed
from xetho.results.runs import Runs
from xetho.scenario.problems import nearest

KIND = "xetho runs"
# Raised whenever an older Xetho could not read what a newer one wrote.
FORMAT = 1
# A million runs of a large campaign take about 3 GB; more than this is better asked with SQL.
MAX_GB = 4.0
PARTS = ("runs", "daily", "mean")
ASSUMPTION = "assumption[{}]"

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """One Parquet file of a store: its rows and size, and how its dataset stands in it."""

    rows: int
    bytes: int
    layout: Layout


@dataclass(frozen=True)
class Manifest:
    """What a store says of itself: who wrote it, `Runs.meta`, its parts by name, the types of its assumptions."""

    path: Path
    generation: str
    format: int
    xetho: str
    meta: dict[str, Any]
    assumptions: dict[str, str]
    parts: dict[str, Part]

    def file(self, part: str) -> Path:
        """Where a part lies."""
        return self.path / self.generation / f"{part}.parquet"


class StoreWriter:
    """Write runs as they come, in bounded memory; the store appears, whole, with `finish`.

    >>> with StoreWriter("kept", runs.meta) as store:       # doctest: +SKIP
    ...     for chunk in chunks:                            # their run numbers go on from one to the next
    ...         store.append(chunk.summary, chunk.assumptions, chunk.daily)
    ...     store.finish(runs.mean)

    Each call of `append` makes at least one row group, so it should bring some thousands of runs.
    """

    def __init__(self, path: str | Path, meta: Mapping[str, Any], overwrite: bool = False) -> None:
        """Prepare; nothing is written before the `with`. `meta` as in `Runs.meta`: what it says of scenario,
        variant, sets, seed and start becomes columns."""
        self.path, self.meta, self.overwrite = Path(path), dict(meta), overwrite
        self._open = ExitStack()
        self._files: dict[str, TableFile] = {}
        self._layouts: dict[str, Layout] = {}
        self._assumptions: dict[str, str] = {}
        self._next: dict[str, int] = {}

    def __enter__(self) -> StoreWriter:
        """Raises StoreError when no store may be written at the path."""
        needed("pyarrow.parquet", WHAT)
        self._save: Save = self._open.enter_context(saving(self.path, self.overwrite))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def append(self, summary: xr.Dataset, assumptions: pd.DataFrame, daily: xr.Dataset | None = None) -> None:
        """Add runs: their summaries, assumptions (a row a run) and, of those that were traced, the days.

        Raises:
            StoreError: it cannot be stored, or does not go on from what was appended before.
        """
        if len(assumptions) != summary.sizes.get("run", 0):
            raise StoreError(f"{len(assumptions)} rows of assumptions for {summary.sizes.get('run', 0)} runs")
        drawn = {ASSUMPTION.format(name): values.to_numpy() for name, values in assumptions.items()}
        types = {str(name): str(values.dtype) for name, values in assumptions.items()}
        if odd := [f"assumption {name} is not a number" for name, kind in types.items() if kind not in NUMBERS]:
            raise StoreError(*odd)
        if self._assumptions not in ({}, types):
            raise StoreError("these runs have other assumptions than those before them")
        self._assumptions = types
        self._write("runs", summary, drawn)
        if daily is not None:
            self._write("daily", daily, {})

    def finish(self, mean: xr.Dataset, meta: Mapping[str, Any] | None = None) -> None:
        """Write the means and make it the store. `meta` adds what only the end knows, as how long it took."""
        if "runs" not in self._layouts:
            raise StoreError("there are no runs to store")
        self._write("mean", mean, {})
        for file in self._files.values():
            file.close()
        self._save.commit(self._manifest({**self.meta, **(meta or {})}))

    def _write(self, part: str, dataset: xr.Dataset, more: Mapping[str, Any]) -> None:
        """Append a dataset to its file in row groups of bounded size."""
        layout = layout_of(dataset)
        if not layout.rows:
            return  # nothing was kept of this
        if part not in self._files:
            file = TableFile(self._save.folder / f"{part}.parquet", _constants(self.meta))
            self._open.callback(file.close)
            self._files[part], self._layouts[part] = file, layout
        elif layout.as_json() != self._layouts[part].as_json():
            raise StoreError("these runs have other outputs or names than those before them")
        if "run" not in layout.rows:
            self._files[part].append(dict(flatten(dataset, layout)))
            return
        self._check_numbers(part, dataset)
        rows_a_run = math.prod(dataset.sizes[dim] for dim in layout.rows if dim != "run")
        step = max(1, GROUP_BYTES // max(1, rows_a_run * (layout.row_bytes() + 8 * len(more))))
        for begin in range(0, max(1, dataset.sizes["run"]), step):
            group = dataset.isel(run=slice(begin, begin + step))
            extra = {name: values[begin : begin + step] for name, values in more.items()}
            self._files[part].append({**dict(flatten(group, layout)), **extra})

    def _check_numbers(self, part: str, dataset: xr.Dataset) -> None:
        """Run numbers go up by one, from one chunk to the next as well."""
        numbers = dataset["run"].to_numpy()
        if len(numbers):
            first = self._next.get(part, int(numbers[0]))
            if not np.array_equal(numbers, np.arange(first, first + len(numbers))):
                raise StoreError(f"runs must be numbered on from {first} without a gap")
            self._next[part] = first + len(numbers)

    def _manifest(self, meta: Mapping[str, Any]) -> bytes:
        parts = {
            name: {"rows": file.rows, "bytes": file.path.stat().st_size, "layout": self._layouts[name].as_json()}
            for name, file in self._files.items()
        }
        data = {
            "kind": KIND,
            "format": FORMAT,
            "xetho": __version__,
            "generation": self._save.folder.name,
            "meta": meta,
            "assumptions": self._assumptions,
            "parts": parts,
        }
        try:
            return json.dumps(data, ensure_ascii=False, indent=1, default=_plain).encode()
        except TypeError as error:
            raise StoreError(f"the description of the runs cannot be written as JSON: {error}") from None


def check_can_save(path: Path, overwrite: bool) -> None:
    """Raise StoreError when no store can be written at `path`, for what is there or for want of a package."""
    needed("pyarrow.parquet", WHAT)
    refuse_store(path, overwrite)


def save(runs: Runs, path: str | Path, overwrite: bool = False) -> Path:
    """Keep runs as a store in the folder `path`; see `Runs.save`."""
    with StoreWriter(path, runs.meta, overwrite) as store:
        store.append(runs.summary, runs.assumptions, runs.daily)
        store.finish(runs.mean)
    return Path(path)


def open_runs(path: str | Path, outputs: Collection[str] | None = None, max_gb: float = MAX_GB) -> Runs:
    """The runs that `Runs.save` kept: equal to those saved, to the last bit.

    Args:
        path: folder of the store.
        outputs: names of the outputs to read, summary or daily; without it all of them. Assumptions, means and meta
            are always there.
        max_gb: refuse to bring more than so many GB (10^9 bytes) into memory.

    Raises:
        StoreError: there is no store, it is damaged or of a format this version does not read, an output is not in
            it, or it is too large.
    """
    return steady([Path(path)], lambda found: _read(found[0], outputs, max_gb))


def read_manifest(path: Path) -> Manifest:
    """What the store at `path` says of itself. Raises StoreError when there is none, or none that can be read."""
    pointer = path / POINTER
    try:
        data = json.loads(read_pointer(path))
        if data["kind"] != KIND or not isinstance(data["format"], int):
            raise ValueError("kind or format")
        if data["format"] != FORMAT:
            raise StoreError(
                f"{path} was written by xetho {data.get('xetho', '')} in store format {data['format']}; this is xetho "
                f"{__version__}, which reads format {FORMAT}: open it with that version, or save the runs again"
            )
        parts = {
            str(name): Part(int(part["rows"]), int(part["bytes"]), layout_from_json(part["layout"]))
            for name, part in data["parts"].items()
        }
        if not is_generation(str(data["generation"])) or "runs" not in parts or not set(parts) <= set(PARTS):
            raise ValueError("generation or parts")
        if any(part.rows < 0 for part in parts.values()) or not set(data["assumptions"].values()) <= NUMBERS:
            raise ValueError("rows or assumptions")
        types = {str(name): str(kind) for name, kind in data["assumptions"].items()}
        return Manifest(path, data["generation"], data["format"], str(data["xetho"]), dict(data["meta"]), types, parts)
    except StoreError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StoreError(f"{pointer} cannot be read: it was cut short or changed; save the runs again") from None


def read_manifests(paths: Iterable[Path]) -> list[Manifest]:
    """What each store says of itself. Raises StoreError with everything that is wrong with any of them."""
    found: list[Manifest] = []
    wrong: list[str] = []
    for path in paths:
        try:
            found.append(read_manifest(path))
        except StoreError as error:
            wrong += error.problems
    if wrong:
        raise StoreError(*wrong)
    return found


def steady(paths: Sequence[Path], read: Callable[[list[Manifest]], T]) -> T:
    """What `read` makes of the stores; once more when a save replaced one of them under its hands."""
    while True:
        manifests = read_manifests(paths)
        try:
            _check_files(manifests)
            return read(manifests)
        except StoreError:
            now = read_manifests(paths)
            if [one.generation for one in now] == [one.generation for one in manifests]:
                raise


def _check_files(manifests: Iterable[Manifest]) -> None:
    """Every part is there and as long as it was written. Raises StoreError with all that are not."""
    wrong = []
    for file, part in ((one.file(name), part) for one in manifests for name, part in one.parts.items()):
        size = file.stat().st_size if file.is_file() else None
        if size is None:
            wrong.append(f"{file} is missing from the store")
        elif size != part.bytes:
            wrong.append(f"{file} has {size} bytes where {part.bytes} were written: it was cut short or changed")
    if wrong:
        raise StoreError(*wrong)


def _read(manifest: Manifest, outputs: Collection[str] | None, max_gb: float) -> Runs:
    layouts = {name: part.layout for name, part in manifest.parts.items()}
    if outputs is not None:
        _check_outputs(manifest, outputs)
        layouts = {name: one if name == "mean" else one.only(set(outputs)) for name, one in layouts.items()}
    runs = manifest.parts["runs"].rows
    size = sum(layouts[name].row_bytes() * part.rows for name, part in manifest.parts.items())
    size += sum(np.dtype(kind).itemsize for kind in manifest.assumptions.values()) * runs
    if size > max_gb * 1e9:
        raise StoreError(
            f"{manifest.path}: this is {size / 1e9:.1f} GB, more than the {max_gb:g} GB to be read at once; name the "
            "outputs that are needed, ask with SQL, or raise max_gb"
        )
    assumed = {name: np.empty(runs, dtype=kind) for name, kind in manifest.assumptions.items()}
    extra = {"runs": {ASSUMPTION.format(name): values for name, values in assumed.items()}}
    found = {}
    for name, part in manifest.parts.items():

        def fill(wanted: dict[str, Any], name: str = name, rows: int = part.rows) -> None:
            read_columns(manifest.file(name), rows, {**wanted, **extra.get(name, {})})

        try:
            found[name] = assemble(layouts[name], part.rows, fill)
        except ValueError as error:
            raise error if isinstance(error, StoreError) else StoreError(f"{manifest.file(name)}: {error}") from None
    summary = found["runs"]
    first = int(summary["run"][0]) if runs else 0
    index = pd.RangeIndex(first, first + runs, name="run")
    empty = xr.Dataset()
    daily, mean = found.get("daily", empty), found.get("mean", empty)
    return Runs(summary, daily, mean, pd.DataFrame(assumed, index=index, copy=False), dict(manifest.meta))


def _check_outputs(manifest: Manifest, outputs: Collection[str]) -> None:
    parts = [part for name, part in manifest.parts.items() if name != "mean"]
    there = [name for part in parts for name in part.layout.variables]
    wrong = []
    for name in outputs:
        if name not in there:
            near = nearest(name, there)
            wrong.append(f'{manifest.path} has no output "{name}"' + (f'; did you mean "{near}"?' if near else ""))
    if wrong:
        raise StoreError(*wrong)


def _constants(meta: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """What stands in every row, so that stores can be asked together; texts are blank where nothing is known.

    Blank and not missing: in SQL `variant <> 'x'` leaves out rows without a variant.
    """
    start = meta.get("start")
    return {
        "scenario": ("string", str(meta.get("scenario") or "")),
        "variant": ("string", str(meta.get("variant") or "")),
        "sets": ("string", "; ".join(meta.get("sets") or ())),
        "hash": ("string", str(meta.get("hash") or "")),
        "seed": ("int64", meta.get("seed")),
        "start": ("date32", date.fromisoformat(start) if start else None),
    }


def _plain(value: Any) -> Any:
    """A number of NumPy's as JSON's own."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is not a number, text, list or mapping")
