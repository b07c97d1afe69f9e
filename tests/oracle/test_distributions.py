"""What each process of chance draws, through campaigns that hold nothing else, against the law it is said to follow.

Chi-square for counts, Kolmogorov and Smirnov for amounts; sizes stand in each test, seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.oracle.chance import LEAST, fits_counts, fits_lognormal, unrelated
from tests.simulate.drafts import Draft, day, road
from tests.simulate.test_conservation import besieged
from tests.simulate.test_known import PORTERS_T, airlift, passed, run, stock
from tests.simulate.test_streams import poisson
from xetho.results.runs import label
from xetho.simulate import Record, streams
from xetho.simulate import layout as at_

F = np.ndarray
RUNS = 20_000


# from uniforms to quantities ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.001, 0.05, 0.7, 4.2, 13.0, 30.0])
def test_poisson_is_the_quantile_function_of_scipy(mean: float) -> None:
    u = streams.uniforms(np.uint64(1), streams.STRIKE, 0, 3000, streams.entity("u"))
    u = u[np.abs(stats.poisson.cdf(stats.poisson.ppf(u, mean) - [[0], [1]], mean) - u).min(axis=0) > 1e-6]
    assert len(u) > 2900  # the others are within single precision of a step
    np.testing.assert_array_equal(poisson(u, mean), stats.poisson.ppf(u, mean))


@pytest.mark.parametrize("mean", [30.5, 60.0, 400.0])
def test_a_large_poisson_is_within_one_of_it(mean: float) -> None:
    """Beyond 30 the rounded normal quantile: within 1 of the exact count between the 1 and 99 percent points."""
    u = np.linspace(0.01, 0.99, 2001)
    off = poisson(u, mean) - stats.poisson.ppf(u, mean)
    assert abs(off).max() <= 1 and abs(off.mean()) < 0.3


def test_normal_and_lognormal_samples() -> None:
    """20,000 draws each, by Kolmogorov and Smirnov."""
    u = streams.uniforms(np.uint64(2), streams.ASSAULT, 0, RUNS, streams.entity("u"))
    assert stats.kstest([streams.normal(np.float32(x)) for x in u], "norm").pvalue > LEAST
    for cv in (0.05, 0.4, 2.0):
        drawn = np.array([streams.lognormal(np.float32(x), np.float32(cv)) for x in u])
        assert fits_lognormal(drawn, cv) > LEAST
        assert drawn.mean() == pytest.approx(1, abs=4 * cv / math.sqrt(RUNS))


# weather ------------------------------------------------------------------------------------------------------------


def foul_days(p: float, r: float, days: int = 60, runs: int = 2000) -> F:
    """Which days but the last were foul (runs x days - 1): nothing can be loaded on them."""
    draft = road(days=days, foul_factor=0)
    draft.change("demand", "use", total_t=0.0001)
    for month in (3, 4, 5):
        draft.add("weather", id=f"m{month}", month=month, p_foul=p, persistence=r)
    there = label(run(draft, runs=runs)).daily["front_stock_t"].isel(side=0, good=0).to_numpy()
    return np.diff(there, axis=1) < 0.5 * PORTERS_T


@pytest.mark.parametrize(("p", "r"), [(0.3, 0.7), (0.5, 0.5), (0.2, 0.05)])
def test_weather_is_the_two_state_chain(p: float, r: float) -> None:
    """2,000 runs of 60 days: its share on each day, both transitions, no longer memory, geometric spells."""
    foul = foul_days(p, r)
    runs, days = foul.shape
    ps = [stats.binomtest(int(foul[:, d].sum()), runs, p).pvalue for d in range(days)]
    assert min(ps) > LEAST
    after_fair = p * (1 - r) / (1 - p)
    for before, chance in ((True, r), (False, after_fair)):
        followed = foul[:, 1:][foul[:, :-1] == before]
        assert stats.binomtest(int(followed.sum()), followed.size, chance).pvalue > LEAST
    # the day before yesterday tells nothing more
    yesterday, today, older = foul[:, 1:-1], foul[:, 2:], foul[:, :-2]
    for before in (True, False):
        table = [[((yesterday == before) & (older == o) & (today == t)).sum() for t in (0, 1)] for o in (0, 1)]
        assert stats.chi2_contingency(table).pvalue > LEAST
    # spells that begin after the first day and before the 31st, cut at 20 days
    begin = np.argwhere(~foul[:, :30] & foul[:, 1:31])
    length = [next((n for n in range(1, 20) if not foul[i, d + 1 + n]), 20) for i, d in begin]
    assert fits_counts(np.array(length), _Cut(stats.geom(1 - r), 20)) > LEAST


class _Cut:
    """A discrete law whose upper tail is put on `top`."""

    def __init__(self, law: object, top: int) -> None:
        self.law, self.top = law, top

    def ppf(self, u: F) -> F:
        return np.minimum(self.law.ppf(u), self.top)  # type: ignore[attr-defined]

    def cdf(self, k: F) -> F:
        return np.where(np.asarray(k) >= self.top, 1.0, self.law.cdf(k))  # type: ignore[attr-defined]


def test_the_weather_of_two_zones_is_drawn_apart() -> None:
    """60 days x 2,000 runs of a road in each of two zones with the same climate and no memory."""
    draft = road(days=60, foul_factor=0)
    for name in ("BASE", "FRONT"):
        draft.change("places", name, zone="hills")
    for zone in ("hills", "coast"):
        for month in (3, 4, 5):
            draft.add("weather", id=f"{zone}{month}", zone=zone, month=month, p_foul=0.4)
    draft.add("places", id="PORT", name="Port", lat=19, lon=100, kind="depot", side="blue", zone="coast")
    draft.add("places", id="CAPE", name="Cape", lat=19.2, lon=100, kind="front", side="blue", zone="coast")
    draft.add("routes", id="shore", from_="PORT", to="CAPE", length_km=20, kind="road", modes="cart", side="blue")
    draft.add("modes", id="cart", name="Cart", medium="land", payload_kg=250, km_per_day=20, food_kg_per_day=0,
              availability=1, foul_factor=0)  # fmt: skip
    draft.add("fleets", id="carts", mode="cart", side="blue", count=100)
    draft.add("supply", id="food-port", place="PORT", good="food", initial_t=1000)
    draft.change("demand", "use", total_t=0.0001)
    runs = label(run(draft, 20.0, runs=2000)).daily["front_stock_t"].isel(side=0, good=0).to_numpy()
    came = np.round(np.diff(runs, axis=1) / PORTERS_T).astype(int)  # 1 from the hills, 10 from the coast
    assert set(np.unique(came)) == {0, 1, 10, 11}
    hills, coast = came % 10 == 0, came < 10
    assert stats.binomtest(int(coast.sum()), coast.size, 0.4).pvalue > LEAST
    table = [[int(((hills == a) & (coast == b)).sum()) for b in (0, 1)] for a in (0, 1)]
    assert stats.chi2_contingency(table).pvalue > LEAST


# strikes --------------------------------------------------------------------------------------------------------------


def struck(days: int = 30, **threat: float) -> Draft:
    draft = road(days=days)
    draft.change("routes", "road", mend_crew=1e6)
    cells = {"mend_mean_mandays": 1} | threat
    draft.add("threats", id="bombs", name="Bombs", kind="bombing", targets="road", **cells)
    return draft


@pytest.mark.parametrize(("days", "effort"), [(30, 0.1), (30, 1.3), (2, 12.0)])
def test_cuts_are_poisson(days: int, effort: float) -> None:
    """20,000 runs; cuts of a campaign are a sum of Poisson counts with a mean of 3, 39 and 24."""
    record = run(struck(days, effort_per_day=effort, cuts_per_effort=1), runs=RUNS)
    assert fits_counts(record.kept[at_.S_STRIKE_CUTS][0], stats.poisson(days * effort)) > LEAST


def test_many_cuts_a_day_are_the_rounded_normal() -> None:
    """20,000 runs of one day with 45 cuts expected: mean, spread and greatest distance from Poisson."""
    draft = struck(2, effort_per_day=45, cuts_per_effort=1)
    draft.change("threats", "bombs", until=day(0))
    cuts = run(draft, runs=RUNS).kept[at_.S_STRIKE_CUTS][0]
    assert cuts.mean() == pytest.approx(45, abs=4 * math.sqrt(45 / RUNS))
    assert cuts.var() == pytest.approx(45, rel=4 * math.sqrt(2 / RUNS) + 1 / 540)  # rounding adds a twelfth
    k = np.arange(20, 71)
    assert abs(np.searchsorted(np.sort(cuts), k, side="right") / RUNS - stats.poisson.cdf(k, 45)).max() < 0.02


def test_strikes_on_two_roads_are_drawn_apart() -> None:
    draft = struck(effort_per_day=6, cuts_per_effort=1)
    draft.add("routes", id="track", from_="BASE", to="FRONT", length_km=30, kind="track", modes="porter", side="blue")
    draft.change("threats", "bombs", targets="road;track")
    one, two = run(draft, runs=RUNS).kept[at_.S_STRIKE_CUTS]
    for cuts in (one, two):
        assert fits_counts(cuts, stats.poisson(90)) > LEAST
    assert unrelated(one, two) > LEAST


@pytest.mark.parametrize("cv", [0.3, 1.0])
def test_mending_work_of_a_cut_is_lognormal(cv: float) -> None:
    """One day of 20,000 runs: where there was one cut, the share of the day that 1,000 menders needed."""
    draft = struck(2, effort_per_day=0.5, cuts_per_effort=1, mend_mean_mandays=20, mend_cv=cv)
    draft.change("routes", "road", mend_crew=1000)
    draft.change("threats", "bombs", until=day(0))
    record = run(draft, runs=RUNS)
    shut = 2 - passed(record) / PORTERS_T
    one = record.kept[at_.S_STRIKE_CUTS][0] == 1
    assert one.sum() > 5000
    work = shut[one] * 1000 / 20
    assert fits_lognormal(work, cv) > LEAST
    assert work.mean() == pytest.approx(1, abs=4 * cv / math.sqrt(one.sum()))


@pytest.mark.parametrize(("per_effort", "log"), [(0.05, 4.877), (0.4, 32.97)])
def test_carriers_lost_are_poisson(per_effort: float, log: float) -> None:
    """20,000 runs of one day: 100 at work, struck by 1 − exp(−effort · rate)."""
    draft = struck(2, effort_per_day=1, carriers_lost_per_effort=per_effort)
    draft.change("threats", "bombs", until=day(0))
    lost = run(draft, runs=RUNS).kept[at_.S_POOL_LOST][0]
    mean = 100 * (1 - math.exp(-per_effort))
    assert mean == pytest.approx(log, abs=0.005)
    if mean <= 30:
        assert fits_counts(lost, stats.poisson(mean)) > LEAST
    assert lost.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / RUNS))
    assert lost.var() == pytest.approx(mean, rel=4 * math.sqrt(2 / RUNS) + 1 / 12 / mean)


def test_aircraft_lost_to_flak_are_poisson() -> None:
    """20,000 runs of one day's flak: 7.5 sorties, 4 guns, 1 in 15 for each; of ten aircraft no more than ten."""
    draft = airlift()
    draft.add("weapons", id="flak", name="Flak", good="shells", role="flak", rounds_quiet=5)
    draft.add("supply", id="flak-shells", place="FRONT", good="shells", initial_t=50)
    draft.add("forces", id="battery", name="Battery", side="blue", kind="air_defence", place="FRONT", strength=100,
              rations="food:0.001", weapons="flak:4")  # fmt: skip
    draft.add("threats", id="fire", name="Fire", kind="flak", side="blue", targets="bridge", weapons="flak",
              carriers_lost_per_effort=1 / 15, from_=day(3), until=day(3))  # fmt: skip
    record = run(draft, 100.0, runs=RUNS)
    lost = record.kept[at_.S_POOL_LOST][record.network.pool_ids.index("planes")]
    assert fits_counts(lost, _Cut(stats.poisson(2.0), 10)) > LEAST


