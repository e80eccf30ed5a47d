"""A day of the world, in order.

Before a day the clock has applied what is dated: changes of parameters, staff, orders, structural
events (`sim.clock`, `agents`). Then

1. demography    on the first of a month languages are learnt, qualifications recognised; candidates of death,
                 moving out, disability; pensions; newcomers, births; people from abroad
2. separations   contracts, furloughs, courses and studies that end; dismissals, leaving, labour force
3. vacancies     dormant jobs are posted; rounds of recruitment that end go to step 6
4. services      appointments fall due and queue, then the lines work (working days only)
5. search        who looks for a job today applies to what is open
6. hiring        offers, hires, another round or giving up
7. close_day     person-days are added up

The phases are compiled; the day itself is plain Python. A compiled day would compile three times as
long (numba optimises all that a function calls once more for each level) and save nothing: with one
pointer for the whole world (`sim.handle`) a call costs about half a microsecond.
"""

from __future__ import annotations

import time
from typing import Any

from sim.compiled import kernel
from sim.dimensions import State
from sim.indicators import Flow
from sim.kernels.calendar import DATED, SERVICE, VACANCY_KIND
from sim.kernels.demography import demography
from sim.kernels.hiring import hiring
from sim.kernels.immigration import immigrate
from sim.kernels.jobs import vacancies
from sim.kernels.search import search
from sim.kernels.separation import separations
from sim.kernels.services import services
from sim.kernels.settling import settle_in
from sim.world import World


@kernel
def close_day(w, t):
    """Add the day's person-days to the month, from the running stocks."""
    for home in range(w.stocks.shape[1]):
        w.flows[Flow.EMPLOYMENT_DAYS, home] += w.stocks[State.EMPLOYED, home] + w.stocks[State.SELF_EMPLOYED, home]
        unemployed = w.stocks[State.UNEMPLOYED, home] + w.stocks[State.FURLOUGHED, home]
        w.flows[Flow.UNEMPLOYMENT_DAYS, home] += unemployed
        w.flows[Flow.TRAINING_DAYS, home] += w.stocks[State.TRAINING, home]
        w.flows[Flow.SERVICE_DAYS, home] += w.stocks[State.IN_SERVICE, home] + w.stocks[State.SUBSIDISED, home]
        for measure in range(w.in_measure.shape[0]):
            w.measure_days[measure, home] += w.in_measure[measure, home]
    w.control[0].today = t + 1


def day(w: Any, t: int) -> None:
    """Simulate day t.

    Parameters
    ----------
    w
        Handle of the world.
    t
        Day number.
    """
    settle_in(w, t)
    demography(w, t)
    immigrate(w, t)
    separations(w, t)
    n_deciding = vacancies(w, t)
    services(w, t)
    search(w, t)
    hiring(w, n_deciding, t)
    close_day(w, t)


@kernel
def bunched(w):
    """Count what may come in bunches today, which no share of the people bounds.

    Returns
    -------
    tuple of int
        Jobs that may have to be looked for anew (contracts and courses that end, rounds of recruitment that
        end), and people who may be met (appointments that fall due, and everybody in a queue).
    """
    t = w.control[0].today
    jobs = 0
    n = w.heads[DATED, t]
    while n >= 0:
        jobs += 1
        n = w.nodes[n].next
    v = w.heads[VACANCY_KIND, t]
    while v >= 0:
        jobs += 1
        v = w.vacancies[v].next
    people = 0
    n = w.heads[SERVICE, t]
    while n >= 0:
        people += 1
        n = w.nodes[n].next
    for desk in range(w.desks.shape[0]):
        people += w.desks[desk].waiting
    return jobs, people


@kernel
def has_room(w, jobs, people):
    """Whether no table can overflow within a day (the bounds of `World.ensure_room`, halved).

    Parameters
    ----------
    jobs, people
        From `bunched`.
    """
    control = w.control[0]
    people_a_day = 100 + 0.01 * control.n_persons
    jobs_a_day = 200 + 0.02 * control.n_persons + jobs
    room = w.persons.shape[0] - control.n_persons + control.n_free_persons >= people_a_day
    room &= w.vacancies.shape[0] - control.n_vacancies + control.n_free_vacancies >= jobs_a_day
    room &= w.queued.shape[0] - control.n_queued + control.n_free_queued >= jobs_a_day + people
    if control.keeps_log:
        room &= w.contacts.shape[0] - control.n_contacts >= jobs_a_day + people
        room &= w.spells.shape[0] - control.n_spells >= jobs_a_day + people
    return room


def advance(world: World, start: int, stop: int) -> None:
    """Simulate days from ``start`` to before ``stop``, growing tables between days where needed."""
    w = world.handle
    for t in range(start, stop):
        jobs, people = bunched(w)
        if not has_room(w, jobs, people):
            world.ensure_room(jobs, people)
            w = world.handle
        day(w, t)


def profile(world: World, n_days: int) -> dict[str, float]:
    """Simulate some days with each phase called singly.

    Returns
    -------
    dict
        Seconds by phase.
    """
    spent: dict[str, float] = {}

    def timed(name: str, function, w: Any, *arguments: int):
        begin = time.perf_counter()
        result = function(w, *arguments)
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - begin
        return result

    for t in range(world.today, world.today + n_days):
        world.ensure_room(*bunched(world.handle))
        w = world.handle
        timed("settling", settle_in, w, t)
        timed("demography", demography, w, t)
        timed("immigration", immigrate, w, t)
        timed("separations", separations, w, t)
        n_deciding = timed("vacancies", vacancies, w, t)
        timed("services", services, w, t)
        timed("search", search, w, t)
        timed("hiring", hiring, w, n_deciding, t)
        timed("close_day", close_day, w, t)
    return spent
