"""Attribute tables: what columns a table has and what may stand in them, read from attributes/*.csv."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ATTRIBUTES_FOLDER = Path(__file__).resolve().parent / "attributes"
PARAMETERS = "parameters"  # numbers of the model as a whole: no table of a scenario, set through assumptions

# A scenario cannot be computed without these; of the last two one is enough.
NEEDED = ("places", "routes", "modes", "fleets", "goods", "supply", "sources")
NEEDED_ONE_OF = ("forces", "demand")

# What the names in `weights` columns stand for: a table, or the words themselves.
WEIGHT_NAMES: dict[tuple[str, str], str | tuple[str, ...]] = {
    ("forces", "rations"): "goods",
    ("forces", "small_arms"): "goods",
    ("forces", "weapons"): "weapons",
    ("operations", "rounds"): "weapons",
    ("positions", "commands"): ("airstrip", "view", "water"),
}

# Numbers that are the same in every run: no assumption can draw them.
NOT_DRAWN: dict[str, tuple[str, ...]] = {
    "assumptions": ("low", "central", "high"),
    "demand": ("priority",),
    "fleets": ("ramp_days",),
    "goods": ("priority",),
    "operations": ("hour", "attempts"),
    "places": ("lat", "lon", "handling_t_per_day"),
    "regions": ("lat", "lon"),
    "weapons": ("crew",),
    "weather": ("month",),
    "works": ("size",),
}

_RANGE = re.compile(r"(-?[\d.]+?)?(<)?\.\.(<)?(-?\d[\d.]*)?")
NUMERIC = ("float", "int")


@dataclass(frozen=True)
class Range:
    """An interval of numbers; `open` ends are excluded. Written `0..`, `0<..500`, `-90..90`."""

    text: str
    low: float
    high: float
    low_open: bool
    high_open: bool

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read the notation of the attribute tables. Raises ValueError."""
        match = _RANGE.fullmatch(text)
        if match is None:
            raise ValueError(f"not a range: {text!r}")
        low, low_open, high_open, high = match.groups()
        return cls(
            text,
            float(low) if low else -math.inf,
            float(high) if high else math.inf,
            bool(low_open),
            bool(high_open),
        )

    def __contains__(self, x: float) -> bool:
        above = x > self.low if self.low_open else x >= self.low
        below = x < self.high if self.high_open else x <= self.high
        return above and below

    def __str__(self) -> str:
        low = f"{'above' if self.low_open else 'from'} {self.low:g}" if self.low > -math.inf else ""
        high = f"{'below' if self.high_open else 'up to'} {self.high:g}" if self.high < math.inf else ""
        return " ".join(part for part in (low, high) if part) or "any number"


@dataclass(frozen=True)
class Attribute:
    """One column: its type, unit, default, range and meaning, as written in the attribute table."""

    name: str
    type: str
    unit: str
    default: str
    range: Range | None
    required: bool
    description: str

    @property
    def base(self) -> str:
        """The type without its argument: `choice`, `ref`, `float`, ..."""
        return self.type.partition(":")[0]

    @property
    def argument(self) -> str:
        """What follows the colon of the type: the table referred to, or the choices."""
        return self.type.partition(":")[2]

    @property
    def choices(self) -> tuple[str, ...]:
        """The words allowed in a `choice` column."""
        return tuple(self.argument.split("|")) if self.base == "choice" else ()


@dataclass(frozen=True)
class AttributeTable:
    """The columns of one table."""

    name: str
    attributes: tuple[Attribute, ...]

    @cached_property
    def columns(self) -> dict[str, Attribute]:
        """Attributes by column name, in order."""
        return {attribute.name: attribute for attribute in self.attributes}

    @property
    def key(self) -> str:
        """Name of the column that names the rows."""
        return next(a.name for a in self.attributes if a.base == "id")


def read_attribute_table(path: Path) -> AttributeTable:
    """Read one attribute table; `path` is a CSV with the eight standard columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    attributes = tuple(
        Attribute(
            name=row["attribute"],
            type=row["type"],
            unit=row["unit"],
            default=row["default"],
            range=Range.parse(row["range"]) if row["range"] else None,
            required=row["required"] == "yes",
            description=row["description"],
        )
        for row in rows
    )
    return AttributeTable(path.stem, attributes)


@cache
def attribute_tables() -> dict[str, AttributeTable]:
    """Every table a scenario may have, by name, in alphabetical order (parameters are not one of them)."""
    paths = sorted(ATTRIBUTES_FOLDER.glob("*.csv"))
    return {path.stem: read_attribute_table(path) for path in paths if path.stem != PARAMETERS}


@cache
def drawable(table: str) -> tuple[str, ...]:
    """Columns that an assumption may act on: numbers and name:number pairs that differ between runs."""
    fixed = NOT_DRAWN.get(table, ())
    attributes = attribute_tables()[table].attributes
    return tuple(a.name for a in attributes if a.base in (*NUMERIC, "weights") and a.name not in fixed)


@cache
def parameter_table() -> AttributeTable:
    """The parameters of the model with unit, default and range."""
    return read_attribute_table(ATTRIBUTES_FOLDER / f"{PARAMETERS}.csv")


def empty_value(attribute: Attribute) -> Any:
    """What a blank cell without default becomes."""
    match attribute.base:
        case "float":
            return math.nan
        case "int" | "date":
            return None
        case "bool":
            return False
        case "weights":
            return {}
        case "refs" | "sources" | "series" | "conditions" | "target":
            return ()
        case _:
            return ""


def column(attribute: Attribute, values: list[Any]) -> pd.Series[Any]:
    """The values of one column as a typed series (see the interface page for the types)."""
    match attribute.base:
        case "float":
            return pd.Series(values, dtype="float64")
        case "int":
            return pd.Series(values, dtype="Int64" if None in values else "int64")
        case "bool":
            return pd.Series(values, dtype="bool")
        case "date":
            return pd.Series(np.array(values, dtype="datetime64[ns]"), dtype="datetime64[ns]")
        case "refs" | "sources" | "weights" | "series" | "conditions" | "target":
            series = pd.Series([None] * len(values), dtype="object")
            for i, value in enumerate(values):  # one by one: pandas would unpack tuples of equal length
                series.iat[i] = value
            return series
        case _:
            return pd.Series(values, dtype="str")


def build_frame(table: AttributeTable, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of read values as a frame with typed columns, indexed by the table's key in file order."""
    columns = {a.name: column(a, [row[a.name] for row in rows]) for a in table.attributes}
    return pd.DataFrame(columns).set_index(table.key)


def frame_rows(table: AttributeTable, frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """The inverse of build_frame: (key, values by column), dates as datetime.date or None."""
    lists: dict[str, list[Any]] = {}
    for a in table.attributes:
        if a.name == table.key:
            continue
        values = frame[a.name].tolist()
        if a.base == "date":
            values = [None if pd.isna(v) else v.date() for v in values]
        elif a.base == "int":
            values = [None if pd.isna(v) else int(v) for v in values]
        lists[a.name] = values
    return [
        (str(key), {name: values[i] for name, values in lists.items()}) for i, key in enumerate(frame.index)
    ]
