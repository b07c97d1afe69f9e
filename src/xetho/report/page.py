"""The page: everything put into one HTML file that opens from disk with no network."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from xetho.report import basemap, evidence, figures, map, protect, story
from xetho.report.camp import camp_name
from xetho.report.charts import bars, probability_rows
from xetho.report.inputs import ReportInput, WhatIf
from xetho.report.tables import Table, cell, frame_table
from xetho.report.words import MINUS, date_of, long_date, number, percent, signed

TEMPLATES = Path(__file__).resolve().parent / "templates"
PACKAGES = ("numpy", "pandas", "xarray", "scipy", "numba", "highspy")
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_WORTH = 6
SPARE_COLOURS = ("#b45309", "#1d4ed8", "#047857", "#7e22ce")


def write(report: ReportInput, path: str | Path) -> Path:
    """Write the report as one HTML file, beside and then renamed, and return its path.

    Args:
        report: what was run.
        path: the file to write; its folder is made if it is missing.

    Raises:
        OSError: the folder cannot be made or written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(render(report), encoding="utf-8", newline="\n")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def render(report: ReportInput) -> str:
    """The report as HTML text; the same input gives the same text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    claims = evidence.claim_rows(report)
    view = map.build(report)
    context = {
        "scenario": report.scenario,
        "period": f"{long_date(report.scenario.start)} to {long_date(report.scenario.end)}",
        "runs": report.runs.summary.sizes["run"],
        "colours": side_colours(report),
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "script": Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        "story": story.tell(report),
        "map": view,
        "map_data": Markup(script_json(view.data)),
        "legend_symbol": map.legend_symbol,
        "legend_way": map.legend_way,
        "figures": figures.over_time(report),
        "position_chart": figures.position_chart(report),
        "position_rows": _position_table(report),
        "histogram": figures.camp_histogram(report, camp_name(report)),
        "plan": _plan(report),
        "protect": protect.view(report),
        "legend_mark": protect.legend_mark,
        "whatifs": [_whatif(report, w) for w in report.whatifs],
        "last_day": date_of(report.scenario.start, figures.last_day(report)),
        "held": _held(report),
        "whatif_chart": _whatif_chart(report),
        "whatif_runs": max((w.runs for w in report.whatifs), default=0),
        "claims": claims,
        "key_claims": _key_claims(report, claims),
        "ledgers": evidence.ledgers(report, claims),
        "tally": evidence.tally(report),
        "uses": [u for u in evidence.USES if any(c.use == u for c in claims)],
        "events": evidence.events(report),
        "assumptions": _assumptions(report),
        "influence_chart": _influence_chart(report),
        "sources": evidence.source_rows(report),
        "about": _about(report),
        "note": str(report.scenario.report.get("note", "")),
        "sheet": basemap.sheet_for(map.box_of(report.scenario)) is not None,
    }
    return environment.get_template("page.html").render(context)


def script_json(data: object) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for mark, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(mark, code)
    return text


def side_colours(report: ReportInput) -> list[str]:
    """The sides' colours; one that is not #rrggbb is replaced, since it goes into the style sheet."""
    sides = report.scenario.sides
    return [
        s.color if HEX_COLOUR.fullmatch(s.color) else SPARE_COLOURS[k % len(SPARE_COLOURS)] for k, s in enumerate(sides)
    ]


def _position_table(report: ReportInput) -> list[dict[str, str]]:
    start = report.scenario.start
    rows = []
    for _, row, share in figures.position_rows(report):
        low, middle, high = row.points
        recorded = "; ".join(date_of(start, first) + (f" ({who})" if who else "") for who, first, _ in row.recorded)
        band = f"{date_of(start, low, year=False)} to {date_of(start, high, year=False)}"
        rows.append(
            {
                "name": row.name,
                "share": percent(share),
                "median": date_of(start, middle),
                "band": band if np.isfinite(middle) else "–",
                "recorded": recorded or "–",
            }
        )
    return rows


