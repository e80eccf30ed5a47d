"""A smooth guess of losses from the splits tried: a Gaussian process, with its error on splits it has not seen.

Means of few replications flatter the luckiest splits. The process smooths them (Matérn 5/2, a length a coordinate,
noise estimated; Rasmussen and Williams 2006), so that splits are chosen for what their neighbours did too.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
LEAST_POINTS = 20
"""Fewer splits teach nothing."""


@dataclass(frozen=True)
class Surrogate:
    """What a process says about the splits that were tried.

    Attributes
    ----------
    losses
        Smoothed, shape (points,).
    r2
        Share of the variance of splits left out that is explained, by cross-validation; below 0 if it is worse than
        the mean.
    """

    losses: NDArray[np.float64]
    r2: float


def smoothed(points: NDArray[np.float64], losses: NDArray[np.float64], seed: int) -> Surrogate | None:
    """Fit a process, and cross-validate it.

    Parameters
    ----------
    points
        Coordinates of the splits, shape (points, dimensions).
    losses
        Shape (points,), all finite.
    seed
        Of the folds.

    Returns
    -------
    Surrogate or None
        None if there are fewer than `LEAST_POINTS` splits or all are equally good.
    """
    if len(points) < LEAST_POINTS or not np.ptp(losses) > 0.0:
        return None
    folds = np.random.default_rng(seed).permutation(np.arange(len(points)) % FOLDS)
    left_out = np.empty(len(points))
    for fold in range(FOLDS):
        held = folds == fold
        left_out[held] = _fitted(points[~held], losses[~held], points[held], seed)
    missed = float(((losses - left_out) ** 2).sum())
    r2 = 1.0 - missed / float(((losses - losses.mean()) ** 2).sum())
    return Surrogate(_fitted(points, losses, points, seed), r2)


def _fitted(
    points: NDArray[np.float64], losses: NDArray[np.float64], at: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    lengths = np.full(points.shape[1], 0.5)
    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(lengths, (0.05, 50.0), nu=2.5) + WhiteKernel(0.1, (1e-6, 10.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed % 2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the coordinate does not matter
        process.fit(points, losses)
        return np.asarray(process.predict(at), np.float64)
