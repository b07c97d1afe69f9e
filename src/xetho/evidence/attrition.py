"""The attrition law of assaults fitted to battles of record, beside what others have published.

Hits on blue in a day are ``a · red^p · blue^q``, on red ``b · blue^p · red^q``; a tactical factor d multiplies the
losses of the defender and divides those of the attacker (Bracken, Naval Research Logistics 42, 1995). The law itself is
`xetho.simulate.process.attrition.lanchester`, the function that assaults call, at a reference of one man.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from xetho.evidence.battles import SIDES, Battle, published_fits
from xetho.simulate.jit import allocating_kernel
from xetho.simulate.process.attrition import lanchester

F = NDArray[np.float64]
Ranges = Mapping[str, tuple[float, float]]  # where parameters are looked for; low = high holds one
ROUNDS = 24  # a day's fighting is followed by the hour, as in assaults
RATES = ("a", "b")
PARAMETERS = ("a", "b", "p", "q", "d")
# What each model holds; the rest is fitted.
MODELS: dict[str, dict[str, float]] = {
    "square": {"p": 1, "q": 0, "d": 1},
    "linear": {"p": 1, "q": 1, "d": 1},
    "logarithmic": {"p": 0, "q": 1, "d": 1},
    "general": {"d": 1},
    "bracken": {},
}
# Where exponents and factor are looked for unless they are held: wide enough for all published fits (a judgement).
SEARCH = {"p": (-2.0, 6.0), "q": (-2.0, 6.0), "d": (0.5, 2.0)}
_SHARES = (0.005, 0.02, 0.08)  # of the greatest strengths hit in a day, from which a search over strengths begins
_UNFELT = 1e-7  # a parameter with so small a part in the fitted figures has none
_BEST = 4  # starts from which the search goes on


class FitError(ValueError):
    """What was asked cannot be fitted; the message says why."""


@dataclass(frozen=True)
class Law:
    """Parameters of the law; rates a and b per day at a reference of one man."""

    a: float
    b: float
    p: float
    q: float
    d: float


@dataclass(frozen=True)
class Fit:
    """A law beside the record. Arrays are days x sides, NaN where nothing was recorded; losses or strengths in men."""

    model: str
    law: Law
    free: tuple[str, ...]  # parameters that were fitted
    at_edge: tuple[str, ...]  # of them, those that ended on the edge of where they were looked for
    errors: dict[str, float]  # standard errors of the free ones, of a and b as a share; NaN: not settled by the record
    recorded: F
    fitted: F

    @property
    def residual(self) -> F:
        """Recorded less fitted, men."""
        return self.recorded - self.fitted

    @property
    def points(self) -> int:
        """How many figures of record there are."""
        return int(np.isfinite(self.recorded).sum())

    @property
    def ssr(self) -> float:
        """Sum of squared residuals, men squared."""
        return float(np.nansum(self.residual**2))

    @property
    def rmse(self) -> float:
        """Root of the mean squared residual, men."""
        return float(np.sqrt(self.ssr / self.points))

    @property
    def r2(self) -> float:
        """1 − SSR / sum of squares about each side's own mean."""
        sides = [column[np.isfinite(column)] for column in self.recorded.T]
        total = sum(float(((side - side.mean()) ** 2).sum()) for side in sides if len(side))
        return 1.0 - self.ssr / total if total > 0 else np.nan


@dataclass(frozen=True)
class Published:
    """A published fit, and what the same parameters give here."""

    name: str
    source: str
    confidence: str
    ssr: float
    rmse: float
    r2: float
    here: Fit


def models_for(battle: Battle) -> list[str]:
    """Models that the battle's data can tell apart: a tactical factor needs to know who attacked."""
    return [name for name in MODELS if "d" in MODELS[name] or (battle.attacker >= 0).all()]


def predict(battle: Battle, law: Law) -> F:
    """Losses of each day where these are on record, else strengths at the end of each day; days x sides, men."""
    blue, red = _factors(battle, law.d)
    p, q = float(law.p), float(law.q)  # whole numbers would be compiled for anew
    if battle.lost is None:
        start = battle.strength[0]
        return _strengths(start[0], start[1], battle.arrived, blue * law.a, red * law.b, p, q, ROUNDS)
    hit = _unit_hits(battle, p, q)
    return np.stack([blue * law.a * hit[:, 0], red * law.b * hit[:, 1]], axis=1)


def evaluate(battle: Battle, law: Law, model: str = "held") -> Fit:
    """The law as it stands beside the record."""
    return Fit(model, law, (), (), {}, _recorded(battle), predict(battle, law))


