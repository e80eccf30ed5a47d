"""Contracts: which jobs are for a fixed term, and when the term ends."""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, Contract
from sim.rng import Purpose, exponential, uniform

_SHORTEST_DAYS = 14


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
def contract_end(w, uid, t):
    """Draw the last day of a fixed term that begins on day t.

    Lengths are exponential; most terms end with a calendar month, and a share with the school term or
    the year (end of May, end of December), which makes the peaks of June and January.
    """
    p = w.parameters[0].contracts
    seed = w.control[0].seed
    length = exponential(seed, Purpose.CONTRACT_LENGTH, uid, t, 0) * p.mean_months * DAYS_PER_MONTH
    day = t + _SHORTEST_DAYS + int(length)
    last = w.days.shape[0] - 1
    if day >= last:
        return day
    u = uniform(seed, Purpose.CONTRACT_LENGTH, uid, t, 1)
    if u < p.term_end_share:
        # month 5 is June, month 0 is January: the first day after the term
        while day < last and not ((w.days[day].month == 5 or w.days[day].month == 0) and w.days[day].day_of_month == 1):
            day += 1
    elif u < p.term_end_share + p.month_end_share:
        while day < last and w.days[day].day_of_month != 1:
            day += 1
    return day
