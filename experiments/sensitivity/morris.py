"""Elementary effects: a screening of many factors with few points.

Morris (1991); the mean of absolute effects after Campolongo, Cariboni and Saltelli (2007).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.sensitivity.band import INTERVAL, MISSING, Band, Z, clear_of, needs
from sim.errors import InputError

RANKING = "mu_star"
LEVELS = 4
STEP = LEVELS / (2.0 * (LEVELS - 1))
"""How far a factor moves in an elementary effect, as a share of its range."""
LEAST = 4
"""Trajectories: two halves need two each."""
USUAL = 10
_RESAMPLES = 400


def block(n_factors: int) -> int:
    """Points of a trajectory."""
    return n_factors + 1


def design(n_factors: int, points: int | None, seed: int) -> NDArray[np.float64]:
    """Trajectories in the unit cube, shape (points, factors), one below the other.

    Parameters
    ----------
    n_factors
        Number of factors.
    points
        At most so many; None for the usual number of trajectories.
    seed
        Of the trajectories.

    Raises
    ------
    InputError
        If the points are too few.
    """
    try:
        from SALib.sample import morris
    except ImportError:
        raise InputError(f"method=morris {MISSING}") from None
    trajectories = USUAL if points is None else points // block(n_factors)
    if trajectories < LEAST:
        why = f"{LEAST} trajectories of {n_factors} factors + 1"
        raise needs("morris", LEAST * block(n_factors), points or 0, why)
    return np.asarray(morris.sample(_problem(n_factors), trajectories, num_levels=LEVELS, seed=seed), np.float64)


def analyse(x: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> dict[str, Band]:
    """Effects of a move over the whole range, in the unit of the outcome.

    Parameters
    ----------
    x
        Whole trajectories in the unit cube, shape (points, factors).
    y
        Outcome that varies, shape (points,).
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``mu_star`` (mean absolute effect, bootstrap interval), ``mu`` (mean effect: its sign) and ``sigma``
        (how differently the factor acts from place to place).
    """
    from SALib.analyze import morris

    found = morris.analyze(
        _problem(x.shape[1]), x, y, num_resamples=_RESAMPLES, conf_level=INTERVAL, num_levels=LEVELS, seed=seed
    )
    star, mu, sigma = (np.asarray(found[name], np.float64) for name in ("mu_star", "mu", "sigma"))
    error = sigma / np.sqrt(len(y) / block(x.shape[1]))
    half = np.nan_to_num(np.asarray(found["mu_star_conf"], np.float64))
    nothing = np.zeros_like(mu)
    return {"mu_star": Band.around(star, half), "mu": Band.around(mu, Z * error), "sigma": Band.around(sigma, nothing)}


def floor(noise_variance: float, y: NDArray[np.float64], n_factors: int) -> float:
    """What chance alone gives for `RANKING`: the mean of ``|e₁ − e₂| / STEP`` of two normal errors.

    Parameters
    ----------
    noise_variance
        Of a point's mean.
    y, n_factors
        Not used: the unit is the outcome's.
    """
    return float(2.0 * np.sqrt(noise_variance / np.pi) / STEP)


above = clear_of


def _problem(n_factors: int) -> dict[str, object]:
    names = [f"x{k}" for k in range(n_factors)]
    return {"num_vars": n_factors, "names": names, "bounds": [[0.0, 1.0]] * n_factors}
