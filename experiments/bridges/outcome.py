"""What a bridge brings: those moved, those left behind in their trade, the others of the goal, vacancies and euros.

The same people are held against each other: who would be invited is marked as a cohort in every arm, and so are the
others of the surplus trade and the unemployed of the shortage trade.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.bridges.pair import Pair
from experiments.running.judgement import INTERVAL
from experiments.trial.arm_run import ArmRun

LAST_MONTHS = 3
"""Work after the follow-up is the mean of so many last month-ends."""
IN_WORK = "employed_open_market"


@dataclass(frozen=True)
class Number:
    """A mean over replications with its 80 % interval; NaN without one."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Number:
        """Mean and t-interval."""
        x = np.asarray(values, np.float64)
        mean = float(x.mean())
        if len(x) < 2:
            return cls(mean, math.nan, math.nan)
        half = float(stdtrit(len(x) - 1, (1.0 + INTERVAL) / 2.0) * x.std(ddof=1) / math.sqrt(len(x)))
        return cls(mean, mean - half, mean + half)

    @property
    def record(self) -> dict[str, float | None]:
        """Plain data; None for what does not exist."""
        return {key: value if math.isfinite(value) else None for key, value in vars(self).items()}


@dataclass(frozen=True)
class Outcome:
    """A bridge against none.

    Attributes
    ----------
    pair
        The bridge.
    moved
        People invited who took a seat, persons.
    in_work
        More of them in work after the follow-up, persons.
    left, others, area
        More in work among the others of the surplus trade, among the unemployed of the shortage trade when the course
        began, and in the whole area, persons.
    filled
        More vacancies of the shortage trade filled over the follow-up.
    euros
        Cost of the course: months in training times the price of a month.
    """

    pair: Pair
    moved: Number
    in_work: Number
    left: Number
    others: Number
    area: Number
    filled: Number
    euros: Number

    @property
    def euros_per_person(self) -> float:
        """Euros for each additional person in work; infinite if there is none."""
        return self.euros.mean / self.in_work.mean if self.in_work.mean > 0.0 else math.inf

    @property
    def euros_per_hire(self) -> float:
        """Euros for each vacancy of the shortage trade filled more; infinite if there is none."""
        return self.euros.mean / self.filled.mean if self.filled.mean > 0.0 else math.inf

    @property
    def is_clear(self) -> bool:
        """Whether the interval of those in work is above nought."""
        return self.in_work.low > 0.0

    @property
    def record(self) -> dict[str, Any]:
        """Plain data."""
        pair = self.pair
        plain: dict[str, Any] = {
            "from": pair.origin.code, "to": pair.goal.code, "index_from": pair.origin.index,
            "index_to": pair.goal.index, "step": pair.step, "measure": pair.course.measure,
            "months": pair.course.months,
        }  # fmt: skip
        for name in ("moved", "in_work", "left", "others", "area", "filled", "euros"):
            plain[name] = getattr(self, name).record
        for name in ("euros_per_person", "euros_per_hire"):
            value = getattr(self, name)
            plain[name] = value if math.isfinite(value) else None
        plain["is_clear"] = self.is_clear
        return plain


def measure(
    pair: Pair, pairs: Sequence[tuple[ArmRun, ArmRun]], price_eur: float, start_month: int, follow_months: int
) -> Outcome:
    """Hold an arm against the baseline, replication by replication.

    Parameters
    ----------
    pair
        The bridge.
    pairs
        Runs of the arm and of the baseline.
    price_eur
        Of a month of the course.
    start_month
        Months from the start of the run to the course.
    follow_months
        Months that people are followed from then on.
    """
    last = start_month + follow_months
    at_end, whole = slice(last - LAST_MONTHS, last), slice(start_month, last)

    def differences(indicator: str, kind: str = "", group: str = "") -> list[NDArray[np.float64]]:
        return [arm.monthly(indicator, kind, group) - base.monthly(indicator, kind, group) for arm, base in pairs]

    def more_in_work(kind: str = "", group: str = "") -> Number:
        return Number.of([float(d[at_end].mean()) for d in differences(IN_WORK, kind, group)])

    bridge, left, trade = cohorts_of(pair)
    training = differences("in_training", "cohort", bridge)
    return Outcome(
        pair=pair,
        moved=Number.of([float(d[start_month]) for d in training]),
        in_work=more_in_work("cohort", bridge),
        left=more_in_work("cohort", left),
        others=more_in_work("cohort", trade),
        area=more_in_work(),
        filled=Number.of([float(d[whole].sum()) for d in differences("hires", "occupation", pair.goal.code)]),
        euros=Number.of([price_eur * float(d[start_month:].sum()) for d in training]),
    )


def cohorts_of(pair: Pair) -> tuple[str, str, str]:
    """Names of the cohorts: those invited, the others of their trade, the unemployed of the shortage trade.

    Their order by name is that in which they are marked.
    """
    return f"bridge_{pair.origin.code}", f"left_{pair.origin.code}", f"trade_{pair.goal.code}"


def in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """By euros for each additional person in work, those that chance may explain last."""
    return sorted(outcomes, key=lambda o: (not o.is_clear, o.euros_per_person, o.pair.name))
