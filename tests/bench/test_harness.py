"""The harness: registration, children, ratios, left-out contenders, fits, and the results that are kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fit, machine, run, show
from benchmarks.registry import Case, Contender, Curve, Point, Registry, collect

HERE = "tests.bench.fake"
OURS = Contender("ours", f"{HERE}:Job", ("numpy",))
SLOW = Contender("slow", f"{HERE}:Slow", threads=False)
RESULTS = Path(run.__file__).with_name("results")


def case(*rivals: Contender) -> Case:
    sizes = {"short": {"busy_s": 0.004, "number": 7}}
    return Case("spells", "Spells", "spell", sizes, OURS, rivals, {"slow": 2.0}, f"{HERE}:compare")


def measure(*rivals: Contender) -> dict:
    return run.run_case(case(*rivals), ["short"], [r.name for r in rivals], 2, 0.05, lambda text: None)


def test_every_file_registers_and_names_are_taken_once() -> None:
    registry = collect()
    assert "transport" in registry.cases
    assert {"growth-runs", "growth-places", "growth-routes", "growth-days", "growth-threads"} <= set(registry.curves)
    for curve in registry.curves.values():
        xs = [p.x for p in curve.points]
        assert max(xs) >= 10 * min(xs), f"{curve.name} is less than a decade"
    with pytest.raises(ValueError, match="transport already"):
        registry.case(registry.cases["transport"])
    with pytest.raises(ValueError, match="growth already"):
        Registry().curve(Curve("growth", "", "", OURS, ()))


def test_ratios_and_agreement() -> None:
    record = measure(Contender("same", OURS.entry), SLOW)
    ours, same, slow = record["entries"]
    assert ours["cpu_s_per_unit"] == pytest.approx(0.004, rel=0.1)
    assert slow["ratio_cpu"] == pytest.approx(3.0, rel=0.1)
    assert slow["ratio_wall"] > 0
    assert (same["threads"], slow["threads"]) == (2, 1)
    assert same["agreement"]["problems"] == [] and slow["agreement"]["problems"] == ["another number"]
    assert ours["units"] > 1, "a short unit is repeated"
    assert len(ours["runs"]) == 3 and all("load_average" in r for r in ours["runs"])
    assert record["machine"]["versions"]["numpy"] == np.__version__
    assert record["machine"]["cores"] >= 1 and record["machine"]["cpu"]
    (table,) = show.case_tables(record)
    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == ["ours", "same", "slow"] and cells[-1][2] == "NO: another number"


def test_who_cannot_run_is_left_out_and_said() -> None:
    record = measure(Contender("absent", OURS.entry, ("no-such-package",)), Contender("broken", f"{HERE}:broken"))
    assert [e["contender"] for e in record["entries"]] == ["ours"]
    assert record["left_out"] == [
        "absent at short: no-such-package not installed", "broken at short: ValueError: no such depot",
    ]  # fmt: skip


def test_a_curve_is_fitted() -> None:
    points = tuple(Point(n, {"busy_s": 0.003, "number": 0}, n) for n in (1, 3, 10))
    done = run.run_curve(Curve("growth-spells", "", "spells", OURS, points), lambda text: None)
    assert done["exponent_cpu"] == pytest.approx(1.0, abs=0.05)
    assert done["linear"]
    assert len(done["cpu_s"]) == 3


def test_fits_of_known_curves() -> None:
    x = [1.0, 2.0, 5.0, 10.0]
    assert fit.exponent(x, [3.0 * v**1.5 for v in x]) == pytest.approx(1.5)
    assert fit.off_line(x, [2.0 + 0.5 * v for v in x]) == pytest.approx(0.0, abs=1e-12)
    assert fit.off_line(x, [v**2 for v in x]) > fit.LINEAR_WITHIN
    assert fit.off_line(x, [v - 0.5 for v in x]) > 0.1, "a line may not start below nothing"


def test_records_are_written_beside_and_renamed(tmp_path: Path) -> None:
    run.save({"format": run.FORMAT}, tmp_path / "new" / "spells.json")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["spells.json"]


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_kept_results_tell_where_they_were_measured_and_agree(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["format"] == run.FORMAT
    assert {"cpu", "cores", "versions", "load_average", "measured"} <= set(record["machine"])
    for entry in record.get("entries", []):
        assert not entry.get("agreement", {}).get("problems")


def test_the_machine_says_nothing_of_packages_that_are_not_there() -> None:
    assert set(machine.describe(["numpy", "no-such-package"])["versions"]) == {"numpy"}
