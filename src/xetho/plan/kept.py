"""Answers of the planner kept on disk, so that nothing proven once is solved again.

An answer is found by a hash of all that it depends on: what the planner reads of the network, the periods, the
planner's own sources and the solver's version.  Its values are checked against the programme when it is read.
What is damaged, or for another programme, counts as not there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from xetho.plan.highs import VIOLATION, Basis, violation
from xetho.plan.inputs import IntArray, NetworkLike
from xetho.plan.key import plan_key
from xetho.plan.lexicographic import Answer
from xetho.plan.programme import Programme

FOLDER = "XETHO_CACHE"
"""Environment variable that names another folder for what Xetho keeps; empty: nothing is kept."""

MOST = 200
"""Answers kept; the one not asked for longest makes room (each takes some 0.2 MB)."""


class Kept:
    """A folder of answers. Nothing it does fails: what cannot be read or written is solved again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, key: str) -> bool:
        """Is something kept by this key?"""
        return self._path(key).is_file()

    def get(self, key: str, programme: Programme) -> Answer | None:
        """The answer of a key, when it is there and a solution of the programme."""
        path = self._path(key)
        try:
            with np.load(path, allow_pickle=False) as found:
                answer = Answer(
                    values=found["values"],
                    shortage_bound=float(found["bounds"][0]),
                    labour_bound=float(found["bounds"][1]),
                    duals=found["duals"],
                    of_shortage=found["of_shortage"],
                    basis=Basis(found["columns"], found["rows"]),
                )
            if not _solves(answer, programme):
                return None
            os.utime(path)
        except (OSError, KeyError, ValueError, IndexError, EOFError, zipfile.BadZipFile):
            return None
        return answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer: written beside its place and renamed."""
        with suppress(OSError):
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez_compressed(
                        file,
                        values=answer.values,
                        bounds=np.array([answer.shortage_bound, answer.labour_bound]),
                        duals=answer.duals,
                        of_shortage=answer.of_shortage,
                        columns=answer.basis.columns,
                        rows=answer.basis.rows,
                    )
                os.replace(name, self._path(key))
            finally:
                Path(name).unlink(missing_ok=True)
            self._make_room()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _make_room(self) -> None:
        found = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in found[MOST:]:
            path.unlink(missing_ok=True)


def kept_answers() -> Kept | None:
    """The user's folder of answers; None when the environment says that nothing is to be kept, or nothing can be."""
    named = os.environ.get(FOLDER)
    if named == "":
        return None
    folder = (Path(named) if named else platformdirs.user_cache_path("xetho", appauthor=False)) / "plans"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return Kept(folder) if os.access(folder, os.W_OK) else None


def answer_key(network: NetworkLike, bounds: IntArray, labour_per_fuel_t: float) -> str:
    """sha256 over all that the planner's answer depends on."""
    digest = hashlib.sha256(_planner().encode())
    digest.update(plan_key(network).encode())
    digest.update(np.asarray(bounds, dtype=np.int64).tobytes())
    digest.update(repr(float(labour_per_fuel_t)).encode())
    return digest.hexdigest()


@cache
def _planner() -> str:
    """sha256 over the planner's sources and the solver's version."""
    digest = hashlib.sha256(version("highspy").encode())
    for path in sorted(Path(__file__).resolve().parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _solves(answer: Answer, programme: Programme) -> bool:
    """Is the answer of the programme's shape, and do its values keep the programme's rows?"""
    count, columns = programme.matrix.shape
    shapes: list[tuple[np.ndarray[Any, Any], int]] = [
        (answer.values, columns), (answer.basis.columns, columns),
        (answer.duals, count), (answer.of_shortage, count), (answer.basis.rows, count),
    ]  # fmt: skip
    if any(array.shape != (length,) for array, length in shapes):
        return False
    return violation(programme.matrix, programme.row_lower, programme.row_upper, answer.values) <= VIOLATION
