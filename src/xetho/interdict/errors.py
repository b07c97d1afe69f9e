"""What can be wrong with a question about cuts and guards."""

from __future__ import annotations


class QuestionError(ValueError):
    """A question about cuts or guards that has no sensible answer; one clear line for each thing wrong."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class NoAnswer(RuntimeError):
    """Time ran out before any answer was found that could be stated with a gap."""
