"""The scenario as index arrays."""

from xetho.network.build import build
from xetho.network.network import Network, Posted, Target

__all__ = ["Network", "Posted", "Target", "build"]
