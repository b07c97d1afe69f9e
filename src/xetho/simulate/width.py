"""How many campaigns are played side by side on a core, known to the compiler.

A loop over as many lanes as an array says needs code for any number of them: counters, and a rest that fills no
vector. Over a constant number it is a few vector instructions one behind the other, and a row of a table is found
without a multiplication. So each step of the day begins with `x, s = of_width(x), of_width(s)`, and tables in C order
of any other width must not reach it: `device.play_block` sees to that.
"""

from __future__ import annotations

from typing import Any, TypeVar

from numba import config
from numba.core import cgutils as _cgutils
from numba.core import types as _types
from numba.extending import intrinsic
from numba.np import arrayobj as _arrayobj

settings: Any = config
cgutils: Any = _cgutils
types: Any = _types
arrayobj: Any = _arrayobj
Table = TypeVar("Table")
WIDTH = 128  # of a block on a core: wider ones crowd the day's rows out of its own cache, narrower ones cost more calls
FREE = bool(settings.DISABLE_JIT)
"""Nothing is compiled, as for the simulator of a card, and any number of lanes will do."""


def _of_known_width(typing: Any, table: Any) -> Any:
    """The same table, of which the compiler knows that it is `WIDTH` lanes wide.

    Holds for a table of whole rows (C order) only; a view of some lanes, as on a card, is left as it is.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if table.layout != "C":
            return args[0]
        array = arrayobj.make_array(table)(context, builder, value=args[0])
        lane = context.get_abi_sizeof(context.get_data_type(table.dtype))
        rows = cgutils.unpack_tuple(builder, array.shape)[0]
        width, row, step = (context.get_constant(types.intp, value) for value in (WIDTH, WIDTH * lane, lane))
        array.shape = cgutils.pack_array(builder, [rows, width])
        array.strides = cgutils.pack_array(builder, [row, step])
        return array._getvalue()

    return table(table), code


def _as_it_is(table: Table) -> Table:
    """The same table."""
    return table


of_width: Any = _as_it_is if FREE else intrinsic(_of_known_width)
