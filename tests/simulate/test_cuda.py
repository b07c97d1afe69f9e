"""The engine on a CUDA card: the same campaigns as on the processor, on Numba's simulator of a card; compiled for a
real one where the compiler is at hand; and a clear word where there is no card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from numba import cuda

from tests.simulate.drafts import Draft
from tests.simulate.generate import drafts
from xetho.plan import solve
from xetho.simulate import layout as at_
from xetho.simulate.compile import Program, compile_program
from xetho.simulate.cuda import NoCard, block_runner
from xetho.simulate.device import play_block
from xetho.simulate.draws import block_inputs, draw
from xetho.simulate.process.record import series_rows

ROOT = Path(__file__).resolve().parents[2]
CAMPAIGNS, RUN0, KEY, LANES, KEPT = 12, 1000, 0x1234_5678_9ABC_DEF0, 5, 2
# Single precision has 6e-8. On the simulator, Python adds a float32 and a whole number in single precision where the
# compiled code uses double, and powers come from another library.
TOLERANCE = 2e-5
LEAST = 1e-4  # of a man, a tonne, a day: rows whose whole content is less
LUCK = (at_.S_CARRIER_LUCK,)
# State made of draws and whole numbers: the same, not only near.
COUNTED = (at_.S_FOUL, at_.S_STRIKE_CUTS, at_.S_OP_TRIED, at_.S_OP_DAY, at_.S_HELD)


@dataclass
class Block:
    """A block of one program as the processor played it, and as the simulated card did."""

    program: Program
    expected: dict[str, Any]
    got: dict[str, Any]

    def rows(self, name: int) -> slice:
        first = int(self.program.at[name])
        return slice(first, first + self.program.sizes[name])


def campaigns() -> list[Draft]:
    """Small campaigns with fighting, always the same ones."""
    found: list[Draft] = []

    @settings(
        derandomize=True, max_examples=CAMPAIGNS, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(drafts(fights=True))
    def collect(draft: Draft) -> None:
        found.append(draft)

    collect()
    return found


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> list[Block]:
    folder = tmp_path_factory.mktemp("card")
    programs, expected = [], []
    for number, draft in enumerate(campaigns()):
        network = draft.network()
        program = compile_program(network, solve(network, period_days=5))
        x = block_inputs(network.inputs, draw(network.inputs, 7, 0, LANES), 0, LANES)
        sums = {
            name: np.zeros((network.days, size), dtype=np.int64)
            for name, size in (
                ("flow", len(network.arc_route)), ("stock", len(program.cells)), ("condition", len(network.route_ids)),
            )
        }  # fmt: skip
        series = np.zeros((int(series_rows(program.at)), network.days, KEPT), dtype=np.float32)
        np.savez(
            folder / f"{number}.npz", at=program.at, n=program.n, u=program.u, rows=program.rows,
            x=x, key=np.uint64(KEY), run0=RUN0, kept=KEPT, series=series,
            part=at_.S_POOL, size=program.sizes[at_.S_POOL], **sums,
        )  # fmt: skip
        s = np.empty((program.rows, LANES), dtype=np.float32)
        key: Any = np.uint64(KEY)
        runs = np.arange(RUN0, RUN0 + LANES, dtype=np.uint32)
        play_block(program, x, s, key, runs, 0, network.days, KEPT, series, KEPT, *sums.values())
        programs.append(program)
        expected.append({"s": s, "series": series} | sums)
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": _sources()}
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("on_simulator.py")), str(folder)], env=environment, check=True
    )
    got = [dict(np.load(folder / f"{number}.out.npz")) for number in range(len(programs))]
    return [Block(*parts) for parts in zip(programs, expected, got, strict=True)]


def _sources() -> str:
    return os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])


def test_the_campaigns_have_something_to_show(blocks: list[Block]) -> None:
    """Else the comparisons below would hold for an engine that does nothing."""
    assert len(blocks) == CAMPAIGNS
    for name in (*LUCK, *COUNTED, at_.A_DEAD, at_.A_ROUNDS, at_.A_EATEN, at_.A_AIR_GOT, at_.S_WORK, at_.A_TAKEN):
        values = [block.expected["s"][block.rows(name)] for block in blocks]
        assert any((v[:, 1:] != v[:, :1]).any() for v in values), f"block {name} is the same in all lanes"


def test_every_lane_ends_as_on_the_processor(blocks: list[Block]) -> None:
    """Every row of the state, but those that only pass something on and those of draws (next test)."""
    for block in blocks:
        for name in set(block.program.sizes) - {at_.S_SCRATCH, at_.S_FIGHT, at_.S_TONIGHT, *LUCK}:
            expected, got = block.expected["s"][block.rows(name)], block.got["s"][block.rows(name)]
            size = np.abs(expected).max(axis=1, keepdims=True)  # a row's own, so that small figures count too
            off = np.abs(got - expected) - TOLERANCE * size
            assert (off <= LEAST).all(), f"block {name}, row {off.max(axis=1).argmax()}: off by {off.max()}"


def test_draws_are_the_same_to_the_bit(blocks: list[Block]) -> None:
    """A lane on the card draws when it needs to, a block of lanes when one of them does: compared where both did.

    The first lane of a block says when it drew; the first `KEPT` lanes are the processor's in both.
    """
    compared = cut = 0
    for block in blocks:
        cuts = block.rows(at_.S_STRIKE_CUTS)
        np.testing.assert_array_equal(block.got["s"][cuts], block.expected["s"][cuts])
        cut += int((block.got["s"][cuts, KEPT:] > 0).any(axis=0).sum())
        for name in LUCK:
            expected, got = block.expected["s"][block.rows(name)], block.got["s"][block.rows(name), KEPT:]
            for first in range(0, len(expected), 5):
                both = (expected[first + 4, 0] == got[first + 4]) & (got[first + 4] > 0)
                np.testing.assert_array_equal(got[first : first + 4, both], expected[first : first + 4, KEPT:][:, both])
                compared += int(both.sum())
    assert compared > 30
    assert cut > 10


def test_what_chance_and_orders_decide_is_the_same(blocks: list[Block]) -> None:
    for block in blocks:
        for name in COUNTED:
            np.testing.assert_array_equal(block.got["s"][block.rows(name)], block.expected["s"][block.rows(name)])


def test_only_the_wanted_rows_come_back(blocks: list[Block]) -> None:
    for block in blocks:
        part, rows = block.got["part"], block.rows(at_.S_POOL)
        np.testing.assert_allclose(part[rows], block.got["s"][rows], rtol=TOLERANCE)  # there two are the processor's
        assert np.isnan(np.delete(part, rows, axis=0)).all()


def test_series_and_sums_are_those_of_the_processor(blocks: list[Block]) -> None:
    for block in blocks:
        for name in ("flow", "stock"):  # kg of the kept lanes, each cut to a whole number every day
            np.testing.assert_allclose(block.got[name], block.expected[name], rtol=TOLERANCE, atol=2 * KEPT)
        np.testing.assert_allclose(block.got["condition"], block.expected["condition"], rtol=TOLERANCE, atol=20 * KEPT)
        np.testing.assert_allclose(block.got["series"], block.expected["series"], rtol=1e-3, atol=1e-3)


@pytest.mark.skipif(cuda.is_available(), reason="there is a card")
def test_without_a_card_one_line_says_so(blocks: list[Block]) -> None:
    with pytest.raises(NoCard) as caught:
        block_runner(blocks[0].program)
    (line,) = caught.value.problems
    assert "\n" not in line
    assert "processor" in line
    assert "card" in line or "xetho[gpu]" in line


@pytest.mark.slow
@pytest.mark.skipif(cuda.implementation != "NVIDIA", reason="needs the extra xetho[gpu]")
def test_all_of_it_compiles_for_a_card() -> None:
    """The whole day as one kernel, every function in it, no product fused with a sum by the compiler."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "gpu_code.py")], env=os.environ | {"PYTHONPATH": _sources()},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["functions"] > 150
    assert said["instructions"]["free_to_fuse"] == 0
    assert said["instructions"]["separate"] > 1000
