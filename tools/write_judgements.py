"""Write docs/judgements.md: every assumption, what else it could have been, and why.

Usage: python tools/write_judgements.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xetho as xt

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "judgements.md"
# How each basis is told, in the order of the page
BASES = {
    "judgement": "Set by judgement: nobody recorded the number, or it is a number of the model and not of the world.",
    "fit": "Adjusted within its sourced or judged range until the model agreed with claims marked `fit`.",
    "input": "Taken from sources; the range says how far they leave it open.",
}
HEAD = """# Assumptions, and what else they could have been

Written by `tools/write_judgements.py` from each scenario's `assumptions.csv`; do not edit it by hand (`make docs`).

Every campaign draws each of these anew from its range, so a result already holds what is not known about them;
the report says which of them the outcome hangs on. A `point` is held fixed in every campaign, for the reason given.
No assumption was set to hit a claim marked `test`.
"""


def page() -> str:
    """The whole page as text."""
    parts = [HEAD]
    for info in xt.list_scenarios():
        table = xt.load(info.name).scenario.tables["assumptions"]
        parts.append(f"\n## {info.name}: {info.title}\n")
        parts.append(f"{len(table)} assumptions: {_counted(table)}.\n")
        for basis, words in BASES.items():
            rows = table[table["basis"] == basis]
            if len(rows):
                parts.append(f"\n### {basis.capitalize()}\n\n{words}\n")
                parts.append(_table(rows))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _counted(table: Any) -> str:
    return ", ".join(f"{int((table['basis'] == basis).sum())} {basis}" for basis in BASES)


def _table(rows: Any) -> str:
    head = ("assumption", "acts on", "value (range)", "what else it could have been", "confidence", "source")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for key, row in rows.iterrows():
        cells = (
            f"{row['name']} (`{key}`)",
            _targets(row["target"]),
            _value(row),
            ". ".join(text for text in (row["alternatives"], row["note"]) if text),
            row["confidence"],
            "; ".join(f"{one}: {one.detail}" if getattr(one, "detail", "") else str(one) for one in row["source"]),
        )
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _targets(targets: Any) -> str:
    """What it acts on: the first cell by name, the rest counted."""
    first = targets[0]
    column = "" if first.table == "parameters" else f".{first.column}"
    more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
    return f"`{first.table}[{first.key}]{column}`{more}"


def _value(row: Any) -> str:
    """The central value in its unit, and the range it is drawn from."""
    central, low, high = (f"{float(row[name]):g}" for name in ("central", "low", "high"))
    unit = f" {row['unit']}" if row["unit"] else ""
    ends = f"{low} to {high}, {row['distribution']}" if "nan" not in (low, high) else str(row["distribution"])
    effect = "" if row["effect"] == "set" else f", {row['effect']}"
    return f"{low} to {high}{unit}{effect}" if central == "nan" else f"{central}{unit} ({ends}){effect}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE.relative_to(ROOT))
