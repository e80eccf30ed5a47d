"""Chains of vacancies: who takes the jobs of an opening, and who takes the jobs that these people leave.

A job of an opening is link 0 of a chain. Whoever is hired away from another job in the area leaves one that is
looked for somebody anew: link 1, and so on. A chain ends with somebody who left no job in the area, or with a job
that is given up, withdrawn or struck off (White 1970, Chains of Opportunity). Books balance exactly, link by link:

* posted = hired, by origin + lost + withdrawn + struck off + not filled yet;
* posted of the next link = jobs left - of these, jobs that ended because their employer is closing.
"""

from __future__ import annotations

from enum import IntEnum

from sim.compiled import rule
from sim.dimensions import State
from sim.kernels.mobility import is_outside
from sim.kernels.states import is_in_measure, works

LINKS = 9
"""Links that are told apart; the last holds all that follow."""


class Entry(IntEnum):
    """Columns of `Arrays.chains`: jobs of a link of a chain, agents."""

    POSTED = 0
    UNEMPLOYED = 1  # hired, by where they were: these to MOVED_IN
    IN_SERVICE = 2  # in a service, training or subsidised work
    FURLOUGHED = 3
    STUDENT = 4
    OUTSIDE_LABOUR_FORCE = 5
    SELF_EMPLOYED = 6
    EMPLOYED = 7  # with another employer of the area
    EMPLOYED_OUTSIDE = 8  # live in the area, worked outside it
    LIVES_OUTSIDE = 9  # with or without a job there or here
    MOVED_IN = 10  # for this job, from abroad or with the employer
    LOST = 11  # given up, because nobody suitable came
    WITHDRAWN = 12  # cancelled by the employer
    STRUCK_OFF = 13  # by a structural event
    JOB_LEFT = 14  # hired people who left a job in the area
    JOB_ENDED = 15  # of these, jobs that end with a closing employer: nobody is looked for


FIRST_ORIGIN, LAST_ORIGIN = Entry.UNEMPLOYED, Entry.MOVED_IN


@rule
def begin_link(w, v, chain, link):
    """Make a vacancy part of a chain."""
    w.vacancies[v].chain = chain
    w.vacancies[v].link = min(link, LINKS - 1)
    w.chains[chain, min(link, LINKS - 1), Entry.POSTED] += 1


@rule
def end_link(w, v, how):
    """Note why a vacancy goes that nobody fills, if it is part of a chain (`Entry`)."""
    if w.vacancies[v].chain > 0:
        w.chains[w.vacancies[v].chain, w.vacancies[v].link, how] += 1


@rule
def origin_of(w, i):
    """Where somebody is hired from (`Entry`), before she is."""
    state, employer = w.persons[i].state, w.persons[i].employer
    if is_outside(w, w.persons[i].home):
        return Entry.LIVES_OUTSIDE.value
    if state == State.ABSENT:
        return Entry.MOVED_IN.value
    if state == State.FURLOUGHED:
        return Entry.FURLOUGHED.value
    if state == State.EMPLOYED:
        return Entry.EMPLOYED_OUTSIDE.value if is_outside(w, w.employers[employer].place) else Entry.EMPLOYED.value
    if state == State.SELF_EMPLOYED:
        return Entry.SELF_EMPLOYED.value
    if state == State.UNEMPLOYED:
        return Entry.UNEMPLOYED.value
    if is_in_measure(state):
        return Entry.IN_SERVICE.value
    if state == State.STUDENT:
        return Entry.STUDENT.value
    return Entry.OUTSIDE_LABOUR_FORCE.value


@rule
def count_hire(w, i, v):
    """Count who is hired for a vacancy of a chain, and residents who came into work by it."""
    chain, link = int(w.vacancies[v].chain), int(w.vacancies[v].link)
    w.chains[chain, link, origin_of(w, i)] += 1
    if not works(w.persons[i].state) and not is_outside(w, w.persons[i].home):
        w.newly_in_work[int(w.persons[i].cohort > 0), w.persons[i].home] += 1.0


@rule
def pass_on(w, v, left):
    """Let the chain of a filled vacancy go on with the job in the area that the hired person leaves.

    Parameters
    ----------
    left
        Row of the vacancy that is posted for it, or -1 if nobody is looked for.
    """
    chain, link = int(w.vacancies[v].chain), int(w.vacancies[v].link)
    w.chains[chain, link, Entry.JOB_LEFT] += 1
    if left >= 0:
        begin_link(w, left, chain, link + 1)
    else:
        w.chains[chain, link, Entry.JOB_ENDED] += 1
