"""The month-end census: stocks by place and by group, read once, nobody touched."""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import ORIGINS, Need, Origin, State, VacancyState
from sim.kernels.benefits import settle
from sim.kernels.hazards import age_band
from sim.kernels.mobility import is_outside
from sim.kernels.retention import is_at_work, is_from_abroad
from sim.kernels.states import is_in_measure, is_registered, is_unemployed, works
from sim.mismatch import LONG_OPEN_DAYS
from sim.prefetch import FURTHER_ON, prefetch

LONG_TERM_DAYS = 365
SPOUSES = len(ORIGINS)
"""Row of spouses in the count of people from abroad; recruits follow by year."""
OWN, OUT, IN = 0, 1, 2
IDLE, LONG_OPEN = 0, 1
"""Rows of the census by trade."""


@rule
def _is_long_term(person, t):
    """Whether a person has been unemployed for a year without a break."""
    return is_unemployed(person.state) and t - person.spell >= LONG_TERM_DAYS


@rule
def forget_clients(w):
    """Begin to count clients anew, and what is open and who is idle by trade."""
    w.desks.clients[:] = 0
    w.points.others[:] = 0
    w.idle_by_trade[:] = 0
    for o in range(w.open_by_trade.shape[0]):
        w.open_by_trade[o] = 0
        for m in range(w.points.shape[0]):
            w.open_by_trade[o] += w.open_cells[o, m]


@rule
def count_client(w, i, registered):
    """Count whose client a person is: of a line, at the place that serves her; or a jobseeker who has none."""
    n_places = w.points.shape[0]
    person = w.persons[i]
    if is_outside(w, person.home):
        return
    if person.state == State.UNEMPLOYED:
        w.idle_by_trade[person.occupation] += 1
    place = w.points[person.home].serves
    if person.state == State.UNEMPLOYED or is_in_measure(person.state):
        w.desks[max(0, person.line) * n_places + place].clients += 1
    elif registered:
        w.points[place].others += 1


@rule
def count_from_abroad(w, i, abroad):
    """Count somebody who came from abroad: by origin, as a spouse who came along, and as a recruit of her year."""
    person = w.persons[i]
    at_work = is_at_work(person.state)
    abroad[person.origin, 0] += 1
    abroad[person.origin, 1] += at_work
    if person.origin == Origin.FAMILY and person.spouse >= 0:
        abroad[SPOUSES, 0] += 1
        abroad[SPOUSES, 1] += at_work
    row = SPOUSES - person.cohort
    if person.cohort < 0 and row < abroad.shape[0]:
        abroad[row, 0] += 1
        abroad[row, 1] += at_work


@kernel
def census_places(
    w, t, long_term, registered, part_time, commuters, cohort_states, registered_vacancies, by_trade, abroad
):
    """Count what is not kept as a running stock, and whose clients people are; settle everybody's benefits.

    One walk through the people for all that, because the walk is what it costs.

    Parameters
    ----------
    long_term
        Out: long-term unemployed, i8[places].
    registered, part_time
        Out: registered jobseekers, and employees who work part time, by home, i8[places].
    commuters
        Out: residents who work in their own municipality, residents who work elsewhere, people who work there
        and live elsewhere, i8[3, places].
    cohort_states
        Out: persons by cohort and labour state, i8[cohorts + 1, STATES]; the departed are absent.
    registered_vacancies
        Out: open vacancies in the register, i8[places].
    by_trade
        Out: unemployed residents by trade, coded in the register or not, and vacancies of the area that have been
        open for more than `LONG_OPEN_DAYS`, i8[2, occupations].
    abroad
        Out: people from abroad, and those of them who have a job: by origin, spouses who came along, and recruits by
        the year of the run in which they came, i8[ORIGINS + 1 + years, 2].
    """
    forget_clients(w)
    for i in range(w.control[0].n_persons):
        prefetch(w.persons, i + FURTHER_ON)
        state = w.persons[i].state
        if state == State.ABSENT:
            continue
        settle(w, i, t + 1)
        person = w.persons[i]
        if is_unemployed(state):
            by_trade[IDLE, person.occupation] += 1
        if _is_long_term(person, t):
            long_term[person.home] += 1
        is_on_register = is_registered(w, i, t)
        if is_on_register:
            registered[person.home] += 1
        count_client(w, i, is_on_register)
        if state == State.SELF_EMPLOYED:
            commuters[OWN, person.home] += 1  # at home, for want of a figure
        elif state == State.EMPLOYED:
            part_time[person.home] += person.is_part_time
            place = w.employers[person.employer].place
            if place == person.home:
                commuters[OWN, place] += 1
            else:
                commuters[OUT, person.home] += 1
                commuters[IN, place] += 1
        if is_from_abroad(person):
            count_from_abroad(w, i, abroad)
        if person.cohort > 0:
            cohort_states[person.cohort, state] += 1
    for v in range(w.control[0].n_vacancies):
        vacancy = w.vacancies[v]
        if vacancy.state != VacancyState.OPEN:
            continue
        if vacancy.is_registered:
            registered_vacancies[vacancy.place] += 1
        if vacancy.place < w.points.shape[0] and t - vacancy.opened > LONG_OPEN_DAYS:
            by_trade[LONG_OPEN, vacancy.occupation] += 1


