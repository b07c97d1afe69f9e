"""How a time grows: the exponent of a power law, and how far from a straight line it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LINEAR_WITHIN = 0.15


def exponent(x: Sequence[float], seconds: Sequence[float]) -> float:
    """Slope of log(seconds) over log(x), by least squares."""
    return float(np.polyfit(np.log(x), np.log(seconds), 1)[0])


def off_line(x: Sequence[float], seconds: Sequence[float]) -> float:
    """Largest relative distance from the line ``a + b x`` (a not negative) of least squared relative error."""
    ones, xs, ys = np.ones(len(x)), np.asarray(x, dtype=float), np.asarray(seconds, dtype=float)
    a, b = np.linalg.lstsq(np.stack([ones / ys, xs / ys], axis=1), ones, rcond=None)[0]
    if a < 0.0:
        a, b = 0.0, float((xs / ys).sum() / ((xs / ys) ** 2).sum())
    return float(np.abs((a + b * xs) / ys - 1.0).max())
