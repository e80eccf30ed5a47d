"""Draws that meet their margins: spread evenly instead of one by one, and tables brought to given sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GOLDEN = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples modulo 1 leave the smallest gaps in every run of them."""


def evenly(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return numbers in [0, 1) of which every run of consecutive ones is spread evenly.

    Labels drawn with them from shares are right within one or two in every run: people sorted by place get
    the shares of each place and of all places together. Uniform on their own, so that nobody is favoured.

    Source: additive recurrence, Kuipers & Niederreiter (1974), *Uniform Distribution of Sequences*, ch. 2.
    """
    return np.asarray((rng.random() + GOLDEN * np.arange(n)) % 1.0, np.float64)


def draw(weights: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw a column for each row in proportion to the row's weights.

    Parameters
    ----------
    weights
        Non-negative, shape (N, K).
    u
        Numbers in [0, 1), shape (N,).

    Returns
    -------
    ndarray
        Columns, shape (N,).
    """
    cumulated = np.cumsum(np.maximum(weights, 1e-12), axis=1)
    chosen = (u[:, None] * cumulated[:, -1:] >= cumulated).sum(axis=1)
    return np.minimum(chosen, weights.shape[1] - 1)


def raked(
    table: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64], rounds: int = 60
) -> NDArray[np.float64]:
    """Bring a table to sums of rows and columns, keeping its association (iterative proportional fitting).

    Parameters
    ----------
    table
        Non-negative, shape (R, C).
    rows, columns
        Sums to meet, shapes (R,) and (C,). If their totals differ the columns are met.

    Source: Deming & Stephan (1940), *Annals of Mathematical Statistics* 11, 427–444.
    """
    result = np.maximum(np.asarray(table, np.float64), 1e-9)
    for _ in range(rounds):
        result = result * (rows / np.maximum(result.sum(axis=1), 1e-300))[:, None]
        result = result * (columns / np.maximum(result.sum(axis=0), 1e-300))[None, :]
    return result
