"""What a calibration aims at: moments with weights, free parameters with bounds, read from ``conf/target/``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.calibration.least_squares import LOSSES, Settings
from experiments.composing.composition import read_option
from sim.errors import InputError
from sim.parameters import (
    ParameterSet,
    cells_of,
    check_keys,
    near_or_known,
    read_number,
    require_keys,
    show_value,
)

DIGITS = 4
"""Significant digits of a point: what is simulated is what is written."""

_RUN = ("start", "start_date", "rules", "horizon_years", "replications", "seed", "scale")
_SEARCH = ("step", "pull", "loss", "tolerance", "evaluations")
_KEYS = ("board", "moments", "beside", "parameters", *_RUN, *_SEARCH)
_REQUIRED = ("board", "moments", "parameters", "start", "horizon_years", "replications")


@dataclass(frozen=True)
class FreeParameter:
    """A constant of the whole area that is fitted.

    Attributes
    ----------
    name
        ``mechanism.parameter``, a single number.
    unit
        Its unit.
    low, high
        Bounds of the search, inside the declared range.
    start
        Value from which the search starts.
    """

    name: str
    unit: str
    low: float
    high: float
    start: float

    @property
    def is_logarithmic(self) -> bool:
        """Rates that may differ by a factor are searched by factors, others by differences."""
        return self.low > 0.0 and self.high / self.low > 2.0

    def coordinate(self, value: float) -> float:
        """From the parameter's unit to 0 … 1."""
        low, high, at = (math.log(v) if self.is_logarithmic else v for v in (self.low, self.high, value))
        return min(max((at - low) / (high - low), 0.0), 1.0)

    def value(self, coordinate: float) -> float:
        """From 0 … 1 to the parameter's unit, rounded to `DIGITS` significant digits inside the bounds."""
        if self.is_logarithmic:
            number = self.low * (self.high / self.low) ** coordinate
        else:
            number = self.low + coordinate * (self.high - self.low)
        return min(max(float(f"{number:.{DIGITS}g}"), self.low), self.high)

    def slope(self, coordinate: float) -> float:
        """Change of the value by coordinate, in the parameter's unit."""
        width = self.high - self.low
        return self.value(coordinate) * math.log(self.high / self.low) if self.is_logarithmic else width


@dataclass(frozen=True)
class Target:
    """A target, checked but for its names of parameters and moments.

    Attributes
    ----------
    name
        Of its file.
    board
        The board that states the moments' bands.
    own_weights
        Of the squared distances of this board's moments, by moment.
    beside
        Weights of moments of other boards, by board and moment. Their runs are those that the board asks for, with the
        target's seeds and replications.
    bounds
        Of the free parameters, by name; None where the declared range is meant.
    settings
        Of the search.
    overrides
        Start state, length, replications and seed, as overrides of a run's configuration.
    plain
        As read.
    """

    name: str
    board: str
    own_weights: dict[str, float]
    beside: dict[str, dict[str, float]]
    bounds: dict[str, tuple[float | None, float | None]]
    settings: Settings
    overrides: tuple[str, ...]
    plain: dict[str, Any]

    @property
    def boards(self) -> dict[str, dict[str, float]]:
        """Weights by board and moment, the target's own board first."""
        return {self.board: self.own_weights, **self.beside}

    @property
    def weights(self) -> dict[str, float]:
        """Weights by moment; those of other boards are named ``board.moment``."""
        others = {f"{board}.{name}": w for board, weights in self.beside.items() for name, w in weights.items()}
        return {**self.own_weights, **others}

    def free_parameters(self, parameters: ParameterSet) -> tuple[FreeParameter, ...]:
        """The parameters to fit, with their present values as start.

        Raises
        ------
        InputError
            Unknown parameter, table, bounds outside the declared range, start value outside the bounds.
        """
        return tuple(self._free(name, parameters) for name in self.bounds)

    def _free(self, name: str, parameters: ParameterSet) -> FreeParameter:
        where = f"{_place(self.name)}: parameters.{name}"
        parameter, cell = parameters.locate(name, where)
        values = cells_of(parameter.value, parameter.n_cells)
        if (cell is None and len(values) > 1) or (cell is not None and parameter.over != "month"):
            raise InputError(
                f"{where}: a table over {parameter.over}; expected a constant of the whole area: a single number, or a "
                "month of a season"
            )
        value = values[cell or 0]
        lowest = cells_of(parameter.low, parameter.n_cells)[cell or 0]
        highest = cells_of(parameter.high, parameter.n_cells)[cell or 0]
        declared = f"the declared range {show_value(lowest)} to {show_value(highest)} {parameter.unit}"
        low, high = self.bounds[name]
        low, high = lowest if low is None else low, highest if high is None else high
        for key, bound in (("low", low), ("high", high)):
            if not lowest <= bound <= highest:
                raise InputError(f"{where}.{key}: {show_value(bound)} is outside {declared}")
        if low >= high:
            raise InputError(f"{where}: low {show_value(low)} is not below high {show_value(high)}")
        if not low <= value <= high:
            raise InputError(
                f"{where}: the search starts at {show_value(value)}, the value in conf/, which is outside "
                f"the bounds {show_value(low)} to {show_value(high)}; widen them, or set parameters.{name}=NUMBER"
            )
        return FreeParameter(name, parameter.unit, low, high, value)


