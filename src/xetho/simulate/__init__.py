"""Campaigns with chance in them, thousands at a time."""

from xetho.simulate.run import Record, play

__all__ = ["Record", "play"]
