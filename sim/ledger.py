"""Euros: what was paid for what, by whom, and where.

The ledger of a world (`Arrays.ledger`, items x payers x places, agents' euros) grows by events: a person's
benefits are settled (`sim.kernels.benefits`), measures are paid, and at a month's end staff and premises are
charged (`charge_month`). The recorder reads and empties it with the month's other counters. The places
after the municipalities hold what the area has in common (the first) and people who live outside.

The sharing of common costs and of the state grant over municipalities is arithmetic on a month's ledger
(`municipal_net`); nothing is paid there.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import rule
from sim.dimensions import DAYS_PER_MONTH, PAYERS

MONTHS_PER_YEAR = 12.0


class Item(IntEnum):
    """What is paid for. The first three are in the order of `sim.dimensions.Benefit`."""

    LABOUR_MARKET_SUBSIDY = 0
    BASIC_ALLOWANCE = 1
    EARNINGS_RELATED = 2
    AREA_STAFF = 3  # of the employment area
    MUNICIPAL_STAFF = 4  # of the municipalities' own employment services
    OFFICES = 5
    SERVICE_POINTS = 6
    TRAVEL = 7
    MEASURES = 8
    RECRUITMENT = 9  # of people from abroad, and services for their families
    MOBILITY = 10  # programmes that bring people to work
    CHANGE_SECURITY = 11  # of dismissed people: coaching, training, money and leave that employers and their fund pay
    LENT_STAFF = 12  # of neighbouring areas, which invoice it, and of the state


class Payer(IntEnum):
    """Who pays, in the order of `sim.dimensions.PAYERS`."""

    MUNICIPALITY = 0
    STATE = 1
    WELLBEING_AREA = 2
    EMPLOYMENT_FUND = 3  # with the unemployment funds' own share
    EMPLOYER = 4


BENEFITS = (Item.LABOUR_MARKET_SUBSIDY, Item.BASIC_ALLOWANCE, Item.EARNINGS_RELATED)
OWN = (Item.MUNICIPAL_STAFF, Item.SERVICE_POINTS)
"""Costs of the municipality in which they arise."""
COMMON = (
    Item.AREA_STAFF, Item.OFFICES, Item.TRAVEL, Item.MEASURES, Item.RECRUITMENT, Item.MOBILITY, Item.CHANGE_SECURITY,
    Item.LENT_STAFF,
)  # fmt: skip
"""Costs that the municipalities of the area share."""


@rule
def post(w, item, payer, place, eur):
    """Write what an event cost into the ledger."""
    w.ledger[item, payer, place] += eur


class Premises(NamedTuple):
    """What a month's places cost besides staff of the area; real numbers by municipality, shape (places,).

    Attributes
    ----------
    municipal_fte
        Staff of the municipalities' own services, FTE.
    office_year_eur, service_point_year_eur
        Premises in which the authority meets people, euros a year.
    travel_eur
        Travel of staff between them, EUR.
    """

    municipal_fte: NDArray[np.float64]
    office_year_eur: NDArray[np.float64]
    service_point_year_eur: NDArray[np.float64]
    travel_eur: NDArray[np.float64]


def paid_fte(lines: np.recarray, p: np.record) -> float:
    """Staff that the area pays, FTE: those in post, and the reserve, called up or not, or more if more are called."""
    return float(lines.staffed.sum()) + max(float(p.staff.reserve_fte), float(lines.called_up.sum()))


def charge_month(ledger: NDArray[np.float64], p: np.record, area_fte: float, premises: Premises, scale: float) -> None:
    """Charge a month's staff, premises and travel.

    Parameters
    ----------
    ledger
        Agents' euros, shape (ITEMS, PAYERS, places); written.
    p
        Parameters in force at the month's end.
    area_fte
        Staff of the employment area, FTE.
    premises
        The rest, by municipality.
    scale
        Agents for each real person: amounts of real staff and places are brought to agents' euros by it.
    """
    f = p.finance
    share = float(f.services_municipality_share)
    fte_month = float(p.costs.fte_year_eur) / MONTHS_PER_YEAR * scale
    n = len(premises.municipal_fte)
    ledger[Item.MUNICIPAL_STAFF, Payer.MUNICIPALITY, :n] += premises.municipal_fte * fte_month
    common = np.zeros(n + 1)
    common[n] = area_fte * fte_month
    for item, by_place in (
        (Item.AREA_STAFF, common),
        (Item.OFFICES, np.append(premises.office_year_eur / MONTHS_PER_YEAR * scale, 0.0)),
        (Item.TRAVEL, np.append(premises.travel_eur * scale, 0.0)),
    ):
        ledger[item, Payer.MUNICIPALITY, : n + 1] += by_place * share
        ledger[item, Payer.STATE, : n + 1] += by_place * (1.0 - share)
    ledger[Item.SERVICE_POINTS, Payer.MUNICIPALITY, :n] += premises.service_point_year_eur / MONTHS_PER_YEAR * scale


def charge_lent(ledger: NDArray[np.float64], p: np.record, lines: np.recarray, n: int, scale: float) -> None:
    """Charge a month of the staff that others lend, in common: what neighbouring areas lend they invoice to the
    municipalities, what the state lends it pays.

    Parameters
    ----------
    ledger
        Agents' euros, shape (ITEMS, PAYERS, places); written.
    p
        Parameters in force at the month's end.
    lines
        LINE, with the staff lent at the month's end.
    n
        Municipalities.
    scale
        Agents for each real person.
    """
    fte_month = float(p.costs.lent_fte_year_eur) / MONTHS_PER_YEAR * scale
    ledger[Item.LENT_STAFF, Payer.MUNICIPALITY, n] += float(lines.neighbours.sum()) * fte_month
    ledger[Item.LENT_STAFF, Payer.STATE, n] += float(lines.state.sum()) * fte_month


def charge_mobility(ledger: NDArray[np.float64], p: np.record, n: int, agents: float) -> None:
    """Charge a month of the programmes that bring people to work, in common.

    Parameters
    ----------
    ledger
        Agents' euros, shape (ITEMS, PAYERS, places); written.
    p
        Parameters in force at the month's end.
    n
        Municipalities.
    agents
        Agents for each real person, times the size of the region.
    """
    ledger[Item.MOBILITY, :, n] += np.asarray(p.mobility.cost_year_eur) / MONTHS_PER_YEAR * agents


def charge_measures(ledger: NDArray[np.float64], p: np.record, measure_days: NDArray[np.float64]) -> None:
    """Charge a month's days of measures at the prices in force, by each payer's share.

    Parameters
    ----------
    ledger
        Agents' euros, shape (ITEMS, PAYERS, places); written.
    p
        Parameters in force at the month's end.
    measure_days
        Person-days of agents by measure and home, shape (MEASURES, places).
    """
    m = p.measures
    bought = np.asarray(m.price_month_eur) * (1.0 - np.asarray(m.own_share))  # what is made costs staff
    eur = bought[:, None] * measure_days / DAYS_PER_MONTH
    for payer, name in enumerate(PAYERS):
        ledger[Item.MEASURES, payer] += np.asarray(m[f"payer_{name}_share"]) @ eur


class MunicipalNet(NamedTuple):
    """A month of each municipality, EUR, shape (places,).

    Attributes
    ----------
    own
        Its own staff and service points.
    common
        Its share of the area's costs: staff, offices, travel, bought services.
    benefits
        Its share of the benefits of its residents.
    grant
        State grant.
    """

    own: NDArray[np.float64]
    common: NDArray[np.float64]
    benefits: NDArray[np.float64]
    grant: NDArray[np.float64]

    @property
    def net(self) -> NDArray[np.float64]:
        """What remains to the municipality's own budget."""
        return self.own + self.common + self.benefits - self.grant


