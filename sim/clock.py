"""Dates and the master clock.

A day is a number: day 0 is the first simulated day, a run of `days` days ends after day ``days - 1``.
Dates meet people (configuration, results); day numbers meet kernels.

The clock is a SimPy environment whose unit of time is a day. It keeps nothing that cannot be rebuilt
from World, configuration and date: to resume on day k, make ``Clock(start_date, start_day=k)`` and
register the same things again; what is past is skipped.
"""

from __future__ import annotations

import calendar
import functools
import math
import re
from collections.abc import Callable, Generator, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import holidays
import numpy as np
import numpy.typing as npt
import simpy

from sim.errors import InputError

Action = Callable[[], object]
"""What is done on a day: a function without arguments."""

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


# --- dates -------------------------------------------------------------------------------------------------


def parse_date(text: object, where: str) -> date:
    """Read a date as users write it, YYYY-MM-DD.

    Parameters
    ----------
    text
        What came: text, or a date (a YAML reader may have made one already).
    where
        File and key, for the error.

    Raises
    ------
    InputError
        If it is no date of the calendar.
    """
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if not isinstance(text, str):
        raise InputError(f"{where}: expected a date as YYYY-MM-DD, got {text!r}")
    match = _ISO_DATE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{where}: expected a date as YYYY-MM-DD, got {text!r}")
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= 12 and year >= 1:
            reason = f"{calendar.month_name[month]} {year} has {calendar.monthrange(year, month)[1]} days"
        else:
            reason = "months are 01 to 12"
        raise InputError(f"{where}: there is no date '{text}': {reason}") from None


def day_of(moment: date, start_date: date) -> int:
    """Return the day number of a date (negative before the first day)."""
    return (moment - start_date).days


def date_of(day: int, start_date: date) -> date:
    """Return the date of a day number."""
    return start_date + timedelta(days=int(day))


def dates(start_date: date, days: int) -> npt.NDArray[np.datetime64]:
    """Return the dates of the run, shape (days,), datetime64[D]."""
    return np.datetime64(start_date, "D") + np.arange(days)


def horizon_days(start_date: date, years: float) -> int:
    """Return the length of a run in days.

    The run ends on the day before the same date `years` later. If there is no such date (from
    29 February, or from the 31st by months) that date is the first of the following month: a year
    from 2028-02-29 ends on 2029-02-28.

    Parameters
    ----------
    start_date
        First simulated day.
    years
        Length, years. Whole years and months follow the calendar; other lengths are years of 365.25 days.

    Raises
    ------
    InputError
        If the length is not positive or the run would leave the calendar.
    """
    if not (math.isfinite(years) and years > 0):
        raise InputError(f"horizon_years: expected a number above 0, got {years!r}")
    months = round(years * 12)
    if months == 0 or abs(years * 12 - months) > 1e-6:
        return max(1, round(years * 365.25))
    year, month = divmod(start_date.year * 12 + start_date.month - 1 + months, 12)
    if year >= date.max.year:
        raise InputError(f"horizon_years: {years:g} years from {start_date} go beyond the calendar")
    if start_date.day > calendar.monthrange(year, month + 1)[1]:
        end = date(year, month + 1, calendar.monthrange(year, month + 1)[1]) + timedelta(days=1)
    else:
        end = date(year, month + 1, start_date.day)
    return (end - start_date).days


def month_index(start_date: date, days: int) -> npt.NDArray[np.int64]:
    """Return the running month of each day, shape (days,): 0 in the month of the first day."""
    months = dates(start_date, days).astype("datetime64[M]").astype(np.int64)
    return months - np.datetime64(start_date, "M").astype(np.int64)


def month_of_year(start_date: date, days: int) -> npt.NDArray[np.int64]:
    """Return the calendar month of each day, shape (days,): 0 in January, 11 in December.

    It is the index of a table over the dimension ``month``.
    """
    return dates(start_date, days).astype("datetime64[M]").astype(np.int64) % 12


def is_month_end(start_date: date, days: int) -> npt.NDArray[np.bool_]:
    """Tell for each day, shape (days,), whether it is the last of its month."""
    months = month_index(start_date, days + 1)
    return months[1:] != months[:-1]


def month_ends(start_date: date, days: int) -> list[date]:
    """Return the last days of months within the run, rising; the last simulated day may be one of them."""
    return [date_of(day, start_date) for day in np.flatnonzero(is_month_end(start_date, days)).tolist()]


def iso_week(moment: date) -> str:
    """Return the ISO 8601 week, such as '2026-W53'; its year is the week's, not the calendar's."""
    year, week, _ = moment.isocalendar()
    return f"{year:04d}-W{week:02d}"


def iso_weeks(first: date, last: date) -> list[str]:
    """Return the ISO weeks that the days from `first` to `last` (inclusive) belong to, each once, rising."""
    monday = first - timedelta(days=first.weekday())
    return [iso_week(monday + timedelta(days=d)) for d in range(0, (last - monday).days + 1, 7)]


