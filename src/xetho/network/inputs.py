"""Every number the engine may vary, in one flat vector, and the assumptions that vary it.

The engine reads numbers of the scenario from one array ``x[slot, lane]``. A slot is one cell of a scenario table,
or one engine parameter; a *column* is a run of slots in the row order of its table. An assumption names slots by
``table[key].column`` and sets, scales or adds to them for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xetho.scenario import Scenario
from xetho.scenario.tables import Range, attribute_tables, parameter_table

OPEN_END = 1e-6  # how near a draw may come to an excluded end of its range

# Columns of numbers that the engine reads, table by table. Their order fixes nothing: offsets are looked up by name.
COLUMNS: dict[str, tuple[str, ...]] = {
    "routes": ("length_km", "throughput_t_per_day", "exposure", "guard", "mend_crew"),
    "modes": (
        "payload_kg", "km_per_day", "sorties_per_day", "crew", "food_kg_per_day", "fuel_kg_per_km",
        "availability", "cut_passes", "foul_factor",
    ),
    "fleets": ("count",),
    "goods": ("kg_per_unit",),
    "supply": ("initial_t", "total_t"),
    "demand": ("total_t",),
    "regions": ("people", "labour_share"),
    "weather": ("p_foul", "persistence"),
    "threats": (
        "effort_per_day", "cuts_per_effort", "mend_mean_mandays", "mend_cv", "carriers_lost_per_effort",
        "cargo_lost_per_effort", "foul_factor",
    ),
    "works": ("mandays", "labour", "foul_factor", "fire_factor"),
    "forces": ("strength", "training"),
    "weapons": (
        "rounds_quiet", "rounds_assault", "casualties_per_100_rounds", "wear_per_100_rounds",
        "pieces_per_1000_rounds", "concealment",
    ),
    "positions": ("fortification", "area_km2"),
    "operations": ("commit_share", "retry_days", "hours"),
}  # fmt: skip

# Columns that hold name:number pairs; each pair is a slot.
WEIGHTS: dict[str, tuple[str, ...]] = {
    "forces": ("rations", "small_arms", "weapons"),
    "positions": ("commands",),
    "operations": ("rounds",),
}


@dataclass(frozen=True)
class Pair:
    """One name:number pair of a weights column: the row it stands in, the name and its slot."""

    row: int
    name: str
    slot: int


@dataclass(frozen=True)
class Assumption:
    """One uncertain number and the slots it acts on."""

    id: str
    name: str
    effect: str
    distribution: str
    low: float
    central: float
    high: float
    slots: NDArray[np.int64]


@dataclass
class Inputs:
    """Base values of all slots and the range of each, where each column starts, and the assumptions."""

    base: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    columns: dict[tuple[str, str], int]
    pairs: dict[tuple[str, str], list[Pair]]
    parameters: dict[str, int]
    assumptions: list[Assumption] = field(default_factory=list)
    _value: Callable[[Assumption], float] = field(default_factory=lambda: central_value)
    _central: NDArray[np.float64] | None = None

    def at(self, table: str, column: str) -> int:
        """First slot of a column."""
        return self.columns[table, column]

    def central(self) -> NDArray[np.float64]:
        """All slots with every assumption at its central value (what a planner would use)."""
        if self._central is None:
            values = self.base.copy()
            for a in self.assumptions:
                apply(values, a, self._value(a))
            self.keep_in_range(values)
            self._central = values
        return self._central

    def always_zero(self, table: str, column: str, n: int) -> NDArray[np.bool_]:
        """Which of a column's ``n`` rows are nought in every run, since no assumption acts on them either."""
        slots = self.columns[table, column] + np.arange(n)
        drawn = np.isin(slots, [slot for a in self.assumptions for slot in a.slots])
        return np.asarray((self.base[slots] == 0.0) & ~drawn)

    def keep_in_range(self, values: NDArray[np.float64]) -> None:
        """Bring drawn numbers back to the range of their column, in place: the tail of a bell shape may leave it."""
        if not self.assumptions:
            return
        drawn = np.unique(np.concatenate([a.slots for a in self.assumptions]))
        shape = (-1,) + (1,) * (values.ndim - 1)
        values[drawn] = np.clip(values[drawn], self.least[drawn].reshape(shape), self.most[drawn].reshape(shape))

    def column(self, table: str, column: str, n: int) -> NDArray[np.float64]:
        """Central values of a column of ``n`` rows."""
        start = self.columns[table, column]
        return self.central()[start : start + n]

    def parameter(self, name: str) -> float:
        """Central value of an engine parameter."""
        return float(self.central()[self.parameters[name]])


