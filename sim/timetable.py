"""Dated changes composed, before the run, over a baseline that never changes.

`compose` checks the changes of an arm together and turns them into a `Timetable`: the value of every
changed parameter on every day, and the writes that take a record from one day to the next.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from sim.changes import RULES, Change, check_change
from sim.clock import date_of, day_of, month_index
from sim.errors import InputError
from sim.parameters import Parameter, ParameterSet, Value, cells_of, show_value, write


@dataclass(frozen=True, eq=False)
class Timetable:
    """Everything that dated changes will write, known and checked before the first day.

    Attributes
    ----------
    parameter_set
        The baseline.
    start_date, days
        First day and length of the run.
    writes
        ``(day, parameter, cell index or None, value)``, sorted by day, then name, then cell. Only values
        that differ from the day before: a change to the present value writes nothing.
    series
        For each changed parameter its values by day, shape (days, cells), read-only.
    """

    parameter_set: ParameterSet
    start_date: date
    days: int
    writes: tuple[tuple[int, str, int | None, float], ...]
    series: Mapping[str, npt.NDArray[np.float64]]

    @functools.cached_property
    def by_day(self) -> dict[int, tuple[tuple[str, int | None, float], ...]]:
        """The writes of each day that has some, days rising."""
        grouped: dict[int, list[tuple[str, int | None, float]]] = {}
        for day, name, cell, value in self.writes:
            grouped.setdefault(day, []).append((name, cell, value))
        return {day: tuple(writes) for day, writes in grouped.items()}

    def apply(self, record: np.recarray, day: int) -> tuple[str, ...]:
        """Write what is due on a day into a record, shape (1,); return the names of changed parameters."""
        due = self.by_day.get(day, ())
        for name, cell, value in due:
            write(record, name, cell, value)
        return tuple(dict.fromkeys(name for name, _, _ in due))

    def record(self, day: int) -> np.recarray:
        """Return a fresh record with the values of a day, writes of that day included: to resume there."""
        record = self.parameter_set.record()
        for name, values in self.series.items():
            mechanism, _, field = name.partition(".")
            row = values[self._checked(day)]
            record[mechanism][field][0] = row if self.parameter_set[name].over is not None else row[0]
        return record

    def value(self, name: str, day: int) -> Value:
        """Return the value of a parameter or a cell on a day."""
        parameter, cell = self.parameter_set.locate(name)
        series = self.series.get(parameter.name)
        row = (
            cells_of(parameter.value, parameter.n_cells)
            if series is None
            else tuple(float(v) for v in series[self._checked(day)])
        )
        if cell is not None:
            return row[cell]
        return row if parameter.over is not None else row[0]

    def monthly(self, name: str) -> dict[str, Value]:
        """Return the value on the last simulated day of each month, ``{"2026-01": value, ...}``."""
        months = month_index(self.start_date, self.days)
        lasts = np.flatnonzero(np.append(months[1:] != months[:-1], True))
        return {f"{date_of(day, self.start_date):%Y-%m}": self.value(name, day) for day in lasts.tolist()}

    def _checked(self, day: int) -> int:
        if not 0 <= day < self.days:
            raise IndexError(f"day {day} is not in a run of {self.days} days")
        return day


def compose(parameter_set: ParameterSet, changes: Iterable[Change], start_date: date, days: int) -> Timetable:
    """Compose dated changes over the baseline.

    The value of a cell on a day is its baseline value with all changes applied that are active on that
    day, rules of the world first, then in the order (start, order, owner):

    - ``set`` replaces the value composed so far, ``scale`` multiplies it, ``add`` adds to it;
    - ``ramp`` moves it in equal daily steps to the amount. The first step is on `start`; the amount is
      reached on the last of `ramp_days` days (by default on `end`) and kept while the change is active.
      A ramp therefore needs `ramp_days` or `end`, and one that should last has `ramp_days` and no `end`.
      It starts from what earlier changes make of the value on the same day.

    A change acts from `start` to `end`, both inclusive, then it is gone: the value is composed anew from
    the baseline, so nothing of it remains. A change that started before the run acts from day 0 on, as if
    the run had been under way (a ramp is as far as it would be). Nothing depends on the order of `changes`.

    Parameters
    ----------
    parameter_set
        The baseline; it is not changed.
    changes
        Of all policies of an arm.
    start_date
        First day of the run, day 0.
    days
        Length of the run, days.

    Raises
    ------
    InputError
        Unknown parameter or cell; another unit than declared; start after the last day or end before the
        first; two changes of a cell that start on the same day without different orders (a parameter and
        one of its cells count); a value outside the declared range on any day.
    """
    ordered = sorted(changes, key=lambda c: (c.owner != RULES, c.start, c.order or 0, c.owner, c.parameter))
    by_parameter: dict[str, list[tuple[Change, slice]]] = {}
    for change in ordered:
        check_change(change, change.owner)
        parameter, cell = parameter_set.locate(change.parameter, change.owner)
        if change.unit is not None and change.unit != parameter.unit:
            raise InputError(f"{change.owner}: expected {parameter.name} in '{parameter.unit}', "
                             f"got {change.unit!r}")  # fmt: skip
        last = date_of(days - 1, start_date)
        if change.start > last:
            raise InputError(f"{change.owner}: change of {change.parameter} starts on {change.start}, "
                             f"after the last day of the run, {last}")  # fmt: skip
        if change.end is not None and change.end < start_date:
            raise InputError(f"{change.owner}: change of {change.parameter} ends on {change.end}, "
                             f"before the first day of the run, {start_date}")  # fmt: skip
        cells = slice(None) if cell is None else slice(cell, cell + 1)
        earlier = by_parameter.setdefault(parameter.name, [])
        for other, other_cells in earlier:
            _check_clash(other, other_cells, change, cells)
        earlier.append((change, cells))

    series: dict[str, npt.NDArray[np.float64]] = {}
    writes: list[tuple[int, str, int | None, float]] = []
    for name in sorted(by_parameter):
        parameter = parameter_set[name]
        baseline = np.array(cells_of(parameter.value, parameter.n_cells))
        values = np.tile(baseline, (days, 1))
        with np.errstate(over="ignore", invalid="ignore"):  # the range check tells it better
            for change, cells in by_parameter[name]:
                _act(values, change, cells, start_date, days)
        values += 0.0  # no -0.0 here either
        _check_series(parameter, values, by_parameter[name], start_date)
        values.flags.writeable = False
        series[name] = values
        before = np.vstack([baseline, values[:-1]])
        for day, cell in np.argwhere(values != before):
            index = None if parameter.over is None else int(cell)
            writes.append((int(day), name, index, float(values[day, cell])))
    writes.sort(key=lambda w: (w[0], w[1], -1 if w[2] is None else w[2]))
    return Timetable(parameter_set, start_date, days, tuple(writes), series)


def _act(values: npt.NDArray[np.float64], change: Change, cells: slice, start_date: date, days: int) -> None:
    """Apply a change to the days on which it acts; `values` has shape (days, cells)."""
    start = day_of(change.start, start_date)
    first = max(start, 0)
    stop = days if change.end is None else min(day_of(change.end, start_date) + 1, days)
    part = values[first:stop, cells]
    if change.operation == "set":
        part[...] = change.amount
    elif change.operation == "scale":
        part *= change.amount
    elif change.operation == "add":
        part += change.amount
    else:
        taken = np.arange(first, stop) - start + 1  # steps taken, counted from the true start
        share = (taken / _ramp_days(change))[:, np.newaxis]
        # At the end exactly the amount: part + (amount - part) may differ in the last bit.
        part[...] = np.where(share < 1.0, part + (change.amount - part) * share, change.amount)


def _ramp_days(change: Change) -> int:
    if change.ramp_days is not None:
        return change.ramp_days
    assert change.end is not None  # checked by check_change
    return (change.end - change.start).days + 1


def _check_clash(one: Change, cells_one: slice, two: Change, cells_two: slice) -> None:
    if one.start != two.start or (one.owner == RULES) != (two.owner == RULES):
        return
    if cells_one != slice(None) and cells_two != slice(None) and cells_one != cells_two:
        return
    names = " and ".join(dict.fromkeys([one.parameter, two.parameter]))
    owners = f"{one.owner} and {two.owner}" if one.owner != two.owner else f"{one.owner} twice"
    both = f"{owners}: two changes of {names} start on {one.start}"
    if one.order is None or two.order is None:
        raise InputError(f"{both}; give each an 'order' or another start")
    if one.order == two.order:
        raise InputError(f"{both} with the same order {one.order}; give different orders")


def _check_series(
    parameter: Parameter,
    values: npt.NDArray[np.float64],
    changes: Sequence[tuple[Change, slice]],
    start_date: date,
) -> None:
    low = np.array(cells_of(parameter.low, parameter.n_cells))
    high = np.array(cells_of(parameter.high, parameter.n_cells))
    outside = ~((values >= low) & (values <= high))
    if not outside.any():
        return
    day, cell = (int(i) for i in np.argwhere(outside)[0])
    moment = date_of(day, start_date)
    owners = [
        change.owner
        for change, cells in changes
        if change.start <= moment
        and (change.end is None or moment <= change.end)
        and cell in range(parameter.n_cells)[cells]
    ]
    raise InputError(
        f"{' and '.join(dict.fromkeys(owners))}: {parameter.cell_name(cell)} is "
        f"{show_value(values[day, cell])} on {moment}, outside its range "
        f"{show_value(low[cell])} to {show_value(high[cell])} {parameter.unit}"
    )
