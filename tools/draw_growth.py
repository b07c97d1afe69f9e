"""Draws docs/images/growth.svg from benchmarks/results/growth-*.json: our time along each axis, and the straight line.

    python tools/draw_growth.py        (needs matplotlib, which comes with xetho[bench])
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
IMAGE = ROOT / "docs" / "images" / "growth.svg"
INK, MUTED, LINE = "#1f2a36", "#8a94a0", "#2060a0"


def draw(curves: list[dict[str, Any]], path: Path) -> None:
    """A small panel for each curve, both axes logarithmic."""
    matplotlib.rcParams |= {"svg.hashsalt": "xetho", "font.size": 8, "text.color": INK, "axes.labelcolor": INK}
    columns = 3
    rows = -(-len(curves) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(9, 2.9 * rows), layout="constrained", squeeze=False)
    for panel in panels.flat[len(curves) :]:
        panel.remove()
    for panel, curve in zip(panels.flat, curves, strict=False):
        _panel(panel, curve)
    about, busiest = curves[0]["machine"], max(max(curve["load_average"]) for curve in curves)
    figure.suptitle(
        f"Time of our engine along each axis. {about['cpu']}, {about['cores']} cores, {about['measured'][:10]}, "
        f"load up to {busiest:.1f}.\nPoints: least of three runs. Dashed: in proportion to the axis.",
        fontsize=8, x=0.01, ha="left",
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(panel: Any, curve: dict[str, Any]) -> None:
    x = curve["x"]
    kind = "wall_s" if curve["per_thread"] else "cpu_s"
    seconds = curve[kind]
    slope = -1.0 if curve["per_thread"] else 1.0
    panel.plot(x, [seconds[0] * (v / x[0]) ** slope for v in x], "--", color=MUTED, linewidth=1)
    panel.plot(x, seconds, "o-", color=LINE, markersize=4, linewidth=1.5)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xticks(x, [f"{v:g}" for v in x])
    panel.minorticks_off()
    low, high = panel.get_ylim()
    ticks = [v for p in range(-4, 4) for v in (10.0**p, 2 * 10.0**p, 5 * 10.0**p) if low <= v <= high]
    panel.set_yticks(ticks, [f"{v:g}" for v in ticks])
    exponent = curve["exponent_wall" if curve["per_thread"] else "exponent_cpu"]
    panel.set_title(f"{curve['axis']}: exponent {exponent:.2f}\n{curve['title']}", fontsize=8, loc="left")
    panel.set_ylabel("wall seconds" if curve["per_thread"] else "CPU seconds")
    panel.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("growth-*.json"))]
    draw(found, IMAGE)
    print(f"wrote {IMAGE.relative_to(ROOT)}")
