"""Demand moves: targets to another level, the pace of postings, and who has to go when jobs are too many.

The clock calls these between days, when the demand index or the trend of a month begins (`agents.demand`).
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import VacancyState
from sim.kernels.calendar import link_vacancy
from sim.kernels.chains import Entry
from sim.kernels.closure import keyed_order
from sim.kernels.jobs import add_job, draw_occupation, posting_pace, vacancy_identity, withdraw
from sim.kernels.mobility import is_outside
from sim.kernels.separation import displace
from sim.kernels.states import leave_job
from sim.rng import Purpose, mix, pair, uniform


@rule
def _jobs_added(w, e, before, after):
    """Say by how many jobs an employer's target moves between two levels.

    Each level is rounded with the employer's own lasting number, so that levels which rise and fall again
    end where they began, and small employers move in proportion to their jobs.
    """
    employer = w.employers[e]
    jobs = employer.start_jobs + employer.opened - employer.struck_off
    u = uniform(w.control[0].seed, Purpose.DEMAND_ROUNDING, employer.uid, 0, 0)
    return int(np.floor(jobs * (after - 1.0) + u)) - int(np.floor(jobs * (before - 1.0) + u))


@rule
def _change_pace(w, index, t):
    """Set the demand index and move the days on which waiting jobs are posted.

    An exponential time left to wait, divided by the ratio of hazards, is exponential with the new hazard; the
    season of postings moves with it, a small error. Jobs kept for somebody stay on their day.
    """
    n = w.sections.shape[0]
    ratio = np.ones(n)
    for section in range(n):
        before = posting_pace(w, section, 0)
        w.sections[section].demand = index[section]
        ratio[section] = before / posting_pace(w, section, 0)
    for v in range(w.control[0].n_vacancies):
        is_waiting = w.vacancies[v].state == VacancyState.DORMANT and w.vacancies[v].n_applicants == 0
        if is_waiting and not is_outside(w, w.vacancies[v].place):
            r = ratio[w.employers[w.vacancies[v].employer].section]
            if r != 1.0:
                # not its calendar day: that has none beyond the horizon
                day = t + int((w.vacancies[v].opened - t) * r + 0.5)
                w.vacancies[v].opened = day
                link_vacancy(w, v, day)


@rule
def _in_keyed_order(w, kind, excess):
    """Rows of the vacancies of a kind whose employer has jobs to cancel, in an order that depends on no row."""
    rows = np.empty(w.control[0].n_vacancies, np.int64)
    keys = np.empty(w.control[0].n_vacancies, np.float64)
    n = 0
    for v in range(w.control[0].n_vacancies):
        if w.vacancies[v].state == kind and excess[w.vacancies[v].employer] > 0:
            rows[n] = v
            keys[n] = np.float64(mix(w.vacancies[v].uid) >> np.uint64(1))
            n += 1
    return rows[:n][np.argsort(keys[:n])]


@rule
def cancel(w, excess):
    """Cancel jobs that nobody holds where an employer has too many, dormant ones first; what is left stays in excess.

    Parameters
    ----------
    excess
        Jobs to end by employer, i4[employers].
    """
    for kind in (VacancyState.DORMANT, VacancyState.OPEN):
        for v in _in_keyed_order(w, kind, excess):
            if excess[w.vacancies[v].employer] > 0:
                excess[w.vacancies[v].employer] -= 1
                withdraw(w, v, Entry.WITHDRAWN)


@kernel
def shift_targets(w, before, after, index, t):
    """Move demand to a new month: targets to another level, and the pace of postings.

    Growth adds dormant jobs; a fall first cancels dormant jobs, then open ones; jobs in being that are
    still too many end by dismissal (`dismiss_excess`, called after this).

    Parameters
    ----------
    before, after
        Levels of the targets by section, in jobs at the start, f8[sections].
    index
        Demand index by section from today on, f8[sections].

    Returns
    -------
    ndarray
        Jobs in being that have to end, i4[employers].
    """
    n = w.employers.shape[0]
    excess = np.zeros(n, np.int32)
    _change_pace(w, index, t)
    for e in range(n):
        employer = w.employers[e]
        if employer.to_close > 0 or is_outside(w, employer.place):
            continue
        jobs = _jobs_added(w, e, before[employer.section], after[employer.section])
        if jobs > 0:
            for k in range(jobs):
                uid = vacancy_identity(pair(employer.uid, np.uint64(k)), t)  # uid + k would be the next employer's
                add_job(w, e, draw_occupation(w, e, uid), uid, t, w.parameters[0].jobs.dormant_days)
        elif jobs < 0:
            excess[e] = min(-jobs, employer.target)
    cancel(w, excess)
    return excess


@kernel
def dismiss_excess(w, excess, t):
    """End jobs in being that a fall of demand leaves over (`shift_targets`), newest staff first.

    Parameters
    ----------
    excess
        Jobs to end by employer, i4[employers].
    """
    rows = np.empty(w.control[0].n_persons, np.int64)
    n = 0
    for i in range(w.control[0].n_persons):  # once: a fall touches hundreds of employers
        e = w.persons[i].employer
        if e >= 0 and excess[e] > 0:
            rows[n] = i
            n += 1
    rows = keyed_order(w, rows[:n], 1.0)
    for k in range(n):
        e = w.persons[rows[k]].employer
        if excess[e] > 0:
            excess[e] -= 1
            w.employers[e].target -= 1
            leave_job(w, rows[k])
            displace(w, rows[k], t)
