"""Labour states that the published labour force does not tell apart: self-employed, conscripts, people in services.

`agents.synthetic.people` gives everybody a place in or outside the labour force and `employers` a job; here
some of them are moved into states of their own, so that the margins met before still hold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.synthetic.employers import Employers
from agents.synthetic.people import OLDEST_IN_MEASURES_YEARS, People
from agents.synthetic.rounding import scaled
from sim.dimensions import DAYS_PER_YEAR, MEASURES, SECTIONS, Measure, State
from sim.kernels.measures import OLD_DAYS, YOUNG_DAYS, state_of


def make_self_employed(
    region: Region, people: People, employer: NDArray[np.int64], firms: Employers, p: np.record,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Make some job holders self-employed: in each place and industry a share, people who live there, in the jobs
    of its smallest establishments.

    Whoever holds such a job and lives elsewhere changes jobs with somebody of the place and industry who lives
    there. Listed employers keep their staff.

    Parameters
    ----------
    employer
        Row of each person's employer; set to -1 for the self-employed.
    firms
        Employers; their sizes fall by those who leave.
    """
    shares = np.asarray(p.self_employment.share_of_jobs)
    n_places = region.outside
    inside = np.flatnonzero(firms.place < n_places)
    jobs = np.bincount(
        firms.place[inside] * len(SECTIONS) + firms.section[inside],
        firms.size[inside],
        minlength=n_places * len(SECTIONS),
    )
    number = scaled(jobs * np.tile(shares, n_places), 1.0)
    listed = np.zeros(len(firms.size), bool)
    listed[list(firms.rows.values())] = True
    holders = np.flatnonzero((employer >= 0) & (people.state == State.EMPLOYED))
    holders = holders[(firms.place[employer[holders]] < n_places) & ~listed[employer[holders]]]
    at = employer[holders]
    cell = firms.place[at] * len(SECTIONS) + firms.section[at]
    # the smallest establishments first, one after another
    order = np.lexsort((at, rng.random(len(firms.size))[at], firms.size[at], cell))
    holders, cell = holders[order], cell[order]
    first = np.searchsorted(cell, np.arange(len(number) + 1))
    for k in np.flatnonzero(number):
        rows = holders[first[k] : first[k + 1]]
        lives_here = people.home[rows] == firms.place[employer[rows]]
        n = min(int(number[k]), int(lives_here.sum()))
        strangers = rows[:n][~lives_here[:n]]
        locals_ = rows[n:][lives_here[n:]][: len(strangers)]
        for column in (employer, people.occupation):
            column[strangers], column[locals_] = column[locals_].copy(), column[strangers].copy()
        chosen = np.concatenate([rows[:n][lives_here[:n]], locals_])
        np.subtract.at(firms.size, employer[chosen], 1)
        employer[chosen] = -1
        people.state[chosen] = State.SELF_EMPLOYED


def call_up(people: People, p: np.record, rng: np.random.Generator) -> NDArray[np.int64]:
    """Make some young male students conscripts.

    Returns
    -------
    ndarray
        Their rows.
    """
    years = -people.born / DAYS_PER_YEAR
    young = (people.state == State.STUDENT) & (people.sex == 0) & (years >= 19.0) & (years < 21.0)
    rows = np.flatnonzero(young & (rng.random(len(people)) < float(p.population.conscript_share)))
    people.state[rows] = State.CONSCRIPT
    return rows


def put_in_measures(
    people: People, p: np.record, size: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put people outside the labour force into the measures that are under way.

    As many as seats a month times mean months in the long run; the start-up grant is no such state, and jobs with a
    wage subsidy in firms are held by people who have an employer (`subsidise_jobs`).

    Parameters
    ----------
    size
        Size of the simulated area against the one that seats are stated for.

    Returns
    -------
    tuple of ndarray
        Rows of the participants, and their measures.
    """
    years = -people.born / DAYS_PER_YEAR
    working_age = (years >= 18.0) & (years < OLDEST_IN_MEASURES_YEARS)
    free = rng.permutation(np.flatnonzero((people.state == State.INACTIVE) & working_age))
    seats, months = np.asarray(p.measures.seats_per_month), np.asarray(p.measures.mean_months)
    wanted = seats * months * np.asarray(p.measures.taken_at_start_share) * size
    wanted[[Measure.WAGE_SUBSIDY_PRIVATE, Measure.START_UP_GRANT]] = 0.0
    number = scaled(wanted, 1.0)
    measures = np.repeat(np.arange(len(MEASURES)), number)[: len(free)]
    participants = free[: len(measures)]
    for measure in np.unique(measures):
        people.state[participants[measures == measure]] = state_of(int(measure))
    return participants, measures


def subsidise_jobs(
    people: People, employer: NDArray[np.int64], firms: Employers, is_public: NDArray[np.bool_], p: np.record,
    size: float, rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Let some job holders of small private employers hold their job with a wage subsidy.

    As many as promises a month, the share of them that is used, and mean months; of people whom the subsidy is meant
    for whatever their spell (`sim.kernels.measures.is_eligible`).

    Parameters
    ----------
    employer
        Row of each person's employer before known staff is seated: who is subsidised depends on no cohort.
    is_public
        Of each industry, shape (SECTIONS,).
    size
        Size of the simulated area against the one that promises are stated for.

    Returns
    -------
    ndarray
        Rows of these people.
    """
    m, private = p.measures, Measure.WAGE_SUBSIDY_PRIVATE
    wanted = float(m.seats_per_month[private] * m.mean_months[private] * m.taken_at_start_share[private]) * size
    listed = np.zeros(len(firms.size), bool)
    listed[list(firms.rows.values())] = True
    age = -people.born
    meant = (age < YOUNG_DAYS) | (age >= OLD_DAYS) | (people.education == 0) | (people.language > 0)
    meant &= age < OLDEST_IN_MEASURES_YEARS * DAYS_PER_YEAR
    holders = np.flatnonzero((employer >= 0) & (people.state == State.EMPLOYED) & meant)
    at = employer[holders]
    holders = holders[~listed[at] & ~is_public[firms.section[at]] & (firms.place[at] == people.home[holders])]
    chosen: NDArray[np.int64] = rng.permutation(holders)[: round(wanted)]
    people.state[chosen] = State.SUBSIDISED
    return chosen
