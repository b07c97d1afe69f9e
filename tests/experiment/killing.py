"""Kill a sweep at random moments and let it go on: `python -m tests.experiment.killing --kills 50`.

Each sweep is a process of its own, forked from this one so that 50 do not import the package 50 times. After each kill
every point that was finished must still stand as it was, and every file must be whole; at the end the table must be,
byte for byte, that of a sweep that nobody killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from xetho.experiment import play, sweep  # noqa: F401  (read before the first fork)
from xetho.scenario.new import new
from xetho.sweeps import sweep as run_sweep

RUNS = 20
DESIGN = """design = "latin-hypercube"
points = {points}
[[factors]]
assumption = "porter-load"
range = [20, 30]
[[factors]]
assumption = "local-menders"
quantile_range = [0.05, 0.95]
"""
Standing = dict[str, tuple[int, int, bytes]]  # of each point's file: inode, time of change, content


@dataclass
class Story:
    """What happened: processes killed, how many of them after new points, half-written files left, sweeps finished."""

    kills: int = 0
    with_new_points: int = 0
    half_written: int = 0
    sweeps: int = 0


def kill_and_resume(folder: Path, kills: int, seed: int, points: int) -> Story:
    """Start a sweep, kill it at a random moment, until it is done; then another, until there were so many kills."""
    rng = random.Random(seed)
    scenario, design = new("valley", folder), folder / "design.toml"
    design.write_text(DESIGN.format(points=points), encoding="utf-8")
    whole = folder / "whole"
    assert _ended(_started(scenario, design, whole)) == 0
    story = Story()
    while story.kills < kills:
        out = folder / f"out-{story.sweeps}"
        _sweep_under_fire(scenario, design, out, _time_of_a_point(whole), rng, kills, points, story)
        assert (out / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()
        assert not list(out.rglob("*.part"))
        story.sweeps += 1
    return story


def _sweep_under_fire(
    scenario: Path, design: Path, out: Path, a_point_s: float, rng: random.Random, kills: int, points: int, story: Story
) -> None:
    """One sweep, killed until it is done or there were enough kills, and then let end."""
    stood: Standing = {}
    while len(stood) < points:
        process = _started(scenario, design, out)
        if story.kills < kills:
            if rng.random() < 0.8:  # else killed while it starts
                _wait_for_a_point(out, len(stood), process)
            time.sleep(rng.uniform(0.0, 2.0 * a_point_s))
            os.kill(process, signal.SIGKILL)
        code = _ended(process)
        assert code in (0, -signal.SIGKILL)
        story.kills += code != 0
        story.half_written += len(list(out.rglob("*.part")))
        before, stood = stood, _standing(out)
        assert {name: stood.get(name) for name in before} == before
        story.with_new_points += code != 0 and len(stood) > len(before)
    assert _ended(_started(scenario, design, out)) == 0  # all points are there: only the table may be missing
    assert _standing(out) == stood


def _time_of_a_point(whole: Path) -> float:
    """Seconds between the first and the last point's file of an undisturbed sweep, for each point."""
    times = [path.stat().st_mtime for path in (whole / "points").iterdir()]
    return (max(times) - min(times)) / (len(times) - 1)


def _started(scenario: Path, design: Path, out: Path) -> int:
    """A process that sweeps; its id."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            run_sweep(scenario, design, out, runs=RUNS, threads=1)
            code = 0
        finally:
            os._exit(code)
    return process


def _ended(process: int) -> int:
    """Wait for the process; its exit code, or less the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _wait_for_a_point(out: Path, before: int, process: int) -> None:
    """Wait until there is one more point than before, or the process has ended."""
    folder = out / "points"
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if folder.exists() and sum(name.endswith(".json") for name in os.listdir(folder)) > before:
            return
        time.sleep(0.01)


def _standing(out: Path) -> Standing:
    """Every finished point, which must be whole."""
    now = {}
    for path in sorted((out / "points").glob("*.json")) if (out / "points").exists() else ():
        data = path.read_bytes()
        assert json.loads(data)["point"] == int(path.stem)
        now[path.name] = (path.stat().st_ino, path.stat().st_mtime_ns, data)
    return now


def main() -> None:
    """Kill as often as asked and say what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        story = kill_and_resume(Path(folder), asked.kills, asked.seed, asked.points)
    print(
        f"{story.kills} kills, {story.with_new_points} of them after new points, {story.half_written} half-written "
        f"files left beside; {story.sweeps} sweeps of {asked.points} points done, no point lost or done twice, each "
        "table as if nobody had killed."
    )


if __name__ == "__main__":
    main()
