"""Departure: leaving the area, with children and a spouse who come along.

Rates are in `sim.kernels.hazards` and, of people from abroad, in `sim.kernels.retention`.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.indicators import Flow
from sim.kernels.calendar import LIFE, unlink
from sim.kernels.jobs import vacate
from sim.kernels.retention import is_from_abroad
from sim.kernels.states import become_absent, count
from sim.rng import Purpose, poisson, uniform

CHILDREN, ELDERLY = 0, 1
"""Rows of `Arrays.others`."""


@rule
def has_child_along(w, i, t):
    """Whether a child under 15 moves with a person, by a number of hers and the day."""
    share = w.parameters[0].moving.children_per_mover
    return uniform(w.control[0].seed, Purpose.MOVING_CHILD, w.persons[i].uid, t, 0) < share


@rule
def depart(w, i, t):
    """Leave the area alone, but for children: from abroad as many as such people bring, others by `has_child_along`."""
    home, person = int(w.persons[i].home), w.persons[i]
    number = 1.0
    if is_from_abroad(person):
        mean = w.parameters[0].immigration.children_per_arrival[person.origin]
        children = poisson(mean, uniform(w.control[0].seed, Purpose.IMMIGRATION_CHILDREN, person.uid, t, 1))
        number += min(children, int(w.others[CHILDREN, home]))
        w.flows[Flow.DEPARTURES_ABROAD, home] += number
    elif w.others[CHILDREN, home] >= 1.0 and has_child_along(w, i, t):
        number = 2.0
    w.others[CHILDREN, home] -= number - 1.0
    w.flows[Flow.DEPARTURES, home] += number
    unlink(w, i, LIFE)
    vacate(w, i, t)
    become_absent(w, i, t)


@rule
def move_out(w, i, for_studies, t):
    """Leave the area; who leaves for studies may come back, and a spouse from abroad goes along, as a rule."""
    home, spouse = int(w.persons[i].home), int(w.persons[i].spouse)
    if for_studies:
        count(w, Flow.STUDY_DEPARTURES, i)
        w.away[home] += 1.0
    depart(w, i, t)
    if spouse >= 0:
        u = uniform(w.control[0].seed, Purpose.IMMIGRATION_FOLLOW, w.persons[spouse].uid, t, 0)
        if u < w.parameters[0].immigration.follow_share:
            depart(w, spouse, t)
