"""What happens before the horizon does not depend on where the horizon lies."""

from __future__ import annotations

import numpy as np
from worlds import specification

from agents.area import simulate


def test_the_first_year_is_the_same_under_a_longer_horizon() -> None:
    """Bit for bit, at month-ends that both runs have. Would go red if studies or contracts that end after
    the horizon were cut at it (they once were).
    """
    short = simulate(specification(days=200)).indicators
    long = simulate(specification(days=900)).indicators
    seen = long["date"] <= short["date"].max()
    for column in ("date", "indicator", "group_kind", "group", "value"):
        assert np.array_equal(short[column], long[column][seen]), column
