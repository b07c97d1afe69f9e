"""Campaigns planned in processes of their own, several at a time.

Plans solved in threads of one process were measured to take as long as one after another. What a process finds, the
asking one reads from the answers kept on disk (`xetho.plan.kept`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any

from xetho.interdict import orders_of, told
from xetho.plan import kept_answers

if TYPE_CHECKING:
    from xetho.campaign import Campaign


COMMAND = ("-m", "xetho.planners")


class Planners:
    """Plans campaigns, at most so many at a time. Without a folder to keep answers in, one after another."""

    def __init__(self, most: int) -> None:
        self._beside = most > 1 and kept_answers() is not None
        self._threads = ThreadPoolExecutor(max_workers=most if self._beside else 1)
        self.processes: list[_Process] = []
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._closed = False

    def __enter__(self) -> Planners:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self.processes:
            process.kill()

    def submit(self, campaign: Campaign) -> Future[Campaign]:
        """The campaign with its plan solved; its `result` raises what `Campaign.plan` does."""
        return self._threads.submit(self._plan, campaign)

    def _plan(self, campaign: Campaign) -> Campaign:
        if self._beside and not campaign.is_planned:
            try:
                process = self._idle.get_nowait()
            except Empty:
                process = _Process()
                self.processes.append(process)
            process.plan(campaign)
            self._idle.put(process)
        if self._closed:
            raise CancelledError
        campaign.plan()
        return campaign


class _Process:
    """A Python of its own that plans what it is told, line by line."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, *COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip

    def plan(self, campaign: Campaign) -> None:
        """Have a campaign's plan solved and kept. A child that dies is no harm: the plan is then not there."""
        assert self._child.stdin is not None and self._child.stdout is not None
        scenario = campaign.scenario
        asked: dict[str, Any] = {"source": str(campaign.source), "variant": scenario.variant, "sets": campaign.sets}
        if campaign.orders is not None:
            asked["orders"] = told(campaign.orders)
        try:
            self._child.stdin.write(json.dumps(asked) + "\n")
            self._child.stdin.flush()
            self._child.stdout.readline()
        except OSError:
            pass

    @property
    def ended(self) -> bool:
        return self._child.poll() is not None

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()


def _serve() -> None:
    """Plan each campaign named on a line of the standard input, and answer with a line."""
    from xetho.campaign import Campaign

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            campaign = Campaign(asked["source"], variant=asked["variant"], sets=asked["sets"])
            if "orders" in asked:
                orders = orders_of(asked["orders"])
                campaign = campaign.under(orders.cuts or None, orders.guards or None, orders.surprise)
            campaign.plan()
        finally:
            print("done", flush=True)


if __name__ == "__main__":
    _serve()
