"""Whole people from shares: joint rounding that keeps the total."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def apportion(weights: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Share out a total in proportion to weights, by largest remainders.

    Parameters
    ----------
    weights
        Non-negative, any shape.
    total
        Whole number to share out.

    Returns
    -------
    ndarray
        Whole numbers of the shape of ``weights`` that sum to ``total`` (all zero if the weights are).
    """
    flat = np.asarray(weights, np.float64).ravel()
    mass = flat.sum()
    if mass <= 0.0 or total <= 0:
        return np.zeros(np.shape(weights), np.int64)
    exact = flat * (total / mass)
    whole = np.floor(exact).astype(np.int64)
    missing = int(total - whole.sum())
    if missing > 0:
        order = np.argsort(-(exact - whole), kind="stable")
        whole[order[:missing]] += 1
    return whole.reshape(np.shape(weights))


def apportion_within(weights: NDArray[np.floating], limits: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Share out a total in proportion to weights, no share above its limit.

    What a full cell cannot take goes to the others. If all are full the sum is below the total.
    """
    taken = np.zeros(np.shape(weights), np.int64)
    weights = np.array(weights, np.float64)
    left = int(min(total, limits.sum()))
    while left > 0:
        room = limits - taken
        open_weights = np.where(room > 0, np.maximum(weights, 1e-12), 0.0)
        share = np.minimum(apportion(open_weights, left), room)
        if share.sum() == 0:
            break
        taken += share
        left = int(min(total, limits.sum()) - taken.sum())
    return taken


def scaled(values: NDArray[np.number], scale: float) -> NDArray[np.int64]:
    """Turn real persons into agents: scale, then round jointly so that the total is right within half."""
    exact = np.asarray(values, np.float64) * scale
    return apportion(exact, int(np.floor(exact.sum() + 0.5)))
