"""A goal of the area as what it means to fail: an arm fails in the futures in which it misses the goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.composing.target import ALL, Target
from experiments.sweep.outcome import OutcomeAsked
from experiments.sweep.sample import Sample
from sim.errors import InputError, near_miss

_FIRST_MONTH = 1


@dataclass(frozen=True)
class Goal:
    """A goal and the outcomes of a sample that tell whether it is met.

    Attributes
    ----------
    target
        The goal.
    outcome
        What it is about, at its month.
    start
        The same at the first month-end, of a goal that is a change from there; else None.
    """

    target: Target
    outcome: OutcomeAsked
    start: OutcomeAsked | None = None

    @classmethod
    def of(cls, name: str, targets: Sequence[Target], sample: Sample, years: int) -> Goal:
        """Find a goal and its outcomes in a sample.

        Parameters
        ----------
        name
            Of the goal, in the configuration of the sweep.
        targets
            The goals, with codes of municipalities.
        sample
            What came of the sweep.
        years
            Length of its runs.

        Raises
        ------
        InputError
            No such goal, a month that the runs do not reach, an outcome that the sweep did not ask for.
        """
        known = {target.name: target for target in targets}
        if name not in known:
            there = near_miss(name, known) or f"; there are {', '.join(known) or 'none'}"
            raise InputError(f"fails={name}: the sweep has no such goal{there}. Or say OUTCOME and a limit, such as "
                             "'fails=unemployed@24>900'")  # fmt: skip
        target = known[name]
        if target.at != ALL and int(target.at) > 12 * years:
            raise InputError(f"fails={name}: the goal is about month {target.at}, and the runs of the sweep end after "
                             f"{12 * years}")  # fmt: skip
        months = [0 if target.at == ALL else int(target.at), *([_FIRST_MONTH] if target.is_relative else [])]
        found = [_found(target, month, sample, years) for month in months]
        missing = [_text(target, month) for month, one in zip(months, found, strict=True) if one is None]
        if missing:
            asked = ",".join(dict.fromkeys([*(one.name for one in sample.outcomes), *missing]))
            raise InputError(f"fails={name}: the sweep did not ask for {' and '.join(missing)}; the same sweep with "
                             f"'outcomes=[{asked}]' finds its runs stored")  # fmt: skip
        return cls(target, *(one for one in found if one is not None))

    @property
    def sign(self) -> str:
        """How a value lies to the threshold where the goal is missed."""
        return ">" if self.target.direction == "at_most" else "<"

    def values(self, sample: Sample, arm: str) -> NDArray[np.float64]:
        """Values in the goal's unit, shape (points, replications)."""
        values = sample.values(self.outcome.name, arm)
        if self.start is None:
            return values
        start = sample.values(self.start.name, arm)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(start == 0.0, np.nan, 100.0 * (values - start) / start)

    def fails(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each value misses the goal, shape as `values`."""
        return ~np.asarray(self.target.met(values), np.bool_)


def _found(target: Target, month: int, sample: Sample, years: int) -> OutcomeAsked | None:
    """The outcome of a sample that is a goal's indicator at a month; 0 for all months."""
    for asked in sample.outcomes:
        at = 12 * years if asked.month is None else asked.month
        if (asked.indicator, asked.group_kind, asked.group, at) == (
            target.indicator, target.group_kind, target.group, month
        ):  # fmt: skip
            return asked
    return None


def _text(target: Target, month: int) -> str:
    """The outcome as a sweep asks for it."""
    group = f":{target.group_kind}={target.group}" if target.group else ""
    return f"{target.indicator}{group}@{month or ALL}"
