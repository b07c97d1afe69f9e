"""Contenders that work a known time, for tests of the harness."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any


class Job:
    """Keeps the processor busy for each unit; answers with its own number."""

    def __init__(self, size: Mapping[str, Any], threads: int) -> None:
        self.size, self.threads = size, threads

    def run(self, units: int, seed: int) -> int:
        end = time.process_time() + units * self.size["busy_s"]
        while time.process_time() < end:
            pass
        return units

    def answer(self, results: list[int]) -> dict[str, Any]:
        return {"number": self.size["number"], "threads": self.threads, "played": sum(results)}


class Slow(Job):
    """Three times slower, and its answer is another."""

    def run(self, units: int, seed: int) -> int:
        return super().run(3 * units, seed) // 3

    def answer(self, results: list[int]) -> dict[str, Any]:
        return super().answer(results) | {"number": -1}


def broken(size: Mapping[str, Any], threads: int) -> Job:
    """Cannot be made ready."""
    raise ValueError("no such depot")


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Equal numbers?"""
    return {"problems": [] if ours["number"] == theirs["number"] else ["another number"]}
