"""What people have been paid before the first day: entitlements and paid days of the start.

The spell under way is known. Earlier unemployment in the last five years is drawn so that its mean is as
published (`finance.unemployed_days_5y`): each person has been unemployed for a share of the time before her spell,
the shares spread widely. Who has the smallest share had worked enough before the spell under way began, so many
that earnings-related benefit is as frequent as stated (`finance.earnings_related_share`); her paid days are those
of this spell. The others carry the days of earlier spells with them; some of them had met the work condition
before one of these (`finance.ever_entitled_share`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import Benefit, State
from sim.kernels.benefits import calendar_days
from sim.rng import NEVER, Purpose, uniforms
from sim.tables import Records

FIVE_YEARS = 1826
MOST_DAYS = 5479
"""Calendar days on benefit that are remembered at most: fifteen years."""
SPREAD = 1.5
"""Sum of the two parameters of the beta distribution of earlier unemployment: about even, ends heavier."""
YEAR = 365


@dataclass
class Histories:
    """Entitlements of some people, one row each.

    Attributes
    ----------
    kind
        `Benefit`.
    days
        Calendar days on benefit since the work condition was last met, or ever.
    subsidy
        Of these paid as labour-market subsidy.
    recent
        Days unemployed in the last five years.
    """

    kind: NDArray[np.int64]
    days: NDArray[np.int64]
    subsidy: NDArray[np.int64]
    recent: NDArray[np.float64]


def histories(
    spell: NDArray[np.int64], member: NDArray[np.bool_], p: np.record, rng: np.random.Generator
) -> Histories:
    """Draw what unemployed people have been paid before today.

    Parameters
    ----------
    spell
        Days that the spell under way has lasted.
    member
        Whether each is a member of an unemployment fund.
    """
    f = p.finance
    n = len(spell)
    longest = calendar_days(float(f.longest_days))
    inside = np.minimum(spell, FIVE_YEARS)
    free = FIVE_YEARS - inside
    mean = np.clip((float(f.unemployed_days_5y) - inside.mean()) / max(free.mean(), 1.0), 0.02, 0.98) if n else 0.5
    share = rng.beta(SPREAD * mean, SPREAD * (1.0 - mean), n)
    earlier = np.round(share * free).astype(np.int64)
    together = np.minimum(spell + earlier, MOST_DAYS)
    entitled = rng.random(n) < float(f.ever_entitled_share)
    # those with the least unemployment before the spell had met the condition: as many as the share paid asks for
    order = np.argsort(share, kind="stable")
    with_condition = (member & (spell < longest))[order]
    without = (member & entitled & (together < longest))[order]
    paid = np.concatenate([[0], np.cumsum(with_condition)]) + np.concatenate([np.cumsum(without[::-1])[::-1], [0]])
    number = int(np.argmin(np.abs(paid - float(f.earnings_related_share) * n)))
    met = np.zeros(n, bool)
    met[order[:number]] = True
    days = np.where(met, np.minimum(spell, MOST_DAYS), together)
    insured = met | entitled
    kind = np.where(member, int(Benefit.EARNINGS_RELATED), int(Benefit.BASIC_ALLOWANCE))
    kind = np.where(insured & (days < longest), kind, int(Benefit.LABOUR_MARKET_SUBSIDY))
    subsidy = np.where(insured, np.maximum(days - longest, 0), days)
    return Histories(kind, days, subsidy, (inside + earlier).astype(np.float64))


def write_histories(persons: Records, n: int, seed: np.uint64, p: np.record, rng: np.random.Generator) -> None:
    """Give everybody what she has been paid, and worked, before the first day.

    People in services are as the unemployed are. So are those outside the labour force who are close to it: who
    leaves unemployment for it is about as long unemployed as those who stay. Employees in their first year either
    were hired from unemployment of less than a year (`population.hired_from_register_share`) and have not met the
    work condition anew, or were in other jobs before, for a while that is drawn.

    Parameters
    ----------
    persons
        The table; written.
    n
        Rows in use.
    seed
        Mixed seed, for the lasting draws of membership and of a right to benefit.
    """
    people: Records = persons[:n]
    uid, never = np.ascontiguousarray(people.uid), np.zeros(n, np.int64)
    member = uniforms(seed, int(Purpose.BENEFIT_FUND), uid, never, 0) < float(p.finance.fund_member_share)
    has_right = uniforms(seed, int(Purpose.BENEFIT_FUND), uid, never, 1) < float(p.finance.paid_share)
    idle = np.flatnonzero(people.state == State.UNEMPLOYED)
    away = np.flatnonzero(people.state == State.FURLOUGHED)
    served = np.flatnonzero(np.isin(people.state, (State.TRAINING, State.IN_SERVICE)))
    close = np.flatnonzero((people.state == State.INACTIVE) & (people.attachment > 1.0))
    persons.paid_until = NEVER
    spell = -people.spell[idle].astype(np.int64)
    own = histories(spell, member[idle], p, rng)
    _write(people, idle, own)
    if len(idle):
        for group in (served, close):
            drawn = spell[rng.integers(0, len(idle), len(group))]
            _write(people, group, histories(drawn, member[group], p, rng))
    people.benefit[away] = np.where(member[away], int(Benefit.EARNINGS_RELATED), int(Benefit.BASIC_ALLOWANCE))
    people.benefit_days[away] = np.minimum(-people.spell[away], MOST_DAYS)
    paid = np.concatenate([idle, away, served])
    people.paid_until[paid] = np.where(has_right[paid], 0, NEVER)
    fresh = np.flatnonzero((people.state == State.EMPLOYED) & (people.since > -YEAR))
    hired = rng.random(len(fresh)) < float(p.population.hired_from_register_share)
    short = spell[spell < YEAR]
    if len(short):
        group = fresh[hired]
        _write(people, group, histories(short[rng.integers(0, len(short), len(group))], member[group], p, rng))
    people.work_days[fresh[~hired]] = rng.integers(0, YEAR, len(fresh) - int(hired.sum()))


def _write(people: Records, rows: NDArray[np.int64], past: Histories) -> None:
    people.benefit[rows], people.benefit_days[rows], people.subsidy_days[rows] = past.kind, past.days, past.subsidy
