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

from xetho.simulate.jit import allocating_kernel, inlined, lane_loop, step
from xetho.simulate.maths import exp, log

# One stream for each process that draws.
ASSUMPTION, WEATHER, STRIKE, CARRIERS, FLAK, ASSAULT, COUNTER, WORKS = range(8)

_M0, _M1, _WORD = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(32)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
Row = NDArray[np.float32]
Runs = NDArray[np.uint32]  # number of each lane's run
_NONE, _HALF, _ONE, _TWO, _SCALE = (np.float32(c) for c in (0.0, 0.5, 1.0, 2.0, 2.0**-23))
_LARGE, _LAST_TERM, _LEAST = np.float32(30.0), np.float32(1e-9), np.float32(2.0**-24)
_THIRD = np.float32(1.0 / 3.0)
_N0, _Q0, _T0 = np.float32(0.180625), np.float32(0.425), np.float32(1.6)
_A0, _A1, _A2, _A3 = (np.float32(c) for c in (3.3871327179, 50.434271938, 159.29113202, 59.109374720))
_B1, _B2, _B3 = (np.float32(c) for c in (17.895169469, 78.757757664, 67.187563600))
_C0, _C1, _C2, _C3 = (np.float32(c) for c in (1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103))
_D1, _D2 = np.float32(0.73700164250), np.float32(0.12021132975)


def entity(name: str) -> int:
    """A stable 31-bit number for a name, so that adding or dropping others does not move its draws."""
    return zlib.crc32(name.encode("utf-8")) & 0x7FFFFFFF


