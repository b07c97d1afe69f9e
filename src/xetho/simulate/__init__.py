"""Campaigns with chance in them, thousands at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xetho.simulate.device import DeviceError
    from xetho.simulate.run import Engine, Record, play

# Read on first use, so that the process that compiles half of the engine need not load what it does not use.
_HOMES = {"DeviceError": "device", "Engine": "run", "Record": "run", "play": "run"}

__all__ = ["DeviceError", "Engine", "Record", "play"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xetho.simulate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"xetho.simulate.{_HOMES[name]}"), name)
