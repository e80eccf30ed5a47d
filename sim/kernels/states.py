"""Labour states: every change of a person's state goes through here, with all its bookkeeping.

The functions named ``become_...`` move a person into a state, close what the old state had open
(job, spell, queue, calendar nodes) and open what the new one needs. They count the flows, so that
stocks and flows agree by construction.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, Contract, Measure, State
from sim.indicators import Flow
from sim.kernels.benefits import claim, count_work, receives_benefit, settle
from sim.kernels.calendar import DATED, HAZARD, SEARCH, SERVICE, link, unlink
from sim.kernels.hazards import is_under_notice, schedule_hazard, schedule_search
from sim.kernels.settling import keep_permit, schedule_permit
from sim.kernels.weekly import end_waiting, note_home
from sim.rng import NEVER, Purpose, exponential, mix, uniform
from sim.tables import NOT_YET

EXIT_JOB = 1
EXIT_RECALL = 2
EXIT_SERVICE = 3
EXIT_OUT = 4
EXIT_SELF_EMPLOYMENT = 5

_SURVIVAL_DAYS = (91, 182, 365)
_MOVED = np.uint64(255)
"""Marks a move in the hash of a life, where a change of state has the state."""


@rule
def is_unemployed(state):
    """Whether a state counts as register unemployment (the full-time furloughed included)."""
    return state == State.UNEMPLOYED or state == State.FURLOUGHED


@rule
def works(state):
    """Whether a state is work in the open market."""
    return state == State.EMPLOYED or state == State.SELF_EMPLOYED


@rule
def is_in_measure(state):
    """Whether a state is a measure of the employment authority, subsidised work included: a registered jobseeker."""
    return state == State.TRAINING or state == State.IN_SERVICE or state == State.SUBSIDISED


@rule
def stops_clock(person):
    """Whether the duration clock stands still: in every measure but a subsidised job with an employer."""
    if person.state == State.SUBSIDISED:
        return person.measure != Measure.WAGE_SUBSIDY_PRIVATE
    return person.state == State.TRAINING or person.state == State.IN_SERVICE


@rule
def count(w, flow, i):
    """Add one event to a flow, at the person's place of residence."""
    w.flows[flow, w.persons[i].home] += 1.0


@rule
def _enter(w, i, state, t):
    """Write the new state and what follows from it alone: stocks, days, benefits, the hash of the life."""
    person = w.persons[i]
    old = person.state
    settle(w, i, t)
    count_work(w, i, t)
    keep_permit(w, i, state, t)
    days = t - max(person.since, 0)
    if is_unemployed(old):
        w.persons[i].unemployed_days += days
    elif works(old):
        w.persons[i].employed_days += days
    w.stocks[old, person.home] -= 1
    w.stocks[state, person.home] += 1
    if is_in_measure(old):
        w.in_measure[person.measure, person.home] -= 1
        w.persons[i].measure = Measure.NONE
    w.persons[i].state = state
    w.persons[i].since = t
    w.persons[i].is_referred = 0  # what she was told of was for the state she leaves
    if receives_benefit(state) and not receives_benefit(old):
        claim(w, i, t)
    employer = person.employer
    where = np.uint64(0) if employer < 0 else w.employers[employer].uid
    w.persons[i].life = mix(person.life ^ mix((np.uint64(t) << np.uint64(8)) | np.uint64(state)) ^ where)
    unlink(w, i, DATED)
    unlink(w, i, HAZARD)
    unlink(w, i, SEARCH)
    schedule_permit(w, i, t)


@rule
def leave_job(w, i):
    """Give up the job that a person holds; what becomes of the job is the caller's to say."""
    employer = w.persons[i].employer
    if employer >= 0:
        w.employers[employer].filled -= 1
        w.employers[employer].noticed -= is_under_notice(w.persons[i])
        w.persons[i].employer = -1
        w.persons[i].contract = Contract.NONE
        w.persons[i].is_part_time = 0
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
    elif how == EXIT_SELF_EMPLOYMENT:
        count(w, Flow.EXITS_TO_SELF_EMPLOYMENT, i)
    else:
        count(w, Flow.EXITS_OUT, i)
    was_furlough = person.state == State.FURLOUGHED
    began_as_furlough = person.spell != person.since
    if not was_furlough and not began_as_furlough and person.spell >= 0:
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
def find_path(w, i, t):
    """Note that a jobseeker has a path: work, a measure, studies, or a talk in the line that is right for her."""
    person = w.persons[i]
    if person.has_path or person.registered_since < 0:
        return
    w.persons[i].has_path = 1
    if t - person.registered_since <= w.parameters[0].rules.path_days:
        w.paths[1, w.days[person.registered_since].month_index] += 1.0


