"""Invitations: who is called to a course that is meant for one trade, and cohorts of the unemployed of a trade.

The authority calls the unemployed of the trade one after the other, in an order that is the same in every arm, and
some accept, until the seats are taken. Those who would be called can be marked as a cohort in arms that have no
course too, so that the same people are held against each other.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import State
from sim.kernels.closure import keyed_order
from sim.kernels.measures import start
from sim.kernels.mobility import is_outside
from sim.kernels.services import search_number
from sim.rng import Purpose, uniform

REST = -1
"""Number to mark: all who are in no cohort yet."""
_INVITED = 4096
"""Ordinals from here on are not of talks: a course is drawn by the search and the day of the invitation."""


@rule
def unemployed_of(w, trade):
    """Rows of the unemployed residents of a trade, in their lasting order; the furloughed have a job."""
    rows = np.empty(w.control[0].n_persons, np.int64)
    n = 0
    for i in range(w.control[0].n_persons):
        person = w.persons[i]
        if person.state == State.UNEMPLOYED and person.occupation == trade and not is_outside(w, person.home):
            rows[n] = i
            n += 1
    return keyed_order(w, rows[:n], 0.0)


@rule
def accepts_invitation(w, i, t):
    """Whether a person would take a seat that she is offered today."""
    u = uniform(w.control[0].seed, Purpose.MEASURE_INVITATION, w.persons[i].uid, t, 0)
    return u < w.parameters[0].measures.invited_share


@kernel
def invite(w, offer, t):
    """Fill the seats of a course with unemployed people of the trade that it is meant for.

    Parameters
    ----------
    offer
        Row of the offer.

    Returns
    -------
    int
        Seats that are taken.
    """
    rows = unemployed_of(w, w.offers[offer].occupation_from)
    for k in range(rows.shape[0]):
        if w.offers[offer].taken >= w.offers[offer].seats:
            break
        i = int(rows[k])
        if accepts_invitation(w, i, t):
            w.offers[offer].taken += 1
            w.persons[i].is_lost = 0
            start(w, i, int(w.offers[offer].measure), offer, search_number(w, i), _INVITED + t, t)
    return int(w.offers[offer].taken)


@kernel
def mark_unemployed(w, trade, n, cohort, t):
    """Mark as a cohort the first n unemployed of a trade who would accept an invitation, or the `REST` of the trade.

    Returns
    -------
    int
        How many were marked.
    """
    rows = unemployed_of(w, trade)
    marked = 0
    for k in range(rows.shape[0]):
        i = int(rows[k])
        if n != REST and marked >= n:
            break
        if w.persons[i].cohort == 0 and (n == REST or accepts_invitation(w, i, t)):
            w.persons[i].cohort = cohort
            marked += 1
    return marked
