"""What is asked of the stress library: which employers close, when, and which made-up ones there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from experiments.composing.composition import read_option
from sim.dimensions import SECTIONS
from sim.errors import InputError, near_miss

_LISTS = ("sections", "public_sections", "synthetic_sections")
_SWITCHES = ("public", "synthetic")
_NUMBERS = {"least_jobs": (1.0, 1e6), "synthetic_cell_jobs": (1.0, 1e6), "synthetic_share": (0.01, 1.0)}
_DATES = ("announced", "notice", "exits")


@dataclass(frozen=True)
class Question:
    """A file of ``conf/stress/``; the fields are its keys, explained there."""

    title: str
    least_jobs: float
    public: bool
    public_sections: tuple[str, ...]
    sections: tuple[str, ...]
    synthetic: bool
    synthetic_sections: tuple[str, ...]
    synthetic_cell_jobs: float
    synthetic_share: float
    announced: Any
    notice: Any
    exits: Any

    @classmethod
    def read(cls, name: str, changed: Mapping[str, Any]) -> Question:
        """Read ``conf/stress/NAME.yaml`` with some values changed.

        Raises
        ------
        InputError
            An unknown or missing key, an industry that is none, a number out of range.
        """
        where = f"conf/stress/{name}.yaml"
        given = dict(read_option("stress", name))
        known = [field.name for field in fields(cls)]
        for key in [*changed, *given]:
            if key not in known:
                raise InputError(f"stress.{key}: no such key{near_miss(str(key), known)}")
        given |= changed
        missing = [key for key in known if key not in given]
        if missing:
            raise InputError(f"{where}: {', '.join(missing)} missing")
        values: dict[str, Any] = {"title": str(given["title"]), **{key: given[key] for key in _DATES}}
        values |= {key: _sections(given[key], f"stress.{key}") for key in _LISTS}
        for key in _SWITCHES:
            if not isinstance(given[key], bool):
                raise InputError(f"stress.{key}: expected true or false, got {given[key]!r}")
            values[key] = given[key]
        for key, (low, high) in _NUMBERS.items():
            number = given[key]
            if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
                raise InputError(f"stress.{key}: expected a number from {low:g} to {high:g}, got {number!r}")
            values[key] = float(number)
        return cls(**values)


def _sections(given: Any, where: str) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list):
        raise InputError(f"{where}: expected a list of industries such as [C, H], got {given!r}")
    for section in listed:
        if section not in SECTIONS:
            raise InputError(f"{where}: no industry {section!r}; expected some of {', '.join(SECTIONS)} (TOL 2008)")
    return tuple(listed)