@functools.cache
def closed_days(year: int) -> frozenset[date]:
    """Return the days of a year, beside weekends, on which services are closed.

    Finnish public holidays, and Midsummer Eve and Christmas Eve: by the holiday act they are no public
    holidays, but by collective agreements hardly anybody works then.
    """
    public = holidays.country_holidays("FI", years=year)
    midsummer_eve = next(d for d in (date(year, 6, n) for n in range(19, 26)) if d.weekday() == 4)
    return frozenset({*public, midsummer_eve, date(year, 12, 24)})


def working_days(start_date: date, days: int) -> npt.NDArray[np.bool_]:
    """Tell for each day, shape (days,), whether services are open: no weekend and no closed day."""
    last = date_of(days - 1, start_date)
    closed = [d for year in range(start_date.year, last.year + 1) for d in closed_days(year)]
    return np.is_busday(dates(start_date, days), holidays=np.array(closed, dtype="datetime64[D]"))


# --- clock -------------------------------------------------------------------------------------------------


class Clock:
    """The master clock: what is dated happens between stretches of simulated days.

    Everything due on day t runs before day t is simulated. First SimPy processes that wait on
    SimPy's own events (timeouts, resources), in SimPy's order; then actions and processes registered
    by name, sorted by name, whatever the order in which they were registered.

    Parameters
    ----------
    start_date
        Date of day 0.
    start_day
        Day to begin with. Above 0 when a run is resumed: what is due earlier is dropped, what is due
        on `start_day` runs.

    Attributes
    ----------
    environment : simpy.Environment
        For processes of the caller's own; its ``now`` is the day.
    """

    def __init__(self, start_date: date, start_day: int = 0) -> None:
        self.start_date = start_date
        self.start_day = int(start_day)
        self.environment = simpy.Environment(initial_time=self.start_day)
        self._due: dict[int, dict[str, Action]] = {}
        self._earliest = self.start_day  # nothing can be registered for days before this one

    @property
    def day(self) -> int:
        """The day that comes next, or whose stretch is being simulated."""
        return int(self.environment.now)

    @property
    def date(self) -> date:
        """The date of `day`."""
        return date_of(self.day, self.start_date)

    def at(self, day: int, name: str, action: Action) -> bool:
        """Register an action for a day.

        Parameters
        ----------
        day
            Day number. Actions before the clock's `start_day` are dropped: the state resumed from
            has them already.
        name
            Orders the actions of a day; unique on that day, or their order would depend on who came first.
        action
            Called without arguments before the day is simulated.

        Returns
        -------
        bool
            False if it was dropped.

        Raises
        ------
        ValueError
            If the day has been simulated already, or the name is taken on that day.
        """
        day = int(day)
        if day < self.start_day:
            return False
        if day < self._earliest:
            raise ValueError(f"'{name}' is due on day {day}, already simulated to {self._earliest - 1}")
        actions = self._due.get(day)
        if actions is None:
            actions = self._due[day] = {}
            self.environment.timeout(day - self.environment.now)  # makes SimPy stop on that day
        if name in actions:
            raise ValueError(f"two actions named '{name}' on day {day}: their order would be chance")
        actions[name] = action
        return True

    def each(self, days: Iterable[int], name: str, action: Callable[[int], object]) -> None:
        """Register an action for several days; it is called with the day."""
        for day in days:
            self.at(day, name, functools.partial(action, int(day)))

    def wait(self, day: int, name: str) -> simpy.Event:
        """Return an event for a process to wait for: the day, in the order of names.

        Its value is True on the day, and False (at once) if the day is before the clock's `start_day`.
        A process that is rebuilt on resuming so runs through its past without repeating it::

            def exits(clock):
                for day, persons in timeline:
                    if (yield clock.wait(day, "closure.exits")):
                        write_orders(persons)
        """
        event = self.environment.event()
        if not self.at(day, name, lambda: event.succeed(True)):
            event.succeed(False)
        return event

    def process(
        self, generator_function: Callable[..., Generator[simpy.Event, Any, Any]], *arguments: object
    ) -> simpy.Process:
        """Start a SimPy process; the function is called with the clock and `arguments`."""
        return self.environment.process(generator_function(self, *arguments))

    def run(self, until: int, advance: Callable[[int, int], object]) -> None:
        """Run to the beginning of day `until`: dated actions, and stretches of days between them.

        Parameters
        ----------
        until
            First day that is *not* simulated; what is due on it does not run yet. Running to 10 and
            then to 20 does what running to 20 does, with the stretch cut at 10.
        advance
            ``advance(t0, t1)`` simulates the days t0 … t1 - 1.

        Raises
        ------
        ValueError
            If a SimPy process waits for a part of a day.
        """
        environment = self.environment
        while self.day < until:
            today = self.day
            self._settle(today)
            due = environment.peek()
            if due != math.inf and due != int(due):
                raise ValueError(f"a SimPy process waits until day {due}; only whole days are simulated")
            following = until if due >= until else int(due)
            self._earliest = following
            advance(today, following)
            environment.run(until=following)  # SimPy stops before what is due then

    def _settle(self, today: int) -> None:
        """Do everything that is due today, also what it causes today."""
        environment = self.environment
        while True:
            while environment.peek() <= today:
                environment.step()
            actions = self._due.get(today)
            if not actions:
                self._due.pop(today, None)
                return
            actions.pop(min(actions))()
