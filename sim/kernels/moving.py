"""Moving: to another municipality of the area, to elsewhere in Finland and back.

A person moves with her labour state: whoever works keeps the job and commutes from then on, unless the way to it
grows beyond `moving.longest_commute_km`; then she gives it up as who leaves a job does. The destination is drawn by
the published moves of her home (`Region.moves`), the municipality where she works weighted up. Some leave the area
for studies and come back years later: they wait in one compartment a municipality (``away``), from which a constant
share a day decides, so that fewer leavers are fewer returners some years later. Children under 15 move as counts,
so many for each mover.

Rates are in `sim.kernels.hazards`; what balances them at the start, in `agents.synthetic.moving`.
"""

from __future__ import annotations

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_YEAR, State
from sim.indicators import Flow
from sim.kernels.departure import CHILDREN, has_child_along
from sim.kernels.hazards import (
    departure_rate,
    schedule_life,
    study_departure_rate,
    willingness,
    workplace,
)
from sim.kernels.separation import leave
from sim.kernels.states import count, move_home
from sim.rng import Purpose, uniform

MOVING_IN, TURNING_15, BIRTHS, RETURNING = 0, 1, 2, 3
STREAMS = 4


@rule
def draw_destination(w, p, i, t):
    """Draw where a person moves within the area: by the moves of her home, where she works weighted up."""
    home, work = w.persons[i].home, workplace(w, i)
    n = w.moves.shape[1]
    total = 0.0
    for place in range(n):
        total += w.moves[home, place] * (p.moving.workplace_pull if place == work else 1.0)
    u = uniform(w.control[0].seed, Purpose.MOVING_DESTINATION, w.persons[i].uid, t, 0) * total
    chosen = -1
    for place in range(n):
        weight = w.moves[home, place] * (p.moving.workplace_pull if place == work else 1.0)
        if weight > 0.0:
            chosen = place
            u -= weight
            if u < 0.0:
                break
    return chosen


@rule
def settle_elsewhere(w, i, place, t):
    """Move to another municipality of the area, and give up a job that is out of reach from there."""
    old = int(w.persons[i].home)
    child = w.others[CHILDREN, old] >= 1.0 and has_child_along(w, i, t)
    number = 2.0 if child else 1.0
    w.others[CHILDREN, old] -= number - 1.0
    w.others[CHILDREN, place] += number - 1.0
    w.flows[Flow.MOVES_OUT, old] += number
    w.flows[Flow.MOVES_IN, place] += number
    move_home(w, i, place, t)
    work = workplace(w, i)
    if work >= 0:
        km = w.distance[place, work]
        if km > w.parameters[0].moving.longest_commute_km and km > w.distance[old, work]:
            leave(w, i, t)
    schedule_life(w, i, t)


@rule
def relocate(w, i, t):
    """Move to another municipality of the area; a spouse who lives in the same one comes along."""
    home, spouse = int(w.persons[i].home), int(w.persons[i].spouse)
    place = draw_destination(w, w.parameters[0], i, t)
    settle_elsewhere(w, i, place, t)
    if spouse >= 0 and w.persons[spouse].home == home:
        settle_elsewhere(w, spouse, place, t)


@rule
def count_arrival(w, i, stream, t):
    """Count somebody who has moved in, and a child who came along."""
    home = int(w.persons[i].home)
    number = 1.0
    if has_child_along(w, i, t):
        w.others[CHILDREN, home] += 1.0
        number = 2.0
    w.flows[Flow.ARRIVALS, home] += number
    if stream == RETURNING:
        count(w, Flow.RETURNS, i)


@rule
def age_of_returner(w, u):
    """Age of somebody who comes back after studies, years, from a uniform number."""
    p = w.parameters[0].moving
    return p.returner_youngest_years + p.returner_spread_years * u


@rule
def let_return(w):
    """Set how many come back today after studies; those who decide, either way, are no longer away."""
    p = w.parameters[0].moving
    deciding = 1.0 / (p.years_away * DAYS_PER_YEAR)
    for home in range(w.moves.shape[0]):
        w.streams[RETURNING, home] = w.away[home] * deciding * p.return_share
        w.away[home] -= w.away[home] * deciding


@kernel
def expect(w, leaving, studying, moving):
    """Add up what the people of today would do by the rates of the baseline.

    Parameters
    ----------
    leaving, studying
        Out: departures a year for studies or not, and for studies alone, f8[municipalities], agents.
    moving
        Out: weight of all moves of a home to each destination, f8[municipalities, municipalities]: moves a year
        if `Arrays.moves` were 1 everywhere.
    """
    b = w.baseline[0]
    t = w.control[0].today
    n = w.moves.shape[0]
    for i in range(w.control[0].n_persons):
        home = w.persons[i].home
        if home >= n or w.persons[i].state == State.ABSENT:
            continue
        studies = study_departure_rate(w, b, i, t) * DAYS_PER_YEAR
        leaving[home] += studies + departure_rate(w, b, i, t) * DAYS_PER_YEAR
        studying[home] += studies
        weight, work = willingness(w, b, i, t), workplace(w, i)
        for place in range(n):
            moving[home, place] += weight * (b.moving.workplace_pull if place == work else 1.0)
