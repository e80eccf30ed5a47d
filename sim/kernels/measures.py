"""Measures: what a talk may lead to beside work, what it is while it lasts, and what it changes afterwards.

Each measure has one channel. While people take part they search less (`measures.search_multiplier`), and
for all but subsidised work in firms the duration clock stands still. Afterwards:

* trainings and apprenticeship: another trade, which opens other vacancies, and skill in it, a factor on how
  suitable she is (`measures.gain`); tailored training and apprenticeship end with an application to an employer
  who knows her; self-motivated study leads to a trade of one's own choice;
* coaching: search is raised for some time; career guidance: some go on to study;
* wage subsidy to a firm: a promise first, which makes an employer take her sooner; then a real job for a
  term, in which some stay on; in public bodies and associations: work for a term, and nothing afterwards;
* start-up grant: self-employment;
* work trial, work-ability coordination, rehabilitative work: a factor on how suitable she is for employers, the
  largest of those she has earned; integration training: a level of the language (`settling`);
* training of change security: a factor like that of modular training, in her own trade (`separation`).

Seats, prices and lead times are the purchaser's business (`agents.purchasing`): here a seat is free or not.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, WORKING_DAYS_PER_MONTH, Line, Measure, Need, State
from sim.indicators import Counter
from sim.kernels.calendar import SEARCH, link
from sim.kernels.jobs import replace_leaver
from sim.kernels.mobility import is_outside
from sim.kernels.places import client_minutes
from sim.kernels.settling import end_language_course
from sim.kernels.states import (
    become_outsider,
    become_self_employed,
    become_unemployed,
    begin_measure,
    find_path,
    leave_job,
    stay_on,
)
from sim.kernels.trades import choose_trade, learn
from sim.rng import Purpose, uniform
from sim.tables import NOT_YET

N_MEASURES = 15
"""Measures that talks may lead to: all but the training of change security, which follows a dismissal."""
TRAININGS = (
    Measure.DEGREE_TRAINING, Measure.MODULAR_TRAINING, Measure.TAILORED_TRAINING, Measure.JOINT_TRAINING,
)  # fmt: skip
"""Labour-market training for a trade."""
WITH_A_TRADE = (*TRAININGS, Measure.APPRENTICESHIP)
"""Measures that lead to another trade."""
WITH_A_DEGREE = (Measure.DEGREE_TRAINING, Measure.APPRENTICESHIP)
"""Measures that may lead to a licence too."""
_SHORTEST_DAYS = 14
_HALF_YEAR = 183
_YEAR = 365
YOUNG_DAYS = 25 * 365
OLD_DAYS = 50 * 365
"""Younger and older people are meant by the wage subsidy whatever their spell."""


@rule
def is_training(measure):
    """Whether a measure is labour-market training for a trade."""
    return measure <= Measure.JOINT_TRAINING


@rule
def state_of(measure):
    """Labour state of those who take part in a measure."""
    if is_training(measure) or measure == Measure.INTEGRATION_TRAINING or measure == Measure.CHANGE_TRAINING:
        return State.TRAINING.value
    if measure == Measure.WAGE_SUBSIDY_PUBLIC or measure == Measure.APPRENTICESHIP:
        return State.SUBSIDISED.value
    return State.IN_SERVICE.value


@rule
def is_eligible(w, i, measure, t):
    """Whether a measure is meant for a person; time unemployed is that of the duration clock, measures left out.

    Wage subsidy: under 25, 50 or over, basic education, immigrants, half a year unemployed, or a need (the act
    in force since 2023-07); rehabilitative work: a year unemployed, or a joint plan for a known need; work-ability
    coordination: a joint plan, and known to have less than full work capacity.
    """
    person = w.persons[i]
    if measure == Measure.WAGE_SUBSIDY_PRIVATE or measure == Measure.WAGE_SUBSIDY_PUBLIC:
        if person.voucher_until > t:
            return False
        age = t - person.born
        return bool(
            age < YOUNG_DAYS
            or age >= OLD_DAYS
            or person.education == 0
            or person.language != 0
            or t - person.clock >= _HALF_YEAR
            or person.is_recognised
        )
    if measure == Measure.REHABILITATIVE_WORK:
        return bool(t - person.clock >= _YEAR or person.has_plan)
    if measure == Measure.WORK_ABILITY_COORDINATION:
        return bool(person.has_plan and person.need == Need.WORK_CAPACITY)
    if measure == Measure.INTEGRATION_TRAINING:
        return bool(person.language != 0)
    return True


@rule
def offered_share(p, line, measure):
    """Share of a line's talks that propose a measure."""
    if line == Line.COMPETENCE:
        return p.measures.offered_competence[measure]
    if line == Line.MULTI_SECTOR:
        return p.measures.offered_multi_sector[measure]
    if line == Line.YOUTH:
        return p.measures.offered_youth[measure]
    if line == Line.INTEGRATION:
        return p.measures.offered_integration[measure]
    return p.measures.offered_brokerage[measure]


