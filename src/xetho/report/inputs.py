"""What a report is made of: a scenario and what was computed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from xetho.evidence import Names
from xetho.experiment import Closing, Protecting, WhatIf, closings, headline
from xetho.scenario.metrics import Term, parse_metric
from xetho.scenario.problems import CellError

if TYPE_CHECKING:
    from xetho.network import Network
    from xetho.plan import Plan
    from xetho.results import Runs
    from xetho.scenario import Scenario


def no_sensitivity() -> pd.DataFrame:
    """An empty sensitivity table, for runs without assumptions."""
    return pd.DataFrame({"assumption": [], "name": [], "influence": []})


@dataclass(frozen=True)
class ReportInput:
    """Everything a report shows; it computes nothing of the campaign.

    ``validation``: one row per claim with a metric, columns ``id, subject, quantity, metric, low, high, unit,
    says, use, source, kind, p05, p50, p95, verdict`` and
    ``share_happened`` or ``share_inside``; dates are days since the start, open ends NaN.
    ``sensitivity``: one row per assumption, ``assumption, name, influence``, and ``low_third, high_third, stands_out``.
    ``reasons``: the plan's story with names for ids; the plan's own sentences unless given.
    ``protecting``: worst cuts and best guards with the campaigns played under them.
    """

    scenario: Scenario
    network: Network
    plan: Plan
    runs: Runs
    validation: pd.DataFrame
    whatifs: Sequence[WhatIf] = ()
    sensitivity: pd.DataFrame = field(default_factory=no_sensitivity)
    reasons: Sequence[str] = ()
    protecting: Protecting | None = None

    @cached_property
    def names(self) -> Names:
        """Names of the scenario's things, for sentences with ids in them."""
        return Names(self.scenario)

    @cached_property
    def closings(self) -> list[Closing]:
        """For each side with needs, what of them the plan meets."""
        return closings(self.plan, self.network, self.scenario)

    @cached_property
    def headline(self) -> Closing:
        """The closing of the side asked about."""
        return headline(self.plan, self.network, self.scenario)

    @cached_property
    def told(self) -> list[str]:
        """The plan's story in sentences."""
        return [str(r) for r in self.reasons] or [self.names.sentence(str(r)) for r in self.plan.reasons()]

    @cached_property
    def spoken(self) -> list[tuple[Term, pd.Series[Any]]]:
        """Claims about one plain output (no ratio), each with its row of `validation`."""
        found = []
        for _, row in self.validation.iterrows():
            try:
                metric = parse_metric(str(row["metric"]))
            except CellError:
                continue  # a metric of another grammar has no place on a chart
            if metric.bottom is None:
                found.append((metric.top, row))
        return found


__all__ = ["ReportInput", "WhatIf", "no_sensitivity"]
