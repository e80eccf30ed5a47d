"""Trials inside the world: who is treated, so that effects can be measured as published trials measured them.

Everybody has a lasting number from 0 to 1. Who lies below ``trial.treated_share`` is treated, and so are the
same people whenever that share is the same or larger. People whose search begins within ``trial.window_days``
are marked by the quarter of their number: in an arm that treats a quarter, quarter 1 is treated and the
others are the untreated beside them.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import Credential, Origin
from sim.kernels.settling import recognise
from sim.rng import Purpose, uniform

QUARTERS = 4
FOREIGN_SPEAKERS, FROM_ABROAD, NOT_RECOGNISED = 1, 2, 3
"""Values of ``trial.follows`` beside 0."""


@rule
def trial_number(w, uid):
    """Lasting number of a person or an employer in trials, from 0 to 1."""
    return uniform(w.control[0].seed, Purpose.TRIAL_ARM, uid, 0, 0)


@rule
def is_treated(w, p, i):
    """Whether a person is treated today."""
    return p.trial.treated_share > 0.0 and trial_number(w, w.persons[i].uid) < p.trial.treated_share


@rule
def is_followed(w, p, i):
    """Whether a trial follows people like her (`trial.follows`).

    0 everybody, 1 foreign speakers, 2 people who came from abroad since the start, 3 foreign speakers whose
    qualification for a licensed trade is from abroad and not recognised.
    """
    person = w.persons[i]
    if p.trial.follows == FOREIGN_SPEAKERS:
        return bool(person.language != 0)
    if p.trial.follows == FROM_ABROAD:
        return bool(person.origin >= Origin.LABOUR)
    if p.trial.follows == NOT_RECOGNISED:
        is_abroad = person.credential == Credential.FOREIGN and person.education > 0
        return bool(is_abroad and w.trades[person.qualification].is_licensed)
    return True


@rule
def enrol(w, p, i, t):
    """Mark somebody whose search begins now, if enrolment is open and she is not marked yet."""
    if t < p.trial.window_days and w.persons[i].trial == 0 and is_followed(w, p, i):
        w.persons[i].trial = 1 + int(QUARTERS * trial_number(w, w.persons[i].uid))
        if p.trial.recognises > 0.0 and is_treated(w, p, i):
            recognise(w, i)


@rule
def count_job(w, p, employer, column, t):
    """Count a registered posting (0) or an open-ended hire (1) of an employer while employers are observed."""
    if t < p.trial.employer_days:
        quarter = int(QUARTERS * trial_number(w, w.employers[employer].uid))
        w.trial_jobs[quarter, column] += 1.0
