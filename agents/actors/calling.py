"""Staff that is called when first interviews slip: help of neighbours and of the state, a reserve, posts for a time.

Once a week, on Monday, the authority looks at the weeks that are over (`sim.kernels.weekly`). When what a call
watches has passed its threshold, the staff begins some days later, once, until the call's last day.

What was decided when follows from the week record, which is in the world, so that nothing of it has to be kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import cast

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.staff_call import LATE_SHARE, StaffCall
from agents.surroundings import Surroundings
from sim.clock import date_of, day_of
from sim.kernels.weekly import Weekly
from sim.parameters import write

LOOK_BACK = 4
"""Weeks that are looked at together: single weeks have few interviews, and holidays."""
WEEK_DAYS = 7


class StaffCalls(mesa.Agent):
    """The calls of an arm.

    Attributes
    ----------
    calls
        What is watched and who comes.
    follow
        Told the names of parameters that have changed.
    """

    def __init__(
        self, model: mesa.Model, calls: tuple[StaffCall, ...], follow: Callable[[Collection[str]], object]
    ) -> None:
        super().__init__(model)
        self.area = cast(Surroundings, model)
        self.calls = calls
        self.follow = follow

    def register(self) -> None:
        """Put on the clock what has been decided, and a look on each Monday for what has not."""
        for number, call in enumerate(self.calls):
            asked = self._asked(call, self.area.clock.day - 1)  # today's Monday, if it is one, is looked at today
            if asked is not None:
                self._decide(number, call, asked)
                continue
            for monday in self._mondays(call):
                if monday >= self.area.clock.day:
                    self.area.clock.at(monday, f"5 call {number:02d}", partial(self._look, number, call, monday))

    def rewrite(self, names: Iterable[str]) -> None:
        """Add the staff at work to what dated changes have just written."""
        for name in set(names) & {call.staff for call in self.calls}:
            self._write(name)

    def _look(self, number: int, call: StaffCall, monday: int) -> None:
        if self._asked(call, monday) == monday:
            self._decide(number, call, monday)

    def _decide(self, number: int, call: StaffCall, asked: int) -> None:
        """Let staff that was called on a day begin and leave, as far as that is still to come."""
        start, days = self.area.specification.start_date, self.area.specification.days
        begins = asked + call.lag_days
        if begins >= days or (call.last is not None and date_of(begins, start) > call.last):
            return  # it would come too late: nobody is sent
        told = {"call": call.name, "parameter": call.parameter, "fte": call.fte,
                "asked": str(date_of(asked, start)), "begins": str(date_of(begins, start))}  # fmt: skip
        self.area.built.setdefault("calls", []).append(told)
        change = partial(self._change, call.staff)
        self.area.clock.at(begins, f"5 call {number:02d} begins", change)
        if call.last is not None and day_of(call.last, start) + 1 < days:
            self.area.clock.at(day_of(call.last, start) + 1, f"5 call {number:02d} ends", change)

    def _change(self, name: str) -> None:
        self._write(name)
        self.follow((name,))

    def _write(self, name: str) -> None:
        """Write a parameter's value of today: that of the timetable and the staff that is called."""
        today = self.area.clock.day
        labels = self.area.timetable.parameter_set[name].labels
        values = np.array(self.area.timetable.value(name, today), np.float64)
        for call in self.calls:
            if call.staff == name and self._works(call, today):
                values[labels.index(call.line)] += call.fte
        for cell, value in enumerate(values.tolist()):
            write(self.area.world.arrays.parameters, name, cell, value)

    def _works(self, call: StaffCall, today: int) -> bool:
        """Whether staff that was called is at work today."""
        asked, start = self._asked(call, today), self.area.specification.start_date
        if asked is None or today < asked + call.lag_days:
            return False
        return call.last is None or today <= day_of(call.last, start)

    def _asked(self, call: StaffCall, until: int) -> int | None:
        """The first Monday up to a day on which a call's threshold had been passed, None if there was none."""
        record = self.area.world.arrays.weekly
        values = watched(record, call.when)
        weeks = self.area.world.arrays.days.week
        for monday in self._mondays(call):
            if monday > until:
                return None
            week = int(weeks[monday] - weeks[0])
            if week >= LOOK_BACK and values[week - 1] > call.above:
                return monday
        return None

    def _mondays(self, call: StaffCall) -> range:
        """Days on which a call's threshold is looked at."""
        specification = self.area.specification
        first = max(0, day_of(call.first, specification.start_date))
        first += -date_of(first, specification.start_date).weekday() % WEEK_DAYS
        last = specification.days
        if call.last is not None:
            last = min(last, day_of(call.last, specification.start_date) + 1)
        return range(first, last, WEEK_DAYS)


def watched(record: NDArray[np.float64], when: str) -> NDArray[np.float64]:
    """What is watched, as it stands at the end of each week, shape (weeks,).

    Parameters
    ----------
    record
        `sim.tables.Arrays.weekly`, shape (WEEKLY, groups, weeks).
    when
        ``first_interviews_late_share``: of the first interviews due in the last `LOOK_BACK` weeks and still needed
        then, the share that was not held in time. ``waiting_weeks``: people who wait for a first interview over those
        held in a week, mean of the last `LOOK_BACK`.

    Returns
    -------
    ndarray
        0 where nothing was due or nobody waits; the first `LOOK_BACK` weeks look at fewer.
    """
    counts = record.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        if when == LATE_SHARE:
            due = _recent(counts[Weekly.DUE] - counts[Weekly.DUE_LEFT])
            return np.where(due > 0.0, 1.0 - _recent(counts[Weekly.DUE_HELD]) / due, 0.0)
        waiting = np.cumsum(counts[Weekly.BOOKED] - counts[Weekly.HELD] - counts[Weekly.LEFT])
        return np.where(waiting > 0.0, waiting / (_recent(counts[Weekly.HELD]) / LOOK_BACK), 0.0)


def _recent(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over each week and those before it, `LOOK_BACK` in all."""
    total = np.cumsum(counts)
    before = np.concatenate([np.zeros(min(LOOK_BACK, len(total))), total[:-LOOK_BACK]])
    return np.asarray(total - before)
