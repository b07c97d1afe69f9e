"""Elementary functions in single precision that the compiler can run over many lanes at once.

The C library's ``exp`` and ``log`` are called one number at a time and differ in the last digit from machine to
machine. These use only additions, multiplications and divisions, so they vectorise and give the same bits everywhere.
Cody and Waite, *Software Manual for the Elementary Functions*, 1980, for the reduction of the argument; the
polynomials are least-maximum fits to a relative error below 1e-6 over the reduced range.
"""

from __future__ import annotations

import math

import numpy as np

from xetho.simulate.jit import inlined

_LOG2E = np.float32(1.4426950408889634)
_LN2_HIGH = np.float32(0.693359375)  # few enough bits that n times it is exact
_LN2_LOW = np.float32(-2.12194440e-4)
_E2, _E3, _E4, _E5, _E6 = (np.float32(1.0 / math.factorial(k)) for k in (2, 3, 4, 5, 6))
_EXP_LEAST, _EXP_MOST = np.float32(-87.0), np.float32(88.0)
_HALF, _ONE, _TWO = np.float32(0.5), np.float32(1.0), np.float32(2.0)
_SQRT_HALF_BITS = np.int32(0x3F3504F3)
_BIAS, _MANTISSA = np.int32(127), np.int32(23)
_L3, _L5, _L7, _L9 = (np.float32(1.0 / k) for k in (3, 5, 7, 9))


@inlined
def exp(v: float) -> float:
    """Exponential of a float32, argument held within -87..88 (1.6e-38 to 1.6e38)."""
    v = min(_EXP_MOST, max(_EXP_LEAST, np.float32(v)))
    n = np.int32(np.float32(v * _LOG2E) + (_HALF if v >= np.float32(0.0) else -_HALF))  # truncation rounds
    k = np.float32(n)
    r = (v - k * _LN2_HIGH) - k * _LN2_LOW
    p = ((((_E6 * r + _E5) * r + _E4) * r + _E3) * r + _E2) * (r * r) + r + _ONE
    return np.float32(p * np.int32((n + _BIAS) << _MANTISSA).view(np.float32))


@inlined
def log(v: float) -> float:
    """Natural logarithm of a positive, normal float32: by the series of artanh on √½..√2."""
    bits = np.float32(v).view(np.int32)
    n = np.int32(np.int32(bits - _SQRT_HALF_BITS) >> _MANTISSA)
    m = np.int32(bits - np.int32(n << _MANTISSA)).view(np.float32)
    z = (m - _ONE) / (m + _ONE)
    w = z * z
    k = np.float32(n)
    return np.float32(_TWO * z * ((((_L9 * w + _L7) * w + _L5) * w + _L3) * w + _ONE) + k * _LN2_LOW + k * _LN2_HIGH)


@inlined
def power(base: float, exponent: float) -> float:
    """A positive base to a power."""
    return np.float32(exp(np.float32(exponent) * log(base)))