def apply(values: NDArray[np.float64], a: Assumption, draw: float | NDArray[np.float64]) -> None:
    """Act with one draw (or one draw a lane) of an assumption on the slots, in place."""
    if a.effect == "set":
        values[a.slots] = draw
    elif a.effect == "scale":
        values[a.slots] *= draw
    else:
        values[a.slots] += draw


def central_value(a: Assumption) -> float:
    """The one number a planner would use for an uncertain one: mode, median or mean, by distribution."""
    if a.distribution == "uniform":
        return 0.5 * (a.low + a.high)
    if a.distribution == "beta":
        return a.low / (a.low + a.high)
    return a.central


def build_inputs(scenario: Scenario, value: Callable[[Assumption], float] = central_value) -> Inputs:
    """Lay out the slots of a scenario and resolve the targets of its assumptions; value: what counts as central."""
    parts: list[NDArray[np.float64]] = []
    ranges: list[tuple[float, float]] = []
    size = 0

    defaults = {a.name: float(a.default) for a in parameter_table().attributes}
    parameters = {name: i for i, name in enumerate(defaults)}
    parts.append(np.array(list(defaults.values()), dtype=np.float64))
    ranges += [_ends(a.range) for a in parameter_table().attributes]
    size += len(parameters)

    columns: dict[tuple[str, str], int] = {}
    for table, names in COLUMNS.items():
        frame = scenario.tables[table]
        for name in names:
            columns[table, name] = size
            values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            if (table, name) == ("weather", "persistence"):  # no memory when left blank
                values = np.where(np.isnan(values), frame["p_foul"].to_numpy(dtype=np.float64), values)
            parts.append(values)
            ranges += [_ends(attribute_tables()[table].columns[name].range)] * len(frame)
            size += len(frame)

    pairs: dict[tuple[str, str], list[Pair]] = {}
    for table, names in WEIGHTS.items():
        for name in names:
            pairs[table, name] = []
            for row, weights in enumerate(scenario.tables[table][name]):
                for key, number in weights.items():
                    pairs[table, name].append(Pair(row, key, size))
                    parts.append(np.array([number], dtype=np.float64))
                    ranges.append(_ends(attribute_tables()[table].columns[name].range))
                    size += 1

    least, most = np.array(ranges, dtype=np.float64).T
    inputs = Inputs(np.concatenate(parts), least, most, columns, pairs, parameters, _value=value)
    inputs.assumptions = list(_assumptions(scenario, inputs))
    return inputs


def _ends(span: Range | None) -> tuple[float, float]:
    """Least and greatest value of a range; ends that are excluded are left by a hair."""
    if span is None:
        return -np.inf, np.inf
    return span.low + OPEN_END * span.low_open, span.high - OPEN_END * span.high_open


def _assumptions(scenario: Scenario, inputs: Inputs) -> Iterable[Assumption]:
    frame = scenario.tables["assumptions"]
    for key, row in frame.iterrows():
        slots: list[int] = []
        for target in row["target"]:
            slots += _slots(scenario.tables, inputs, target.table, target.key, target.column)
        yield Assumption(
            str(key), str(row["name"]), str(row["effect"]), str(row["distribution"]),
            float(row["low"]), float(row["central"]), float(row["high"]), np.array(slots, dtype=np.int64),
        )  # fmt: skip


def _slots(
    tables: dict[str, pd.DataFrame], inputs: Inputs, table: str, key: str, column: str
) -> list[int]:
    if table == "parameters":
        return [inputs.parameters[key]]
    ids = [str(i) for i in tables[table].index]
    rows = range(len(ids)) if key == "*" else [ids.index(key)]
    if (table, column) in inputs.pairs:
        wanted = set(rows)
        return [p.slot for p in inputs.pairs[table, column] if p.row in wanted]
    start = inputs.columns[table, column]
    return [start + int(r) for r in rows]
