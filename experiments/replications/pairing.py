"""What it saves that the arms meet the same luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pairing:
    """Variance of a difference with the same seeds in both arms, beside that with seeds of their own.

    Attributes
    ----------
    paired, unpaired
        Variance of the difference of a replication; unpaired the sum of the variances of the two arms.
    correlation
        Of the arms over the replications; NaN where one of them does not vary.
    """

    paired: float
    unpaired: float
    correlation: float

    @property
    def ratio(self) -> float:
        """Paired over unpaired: with equal variances of the arms 1 − correlation. NaN where nothing varies."""
        return self.paired / self.unpaired if self.unpaired > 0.0 else float("nan")

    def worth(self, replications: int) -> float:
        """Independent replications of each arm that would say as much; infinite where the difference is constant."""
        if not np.isfinite(self.ratio):
            return float("nan")
        return replications / self.ratio if self.ratio > 0.0 else float("inf")


def pairing_of(base: NDArray[np.float64], arm: NDArray[np.float64]) -> Pairing:
    """Compare the variances.

    Parameters
    ----------
    base, arm
        Outcome in the replications that both have, shape (replications,), at least two.
    """
    unpaired = float(np.var(base, ddof=1) + np.var(arm, ddof=1))
    spread = float(np.std(base) * np.std(arm))
    correlation = float(np.cov(base, arm, ddof=0)[0, 1] / spread) if spread > 0.0 else float("nan")
    return Pairing(float(np.var(arm - base, ddof=1)), unpaired, correlation)
