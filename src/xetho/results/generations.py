"""A store's folder, and how the old store gives way to the new one whole.

A folder that is not empty cannot be replaced by renaming another over it. So the Parquet files of a save lie in a
sub-folder of their own, ``generation-N``, and the small file `POINTER` says which one counts. A save writes a new
generation, makes it durable, renames a new pointer over the old one, and only then removes the old generation.
Killed before that rename, the old store stands; killed after it, the new one does. What a killed save left is removed
by the next save. A lock that the system frees with its process keeps two saves apart; readers need none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xetho.results.problems import StoreError

POINTER = "xetho-runs.json"
PART = f"{POINTER}.part"
LOCK = "xetho-runs.lock"
# Far above what a scenario of any size needs; a larger file was not written by us.
POINTER_BYTES = 64 * 2**20

_GENERATION = re.compile(r"generation-(\d{1,9})")


def refuse_store(path: Path, overwrite: bool) -> None:
    """Raise StoreError when no store may be written at `path`; asked before the work, not after it."""
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file; a store of runs is a folder, so name another place")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"{path.absolute().parent} is not a folder; make it first")
    if not path.exists():
        return
    if (path / POINTER).exists():
        if not overwrite:
            raise StoreError(f"{path} holds a store and is left as it is; choose another name, or overwrite (--force)")
    elif any(not _ours(entry.name) for entry in path.iterdir()):
        raise StoreError(f"{path} holds files that are not a store of runs; choose another name")


def read_pointer(path: Path) -> bytes:
    """Bytes of the pointer of the store at `path`. Raises StoreError when there is no store."""
    if not path.exists():
        raise StoreError(f"{path} is not there")
    if not path.is_dir():
        raise StoreError(f"{path} is a file; a store of runs is a folder")
    pointer = path / POINTER
    try:
        with pointer.open("rb") as file:
            text = file.read(POINTER_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError):
        if any(_GENERATION.fullmatch(entry.name) for entry in path.iterdir()):
            raise StoreError(f"{path} holds no finished store: its save was stopped; save the runs again") from None
        raise StoreError(f"{path} is not a store of runs: it has no {POINTER}") from None
    if len(text) > POINTER_BYTES:
        raise StoreError(f"{pointer} is larger than {POINTER_BYTES // 2**20} MiB, so it is not a store's")
    return text


def is_generation(name: str) -> bool:
    """Whether a folder of that name may hold a generation (and so lies inside the store)."""
    return _GENERATION.fullmatch(name) is not None


class Save:
    """A new generation on its way into the store at `path`; write into `folder`, then `commit`."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder = path, folder
        self.committed = False

    def commit(self, pointer: bytes) -> None:
        """Make the new generation the store: from here on the old one is gone."""
        for file in self.folder.iterdir():
            _sync(file)
        _sync(self.folder)
        beside = self.path / PART
        beside.write_bytes(pointer)
        _sync(beside)
        # The generation must be in the folder on disk before a pointer may name it.
        _sync(self.path)
        beside.replace(self.path / POINTER)
        self.committed = True
        _sync(self.path)


@contextmanager
def saving(path: Path, overwrite: bool) -> Iterator[Save]:
    """A place for a new generation; left without a commit, the store is as it was.

    Raises StoreError when no store may be written there or another process is writing it.
    """
    refuse_store(path, overwrite)
    path.mkdir(exist_ok=True)
    with _locked(path):
        # Asked again: another save may have ended between the question and the lock.
        refuse_store(path, overwrite)
        _sweep(path, keep=_current(path))
        numbers = [int(found[1]) for entry in path.iterdir() if (found := _GENERATION.fullmatch(entry.name))]
        save = Save(path, path / f"generation-{max(numbers, default=0) + 1:04}")
        save.folder.mkdir()
        try:
            yield save
        finally:
            if save.committed:
                _sweep(path, keep=save.folder.name)
            else:
                shutil.rmtree(save.folder, ignore_errors=True)


def _current(path: Path) -> str | None:
    """Name of the generation that counts; None when there is none or the pointer is damaged."""
    try:
        return str(json.loads((path / POINTER).read_bytes())["generation"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def _sweep(path: Path, keep: str | None) -> None:
    """Remove every generation but one; what cannot be removed now is left to the next save."""
    for entry in path.iterdir():
        if _GENERATION.fullmatch(entry.name) and entry.name != keep and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)


def _ours(name: str) -> bool:
    return name in (POINTER, PART, LOCK) or is_generation(name)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # there folders cannot be opened
    handle = os.open(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the store's lock, which the system frees when this process ends in whatever way."""
    with (path / LOCK).open("ab") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise StoreError(f"{path} is being written by another process; try again when it is done") from None
        yield
