"""Variants: what each change does, what goes with a dropped row, and what cannot be done."""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenario.folders import Folder
from xetho.scenario import ScenarioError, Target, check, load, read_variants

SET_TRUCKS = 'do = "set"\ntable = "fleets"\nkey = "trucks"\n'
SCALE_TRUCKS = 'do = "scale"\ntable = "fleets"\nkey = "trucks"\n'
SCALE_TRUCK_MODE = 'do = "scale"\ntable = "modes"\nkey = "truck"\n'
ADD_SALT = 'do = "add"\ntable = "goods"\nrow = {id = "salt", name = "Salt"'
HEAD = 'title = "What if"\nwhy = "To see."\n'


def _variant(folder: Folder, *changes: str) -> str:
    body = "".join(f"[[change]]\n{change}\n" for change in changes)
    folder.write("variants/try.toml", HEAD + body)
    return "try"


def _problem(folder: Folder, *changes: str) -> str:
    name = _variant(folder, *changes)
    with pytest.raises(ScenarioError) as caught:
        load(folder.path, name)
    return str(caught.value)


def test_set_scale_add_drop(relief: Folder) -> None:
    name = _variant(
        relief,
        'do = "set"\ntable = "routes"\nkey = "hill-road"\ncolumn = "open_from"\nvalue = 2030-06-05',
        'do = "set"\ntable = "routes"\nkey = "hill-road"\ncolumn = "modes"\nvalue = ["truck"]',
        'do = "scale"\ntable = "regions"\nkey = "*"\ncolumn = "control"\nvalue = 0.5',
        'do = "scale"\ntable = "fleets"\nkey = ["trucks", "porters-first"]\ncolumn = "count"\nvalue = 0.5',
        ADD_SALT + ', class = "food", source = "invented"}',
        'do = "drop"\ntable = "fleets"\nkey = "porters-later"',
    )
    scenario = load(relief.path, name)
    assert scenario.variant == "try"
    assert scenario.tables["routes"].at["hill-road", "open_from"].date() == date(2030, 6, 5)
    assert scenario.tables["routes"].at["hill-road", "modes"] == ("truck",)
    assert scenario.tables["regions"].at["district", "control"] == ((date(2030, 6, 1), 0.5),)
    assert scenario.tables["fleets"]["count"].to_dict() == {"trucks": 6.0, "porters-first": 150.0}
    assert list(scenario.tables["goods"].index) == ["food", "fuel", "salt"]
    base = load(relief.path)
    assert base.tables["fleets"].at["trucks", "count"] == 12.0
    assert base.hash() != scenario.hash()


def test_sets_after_the_variant(relief: Folder) -> None:
    name = _variant(relief, 'do = "set"\ntable = "fleets"\nkey = "trucks"\ncolumn = "count"\nvalue = 3')
    scenario = load(relief.path, name, ["fleets[trucks].count=4", "fleets[trucks].until = 2030-07-01"])
    assert scenario.tables["fleets"].at["trucks", "count"] == 4.0
    assert scenario.tables["fleets"].at["trucks", "until"].date() == date(2030, 7, 1)


def test_a_number_that_is_set_is_no_longer_drawn(relief: Folder) -> None:
    scenario = load(relief.path, sets=["modes[porter].payload_kg=40"])
    assert list(scenario.tables["assumptions"].index) == ["local-menders"]


def test_setting_one_row_leaves_the_assumption_on_the_others(relief: Folder) -> None:
    relief.cell("assumptions.csv", "porter-load", "target", "fleets[*].count")
    relief.replace("assumptions.csv", "triangular,20,25,30", "triangular,200,250,300")
    scenario = load(relief.path, sets=["fleets[trucks].count=9"])
    assert scenario.tables["assumptions"].at["porter-load", "target"] == (
        Target("fleets", "porters-first", "count"),
        Target("fleets", "porters-later", "count"),
    )


def test_scaling_scales_the_draw(relief: Folder) -> None:
    name = _variant(relief, 'do = "scale"\ntable = "modes"\nkey = "porter"\ncolumn = "payload_kg"\nvalue = 2')
    scenario = load(relief.path, name)
    drawn = scenario.tables["assumptions"].loc["porter-load", ["low", "central", "high"]]
    assert drawn.tolist() == [40.0, 50.0, 60.0]
    assert scenario.tables["modes"].at["porter", "payload_kg"] == 50.0


def test_scaling_to_nothing(relief: Folder) -> None:
    relief.cell("assumptions.csv", "porter-load", "target", "threats[landslides].effort_per_day")
    name = _variant(
        relief, 'do = "scale"\ntable = "threats"\nkey = "*"\ncolumn = "effort_per_day"\nvalue = 0'
    )
    row = load(relief.path, name).tables["assumptions"].loc["porter-load"]
    assert (row["distribution"], row["central"]) == ("point", 0.0)


