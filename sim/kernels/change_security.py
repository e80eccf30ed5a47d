"""Change security: what the law gives people whom an employer dismisses, and who pays for it.

Entitled are those who register with a tenure of `structural.coaching_tenure_years` or more: coaching worth
a month's pay from employers of `structural.coaching_staff` or more; from `structural.older_years` of age money of a
month's pay and training of two (act in force since 2023). The authority pays none of it.

Under notice the employer also gives paid leave to look for work, by the length of the notice. What people do with it
is in `search.rate_under_notice_per_month` already; here its days are counted and its pay is charged, no more.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, Measure, State
from sim.indicators import Flow
from sim.kernels.calendar import DATED, link
from sim.kernels.hazards import waits_for_pension
from sim.kernels.measures import spread_days
from sim.kernels.states import begin_measure
from sim.ledger import Item, Payer, post
from sim.rng import Purpose, uniform

NOTICE_MONTHS = (1.0, 4.0)
"""Longest notice of `sim.dimensions.NOTICE_LENGTHS`, months; the last is open."""
PAID_DAYS_A_MONTH = 21.5
"""Working days that a month's pay is for."""
_NOTICE = 3
_LONGER_MONTH = 0.02
"""A month of 31 days is no longer than one month, nor four of 123 than four."""


@rule
def is_older(w, i, t):
    """Whether a person has reached the age from which change security gives more."""
    return t - w.persons[i].born >= w.parameters[0].structural.older_years * DAYS_PER_YEAR


@rule
def notice_length(days):
    """Row of `sim.dimensions.NOTICE_LENGTHS` for a notice of so many days."""
    n = 0
    for months in NOTICE_MONTHS:
        n += days / DAYS_PER_MONTH > months * (1.0 + _LONGER_MONTH)
    return n


@rule
def charge_leave(w, i, employer, tenure, t):
    """Count and charge the leave to look for work of somebody who leaves today with her notice over.

    The days are what the law gives (TSL 7:12) by the length of the notice, more for the older whose notice is longer
    than a month, times the share that is used: a mean, no draw. Who finds a job before her last day is not counted.

    Parameters
    ----------
    employer
        Row of the employer that dismissed her.
    tenure
        Days that she worked there.
    """
    if w.employers[employer].phase != _NOTICE or w.persons[i].state != State.EMPLOYED:
        return  # no notice was given, or she is furloughed and has no work to be away from
    p = w.parameters[0].structural
    length = notice_length(t - w.employers[employer].notice_day)
    days = p.leave_days[length]
    if length > 0 and tenure >= p.coaching_tenure_years * DAYS_PER_YEAR and is_older(w, i, t):
        days += p.older_leave_days
    days *= p.leave_used_share
    home = int(w.persons[i].home)
    w.flows[Flow.JOB_SEARCH_LEAVE_DAYS, home] += days
    eur = days / PAID_DAYS_A_MONTH * w.parameters[0].finance.median_earnings_month_eur
    post(w, Item.CHANGE_SECURITY, Payer.EMPLOYER, home, eur)


@rule
def grant_change_security(w, i, employer, tenure, t):
    """Give somebody who has just registered what she is entitled to: money at once, training some weeks later.

    Parameters
    ----------
    employer
        Row of the employer that dismissed her.
    tenure
        Days that she worked there.
    """
    p = w.parameters[0].structural
    if w.persons[i].state != State.UNEMPLOYED or tenure < p.coaching_tenure_years * DAYS_PER_YEAR:
        return
    pay = w.parameters[0].finance.median_earnings_month_eur
    home, older = int(w.persons[i].home), is_older(w, i, t)
    if older:
        post(w, Item.CHANGE_SECURITY, Payer.EMPLOYMENT_FUND, home, p.older_money_months * pay)
    is_large = w.employers[employer].start_jobs >= p.coaching_staff * w.control[0].scale
    if waits_for_pension(w.persons[i]) or not (is_large or older):
        return
    if uniform(w.control[0].seed, Purpose.CHANGE_TRAINING, w.persons[i].uid, t, 0) < p.change_training_uptake:
        w.persons[i].ends = t + max(1, int(p.change_training_lag_days))
        link(w, i, DATED, w.persons[i].ends)
        if is_large:
            post(w, Item.CHANGE_SECURITY, Payer.EMPLOYER, home, p.coaching_months * pay)
        if older:
            post(w, Item.CHANGE_SECURITY, Payer.EMPLOYMENT_FUND, home, p.older_training_months * pay)


@rule
def begin_change_training(w, i, t):
    """Begin the training that somebody unemployed has chosen; its length is drawn as that of any measure."""
    p = w.parameters[0]
    u = uniform(w.control[0].seed, Purpose.CHANGE_TRAINING, w.persons[i].uid, t, 1)
    days = spread_days(p.measures.mean_months[Measure.CHANGE_TRAINING], u)
    begin_measure(w, i, State.TRAINING, Measure.CHANGE_TRAINING, t + days, t)
