"""Bands of claims: open ends, whole days and months, and what is refused."""

from __future__ import annotations

from datetime import date
from math import inf

import pytest

from xetho.evidence.claims import ClaimError, as_date, band

START = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("low", "high", "kind", "expected"),
    [
        ("100", "200", "number", (100.0, 200.0)),
        ("1,000", "", "number", (1000.0, inf)),
        ("", "4000", "number", (-inf, 4000.0)),
        ("-3.5", "-3.5", "number", (-3.5, -3.5)),
        ("2030-01-01", "2030-01-01", "date", (0.0, 1.0)),
        ("2030-01-03", "2030-01-05", "date", (2.0, 5.0)),
        ("2030-02", "2030-02", "date", (31.0, 59.0)),
        ("2030-01-02T12:00", "2030-01-02T18:00", "date", (1.5, 1.75)),
        ("2029-12-31", "", "date", (-1.0, inf)),
        ("", "2030-01-10", "date", (-inf, 10.0)),
    ],
)
def test_band(low: str, high: str, kind: str, expected: tuple[float, float]) -> None:
    assert band("c", low, high, kind, START) == pytest.approx(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "kind", "said"),
    [
        ("", "", "number", "both low and high are blank"),
        ("5", "4", "number", "lies above"),
        ("about ten", "", "number", "'about ten' is not a number"),
        ("nan", "", "number", "is not a number"),
        ("7", "", "date", "'7' is not a date"),
        ("2030-02-30", "", "date", "day is out of range"),
        ("2030-13", "", "date", "month"),
        ("2030-01-09", "2030-01-02", "date", "lies above"),
    ],
)
def test_band_refused(low: str, high: str, kind: str, said: str) -> None:
    with pytest.raises(ClaimError, match=said) as error:
        band("claim-7", low, high, kind, START)  # type: ignore[arg-type]
    assert "claim-7" in str(error.value)


def test_as_date_is_the_day_it_falls_on() -> None:
    assert as_date(0.99, START) == "2030-01-01"
    assert as_date(31.0, START) == "2030-02-01"
    assert as_date(float("nan"), START) == ""