def test_scaling_part_of_what_is_drawn_together(relief: Folder) -> None:
    relief.cell("assumptions.csv", "porter-load", "target", "modes[*].payload_kg")
    said = _problem(relief, 'do = "scale"\ntable = "modes"\nkey = "porter"\ncolumn = "payload_kg"\nvalue = 2')
    assert '"porter-load" draws these numbers together with modes[truck].payload_kg' in said


def test_parameters(relief: Folder) -> None:
    scenario = load(relief.path, sets=["parameters[local_menders]=5", "parameters[unfed_work].value=0.5"])
    rows = scenario.tables["assumptions"]
    acts = {target: row["central"] for _, row in rows.iterrows() for target in row["target"]}
    assert acts[Target("parameters", "local_menders", "value")] == 5.0
    assert acts[Target("parameters", "unfed_work", "value")] == 0.5
    assert "local-menders" not in rows.index


def test_parameters_scaled(relief: Folder) -> None:
    keys = '["local_menders", "unfed_work"]'
    change = f'do = "scale"\ntable = "parameters"\nkey = {keys}\ncolumn = "value"\nvalue = 0.5'
    rows = load(relief.path, _variant(relief, change)).tables["assumptions"]
    assert rows.at["local-menders", "central"] == 15.0
    assert rows.at["what-if-unfed_work", "central"] == 0.5


def test_dropping_a_mode_takes_along_what_hangs_on_it(relief: Folder) -> None:
    scenario = load(relief.path, _variant(relief, 'do = "drop"\ntable = "modes"\nkey = "porter"'))
    tables = scenario.tables
    assert list(tables["fleets"].index) == ["trucks"]
    assert list(tables["routes"].index) == ["hill-road"]  # the track took porters only
    assert tables["routes"].at["hill-road", "modes"] == ("truck",)
    assert tables["threats"].at["landslides", "targets"] == ("hill-road",)
    assert list(tables["assumptions"].index) == ["local-menders"]


def test_dropping_all_routes_drops_the_threat(relief: Folder) -> None:
    scenario = load(relief.path, _variant(relief, 'do = "drop"\ntable = "routes"\nkey = "*"'))
    assert scenario.tables["threats"].empty
    assert scenario.tables["fleets"].empty


def test_dropping_carriers_drops_their_threat_and_claims(battle: Folder) -> None:
    raid = "raid,Raid,raid,2,hill-road,1,10,0.5,0,1,invented\n"
    battle.append("threats.csv", raid.replace("\n", ",,,\n"))
    battle.cell("threats.csv", "raid", "side", "red")
    battle.cell("threats.csv", "raid", "pool", "planes")
    battle.append(
        "claims.csv", "lost-planes,Air,Lost,carriers_lost[planes],0,3,planes,,red,red,test,low,invented,\n"
    )
    assert "lost-planes" in load(battle.path).tables["claims"].index
    scenario = load(battle.path, _variant(battle, 'do = "drop"\ntable = "modes"\nkey = "plane"'))
    assert list(scenario.tables["threats"].index) == [
        "landslides"
    ]  # flak lost its air route, the raid its pool
    assert list(scenario.tables["claims"].index) == ["food-short", "village-people"]


def test_dropping_a_weapon_takes_it_from_the_formations(battle: Folder) -> None:
    scenario = load(battle.path, _variant(battle, 'do = "drop"\ntable = "weapons"\nkey = "gun"'))
    assert scenario.tables["forces"]["weapons"].tolist() == [{}, {"flak-gun": 4.0}, {}]
    assert scenario.tables["operations"].at["take-north", "rounds"] == {}


def test_dropping_formations_drops_their_attacks(battle: Folder) -> None:
    battle.cell("operations.csv", "take-south", "conditions", "")
    scenario = load(battle.path, _variant(battle, 'do = "drop"\ntable = "forces"\nkey = "first"'))
    assert list(scenario.tables["operations"].index) == ["back"]


def test_a_row_left_without_what_it_refers_to(relief: Folder) -> None:
    said = _problem(relief, 'do = "drop"\ntable = "regions"\nkey = "district"')
    assert (
        'variants/try.toml row 3, column key: dropping "district" of regions leaves "porters-first"' in said
    )
    assert "drop that row too" in said
    both = 'do = "drop"\ntable = "fleets"\nkey = ["porters-first", "porters-later"]'
    load(relief.path, _variant(relief, 'do = "drop"\ntable = "regions"\nkey = "district"', both))