def read_target(name: str, changed: Mapping[str, Any] | None = None) -> Target:
    """Read ``conf/target/NAME.yaml``.

    Parameters
    ----------
    name
        Of the file.
    changed
        Values in place of those in the file, such as ``{"evaluations": 40}``.

    Raises
    ------
    InputError
        No such file, unknown or missing keys, wrong types and values.
    """
    return target_from(name, read_option("target", name), changed)


def target_from(name: str, given: object, changed: Mapping[str, Any] | None = None) -> Target:
    """Check the content of a target's file.

    Raises
    ------
    InputError
        As `read_target`.
    """
    where = _place(name)
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected a mapping with {', '.join(_REQUIRED)}, got {show_value(given)}")
    for key in changed or {}:
        if key not in (*_RUN, *_SEARCH, "board"):
            raise InputError(f"target.{key}: no such key{near_or_known(key, (*_RUN, *_SEARCH, 'board'))}")
    plain = {**given, **(changed or {})}
    check_keys(plain, _KEYS, where)
    require_keys(plain, _REQUIRED, where)
    return Target(
        name=name,
        board=str(plain["board"]),
        own_weights=_weights(plain["moments"], f"{where}: moments"),
        beside=_beside(plain.get("beside"), str(plain["board"]), f"{where}: beside"),
        bounds=_bounds(plain["parameters"], f"{where}: parameters"),
        settings=_settings(plain, where),
        overrides=tuple(f"{key}={plain[key]}" for key in _RUN if plain.get(key) is not None),
        plain=plain,
    )


def coordinates(free: Sequence[FreeParameter], values: Sequence[float]) -> np.ndarray:
    """Coordinates of values, shape (parameters,)."""
    return np.array([parameter.coordinate(value) for parameter, value in zip(free, values, strict=True)])


def values_at(free: Sequence[FreeParameter], point: np.ndarray) -> tuple[float, ...]:
    """Values at coordinates, in the parameters' units."""
    return tuple(parameter.value(float(at)) for parameter, at in zip(free, point, strict=True))


def _place(name: str) -> str:
    return f"conf/target/{name}.yaml"


def _weights(given: object, where: str) -> dict[str, float]:
    if isinstance(given, list):
        given = dict.fromkeys(given, 1.0)
    if not isinstance(given, dict) or not given:
        raise InputError(f"{where}: expected names of moments, each with a weight, got {show_value(given)}")
    weights = {}
    for name, weight in given.items():
        weights[str(name)] = read_number(1.0 if weight is None else weight, f"{where}.{name}", "weight")
        if weights[str(name)] <= 0.0:
            raise InputError(f"{where}.{name}: expected a weight above 0, got {show_value(weight)}")
    return weights


def _beside(given: object, own: str, where: str) -> dict[str, dict[str, float]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected names of boards, each with moments and weights, got {show_value(given)}")
    if own in given:
        raise InputError(f"{where}.{own}: the target's own board; its moments belong to moments")
    return {str(board): _weights(weights, f"{where}.{board}") for board, weights in given.items()}


def _bounds(given: object, where: str) -> dict[str, tuple[float | None, float | None]]:
    if isinstance(given, list):
        given = dict.fromkeys(given)
    if not isinstance(given, dict) or not given:
        raise InputError(f"{where}: expected names of parameters, each with low and high, got {show_value(given)}")
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for name, body in given.items():
        body = {} if body is None else body
        if not isinstance(body, dict):
            raise InputError(f"{where}.{name}: expected {{low: …, high: …}} or nothing, got {show_value(body)}")
        check_keys(body, ("low", "high"), f"{where}.{name}")
        low, high = (
            None if body.get(key) is None else read_number(body[key], f"{where}.{name}.{key}")
            for key in ("low", "high")
        )
        bounds[str(name)] = (low, high)
    return bounds


def _settings(plain: Mapping[str, Any], where: str) -> Settings:
    given = {key: plain[key] for key in _SEARCH if plain.get(key) is not None}
    for key, low, high in (("step", 0.001, 0.5), ("pull", 0.0, 100.0), ("tolerance", 1e-6, 0.5)):
        if key in given:
            given[key] = read_number(given[key], f"{where}: {key}")
            if not low <= given[key] <= high:
                raise InputError(f"{where}: {key}: expected {low:g} to {high:g}, got {show_value(given[key])}")
    evaluations = given.get("evaluations", 1)
    if type(evaluations) is not int or evaluations < 1:
        raise InputError(f"{where}: evaluations: expected a whole number from 1, got {show_value(evaluations)}")
    if given.get("loss", "linear") not in LOSSES:
        loss = str(given["loss"])
        raise InputError(f"{where}: loss: no loss {loss!r}{near_or_known(loss, LOSSES)}")
    return Settings(**given)
