"""What the moments say of each parameter: errors, correlations, and what they leave open.

With residuals r = (moment − middle of band) / half-width · √weight and their Jacobian J by coordinates, the
estimate moves by A dr, A = −(JᵀJ)⁻¹Jᵀ (delta method; Gouriéroux & Monfort 1996, *Simulation-based
econometric methods*). Two causes of dr are told apart: the bands, read as two standard errors to each side
of an independent observation, and the chance of the replications.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OPEN = 0.5
"""A parameter is not identified if its standard error is more than this share of the width of its bounds."""
ALIKE = 0.9
"""Parameters correlated beyond this are told as pairs that the moments hardly tell apart."""
_FLOOR = 1e-6


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


def identify(
    jacobian: np.ndarray, weights: np.ndarray, at_bound: np.ndarray, residuals: np.ndarray
) -> Identification:
    """Errors and correlations at a point.

    Parameters
    ----------
    jacobian
        Of the weighted residuals by coordinates, shape (moments, parameters).
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
    m, n = jacobian.shape
    free = np.flatnonzero(~at_bound)
    standard, simulation = np.full(n, np.nan), np.full(n, np.nan)
    correlation = np.full((n, n), np.nan)
    if len(free):
        # A floor instead of a pseudo-inverse: a direction without slope has a huge error, not none.
        u, s, vt = np.linalg.svd(jacobian[:, free])
        pull = (vt[: len(s)].T / np.maximum(s, _FLOOR)) @ u[:, : len(s)].T
        unseen = vt[len(s) :].T / _FLOOR  # of more parameters than moments
        band = (pull * (0.25 * weights)) @ pull.T + unseen @ unseen.T
        error = np.sqrt(np.diag(band))
        standard[free] = error
        with np.errstate(divide="ignore", invalid="ignore"):
            correlation[np.ix_(free, free)] = band / np.outer(error, error)
        if len(residuals) > 1:
            chance = np.atleast_2d(np.cov(residuals, rowvar=False)) / len(residuals)
            simulation[free] = np.sqrt(np.diag(pull @ chance @ pull.T))
    squares = jacobian**2
    total = squares.sum(axis=0)
    pins = np.divide(squares, total, out=np.zeros((m, n)), where=total > 0.0)
    identified = ~at_bound & (np.nan_to_num(standard, nan=np.inf) <= OPEN)
    return Identification(standard, simulation, correlation, identified, pins)
