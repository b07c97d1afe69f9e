"""Campaigns with chance in them, thousands at a time."""

from xetho.simulate.device import DeviceError
from xetho.simulate.run import Engine, Record, play

__all__ = ["DeviceError", "Engine", "Record", "play"]
