"""What a campaign needs is counted in the engine itself: a number for each cut, as many as are played."""

from __future__ import annotations

from benchmarks.limits import needs
from benchmarks.models.transport import make
from benchmarks.rivals.transport_xetho import Job
from benchmarks.transport import SIZES
from xetho.results.runs import label
from xetho.simulate import play


def test_each_cut_draws_once() -> None:
    job = Job(make(next(iter(SIZES.values()))), 1)
    cuts = int(label(play(job.network, job.plan, 1, seed=1, trace=0)).summary["cuts"].sum())
    quiet = needs(job._network("threats[raiders].effort_per_day=1e-9"), job.plan)
    found = needs(job.network, job.plan)
    assert cuts > 30
    assert found["draws"] - quiet["draws"] == cuts
    assert found["rows"] > quiet["rows"] > 60 * 30 * 5  # of each load on each day some are taken
