"""The area's measurable goals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.dimensions import LINES
from sim.errors import InputError, near_miss
from sim.indicators import INDICATORS
from sim.parameters import SOURCE_KINDS

if TYPE_CHECKING:
    from agents.region import Region

DIRECTIONS = ("at_most", "at_least")
LATEST_MONTH = 180  # the longest horizon
ALL = "all"

_NEEDED = ("indicator", "at_months", "direction", "unit", "source", "source_kind")
_KEYS = (*_NEEDED[:1], "title", "group", "value", "relative_to_start", *_NEEDED[1:])
_LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True)
class Target:
    """A goal.

    Attributes
    ----------
    name
        Name of the goal in its file.
    title
        What readers call it, by language; may be empty.
    indicator
        What it is about.
    group_kind, group
        ``municipality`` or ``line`` and its label; both empty for the whole area.
    at
        Months after the start, or `ALL` for the whole run.
    direction
        One of `DIRECTIONS`.
    value
        Threshold in `unit`: that of the indicator, or per cent if `is_relative`.
    is_relative
        Whether the threshold is a change against the first month-end of the same run.
    unit, source, source_kind
        As with parameters.
    """

    name: str
    title: Mapping[str, str]
    indicator: str
    group_kind: str
    group: str
    at: int | str
    direction: str
    value: float
    is_relative: bool
    unit: str
    source: str
    source_kind: str

    @classmethod
    def read(cls, name: str, given: object) -> Target:
        """Check one goal of a file in ``conf/targets/``.

        Raises
        ------
        InputError
            If a key is missing, unknown or does not hold.
        """
        where = f"targets.{name}"
        if not isinstance(given, Mapping):
            raise InputError(f"{where}: expected {', '.join(_KEYS)}, got {given!r}")
        for key in given:
            if key not in _KEYS:
                raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), _KEYS)}")
        for key in _NEEDED:
            if given.get(key) is None:
                raise InputError(f"{where}: '{key}' is missing, expected {', '.join(_NEEDED)}")
        indicator = str(given["indicator"])
        if indicator not in INDICATORS:
            miss = near_miss(indicator, INDICATORS) or "; names: sim/indicators.py"
            raise InputError(f"{where}.indicator: no indicator '{indicator}'{miss}")
        value, is_relative = _threshold(given, indicator, where)
        unit = "%" if is_relative else INDICATORS[indicator].unit
        if given["unit"] != unit:
            of = "a change" if is_relative else indicator
            raise InputError(f"{where}.unit: expected '{unit}', the unit of {of}; got {given['unit']!r}")
        if not isinstance(given["source"], str) or not given["source"].strip():
            raise InputError(f"{where}.source: expected text, got {given['source']!r}")
        group = given.get("group")
        if group is not None and (not isinstance(group, str) or not group.strip()):
            raise InputError(f"{where}.group: expected a municipality or a line, got {group!r}")
        return cls(
            name=name,
            title=_title(given.get("title"), where),
            indicator=indicator,
            group_kind="" if group is None else "line" if group in LINES else "municipality",
            group=group or "",
            at=_at(given["at_months"], where),
            direction=_one_of(given["direction"], DIRECTIONS, f"{where}.direction"),
            value=value,
            is_relative=is_relative,
            unit=unit,
            source=given["source"].strip(),
            source_kind=_one_of(given["source_kind"], SOURCE_KINDS, f"{where}.source_kind"),
        )

    def met(self, values: np.ndarray) -> np.ndarray:
        """Whether values in `unit` meet the goal; the threshold itself does."""
        return values <= self.value if self.direction == "at_most" else values >= self.value


def read_targets(given: object) -> tuple[Target, ...]:
    """Read the node ``targets`` of a configuration.

    Raises
    ------
    InputError
        If it is no mapping of goals, or a goal does not hold.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"targets: expected goals by name, got {given!r}")
    return tuple(Target.read(str(name), body) for name, body in given.items())


def placed(targets: Sequence[Target], region: Region) -> tuple[Target, ...]:
    """The goals with the codes of the municipalities that they name.

    Raises
    ------
    InputError
        If a group is neither a line nor a municipality of the region.
    """
    found = []
    for target in targets:
        if target.group_kind == "municipality":
            try:
                code = region.municipalities[region.municipality(target.group)].code
            except InputError as error:
                lines = near_miss(target.group, LINES) or f"; lines are {', '.join(LINES)}"
                raise InputError(f"targets.{target.name}.group: {error}{lines}") from None
            target = replace(target, group=code)
        found.append(target)
    return tuple(found)


def _threshold(given: Mapping[Any, Any], indicator: str, where: str) -> tuple[float, bool]:
    held = [key for key in ("value", "relative_to_start") if given.get(key) is not None]
    if len(held) != 1:
        raise InputError(f"{where}: expected value or relative_to_start, got {' and '.join(held) or 'neither'}")
    number = given[held[0]]
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise InputError(f"{where}.{held[0]}: expected a number, got {number!r}")
    is_relative = held[0] == "relative_to_start"
    if is_relative and INDICATORS[indicator].kind == "flow":
        raise InputError(
            f"{where}.relative_to_start: {indicator} is summed from the start and has no value there; "
            "expected value"
        )
    if not is_relative and INDICATORS[indicator].unit == "share" and not 0 <= number <= 1:
        raise InputError(f"{where}.value: expected a share from 0 to 1, got {number!r}")
    return float(number), is_relative


def _at(given: object, where: str) -> int | str:
    if given == ALL:
        return ALL
    if type(given) is not int or not 1 <= given <= LATEST_MONTH:
        raise InputError(
            f"{where}.at_months: expected months after the start, 1 to {LATEST_MONTH}, or all; got {given!r}"
        )
    return given


def _title(given: object, where: str) -> dict[str, str]:
    if given is None:
        return {}
    texts: dict[str, Any] = (
        {str(key): text for key, text in given.items()}
        if isinstance(given, Mapping)
        else dict.fromkeys(_LANGUAGES, given)
    )
    for language, text in texts.items():
        if language not in _LANGUAGES:
            miss = near_miss(str(language), _LANGUAGES)
            raise InputError(f"{where}.title: expected {', '.join(_LANGUAGES)}, got '{language}'{miss}")
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{where}.title.{language}: expected text, got {text!r}")
    return texts


def _one_of(given: object, options: Sequence[str], where: str) -> str:
    if given not in options:
        raise InputError(
            f"{where}: expected {' or '.join(options)}, got {given!r}{near_miss(str(given), options)}"
        )
    return str(given)
