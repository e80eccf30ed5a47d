"""Openings: jobs that an employer adds at once, and building sites whose jobs end on a day.

The clock calls these between days; what is posted and when is decided by the employer (`agents.actors.opening`).
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_YEAR, Origin, State, VacancyState
from sim.kernels.chains import Entry, begin_link
from sim.kernels.demography import clear_row, take_row
from sim.kernels.hazards import schedule_life
from sim.kernels.hiring import hire
from sim.kernels.jobs import new_row, post, vacancy_identity, withdraw
from sim.kernels.mobility import draws_car
from sim.kernels.moving import MOVING_IN, count_arrival
from sim.kernels.separation import lose_job
from sim.kernels.states import leave_job
from sim.rng import ARRIVAL_UID, UID_MASK, Purpose, normal, pair, uniform

_NAME = np.uint64(0x4F70656E)
"""Part of the identity of a job that an opening adds: an employer that grows opens others on the same day."""


@rule
def bring_in(w, home, occupation, uid, t):
    """Let one of the employer's own people move to a place; the caller gives her the job.

    Returns
    -------
    int
        Her row.
    """
    p = w.parameters[0]
    seed = w.control[0].seed
    u = uniform(seed, Purpose.ARRIVAL_AGE, uid, 0, 0)
    years = p.structural.mover_youngest_years + p.structural.mover_spread_years * u
    education = min(max(int(w.trades[occupation].skill_level) - 1, 0), 2)
    sex = 0 if uniform(seed, Purpose.ARRIVAL_SEX, uid, 0, 0) < w.trades[occupation].men_share else 1
    spread = p.hiring.employability_spread
    z = normal(seed, Purpose.ARRIVAL_EMPLOYABILITY, uid, 0, 0)
    i = take_row(w)
    clear_row(
        w, i, uid, home, t - int(years * DAYS_PER_YEAR), sex, education, occupation,
        np.exp(spread * z - 0.5 * spread * spread),
    )  # fmt: skip
    w.persons[i].has_car = draws_car(w, p, home, uid, z)
    w.persons[i].origin = Origin.DOMESTIC
    w.persons[i].state = State.ABSENT
    w.stocks[State.ABSENT, home] += 1
    count_arrival(w, i, MOVING_IN, t)
    return i


@kernel
def open_jobs(w, e, jobs, brought, chain, t):
    """Let an employer post new jobs, all on this day; some are filled at once with its own people, who move in.

    Lasting ones make up for jobs that structural events struck off in the area, and demand comes back to them as
    it does to the jobs of the start.

    Parameters
    ----------
    jobs, brought
        Jobs by occupation, and those filled at once, i8[occupations].
    chain
        Number of the opening whose chain of vacancies they begin, 0 for none.
    """
    name = pair(w.employers[e].uid, _NAME)
    k = 0
    for occupation in range(jobs.shape[0]):
        for n in range(jobs[occupation]):
            uid = vacancy_identity(pair(name, np.uint64(k)), t)
            v = new_row(w, e, occupation, uid)
            k += 1
            w.employers[e].target += 1
            if chain > 0:
                begin_link(w, v, chain, 0)
            post(w, v, t)
            if n < brought[occupation]:
                i = bring_in(w, int(w.employers[e].place), occupation, ARRIVAL_UID | (uid & UID_MASK), t)
                hire(w, i, v, t)
                schedule_life(w, i, t)
    if w.employers[e].until == 0:
        w.employers[e].opened += k
        w.control[0].n_opened += k
        w.control[0].n_struck -= k


@kernel
def finish(w, e, t):
    """End all jobs of a building site: its vacancies are withdrawn, its staff goes as at the end of a fixed term."""
    for v in range(w.control[0].n_vacancies):
        if w.vacancies[v].state != VacancyState.FREE and w.vacancies[v].employer == e:
            withdraw(w, v, Entry.WITHDRAWN)
    share = w.parameters[0].contracts.register_share
    for i in range(w.control[0].n_persons):
        if w.persons[i].employer != e:
            continue
        w.employers[e].target -= 1
        leave_job(w, i)
        u = uniform(w.control[0].seed, Purpose.SEPARATION_REGISTER, w.persons[i].uid, t, 0)
        lose_job(w, i, t, u < share)
