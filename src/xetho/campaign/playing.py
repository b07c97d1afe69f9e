"""A campaign played: thousands of runs with chance in them, and where the engine's time goes."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xetho.campaign.games import Games
from xetho.campaign.terms import MOST_RUNS, RUNS, Progress, check_counts

if TYPE_CHECKING:
    from xetho.plan import Plan
    from xetho.results import Runs
    from xetho.simulate.profile import Profile


class Playing(Games):
    """A campaign that can be simulated."""

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

    def profile(self, runs: int = 256, seed: int = 1) -> Profile:
        """Where the engine's time goes, step by step of the day, over about so many campaigns on one core.

        Raises CampaignError for counts that make no sense.
        """
        check_counts(runs, seed, None, None)
        from xetho.simulate.profile import profile

        return profile(self.network, self.plan(), runs, seed)

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


def _preparing() -> str:
    """What the engine's start will take, in words."""
    from xetho.simulate.jit import is_compiled

    return "loading the engine" if is_compiled() else "compiling the engine (only the first time, about half a minute)"
