"""A new scenario: passes every check, and touches nothing that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from xetho.scenario import ScenarioError, check, load, new


def test_new_passes_check(tmp_path: Path) -> None:
    folder = new("my-valley", tmp_path / "deeper")
    assert folder == tmp_path / "deeper" / "my-valley"
    assert check(folder) == []
    assert load(folder).title == "my-valley"
    assert [path.name for path in folder.parent.iterdir()] == ["my-valley"]  # nothing is left beside it


@pytest.mark.parametrize("there", ["folder", "file"])
def test_new_never_overwrites(tmp_path: Path, there: str) -> None:
    target = tmp_path / "mine"
    target.mkdir() if there == "folder" else target.write_text("precious", encoding="utf-8")
    with pytest.raises(ScenarioError, match="exists already"):
        new("mine", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert there == "folder" or target.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", ".hidden", "-x", "a\\b", "end."])
def test_names_that_are_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be a name"):
        new(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ScenarioError, match="cannot be written"):
        new("mine", tmp_path / "file")
