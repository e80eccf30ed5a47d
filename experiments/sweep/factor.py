"""A key of the parameters that varies over a design, and how far."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.composing.composition import typed_value
from experiments.composing.placing import MOST_FTE, PLACING
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet, cells_of, read_number, show_value

UNCERTAINTY, LEVER = "uncertainty", "lever"
_PREFIX = "parameters."
_FIELDS = ("low", "high", "values", "start", "end")
_DATES = ("start", "end")
_FIRST_DAY = {"months_after_start": 0}


@dataclass(frozen=True)
class Factor:
    """A parameter, or a cell of one, that varies; or staff of a town.

    Attributes
    ----------
    key
        Name of the parameter or cell, without ``parameters.``; ``placing.MUNICIPALITY`` of a lever that moves staff.
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
    end
        Last day on which it is set, likewise; None for good.
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
    end: Any = field(default=None, hash=False)

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
            also ``start`` and ``end`` in the mapping.
        where
            File and key, for errors.

        Raises
        ------
        InputError
            An unknown key, a whole table, no numbers, or a range that leaves the declared one.
        """
        name = key.strip().removeprefix(_PREFIX)
        place = where or ("uncertainties" if kind == UNCERTAINTY else "levers")
        factor = cls._declared(name, kind, parameters, place)
        low, high, start, end = factor.low, factor.high, factor.start, factor.end
        if given is None:
            return factor
        place = f"{place}.{name}"
        if isinstance(given, str):
            given = _range(given, place)
        if isinstance(given, Mapping):
            for key_given in given:
                if key_given not in _FIELDS:
                    raise InputError(f"{place}: unknown key '{key_given}'{near_miss(str(key_given), _FIELDS)}")
            dated = [date for date in _DATES if date in given]
            if dated and kind != LEVER:
                raise InputError(f"{place}.{dated[0]}: an uncertainty always holds; {dated[0]} belongs to levers")
            start, end = given.get("start", start), given.get("end", end)
            if "values" in given:
                given = given["values"]
            else:
                low = read_number(given.get("low", low), f"{place}.low", factor.unit)
                high = read_number(given.get("high", high), f"{place}.high", factor.unit)
        values: tuple[float, ...] = ()
        if not isinstance(given, Mapping):
            listed = given if isinstance(given, Sequence) else [given]
            values = tuple(read_number(value, place, factor.unit) for value in listed)
            if not values or len(set(values)) < len(values):
                raise InputError(f"{place}: expected different levels such as [0.1,0.2], got {list(listed)}")
            low, high = min(values), max(values)
        for bound in (low, high):
            factor.check(bound, place)
        if low > high:
            raise InputError(f"{place}: low {show_value(low)} is above high {show_value(high)}")
        return dataclasses.replace(factor, low=low, high=high, values=values, start=start, end=end)

    @classmethod
    def _declared(cls, name: str, kind: str, parameters: ParameterSet, place: str) -> Factor:
        """The factor with its declared range."""
        if name.partition(".")[0] == PLACING:
            if kind != LEVER:
                raise InputError(f"{place}: {name} is staff that somebody moves, no uncertainty: "
                                 f"'levers={{{name}: LOW..HIGH}}'")  # fmt: skip
            return cls(name, kind, -MOST_FTE, MOST_FTE, (), "FTE", "", (-MOST_FTE, MOST_FTE))
        parameter, cell = parameters.locate(name, place)
        if parameter.over is not None and cell is None:
            raise InputError(f"{place}: '{name}' is a table by {parameter.over}; name a cell of it, such as "
                             f"{name}.{parameter.labels[0]}")  # fmt: skip
        low, high = (cells_of(bound, parameter.n_cells)[cell or 0] for bound in (parameter.low, parameter.high))
        return cls(name, kind, low, high, (), parameter.unit, parameter.source_kind, (low, high))

    @property
    def town(self) -> str:
        """Municipality whose staff it moves, as typed; empty for a parameter."""
        group, _, town = self.key.partition(".")
        return town if group == PLACING else ""

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

    def described(self, parameters: ParameterSet) -> tuple[str, str, str]:
        """Kind of source, unit and meaning as declared; staff of a town needs no source."""
        if self.town:
            return "", self.unit, ""
        parameter, _ = parameters.locate(self.key)
        return parameter.source_kind, parameter.unit, parameter.meaning

    def told(self) -> dict[str, Any]:
        """The factor as a manifest tells it."""
        return {
            "key": self.key, "kind": self.kind, "low": self.low, "high": self.high, "values": list(self.values),
            "unit": self.unit, "source_kind": self.source_kind, "declared": list(self.declared), "start": self.start,
            "end": self.end,
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
    for key, given in pairs:
        if given is None and key.strip().startswith(f"{PLACING}."):
            raise InputError(f"{name}: {key.strip()} has no declared range; say how many FTE, such as "
                             f"{key.strip()}=-1..2")  # fmt: skip
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