@rule
def leave_register(w, i, until, t):
    """Leave the queues and appointments of a registered jobseeker; the search itself stays open until a day.

    Who works or is outside the labour force with an open search is a registered jobseeker all the same
    (`is_registered`): nothing happens to her on the day when it runs out.
    """
    if w.persons[i].registered_since > NOT_YET:
        w.persons[i].registered_since = NOT_YET
        w.persons[i].search_ended = max(until, t)
    end_waiting(w, i, t, False)
    leave_queue(w, i)


@rule
def is_registered(w, i, t):
    """Whether a person is a registered jobseeker on a day: unemployed, in a service, or with a search left open."""
    person = w.persons[i]
    if person.registered_since > NOT_YET:
        return True
    return person.search_ended > t and (works(person.state) or person.state == State.INACTIVE)


@rule
def open_until(w, i, contract, part_time, ends, t):
    """Draw until when somebody who is hired from the register stays on it.

    Job searches stay open until the end of the fixed term agreed (a renewal does not prolong them), or while
    part-time work is topped up by a benefit, for some; most of those with a full-time open-ended job are taken
    off before long.
    """
    p = w.parameters[0].register
    seed, uid = w.control[0].seed, w.persons[i].uid
    if contract == Contract.FIXED_TERM:
        return ends if uniform(seed, Purpose.REGISTER_KEEPING, uid, t, 0) < p.kept_in_fixed_term_share else t
    months = p.kept_in_part_time_months if part_time else p.kept_in_open_ended_months
    return t + int(exponential(seed, Purpose.REGISTER_KEEPING, uid, t, 1) * months * DAYS_PER_MONTH)


@rule
def leave_queue(w, i):
    """Give up the place in a queue and the appointment to come, if there are any."""
    if w.persons[i].is_waiting:
        w.desks[w.persons[i].desk].waiting -= 1
        w.persons[i].is_waiting = 0
    w.persons[i].token += 1  # the place in the heap is now nobody's
    unlink(w, i, SERVICE)


@rule
def move_home(w, i, place, t):
    """Move to another municipality of the area; the labour state, job, measure and job search go on.

    She is paid up to today where she lived. Who waits for a talk and is served elsewhere from now on is called in
    there today; an appointment to come is kept, at the desk that serves the new home.
    """
    settle(w, i, t)
    old = int(w.persons[i].home)
    state = w.persons[i].state
    w.stocks[state, old] -= 1
    w.stocks[state, place] += 1
    if is_in_measure(state):
        w.in_measure[w.persons[i].measure, old] -= 1
        w.in_measure[w.persons[i].measure, place] += 1
    w.persons[i].home = place
    where = (np.uint64(t) << np.uint64(16)) | (np.uint64(place) << np.uint64(8)) | _MOVED
    w.persons[i].life = mix(w.persons[i].life ^ mix(where))
    if w.persons[i].is_waiting and w.points[old].serves != w.points[place].serves:
        leave_queue(w, i)
        link(w, i, SERVICE, t)


@rule
def become_employed(w, i, employer, occupation, contract, part_time, ends, t):
    """Start a job.

    Parameters
    ----------
    employer, occupation, contract
        Row of the employer, index of the occupation, `Contract`.
    part_time
        Whether the job is part time.
    ends
        Day on which the contract ends, or `NEVER`.
    """
    end_spell(w, i, t, EXIT_JOB)
    find_path(w, i, t)
    leave_register(w, i, open_until(w, i, contract, part_time, ends, t), t)
    w.persons[i].voucher_until = t
    w.persons[i].is_part_time = part_time
    w.persons[i].is_coded = 1
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
    leave_register(w, i, t, t)
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
    w.persons[i].has_path = 1  # back to her own job
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
    if stops_clock(w.persons[i]):
        # the duration clock stood still during the course or service
        w.persons[i].clock += t - w.persons[i].since
    elif old == State.FURLOUGHED:
        w.persons[i].registered_since = NOT_YET  # an ordinary job search begins
    else:
        w.persons[i].clock = t
    if old != State.FURLOUGHED:  # dismissal out of furlough goes on with the same spell
        w.persons[i].spell = t
        count(w, Flow.NEW_SPELLS, i)
        if t >= 0:
            w.survival[0, w.days[t].month_index] += 1.0
    _enter(w, i, State.UNEMPLOYED, t)
    w.persons[i].ends = NEVER
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)
    link(w, i, SERVICE, t)  # `services`, later today, books the first appointment


