"""The daily supply plan to the same quality: ours, the same programme given whole to HiGHS, and linopy and PyPSA."""

from __future__ import annotations

from typing import Any

from benchmarks.registry import Case, Contender, Registry

SAME = 1e-6
"""Share of all that is wanted by which a finished rival may have less than we have proven that any plan has."""

QUALITY = 0.002
"""Share of all that is wanted by which a finished plan may be worse than ours and still be called the same quality."""

SIZES = {
    "skeleton, 60 days": {"scenario": "skeleton"},
    "dien-bien-phu, 90 days": {"scenario": "dien-bien-phu", "days": 90},
    "dien-bien-phu, 208 days": {"scenario": "dien-bien-phu"},
}


def _rival(name: str, entry: str, package: str, note: str) -> Contender:
    return Contender(name, f"benchmarks.rivals.{entry}", (package,), threads=False, note=note)


XETHO = Contender("xetho", "benchmarks.rivals.plan_xetho:prepare", ("xetho", "highspy"), note="to proven gaps")
RIVALS = (
    _rival("highs-interior", "plan_highs:interior", "highspy", "our daily programme whole, without crossover"),
    _rival("highs-simplex", "plan_highs:simplex", "highspy", "our daily programme whole"),
    _rival("linopy", "plan_linopy:prepare", "linopy", "written with it; HiGHS interior point without crossover"),
    _rival("pypsa", "plan_pypsa:prepare", "pypsa", "as its links with delay; HiGHS interior point without crossover"),
)


def register(registry: Registry) -> None:
    """Add the case."""
    registry.case(
        Case(
            "plan", "Supply plan by day", "plan", SIZES, XETHO, RIVALS, goals={rival.name: 5.0 for rival in RIVALS},
            agree="benchmarks.plan:compare",
        )
    )  # fmt: skip


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Is it a plan of the same thing, and how good?  Gaps are against what we have proven.

    A rival that ran out of time has no plan: its time is then less than what it would have needed.
    """
    wanted = ours["wanted"]
    told = {"our_gap": (ours["shortage"] - ours["shortage_bound"]) / wanted, "finished": theirs["shortage"] is not None}
    problems = []
    if abs(theirs["wanted"] - wanted) > SAME * wanted:
        problems.append(f"it plans for {theirs['wanted']:.6g} t, we for {wanted:.6g} t")
    if not told["finished"]:
        return {"problems": problems, **told}
    gap = (theirs["shortage"] - ours["shortage_bound"]) / wanted
    labour = (theirs["labour"] - ours["labour_bound"]) / max(theirs["labour"], 1.0)
    its = f"its shortage of {theirs['shortage']:.6g} t"
    if gap < -SAME:
        problems.append(f"{its} is below our bound of {ours['shortage_bound']:.6g} t")
    if gap > told["our_gap"] + QUALITY:
        problems.append(f"{its} is far above ours of {ours['shortage']:.6g} t")
    return {"problems": problems, **told, "their_gap": gap, "their_labour_gap": labour}
