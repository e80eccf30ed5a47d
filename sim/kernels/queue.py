"""The queue of a service line: a binary heap of places, the least key first.

A key is the due day, then a number keyed by the person and the day she joined, so that the order of
equal days depends on nobody's row. A place is given up by changing the person's token: stale places
stay in the heap until they come up.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import rule
from sim.rng import Purpose, bits

_TIE_SHIFT = np.uint64(24)
_DUE_SHIFT = np.uint64(40)


@rule
def put(queue, at, key, person, token, due, joined):
    """Write a place into a position of the heap."""
    queue[at].key = key
    queue[at].person = person
    queue[at].token = token
    queue[at].due = due
    queue[at].joined = joined


@rule
def move(queue, to, source):
    """Copy a place from one position of the heap to another."""
    place = queue[source]
    put(queue, to, place.key, place.person, place.token, place.due, place.joined)


@rule
def push(w, line, i, due, t):
    """Queue a person in a line.

    Parameters
    ----------
    due
        Day that decides her place.
    t
        Today.
    """
    tie = bits(w.control[0].seed, Purpose.SERVICE_TIE, w.persons[i].uid, t, 0) >> _TIE_SHIFT
    key = (np.uint64(due) << _DUE_SHIFT) | tie
    queue = w.queues[line]
    at = w.lines[line].length
    w.lines[line].length = at + 1
    while at > 0:
        parent = (at - 1) >> 1
        if queue[parent].key <= key:
            break
        move(queue, at, parent)
        at = parent
    put(queue, at, key, i, w.persons[i].token, due, t)
    w.persons[i].is_waiting = 1
    w.lines[line].waiting += 1


@rule
def drop_first(w, line):
    """Take the first place out of a line's queue."""
    queue = w.queues[line]
    last = w.lines[line].length - 1
    w.lines[line].length = last
    key = queue[last].key
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and queue[child + 1].key < queue[child].key:
            child += 1
        if queue[child].key >= key:
            break
        move(queue, at, child)
        at = child
    move(queue, at, last)
