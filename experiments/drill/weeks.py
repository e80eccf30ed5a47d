"""Week records of all runs side by side, and what a drill reads from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.dimensions import LINES, N_PERSON_LINES

COHORT, OTHERS, ALL = "cohort", "others", "all"
POPULATIONS = (COHORT, OTHERS)
"""The people of the event, and everybody else."""
CLEAR_WEEKS = 4
"""Weeks that a backlog has to stay within the baseline's band to count as cleared."""
AFTER_WEEKS = 4
"""Weeks after the cohort's last large week that belong to the time of the surge: others wait behind it."""
LEAST_SHARE = 0.1
"""Weeks in which the event adds less than this share of its largest week are not the surge's."""
BAND = (0.1, 0.9)


class WeekRecord:
    """Week records of one arm.

    Parameters
    ----------
    tables
        ``weekly`` of the runs by replication.
    cohorts
        Names of the cohorts of the event.

    Attributes
    ----------
    weeks
        Mondays, shape (W,).
    """

    def __init__(self, tables: Mapping[int, pa.Table], cohorts: Sequence[str]) -> None:
        self.cohorts = tuple(cohorts)
        first = next(iter(tables.values()))
        self.weeks: NDArray[np.datetime64] = np.unique(first["week"].to_numpy().astype("datetime64[D]"))
        n = len(self.weeks)
        self._values: dict[tuple[str, str, str], NDArray[np.float64]] = {}
        # every run writes the same series in the same order, the weeks of a series one after another
        names = [first[column].to_pylist()[::n] for column in ("indicator", "group_kind", "group")]
        values = np.stack([table["value"].to_numpy().reshape(-1, n) for table in tables.values()])
        for number, key in enumerate(zip(*names, strict=True)):
            self._values[key] = values[:, number]

    def of(self, indicator: str, kind: str, group: str) -> NDArray[np.float64]:
        """A series, shape (R, W)."""
        return self._values[indicator, kind, group]

    def people(self, indicator: str, population: str = ALL) -> NDArray[np.float64]:
        """Sum over the people of a population, shape (R, W)."""
        cohort = [self.of(indicator, "cohort", name) for name in self.cohorts]
        lines = [self.of(indicator, "line", line) for line in LINES[:N_PERSON_LINES]]
        chosen = {COHORT: cohort, OTHERS: lines, ALL: [*cohort, *lines]}[population]
        return np.asarray(np.sum(chosen, axis=0))

    def homes(self) -> dict[str, NDArray[np.float64]]:
        """Searches begun by the cohort by place of residence, each of shape (R, W)."""
        found: dict[str, NDArray[np.float64]] = {}
        for (name, kind, group), values in self._values.items():
            cohort, _, place = group.partition("@")
            if name == "new_job_searches" and kind == "cohort_place" and cohort in self.cohorts:
                found[place] = found.get(place, 0.0) + values
        return found

    def in_time(self, population: str, window: Window) -> NDArray[np.float64]:
        """Share of the first interviews due in a window that were held in time, by replication, shape (R,).

        Who has left the queue by the last day in time needs none and does not count; who waits on does. Nothing due:
        not a number.
        """
        due = self.people("first_interviews_due", population) - self.people("first_interviews_due_left", population)
        held = self.people("first_interviews_due_held", population)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(window.sum(held) / window.sum(due))

    def days(self, indicator: str, population: str, window: Window) -> NDArray[np.float64]:
        """Mean days (``wait`` or ``late``) of the first interviews held in a window, shape (R,)."""
        total = self.people(f"first_interview_{indicator}_days_sum", population)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(window.sum(total) / window.sum(self.people("first_interviews_held", population)))

    def talks_in_time(self, line: str, window: Window) -> NDArray[np.float64]:
        """Share of the other talks of a line, with people of no cohort, that were in time, shape (R,)."""
        held, late = self.of("talks_held", "line", line), self.of("talks_late", "line", line)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1.0 - window.sum(late) / window.sum(held))


@dataclass(frozen=True)
class Window:
    """The time of the surge: columns of weeks, first and last."""

    first: int
    last: int

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the window, shape (R,)."""
        return np.asarray(values[:, self.first : self.last + 1].sum(axis=1))


def window_of(event: WeekRecord, baseline: WeekRecord) -> Window | None:
    """From the first to the last week in which the event adds at least `LEAST_SHARE` of its largest week to the first
    interviews due of its people, and `AFTER_WEEKS` more; None if it adds none.
    """
    due = "first_interviews_due"
    more = (event.people(due, COHORT) - baseline.people(due, COHORT)).mean(axis=0)
    if not len(more) or more.max() <= 0.0:
        return None
    large = np.flatnonzero(more >= LEAST_SHARE * more.max())
    return Window(int(large[0]), min(int(large[-1]) + AFTER_WEEKS, len(more) - 1))


def cleared(waiting: NDArray[np.float64], high: NDArray[np.float64], window: Window) -> int | None:
    """Week from which a backlog stays within the baseline's band for `CLEAR_WEEKS` weeks.

    Parameters
    ----------
    waiting
        People who wait too long for a first interview, by week, shape (W,).
    high
        Upper end of the baseline's 80 % band, shape (W,).
    window
        Looked for from the largest week of the window on.

    Returns
    -------
    int or None
        Column; the window's first week if the backlog never leaves the band; None if it does not clear.
    """
    above = waiting > high
    inside = slice(window.first, window.last + 1)
    if not above[inside].any():
        return window.first
    excess = np.where(above, waiting - high, 0.0)[inside]
    start = window.first + int(excess.argmax())
    for week in range(start, len(waiting) - CLEAR_WEEKS + 1):
        if not above[week : week + CLEAR_WEEKS].any():
            return week
    return None
