"""Immigration: people from abroad, by how they come.

Labour comes to a job: a vacancy of her trade, if one is open, else she looks for work while the permit lasts.
Spouses come along or follow, students come for a degree, others for protection. Each origin has its own numbers,
ages, education, trades and levels of the language (`immigration.csv` of the region). Recruits of a programme
(`agents.recruitment`) come in the same way.

Newcomers are named by origin, place (recruits: trade), day and ordinal.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_YEAR, ORIGINS, PAYERS, Credential, Origin, State, VacancyState
from sim.indicators import Flow
from sim.kernels.demography import clear_row, need_of, take_row
from sim.kernels.departure import CHILDREN
from sim.kernels.hazards import schedule_life
from sim.kernels.hiring import hire
from sim.kernels.mobility import draws_car, is_outside
from sim.kernels.settling import FLUENT
from sim.kernels.states import become_inactive, become_pensioner, become_student, become_unemployed
from sim.kernels.studies import study_end
from sim.ledger import Item, post
from sim.rng import ARRIVAL_UID, STREAM_UID, UID_MASK, Purpose, normal, pair, poisson, uniform

N_ORIGINS = len(ORIGINS)
N_PAYERS = len(PAYERS)
_NAMES = 32
"""Streams of this module are named from here on, so that none has the name of one in `demography`."""
_RECRUITS = 48
_OLDEST_COHORT = 126
_TRIES = 16


@rule
def drawn(cumulated, origin, u):
    """Draw an index from an origin's cumulated shares, the last of which is 1; ``cumulated`` f8[ORIGINS, labels]."""
    k = 0
    while k < cumulated.shape[1] - 1 and u >= cumulated[origin, k]:
        k += 1
    return k


@rule
def trade_until_recognised(w, i, uid):
    """Choose the trade that a newcomer looks for work in: another one while hers is licensed and not recognised."""
    person = w.persons[i]
    trade = int(person.occupation)
    if person.credential == Credential.NATIONAL:
        return trade
    k = 1
    while w.trades[trade].is_licensed and k < _TRIES:
        u = uniform(w.control[0].seed, Purpose.IMMIGRATION_OCCUPATION, uid, 0, k)
        trade = drawn(w.immigrant_trades, person.origin, u)
        k += 1
    return trade


@rule
def arrive(w, origin, home, uid, occupation, t):
    """Let somebody from abroad move in; the caller gives the labour state.

    Parameters
    ----------
    occupation
        Trade, or -1 to draw one.

    Returns
    -------
    int
        Her row.
    """
    p = w.parameters[0]
    seed = w.control[0].seed
    band = drawn(w.immigrant_age, origin, uniform(seed, Purpose.IMMIGRATION_AGE, uid, 0, 0))
    years = 15.0 + 5.0 * (band + uniform(seed, Purpose.IMMIGRATION_AGE, uid, 0, 1))
    education = drawn(w.immigrant_education, origin, uniform(seed, Purpose.IMMIGRATION_EDUCATION, uid, 0, 0))
    if years < 18.0:
        education = 0
    if occupation < 0:
        occupation = drawn(w.immigrant_trades, origin, uniform(seed, Purpose.IMMIGRATION_OCCUPATION, uid, 0, 0))
    sex = 1 if uniform(seed, Purpose.IMMIGRATION_SEX, uid, 0, 0) < w.immigrant_women[origin] else 0
    spread = p.hiring.employability_spread
    z = normal(seed, Purpose.ARRIVAL_EMPLOYABILITY, uid, 0, 0)
    employability = np.exp(spread * z - 0.5 * spread * spread)
    i = take_row(w)
    clear_row(w, i, uid, home, t - int(years * DAYS_PER_YEAR), sex, education, occupation, employability)
    w.persons[i].has_car = draws_car(w, p, home, uid, z)
    w.persons[i].need = need_of(w, p, uid, z)
    w.persons[i].language = 1
    w.persons[i].origin = origin
    u_level = uniform(seed, Purpose.IMMIGRATION_LEVEL, uid, 0, 0)
    w.persons[i].language_level = drawn(w.immigrant_level, origin, u_level)
    w.persons[i].credential = Credential.NATIONAL if origin == Origin.STUDENT else Credential.FOREIGN
    w.persons[i].occupation = trade_until_recognised(w, i, uid)
    w.persons[i].state = State.ABSENT
    w.stocks[State.ABSENT, home] += 1
    u = uniform(seed, Purpose.IMMIGRATION_CHILDREN, uid, 0, 0)
    children = poisson(p.immigration.children_per_arrival[origin], u)
    w.others[CHILDREN, home] += children
    w.flows[Flow.ARRIVALS, home] += 1.0 + children
    w.flows[Flow.ARRIVALS_ABROAD, home] += 1.0 + children
    return i


@rule
def begin_life_here(w, i, t):
    """Give a newcomer who has no job in hand her state: studies, the pension, the register, or a look around."""
    p = w.parameters[0]
    person = w.persons[i]
    origin = person.origin
    u = uniform(w.control[0].seed, Purpose.IMMIGRATION_REGISTER, person.uid, 0, 0)
    if t >= person.retires:
        become_pensioner(w, i, State.RETIRED, t)
    elif origin == Origin.STUDENT or t - person.born < 18.0 * DAYS_PER_YEAR:
        become_student(w, i, study_end(w, person.uid, t), t)
    elif u < p.immigration.registers_share[origin]:
        become_unemployed(w, i, t)
    else:
        become_inactive(w, i, p.labour_force.attachment_of_arrival, t)
    schedule_life(w, i, t)


