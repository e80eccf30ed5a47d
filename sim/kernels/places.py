"""Where and when the authority meets people: opening days, the desk that serves somebody, the channel."""

from __future__ import annotations

from sim.compiled import rule
from sim.kernels.hazards import age_band
from sim.rng import Purpose, uniform

_LONGEST_PERIOD_DAYS = 35


@rule
def is_open(w, place, t):
    """Whether a place is open on a day: a working day, one of its weekdays, in a week of its period."""
    day, point = w.days[t], w.points[place]
    if not day.is_working or not (point.weekdays >> day.weekday) & 1:
        return False
    return (day.week - point.phase) % point.period == 0


@rule
def openings(w, place, t, until):
    """Number of days from t to ``until``, both included, on which a place is open."""
    last = min(until, t + _LONGEST_PERIOD_DAYS, w.days.shape[0] - 1)
    number = 0
    for day in range(t, last + 1):
        number += is_open(w, place, day)
    return number


@rule
def is_digital(w, p, i, t):
    """Whether a person can use digital and remote services, with the support that is on offer or without.

    A lasting trait: one number of hers against the share of her age.
    """
    share = p.places.digital_by_age[age_band(w.persons[i], t)]
    share += (1.0 - share) * p.places.digital_support_share
    return uniform(w.control[0].seed, Purpose.PLACE_DIGITAL, w.persons[i].uid, 0, 0) < share


@rule
def is_remote(w, p, i, line, when, k, t):
    """Whether a talk is held by telephone or video.

    Parameters
    ----------
    when, k
        Number of the search and ordinal of the talk, which the channel is drawn by.
    """
    if w.persons[i].contacts == 0 and p.rules.remote_first_interview < 0.5:
        return False
    share = p.places.remote_share[line]
    if share <= 0.0 or uniform(w.control[0].seed, Purpose.PLACE_CHANNEL, w.persons[i].uid, when, k) >= share:
        return False
    return is_digital(w, p, i, t)


@rule
def staffed_desk(w, line, place):
    """Desk of a line at a place, or at the office that visits it, or wherever the line has staff at all."""
    n_places = w.points.shape[0]
    desk = line * n_places + place
    if w.desks[desk].n_servers > 0:
        return desk
    office = line * n_places + w.points[place].parent
    if w.desks[office].n_servers > 0:
        return office
    for other in range(n_places):
        if w.desks[line * n_places + other].n_servers > 0:
            return line * n_places + other
    return desk


@rule
def client_minutes(p):
    """Minutes for clients that a full-time adviser has on a working day, absence taken off."""
    return p.services.workday_minutes * p.services.present_share * p.services.client_time_share


@rule
def minutes_a_day(w, p, line):
    """Minutes for the clients who are simulated: what is reserved for others is taken off."""
    return client_minutes(p) * (1.0 - w.lines[line].reserved)


@rule
def has_time(w, p, desk, t, due):
    """Whether a desk opens by a day, and can then serve one more beside everybody who waits there."""
    days = openings(w, desk % w.points.shape[0], t, due)
    if days == 0:
        return False
    line = desk // w.points.shape[0]
    offered = days * w.desks[desk].n_servers * w.desks[desk].pace * minutes_a_day(w, p, line)
    return (w.desks[desk].waiting + 1) * p.services.first_interview_minutes <= offered


@rule
def desk_for(w, p, i, line, remote, t, due):
    """Desk at which a person queues.

    Face to face she is served where her municipality is served; a first interview for which that place has no
    time before the deadline is held at the office whose staff visits it, if that has. Remote talks are held by
    the office.

    Parameters
    ----------
    due
        Last day that is in time.
    """
    place = w.points[w.persons[i].home].serves
    desk = staffed_desk(w, line, place)
    office = staffed_desk(w, line, w.points[place].parent)
    if remote:
        return office
    if w.persons[i].contacts == 0 and not has_time(w, p, desk, t, due) and has_time(w, p, office, t, due):
        return office
    return desk


@rule
def kilometres(w, i, desk):
    """Way from a person's home to a desk, km; none within the municipality."""
    place = desk % w.points.shape[0]
    home = w.persons[i].home
    return 0.0 if place == home else w.distance[home, place]