def test_a_condition_left_without_its_subject(battle: Folder) -> None:
    said = _problem(battle, 'do = "drop"\ntable = "operations"\nkey = "take-north"')
    assert (
        'dropping "take-north" of operations leaves "take-south" of operations without its conditions' in said
    )


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ('do = "sett"\ntable = "fleets"', 'did you mean "set"?'),
        ('table = "fleets"', "column do: is missing"),
        ('do = "drop"\ntable = "fleet"\nkey = "trucks"', 'did you mean "fleets"?'),
        ('do = "drop"\ntable = "fleets"\nkey = "truck"', 'did you mean "trucks"?'),
        ('do = "drop"\ntable = "fleets"\nkey = []', "names no rows"),
        ('do = "drop"\ntable = "fleets"\nkeys = "trucks"', 'did you mean "key"?'),
        (SET_TRUCKS + 'column = "counts"\nvalue = 1', 'did you mean "count"?'),
        (SET_TRUCKS + 'column = "id"\nvalue = "x"', "cannot be changed"),
        (SET_TRUCKS + 'column = "count"\nvalue = "many"', "not a number"),
        (SET_TRUCKS + 'column = "mode"\nvalue = "trck"', 'did you mean "truck"?'),
        (SET_TRUCKS + 'column = "count"', "column value: is missing"),
        (SCALE_TRUCKS + 'column = "mode"\nvalue = 2', "holds no numbers to scale"),
        (SCALE_TRUCK_MODE + 'column = "availability"\nvalue = 2', "out of range"),
        (SCALE_TRUCKS + 'column = "count"\nvalue = "x"', "not a number"),
        (
            'do = "scale"\ntable = "weather"\nkey = "july"\ncolumn = "month"\nvalue = 1.5',
            "not a whole number",
        ),
        (ADD_SALT + ', clas = "food"}', 'did you mean "class"?'),
        (ADD_SALT + ', class = "food"}', "source: is blank"),
        (
            ADD_SALT.replace("salt", "food") + ', class = "food", source = "invented"}',
            "already",
        ),
        ('do = "add"\ntable = "goods"\nrow = 3', "row = {column = value, ...}"),
        ('do = "set"\ntable = "parameters"\nkey = "x"\ncolumn = "value"\nvalue = 1', "not a parameter"),
        ('do = "drop"\ntable = "parameters"\nkey = "local_menders"', "cannot be changed by"),
    ],
)
def test_what_cannot_be_done(relief: Folder, change: str, phrase: str) -> None:
    said = _problem(relief, change)
    assert said.startswith("variants/try.toml row 3, column ") or said.startswith("variants/try.toml row 3: ")
    assert phrase in said


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("fleets.trucks.count=3", "table[key].column=value"),
        ("fleets[trucks]=3", "table[key].column=value"),
        ("fleets[trcks].count=3", 'did you mean "trucks"?'),
        ("fleets[trucks].count=", "is blank"),
        ("fleets[trucks].count=3 trucks", "the unit is in the column"),
        ("parameters[unfed_work]=3", "out of range"),
    ],
)
def test_bad_sets(relief: Folder, text: str, phrase: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(relief.path, sets=[text])
    assert str(caught.value).startswith(f"--set {text}")
    assert phrase in str(caught.value)


def test_unknown_variant(relief: Folder) -> None:
    with pytest.raises(ScenarioError, match='"more-porter" is not a variant; did you mean "more-porters"?'):
        load(relief.path, "more-porter")
    with pytest.raises(ScenarioError, match="is not a variant"):
        load(relief.path, "../scenario")


def test_unfinished_variant_files(relief: Folder) -> None:
    for text, phrase in [("titel = 3", "title"), (HEAD, "no changes"), ("[[change", "not valid TOML")]:
        relief.write("variants/try.toml", text)
        with pytest.raises(ScenarioError) as caught:
            load(relief.path, "try")
        assert phrase in str(caught.value)
        assert str(caught.value).startswith("variants/try.toml")


def test_check_covers_every_variant(relief: Folder) -> None:
    assert check(relief.path) == []
    _variant(relief, 'do = "drop"\ntable = "fleets"\nkey = "truck"')
    assert [p.file for p in check(relief.path)] == ["variants/try.toml"]


def test_read_variants(relief: Folder) -> None:
    (variant,) = read_variants(relief.path)
    assert (variant.name, variant.title) == ("more-porters", "Twice the porters")


def test_a_variant_may_cut_a_front_off(relief: Folder) -> None:
    """That is a question for the plan, not an error in the files."""
    scenario = load(relief.path, _variant(relief, 'do = "drop"\ntable = "routes"\nkey = "valley-track"'))
    assert list(scenario.tables["routes"].index) == ["hill-road"]
