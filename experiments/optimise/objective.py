"""What a good split is: objectives as losses against the baseline, and duties that it may not breach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.indicators import INDICATORS


@dataclass(frozen=True)
class Objective:
    """Something that is to be large or small.

    Attributes
    ----------
    name
        Name in questions, files and terms.
    indicator
        What is counted. A flow is summed over the run, a stock or a rate is the mean of its months.
    over_places
        Whether the municipality whose difference is worst decides.
    """

    name: str
    indicator: str
    over_places: bool = False

    @property
    def sign(self) -> float:
        """1 if less is better, −1 if more is: a loss is the difference times it."""
        return -1.0 if INDICATORS[self.indicator].better == "higher" else 1.0

    @property
    def is_flow(self) -> bool:
        """Whether the indicator is summed over the run."""
        return INDICATORS[self.indicator].kind == "flow"

    @property
    def unit(self) -> str:
        """Unit of a difference."""
        return INDICATORS[self.indicator].unit

    def asked(self, places: Sequence[str]) -> list[str]:
        """Outcomes that it is made of, as `experiments.sweep.outcome` reads them: one, or one a municipality."""
        if self.over_places:
            return [f"{self.indicator}:municipality={place}@all" for place in places]
        return [self.indicator if self.is_flow else f"{self.indicator}@all"]

    def samples(self, differences: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Losses run by run.

        Parameters
        ----------
        differences
            Of the outcomes asked for, each of the same shape: the arm less its baseline.

        Returns
        -------
        ndarray
            Of that shape, with an axis of places at the end where there are any.
        """
        return self.sign * (np.stack(list(differences), axis=-1) if self.over_places else np.asarray(differences[0]))


OBJECTIVES = {
    objective.name: objective
    for objective in (
        Objective("employment_days", "open_market_employment_days"),
        Objective("long_term", "long_term_unemployed"),
        Objective("first_interview_wait", "first_interview_wait_days"),
        Objective("municipal_euros", "cost_municipal_net_eur"),
        Objective("worst_municipality", "unemployment_rate", over_places=True),
    )
}
DUTIES = {
    duty.name: duty
    for duty in (
        Objective("first_interviews_in_time", "first_interview_in_time_share"),
        Objective("path_in_3m", "path_in_3m_share"),
    )
}
"""What the law asks of every split."""


def over_seeds(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean loss of each point over its replications, shape (points,); over places the largest of the means.

    A point with a failed replication has none: it would stand beside others on fewer seeds.
    """
    means = samples.mean(axis=1)
    return np.asarray(means if means.ndim == 1 else means.max(axis=1))
