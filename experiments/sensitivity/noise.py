"""Luck beside influence: the variance over replications at a point, and that over points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Noise:
    """Variances of an outcome in a sample with the same seeds at all points.

    Attributes
    ----------
    over_points
        Of the points' means.
    at_a_point
        Over the replications at a point, mean over points; NaN with one replication.
    own
        What is left of it when the luck that a replication brings to all points alike is taken out: only this
        disturbs the comparison of points. NaN with one replication.
    replications
        Number of replications.
    """

    over_points: float
    at_a_point: float
    own: float
    replications: int

    @property
    def of_a_mean(self) -> float:
        """Variance that chance gives a point's mean beside other points; 0 if it is not known."""
        return self.own / self.replications if np.isfinite(self.own) else 0.0

    @property
    def share(self) -> float:
        """Share of the variance over points that is luck; NaN if not known or if nothing varies."""
        if not np.isfinite(self.own) or self.over_points <= 0.0:
            return float("nan")
        return min(1.0, self.of_a_mean / self.over_points)


def noise_of(values: NDArray[np.float64]) -> Noise:
    """Take the variances apart: analysis of variance, points by replications without repeats.

    Parameters
    ----------
    values
        Shape (points, replications), without gaps.
    """
    points, replications = values.shape
    over = float(np.var(values.mean(axis=1), ddof=1)) if points > 1 else 0.0
    if replications < 2 or points < 2:
        return Noise(over, float("nan"), float("nan"), replications)
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    own = float((left**2).sum() / ((points - 1) * (replications - 1)))
    return Noise(over, float(np.var(values, axis=1, ddof=1).mean()), own, replications)
