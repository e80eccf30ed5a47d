"""How close trades and places are: the weights that a searcher gives to vacancies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from sim.dimensions import ISCO2

LEAST_FIT = 0.005
"""Fits below this are nought: such vacancies are not looked at."""


def fit_of_trades(region: Region, p: np.record) -> NDArray[np.float64]:
    """Fit of a person's trade (row) to a vacancy's (column): 1 for the same, 0 where a licence is missing; times
    the appeal of the vacancy's trade, which search alone heeds (`appeal_of_trades`).

    Parameters
    ----------
    p
        Parameters, mechanisms ``fit`` and ``trades``.
    """
    trades = region.occupations
    n = len(trades)
    fit = np.zeros((n, n))
    for a, mine in enumerate(trades):
        for b, asked in enumerate(trades):
            if a == b:
                fit[a, b] = 1.0
            elif asked.licensed:
                fit[a, b] = 0.0
            elif mine.field == asked.field and mine.skill_level == asked.skill_level:
                fit[a, b] = p.fit.same_field
            elif mine.field == asked.field and abs(mine.skill_level - asked.skill_level) == 1:
                fit[a, b] = p.fit.same_field_next_level
            elif asked.skill_level == 1:
                fit[a, b] = p.fit.elementary
            elif mine.skill_level == asked.skill_level:
                fit[a, b] = p.fit.same_level
    fit[fit < LEAST_FIT] = 0.0
    return fit * appeal_of_trades(region, p)


def appeal_of_trades(region: Region, p: np.record) -> NDArray[np.float64]:
    """Weight that searchers give to a trade's vacancies for its image and conditions, shape (occupations,).

    It turns applications from some trades to others: a searcher's chance to find anything to apply to stays as it
    is, since her `jobs_within_reach` have the same weights. Suitability leaves it out.
    """
    by_code = dict(zip(ISCO2, p.trades.appeal, strict=True))
    return np.array([float(by_code.get(trade.isco2, 1.0)) for trade in region.occupations])


def kin_of_trades(fit: NDArray[np.float64]) -> NDArray[np.int32]:
    """List for each trade the trades it fits, its own first, closed by -1."""
    n = len(fit)
    kin = np.full((n, n + 1), -1, np.int32)
    for a in range(n):
        order = np.argsort(-fit[a], kind="stable")
        order = order[fit[a, order] > 0.0]
        kin[a, : len(order)] = order
    return kin


def jobs_within_reach(
    jobs: NDArray[np.float64], fit: NDArray[np.float64], near: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Jobs that a person of a home (row) and trade (column) could hold, weighted as she sees vacancies.

    Parameters
    ----------
    jobs
        Jobs held at the start by occupation and place, shape (occupations, places).
    fit, near
        From `fit_of_trades` and `nearness`.
    """
    return near @ jobs.T @ fit.T


def nearness(region: Region, p: np.record) -> NDArray[np.float64]:
    """Distance decay exp(-k km) from a home (row) to a place of work (column), own municipality weighted up.

    One factor for all municipalities: within one, jobs are nearer than its centre is to other centres, and known.
    One more for the outside market, which is many places at once and is entered at its nearest edge.
    Outsiders do not look for work outside here: that market is its own.
    """
    near = np.exp(-float(p.search.distance_decay_per_km) * region.distance_km)
    inside = np.arange(region.outside)
    near[inside, inside] *= float(p.search.own_municipality_factor)
    near[: region.outside, region.outside] *= float(p.search.outside_factor)
    near[region.outside, region.outside] = 0.0
    return near
