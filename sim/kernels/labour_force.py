"""Into and out of the labour force by chance: giving up the search, studies, a business, coming back."""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import State
from sim.indicators import Counter
from sim.kernels.calendar import HAZARD
from sim.kernels.hazards import accepts, entry_rate, exit_rate, schedule_hazard, start_up_rate, study_rate
from sim.kernels.states import become_inactive, become_self_employed, become_student, become_unemployed
from sim.kernels.studies import study_end
from sim.rng import Purpose, uniform


@rule
def leave_or_enter(w, i, t):
    """Handle a candidate day of somebody unemployed or outside the labour force."""
    p = w.parameters[0]
    seed, uid = w.control[0].seed, w.persons[i].uid
    state = w.persons[i].state
    w.counters[Counter.LABOUR_FORCE_CANDIDATES] += 1
    w.counters[Counter.LABOUR_FORCE_EVENTS] += 1
    if state == State.UNEMPLOYED:
        u = uniform(seed, Purpose.UNEMPLOYED_CAUSE, uid, t, 0)
        season = p.studies.start_season[w.days[t].month]
        if accepts(w, i, HAZARD, study_rate(w, p, i, season), u):
            become_student(w, i, study_end(w, uid, t), t)
            return
        leaving = exit_rate(w, p, i, season)
        if accepts(w, i, HAZARD, leaving, u):
            become_inactive(w, i, p.labour_force.attachment_after_exit, t)
            return
        if accepts(w, i, HAZARD, leaving + start_up_rate(w, p, i), u):
            become_self_employed(w, i, t)
            return
    elif state == State.INACTIVE:
        u = uniform(seed, Purpose.INACTIVE_CAUSE, uid, t, 0)
        if accepts(w, i, HAZARD, entry_rate(w, p, i, t), u):
            become_unemployed(w, i, t)
            return
    w.counters[Counter.LABOUR_FORCE_EVENTS] -= 1
    schedule_hazard(w, i, t)
