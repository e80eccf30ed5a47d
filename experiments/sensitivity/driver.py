"""What is varied: parameters of the whole world, alone or, where they are tables, cell by cell or as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.composing.rules import check_free, is_ruled, ruled_by
from experiments.sweep.factor import UNCERTAINTY, Factor
from sim.changes import Change
from sim.errors import InputError, near_miss
from sim.parameters import SOURCE_KINDS, Parameter, ParameterSet, cells_of
from sim.sums import SUMS, WHOLES

GUESSED = ("recalled", "assumption")
"""Kinds of source that a result should not rest on without saying so."""
_TECHNICAL = ("engine", "trial")
"""Mechanisms that say how it is computed or what a repeated trial does, not how the world is."""
_BOUND = {name for names in SUMS.values() for name in names} | set(WHOLES.values())


@dataclass(frozen=True)
class Driver:
    """A direction of the design: one number, or a table whose cells move together.

    Attributes
    ----------
    name
        Parameter or cell.
    factors
        One; of a whole table one for each cell that has a range.
    source_kind
        Of the parameter.
    unit, meaning
        As declared.
    """

    name: str
    factors: tuple[Factor, ...]
    source_kind: str
    unit: str
    meaning: str

    @property
    def is_guessed(self) -> bool:
        """Whether its number is recalled or assumed."""
        return self.source_kind in GUESSED

    def values(self, place: float) -> dict[str, float]:
        """Values of the factors at a place between their low (0) and their high (1)."""
        return {f.key: min(f.high, f.low + place * (f.high - f.low)) for f in self.factors}

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Place between low and high of values of the first factor, shape (points,)."""
        return (values - self.factors[0].low) / (self.factors[0].high - self.factors[0].low)


def read_drivers(
    words: Sequence[str], parameters: ParameterSet, rules: Collection[Change] = ()
) -> tuple[list[Driver], dict[str, list[str]]]:
    """Read ``factors=``.

    Parameters
    ----------
    words
        Names of parameters or cells, perhaps with a narrower range (``KEY=LOW..HIGH``); ``group.*``;
        ``all_recalled`` and the other kinds of source.
    parameters
        Of the baseline.
    rules
        Dated rules of the world: what they set can not vary.

    Returns
    -------
    drivers, left_out
        In the order of the words, each once; and what ``group.*`` and ``all_…`` leave out, by reason.

    Raises
    ------
    InputError
        Unknown names, ranges outside the declared one, nothing to vary.
    """
    ruled = ruled_by(rules)
    found: dict[str, Driver] = {}
    left_out: dict[str, list[str]] = {}
    for word in words:
        plain = word.removeprefix("parameters.")
        many = list(_named(plain, parameters))
        if not many and "*" not in plain and not plain.startswith("all_"):
            driver = _one(word, parameters)
            check_free([factor.key for factor in driver.factors], rules, "factors")
            found[driver.name] = driver
            continue
        for parameter in many:
            reason = _reason(parameter, ruled)
            if reason:
                names = left_out.setdefault(reason, [])
                names += [parameter.name] if parameter.name not in names else []
            else:
                found.setdefault(parameter.name, _whole(parameter, parameters))
    if not found:
        raise InputError(f"factors={','.join(words)}: nothing of it can be varied")
    return list(found.values()), left_out


def factors_of(drivers: Iterable[Driver]) -> list[Factor]:
    """Factors of all drivers, each once."""
    return list({factor.key: factor for driver in drivers for factor in driver.factors}.values())


def _named(word: str, parameters: ParameterSet) -> Iterator[Parameter]:
    """Parameters that a word for many means."""
    if word.startswith("all_"):
        kinds = [f"all_{kind}" for kind in SOURCE_KINDS]
        if word not in kinds:
            raise InputError(f"factors: no '{word}'; there are {', '.join(kinds)}{near_miss(word, kinds)}")
        yield from (parameter for parameter in parameters if parameter.source_kind == word.removeprefix("all_"))
    elif word.endswith(".*"):
        mechanism = word.removesuffix(".*")
        known = sorted({parameter.mechanism for parameter in parameters})
        if mechanism not in known:
            miss = near_miss(mechanism, known) or f"; there are {', '.join(known)}"
            raise InputError(f"factors: no mechanism '{mechanism}' in {word}{miss}")
        yield from (parameter for parameter in parameters if parameter.mechanism == mechanism)
    elif "*" in word:
        raise InputError(f"factors: {word}: expected a parameter, MECHANISM.* or all_KIND")


def _one(word: str, parameters: ParameterSet) -> Driver:
    name, equals, span = word.partition("=")
    name = name.strip().removeprefix("parameters.")
    parameter, cell = parameters.locate(name, "factors")
    if parameter.over is not None and cell is None:
        if equals:
            raise InputError(f"factors: {word}: '{name}' is a table; say the range of a cell, {parameter.cell_name(0)}")
        return _whole(parameter, parameters)
    factor = Factor.of(name, UNCERTAINTY, parameters, span if equals else None, "factors")
    return _driver(name, (factor,), parameter)


def _whole(parameter: Parameter, parameters: ParameterSet) -> Driver:
    cells = range(parameter.n_cells) if parameter.over else (None,)
    factors = (Factor.of(parameter.cell_name(cell), UNCERTAINTY, parameters, where="factors") for cell in cells)
    return _driver(parameter.name, tuple(factor for factor in factors if factor.high > factor.low), parameter)


def _driver(name: str, factors: tuple[Factor, ...], parameter: Parameter) -> Driver:
    if not any(factor.high > factor.low for factor in factors):
        raise InputError(f"factors: {name}: the range has one value only; there is nothing to vary")
    return Driver(name, factors, parameter.source_kind, parameter.unit, parameter.meaning)


def _reason(parameter: Parameter, ruled: Collection[str]) -> str:
    """Why a word for many leaves a parameter out, or an empty string."""
    value, low, high = (
        np.array(cells_of(limit, parameter.n_cells)) for limit in (parameter.value, parameter.low, parameter.high)
    )
    if parameter.mechanism in _TECHNICAL:
        return "technical"
    if parameter.name in _BOUND:
        return "bound to a sum"
    if any(is_ruled(parameter.cell_name(k if parameter.over else None), ruled) for k in range(parameter.n_cells)):
        return "set by dated rules"
    if not (high > low).any():
        return "fixed"
    if not value.any() and not low.any():
        return "off in the baseline"  # what somebody could decide, not how the world is
    return ""
