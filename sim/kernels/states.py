"""Labour states: every change of a person's state goes through here, with all its bookkeeping.

The functions named ``become_...`` move a person into a state, close what the old state had open
(job, spell, queue, calendar nodes) and open what the new one needs. They count the flows, so that
stocks and flows agree by construction.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import rule
from sim.dimensions import Contract, State
from sim.indicators import Flow
from sim.kernels.calendar import DATED, HAZARD, SEARCH, SERVICE, link, unlink
from sim.kernels.hazards import schedule_hazard, schedule_search
from sim.rng import NEVER, mix
from sim.tables import NOT_YET

EXIT_JOB = 1
EXIT_RECALL = 2
EXIT_SERVICE = 3
EXIT_OUT = 4

_SURVIVAL_DAYS = (91, 182, 365)


@rule
def is_unemployed(state):
    """Whether a state counts as register unemployment (the full-time furloughed included)."""
    return state == State.UNEMPLOYED or state == State.FURLOUGHED


@rule
def count(w, flow, i):
    """Add one event to a flow, at the person's place of residence."""
    w.flows[flow, w.persons[i].home] += 1.0


@rule
def _enter(w, i, state, t):
    """Write the new state and what follows from it alone: stocks, days, the hash of the life."""
    person = w.persons[i]
    old = person.state
    days = t - max(person.since, 0)
    if is_unemployed(old):
        w.persons[i].unemployed_days += days
    elif old == State.EMPLOYED:
        w.persons[i].employed_days += days
    w.stocks[old, person.home] -= 1
    w.stocks[state, person.home] += 1
    w.persons[i].state = state
    w.persons[i].since = t
    employer = person.employer
    where = np.uint64(0) if employer < 0 else w.employers[employer].uid
    w.persons[i].life = mix(person.life ^ mix((np.uint64(t) << np.uint64(8)) | np.uint64(state)) ^ where)
    unlink(w, i, DATED)
    unlink(w, i, HAZARD)
    unlink(w, i, SEARCH)


@rule
def leave_job(w, i):
    """Give up the job that a person holds; what becomes of the job is the caller's to say."""
    employer = w.persons[i].employer
    if employer >= 0:
        w.employers[employer].filled -= 1
        w.persons[i].employer = -1
        w.persons[i].contract = Contract.NONE
        count(w, Flow.SEPARATIONS, i)


@rule
def end_spell(w, i, t, how):
    """Close the unemployment spell under way, if there is one: count the exit, survival and the log."""
    person = w.persons[i]
    if not is_unemployed(person.state):
        return
    if how == EXIT_JOB:
        count(w, Flow.EXITS_TO_JOB, i)
    elif how == EXIT_RECALL:
        count(w, Flow.EXITS_TO_RECALL, i)
    elif how == EXIT_SERVICE:
        count(w, Flow.EXITS_TO_SERVICE, i)
    else:
        count(w, Flow.EXITS_OUT, i)
    was_furlough = person.state == State.FURLOUGHED
    if not was_furlough and person.spell >= 0:
        month = w.days[person.spell].month_index
        length = t - person.spell
        for k in range(3):
            if length <= _SURVIVAL_DAYS[k]:
                w.survival[1 + k, month] += 1.0
    control = w.control[0]
    if control.keeps_log:
        n = control.n_spells
        w.spells[n].person = person.uid
        w.spells[n].start = person.spell
        w.spells[n].end = t
        w.spells[n].exit = how
        w.spells[n].was_furlough = was_furlough
        w.spells[n].home = person.home
        w.spells[n].occupation = person.occupation
        w.spells[n].cohort = person.cohort
        w.control[0].n_spells = n + 1


@rule
def leave_register(w, i, t):
    """End the registered job search: out of queues and appointments."""
    if w.persons[i].registered_since > NOT_YET:
        w.persons[i].registered_since = NOT_YET
        w.persons[i].search_ended = t
    leave_queue(w, i)


@rule
def leave_queue(w, i):
    """Give up the place in a queue and the appointment to come, if there are any."""
    if w.persons[i].is_waiting:
        w.lines[w.persons[i].line].waiting -= 1
        w.persons[i].is_waiting = 0
    w.persons[i].token += 1  # the place in the heap is now nobody's
    unlink(w, i, SERVICE)