@rule
def become_inactive(w, i, attachment, t):
    """Leave the labour force for a while; ``attachment`` says how close to it. The search may stay open."""
    end_spell(w, i, t, EXIT_OUT)
    months = w.parameters[0].register.kept_outside_months
    draw = exponential(w.control[0].seed, Purpose.REGISTER_KEEPING, w.persons[i].uid, t, 2)
    leave_register(w, i, t + int(draw * months * DAYS_PER_MONTH), t)
    _enter(w, i, State.INACTIVE, t)
    w.persons[i].attachment = attachment
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)


@rule
def become_student(w, i, ends, t):
    """Begin studies that end on a day."""
    end_spell(w, i, t, EXIT_OUT)
    find_path(w, i, t)
    leave_register(w, i, t, t)
    _enter(w, i, State.STUDENT, t)
    w.persons[i].ends = ends
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def begin_measure(w, i, state, measure, ends, t):
    """Begin a measure: the spell ends, the registered search goes on.

    Parameters
    ----------
    state
        TRAINING or IN_SERVICE, or SUBSIDISED without an employer.
    measure
        `sim.dimensions.Measure`.
    ends
        Last day and one more.
    """
    end_spell(w, i, t, EXIT_SERVICE)
    find_path(w, i, t)
    end_waiting(w, i, t, False)
    leave_queue(w, i)
    _enter(w, i, state, t)
    w.persons[i].ends = ends
    take_part(w, i, measure)
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def take_part(w, i, measure):
    """Count somebody who begins a measure, in its flow and its stock."""
    home = w.persons[i].home
    w.persons[i].measure = measure
    w.in_measure[measure, home] += 1
    w.measure_starts[measure, home] += 1.0
    count(w, Flow.TRAINING_STARTS if w.persons[i].state == State.TRAINING else Flow.SERVICE_STARTS, i)


@rule
def become_subsidised(w, i, employer, occupation, measure, ends, t):
    """Start a job with a wage subsidy: it is a real job of the employer, for a term."""
    end_spell(w, i, t, EXIT_SERVICE)
    find_path(w, i, t)
    end_waiting(w, i, t, False)
    leave_queue(w, i)
    w.persons[i].voucher_until = t
    w.persons[i].is_coded = 1
    w.persons[i].employer = employer
    w.persons[i].occupation = occupation
    w.persons[i].contract = Contract.FIXED_TERM
    w.persons[i].ends = ends
    w.employers[employer].filled += 1
    _enter(w, i, State.SUBSIDISED, t)
    take_part(w, i, measure)
    link(w, i, DATED, ends)
    schedule_search(w, i, t)


@rule
def stay_on(w, i, t):
    """Go on in the same job when the wage subsidy ends, now as an ordinary open-ended one."""
    leave_register(w, i, t, t)
    _enter(w, i, State.EMPLOYED, t)
    w.persons[i].contract = Contract.OPEN_ENDED
    w.persons[i].ends = NEVER
    schedule_hazard(w, i, t)
    schedule_search(w, i, t)


@rule
def become_self_employed(w, i, t):
    """Start a business; the caller has ended the job, if there was one."""
    end_spell(w, i, t, EXIT_SELF_EMPLOYMENT)
    find_path(w, i, t)
    leave_register(w, i, t, t)
    w.persons[i].search_ended = min(w.persons[i].search_ended, t)
    w.persons[i].is_coded = 1
    _enter(w, i, State.SELF_EMPLOYED, t)
    schedule_hazard(w, i, t)


@rule
def become_conscript(w, i, ends, t):
    """Begin military or civil service."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t, t)
    _enter(w, i, State.CONSCRIPT, t)
    w.persons[i].ends = ends
    link(w, i, DATED, ends)


@rule
def become_pensioner(w, i, state, t):
    """Retire or go on disability pension."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t, t)
    _enter(w, i, state, t)


@rule
def become_outsider(w, i, t):
    """Somebody who lives outside the area stops working in it."""
    note_home(w, i, t)
    _enter(w, i, State.OUTSIDE, t)
    schedule_search(w, i, t)


@rule
def part(w, i):
    """Forget who the spouse is, on both sides."""
    spouse = w.persons[i].spouse
    if spouse >= 0:
        w.persons[spouse].spouse = -1
        w.persons[i].spouse = -1


@rule
def become_absent(w, i, t):
    """Die or move away: the row is free for somebody else."""
    end_spell(w, i, t, EXIT_OUT)
    leave_register(w, i, t, t)
    part(w, i)
    _enter(w, i, State.ABSENT, t)
    w.stocks[State.ABSENT, w.persons[i].home] -= 1
    n = w.control[0].n_free_persons
    w.free_persons[n] = i
    w.control[0].n_free_persons = n + 1
