"""Labour-market training: a seat on a course, lock-in while it lasts, then another trade.

What the course changes is the occupation, which opens other vacancies; search is slower while it
lasts (`search_rate`), and the duration clock stands still (`states.become_unemployed`).
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH
from sim.indicators import Counter
from sim.kernels.states import become_trainee, become_unemployed
from sim.rng import Purpose, uniform


@rule
def take_seat(w, i, t):
    """Offer a person a free seat on a course that starts now and leads to another trade; she takes it.

    Among the courses with free seats one is drawn.

    Returns
    -------
    bool
        Whether she starts.
    """
    p = w.parameters[0]
    seed, person = w.control[0].seed, w.persons[i]
    n_open = 0
    for k in range(w.control[0].first_offer, w.control[0].n_offers):
        offer = w.offers[k]
        if offer.start <= t <= offer.decide_by and offer.taken < offer.seats and offer.occupation != person.occupation:
            n_open += 1
    if n_open == 0:
        return False
    chosen = int(uniform(seed, Purpose.TRAINING_OCCUPATION, person.uid, t, 0) * n_open)
    for k in range(w.control[0].first_offer, w.control[0].n_offers):
        offer = w.offers[k]
        if offer.start <= t <= offer.decide_by and offer.taken < offer.seats and offer.occupation != person.occupation:
            if chosen == 0:
                w.offers[k].taken += 1
                w.persons[i].course = k
                break
            chosen -= 1
    spread = 0.4 + 1.2 * uniform(seed, Purpose.TRAINING_LENGTH, person.uid, t, 0)
    become_trainee(w, i, t + max(14, int(p.training.mean_months * DAYS_PER_MONTH * spread)), t)
    w.counters[Counter.TRAINING_EVENTS] += 1
    return True


@rule
def end_course(w, i, t):
    """End a course: who completes it has the new trade; the search for a job goes on."""
    p = w.parameters[0]
    course = w.persons[i].course
    u = uniform(w.control[0].seed, Purpose.TRAINING_COMPLETION, w.persons[i].uid, t, 0)
    if course >= 0 and u < p.training.completion_share:
        w.persons[i].occupation = w.offers[course].occupation
    w.persons[i].course = -1
    become_unemployed(w, i, t)
    w.counters[Counter.TRAINING_EVENTS] += 1
