"""`python -m benchmarks [NAME ...]`: measure, print and keep. Without a name everything; `growth` is all curves."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import run, show
from benchmarks.registry import Registry, collect

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Exit code 0; 1 when an answer differs or something failed; 2 for a name that is not there."""
    registry = collect()
    console = Console() if sys.stdout.isatty() else Console(width=150)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ["growth", *registry.cases, *registry.curves]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--threads", type=int, default=2, help="for all that can use more than one (2)")
    parser.add_argument("--seconds", type=float, default=3.0, help="CPU seconds of a timed run (3)")
    parser.add_argument("--size", action="append", help="only sizes whose name has this in it; nothing is kept")
    parser.add_argument("--rival", action="append", help="only this rival; nothing is kept")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(names)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    return _cases(registry, arguments, console) | _growth(registry, arguments, console)


def _cases(registry: Registry, arguments: Any, console: Console) -> int:
    code = 0
    for case in registry.cases.values():
        if arguments.names and case.name not in arguments.names:
            continue
        sizes = [s for s in case.sizes if not arguments.size or any(part in s for part in arguments.size)]
        rivals = [r.name for r in case.rivals if not arguments.rival or r.name in arguments.rival]
        part = bool(arguments.size or arguments.rival)
        keep = None if part else partial(run.save, path=arguments.out / f"{case.name}.json")
        with console.status("") as status:
            record = run.run_case(case, sizes, rivals, arguments.threads, arguments.seconds, status.update, keep)
        console.print(_where(record["machine"]), highlight=False)
        console.print(*show.case_tables(record), sep="\n")
        for line in record["left_out"]:
            console.print(f"left out: {line}", highlight=False)
        if part:
            console.print("A part only: the results file is left as it is.")
        failed = any("not installed" not in line and "NoCard" not in line for line in record["left_out"])
        if failed or any(e.get("agreement", {}).get("problems") for e in record["entries"]):
            code = 1
    return code


def _growth(registry: Registry, arguments: Any, console: Console) -> int:
    names = set(arguments.names)
    curves = [c for c in registry.curves.values() if not names or "growth" in names or c.name in names]
    if not curves:
        return 0
    records, failed = [], []
    with console.status("") as status:
        for curve in curves:
            try:
                records.append(run.run_curve(curve, status.update))
            except run.Failed as error:
                failed.append(f"left out: {curve.name}: {error}")
                continue
            run.save(records[-1], arguments.out / f"{curve.name}.json")
    console.print(show.growth_table(records))
    for line in failed:
        console.print(line, highlight=False)
    return 1 if failed else 0


def _where(about: dict[str, Any]) -> str:
    return f"{about['cpu']}, {about['cores']} cores, load {about['load_average'][0]}, sources {about['sources']}"


if __name__ == "__main__":
    sys.exit(main())
