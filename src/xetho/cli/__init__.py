"""The command line: every verb is a call of `xetho.campaign` and a way to print its answer."""

from __future__ import annotations

from xetho.cli import sweep  # noqa: F401  (adds its verb to the app)
from xetho.cli.verbs import app, main

__all__ = ["app", "main"]
