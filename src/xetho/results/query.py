"""Questions in SQL over any number of stores, answered by DuckDB without bringing the runs into memory.

The tables are `runs`, `daily` and `mean` as in the stores, all stores one below the other, with the column `store`
added (the path as it was given); and `stores`, a row for each store. An output that a store lacks is NULL there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from xetho.results.problems import StoreError, needed
from xetho.results.store import PARTS, Manifest, steady

# More rows than these are not an answer but the data.
MAX_ROWS = 1_000_000
VECTORS = 16  # of 2,048 rows each, fetched at a time
# Nothing is fetched (what DuckDB needs for Parquet comes with it), nothing is written, and memory is bounded.
QUIET = {
    "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "temp_directory": "",
    "memory_limit": "1GB",
}  # fmt: skip
STORES = {
    "store": "VARCHAR", "scenario": "VARCHAR", "variant": "VARCHAR", "sets": "VARCHAR", "hash": "VARCHAR",
    "seed": "BIGINT", "runs": "BIGINT", "traced": "BIGINT", "start": "DATE", "plan_gap": "DOUBLE",
    "xetho": "VARCHAR", "format": "BIGINT",
}  # fmt: skip


def query_runs(sql: str, paths: str | Path | Iterable[str | Path], max_rows: int = MAX_ROWS) -> pd.DataFrame:
    """Ask the stores at `paths` one SELECT.

    The share of runs in which a camp had fallen before a day, by variant (a camp that never fell has NaN, which is
    before no day):

        select variant, avg(("camp_fall_date[FORT]" < date '2030-01-20' - start)::int) from runs group by variant

    Returns:
        The answer, one row a row, with the columns of the SELECT.

    Raises:
        StoreError: a store cannot be read or is named twice, the SQL is not one SELECT or has a mistake, the answer
            is longer than `max_rows`, or the extra `xetho[store]` is missing.
    """
    listed = [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    if not listed:
        raise StoreError("no store to ask: name at least one")
    places = [path.resolve() for path in listed]
    if twice := {path for path, place in zip(listed, places, strict=True) if places.count(place) > 1}:
        raise StoreError(f"{min(twice)} is named twice, so its runs would count twice")
    return steady(listed, lambda manifests: _ask(manifests, sql, max_rows))


def stores_table(manifests: Iterable[Manifest]) -> list[dict[str, Any]]:
    """What the table `stores` says: one row a store, keys as in `STORES`."""
    return [
        {
            "store": str(one.path),
            "scenario": str(one.meta.get("scenario") or ""),
            "variant": str(one.meta.get("variant") or ""),
            "sets": "; ".join(one.meta.get("sets") or ()),
            "hash": str(one.meta.get("hash") or ""),
            "seed": one.meta.get("seed"),
            "runs": one.parts["runs"].rows,
            "traced": _traced(one),
            "start": date.fromisoformat(one.meta["start"]) if one.meta.get("start") else None,
            "plan_gap": one.meta.get("plan_gap"),
            "xetho": one.xetho,
            "format": one.format,
        }
        for one in manifests
    ]


def _traced(manifest: Manifest) -> int:
    """How many runs have daily series."""
    daily = manifest.parts.get("daily")
    return daily.rows // max(1, len(daily.layout.labels["day"])) if daily else 0


def _ask(manifests: list[Manifest], sql: str, max_rows: int) -> pd.DataFrame:
    duckdb = needed("duckdb", "asking stores in SQL")
    with duckdb.connect(":memory:", config=QUIET) as connection:
        try:
            _offer(connection, manifests)
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise StoreError("SQL: the question must be one SELECT")
            return _fetch(connection.execute(statements[0]), max_rows)
        except duckdb.Error as error:
            raise StoreError(_in_one_line(error)) from None


def _fetch(result: Any, max_rows: int) -> pd.DataFrame:
    """The answer piece by piece, so that one that is too long is not fetched whole."""
    pieces: list[pd.DataFrame] = [result.fetch_df_chunk()]
    rows = len(pieces[0])
    while rows <= max_rows and len(pieces[-1]):
        pieces.append(result.fetch_df_chunk(VECTORS))
        rows += len(pieces[-1])
    if rows > max_rows:
        raise StoreError(f"the answer has more than {max_rows} rows; count or average in the question, or add a limit")
    return pd.concat([piece for piece in pieces if len(piece)] or pieces, ignore_index=True)


def _offer(connection: Any, manifests: list[Manifest]) -> None:
    """Make the tables, then shut the door: the question reads these files and no others, and writes none."""
    columns = ", ".join(f"{name} {kind}" for name, kind in STORES.items())
    connection.execute(f"create table stores ({columns})")
    marks = ", ".join("?" * len(STORES))
    for row in stores_table(manifests):
        connection.execute(f"insert into stores values ({marks})", list(row.values()))
    allowed: list[str] = []
    for part in PARTS:
        files = [str(one.file(part)) for one in manifests if part in one.parts]
        if files:
            patterns = [_literal_pattern(file) for file in files]
            connection.execute(
                f"create view {part} as select regexp_replace(filename, '([/\\\\][^/\\\\]+){{2}}$', '') as store, "
                f"* exclude (filename) from read_parquet({_list(patterns)}, union_by_name=true, filename=true)"
            )
            allowed += [*files, *patterns]
    connection.execute(f"set allowed_paths={_list(allowed)}")
    for setting in ("python_enable_replacements=false", "enable_external_access=false", "lock_configuration=true"):
        connection.execute(f"set {setting}")


def _literal_pattern(path: str) -> str:
    """A path as a pattern that fits it alone."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in path)


def _list(texts: Iterable[str]) -> str:
    """A list of texts in SQL."""
    quoted = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"[{quoted}]"


def _in_one_line(error: Exception) -> str:
    """What DuckDB says, without the picture of the place."""
    words = str(error).split("\n\nLINE ")[0].split()
    return "SQL: " + " ".join(words)
