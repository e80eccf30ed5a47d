"""Demography: births and birthdays, deaths, pensions, moving out and moving in.

People of 15–74 are persons; children and older people are counts by place, so that population adds
up. Newcomers are named by their stream (`sim.kernels.moving`), day and ordinal.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_YEAR, Benefit, Contract, Credential, Measure, Need, Origin, State
from sim.indicators import Counter, Flow
from sim.kernels.calendar import KINDS, LIFE, take
from sim.kernels.departure import CHILDREN, ELDERLY, move_out
from sim.kernels.hazards import (
    accepts,
    death_rate,
    departure_rate,
    disability_rate,
    is_candidate,
    relocation_rate,
    schedule_life,
    schedule_search,
    study_departure_rate,
)
from sim.kernels.jobs import vacate
from sim.kernels.mobility import draws_car, is_outside
from sim.kernels.moving import (
    BIRTHS,
    MOVING_IN,
    RETURNING,
    STREAMS,
    TURNING_15,
    age_of_returner,
    count_arrival,
    let_return,
    relocate,
)
from sim.kernels.states import (
    become_absent,
    become_inactive,
    become_outsider,
    become_pensioner,
    become_student,
    count,
)
from sim.kernels.studies import study_end
from sim.kernels.trades import choose_trade
from sim.rng import ARRIVAL_UID, NEVER, STREAM_UID, UID_MASK, Purpose, mix, normal, pair, poisson, uniform
from sim.tables import NO_LOSS, NO_TALK, NOT_YET


@rule
def retirement_day(w, uid, born):
    """Draw the day of old-age retirement, once in a life.

    Half retire within three months of the earliest age, most others within two years, a few work on to 74, by
    the shares of the Finnish Centre for Pensions (data: participation_and_exits, group retirement).
    """
    p = w.parameters[0].demography
    seed = w.control[0].seed
    u = uniform(seed, Purpose.LIFE_RETIREMENT, uid, 0, 0)
    v = uniform(seed, Purpose.LIFE_RETIREMENT, uid, 0, 1)
    if u < p.retired_in_3_months_share:
        years = 0.25 * v
    elif u < p.retired_in_3_months_share + p.retired_in_1_year_share:
        years = 0.25 + 0.75 * v
    elif u < p.retired_in_3_months_share + p.retired_in_1_year_share + p.retired_in_2_years_share:
        years = 1.0 + v
    else:
        years = 2.0 + 7.0 * v
    return born + int((p.retirement_age_years + years) * DAYS_PER_YEAR)


@rule
def clear_row(w, i, uid, home, born, sex, education, occupation, employability):
    """Write a newcomer into a free row; the caller gives the labour state."""
    w.persons[i].uid = uid
    w.persons[i].life = mix(uid)
    w.persons[i].born = born
    w.persons[i].retires = retirement_day(w, uid, born)
    w.persons[i].since = 0
    w.persons[i].spell = -1
    w.persons[i].clock = 0
    w.persons[i].ends = NEVER
    w.persons[i].boost_until, w.persons[i].met = -1, NO_TALK
    w.persons[i].registered_since = NOT_YET
    w.persons[i].search_ended = NOT_YET
    w.persons[i].employer = -1
    w.persons[i].course = -1
    w.persons[i].token += 1  # places of the row's former owner are nobody's
    w.persons[i].offer = -1
    w.persons[i].unemployed_days = 0
    w.persons[i].employed_days = 0
    w.persons[i].lost_job = NO_LOSS
    w.persons[i].employability = employability
    w.persons[i].attachment = 1.0
    w.persons[i].home = home
    w.persons[i].occupation = occupation
    w.persons[i].contacts = 0
    w.persons[i].benefit = Benefit.NONE
    w.persons[i].benefit_days = 0
    w.persons[i].subsidy_days = 0
    w.persons[i].work_days = 0
    w.persons[i].paid_until = NEVER
    w.persons[i].sex = sex
    w.persons[i].education = education
    w.persons[i].language = 0
    w.persons[i].contract = Contract.NONE
    w.persons[i].line = -1
    w.persons[i].need = Need.NONE
    w.persons[i].is_recognised = 0
    w.persons[i].has_path = 0
    w.persons[i].has_plan = 0
    w.persons[i].is_referred = 0
    w.persons[i].is_lost = 0
    w.persons[i].measure = Measure.NONE
    w.persons[i].trial = 0
    w.persons[i].gain = 1.0
    w.persons[i].voucher_until = -1
    w.persons[i].cohort = 0
    w.persons[i].is_waiting = 0
    w.persons[i].is_part_time = 0
    w.persons[i].is_coded = 0
    w.persons[i].qualification = occupation
    w.persons[i].origin = Origin.NATIVE
    w.persons[i].language_level = 4
    w.persons[i].credential = Credential.NATIONAL
    w.persons[i].has_car = 1
    w.persons[i].spouse = -1
    w.persons[i].permit_until = NEVER


@rule
def need_of(w, p, uid, z):
    """Draw the need of a newcomer: only in the lower half of employability, most at the bottom.

    Parameters
    ----------
    z
        Standard normal number behind her employability.
    """
    rank = 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))
    chance = p.population.need_at_bottom_share * max(0.0, 1.0 - rank / 0.5)
    u = uniform(w.control[0].seed, Purpose.ARRIVAL_NEED, uid, 0, 0)
    if u >= chance:
        return Need.NONE.value
    return Need.WORK_CAPACITY.value if u < chance * p.population.need_work_capacity_share else Need.LIFE_SITUATION.value


@rule
def take_row(w):
    """Take a free row of the person table."""
    if w.control[0].n_free_persons > 0:
        w.control[0].n_free_persons -= 1
        return int(w.free_persons[w.control[0].n_free_persons])
    i = int(w.control[0].n_persons)
    w.control[0].n_persons = i + 1
    for kind in range(KINDS):
        w.nodes[i * KINDS + kind].day = -1
    w.persons[i].token = 0
    return i


@rule
def newcomer(w, stream, home, k, t):
    """Let somebody move in or turn 15, with attributes keyed by her own identity."""
    p = w.parameters[0]
    seed = w.control[0].seed
    name = pair(STREAM_UID | np.uint64(stream * 4096 + home), np.uint64(t) * np.uint64(65536) + np.uint64(k))
    uid = ARRIVAL_UID | (name & UID_MASK)
    i = take_row(w)
    u = uniform(seed, Purpose.ARRIVAL_AGE, uid, 0, 0)
    if stream == TURNING_15:
        years = 15.0 + u / DAYS_PER_YEAR
        education = 0
    elif stream == RETURNING:
        years = age_of_returner(w, u)
        degree = uniform(seed, Purpose.ARRIVAL_EDUCATION, uid, 0, 0) < p.moving.returner_degree_share
        education = 2 if degree else 1
    else:
        band = 0
        total = 0.0
        for a in range(12):
            total += p.demography.arrivals_by_age[a]
        while band < 11 and u * total >= p.demography.arrivals_by_age[band]:
            u -= p.demography.arrivals_by_age[band] / total
            band += 1
        years = 15.0 + 5.0 * (band + uniform(seed, Purpose.ARRIVAL_AGE, uid, 0, 1))
        u_education = uniform(seed, Purpose.ARRIVAL_EDUCATION, uid, 0, 0)
        education = 0
        for level in range(2):
            u_education -= p.demography.arrivals_by_education[level]
            if u_education >= 0.0:
                education = level + 1
        if years < 18.0:
            education = 0
    occupation = choose_trade(w, uid, -1, education, 0)
    sex = 0 if uniform(seed, Purpose.ARRIVAL_SEX, uid, 0, 0) < w.trades[occupation].men_share else 1
    spread = p.hiring.employability_spread
    z = normal(seed, Purpose.ARRIVAL_EMPLOYABILITY, uid, 0, 0)
    employability = np.exp(spread * z - 0.5 * spread * spread)
    born = t - int(years * DAYS_PER_YEAR)
    clear_row(w, i, uid, home, born, sex, education, occupation, employability)
    w.persons[i].has_car = draws_car(w, p, home, uid, z)
    w.persons[i].need = need_of(w, p, uid, z)
    if stream == MOVING_IN or stream == RETURNING:
        w.persons[i].origin = Origin.DOMESTIC
    w.persons[i].state = State.ABSENT
    w.stocks[State.ABSENT, home] += 1
    if years < 19.0:
        become_student(w, i, study_end(w, uid, t), t)
    elif t >= w.persons[i].retires:
        become_pensioner(w, i, State.RETIRED, t)
    else:
        become_inactive(w, i, p.labour_force.attachment_of_arrival, t)
    if stream != TURNING_15:
        count_arrival(w, i, stream, t)
    schedule_life(w, i, t)


@rule
def replace_outsider(w, i, t):
    """An in-commuter or would-be one retires: somebody younger from outside takes the place in the pool."""
    vacate(w, i, t)
    seed = w.control[0].seed
    uid = ARRIVAL_UID | (pair(w.persons[i].uid, np.uint64(t)) & UID_MASK)
    years = 20.0 + 25.0 * uniform(seed, Purpose.ARRIVAL_AGE, uid, 0, 0)
    person = w.persons[i]
    home, sex, education, occupation = person.home, person.sex, person.education, person.occupation
    employability = person.employability
    become_outsider(w, i, t)
    clear_row(w, i, uid, home, t - int(years * DAYS_PER_YEAR), sex, education, occupation, employability)
    w.persons[i].since = t
    schedule_search(w, i, t)
    schedule_life(w, i, t)


@rule
def live(w, i, t):
    """Handle a demographic day of a person."""
    p = w.parameters[0]
    person = w.persons[i]
    if is_outside(w, person.home):
        w.counters[Counter.LIFE_EVENTS] += 1
        replace_outsider(w, i, t)
        return
    if t - person.born >= 75.0 * DAYS_PER_YEAR:
        w.counters[Counter.LIFE_EVENTS] += 1
        count(w, Flow.TURNED_75, i)
        w.others[ELDERLY, person.home] += 1.0
        vacate(w, i, t)
        become_absent(w, i, t)
        return
    if t >= person.retires and person.state != State.RETIRED:
        w.counters[Counter.LIFE_EVENTS] += 1
        vacate(w, i, t)
        become_pensioner(w, i, State.RETIRED, t)
        schedule_life(w, i, t)
        return
    if t >= person.permit_until:  # no job was found in time
        w.counters[Counter.LIFE_EVENTS] += 1
        move_out(w, i, False, t)
        return
    if not is_candidate(w, i, LIFE, Purpose.LIFE_CANDIDATE, t):  # a birthday that begins an age band
        schedule_life(w, i, t)
        return
    u = uniform(w.control[0].seed, Purpose.LIFE_CAUSE, person.uid, t, 0)
    death = death_rate(w, p, i, t)
    studies = study_departure_rate(w, p, i, t)
    departure = studies + departure_rate(w, p, i, t)
    disability = disability_rate(w, p, i, t)
    w.counters[Counter.LIFE_EVENTS] += 1
    if accepts(w, i, LIFE, death, u):
        count(w, Flow.DEATHS, i)
        vacate(w, i, t)
        become_absent(w, i, t)
    elif accepts(w, i, LIFE, death + departure, u):
        move_out(w, i, accepts(w, i, LIFE, death + studies, u), t)
    elif accepts(w, i, LIFE, death + departure + disability, u):
        vacate(w, i, t)
        become_pensioner(w, i, State.DISABILITY, t)
        schedule_life(w, i, t)
    elif accepts(w, i, LIFE, death + departure + disability + relocation_rate(w, p, i, t), u):
        relocate(w, i, t)
    else:
        w.counters[Counter.LIFE_EVENTS] -= 1
        schedule_life(w, i, t)


@kernel
def demography(w, t):
    """Handle the day's demographic candidates, then newcomers, births and deaths of old people."""
    seed = w.control[0].seed
    while True:
        i = take(w, LIFE, t)
        if i < 0:
            break
        w.counters[Counter.LIFE_CANDIDATES] += 1
        live(w, i, t)
    let_return(w)
    for home in range(w.points.shape[0]):
        for stream in range(STREAMS):
            name = STREAM_UID | np.uint64(stream * 4096 + home)
            n = poisson(w.streams[stream, home], uniform(seed, Purpose.ARRIVAL_NUMBER, name, t, 0))
            if stream == BIRTHS:
                w.others[CHILDREN, home] += n
                w.flows[Flow.BIRTHS, home] += n
                continue
            if stream == TURNING_15:
                n = min(n, int(w.others[CHILDREN, home]))
                w.others[CHILDREN, home] -= n
                w.flows[Flow.TURNED_15, home] += n
            for k in range(n):
                newcomer(w, stream, home, k, t)
        name = STREAM_UID | np.uint64(STREAMS * 4096 + home)
        mean = w.others[ELDERLY, home] * w.parameters[0].demography.deaths_75_per_year / DAYS_PER_YEAR
        deaths = min(poisson(mean, uniform(seed, Purpose.ARRIVAL_NUMBER, name, t, 0)), int(w.others[ELDERLY, home]))
        w.others[ELDERLY, home] -= deaths
        w.flows[Flow.DEATHS, home] += deaths
