"""The same sweep on a local Ray cluster: identical numbers, and a worker killed in the middle costs nothing."""

from __future__ import annotations

import os
import signal
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xetho as xt
from xetho.experiment import cluster
from xetho.scenario.new import new
from xetho.sweeps import sweep

DESIGN = """
design = "nolh"
[[factors]]
assumption = "porter-load"
range = [20, 30]
[[factors]]
assumption = "local-menders"
quantile_range = [0.05, 0.95]
[[factors]]
variants = ["", "more-porters"]
"""
RUNS = 64


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """A cluster that the tests of this file share; a sweep uses the one it finds and leaves it running."""
    pytest.importorskip("ray")
    found = cluster._ray()
    cluster._start(found, "local", 2)
    yield found
    found.shutdown()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("cluster")
    design = folder / "design.toml"
    design.write_text(DESIGN, encoding="utf-8")
    return new("valley", folder), design


@pytest.fixture(scope="module")
def alone(asked: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Path]:
    """The sweep in one process: its table and folder."""
    out = tmp_path_factory.mktemp("alone") / "out"
    return sweep(*asked, out, runs=RUNS), out


def workers() -> dict[int, str]:
    """Ray's worker processes below this one, by process id, with what they call themselves."""
    parents, names = {}, {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit():
                stat = (folder / "stat").read_text()
                parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
                names[int(folder.name)] = (folder / "cmdline").read_bytes().split(b"\0")[0].decode()
        except OSError:  # it ended meanwhile
            continue

    def ours(process: int) -> bool:
        while process in parents:
            if process == os.getpid():
                return True
            process = parents[process]
        return False

    return {process: name for process, name in names.items() if name.startswith("ray::") and ours(process)}


def test_workers_are_killed_and_the_numbers_are_the_same(
    ray: Any, asked: tuple[Path, Path], alone: tuple[pd.DataFrame, Path], tmp_path: Path
) -> None:
    killed: list[tuple[int, str]] = []

    def kill(done: int, total: int, left: float | None) -> None:
        if done not in (3, 9):
            return
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for process, name in workers().items():
                if "_play" in name:  # in the middle of a point
                    os.kill(process, signal.SIGKILL)
                    killed.append((process, name))
                    return
            time.sleep(0.002)

    table = sweep(*asked, tmp_path / "out", runs=RUNS, ray="local", progress=kill)
    assert len(killed) == 2
    pd.testing.assert_frame_equal(table, alone[0], check_exact=True)
    for path in sorted((alone[1] / "points").iterdir()):
        assert (tmp_path / "out" / "points" / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "out" / "results.csv").read_bytes() == (alone[1] / "results.csv").read_bytes()


def test_a_sweep_begun_alone_goes_on_in_a_cluster(
    ray: Any, asked: tuple[Path, Path], alone: tuple[pd.DataFrame, Path], tmp_path: Path
) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int, left: float | None) -> None:
        if done == 11:
            raise Enough

    with pytest.raises(Enough):
        sweep(*asked, tmp_path / "out", runs=RUNS, progress=stop)
    counts: list[int] = []
    table = sweep(*asked, tmp_path / "out", runs=RUNS, ray="local", progress=lambda done, *rest: counts.append(done))
    assert counts == list(range(11, 18))
    pd.testing.assert_frame_equal(table, alone[0], check_exact=True)


def test_machines_with_another_version_are_refused(
    ray: Any, asked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "code_hash", lambda: "another")
    with pytest.raises(xt.CampaignError, match="another version of xetho; install the same on all"):
        sweep(*asked, tmp_path / "out", runs=RUNS, ray="local")


def test_machines_without_xetho_are_refused(
    ray: Any, asked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task is sent by its name; a module that only this process has stands for a package that is not installed."""
    here = types.ModuleType("only_here")
    exec("def _play(*asked): ...", here.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", here)
    monkeypatch.setattr(cluster, "_play", here._play)
    with pytest.raises(xt.CampaignError, match="have no xetho; install the same on all"):
        sweep(*asked, tmp_path / "out", runs=RUNS, ray="local")


def test_no_statistics_and_no_dashboard(ray: Any) -> None:
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert not ray._private.worker._global_node.webui_url


def test_without_ray_it_says_what_to_install(
    asked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(xt.CampaignError, match=r"pip install 'xetho\[cluster\]'"):
        sweep(*asked, tmp_path / "out", runs=RUNS, ray="local")
