"""The beginning: gives everybody in a world as built her calendar."""

from __future__ import annotations

from sim.compiled import kernel
from sim.dimensions import DAYS_PER_MONTH, Contract, State
from sim.kernels.calendar import DATED, SERVICE, link, link_vacancy
from sim.kernels.contracts import contract_end
from sim.kernels.demography import retirement_day
from sim.kernels.hazards import schedule_hazard, schedule_life, schedule_search
from sim.kernels.services import interval_days
from sim.kernels.states import is_in_measure, is_unemployed, works
from sim.kernels.studies import study_end
from sim.rng import Purpose, exponential, mix, uniform

LOOK_BACK_DAYS = 270.0
"""People close to the labour force at the start gave up their search within this time, evenly (assumption)."""


@kernel
def begin(w):
    """Schedule every person's events and every vacancy's next day, as of day 0.

    Spells, contracts and studies are under way: what remains is drawn by the same rules (memoryless
    lengths), appointments are spread over their interval.
    """
    p = w.parameters[0]
    seed = w.control[0].seed
    for i in range(w.control[0].n_persons):
        person = w.persons[i]
        uid = person.uid
        w.persons[i].life = mix(uid)
        retires = retirement_day(w, uid, person.born)
        is_active = works(person.state) or is_unemployed(person.state)
        if retires <= 0 and is_active:
            # already past the drawn day and still in the labour force: within three years
            retires = 1 + int(3.0 * 365.0 * uniform(seed, Purpose.LIFE_RETIREMENT, uid, 0, 2))
        w.persons[i].retires = retires
        schedule_life(w, i, -1)
        if person.state == State.STUDENT:
            ends = study_end(w, uid, 0) - 365 * int(4.0 * uniform(seed, Purpose.STUDIES_LENGTH, uid, 0, 1))
            while ends <= 0:
                ends += 365
            while ends > 1 and w.days[ends].day_of_month != 1:  # years are not all as long
                ends -= 1
            w.persons[i].ends = ends
            link(w, i, DATED, ends)
        elif person.state == State.FURLOUGHED or is_in_measure(person.state) or person.state == State.CONSCRIPT:
            link(w, i, DATED, person.ends)
        elif person.state == State.EMPLOYED and person.contract == Contract.FIXED_TERM:
            w.persons[i].ends = contract_end(w, uid, 0)
            link(w, i, DATED, w.persons[i].ends)
            still_open = p.population.hired_from_register_share * p.register.kept_in_fixed_term_share
            if uniform(seed, Purpose.SPELL_PRIOR, uid, 0, 0) < still_open:
                w.persons[i].search_ended = w.persons[i].ends
                w.persons[i].contacts = 1
        elif person.state == State.EMPLOYED and person.since > -365:
            if uniform(seed, Purpose.SPELL_PRIOR, uid, 0, 0) < p.population.open_search_share:
                kept = p.register
                months = kept.kept_in_part_time_months if person.is_part_time else kept.kept_in_open_ended_months
                draw = exponential(seed, Purpose.SPELL_PRIOR, uid, 0, 1)
                w.persons[i].search_ended = int(draw * months * DAYS_PER_MONTH)
                w.persons[i].contacts = 1
        elif person.state == State.INACTIVE and person.attachment > 1.0:
            w.persons[i].search_ended = -int(LOOK_BACK_DAYS * uniform(seed, Purpose.SPELL_PRIOR, uid, 0, 0))
            w.persons[i].contacts = 1
        schedule_hazard(w, i, -1)
        schedule_search(w, i, -1)
        if person.state == State.UNEMPLOYED:
            if person.contacts == 0:  # her search began in the last days; it counts as one of the first month
                w.paths[0, w.days[0].month_index] += 1.0
                link(w, i, SERVICE, 0)
            else:
                interval = interval_days(w, p, i, 0)
                link(w, i, SERVICE, int(interval * uniform(seed, Purpose.SERVICE_TIE, uid, 0, 1)))
    for v in range(w.control[0].n_vacancies):
        day = w.vacancies[v].day
        w.vacancies[v].day = -1
        link_vacancy(w, v, day)
