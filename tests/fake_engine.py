"""A stand-in for `agents.area`: answers at once, with numbers that follow from the specification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np

from agents.specification import RunResult, RunSpecification
from sim.clock import month_ends

PLACES = ("KU901", "KU902", "KU903")
LABOUR_FORCE = 1000.0


class FakeEngine(SimpleNamespace):
    """Counts the runs that were simulated; `broken` decides which of them raise."""

    def __init__(self, broken: Callable[[RunSpecification], Exception | None] | None = None) -> None:
        super().__init__(simulated=[], broken=broken or (lambda _: None))

    def simulate_arms(self, specifications: Sequence[RunSpecification]) -> list[RunResult]:
        for specification in specifications:
            error = self.broken(specification)
            if error is not None:
                raise error
        self.simulated += specifications
        return [simulate(specification) for specification in specifications]


def simulate(specification: RunSpecification) -> RunResult:
    """Unemployment of three places: chance by seed, and 10 persons more for each closing job."""
    ends = month_ends(specification.start_date, specification.days)
    chance = np.random.default_rng(specification.seed)
    rows: list[tuple[object, str, str, str, float, str]] = []
    effect = sum(event.jobs for event in specification.events) / 10.0
    extra = sum(change.amount for change in specification.changes if change.operation == "add")
    for end in ends:
        by_place = chance.integers(50, 60, len(PLACES)) + np.array([effect + extra, 0.0, 0.0])
        for place, unemployed in zip(PLACES, by_place, strict=True):
            rows.append((end, "unemployed", "municipality", place, float(unemployed), "persons"))
        rows.append((end, "unemployed", "", "", float(by_place.sum()), "persons"))
        rows.append((end, "unemployment_rate", "", "", float(by_place.sum()) / LABOUR_FORCE * 100, "%"))
        rows.append((end, "hires", "", "", 5.0 + extra, "persons"))
        rows.append((end, "furloughed", "", "", 0.0 if not effect else 2.0, "persons"))
        rows.append((end, "queue", "", "", 0.0 if effect else 4.0, "persons"))
        rows.append((end, "vacancy_duration_days", "", "", float("nan"), "days"))
        for cohort in specification.cohorts:
            rows.append((end, "unemployed", "cohort", cohort.name, effect, "persons"))
    columns = dict(
        zip(
            ("date", "indicator", "group_kind", "group", "value", "unit"),
            zip(*rows, strict=True),
            strict=True,
        )
    )
    columns["date"] = np.array(columns["date"], dtype="datetime64[D]")
    return RunResult(columns, {}, {}, {"unemployed": {"KU901": 50}}, {"build": 0.1, "simulate": 0.2}, {})
