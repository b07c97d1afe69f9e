"""The verbs of stores of runs: `xetho runs show` and `xetho runs query`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape

import xetho
from xetho.cli import options as opt
from xetho.cli import show
from xetho.cli.console import guarded, out, print_json, progress
from xetho.cli.files import refuse_file, write_csv

if TYPE_CHECKING:
    from xetho.results.store import Manifest

# Longer answers are cut on the screen; --out and --json have all of it.
SHOWN_ROWS = 200

Stores = Annotated[
    list[Path], typer.Argument(metavar="STORE...", help="Folders that `xetho simulate --save` wrote.")
]

runs_app = typer.Typer(name="runs", help="Look into stores of runs and ask them in SQL.", no_args_is_help=True)


@runs_app.command("show", epilog="Example: xetho runs show base no-bikes")
@guarded
def show_verb(stores: Stores, as_json: opt.Json = False) -> None:
    """Say what stores hold: which scenario and seed, how many runs, which outputs, which files."""
    from xetho.results.store import read_manifests

    shapes = [_store_shape(one) for one in read_manifests(stores)]
    if as_json:
        print_json({"xetho": xetho.__version__, "verb": "runs show", "stores": shapes})
        return
    for shape in shapes:
        _show_store(out(), shape)


@runs_app.command("query", epilog="Example: xetho runs query 'select variant, count(*) from runs group by all' a b")
@guarded
def query_verb(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One SELECT over runs, daily, mean and stores, as DuckDB reads it.")
    ],
    stores: Stores,
    csv: opt.CsvOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Ask any number of stores one question in SQL; the columns are told in docs/how-to/keep-runs.md."""
    refuse_file(csv, force)
    with progress() as told:
        told("asking", 0, 0)
        from xetho.results import query_runs

        answer = query_runs(sql, stores)
    if csv is not None:
        write_csv(answer, csv)
    columns = [str(name) for name in answer.columns]
    shown = answer if as_json else answer.head(SHOWN_ROWS)
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    if as_json:
        head = {"xetho": xetho.__version__, "verb": "runs query", "sql": sql}
        print_json({**head, "stores": [str(path) for path in stores], "columns": columns, "rows": rows})
        return
    console = out()
    right = [place for place, kind in enumerate(answer.dtypes) if kind.kind in "iuf"]
    cells = ([escape(_words(value)) for value in row] for row in rows)
    console.print(show.table("", [escape(name) for name in columns], cells, right))
    if len(answer) > len(rows):
        console.print(f"... and {len(answer) - len(rows)} more rows; --out or --json has them all")


def refuse_to_save(store: Path | None, force: bool) -> None:
    """Raise StoreError when no store can be written there; asked before the work, not after it."""
    if store is not None:
        from xetho.results.store import check_can_save

        check_can_save(store, force)


def _store_shape(manifest: Manifest) -> dict[str, Any]:
    from xetho.results.query import stores_table

    row = stores_table([manifest])[0]
    written = {"format": row.pop("format"), "written_by": row.pop("xetho")}
    outputs = {name: list(part.layout.variables) for name, part in manifest.parts.items()}
    return {
        **row,
        **written,
        "bytes": sum(part.bytes for part in manifest.parts.values()),
        "files": {name: str(manifest.file(name)) for name in manifest.parts},
        "outputs": outputs,
        "assumptions": list(manifest.assumptions),
        "meta": manifest.meta,
    }


def _show_store(console: Console, shape: dict[str, Any]) -> None:
    changed = "; ".join(text for text in (shape["variant"], shape["sets"]) if text) or "as it is"
    console.print(f"[bold]{escape(shape['store'])}[/]  {escape(shape['scenario'])}, {escape(changed)}")
    size = f"{shape['bytes'] / 1e6:,.1f} MB, format {shape['format']}, written by xetho {shape['written_by']}"
    runs = f"{shape['runs']:,} runs ({shape['traced']:,} day by day), seed {shape['seed']}"
    console.print(f"  {runs}; {size}", markup=False)
    if shape["hash"]:
        console.print(f"  scenario {shape['hash']}")
    for name, path in shape["files"].items():
        console.print(f"  {name}: {path}", markup=False, soft_wrap=True)
        console.print(f"    {', '.join(shape['outputs'][name])}", markup=False)


def _cell(value: Any) -> Any:
    """A value of an answer: moments as ISO text, with the hour only where there is one."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat().removesuffix("T00:00:00")
    return None if value is pd.NaT or value is pd.NA else value


def _words(value: Any) -> str:
    """A value to read: six figures, none cut from whole numbers."""
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
