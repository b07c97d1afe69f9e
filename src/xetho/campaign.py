"""The campaign as one Python object: load it, then check, plan, simulate, compare, validate and tell it."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from xetho import scenario as scenarios
from xetho.pages import CampaignError, refuse_to_overwrite, report_name
from xetho.scenario.load import find_folder
from xetho.scenario.settings import read_settings
from xetho.scenario.variants import Variant, read_variants

if TYPE_CHECKING:
    from xetho.asking import Ask
    from xetho.evidence import Names
    from xetho.experiment import Closing, Influence, Protecting, WhatIf
    from xetho.interdict import Cuts, Given, Guards, Orders, Question
    from xetho.network import Network, Posted
    from xetho.plan import Plan
    from xetho.results import Runs
    from xetho.scenario import Problem, Scenario
    from xetho.simulate.profile import Profile

RUNS = 2000
MOST_RUNS = 1_000_000  # when a precision decides
MOST_LANES = 65_536  # of a block: far beyond the fastest, which fits into a core's cache
VARIANT_RUNS = 500
# Far more than a plan takes, since several may share a busy machine and the clock must not decide the answer.
PLAN_SECONDS = 600.0

# Called with what is being done, how much of it is done, and how much there is (0: not known beforehand).
Progress = Callable[[str, int, int], None]


class NoProof(RuntimeError):
    """The planner ended without an answer that it could prove."""


@dataclass(frozen=True)
class ScenarioInfo:
    """A bundled scenario as `list_scenarios` tells of it."""

    name: str
    title: str
    summary: str
    variants: tuple[str, ...]


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


class Campaign:
    """A scenario, with a variant and single changes applied, ready to be asked.

    >>> import xetho as xt
    >>> campaign = xt.load("dien-bien-phu")
    >>> campaign.check()
    []
    """

    def __init__(self, name: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> None:
        """Load and check the scenario. Raises ScenarioError with every problem found."""
        self.source = name
        self.sets = tuple(sets)
        self.scenario: Scenario = scenarios.load(name, variant=variant, sets=self.sets)
        self.orders: Orders | None = None  # cuts and guards in force, see `under`
        self._unwarned: Campaign | None = None  # whose plan is followed when the cuts come as a surprise

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.scenario.name

    @cached_property
    def network(self) -> Network:
        """The scenario as index arrays, built once; cuts and guards in force are in it."""
        from xetho.network import build

        return build(self.scenario, posted=self.posted)

    def check(self) -> list[Problem]:
        """Remaining problems; empty, since a campaign with errors does not load."""
        return list(self.scenario.problems())

    def plan(self, *, daily: bool = False, **question: Any) -> Plan:
        """The best supply plan with its bound; solved once and kept.

        Args:
            daily: plan day by day, with a gap of shortage and one of labour (`xetho.plan.solve_daily`). Never raises
                for want of time: `status` says whether the gaps asked for were reached.
            question: for a daily plan `time_limit` (seconds), `gap`, `cost_gap` and `progress`.

        Raises:
            NoProof: the solver ended without an answer it could prove.
        """
        if self._unwarned is not None:
            return self._unwarned.plan(daily=daily, **question)
        if not daily:
            return self._plan
        from xetho.plan import solve_daily

        return solve_daily(self.network, **question)

    @cached_property
    def _plan(self) -> Plan:
        from xetho.plan import kept_answers, solve

        try:
            return solve(self.network, time_limit=PLAN_SECONDS, kept=kept_answers())
        except RuntimeError as error:
            raise NoProof(f"the plan: {error}") from error

    @property
    def is_planned(self) -> bool:
        """Is the plan there, here or among the answers kept on disk, without solving?"""
        from xetho.plan import is_kept, kept_answers

        if self._unwarned is not None:
            return self._unwarned.is_planned
        answers = kept_answers()
        return "_plan" in self.__dict__ or (answers is not None and is_kept(self.network, answers))

    @property
    def shortage_share(self) -> float:
        """Share of all the tonnes needed, by all sides, that the plan leaves unmet."""
        found = self.closings()
        need = sum(one.need_t for one in found)
        return sum(one.short_t for one in found) / need if need > 0 else 0.0

    def closings(self) -> list[Closing]:
        """For each side with needs: how much, how much of it the plan leaves unmet, and whether it closes."""
        from xetho.experiment import closings

        return closings(self.plan(), self.network, self.scenario)

    @property
    def headline(self) -> Closing:
        """The closing of the side asked about: who attacks the camp of the outcome (else all sides together)."""
        from xetho.experiment import headline

        return headline(self.plan(), self.network, self.scenario)

    def interdict(
        self,
        budget: float = 3,
        *,
        alternatives: int = 4,
        time_limit: float = 60.0,
        progress: Progress | None = None,
        **question: Any,
    ) -> Cuts:
        """The worst cuts of a side's supply within a budget of effort (a number of cuts, where each takes 1).

        Args:
            alternatives: at most so many further plans with 95 % of the effect.
            time_limit: seconds; then the best plan so far comes with its gap.
            question: what is asked, as in `xetho.interdict.Question` (`gap` for its tolerance); the campaign form and
                the side asked about unless given.

        Raises:
            CampaignError: the question makes no sense.
            NoProof: time ran out before anything was known.
        """
        from xetho.interdict import worst_cuts

        told = progress or (lambda stage, done, total: None)
        with _games():
            return worst_cuts(
                self.network, self._question(question), budget, alternatives=alternatives, time_limit=time_limit,
                progress=lambda line: told(line, 0, 0),
            )  # fmt: skip

    def protect(
        self,
        guards: int = 3,
        budget: float = 3,
        *,
        time_limit: float = 300.0,
        progress: Progress | None = None,
        **question: Any,
    ) -> Guards:
        """The routes to guard so that the worst cuts within a budget do least. Arguments, errors: as `interdict`."""
        from xetho.interdict import best_guards

        told = progress or (lambda stage, done, total: None)
        with _games():
            return best_guards(
                self.network, self._question(question), guards, budget, time_limit=time_limit,
                progress=lambda line: told(line, 0, 0),
            )  # fmt: skip

    def game_words(self, found: Cuts | Guards) -> list[str]:
        """Worst cuts or best guards in sentences, with places named."""
        from xetho.interdict import Cuts, cuts_in_words, guards_in_words

        lines = cuts_in_words(found) if isinstance(found, Cuts) else guards_in_words(found)
        return [self.names.sentence(line) for line in lines]

    def _question(self, asked: dict[str, Any]) -> Question:
        """The question with the side asked about and the campaign filled in."""
        from xetho.interdict import Question

        asked = {"form": "campaign", **asked}
        if "gap" in asked:
            asked["tolerance"] = asked.pop("gap")
        if asked.get("side") is None:
            asked["side"] = self.supplied_side()
        return Question(**asked)

    def supplied_side(self) -> str:
        """Who attacks the camp of the outcome; without one, the side that wants most."""
        from xetho.experiment.closing import headline_side

        network = self.network
        need = network.need.sum(axis=(0, 2))
        most = max(range(len(network.side_ids)), key=lambda side: float(need[network.place_side == side].sum()))
        return headline_side(self.scenario) or network.side_ids[most]

    @property
    def ask(self) -> Ask:
        """Questions to the plan: the earliest date, the largest force, the cheapest service, and more."""
        from xetho.asking import Ask

        return Ask(self)

    @cached_property
    def names(self) -> Names:
        """Names of the scenario's things by id, for sentences."""
        from xetho.evidence import Names

        return Names(self.scenario)

    def simulate(
        self,
        runs: int = RUNS,
        seed: int = 1,
        plan: Plan | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
        *,
        block: int | None = None,
        device: str = "cpu",
        precision: Sequence[str] = (),
        most_runs: int = MOST_RUNS,
        keep: Collection[str] | None = None,
        max_gb: float | None = None,
        save: str | Path | None = None,
        overwrite: bool = False,
    ) -> Runs:
        """Play the campaign `runs` times with chance in it.

        Args:
            runs: how many campaigns; with `precision` the least number.
            seed: the same seed gives the same campaigns on any number of threads; what-ifs share it.
            plan: the plan that transport follows; without it the campaign's own plan.
            threads: at most this many (None: one for each core).
            progress: called as campaigns are done.
            block: campaigns that a core plays side by side; no figure depends on it.
            device: "cpu" or "cuda".
            precision: play on until these are known, as in `xetho.experiment.precision`; how well they are is then
                in `meta["precision"]`.
            most_runs: with `precision` at most so many.
            keep: of more runs than fit into memory, keep these outputs of every run ("assumptions" too); of all
                there is `Runs.tally`. None: all must fit.
            max_gb: what fits into memory, in GB (10^9 bytes) of outputs and assumptions.
            save: also keep every run, with all outputs, as a store in this folder, whatever their number.
            overwrite: write over a store that is there.

        Raises:
            CampaignError: counts that make no sense, a precision that cannot be read, more runs than fit into memory,
                no such device, or no store can be written there.
        """
        check_counts(runs, seed, threads, block)
        from xetho.experiment import Precision, read_wanted
        from xetho.results import simulate
        from xetho.results.play import MAX_GB
        from xetho.simulate.run import LANES

        wanted = read_wanted(precision, self.scenario.start)
        chosen = plan or self.plan()

        def told(done: int, total: int) -> None:
            if progress is not None:
                progress("simulating", done, total)

        if progress is not None:
            progress(_preparing(), 0, 0)

        watch = Precision(wanted, self.scenario.start) if wanted else None
        origin = self._origin(chosen)
        with ExitStack() as stack:
            store = None
            if save is not None:
                from xetho.results import StoreWriter

                meta = {"scenario": self.name, "seed": seed, **origin}
                store = stack.enter_context(StoreWriter(save, meta, overwrite))
            played = simulate(
                self.network, chosen, runs=runs, seed=seed, threads=threads, progress=told, lanes=block or LANES,
                device=device, keep=keep,
                max_gb=MAX_GB if max_gb is None else max_gb, store=store, watch=watch, most=most_runs,
            )  # fmt: skip
        played.meta.update(origin)
        if watch is not None:
            played.meta["precision"] = watch.table()
        return played

    def profile(self, runs: int = 256, seed: int = 1, block: int | None = None) -> Profile:
        """Where the engine's time goes, step by step of the day, over about so many campaigns on one core.

        Raises CampaignError for counts that make no sense.
        """
        check_counts(runs, seed, None, block)
        from xetho.simulate.profile import profile
        from xetho.simulate.run import LANES

        return profile(self.network, self.plan(), runs, seed, block or LANES)

    def _origin(self, plan: Plan) -> dict[str, Any]:
        """What it takes to play the same campaigns again, for `Runs.meta`; in the types of JSON."""
        from xetho import __version__
        from xetho.interdict import told

        inputs = self.network.inputs
        return {
            "variant": self.scenario.variant,
            "sets": list(self.sets),
            "hash": self.scenario.hash(),
            "start": self.scenario.start.isoformat(),
            "end": self.scenario.end.isoformat(),
            "parameters": {name: inputs.parameter(name) for name in inputs.parameters},
            "plan": "own" if plan is (self._unwarned or self).__dict__.get("_plan") else "given",
            "plan_gap": float(plan.gap) if math.isfinite(plan.gap) else None,
            "xetho": __version__,
            **({} if self.orders is None else told(self.orders)),
        }

    def reasons(self) -> list[str]:
        """The plan's story in sentences: for whom it closes, what is short and where, what binds, how well proven."""
        from xetho.experiment import verdict_words

        told = [self.names.sentence(str(line)) for line in self.plan().reasons()]
        # The planner's own verdict is over all sides together and leaves out stocks that must stand; ours is by side.
        opening = ("The plan ", *(f"{side.name}: " for side in self.scenario.sides))
        rest = [line for line in told if not line.startswith(opening) and "cannot be met by any plan" not in line]
        goods = self.names.goods
        return [*(verdict_words(one, goods.get(one.worst, one.worst)) for one in self.closings()), *rest]

    def variants(self) -> list[Variant]:
        """The scenario's named what-ifs, in the report's order first, then by name."""
        known = {one.name: one for one in read_variants(self.scenario.folder)}
        first = [name for name in self.scenario.report.get("variants", []) if name in known]
        return [known[name] for name in [*first, *sorted(set(known) - set(first))]]

    def vary(self, variant: str | None = None, sets: Sequence[str] = ()) -> Campaign:
        """The same scenario with a variant or further changes, cuts and guards kept. Raises ScenarioError."""
        changed = Campaign(self.source, variant=variant or self.scenario.variant, sets=(*self.sets, *sets))
        if self.orders is None:
            return changed
        return changed.under(self.orders.cuts or None, self.orders.guards or None, self.orders.surprise)

    def under(
        self,
        interdict: Given | None = None,
        protect: Given | None = None,
        surprise: bool = False,
        *,
        hashes: Sequence[str] = (),
    ) -> Campaign:
        """The same campaign with routes cut and guarded, instead of any cuts and guards so far.

        Args:
            interdict, protect: a file that `xetho interdict` or `protect` wrote, what the method of that name found,
                or routes with dates (`xetho.interdict.Closed`).
            surprise: the plan knows the guards but not the cuts; else it is made anew, knowing both.
            hashes: of further scenarios that a file may be of.

        Raises:
            CampaignError: a file is of another scenario, a route is unknown, a date outside; all mistakes at once.
        """
        from xetho.interdict import Orders, read_orders

        with _games():
            orders = read_orders(self.scenario, interdict, protect, surprise, hashes=hashes)
        changed = self._with(orders)
        if surprise:
            plain = self if self.orders is None else self._with(None)
            changed._unwarned = self._with(Orders(guards=orders.guards)) if orders.guards else plain
        return changed

    def _with(self, orders: Orders | None) -> Campaign:
        changed = copy.copy(self)
        for made in ("network", "_plan"):
            changed.__dict__.pop(made, None)
        changed.orders, changed._unwarned = orders, None
        return changed

    @property
    def posted(self) -> Posted | None:
        """Cuts and guards in force by route and day; None without any."""
        if self.orders is None:
            return None
        from xetho.interdict import posted

        return posted(self.scenario, self.orders)

    def orders_words(self) -> str:
        """The cuts and guards in force, in words with places named; blank without any."""
        if self.orders is None:
            return ""
        from xetho.interdict import neutral, orders_in_words

        words = orders_in_words(self.orders, neutral(self.network, self.supplied_side()))
        return self.names.sentence(words)

    def knowledge(self) -> str:
        """Who knows of the cuts and guards in force, in a sentence; blank without any."""
        if self.orders is None:
            return ""
        if self.orders.surprise:
            return "The plan does not know the cuts beforehand."
        return "The plan is made anew, knowing them all beforehand."

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
        self, changed: Campaign, base: Runs, played: Runs, metrics: Sequence[str] | None = None
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

    def protecting(
        self, base: Runs, guards: int | None = None, runs: int = VARIANT_RUNS, threads: int | None = None
    ) -> Protecting | None:
        """What to protect on the mean day, and campaigns under the worst cuts with and without guards.

        Args:
            base: runs of this campaign, to pair with; their seed is used.
            guards: how many, against as many cuts; without a number up to three, and None where nothing can be asked.
            runs: how many of the base are paired.

        Raises:
            CampaignError: so many guards make no sense.
            NoProof: a plan could not be proven.
        """
        from xetho import protecting

        prepared = protecting.prepare(self, guards)
        return protecting.play(self, prepared, base, runs, threads) if prepared else None

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

    def assumption_names(self) -> dict[str, str]:
        """Every assumption's name in words, by its id."""
        table = self.scenario.tables["assumptions"]
        return {str(key): str(name) for key, name in table["name"].items()}

    def _sensitivity_table(self, found: Influence | None) -> pd.DataFrame:
        names = self.assumption_names()
        columns = ["assumption", "name", "influence", "low_third", "high_third", "stands_out"]
        if found is None:
            return pd.DataFrame({column: [] for column in columns})
        table = found.table.rename(columns={"share": "influence"})
        table.insert(0, "name", [names.get(str(key), str(key)) for key in table.index])
        return table.rename_axis("assumption").reset_index()[columns]


