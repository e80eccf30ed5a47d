"""Studies: how long they last and what comes after them."""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_YEAR, Origin, State
from sim.kernels.calendar import DATED, link
from sim.kernels.hazards import schedule_search
from sim.kernels.states import become_conscript, become_inactive, become_student, become_unemployed
from sim.kernels.trades import choose_trade, learn
from sim.rng import Purpose, uniform

_BASIC, _SECONDARY, _TERTIARY = 0, 1, 2
_MEN = 0
_OLDEST_CONSCRIPT_YEARS = 25.0
_TO_JULY = 38
"""Days from the end of the school year to the contingent of July; that of January is left out."""


@rule
def study_end(w, uid, t):
    """Draw the day on which studies begun on day t end: the first of June that comes half a year before the drawn
    time or later.
    """
    p = w.parameters[0].studies
    years = p.shortest_years + p.spread_years * uniform(w.control[0].seed, Purpose.STUDIES_LENGTH, uid, t, 0)
    day = t + int((years - 0.5) * DAYS_PER_YEAR)
    last = w.days.shape[0] - 1
    while day < last and not (w.days[day].month == 5 and w.days[day].day_of_month == 1):
        day += 1
    return day


@rule
def conscription_end(w, uid, t):
    """Draw the last day of a service that begins in the July after day t: 165, 255 or 347 days."""
    u = uniform(w.control[0].seed, Purpose.CONSCRIPTION_LENGTH, uid, t, 0)
    p = w.parameters[0].studies
    days = 347
    if u < p.conscript_165_days_share:
        days = 165
    elif u < p.conscript_165_days_share + p.conscript_255_days_share:
        days = 255
    return t + _TO_JULY + days


@rule
def goes_after_degree(w, p, i, t):
    """Whether somebody who came from abroad for a degree moves out when she has it."""
    person = w.persons[i]
    if person.origin != Origin.STUDENT:
        return False
    u = uniform(w.control[0].seed, Purpose.IMMIGRATION_GRADUATE, person.uid, t, 0)
    return u >= p.immigration.student_stay_share


@rule
def graduate(w, i, t):
    """End studies with a qualification in a trade; men may have to serve before they go on."""
    p = w.parameters[0]
    seed, person = w.control[0].seed, w.persons[i]
    had = person.education
    if had < _TERTIARY:
        w.persons[i].education = had + 1
    learn(w, i, choose_trade(w, person.uid, person.sex, w.persons[i].education, t))
    young = t - person.born < _OLDEST_CONSCRIPT_YEARS * DAYS_PER_YEAR
    if had == _BASIC and person.sex == _MEN and young:
        if uniform(seed, Purpose.STUDIES_CONSCRIPTION, person.uid, t, 0) < p.studies.conscript_share:
            become_conscript(w, i, conscription_end(w, person.uid, t), t)
            return
    go_on_from_school(w, i, t)


@rule
def go_on_from_school(w, i, t):
    """Go on after a qualification or conscription: to further studies, to the register, or look for work on one's
    own.
    """
    p = w.parameters[0]
    seed, person = w.control[0].seed, w.persons[i]
    first = person.education == _SECONDARY
    if first and uniform(seed, Purpose.STUDIES_NEXT, person.uid, t, 0) < p.studies.continue_share:
        if person.state == State.CONSCRIPT:
            become_student(w, i, study_end(w, person.uid, t), t)
            return
        w.persons[i].ends = study_end(w, person.uid, t)
        link(w, i, DATED, w.persons[i].ends)
        schedule_search(w, i, t)
    elif uniform(seed, Purpose.STUDIES_REGISTER, person.uid, t, 0) < p.studies.register_share:
        become_unemployed(w, i, t)
    else:
        become_inactive(w, i, p.labour_force.attachment_of_graduate, t)
