"""Service on site: first interviews at a workplace that closes, while the staff still works there.

Who is met there has a job search on the register from that day: its first interview is held, and when the job ends
the talks that follow go on in the line that she was routed to. The time is that of brokerage; what is done here is
missing at its desks (`agents.actors.on_site`).
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import Line, Need, State
from sim.kernels.closure import by_turn
from sim.kernels.mobility import is_outside
from sim.kernels.places import staffed_desk
from sim.kernels.services import (
    FIRST_INTERVIEW,
    begin_search,
    count_interview,
    last_day_in_time,
    log_contact,
    recognise,
    route,
    talk_minutes,
)
from sim.kernels.states import find_path
from sim.kernels.weekly import begin_to_wait, end_waiting, note_minutes
from sim.tables import NOT_YET


@rule
def is_met(w, i):
    """Whether somebody of the staff need not be met any more: her job search is open, or she lives elsewhere."""
    person = w.persons[i]
    return person.state != State.EMPLOYED or person.registered_since > NOT_YET or is_outside(w, person.home)


@rule
def meet_at_work(w, p, i, t):
    """Open a job search on the register and hold its first interview, with somebody who still works."""
    begin_search(w, i, t)
    begin_to_wait(w, i, last_day_in_time(w, p, t), t)
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
    line = Line.BROKERAGE.value
    desk = staffed_desk(w, line, w.points[w.employers[e].place].serves)
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
        taken = talk_minutes(w, p, i, line, FIRST_INTERVIEW, t)
        used += taken
        meet_at_work(w, p, i, t)
        log_contact(w, desk, i, t, t, t, taken, FIRST_INTERVIEW, True)
        w.desks[desk].contacts += 1.0
        count_interview(w, desk, True, 0)
        w.desks[desk].minutes_offered += taken
        w.desks[desk].minutes_used += taken
        note_minutes(w, line, taken, taken, t)
    return used, left
