"""Euros: unit costs times events, by payer of the service and by kind of benefit.

Step by step the ledger grows with the mechanisms; today it holds the staff with clients, seats of
training, and unemployment benefits at two flat rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import DAYS_PER_MONTH
from sim.indicators import Flow


def service_cost_eur(p: np.record, flows: NDArray[np.float64]) -> float:
    """Cost of a month's services, EUR.

    Parameters
    ----------
    p
        Parameters in force at the month's end.
    flows
        The month's flows in real persons, shape (FLOWS, places).
    """
    staff = float(np.sum(p.services.staff_fte)) * float(p.costs.fte_year_eur) / 12.0
    return staff


def benefits_eur(p: np.record, flows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unemployment benefits of a month by place of residence, EUR; people in services receive them too.

    Parameters
    ----------
    p, flows
        As in `service_cost_eur`.
    """
    share = float(p.costs.earnings_related_share)
    month = share * float(p.costs.earnings_benefit_month_eur) + (1.0 - share) * float(p.costs.basic_benefit_month_eur)
    days = flows[Flow.UNEMPLOYMENT_DAYS] + flows[Flow.TRAINING_DAYS] + flows[Flow.SERVICE_DAYS]
    return days / DAYS_PER_MONTH * month
