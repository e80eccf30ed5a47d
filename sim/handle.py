"""One pointer to all arrays of a world, as compiled kernels take it.

A named tuple of some forty arrays would be copied into every call: kernels compile four times as long
and run at half the speed. So compiled code gets a numba ``structref``; with compilation turned off
kernels get the named tuple itself. Both have the same fields, so a kernel reads the same.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from typing import Any

from sim.compiled import CACHE_FOLDER, IS_COMPILED
from sim.tables import Arrays

if IS_COMPILED:
    import numba
    from numba import types
    from numba.core import cgutils
    from numba.experimental import structref
    from numba.extending import NativeValue, models, register_model, unbox

    class Handle(structref.StructRefProxy):
        """What Python holds of a handle; only kernels look inside."""

    class HeldType(types.StructRef):
        """A handle as numba has it: given to Python in its own way."""

    structref.define_boxing(HeldType, Handle)

    @structref.register
    class WorldType(HeldType):
        """numba type of a world's handle.

        Its name is a digest of its fields: numba writes the name into that of every compiled function,
        and the fields in full would make the cache ten times as large and as slow to load.
        """

        def __init__(self, fields: Any) -> None:
            super().__init__(fields)
            self._data_type: Any = None
            self.name = "World_" + hashlib.sha256(self.name.encode()).hexdigest()[:16]

        def preprocess_fields(self, fields: Any) -> Any:
            """Drop literal types, as numba asks."""
            return tuple((name, types.unliteral(field)) for name, field in fields)

        def get_data_type(self) -> Any:
            """Return the type of what the pointer points to; numba would make it anew at each access to a field."""
            if self._data_type is None:
                self._data_type = super().get_data_type()
            return self._data_type

    @register_model(WorldType)
    class BorrowedModel(models.StructModel):
        """What compiled code holds of a world: the pointer alone, no share in its life.

        numba counts references to a handle when a rule begins and again at each of its ends, by atomic operations:
        an event calls ten rules and more, and a run took a fifth longer for them (1.6 s for 1.3 s). Nothing needs the
        count: Python holds the handle for as long as a kernel runs.
        """

        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, [("meminfo", types.MemInfoPointer(kind.get_data_type()))])

        def traverse(self, builder: Any) -> list[Any]:
            """Name nothing in it that references are counted of."""
            return []

    @unbox(WorldType)
    def borrow(kind: Any, handle: Any, c: Any) -> Any:
        """Read the pointer from what Python holds, and give back the reference that numba takes with it."""
        counted = types.MemInfoPointer(types.voidptr)
        held = c.pyapi.object_getattr_string(handle, "_meminfo")
        pointer = c.unbox(counted, held).value
        c.context.nrt.decref(c.builder, counted, pointer)
        c.pyapi.decref(held)
        borrowed = cgutils.create_struct_proxy(kind)(c.context, c.builder)
        borrowed.meminfo = c.builder.bitcast(pointer, borrowed.meminfo.type)
        return NativeValue(borrowed._getvalue())

    _makers: dict[tuple[Any, ...], Any] = {}
    _kinds: dict[tuple[Any, ...], Any] = {}

    def handle(arrays: Arrays) -> Any:
        """Return the handle of a world's arrays; valid until an array grows."""
        kinds = tuple(_kind_of(array) for array in arrays)
        make = _makers.get(kinds)
        if make is None:
            make = _makers[kinds] = _maker(WorldType(list(zip(Arrays._fields, kinds, strict=True))))
        return make(*arrays)

    def _kind_of(array: Any) -> Any:
        """Type of an array for numba, asked for once: 70 arrays take 10 ms, at every world and whenever one grows."""
        flags = array.flags
        facts = (
            type(array), array.dtype, array.ndim, flags.c_contiguous, flags.f_contiguous, flags.aligned, flags.writeable
        )  # fmt: skip
        kind = _kinds.get(facts)
        if kind is None:
            kind = _kinds[facts] = numba.typeof(array)
        return kind

    def _maker(world_type: Any) -> Any:
        """Make the function that fills a handle; numba knows no loop over fields.

        It is written into the cache folder as a module, since numba caches only what has a file.
        """
        path = CACHE_FOLDER / f"{world_type.name.lower()}.py"
        names = ", ".join(Arrays._fields)
        lines = [f"def make({names}):", "    w = new(world_type)"]
        lines += [f"    w.{name} = {name}" for name in Arrays._fields]
        if not path.exists():
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_text("\n".join([*lines, "    return w", ""]), encoding="utf-8")
            partial.replace(path)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module  # numba looks the function's module up when it loads the cache
        spec.loader.exec_module(module)
        module.new, module.world_type = structref.new, world_type
        return numba.njit(cache=True)(module.make)

else:

    def handle(arrays: Arrays) -> Any:
        """Return the arrays themselves: nothing is compiled."""
        return arrays