# assaults -------------------------------------------------------------------------------------------------------------


def attack(hours: int, noise: float, hour: float, defend: float = 0.05) -> tuple[Record, int]:
    """1,000 men of whom each hits 0.05 an hour, on 500 in a position that stands whatever happens."""
    draft = besieged()
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), attempts=1, hours=hours, commit_share=0.5)  # fmt: skip
    for name, value in {
        "assault_attack_rate": 0.05, "assault_defend_rate": defend, "attacker_break": 1, "defender_break": 0,
        "killed_share": 0.4, "assault_noise_cv": noise, "assault_hour_cv": hour,
    }.items():  # fmt: skip
        draft.parameter(name, value)
    record = run(draft, 0.0, runs=RUNS)
    return record, record.network.side_ids.index("red")


def hit(record: Record, side: int) -> F:
    return record.kept[at_.A_DEAD][side] + record.kept[at_.A_WOUNDED][side]


@pytest.mark.parametrize(("noise", "hour"), [(0.4, 0.0), (0.0, 0.4), (0.3, 0.4)])
def test_losses_of_an_hour_have_their_lognormal_factors(noise: float, hour: float) -> None:
    """20,000 attacks of one hour: factors of mean 1 for attack and hour, drawn apart for the two sides."""
    record, red = attack(1, noise, hour)
    cv = math.sqrt((1 + noise**2) * (1 + hour**2) - 1)
    on_defenders, on_attackers = hit(record, red) / 50, hit(record, 1 - red) / 25
    for factor in (on_defenders, on_attackers):
        assert fits_lognormal(factor, cv) > LEAST
        assert factor.mean() == pytest.approx(1, abs=4 * cv / math.sqrt(RUNS))
    assert unrelated(on_defenders, on_attackers) > LEAST


