"""The queues of the desks: skew heaps, the least key first, whose places lie in one common pool.

A key is the due day, then a number keyed by the person and the day she joined, so that the order of
equal days depends on nobody's row. A place is given up by changing the person's token: stale places
stay in their heap until they come up. (Skew heap: Sleator & Tarjan 1986, SIAM J. Comput. 15(1).)
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.rng import Purpose, bits

_TIE_SHIFT = np.uint64(24)
_DUE_SHIFT = np.uint64(40)


@rule
def merged(w, a, b):
    """Join two heaps.

    Parameters
    ----------
    a, b
        First places, or -1.

    Returns
    -------
    int
        First place of both together.
    """
    root, above = -1, -1
    while a >= 0 and b >= 0:
        if w.queued[b].key < w.queued[a].key:
            a, b = b, a
        if above < 0:
            root = a
        else:
            w.queued[above].left = a
        rest = int(w.queued[a].right)
        w.queued[a].right = w.queued[a].left
        above = a
        a = rest
    rest = a if a >= 0 else b
    if above < 0:
        return rest
    w.queued[above].left = rest
    return root


@rule
def push(w, desk, i, due, t):
    """Queue a person at a desk.

    Parameters
    ----------
    due
        Day that decides her place.
    t
        Today.
    """
    control = w.control[0]
    if control.free_queued >= 0:
        at = int(control.free_queued)
        w.control[0].free_queued = w.queued[at].left
        w.control[0].n_free_queued -= 1
    else:
        at = int(control.n_queued)
        w.control[0].n_queued = at + 1
    tie = bits(control.seed, Purpose.SERVICE_TIE, w.persons[i].uid, t, 0) >> _TIE_SHIFT
    w.queued[at].key = (np.uint64(due) << _DUE_SHIFT) | tie
    w.queued[at].person = i
    w.queued[at].token = w.persons[i].token
    w.queued[at].due = due
    w.queued[at].joined = t
    w.queued[at].left = -1
    w.queued[at].right = -1
    w.desks[desk].root = merged(w, int(w.desks[desk].root), at)
    w.desks[desk].waiting += 1
    w.persons[i].is_waiting = 1
    w.persons[i].desk = desk


@rule
def drop_first(w, desk):
    """Take the first place out of a desk's queue; it is free for another."""
    at = int(w.desks[desk].root)
    w.desks[desk].root = merged(w, int(w.queued[at].left), int(w.queued[at].right))
    w.queued[at].left = w.control[0].free_queued
    w.control[0].free_queued = at
    w.control[0].n_free_queued += 1


@kernel
def move_queue(w, desk, other):
    """Let everybody who waits at a desk wait at another one instead, with the same due days.

    A desk that closes, or has nobody left to serve, must not keep people waiting.
    """
    w.desks[other].root = merged(w, int(w.desks[desk].root), int(w.desks[other].root))
    w.desks[desk].root = -1
    w.desks[other].waiting += w.desks[desk].waiting
    w.desks[desk].waiting = 0
    for i in range(w.control[0].n_persons):
        if w.persons[i].is_waiting and w.persons[i].desk == desk:
            w.persons[i].desk = other
