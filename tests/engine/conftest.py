"""Fixtures of the tests of the engine: results that many tests look at are simulated once."""

from __future__ import annotations

import pytest
from worlds import closure, cohort, specification

from agents.area import simulate
from agents.specification import RunResult


@pytest.fixture(scope="session")
def baseline() -> RunResult:
    """A year of kolmikko in which the plant's staff is followed and nothing happens."""
    return simulate(specification(cohorts=(cohort(),)), with_lives=True)


@pytest.fixture(scope="session")
def closed() -> RunResult:
    """The same year with the plant's closure."""
    return simulate(specification(cohorts=(cohort(),), events=(closure(),)), with_lives=True)
