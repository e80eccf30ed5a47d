"""A published closure: a file of ``conf/case/`` with what it repeats, its conditions and its outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from experiments.composing.composition import groups, read_option
from experiments.shock.reading import check_keys, known
from experiments.validation.cases.followed import GROUPS, MEASURES
from experiments.validation.moment import read_band
from sim.clock import parse_date
from sim.errors import InputError

GROUP = "case"
_KEYS = ("title", "repeats", "source", "start", "start_date", "horizon_years", "shock", "assumes", "outcomes")
_MAY_LACK = ("start_file", "demand", "parameters", "missed")
_OUTCOME = ("measure", "date", "band", "unit", "meaning", "source")
_OUTCOME_MAY_LACK = ("of",)


@dataclass(frozen=True)
class Outcome:
    """A number of a closure with the band that was published.

    Attributes
    ----------
    name
        The case and its key there.
    measure
        Key of `experiments.validation.cases.followed.MEASURES`.
    of
        Key of `experiments.validation.cases.followed.GROUPS`.
    day
        On which it is measured.
    low, high
        Band, both edges inside; infinite if the outcome is only shown.
    unit, meaning, source
        In words.
    """

    name: str
    measure: str
    of: str
    day: date
    low: float
    high: float
    unit: str
    meaning: str
    source: str

    @property
    def has_band(self) -> bool:
        """Whether there is a band to judge by."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @classmethod
    def read(cls, name: str, given: Mapping[str, Any], where: str) -> Outcome:
        """Read an entry of ``outcomes``.

        Raises
        ------
        InputError
            A key that is unknown or missing, a measure, group, day or band that is none.
        """
        check_keys({k: v for k, v in given.items() if k != "band"}, tuple(k for k in _OUTCOME if k != "band"), where,
                   _OUTCOME_MAY_LACK)  # fmt: skip
        for key, options in (("measure", MEASURES), ("of", GROUPS)):
            if given.get(key, "everybody") not in options:
                raise InputError(f"{where}.{key}: no {given[key]!r}{known(str(given[key]), options)}")
        low, high = read_band(given.get("band"), f"{where}.band")
        return cls(
            name, given["measure"], given.get("of", "everybody"), parse_date(given["date"], f"{where}.date"), low, high,
            str(given["unit"]), str(given["meaning"]), str(given["source"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file of ``conf/case/``.

    Attributes
    ----------
    name, title, repeats, source
        In words.
    start, start_file, start_date, horizon_years
        The conditions of the time.
    demand
        ``{file, from}``: an index of demand, and the month that is the level of the start; empty for none.
    shock
        The event, as a file of ``conf/shock`` would say it.
    parameters
        Laws of the time, by name of a parameter.
    assumes
        What was not published and is taken.
    missed
        What is known about why a band is missed; empty if none is.
    outcomes
        In the order of the file.
    """

    name: str
    title: str
    repeats: str
    source: str
    start: str
    start_file: str | None
    start_date: date
    horizon_years: int
    demand: Mapping[str, str]
    shock: Mapping[str, Any]
    parameters: Mapping[str, Any]
    assumes: tuple[str, ...]
    missed: str
    outcomes: tuple[Outcome, ...]

    @classmethod
    def read(cls, name: str) -> Case:
        """Read ``conf/case/NAME.yaml``.

        Raises
        ------
        InputError
            If there is no such file, or something of it does not hold.
        """
        given, where = read_option(GROUP, name), f"conf/{GROUP}/{name}.yaml"
        check_keys(given, _KEYS, where, _MAY_LACK)
        return cls(
            name=name,
            title=str(given["title"]),
            repeats=str(given["repeats"]).strip(),
            source=str(given["source"]),
            start=str(given["start"]),
            start_file=given.get("start_file"),
            start_date=parse_date(given["start_date"], f"{where}: start_date"),
            horizon_years=int(given["horizon_years"]),
            demand=given.get("demand") or {},
            shock=given["shock"],
            parameters=given.get("parameters") or {},
            assumes=tuple(str(line) for line in given["assumes"]),
            missed=str(given.get("missed") or "").strip(),
            outcomes=tuple(
                Outcome.read(f"{name}.{key}", body, f"{where}: outcomes.{key}")
                for key, body in given["outcomes"].items()
            ),
        )


def all_cases() -> list[Case]:
    """Every published closure that there is a file of."""
    return [Case.read(name) for name in groups()[GROUP]]
