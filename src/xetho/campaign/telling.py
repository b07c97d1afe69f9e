"""A campaign told: the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xetho.campaign.comparing import Comparing
from xetho.pages import refuse_to_overwrite

if TYPE_CHECKING:
    from xetho.experiment import Influence, Protecting, WhatIf
    from xetho.results import Runs


class Telling(Comparing):
    """A campaign that can be written down as a page."""

    def report(
        self,
        path: str | Path,
        runs: Runs | None = None,
        whatifs: Sequence[WhatIf] = (),
        validation: pd.DataFrame | None = None,
        force: bool = False,
        influence: Influence | None = None,
        protecting: Protecting | None = None,
    ) -> Path:
        """Write the page, one HTML file that opens from disk, and return where it is.

        What is not given (`runs`, `validation`, `influence`) is computed; `protecting` (see `protecting`) is left out.

        Raises:
            CampaignError: `path` is a folder, or a file that Xetho did not write (and not `force`).
        """
        target = Path(path)
        refuse_to_overwrite(target, force)
        played = self.simulate() if runs is None else runs
        from xetho.report import ReportInput, write

        content = ReportInput(
            scenario=self.scenario,
            network=self.network,
            plan=self.plan(),
            runs=played,
            validation=self.validate(played) if validation is None else validation,
            whatifs=list(whatifs),
            sensitivity=self._sensitivity_table(influence or self.influence(played)),
            reasons=self.reasons(),
            protecting=protecting,
        )
        return write(content, target)

    def _sensitivity_table(self, found: Influence | None) -> pd.DataFrame:
        names = self.assumption_names()
        columns = ["assumption", "name", "influence", "low_third", "high_third", "stands_out"]
        if found is None:
            return pd.DataFrame({column: [] for column in columns})
        table = found.table.rename(columns={"share": "influence"})
        table.insert(0, "name", [names.get(str(key), str(key)) for key in table.index])
        return table.rename_axis("assumption").reset_index()[columns]