def _plan(report: ReportInput) -> dict[str, Any]:
    plan = report.plan
    start = report.scenario.start
    names = {
        "place": _namer(report, "places"),
        "good": _namer(report, "goods"),
        "mode": _namer(report, "modes"),
        "side": lambda key: next((s.name for s in report.scenario.sides if s.id == key), str(key)),
        "pool": lambda key: report.names.bare(str(key)),
        "resource": lambda key: report.names.sentence(str(key)),
        "region": _namer(report, "regions"),
        "from": lambda v: _when(start, v),
        "until": lambda v: _when(start, v),
    }
    tables: list[Table] = []
    summary = plan.summary
    if isinstance(summary, Mapping):
        for key, frame in summary.items():
            if isinstance(frame, pd.DataFrame) and len(frame):
                caption = f"The plan by {str(key).removeprefix('by_').replace('_', ' ').rstrip('s')}"
                tables.append(frame_table(frame, caption, names, most=400))
    bottlenecks = plan.bottlenecks.head(20)
    sentences = [report.names.sentence(str(s)) for s in bottlenecks.get("sentence", ())]
    worth = _worth(report, plan.bottlenecks)
    told = report.told[len(report.closings) :] if report.reasons else report.told  # the sides have their cards
    drop = ("sentence", "key", "kind", "worth_t_per_unit", "one_percent")
    return {
        "sides": [
            {
                "name": c.name,
                "closes": c.closes,
                "need": number(c.need_t),
                "met": "100 %" if c.closes else percent(1.0 - c.short_share),
                "short": number(c.short_t),
                "tone": figures.tone_of(report, c.side),
            }
            for c in report.closings
        ],
        # one list for why, one for what more would be worth: the planner's story has both
        "reasons": [r for r in told if r not in sentences and not r.startswith("Proof: ")],
        "proof": next((r for r in report.told if r.startswith("Proof: ")), ""),
        "worth": worth,
        "bottlenecks": frame_table(bottlenecks, "What binds the plan, in order of worth", names, (*drop, "good"))
        if len(bottlenecks)
        else None,
        "shortages": frame_table(plan.shortages.head(30), "Where the plan falls short", names, drop)
        if len(plan.shortages)
        else None,
        "tables": tables,
        "objective": number(float(plan.objective)),
        "gap": f"{float(plan.gap):.2g}",
        "seconds": number(float(plan.seconds)),
        "status": str(plan.status),
    }


def _held(report: ReportInput) -> str:
    """The share of plays in which the camp of the outcome still stands at the end; blank when there are none."""
    falls = story.outcome_falls(report)
    share = float(np.isnan(falls).mean()) if len(falls) else 0.0
    return f"In {percent(share)} of the plays it still stands on {long_date(report.scenario.end)}." if share else ""


