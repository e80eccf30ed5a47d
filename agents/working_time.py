"""Working time of the authority's staff."""

from __future__ import annotations

import numpy as np

from sim.dimensions import WORKING_DAYS_PER_MONTH


def client_minutes_a_month(p: np.record) -> float:
    """Minutes for clients or employers that one FTE has in a month, absence taken off."""
    day = p.services.workday_minutes * p.services.present_share * p.services.client_time_share
    return float(day) * WORKING_DAYS_PER_MONTH