@inlined
def philox(key: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Ten rounds of Philox 4x32 on a counter of four 32-bit words with a 64-bit key."""
    k0, k1 = np.uint32(key), np.uint32(np.uint64(key) >> _WORD)
    a, b, c, d = np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)
    for _ in range(10):
        p0, p1 = _M0 * np.uint64(a), _M1 * np.uint64(c)
        a, b, c, d = (
            np.uint32(np.uint32(p1 >> _WORD) ^ b ^ k0),
            np.uint32(p1),
            np.uint32(np.uint32(p0 >> _WORD) ^ d ^ k1),
            np.uint32(p0),
        )
        k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    return a, b, c, d


@inlined
def uniform4(key: int, stream: int, run: int, day: int, entity: int, draw: int) -> tuple[float, float, float, float]:
    """Four independent uniforms in (0, 1) for one purpose, 23 bits each."""
    a, b, c, d = philox(key, run, day, entity, stream * 4096 + draw)
    return _uniform(a), _uniform(b), _uniform(c), _uniform(d)


@inlined
def _uniform(word: int) -> float:
    """The upper 23 bits of a word and a half: float32 holds 24 bits exactly, so no uniform is rounded, none is 1."""
    return np.float32((np.float32(np.int32(word >> np.uint32(9))) + _HALF) * _SCALE)


@allocating_kernel
def uniforms(key: int, stream: int, run0: int, count: int, entity: int) -> NDArray[np.float64]:
    """One uniform for each of `count` runs from `run0` on, 52 bits: with a half, a double holds them exactly."""
    out = np.empty(count, dtype=np.float64)
    for i in range(count):
        a, b, _, _ = philox(key, run0 + i, 0, entity, stream * 4096)
        high = np.uint64(a) >> np.uint64(5)
        low = np.uint64(b) >> np.uint64(7)
        out[i] = (float(high) * 33554432.0 + float(low) + 0.5) / 4503599627370496.0
    return out


@lane_loop
def uniform_row(key: int, stream: int, runs: Runs, day: int, entity: int, draw: int, out: Row) -> None:
    """The first uniform of `uniform4` for every lane."""
    for lane in range(out.shape[0]):
        a, _, _, _ = philox(key, runs[lane], day, entity, stream * 4096 + draw)
        out[lane] = _uniform(a)


@step
def day_row(key: int, stream: int, runs: Runs, day: int, entity: int, s: Row, first: int) -> int:
    """Row of a uniform for every lane and for this day alone, kept four days at a time in rows first..first+3.

    Days 4q..4q+3 are the four words of the draw for day 4q; row first+4 remembers for which q they were made.
    """
    quarter = day // 4
    if s[first + 4, 0] != quarter + 1:
        s[first + 4, 0] = quarter + 1
        uniform_rows(key, stream, runs, 4 * quarter, entity, 0, s[first], s[first + 1], s[first + 2], s[first + 3])
    return first + day % 4


@lane_loop
def uniform_rows(
    key: int, stream: int, runs: Runs, day: int, entity: int, draw: int, out0: Row, out1: Row, out2: Row, out3: Row
) -> None:
    """All four uniforms of `uniform4` for every lane."""
    for lane in range(out0.shape[0]):
        a, b, c, d = philox(key, runs[lane], day, entity, stream * 4096 + draw)
        out0[lane] = _uniform(a)
        out1[lane] = _uniform(b)
        out2[lane] = _uniform(c)
        out3[lane] = _uniform(d)


@inlined
def normal(u: float) -> float:
    """Standard normal quantile of a uniform not below 2**-24. Wichura, Algorithm AS 241 (PPND7), Applied Statistics 37,
    1988, without its branch for the far tail, which 23-bit uniforms do not reach."""
    q = np.float32(u) - _HALF
    r = _N0 - q * q
    middle = q * (((_A3 * r + _A2) * r + _A1) * r + _A0) / (((_B3 * r + _B2) * r + _B1) * r + _ONE)
    tail = max(_LEAST, min(np.float32(u), _ONE - np.float32(u)))
    t = np.float32(math.sqrt(-log(tail))) - _T0
    outer = (((_C3 * t + _C2) * t + _C1) * t + _C0) / ((_D2 * t + _D1) * t + _ONE)
    signed = -outer if q < _NONE else outer
    return np.float32(middle if abs(q) <= _Q0 else signed)


@inlined
def lognormal(u: float, cv: float) -> float:
    """Lognormal draw of mean 1 and coefficient of variation `cv` (1 for none)."""
    c = max(_NONE, np.float32(cv))
    v = log(_ONE + c * c)
    return np.float32(exp(np.float32(math.sqrt(v)) * normal(u) - _HALF * v))


@step
def poisson_row(uniform: Row, mean: Row, p: Row, total: Row, count: Row) -> None:
    """Poisson counts by inversion of one uniform each; beyond a mean of 30 the rounded normal quantile.

    One uniform a count keeps what-ifs paired: a larger mean never gives a smaller count. `p` and `total` are scratch.
    """
    state = _poisson_first(uniform, mean, p, total, count)
    k = 3
    while state & 1 and k < 200:
        k += 1
        state = (state & 2) | _poisson_next(uniform, mean, np.float32(1.0 / k), p, total, count)
    if state & 2:
        _poisson_large(uniform, mean, count)


@inlined
def _poisson_term(u: float, m: float, part: float, p: float, total: float, count: float) -> tuple[float, float, float]:
    """One more count where the uniform lies beyond the `total` of the terms so far; then the next term."""
    counted = count + (_ONE if u > total else _NONE)
    step = m * part
    term = p * step
    # in single precision the terms end before the total reaches the largest uniforms: then this was the last
    return term, (_TWO if term <= _LAST_TERM and step <= _ONE else total + term), counted


@lane_loop
def _poisson_first(uniform: Row, mean: Row, p: Row, total: Row, count: Row) -> int:
    """Counts up to three, enough for most. Bit 0: a lane needs more terms; bit 1: a mean is too large for them."""
    more, large = np.int32(0), np.int32(0)
    for lane in range(count.shape[0]):
        u, m = uniform[lane], min(mean[lane], _LARGE)
        none = exp(-m)
        p1, total1, count1 = _poisson_term(u, m, _ONE, none, none, _NONE)
        p2, total2, count2 = _poisson_term(u, m, _HALF, p1, total1, count1)
        p3, total3, count3 = _poisson_term(u, m, _THIRD, p2, total2, count2)
        p[lane] = p3
        total[lane] = total3
        count[lane] = count3
        more = np.int32(more | np.int32(u > total3))
        large = np.int32(large | np.int32(mean[lane] > _LARGE))
    return more | (large << 1)


@lane_loop
def _poisson_next(uniform: Row, mean: Row, part: float, p: Row, total: Row, count: Row) -> int:
    more = np.int32(0)
    for lane in range(count.shape[0]):
        m = min(mean[lane], _LARGE)
        p1, total1, count1 = _poisson_term(uniform[lane], m, part, p[lane], total[lane], count[lane])
        p[lane] = p1
        total[lane] = total1
        count[lane] = count1
        more = np.int32(more | np.int32(uniform[lane] > total1))
    return more


@lane_loop
def _poisson_large(uniform: Row, mean: Row, count: Row) -> None:
    for lane in range(count.shape[0]):
        m = max(_LARGE, mean[lane])
        rounded = np.float32(np.int32(max(_NONE, m + np.float32(math.sqrt(m)) * normal(uniform[lane]) + _HALF)))
        count[lane] = rounded if mean[lane] > _LARGE else count[lane]
