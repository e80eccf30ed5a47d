"""A trial: a file of ``conf/trial/`` with what it repeats, its arms, what it assumes and its outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from experiments.composing.composition import read_option
from experiments.running.plan import MAIN
from experiments.trial.arm_run import QUARTERS, STATES
from experiments.trial.measures import MEASURES
from experiments.validation.moment import read_band
from sim.clock import parse_date
from sim.errors import InputError, near_miss

_KEYS = (
    "title", "repeats", "source", "start", "start_date", "horizon_years", "replications", "scale", "markets",
    "assumes", "parameters", "arms", "outcomes", "saturation", "missed",
)  # fmt: skip
_MAY_LACK = ("scale", "markets", "parameters", "saturation", "missed")
_OUTCOME_KEYS = (
    "measure", "arm", "against", "market", "quarters", "other_quarters", "states", "months", "starts", "parts",
    "band", "unit", "meaning", "source",
)  # fmt: skip
_NEEDED = ("measure", "arm", "against", "band", "unit", "meaning", "source")


@dataclass(frozen=True)
class Outcome:
    """A number of a trial with the band that was published.

    Attributes
    ----------
    name
        Its key in the file.
    measure
        Key of `experiments.trial.measures.MEASURES`.
    arm, against
        The arm measured, and the arm that it is held against (the same one for a contrast within an arm).
    market
        Start state under which; `MAIN` for the trial's own.
    quarters, other_quarters
        People or employers in the arm, and in what it is held against.
    states
        Labour states that are counted.
    months
        First and last month-end, from 1.
    starts
        Measure whose participants the effect is for.
    parts
        Outcomes, each with its weight, whose mean this one is; empty for one that is measured.
    low, high
        Band, both edges inside; infinite if the outcome is only shown.
    unit, meaning, source
        In words.
    """

    name: str
    measure: str
    arm: str
    against: str
    market: str
    quarters: tuple[int, ...]
    other_quarters: tuple[int, ...]
    states: tuple[str, ...]
    months: tuple[int, int]
    starts: str
    parts: dict[str, float]
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
    def read(cls, name: str, given: object, arms: Mapping[str, Any], markets: Mapping[str, str], where: str) -> Outcome:
        """Read an outcome.

        Raises
        ------
        InputError
            If a key is unknown or missing, or something that it names is not there.
        """
        given = _mapping(given, where)
        _check_keys(given, _OUTCOME_KEYS, _NEEDED, where)
        measure = _one_of(given["measure"], tuple(MEASURES), f"{where}.measure")
        for key in MEASURES[measure].needs:
            if key not in given:
                raise InputError(f"{where}: '{key}' is missing, {measure} needs it")
        if given["unit"] != MEASURES[measure].unit:
            raise InputError(f"{where}.unit: got {given['unit']!r}, but {measure} is in '{MEASURES[measure].unit}'")
        low, high = read_band(given["band"], f"{where}.band")
        quarters = _quarters(given.get("quarters", [1]), f"{where}.quarters")
        months = given.get("months", [1, 1])
        if not isinstance(months, list) or len(months) != 2 or not 1 <= months[0] <= months[1]:
            raise InputError(f"{where}.months: expected [first, last] from 1, got {months!r}")
        return cls(
            name=name,
            measure=measure,
            arm=_one_of(given["arm"], tuple(arms), f"{where}.arm"),
            against=_one_of(given["against"], tuple(arms), f"{where}.against"),
            market=_one_of(given.get("market", MAIN), (MAIN, *markets), f"{where}.market"),
            quarters=quarters,
            other_quarters=_quarters(given.get("other_quarters", list(quarters)), f"{where}.other_quarters"),
            states=tuple(_one_of(state, STATES, f"{where}.states") for state in given.get("states", [])),
            months=(months[0], months[1]),
            starts=str(given.get("starts", "")),
            parts=_weights(given.get("parts", {}), f"{where}.parts"),
            low=low,
            high=high,
            unit=given["unit"],
            meaning=_text(given["meaning"], f"{where}.meaning"),
            source=_text(given["source"], f"{where}.source"),
        )


@dataclass(frozen=True)
class Trial:
    """A file of ``conf/trial/``.

    Attributes
    ----------
    name, title
        Name of the file, and what its section is called.
    repeats, source
        The published trial, and where it was published.
    start, start_date, horizon_years, replications, scale, markets
        The runs: start state, first day, length, number, size, further start states by name.
    assumes
        Staff, contacts without treatment, saturation, and what else the runs take for granted.
    parameters
        Values in all arms.
    arms
        Changes of each arm, as in a policy's file.
    saturation
        Share treated in each arm, for a trial of displacement; empty otherwise. The first is the arm without.
    outcomes
        In the order of the file.
    missed
        Why an outcome is outside its band, by outcome.
    """

    name: str
    title: str
    repeats: str
    source: str
    start: str
    start_date: date
    horizon_years: int
    replications: int
    scale: float
    markets: dict[str, str]
    assumes: tuple[str, ...]
    parameters: dict[str, float]
    arms: dict[str, list[Any]]
    saturation: dict[str, float]
    outcomes: tuple[Outcome, ...]
    missed: dict[str, str]

    @classmethod
    def read(cls, name: str) -> Trial:
        """Read ``conf/trial/NAME.yaml``.

        Raises
        ------
        InputError
            If there is no such file, or a key or outcome of it does not hold.
        """
        return cls.from_plain(name, read_option("trial", name))

    @classmethod
    def from_plain(cls, name: str, given: object) -> Trial:
        """Check the content of a trial's file.

        Raises
        ------
        InputError
            As `read`.
        """
        where = f"conf/trial/{name}.yaml"
        given = _mapping(given, where)
        _check_keys(given, _KEYS, tuple(key for key in _KEYS if key not in _MAY_LACK), where)
        for key in ("horizon_years", "replications"):
            if type(given[key]) is not int or given[key] < 1:
                raise InputError(f"{where}: {key}: expected a whole number from 1, got {given[key]!r}")
        arms = _mapping(given["arms"], f"{where}: arms")
        for arm, changes in arms.items():
            if not isinstance(changes, list):
                raise InputError(f"{where}: arms.{arm}: expected a list of changes, [] for none; got {changes!r}")
        markets = _mapping(given.get("markets", {}), f"{where}: markets")
        outcomes = tuple(
            Outcome.read(str(key), body, arms, markets, f"{where}: outcomes.{key}")
            for key, body in _mapping(given["outcomes"], f"{where}: outcomes").items()
        )
        for k, outcome in enumerate(outcomes):
            for part in outcome.parts:
                _one_of(part, tuple(before.name for before in outcomes[:k]), f"{where}: outcomes.{outcome.name}.parts")
        if not outcomes:
            raise InputError(f"{where}: outcomes: expected {{NAME: {{{', '.join(_NEEDED)}, ...}}}}, got none")
        missed = _mapping(given.get("missed", {}), f"{where}: missed")
        for key in missed:
            _one_of(key, tuple(outcome.name for outcome in outcomes), f"{where}: missed")
        saturation = _mapping(given.get("saturation", {}), f"{where}: saturation")
        for arm in saturation:
            _one_of(arm, tuple(arms), f"{where}: saturation")
        assumes = given["assumes"]
        if not isinstance(assumes, list) or not all(isinstance(line, str) for line in assumes):
            raise InputError(f"{where}: assumes: expected a list of sentences, got {assumes!r}")
        return cls(
            name=name,
            title=_text(given["title"], f"{where}: title"),
            repeats=_text(given["repeats"], f"{where}: repeats"),
            source=_text(given["source"], f"{where}: source"),
            start=_text(given["start"], f"{where}: start"),
            start_date=parse_date(given["start_date"], f"{where}: start_date"),
            horizon_years=given["horizon_years"],
            replications=given["replications"],
            scale=float(given.get("scale", 1.0)),
            markets={str(market): str(state) for market, state in markets.items()},
            assumes=tuple(assumes),
            parameters=_mapping(given.get("parameters", {}), f"{where}: parameters"),
            arms=dict(arms),
            saturation={str(arm): float(share) for arm, share in saturation.items()},
            outcomes=outcomes,
            missed={str(key): _text(text, f"{where}: missed.{key}") for key, text in missed.items()},
        )

    @property
    def overrides(self) -> tuple[str, ...]:
        """The runs that the trial asks for, as they would be typed."""
        return (
            f"start={self.start}",
            f"start_date={self.start_date}",
            f"horizon_years={self.horizon_years}",
            f"replications={self.replications}",
            f"scale={self.scale:g}",
            "record=summary",
            *(f"parameters.{key}={value:g}" for key, value in self.parameters.items()),
        )


def _mapping(given: object, where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected a mapping, got {given!r}")
    return dict(given)


def _check_keys(given: Mapping[str, Any], known: tuple[str, ...], needed: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), known)}")
    for key in needed:
        if key not in given:
            raise InputError(f"{where}: '{key}' is missing, expected {', '.join(needed)}")


def _text(given: object, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{where}: expected text, got {given!r}")
    return given.strip()


def _one_of(given: object, options: tuple[str, ...], where: str) -> str:
    if given not in options:
        near = near_miss(str(given), options) or f"; there are {', '.join(options)}"
        raise InputError(f"{where}: no '{given}'{near}")
    return str(given)


def _weights(given: object, where: str) -> dict[str, float]:
    """Read weights by outcome, which need not sum to 1."""
    weights = _mapping(given, where)
    for key, weight in weights.items():
        if type(weight) not in (int, float) or not weight > 0.0:
            raise InputError(f"{where}.{key}: expected a weight above 0, got {weight!r}")
    return {str(key): float(weight) for key, weight in weights.items()}


def _quarters(given: object, where: str) -> tuple[int, ...]:
    if not isinstance(given, list) or not all(quarter in QUARTERS for quarter in given):
        raise InputError(f"{where}: expected a list of quarters 1 to 4, got {given!r}")
    return tuple(given)
