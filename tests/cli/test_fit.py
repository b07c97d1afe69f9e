"""`xetho fit`: answers to read and as JSON, files of one's own, and every mistake in a line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Call

PLAIN = """\
day,blue,red,blue_lost,red_lost,attacker
1,1000,800,16,10,blue
2,984,790,15.8,9.84,blue
3,968,780,15.6,9.68,red
4,953,770,15.4,9.53,red
"""


@pytest.fixture
def battle(tmp_path: Path) -> Path:
    """Losses by the square law: 2 % of red on blue, 1 % of blue on red."""
    path = tmp_path / "ridge.csv"
    path.write_text(PLAIN)
    return path


def test_a_bundled_battle_as_json(xetho: Call) -> None:
    answer = xetho("fit", "--attrition", "iwo-jima-1945", "--model", "square", "--json")
    assert answer.code == 0
    shape = answer.json
    assert list(shape) == [
        "xetho", "verb", "battle", "title", "source", "sides", "fitted_to", "days", "fits", "published", "residuals",
    ]  # fmt: skip
    assert shape["fitted_to"] == "strengths" and len(shape["residuals"]) == 35
    engel = next(one for one in shape["published"] if one["fit"].startswith("Engel"))
    assert engel["published"]["rmse"] == 540 and round(engel["here"]["rmse"]) == 540
    (square,) = shape["fits"]
    assert square["ssr"] < engel["here"]["ssr"] and not square["parameters"]["p"]["fitted"]
    assert square["ssr"] == pytest.approx(sum(row["residual"] ** 2 for row in shape["residuals"]))


def test_a_file_of_ones_own(xetho: Call, battle: Path, tmp_path: Path) -> None:
    table = tmp_path / "residuals.csv"
    answer = xetho("fit", "--attrition", battle, "--out", table, "--json")
    fits = {one["model"]: one for one in answer.json["fits"]}
    assert set(fits) == {"square", "linear", "logarithmic", "general", "bracken"}
    assert fits["square"]["parameters"]["a"]["value"] == pytest.approx(0.02, rel=1e-3)
    assert fits["square"]["parameters"]["b"]["value"] == pytest.approx(0.01, rel=1e-3)
    assert answer.json["published"] == []
    rows = pd.read_csv(table)
    assert len(rows) == 5 * 8 and set(rows["side"]) == {"blue", "red"}


def test_a_file_read_by_weights(xetho: Call, tmp_path: Path) -> None:
    """Two columns of men and guns that add up to the plain battle give its fit again."""
    plain = tmp_path / "plain.csv"
    plain.write_text(PLAIN)
    data = tmp_path / "parts.csv"
    lines = [row.split(",") for row in PLAIN.splitlines()[1:]]
    data.write_text("when,men,guns,red,bl,rl,more\n" + "".join(
        f"{d},{float(b) - 40},2,{r},{x},{y},text\n" for d, b, r, x, y, _ in lines
    ))  # fmt: skip
    reading = tmp_path / "parts.toml"
    reading.write_text(
        'title = "Parts"\nnames = { blue = "Us" }\ndays = [1, 4]\n[columns]\nday = { when = 1 }\n'
        "blue = { men = 1, guns = 20 }\nred = { red = 1 }\nblue_lost = { bl = 1 }\nred_lost = { rl = 1 }\n"
        '[[attacks]]\nside = "blue"\ndays = [1, 2]\n[[attacks]]\nside = "red"\ndays = [3, 4]\n'
    )
    fits = []
    for arguments in (("--attrition", plain), ("--attrition", data, "--battle", reading)):
        answer = xetho("fit", *arguments, "--model", "bracken", "--hold", "p=0..2", "--hold", "q=0..2", "--json")
        fits.append(answer.json["fits"])
    assert fits[0] == fits[1]
    assert xetho("fit", "--attrition", data, "--battle", reading).out.startswith("Parts\n")


def test_to_read(xetho: Call, battle: Path) -> None:
    answer = xetho("fit", "--attrition", battle, "--model", "square", "--model", "linear")
    assert answer.code == 0
    assert "square" in answer.out and "0.02 ~" in answer.out and "0 held" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), ["say what to fit"]),
        (("--attrition", "no-such.csv"), ["there is no such file"]),
        (("--attrition", "ardennes-1944-total"), ["has no data", "--battle ardennes-1944-total"]),
        (("--attrition", "{battle}", "--battle", "ardenne"), ["is not a bundled battle or a TOML file"]),
        (
            ("--attrition", "{battle}", "--model", "cube", "--hold", "z=1", "--hold", "a=0", "--hold", "p=2..1"),
            ['--model "cube"', '--hold "z=1"', "a is greater than 0", '--hold "p=2..1"', "4 problems"],
        ),
        (("--attrition", "{battle}", "--model", "square", "--hold", "p=2"), ["p is 1 in the model square"]),
        (("--attrition", "{battle}", "--hold", "a=1..2"), ["a can be held at a number"]),
        (("--attrition", "iwo-jima-1945", "--model", "bracken"), ["who attacked"]),
        (("--attrition", "{battle}", "--battle", "ardennes-1944-total"), ['"blue_total_mp" is not a column']),
    ],
)
def test_mistakes(xetho: Call, battle: Path, arguments: tuple[str, ...], said: list[str]) -> None:
    answer = xetho("fit", *(text.format(battle=battle) for text in arguments))
    assert answer.code == 2 and answer.out == ""
    for words in said:
        assert words in answer.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("day,", "when,"), ["column day: the required column is missing", "--battle"]),
        ((",red_lost", ",red_lsot"), ["losses of one side", 'did you mean "red_lost"']),
        (("16,10", "x,-10"), ["row 2, column blue_lost", "row 2, column red_lost", "less than nothing"]),
        (("15.8,", ","), ["day 2: a strength or loss is blank"]),
        ((",red,", ",note,"), ["column red: the required column is missing"]),
        (("\n3,", "\n2,"), ["days are not in order"]),
        (("red\n4", "green\n4"), ["row 4, column attacker"]),
        (("\n3,968,780,15.6,9.68,red\n4,953,770,15.4,9.53,red", ""), ["has 2 days to fit"]),
        ((PLAIN, ""), ["the required column is missing"]),
        (("blue_lost,red_lost,attacker", "note,source,date"), []),
    ],
)
def test_files_with_mistakes(xetho: Call, battle: Path, change: tuple[str, str], said: list[str]) -> None:
    battle.write_text(PLAIN.replace(*change))
    answer = xetho("fit", "--attrition", battle, "--model", "square")
    assert answer.code == (2 if said else 0)
    for words in said:
        assert words in answer.err


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("titel = 1", 'did you mean "title"'),
        ("days = [1]", "a first and a last day"),
        ('[[attacks]]\nside = "green"', "who attacked when"),
        ("names = 3", "does not name the sides"),
        ("columns = 3", "is not a table"),
        ("[columns]\nday = 1", "which columns it is made of"),
        ("[columns]\nblu = { x = 1 }", 'did you mean "blue"'),
        ("title = ", "is not valid TOML"),
    ],
)
def test_readings_with_mistakes(xetho: Call, battle: Path, tmp_path: Path, reading: str, said: str) -> None:
    path = tmp_path / "reading.toml"
    path.write_text(reading)
    answer = xetho("fit", "--attrition", battle, "--battle", path)
    assert answer.code == 2 and said in answer.err
