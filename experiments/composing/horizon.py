"""First and last day of a run, and dates that count from the start."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.clock import horizon_days, month_ends, parse_date
from sim.errors import InputError, near_miss

MONTHS = (3, 12, 24, 36, 60)
"""Months after the start at which results are told, as far as the horizon goes."""


def years_shifted(day: date, years: int) -> date:
    """The same calendar day of another year; 29 February becomes the 28th where there is none."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))


@dataclass(frozen=True)
class Horizon:
    """From the first simulated day to the last.

    Attributes
    ----------
    start
        First simulated day.
    years
        Length, whole years.
    shift_years
        By how many years absolute dates move: a comparison under another market starts in another
        year, and its events with it.
    """

    start: date
    years: int
    shift_years: int = 0

    @property
    def days(self) -> int:
        """Number of simulated days."""
        return horizon_days(self.start, self.years)

    @property
    def last(self) -> date:
        """Last simulated day."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def months(self) -> tuple[int, ...]:
        """Months after the start at which results are told."""
        return tuple(month for month in MONTHS if month <= 12 * self.years)

    def month_end(self, months: int) -> date:
        """Last month-end within the first `months` months: the day whose stocks are told for them."""
        return month_ends(self.start, horizon_days(self.start, months / 12))[-1]

    def resolve(self, value: object, where: str) -> date:
        """Resolve a date of a shock, policy or cohort.

        Parameters
        ----------
        value
            ``YYYY-MM-DD``, or ``{months_after_start: 2, day: 17}``: the 17th of the second month after
            that of the start. The day defaults to the start's; 31 is the last day of a shorter month.
        where
            Key to name in an error.

        Returns
        -------
        date
            Absolute dates are moved by `shift_years`; relative ones move with the start.

        Raises
        ------
        InputError
            If it can not be read.
        """
        if not isinstance(value, Mapping):
            return years_shifted(parse_date(value, where), self.shift_years)
        return self._relative(value, where)

    def inside(self, value: object, where: str) -> date:
        """Resolve a date that must be a simulated day.

        Raises
        ------
        InputError
            If it can not be read or is outside the horizon.
        """
        day = self.resolve(value, where)
        if not self.start <= day <= self.last:
            raise InputError(f"{where}: {day} is outside the horizon, {self.start} to {self.last}")
        return day

    def _relative(self, value: Mapping[Any, Any], where: str) -> date:
        known = ("months_after_start", "day")
        for key in value:
            if key not in known:
                miss = near_miss(str(key), known)
                raise InputError(f"{where}: unknown key {key!r}, expected months_after_start and day{miss}")
        months, day = value.get("months_after_start"), value.get("day", self.start.day)
        if type(months) is not int or months < 0:
            raise InputError(f"{where}.months_after_start: expected a whole number from 0, got {months!r}")
        if type(day) is not int or not 1 <= day <= 31:
            raise InputError(f"{where}.day: expected a day of the month, 1 to 31, got {day!r}")
        year, month = divmod(self.start.year * 12 + self.start.month - 1 + months, 12)
        return date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))
