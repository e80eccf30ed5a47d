"""Studies: how long they last and what comes after them."""

from __future__ import annotations

from sim.compiled import rule
from sim.kernels.calendar import DATED, link
from sim.kernels.hazards import DAYS_PER_YEAR, schedule_search
from sim.kernels.states import become_inactive, become_unemployed
from sim.rng import Purpose, uniform

_BASIC, _SECONDARY, _TERTIARY = 0, 1, 2


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
def graduate(w, i, t):
    """End studies with a qualification: go on studying, register, or look for work on one's own."""
    p = w.parameters[0]
    seed, person = w.control[0].seed, w.persons[i]
    had = person.education
    if had < _TERTIARY:
        w.persons[i].education = had + 1
    if had == _BASIC and uniform(seed, Purpose.STUDIES_NEXT, person.uid, t, 0) < p.studies.continue_share:
        w.persons[i].ends = study_end(w, person.uid, t)
        link(w, i, DATED, w.persons[i].ends)
        schedule_search(w, i, t)
    elif uniform(seed, Purpose.STUDIES_REGISTER, person.uid, t, 0) < p.studies.register_share:
        become_unemployed(w, i, t)
    else:
        become_inactive(w, i, p.labour_force.attachment_of_graduate, t)
