"""Rates at which things may happen to a person, and the candidate days drawn from them.

A rate is a probability a day. Each is written once, as a function of the parameters, and used twice:
with the parameter set's own values (``baseline``) times ``engine.hazard_headroom`` it chooses the
rung of the ladder that candidate days come from, equal in all arms; with the values of today it
decides whether a candidate is an event. `sim.headroom` refuses changes that would leave the headroom.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, Contract, State
from sim.kernels.calendar import HAZARD, KINDS, LIFE, SEARCH, link
from sim.kernels.mobility import is_outside
from sim.kernels.retention import is_from_abroad, onward_ceiling, onward_rate
from sim.rng import LADDER_RUNGS, NEVER, RUNG_PROBABILITY, Purpose, next_candidate, rung_near
from sim.tables import ON_PATH

_FIRST_YEAR = 365
_NEAR_GRADUATION = 120
_GRADUATE_YEARS = 30.0
_TERTIARY = 2


@rule
def age_band(person, t):
    """Index of the five-year age band, 15–19 is 0; 70–74 is the last."""
    band = int((t - person.born) / (5.0 * DAYS_PER_YEAR)) - 3
    return max(0, min(band, 11))


@rule
def dismissal_rate(w, p, i, t):
    """Rate at which the job of an employee ends by the employer's decision, a day.

    Highest in the first year of a job, in industries with much turnover and for people of little education; rare in
    the public sector.
    """
    person = w.persons[i]
    section = w.employers[person.employer].section
    rate = p.separation.dismissal_per_month / DAYS_PER_MONTH * w.sections[section].turnover
    rate *= p.labour_force.education_risk[person.education]
    if w.sections[section].is_public:
        rate *= p.separation.public_multiplier
    if t - person.since < _FIRST_YEAR:
        rate *= p.separation.first_year_multiplier
    return rate


@rule
def slump_factor(w, p, i):
    """Factor of the demand index on an employee's dismissal, index ** −elasticity; 1 outside the area.

    Not part of `dismissal_rate`: candidate days must not depend on demand, headroom covers the factor.
    """
    employer = w.employers[w.persons[i].employer]
    index = w.sections[employer.section].demand
    if index == 1.0 or is_outside(w, employer.place):
        return 1.0
    return index ** (-p.demand.separation_elasticity)


@rule
def leaving_rate(w, p, i, t):
    """Rate at which an employee gives up the job with no other job in hand, a day."""
    person = w.persons[i]
    return p.separation.leave_per_month / DAYS_PER_MONTH * p.separation.leave_by_age[age_band(person, t)]


@rule
def furlough_rate(w, p, i, season):
    """Rate at which an employee is furloughed full time, a day.

    Parameters
    ----------
    season
        The month's multiplier of furloughs.
    """
    section = w.employers[w.persons[i].employer].section
    return p.furlough.start_multiplier * w.sections[section].furlough_per_month * season / DAYS_PER_MONTH


@rule
def start_up_rate(w, p, i):
    """Rate at which an employee or an unemployed person starts a business, a day."""
    if w.persons[i].state == State.UNEMPLOYED:
        return p.self_employment.start_unemployed_per_month / DAYS_PER_MONTH
    return p.self_employment.start_employed_per_month / DAYS_PER_MONTH


@rule
def close_down_rate(w, p, i):
    """Rate at which somebody self-employed gives up the business, a day."""
    return p.self_employment.end_per_month / DAYS_PER_MONTH


@rule
def study_rate(w, p, i, season):
    """Rate at which an unemployed person begins studies, a day.

    Parameters
    ----------
    season
        The month's multiplier: most studies begin in August.
    """
    return p.labour_force.study_per_month * season / DAYS_PER_MONTH


@rule
def exit_rate(w, p, i, season):
    """Rate at which an unemployed person leaves the labour force by herself, studies included, a day.

    Parameters
    ----------
    season
        The month's multiplier of studies begun.
    """
    return p.labour_force.exit_per_month / DAYS_PER_MONTH + study_rate(w, p, i, season)


@rule
def register_factor(w, p, i, t):
    """How readily somebody without a job registers as unemployed jobseeker: a factor, by education and age.

    Not of those who were dismissed: they all register.
    """
    person = w.persons[i]
    return p.labour_force.education_risk[person.education] * p.labour_force.registers_by_age[age_band(person, t)]


@rule
def entry_rate(w, p, i, t):
    """Rate at which somebody outside the labour force registers as unemployed jobseeker, a day."""
    rate = p.labour_force.entry_per_month * w.persons[i].attachment / DAYS_PER_MONTH
    return rate * register_factor(w, p, i, t)


@rule
def is_under_notice(person):
    """Whether an employee has been given notice: her contract has no term, and yet a day on which it ends."""
    return person.state == State.EMPLOYED and person.contract == Contract.OPEN_ENDED and person.ends < NEVER


@rule
def waits_for_pension(person):
    """Whether somebody unemployed waits for her pension on additional days of benefit (`destinations.takes_path`)."""
    return person.attachment == ON_PATH


@rule
def job_loss_risk(w, p, i):
    """Share of search under notice that an employee of a threatened employer searches with: 1 for those who have been
    given notice; of the others nobody knows who has to go, each searches by her risk and the phase.
    """
    employer = w.employers[w.persons[i].employer]
    weight = p.structural.phase_risk[max(int(employer.phase), 1) - 1]
    if is_under_notice(w.persons[i]):
        return weight
    ending = max(int(employer.to_close), int(employer.at_risk)) - int(employer.noticed)
    return weight * max(0.0, min(1.0, ending / max(int(employer.filled) - int(employer.noticed), 1)))


@rule
def search_rate(w, p, i, t, boost):
    """Rate of serious applications, a day.

    Parameters
    ----------
    boost
        Multiplier of a recent service contact (1 without one).
    """
    person = w.persons[i]
    state = person.state
    if state == State.EMPLOYED:
        rate = p.search.rate_employed_per_month * p.search.employed_by_age[age_band(person, t)]
        if is_outside(w, person.home):
            rate = 0.0  # in-commuters change jobs outside the area unseen
        if w.employers[person.employer].phase > 0:
            rate += job_loss_risk(w, p, i) * (p.search.rate_under_notice_per_month - rate)
        return rate / DAYS_PER_MONTH
    if state == State.UNEMPLOYED:
        return 0.0 if waits_for_pension(person) else p.search.rate_unemployed_per_month * boost / DAYS_PER_MONTH
    if state == State.FURLOUGHED:
        return p.search.rate_furloughed_per_month / DAYS_PER_MONTH
    if state == State.TRAINING or state == State.IN_SERVICE or state == State.SUBSIDISED:
        return p.search.rate_unemployed_per_month * p.measures.search_multiplier[person.measure] / DAYS_PER_MONTH
    if state == State.INACTIVE:
        return p.search.rate_inactive_per_month * person.attachment / DAYS_PER_MONTH
    if state == State.STUDENT:
        return p.search.rate_graduating_per_month / DAYS_PER_MONTH
    if state == State.OUTSIDE:
        return p.search.rate_outside_per_month / DAYS_PER_MONTH
    return 0.0


@rule
def death_rate(w, p, i, t):
    """Rate of death, a day."""
    return p.demography.deaths_per_year[age_band(w.persons[i], t)] / DAYS_PER_YEAR


@rule
def job_loss_factor(w, p, i, t):
    """Factor on moving of somebody who has lost a job lately."""
    return p.moving.job_loss_multiplier if t - int(w.persons[i].lost_job) < p.moving.job_loss_days else 1.0


@rule
def is_young_graduate(person, t):
    """Whether a person under 30 has a degree and is not studying."""
    young = t - person.born < _GRADUATE_YEARS * DAYS_PER_YEAR
    return young and person.education == _TERTIARY and person.state != State.STUDENT


@rule
def study_departure_rate(w, p, i, t):
    """Rate of leaving the area for studies, a day: a share of all who leave, of the young alone."""
    if is_from_abroad(w.persons[i]):
        return 0.0
    band = age_band(w.persons[i], t)
    rate = p.demography.departures_per_year[band] * p.moving.study_share[band] * p.moving.study_multiplier
    return rate * job_loss_factor(w, p, i, t) / DAYS_PER_YEAR


@rule
def departure_rate(w, p, i, t):
    """Rate of leaving the area for any other reason than studies, a day."""
    if is_from_abroad(w.persons[i]):
        return onward_rate(w, p, i)
    band = age_band(w.persons[i], t)
    rate = p.demography.departures_per_year[band] * (1.0 - p.moving.study_share[band])
    if is_young_graduate(w.persons[i], t):
        rate *= p.moving.graduate_multiplier
    return rate * job_loss_factor(w, p, i, t) / DAYS_PER_YEAR


@rule
def workplace(w, i):
    """Place of a person's job, -1 without one."""
    employer = w.persons[i].employer
    return int(w.employers[employer].place) if employer >= 0 else -1


