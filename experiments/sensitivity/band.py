"""An index of every factor with its 80 % interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.running.judgement import INTERVAL
from sim.errors import InputError

MISSING = "needs the extra 'analysis': .venv/bin/python -m pip install -r requirements.lock"

Z = float(ndtri((1.0 + INTERVAL) / 2.0))
"""Half-width of the interval in standard errors."""
FALSE_ALARM = 0.1
"""Chance that among factors without any influence at least one is told as influential."""

__all__ = ["FALSE_ALARM", "INTERVAL", "MISSING", "Band", "Z", "clear_of", "needs", "varies"]


class Band(NamedTuple):
    """An index of every factor.

    Attributes
    ----------
    value, low, high
        Shape (factors,); the ends of the interval, equal to the value where nothing varies.
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def around(cls, value: NDArray[np.float64], half: NDArray[np.float64]) -> Band:
        """A band with the same width on both sides."""
        return cls(value, value - half, value + half)


def clear_of(band: Band, floor: float) -> NDArray[np.bool_]:
    """Factors whose index is above what luck reaches, shape (factors,).

    The error of each is taken so often that among all factors together the chance is `FALSE_ALARM` (Bonferroni).
    """
    error = (band.high - band.value) / Z
    value = np.asarray(band.value - ndtri(1.0 - FALSE_ALARM / len(band.value)) * error)
    return np.asarray((value > floor) & (band.value > 0.0))


def varies(y: NDArray[np.float64]) -> bool:
    """Whether outcomes differ by more than the rounding of their sums.

    An index of an outcome that is the same everywhere would be a quotient of rounding errors.
    """
    return bool(len(y)) and float(np.ptp(y)) > 1e-9 * max(float(np.abs(y).max()), 1e-300)


def needs(method: str, least: int, points: int, why: str) -> InputError:
    """The error of a sample that is too small."""
    return InputError(f"points={points}: {method} needs at least {least} points here ({why})")