@pytest.mark.parametrize(("noise", "hour"), [(0.3, 0.0), (0.0, 0.3)])
def test_an_attack_has_one_factor_and_each_hour_its_own(noise: float, hour: float) -> None:
    """4 hours of attackers whom nobody hits: the sum of their hits varies by the attack's factor or by the hours'."""
    record, red = attack(4, noise, hour, defend=0)
    total = hit(record, red) / 200
    spread = noise if noise else hour / math.sqrt(4)
    assert total.mean() == pytest.approx(1, abs=4 * spread / math.sqrt(RUNS))
    assert total.std() == pytest.approx(spread, rel=0.04)


def test_a_counter_attack_has_its_lognormal_factor() -> None:
    """20,000 runs: half the reserve against the 1,000 who took the position; no one hits the reserve."""
    draft = besieged()
    draft.change("positions", "keep", core="no")
    draft.add("positions", id="heart", name="Heart", place="HILL", camp="camp", supply_place="HILL", side="red",
              attacker="blue", core="yes")  # fmt: skip
    draft.add("operations", id="take", name="Take", side="blue", kind="assault", target="keep", forces="army",
              not_before=day(3), attempts=1, hours=1, commit_share=0.5)  # fmt: skip
    draft.add("operations", id="back", name="Back", side="red", kind="counter_attack", target="keep",
              not_before=day(4), attempts=1, hours=1, commit_share=0.5)  # fmt: skip
    for name, value in {
        "assault_attack_rate": 0.05, "assault_defend_rate": 0, "attacker_break": 1, "defender_break": 0.99,
        "occupy_share": 1, "captured_share": 0, "assault_noise_cv": 0.3, "killed_share": 0.4,
    }.items():  # fmt: skip
        draft.parameter(name, value)
    record = run(draft, 0.0, runs=RUNS)
    red = record.network.side_ids.index("red")
    fallen = record.kept[at_.S_POS_FELL][record.network.battle.position_ids.index("keep")] > 0
    assert fallen.mean() > 0.999
    reserve = 500 - hit(record, red)[fallen]
    factor = hit(record, 1 - red)[fallen] / (0.05 * 0.5 * reserve)
    assert fits_lognormal(factor, 0.3) > LEAST
    assert unrelated(factor, reserve) > LEAST