@rule
def relocation_rate(w, p, i, t):
    """Rate of moving to another municipality of the area, a day; the one where she works draws her."""
    home, work = w.persons[i].home, workplace(w, i)
    total = 0.0
    for place in range(w.moves.shape[1]):
        total += w.moves[home, place]
    if 0 <= work < w.moves.shape[1]:
        total += (p.moving.workplace_pull - 1.0) * w.moves[home, work]
    return total * willingness(w, p, i, t) / DAYS_PER_YEAR


@rule
def willingness(w, p, i, t):
    """Factor of age and of a lost job on moving within the area."""
    age = p.moving.within_by_age[age_band(w.persons[i], t)] * p.moving.within_multiplier
    return age * job_loss_factor(w, p, i, t)


@rule
def moving_ceiling(w, b, i, t):
    """Highest rate of moving out and within that a person can have at her age and home in any labour state, a day.

    Candidate days must not depend on the state: it changes between two of them.
    """
    band, home = age_band(w.persons[i], t), w.persons[i].home
    total, most = 0.0, 0.0
    for place in range(w.moves.shape[1]):
        total += w.moves[home, place]
        most = max(most, w.moves[home, place])
    total += (max(1.0, b.moving.workplace_pull) - 1.0) * most
    boost = max(1.0, b.moving.job_loss_multiplier) / DAYS_PER_YEAR
    within = total * b.moving.within_by_age[band] * b.moving.within_multiplier * boost
    if is_from_abroad(w.persons[i]):
        return onward_ceiling(w, b, i) + within
    share = b.moving.study_share[band]
    out = share * b.moving.study_multiplier + (1.0 - share) * max(1.0, b.moving.graduate_multiplier)
    return within + b.demography.departures_per_year[band] * out * boost


