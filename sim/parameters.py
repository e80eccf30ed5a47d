"""Every number of the model with unit, range and source.

Declarations (plain nested mappings: mechanism, parameter, fields) become a `ParameterSet`. Kernels get
its values as one float64 record, with a sub-record a mechanism. Nothing changes a set: what policies
change is written into a record, day by day, by `sim.timetable`.
"""

from __future__ import annotations

import functools
import keyword
import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.dimensions import DIMENSIONS
from sim.errors import InputError, near_miss

SOURCE_KINDS = ("found", "derived", "recalled", "assumption", "fitted")
"""Where a number comes from: published, computed from published ones, remembered, assumed, calibrated."""

_REQUIRED = ("value", "low", "high", "unit", "source", "source_kind")
_DECLARATION_KEYS = (*_REQUIRED, "meaning", "over")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Value = float | tuple[float, ...]
"""A number, or one for each label of a dimension, in the order of its labels."""


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
        Declared range, inclusive; of the same form as `value`. Overrides and changes must stay in it.
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
            raise InputError(f"{prefix}'{whole}' has no cell {label!r}{near_or_known(label, parameter.labels)}")
        return parameter, parameter.labels.index(label)

    def value(self, name: str) -> Value:
        """Return the baseline value of a parameter or of a cell."""
        parameter, cell = self.locate(name)
        return parameter.value if cell is None else cells_of(parameter.value, parameter.n_cells)[cell]

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
        cells = list(cells_of(parameter.value, parameter.n_cells))
        if isinstance(value, Mapping):
            if parameter.over is None or cell is not None:
                raise InputError(f"{where}: expected one number in {parameter.unit}, got a mapping")
            for label, number in _by_label(value, parameter.over, where).items():
                cells[parameter.labels.index(label)] = read_number(number, f"{where}.{label}", parameter.unit)
        elif cell is not None:
            cells[cell] = read_number(value, where, parameter.unit)
        else:
            cells = [read_number(value, where, parameter.unit)] * parameter.n_cells
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

        Texts are not in it, so that a better source does not make another run. Ranges are: they decide
        which changes are refused.
        """
        return tuple(
            (p.name, cells_of(p.value, p.n_cells), cells_of(p.low, p.n_cells), cells_of(p.high, p.n_cells))
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
        record = self.record()
        record.flags.writeable = False
        return record

    def record(self) -> np.recarray:
        """Return a fresh, writable copy of the baseline, shape (1,): ``par[0].search.rate_per_month``."""
        record = np.zeros(1, dtype=self.dtype).view(np.recarray)
        for p in self._parameters.values():
            record[p.mechanism][p.field][0] = p.value
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


# --- checks of declarations --------------------------------------------------------------------------------


def _parameter_from(name: str, declaration: Any, where: str) -> Parameter:
    if not isinstance(declaration, Mapping):
        raise InputError(f"{where}: expected a declaration with {', '.join(_REQUIRED)}, "
                         f"got {show_value(declaration)}")  # fmt: skip
    check_keys(declaration, _DECLARATION_KEYS, where)
    require_keys(declaration, _REQUIRED, where)
    over = declaration.get("over")
    if over is not None and over not in tuple(DIMENSIONS):
        raise InputError(f"{where}.over: no dimension {over!r}{near_or_known(str(over), DIMENSIONS)}")
    kind = declaration["source_kind"]
    if kind not in SOURCE_KINDS:
        raise InputError(f"{where}.source_kind: {kind!r} is none of them{near_or_known(str(kind), SOURCE_KINDS)}")
    unit = read_text(declaration["unit"], f"{where}.unit")
    parameter = Parameter(
        name=name,
        value=_value(declaration["value"], over, f"{where}.value", unit),
        low=_value(declaration["low"], over, f"{where}.low", unit),
        high=_value(declaration["high"], over, f"{where}.high", unit),
        unit=unit,
        source=read_text(declaration["source"], f"{where}.source"),
        source_kind=kind,
        meaning=read_text(declaration["meaning"], f"{where}.meaning") if declaration.get("meaning") else "",
        over=over,
    )
    _check_range(parameter, where)
    return parameter


def _check_range(parameter: Parameter, where: str) -> None:
    n = parameter.n_cells
    values, lows, highs = (cells_of(v, n) for v in (parameter.value, parameter.low, parameter.high))
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


def check_keys(mapping: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse a key that is not known, with a near miss.

    Raises
    ------
    InputError
        Naming the first such key.
    """
    for key in mapping:
        if key not in known:
            raise InputError(f"{where}: unknown key {key!r}{near_or_known(str(key), known)}")


def require_keys(mapping: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    """Refuse a mapping that lacks keys, or holds None for them.

    Raises
    ------
    InputError
        Naming all that are missing.
    """
    missing = [key for key in keys if mapping.get(key) is None]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing; a source and a range belong to every number"
                         if set(missing) & {"source", "low", "high", "source_kind"}
                         else f"{where}: {', '.join(missing)} missing")  # fmt: skip


def _value(given: object, over: str | None, where: str, unit: str) -> Value:
    if over is None:
        if isinstance(given, Mapping):
            raise InputError(f"{where}: got a mapping; say 'over: DIMENSION' beside it, or give one number")
        return read_number(given, where, unit)
    labels = DIMENSIONS[over]
    if not isinstance(given, Mapping):
        return (read_number(given, where, unit),) * len(labels)
    by_label = _by_label(given, over, where)
    missing = [label for label in labels if label not in by_label]
    if missing:
        raise InputError(f"{where}: no number for {', '.join(missing)} of dimension '{over}'")
    return tuple(read_number(by_label[label], f"{where}.{label}", unit) for label in labels)


def _by_label(given: Mapping[Any, Any], over: str, where: str) -> dict[str, Any]:
    by_label = {str(label): number for label, number in given.items()}  # YAML reads months as integers
    for label in by_label:
        if label not in DIMENSIONS[over]:
            raise InputError(f"{where}: no label {label!r} in '{over}'{near_or_known(label, DIMENSIONS[over])}")
    return by_label


def read_number(given: object, where: str, unit: str = "") -> float:
    """Return a finite number as it was given; text and truth values are none.

    Parameters
    ----------
    given
        What came.
    where
        File and key, for the error.
    unit
        Unit of the number, for the error.

    Raises
    ------
    InputError
        If it is no number, infinite or NaN.
    """
    if isinstance(given, numbers.Real) and not isinstance(given, bool | np.bool_):
        number = float(given) + 0.0  # -0.0 equals 0.0 but is not the same bits
        if math.isfinite(number):
            return number
    of = f" ({unit})" if unit else ""
    raise InputError(f"{where}: expected a finite number{of}, got {show_value(given)}")


def read_text(given: object, where: str) -> str:
    """Return text in one line.

    Raises
    ------
    InputError
        If it is no text, or blank.
    """
    if isinstance(given, str) and given.strip():
        return " ".join(given.split())
    raise InputError(f"{where}: expected text, got {show_value(given)}")


def near_or_known(word: str, known: Iterable[str]) -> str:
    """Say what may have been meant, or all that is known; begins with a semicolon."""
    return near_miss(word, known) or f"; known: {', '.join(known)}"


def cells_of(value: Value, n_cells: int) -> tuple[float, ...]:
    """Return a value as one number a cell, shape (n_cells,)."""
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
