"""The verb `fit`: the attrition law of assaults held against a battle of record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.markup import escape

from xetho import __version__
from xetho.cli import options as opt
from xetho.cli.console import guarded, out, print_json, progress
from xetho.cli.files import refuse_file, write_csv
from xetho.cli.show import number, table
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.evidence.attrition import Fit, Published
    from xetho.evidence.battles import Battle

EPILOG = (
    "Example: xetho fit --attrition iwo-jima-1945; "
    "xetho fit --attrition DATA.csv --battle ardennes-1944-combat --model bracken --hold p=0..2 --json"
)


@guarded
def fit(
    attrition: Annotated[
        str | None,
        typer.Option("--attrition", metavar="DATA.csv", help="A battle by the day, or the name of a bundled one."),
    ] = None,
    battle: Annotated[
        str | None,
        typer.Option("--battle", metavar="NAME", help="How to read the file: a bundled battle or a TOML file."),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="square, linear, logarithmic, general or bracken; repeatable. All the data can bear when left out.",
        ),
    ] = None,
    holds: Annotated[
        list[str] | None,
        typer.Option("--hold", metavar="NAME=VALUE", help="Hold a, b, p, q or d, or look in LOW..HIGH; repeatable."),
    ] = None,
    csv: opt.CsvOut = None,
    force: opt.Force = False,
    as_json: opt.Json = False,
) -> None:
    """Fit the attrition law that assaults follow to a battle of record, beside what others published."""
    from xetho.evidence.attrition import FitError, models_for, published, residual_rows
    from xetho.evidence.attrition import fit as fit_law
    from xetho.evidence.battles import list_battles, read_battle

    if attrition is None:
        bundled = ", ".join(list_battles())
        raise CampaignError(f"say what to fit: --attrition DATA.csv (bundled ways of reading: {bundled})")
    refuse_file(csv, force)
    wanted, hold = _asked(models or [], holds or [])
    record = read_battle(attrition, battle)
    found: list[Fit] = []
    with progress() as told:
        wanted = wanted or models_for(record)
        for done, model in enumerate(wanted):
            told(f"fitting {model}", done, len(wanted))
            try:
                found.append(fit_law(record, model, hold))
            except FitError as error:
                raise CampaignError(str(error)) from None
    beside = published(record)
    rows = [row for one in found for row in residual_rows(record, one)]
    if csv is not None:
        write_csv(pd.DataFrame(rows), csv)
    if as_json:
        print_json(_shape(record, found, beside, rows))
        return
    _show(record, found, beside)


def _asked(models: list[str], holds: list[str]) -> tuple[list[str], dict[str, tuple[float, float]]]:
    """Models and held parameters as asked. Raises CampaignError with every mistake."""
    from xetho.evidence.attrition import MODELS, PARAMETERS

    problems = [f'--model "{m}" is not one of {", ".join(MODELS)}' for m in models if m not in MODELS]
    hold: dict[str, tuple[float, float]] = {}
    for text in holds:
        name, _, value = text.partition("=")
        low, _, high = value.partition("..")
        try:
            span = (float(low), float(high or low))
        except ValueError:
            span = (1.0, 0.0)
        if name not in PARAMETERS or not -1e300 < span[0] <= span[1] < 1e300:
            problems.append(f'--hold "{text}" is not one of {", ".join(PARAMETERS)} with a number or LOW..HIGH')
        elif name in ("a", "b", "d") and span[0] <= 0:
            problems.append(f'--hold "{text}": {name} is greater than 0')
        hold[name] = span
    if problems:
        raise CampaignError(*problems)
    return list(dict.fromkeys(models)), hold


def _shape(record: Battle, found: list[Fit], beside: list[Published], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "xetho": __version__,
        "verb": "fit",
        "battle": record.name,
        "title": record.title,
        "source": record.source,
        "sides": list(record.names),
        "fitted_to": "strengths" if record.lost is None else "losses",
        "days": len(record.day),
        "fits": [_fit_shape(one) for one in found],
        "published": [_published_shape(one) for one in beside],
        "residuals": rows,
    }


def _fit_shape(one: Fit) -> dict[str, Any]:
    return {
        "model": one.model,
        "parameters": {
            name: {
                "value": value,
                "fitted": name in one.free,
                "standard_error": one.errors.get(name),
                "at_edge": name in one.at_edge,
            }
            for name, value in vars(one.law).items()
        },
        **_merit(one),
    }


def _merit(one: Fit) -> dict[str, Any]:
    return {"points": one.points, "ssr": one.ssr, "rmse": one.rmse, "r2": one.r2}


def _published_shape(one: Published) -> dict[str, Any]:
    return {
        "fit": one.name,
        "source": one.source,
        "confidence": one.confidence,
        "parameters": vars(one.here.law),
        "published": {"ssr": one.ssr, "rmse": one.rmse, "r2": one.r2},
        "here": _merit(one.here),
    }


def _show(record: Battle, found: list[Fit], beside: list[Published]) -> None:
    console = out()
    what = "strengths at the end of each day" if record.lost is None else "losses of each day"
    blue, red = record.names
    console.print(f"[bold]{escape(record.title)}[/]")
    console.print(f"{what} of {blue} (blue) and {red} (red), {len(record.day)} days", markup=False)
    cells = [[one.model, *(_value(one, name) for name in vars(one.law)), *_figures(one)] for one in found]
    columns = ["model", "a", "b", "p", "q", "d", "SSR", "RMSE, men", "R2"]
    console.print(table("Fitted (~ standard error, of a and b in percent)", columns, cells, range(1, 9)))
    for one in found:
        for name in one.at_edge:
            console.print(f"{one.model}: {name} ended on the edge of where it was looked for")
        for name in (name for name, error in one.errors.items() if error != error):
            console.print(f"{one.model}: the record does not settle {name}")
    if beside:
        cells = [
            [escape(one.name), number(one.ssr), *_figures(one.here)[:1], number(one.rmse), *_figures(one.here)[1:2],
             number(one.r2), *_figures(one.here)[2:], one.confidence]
            for one in beside
        ]  # fmt: skip
        columns = ["published", "SSR", "here", "RMSE", "here", "R2", "here", "confidence"]
        console.print(table("Published parameters through the same law", columns, cells, range(1, 7)))


def _value(one: Fit, name: str) -> str:
    value, error = getattr(one.law, name), one.errors.get(name)
    if name not in one.free:
        return f"{value:.4g} held"
    if error is None or error != error:
        return f"{value:.4g}"
    return f"{value:.4g} ~{100 * error:.0f} %" if name in ("a", "b") else f"{value:.3f} ~{error:.2g}"


def _figures(one: Fit) -> list[str]:
    return [f"{one.ssr:.4g}", number(one.rmse), f"{one.r2:.3f}"]
