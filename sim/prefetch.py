"""Fetching ahead: memory that will be read soon is asked for while something else is worked on.

A day's people lie anywhere in the table of persons, which is ten times as large as the processor's own cache: the
first look at each of them would wait for memory, a fifth of what a search costs. A walk through all of them (the
census) is a third shorter if it asks for some rows further on. A hint changes no result, whatever row it names; a row
past the table's end is no error.
"""

from __future__ import annotations

from typing import Any

from sim.compiled import IS_COMPILED

FURTHER_ON = 16
"""Rows that a walk through a table asks ahead."""
_LINE_BYTES = 64


def _ask(table: Any, row: int) -> None:
    """Do nothing: nothing is compiled."""


prefetch: Any = _ask
"""Ask for a row of a table of records: ``prefetch(table, row)``."""

if IS_COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def _ask_compiled(typing_context: Any, table: Any, row: Any) -> Any:
        """Write the processor's own hint for every line of memory that the row takes."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
            hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            begin = builder.bitcast(builder.gep(array.data, [arguments[1]]), pointer)
            for at in range(0, signature.args[0].dtype.size, _LINE_BYTES):
                # to read; to be kept in all caches; data
                builder.call(hint, [builder.gep(begin, [number(at)]), number(0), number(3), number(1)])
            return context.get_dummy_value()

        return types.void(table, types.intp), generate

    prefetch = intrinsic(_ask_compiled)
