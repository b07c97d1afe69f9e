"""Parquet files of a store: written group by group in bounded memory, read by column into arrays that are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xetho.results.problems import StoreError, needed

Array = NDArray[Any]
# Values of one row group in memory. Large enough that a million runs make a few dozen groups, small enough that a
# writer needs little beside the engine.
GROUP_BYTES = 64 * 2**20
WHAT = "a store of runs"


class TableFile:
    """A Parquet file being written; `close` it before it is read.

    Columns that say the same in every row (`constants`: Arrow's name of the type, and the value) cost next to nothing.
    """

    def __init__(self, path: Path, constants: Mapping[str, tuple[str, Any]]) -> None:
        self.path, self.constants = path, constants
        self.rows = 0
        self._writer: Any = None

    def append(self, columns: Mapping[str, Array]) -> None:
        """Add one row group. Every call has the same columns, all of one length."""
        pa, pq = needed("pyarrow", WHAT), needed("pyarrow.parquet", WHAT)
        count = len(next(iter(columns.values())))
        same = {name: _repeated(pa, kind, value, count) for name, (kind, value) in self.constants.items()}
        table = pa.table({**same, **{name: pa.array(values) for name, values in columns.items()}})
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path,
                table.schema,
                # Measured on 400 columns of figures: half the time of a dictionary and two thirds of its size.
                compression="zstd",
                compression_level=1,
                use_dictionary=list(self.constants),
                write_page_checksum=True,
            )
        if count:
            self._writer.write_table(table, row_group_size=count)
        self.rows += count

    def close(self) -> None:
        """Write the end of the file, without which it cannot be read."""
        if self._writer is not None:
            self._writer.close()


def _repeated(pa: Any, kind: str, value: Any, count: int) -> Any:
    """One value in every row; None is NULL of that type."""
    type_ = pa.type_for_alias(kind)
    if value is None:
        return pa.nulls(count, type_)
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([value], type=type_))


def read_columns(path: Path, rows: int, wanted: Mapping[str, Array]) -> None:
    """Fill the arrays of `wanted`, by column name, each `rows` long, from a Parquet file, checking every page.

    Raises:
        StoreError: the file is gone, damaged, or not what was written.
    """
    pa, pq = needed("pyarrow", WHAT), needed("pyarrow.parquet", WHAT)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if file.metadata.num_rows != rows:
                raise StoreError(f"{path} has {file.metadata.num_rows} rows where {rows} were written")
            begin = 0
            for group in range(file.metadata.num_row_groups):
                table = file.read_row_group(group, columns=list(wanted))
                # Once: Arrow looks through all names whenever it is asked for one.
                found = dict(zip(table.column_names, table.columns, strict=True))
                for name, out in wanted.items():
                    _fill(pa, path, name, out[begin : begin + table.num_rows], found)
                begin += table.num_rows
    except (pa.ArrowException, OSError) as error:
        # ArrowException is also a ValueError or KeyError; the first line says what is wrong, the rest is Arrow's own.
        raise StoreError(f"{path} cannot be read: {str(error).splitlines()[0]}") from None


def _fill(pa: Any, path: Path, name: str, out: Array, found: Mapping[str, Any]) -> None:
    if name not in found:
        raise StoreError(f"{path} has no column {name}")
    if found[name].null_count or found[name].type != pa.from_numpy_dtype(out.dtype):
        raise StoreError(f"{path}: column {name} is not the {out.dtype} that was written")
    out[:] = found[name].to_numpy()
