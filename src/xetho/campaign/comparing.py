"""A campaign compared: with changed ones run by run, with the record, and run with run by its assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from xetho.campaign.playing import Playing
from xetho.campaign.terms import VARIANT_RUNS, Progress, check_counts
from xetho.pages import CampaignError

if TYPE_CHECKING:
    from xetho.experiment import Influence, WhatIf
    from xetho.interdict import Given
    from xetho.results import Runs


class Comparing(Playing):
    """A campaign whose runs can be held against others."""

    def metrics(self) -> list[str]:
        """Metrics that a what-if compares unless told otherwise.

        Those of the claims that the scenario's report calls key; without any, when each camp falls, every
        side's dead, wounded and days of work, and what it lacks of the goods demanded.
        """
        tables = self.scenario.tables
        claims = tables["claims"]
        keyed = [str(key) for key in self.scenario.report.get("key_claims", []) if key in claims.index]
        named = [str(claims.at[key, "metric"]) for key in keyed]
        chosen = list(dict.fromkeys(metric for metric in named if metric))
        if chosen:
            return chosen
        sides = [side.id for side in self.scenario.sides]
        fought = ("dead", "wounded") if len(tables["forces"]) else ()
        used = {side: self._goods_needed(side) for side in sides}
        return [
            *(f"camp_fall_date[{camp}]" for camp in dict.fromkeys(tables["positions"]["camp"])),
            *(f"{output}[{side}]" for output in (*fought, "labour_days") for side in sides),
            *(f"shortage_t[{side},{good}]" for side in sides for good in used[side]),
        ]

    def _goods_needed(self, side: str) -> list[str]:
        """Goods that the side's explicit demand names, in the order of the table."""
        demand, places = self.scenario.tables["demand"], self.scenario.tables["places"]
        rows = (
            demand[[places.at[place, "side"] == side for place in demand["place"]]] if len(demand) else demand
        )
        return list(dict.fromkeys(str(good) for good in rows["good"]))

    @property
    def outcome_metric(self) -> str | None:
        """Date metric whose happening is the scenario's outcome; None when the scenario names none."""
        camp = self.scenario.outcome.get("camp", "")
        return f"camp_fall_date[{camp}]" if camp else None

    def whatif(
        self,
        variant: str | None = None,
        sets: Sequence[str] = (),
        runs: int = VARIANT_RUNS,
        seed: int = 1,
        metrics: Sequence[str] | None = None,
        base: Runs | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
        interdict: Given | None = None,
        protect: Given | None = None,
        surprise: bool = False,
    ) -> WhatIf:
        """This campaign against a changed one, run by run.

        Args:
            variant: name of one of the scenario's variants.
            sets: changes written table[key].column=value.
            metrics: what to compare (`metrics()` unless given).
            base: runs of this campaign with the same seed, when there already are some.
            interdict, protect, surprise: cuts and guards of the changed campaign, as in `under`; a file may be of
                this campaign or of the changed one.

        Raises:
            CampaignError: nothing is changed, the counts make no sense, or cuts or guards do not fit.
            ScenarioError: the variant or a change does not fit the scenario.
            MetricError: a metric names an output or key that does not exist.
        """
        check_counts(runs, seed, threads)
        ordered = interdict is not None or protect is not None or surprise
        if variant is None and not sets and not ordered:
            raise CampaignError("nothing to compare: name a variant, set a number, or play cuts or guards")
        compared = list(self.metrics() if metrics is None else metrics)
        from xetho.evidence import describe

        for metric in compared:
            describe(metric)
        changed = self.vary(variant, sets) if variant is not None or sets else self
        if ordered:
            changed = changed.under(interdict, protect, surprise, hashes=[self.scenario.hash()])
        told = progress or (lambda stage, done, total: None)
        if base is None:
            told("planning", 0, 0)
            self.plan()
            base = self.simulate(runs, seed, threads=threads, progress=progress)
        told("planning the what-if", 0, 0)
        changed.plan()
        played = changed.simulate(runs, seed, threads=threads, progress=progress)
        return self.compare(changed, base, played, compared)

    def compare(
        self, changed: Comparing, base: Runs, played: Runs, metrics: Sequence[str] | None = None
    ) -> WhatIf:
        """The answer of a what-if whose runs are there.

        Args:
            changed: this campaign after `vary` or `under`; `played` are its runs, `base` those of this campaign.
            metrics: what to compare (`metrics()` unless given).

        Raises:
            PairingError: the runs are of different seeds.
        """
        from xetho.experiment import whatif

        compared = self.metrics() if metrics is None else metrics
        variant = changed.scenario.variant if changed.scenario.variant != self.scenario.variant else None
        told = next((one for one in self.variants() if one.name == variant), None)
        sets = changed.sets[len(self.sets) :]
        orders = changed.orders_words() if changed.orders is not self.orders else ""
        parts = [told.title if told else "; ".join(sets), orders]
        answer = whatif(
            base,
            played,
            compared,
            start=self.scenario.start,
            outcome=self.outcome_metric,
            name=variant or ("set" if sets else "cuts and guards"),
            title="; ".join(part for part in parts if part),
            why=told.why if told else "Set on request" if sets else changed.knowledge(),
            assumption_names=self.assumption_names(),
            names=self.names,
        )
        if changed.orders is not None and changed.orders.surprise:
            return answer  # its plan is that of a campaign without the cuts and says nothing of them
        closing = changed.headline
        return replace(
            answer,
            plan_feasible=closing.closes,
            plan_shortage_share=closing.short_share,
            plan_side=closing.name,
            plan_reasons=changed.reasons(),
        )

    def validate(self, runs: Runs | None = None) -> pd.DataFrame:
        """Every claim the model can speak to beside its simulated band; columns as in `xetho.evidence`."""
        from xetho.evidence import validate

        return validate(self.simulate() if runs is None else runs, self.scenario)

    def influence(self, runs: Runs) -> Influence | None:
        """Which assumption the outcome hangs on; None when the scenario names no outcome.

        The measure is of the date when every run has the outcome, else of whether it comes about.
        """
        metric = self.outcome_metric
        if metric is None:
            return None
        from xetho.evidence import evaluate
        from xetho.experiment import influence

        when = evaluate(metric, runs, self.scenario.start)
        missing = pd.isna(when)
        return influence(~missing if missing.any() and not missing.all() else when, runs.assumptions)