# assumptions ----------------------------------------------------------------------------------------------------------

KINDS = {
    "uniform": ((50, "", 150), stats.uniform(50, 100)),
    "triangular": ((50, 70, 150), stats.triang(0.2, 50, 100)),
    "pert": ((50, 70, 150), stats.beta(1.8, 4.2, 50, 100)),
    "beta": ((2, "", 5), stats.beta(2, 5)),
    "normal": ((80, 100, 120), stats.norm(100, 20 / 1.6448536)),
    "lognormal": ((50, 100, 200), stats.lognorm(math.log(2) / 1.6448536, scale=100)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_assumption_reaches_its_campaign_with_its_distribution(kind: str) -> None:
    """20,000 runs: how many porters there are, by what was recorded and by what they carried in 3 days."""
    (low, central, high), law = KINDS[kind]
    draft = road(days=3)
    effect, whole = ("scale", 1) if kind == "beta" else ("set", 100)  # of 100 porters
    draft.add("assumptions", id="porters", name="Porters", target="fleets[porters].count", distribution=kind, low=low,
              central=central, high=high, effect=effect)  # fmt: skip
    record = run(draft, runs=RUNS)
    drawn = record.assumptions["porters"]
    assert stats.kstest(drawn, law.cdf).pvalue > LEAST
    # less than a kilogram a day is not sent
    np.testing.assert_allclose(passed(record), 3 * PORTERS_T * drawn / whole, rtol=1e-4, atol=0.003)


def test_scales_and_additions_are_applied_and_drawn_apart() -> None:
    """Two assumptions: porters times a factor, and stock plus an amount; 20,000 runs, unrelated."""
    draft = road(days=3)
    draft.add("assumptions", id="factor", name="Factor", target="fleets[porters].count", effect="scale",
              distribution="uniform", low=0.5, high=1.5)  # fmt: skip
    draft.add("assumptions", id="more", name="More", target="supply[food-base].initial_t", effect="add",
              distribution="uniform", low=-100, high=100)  # fmt: skip
    record = run(draft, runs=RUNS)
    factor, more = record.assumptions["factor"], record.assumptions["more"]
    np.testing.assert_allclose(passed(record), 3 * PORTERS_T * factor, rtol=1e-4)
    np.testing.assert_allclose(stock(record, "BASE"), 1000 + more - passed(record), rtol=1e-4)
    assert stats.kstest(factor, stats.uniform(0.5, 1).cdf).pvalue > LEAST and unrelated(factor, more) > LEAST
