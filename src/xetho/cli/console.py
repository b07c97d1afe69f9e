"""Where words go: answers to stdout, progress and problems to stderr; and what each error is worth."""

from __future__ import annotations

import functools
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import numpy as np
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from xetho.campaign import Campaign, NoProof
from xetho.campaign import Progress as Told
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.plan import Plan

MISTAKE = 2
NOT_PROVEN = 3
INTERRUPTED = 130  # 128 + SIGINT, as shells count
PIPE_CLOSED = 141  # 128 + SIGPIPE

P = ParamSpec("P")
R = TypeVar("R")


def out() -> Console:
    """Console for answers. Made anew each time, since tests and shells swap the streams."""
    # Wide when nobody's terminal sets the width, so that tables in files and pipes are not cut.
    return Console(soft_wrap=False, highlight=False, width=None if sys.stdout.isatty() else 160)


def err() -> Console:
    """Console for progress and problems."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def guarded(verb: Callable[P, R]) -> Callable[P, R]:
    """Give the verb its exit codes: a user's mistake is told, never traced back."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            try:
                return verb(*args, **kwargs)
            except Exception as error:
                _tell(error, bool(kwargs.get("as_json", False)))
                raise
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            err().print("Stopped; nothing was left half written.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # The reader has gone (as `| head` does): nobody is left to be told.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None

    return run


def _tell(error: Exception, as_json: bool) -> None:
    """Tell an error that the user can mend and leave with its exit code; return from any other."""
    if isinstance(error, BrokenPipeError):
        return
    if isinstance(error, NoProof):
        fail([{"message": str(error)}], as_json, NOT_PROVEN)
    if (problems := _mistakes(error)) is not None:
        fail(problems, as_json, MISTAKE)


def _mistakes(error: Exception) -> list[dict[str, Any]] | None:
    """The problems in an error that the user can mend; None when it is ours."""
    from xetho.evidence import ClaimError, MetricError
    from xetho.scenario import ScenarioError

    if isinstance(error, ScenarioError):
        return [problem_shape(problem) for problem in error.problems]
    if isinstance(error, CampaignError):
        return [{"message": text} for text in error.problems]
    if isinstance(error, (ClaimError, MetricError)):
        return [{"message": str(error)}]
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return [{"message": f"{where}{error.strerror or error}"}]
    return None


def problem_shape(problem: Any) -> dict[str, Any]:
    """A scenario's problem as JSON holds it."""
    return {
        "message": str(problem),
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "found": problem.found,
        "allowed": problem.allowed,
        "hint": problem.hint,
    }


def fail(problems: Sequence[Mapping[str, Any]], as_json: bool, code: int) -> NoReturn:
    """Tell every problem, one a line, and leave with `code`."""
    if as_json:
        print_json({"problems": list(problems)})
    else:
        console = err()
        for problem in problems:
            console.print(problem["message"], markup=False)
        if len(problems) > 1:
            console.print(f"{len(problems)} problems.")
    raise typer.Exit(code)


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer as JSON: two spaces, keys in their documented order, null for what is not a number."""
    text = json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, indent=2)
    sys.stdout.write(text + "\n")


def plain(value: Any) -> Any:
    """`value` in JSON's own types: arrays to lists, dates to text, NaN and infinity to null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime):  # before date, which it also is
        return value.date().isoformat() if value == value else None
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


@contextmanager
def progress() -> Iterator[Told]:
    """A progress line on stderr while the block runs; silent when stderr is not a terminal."""
    console = err()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("starting", total=None)
        current = ""

        def told(stage: str, done: int, total: int) -> None:
            nonlocal current
            if stage != current:
                current = stage
                bars.reset(task, description=stage, total=total or None)
            bars.update(task, completed=done, total=total or None)

        yield told


def solved(campaign: Campaign, time_limit: float | None = None) -> Plan:
    """The campaign's plan, with a progress line; with a limit (seconds) the best there is by then.

    Raises NoProof when the solver could not prove one and no limit was given, CampaignError for a limit of no seconds.
    """
    if time_limit is not None and not (math.isfinite(time_limit) and time_limit > 0):
        raise CampaignError(f"time limit: found {time_limit:g}, allowed more than 0 seconds")
    with progress() as told:
        told("planning", 0, 0)
        return campaign.plan() if time_limit is None else campaign.plan(time_limit=time_limit)