def load(name: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> Campaign:
    """Load a scenario by its bundled name or its folder. Raises ScenarioError with every problem found."""
    return Campaign(name, variant=variant, sets=sets)


def list_scenarios() -> list[ScenarioInfo]:
    """The scenarios that come with the package, by name, with their variants."""
    found = []
    for name in scenarios.list_scenarios():
        folder = find_folder(name)
        settings, _ = read_settings(folder)
        if settings is not None:
            variants = tuple(one.name for one in read_variants(folder))
            found.append(ScenarioInfo(name, settings.title, settings.summary, variants))
    return found


def new(name: str, folder: str | Path = ".") -> Path:
    """Write a small working scenario to `folder/name` and return its path. Raises ScenarioError."""
    return scenarios.new(name, folder)


@contextmanager
def _games() -> Iterator[None]:
    """Tell what is wrong with a question about cuts and guards in this module's own errors."""
    from xetho.interdict import NoAnswer, QuestionError

    try:
        yield
    except QuestionError as error:
        raise CampaignError(*error.problems) from error
    except NoAnswer as error:
        raise NoProof(str(error)) from error


def _preparing() -> str:
    """What the engine's start will take, in words."""
    from xetho.simulate.jit import is_compiled

    return "loading the engine" if is_compiled() else "compiling the engine (only the first time, about a minute)"


def check_counts(runs: int, seed: int, threads: int | None, block: int | None = None) -> None:
    """Raise CampaignError for counts that make no sense, all of them at once."""
    problems = []
    if runs < 1:
        problems.append(f"runs: found {runs}, allowed 1 or more")
    if not 0 <= seed < 2**63:
        problems.append(f"seed: found {seed}, allowed 0 to {2**63 - 1}")
    if threads is not None and threads < 1:
        problems.append(f"threads: found {threads}, allowed 1 or more")
    if block is not None and not 1 <= block <= MOST_LANES:
        problems.append(f"block: found {block}, allowed 1 to {MOST_LANES}")
    if problems:
        raise CampaignError(*problems)