@rule
def disability_rate(w, p, i, t):
    """Rate of beginning a disability pension, a day; none for those who have a pension."""
    state = w.persons[i].state
    if state == State.RETIRED or state == State.DISABILITY:
        return 0.0
    return p.demography.disability_per_year[age_band(w.persons[i], t)] / DAYS_PER_YEAR


@rule
def accepts(w, i, kind, rate, u):
    """Whether a candidate day is an event: probability rate over the rung's probability."""
    rung = w.nodes[i * KINDS + kind].rung
    return rung < LADDER_RUNGS and u * RUNG_PROBABILITY[rung] < rate


@rule
def is_candidate(w, i, kind, purpose, t):
    """Whether day t belongs to the candidate days a person's node was scheduled by."""
    rung = w.nodes[i * KINDS + kind].rung
    return next_candidate(w.control[0].seed, purpose, w.persons[i].uid, rung, t - 1) == t


@rule
def _schedule(w, i, kind, purpose, ceiling, t, until):
    """Link a person's node to the next candidate day after t, or to ``until`` if that comes first."""
    probability = min(1.0, ceiling * w.baseline[0].engine.hazard_headroom)
    rung = rung_near(probability, int(w.nodes[i * KINDS + kind].rung))
    day = next_candidate(w.control[0].seed, purpose, w.persons[i].uid, rung, t)
    w.nodes[i * KINDS + kind].rung = rung
    link(w, i, kind, min(day, until))


@rule
def schedule_hazard(w, i, t):
    """Set the next day on which a person may leave the labour state by chance."""
    b = w.baseline[0]
    state = w.persons[i].state
    never = w.heads.shape[1]
    if state == State.EMPLOYED:
        ceiling = (
            dismissal_rate(w, b, i, t)
            + leaving_rate(w, b, i, t)
            + furlough_rate(w, b, i, b.furlough.season.max())
            + start_up_rate(w, b, i)
        )
        _schedule(w, i, HAZARD, Purpose.HAZARD_EMPLOYED, ceiling, t, never)
    elif state == State.UNEMPLOYED:
        ceiling = exit_rate(w, b, i, b.studies.start_season.max()) + start_up_rate(w, b, i)
        _schedule(w, i, HAZARD, Purpose.HAZARD_UNEMPLOYED, ceiling, t, never)
    elif state == State.INACTIVE:
        _schedule(w, i, HAZARD, Purpose.HAZARD_INACTIVE, entry_rate(w, b, i, t), t, never)
    elif state == State.SELF_EMPLOYED:
        _schedule(w, i, HAZARD, Purpose.HAZARD_SELF_EMPLOYED, close_down_rate(w, b, i), t, never)


@rule
def schedule_search(w, i, t):
    """Set the next day on which a person may apply for a job."""
    b = w.baseline[0]
    state = w.persons[i].state
    boost = b.services.contact_search_multiplier if state == State.UNEMPLOYED else 1.0
    ceiling = search_rate(w, b, i, t, boost)
    after = t
    if state == State.STUDENT:
        # students look for work only in the months before they graduate
        after = max(t, w.persons[i].ends - _NEAR_GRADUATION)
    if ceiling > 0.0:
        _schedule(w, i, SEARCH, Purpose.SEARCH_CANDIDATE, ceiling, after, w.heads.shape[1])


@rule
def schedule_life(w, i, t):
    """Set the next demographic day: a candidate, the pension, or the birthday that begins an age band."""
    b = w.baseline[0]
    person = w.persons[i]
    if is_outside(w, person.home):  # of outsiders only the pension matters here
        link(w, i, LIFE, max(person.retires, t + 1))
        return
    ceiling = death_rate(w, b, i, t) + moving_ceiling(w, b, i, t) + disability_rate(w, b, i, t)
    band = int((t - person.born) / (5.0 * DAYS_PER_YEAR))
    until = person.born + int((band + 1) * 5.0 * DAYS_PER_YEAR) + 1
    if person.state != State.RETIRED and person.retires > t:
        until = min(until, person.retires)
    until = max(t + 1, min(until, person.permit_until))
    _schedule(w, i, LIFE, Purpose.LIFE_CANDIDATE, ceiling, t, until)
