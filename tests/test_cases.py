"""Published closures: their files, the index of demand that they begin with, and shares computed by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from experiments.composing.configuration import PROJECT
from experiments.validation.cases.declaration import Outcome, all_cases
from experiments.validation.cases.followed import GROUPS, MEASURES, Followed
from experiments.validation.cases.page import markdown
from experiments.validation.cases.repeat import rebased, specifications
from experiments.validation.score import Score
from sim.dimensions import State
from sim.errors import InputError

WORK, IDLE, GONE = int(State.EMPLOYED), int(State.UNEMPLOYED), int(State.ABSENT)
MONTHS = [date(2025, month, 28) for month in range(1, 13)] + [date(2026, month, 28) for month in range(1, 13)]


def followed() -> Followed:
    """Five people over two years: one finds work after three months, one never, one leaves for a job in another trade,
    one moves away, one commutes in from outside.
    """
    state = np.full((5, 24), WORK, np.int8)
    plant = np.zeros((5, 24), bool)
    plant[:, :2] = True
    state[0, 2:5] = IDLE
    state[1, 2:] = IDLE
    state[3, 4:] = GONE
    state[4, 2:] = int(State.OUTSIDE)
    trade = np.zeros((5, 24), np.int16)
    trade[2, 2:] = 7
    education = np.array([0, 1, 2, 2, 2], np.int8)
    lives_here = np.array([True, True, True, True, False])
    return Followed(MONTHS, state, plant, np.zeros((5, 24), bool), trade, education, lives_here)


@pytest.mark.parametrize(
    ("measure", "month", "of", "share"),
    [
        ("in_work", 3, "everybody", 2 / 4),  # the third and the fourth of those who live here
        ("in_work", 12, "everybody", 2 / 3),  # the first and the third of those who are left
        ("in_work", 12, "tertiary", 1.0),
        ("unemployed", 12, "others", 1 / 2),
        ("found_within_a_year", 23, "everybody", 3 / 4),  # all but the second
        ("left_for_a_job", 12, "everybody", 2 / 4),
        ("other_trade", 12, "everybody", 1 / 2),
        ("on_path", 12, "everybody", 0.0),
    ],
)
def test_shares_by_hand(measure: str, month: int, of: str, share: float) -> None:
    f = followed()
    assert MEASURES[measure](f, month, GROUPS[of](f)) == pytest.approx(share)


def test_who_left_less_than_a_year_ago_is_not_asked() -> None:
    f = followed()
    assert np.isnan(MEASURES["found_within_a_year"](f, 12, GROUPS["everybody"](f)))
    assert MEASURES["found_within_a_year"](f, 13, GROUPS["everybody"](f)) == pytest.approx(3 / 4)


def test_the_cases_that_ship_can_be_simulated(tmp_path: Path) -> None:
    cases = all_cases()
    assert {case.name for case in cases} >= {"mills_2008", "electronics_2011", "plant_boom", "plant_slump"}
    for case in cases:
        (run,) = specifications(case, 1, tmp_path)
        (event,) = run.events
        assert sum(cell.jobs for cell in run.cohorts[0].staff) == event.jobs
        last = run.start_date.replace(year=run.start_date.year + case.horizon_years)
        assert all(run.start_date < outcome.day < last for outcome in case.outcomes)
    page = markdown(cases, [Score.of(outcome, [0.3, 0.4]) for case in cases for outcome in case.outcomes], 2)
    assert all(f"## {case.title}" in page for case in cases)


def test_demand_begins_at_the_level_of_the_start(tmp_path: Path) -> None:
    file = rebased(PROJECT / "data" / "past" / "demand_2006_2016.csv", "2008-01", tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["month,index", "2008-01,1.0000"]
    with pytest.raises(InputError, match="no month 2017-01"):
        rebased(PROJECT / "data" / "past" / "demand_2006_2016.csv", "2017-01", tmp_path)


def test_a_wrong_outcome_is_told() -> None:
    given = {"measure": "in_wrok", "date": "2010-10-01", "band": None, "unit": "share", "meaning": "m", "source": "s"}
    with pytest.raises(InputError, match="did you mean 'in_work'"):
        Outcome.read("x", given, "conf/case/x.yaml: outcomes.x")
