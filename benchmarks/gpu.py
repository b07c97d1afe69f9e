"""The engine on a CUDA card against two processor cores: the bundled scenario, whole, by the same process bodies."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.registry import Case, Contender, Registry

TOLERANCE = 1e-4  # of a figure: single precision summed over a campaign
LEAST_SAME = 0.99  # share of campaigns: powers are rounded otherwise on a card, and seldom turn an assault
GOAL = 50.0


def register(registry: Registry) -> None:
    """Add the case. Without a card ours is left out, and the table says so."""
    registry.case(
        Case(
            name="gpu", title="A CUDA card and two processor cores", unit="campaign",
            sizes={"dien-bien-phu": {"scenario": "dien-bien-phu"}},
            ours=Contender(
                "card", "benchmarks.rivals.gpu_xetho:on_card", ("xetho", "numba-cuda"),
                note="inputs made by the processor and end states copied back are timed too",
            ),
            rivals=(Contender("processor", "benchmarks.rivals.gpu_xetho:on_processor", ("xetho", "numba")),),
            goals={"processor": GOAL}, agree="benchmarks.gpu:compare",
        )
    )  # fmt: skip


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Are campaigns of the same number the same ones? Also keeps the card's name and its bare speed."""
    a, b = np.array(ours["figures"]), np.array(theirs["figures"])
    size = np.abs(b).max(axis=1, keepdims=True)
    same = float((np.abs(a - b) <= TOLERANCE * size).all(axis=0).mean())
    problems = [] if same >= LEAST_SAME else [f"only {same:.1%} of the campaigns end as on the processor"]
    return {"problems": problems, "same_campaigns": same, "card": ours["where"], "bare": ours["bare"]}
