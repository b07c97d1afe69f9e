"""Names for ids: what a planner's sentence or a metric calls GIALAM, a reader knows as Gia Lam."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xetho.scenario import Scenario

# An id of one or two letters is too like a word of the sentence to be replaced in it.
SHORTEST = 3
_TOKEN = re.compile(r"[^\W_][\w-]*")
_POOL = re.compile(r"(?:carriers?(?: of pool|:)) (\w[\w-]*)")


class Names:
    """Names of a scenario's sides, places, goods, regions, pools and routes, by id."""

    def __init__(self, scenario: Scenario) -> None:
        tables = scenario.tables
        self.sides = {side.id: side.name for side in scenario.sides}
        self.places = {str(key): str(name) for key, name in tables["places"]["name"].items() if name}
        self.goods = {str(key): short(str(name)) for key, name in tables["goods"]["name"].items() if name}
        self.regions = {str(key): str(name) for key, name in tables["regions"]["name"].items() if name}
        modes = tables["modes"]["name"]
        self.pools = {}
        for key, fleet in tables["fleets"].iterrows():
            pool = str(fleet["pool"]) or str(key)
            mode = str(modes[fleet["mode"]]) if fleet["mode"] in modes.index else ""
            self.pools[pool] = f"{mode or str(fleet['mode'])} ({pool.replace('_', ' ')})"
        routes = tables["routes"]
        self.routes = {
            str(key): f"{self.places.get(a, a)} – {self.places.get(b, b)}"
            for key, a, b in zip(routes.index, routes["from"], routes["to"], strict=True)
        }
        self.positions = {str(key): str(name) for key, name in tables["positions"]["name"].items() if name}
        self._ids = {
            **self.goods,
            **self.regions,
            **self.places,
            **self.routes,
            **self.sides,
        }

    def bare(self, key: str) -> str:
        """Name of a place, good, region, route or side; the id itself for anything else."""
        return self.pools.get(key) or self._ids.get(key, key)

    def sentence(self, text: str) -> str:
        """The text with every id in it named.

        An id is known by standing alone; words of the sentence that happen to be a short id are left.
        """
        text = _POOL.sub(lambda found: self.pools.get(found.group(1), found.group(0)), text)
        return _TOKEN.sub(self._named, text)

    def key(self, key: str) -> str:
        """One key of a metric, by whatever it names; a lot (`good:origin`) as both."""
        good, _, origin = key.partition(":")
        if origin:
            place = self.regions.get(origin) or self.places.get(origin) or origin.replace("_", " ")
            return f"{self.goods.get(good, good)} from {place}"
        for table in (self.sides, self.positions, self.goods, self.places, self.routes, self.pools):
            if key in table:
                return table[key]
        return key

    def _named(self, found: re.Match[str]) -> str:
        word = found.group(0)
        return self._ids.get(word, word) if len(word) >= SHORTEST else word


def short(name: str) -> str:
    """A name up to its first comma, when that says enough: lists make poor subjects.

    >>> short("Stores, wire and timber"), short("Engineer stores, wire and timber")
    ('Stores, wire and timber', 'Engineer stores')
    """
    first = name.split(",")[0].strip()
    return first if " " in first else name
