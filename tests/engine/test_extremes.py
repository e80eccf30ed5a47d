"""Worlds without any staff, and worlds in which everything is doubled."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from worlds import area, rows, specification, with_values

from agents.area import simulate
from agents.specification import RunResult

YEARS_DAYS = 730
SEEDS = range(6)


@cache
def run(staffed: bool, seed: int) -> RunResult:
    more = {} if staffed else {"services.staff_fte": 0.0}
    return simulate(specification(days=YEARS_DAYS, seed=seed, parameters=with_values(more)))


def test_without_staff_people_still_find_work() -> None:
    """Two years, six seeds: more than three in five of the exits to a job of the baseline; nobody is met, all wait."""
    with_staff = sum(area(run(True, seed), "exits_to_job").sum() for seed in SEEDS)
    without = sum(area(run(False, seed), "exits_to_job").sum() for seed in SEEDS)
    print(f"exits to a job without staff: {without / with_staff:.3f} of the baseline's")
    assert 0.6 < without / with_staff < 1.1
    for seed in SEEDS:
        result = run(False, seed)
        assert area(result, "service_contacts").sum() == 0
        assert area(result, "staff_fte").sum() == 0
        # everybody who is unemployed waits, but for those who registered with an old search that goes on
        assert area(result, "queue")[-1] > 0.8 * (area(result, "unemployed") - area(result, "furloughed"))[-1]
        # study of one's own after guidance that was under way at the start needs no talk
        assert area(result, "measure_starts").sum() < 0.05 * area(run(True, seed), "measure_starts").sum()


def test_a_wait_that_nobody_had_is_missing_and_not_nought() -> None:
    names = {key[1] for key in rows(run(False, 0))}
    never = {"first_interview_wait_days", "first_interview_in_time_share", "talks_in_time_share", "utilisation",
             "caseload", "no_show_share"}  # fmt: skip
    assert not names & never
    assert never <= {key[1] for key in rows(run(True, 0))}


RATES = ("unemployment_rate", "first_interview_wait_days", "utilisation", "caseload", "no_show_share",
         "vacancy_duration_days", "talks_in_time_share")  # fmt: skip
HALF_THE_TIME = with_values({"services.client_time_share": 0.275})
AMOUNTS = ("unemployed", "exits_to_job", "service_contacts", "handovers", "in_service", "in_training", "hires",
           "long_term_unemployed", "new_job_searches", "subsidised")  # fmt: skip


@pytest.mark.verify
def test_everything_doubled_changes_no_rate() -> None:
    """People, jobs, staff, seats and partners doubled, sixteen seeds: the last year's means of rates, and amounts in
    persons, are the same within 3.5 standard errors of the difference.

    False alarm .05 % each for normal means (.2 % with errors from sixteen runs), 3 % for all of them. Four times the
    smallest region against eight times: in the region itself, where less than a seat is ordered in a month, whole seats
    and least groups cost 6 to 9 % of the participants. Power: with half the time for clients the difference is large.
    """
    seen: dict[float, np.ndarray] = {}
    names = RATES + AMOUNTS
    for scale in (4.0, 8.0):
        runs = [simulate(specification(days=730, seed=100 + seed, scale=scale)) for seed in range(16)]
        seen[scale] = np.array([[area(one, name)[-12:].mean() for name in names] for one in runs])
    half = [
        simulate(specification(days=730, seed=100 + seed, scale=8.0, parameters=HALF_THE_TIME)) for seed in range(8)
    ]
    short = np.array([[area(one, name)[-12:].mean() for name in names] for one in half])
    z = difference(seen[4.0], seen[8.0])
    print(dict(zip(names, np.round(z, 2).tolist(), strict=True)))
    print(dict(zip(names, np.round(seen[8.0].mean(axis=0) / seen[4.0].mean(axis=0), 3).tolist(), strict=True)))
    assert np.abs(z).max() < 3.5
    assert np.abs(difference(seen[4.0], short)).max() > 5.0


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Standard errors between the means of two sets of runs."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    return (other.mean(axis=0) - one.mean(axis=0)) / error
