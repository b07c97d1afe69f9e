"""Numbers and dates in plain words, the same on every machine whatever its locale."""

from __future__ import annotations

import math
from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FULL_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NOTHING = "–"
MINUS = "−"


def long_date(day: date) -> str:
    """7 May 1954

    >>> long_date(date(1954, 5, 7))
    '7 May 1954'
    """
    return f"{day.day} {FULL_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """7 May"""
    return f"{day.day} {MONTHS[day.month - 1]}"


def day_date(start: date, days: float) -> date | None:
    """The date that lies ``days`` (with fraction) after the start, None for NaN."""
    return start + timedelta(days=math.floor(days)) if math.isfinite(days) else None


def date_of(start: date, days: float, year: bool = True) -> str:
    """A float day in words, a dash for what did not happen."""
    day = day_date(start, days)
    if day is None:
        return NOTHING
    return long_date(day) if year else short_date(day)


def spoken_dates(text: str) -> str:
    """Days, months or years as tables write them, with a slash between two, in words; anything else as it stands.

    >>> spoken_dates("1954-03-13"), spoken_dates("1953-11/1954-05"), spoken_dates("1954"), spoken_dates("")
    ('13 Mar 1954', 'Nov 1953 to May 1954', '1954', '')
    """
    return " to ".join(_spoken_date(part) for part in text.split("/"))


def _spoken_date(text: str) -> str:
    parts = text.split("-")
    if not 2 <= len(parts) <= 3 or not all(p.isdecimal() for p in parts) or not 1 <= int(parts[1]) <= 12:
        return text
    words = f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return f"{int(parts[2])} {words}" if len(parts) == 3 else words


def capital(text: str) -> str:
    """The text with a capital at its beginning.

    >>> capital("rice used"), capital("")
    ('Rice used', '')
    """
    return text[:1].upper() + text[1:]


def number(value: float) -> str:
    """Three significant figures, thousands parted, no exponent.

    >>> number(12345.6), number(0.0321), number(7), number(float("nan"))
    ('12,300', '0.0321', '7', '–')
    """
    if not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    # beyond a few decimals it is noise
    text = f"{rounded:,.{min(max(digits, 0), 6)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def whole(value: float) -> str:
    """All figures of a recorded number, thousands parted: a record is not ours to round.

    >>> whole(10814), whole(0.25)
    ('10,814', '0.25')
    """
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"
    return text.replace("-", MINUS)


def signed(value: float) -> str:
    """A difference with its sign."""
    if not math.isfinite(value):
        return NOTHING
    return f"+{number(value)}" if value > 0 else number(value)


def percent(share: float) -> str:
    """A share in whole percent; never 0 % for what happened nor 100 % for what did not always.

    >>> percent(0.873), percent(0.0004), percent(0.9999), percent(1)
    ('87 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if not math.isfinite(share):
        return NOTHING
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def in_hundred(share: float) -> str:
    """How often, in words anybody reads at once.

    >>> in_hundred(0.873), in_hundred(1.0), in_hundred(0.0)
    ('in 87 of 100 simulated campaigns', 'in every simulated campaign', 'in no simulated campaign')
    """
    if share >= 1:
        return "in every simulated campaign"
    if share <= 0:
        return "in no simulated campaign"
    if share > 0.995:
        return "in more than 99 of 100 simulated campaigns"
    if share < 0.005:
        return "in fewer than 1 of 100 simulated campaigns"
    return f"in {share * 100:.0f} of 100 simulated campaigns"


def listed(words: list[str]) -> str:
    """a, b and c"""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def readable(identifier: str) -> str:
    """An identifier as words."""
    return identifier.replace("_", " ").strip()
