"""What a carrier moves in a day: relay capacity, travel time, and what weather and cuts leave of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]


def relay_rate(payload_kg: float, availability: float, km_per_day: float, length_km: float) -> float:
    """Tonnes a day that one carrier hands over when it shuttles on one stage.

    ``payload · availability · km_per_day / (2 · length)``: a carrier covers the stage laden and comes back empty
    (relay system of stages and stations). Lengths in km, payload in kg, result in t/day.
    """
    return payload_kg / 1000.0 * availability * km_per_day / (2.0 * length_km)


def sortie_rate(payload_kg: float, availability: float, sorties_per_day: float) -> float:
    """Tonnes a day that one aircraft flies: ``payload · serviceability · sorties/day``."""
    return payload_kg / 1000.0 * availability * sorties_per_day


def travel_days(length_km: float, km_per_day: float) -> int:
    """Whole days from loading until the cargo can be used or sent on: a stage done within the day counts one."""
    return max(1, math.ceil(length_km / km_per_day - 1e-9))


def open_share(mandays_per_day: float, crew: float, cut_passes: float) -> float:
    """Expected share of capacity left on a route that takes so much mending a day from a crew of so many.

    A route is shut for the share of the day its crew needs to mend it; what is carried round a cut still passes.
    """
    shut = min(1.0, mandays_per_day / crew) if crew > 0 else (1.0 if mandays_per_day > 0 else 0.0)
    return 1.0 - shut * (1.0 - cut_passes)


def mean_weather(p_foul: F, foul_factor: float) -> F:
    """Expected share of capacity over fair and foul days."""
    return 1.0 - p_foul * (1.0 - foul_factor)
