"""The profile plays the same campaign as the engine, in the same order, and accounts for its time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulate.drafts import orders
from tests.simulate.test_conservation import besieged
from xetho.network import Network
from xetho.plan import Plan
from xetho.simulate import day, profile
from xetho.simulate.compile import compile_program
from xetho.simulate.draft import PlanLike
from xetho.simulate.draws import block_inputs, draw
from xetho.simulate.width import WIDTH


def same_bytes(network: Network, plan: PlanLike) -> None:
    program, lanes = compile_program(network, plan), WIDTH
    x = block_inputs(network.inputs, draw(network.inputs, 7, 0, lanes), 0, lanes)
    one, other = (profile.arguments(network, program, x, 7, 4) for _ in range(2))
    profile.whole_block(one)
    taken = profile.one_by_one(other)
    for name in ("s", "series", "flow", "stock", "condition"):
        assert one[name].tobytes() == other[name].tobytes()
    assert (taken > 0).all() and len(taken) == len(profile.STEPS)


def test_step_by_step_is_the_same_campaign(network: Network, plan: Plan) -> None:
    same_bytes(network, plan)
    siege = besieged().network()
    same_bytes(siege, orders(siege, lambda *_: 0.0))


def test_the_steps_are_called_in_the_order_of_the_day() -> None:
    source = Path(day.__file__).read_text(encoding="utf-8")
    body = source[source.index("def run_block") :]
    called = re.findall(r"^ +(\w+)\(", body[body.index('"""', body.index('"""') + 3) :], re.MULTILINE)
    # the last is for blocks that halt before the last day
    assert [*(function.__name__ for _, function, _ in profile.STEPS), "camp_men"] == called


def test_it_accounts_for_the_time(network: Network, plan: Plan) -> None:
    found = profile.profile(network, plan, campaigns=100)
    assert found.campaigns == WIDTH
    assert [step.step for step in found.steps] == list(range(11))
    total = sum(step.seconds for step in found.steps)
    assert total == pytest.approx(sum(one.seconds for one in found.functions))
    assert found.whole > 0 and total > 0
    with pytest.raises(ValueError, match="at least 1"):
        profile.profile(network, plan, campaigns=0)


def test_a_block_of_another_width_is_refused(network: Network, plan: Plan) -> None:
    """Compiled steps take the width as given and would write beyond a narrower table."""
    program, x = compile_program(network, plan), block_inputs(network.inputs, draw(network.inputs, 7, 0, 16), 0, 16)
    with pytest.raises(ValueError, match=f"must have {WIDTH} lanes, not 16"):
        profile.arguments(network, program, x, 7, 0)
