"""The key of a plan covers all that the planner reads, and nothing that only the engine reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xetho.experiment.closing import headline
from xetho.network import Target, build
from xetho.plan import solve
from xetho.plan.key import FIELDS, plan_key
from xetho.scenario import load
from xetho.scenario.new import new


class Watched:
    """A network that remembers what is read of it."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._network, name)


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new("valley", tmp_path_factory.mktemp("scenario"))


def test_all_that_the_planner_reads_is_in_the_key(valley: Path) -> None:
    watched = Watched(build(load(valley)))
    plan = solve(watched, time_limit=600.0)  # type: ignore[arg-type]
    plan.reasons()
    assert len(watched.read) > 20
    assert watched.read <= set(FIELDS)


def test_every_field_counts(valley: Path) -> None:
    network = build(load(valley))
    key = plan_key(network)
    assert key == plan_key(build(load(valley)))
    for name in FIELDS:
        value = getattr(network, name)
        if isinstance(value, np.ndarray) and value.size:
            changed = value.copy()
            changed.flat[0] = not value.flat[0] if value.dtype == bool else 1 if value.flat[0] != 1 else 2
        elif isinstance(value, list):
            changed = [*value, Target(0, 0, 5, 1.0, 1.0) if name == "targets" else "one more"]
        elif isinstance(value, np.ndarray):
            changed = np.zeros((1, *value.shape[1:]), dtype=value.dtype)
        else:
            changed = f"not {value}"
        other = Watched(network)
        setattr(other, name, changed)
        assert plan_key(other) != key, name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("weather[*].persistence=0.9", True),
        ("fleets[trucks].count=11", False),
        ("modes[porter].payload_kg=26", False),
    ],
)
def test_equal_keys_give_equal_plans(valley: Path, change: str, same: bool) -> None:
    scenario, other = load(valley), load(valley, sets=[change])
    one, two = build(scenario), build(other)
    assert (plan_key(one) == plan_key(two)) == same
    if same:
        first, second = solve(one, time_limit=600.0), solve(two, time_limit=600.0)
        for name in ("bounds", "load", "stock", "shortage", "target_shortage"):
            assert np.array_equal(getattr(first, name), getattr(second, name))
        assert headline(first, two, other) == headline(second, two, other)
