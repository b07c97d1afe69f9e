"""A sweep: every point of a design played and kept, so that it goes on where it was stopped.

The folder of a sweep holds `sweep.json` (what it is), `scenario/` (the scenario as it was swept), `points/` (one file
for each finished point) and, at the end, `results.csv` or `results.parquet`. Each file is written beside its place
and renamed, so that a process killed at any moment loses at most the points under way.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from xetho.experiment.design import Factor, worst_correlation
from xetho.experiment.play import Answer, Job, Player, code_hash
from xetho.experiment.points import Point
from xetho.experiment.table import table

FORMAT = "xetho-sweep-1"
MANIFEST, POINTS, SCENARIO = "sweep.json", "points", "scenario"

# Called with points done, points in all, and the seconds that the rest will take (None: not known yet).
Progress = Callable[[int, int, float | None], None]
# Plays points in any order and yields their answers as they come.
Plays = Callable[[Job, Sequence[Point]], Iterator[Answer]]


class SweepError(ValueError):
    """A folder cannot be used for a sweep; the message says why in one line."""


@dataclass(frozen=True)
class Sweep:
    """What a sweep is: its job, factors and points, and what tells it from another."""

    job: Job
    kind: str
    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    hashes: dict[str, str]  # of the scenario under each variant used
    version: str

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What tells this sweep from another, part by part."""
        job = self.job
        names = [factor.name for factor in self.factors]
        return {
            "version": f"{self.version} {code_hash()[:16]}",
            "scenario": _digest([job.name, self.hashes]),
            "design": _digest([names, [asdict(point) for point in self.points]]),
            "outputs": _digest([[asdict(one) for one in job.outputs], job.quantiles]),
            "runs": job.runs,
            "seed": job.seed,
        }

    @cached_property
    def mark(self) -> str:
        """The identity in short, which every point's file carries."""
        return _digest(self.identity)[:16]

    def manifest(self) -> dict[str, Any]:
        """What is written to sweep.json: the identity, and for people what was asked and what each point is."""
        job = self.job
        return {
            "format": FORMAT,
            "is": self.identity,
            "scenario": job.name,
            "hashes": self.hashes,
            "design": self.kind,
            "points": len(self.points),
            "worst_correlation": worst_correlation(self.factors, [point.levels for point in self.points]),
            "factors": [_plain(asdict(factor)) for factor in self.factors],
            "outputs": [asdict(one) for one in job.outputs],
            "quantiles": job.quantiles,
            "settings": [
                {"point": point.number, "variant": point.variant, "sets": point.sets, "levels": _plain(point.levels)}
                for point in self.points
            ],
        }


def run(
    sweep: Sweep, folder: Path, plays: Plays | None = None, threads: int | None = None, progress: Progress | None = None
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Play the points of a sweep that the folder does not hold yet, and return the table of all.

    Args:
        plays: how points are played (None: one after the other in this process, on `threads` threads).
        progress: called at the start and after each point.

    Returns:
        The table, and for each point that could not be answered, why.

    Raises:
        SweepError: the folder holds something else, or another process is at work in it.
    """
    told = progress or (lambda done, total, left: None)
    with _opened(sweep, folder):
        done = _finished(sweep, folder)
        todo = [point for point in sweep.points if point.number not in done]
        failed: dict[int, str] = {}
        told(len(done), len(sweep.points), None)
        begun = time.monotonic()
        answers = _here(folder, threads) if plays is None else plays
        for count, answer in enumerate(answers(sweep.job, todo) if todo else (), 1):
            number = int(answer["point"])
            if "failed" in answer:
                failed[number] = str(answer["failed"])
            else:
                _write(_point_file(folder, number), _json({"sweep": sweep.mark, **answer}))
                done[number] = answer
            left = (time.monotonic() - begun) / count * (len(todo) - count)
            told(len(sweep.points) - len(todo) + count, len(sweep.points), left)
    return table(sweep, done), failed


def write_table(results: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, or as Parquet when the name ends so, beside its place and renamed."""
    if path.suffix == ".parquet":
        _write(path, lambda beside: results.to_parquet(beside, index=False))
    else:
        _write(path, results.to_csv(index=False, lineterminator="\n"))


def _here(folder: Path, threads: int | None) -> Plays:
    """Play one point after the other in this process."""

    def plays(job: Job, points: Sequence[Point]) -> Iterator[Answer]:
        player = Player(job, threads)
        for point in points:
            yield player.play(point, folder / SCENARIO / job.name)

    return plays


# the folder ---------------------------------------------------------------------------------------------------


@contextmanager
def _opened(sweep: Sweep, folder: Path) -> Iterator[None]:
    """Make the folder, or check that it holds this sweep; nobody else works in it meanwhile."""
    manifest = folder / MANIFEST
    if not manifest.exists() and folder.exists() and _foreign(folder):
        raise SweepError(f"{folder} is not empty and holds no sweep; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if manifest.exists():
            _check_same(manifest, sweep)
        for part in folder.rglob("*.part"):  # left by a process that was killed
            part.unlink(missing_ok=True)
        (folder / POINTS).mkdir(exist_ok=True)
        sweep.job.unpack(folder / SCENARIO)
        if not manifest.exists():
            _write(manifest, _json(sweep.manifest()))
        yield


def _foreign(folder: Path) -> bool:
    """Whether a folder without a manifest holds anything that a sweep killed at its start does not leave."""
    if not folder.is_dir():
        raise SweepError(f"{folder} is a file; name a folder")
    own = {LOCK, POINTS, SCENARIO}
    return any(path.name not in own and path.suffix != ".part" for path in folder.iterdir())


def _check_same(manifest: Path, sweep: Sweep) -> None:
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
        held = dict(found["is"]) if found["format"] == FORMAT else {}
    except (ValueError, KeyError, TypeError):
        held = {}
    if not held:
        raise SweepError(f"{manifest} was not written by a sweep of this kind; choose another folder")
    words = {
        "version": "version of xetho",
        "scenario": "scenario",
        "design": "design",
        "outputs": "choice of outputs",
        "runs": f"number of runs ({held.get('runs')})",
        "seed": f"seed ({held.get('seed')})",
    }
    other = [words[key] for key in words if held.get(key) != sweep.identity[key]]
    if other:
        raise SweepError(f"{manifest.parent} holds the sweep of another {', '.join(other)}; choose another folder")


def _finished(sweep: Sweep, folder: Path) -> dict[int, Answer]:
    """Answers of the points that are done, by number."""
    done: dict[int, Answer] = {}
    for point in sweep.points:
        path = _point_file(folder, point.number)
        if not path.exists():
            continue
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
            whole = answer["sweep"] == sweep.mark and answer["point"] == point.number
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise SweepError(f"{path} is not a point of this sweep; remove it, or choose another folder")
        done[point.number] = answer
    return done


def _point_file(folder: Path, number: int) -> Path:
    return folder / POINTS / f"{number:06d}.json"


LOCK = ".lock"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go of when a process dies, however it dies."""
    try:
        import fcntl
    except ImportError:  # no such locks here: two at once would only do the work twice
        yield
        return
    with (folder / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SweepError(f"another process is sweeping into {folder}") from None
        yield


def _write(path: Path, content: str | Callable[[str], None]) -> None:
    """Write a file beside its place and rename it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            if isinstance(content, str):
                file.write(content)
        if callable(content):
            content(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value in JSON's own types; dates as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