@rule
def propose(w, p, i, line, review, search, talk, t):
    """Decide in a talk whether a measure is proposed, and which: one draw against the shares of the line.

    Parameters
    ----------
    review
        Share of a plan that this talk weighs anew, 0 to 1: talks that follow each other soon propose as much as one.
    search, talk
        Number of the search and ordinal of the talk, which the draw is keyed by.

    Returns
    -------
    int
        The measure, or `Measure.NONE`.
    """
    u = uniform(w.control[0].seed, Purpose.MEASURE_CHOICE, w.persons[i].uid, search, talk)
    for measure in range(N_MEASURES):
        share = review * offered_share(p, line, measure)
        if u < share:
            return measure if is_eligible(w, i, measure, t) else Measure.NONE.value
        u -= share
    return Measure.NONE.value


@rule
def suits(w, k, i, measure, t):
    """Whether an offer has a seat today for a person of the trade it is meant for, not of that it leads to."""
    offer = w.offers[k]
    if offer.measure != measure or not offer.start <= t <= offer.decide_by or offer.taken >= offer.seats:
        return False
    if offer.occupation_from >= 0 and offer.occupation_from != w.persons[i].occupation:
        return False
    return offer.occupation < 0 or offer.occupation != w.persons[i].occupation


@rule
def take_seat(w, i, measure, search, talk, t):
    """Take a free seat in a measure; among several offers one is drawn.

    Returns
    -------
    int
        Row of the offer, or -1 if every seat is taken.
    """
    n_open = 0
    for k in range(w.control[0].first_offer, w.control[0].n_offers):
        n_open += suits(w, k, i, measure, t)
    if n_open == 0:
        return -1
    u = uniform(w.control[0].seed, Purpose.MEASURE_OFFER, w.persons[i].uid, search, talk)
    chosen = int(u * n_open)
    for k in range(w.control[0].first_offer, w.control[0].n_offers):
        if suits(w, k, i, measure, t):
            if chosen == 0:
                w.offers[k].taken += 1
                return k
            chosen -= 1
    return -1


@rule
def spread_days(months, u):
    """Length of a measure by a number from 0 to 1, days: 0.4 to 1.6 times its mean, evenly."""
    return max(_SHORTEST_DAYS, int(months * DAYS_PER_MONTH * (0.4 + 1.2 * u)))


@rule
def length_days(w, p, i, measure, course, search, talk):
    """Draw the length of a measure, days, around its mean or that of the course."""
    months = w.offers[course].months if w.offers[course].months > 0.0 else p.measures.mean_months[measure]
    return spread_days(months, uniform(w.control[0].seed, Purpose.MEASURE_LENGTH, w.persons[i].uid, search, talk))


@rule
def own_minutes(p, measure):
    """Minutes of the line's own advisers that a participant takes: the part of a measure that is made, not bought.

    What it would cost to buy, over what a minute of an adviser with clients costs.
    """
    worth = p.measures.own_share[measure] * p.measures.price_month_eur[measure] * p.measures.mean_months[measure]
    return worth / p.costs.fte_year_eur * client_minutes(p) * 12.0 * WORKING_DAYS_PER_MONTH


