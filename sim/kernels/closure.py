"""Structural events that touch people: an employer announces, staff leave in stages, cohorts are marked.

The clock calls these between days; who is to go when is decided by the employer (`agents.employers`).
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import State, VacancyState
from sim.kernels.hazards import schedule_search
from sim.kernels.jobs import belongs_to_closing, close, end_closing_job
from sim.kernels.separation import displace
from sim.kernels.states import leave_job, leave_register
from sim.rng import Purpose, bits
from sim.tables import NOT_YET

_SHIFT = np.uint64(1)


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
            close(w, v)


@kernel
def give_notice(w, e, t):
    """Give the staff of a closing employer notice: they search as people at risk of losing the job from today."""
    w.employers[e].has_given_notice = 1
    for i in staff_of(w, e):
        schedule_search(w, i, t - 1)


@kernel
def carry_on(w, e, t):
    """End the time of notice of an employer that closed a part of itself and goes on with the rest."""
    w.employers[e].has_given_notice = 0
    for i in staff_of(w, e):
        if w.persons[i].state == State.EMPLOYED and w.persons[i].registered_since > NOT_YET:
            leave_register(w, i, t, t)  # met on site, and stays
        schedule_search(w, i, t - 1)


@kernel
def exit_staff(w, e, n, cohort, t):
    """Let up to n of a closing employer's staff go: members of a cohort before others, and among them the
    shortest notice periods (newest staff) first.

    Parameters
    ----------
    cohort
        Number of the cohort that the event hits, 0 for none.

    Returns
    -------
    int
        How many left.
    """
    rows = keyed_order(w, staff_of(w, e), 1.0)
    others = np.zeros(rows.shape[0], np.int64)
    for k in range(rows.shape[0]):
        others[k] = cohort > 0 and w.persons[rows[k]].cohort != cohort
    rows = rows[np.argsort(others, kind="mergesort")]
    leaving = min(min(n, w.employers[e].to_close), rows.shape[0])
    for k in range(leaving):
        i = rows[k]
        end_closing_job(w, e)
        leave_job(w, i)
        displace(w, i, t)
    return leaving


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
