"""Write docs/reference/cli.md from the command line itself, so that no verb or option goes undocumented."""

from __future__ import annotations

import inspect
import sys
import typing
from pathlib import Path
from typing import Any

import typer

from xetho.cli.verbs import EPILOG, PURPOSE, app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"


def page() -> str:
    """The whole page as text."""
    parts = [
        "# The command line",
        "<!-- Written by `make docs` from src/xetho/cli/verbs.py: change that, not this. -->",
        PURPOSE,
        EPILOG,
        "Answers go to stdout, progress and problems to stderr. The shapes of `--json` are in "
        "[cli-json.md](cli-json.md).",
    ]
    parts += [_verb(name, command) for name, command in commands().items()]
    return "\n\n".join(parts) + "\n"


def commands() -> dict[str, typer.models.CommandInfo]:
    """Every verb by its name; those of a group follow the group's name, as in `runs show`."""
    found = {_name(command): command for command in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        prefix = group.typer_instance.info.name
        found |= {f"{prefix} {_name(command)}": command for command in group.typer_instance.registered_commands}
    return found


def _name(command: typer.models.CommandInfo) -> str:
    assert command.callback is not None
    return command.name or command.callback.__name__.replace("_", "-")


def _verb(name: str, command: typer.models.CommandInfo) -> str:
    function = command.callback
    assert function is not None
    rows = [_row(*parameter) for parameter in parameters(function)]
    arguments = [row[0].strip("`") for row in rows if not row[0].startswith("`--")]
    lines = [f"## {name}", inspect.getdoc(function) or ""]
    lines.append(f"    xetho {' '.join([name, *arguments])} [OPTIONS]")
    table = ["| argument or option | what | default |", "|---|---|---|"]
    table += [f"| {what} | {words} | {default} |" for what, words, default in rows]
    lines.append("\n".join(table))
    if command.epilog:
        lines.append("\n".join(f"    {line.strip()}" for line in _example(command.epilog)))
    return "\n\n".join(lines)


def _example(epilog: str) -> list[str]:
    return epilog.removeprefix("Example: ").split("; ")


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """Name, Typer's description and default of every parameter of a verb."""
    hints = typing.get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        info = typing.get_args(hints[name])[-1]
        found.append((name, info, parameter.default))
    return found


def _row(name: str, info: Any, default: Any) -> tuple[str, str, str]:
    words = (info.help or "").replace("|", "\\|")
    if isinstance(info, typer.models.ArgumentInfo):
        return f"`{info.metavar or name.upper()}`", words, "required"
    # Inside Annotated, Typer reads the first name of an option as its default until the app runs.
    names = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
    flag = next(text for text in names if text.startswith("--"))
    shown = f"`{flag}`" if default is False or default is True else f"`{flag} {info.metavar}`"
    if default is None or default is False:
        return shown, words, ""
    return shown, words, f"`{default}`"


def main() -> None:
    """Write the page; say where."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
