"""Campaigns that outlast most of their block: put aside on one day, played to the end side by side afterwards.

A campaign that is over stands still, but its lane would be worked through to the last day with those beside it. So
blocks halt on the day on which few lanes still have a campaign going, and these few of many blocks are finished
together. What a campaign comes to does not depend on it: its numbers are drawn by the number of its run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.columns import bring
from xetho.simulate.layout import N_DAYS, N_DAYS_AFTER, N_OUTCOME_CAMP, S_CAMP_FELL, S_OVER

F32 = NDArray[np.float32]
LONG = NDArray[np.int64]
FEW = 0.125
"""Share of lanes that are worth halting for."""


class Halt:
    """The day on which blocks halt, learnt from the first block that is played through.

    Attributes:
        day: days played before the halt; all of them until something is learnt.
    """

    def __init__(self, at: LONG, wanted: bool) -> None:
        self._at = at
        self._open = wanted and int(at[N_OUTCOME_CAMP]) >= 0
        self.day = int(at[N_DAYS])

    def learn(self, s: F32) -> None:
        """Look at the end state of a block for the day by which all but a few of its campaigns were over."""
        if not self._open:
            return
        self._open = False
        fell = s[int(self._at[S_CAMP_FELL]) + int(self._at[N_OUTCOME_CAMP])]
        last = np.sort(np.where(fell >= 0.0, np.ceil(fell + float(self._at[N_DAYS_AFTER])), np.inf))
        enough = last[max(0, math.ceil((1.0 - FEW) * len(last)) - 1)]
        if enough < self.day:
            self.day = int(enough)


class Rest:
    """The campaigns of a chunk that were still going at the halt: which runs, and how they stood."""

    def __init__(self, at: LONG) -> None:
        self._over = int(at[S_OVER])
        self._lock = Lock()
        self._runs: list[LONG] = []
        self._columns: list[F32] = []

    def add(self, runs: LONG, s: F32) -> None:
        """Put aside those of the first columns of `s`, which are those runs of the chunk, that are not over."""
        going = np.flatnonzero(s[self._over, : len(runs)] == 0.0)
        columns = np.empty((len(s), len(going)), dtype=np.float32)
        bring(s, np.arange(len(s)), going, columns, np.arange(len(going)))
        with self._lock:
            self._runs.append(runs[going])
            self._columns.append(columns)

    def blocks(self, width: int) -> Iterator[tuple[LONG, F32]]:
        """All that was put aside, in blocks of at most `width`."""
        if not self._runs:
            return
        runs, columns = np.concatenate(self._runs), np.concatenate(self._columns, axis=1)
        self._columns.clear()
        for first in range(0, len(runs), width):
            yield runs[first : first + width], columns[:, first : first + width]
