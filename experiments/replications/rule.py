"""How many replications a mean needs for an interval of a stated half-width: Stein's two-stage rule.

Looking at the interval after every batch and stopping when it is narrow enough stops at variances that happen to be
small, and the interval holds the truth less often than it says. Stein (1945), Annals of Mathematical Statistics
16(3), 243–258, looks once: the variance of a first stage decides the number, and the interval is that of the mean of
all replications with the variance and the degrees of freedom of the first stage. For normal differences it holds
the truth at least as often as stated, whatever the variance, because the mean of all is independent of that variance.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.running.judgement import INTERVAL

FIRST = 10
"""Replications of the first stage: with them Student's t is 8 % above that of a known variance."""


def needed(first: NDArray[np.float64], half_width: float) -> int:
    """Replications for which the half-width is at most the asked one, those of the first stage included.

    Parameters
    ----------
    first
        Paired differences of the first stage, shape (replications,).
    half_width
        Asked, in the unit of the differences; above 0.
    """
    spread = _t(len(first)) * float(np.std(first, ddof=1))
    return max(len(first), math.ceil((spread / half_width) ** 2))


def half_width(first: NDArray[np.float64], replications: int) -> float:
    """Half-width of the 80 % interval after so many replications, by the variance of the first stage."""
    return _t(len(first)) * float(np.std(first, ddof=1)) / math.sqrt(replications)


def _t(replications: int) -> float:
    return float(stdtrit(replications - 1, (1.0 + INTERVAL) / 2.0))
