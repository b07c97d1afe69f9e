"""The charts of a report: which outputs are drawn, for whom, with which claims on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr
from markupsafe import Markup

from xetho.report.camp import camp_name, there_at_all
from xetho.report.charts import Band, Claimed, Range, bands_over_time, histogram, ranges_in_rows
from xetho.report.inputs import ReportInput
from xetho.report.words import number, percent
from xetho.scenario.metrics import outputs

Floats = npt.NDArray[np.float64]
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Figure:
    """A chart with its caption; ``sides`` are those drawn, ``claims`` whether records are on it."""

    title: str
    caption: str
    drawing: Markup
    sides: list[int]
    claims: bool


@dataclass(frozen=True)
class Wanted:
    """A daily output to draw: its words, and the total whose claims belong on its last day.

    ``until_fall``: the number is about men who hold out, so for the holder of a camp a play counts only until
    the camp falls in it.
    """

    output: str
    title: str
    caption: str
    total: str = ""
    until_fall: bool = False


BY_SIDE = (
    Wanted("fit_men", "Strength", "Fit men in the campaign."),
    Wanted("dead_to_date", "Dead", "Killed and died of wounds, to date.", "dead"),
    Wanted("wounded_in_care", "Wounded in care", "Wounded under treatment on the day, not all wounded."),
    Wanted(
        "rations_met", "Rations met at the front", "Share of the day's rations that was there to eat.", until_fall=True
    ),
    Wanted("morale", "Cohesion", "100 % is fresh; below its limit a camp gives up.", until_fall=True),
    Wanted("trench_share", "Trenches", "Share of the planned trenches dug."),
)
AIR = (
    Wanted("air_sent_t_per_day", "Sent by air", "Cargo that left the airfields."),
    Wanted("air_received_t_per_day", "Received from the air", "Cargo gathered by those it was meant for."),
    Wanted("drop_height_m", "Height of drops", "Height from which aircraft dropped; 0 when none did."),
)
BY_CAMP = (
    Wanted("area_km2", "Ground held", "Ground on which drops can be gathered."),
    Wanted("positions_held", "Positions held", "Strongpoints still in the garrison's hands."),
)


def over_time(report: ReportInput) -> list[Figure]:
    """Charts over time of what changed in this scenario: front stocks, men, air, ground."""
    figures = front_stocks(report)
    for wanted in (*BY_SIDE, *AIR):
        figures += _by_side(report, wanted)
    for wanted in BY_CAMP:
        figures += _by_camp(report, wanted)
    return figures


def tone_of(report: ReportInput, side: str) -> int | None:
    """Number of a side's colour, None when nobody's."""
    ids = [s.id for s in report.scenario.sides]
    return ids.index(side) if side in ids else None


def daily_bands(values: xr.DataArray) -> Floats:
    """5, 50 and 95 % points by day over the traced runs (3 × D)."""
    runs = np.asarray(values.transpose(..., "day"), dtype=float).reshape(-1, values.sizes["day"])
    seen = np.isfinite(runs).any(axis=0)
    bands = np.full((3, runs.shape[1]), np.nan)
    if seen.any():
        # the nan-aware form is some fifty times slower, and seldom needed
        whole = np.isfinite(runs).all(axis=0)
        bands[:, whole] = np.quantile(runs[:, whole], QUANTILES, axis=0)
        bands[:, seen & ~whole] = np.nanquantile(runs[:, seen & ~whole], QUANTILES, axis=0)
    return bands


def standing(report: ReportInput, side: str, values: xr.DataArray) -> tuple[xr.DataArray, bool]:
    """The plays of a camp's holder until the day of its fall, and whether the line ends before the last day.

    The line ends when the camp has fallen in half of the plays: what is left after that are the plays that went
    otherwise. Series of a side that holds no camp stay as they are.
    """
    positions = report.scenario.tables["positions"]
    camps = list(dict.fromkeys(positions.loc[positions["side"] == side, "camp"])) if len(positions) else []
    if not camps or "camp_fall_date" not in report.runs.summary:
        return values, False
    falls = report.runs.summary["camp_fall_date"].sel(camp=camps[0]).isel(run=slice(values.sizes["run"]))
    day = np.floor(np.nan_to_num(np.asarray(falls, dtype=float), nan=np.inf))
    left = np.arange(values.sizes["day"])[None, :] < day[:, None]
    left &= left.mean(axis=0) > 0.5
    runs = values.transpose("run", "day")
    return runs.where(xr.DataArray(left, dims=("run", "day"))), not bool(left[:, -1].any())


def _unit(name: str) -> str:
    return outputs()[name].unit.replace("km2", "km²")


def claims_on(report: ReportInput, output: str, keys: tuple[str, ...], total: str = "") -> list[Claimed]:
    """Recorded values to draw over a daily output; those of the campaign's total stand at the last day drawn."""
    found = []
    for term, row in report.spoken:
        if tuple(term.keys) != keys:
            continue
        if term.name == output and term.first is not None and term.last is not None:
            if term.how == "sum":
                continue  # a sum over days is not on the scale of a day
            first, last = report.scenario.day(term.first), report.scenario.day(term.last)
        elif total and term.name == total:
            first = last = last_day(report)
        else:
            continue
        who = str(row["says"])
        words = str(row["quantity"]) + (f" ({side_name(report, who)})" if who else "")
        found.append(Claimed(words, tone_of(report, who), first, last, float(row["low"]), float(row["high"])))
    return found