def _worth(report: ReportInput, bottlenecks: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """What one more of each scarce thing would be worth, under the name of the side whose it is."""
    tables = report.scenario.tables
    owner: dict[str, str] = {}
    for table, column in (("places", "side"), ("routes", "side"), ("fleets", "side")):
        rows = tables[table]
        owner |= {str(key): str(side) for key, side in rows[column].items()}
        if table == "fleets":
            owner |= {str(pool): str(side) for pool, side in zip(rows["pool"], rows[column], strict=True) if pool}
    names = {side.id: side.name for side in report.scenario.sides}
    found: dict[str, list[str]] = {}
    for _, row in bottlenecks.iterrows():
        side = names.get(owner.get(str(row["key"]), ""), "")
        found.setdefault(side, []).append(report.names.sentence(str(row["sentence"])))
    asked = report.headline.name
    return sorted(((side, lines[:MOST_WORTH]) for side, lines in found.items()), key=lambda pair: pair[0] != asked)


def _namer(report: ReportInput, table: str) -> Any:
    names = report.scenario.tables[table]["name"]
    return lambda key: str(names[key]) if key in names.index else str(key)


def _when(start: Any, value: Any) -> str:
    """A period's end: a day index or a date."""
    if isinstance(value, int | float | np.integer | np.floating):
        return date_of(start, float(value))
    return cell(value)


def _whatif(report: ReportInput, whatif: WhatIf) -> dict[str, Any]:
    rows = []
    for _, row in whatif.table.iterrows():
        is_date, is_share = row["unit"] == "date", row["unit"] == "share"
        base, variant = (
            date_of(report.scenario.start, float(row[c]))
            if is_date
            else percent(float(row[c]))
            if is_share
            else number(float(row[c]))
            for c in ("base", "variant")
        )
        scale = 100.0 if is_share else 1.0
        low, high = scale * float(row["low"]), scale * float(row["high"])
        units = {"date": "date; difference in days", "share": "share; difference in points"}
        interval = f"{signed(low)} to {signed(high)}" if np.isfinite(low) and np.isfinite(high) else "–"
        rows.append(
            {
                "label": str(row["label"]),
                "unit": units.get(str(row["unit"]), str(row["unit"])),
                "base": base,
                "variant": variant,
                "difference": signed(scale * float(row["difference"])),
                "interval": interval,
                "sure": np.isfinite(low) and (low > 0 or high < 0),
            }
        )
    thirds = whatif.outcome_by_assumption
    by_name = {str(r["assumption"]): r for _, r in thirds.iterrows()} if len(thirds) else {}
    hangs = []
    for key, name, share in whatif.hangs_on:
        text = f"{name} (carries {percent(float(share))} of the spread)"
        if key in by_name:
            low, high = float(by_name[key]["low_third"]), float(by_name[key]["high_third"])
            text += f": {percent(low)} of runs in its lowest third, {percent(high)} in its highest"
        hangs.append(text)
    points = 100 * float(whatif.outcome_difference)
    interval = f"{_points(100 * whatif.outcome_low)} to {_points(100 * whatif.outcome_high)}"
    return {
        "name": whatif.name,
        "title": whatif.title or whatif.name,
        "why": whatif.why,
        "has_outcome": bool(np.isfinite(whatif.outcome_variant)),
        "base": percent(whatif.outcome_base),
        "variant": percent(whatif.outcome_variant),
        "difference": _points(points),
        "interval": interval if np.isfinite(whatif.outcome_low) else "–",
        "planned": whatif.plan_feasible is not None,
        "closes": bool(whatif.plan_feasible),
        "shortage": percent(whatif.plan_shortage_share),
        "side": whatif.plan_side or "everybody",
        "reasons": list(whatif.plan_reasons)[:6],
        "rows": rows,
        "hangs": hangs,
    }


def _points(value: float) -> str:
    """Percentage points with their sign."""
    if not np.isfinite(value):
        return "–"
    return f"{value:+.1f}".replace("-", MINUS) if abs(value) >= 0.05 else "0"


def _whatif_chart(report: ReportInput) -> Markup:
    asked = [w for w in report.whatifs if np.isfinite(w.outcome_variant)]
    if not asked:
        return Markup("")
    base = asked[0].outcome_base
    rows = [("As it was", base, float("nan"), float("nan"))]
    for w in asked:
        rows.append((w.title or w.name, w.outcome_variant, base + w.outcome_low, base + w.outcome_high))
    title = "Share of runs with the outcome: base and each what-if, with the 95 % interval of the difference"
    return probability_rows(rows, title)


def _key_claims(report: ReportInput, claims: list[evidence.ClaimRow]) -> list[evidence.ClaimRow]:
    wanted = [str(k) for k in report.scenario.report.get("key_claims", ())]
    by_id = {c.id: c for c in claims if c.verdict}
    return [by_id[k] for k in wanted if k in by_id]


def _assumptions(report: ReportInput) -> list[dict[str, Any]]:
    table = report.scenario.tables["assumptions"]
    influence = {str(r["assumption"]): float(r["influence"]) for _, r in report.sensitivity.iterrows()}
    rows = []
    for key, row in table.iterrows():
        spread = " / ".join(number(float(row[c])) for c in ("low", "central", "high") if np.isfinite(row[c]))
        share = influence.get(str(key), float("nan"))
        rows.append(
            {
                "name": str(row["name"]),
                "distribution": str(row["distribution"]),
                "spread": spread,
                "effect": str(row["effect"]),
                "unit": str(row["unit"]),
                "basis": str(row["basis"]),
                "confidence": str(row["confidence"]),
                "alternatives": str(row["alternatives"]),
                "influence": percent(share),
                "order": share if np.isfinite(share) else -1.0,
                "sources": evidence.citations(report, row["source"]),
            }
        )
    return sorted(rows, key=lambda r: -float(r["order"]))


def _influence_chart(report: ReportInput) -> Markup:
    table = report.sensitivity.sort_values("influence", ascending=False, kind="stable").head(12)
    rows = [(str(r["name"]), float(r["influence"])) for _, r in table.iterrows() if np.isfinite(r["influence"])]
    return bars(rows, "Which assumptions decide the outcome: share of its spread")


def _about(report: ReportInput) -> list[tuple[str, str]]:
    rows = [
        (
            "Scenario",
            report.scenario.name + (f", variant {report.scenario.variant}" if report.scenario.variant else ""),
        ),
        ("Scenario hash (sha256)", report.scenario.hash()),
        ("Runs", f"{report.runs.summary.sizes['run']:,}"),
        ("Runs with daily series", f"{report.runs.daily.sizes.get('run', 0):,}"),
    ]
    for key, value in report.runs.meta.items():
        if key not in ("runs", "hash") and isinstance(value, str | int | float | bool):
            rows.append((str(key).replace("_", " ").capitalize(), str(value)))
    rows.append(("Python", platform.python_version()))
    for name in ("xetho", *PACKAGES):
        try:
            rows.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue  # run from a source tree: nothing to state
    return rows
