"""Chunks: whatever is kept, it is the same as when all runs are played at once and all is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.simulate.drafts import Orders, orders
from tests.simulate.test_known import airlift
from xetho.network import Network
from xetho.pages import CampaignError
from xetho.results import Runs, StoreWriter, label, open_runs, play, simulate, tally
from xetho.simulate import DeviceError
from xetho.simulate import play as engine
from xetho.simulate.run import LANES

RUNS, TRACE = 300, 90
SHARES = (0.05, 0.5, 0.95)


@pytest.fixture(scope="module")
def network() -> Network:
    return airlift().network()


@pytest.fixture(scope="module")
def plan(network: Network) -> Orders:
    return orders(network, lambda _r, _p, good: 5.0 if good == "food" else 0.0)


@pytest.fixture(scope="module")
def whole(network: Network, plan: Orders) -> Runs:
    """All runs in one chunk of the engine."""
    return label(engine(network, plan, RUNS, seed=3, trace=TRACE))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "CHUNK", 64)
    monkeypatch.setattr(tally, "BUFFER", 64)


def test_chunks_make_the_same_runs(network: Network, plan: Orders, whole: Runs) -> None:
    told: list[tuple[int, int]] = []
    for threads, lanes in ((1, 64), (2, 7), (2, 128)):
        found = simulate(
            network, plan, RUNS, seed=3, trace=TRACE, threads=threads, lanes=lanes,
            progress=lambda done, total: told.append((done, total)),
        )  # fmt: skip
        xr.testing.assert_identical(found.summary, whole.summary)
        xr.testing.assert_identical(found.daily, whole.daily)
        xr.testing.assert_identical(found.mean, whole.mean)
        assert found.assumptions.equals(whole.assumptions) and found.tally is None
        assert found.meta["runs"] == RUNS and found.meta["trace"] == TRACE and found.meta["threads"] == threads
        assert told[-1] == (RUNS, RUNS)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        told.clear()


def test_what_does_not_fit_is_tallied(network: Network, plan: Orders, whole: Runs) -> None:
    each = (whole.summary.nbytes + whole.assumptions.to_numpy().nbytes) / RUNS
    limit = 200 * each / 1e9  # a few chunks fit
    found = simulate(network, plan, RUNS, seed=3, trace=TRACE, keep=["dead", "cuts"], max_gb=limit, lanes=16)
    other = simulate(network, plan, RUNS, seed=3, trace=TRACE, keep=["assumptions"], max_gb=limit, threads=1)
    assert set(found.summary.data_vars) == {"dead", "cuts"} and not len(other.summary.data_vars)
    xr.testing.assert_identical(found.summary["dead"], whole.summary["dead"])
    xr.testing.assert_identical(found.daily, whole.daily)
    xr.testing.assert_identical(found.mean, whole.mean)
    assert found.assumptions.shape == (RUNS, 0) and other.assumptions.equals(whole.assumptions)
    assert other.summary.sizes["run"] == RUNS and list(other.summary["side"]) == list(whole.summary["side"])
    assert found.tally is not None and other.tally is not None
    for name, values in whole.summary.items():
        exact = values.to_numpy().astype(np.float64)
        share, mean, quantiles = found.tally.points(str(name), SHARES)
        np.testing.assert_array_equal(share, (~np.isnan(exact)).mean(axis=0))
        if share.all():
            np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-9)
            ranks = np.sort(exact, axis=0)
            out = int(np.ceil(found.tally.rank_error * RUNS)) + 1
            for q, wanted in zip(quantiles, SHARES, strict=True):
                rank = int(wanted * (RUNS - 1))
                assert (q >= ranks[max(0, rank - out)]).all() and (q <= ranks[min(RUNS - 1, rank + out + 1)]).all()
        for mine, theirs in zip((share, mean, quantiles), other.tally.points(str(name), SHARES), strict=True):
            assert mine.tobytes() == theirs.tobytes()
    with pytest.raises(CampaignError, match="not every output"):
        found.save("nowhere")


def test_too_many_runs_are_refused_before_they_are_played(network: Network, plan: Orders) -> None:
    told: list[int] = []
    with pytest.raises(CampaignError, match="name the outputs to keep"):
        simulate(network, plan, 10**9, progress=lambda done, _: told.append(done))
    assert max(told) <= 2 * LANES
    with pytest.raises(CampaignError, match='"deed" is no summary output'):
        simulate(network, plan, 10, keep=["deed"])


def test_a_store_gets_every_run_whatever_is_kept(network: Network, plan: Orders, whole: Runs, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with StoreWriter(tmp_path / "kept", {"seed": 3}) as store:
        simulate(network, plan, RUNS, seed=3, trace=TRACE, keep=(), max_gb=0, store=store)
    found = open_runs(tmp_path / "kept")
    xr.testing.assert_identical(found.summary, whole.summary)
    xr.testing.assert_identical(found.daily, whole.daily)
    assert found.assumptions.equals(whole.assumptions)
    assert found.meta["runs"] == RUNS and found.meta["seconds"] > 0


class Until:
    """Enough once so many runs were seen; notes when it was asked."""

    def __init__(self, runs: int) -> None:
        self.wanted, self.seen, self.asked = runs, 0, list[int]()

    def add(self, runs: Runs) -> None:
        assert runs.summary["run"][0] == self.seen
        self.seen += runs.summary.sizes["run"]

    def enough(self) -> bool:
        self.asked.append(self.seen)
        return self.seen >= self.wanted


def test_a_watch_stops_at_the_same_runs_for_any_blocks(network: Network, plan: Orders, whole: Runs) -> None:
    asked = []
    for lanes, threads in ((16, 1), (64, 2), (300, 2)):
        watch = Until(150)
        found = simulate(network, plan, 100, seed=3, lanes=lanes, threads=threads, watch=watch, most=RUNS)
        asked.append(watch.asked)
        assert found.meta["runs"] == watch.seen == watch.asked[-1] < RUNS
        xr.testing.assert_equal(found.summary, whole.summary.isel(run=slice(0, watch.seen)))
    assert asked[0] == asked[1] == asked[2] and asked[0][0] == 100
    never = Until(10**6)
    assert simulate(network, plan, 100, seed=3, watch=never, most=130).meta["runs"] == never.seen == 130


def test_a_device_that_is_not_there(network: Network, plan: Orders) -> None:
    with pytest.raises(DeviceError, match="allowed cpu or cuda"):
        simulate(network, plan, 5, device="abacus")
