"""What a plan depends on, as one short text: networks of equal key have the same plan."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from xetho.plan.inputs import NetworkLike

# The solver is typed to read a network through NetworkLike alone; arc_km only adds to the summary.
FIELDS = (*sorted(name for name, value in vars(NetworkLike).items() if isinstance(value, property)), "arc_km")


def plan_key(network: NetworkLike) -> str:
    """sha256 over everything that `solve` reads of a network.

    Assumptions that only the engine reads leave it as it is, so their points in a sweep can share a plan.
    """
    digest = hashlib.sha256()
    for name in FIELDS:
        value = getattr(network, name, None)
        digest.update(f"{name}:".encode())
        digest.update(_bytes(name, value))
    return digest.hexdigest()


def _bytes(name: str, value: Any) -> bytes:
    if name == "targets":
        return repr([(t.place, t.good, t.day, float(t.t), float(t.weight)) for t in value]).encode()
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return f"{array.dtype.str}{array.shape}".encode() + array.tobytes()
    return repr(value).encode()
