"""Services: one kernel for every line. Appointments fall due, people queue, desks serve, contacts act.

Order at the same instant, written down because waits depend on it: all arrivals of the day queue
before any desk serves; a line serves in the order of due days, equal days in an order keyed by the
person. Nothing caps waiting or utilisation quietly. Capacity is time: FTE x minutes; a task that
overruns the day borrows from the next, time that nobody needs is not saved up.
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, State
from sim.indicators import Counter, Flow
from sim.kernels.calendar import SERVICE, link, take
from sim.kernels.queue import drop_first, push
from sim.kernels.states import become_inactive, become_served, count
from sim.kernels.training import take_seat
from sim.rng import Purpose, exponential, uniform
from sim.tables import NOT_YET

BROKERAGE, COMPETENCE, MULTI_SECTOR = 0, 1, 2
FIRST_INTERVIEW, FOLLOW_UP = 0, 1
_SHORTEST_SERVICE_DAYS = 14


@rule
def day_after_working_days(w, t, n):
    """Find the day that is n working days after day t (or the horizon)."""
    wanted = w.days[t].working_number + n
    day = t
    last = w.days.shape[0] - 1
    while day < last and w.days[day].working_number < wanted:
        day += 1
    return day


@rule
def call_in(w, i, t):
    """Put a person whose appointment falls due today into the queue of her line; book new searches."""
    p = w.parameters[0]
    if w.persons[i].state != State.UNEMPLOYED:
        return
    if w.persons[i].registered_since == NOT_YET:
        w.persons[i].registered_since = t
        gap = t - w.persons[i].search_ended
        if gap >= p.services.new_search_after_days or w.persons[i].contacts == 0:
            w.persons[i].contacts = 0
            w.persons[i].line = BROKERAGE
            count(w, Flow.NEW_SEARCHES, i)
        else:  # the old search goes on: no new first interview, the next talk in its usual time
            link(w, i, SERVICE, t + int(p.services.interval_first_days))
            return
    if w.persons[i].line < 0:
        w.persons[i].line = BROKERAGE
    if w.persons[i].contacts == 0:
        push(w, BROKERAGE, i, day_after_working_days(w, t, int(p.services.first_interview_working_days)), t)
        w.persons[i].line = BROKERAGE
    else:
        push(w, w.persons[i].line, i, t + int(p.services.follow_up_slack_days), t)


@rule
def interval_days(w, p, i, t):
    """Days to the next appointment: short in the first three months of unemployment, longer after."""
    if w.persons[i].line == MULTI_SECTOR:
        return int(p.services.interval_multi_sector_days)
    if t - w.persons[i].spell < p.services.first_phase_days:
        return int(p.services.interval_first_days)
    return int(p.services.interval_later_days)


@rule
def search_number(w, i):
    """Number of a registered job search, from the day it began, 0 or more.

    What a talk leads to is drawn by search and ordinal of the talk, not by its day: a queue that is a day
    longer in another arm meets the same luck.
    """
    return int(w.persons[i].registered_since) - NOT_YET


@rule
def assess(w, p, i):
    """Recognise needs and route to a line, in a first interview or again in a follow-up."""
    seed, person = w.control[0].seed, w.persons[i]
    first = person.contacts == 0
    chance = p.services.recognition_share if first else p.services.later_recognition_share
    search = search_number(w, i)
    if person.need and uniform(seed, Purpose.SERVICE_RECOGNITION, person.uid, search, person.contacts) < chance:
        w.persons[i].line = MULTI_SECTOR
    elif first and uniform(seed, Purpose.SERVICE_ROUTE, person.uid, search, 0) < p.services.competence_share:
        w.persons[i].line = COMPETENCE


@rule
def meet(w, line, i, t):
    """Hold a meeting: search is raised for some weeks, needs may be recognised, a course may start.

    A contact acts through search, routing, courses and exits from the labour force, each once; no
    caseload elasticity is added.
    """
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.persons[i].uid
    w.persons[i].boost_until = t + int(p.services.contact_effect_days)
    if line == BROKERAGE:
        assess(w, p, i)
    w.persons[i].contacts = min(w.persons[i].contacts + 1, 30000)
    search, talk = search_number(w, i), int(w.persons[i].contacts)
    if uniform(seed, Purpose.SERVICE_EXIT, uid, search, talk) < p.services.exit_per_contact:
        become_inactive(w, i, p.labour_force.attachment_after_exit, t)
        return
    if line == COMPETENCE:
        wants = uniform(seed, Purpose.SERVICE_TRAINING, uid, search, talk) < p.training.start_share
        if wants and take_seat(w, i, t):
            return
    if uniform(seed, Purpose.SERVICE_START, uid, search, talk) < p.services.other_start_share[line]:
        months = exponential(seed, Purpose.SERVICE_LENGTH, uid, search, talk) * p.services.other_mean_months
        become_served(w, i, t + _SHORTEST_SERVICE_DAYS + int(months * DAYS_PER_MONTH), t)
        return
    link(w, i, SERVICE, t + max(1, interval_days(w, p, i, t)))


@rule
def log_contact(w, line, i, due, joined, t, minutes, kind, attended):
    """Write a contact into the log (record=full)."""
    if w.control[0].keeps_log:
        n = w.control[0].n_contacts
        w.contacts[n].person = w.persons[i].uid
        w.contacts[n].day = t
        w.contacts[n].due = due
        w.contacts[n].joined = joined
        w.contacts[n].minutes = minutes
        w.contacts[n].line = line
        w.contacts[n].kind = kind
        w.contacts[n].attended = attended
        w.contacts[n].home = w.persons[i].home
        w.contacts[n].cohort = w.persons[i].cohort
        w.control[0].n_contacts = n + 1


@rule
def serve(w, line, t):
    """Let a line work for a day: first in the queue first, while there is time."""
    p = w.parameters[0]
    seed = w.control[0].seed
    minutes_a_day = (
        p.services.staff_fte[line]
        * p.services.workday_minutes
        * p.services.present_share
        * p.services.client_time_share
        * (1.0 - p.services.other_clients_share)
        * w.control[0].scale
    )
    w.lines[line].minutes_left += minutes_a_day
    w.lines[line].minutes_offered += minutes_a_day
    while w.lines[line].minutes_left > 0.0 and w.lines[line].length > 0:
        place = w.queues[line][0]
        i, token, due, joined = int(place.person), int(place.token), int(place.due), int(place.joined)
        drop_first(w, line)
        w.counters[Counter.SERVICE_EVENTS] += 1
        if w.persons[i].token != token:
            w.counters[Counter.SERVICE_STALE] += 1
            continue
        w.persons[i].token += 1
        w.persons[i].is_waiting = 0
        w.lines[line].waiting -= 1
        kind = FIRST_INTERVIEW if w.persons[i].contacts == 0 else FOLLOW_UP
        minutes = p.services.first_interview_minutes if kind == FIRST_INTERVIEW else p.services.follow_up_minutes[line]
        attended = uniform(seed, Purpose.SERVICE_NO_SHOW, w.persons[i].uid, t, 0) >= p.services.no_show_share
        if not attended:
            minutes *= p.services.no_show_time_share
        w.lines[line].minutes_left -= minutes
        w.lines[line].minutes_used += minutes
        log_contact(w, line, i, due, joined, t, minutes, kind, attended)
        if not attended:
            link(w, i, SERVICE, t + int(p.services.rebook_days))
            continue
        w.lines[line].contacts += 1.0
        if kind == FIRST_INTERVIEW:
            waited = w.days[t].working_number - w.days[w.persons[i].registered_since].working_number
            w.lines[line].interviews += 1.0
            w.lines[line].interviews_in_time += waited <= p.services.first_interview_working_days
            w.lines[line].interview_wait += t - w.persons[i].registered_since
        meet(w, line, i, t)
    w.lines[line].minutes_left = min(w.lines[line].minutes_left, 0.0)


@kernel
def services(w, t):
    """Call in whose appointment is due, then let the lines work if it is a working day."""
    while True:
        i = take(w, SERVICE, t)
        if i < 0:
            break
        call_in(w, i, t)
    if w.days[t].is_working:
        for line in range(w.lines.shape[0]):
            serve(w, line, t)
