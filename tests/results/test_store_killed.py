"""kill -9 during a save, before every one of its steps and at random moments: the old store or the new one, whole."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import xarray as xr

from tests.results.saver import die_before_step, numbered, save_on_and_on
from xetho.results import StoreError, open_runs
from xetho.results.generations import POINTER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs processes that fork and signals that kill")
KILLS = 50


@pytest.fixture(scope="module")
def fork() -> ForkServerContext:
    """Processes that start at once, since the server they are forked from has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.results.saver", "xetho.results.store"])
    return context


def number_in(path: Path) -> int:
    """Which save the store holds, checked to the last value; 0 when there is no store yet."""
    if not (path / POINTER).exists():
        with pytest.raises(StoreError, match="not there|not a store|stopped"):
            open_runs(path)
        return 0
    found = open_runs(path)
    wanted = numbered(found.meta["number"])
    xr.testing.assert_identical(found.summary, wanted.summary)
    xr.testing.assert_identical(found.daily, wanted.daily)
    return int(found.meta["number"])


def killed_at(fork: ForkServerContext, target: Callable[..., None], *arguments: object) -> tuple[bool, int]:
    """Run `target` until it ends; whether it was killed, and the last number it told."""
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=target, args=(*arguments, there))
    process.start()
    there.close()
    process.join(60)
    assert process.exitcode in (0, -9)
    return process.exitcode == -9, last_told(here)


def last_told(told: Connection) -> int:
    number = 0
    try:
        while told.poll():
            number = told.recv()
    except EOFError:
        pass
    return number


@pytest.mark.parametrize("old", [0, 1], ids=["no store yet", "over a store"])
def test_killed_before_every_step(fork: ForkServerContext, tmp_path: Path, old: int) -> None:
    """One file operation further each time, until a save comes to its end; both outcomes are seen on the way."""
    seen = set()
    for step in range(1, 100):
        path = tmp_path / str(step) / "store"
        path.parent.mkdir()
        if old:
            numbered(old).save(path)
        killed, told = killed_at(fork, die_before_step, path, 2, step)
        held = number_in(path)
        assert held in (old, 2)
        assert killed or (told == held == 2)
        if killed:
            seen.add(held)
            numbered(3).save(path, overwrite=True)
            assert number_in(path) == 3
            assert len(list(path.glob("generation-*"))) == 1, "what the killed save left was not cleaned"
        else:
            break
    assert not killed and step > 8
    assert seen == {old, 2}


def test_killed_at_random_moments(fork: ForkServerContext, tmp_path: Path) -> None:
    """Saves that follow one another, killed 50 times: every save that returned is there, and none is half there."""
    moments = random.Random(20)
    path = tmp_path / "store"
    held, within, window_s = 0, 0, 0.1
    for _ in range(KILLS):
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=save_on_and_on, args=(path, held + 1, there))
        process.start()
        there.close()
        assert here.poll(60) and here.recv() == 0
        time.sleep(moments.uniform(0.0, window_s))
        process.kill()
        process.join(60)
        returned = max(last_told(here), held)
        # However fast or busy the machine, the window settles where about half the kills fall into the first save.
        window_s *= 0.8 if returned > held else 1.25
        left = len(list(path.glob("generation-*")))
        held = number_in(path)
        assert held in (returned, returned + 1)
        within += held > returned or left > (held > 0)
    assert within >= 5, f"only {within} kills fell into a save: the moments test little"
    numbered(held + 1).save(path, overwrite=True)
    assert number_in(path) == held + 1 and len(list(path.glob("generation-*"))) == 1
