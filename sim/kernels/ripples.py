"""Ripples of structural events: jobs that suppliers and local trade lose or gain for it.

How many is decided by the month (`agents.actors.ripples`); here each of these jobs finds its employer. The
jobs of a source are numbered: the next loss takes the next number, and a job that comes back is that of the last
number lost, so that what is lost and regained leaves no trace.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import State
from sim.kernels.demand import cancel
from sim.kernels.jobs import add_job, draw_occupation, vacancy_identity
from sim.kernels.mobility import is_outside
from sim.rng import Purpose, pair, uniform

_TRIES = 16
_GAINS = 1 << 30
"""Ordinals from here on number jobs gained, those below jobs lost."""


@rule
def _can(w, e, loses, returns, excess):
    """Whether an employer can lose a job (or gain one), or have one back that a ripple brought or took."""
    employer = w.employers[e]
    if employer.to_close > 0 or employer.until > 0:
        return False
    if loses and employer.target - excess[e] <= 0:
        return False
    if returns:
        return employer.rippled < 0 if loses else employer.rippled > 0
    return True


@rule
def _employer_of(w, shares, source, ordinal, loses, returns, excess):
    """Find the employer of a job of a ripple, -1 if none can be found."""
    for k in range(_TRIES):
        u = uniform(w.control[0].seed, Purpose.RIPPLE_EMPLOYER, source, ordinal, k) * shares[-1]
        e = int(np.searchsorted(shares, u, side="right"))
        if e < shares.shape[0] and _can(w, e, loses, returns, excess):
            return e
    if returns:
        for e in range(shares.shape[0]):
            if _can(w, e, loses, returns, excess):
                return e
    return -1


@rule
def _lose(w, e, is_lasting, excess):
    """Note that an employer has a job too many."""
    excess[e] += 1
    if is_lasting and w.employers[e].rippled < 0:
        w.employers[e].opened -= 1
        w.control[0].n_opened -= 1
        w.control[0].n_struck += 1
    elif is_lasting:
        w.employers[e].struck_off += 1
        w.control[0].n_struck += 1
    w.employers[e].rippled += 1


@rule
def _gain(w, e, is_lasting, uid, t):
    """Give an employer a further job; it is posted as other growth is."""
    if is_lasting and w.employers[e].rippled > 0:
        w.employers[e].struck_off -= 1
        w.control[0].n_struck -= 1
    elif is_lasting:
        w.employers[e].opened += 1
        w.control[0].n_opened += 1
        w.control[0].n_struck -= 1
    w.employers[e].rippled -= 1
    add_job(w, e, draw_occupation(w, e, uid), uid, t, w.parameters[0].jobs.dormant_days)


@kernel
def ripple(w, shares, source, before, after, is_lasting, excess, t):
    """Move the jobs lost to a source from one number to another; below 0 are jobs gained.

    Parameters
    ----------
    shares
        Cumulated weights of the employers, f8[employers].
    source
        Identity of the source.
    before, after
        Jobs lost so far, and those that should be.
    is_lasting
        Whether the loss is for good, to be made up for as other jobs struck off, or comes back by itself.
    excess
        Jobs to end by employer, added to; `cancel_jobs` and `demand.dismiss_excess` end them. i4[employers].

    Returns
    -------
    int
        Jobs lost to the source now: short of ``after`` if no employer was found.
    """
    while before != after:
        loses = after > before
        k = before if loses else before - 1  # the job that is crossed
        returns = k < 0 if loses else k >= 0
        ordinal = k if k >= 0 else _GAINS - 1 - k
        e = _employer_of(w, shares, source, ordinal, loses, returns, excess)
        if e < 0:
            break
        if loses:
            _lose(w, e, is_lasting, excess)
            before += 1
        else:
            _gain(w, e, is_lasting, vacancy_identity(pair(source, np.uint64(ordinal)), t), t)
            before -= 1
    return before


@kernel
def cancel_jobs(w, excess):
    """Cancel jobs that nobody holds where ripples leave too many; those in being stay in ``excess``."""
    cancel(w, excess)


@kernel
def count_out_of_work(w, is_hit, out):
    """Count the people of some cohorts who are out of open-market work and of working age, by place of residence.

    Parameters
    ----------
    is_hit
        Whether a cohort is counted, by number, i1[cohorts + 1].
    out
        Filled, i8[places].
    """
    out[:] = 0
    for i in range(w.control[0].n_persons):
        person = w.persons[i]
        if person.cohort <= 0 or person.cohort >= is_hit.shape[0] or not is_hit[person.cohort]:
            continue
        if is_outside(w, person.home):
            continue
        state = person.state
        at_work = state == State.EMPLOYED or state == State.FURLOUGHED or state == State.SELF_EMPLOYED
        gone = state == State.ABSENT or state == State.RETIRED or state == State.DISABILITY
        if not at_work and not gone:
            out[person.home] += 1
