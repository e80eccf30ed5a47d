"""A key of the parameters that varies over a design, and how far."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.composing.composition import typed_value
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet, cells_of, read_number, show_value

UNCERTAINTY, LEVER = "uncertainty", "lever"
_PREFIX = "parameters."
_FIELDS = ("low", "high", "values", "start")
_FIRST_DAY = {"months_after_start": 0}


@dataclass(frozen=True)
class Factor:
    """A parameter, or a cell of one, that varies.

    Attributes
    ----------
    key
        Name of the parameter or cell, without ``parameters.``.
    kind
        `UNCERTAINTY`: another world, in every arm. `LEVER`: what a decision maker sets, in the arm ``lever`` alone.
    low, high
        Range that is sampled, in `unit`; within the declared one.
    values
        Levels that were asked for; empty if the range is divided or sampled.
    unit, source_kind
        As declared.
    declared
        Declared range: values of a design of one's own must stay in it.
    start
        Date from which a lever is set, absolute or ``{months_after_start, day}``; the first day by default.
    """

    key: str
    kind: str
    low: float
    high: float
    values: tuple[float, ...] = ()
    unit: str = ""
    source_kind: str = ""
    declared: tuple[float, float] = (-math.inf, math.inf)
    start: Any = field(default_factory=lambda: dict(_FIRST_DAY), hash=False)

    @classmethod
    def of(
        cls, key: str, kind: str, parameters: ParameterSet, given: Any = None, where: str | None = None
    ) -> Factor:
        """Make a factor of a key.

        Parameters
        ----------
        key
            Name of a parameter or cell, with or without ``parameters.``.
        kind
            `UNCERTAINTY` or `LEVER`.
        parameters
            Where it is declared.
        given
            None (the declared range), ``"LOW..HIGH"``, a list of levels, ``{low, high}`` or ``{values}``; of a lever
            also ``start`` in the mapping.
        where
            File and key, for errors.

        Raises
        ------
        InputError
            An unknown key, a whole table, no numbers, or a range that leaves the declared one.
        """
        name = key.strip().removeprefix(_PREFIX)
        place = where or ("uncertainties" if kind == UNCERTAINTY else "levers")
        parameter, cell = parameters.locate(name, place)
        if parameter.over is not None and cell is None:
            raise InputError(f"{place}: '{name}' is a table by {parameter.over}; name a cell of it, such as "
                             f"{name}.{parameter.labels[0]}")  # fmt: skip
        low, high = (
            cells_of(bound, parameter.n_cells)[cell or 0] for bound in (parameter.low, parameter.high)
        )
        factor = cls(name, kind, low, high, (), parameter.unit, parameter.source_kind, (low, high))
        start = factor.start
        if given is None:
            return factor
        place = f"{place}.{name}"
        if isinstance(given, str):
            given = _range(given, place)
        if isinstance(given, Mapping):
            for key_given in given:
                if key_given not in _FIELDS:
                    raise InputError(f"{place}: unknown key '{key_given}'{near_miss(str(key_given), _FIELDS)}")
            if "start" in given and kind != LEVER:
                raise InputError(f"{place}.start: an uncertainty always holds; start belongs to levers")
            start = given.get("start", start)
            if "values" in given:
                given = given["values"]
            else:
                low = read_number(given.get("low", low), f"{place}.low", parameter.unit)
                high = read_number(given.get("high", high), f"{place}.high", parameter.unit)
        values: tuple[float, ...] = ()
        if not isinstance(given, Mapping):
            listed = given if isinstance(given, Sequence) else [given]
            values = tuple(read_number(value, place, parameter.unit) for value in listed)
            if not values or len(set(values)) < len(values):
                raise InputError(f"{place}: expected different levels such as [0.1,0.2], got {list(listed)}")
            low, high = min(values), max(values)
        for bound in (low, high):
            factor.check(bound, place)
        if low > high:
            raise InputError(f"{place}: low {show_value(low)} is above high {show_value(high)}")
        return dataclasses.replace(factor, low=low, high=high, values=values, start=start)

    def check(self, value: float, where: str) -> None:
        """Refuse a value outside the declared range.

        Raises
        ------
        InputError
            Naming `where` and the range.
        """
        low, high = self.declared
        if not low <= value <= high:
            raise InputError(f"{where}: {show_value(value)} is outside the declared range of {self.key}, "
                             f"{show_value(low)} to {show_value(high)} {self.unit}")  # fmt: skip

    def told(self) -> dict[str, Any]:
        """The factor as a manifest tells it."""
        return {
            "key": self.key, "kind": self.kind, "low": self.low, "high": self.high, "values": list(self.values),
            "unit": self.unit, "source_kind": self.source_kind, "declared": list(self.declared), "start": self.start,
        }  # fmt: skip


def read_factors(typed: str, kind: str, parameters: ParameterSet) -> tuple[Factor, ...]:
    """Read ``[KEY, KEY=LOW..HIGH]`` or ``{KEY: [v1,v2], KEY: LOW..HIGH}`` as typed.

    Raises
    ------
    InputError
        If it is neither, a key comes twice, or as `Factor.of`.
    """
    name = "uncertainties" if kind == UNCERTAINTY else "levers"
    text = typed.strip()
    if text in ("", "null"):
        return ()
    pairs: list[tuple[str, Any]] = []
    if text.startswith("{"):
        given = typed_value(f"{name}={text}")
        if not isinstance(given, Mapping):
            raise InputError(f"{name}={text}: expected {{KEY: [v1,v2]}} or [KEY,KEY=LOW..HIGH]")
        pairs = [(str(key), value) for key, value in given.items()]
    else:
        for item in listed(text):
            key, equals, span = item.partition("=")
            pairs.append((key, span if equals else None))
    factors = tuple(Factor.of(key, kind, parameters, given, name) for key, given in pairs)
    keys = [factor.key for factor in factors]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(f"{name}: {key} comes twice")
    return factors


def listed(text: str) -> list[str]:
    """Items of ``[a,b]`` or ``a,b`` as typed, without quotes."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    return [item.strip().strip("'\"") for item in bare.split(",") if item.strip()]


def _range(text: str, where: str) -> dict[str, float]:
    low, dots, high = text.partition("..")
    try:
        return {"low": float(low), "high": float(high)} if dots else {"low": float(text), "high": float(text)}
    except ValueError:
        raise InputError(f"{where}: expected LOW..HIGH such as 0.1..0.3, got '{text}'") from None