def side_name(report: ReportInput, side: str) -> str:
    """Name of a side, the word itself when it is no side."""
    return next((s.name for s in report.scenario.sides if s.id == side), side)


def last_day(report: ReportInput) -> int:
    """The last day drawn: that on which half of the plays are over, or the scenario's last.

    A play that is over keeps the numbers it ended with, which past this day would be most of what is drawn.
    """
    last = report.scenario.days - 1
    camp = camp_name(report)
    if not camp or "camp_fall_date" not in report.runs.summary:
        return last
    falls = np.asarray(report.runs.summary["camp_fall_date"].sel(camp=camp), dtype=float)
    over = np.nan_to_num(falls, nan=np.inf) + float(report.scenario.outcome.get("days_after", 0))
    half = float(np.quantile(over, 0.5, method="higher"))
    return min(last, int(half) + 1) if np.isfinite(half) else last


def _moves(bands: Floats) -> bool:
    return bool(np.isfinite(bands).any() and np.nanmax(np.abs(bands)) > 0)


def _by_side(report: ReportInput, wanted: Wanted) -> list[Figure]:
    if wanted.output not in report.runs.daily:
        return []
    values = report.runs.daily[wanted.output]
    known = [str(s) for s in values["side"].to_numpy()]
    bands, claims = [], []
    caption = wanted.caption
    for tone, side in enumerate(report.scenario.sides):
        if side.id not in known:
            continue
        plays = values.isel(side=known.index(side.id))
        ended = False
        if wanted.until_fall:
            plays, ended = standing(report, side.id, plays)
        points = daily_bands(plays)
        if _moves(points):
            bands.append(Band(side.short, tone, points))
            claims += claims_on(report, wanted.output, (side.id,), wanted.total)
            caption += f" The line of {side.name} ends when the camp has fallen in half of the plays." if ended else ""
    told = replace(wanted, caption=caption)
    return _figure(report, told, bands, claims, [b.tone for b in bands])


def _by_camp(report: ReportInput, wanted: Wanted) -> list[Figure]:
    if wanted.output not in report.runs.daily:
        return []
    values = report.runs.daily[wanted.output]
    positions = report.scenario.tables["positions"]
    figures = []
    for camp in (str(c) for c in values["camp"].to_numpy()):
        points = daily_bands(values.sel(camp=camp))
        if not _moves(points):
            continue
        holder = positions.loc[positions["camp"] == camp, "side"]
        tone = tone_of(report, str(holder.iloc[0])) if len(holder) else None
        title = wanted.title if values.sizes["camp"] == 1 else f"{wanted.title}: {camp}"
        named = Wanted(wanted.output, title, wanted.caption)
        band = Band(title, tone or 0, points)
        figures += _figure(report, named, [band], claims_on(report, wanted.output, (camp,)), [tone or 0])
    return figures


