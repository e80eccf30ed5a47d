"""Contracts: which jobs are for a fixed term or part time, and when a term ends."""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, Contract
from sim.rng import Purpose, exponential, uniform

_SHORTEST_DAYS = 14
_TRIES = 8
_APRIL, _JUNE, _OCTOBER, _DECEMBER = 3, 5, 9, 11
_SPRING_DAYS = 61
"""Seasonal work begins again on a day of April or May."""
_CHRISTMAS = 23
"""First jobless day of terms that end with the year: work stops before Christmas."""


@rule
def contract_of(w, section, uid):
    """Say whether a vacancy of an industry is for a fixed term.

    Hires are more often for a fixed term than jobs in being, since such jobs turn over faster.
    """
    share = w.sections[section].fixed_term_share * w.parameters[0].contracts.hire_multiplier
    if uniform(w.control[0].seed, Purpose.JOB_CONTRACT, uid, 0, 0) < min(share, 0.95):
        return Contract.FIXED_TERM
    return Contract.OPEN_ENDED


@rule
def end_of_season(w, day):
    """First jobless day of a term that ends with the month of a day: the first of the next, or before Christmas."""
    last = w.days.shape[0] - 1
    month = w.days[day].month
    if month == _DECEMBER and w.days[day].day_of_month <= _CHRISTMAS:
        return min(last, day + _CHRISTMAS - int(w.days[day].day_of_month))
    while day < last and w.days[day].month == month:
        day += 1
    return day


@rule
def contract_end(w, uid, t):
    """Draw the first jobless day of a fixed term that begins on day t.

    Lengths are exponential, thinned by the month in which they end (`contracts.end_season`), so that terms
    end when schools, summer work and the year do; a share ends with its month. After eight tries a length
    stands whatever its month (a few in a hundred).
    """
    p = w.parameters[0].contracts
    seed = w.control[0].seed
    last = w.days.shape[0] - 1
    highest = p.end_season.max()
    day = t
    for k in range(_TRIES):
        length = exponential(seed, Purpose.CONTRACT_LENGTH, uid, t, 2 * k) * p.mean_months * DAYS_PER_MONTH
        day = t + _SHORTEST_DAYS + int(length)
        if day >= last:
            return day
        u = uniform(seed, Purpose.CONTRACT_LENGTH, uid, t, 2 * k + 1)
        if u * highest < p.end_season[w.days[day].month]:
            break
    if uniform(seed, Purpose.CONTRACT_LENGTH, uid, t, 2 * _TRIES) < p.month_end_share:
        return end_of_season(w, day)
    return day


@rule
def next_season(w, t):
    """Day on which somebody whose term ended today is called back, or -1 if no season ends today.

    Terms that end with the school year or before the holiday month (1 June, 1 July) begin again in the second
    week of August, those that end before Christmas after Epiphany.
    """
    day, month = w.days[t].day_of_month, w.days[t].month
    if month == _JUNE and day == 1:
        return t + 71  # 11 August
    if month == _JUNE + 1 and day == 1:
        return t + 41
    if month == _DECEMBER and day == _CHRISTMAS:
        return t + 15  # 7 January
    return -1


@rule
def spring_after(w, uid, t):
    """Day of April or May on which seasonal work that ended today begins again, or -1 if no such season ends now.

    Outdoor work and tourism end from October to December. A day beyond the horizon never comes.
    """
    if w.days[t].month < _OCTOBER:
        return -1
    day, last = t, w.days.shape[0] - 1
    while day < last and w.days[day].month != _APRIL:
        day += 1
    u = uniform(w.control[0].seed, Purpose.CONTRACT_RECALL, uid, t, 1)
    return min(last, day + int(_SPRING_DAYS * u))
