"""Scenarios made in memory: rows of text as in the CSV files, turned into the typed tables of a Scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from xetho.network import Network, build
from xetho.scenario import Scenario
from xetho.scenario.cells import read_cell
from xetho.scenario.settings import Side
from xetho.scenario.tables import attribute_tables, build_frame

START = date(2030, 3, 20)
BLUE = Side("blue", "Blue", "Blue", "#2060a0", "friend")
RED = Side("red", "Red", "Red", "#a02020", "hostile")


@dataclass
class Draft:
    """Rows of a scenario still to be built; `add` takes cells as text or numbers, blank when left out."""

    days: int = 30
    sides: tuple[Side, ...] = (BLUE,)
    camp: str = ""
    days_after: int = 0
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, table: str, **cells: Any) -> None:
        """One row. `from_` stands for the column `from`, `class_` for `class`; day numbers become dates by `day`."""
        row = {name.rstrip("_"): str(value) for name, value in cells.items()}
        self.rows.setdefault(table, []).append(row)

    def parameter(self, name: str, value: float) -> None:
        """Fix a parameter of the model."""
        self.add(
            "assumptions", id=f"p-{name}", name=name, target=f"parameters[{name}]", distribution="point", central=value
        )

    def keys(self, table: str) -> list[str]:
        """Names of the rows of a table."""
        return [row["id"] for row in self.rows.get(table, [])]

    def change(self, table: str, key: str, **cells: Any) -> None:
        """Change cells of a row."""
        row = next(row for row in self.rows[table] if row["id"] == key)
        row.update({name.rstrip("_"): str(value) for name, value in cells.items()})

    def scenario(self) -> Scenario:
        """The scenario; fails when any of the checks has something to say."""
        self.rows["sources"] = [{"key": "invented", "title": "Invented", "kind": "estimate"}]
        tables = {}
        for name, table in attribute_tables().items():
            values = []
            for row in self.rows.get(name, []):
                unknown = set(row) - set(table.columns)
                assert not unknown, f"{name} has no column {unknown}"
                cells = {a.name: "invented" if a.base == "sources" else row.get(a.name, "") for a in table.attributes}
                values.append({a.name: read_cell(a, cells[a.name]) for a in table.attributes})
            tables[name] = build_frame(table, values)
        outcome: dict[str, Any] = {"title": "Test", "camp": self.camp} if self.camp else {"title": "Test"}
        outcome["days_after"] = self.days_after
        scenario = Scenario(
            "draft", Path("draft"), "Draft", "", START, START + timedelta(days=self.days - 1), self.sides, outcome, {},
            None, tables,
        )  # fmt: skip
        problems = scenario.problems()
        assert not problems, "\n".join(str(p) for p in problems)
        return scenario

    def network(self) -> Network:
        """The scenario as index arrays."""
        return build(self.scenario())


def day(number: int) -> str:
    """Date of a day of the campaign, as it stands in a cell."""
    return str(START + timedelta(days=number))


@dataclass
class Orders:
    """A plan made by hand: what the engine needs of one."""

    bounds: np.ndarray
    load: np.ndarray
    stock: np.ndarray


def orders(network: Network, loads: Callable[[str, str, str], float]) -> Orders:
    """Load `loads(route, pool, good)` tonnes a day on each way, every day, with no thought of stocks."""
    load = np.zeros((1, len(network.way_arc), len(network.good_ids)))
    for w, arc in enumerate(network.way_arc):
        for g, good in enumerate(network.good_ids):
            route = network.route_ids[network.arc_route[arc]]
            load[0, w, g] = loads(route, network.pool_ids[network.way_pool[w]], good)
    stock = np.zeros((2, len(network.place_ids), len(network.good_ids)))
    return Orders(np.array([0, network.days]), load, stock)


def road(days: int = 30, **mode: Any) -> Draft:
    """One road of 20 km from BASE to FRONT, porters on it, 1,000 t of food at BASE, 1 t a day wanted at FRONT."""
    draft = Draft(days=days)
    draft.add("places", id="BASE", name="Base", lat=20, lon=100, kind="depot", side="blue")
    draft.add("places", id="FRONT", name="Front", lat=20.2, lon=100, kind="front", side="blue")
    draft.add("goods", id="food", name="Food", class_="food")
    draft.add("routes", id="road", from_="BASE", to="FRONT", length_km=20, kind="road", modes="porter", side="blue")
    cells = {"payload_kg": 25, "km_per_day": 20, "food_kg_per_day": 0, "food_good": "food", "availability": 1} | mode
    draft.add("modes", id="porter", name="Porter", medium="land", **cells)
    draft.add("fleets", id="porters", mode="porter", side="blue", count=100)
    draft.add("supply", id="food-base", place="BASE", good="food", initial_t=1000)
    draft.add("demand", id="use", place="FRONT", good="food", total_t=days, until=day(days - 1))
    return draft
