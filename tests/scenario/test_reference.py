"""The reference pages say what the attribute tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from xetho.scenario import check, load
from xetho.scenario.conditions import FORMS, parse_conditions
from xetho.scenario.reference import TYPES, pages, tables_page
from xetho.scenario.tables import attribute_tables, parameter_table

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(pages()))
def test_pages_are_up_to_date(name: str) -> None:
    stored = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert stored == pages()[name], "run `python -m xetho.scenario.reference docs/reference`"


def test_every_type_and_condition_is_explained() -> None:
    tables = [*attribute_tables().values(), parameter_table()]
    assert {a.base for table in tables for a in table.attributes} <= set(TYPES)
    for form in FORMS.values():
        assert form.example in tables_page()
        assert len(parse_conditions(form.example)) == 1


def test_examples_of_the_how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python runs, and the variant does what the page says."""
    text = (DOCS / "how-to" / "write-a-scenario.md").read_text(encoding="utf-8")
    python, toml = text.split("```python\n")[1].split("```")[0], text.split("```toml\n")[2].split("```")[0]
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    exec(python, {"print": lambda error: printed.append(str(error))})
    assert printed == [python.split("print(error)  # ")[1].strip()]
    folder = tmp_path / "my-valley"
    (folder / "variants" / "example.toml").write_text(toml, encoding="utf-8")
    tables = load(folder, "example").tables
    assert tables["fleets"]["count"].to_dict() == {"trucks": 18.0}
    assert "salt" in tables["goods"].index
    settings = text.split("```toml\n")[1].split("```")[0]
    (folder / "scenario.toml").write_text(settings, encoding="utf-8")
    assert check(folder) == []
