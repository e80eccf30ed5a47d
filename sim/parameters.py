"""Every number of the model with unit, range and source; dated changes over a baseline that never changes.

Declarations (plain nested mappings: mechanism, parameter, fields) become a `ParameterSet`. Kernels get
its values as one float64 record, with a sub-record a mechanism. Policies are `Change` objects; `compose`
turns them, before the run, into a `Timetable` of writes.
"""

from __future__ import annotations

import functools
import keyword
import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.clock import date_of, day_of, month_index, parse_date
from sim.dimensions import DIMENSIONS
from sim.errors import InputError, near_miss

SOURCE_KINDS = ("found", "derived", "recalled", "assumption", "fitted")
"""Where a number comes from: published, computed from published ones, remembered, assumed, calibrated."""

OPERATIONS = ("set", "scale", "add", "ramp")

_REQUIRED = ("value", "low", "high", "unit", "source", "source_kind")
_DECLARATION_KEYS = (*_REQUIRED, "meaning", "over")
_CHANGE_KEYS = ("parameter", *OPERATIONS, "start", "end", "order", "ramp_days", "unit", "source")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Value = float | tuple[float, ...]
"""A number, or one for each label of a dimension, in the order of its labels."""


# --- parameters --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """A declared number, or a table of numbers over a dimension.

    Attributes
    ----------
    name
        ``mechanism.parameter``.
    value
        In `unit`; a tuple in the order of `labels` if the parameter is declared over a dimension.
    low, high
        Declared range, inclusive; of the same form as `value`. Candidate times of hazards are drawn
        against `high`.
    unit, meaning
        Text for people.
    source, source_kind
        Where the number comes from; `source_kind` is one of `SOURCE_KINDS`.
    over
        Name of a dimension in `sim.dimensions.DIMENSIONS`, or None for a single number.
    """

    name: str
    value: Value
    low: Value
    high: Value
    unit: str
    source: str
    source_kind: str
    meaning: str = ""
    over: str | None = None

    @property
    def mechanism(self) -> str:
        """First part of the name: the sub-record."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """Second part of the name: the field of the sub-record."""
        return self.name.partition(".")[2]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the cells; empty for a single number."""
        return () if self.over is None else DIMENSIONS[self.over]

    @property
    def n_cells(self) -> int:
        """How many numbers it holds."""
        return 1 if self.over is None else len(self.labels)

    def cell_name(self, cell: int | None) -> str:
        """Return the name of a cell, or of the whole parameter for None or a single number."""
        return self.name if cell is None or self.over is None else f"{self.name}.{self.labels[cell]}"


