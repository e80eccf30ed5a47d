"""Change security: what the law gives people whom an employer dismisses, and who pays for it.

Entitled are those who register with a tenure of `structural.coaching_tenure_years` or more: coaching worth
a month's pay from employers of `structural.coaching_staff` or more; from `structural.older_years` of age money of a
month's pay and training of two (act in force since 2023). The authority pays none of it.
"""

from __future__ import annotations

from sim.compiled import rule
from sim.dimensions import DAYS_PER_YEAR, Measure, State
from sim.kernels.calendar import DATED, link
from sim.kernels.hazards import waits_for_pension
from sim.kernels.measures import spread_days
from sim.kernels.states import begin_measure
from sim.ledger import Item, Payer, post
from sim.rng import Purpose, uniform


@rule
def is_older(w, i, t):
    """Whether a person has reached the age from which change security gives more."""
    return t - w.persons[i].born >= w.parameters[0].structural.older_years * DAYS_PER_YEAR


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