@rule
def longest_open(w, occupation):
    """Find the vacancy of a trade in the area that has been open for longest, or -1."""
    found = -1
    for v in range(w.control[0].n_vacancies):
        vacancy = w.vacancies[v]
        if vacancy.state != VacancyState.OPEN or vacancy.occupation != occupation or is_outside(w, vacancy.place):
            continue
        if found < 0 or vacancy.opened < w.vacancies[found].opened:
            found = v
        elif vacancy.opened == w.vacancies[found].opened and vacancy.uid < w.vacancies[found].uid:
            found = v
    return found


@rule
def bring_spouse(w, i, share, service_share, t):
    """Let the spouse of a newcomer come along, with some probability; family services help some of them.

    Help is a language course before arrival, one level, and a search for work from the first day.

    Parameters
    ----------
    share, service_share
        Probability that a spouse comes along; that she is helped.
    """
    p = w.parameters[0]
    seed, home = w.control[0].seed, int(w.persons[i].home)
    uid = ARRIVAL_UID | (pair(w.persons[i].uid, np.uint64(Purpose.IMMIGRATION_SPOUSE)) & UID_MASK)
    if uniform(seed, Purpose.IMMIGRATION_SPOUSE, uid, 0, 0) >= share:
        return
    j = arrive(w, Origin.FAMILY.value, home, uid, -1, t)
    w.persons[i].spouse = j
    w.persons[j].spouse = i
    is_helped = uniform(seed, Purpose.IMMIGRATION_SERVICE, uid, 0, 0) < service_share
    if not is_helped or t >= w.persons[j].retires:
        begin_life_here(w, j, t)
        return
    w.persons[j].language_level = min(int(w.persons[j].language_level) + 1, FLUENT)
    become_unemployed(w, j, t)
    w.persons[j].boost_until = t + int(p.immigration.family_service_days)
    schedule_life(w, j, t)
    charge(w, p, home, p.immigration.family_service_price_eur)


@rule
def charge(w, p, home, eur):
    """Book a price by the payers' shares."""
    for payer in range(N_PAYERS):
        post(w, Item.RECRUITMENT, payer, home, eur * p.immigration.recruitment_payer_share[payer])


@rule
def settle_in_job(w, uid, home, occupation, spouse_share, service_share, t):
    """Let somebody come to work: to the longest open vacancy of her trade, where she then lives.

    Who is taken on for a licensed job has been recognised before she comes.

    Returns
    -------
    int
        Her row.
    """
    v = longest_open(w, occupation)
    if v >= 0:
        home = int(w.vacancies[v].place)
    i = arrive(w, Origin.LABOUR.value, home, uid, occupation, t)
    if w.trades[occupation].is_licensed:
        w.persons[i].credential = Credential.RECOGNISED
        w.persons[i].occupation = occupation
    if v >= 0:
        hire(w, i, v, t)
        schedule_life(w, i, t)
    else:
        begin_life_here(w, i, t)
    bring_spouse(w, i, spouse_share, service_share, t)
    return i


@kernel
def immigrate(w, t):
    """Let the day's newcomers from abroad arrive."""
    p = w.parameters[0]
    seed = w.control[0].seed
    for origin in range(Origin.LABOUR.value, N_ORIGINS):
        for home in range(w.points.shape[0]):
            mean = w.immigration[origin, home] * p.immigration.arrivals_multiplier[origin]
            if mean <= 0.0:
                continue
            name = STREAM_UID | np.uint64((_NAMES + origin) * 4096 + home)
            for k in range(poisson(mean, uniform(seed, Purpose.IMMIGRATION_NUMBER, name, t, 0))):
                key = pair(name, np.uint64(t) * np.uint64(65536) + np.uint64(k))
                uid = ARRIVAL_UID | (key & UID_MASK)
                if origin == Origin.LABOUR:
                    u = uniform(seed, Purpose.IMMIGRATION_OCCUPATION, uid, 0, 0)
                    settle_in_job(
                        w, uid, home, drawn(w.immigrant_trades, origin, u), p.immigration.spouse_share, 0.0, t
                    )
                else:
                    begin_life_here(w, arrive(w, origin, home, uid, -1, t), t)


@kernel
def welcome_recruits(w, occupation, number, home, t):
    """Let recruits of a programme arrive.

    Parameters
    ----------
    number
        Agents.
    home
        Where those live for whom no vacancy is open any more.
    """
    p = w.parameters[0]
    month = int(w.days[t].month_index)
    name = STREAM_UID | np.uint64(_RECRUITS * 4096 + occupation)
    for k in range(number):
        key = pair(name, np.uint64(t) * np.uint64(65536) + np.uint64(k))
        uid = ARRIVAL_UID | (key & UID_MASK)
        i = settle_in_job(
            w, uid, home, occupation, p.immigration.recruits_spouse_share, p.immigration.family_service_share, t
        )
        w.persons[i].language_level = max(int(w.persons[i].language_level), int(p.immigration.recruits_language_level))
        w.persons[i].cohort = -1 - min(month // 12, _OLDEST_COHORT)
        place = int(w.persons[i].home)
        w.flows[Flow.RECRUITS, place] += 1.0
        w.recruited[month] += 1
        charge(w, p, place, p.immigration.recruit_price_eur)
