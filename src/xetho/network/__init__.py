"""The scenario as index arrays."""

from xetho.network.build import build
from xetho.network.network import Network, Target

__all__ = ["Network", "Target", "build"]
