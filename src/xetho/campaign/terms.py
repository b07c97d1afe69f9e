"""What all questions to a campaign have in common: how many runs, how progress is told, what can go wrong."""

from __future__ import annotations

from collections.abc import Callable

from xetho.pages import CampaignError

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
