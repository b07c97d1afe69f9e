"""Tables of campaigns lie on large pages and are otherwise plain arrays."""

from __future__ import annotations

import numpy as np
import pytest

from xetho.simulate.memory import PAGE, table


@pytest.mark.parametrize(("rows", "lanes"), [(1, 1), (7, 64), (9000, 192)])
def test_a_table_begins_with_a_page(rows: int, lanes: int) -> None:
    made = table(rows, lanes)
    assert made.shape == (rows, lanes)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous and made.flags.writeable
    assert made.ctypes.data % PAGE == 0
