"""A board: the moments that a model year is held against, and the runs that they ask for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from experiments.composing.composition import read_option
from experiments.validation import Moment
from sim.clock import parse_date
from sim.errors import InputError, near_miss

_KEYS = ("title", "start", "start_date", "model_year", "horizon_years", "replications", "moments")
_KNOWN = (*_KEYS, "rules")


@dataclass(frozen=True)
class Board:
    """A file of ``conf/board/``.

    Attributes
    ----------
    name, title
        Name of the file, and what the page is called.
    start, start_date, horizon_years, replications
        The runs: start state, first day, length and number.
    model_year
        Calendar year that stands for the published one.
    moments
        In the order of the file.
    rules
        Option of ``conf/rules``; by date unless the file says otherwise.
    """

    name: str
    title: str
    start: str
    start_date: date
    model_year: int
    horizon_years: int
    replications: int
    moments: tuple[Moment, ...]
    rules: str = "by_date"

    @classmethod
    def read(cls, name: str) -> Board:
        """Read ``conf/board/NAME.yaml``.

        Raises
        ------
        InputError
            If there is no such file, or a key or moment of it does not hold.
        """
        return cls.from_plain(name, read_option("board", name))

    @classmethod
    def from_plain(cls, name: str, given: object) -> Board:
        """Check the content of a board's file.

        Raises
        ------
        InputError
            As `read`.
        """
        where = f"conf/board/{name}.yaml"
        if not isinstance(given, Mapping):
            raise InputError(f"{where}: expected {', '.join(_KEYS)}, got {given!r}")
        for key in given:
            if key not in _KNOWN:
                raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), _KNOWN)}")
        for key in _KEYS:
            if key not in given:
                raise InputError(f"{where}: '{key}' is missing, expected {', '.join(_KEYS)}")
        rules = given.get("rules", "by_date")
        for key, text in (("title", given["title"]), ("start", given["start"]), ("rules", rules)):
            if not isinstance(text, str) or not text.strip():
                raise InputError(f"{where}: {key}: expected text, got {text!r}")
        for key in ("model_year", "horizon_years", "replications"):
            if type(given[key]) is not int or given[key] < 1:
                raise InputError(f"{where}: {key}: expected a whole number from 1, got {given[key]!r}")
        moments = given["moments"]
        if not isinstance(moments, Mapping) or not moments:
            raise InputError(f"{where}: moments: expected {{NAME: {{band, unit, source}}}}, got {moments!r}")
        return cls(
            name=name,
            title=given["title"].strip(),
            start=given["start"],
            start_date=parse_date(given["start_date"], f"{where}: start_date"),
            model_year=given["model_year"],
            horizon_years=given["horizon_years"],
            replications=given["replications"],
            moments=tuple(Moment.read(str(key), body, f"{where}: moments.{key}") for key, body in moments.items()),
            rules=rules,
        )

    @property
    def overrides(self) -> tuple[str, ...]:
        """The runs that the board asks for, as they would be typed."""
        return (
            f"start={self.start}",
            f"start_date={self.start_date}",
            f"horizon_years={self.horizon_years}",
            f"rules={self.rules}",
            f"replications={self.replications}",
            "record=monthly",
        )

    @property
    def digest(self) -> str:
        """SHA-256 of names and bands: which bands were judged by."""
        content: list[Any] = [self.model_year, *([m.name, str(m.low), str(m.high), m.unit] for m in self.moments)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
