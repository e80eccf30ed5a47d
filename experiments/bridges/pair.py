"""Pairs of trades: how far one is from the other, what course leads there, which pairs are promising."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.bridges.question import Course, Question

if TYPE_CHECKING:
    from agents.region.occupation import Occupation

AROUND_MONTHS = 12.0
"""Time that every change of trade takes beside the course: choosing, waiting, finding work (assumption)."""


@dataclass(frozen=True)
class Trade:
    """A trade in the year of the search.

    Attributes
    ----------
    occupation
        What it is.
    index
        Shortage index, mean of the months.
    unemployed, vacancies, long_open, lost
        Unemployed, open vacancies and those open for more than 60 days at month-ends, jobs given up a month because
        nobody suitable came: persons and jobs.
    """

    occupation: Occupation
    index: float
    unemployed: float
    vacancies: float
    long_open: float
    lost: float

    @property
    def code(self) -> str:
        """Two digits of ISCO-08."""
        return self.occupation.isco2


@dataclass(frozen=True)
class Pair:
    """A bridge: from a trade to another by a course."""

    origin: Trade
    goal: Trade
    step: str
    course: Course

    @property
    def name(self) -> str:
        """Name of its arm and policy."""
        return f"bridge_{self.origin.code}_{self.goal.code}"

    @property
    def promise(self) -> float:
        """What is gained in tightness for the time it takes: log of the ratio of the indices over the months of the
        course and `AROUND_MONTHS`.
        """
        return math.log(self.goal.index / self.origin.index) / (self.course.months + AROUND_MONTHS)


def step_between(origin: Occupation, goal: Occupation) -> str | None:
    """Kind of step between two trades, by skill level, field and licence.

    Returns
    -------
    str or None
        One of `experiments.bridges.question.DISTANCES`; None where only a degree of years leads.
    """
    if goal.isco2 == origin.isco2 or not goal.is_taught_to_degree:
        return None
    if goal.licensed:
        return "licensed"
    if goal.skill_level == 1:
        return "elementary"
    if goal.skill_level == 3:
        if goal.field == origin.field and origin.skill_level >= 2:
            return "same_field" if origin.skill_level >= 3 else "next_level"
        return "other_technician" if origin.skill_level >= 3 else None
    if goal.field == origin.field:
        return "same_field"
    return "other_field" if origin.skill_level >= 2 else "from_elementary"


def promising(trades: Sequence[Trade], question: Question) -> list[Pair]:
    """Pairs worth trying, the most promising first; none if there is one trade or no shortage beside surplus."""
    origins = [
        trade for trade in trades
        if trade.index <= question.surplus_at_most
        and trade.unemployed >= question.unemployed_per_seat * question.seats
    ]  # fmt: skip
    goals = [
        trade for trade in trades
        if trade.index >= question.shortage_at_least and trade.vacancies >= question.vacancies_at_least
    ]  # fmt: skip
    pairs = []
    for origin in origins:
        for goal in goals:
            step = step_between(origin.occupation, goal.occupation)
            course = None if step is None else question.courses[step]
            far = origin.index > 0.0 and goal.index >= question.ratio_at_least * origin.index
            if step is not None and course is not None and far:
                pairs.append(Pair(origin, goal, step, course))
    pairs.sort(key=lambda pair: (-pair.promise, pair.name))
    chosen: list[Pair] = []
    used: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        ends = (("from", pair.origin.code), ("to", pair.goal.code))
        if all(used[end] < question.pairs_a_trade for end in ends) and len(chosen) < question.most_pairs:
            used.update(ends)
            chosen.append(pair)
    return chosen


def trades_of(occupations: Sequence[Occupation], means: Mapping[str, Mapping[str, float]]) -> list[Trade]:
    """Trades with what was recorded of them; one without an index (nobody unemployed at all) is left out.

    Parameters
    ----------
    occupations
        The region's.
    means
        By indicator, then by code.
    """
    return [
        Trade(
            o, means["shortage_index"][o.isco2], means["unemployed"].get(o.isco2, 0.0),
            means["vacancies_open"][o.isco2], means["vacancies_long_open"][o.isco2],
            means["jobs_lost_to_unfilled"][o.isco2],
        )
        for o in occupations
        if math.isfinite(means["shortage_index"].get(o.isco2, math.nan))
    ]  # fmt: skip
