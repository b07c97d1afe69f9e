"""The pinned medians still come out."""

from __future__ import annotations

import pytest

from tests import baseline


@pytest.mark.parametrize("name", baseline.SCENARIOS)
def test_medians_are_those_pinned(name: str) -> None:
    found, pinned = baseline.figures(baseline.play(name)), baseline.read()[name]
    changed = {
        key: f"{pinned.get(key, 'not there')} is now {found.get(key, 'not there')}"
        for key in pinned.keys() | found.keys()
        if pinned.get(key) != found.get(key)
    }
    assert not changed, f"{name}: {changed}; if this is meant: python -m tests.baseline --write, and say why"
