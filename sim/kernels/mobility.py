"""Where somebody can work: what lies outside the area, and from which layer of nearness a person looks.

Places are municipalities first, then neighbouring markets. The nearness of places differs between people:
with a car, without one, told of the mobility grant, with a home on weekdays near the job. Each combination
is a *layer*, a block of rows in `near`, `reach` and `seen`; who uses which is fixed by lasting traits, so that
a policy moves only those whom it reaches.
"""

from __future__ import annotations

import math

from sim.compiled import rule
from sim.dimensions import DAYS_PER_YEAR
from sim.rng import Purpose, normal, uniform

WORKING_CENTRE, WORKING_ELSEWHERE, IDLE_CENTRE, IDLE_ELSEWHERE, IDLE_YOUNG = range(5)
WITHOUT_CAR, TOLD, HOUSED = 1, 2, 4
LAYERS = 8
"""Sums of the three: a car is the usual case, nobody told, nobody housed."""


@rule
def is_outside(w, place):
    """Whether a place lies outside the area: it has no municipality of the authority's."""
    return place >= w.points.shape[0]


@rule
def is_active(w, p, layer):
    """Whether anybody can look from a layer today: those of policies are empty in the baseline."""
    b = w.baseline[0].mobility
    if layer & TOLD and p.mobility.grant_known_share <= b.grant_known_share:
        return False
    return not (layer & HOUSED) or p.mobility.weekday_housing_share > 0.0


@rule
def layer_of(w, p, i, t):
    """Layer of nearness that a person looks for work from.

    Those who knew of the grant before are part of the usual case: only people told since then differ.
    """
    person = w.persons[i]
    layer = 0 if person.has_car else WITHOUT_CAR
    if is_outside(w, person.home):
        return 0
    seed, b = w.control[0].seed, w.baseline[0].mobility
    if p.mobility.grant_known_share > b.grant_known_share:
        u = uniform(seed, Purpose.MOBILITY_TOLD, person.uid, 0, 0)
        if u >= b.grant_known_share and u < p.mobility.grant_known_share:
            layer += TOLD
    if p.mobility.weekday_housing_share > 0.0:
        young = t - person.born < p.mobility.weekday_housing_before_years * DAYS_PER_YEAR
        u = uniform(seed, Purpose.MOBILITY_HOUSING, person.uid, 0, 0)
        if young and u < p.mobility.weekday_housing_share:
            layer += HOUSED
    return layer


@rule
def viewpoint(w, p, i, t):
    """Row of `near`, `reach` and `seen` that a person looks from: her layer's block, her home in it."""
    return layer_of(w, p, i, t) * w.near.shape[1] + int(w.persons[i].home)


@rule
def draws_car(w, p, home, uid, z):
    """Whether a newcomer will have the use of a car: as people at work of her home have it.

    Parameters
    ----------
    z
        Standard normal number behind her employability, which the use of a car goes with: so that those without
        work have fewer cars at all times, not at the start alone.
    """
    group = WORKING_CENTRE if w.points[home].is_centre else WORKING_ELSEWHERE
    r = p.mobility.car_employability
    standing = r * z + math.sqrt(1.0 - r * r) * normal(w.control[0].seed, Purpose.MOBILITY_CAR, uid, 0, 0)
    return 0.5 * (1.0 + math.erf(standing / math.sqrt(2.0))) > 1.0 - p.mobility.car_share[group]


@rule
def draws_remote(w, p, occupation, uid):
    """Whether a job that is posted can be done from home: where its trade allows it and the employer offers it."""
    share = p.mobility.remote_feasible_share[w.major_group[occupation]] * p.mobility.remote_offered_share
    return uniform(w.control[0].seed, Purpose.JOB_REMOTE, uid, 0, 0) < share
