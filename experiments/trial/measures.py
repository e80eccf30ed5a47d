"""What can be measured in a trial: each is a contrast of an arm with what it is held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.trial.arm_run import OPEN_ENDED, REGISTERED, STATES, ArmRun

if TYPE_CHECKING:
    from experiments.trial.declaration import Outcome

MONTH_DAYS = 365.25 / 12.0
TEN_POINTS = 0.1


@dataclass(frozen=True)
class Measure:
    """How an outcome is measured.

    Attributes
    ----------
    unit
        Of the value.
    needs
        Keys of the outcome that it reads beside ``arm`` and ``against``.
    function
        From the outcome, the run of its arm and the run it is held against.
    """

    unit: str
    needs: tuple[str, ...]
    function: Callable[[Outcome, ArmRun, ArmRun], float]


def _days(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Days in states for each person enrolled: month-ends, each for a month, less those without treatment."""
    mine, theirs = run.share(o.states, o.quarters, o.months), other.share(o.states, o.other_quarters, o.months)
    return float(MONTH_DAYS * (mine.sum() - theirs.sum()))


def _relative_days(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    mine, theirs = run.share(o.states, o.quarters, o.months), other.share(o.states, o.other_quarters, o.months)
    return float(100.0 * (mine.sum() / theirs.sum() - 1.0)) if theirs.sum() > 0.0 else math.nan


def participation(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Share of those enrolled who began the measure because of the arm."""
    whole = (1, len(run.monthly("measure_starts", "measure", o.starts)))
    begun = [arm.sum_of("measure_starts", whole, "measure", o.starts) for arm in (run, other)]
    return (begun[0] - begun[1]) / run.enrolled(o.quarters)


def _participation(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    return participation(o, run, other)


def _points(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Mean difference at month-ends for each participant: over all enrolled, divided by the share that took part."""
    mine, theirs = run.share(o.states, o.quarters, o.months), other.share(o.states, o.other_quarters, o.months)
    part = participation(o, run, other)
    return float(100.0 * (mine - theirs).mean() / part) if part > 0.0 else math.nan


def _enrolled_points(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Mean difference at month-ends for each person enrolled, where all of them are treated."""
    mine, theirs = run.share(o.states, o.quarters, o.months), other.share(o.states, o.other_quarters, o.months)
    return float(100.0 * (mine - theirs).mean())


def _relative_moves(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Change of those who are not in the area any more, relative, for each 100 hours of language classes."""
    whole = (o.months[1], o.months[1])
    mine, theirs = (
        1.0 - float(arm.share(STATES, quarters, whole).mean())
        for arm, quarters in ((run, o.quarters), (other, o.other_quarters))
    )
    return mine / theirs - 1.0 if theirs > 0.0 else math.nan


def _months(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Months in states for each participant."""
    mine, theirs = run.share(o.states, o.quarters, o.months), other.share(o.states, o.other_quarters, o.months)
    part = participation(o, run, other)
    return float((mine - theirs).sum() / part) if part > 0.0 else math.nan


def hazard(run: ArmRun, months: tuple[int, int]) -> float:
    """Exits to a job over person-months of unemployment, both without the furloughed."""
    exits = run.sum_of("exits_to_job", months) - run.sum_of("exits_to_recall", months)
    return exits / person_months(run, months)


def person_months(run: ArmRun, months: tuple[int, int]) -> float:
    """Person-months of unemployment without furlough: the sum of month-end stocks."""
    return run.sum_of("unemployed", months) - run.sum_of("furloughed", months)


def _contact_points(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Talks a person-month of unemployment, in points, more than without."""
    mine, theirs = (arm.sum_of("service_contacts", o.months) / person_months(arm, o.months) for arm in (run, other))
    return 100.0 * (mine - theirs)


def _hazard_per_ten_points(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    """Change of the job hazard for ten points more of monthly talks, %."""
    points = _contact_points(o, run, other) / 100.0
    if points <= 0.0:
        return math.nan
    ratio = hazard(run, o.months) / hazard(other, o.months)
    return 100.0 * (ratio ** (TEN_POINTS / points) - 1.0)


def _notified(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    return 100.0 * (run.jobs(REGISTERED, o.quarters) / other.jobs(REGISTERED, o.other_quarters) - 1.0)


def _open_ended(o: Outcome, run: ArmRun, other: ArmRun) -> float:
    return 100.0 * (run.jobs(OPEN_ENDED, o.quarters) / other.jobs(OPEN_ENDED, o.other_quarters) - 1.0)


def gain_and_loss(o: Outcome, run: ArmRun, other: ArmRun) -> tuple[float, float]:
    """Days gained by all treated and lost by all untreated, for each person enrolled, against the same people when
    nobody is treated.
    """
    everybody = run.enrolled((*o.quarters, *o.other_quarters))
    parts = []
    for quarters in (o.quarters, o.other_quarters):
        if not quarters:
            parts.append(0.0)
            continue
        change = run.share(o.states, quarters, o.months).sum() - other.share(o.states, quarters, o.months).sum()
        parts.append(float(MONTH_DAYS * change * run.enrolled(quarters) / everybody))
    return parts[0], -parts[1]


def weighted_mean(o: Outcome, measured: Mapping[str, Sequence[float]]) -> list[float]:
    """Mean of outcomes already measured, by the weights of ``o.parts``, in each replication."""
    total = sum(o.parts.values())
    return [
        sum(weight * value for weight, value in zip(o.parts.values(), values, strict=True)) / total
        for values in zip(*(measured[name] for name in o.parts), strict=True)
    ]


MEASURES: dict[str, Measure] = {
    "days": Measure("days", ("states", "months"), _days),
    "relative_days": Measure("%", ("states", "months"), _relative_days),
    "participation": Measure("share", ("starts",), _participation),
    "participant_points": Measure("percentage points", ("states", "months", "starts"), _points),
    "enrolled_points": Measure("percentage points", ("states", "months"), _enrolled_points),
    "relative_moves": Measure("relative", ("months",), _relative_moves),
    "participant_months": Measure("months", ("states", "months", "starts"), _months),
    "contact_points": Measure("percentage points", ("months",), _contact_points),
    "hazard_per_ten_points": Measure("%", ("months",), _hazard_per_ten_points),
    "notified_vacancies": Measure("%", (), _notified),
    "open_ended_hires": Measure("%", (), _open_ended),
}
