"""Arguments and options that verbs share, so that one name means one thing everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name of a bundled scenario (see `xetho list`) or a folder.")
]
Variant = Annotated[
    str | None, typer.Option("--variant", metavar="NAME", help="Apply a named what-if of the scenario.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TABLE[KEY].COLUMN=VALUE",
        help="Change one number; repeatable. Key * is every row.",
    ),
]
Runs = Annotated[int, typer.Option("--runs", metavar="N", help="Campaigns to play.")]
VariantRuns = Annotated[
    int,
    typer.Option("--variant-runs", metavar="N", help="Campaigns of each variant, paired with the base."),
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Same seed, same campaigns, on any number of threads.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="At most so many threads (one for each core).")
]
Block = Annotated[
    int | None,
    typer.Option("--block", metavar="N", help="Campaigns given to a core at once; changes the speed only."),
]
Device = Annotated[str, typer.Option("--device", metavar="cpu|cuda", help="Play on the cores or on a GPU.")]
CutsFile = Annotated[
    Path | None,
    typer.Option("--interdict", metavar="FILE.json", help="Play the cuts that `xetho interdict` or `protect` wrote."),
]
GuardsFile = Annotated[
    Path | None, typer.Option("--protect", metavar="FILE.json", help="Play the guards that `xetho protect` wrote.")
]
ToProtect = Annotated[
    int | None,
    typer.Option("--protect", metavar="K", help="Tell which K routes to guard against K cuts; 0 leaves that out."),
]
Surprise = Annotated[bool, typer.Option("--surprise", help="The plan does not know the cuts beforehand.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON (docs/reference/cli-json.md).")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file or store that is already there.")]
CsvOut = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.csv", help="Also write the table to this file.")
]
StoreOut = Annotated[
    Path | None,
    typer.Option("--save", metavar="FOLDER", help="Also keep every run as a store (docs/how-to/keep-runs.md)."),
]
ReportOut = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Folder for the report; made when missing.")
]
