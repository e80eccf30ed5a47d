"""The week record as tidy columns in real persons: what was counted by week, and the stocks that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import LINES, N_PERSON_LINES
from sim.kernels.weekly import Weekly
from sim.world import World

OUTSIDE = "outside"
"""Group of the people of a cohort who live outside the area: they register where they live."""
_COUNTS = (
    ("new_job_searches", Weekly.SEARCHES),
    ("first_interviews_booked", Weekly.BOOKED),
    ("first_interviews_held", Weekly.HELD),
    ("first_interviews_held_late", Weekly.HELD_LATE),
    ("first_interviews_left", Weekly.LEFT),
    ("first_interviews_due", Weekly.DUE),
    ("first_interviews_due_held", Weekly.DUE_HELD),
    ("first_interviews_due_left", Weekly.DUE_LEFT),
    ("first_interview_wait_days_sum", Weekly.WAIT_DAYS),
    ("first_interview_late_days_sum", Weekly.LATE_DAYS),
    ("talks_held", Weekly.TALKS),
    ("talks_late", Weekly.TALKS_LATE),
)
_STAFF = (
    ("staff_fte", Weekly.STAFF_DAYS),
    ("staff_called_up_fte", Weekly.CALLED_UP_DAYS),
    ("staff_neighbours_fte", Weekly.NEIGHBOUR_DAYS),
    ("staff_state_fte", Weekly.STATE_DAYS),
    ("staff_redeployed_fte", Weekly.REDEPLOYED_DAYS),
)
_MINUTES = (("minutes_offered", Weekly.MINUTES_OFFERED), ("minutes_used", Weekly.MINUTES_USED))


def columns(world: World, cohorts: Sequence[str], places: Sequence[str], start_date: date) -> dict[str, Any]:
    """The whole weeks of a run.

    Parameters
    ----------
    world
        At the end of a day.
    cohorts, places
        Names of the cohorts and codes of the municipalities, in the world's order.
    start_date
        Date of day 0.

    Returns
    -------
    dict
        Columns ``week`` (its Monday; the first one may lie before the start), ``indicator``, ``group_kind`` (``line``:
        people of no cohort, but for minutes and staff, which serve everybody; ``cohort``; ``cohort_place``),
        ``group`` and ``value``.
    """
    weeks = _whole_weeks(world, start_date)
    record = np.array(world.arrays.weekly[:, :, :weeks])
    weight = 1.0 / float(world.control.scale)
    monday = np.datetime64(start_date - timedelta(days=start_date.weekday()))
    days = monday + 7 * np.arange(weeks).astype("timedelta64[D]")
    groups = [*(("line", line) for line in LINES[:N_PERSON_LINES]), *(("cohort", cohort) for cohort in cohorts)]
    of_people = np.r_[0:N_PERSON_LINES, len(LINES) : record.shape[1]]
    blocks: list[tuple[str, str, str, NDArray[np.float64]]] = []
    people = [(name, record[row][of_people] * weight) for name, row in _COUNTS]
    people += [(name, rows[of_people] * weight) for name, rows in _stocks(record)]
    for name, rows in people:
        blocks += [(name, kind, group, row) for (kind, group), row in zip(groups, rows, strict=True)]
    for name, of in _MINUTES:
        blocks += [(name, "line", LINES[line], record[of, line] * weight) for line in range(N_PERSON_LINES)]
    worked = np.maximum(_working_days(world, weeks), 1)
    blocks += [(name, "line", line, record[of, k] / worked) for name, of in _STAFF for k, line in enumerate(LINES)]
    blocks += _by_home(world, cohorts, places, weeks, weight)
    n = len(blocks)
    return {
        "week": np.tile(days, n),
        "indicator": np.repeat(np.array([block[0] for block in blocks], object), weeks),
        "group_kind": np.repeat(np.array([block[1] for block in blocks], object), weeks),
        "group": np.repeat(np.array([block[2] for block in blocks], object), weeks),
        "value": np.concatenate([block[3] for block in blocks]) if n else np.zeros(0),
    }


def _stocks(record: NDArray[np.float64]) -> list[tuple[str, NDArray[np.float64]]]:
    """Who waits for a first interview at the end of a week, and who has waited beyond the last day in time."""
    waiting = np.cumsum(record[Weekly.BOOKED] - record[Weekly.HELD] - record[Weekly.LEFT], axis=1)
    too_late = record[Weekly.DUE] - record[Weekly.DUE_HELD] - record[Weekly.DUE_LEFT]
    late = np.cumsum(too_late - record[Weekly.HELD_LATE] - record[Weekly.LEFT_LATE], axis=1)
    return [("first_interviews_waiting", waiting), ("first_interviews_waiting_late", late)]


def _by_home(
    world: World, cohorts: Sequence[str], places: Sequence[str], weeks: int, weight: float
) -> list[tuple[str, str, str, NDArray[np.float64]]]:
    """Searches begun by people of a cohort by where they live."""
    blocks = []
    n = len(places)
    for number, cohort in enumerate(cohorts[: len(world.arrays.weekly_homes)]):
        homes = np.array(world.arrays.weekly_homes[number, :, :weeks]) * weight
        rows = [*zip(places, homes[:n], strict=True), (OUTSIDE, homes[n:].sum(axis=0))]
        blocks += [("new_job_searches", "cohort_place", f"{cohort}@{place}", row) for place, row in rows]
    return blocks


def _whole_weeks(world: World, start_date: date) -> int:
    """Weeks that are over, the one of day 0 among them even if it began before."""
    return (world.today + start_date.weekday()) // 7


def _working_days(world: World, weeks: int) -> NDArray[np.int64]:
    """Working days simulated in each week."""
    days = world.arrays.days[: world.today]
    week = np.asarray(days.week, np.int64) - int(days.week[0]) if len(days) else np.zeros(0, np.int64)
    return np.bincount(week, np.asarray(days.is_working, np.float64), minlength=weeks)[:weeks].astype(np.int64)
