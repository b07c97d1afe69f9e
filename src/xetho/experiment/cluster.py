"""The same sweep on a Ray cluster: every point is a task, and a worker that dies costs only time.

Tasks carry the scenario's files with them, so that the machines of a cluster need nothing but the same version of
Xetho. Only the process that was started writes results.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xetho.experiment.play import Answer, Job, Player, code_hash
from xetho.experiment.points import Point
from xetho.experiment.sweep import Plays
from xetho.simulate.jit import is_compiled

LOCAL = "local"
# How often a point is begun anew when its worker dies: machines come and go, but a point that always
# kills its worker must end.
RETRIES = 5
# Points handed out for each core: one at work, one waiting, so that no core stands idle.
AHEAD = 2
# A local cluster that is not up in 15 s gives up (a constant of Ray, its issue 65983), as may happen on a busy machine.
STARTS = 3
STORE_BYTES = 100_000_000  # of a local cluster's shared memory, which holds little more than the scenario


class ClusterError(RuntimeError):
    """There is no Ray, no cluster at the address, or its machines have no Xetho or another."""


def on_cluster(address: str, cores: int | None = None) -> Plays:
    """A way to play points on a cluster.

    Args:
        address: "local" for a cluster of this machine that ends with the sweep, else where one runs
            (as `ray.init` takes it: "auto", "host:6379", "ray://host:10001").
        cores: of a local cluster (None: all).

    Raises:
        ClusterError: when played, if there is no such cluster; the message says what to do.
    """

    def plays(job: Job, points: Sequence[Point]) -> Iterator[Answer]:
        ray = _ray()
        ours = not ray.is_initialized()
        if address == LOCAL and not is_compiled():  # or every worker would compile the engine at the same time
            yield _play(job, points[0], code_hash())
            points = points[1:]
        if ours:
            _start(ray, address, cores)
        try:
            yield from _answers(ray, job, points)
        finally:
            if ours:
                ray.shutdown()

    return plays


def _answers(ray: Any, job: Job, points: Sequence[Point]) -> Iterator[Answer]:
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_play)
    shared = ray.put(job)
    ahead = AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1)
    waiting = list(reversed(points))
    under_way: dict[Any, Point] = {}
    while waiting or under_way:
        while waiting and len(under_way) < ahead:
            point = waiting.pop()
            under_way[task.remote(shared, point, code_hash())] = point
        (ready,), _ = ray.wait(list(under_way), num_returns=1)
        point = under_way.pop(ready)
        try:
            yield ray.get(ready)
        except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
            yield {"point": point.number, "failed": f"its worker died {RETRIES + 1} times: {type(error).__name__}"}
        except ray.exceptions.RayTaskError as error:
            if "failed to import" in str(error.cause):
                raise ClusterError("the machines of the cluster have no xetho; install the same on all") from None
            raise error.cause from None


_players: dict[Job, Player] = {}


def _play(job: Job, point: Point, code: str) -> Answer:
    """Play a point in a worker, which keeps its plans from one point to the next."""
    if code != code_hash():
        raise ClusterError("the machines of the cluster have another version of xetho; install the same on all")
    if job not in _players:
        _players.clear()
        _players[job] = Player(job, threads=1)
    # Unpacked for each point, since workers are ended without a chance to clean up after themselves.
    with tempfile.TemporaryDirectory(prefix="xetho-sweep-") as parent:
        return _players[job].play(point, job.unpack(Path(parent)))


def _ray() -> Any:
    # No statistics are sent anywhere; and the first error ends a sweep, so that those of tasks behind it are not news.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")
    try:
        import ray
    except ImportError:
        raise ClusterError("a cluster needs Ray: pip install 'xetho[cluster]'") from None
    return ray


def _start(ray: Any, address: str, cores: int | None) -> None:
    """Connect to a cluster, or start a local one."""
    if address != LOCAL:
        _connect(ray, address, {})
        return
    local = {
        "num_cpus": cores or os.cpu_count(),
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
    }
    for left in reversed(range(STARTS)):
        try:
            _connect(ray, LOCAL, local)
            return
        except ClusterError:
            ray.shutdown()
            if not left:
                raise


def _connect(ray: Any, address: str, how: dict[str, Any]) -> None:
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **how)
    except Exception as error:  # Ray raises all sorts, down to Exception itself
        first = str(error).strip().splitlines()
        reason = f": {first[0]}" if first else ""
        raise ClusterError(f"no Ray cluster at {address}{reason}") from None
