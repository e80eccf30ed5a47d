"""How compiled code is put together: a rule is lowered once, and optimised only within the kernels that call it.

numba optimises every function and turns it into machine code with all that it calls, and does so again in each caller:
a rule three calls below a kernel is compiled four times and more. Only kernels are called from Python. So a rule stays
as the code that numba made of it, and a kernel links each rule below it once, is optimised once as a whole, and becomes
machine code once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, Flags
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class RuleLibrary(JITCodeLibrary):
    """Code of a rule, neither optimised nor turned into machine code, and the libraries that it calls."""

    def finalize(self) -> None:
        """Nothing is added any more; the callers link what is called."""
        self._raise_if_finalized()
        self._finalized = True


class KernelLibrary(JITCodeLibrary):
    """Code of a kernel with each rule that is called below it, once."""

    def finalize(self) -> None:
        """Link everything, optimise it together and make machine code of it."""
        self._linking_libraries = _all_below(self._linking_libraries)
        super().finalize()


def _all_below(libraries: list[Any]) -> list[Any]:
    """Libraries with all those that the rules among them call, directly or not, each once."""
    found: dict[Any, None] = {}
    waiting = list(reversed(libraries))
    while waiting:
        library = waiting.pop()
        if library not in found:
            found[library] = None
            if isinstance(library, RuleLibrary):
                waiting += reversed(library._linking_libraries)
    return list(found)


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(NativeLowering):
    """Lower a kernel into a `KernelLibrary`."""

    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower; see numba's pass of this kind."""
        state.library = KernelLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()  # its machine code goes into the cache on disk
        return bool(super().run_pass(state))


class _EntryOfRule:
    """Stands where numba keeps the function that Python would call: its key among compiled functions."""


@register_pass(mutates_CFG=True, analysis_only=False)
class _RuleLowering(NativeLowering):
    """Lower a rule into a `RuleLibrary`, without anything that Python could call."""

    _name = "rule_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower; numba makes no machine code, and callers find the rule by its entry."""
        library = state.library = RuleLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags = Flags(state.flags)
        state.flags.no_compile = state.flags.no_cpython_wrapper = True
        changed = bool(super().run_pass(state))
        library.finalize()
        entry = _EntryOfRule()
        # with all below it, so that an ordinary function of numba that calls the rule has its whole code too
        state.targetctx.insert_user_function(entry, state.cr.fndesc, _all_below([library]))
        state.reload_init.extend(library._reload_init)
        state.cr = state.cr._replace(cfunc=entry)
        return changed


class _Kernel(CompilerBase):
    """numba's passes with the lowering of a kernel."""

    lowering: Any = _KernelLowering

    def define_pipelines(self) -> list[Any]:
        """The passes of ``njit`` but for the lowering."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (self.lowering, told) if which is NativeLowering else (which, told) for which, told in passes.passes
        ]
        passes._finalized = False
        passes.finalize()
        return [passes]


class _Rule(_Kernel):
    """numba's passes with the lowering of a rule."""

    lowering = _RuleLowering


class _Flags(Flags):
    """Flags that know their values until one of them is set.

    numba looks up by flags what it has compiled of its own, 100,000 times, and would read some thirty values each
    time: a tenth of the time.
    """

    __slots__ = ("_known",)

    def __init__(self, flags: Flags) -> None:
        super().__init__(flags)
        self._known: Any = flags._known if isinstance(flags, _Flags) else None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name != "_known":
            self._known = None

    def __hash__(self) -> int:
        if self._known is None:
            self._known = (super().__hash__(),)
        return int(self._known[0])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Flags) and self._known is other._known is not None:
            return True
        return bool(super().__eq__(other))


_flags: dict[Flags, _Flags] = {}


def _shared(flags: Flags) -> Flags:
    """Flags of these values that know that they equal the others made here."""
    if flags not in _flags:
        _flags[flags] = _Flags(flags)
        hash(_flags[flags])
    return _flags[flags].copy()


def _dispatcher(function: Callable[..., Any], **how: Any) -> Any:
    """A dispatcher of numba's with `_Flags`."""
    dispatcher = numba.njit(**how)(function)
    dispatcher._compiler._customize_flags = _shared
    return dispatcher


def kernel_dispatcher(function: Callable[..., Any], how: dict[str, Any]) -> Any:
    """Make numba's dispatcher of a function that Python calls, cached on disk."""
    return _dispatcher(function, cache=True, pipeline_class=_Kernel, **how)


def rule_dispatcher(function: Callable[..., Any], how: dict[str, Any]) -> Any:
    """Make numba's dispatcher of a function that kernels call; Python gets one that is compiled as a kernel is."""
    dispatcher = _dispatcher(function, pipeline_class=_Rule, **how)
    for_python: list[Any] = []

    def compile_for_python(*_: Any, **__: Any) -> Any:
        if not for_python:
            for_python.append(one_signature(kernel_dispatcher(function, how)))
        return for_python[0]

    dispatcher._insert = lambda *_: None  # there is nothing that Python could call
    dispatcher._compile_for_args = compile_for_python
    return one_signature(dispatcher)


def one_signature(dispatcher: Any) -> Any:
    """Make a compiled function have one signature, whatever integers and floats callers pass.

    numba compiles a function anew for each combination of int8, int32, int64, literals and enumeration
    members; all that multiplies compile time by five. Integers become int64 (unsigned ones uint64),
    floats float64; numba converts the arguments at the call.
    """
    compile_for = dispatcher.compile

    def compile_once(signature: Any) -> Any:
        if isinstance(signature, tuple):
            signature = tuple(_plain(argument) for argument in signature)
        return compile_for(signature)

    dispatcher.compile = compile_once
    return dispatcher


def _plain(argument: Any) -> Any:
    """The one type that stands for a family of types of an argument."""
    types: Any = numba.types
    argument = types.unliteral(argument)
    if isinstance(argument, types.IntEnumMember):
        return types.int64
    if isinstance(argument, types.Boolean):
        return types.boolean
    if isinstance(argument, types.Integer):
        return types.int64 if argument.signed else types.uint64
    if isinstance(argument, types.Float):
        return types.float64
    return argument
