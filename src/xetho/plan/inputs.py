"""What the planner reads of a network, as a structural type.

`xetho.network.Network` has these fields; anything else that has them can be planned too (the tests use hand-made
networks).  Shapes and units are those of `docs/design/interfaces.md`, section network.  Where there is also an
`arc_km` (A: length of each arc) the summary has ton-kilometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
AnyArray = NDArray[Any]


class TargetLike(Protocol):
    """A stock that must stand: place and good (indices), day (index), amount (t), weight per tonne short."""

    @property
    def place(self) -> int: ...
    @property
    def good(self) -> int: ...
    @property
    def day(self) -> int: ...
    @property
    def t(self) -> float: ...
    @property
    def weight(self) -> float: ...


class NetworkLike(Protocol):
    """The fields of a network that a plan is made from (D days, A arcs, W ways, P pools, R regions)."""

    @property
    def days(self) -> int: ...
    @property
    def start(self) -> date: ...
    @property
    def place_ids(self) -> Sequence[str]: ...
    @property
    def good_ids(self) -> Sequence[str]: ...
    @property
    def side_ids(self) -> Sequence[str]: ...
    @property
    def pool_ids(self) -> Sequence[str]: ...
    @property
    def region_ids(self) -> Sequence[str]: ...
    @property
    def route_ids(self) -> Sequence[str]: ...
    @property
    def mode_ids(self) -> Sequence[str]: ...
    @property
    def place_side(self) -> AnyArray: ...  # places: index of the side whose stocks lie there
    @property
    def arc_route(self) -> AnyArray: ...
    @property
    def arc_from(self) -> AnyArray: ...
    @property
    def arc_to(self) -> AnyArray: ...
    @property
    def arc_open(self) -> AnyArray: ...  # A x D
    @property
    def arc_throughput(self) -> AnyArray: ...  # A: t/day, both directions of a route share it
    @property
    def way_arc(self) -> AnyArray: ...
    @property
    def way_mode(self) -> AnyArray: ...
    @property
    def way_pool(self) -> AnyArray: ...
    @property
    def way_rate(self) -> AnyArray: ...  # W: t/day of one carrier on a fair day
    @property
    def way_expected(self) -> AnyArray: ...  # W x D: expected share of that rate
    @property
    def way_loss(self) -> AnyArray: ...  # W x D: expected share of cargo lost
    @property
    def way_food_good(self) -> AnyArray: ...  # W: good index, -1 none
    @property
    def way_food(self) -> AnyArray: ...  # W: t per carrier and day
    @property
    def way_fuel_good(self) -> AnyArray: ...  # W: good index, -1 none
    @property
    def way_fuel(self) -> AnyArray: ...  # W: t per t loaded
    @property
    def way_travel(self) -> AnyArray: ...  # W: days from loading until it can be used
    @property
    def way_crew(self) -> AnyArray: ...  # W: people per carrier
    @property
    def pool_count(self) -> AnyArray: ...  # P x D
    @property
    def pool_region(self) -> AnyArray: ...  # P: -1 none
    @property
    def region_labour(self) -> AnyArray: ...  # R x D
    @property
    def stock0(self) -> AnyArray: ...  # places x goods
    @property
    def inflow(self) -> AnyArray: ...  # D x places x goods
    @property
    def need(self) -> AnyArray: ...  # D x places x goods
    @property
    def targets(self) -> Sequence[TargetLike]: ...
    @property
    def good_weight(self) -> AnyArray: ...  # goods
    @property
    def handling(self) -> AnyArray: ...  # places: t/day