@rule
def become_employed(w, i, employer, occupation, contract, ends, t):
    """Start a job.

    Parameters
    ----------
    employer, occupation, contract
        Row of the employer, index of the occupation, `Contract`.
    ends
        Day on which the contract ends, or `NEVER`.
    """
    end_spell(w, i, t, EXIT_JOB)
    was_registered = w.persons[i].registered_since > NOT_YET
    leave_register(w, i, t)
    if was_registered and contract == Contract.FIXED_TERM:
        # the job search stays open during a fixed term: who comes back at its end goes on with it
        w.persons[i].search_ended = ends
    w.persons[i].employer = employer
    w.persons[i].occupation = occupation
    w.persons[i].contract = contract
    w.persons[i].ends = ends
    w.employers[employer].filled += 1
    _enter(w, i, State.EMPLOYED, t)
    if contract == Contract.FIXED_TERM:
        link(w, i, DATED, ends)
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)


@rule
def return_from_furlough(w, i, t):
    """Go back to the job one was furloughed from; an old contract goes on."""
    end_spell(w, i, t, EXIT_RECALL)
    leave_register(w, i, t)
    _enter(w, i, State.EMPLOYED, t)
    w.persons[i].contract = Contract.OPEN_ENDED
    w.persons[i].ends = NEVER
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)


@rule
def become_furloughed(w, i, ends, t):
    """Be laid off full time for a while; the job stays hers and counts as filled."""
    _enter(w, i, State.FURLOUGHED, t)
    w.persons[i].spell = t
    w.persons[i].clock = t
    w.persons[i].registered_since = t
    w.persons[i].ends = ends
    count(w, Flow.NEW_SPELLS, i)
    count(w, Flow.NEW_FURLOUGHS, i)
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def become_unemployed(w, i, t):
    """Begin (or after a service or a furlough go on with) unemployment.

    The caller has ended the job. A new registered search begins unless one is under way; the
    appointment is made by `services`, which sees who registered today.
    """
    old = w.persons[i].state
    if old == State.TRAINING:
        # the duration clock stood still during the course
        w.persons[i].clock += t - w.persons[i].since
    elif old == State.FURLOUGHED:
        w.persons[i].registered_since = NOT_YET  # an ordinary job search begins
    else:
        w.persons[i].clock = t
    if old != State.FURLOUGHED:  # dismissal out of furlough goes on with the same spell
        w.persons[i].spell = t
        count(w, Flow.NEW_SPELLS, i)
    if w.persons[i].spell >= 0:
        w.survival[0, w.days[w.persons[i].spell].month_index] += 1.0
    _enter(w, i, State.UNEMPLOYED, t)
    w.persons[i].ends = NEVER
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)
    link(w, i, SERVICE, t)  # `services`, later today, books the first appointment


@rule
def become_inactive(w, i, attachment, t):
    """Leave the labour force for a while; ``attachment`` says how close to it."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t)
    _enter(w, i, State.INACTIVE, t)
    w.persons[i].attachment = attachment
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)


@rule
def become_student(w, i, ends, t):
    """Begin studies that end on a day."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t)
    _enter(w, i, State.STUDENT, t)
    w.persons[i].ends = ends
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def become_trainee(w, i, ends, t):
    """Begin a course of labour-market training: the spell ends, the registered search goes on."""
    end_spell(w, i, t, EXIT_SERVICE)
    leave_queue(w, i)
    _enter(w, i, State.TRAINING, t)
    w.persons[i].ends = ends
    count(w, Flow.TRAINING_STARTS, i)
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def become_pensioner(w, i, state, t):
    """Retire or go on disability pension."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t)
    _enter(w, i, state, t)


@rule
def become_outsider(w, i, t):
    """Somebody who lives outside the area stops working in it."""
    _enter(w, i, State.OUTSIDE, t)
    schedule_search(w, i, t)


@rule
def become_absent(w, i, t):
    """Die or move away: the row is free for somebody else."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t)
    _enter(w, i, State.ABSENT, t)
    w.stocks[State.ABSENT, w.persons[i].home] -= 1
    n = w.control[0].n_free_persons
    w.free_persons[n] = i
    w.control[0].n_free_persons = n + 1
