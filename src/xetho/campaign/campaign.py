"""A campaign whole: everything that can be asked of it, and all of it in order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xetho.campaign.telling import Telling
from xetho.campaign.terms import RUNS, VARIANT_RUNS, Progress, check_counts
from xetho.pages import refuse_to_overwrite, report_name

if TYPE_CHECKING:
    from xetho.asking import Ask
    from xetho.experiment import Influence, Protecting, WhatIf
    from xetho.plan import Plan
    from xetho.results import Runs


@dataclass(frozen=True)
class Story:
    """Everything that `Campaign.run` computed, and the page it wrote."""

    plan: Plan
    runs: Runs
    validation: pd.DataFrame
    whatifs: tuple[WhatIf, ...]
    influence: Influence | None
    report: Path
    protecting: Protecting | None = None


class Campaign(Telling):
    """A scenario, with a variant and single changes applied, ready to be asked.

    >>> import xetho as xt
    >>> campaign = xt.load("dien-bien-phu")
    >>> campaign.check()
    []
    """

    @property
    def ask(self) -> Ask:
        """Questions to the plan: the earliest date, the largest force, the cheapest service, and more."""
        from xetho.asking import Ask

        return Ask(self)

    def protecting(
        self, base: Runs, guards: int | None = None, runs: int = VARIANT_RUNS, threads: int | None = None
    ) -> Protecting | None:
        """What to protect on the mean day, and campaigns under the worst cuts with, without and with all but one guard.

        So each guard's worth is told in tonnes a day (`Protecting.guards.worth`) and as a change of the outcome's
        probability (`Protecting.without`): what changes when it alone is taken away and the worst cuts are found anew.

        Args:
            base: runs of this campaign, to pair with; their seed is used.
            guards: how many, against as many cuts; without a number up to three, and None where nothing can be asked.
            runs: how many of the base are paired.

        Raises:
            CampaignError: so many guards make no sense.
            NoProof: a plan could not be proven.
        """
        from xetho import protecting
        from xetho.planners import Planners

        prepared = protecting.prepare(self, guards)
        if prepared is None:
            return None
        with Planners(threads or os.cpu_count() or 1) as planners:
            for future in [planners.submit(one) for one in prepared.changed]:
                future.result()
        return protecting.play(self, prepared, base, runs, threads)

    def run(
        self,
        folder: str | Path = ".",
        runs: int = RUNS,
        seed: int = 1,
        variant_runs: int = VARIANT_RUNS,
        threads: int | None = None,
        progress: Progress | None = None,
        force: bool = False,
        protect: int | None = None,
    ) -> Story:
        """All of it in order: plan, simulate, validate, every variant, what to protect, what decides, report.

        Variants, and cuts and guards, are played for the first `variant_runs` runs of the base and paired with them.
        `protect`: how many guards against as many cuts (up to three unless given, 0: leave that out).

        Raises:
            CampaignError: the report would overwrite a file that Xetho did not write (and not `force`).
        """
        target = Path(folder) / report_name(self.scenario)
        refuse_to_overwrite(target, force)
        check_counts(runs, seed, threads)
        from xetho import protecting
        from xetho.planners import Planners

        told = progress or (lambda stage, done, total: None)
        # A variant of a variant would not be what its author described.
        variants = [one.name for one in self.variants()] if self.scenario.variant is None else []
        answers = []
        with Planners(threads or os.cpu_count() or 1) as planners:
            own = planners.submit(self)
            planned = [(name, planners.submit(self.vary(name))) for name in variants]
            told("planning", 0, 0)
            prepared = None if protect == 0 else protecting.prepare(self, protect)
            guarded = [planners.submit(one) for one in (prepared.changed if prepared else ())]
            plan = own.result().plan()
            base = self.simulate(runs, seed, threads=threads, progress=told)
            told("comparing with the record", 0, 0)
            validation = self.validate(base)
            compared = self.metrics()
            for place, (name, future) in enumerate(planned):
                told(f"what if: {name}", place, len(variants))
                changed = future.result()
                played = changed.simulate(min(variant_runs, runs), seed, threads=threads)
                answers.append(self.compare(changed, base, played, compared))
            told("what to protect", 0, 0)
            for one in guarded:
                one.result()
            shown = protecting.play(self, prepared, base, variant_runs, threads) if prepared else None
        told("writing the report", 0, 0)
        deciding = self.influence(base)
        page = self.report(target, base, answers, validation, force, deciding, shown)
        return Story(plan, base, validation, tuple(answers), deciding, page, shown)
