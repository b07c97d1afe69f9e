"""The skeleton scenario played once: it also compiles the engine, which all later tests use."""

from __future__ import annotations

from pathlib import Path

import pytest

from xetho.network import Network, build
from xetho.plan import Plan, solve
from xetho.scenario import load
from xetho.scenario.new import new
from xetho.simulate import Record, play


@pytest.fixture(scope="session")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a scenario as `xetho new` writes it."""
    return new("valley", tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="session")
def network(skeleton: Path) -> Network:
    return build(load(skeleton))


@pytest.fixture(scope="session")
def plan(network: Network) -> Plan:
    return solve(network)


@pytest.fixture(scope="session")
def record(network: Network, plan: Plan) -> Record:
    return play(network, plan, 300, seed=1)
