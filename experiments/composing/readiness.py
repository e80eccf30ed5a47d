"""Readiness for a structural event: what the authority does, with dates that count from the event.

A level is a file of ``conf/readiness``, written like a policy; a date may also be ``{after: announced | notice |
last_exit, days: N}``, and seats of a course may be given as ``seats_per_100_jobs``. ``like`` names a level whose parts
come first. For an event it becomes an ordinary policy.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from agents.event import Event
from experiments.composing.composition import groups, read_option
from experiments.composing.horizon import Horizon
from experiments.shock.reading import known
from sim.errors import InputError

GROUP = "readiness"
_PARTS = ("changes", "courses", "places")
_KEYS = (*_PARTS, "like")
_MOMENTS = ("announced", "notice", "last_exit")


def levels() -> tuple[str, ...]:
    """Names of the levels that there are."""
    return groups()[GROUP]


def policy_of(level: str, event: Event, horizon: Horizon) -> dict[str, Any]:
    """What a level of readiness means for an event, as a policy.

    Parameters
    ----------
    level
        Name of a file of ``conf/readiness``.
    event
        The event, with absolute dates.
    horizon
        What falls after it is left out.

    Returns
    -------
    dict
        ``{changes, courses, places}`` with absolute dates, as `experiments.composing.policy` reads it.

    Raises
    ------
    InputError
        An unknown level or key, a date that counts from an unknown moment, levels that refer to each other in a ring.
    """
    parts = _read(level, ())
    read: dict[str, Any] = {}
    for part, items in parts.items():
        told = [
            _dated(item, event, horizon, f"conf/{GROUP}/{level}.yaml: {part}[{k}]") for k, item in enumerate(items)
        ]
        read[part] = [item for item in told if item is not None]
    return {part: items for part, items in read.items() if items}


def _read(level: str, within: tuple[str, ...]) -> dict[str, list[Any]]:
    if level not in levels():
        raise InputError(f"readiness={level}: no such file in conf/{GROUP}{known(level, levels())}")
    if level in within:
        raise InputError(f"conf/{GROUP}/{level}.yaml: like: leads back to itself ({' → '.join((*within, level))})")
    given = read_option(GROUP, level)
    for key in given:
        if key not in _KEYS:
            raise InputError(f"conf/{GROUP}/{level}.yaml: unknown key '{key}'{known(str(key), _KEYS)}")
    parts: dict[str, list[Any]] = {part: [] for part in _PARTS}
    if given.get("like") is not None:
        parts = _read(str(given["like"]), (*within, level))
    for part in _PARTS:
        parts[part] = parts[part] + copy.deepcopy(list(given.get(part) or []))
    return parts


def _dated(item: Mapping[str, Any], event: Event, horizon: Horizon, where: str) -> dict[str, Any] | None:
    """An item with absolute dates, or None if it would begin after the horizon."""
    told = dict(item)
    for key in ("start", "end"):
        if isinstance(told.get(key), Mapping) and "after" in told[key]:
            told[key] = _day(told[key], event, f"{where}.{key}")
        elif told.get(key) is not None:
            told[key] = horizon.resolve(told[key], f"{where}.{key}")
    if isinstance(told.get("start"), date) and told["start"] > horizon.last:
        return None
    if isinstance(told.get("end"), date) and told["end"] > horizon.last:
        del told["end"]
    share = told.pop("seats_per_100_jobs", None)
    if share is not None:
        told["seats"] = round(float(share) * event.jobs / 100.0)
        if told["seats"] < 1:
            return None
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in told.items()}


def _day(given: Mapping[str, Any], event: Event, where: str) -> date:
    for key in given:
        if key not in ("after", "days"):
            raise InputError(f"{where}: unknown key '{key}'{known(str(key), ('after', 'days'))}")
    moment, days = given["after"], given.get("days", 0)
    if moment not in _MOMENTS:
        raise InputError(f"{where}.after: no moment {moment!r}{known(str(moment), _MOMENTS)}")
    if type(days) is not int:
        raise InputError(f"{where}.days: expected a whole number of days, got {days!r}")
    return _moment(event, moment) + timedelta(days=days)


def _moment(event: Event, moment: str) -> date:
    """A moment of an event; one that it has not is the one before."""
    told = {"announced": event.moments[0], "last_exit": event.moments[-1]}
    told["notice"] = getattr(event, "notice", None) or told["announced"]
    return told[moment]
