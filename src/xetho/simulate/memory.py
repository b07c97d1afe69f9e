"""Tables of campaigns on large pages of memory.

A day of a block touches a row here and a row there, all over a table of some megabytes. With pages of 4 kB nearly
every row is on another page, and finding the pages takes longer than the arithmetic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAGE = 2**21  # of x86-64 and most others
ASKS = 2**22  # bytes: from here on NumPy asks the system for large pages


def table(rows: int, lanes: int) -> NDArray[np.float32]:
    """An empty table of float32 that begins with a large page; plain memory where the system gives none."""
    size = 4 * rows * lanes
    raw = np.empty(max(size, ASKS) + PAGE, dtype=np.uint8)
    first = -raw.ctypes.data % PAGE
    return raw[first : first + size].view(np.float32).reshape(rows, lanes)
