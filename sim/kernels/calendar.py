"""The calendar of persons: day buckets as intrusive lists, a node for each person and kind of event.

Cost follows events: a day touches only those whose node lies in it. Linking and unlinking are a few
loads and stores. Nodes of one person lie side by side (one cache line).
"""

from __future__ import annotations

from sim.compiled import rule
from sim.prefetch import prefetch

LIFE = 0  # next demographic candidate or fixed date
HAZARD = 1  # next candidate day to leave the labour state by chance
DATED = 2  # end of the state that is known: contract, furlough, course, studies
SEARCH = 3  # next candidate day to look for a job
SERVICE = 4  # next appointment falls due
KINDS = 5
VACANCY_KIND = KINDS
"""Row of ``heads`` for the calendar of vacancies, whose nodes are in the vacancies' own records."""


@rule
def unlink(w, i, kind):
    """Take a person's node of a kind out of its day, if it is in one."""
    n = i * KINDS + kind
    day = w.nodes[n].day
    if day >= 0:
        before = w.nodes[n].previous
        after = w.nodes[n].next
        if before >= 0:
            w.nodes[before].next = after
        else:
            w.heads[kind, day] = after
        if after >= 0:
            w.nodes[after].previous = before
        w.nodes[n].day = -1


@rule
def link(w, i, kind, day):
    """Put a person's node of a kind into a day, out of the one it was in; days past the horizon count not."""
    unlink(w, i, kind)
    if day < w.heads.shape[1]:
        n = i * KINDS + kind
        head = w.heads[kind, day]
        w.nodes[n].next = head
        w.nodes[n].previous = -1
        if head >= 0:
            w.nodes[head].previous = n
        w.heads[kind, day] = n
        w.nodes[n].day = day


@rule
def take(w, kind, day):
    """Take one person out of a day's bucket.

    Returns
    -------
    int
        Row of the person, or -1 when the bucket is empty.
    """
    n = w.heads[kind, day]
    if n < 0:
        return -1
    i = n // KINDS
    unlink(w, i, kind)
    after = w.heads[kind, day]
    if after >= 0:
        # the one after the next, whose node is where the list goes on: both are there when her turn comes
        then = w.nodes[after].next
        if then >= 0:
            prefetch(w.nodes, then)
            prefetch(w.persons, then // KINDS)
    return i


@rule
def unlink_vacancy(w, v):
    """Take a vacancy out of its day, if it is in one."""
    day = w.vacancies[v].day
    if day >= 0:
        before = w.vacancies[v].previous
        after = w.vacancies[v].next
        if before >= 0:
            w.vacancies[before].next = after
        else:
            w.heads[VACANCY_KIND, day] = after
        if after >= 0:
            w.vacancies[after].previous = before
        w.vacancies[v].day = -1


@rule
def link_vacancy(w, v, day):
    """Put a vacancy into a day, out of the one it was in."""
    unlink_vacancy(w, v)
    if day < w.heads.shape[1]:
        head = w.heads[VACANCY_KIND, day]
        w.vacancies[v].next = head
        w.vacancies[v].previous = -1
        if head >= 0:
            w.vacancies[head].previous = v
        w.heads[VACANCY_KIND, day] = v
        w.vacancies[v].day = day