class ParameterSet:
    """The parameters of a run, sorted by name. Immutable; the same parameters make the same record.

    Parameters
    ----------
    parameters
        Checked parameters; `from_declarations` makes them.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._parameters = {p.name: p for p in sorted(parameters, key=lambda p: p.name)}

    @classmethod
    def from_declarations(cls, declarations: Mapping[str, Any], where: str = "parameters") -> ParameterSet:
        """Read and check declarations.

        Parameters
        ----------
        declarations
            ``{mechanism: {parameter: {value, low, high, unit, source, source_kind, [meaning], [over]}}}``.
            With `over`, `value`, `low` and `high` are mappings keyed by all labels of the dimension, or
            a number that holds for all of them.
        where
            File or configuration node, for errors.

        Raises
        ------
        InputError
            If something is missing, unknown, of a wrong type, or outside its range.
        """
        if not isinstance(declarations, Mapping):
            raise InputError(f"{where}: expected a mapping of mechanisms, got {show_value(declarations)}")
        parameters = []
        for mechanism, body in declarations.items():
            place = f"{where}.{mechanism}"
            _check_name(mechanism, place)
            if not isinstance(body, Mapping):
                raise InputError(f"{place}: expected a mechanism's parameters, got {show_value(body)}")
            if {"value", "unit"} <= set(body) and not isinstance(body["unit"], Mapping):
                raise InputError(f"{place}: a parameter stands in a mechanism: {where}.MECHANISM.{mechanism}")
            for field, declaration in body.items():
                _check_name(field, f"{place}.{field}")
                parameters.append(_parameter_from(f"{mechanism}.{field}", declaration, f"{place}.{field}"))
        return cls(parameters)

    def __getitem__(self, name: str) -> Parameter:
        """Return a parameter by its name.

        Raises
        ------
        InputError
            If there is none (no KeyError: names come from users).
        """
        try:
            return self._parameters[name]
        except KeyError:
            raise InputError(f"no parameter {name!r}{self._near(name)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __len__(self) -> int:
        return len(self._parameters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParameterSet) and self._parameters == other._parameters

    def __hash__(self) -> int:
        return hash(tuple(self._parameters.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrays lose their read-only flag in a pickle: build them anew on the other side.
        return ParameterSet, (tuple(self._parameters.values()),)

    def __repr__(self) -> str:
        return f"ParameterSet({len(self)} parameters)"

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        return tuple(self._parameters)

    def locate(self, name: str, where: str = "") -> tuple[Parameter, int | None]:
        """Return the parameter and the cell that a name means; the cell is None for the whole parameter.

        Parameters
        ----------
        name
            ``mechanism.parameter`` or ``mechanism.parameter.label``.
        where
            File and key, for the error.

        Raises
        ------
        InputError
            If there is no such parameter, or no such label in its dimension.
        """
        prefix = f"{where}: " if where else ""
        parameter = self._parameters.get(name)
        if parameter is not None:
            return parameter, None
        whole, _, label = name.rpartition(".")
        parameter = self._parameters.get(whole)
        if parameter is None:
            raise InputError(f"{prefix}no parameter {name!r}{self._near(name)}")
        if parameter.over is None:
            raise InputError(f"{prefix}'{whole}' is a single number and has no cell {label!r}")
        if label not in parameter.labels:
            raise InputError(f"{prefix}'{whole}' has no cell {label!r}{_known(label, parameter.labels)}")
        return parameter, parameter.labels.index(label)

    def value(self, name: str) -> Value:
        """Return the baseline value of a parameter or of a cell."""
        parameter, cell = self.locate(name)
        return parameter.value if cell is None else _cells(parameter.value, parameter.n_cells)[cell]

    def override(self, name: str, value: object, source: str | None = None) -> ParameterSet:
        """Return a set with another value for a parameter or a cell; this one stays as it is.

        Parameters
        ----------
        name
            Parameter or cell.
        value
            A number (for all cells), or for a parameter over a dimension a mapping of some labels.
        source
            Where the new number comes from; the default says that the user set it and what it replaced.

        Raises
        ------
        InputError
            Unknown name, no number, outside the declared range.
        """
        where = f"parameters.{name}"
        parameter, cell = self.locate(name, where)
        cells = list(_cells(parameter.value, parameter.n_cells))
        if isinstance(value, Mapping):
            if parameter.over is None or cell is not None:
                raise InputError(f"{where}: expected one number in {parameter.unit}, got a mapping")
            for label, number in _by_label(value, parameter.over, where).items():
                cells[parameter.labels.index(label)] = _number(number, f"{where}.{label}", parameter.unit)
        elif cell is not None:
            cells[cell] = _number(value, where, parameter.unit)
        else:
            cells = [_number(value, where, parameter.unit)] * parameter.n_cells
        new = cells[0] if parameter.over is None else tuple(cells)
        if new == parameter.value:
            return self
        changed = replace(
            parameter,
            value=new,
            source=source or f"the user's, not {show_value(parameter.value)} ({parameter.source})",
            source_kind="assumption",
        )
        _check_range(changed, where)
        return ParameterSet({**self._parameters, parameter.name: changed}.values())

    def declarations(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return plain nested mappings that `from_declarations` reads back as an equal set."""
        plain: dict[str, dict[str, dict[str, Any]]] = {}
        for p in self._parameters.values():
            entry: dict[str, Any] = {} if p.over is None else {"over": p.over}
            for key in ("value", "low", "high"):
                number = getattr(p, key)
                entry[key] = dict(zip(p.labels, number, strict=True)) if isinstance(number, tuple) else number
            entry |= {"unit": p.unit, "meaning": p.meaning, "source": p.source, "source_kind": p.source_kind}
            plain.setdefault(p.mechanism, {})[p.field] = entry
        return plain

    def identity(self) -> tuple[tuple[str, tuple[float, ...], tuple[float, ...], tuple[float, ...]], ...]:
        """Return what can decide a result: name, values, lows and highs of every parameter.

        Texts are not in it, so that a better source does not make another run. Ranges are: candidate
        times of hazards are drawn against `high`.
        """
        return tuple(
            (p.name, _cells(p.value, p.n_cells), _cells(p.low, p.n_cells), _cells(p.high, p.n_cells))
            for p in self._parameters.values()
        )

    @functools.cached_property
    def dtype(self) -> np.dtype:
        """Type of the record: a sub-record a mechanism, a field a parameter, sorted by name.

        Fields are float64, or (n,) float64 in the order of the labels. Sorted, so that neither the order
        of configuration files nor an override makes kernels compile again.
        """
        mechanisms: dict[str, list[tuple[Any, ...]]] = {}
        for p in self._parameters.values():
            field = (p.field, np.float64) if p.over is None else (p.field, np.float64, (p.n_cells,))
            mechanisms.setdefault(p.mechanism, []).append(field)
        nested = [(name, _record_dtype(mechanisms[name])) for name in mechanisms]
        return _record_dtype(nested)

    @functools.cached_property
    def baseline(self) -> np.recarray:
        """The baseline values, shape (1,), read-only."""
        record = self._filled("value")
        record.flags.writeable = False
        return record

    def record(self) -> np.recarray:
        """Return a fresh, writable copy of the baseline, shape (1,): ``par[0].search.rate_per_month``."""
        return self._filled("value")

    def ceiling(self) -> np.recarray:
        """Return a fresh record of the same type filled with `high`, for candidate times of hazards."""
        return self._filled("high")

    def _filled(self, key: str) -> np.recarray:
        record = np.zeros(1, dtype=self.dtype).view(np.recarray)
        for p in self._parameters.values():
            record[p.mechanism][p.field][0] = getattr(p, key)
        return record

    def _near(self, name: str) -> str:
        mechanisms = sorted({p.mechanism for p in self._parameters.values()})
        said = near_miss(name, self._parameters) or near_miss(name, mechanisms)
        if said:
            return said
        # The mechanism may be forgotten or wrong while the rest is right.
        tail = name.rpartition(".")[2]
        fields = [p.name for p in self._parameters.values() if p.field == tail]
        if fields:
            return f"; did you mean '{fields[0]}'?"
        return f"; mechanisms are {', '.join(mechanisms)}"


