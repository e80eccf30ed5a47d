"""Settling: the language of work, the standing of a qualification, and the permit of people from abroad.

* The level of the language rises with time, faster at work, and by integration training. Below B2 employers find
  somebody suitable less often, unless English is enough at work; elementary jobs ask for less.
* A foreign qualification that is not recognised opens no licensed job, and counts for less in jobs of skill levels
  3 and 4. Recognition is applied for, and takes its time; a qualification taken here replaces it.
* Who came to work and loses the job has some months to find another one, then the permit lapses.

Levels rise and applications are decided on the first day of a month.
"""

from __future__ import annotations

import math

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, LANGUAGE_LEVELS, Credential, Origin, State
from sim.indicators import Flow
from sim.kernels.hazards import schedule_life
from sim.kernels.mobility import is_outside
from sim.kernels.retention import is_at_work
from sim.rng import NEVER, Purpose, uniform

FLUENT = len(LANGUAGE_LEVELS) - 1
"""Level at which the language is no matter: B2 and above."""
_ELEMENTARY = 1
_FIRST_EXPERT_LEVEL = 3
_SPECIALIST_LEVEL = 4
_MONTHS_PER_YEAR = 12.0


@rule
def language_factor(w, p, i, v):
    """Factor of the language on how suitable somebody is for a vacancy; exactly 1 from B2 on."""
    level = w.persons[i].language_level
    if level >= FLUENT:
        return 1.0
    waived = 0.0
    if w.trades[w.vacancies[v].occupation].skill_level == _ELEMENTARY:
        waived = p.immigration.elementary_waiver_share
    if w.employers[w.vacancies[v].employer].speaks_english:
        waived = max(waived, p.immigration.english_waiver_share)
    return 1.0 - (1.0 - p.immigration.language_suitability[level]) * (1.0 - waived)


@rule
def credential_factor(w, p, i, v):
    """Factor of the standing of a qualification on how suitable somebody is for a vacancy."""
    credential = w.persons[i].credential
    if credential == Credential.NATIONAL or credential == Credential.RECOGNISED:
        return 1.0
    trade = w.trades[w.vacancies[v].occupation]
    if trade.is_licensed:
        return 0.0
    return p.immigration.foreign_credential_suitability if trade.skill_level >= _FIRST_EXPERT_LEVEL else 1.0


@rule
def standing(w, p, i, v):
    """Factor of language and qualification on how suitable somebody is for a vacancy; 1 for people of here."""
    return language_factor(w, p, i, v) * credential_factor(w, p, i, v)


@rule
def end_language_course(w, p, i, t):
    """Let somebody who completes integration training reach a level; nobody falls back.

    The level is drawn by the published shares; further hours give one level more to some.
    """
    seed, uid = w.control[0].seed, w.persons[i].uid
    total = 0.0
    for level in range(FLUENT + 1):
        total += p.immigration.course_level_share[level]
    u = uniform(seed, Purpose.LANGUAGE_COURSE, uid, t, 0) * total
    reached = 0
    while reached < FLUENT and u >= p.immigration.course_level_share[reached]:
        u -= p.immigration.course_level_share[reached]
        reached += 1
    level = max(int(w.persons[i].language_level), reached)
    if uniform(seed, Purpose.LANGUAGE_COURSE, uid, t, 1) < p.immigration.course_extra_level_share:
        level += 1
    w.persons[i].language_level = min(level, FLUENT)


@rule
def learn_language(w, p, i, t):
    """Let the level of the language rise by one, by chance, for the month that has passed."""
    if w.persons[i].language_level >= FLUENT:
        return
    rate = p.immigration.learning_per_year
    state = w.persons[i].state
    if state == State.EMPLOYED or state == State.SUBSIDISED:
        rate += p.immigration.learning_at_work_per_year * p.immigration.language_at_work_multiplier
    chance = 1.0 - math.exp(-rate / _MONTHS_PER_YEAR)
    if uniform(w.control[0].seed, Purpose.LANGUAGE_GAIN, w.persons[i].uid, t, 0) < chance:
        w.persons[i].language_level += 1


@rule
def recognise(w, i):
    """Recognise a qualification; who has no job looks for work in the trade that she has learnt from now on."""
    w.persons[i].credential = Credential.RECOGNISED
    if w.persons[i].employer < 0:
        w.persons[i].occupation = w.persons[i].qualification


@rule
def review_credential(w, p, i, t):
    """Let a month of recognition pass: an application is made, or one made before is decided."""
    person = w.persons[i]
    if person.education == 0:
        return  # there is nothing to recognise
    u = uniform(w.control[0].seed, Purpose.RECOGNITION_STEP, person.uid, t, 0)
    if person.credential == Credential.FOREIGN:
        if u < 1.0 - math.exp(-p.immigration.recognition_applied_per_year / _MONTHS_PER_YEAR):
            w.persons[i].credential = Credential.UNDER_REVIEW
    elif person.credential == Credential.UNDER_REVIEW:
        if u * p.immigration.recognition_lead_months < 1.0:
            recognise(w, i)
            w.flows[Flow.RECOGNITIONS, person.home] += 1.0


@rule
def grace_months(w, p, i, t):
    """Months that a permit lasts after a job is lost: more for specialists and after two years of work here."""
    person = w.persons[i]
    worked = int(person.employed_days)
    if person.state == State.EMPLOYED or person.state == State.SELF_EMPLOYED:
        worked += t - max(int(person.since), 0)
    is_long = worked >= p.immigration.permit_long_after_years * DAYS_PER_YEAR
    if is_long or w.trades[person.occupation].skill_level == _SPECIALIST_LEVEL:
        return p.immigration.permit_grace_long_months
    return p.immigration.permit_grace_months


@rule
def keep_permit(w, i, state, t):
    """Start or stop the clock of the permit of somebody who came to work; called before she enters a state."""
    person = w.persons[i]
    if person.origin != Origin.LABOUR:
        return
    if is_at_work(state) or state == State.RETIRED or state == State.DISABILITY or state == State.ABSENT:
        w.persons[i].permit_until = NEVER
    elif person.permit_until == NEVER and (is_at_work(person.state) or person.state == State.ABSENT):
        days = int(grace_months(w, w.parameters[0], i, t) * DAYS_PER_MONTH)
        w.persons[i].permit_until = t + max(1, days)


@kernel
def settle_in(w, t):
    """On the first day of a month, let foreign speakers learn and applications be decided."""
    if w.days[t].day_of_month != 1:
        return
    p = w.parameters[0]
    for i in range(w.control[0].n_persons):
        if w.persons[i].language == 0 or w.persons[i].state == State.ABSENT or is_outside(w, w.persons[i].home):
            continue
        learn_language(w, p, i, t)
        credential = w.persons[i].credential
        if credential == Credential.FOREIGN or credential == Credential.UNDER_REVIEW:
            review_credential(w, p, i, t)


@rule
def schedule_permit(w, i, t):
    """Put the day on which a permit lapses into the calendar."""
    if w.persons[i].permit_until < NEVER:
        schedule_life(w, i, t)
