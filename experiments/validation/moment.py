"""A moment: a number of a run with the band that published figures give for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.validation.measure import MEASURES, Measure, measure_of
from experiments.validation.model_year import ModelYear
from sim.errors import InputError, near_miss

_KEYS = ("band", "unit", "source")


@dataclass(frozen=True)
class Moment:
    """A moment of a board.

    Attributes
    ----------
    name
        Key of `MEASURES`.
    unit
        Unit of value and band.
    low, high
        Band, both edges inside; infinite if the moment is shown without a band.
    source
        Where the band comes from.
    """

    name: str
    unit: str
    low: float
    high: float
    source: str

    @classmethod
    def read(cls, name: str, given: object, where: str) -> Moment:
        """Read ``NAME: {band: [low, high], unit: TEXT, source: TEXT}``; ``band: null`` is no band.

        Parameters
        ----------
        name
            Name of the moment.
        given
            What stands under it.
        where
            File and key, for errors.

        Raises
        ------
        InputError
            If nothing measures the moment, a key is missing or unknown, or the band is none.
        """
        measure = measure_of(name)
        if measure is None:
            known = near_miss(name, MEASURES) or f"; there are {', '.join(MEASURES)}"
            raise InputError(f"{where}: no moment '{name}'{known}")
        if not isinstance(given, Mapping):
            raise InputError(f"{where}: expected {{band: [low, high], unit: TEXT, source: TEXT}}, got {given!r}")
        for key in given:
            if key not in _KEYS:
                miss = near_miss(str(key), _KEYS)
                raise InputError(f"{where}: unknown key '{key}', expected {', '.join(_KEYS)}{miss}")
        for key in _KEYS:
            if key not in given:
                raise InputError(f"{where}: '{key}' is missing, expected {', '.join(_KEYS)}")
        unit = measure.unit
        if given["unit"] != unit:
            raise InputError(f"{where}.unit: got {given['unit']!r}, but {name} is measured in '{unit}'")
        if not isinstance(given["source"], str) or not given["source"].strip():
            raise InputError(f"{where}.source: expected where the band comes from, got {given['source']!r}")
        low, high = read_band(given["band"], f"{where}.band")
        return cls(name, unit, low, high, given["source"].strip())

    @property
    def has_band(self) -> bool:
        """Whether there is a band to judge by."""
        return math.isfinite(self.low)

    @property
    def meaning(self) -> str:
        """What the number is, in words."""
        return self._how.meaning

    def measure(self, year: ModelYear) -> float:
        """The number in one replication; NaN if the run did not record what it needs."""
        return self._how.function(year)

    @property
    def _how(self) -> Measure:
        measure = measure_of(self.name)
        assert measure is not None, self.name
        return measure


def read_band(given: Any, where: str) -> tuple[float, float]:
    """Read ``[low, high]``; null is no band: infinite edges.

    Raises
    ------
    InputError
        If it is neither.
    """
    if given is None:
        return -math.inf, math.inf
    numbers = list(given) if isinstance(given, list | tuple) else []
    if len(numbers) != 2 or not all(
        isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
        for number in numbers
    ):
        raise InputError(f"{where}: expected [low, high] in numbers, or null for no band; got {given!r}")
    low, high = map(float, numbers)
    if low >= high:
        raise InputError(f"{where}: low {low:g} is not below high {high:g}")
    return low, high