def write(record: np.recarray, name: str, cell: int | None, value: float) -> None:
    """Write a value into a record, shape (1,), in place.

    Parameters
    ----------
    record
        From `ParameterSet.record`.
    name
        ``mechanism.parameter``.
    cell
        Index of the cell, or None for a single number.
    value
        In the parameter's unit. Not checked here: `compose` has checked it.
    """
    mechanism, _, field = name.partition(".")
    column = record[mechanism][field]
    if cell is None:
        column[0] = value
    else:
        column[0, cell] = value


# --- changes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A dated change of a parameter.

    Attributes
    ----------
    parameter
        ``mechanism.parameter`` (all cells) or ``mechanism.parameter.label``.
    operation
        One of `OPERATIONS`.
    amount
        The value to set, to multiply by, to add, or to reach.
    start, end
        First and last day on which the change acts, both inclusive; `end` None is for good.
    order
        Decides between changes of the same parameter that start on the same day, lowest first.
    owner
        Who asks for it, such as ``policies.more_staff``.
    source
        Where the amount comes from.
    ramp_days
        Only with ``ramp``: days until `amount` is reached.
    unit
        Unit of the parameter, if the author states it; compared with the declaration.
    """

    parameter: str
    operation: str
    amount: float
    start: date
    end: date | None = None
    order: int | None = None
    owner: str = ""
    source: str = ""
    ramp_days: int | None = None
    unit: str | None = None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], owner: str, where: str | None = None) -> Change:
        """Read an item of a policy's ``changes``.

        Parameters
        ----------
        mapping
            ``{parameter: NAME, set|scale|add|ramp: number, start: date, [end], [order], [ramp_days],
            [unit], source: text}``.
        owner
            ``policies.<name>``.
        where
            File and item, for errors; the owner if not given.

        Raises
        ------
        InputError
            Unknown or missing keys, no or two operations, no number, no date, dates in the wrong order.
        """
        place = where or owner
        if not isinstance(mapping, Mapping):
            raise InputError(f"{place}: expected a change such as {{parameter: NAME, set: 1, "
                             f"start: 2026-01-01, source: text}}, got {show_value(mapping)}")  # fmt: skip
        _check_keys(mapping, _CHANGE_KEYS, place)
        _require(mapping, ("parameter", "start", "source"), place)
        operations = [key for key in OPERATIONS if key in mapping]
        if len(operations) != 1:
            raise InputError(f"{place}: expected one of {', '.join(OPERATIONS)}, "
                             f"got {' and '.join(operations) or 'none'}")  # fmt: skip
        operation = operations[0]
        change = cls(
            parameter=_text(mapping["parameter"], f"{place}.parameter"),
            operation=operation,
            amount=_number(mapping[operation], f"{place}.{operation}"),
            start=parse_date(mapping["start"], f"{place}.start"),
            end=None if mapping.get("end") is None else parse_date(mapping["end"], f"{place}.end"),
            order=_whole(mapping.get("order"), f"{place}.order"),
            owner=owner,
            source=_text(mapping["source"], f"{place}.source"),
            ramp_days=_whole(mapping.get("ramp_days"), f"{place}.ramp_days"),
            unit=None if mapping.get("unit") is None else _text(mapping["unit"], f"{place}.unit"),
        )
        _check_change(change, place)
        return change

    def __str__(self) -> str:
        """Say it as a user would write it."""
        until = "" if self.end is None else f" to {self.end}"
        over = "" if self.ramp_days is None else f" in {self.ramp_days} days"
        return f"{self.operation} {show_value(self.amount)}{over} from {self.start}{until}"


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
            _cells(parameter.value, parameter.n_cells)
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
    day, in the order (start, order, owner):

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
    ordered = sorted(changes, key=lambda c: (c.start, c.order or 0, c.owner, c.parameter))
    by_parameter: dict[str, list[tuple[Change, slice]]] = {}
    for change in ordered:
        _check_change(change, change.owner)
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
        baseline = np.array(_cells(parameter.value, parameter.n_cells))
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
    assert change.end is not None  # checked by _check_change
    return (change.end - change.start).days + 1


def _check_change(change: Change, place: str) -> None:
    """Check what can be known of a change without parameters and horizon."""
    if change.operation not in OPERATIONS:
        raise InputError(f"{place}: no operation '{change.operation}'{_known(change.operation, OPERATIONS)}")
    if not math.isfinite(change.amount):
        raise InputError(f"{place}: {change.operation} of {change.parameter} expects a finite number, "
                         f"got {change.amount}")  # fmt: skip
    if change.end is not None and change.end < change.start:
        raise InputError(f"{place}: change of {change.parameter} ends on {change.end}, "
                         f"before its start on {change.start}")  # fmt: skip
    if change.operation != "ramp":
        if change.ramp_days is not None:
            raise InputError(f"{place}: ramp_days belongs to ramp, not to {change.operation}")
        return
    if change.ramp_days is None:
        if change.end is None:
            raise InputError(f"{place}: ramp of {change.parameter} needs ramp_days, or an end to reach it by")
    elif change.ramp_days < 1:
        raise InputError(f"{place}: ramp_days expects at least 1 day, got {change.ramp_days}")
    elif change.end is not None and change.ramp_days > (change.end - change.start).days + 1:
        raise InputError(f"{place}: ramp of {change.parameter} takes {change.ramp_days} days but "
                         f"ends after {(change.end - change.start).days + 1}")  # fmt: skip


def _check_clash(one: Change, cells_one: slice, two: Change, cells_two: slice) -> None:
    if one.start != two.start:
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
    low = np.array(_cells(parameter.low, parameter.n_cells))
    high = np.array(_cells(parameter.high, parameter.n_cells))
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


# --- checks of declarations --------------------------------------------------------------------------------


def _parameter_from(name: str, declaration: Any, where: str) -> Parameter:
    if not isinstance(declaration, Mapping):
        raise InputError(f"{where}: expected a declaration with {', '.join(_REQUIRED)}, "
                         f"got {show_value(declaration)}")  # fmt: skip
    _check_keys(declaration, _DECLARATION_KEYS, where)
    _require(declaration, _REQUIRED, where)
    over = declaration.get("over")
    if over is not None and over not in tuple(DIMENSIONS):
        raise InputError(f"{where}.over: no dimension {over!r}{_known(str(over), DIMENSIONS)}")
    kind = declaration["source_kind"]
    if kind not in SOURCE_KINDS:
        raise InputError(f"{where}.source_kind: {kind!r} is none of them{_known(str(kind), SOURCE_KINDS)}")
    unit = _text(declaration["unit"], f"{where}.unit")
    parameter = Parameter(
        name=name,
        value=_value(declaration["value"], over, f"{where}.value", unit),
        low=_value(declaration["low"], over, f"{where}.low", unit),
        high=_value(declaration["high"], over, f"{where}.high", unit),
        unit=unit,
        source=_text(declaration["source"], f"{where}.source"),
        source_kind=kind,
        meaning=_text(declaration["meaning"], f"{where}.meaning") if declaration.get("meaning") else "",
        over=over,
    )
    _check_range(parameter, where)
    return parameter


def _check_range(parameter: Parameter, where: str) -> None:
    n = parameter.n_cells
    values, lows, highs = (_cells(v, n) for v in (parameter.value, parameter.low, parameter.high))
    for cell, (value, low, high) in enumerate(zip(values, lows, highs, strict=True)):
        place = where
        if parameter.over is not None and not where.endswith(f".{parameter.labels[cell]}"):
            place = f"{where}.{parameter.labels[cell]}"
        if low > high:
            raise InputError(f"{place}: low {show_value(low)} is above high {show_value(high)}")
        if not low <= value <= high:
            raise InputError(f"{place}: {show_value(value)} is outside its range "
                             f"{show_value(low)} to {show_value(high)} {parameter.unit}")  # fmt: skip


def _check_name(name: object, where: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise InputError(f"{where}: expected a name in lower-case letters, digits and _, got {name!r}")
    # par[0].mechanism.size would be NumPy's size, silently, when run without a compiler.
    if hasattr(np.recarray, name) or hasattr(np.record, name):
        raise InputError(f"{where}: the name {name!r} is taken by NumPy's records; choose a longer one")


def _check_keys(mapping: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in mapping:
        if key not in known:
            raise InputError(f"{where}: unknown key {key!r}{_known(str(key), known)}")


def _require(mapping: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    missing = [key for key in keys if mapping.get(key) is None]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; a source and a range belong to every number"
                         if set(missing) & {"source", "low", "high", "source_kind"}
                         else f"{where}: {', '.join(missing)} missing")  # fmt: skip


def _value(given: object, over: str | None, where: str, unit: str) -> Value:
    if over is None:
        if isinstance(given, Mapping):
            raise InputError(f"{where}: got a mapping; say 'over: DIMENSION' beside it, or give one number")
        return _number(given, where, unit)
    labels = DIMENSIONS[over]
    if not isinstance(given, Mapping):
        return (_number(given, where, unit),) * len(labels)
    by_label = _by_label(given, over, where)
    missing = [label for label in labels if label not in by_label]
    if missing:
        raise InputError(f"{where}: no number for {', '.join(missing)} of dimension '{over}'")
    return tuple(_number(by_label[label], f"{where}.{label}", unit) for label in labels)


def _by_label(given: Mapping[Any, Any], over: str, where: str) -> dict[str, Any]:
    by_label = {str(label): number for label, number in given.items()}  # YAML reads months as integers
    for label in by_label:
        if label not in DIMENSIONS[over]:
            raise InputError(f"{where}: no label {label!r} in '{over}'{_known(label, DIMENSIONS[over])}")
    return by_label


def _number(given: object, where: str, unit: str = "") -> float:
    if isinstance(given, numbers.Real) and not isinstance(given, bool | np.bool_):
        number = float(given) + 0.0  # -0.0 equals 0.0 but is not the same bits
        if math.isfinite(number):
            return number
    of = f" ({unit})" if unit else ""
    raise InputError(f"{where}: expected a finite number{of}, got {show_value(given)}")


def _whole(given: object, where: str) -> int | None:
    if given is None:
        return None
    if isinstance(given, numbers.Integral) and not isinstance(given, bool):
        return int(given)
    raise InputError(f"{where}: expected a whole number, got {show_value(given)}")


def _text(given: object, where: str) -> str:
    if isinstance(given, str) and given.strip():
        return " ".join(given.split())
    raise InputError(f"{where}: expected text, got {show_value(given)}")


def _known(word: str, known: Iterable[str]) -> str:
    return near_miss(word, known) or f"; known: {', '.join(known)}"


def _cells(value: Value, n_cells: int) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,) * n_cells


def _record_dtype(fields: list[tuple[Any, ...]]) -> np.dtype:
    return np.dtype((np.record, np.dtype(fields, align=True)))


def show_value(given: object) -> str:
    """Write a value in one line: 3 for 3.0, cells with commas, text in quotes, long things cut."""
    if isinstance(given, bool | np.bool_):
        return "true" if given else "false"
    if isinstance(given, numbers.Real):
        number = float(given)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(given, tuple):
        return ", ".join(show_value(part) for part in given)
    if given is None:
        return "nothing"
    shown = repr(given)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