@kernel
def census_groups(w, t, by_sex, by_age, by_education, by_occupation):
    """Count employed, unemployed and long-term unemployed residents by group (record=monthly and full).

    Parameters
    ----------
    by_sex, by_age, by_education, by_occupation
        Out: i8[groups, 3]; the last occupation is that of people whose occupation the register does not know.
    """
    for i in range(w.control[0].n_persons):
        person = w.persons[i]
        if is_outside(w, person.home):
            continue
        column = -1
        if works(person.state):
            column = 0
        elif is_unemployed(person.state):
            column = 1
        if column < 0:
            continue
        band = age_band(person, t)
        trade = person.occupation if person.is_coded else by_occupation.shape[0] - 1
        by_sex[person.sex, column] += 1
        by_age[band, column] += 1
        by_education[person.education, column] += 1
        by_occupation[trade, column] += 1
        if _is_long_term(person, t):
            by_sex[person.sex, 2] += 1
            by_age[band, 2] += 1
            by_education[person.education, 2] += 1
            by_occupation[trade, 2] += 1


@kernel
def census_clients(w, t):
    """Count whose clients people are, on the first day, before there was a month to close."""
    forget_clients(w)
    for i in range(w.control[0].n_persons):
        if w.persons[i].state != State.ABSENT:
            count_client(w, i, is_registered(w, i, t))


WORK_CAPACITY, LIFE_SITUATION, LATE_RECOGNITION, LANGUAGE, QUEUE, OCCUPATION, PLACE, AGE, OTHER = range(9)
CAUSES = (
    "work_capacity", "life_situation", "late_recognition", "language", "queue", "occupation", "place", "age", "other",
)  # fmt: skip
"""Why somebody is long-term unemployed, in the order in which causes are looked for: each counts once."""
_OLD_DAYS = 55 * 365
_LONG_QUEUE_DAYS = 30


@rule
def cause_of(w, i, t, scarce, near):
    """First cause that is found for a long-term unemployed person.

    A known need counts as that need, an unknown one as late recognition; a trade with fewer than half the area's
    vacancies for each unemployed is one without demand; a place that sees less than half of the area's mean of
    vacancies lies far from work.
    """
    person = w.persons[i]
    if person.need != Need.NONE:
        if not person.is_recognised and person.contacts > 0:
            return LATE_RECOGNITION
        return WORK_CAPACITY if person.need == Need.WORK_CAPACITY else LIFE_SITUATION
    if person.language != 0:
        return LANGUAGE
    waits_long = person.is_waiting and person.contacts == 0 and t - person.registered_since > _LONG_QUEUE_DAYS
    if person.is_lost or waits_long:
        return QUEUE
    if scarce[person.occupation]:
        return OCCUPATION
    if near[person.home]:
        return PLACE
    if t - person.born >= _OLD_DAYS:
        return AGE
    return OTHER


@kernel
def census_causes(w, t, by_cause):
    """Count the long-term unemployed by the first cause that is found (`CAUSES`).

    Parameters
    ----------
    by_cause
        Out: i8[causes, places].
    """
    n_trades, n_places = w.open_cells.shape[0], w.points.shape[0]
    idle = np.zeros(n_trades)
    for i in range(w.control[0].n_persons):
        if is_unemployed(w.persons[i].state):
            idle[w.persons[i].occupation] += 1.0
    open_jobs = np.zeros(n_trades)
    for o in range(n_trades):
        for m in range(n_places):
            open_jobs[o] += w.open_cells[o, m]
    scarce = open_jobs * max(idle.sum(), 1.0) < 0.5 * idle * open_jobs.sum()
    sees = np.zeros(n_places)
    for m in range(n_places):
        for o in range(n_trades):
            for place in range(n_places):
                sees[m] += w.near[m, place] * w.open_cells[o, place]
    far = sees < 0.5 * sees.mean()
    for i in range(w.control[0].n_persons):
        if _is_long_term(w.persons[i], t):
            by_cause[cause_of(w, i, t, scarce, far), w.persons[i].home] += 1


@kernel
def census_trial(w, by_quarter):
    """Count the people of a trial by quarter and labour state, i8[4, STATES]; the departed are absent."""
    for i in range(w.control[0].n_persons):
        if w.persons[i].trial > 0:
            by_quarter[w.persons[i].trial - 1, w.persons[i].state] += 1


@kernel
def recount(w):
    """Count everything again from the people and the vacancies, for checks of conservation.

    Returns
    -------
    tuple of ndarray
        Stocks i8[STATES, places], filled, open and dormant jobs by employer i8[employers, 3], open
        vacancies by cell i8[occupations, places].
    """
    stocks = np.zeros_like(w.stocks)
    jobs = np.zeros((w.employers.shape[0], 3), np.int64)
    cells = np.zeros_like(w.open_cells)
    for i in range(w.control[0].n_persons):
        person = w.persons[i]
        if person.state == State.ABSENT:
            continue
        stocks[person.state, person.home] += 1
        if person.employer >= 0:
            jobs[person.employer, 0] += 1
    for v in range(w.control[0].n_vacancies):
        vacancy = w.vacancies[v]
        if vacancy.state == VacancyState.OPEN:
            jobs[vacancy.employer, 1] += 1
            cells[vacancy.occupation, vacancy.place] += 1
        elif vacancy.state == VacancyState.DORMANT:
            jobs[vacancy.employer, 2] += 1
    return stocks, jobs, cells