def shares_by_rule(
    weights: NDArray[np.float64], working_age: NDArray[np.float64], unemployed: NDArray[np.float64],
    foreign_language: NDArray[np.float64], causation: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Shares of municipalities by a weighted sum of their shares in each key.

    Parameters
    ----------
    weights
        Weight of each of `sim.dimensions.SHARE_KEYS`; only their ratios matter.
    working_age, unemployed, foreign_language, causation
        Amounts by municipality, shape (places,). A key in which nobody has anything gives way to the working age.

    Returns
    -------
    ndarray
        Sums to 1, shape (places,).
    """
    population = working_age / working_age.sum()
    shares = np.zeros_like(population)
    for weight, amounts in zip(weights, (working_age, unemployed, foreign_language, causation), strict=True):
        total = amounts.sum()
        shares += float(weight) * (amounts / total if total > 0.0 else population)
    return shares / shares.sum()


def municipal_net(
    ledger: NDArray[np.float64], p: np.record, working_age: NDArray[np.float64], unemployed: NDArray[np.float64],
    foreign_language: NDArray[np.float64], region_size: float,
) -> MunicipalNet:  # fmt: skip
    """What a month costs each municipality.

    Parameters
    ----------
    ledger
        Real euros, shape (ITEMS, PAYERS, places).
    p
        Parameters in force at the month's end.
    working_age, unemployed, foreign_language
        Persons by municipality, shape (places,).
    region_size
        Size of the region against the one that the state grant is stated for.

    Notes
    -----
    Causation is what the measures of a municipality's residents cost the municipalities together.
    """
    f = p.finance
    paid = ledger[:, Payer.MUNICIPALITY]
    n = len(working_age)
    keys = (working_age, unemployed, foreign_language, paid[Item.MEASURES, :n])
    common = paid[list(COMMON)].sum()
    grant = float(f.state_grant_year_eur) / MONTHS_PER_YEAR * region_size
    return MunicipalNet(
        own=paid[list(OWN), :n].sum(axis=0),
        common=common * shares_by_rule(np.asarray(f.cost_share_rule), *keys),
        benefits=paid[list(BENEFITS), :n].sum(axis=0),
        grant=grant * shares_by_rule(np.asarray(f.grant_rule), *keys),
    )


def tax_memo_eur(p: np.record, employment_days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Municipal income tax of work in the open market, EUR: a memo, in no sum.

    Parameters
    ----------
    p
        Parameters in force at the month's end.
    employment_days
        Person-days by place of residence.
    """
    f = p.finance
    return employment_days / DAYS_PER_MONTH * float(f.median_earnings_month_eur) * float(f.municipal_tax_rate)
