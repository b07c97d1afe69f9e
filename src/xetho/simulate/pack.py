"""Which lanes a thing has happened in, put down one behind the other.

Where few lanes of many have something to do, they are listed first. As a loop that is a step for every lane; processors
with vectors of 512 bits pack 16 lanes in one instruction, of which the compiler makes no use by itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import cgutils as _cgutils
from numba.core import types as _types
from numba.core.codegen import get_host_cpu_features
from numba.core.cpu import CPUContext
from numba.extending import intrinsic
from numpy.typing import NDArray

from xetho.simulate.rows import VECTOR
from xetho.simulate.width import FREE, WIDTH, settings

Row = NDArray[np.float32]
cgutils: Any = _cgutils
ir: Any = cgutils.ir
types: Any = _types


def _one_by_one(row: Row, few: int, offset: int, out: NDArray[np.int32], first: int) -> None:
    """Put down, from place `first` on, `offset` and the lane for each of the `few` in which a row is not above zero.

    Without a branch on what a lane holds: nobody could foretell it.
    """
    place, lane = first, 0
    while place < first + few:
        out[place] = offset + lane
        place += int(row[lane] <= np.float32(0.0))
        lane += 1


def _packs(context: Any) -> bool:
    """Whether what is compiled is for a core of this machine, and that has the instruction."""
    features: Any = settings.CPU_FEATURES or get_host_cpu_features()  # type: ignore[no-untyped-call]
    return isinstance(context, CPUContext) and settings.CPU_NAME is None and "+avx512f" in features.split(",")


def _sixteen_at_a_time(typing: Any, row: Any, few: Any, offset: Any, out: Any, first: Any) -> Any:
    """`_one_by_one` for a row of `WIDTH` lanes."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if not _packs(context):
            return context.compile_internal(builder, _one_by_one, signature, args)
        number, count = ir.IntType(32), context.get_value_type(types.intp)
        numbers, flags = ir.VectorType(number, VECTOR), ir.VectorType(ir.IntType(1), VECTOR)
        values = ir.VectorType(ir.FloatType(), VECTOR)
        pack = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [numbers, number.as_pointer(), flags]),
            f"llvm.masked.compressstore.v{VECTOR}i32",
        )  # fmt: skip
        source, goal = (context.make_array(signature.args[k])(context, builder, args[k]).data for k in (0, 3))
        begin = builder.trunc(context.cast(builder, args[2], offset, types.intp), number)
        mine = builder.insert_element(ir.Constant(numbers, ir.Undefined), begin, ir.Constant(number, 0))
        begins = builder.shuffle_vector(mine, ir.Constant(numbers, ir.Undefined), ir.Constant(numbers, [0] * VECTOR))
        place = context.cast(builder, args[4], first, types.intp)
        for lane in range(0, WIDTH, VECTOR):
            there = builder.gep(source, [ir.Constant(count, lane)])
            part = builder.load(builder.bitcast(there, values.as_pointer()), align=4)
            found = builder.fcmp_ordered("<=", part, ir.Constant(values, [0.0] * VECTOR))
            named = builder.add(begins, ir.Constant(numbers, list(range(lane, lane + VECTOR))))
            builder.call(pack, [named, builder.gep(goal, [place]), found])
            of_part = builder.ctpop(builder.bitcast(found, ir.IntType(VECTOR)))
            place = builder.add(place, builder.zext(of_part, count))
        return context.get_dummy_value()

    return types.none(row, few, offset, out, first), code


not_above_zero: Any = _one_by_one if FREE else intrinsic(_sixteen_at_a_time)