def fit(battle: Battle, model: str, hold: Ranges | None = None) -> Fit:
    """Fit a model by least squares over all figures of record.

    Args:
        battle: the record.
        model: a key of `MODELS`.
        hold: for any of p, q, d the range to look in; low = high holds it there. a and b can only be held.

    Raises:
        FitError: the model needs who attacked and the data do not say, or `hold` contradicts the model.
    """
    if model not in models_for(battle):
        raise FitError(f"the model {model} needs to know who attacked on each day: column attacker")
    ranges = {**SEARCH, **(hold or {})}
    for name in RATES:
        low, high = ranges.get(name, (0.0, 0.0))
        if low != high:
            raise FitError(f"{name} can be held at a number, not in a range: it follows from the others")
    for name, value in MODELS[model].items():
        low, high = ranges[name] if name in (hold or {}) else (value, value)
        if not low <= value <= high:
            raise FitError(f"{name} is {value:g} in the model {model}; it cannot be held at {low:g} to {high:g}")
        ranges[name] = (value, value)
    held = {name: low for name, (low, high) in ranges.items() if low == high}
    law = _search_losses(battle, ranges, held) if battle.lost is not None else _search_strengths(battle, ranges, held)
    free = tuple(name for name in PARAMETERS if name not in held)
    edge = tuple(name for name in free if name in SEARCH and _is_edge(getattr(law, name), ranges[name]))
    found = replace(evaluate(battle, law, model), free=free, at_edge=edge)
    return replace(found, errors=_errors(battle, found))


def published(battle: Battle) -> list[Published]:
    """Every published fit to this battle beside what its parameters give through the law of assaults."""
    table = published_fits()
    mine = table[table["battle"] == battle.name].to_dict("records")
    return [
        Published(
            row["fit"], row["source"], row["confidence"], row["ssr"], row["rmse"], row["r2"],
            evaluate(battle, Law(**{name: row[name] for name in PARAMETERS})),
        )
        for row in mine
    ]  # fmt: skip


def residual_rows(battle: Battle, found: Fit) -> list[dict[str, Any]]:
    """One row a figure of record: model, day, side, recorded, fitted, residual."""
    return [
        {
            "model": found.model,
            "day": int(battle.day[i]),
            "side": SIDES[j],
            "recorded": float(found.recorded[i, j]),
            "fitted": float(found.fitted[i, j]),
            "residual": float(found.residual[i, j]),
        }
        for i, j in np.argwhere(np.isfinite(found.recorded))
    ]


def _recorded(battle: Battle) -> F:
    if battle.lost is not None:
        return battle.lost
    after = battle.strength.copy()
    after[0] = np.nan  # the start is given, not foretold
    return after


def _factors(battle: Battle, d: float) -> tuple[F, F]:
    """What the tactical factor makes of the losses of blue and red, by the day."""
    blue = np.where(battle.attacker == 1, d, np.where(battle.attacker == 0, 1 / d, 1.0))
    return blue, 1 / blue


def _unit_hits(battle: Battle, p: float, q: float) -> F:
    """Hits on each side at rates of 1, days x sides."""
    pairs = battle.strength.tolist()
    hits = [(lanchester(1.0, red, blue, 1.0, p, q), lanchester(1.0, blue, red, 1.0, p, q)) for blue, red in pairs]
    return np.array(hits, dtype=np.float64)


@allocating_kernel
def _strengths(blue: float, red: float, arrived: F, a: F, b: F, p: float, q: float, rounds: int) -> F:
    """Strengths at the end of each day by the midpoint rule, arrivals spread over their day; row 0 is the start."""
    out = np.empty(arrived.shape)
    out[0] = blue, red
    step = 1.0 / rounds
    for day in range(1, arrived.shape[0]):
        come_blue, come_red = arrived[day]
        for _ in range(rounds):
            half_blue = blue + step / 2.0 * (come_blue - lanchester(a[day], red, blue, 1.0, p, q))
            half_red = red + step / 2.0 * (come_red - lanchester(b[day], blue, red, 1.0, p, q))
            on_blue = lanchester(a[day], half_red, half_blue, 1.0, p, q)
            on_red = lanchester(b[day], half_blue, half_red, 1.0, p, q)
            # whoever has nobody left in the middle of a round has nobody at its end
            blue = max(0.0, blue + step * (come_blue - on_blue)) if half_blue > 0.0 else 0.0
            red = max(0.0, red + step * (come_red - on_red)) if half_red > 0.0 else 0.0
        out[day] = blue, red
    return out


