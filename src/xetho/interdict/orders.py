"""Cuts and guards to be played in the simulation: their files, and the days of each route they name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xetho.interdict.answer import Closed, Cuts, Guards
from xetho.interdict.errors import QuestionError
from xetho.network import Posted
from xetho.plan.words import span
from xetho.scenario import Scenario
from xetho.scenario.problems import nearest

CUTS, GUARDS = "cuts", "guards"
VERBS = {CUTS: "interdict", GUARDS: "protect"}
MOST_BYTES = 10_000_000  # of a file: the longest answer about the largest scenario is far shorter

Given = str | Path | Cuts | Guards | Sequence[Closed]


@dataclass(frozen=True)
class Orders:
    """Routes that are cut and routes that are guarded, with dates; `surprise`: the plan does not know the cuts."""

    cuts: tuple[Closed, ...] = ()
    guards: tuple[Closed, ...] = ()
    surprise: bool = False


def cuts_text(scenario: Scenario, found: Cuts) -> str:
    """The worst cuts as the text of a JSON file that says which scenario they are of."""
    return _text(scenario, CUTS, found, {CUTS: found.best.cuts})


def guards_text(scenario: Scenario, found: Guards) -> str:
    """The best guards in the same way, with the worst cuts that they leave."""
    return _text(scenario, GUARDS, found, {GUARDS: found.guards, CUTS: found.attack.cuts})


def _text(scenario: Scenario, kind: str, found: Cuts | Guards, lists: Mapping[str, Sequence[Closed]]) -> str:
    content = {
        "xetho_plan": kind, "scenario": scenario.name, "variant": scenario.variant, "hash": scenario.hash(),
        "side": found.side, "form": found.form, **{name: _told(rows) for name, rows in lists.items()},
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def told(orders: Orders) -> dict[str, Any]:
    """Cuts and guards in the types of JSON."""
    return {CUTS: _told(orders.cuts), GUARDS: _told(orders.guards), "surprise": orders.surprise}


def orders_of(written: Mapping[str, Any]) -> Orders:
    """What `told` made JSON of."""
    cuts, guards = (tuple(_closed(row) for row in written[kind]) for kind in (CUTS, GUARDS))
    return Orders(cuts, guards, written["surprise"])


def _told(rows: Sequence[Closed]) -> list[dict[str, str]]:
    return [{"route": one.route, "from": str(one.first), "until": str(one.until)} for one in rows]


def orders_in_words(orders: Orders, neutral: bool) -> str:
    """What is played, in one sentence without its full stop; routes by their ids."""
    parts = []
    for heading, rows in (("lost" if neutral else "cut", orders.cuts), ("guarded", orders.guards)):
        if rows:
            parts.append(f"{heading}: " + ", ".join(f"{one.route} {span(one.first, one.until)}" for one in rows))
    words = "; ".join(parts) or "no cuts and no guards"
    return words[:1].upper() + words[1:]


def posted(scenario: Scenario, orders: Orders) -> Posted:
    """Days of each route on which it is cut and guarded (routes x D)."""
    return Posted(_days(scenario, orders.cuts), _days(scenario, orders.guards))


def _days(scenario: Scenario, rows: Sequence[Closed]) -> NDArray[np.float64]:
    routes = list(scenario.tables["routes"].index)
    out = np.zeros((len(routes), scenario.days))
    for one in rows:
        out[routes.index(one.route), scenario.day(one.first) : scenario.day(one.until) + 1] = 1.0
    return out


# reading ------------------------------------------------------------------------------------------------------------


def read_orders(
    scenario: Scenario,
    interdict: Given | None,
    protect: Given | None,
    surprise: bool = False,
    *,
    hashes: Sequence[str] = (),
) -> Orders:
    """Cuts and guards from files, from answers of `worst_cuts` and `best_guards`, or from routes with dates.

    An answer about guards also holds cuts: the worst that the guards leave.

    hashes: of further scenarios that files may be of.  Raises QuestionError with everything that is wrong.
    """
    reader = _Reader(scenario, (scenario.hash(), *hashes))
    cuts = reader.rows(CUTS, interdict)
    guards = reader.rows(GUARDS, protect)
    wrong = [*reader.wrong, *_both(cuts, guards)]
    if surprise and interdict is None:
        wrong.append("surprise is about cuts: give them with --interdict")
    if wrong:
        raise QuestionError(*wrong)
    return Orders(cuts, guards, surprise)


def _both(cuts: Sequence[Closed], guards: Sequence[Closed]) -> list[str]:
    """A line for each cut of a route that is guarded on one of its days."""
    wrong = []
    for cut in cuts:
        for guard in guards:
            first, last = max(cut.first, guard.first), min(cut.until, guard.until)
            if cut.route == guard.route and first <= last:
                wrong.append(
                    f"{cut.route} is both cut and guarded {span(first, last)}: what is guarded cannot be cut; "
                    "`xetho interdict --guard` finds cuts that guards leave"
                )
    return wrong


class _Reader:
    """Reads cuts and guards of one scenario and gathers what is wrong with them, one line each."""

    def __init__(self, scenario: Scenario, hashes: Sequence[str]) -> None:
        self.scenario, self.hashes = scenario, hashes
        self.routes = [str(route) for route in scenario.tables["routes"].index]
        self.wrong: list[str] = []

    def rows(self, kind: str, given: Given | None) -> tuple[Closed, ...]:
        """The rows of one kind; those that fit, where some do not."""
        if given is None:
            return ()
        if isinstance(given, (str, Path)):
            return self._file(kind, Path(given))
        if isinstance(given, Guards):
            given = given.guards if kind == GUARDS else given.attack.cuts
        elif isinstance(given, Cuts):
            if kind == GUARDS:
                self.wrong.append("protect takes guards; what was given is an answer about cuts")
                return ()
            given = given.best.cuts
        return tuple(one for one in given if self._fits(f"{kind}: {one.route}", one))

    def _file(self, kind: str, path: Path) -> tuple[Closed, ...]:
        try:
            content = _json(path)
            rows = _list(path, content, kind)
        except QuestionError as error:
            self.wrong += error.problems
            return ()
        if content.get("hash") not in self.hashes:
            self.wrong.append(
                f"{path} is of another scenario, variant or setting ({_quoted(content.get('scenario'))}, hash "
                f"{_quoted(str(content.get('hash'))[:12])}; this one has {self.hashes[0][:12]}); "
                f"ask `xetho {VERBS[kind]}` again"
            )
        found = []
        for number, row in enumerate(rows, 1):
            where = f"{path}, row {number} of {kind}"
            try:
                one = _closed(row)
            except (TypeError, KeyError, ValueError):
                self.wrong.append(f'{where}: allowed "route", and "from" and "until" as YYYY-MM-DD')
                continue
            if self._fits(where, one):
                found.append(one)
        return tuple(found)

    def _fits(self, where: str, one: Closed) -> bool:
        """Can the row be played in this scenario?"""
        wrong = []
        if one.route not in self.routes:
            near = nearest(one.route, self.routes)
            hint = f'; did you mean "{near}"?' if near else ""
            wrong.append(f"{where}: {_quoted(one.route)} is not a route{hint}")
        first, last = self.scenario.start, self.scenario.start + timedelta(days=self.scenario.days - 1)
        if one.until < one.first:
            wrong.append(f"{where}: until {one.until} lies before from {one.first}")
        for name, when in (("from", one.first), ("until", one.until)):
            if not first <= when <= last:
                wrong.append(f"{where}: {name} {when} lies outside the scenario, {first} to {last}")
        self.wrong += wrong
        return not wrong


def _json(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise QuestionError(f"{path}: {error.strerror or error}") from error
    if len(text) > MOST_BYTES:
        raise QuestionError(f"{path} is larger than {MOST_BYTES / 1e6:g} MB, so it is no plan of cuts or guards")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{path} cannot be read as JSON") from error
    return content if isinstance(content, Mapping) else {}


def _closed(row: Any) -> Closed:
    """One row.  Raises TypeError, KeyError or ValueError when it is none."""
    return Closed(str(row["route"]), date.fromisoformat(row["from"]), date.fromisoformat(row["until"]))


def _list(path: Path, content: Mapping[str, Any], kind: str) -> list[Any]:
    """The rows of one kind in what `--out` wrote or `--json` printed.  Raises QuestionError."""
    verb = content.get("verb")
    of = {"interdict": CUTS, "protect": GUARDS}.get(verb) if isinstance(verb, str) else content.get("xetho_plan")
    if of not in (CUTS, GUARDS):
        raise QuestionError(f"{path} is no plan of cuts or guards; `xetho {VERBS[kind]} --out FILE.json` writes one")
    if kind == GUARDS and of == CUTS:
        raise QuestionError(f"{path} holds cuts; give it with --interdict")
    within: Any = content
    if verb is not None and kind == CUTS:
        within = content.get("best" if of == CUTS else "attack")
    rows = within.get(kind) if isinstance(within, Mapping) else None
    if not isinstance(rows, list):
        raise QuestionError(f'{path}: "{kind}" is not a list')
    return rows


def _quoted(found: Any) -> str:
    """Something read from a file, on one line."""
    text = json.dumps(found, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"
