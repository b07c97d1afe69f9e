"""The page of judgements is what the scenarios' assumptions are, and none of them lacks an alternative."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import xetho as xt

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current_and_complete() -> None:
    spec = importlib.util.spec_from_file_location("write_judgements", ROOT / "tools" / "write_judgements.py")
    assert spec is not None and spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    page = writer.PAGE.read_text(encoding="utf-8")
    assert page == writer.page(), "docs/judgements.md is stale: run `make docs`"
    for info in xt.list_scenarios():
        table = xt.load(info.name).scenario.tables["assumptions"]
        assert len(table)
        for key in table.index:
            assert f"(`{key}`)" in page


def test_every_judgement_has_a_source_of_its_own_kind() -> None:
    for info in xt.list_scenarios():
        table = xt.load(info.name).scenario.tables["assumptions"]
        assert all(table["source"].map(len) > 0)
