"""Service on site: first interviews at a workplace that closes, while the staff still works there.

Who is met there has a job search on the register from that day: its first interview is held, and when the job ends
the talks that follow go on in the line that she was routed to. The time is that of brokerage; what is done here is
missing at its desks (`agents.events.on_site`).
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import Line, Need, State
from sim.indicators import Flow
from sim.kernels.closure import by_turn
from sim.kernels.mobility import is_outside
from sim.kernels.places import staffed_desk
from sim.kernels.services import FIRST_INTERVIEW, day_after_working_days, log_contact, recognise, route
from sim.kernels.states import count, find_path
from sim.kernels.weekly import begin_to_wait, end_waiting, note_minutes, note_search
from sim.rng import Purpose, exponential
from sim.tables import NOT_YET


@rule
def is_met(w, i):
    """Whether somebody of the staff need not be met any more: her job search is open, or she lives elsewhere."""
    person = w.persons[i]
    return person.state != State.EMPLOYED or person.registered_since > NOT_YET or is_outside(w, person.home)


@rule
def _minutes(w, p, i, t):
    varied = p.services.minutes_variation
    factor = 1.0
    if varied > 0.0:
        factor += varied * (exponential(w.control[0].seed, Purpose.SERVICE_MINUTES, w.persons[i].uid, t, 0) - 1.0)
    return p.services.first_interview_minutes * factor


@rule
def meet_at_work(w, p, i, t):
    """Open a job search on the register and hold its first interview, with somebody who still works."""
    w.persons[i].registered_since = t
    w.persons[i].contacts = 0
    w.persons[i].line = Line.BROKERAGE
    w.persons[i].has_path = 0
    w.persons[i].has_plan = 0
    w.persons[i].is_recognised = 0
    w.persons[i].is_lost = 0
    w.paths[0, w.days[t].month_index] += 1.0
    count(w, Flow.NEW_SEARCHES, i)
    note_search(w, i, t)
    begin_to_wait(w, i, day_after_working_days(w, t, int(p.rules.first_interview_working_days)), t)
    end_waiting(w, i, t, True)
    recognise(w, p, i, True)
    w.persons[i].line = route(w, p, i, True, t)
    w.persons[i].contacts = 1
    if w.persons[i].need == Need.NONE or w.persons[i].is_recognised:
        find_path(w, i, t)


@kernel
def meet_on_site(w, e, minutes, t):
    """Hold first interviews with an employer's staff, who leave first before others, as far as the time goes.

    Parameters
    ----------
    e
        Row of the employer.
    minutes
        Time of the week on site, agents' minutes.

    Returns
    -------
    tuple
        Minutes used, and how many of those who may lose their job are still to be met, agents.
    """
    p = w.parameters[0]
    desk = staffed_desk(w, Line.BROKERAGE.value, w.points[w.employers[e].place].serves)
    rows = by_turn(w, e, 0)
    number = min(rows.shape[0], int(w.employers[e].to_close))
    used, left = 0.0, 0
    for k in range(number):
        i = rows[k]
        if is_met(w, i):
            continue
        if used >= minutes:
            left += 1
            continue
        taken = _minutes(w, p, i, t)
        used += taken
        meet_at_work(w, p, i, t)
        log_contact(w, desk, i, t, t, t, taken, FIRST_INTERVIEW, True)
        w.desks[desk].contacts += 1.0
        w.desks[desk].interviews += 1.0
        w.desks[desk].interviews_in_time += 1.0
        w.desks[desk].minutes_offered += taken
        w.desks[desk].minutes_used += taken
        note_minutes(w, Line.BROKERAGE.value, taken, taken, t)
    return used, left
