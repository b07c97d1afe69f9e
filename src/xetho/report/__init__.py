"""One self-contained HTML report of a run: map, charts, plan, what-ifs, evidence and chronicle."""

from __future__ import annotations

from xetho.report.inputs import ReportInput, WhatIf
from xetho.report.page import render, write

__all__ = ["ReportInput", "WhatIf", "render", "write"]