@rule
def start(w, i, measure, course, search, talk, t):
    """Start a measure with a seat in hand.

    Parameters
    ----------
    course
        Row of the offer.

    Returns
    -------
    bool
        Whether she leaves open unemployment; a promise of a wage subsidy does not end it.
    """
    p = w.parameters[0]
    w.counters[Counter.TRAINING_EVENTS] += 1
    if measure == Measure.WAGE_SUBSIDY_PRIVATE:
        w.persons[i].voucher_until = t + int(p.measures.voucher_days)
        find_path(w, i, t)
        return False
    if measure == Measure.START_UP_GRANT:
        home = w.persons[i].home
        w.measure_starts[measure, home] += 1.0
        w.measure_days[measure, home] += p.measures.mean_months[measure] * DAYS_PER_MONTH  # paid for whole at once
        become_self_employed(w, i, t)
        return True
    w.persons[i].course = course
    begin_measure(w, i, state_of(measure), measure, t + length_days(w, p, i, measure, course, search, talk), t)
    return True


@rule
def uses_voucher(w, i, employer, t):
    """Whether an employer takes a person with the promise of a wage subsidy: she is unemployed, it is valid, and the
    employer a private one.
    """
    person = w.persons[i]
    if person.voucher_until <= t or person.state != State.UNEMPLOYED:
        return False
    return not w.sections[w.employers[employer].section].is_public


@rule
def end_measure(w, i, t):
    """End a measure: who completes it has what it gives; the search for a job goes on."""
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.persons[i].uid
    measure, course = int(w.persons[i].measure), int(w.persons[i].course)
    began = int(w.persons[i].since) - NOT_YET  # of a key, so not negative: some began before the first day
    w.counters[Counter.TRAINING_EVENTS] += 1
    w.persons[i].course = -1
    completes = uniform(seed, Purpose.MEASURE_COMPLETION, uid, began, 0) < p.measures.completion_share[measure]
    stays = uniform(seed, Purpose.MEASURE_RETENTION, uid, began, 0) < p.measures.retention_share[measure]
    if completes:
        w.persons[i].gain = max(w.persons[i].gain, p.measures.gain[measure])
    if w.persons[i].employer >= 0:  # a job with a wage subsidy
        if stays:
            stay_on(w, i, t)
            return
        replace_leaver(w, i, t)
        leave_job(w, i)
        if is_outside(w, w.persons[i].home):
            become_outsider(w, i, t)
            return
    elif measure == Measure.CAREER_GUIDANCE and stays:
        w.persons[i].clock += t - w.persons[i].since  # it stood still in the guidance too
        months = p.measures.mean_months[Measure.SELF_MOTIVATED_STUDY]
        begin_measure(
            w, i, State.IN_SERVICE, Measure.SELF_MOTIVATED_STUDY, t + int(months * DAYS_PER_MONTH), t
        )
        return
    elif completes:
        if course >= 0 and w.offers[course].occupation >= 0:
            learn(w, i, w.offers[course].occupation)
        elif measure == Measure.SELF_MOTIVATED_STUDY:
            learn(w, i, choose_trade(w, uid, w.persons[i].sex, w.persons[i].education, began))
        elif measure == Measure.INTEGRATION_TRAINING:
            end_language_course(w, p, i, t)
    become_unemployed(w, i, t)
    if measure == Measure.COACHING and completes:
        w.persons[i].boost_until = t + int(p.measures.coaching_effect_days)
    if completes and stays and (measure == Measure.TAILORED_TRAINING or measure == Measure.APPRENTICESHIP):
        w.persons[i].is_referred = KNOWN_TO_EMPLOYER
        link(w, i, SEARCH, t)


TOLD_OF_VACANCY = 1
KNOWN_TO_EMPLOYER = 2
"""Values of the column ``is_referred``: told by an adviser of a vacancy; trained with an employer."""
