"""Write the outputs shown in README.md again: run each command under a `<!-- first N lines -->` mark and store them.

Usage: python tools/write_readme_output.py
"""

from __future__ import annotations

import re
import shlex
import tempfile
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner

from xetho.cli import app

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"<!-- first (\d+) lines -->\n```console\n\$ ([^\n]*)\n.*?```\n", flags=re.S)


def shown(lines: int, command: str) -> str:
    """The first lines that a command prints."""
    words = shlex.split(command, comments=True)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        result = CliRunner().invoke(app, words[1:])
    if result.exit_code != 0:
        raise SystemExit(f"{command}: {result.output}")
    return "\n".join(line.rstrip() for line in result.stdout.splitlines()[:lines])


def again(found: re.Match[str]) -> str:
    """A block with its output as it is now."""
    count, command = int(found.group(1)), found.group(2)
    return f"<!-- first {count} lines -->\n```console\n$ {command}\n{shown(count, command)}\n```\n"


if __name__ == "__main__":
    README.write_text(BLOCK.sub(again, README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    print(README.name)
