"""Scenario folders with ways to break them, and a second side that fights."""

from __future__ import annotations

import csv
import io
from pathlib import Path

BATTLE: dict[str, str] = {
    "places.csv": (
        "HILL,Hill base,28.3,85.7,front,red,invented\nHOME,Airfield,27.5,85.0,airfield,red,invented\n"
        "CAMP-LINE,Line,28.25,85.65,front,relief,invented\n"
    ),
    "goods.csv": "shells,Shells,ammunition,2,invented\n",
    "supply.csv": (
        "food-home,HOME,food,100,0,,,,invented\nshells-home,HOME,shells,50,0,,,,invented\n"
        "shells-low,LOWTOWN,shells,40,0,,,,invented\n"
    ),
    "modes.csv": "plane,Plane,air,2500,,4,0,,0,,0.8,0,0.5,invented\n",
    "fleets.csv": "planes,plane,red,10,,,0,air-bridge,,invented\n",
    "routes.csv": (
        "air-bridge,HOME,HILL,100,air,plane,red,,1,invented\n"
        "line-track,VALLEY,CAMP-LINE,8,track,porter,relief,,1,invented\n"
    ),
    "weapons.csv": (
        "id,name,good,role,rounds_quiet,rounds_assault,casualties_per_100_rounds,source\n"
        "gun,Gun,shells,field,2,20,5,invented\nflak-gun,Flak gun,shells,flak,5,5,0,invented\n"
    ),
    "positions.csv": (
        "id,name,place,camp,supply_place,side,attacker,fortification,area_km2,supports,core,source\n"
        "north,North,HILL,hill,HILL,red,relief,3,1,south,,invented\n"
        "south,South,HILL,hill,HILL,red,relief,3,1,north,yes,invented\n"
    ),
    "forces.csv": (
        "id,name,side,kind,place,position,strength,from,rations,small_arms,weapons,source\n"
        "first,First battalion,relief,infantry,CAMP-LINE,,800,,food:0.8,shells:0.1,gun:4,invented\n"
        "battery,Battery,relief,artillery,CAMP-LINE,,100,,food:0.8,,flak-gun:4,invented\n"
        "garrison,Garrison,red,infantry,HILL,north,400,,food:0.9,,gun:2,invented\n"
    ),
    "operations.csv": (
        "id,name,side,kind,target,forces,not_before,until,conditions,rounds,source\n"
        "take-north,North,relief,assault,north,first,2030-06-20,,front:shells@relief>=1,gun:100,invented\n"
        "take-south,South,relief,assault,south,first,2030-06-25,,op:take-north;work:sap>=0.5,,invented\n"
        "back,Win back,red,counter_attack,north,,2030-06-21,,lost:north,,invented\n"
    ),
    "works.csv": (
        "id,name,side,kind,place,positions,mandays,labour,start_if,source\n"
        "sap,Sap,relief,trench,HILL,south,500,50,,invented\n"
    ),
    "threats.csv": "flak,Flak,flak,0,air-bridge,0,0,0.5,0,1,invented\n",
}


class Folder:
    """A scenario's folder with ways to break it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, file: str) -> str:
        return (self.path / file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.path / file).parent.mkdir(exist_ok=True)
        (self.path / file).write_text(text, encoding="utf-8", newline="\n")

    def replace(self, file: str, old: str, new: str) -> None:
        text = self.text(file)
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new, 1))

    def append(self, file: str, text: str) -> None:
        self.write(file, self.text(file) + text)

    def cell(self, file: str, key: str, column: str, value: str) -> None:
        """Put a value into a cell; a column that the file lacks is added."""
        rows = list(csv.reader(io.StringIO(self.text(file))))
        if column not in rows[0]:
            for row in rows:
                row.append("" if row is not rows[0] else column)
        rows[[row[0] for row in rows].index(key)][rows[0].index(column)] = value
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        self.write(file, out.getvalue())

    def files(self) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(self.path.rglob("*")) if p.is_file()}


def add_battle(relief: Folder) -> None:
    """Give the skeleton a second side that is supplied by air and attacked."""
    for file, text in BATTLE.items():
        relief.append(file, text) if (relief.path / file).exists() else relief.write(file, text)
    relief.cell("modes.csv", "plane", "sorties_per_day", "2")
    relief.cell("fleets.csv", "porters-first", "routes", "valley-track;line-track")
    relief.cell("threats.csv", "flak", "weapons", "flak-gun")
    relief.cell("threats.csv", "flak", "side", "relief")
    relief.cell("threats.csv", "flak", "carriers_lost_per_effort", "0.01")
    red = '\n[[sides]]\nid = "red"\nname = "Red"\ncolor = "#aa2020"\nkind = "hostile"\n'
    relief.append("scenario.toml", red)
    relief.replace("scenario.toml", "[outcome]", '[outcome]\ncamp = "hill"')
