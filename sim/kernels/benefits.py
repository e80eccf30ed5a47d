"""Unemployment benefits, person by person: who is paid what for which days, and who pays it.

Nobody is looked at daily. A person is settled before every change of her state (`states`), and everybody at a
month's end and before a rule changes: she is paid for the days since she was paid last, piece by piece between
the thresholds that fall into them.

Benefit is paid for five days a week. Days are counted as calendar days, of which five sevenths are paid: the
threshold of 100 paid days is 140 calendar days, exactly.

* A spell begins with a look at the work condition: days worked since it was last met
  (`finance.work_condition_months`). If it is met, a new entitlement begins: earnings-related for members of an
  unemployment fund, else the basic allowance, after a waiting period; paid days count from 0.
* After `finance.longest_days` paid days there is only the labour-market subsidy. Who has never met the condition
  has it from the beginning.
* Days accumulate over spells until the condition is met anew.
* From 2025 the municipality pays a share of the basic amount of all three benefits, by paid days
  (HE 207/2022); before, of the labour-market subsidy only, by days paid as such outside services.

Simplified: the condition has no window of 28 months; part-time work counts in full, and part-time unemployment is
not paid; everybody's earnings-related allowance is the mean; its steps act on everybody from the day of the rule
(by law on entitlements that begin after it). Sanctions take nothing.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernel, rule
from sim.dimensions import DAYS_PER_MONTH, Benefit, State
from sim.ledger import Payer, post
from sim.rng import NEVER, Purpose, uniform

N_STEPS = 5
MOST_WORK_DAYS = 3000
"""Days of work are counted up to here: more than any work condition asks for."""
_PAID_A_CALENDAR_DAY = 5.0 / 7.0
_SUBSIDY = int(Benefit.LABOUR_MARKET_SUBSIDY)
_EARNINGS_RELATED = int(Benefit.EARNINGS_RELATED)


@rule
def receives_benefit(state):
    """Whether people in a labour state are paid an unemployment benefit: unemployed, furloughed, in a service."""
    return (
        state == State.UNEMPLOYED
        or state == State.FURLOUGHED
        or state == State.TRAINING
        or state == State.IN_SERVICE
    )


@rule
def calendar_days(paid_days):
    """Calendar days after which so many benefit days have been paid."""
    return int(np.ceil(paid_days * 7.0 / 5.0))


@rule
def is_fund_member(w, uid):
    """Whether a person is a member of an unemployment fund, for good."""
    u = uniform(w.control[0].seed, Purpose.BENEFIT_FUND, uid, 0, 0)
    return u < w.parameters[0].finance.fund_member_share


@rule
def has_right(w, uid):
    """Whether a person has a right to a benefit when unemployed, for good."""
    return uniform(w.control[0].seed, Purpose.BENEFIT_FUND, uid, 0, 1) < w.parameters[0].finance.paid_share


@rule
def count_work(w, i, t):
    """Add the job that ends today to the work condition; subsidised work counts by `subsidised_work_share`."""
    person = w.persons[i]
    days = float(t - person.since)
    if person.state == State.SUBSIDISED:
        days *= w.parameters[0].finance.subsidised_work_share
    elif person.state != State.EMPLOYED and person.state != State.SELF_EMPLOYED:
        return
    w.persons[i].work_days = min(int(person.work_days + days), MOST_WORK_DAYS)


@rule
def claim(w, i, t):
    """Begin to be paid: check the work condition, begin a new entitlement or go on with the old one."""
    f = w.parameters[0].finance
    person = w.persons[i]
    w.persons[i].paid_until = t if has_right(w, person.uid) else NEVER
    if person.work_days >= f.work_condition_months * DAYS_PER_MONTH:
        w.persons[i].work_days = 0
        w.persons[i].subsidy_days = 0
        w.persons[i].benefit_days = -calendar_days(f.waiting_days)
        w.persons[i].benefit = Benefit.EARNINGS_RELATED if is_fund_member(w, person.uid) else Benefit.BASIC_ALLOWANCE
    elif person.benefit == Benefit.NONE:
        w.persons[i].benefit_days = -calendar_days(f.waiting_days)
        w.persons[i].benefit = Benefit.LABOUR_MARKET_SUBSIDY


@rule
def municipal_share(f, days):
    """Share of the basic amount that the municipality pays after so many calendar days."""
    share = 0.0
    for step in range(N_STEPS):
        if days >= calendar_days(f.municipal_step_days[step]):
            share = f.municipal_step_share[step]
    return share


@rule
def earnings_related_eur(f, days):
    """Earnings-related allowance of a paid day after so many calendar days, EUR; at least the basic amount."""
    level = f.earnings_related_day_eur
    if days >= calendar_days(f.earnings_second_step_days):
        level *= 1.0 - f.earnings_second_step_cut
    elif days >= calendar_days(f.earnings_first_step_days):
        level *= 1.0 - f.earnings_first_step_cut
    return max(level, f.basic_day_eur)


@rule
def up_to(n, days, threshold):
    """Shorten n days that follow so many days, so that they do not pass a threshold."""
    return threshold - days if days < threshold < days + n else n


@rule
def settle(w, i, t):
    """Pay a person up to before a day, for the labour state that she is in.

    Parameters
    ----------
    t
        First day that is not paid; nothing happens if she has been paid up to it.
    """
    state = w.persons[i].state
    if not receives_benefit(state) or t <= w.persons[i].paid_until:
        return
    f = w.parameters[0].finance
    home = int(w.persons[i].home)
    in_service = state == State.TRAINING or state == State.IN_SERVICE
    shared = f.share_in_services >= 0.5 or not in_service
    of_all = f.share_of_all_benefits >= 0.5
    longest = calendar_days(f.longest_days)
    left = t - int(w.persons[i].paid_until)
    had = int(w.persons[i].benefit_days)
    subsidy = int(w.persons[i].subsidy_days)
    kind = int(w.persons[i].benefit)
    while left > 0:
        if had < 0:  # waiting period
            n = min(left, -had)
            had += n
            left -= n
            continue
        if kind != _SUBSIDY and had >= longest:
            kind = _SUBSIDY
            subsidy = 0
        n = left
        level = f.basic_day_eur
        if kind != _SUBSIDY:
            n = up_to(n, had, longest)
        if kind == _EARNINGS_RELATED:
            level = earnings_related_eur(f, had)
            n = up_to(n, had, calendar_days(f.earnings_first_step_days))
            n = up_to(n, had, calendar_days(f.earnings_second_step_days))
        share = 0.0
        if shared and (of_all or kind == _SUBSIDY):
            counted = had if of_all else subsidy
            share = municipal_share(f, counted)
            for step in range(N_STEPS):
                n = up_to(n, counted, calendar_days(f.municipal_step_days[step]))
        days = n * _PAID_A_CALENDAR_DAY
        basic = f.basic_day_eur * days
        item = kind - 1
        post(w, item, Payer.MUNICIPALITY, home, share * basic)
        post(w, item, Payer.STATE, home, (1.0 - share) * basic)
        post(w, item, Payer.EMPLOYMENT_FUND, home, level * days - basic)
        had += n
        left -= n
        if kind == _SUBSIDY and not in_service:
            subsidy += n
    w.persons[i].paid_until = t
    w.persons[i].benefit_days = had
    w.persons[i].subsidy_days = subsidy
    w.persons[i].benefit = kind


@kernel
def settle_all(w, t):
    """Pay everybody up to before a day."""
    for i in range(w.control[0].n_persons):
        settle(w, i, t)