def front_stocks(report: ReportInput) -> list[Figure]:
    """One chart per side and class of supply at its front."""
    if "front_stock_t" not in report.runs.daily:
        return []
    values = report.runs.daily["front_stock_t"]
    goods = report.scenario.tables["goods"]
    known = [str(g) for g in values["good"].to_numpy()]
    figures = []
    for cls in dict.fromkeys(goods["class"]):
        members = [known.index(g) for g in goods.index[goods["class"] == cls] if g in known]
        bands, claims = [], []
        for tone, side in enumerate(report.scenario.sides):
            points = daily_bands(values.sel(side=side.id).isel(good=members).sum("good", min_count=1))
            if _moves(points):
                bands.append(Band(side.short, tone, points))
                if len(members) == 1:
                    claims += claims_on(report, "front_stock_t", (side.id, known[members[0]]))
        names = ", ".join(str(n) for n in goods.loc[goods["class"] == cls, "name"])
        wanted = Wanted("front_stock_t", f"Stock at the front: {cls}", f"{names}.")
        figures += _figure(report, wanted, bands, claims, [b.tone for b in bands])
    return figures


def _figure(
    report: ReportInput, wanted: Wanted, bands: list[Band], claims: list[Claimed], sides: list[int]
) -> list[Figure]:
    if not bands:
        return []
    unit = _unit(wanted.output)
    end = last_day(report)
    bands = [replace(b, values=b.values[:, : end + 1]) for b in bands]
    claims = [c for c in claims if c.first <= end]
    ends = "; ".join(f"{b.name}: median {_last(b, unit)} on the last day drawn" for b in bands)
    drawing = bands_over_time(
        bands, claims, report.scenario.start, unit, f"{wanted.title} by day. {ends}", unit == "share"
    )
    return [Figure(wanted.title, wanted.caption, drawing, sides, bool(claims))]


def _last(band: Band, unit: str) -> str:
    seen = band.values[1][np.isfinite(band.values[1])]
    if not len(seen):
        return "none"
    return percent(float(seen[-1])) if unit == "share" else f"{number(float(seen[-1]))} {unit}"


def recorded_dates(report: ReportInput, output: str, key: str) -> list[tuple[str, float, float]]:
    """Recorded dates (who says so, first, last) of one thing; open ends are closed to a day."""
    found = []
    for term, row in report.spoken:
        if term.name == output and tuple(term.keys) == (key,):
            low, high = float(row["low"]), float(row["high"])
            low, high = (high if np.isnan(low) else low), (low if np.isnan(high) else high)
            if np.isfinite(low):
                found.append((side_name(report, str(row["says"])), low, high))
    return found


def position_rows(report: ReportInput) -> list[tuple[str, Range, float]]:
    """Per position, in order of fall: key, simulated against recorded, share of runs in which it fell."""
    positions = there_at_all(report)
    if not len(positions) or "position_fall_date" not in report.runs.summary:
        return []
    values = report.runs.summary["position_fall_date"]
    rows = []
    for key, position in positions.iterrows():
        falls = np.asarray(values.sel(position=str(key)), dtype=float)
        happened = falls[np.isfinite(falls)]
        share = len(happened) / len(falls) if len(falls) else 0.0
        low, middle, high = np.quantile(happened, QUANTILES) if len(happened) else (np.nan,) * 3
        recorded = tuple(recorded_dates(report, "position_fall_date", str(key)))
        tone = tone_of(report, str(position["side"])) or 0
        note = f"falls in {percent(share)} of runs"
        points = (float(low), float(middle), float(high))
        rows.append((str(key), Range(str(position["name"]), tone, points, recorded, note), share))
    return sorted(rows, key=lambda r: (np.isnan(r[1].points[1]), r[1].points[1]))


def position_chart(report: ReportInput) -> Markup:
    """Simulated dates of fall against the recorded ones, a row a position."""
    rows = [r for _, r, _ in position_rows(report)]
    return ranges_in_rows(rows, report.scenario.start, "When each position fell: simulated against recorded")


def camp_histogram(report: ReportInput, camp: str) -> Markup:
    """Distribution of the camp's fall with the recorded date."""
    if not camp or "camp_fall_date" not in report.runs.summary:
        return Markup("")
    falls = np.asarray(report.runs.summary["camp_fall_date"].sel(camp=camp), dtype=float)
    positions = report.scenario.tables["positions"]
    attacker = positions.loc[positions["camp"] == camp, "attacker"]
    tone = tone_of(report, str(attacker.iloc[0])) if len(attacker) else 0
    recorded = recorded_dates(report, "camp_fall_date", camp)
    return histogram(falls, recorded, report.scenario.start, tone or 0, "When the camp falls: share of runs by date")
