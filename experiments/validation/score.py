"""A number over the replications, and what can be said of it beside its band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from experiments.running.judgement import INTERVAL

STANDARD_ERRORS = 2.0
"""Half width of the interval of the mean by which a moment is judged, standard errors."""


class Judged(Protocol):
    """What a score needs to know of a number: a moment of a board, or an outcome of a trial."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def has_band(self) -> bool: ...
    @property
    def meaning(self) -> str: ...
    @property
    def source(self) -> str: ...


class Verdict(StrEnum):
    """What can be said, in the order in which a board tells it."""

    FAIL = "fail"
    NOT_AVAILABLE = "not available"
    CANNOT_TELL = "cannot tell"
    PASS = "pass"
    NO_BAND = "no band"


@dataclass(frozen=True)
class Score:
    """A moment in all replications.

    Attributes
    ----------
    moment
        With its band.
    mean
        Over replications; NaN if the moment is not available in one of them.
    low, high
        Central 80 % of the replications: how differently a single world may turn out. NaN for one.
    standard_error
        Of the mean; NaN for one replication.
    n
        Number of replications.
    """

    moment: Judged
    mean: float
    low: float
    high: float
    standard_error: float
    n: int

    @classmethod
    def of(cls, moment: Judged, values: Sequence[float]) -> Score:
        """Score a moment.

        Parameters
        ----------
        moment
            With its band.
        values
            One a replication, at least one.
        """
        array = np.asarray(values, float)
        low = high = error = float("nan")
        if len(array) > 1:
            tail = (1.0 - INTERVAL) / 2.0
            low, high = (float(edge) for edge in np.quantile(array, [tail, 1.0 - tail]))
            error = float(array.std(ddof=1) / np.sqrt(len(array)))
        return cls(moment, float(array.mean()), low, high, error, len(array))

    @property
    def verdict(self) -> Verdict:
        """Pass or fail if the mean's interval of two standard errors is inside or outside the band as a whole.

        If it straddles an edge, or there is no interval, nobody can tell with these replications.
        """
        if np.isnan(self.mean):
            return Verdict.NOT_AVAILABLE
        if not self.moment.has_band:
            return Verdict.NO_BAND
        half = STANDARD_ERRORS * self.standard_error
        if np.isnan(half):
            return Verdict.CANNOT_TELL
        if self.moment.low <= self.mean - half and self.mean + half <= self.moment.high:
            return Verdict.PASS
        if self.mean + half < self.moment.low or self.mean - half > self.moment.high:
            return Verdict.FAIL
        return Verdict.CANNOT_TELL

    @property
    def miss(self) -> float:
        """How far the mean is from the band's middle, in half widths of the band: above 1 it is outside."""
        middle, half = (self.moment.low + self.moment.high) / 2.0, (self.moment.high - self.moment.low) / 2.0
        return abs(self.mean - middle) / half if self.moment.has_band else float("nan")


def in_order(scores: Sequence[Score]) -> list[Score]:
    """Failures first, the farthest before the nearest; then what can not be told, then passes."""
    order = list(Verdict)
    farthest = [(order.index(s.verdict), -s.miss if s.verdict in (Verdict.FAIL, Verdict.CANNOT_TELL) else 0.0)
                for s in scores]  # fmt: skip
    return [scores[index] for index in sorted(range(len(scores)), key=lambda index: farthest[index])]
