"""Results of campaigns as labelled arrays, kept in stores that can be asked in SQL."""

from xetho.results.play import simulate
from xetho.results.problems import StoreError
from xetho.results.query import query_runs
from xetho.results.runs import Runs, label
from xetho.results.store import StoreWriter, open_runs

__all__ = ["Runs", "StoreError", "StoreWriter", "label", "open_runs", "query_runs", "simulate"]
