"""Leaving the labour force: who has left searches less than the unemployed, so that it can not make more work."""

from __future__ import annotations

import numpy as np
from worlds import NOTHING_PROPOSED, area, specification, with_values

from agents.area import simulate
from experiments.composing.composition import resolve

SEEDS = range(8)
TALKS_THAT_END_SEARCHES = NOTHING_PROPOSED | {"services.referral_share": 0.0, "services.exit_per_contact": 0.05}


def employed(exit_per_contact: float, seed: int, **more: float) -> float:
    """Mean of people in work in the second year, persons."""
    values = TALKS_THAT_END_SEARCHES | {"services.exit_per_contact": exit_per_contact} | more
    result = simulate(specification(days=730, seed=seed, scale=3.0, parameters=with_values(values)))
    return float(area(result, "employed_open_market")[-12:].mean())


def test_talks_that_end_searches_make_no_work() -> None:
    """Eight pairs of the same people: with talks that do nothing but end one search in twenty, no more are in work.

    The bound is three standard errors above none: false alarm .2 %. With an attachment of 2 after an exit, three times
    that of the configuration, 28 ± 1 more of 4,100 were in work.
    """
    change = np.array([employed(0.05, seed) - employed(0.0, seed) for seed in SEEDS])
    error = change.std(ddof=1) / np.sqrt(len(change))
    print(f"in work: {change.mean():+.1f} ± {error:.1f} persons")
    assert change.mean() < 3.0 * error


def test_who_has_left_searches_less_than_the_unemployed() -> None:
    p = resolve("run", []).parameters
    after_exit = p.value("search.rate_inactive_per_month") * p.value("labour_force.attachment_after_exit")
    assert after_exit < p.value("search.rate_unemployed_per_month")
