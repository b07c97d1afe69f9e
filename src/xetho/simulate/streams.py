"""Random numbers by name: Philox 4x32-10, keyed by the seed and counted by run, day, entity, process and draw.

A draw is a pure function of what it is for, so results do not depend on threads, blocks or order, and a what-if
shares every draw that it does not change (common random numbers). Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import kernel

# One stream for each process that draws.
ASSUMPTION, WEATHER, STRIKE, CARRIERS, FLAK, ASSAULT, COUNTER, WORKS = range(8)

_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_MASK = 0xFFFFFFFF


def entity(name: str) -> int:
    """A stable 31-bit number for a name, so that adding or dropping others does not move its draws."""
    return zlib.crc32(name.encode("utf-8")) & 0x7FFFFFFF


@kernel
def philox(key: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Ten rounds of Philox 4x32 on a counter of four 32-bit words with a 64-bit key."""
    mask = np.uint64(_MASK)
    k0 = np.uint64(key) & mask
    k1 = (np.uint64(key) >> np.uint64(32)) & mask
    a, b, c, d = np.uint64(c0) & mask, np.uint64(c1) & mask, np.uint64(c2) & mask, np.uint64(c3) & mask
    for _ in range(10):
        p0 = np.uint64(_M0) * a
        p1 = np.uint64(_M1) * c
        a, b, c, d = (
            (p1 >> np.uint64(32)) ^ b ^ k0,
            p1 & mask,
            (p0 >> np.uint64(32)) ^ d ^ k1,
            p0 & mask,
        )
        k0 = (k0 + np.uint64(_W0)) & mask
        k1 = (k1 + np.uint64(_W1)) & mask
    return a, b, c, d


@kernel
def uniform4(key: int, stream: int, run: int, day: int, entity: int, draw: int) -> tuple[float, float, float, float]:
    """Four independent uniforms in (0, 1) for one purpose, 24 bits each."""
    a, b, c, d = philox(key, run, day, entity, stream * 4096 + draw)
    scale = np.float32(2.0**-24)
    half = np.float32(0.5)
    eight = np.uint64(8)
    return (
        (np.float32(a >> eight) + half) * scale,
        (np.float32(b >> eight) + half) * scale,
        (np.float32(c >> eight) + half) * scale,
        (np.float32(d >> eight) + half) * scale,
    )


@kernel
def uniforms(key: int, stream: int, run0: int, count: int, entity: int) -> NDArray[np.float64]:
    """One uniform for each of `count` runs from `run0` on, 53 bits."""
    out = np.empty(count, dtype=np.float64)
    for i in range(count):
        a, b, _, _ = philox(key, run0 + i, 0, entity, stream * 4096)
        high = np.uint64(a) >> np.uint64(5)
        low = np.uint64(b) >> np.uint64(6)
        out[i] = (float(high) * 67108864.0 + float(low) + 0.5) / 9007199254740992.0
    return out


@kernel
def normal(u: float) -> float:
    """Standard normal quantile of a uniform. Wichura, Algorithm AS 241 (PPND7), Applied Statistics 37, 1988."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
            / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
        )  # fmt: skip
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        value = (
            (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777)
            / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        value = (
            (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150)
            / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
        )  # fmt: skip
    return -value if q < 0.0 else value


@kernel
def lognormal(u: float, cv: float) -> float:
    """Lognormal draw of mean 1 and coefficient of variation `cv`."""
    if cv <= 0.0:
        return 1.0
    v = math.log1p(cv * cv)
    return math.exp(math.sqrt(v) * normal(u) - 0.5 * v)


@kernel
def poisson(u: float, mean: float) -> float:
    """Poisson count by inversion of one uniform; beyond a mean of 30 the rounded normal quantile.

    One uniform a count keeps what-ifs paired: a larger mean never gives a smaller count.
    """
    if mean <= 0.0:
        return 0.0
    if mean > 30.0:
        return max(0.0, math.floor(mean + math.sqrt(mean) * normal(u) + 0.5))
    p = math.exp(-mean)
    total = p
    k = 0
    while u > total and k < 200:
        k += 1
        p *= mean / k
        total += p
    return float(k)
