"""Conditions: what must hold before a thing may happen, as `op:first; stock:rice@DEPOT>=20`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from xetho.scenario.problems import CellError, quote, unknown


class Form(NamedTuple):
    """How one kind of condition is written: what its subject and place name, and whether it has a limit."""

    subject: str
    place: str
    limit: bool
    example: str


FORMS: dict[str, Form] = {
    "held": Form("positions", "", False, "held:POSITION"),
    "lost": Form("positions", "", False, "lost:POSITION"),
    "fallen": Form("camps", "", False, "fallen:CAMP"),
    "op": Form("operations", "", False, "op:OPERATION"),
    "tried": Form("operations", "", False, "tried:OPERATION"),
    "work": Form("works", "", True, "work:WORK>=0.9"),
    "stock": Form("goods", "places", True, "stock:GOOD@PLACE>=20"),
    "front": Form("goods", "sides", True, "front:GOOD@SIDE>=20"),
    "food_days": Form("sides", "", True, "food_days:SIDE>=3"),
    "strength": Form("forces", "", True, "strength:FORCE>=0.7"),
    "morale": Form("sides", "", True, "morale:SIDE>=0.5"),
    "airstrip": Form("places", "", False, "airstrip:PLACE"),
}

_FORM = re.compile(r"([^:\s]+)\s*:\s*([^@<>=;\s]+)\s*(?:@\s*([^@<>=;\s]+)\s*)?(?:(>=|<)\s*([^\s<>=@]+)\s*)?")


@dataclass(frozen=True)
class Condition:
    """One condition. `subject` is what it asks about; `place` the place (or, for front, the side).

    Conditions without a limit (held, lost, fallen, op, tried, airstrip) read as `>= 1` of a yes (1) or
    no (0); airstrip carries its place in both `subject` and `place`.
    """

    kind: str
    subject: str
    place: str
    op: str
    value: float

    def __str__(self) -> str:
        form = FORMS[self.kind]
        place = f"@{self.place}" if form.place else ""
        limit = f"{self.op}{self.value:g}" if form.limit else ""
        return f"{self.kind}:{self.subject}{place}{limit}"


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Every condition of a cell, joined by `;`. Raises CellError."""
    return tuple(_parse(part.strip()) for part in text.split(";") if part.strip())


def _parse(text: str) -> Condition:
    match = _FORM.fullmatch(text)
    if match is None:
        raise CellError(f"{quote(text)} is not a condition", "; ".join(f.example for f in FORMS.values()))
    kind, subject, place, op, number = match.groups()
    if kind not in FORMS:
        raise unknown(kind, "a kind of condition", FORMS)
    form = FORMS[kind]
    if bool(form.place) != bool(place) or form.limit != bool(op):
        raise CellError(f"{quote(text)} is not written as conditions of kind {kind} are", form.example)
    value = 1.0
    if form.limit:
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not 0 <= value < float("inf"):
            raise CellError(f"{quote(number)} in {quote(text)} is not a number from 0 up", form.example)
    return Condition(kind, subject, place or (subject if kind == "airstrip" else ""), op or ">=", value)
