"""Distance between the distribution of an outcome and that in a slice of a factor: for any sample.

Pianosi and Wagener (2018), Environmental Modelling & Software 108, 197–207: the median over slices of the
Kolmogorov–Smirnov distance. Written here and not taken from SALib, whose slices leave out the largest value of a
factor and with it the last level of a grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.sensitivity.band import FALSE_ALARM, Band, Z, needs

RANKING = "pawn"
SLICES = 10
IN_A_SLICE = 10
"""Fewest points in a slice; smaller samples get fewer slices."""
LEAST = 40
USUAL = 256
_RESAMPLES = 100
_SHUFFLES = 1000


def block(n_factors: int) -> int:
    """Every point counts by itself."""
    return 1


def design(n_factors: int, points: int | None, seed: int) -> NDArray[np.float64]:
    """A Latin hypercube, shape (points, factors).

    Raises
    ------
    InputError
        If the points are too few.
    """
    number = USUAL if points is None else points
    if number < LEAST:
        raise needs("pawn", LEAST, number, f"{LEAST // IN_A_SLICE} slices of {IN_A_SLICE}")
    return np.asarray(qmc.LatinHypercube(n_factors, rng=np.random.default_rng(seed)).random(number), np.float64)


def analyse(x: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> dict[str, Band]:
    """Index of each factor.

    Parameters
    ----------
    x
        Any sample, shape (points, factors).
    y
        Outcome that varies, shape (points,).
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``pawn``, from 0 to 1. The interval has the spread of the bootstrap around the value: resampled points
        come twice, which makes distances larger, so that the quantiles themselves would lie too high.
    """
    value = np.array([_index(slices(column), y) for column in x.T])
    random = np.random.default_rng(seed)
    again = np.empty((_RESAMPLES, x.shape[1]))
    for k in range(_RESAMPLES):
        rows = random.integers(0, len(y), len(y))
        again[k] = [_index(slices(column), y[rows]) for column in x[rows].T]
    half = Z * again.std(axis=0, ddof=1)
    return {"pawn": Band(value, np.maximum(value - half, 0.0), np.minimum(value + half, 1.0))}


def floor(noise_variance: float, y: NDArray[np.float64], n_factors: int) -> float:
    """What the best of so many factors without influence reaches with a chance of `FALSE_ALARM`: shuffled points.

    Parameters
    ----------
    noise_variance
        Not used: shuffled points have the noise in them.
    y
        Outcome, shape (points,).
    n_factors
        Number of factors.
    """
    random = np.random.default_rng(1)
    by_luck = [_index(slices(random.random(len(y))), y) for _ in range(_SHUFFLES)]
    return float(np.quantile(by_luck, 1.0 - FALSE_ALARM / n_factors))


def above(band: Band, floor: float) -> NDArray[np.bool_]:
    """Factors above the floor, shape (factors,): the luck of the points is in the floor already."""
    return np.asarray(band.value > floor)


def slices(column: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the slice of each point: of equal numbers of points, or a slice a level where there are few.

    Parameters
    ----------
    column
        Values of a factor, shape (points,).
    """
    number = int(np.clip(len(column) // IN_A_SLICE, 2, SLICES))
    levels, level = np.unique(column, return_inverse=True)
    if len(levels) <= number:
        return level.astype(np.int64)
    edges = np.quantile(column, np.arange(1, number) / number)
    return np.searchsorted(np.unique(edges), column, side="right").astype(np.int64)


def _index(part: NDArray[np.int64], y: NDArray[np.float64]) -> float:
    """Median of the Kolmogorov–Smirnov distances of the slices from the whole."""
    levels, place = np.unique(y, return_inverse=True)
    counts = np.zeros((int(part.max()) + 1, len(levels)))
    np.add.at(counts, (part, place), 1.0)
    counts = counts[counts.sum(axis=1) > 0]
    whole = np.cumsum(counts.sum(axis=0)) / len(y)
    each = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    return float(np.median(np.abs(each - whole).max(axis=1)))
