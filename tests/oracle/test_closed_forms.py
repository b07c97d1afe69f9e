"""Transport, drops and assaults in the engine against closed forms of the trade that are worked out here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.simulate.drafts import Draft, day, orders
from tests.simulate.test_conservation import besieged
from tests.simulate.test_known import airlift, passed, run, stock
from xetho.plan import solve
from xetho.simulate import layout as at_
from xetho.simulate import play


def relay(stages: int, length_km: float, days: int, carriers: float = 1e5, **mode: float) -> Draft:
    """A chain of depots D0 .. Dn on roads of one length, plenty of porters on each, food at D0 only."""
    draft = Draft(days=days)
    draft.add("goods", id="food", name="Food", class_="food")
    cells = {"payload_kg": 25, "km_per_day": 20, "food_kg_per_day": 0.9, "food_good": "food", "availability": 1} | mode
    draft.add("modes", id="porter", name="Porter", medium="land", **cells)
    for i in range(stages + 1):
        kind = "front" if i == stages else "depot"
        draft.add("places", id=f"D{i}", name=f"Depot {i}", lat=20 + i, lon=100, kind=kind, side="blue")
    for i in range(stages):
        draft.add("routes", id=f"r{i}", from_=f"D{i}", to=f"D{i + 1}", length_km=length_km, kind="road", modes="porter",
                  side="blue")  # fmt: skip
    draft.add("fleets", id="porters", mode="porter", side="blue", count=carriers)
    draft.add("supply", id="food", place="D0", good="food", initial_t=1000)
    draft.add("demand", id="use", place=f"D{stages}", good="food", total_t=0.001, until=day(days - 1))
    return draft


# relay capacity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "speed", "share", "length"), [(25, 20, 1, 30), (200, 25, 0.6, 50), (2500, 120, 0.7, 80)]
)
def test_relay_capacity(payload: float, speed: float, share: float, length: float) -> None:
    """t/day = carriers · payload · availability · (km/day) / (2 · length)."""
    draft = relay(1, length, 12, 40, payload_kg=payload, km_per_day=speed, availability=share, food_kg_per_day=0)
    expected = 40 * payload / 1000 * share * speed / (2 * length)
    np.testing.assert_allclose(passed(run(draft, 1000.0)), 12 * expected, rtol=1e-5)


# carriers that eat their load ---------------------------------------------------------------------------------------

REACH_KM = 25 / (0.9 * (1 / 20 + 1 / 20))  # 278 km: payload over what is eaten on a kilometre out and back


@pytest.mark.parametrize("length", [50.0, 140.0, REACH_KM, 400.0])
def test_carriers_eat_the_share_of_their_load_that_distance_is_of_their_reach(length: float) -> None:
    """A round trip eats r (D/u + D/e) of a load P, so eaten / moved = D / Dmax with Dmax = P / (r (1/u + 1/e)).

    A carrier who lived on its own load would deliver 1 − D/Dmax of it and nothing from Dmax on; fed by the depot it
    loads at, it has eaten a whole load by then.
    """
    record = run(relay(1, length, 10), 5.0)
    moved = passed(record)
    eaten = record.kept[at_.A_EATEN].sum(axis=0)
    np.testing.assert_allclose(moved, 50, rtol=1e-5)
    np.testing.assert_allclose(eaten / moved, length / REACH_KM, rtol=1e-4)


def drawn_at_the_base(stages: int, length_km: float, days: int, tonnes: float) -> float:
    """t/day that leave D0 when `tonnes` a day leave the last stage; checks that nobody goes short and no depot fills.

    Depots begin with what they need until the first cargo is there.
    """
    grow = 1 + length_km / REACH_KM
    draft = relay(stages, length_km, days)
    for i in range(1, stages):
        draft.add("supply", id=f"first{i}", place=f"D{i}", good="food", initial_t=100)
    network = draft.network()
    loads = {f"r{i}": tonnes * grow ** (stages - 1 - i) for i in range(stages)}
    record = play(network, orders(network, lambda route, _p, _g: loads[route]), 3)
    np.testing.assert_allclose(passed(record), days * sum(loads.values()), rtol=1e-5)
    assert record.kept[at_.A_SHORT].max() < 0.01
    travel = max(1, math.ceil(length_km / 20))
    for i in range(1, stages):
        np.testing.assert_allclose(stock(record, f"D{i}"), 100 - travel * loads[f"r{i - 1}"], rtol=1e-3)
    return float(1000 - stock(record, "D0")[0]) / days


@pytest.mark.parametrize("stages", [1, 3, 6])
def test_what_a_relay_draws_grows_geometrically_with_its_stages(stages: int) -> None:
    """A depot that sends on x feeds x · D/Dmax to the crews, so 1 t at the end costs (1 + D/Dmax)^n at the base."""
    assert drawn_at_the_base(stages, 40.0, 30, 2.0) == pytest.approx(2 * (1 + 40 / REACH_KM) ** stages, rel=1e-4)


def test_many_short_stages_approach_the_exponential() -> None:
    """Half the reach in 1, 2, 4 and 8 stages costs (1 + 1/2n)^n, which rises towards e^(1/2) but never passes it."""
    got = [drawn_at_the_base(n, REACH_KM / 2 / n, 30, 2.0) / 2 for n in (1, 2, 4, 8)]
    np.testing.assert_allclose(got, [(1 + 0.5 / n) ** n for n in (1, 2, 4, 8)], rtol=1e-4)
    assert sorted(got) == got and got[-1] < math.exp(0.5)


def test_the_planner_draws_as_much_from_the_base_as_the_closed_form_says() -> None:
    """A plan for 1 t a day after three stages of 40 km loads (1 + g)^2 t at the first depot, g = 40 / 278."""
    draft = relay(3, 40.0, 40)
    draft.change("demand", "use", total_t=30, from_=day(10))
    network = draft.network()
    plan = solve(network, period_days=7)
    assert plan.feasible
    first = [w for w, arc in enumerate(network.way_arc) if network.route_ids[network.arc_route[arc]] == "r0"]
    loaded = float((plan.load[:, first].sum(axis=(1, 2)) * np.diff(plan.bounds)).sum())
    assert loaded == pytest.approx(30 * (1 + 40 / REACH_KM) ** 2, rel=1e-6)


# drops --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("area_km2", "error"), [(0.2, 1.0), (1.5, 1.0), (1.5, 0.4), (6.0, 3.0)])
def test_recovery_of_drops_is_the_share_of_loads_that_fall_inside(area_km2: float, error: float) -> None:
    """200,000 loads thrown at a disc with a circular normal error of `error` x 300 m, beside what is gathered."""
    draft = airlift()
    draft.change("positions", "keep", area_km2=area_km2)
    draft.rows["assumptions"] = [r for r in draft.rows["assumptions"] if r["id"] != "p-drop_error_m_per_m"]
    draft.parameter("drop_error_m_per_m", error)
    record = run(draft, 100.0)
    red = record.network.side_ids.index("red")
    sent, got = record.kept[at_.A_AIR_SENT][red], record.kept[at_.A_AIR_GOT][red]
    gathered = (got / sent * 10 - 1) / 9  # on the last of ten days aircraft land
    miss = np.random.default_rng(1).normal(0, 0.3 * error, (200_000, 2))
    inside = ((miss**2).sum(axis=1) < area_km2 / math.pi).mean()
    np.testing.assert_allclose(gathered, inside, atol=4 * math.sqrt(inside * (1 - inside) / 200_000))


# assaults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [6, 24])
def test_an_assault_by_the_square_law(hours: int) -> None:
    """Small hourly rates: A = A0 cosh(kt) − √(d/a) D0 sinh(kt), and the sums a A² − d D² stay (Lanchester 1916)."""
    attackers, defenders = fight(0.006, 0.01, 1, 0, hours)
    k, t = math.sqrt(0.006 * 0.01), hours
    expected = 1000 * math.cosh(k * t) - math.sqrt(0.01 / 0.006) * 500 * math.sinh(k * t)
    np.testing.assert_allclose(1000 - attackers, 1000 - expected, rtol=0.015)
    kept = 0.006 * attackers**2 - 0.01 * defenders**2
    np.testing.assert_allclose(kept, 0.006 * 1000**2 - 0.01 * 500**2, rtol=2e-3)


def test_an_assault_by_the_linear_law() -> None:
    """a A − d D stays exactly, whatever the step: losses are in the proportion of the rates."""
    attackers, defenders = fight(0.006, 0.01, 1, 1, 24)
    np.testing.assert_allclose((1000 - attackers) / (500 - defenders), 0.01 / 0.006, rtol=1e-4)
    assert (500 - defenders).min() > 40


def fight(attack: float, defend: float, p: float, q: float, hours: int) -> tuple[np.ndarray, np.ndarray]:
    """Attackers (of 1,000) and defenders (of 500) after an assault in which nobody breaks; reference 1,000 men."""
    draft = besieged()
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), attempts=1, hours=hours, commit_share=0.5)  # fmt: skip
    for name, value in {
        "assault_attack_rate": attack, "assault_defend_rate": defend, "assault_p": p, "assault_q": q,
        "attacker_break": 1, "defender_break": 0, "killed_share": 0.4,
    }.items():  # fmt: skip
        draft.parameter(name, value)
    record = run(draft, 0.0)
    hit = record.kept[at_.A_DEAD] + record.kept[at_.A_WOUNDED]
    red = record.network.side_ids.index("red")
    return 1000 - hit[1 - red], 500 - hit[red]