def _errors(battle: Battle, found: Fit) -> dict[str, float]:
    """Standard errors by the curvature at the optimum: ``s² (JᵀJ)⁻¹`` with s² = SSR / (points − free parameters)."""
    known = np.isfinite(found.recorded)
    columns = []
    for name in found.free:
        value = getattr(found.law, name)
        step = 1e-4 * value if name in RATES else 1e-4
        up, down = (predict(battle, replace(found.law, **{name: value + way * step}))[known] for way in (1, -1))
        columns.append((up - down) / (2 * step) * (value if name in RATES else 1.0))
    if not columns:
        return {}
    jacobian = np.stack(columns, axis=1)
    size = np.sqrt((jacobian**2).sum(axis=0))
    nan = dict.fromkeys(found.free, np.nan)
    felt = [i for i, s in enumerate(size) if s > _UNFELT * size.max()]
    spare = found.points - len(found.free)
    scaled = jacobian[:, felt] / size[felt]
    if spare <= 0 or not felt or np.linalg.cond(scaled) > 1 / _UNFELT:
        return nan
    spread = np.sqrt(np.diag(np.linalg.inv(scaled.T @ scaled)) * found.ssr / spare) / size[felt]
    return {**nan, **{found.free[i]: float(e) for i, e in zip(felt, spread, strict=True)}}


def _is_edge(value: float, span: tuple[float, float]) -> bool:
    return min(value - span[0], span[1] - value) < 1e-3 * (span[1] - span[0])


def _polish(residual: Callable[[F], F], starts: Iterable[F], low: F, high: F) -> F:
    """The best of the local minima that the best of the starts lead to."""
    clipped = [np.clip(x, low, high) for x in starts]
    good = sorted(clipped, key=lambda x: float((residual(x) ** 2).sum()))[:_BEST]
    found = [least_squares(residual, x, bounds=(low, high), x_scale="jac") for x in good]
    return np.asarray(min(found, key=lambda one: one.cost).x)


def _search_losses(battle: Battle, ranges: Ranges, held: Mapping[str, float]) -> Law:
    """Rates follow from exponents and factor by linear least squares, so only those are searched, from a grid on."""
    assert battle.lost is not None
    lost = battle.lost
    shape = [name for name in SEARCH if name not in held]

    def law(x: F) -> Law:
        values = {**held, **dict(zip(shape, x.tolist(), strict=True))}
        unit = predict(battle, Law(1.0, 1.0, values["p"], values["q"], values["d"]))
        rates = (unit * lost).sum(axis=0) / (unit**2).sum(axis=0)
        return Law(**{**dict(zip(RATES, rates.tolist(), strict=True)), **values})

    def residual(x: F) -> F:
        return (predict(battle, law(x)) - lost).ravel()

    if not shape:
        return law(np.empty(0))
    axes = [np.linspace(*ranges[name], 9) for name in shape]
    grid = [np.array(x) for x in itertools.product(*axes)]
    low, high = (np.array([ranges[name][end] for name in shape]) for end in (0, 1))
    return law(_polish(residual, grid, low, high))


def _search_strengths(battle: Battle, ranges: Ranges, held: Mapping[str, float]) -> Law:
    """Rates are searched as shares hit in a day at the greatest strengths, which keeps them of one size."""
    recorded = _recorded(battle)
    known = np.isfinite(recorded)
    top = np.nanmax(battle.strength, axis=0)
    names = [name for name in ("a", "b", *SEARCH) if name not in held]

    def law(x: F) -> Law:
        values = {**held, **dict(zip(names, x.tolist(), strict=True))}
        p, q = values["p"], values["q"]
        for name, firing, target in (("a", top[1], top[0]), ("b", top[0], top[1])):
            if name not in held:
                values[name] = float(np.exp(values[name]) * target / lanchester(1.0, firing, target, 1.0, p, q))
        return Law(**values)

    def residual(x: F) -> F:
        return np.asarray((predict(battle, law(x)) - recorded)[known])

    if not names:
        return law(np.empty(0))
    low, high = (np.array([ranges[n][end] if n in SEARCH else (-20.0, 3.0)[end] for n in names]) for end in (0, 1))
    rates = [np.log(_SHARES) for name in ("a", "b") if name in names]
    laws = [(m["p"], m["q"], 1.0) for m in MODELS.values() if "p" in m]
    starts = [
        np.array([*shares, *(value for name, value in zip(SEARCH, one, strict=True) if name in names)])
        for shares in itertools.product(*rates)
        for one in (laws if set(names) & {"p", "q"} else laws[:1])
    ]
    return law(_polish(residual, starts, low, high))
