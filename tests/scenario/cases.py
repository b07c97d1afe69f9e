"""Ways to break a scenario, and what must be said about each."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from tests.scenario.folders import Folder


class Case(NamedTuple):
    """What is broken, and where and in which words that must be said."""

    name: str
    breaks: Callable[[Folder], object]
    file: str
    row: int | None
    column: str
    phrase: str
    battle: bool = False


def _cell(file: str, key: str, column: str, value: str) -> Callable[[Folder], object]:
    return lambda f: f.cell(file, key, column, value)


def _swap(file: str, old: str, new: str) -> Callable[[Folder], object]:
    return lambda f: f.replace(file, old, new)


def _add(file: str, text: str) -> Callable[[Folder], object]:
    return lambda f: f.append(file, text)


def _bytes(file: str, change: Callable[[str], bytes]) -> Callable[[Folder], object]:
    return lambda f: (f.path / file).write_bytes(change(f.text(file)))


def _remove(*files: str) -> Callable[[Folder], object]:
    return lambda f: [(f.path / file).unlink() for file in files]


def _link_out(f: Folder) -> None:
    outside = f.path.parent / "outside.csv"
    (f.path / "places.csv").rename(outside)
    os.symlink(outside, f.path / "places.csv")


def _folder_for_file(f: Folder) -> None:
    (f.path / "claims.csv").unlink()
    (f.path / "claims.csv").mkdir()


TOML, R = "scenario.toml", "routes.csv"

FILES = [
    Case("no settings", _remove(TOML), TOML, None, "", "is missing"),
    Case("invalid toml", _swap(TOML, 'title = "relief"', 'title = "relief'), TOML, 2, "", "not valid TOML"),
    Case(
        "unknown setting", _swap(TOML, "summary =", "sumary ="), TOML, 3, "sumary", 'did you mean "summary"?'
    ),
    Case("no end", _swap(TOML, "end = ", "# end = "), TOML, None, "end", "is missing"),
    Case("end before start", _swap(TOML, "2030-07-30", "2030-05-01"), TOML, 5, "end", "before the start"),
    Case("absurd length", _swap(TOML, "2030-07-30", "2130-07-30"), TOML, 5, "end", "would last"),
    Case("no day", _swap(TOML, "2030-06-01", "2030-06-31"), TOML, 4, "start", "no day of the calendar"),
    Case("no sides", _swap(TOML, "[[sides]]", "[[side]]"), TOML, None, "sides", "is missing"),
    Case("side color", _swap(TOML, "#2060a0", "blue"), TOML, 7, "sides.color", "#rrggbb"),
    Case("side kind", _swap(TOML, '"friend"', '"frend"'), TOML, 7, "sides.kind", 'did you mean "friend"?'),
    Case(
        "side twice",
        lambda f: f.append(TOML, f.text(TOML)[f.text(TOML).index("[[sides]]") :].split("[outcome]")[0]),
        TOML,
        7,
        "sides",
        "two sides",
    ),
    Case(
        "bbox",
        _swap(TOML, "[85.0, 27.6,", "[86.0, 27.6,"),
        TOML,
        18,
        "report.bbox",
        "west, south, east, north",
    ),
    Case("report date", _swap(TOML, '"2030-07-15"]', '"2031-07-15"]'), TOML, 19, "report.dates", "outside"),
    Case(
        "report claim", _swap(TOML, "food-short", "food-shirt"), TOML, 20, "report.key_claims", "food-short"
    ),
    Case("report variant", _swap(TOML, "more-porters", "less"), TOML, 21, "report.variants", "not a variant"),
    Case("outcome camp", _swap(TOML, "[outcome]", '[outcome]\ncamp = "x"'), TOML, 15, "outcome.camp", "camp"),
    Case("no table", _remove("places.csv"), "places.csv", None, "", "is missing"),
    Case("no need", _remove("demand.csv"), "forces.csv and demand.csv", None, "", "both missing"),
    Case(
        "stray table",
        lambda f: f.write("route.csv", "id\n"),
        "route.csv",
        None,
        "",
        "did you mean routes.csv?",
    ),
    Case(
        "parameters",
        lambda f: f.write("parameters.csv", "id\n"),
        "parameters.csv",
        None,
        "",
        "assumptions.csv",
    ),
    Case("empty file", lambda f: f.write(R, ""), R, 1, "", "is empty"),
    Case(
        "latin-1",
        _bytes("places.csv", lambda t: t.replace("Bridge", "Pont de la Fôret").encode("latin-1")),
        "places.csv",
        3,
        "",
        "not UTF-8",
    ),
    Case("utf-16", _bytes("places.csv", lambda t: t.encode("utf-16")), "places.csv", None, "", "UTF-16"),
    Case(
        "spreadsheet file", _bytes("places.csv", lambda t: b"PK\3\4\0\0\0"), "places.csv", None, "", "UTF-8"
    ),
    Case("huge file", _bytes(R, lambda t: t.encode() + b"\n" * 21_000_000), R, None, "", "MB large"),
    Case(
        "huge cell",
        _cell("places.csv", "VALLEY", "name", "x" * 30_000),
        "places.csv",
        4,
        "name",
        "characters",
    ),
    Case("link out", _link_out, "places.csv", None, "", "leaves the scenario's folder"),
    Case("folder for file", _folder_for_file, "claims.csv", None, "", "is not a file"),
    Case(
        "semicolons",
        _bytes("goods.csv", lambda t: t.replace(",", ";").encode()),
        "goods.csv",
        1,
        "",
        "semicolons",
    ),
    Case("open quote", _add(R, 'x,"LOWTOWN\n'), R, 4, "", "cannot be read as CSV"),
    Case(
        "too many cells",
        _swap(R, "8,0.5,invented", "8,0.5,invented,x"),
        R,
        3,
        "",
        "cells where the header has",
    ),
    Case("too few cells", _swap(R, "8,0.5,invented", "8,0.5"), R, 3, "", "cells where the header has"),
    Case(
        "unknown column", _swap(R, "length_km", "lenght_km"), R, 1, "lenght_km", 'did you mean "length_km"?'
    ),
    Case(
        "missing column",
        _swap("goods.csv", "id,name,class", "id,name,note"),
        "goods.csv",
        1,
        "class",
        "missing",
    ),
    Case("column twice", _swap("goods.csv", "priority,", "name,"), "goods.csv", 1, "name", "twice"),
]

CELLS = [
    Case("blank", _cell(R, "hill-road", "from", ""), R, 2, "from", "is blank"),
    Case("not a number", _cell(R, "hill-road", "length_km", "long"), R, 2, "length_km", "not a number"),
    Case(
        "with unit",
        _cell(R, "hill-road", "length_km", "60 km"),
        R,
        2,
        "length_km",
        "the unit is in the column",
    ),
    Case("decimal comma", _cell(R, "hill-road", "length_km", "60,5"), R, 2, "length_km", "60.5 with a point"),
    Case(
        "thousands", _cell("regions.csv", "district", "people", "20,000"), "regions.csv", 2, "people", "20000"
    ),
    Case("nan", _cell(R, "hill-road", "length_km", "nan"), R, 2, "length_km", "not a number"),
    Case(
        "negative load",
        _cell("modes.csv", "truck", "payload_kg", "-3000"),
        "modes.csv",
        2,
        "payload_kg",
        "above 0",
    ),
    Case(
        "share above 1",
        _cell("modes.csv", "truck", "availability", "80"),
        "modes.csv",
        2,
        "availability",
        "up to 1",
    ),
    Case(
        "whole number",
        _cell("weather.csv", "june", "month", "6.5"),
        "weather.csv",
        2,
        "month",
        "whole number",
    ),
    Case(
        "month 13", _cell("weather.csv", "june", "month", "13"), "weather.csv", 2, "month", "from 1 up to 12"
    ),
    Case(
        "day first",
        _cell("events.csv", "first-slides", "date", "01/06/2030"),
        "events.csv",
        2,
        "date",
        "YYYY-MM-DD",
    ),
    Case("choice", _cell(R, "hill-road", "kind", "raod"), R, 2, "kind", 'did you mean "road"?'),
    Case("yes or no", _cell(R, "hill-road", "both_ways", "maybe"), R, 2, "both_ways", "neither yes nor no"),
    Case("id", _cell(R, "hill-road", "id", "hill road"), R, 2, "id", "cannot be a name"),
    Case(
        "duplicate id",
        _cell("places.csv", "BRIDGE", "id", "LOWTOWN"),
        "places.csv",
        3,
        "id",
        "already names row 2",
    ),
    Case(
        "unknown place",
        _cell(R, "valley-track", "to", "VALEY"),
        R,
        3,
        "to",
        'is not a place; did you mean "VALLEY"?',
    ),
    Case("unknown side", _cell(R, "valley-track", "side", "releif"), R, 3, "side", 'did you mean "relief"?'),
    Case("unknown mode", _cell(R, "hill-road", "modes", "truck;mule"), R, 2, "modes", '"mule" is not a mode'),
    Case("commas in list", _cell(R, "hill-road", "modes", "truck,porter"), R, 2, "modes", "put ; between"),
    Case("named twice", _cell(R, "hill-road", "modes", "truck;truck"), R, 2, "modes", "named twice"),
    Case(
        "unknown source",
        _cell("goods.csv", "fuel", "source", "invented; page 3"),
        "goods.csv",
        3,
        "source",
        "name",
    ),
    Case(
        "nearest source",
        _cell("goods.csv", "fuel", "source", "inventd: p. 3"),
        "goods.csv",
        3,
        "source",
        "invented",
    ),
    Case("no source", _cell("goods.csv", "fuel", "source", " ; "), "goods.csv", 3, "source", "required"),
    Case(
        "series", _cell("regions.csv", "district", "control", "1"), "regions.csv", 2, "control", "not a pair"
    ),
    Case(
        "series order",
        _cell("regions.csv", "district", "control", "2030-06-02:1;2030-06-01:0"),
        "regions.csv",
        2,
        "control",
        "not in time",
    ),
    Case(
        "series share",
        _cell("regions.csv", "district", "control", "2030-06-01:7"),
        "regions.csv",
        2,
        "control",
        "out of range",
    ),
    Case(
        "condition form",
        _cell(R, "hill-road", "open_while", "stock:food>=2"),
        R,
        2,
        "open_while",
        "GOOD@PLACE",
    ),
    Case(
        "condition kind",
        _cell(R, "hill-road", "open_while", "stok:food@BRIDGE>=2"),
        R,
        2,
        "open_while",
        '"stock"',
    ),
    Case(
        "condition limit",
        _cell(R, "hill-road", "open_while", "morale:relief>=x"),
        R,
        2,
        "open_while",
        "number",
    ),
    Case(
        "condition subject",
        _cell(R, "hill-road", "open_while", "held:north"),
        R,
        2,
        "open_while",
        "not a position",
    ),
    Case(
        "condition place",
        _cell(R, "hill-road", "open_while", "stock:food@BRIDG>=2"),
        R,
        2,
        "open_while",
        '"BRIDGE"',
    ),
    Case(
        "target form",
        _cell("assumptions.csv", "porter-load", "target", "modes.payload_kg"),
        "assumptions.csv",
        2,
        "target",
        "table[key].column",
    ),
]

A, C = "assumptions.csv", "claims.csv"

MEANING = [
    Case("route to itself", _cell(R, "hill-road", "to", "LOWTOWN"), R, 2, "to", "leads to itself"),
    Case(
        "duplicated route",
        lambda f: f.append(R, f.text(R).splitlines()[1].replace("hill-road", "again") + "\n"),
        R,
        4,
        "",
        "the same route as hill-road",
    ),
    Case(
        "mode on wrong ground",
        _cell("modes.csv", "porter", "medium", "river"),
        R,
        2,
        "modes",
        "moves by river",
    ),
    Case("no pace", _cell("modes.csv", "porter", "km_per_day", ""), "modes.csv", 3, "km_per_day", "needs it"),
    Case(
        "no food good", _cell("modes.csv", "porter", "food_good", ""), "modes.csv", 3, "food_good", "is blank"
    ),
    Case(
        "no fuel good", _cell("modes.csv", "truck", "fuel_good", ""), "modes.csv", 2, "fuel_good", "is blank"
    ),
    Case(
        "fleet off its routes",
        _cell("fleets.csv", "trucks", "routes", "valley-track"),
        "fleets.csv",
        2,
        "routes",
        "does not take the mode",
    ),
    Case(
        "pool of two modes",
        lambda f: [f.cell("fleets.csv", k, "pool", "all") for k in ("trucks", "porters-later")],
        "fleets.csv",
        4,
        "mode",
        "in the same pool",
    ),
    Case(
        "negative pool",
        lambda f: f.append("fleets.csv", "gone,truck,relief,-20,2030-07-01,,0,hill-road,,invented\n"),
        "fleets.csv",
        5,
        "count",
        "would have -20",
    ),
    Case(
        "until before from",
        _cell("supply.csv", "food-lowtown", "until", "2030-05-02"),
        "supply.csv",
        2,
        "until",
        "before from",
    ),
    Case(
        "never acts",
        _cell("fleets.csv", "porters-later", "from", "2031-06-20"),
        "fleets.csv",
        4,
        "from",
        "never act",
    ),
    Case(
        "stock too late",
        _cell("demand.csv", "village-reserve", "until", "2030-08-30"),
        "demand.csv",
        3,
        "until",
        "never asked for",
    ),
    Case(
        "nothing supplied",
        _cell("supply.csv", "fuel-lowtown", "initial_t", "0"),
        "supply.csv",
        4,
        "total_t",
        "nothing",
    ),
    Case(
        "month without weather",
        _swap("weather.csv", "july,all,7", "july,all,8"),
        "weather.csv",
        None,
        "month",
        "no row for month 7",
    ),
    Case(
        "month twice",
        _swap("weather.csv", "july,all,7", "july,all,6"),
        "weather.csv",
        3,
        "month",
        "already told",
    ),
    Case(
        "zone of nothing",
        _swap("weather.csv", "july,all,7", "july,hills,7"),
        "weather.csv",
        3,
        "zone",
        "the zone of",
    ),
    Case(
        "persistence",
        _swap("weather.csv", "0.5,0.65", "0.9,0.1"),
        "weather.csv",
        3,
        "persistence",
        "too little",
    ),
    Case(
        "free mending",
        _cell("threats.csv", "landslides", "mend_mean_mandays", ""),
        "threats.csv",
        2,
        "mend_mean_mandays",
        "nothing to mend",
    ),
    Case(
        "threat without effort",
        _cell("threats.csv", "landslides", "effort_per_day", ""),
        "threats.csv",
        2,
        "effort_per_day",
        "needs it",
    ),
    Case(
        "threat of own side",
        _cell("threats.csv", "landslides", "side", "relief"),
        "threats.csv",
        2,
        "targets",
        "itself",
    ),
    Case(
        "threat from no pool",
        _cell("threats.csv", "landslides", "pool", "truks"),
        "threats.csv",
        2,
        "pool",
        '"trucks"',
    ),
    Case(
        "disconnected front",
        lambda f: f.write("fleets.csv", f.text("fleets.csv").replace("valley-track", "hill-road")),
        "demand.csv",
        2,
        "place",
        "disconnected",
    ),
    Case(
        "good from nowhere",
        lambda f: [
            f.append("goods.csv", "salt,Salt,other,1,invented\n"),
            f.append("demand.csv", "s,VALLEY,salt,3,,2030-07-01,use,1,invented\n"),
        ],
        "demand.csv",
        4,
        "place",
        "disconnected",
    ),
    Case("unknown table", _cell(A, "porter-load", "target", "mode[porter].crew"), A, 2, "target", '"modes"'),
    Case("unknown key", _cell(A, "porter-load", "target", "modes[portr].crew"), A, 2, "target", '"porter"'),
    Case(
        "unknown number", _cell(A, "porter-load", "target", "modes[porter].crews"), A, 2, "target", '"crew"'
    ),
    Case(
        "no number",
        _cell(A, "porter-load", "target", "modes[porter].name"),
        A,
        2,
        "target",
        "column of numbers",
    ),
    Case(
        "unknown parameter",
        _cell(A, "local-menders", "target", "parameters[local_mender]"),
        A,
        3,
        "target",
        '"local_menders"',
    ),
    Case(
        "scales a blank",
        lambda f: [
            f.cell(A, "porter-load", "target", "modes[porter].sorties_per_day"),
            f.cell(A, "porter-load", "effect", "scale"),
        ],
        A,
        2,
        "target",
        "nothing to scale",
    ),
    Case("no central", _cell(A, "porter-load", "central", ""), A, 2, "central", "triangular needs it"),
    Case("wrong order", _cell(A, "porter-load", "high", "10"), A, 2, "high", "not above low"),
    Case("central outside", _cell(A, "porter-load", "central", "40"), A, 2, "central", "not between"),
    Case(
        "normal", lambda f: f.replace(A, "triangular,20,25,30", "normal,20,20,30"), A, 2, "central", "median"
    ),
    Case("lognormal", lambda f: f.replace(A, "triangular,20", "lognormal,-1"), A, 2, "low", "lognormal"),
    Case("beta", lambda f: f.replace(A, "triangular,20", "beta,0"), A, 2, "low", "no shape"),
    Case("draw out of range", _cell(A, "porter-load", "low", "-5"), A, 2, "low", "out of the range"),
    Case(
        "set twice",
        _cell(A, "local-menders", "target", "modes[*].payload_kg"),
        A,
        3,
        "target",
        "already set by",
    ),
    Case(
        "unknown output",
        _cell(C, "food-short", "metric", "shortages_t[relief,food]"),
        C,
        2,
        "metric",
        '"shortage_t"',
    ),
    Case(
        "too few keys",
        _cell(C, "food-short", "metric", "shortage_t[relief]"),
        C,
        2,
        "metric",
        "shortage_t[side,good]",
    ),
    Case(
        "unknown metric key",
        _cell(C, "food-short", "metric", "shortage_t[relief,foot]"),
        C,
        2,
        "metric",
        '"food"',
    ),
    Case(
        "daily without day", _cell(C, "food-short", "metric", "morale[relief]"), C, 2, "metric", "which day"
    ),
    Case(
        "metric outside",
        _cell(C, "food-short", "metric", "morale[relief]@2031-06-10"),
        C,
        2,
        "metric",
        "outside",
    ),
    Case(
        "metric fold",
        _cell(C, "food-short", "metric", "morale[relief]@2030-06-10..2030-06-12:mode"),
        C,
        2,
        "metric",
        "fold",
    ),
    Case("low above high", _cell(C, "food-short", "low", "50"), C, 2, "high", "less than low"),
    Case("claim not a number", _cell(C, "food-short", "high", "many"), C, 2, "high", "not a number"),
    Case(
        "test without metric",
        _cell(C, "village-people", "use", "test"),
        C,
        3,
        "metric",
        "compared with the model",
    ),
    Case("nothing claimed", lambda f: f.replace(C, '",0,30,t', '",,,t'), C, 2, "low", "nothing is claimed"),
    Case(
        "event twice",
        lambda f: f.append(
            "events.csv", f.text("events.csv").splitlines()[1].replace("first", "f", 1) + "\n"
        ),
        "events.csv",
        2,
        "what",
        "told twice",
    ),
]

FORCES, OPS, POS, WORKS = "forces.csv", "operations.csv", "positions.csv", "works.csv"

CONTACT = [
    Case("route over the line", _cell(R, "line-track", "to", "HILL"), R, 5, "to", "is a place of red", True),
    Case("two-way air", _cell(R, "air-bridge", "both_ways", "yes"), R, 4, "both_ways", "one way", True),
    Case(
        "no sorties",
        _cell("modes.csv", "plane", "sorties_per_day", ""),
        "modes.csv",
        4,
        "sorties_per_day",
        "air",
        True,
    ),
    Case(
        "flak on a road",
        _cell("threats.csv", "flak", "targets", "hill-road"),
        "threats.csv",
        3,
        "targets",
        "aircraft",
        True,
    ),
    Case(
        "flak without guns",
        _cell("threats.csv", "flak", "weapons", ""),
        "threats.csv",
        3,
        "weapons",
        "is blank",
        True,
    ),
    Case(
        "eats abroad",
        _cell(FORCES, "first", "place", "HILL"),
        FORCES,
        2,
        "place",
        "holds stocks of red",
        True,
    ),
    Case(
        "garrison elsewhere",
        _cell(FORCES, "garrison", "place", "HOME"),
        FORCES,
        4,
        "place",
        "does not feed",
        True,
    ),
    Case(
        "foreign garrison",
        _cell(FORCES, "first", "position", "north"),
        FORCES,
        2,
        "position",
        "held by red",
        True,
    ),
    Case(
        "eats shells",
        _cell(FORCES, "first", "rations", "shells:1"),
        FORCES,
        2,
        "rations",
        "of class ammunition",
        True,
    ),
    Case(
        "unknown ration",
        _cell(FORCES, "first", "rations", "foood:1"),
        FORCES,
        2,
        "rations",
        'did you mean "food"?',
        True,
    ),
    Case(
        "unknown weapon",
        _cell(FORCES, "first", "weapons", "gunn:1"),
        FORCES,
        2,
        "weapons",
        'did you mean "gun"?',
        True,
    ),
    Case(
        "bad weight",
        _cell(FORCES, "first", "rations", "food:lots"),
        FORCES,
        2,
        "rations",
        "not a number",
        True,
    ),
    Case(
        "claimed date",
        lambda f: f.append(
            C, "end,End,Fall,camp_fall_date[hill],2030-07,July,date,,red,red,test,low,invented,\n"
        ),
        C,
        4,
        "high",
        "not a date",
        True,
    ),
    Case(
        "claimed dates in order",
        lambda f: f.append(
            C, "end,End,Fall,camp_fall_date[hill],2030-07-02,2030-07-01,date,,red,red,test,low,invented,\n"
        ),
        C,
        4,
        "high",
        "is less than low",
        True,
    ),
    Case(
        "sets many numbers",
        _cell(A, "porter-load", "target", "forces[first].rations"),
        A,
        2,
        "effect",
        "cannot all be set",
        True,
    ),
    Case(
        "attacker holds",
        _cell(POS, "north", "attacker", "red"),
        POS,
        2,
        "attacker",
        "holds the position",
        True,
    ),
    Case("no core", _cell(POS, "south", "core", "no"), POS, 2, "core", "has no core", True),
    Case("supports itself", _cell(POS, "north", "supports", "north"), POS, 2, "supports", "itself", True),
    Case(
        "fed by the other",
        _cell(POS, "north", "supply_place", "BRIDGE"),
        POS,
        2,
        "supply_place",
        "stocks of relief",
        True,
    ),
    Case("commands what", _cell(POS, "north", "commands", "sea:1"), POS, 2, "commands", "airstrip", True),
    Case(
        "attacks itself",
        _cell(OPS, "take-north", "side", "red"),
        OPS,
        2,
        "target",
        "is held by red itself",
        True,
    ),
    Case(
        "foreign forces",
        _cell(OPS, "take-north", "forces", "garrison"),
        OPS,
        2,
        "forces",
        "belongs to red",
        True,
    ),
    Case("guns storm", _cell(OPS, "take-north", "forces", "battery"), OPS, 2, "forces", "can attack", True),
    Case(
        "nobody attacks",
        _cell(OPS, "take-north", "forces", ""),
        OPS,
        2,
        "forces",
        "nobody would attack",
        True,
    ),
    Case(
        "left before",
        _cell(FORCES, "first", "until", "2030-06-10"),
        OPS,
        2,
        "forces",
        "leaves on 2030-06-10",
        True,
    ),
    Case(
        "nobody's rounds",
        _cell(OPS, "take-north", "rounds", "mortar:5"),
        OPS,
        2,
        "rounds",
        "not a weapon",
        True,
    ),
    Case(
        "cyclic",
        _cell(OPS, "take-north", "conditions", "op:take-south"),
        OPS,
        2,
        "conditions",
        "circle",
        True,
    ),
    Case(
        "cycle through a work",
        _cell(WORKS, "sap", "start_if", "tried:take-south"),
        OPS,
        3,
        "conditions",
        "circle",
        True,
    ),
    Case(
        "held and lost",
        _cell(OPS, "back", "conditions", "held:north;lost:north"),
        OPS,
        4,
        "conditions",
        "at once",
        True,
    ),
    Case("trench at home", _cell(WORKS, "sap", "side", "red"), WORKS, 2, "positions", "is held by red", True),
    Case("aimless trench", _cell(WORKS, "sap", "positions", ""), WORKS, 2, "positions", "needs an aim", True),
    Case("idle work", _cell(WORKS, "sap", "labour", "0"), WORKS, 2, "labour", "never be done", True),
    Case(
        "never won back", _cell(OPS, "back", "side", "relief"), OPS, 4, "target", "never held by relief", True
    ),
]

CASES = FILES + CELLS + MEANING + CONTACT
