"""The transport-and-cuts case (`models/transport.md`), its rivals and how our time grows with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.registry import Case, Contender, Curve, Point, Registry

TOLERANCE_T, TOLERANCE = 0.003, 1e-4  # day by day; the engine tells flows and stocks in whole kg of each way and lot
LIMIT_Z, LIMIT_MEAN = 4.0, 1e-3  # means: standard errors of their difference, and a share for single precision
CUTS = 0.1  # mean cuts a road and day

def _contender(name: str, packages: tuple[str, ...], note: str, threads: bool = True) -> Contender:
    return Contender(name, f"benchmarks.rivals.transport_{name}:prepare", packages, threads, note)


XETHO = _contender("xetho", ("xetho", "numba", "numpy"), "the whole engine")
RIVALS = (
    _contender("mesa", ("Mesa", "numpy"), "an agent each for depots, roads, pools and columns", threads=False),
    _contender("simpy", ("simpy", "numpy"), "containers, a process each for roads and cargo", threads=False),
    _contender("numpy", ("numpy",), "arrays over runs, float64"),
    _contender("jax", ("jax", "jaxlib"), "vmap and scan, jit, CPU, float32"),
    _contender("numba", ("numba",), "one run at a time, prange over runs, float64"),
)


def net(lines: int, stages: int, width: int, days: int) -> dict[str, Any]:
    """A size of the model: lines · stages · width routes, lines · stages + 1 places."""
    return {"lines": lines, "stages": stages, "width": width, "days": days, "cuts": CUTS}


SIZES = {
    "10 routes, 60 days": net(2, 5, 1, 60),
    "60 routes, 180 days": net(6, 10, 1, 180),
    "200 routes, 180 days": net(20, 10, 1, 180),
}


def register(registry: Registry) -> None:
    """Add the case and the curves."""
    registry.case(
        Case(
            "transport", "Transport and cuts", "campaign", SIZES, XETHO, RIVALS,
            goals={"mesa": 1000.0, "simpy": 1000.0, "numpy": 20.0, "jax": 3.0}, agree="benchmarks.transport:compare",
        )
    )  # fmt: skip

    def curve(axis: str, title: str, points: list[Point], **more: Any) -> None:
        registry.curve(Curve(f"growth-{axis}", title, axis, XETHO, tuple(points), **more))

    base = net(6, 10, 1, 60)
    curve("runs", "60 routes, 60 days", [Point(n, base, n) for n in (6400, 12800, 25600, 64000)])
    curve("days", "60 routes, 6,400 runs", [Point(d, net(6, 10, 1, d), 6400) for d in (20, 50, 100, 200)])
    wide = [Point(20 * w, net(2, 10, w, 60), 6400) for w in (1, 2, 5, 10)]
    curve("routes", "21 places, 60 days, 6,400 runs", wide)
    curve(
        "places", "240 routes, 60 days, 6,400 runs",
        [Point(10 * n + 1, net(n, 10, 24 // n, 60), 6400) for n in (2, 4, 8, 24)], linear=False,
    )  # fmt: skip
    lines = [Point(10 * n, net(n, 10, 1, 60), 6400) for n in (2, 5, 10, 20)]
    curve("net", "places and routes together, 60 days, 6,400 runs", lines)
    curve(
        "threads", "60 routes, 60 days, 25,600 runs", [Point(n, base, 25600, n) for n in (1, 2, 4, 10)], linear=False,
        per_thread=True,
    )  # fmt: skip


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Is it the same campaign? Day by day without chance, and in the mean with it."""
    problems = []
    worst = 0.0
    for name, mine in ours["trace"].items():
        a, b = np.array(mine), np.array(theirs["trace"][name])
        off = np.abs(a - b)
        worst = max(worst, float(off.max()))
        if (off > TOLERANCE_T + TOLERANCE * np.abs(a)).any():
            problems.append(f"{name} differs by up to {off.max():.4g} on a day without chance")
    far = 0.0
    for name, (mean, deviation) in ours["means"].items():
        other = theirs["means"][name][0]
        error = deviation * np.sqrt(1 / ours["runs"] + 1 / theirs["runs"]) + 1e-12
        beyond = max(0.0, abs(other - mean) - LIMIT_MEAN * abs(mean)) / error
        far = max(far, float(beyond))
        if beyond > LIMIT_Z:
            problems.append(f"mean of {name} is {other:.5g}, ours {mean:.5g}: {beyond:.1f} standard errors")
    return {"problems": problems, "largest_daily_difference": worst, "largest_z": far, "runs": theirs["runs"]}
