"""Retention: how long people who came from abroad stay.

They move out at a rate of their own, not at that of their age: by how they came, whether they work, the level of
the language of work they have reached, and, of those with a spouse, whether the spouse works.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_YEAR, LANGUAGE_LEVELS, Origin, State

_N_LEVELS = len(LANGUAGE_LEVELS)


@rule
def is_from_abroad(person):
    """Whether somebody came from abroad since the start; foreign speakers of the start are settled."""
    return person.origin >= Origin.LABOUR


@rule
def is_at_work(state):
    """Whether a state is a job of one's own, or one that waits in a furlough."""
    return (
        state == State.EMPLOYED
        or state == State.SELF_EMPLOYED
        or state == State.SUBSIDISED
        or state == State.FURLOUGHED
    )


@rule
def onward_rate(w, p, i):
    """Rate at which somebody from abroad moves out of the area, a day."""
    person = w.persons[i]
    rate = p.immigration.leaving_per_year[person.origin] * p.immigration.leaving_by_level[person.language_level]
    if not is_at_work(person.state) and person.state != State.STUDENT:
        rate *= p.immigration.leaving_without_work_multiplier
    if person.spouse >= 0:
        if is_at_work(w.persons[person.spouse].state):
            rate *= p.immigration.leaving_spouse_works_multiplier
        else:
            rate *= p.immigration.leaving_spouse_idle_multiplier
    return rate / DAYS_PER_YEAR


@rule
def onward_ceiling(w, p, i):
    """Largest rate that `onward_rate` can take before the next demographic day, whatever happens until then."""
    person = w.persons[i]
    most = 0.0
    for level in range(_N_LEVELS):
        most = max(most, p.immigration.leaving_by_level[level])
    rate = p.immigration.leaving_per_year[person.origin] * most
    rate *= max(1.0, p.immigration.leaving_without_work_multiplier)
    if person.spouse >= 0:
        spouse = max(p.immigration.leaving_spouse_works_multiplier, p.immigration.leaving_spouse_idle_multiplier)
        rate *= max(1.0, spouse)  # the spouse may be gone before the next day
    return rate / DAYS_PER_YEAR
