"""A labelled dataset as a flat table and back: a row for each run (and day), a column for each output and key.

A column is named as the metric that asks for it: ``dead[blue]``, ``used_t[blue,rice]``. What the names cannot tell
(dims, labels, types) is the `Layout`, kept beside the table; nothing is ever read back out of a name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xetho.results.problems import StoreError

# Dims that make rows, in their order; every other dim makes columns.
ROW_DIMS = ("run", "day")
# Types of numbers that stand in a table exactly as they stand in memory.
NUMBERS = frozenset({"float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "bool"})
TEXT = "text"
# A table wider than this is nobody's; a damaged or malicious description must not ask for more.
MAX_COLUMNS = 1_000_000

Array = NDArray[Any]


@dataclass(frozen=True)
class Variable:
    """One variable of a dataset: its dims in their order, type and attributes."""

    dims: tuple[str, ...]
    dtype: str
    attrs: dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """How a dataset stands in a table.

    `rows` are the dims that make rows. `labels` holds the labels of every dim but `run`, which is a column of its
    own since runs may be added later.
    """

    rows: tuple[str, ...]
    labels: dict[str, Array]
    variables: dict[str, Variable]
    attrs: dict[str, Any]

    def columns(self, name: str) -> list[str]:
        """Names of the columns of a variable, in the order of its keys."""
        keys = [[str(label) for label in self.labels[dim]] for dim in self.key_dims(name)]
        return [f"{name}[{','.join(key)}]" if key else name for key in itertools.product(*keys)]

    def key_dims(self, name: str) -> tuple[str, ...]:
        """Dims of a variable that make columns."""
        return tuple(dim for dim in self.variables[name].dims if dim not in self.rows)

    def row_bytes(self) -> int:
        """Bytes of one row in memory."""
        return sum(np.dtype(v.dtype).itemsize * len(self.columns(name)) for name, v in self.variables.items())

    def only(self, names: Collection[str]) -> Layout:
        """The same with some of its variables."""
        kept = {name: variable for name, variable in self.variables.items() if name in names}
        return Layout(self.rows, self.labels, kept, self.attrs)

    def as_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "rows": list(self.rows),
            "labels": {dim: {"dtype": _kind(labels), "values": labels.tolist()} for dim, labels in self.labels.items()},
            "variables": {
                name: {"dims": list(v.dims), "dtype": v.dtype, "attrs": v.attrs} for name, v in self.variables.items()
            },
            "attrs": self.attrs,
        }


def layout_from_json(data: Any) -> Layout:
    """The layout that `Layout.as_json` wrote. Raises ValueError, KeyError or TypeError when it is none."""
    labels = {
        str(dim): np.array(found["values"], dtype=str if found["dtype"] == TEXT else _number(found["dtype"]))
        for dim, found in data["labels"].items()
    }
    variables = {
        str(name): Variable(tuple(map(str, v["dims"])), _number(v["dtype"]), dict(v["attrs"]))
        for name, v in data["variables"].items()
    }
    layout = Layout(tuple(data["rows"]), labels, variables, dict(data["attrs"]))
    if not set(layout.rows) <= set(ROW_DIMS):
        raise ValueError(f"rows by {layout.rows}")
    for name, variable in variables.items():
        if unlabelled := set(variable.dims) - set(labels) - {"run"}:
            raise ValueError(f"{name} has no labels for {unlabelled}")
        if math.prod(len(labels[dim]) for dim in layout.key_dims(name)) > MAX_COLUMNS:
            raise ValueError(f"{name} has too many columns")
    return layout


def layout_of(dataset: xr.Dataset) -> Layout:
    """How a dataset stands in a table. Raises StoreError for what no table can hold exactly."""
    rows = tuple(dim for dim in ROW_DIMS if dim in dataset.sizes)
    wrong = []
    for name, variable in dataset.data_vars.items():
        if missing := [dim for dim in rows if dim not in variable.dims]:
            wrong.append(f"{name} has no dimension {missing[0]}, which other outputs beside it have")
        if str(variable.dtype) not in NUMBERS:
            wrong.append(f"{name} is of type {variable.dtype}; only numbers can be stored")
    if dataset.data_vars and not rows:
        wrong.append(f"{next(iter(dataset.data_vars))} is neither by run nor by day")
    wrong += [f"dimension {dim} has no labels" for dim in dataset.sizes if dim not in dataset.coords]
    for name, coord in dataset.coords.items():
        if coord.dims != (name,) or (coord.dtype.kind not in "UOT" and str(coord.dtype) not in NUMBERS):
            wrong.append(f"{name} is neither numbers nor names along one dimension")
    if wrong:
        raise StoreError(*wrong)
    layout = Layout(
        rows,
        {str(dim): dataset[dim].to_numpy() for dim in dataset.coords if dim != "run"},
        {
            str(name): Variable(tuple(map(str, v.dims)), str(v.dtype), dict(v.attrs))
            for name, v in dataset.data_vars.items()
        },
        dict(dataset.attrs),
    )
    every = [column for name in layout.variables for column in layout.columns(name)]
    if len(set(every)) != len(every):
        raise StoreError("two outputs and keys have the same name, so they cannot be told apart in a table")
    return layout


def flatten(dataset: xr.Dataset, layout: Layout) -> Iterator[tuple[str, Array]]:
    """Every column with its name: the row dims first, then the outputs, rows in the order of `layout.rows`."""
    sizes = [dataset.sizes[dim] for dim in layout.rows]
    for place, dim in enumerate(layout.rows):
        shape = [1] * len(sizes)
        shape[place] = -1
        yield dim, np.broadcast_to(dataset[dim].to_numpy().reshape(shape), sizes).reshape(-1)
    for name in layout.variables:
        columns = layout.columns(name)
        values = dataset[name].transpose(*layout.key_dims(name), *layout.rows).to_numpy()
        for column, one in zip(columns, values.reshape(len(columns), *sizes), strict=True):
            yield column, one.reshape(-1)


def assemble(layout: Layout, rows: int, read: Callable[[dict[str, Array]], None]) -> xr.Dataset:
    """The dataset again. `read` fills the arrays it is given, by column, each `rows` long.

    Raises ValueError when `rows` does not fit the labels.
    """
    blocks = {
        name: np.empty((len(layout.columns(name)), rows), dtype=variable.dtype)
        for name, variable in layout.variables.items()
    }
    wanted = {
        column: one for name, block in blocks.items() for column, one in zip(layout.columns(name), block, strict=True)
    }
    runs = np.empty(rows, dtype=np.int64)
    if "run" in layout.rows:
        wanted["run"] = runs
    read(wanted)
    per_run = math.prod(len(layout.labels[dim]) for dim in layout.rows if dim != "run")
    sizes = [rows // per_run if dim == "run" and per_run else len(layout.labels.get(dim, ())) for dim in layout.rows]
    if math.prod(sizes) != rows:
        raise ValueError(f"{rows} rows where the labels make {math.prod(sizes)}")
    data = {}
    for name, variable in layout.variables.items():
        keys = layout.key_dims(name)
        shaped = blocks[name].reshape([*(len(layout.labels[dim]) for dim in keys), *sizes])
        data[name] = xr.Variable((*keys, *layout.rows), shaped, variable.attrs).transpose(*variable.dims)
    coords: dict[str, Array] = dict(layout.labels)
    if "run" in layout.rows:
        coords["run"] = runs[:: per_run or 1]
    return xr.Dataset(data, coords=coords, attrs=layout.attrs)


def _kind(labels: Array) -> str:
    return TEXT if labels.dtype.kind in "UOT" else str(labels.dtype)


def _number(name: str) -> str:
    if name not in NUMBERS:
        raise ValueError(f"{name} is not a type of numbers")
    return name
