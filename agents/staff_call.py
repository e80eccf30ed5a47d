"""Staff that a policy calls when first interviews slip: who, on what, after how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.errors import InputError
from sim.parameters import show_value
from sim.timetable import Timetable

LATE_SHARE, WAITING_WEEKS = "first_interviews_late_share", "waiting_weeks"
WATCHED = (LATE_SHARE, WAITING_WEEKS)
"""What a call can watch."""
CALLABLE = (
    "services.staff_fte", "staff.called_up_fte", "staff.lent_by_neighbours_fte", "staff.lent_by_state_fte",
)  # fmt: skip
"""Parameters of staff by line that a call can add to."""

@dataclass(frozen=True)
class StaffCall:
    """Staff that a policy calls when first interviews slip (`agents.actors.calling`).

    Attributes
    ----------
    name
        Name of the policy (its YAML file).
    parameter
        Staff of a line that it adds to: posts, which are recruited for, a reserve, or staff lent by others.
    fte
        How much, FTE.
    when, above
        What is watched, and the value that it has to pass.
    lag_days
        Days from the Monday on which it has passed to the first day of the staff.
    first
        Day from which it is watched.
    last
        Last day of the staff; None for good.
    """

    name: str
    parameter: str
    fte: float
    when: str
    above: float
    lag_days: int
    first: date
    last: date | None = None

    @property
    def staff(self) -> str:
        """Name of the parameter without the line."""
        return self.parameter.rpartition(".")[0]

    @property
    def line(self) -> str:
        """Line that the staff works in."""
        return self.parameter.rpartition(".")[2]


def check_calls(calls: Iterable[StaffCall], timetable: Timetable) -> None:
    """Refuse calls that could take staff out of its declared range.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    more: dict[str, float] = {}
    for call in calls:
        name = call.staff
        parameter = timetable.parameter_set[name]
        cell = parameter.labels.index(call.line)
        high = parameter.high[cell] if isinstance(parameter.high, tuple) else parameter.high
        series = timetable.series.get(name)
        most = timetable.value(call.parameter, 0) if series is None else series[:, cell].max()
        more[call.parameter] = more.get(call.parameter, 0.0) + call.fte
        reached = float(np.asarray(most)) + more[call.parameter]
        if reached > high:
            raise InputError(f"{call.name}: {call.parameter} may become {show_value(reached)}, "
                             f"outside its range to {show_value(high)}")  # fmt: skip
