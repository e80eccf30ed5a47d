"""The handle is lent to compiled code: no call takes a reference, and a world that is dropped is freed."""

from __future__ import annotations

import sys

import pytest
from worlds import specification

from agents.area import build
from sim.compiled import IS_COMPILED
from sim.day import close_day


@pytest.mark.skipif(not IS_COMPILED, reason="nothing is compiled: there is no pointer to count references to")
def test_compiled_code_keeps_no_reference_to_a_world() -> None:
    world = build(specification())
    handle = world.handle
    held = sys.getrefcount(world.arrays.persons)
    for t in range(3):
        close_day(handle, t)
    own, called = handle._meminfo.refcount, sys.getrefcount(world.arrays.persons)
    del handle
    world._handle = None
    dropped = sys.getrefcount(world.arrays.persons)
    assert own == 1  # Python's
    assert (called, dropped) == (held, held - 1)  # the handle is freed, and its hold on the table with it
