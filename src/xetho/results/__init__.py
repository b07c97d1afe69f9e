"""Results of campaigns as labelled arrays."""

from xetho.results.runs import Runs, label, simulate

__all__ = ["Runs", "label", "simulate"]
