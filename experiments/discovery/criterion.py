"""What it means to fail: an outcome beyond a limit, or worse than the baseline by it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.sweep.outcome import OutcomeAsked
from experiments.sweep.sample import Sample
from sim.errors import InputError

_FORM = re.compile(r"\s*(?P<outcome>[^<>]+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<limit>[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*")
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Criterion:
    """When an arm fails in a future.

    Attributes
    ----------
    outcome
        What is looked at.
    sign
        One of ``>``, ``<``, ``>=``, ``<=``.
    limit
        In the outcome's unit.
    """

    outcome: OutcomeAsked
    sign: str
    limit: float

    @classmethod
    def read(cls, text: str) -> Criterion:
        """Read ``OUTCOME>NUMBER``.

        Raises
        ------
        InputError
            Another form, or an unknown outcome.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError(f"fails={text}: expected OUTCOME and a limit, such as 'fails=unemployed@24>900', or "
                             "the name of a goal")
        try:
            limit = float(match["limit"])
        except ValueError:
            raise InputError(f"fails={text}: {match['limit']} is no number") from None
        return cls(OutcomeAsked.read(match["outcome"]), match["sign"], limit)

    def values(self, sample: Sample, arm: str) -> NDArray[np.float64]:
        """Values of the outcome, shape (points, replications)."""
        return sample.values(self.outcome.name, arm)

    def fails(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each value fails, shape as `values`."""
        return np.asarray(_SIGNS[self.sign](values, self.limit))
