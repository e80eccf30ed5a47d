"""Rules that are optimised within their callers alone: whoever calls one has its whole code."""

from __future__ import annotations

import numba
import pytest

from sim.compiled import IS_COMPILED, kernel, rule
from sim.rng import Purpose, uniform

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="nothing is linked")
SEED, UID, DAY = 7, 1 << 40, 300


@rule
def drawn(seed, uid, day):
    return uniform(seed, Purpose.TRIAL_ARM, uid, day, 0)


@rule
def drawn_twice(seed, uid, day):
    return drawn(seed, uid, day) + uniform(seed, Purpose.TRIAL_ARM, uid, day + 1, 0)


@pytest.mark.parametrize("compiled", [numba.njit, kernel])
def test_a_function_that_calls_a_rule_has_all_that_the_rule_calls(compiled) -> None:
    """Two rules below another, of which one is called by both: a missing one would be a jump to nowhere."""

    def asked(seed, uid, day):
        return drawn_twice(seed, uid, day)

    expected = [uniform(SEED, Purpose.TRIAL_ARM, UID, day, 0) for day in (DAY, DAY + 1)]
    assert compiled(asked)(SEED, UID, DAY) == sum(expected)
    assert drawn_twice(SEED, UID, DAY) == sum(expected)  # called from Python
