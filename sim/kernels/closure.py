"""Structural events that touch people: an employer announces, staff leave in stages, cohorts are marked.

The clock calls these between days; who is to go when is decided by the employer (`agents.actors`). Staff who have been
given notice leave by themselves on the last day of their notice (`separation.end_notice`).
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_YEAR, Contract, State, VacancyState
from sim.kernels.calendar import DATED, link
from sim.kernels.chains import Entry, end_link
from sim.kernels.hazards import is_under_notice, schedule_search
from sim.kernels.jobs import (
    belongs_to_closing,
    close,
    draw_occupation,
    end_closing_job,
    new_row,
    post,
    vacancy_identity,
)
from sim.kernels.mobility import is_outside
from sim.kernels.separation import let_go
from sim.kernels.states import become_furloughed, leave_register
from sim.rng import Purpose, bits, pair
from sim.tables import NOT_YET

_SHIFT = np.uint64(1)
_REOPENED = 1 << 32
"""Tells jobs that an employer takes up again from those that demand adds on the same day."""
TENURE_YEARS = (1.0, 4.0, 8.0, 12.0)
"""Upper ends of the classes of tenure by which notice is given, years; the last class is open (TSL 6:3)."""


@rule
def staff_of(w, e):
    """Rows of the people whose job is with an employer, furloughed ones included."""
    rows = np.empty(w.employers[e].filled, np.int64)
    n = 0
    for i in range(w.control[0].n_persons):
        if w.persons[i].employer == e:
            rows[n] = i
            n += 1
    return rows[:n]


@rule
def keyed_order(w, rows, by_tenure):
    """Sort rows in an order that is the same in every arm: newest staff first, or by a keyed number."""
    first = np.empty(rows.shape[0], np.float64)
    for k in range(rows.shape[0]):
        uid = w.persons[rows[k]].uid
        tie = np.float64(bits(w.control[0].seed, Purpose.COHORT_ORDER, uid, 0, 0) >> _SHIFT) * 2.0**-63
        first[k] = tie - by_tenure * w.persons[rows[k]].since
    return rows[np.argsort(first)]


@rule
def by_turn(w, e, cohort):
    """Rows of an employer's staff in the order in which they have to go: who has been given notice, then members of
    a cohort, and among these the newest first.
    """
    rows = keyed_order(w, staff_of(w, e), 1.0)
    turn = np.zeros(rows.shape[0], np.int64)
    for k in range(rows.shape[0]):
        if not is_under_notice(w.persons[rows[k]]):
            turn[k] = 2 if cohort > 0 and w.persons[rows[k]].cohort != cohort else 1
    return rows[np.argsort(turn, kind="mergesort")]


@kernel
def announce(w, e, n, t):
    """Make an employer close n of its jobs: the part's vacancies are withdrawn, its leavers not replaced.

    Which vacancies and leavers belong to the closing part is drawn in proportion (`jobs.belongs_to_closing`):
    closing one job of sixty is a small event, closing all of them stops all hiring.
    """
    employer = w.employers[e]
    ending = min(n, employer.target - employer.to_close)  # another closure of the employer may be under way
    struck_off = employer.start_jobs if n >= employer.target else employer.struck_off + ending
    w.employers[e].to_close += ending
    w.employers[e].struck_off = min(struck_off, employer.start_jobs)
    w.control[0].n_struck += ending
    for v in range(w.control[0].n_vacancies):
        vacancy = w.vacancies[v]
        if vacancy.state != VacancyState.FREE and vacancy.employer == e and belongs_to_closing(w, e, vacancy.uid, t, 0):
            end_closing_job(w, e)
            end_link(w, v, Entry.STRUCK_OFF)
            close(w, v)


@kernel
def enter_phase(w, e, phase, at_risk, t):
    """Bring an employer into a phase of an event: from today its staff search by their risk in it.

    Parameters
    ----------
    phase
        1 rumour, 2 negotiations, 3 notice; 0 when it is over, for an employer that goes on with the rest.
    at_risk
        Jobs that are rumoured to end; 0 once they are announced.
    """
    w.employers[e].phase = phase
    w.employers[e].notice_day = t
    w.employers[e].at_risk = at_risk
    for i in staff_of(w, e):
        if phase == 0 and w.persons[i].state == State.EMPLOYED and w.persons[i].registered_since > NOT_YET:
            leave_register(w, i, t, t)  # met on site, and stays
        schedule_search(w, i, t - 1)


@rule
def tenure_class(person, t):
    """Class of tenure by which a person is given notice, 0 for the shortest."""
    years = (t - person.since) / DAYS_PER_YEAR
    n = 0
    for limit in TENURE_YEARS:
        n += years > limit
    return n


@kernel
def give_notice(w, e, cohort, last_days, t):
    """Give notice to as many of the staff as jobs are to end: each has a last day by her tenure.

    A fixed term ends with it, or on its own day if that is earlier. Furloughed staff are left to the last stage.

    Parameters
    ----------
    cohort
        Number of the cohort that the event hits, 0 for none.
    last_days
        Day on which the job ends by class of tenure, i8[5].

    Returns
    -------
    int
        How many were given notice.
    """
    left = int(w.employers[e].to_close) - int(w.employers[e].noticed)
    given = 0
    for i in by_turn(w, e, cohort):
        person = w.persons[i]
        if given >= left:
            break
        if person.state != State.EMPLOYED or is_under_notice(person):
            continue
        day = last_days[tenure_class(person, t)]
        if person.contract == Contract.FIXED_TERM:
            day = min(day, person.ends)
        w.persons[i].contract = Contract.OPEN_ENDED
        w.persons[i].ends = day
        w.employers[e].noticed += 1
        link(w, i, DATED, day)
        given += 1
    return given


@kernel
def exit_staff(w, e, n, cohort, t):
    """Let up to n of a closing employer's staff go: who has been given notice, then members of a cohort, and among
    them the shortest notice periods (newest staff) first.

    Parameters
    ----------
    cohort
        Number of the cohort that the event hits, 0 for none.

    Returns
    -------
    int
        How many left.
    """
    rows = by_turn(w, e, cohort)
    leaving = min(min(n, w.employers[e].to_close), rows.shape[0])
    for k in range(leaving):
        let_go(w, rows[k], t)
    return leaving


@kernel
def furlough_staff(w, e, n, cohort, ends, t):
    """Furlough up to n of an employer's permanent staff who live in the area, a cohort before others, until a day.

    Returns
    -------
    int
        How many were furloughed.
    """
    done = 0
    rows = keyed_order(w, staff_of(w, e), 0.0)
    for wanted in range(2):
        for i in rows:
            person = w.persons[i]
            is_other = cohort > 0 and person.cohort != cohort
            if done >= n or int(is_other) != wanted or person.state != State.EMPLOYED:
                continue
            if person.contract != Contract.OPEN_ENDED or is_under_notice(person) or is_outside(w, person.home):
                continue
            become_furloughed(w, i, ends, t)
            done += 1
    return done


@kernel
def reopen(w, e, n, t):
    """Take up n jobs again at an employer that closed, wholly or in part: they are posted today.

    What was struck off is given back for as many jobs.
    """
    w.employers[e].phase = 0
    w.employers[e].closed = max(0, w.employers[e].closed - n)
    w.employers[e].struck_off = max(0, w.employers[e].struck_off - n)
    w.control[0].n_struck -= n
    for k in range(n):
        uid = vacancy_identity(pair(w.employers[e].uid, np.uint64(_REOPENED + k)), t)
        v = new_row(w, e, draw_occupation(w, e, uid), uid)
        w.employers[e].target += 1
        post(w, v, t)


@kernel
def mark_cohort(w, e, n, cohort):
    """Mark up to n of an employer's staff as a cohort, in an order keyed by the persons; nobody is treated
    differently for it.

    Returns
    -------
    int
        How many were marked.
    """
    rows = keyed_order(w, staff_of(w, e), 0.0)
    marked = min(n, rows.shape[0])
    for k in range(marked):
        w.persons[rows[k]].cohort = cohort
    return marked
