"""What the moments say of each parameter: errors, correlations, and what they leave open.

With residuals r = (moment − middle of band) / half-width · √weight and their Jacobian J by coordinates, the
estimate moves by A dr, A = −(JᵀJ)⁻¹Jᵀ (delta method; Gouriéroux & Monfort 1996, *Simulation-based
econometric methods*). Two causes of dr are told apart: the bands, read as two standard errors to each side
of an independent observation, and the chance of the replications.

Measured slopes hold chance too, which makes JᵀJ larger than it is and errors smaller. What chance adds on
average is subtracted (the correction of errors in variables; Fuller 1987, *Measurement error models*), so a
direction whose slopes could be chance alone is told as open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.calibration.least_squares import Slopes

OPEN = 0.5
"""A parameter is not identified if its standard error is more than this share of the width of its bounds."""
ALIKE = 0.9
"""Parameters correlated beyond this are told as pairs that the moments hardly tell apart."""
_LEAST = 0.25  # eigenvalue at which a direction has an error of the whole width of the bounds


@dataclass(frozen=True)
class Identification:
    """Errors in coordinates (share of the width of the bounds); NaN for parameters at a bound.

    Attributes
    ----------
    standard_error
        From the bands, shape (parameters,).
    simulation_error
        From the chance of the replications, shape (parameters,); NaN with a single replication.
    correlation
        Of the estimates, from the bands, shape (parameters, parameters).
    identified
        Whether the moments pin the parameter, shape (parameters,); False at a bound.
    pins
        Share of the squared slopes of a parameter that each moment has, shape (moments, parameters).
    """

    standard_error: np.ndarray
    simulation_error: np.ndarray
    correlation: np.ndarray
    identified: np.ndarray
    pins: np.ndarray

    def alike(self) -> list[tuple[int, int, float]]:
        """Pairs of identified parameters that the moments hardly tell apart, with their correlation."""
        n = len(self.standard_error)
        return [
            (i, j, float(self.correlation[i, j]))
            for i in range(n)
            for j in range(i + 1, n)
            if self.identified[i] and self.identified[j] and abs(self.correlation[i, j]) > ALIKE
        ]


def identify(slopes: Slopes, weights: np.ndarray, at_bound: np.ndarray, residuals: np.ndarray) -> Identification:
    """Errors and correlations at a point.

    Parameters
    ----------
    slopes
        Of the weighted residuals by coordinates.
    weights
        Of the moments, shape (moments,).
    at_bound
        Parameters that are held by a bound, shape (parameters,).
    residuals
        Weighted, of each replication there, shape (replications, moments).

    Returns
    -------
    Identification
    """
    m, n = slopes.measured.shape
    free = np.flatnonzero(~at_bound)
    standard, simulation = np.full(n, np.nan), np.full(n, np.nan)
    correlation = np.full((n, n), np.nan)
    if len(free):
        jacobian = slopes.measured[:, free]
        information = jacobian.T @ jacobian - slopes.noise[np.ix_(free, free)]
        values, vectors = np.linalg.eigh(information)
        seen = values > _LEAST
        pull = (vectors[:, seen] / values[seen]) @ vectors[:, seen].T @ jacobian.T
        # A direction that no slope tells of is open over the whole of the bounds, and no farther.
        band = (pull * (0.25 * weights)) @ pull.T + vectors[:, ~seen] @ vectors[:, ~seen].T
        error = np.sqrt(np.diag(band))
        standard[free] = error
        correlation[np.ix_(free, free)] = band / np.outer(error, error)
        if len(residuals) > 1:
            chance = np.atleast_2d(np.cov(residuals, rowvar=False)) / len(residuals)
            simulation[free] = np.sqrt(np.diag(pull @ chance @ pull.T))
    squares = slopes.seen**2
    total = squares.sum(axis=0)
    pins = np.divide(squares, total, out=np.zeros((m, n)), where=total > 0.0)
    identified = ~at_bound & (np.nan_to_num(standard, nan=np.inf) <= OPEN)
    return Identification(standard, simulation, correlation, identified, pins)
