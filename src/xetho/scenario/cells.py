"""Reading one cell: from the text of a spreadsheet to a value of the attribute's type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from xetho.scenario.conditions import parse_conditions
from xetho.scenario.metrics import parse_metric
from xetho.scenario.problems import CellError, quote, unknown
from xetho.scenario.tables import Attribute, empty_value
from xetho.scenario.targets import parse_targets

NAME = re.compile(r"\w[\w.\-+']*")
NAME_RULE = "letters, digits and . _ - + ' without spaces, beginning with a letter or digit"
FIRST_YEAR, LAST_YEAR = 1700, 2200  # what a datetime64[ns] holds, with room for counting outside a window

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class Citation(str):
    """A key of the sources table; `detail` is what follows it in the cell (page, how it was derived)."""

    detail: str = ""


def read_cell(attribute: Attribute, text: str) -> Any:
    """The value of a cell; a blank one gives the default. Raises CellError."""
    text = text.strip()
    if not text:
        if attribute.required:
            raise CellError("is blank", f"{kind_in_words(attribute)} is required")
        text = attribute.default
    if not text:
        return empty_value(attribute)
    value = _READERS[attribute.base](attribute, text)
    if attribute.required and value in ((), {}):
        raise CellError(f"{quote(text)} holds nothing", f"{kind_in_words(attribute)} is required")
    return value


def read_number(text: str) -> float:
    """A finite number. Raises CellError with the usual mistakes explained."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
        raise CellError(f"{quote(text)} is too large", "a number")
    hint = ""
    if re.fullmatch(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?", text):
        hint = f"write {re.sub('[, ]', '', text)} without separators"
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        hint = f"write {text.replace(',', '.')} with a point"
    elif match := re.fullmatch(r"([+-]?[\d.]+)\s*[^\d\s.,].*", text):
        hint = f"write {match[1]} alone: the unit is in the column"
    raise CellError(f"{quote(text)} is not a number", "a number such as 12 or 0.5", hint)


def read_date(text: str) -> date:
    """A date written YYYY-MM-DD. Raises CellError."""
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise CellError(f"{quote(text)} is no day of the calendar", "YYYY-MM-DD") from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise CellError(f"{quote(text)} is too far away", f"years {FIRST_YEAR} to {LAST_YEAR}")
        return day
    hint = (
        "spreadsheets change dates when they save: format the column as text"
        if _DAY_FIRST.fullmatch(text)
        else ""
    )
    raise CellError(f"{quote(text)} is not a date", "YYYY-MM-DD", hint)


def kind_in_words(attribute: Attribute) -> str:
    """What stands in the column, for messages: `one of the places`, `a number from 0 up`."""
    match attribute.base:
        case "float" | "int":
            number = "a number" if attribute.base == "float" else "a whole number"
            return f"{number} {attribute.range}" if attribute.range else number
        case "ref":
            return f"one of the {attribute.argument}"
        case "refs":
            return f"names of {attribute.argument} with ; between"
        case "choice":
            return ", ".join(attribute.choices)
        case "date":
            return "a date YYYY-MM-DD"
        case "bool":
            return "yes or no"
        case "id":
            return "a unique name"
        case "sources":
            return "a key of the sources table"
        case "weights":
            return "name:number pairs with ; between"
        case "series":
            return "date:number pairs with ; between"
        case "target":
            return "table[key].column or parameters[name]"
        case base:
            return f"a {base}"


def _in_range(attribute: Attribute, value: float, text: str) -> float:
    if attribute.range is not None and value not in attribute.range:
        unit = f" {attribute.unit}" if attribute.unit else ""
        raise CellError(f"{quote(text)} is out of range", f"{attribute.range}{unit}")
    return value


def _float(attribute: Attribute, text: str) -> float:
    if text == "inf" and attribute.default == "inf":
        return math.inf
    return _in_range(attribute, read_number(text), text)


def _int(attribute: Attribute, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        read_number(text)  # explains thousands separators, units and the like
        raise CellError(f"{quote(text)} is not a whole number", kind_in_words(attribute))
    return int(_in_range(attribute, int(text), text))


def _bool(attribute: Attribute, text: str) -> bool:
    words = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in words:
        raise CellError(f"{quote(text)} is neither yes nor no", "yes, no")
    return words[text.lower()]


def _name(attribute: Attribute, text: str) -> str:
    if not NAME.fullmatch(text):
        hint = "put ; between names" if "," in text and attribute.base == "refs" else ""
        raise CellError(f"{quote(text)} cannot be a name", NAME_RULE, hint)
    return text


def _names(attribute: Attribute, text: str) -> tuple[str, ...]:
    names = tuple(_name(attribute, part.strip()) for part in text.split(";") if part.strip())
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CellError(f"{quote(twice[0])} is named twice", "each name once")
    return names


def _choice(attribute: Attribute, text: str) -> str:
    if text not in attribute.choices:
        wrong = unknown(text, f"a {attribute.name}", attribute.choices)
        raise CellError(wrong.found, ", ".join(attribute.choices), wrong.hint)
    return text


def _sources(attribute: Attribute, text: str) -> tuple[Citation, ...]:
    return tuple(_citation(attribute, part.strip()) for part in text.split(";") if part.strip())


def _citation(attribute: Attribute, text: str) -> Citation:
    key, _, detail = text.partition(":")
    citation = Citation(_name(attribute, key.strip()))
    citation.detail = detail.strip()
    return citation


def _pairs(text: str, allowed: str) -> list[tuple[str, str]]:
    pairs = []
    for part in text.split(";"):
        if part.strip():
            left, colon, right = part.rpartition(":")
            if not colon:
                raise CellError(f"{quote(part)} is not a pair", allowed)
            pairs.append((left.strip(), right.strip()))
    return pairs


def _weights(attribute: Attribute, text: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for name, number in _pairs(text, "name:number with ; between pairs"):
        if _name(attribute, name) in weights:
            raise CellError(f"{quote(name)} is named twice", "each name once")
        weights[name] = _in_range(attribute, read_number(number), number)
    return weights


def _series(attribute: Attribute, text: str) -> tuple[tuple[date, float], ...]:
    points = tuple(
        (read_date(day), _in_range(attribute, read_number(number), number))
        for day, number in _pairs(text, "date:number with ; between pairs")
    )
    for (earlier, _), (later, _) in zip(points, points[1:], strict=False):
        if later <= earlier:
            raise CellError(
                f'"{later}" comes after "{earlier}" in the cell but not in time', "dates in order"
            )
    return points


def _metric(attribute: Attribute, text: str) -> str:
    parse_metric(text)
    return text


_READERS: dict[str, Callable[[Attribute, str], Any]] = {
    "id": _name,
    "ref": _name,
    "refs": _names,
    "text": lambda attribute, text: text,
    "float": _float,
    "int": _int,
    "bool": _bool,
    "date": lambda attribute, text: read_date(text),
    "choice": _choice,
    "sources": _sources,
    "weights": _weights,
    "series": _series,
    "conditions": lambda attribute, text: parse_conditions(text),
    "target": lambda attribute, text: parse_targets(text),
    "metric": _metric,
}
