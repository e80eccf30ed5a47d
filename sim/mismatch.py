"""Shortage, surplus and mismatch: vacancies and unemployed of trades or places held against each other.

The one place where these indices are defined; recorder, boards and searches for bridges use them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHORTAGE, SURPLUS = 2.0, 0.5
"""Edges of the index (both inside): tightness twice, or half, the area's. The labels of the region's published
series (0.8 and 0.2 vacancies for each unemployed) are the same edges at its tightness of 2022, 0.41."""
LONG_OPEN_DAYS = 60
"""A vacancy that has been open for longer is hard to fill."""
ELASTICITY = 0.5
"""Elasticity of hires to vacancies in the matching function (Sahin, Song, Topa & Violante 2014)."""
_PULL = 5.0


def shortage_index(vacancies: NDArray[np.floating], unemployed: NDArray[np.floating]) -> NDArray[np.float64]:
    """Tightness of each trade relative to the area's, small trades pulled towards 1.

    index = (v / T + k) / (u + k), T = sum of v / sum of u, k = 5 persons: v / u of the trade over T but for the
    pull, without which a trade of two people would lead the list (a gamma prior of mean 1; v / u by occupation is
    the measure of the Finnish employment service statistics).

    Parameters
    ----------
    vacancies, unemployed
        Open vacancies and unemployed by trade, real persons, shape (O,).

    Returns
    -------
    ndarray
        Shape (O,); NaN if the area has no vacancies or nobody unemployed.
    """
    v, u = np.asarray(vacancies, np.float64), np.asarray(unemployed, np.float64)
    if not (v.sum() > 0.0 and u.sum() > 0.0):
        return np.full(len(v), np.nan)
    return np.asarray((v * (u.sum() / v.sum()) + _PULL) / (u + _PULL), np.float64)


def lost_hires_share(
    vacancies: NDArray[np.floating], unemployed: NDArray[np.floating], elasticity: float = ELASTICITY
) -> float:
    """Share of hires that are lost because unemployed and vacancies are in different markets.

    M = 1 - sum of (v_i / v) ** a * (u_i / u) ** (1 - a) (Sahin et al. 2014, equation 6, equal efficiencies); 0
    exactly in one market.

    Parameters
    ----------
    vacancies, unemployed
        By market, shape (I,).
    elasticity
        a, of hires to vacancies.
    """
    v, u = np.asarray(vacancies, np.float64), np.asarray(unemployed, np.float64)
    if not (v.sum() > 0.0 and u.sum() > 0.0):  # nobody to match, or a number that was not recorded
        return float("nan")
    met = (v / v.sum()) ** elasticity * (u / u.sum()) ** (1.0 - elasticity)
    return max(0.0, 1.0 - float(met.sum()))


def mismatch_share(
    vacancies: NDArray[np.floating], unemployed: NDArray[np.floating], elasticity: float = ELASTICITY
) -> float:
    """Share of unemployment that is due to mismatch: 1 - (1 - M) ** (1 / (1 - a)).

    Where unemployment is small it is inflow over the job finding rate, and that is (1 - M) (v / u) ** a times a
    constant; with vacancies given, u without mismatch is u (1 - M) ** (1 / (1 - a)).

    Parameters
    ----------
    vacancies, unemployed, elasticity
        As of `lost_hires_share`.
    """
    left = 1.0 - lost_hires_share(vacancies, unemployed, elasticity)
    return float(1.0 - left ** (1.0 / (1.0 - elasticity)))
