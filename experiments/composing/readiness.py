"""Readiness for a structural event: what the authority does, with dates that count from the event.

A level is a file of ``conf/readiness``, written like a policy; a date may also be ``{after: announced | notice |
last_exit, days: N}``, or for the start of a course ``{after: …, lead_times: X}``: so many of the measure's own lead
times later. Seats of a course may be given as ``seats_per_100_jobs``. A change of staff may start ``{when:
first_interviews_late_share | waiting_weeks, above: X, lag_days: N}``, watched from the announcement: it becomes a call.
``like`` names a level whose parts come first. For an event it becomes an ordinary policy.
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
from sim.dimensions import DAYS_PER_MONTH, MEASURES
from sim.errors import InputError
from sim.parameters import ParameterSet

GROUP = "readiness"
_PARTS = ("changes", "courses", "places")
_KEYS = (*_PARTS, "like")
_MOMENTS = ("announced", "notice", "last_exit")
_CALL = ("parameter", "add", "start", "end", "source")
_TRIGGER = ("when", "above", "lag_days")


def levels() -> tuple[str, ...]:
    """Names of the levels that there are."""
    return groups()[GROUP]


def policy_of(level: str, event: Event, horizon: Horizon, parameters: ParameterSet) -> dict[str, Any]:
    """What a level of readiness means for an event, as a policy.

    Parameters
    ----------
    level
        Name of a file of ``conf/readiness``.
    event
        The event, with absolute dates.
    horizon
        What falls after it is left out.
    parameters
        Knows the lead times of measures.

    Returns
    -------
    dict
        ``{changes, courses, places, calls}`` with absolute dates, as `experiments.composing.policy` reads it.

    Raises
    ------
    InputError
        An unknown level or key, a date that counts from an unknown moment, levels that refer to each other in a ring.
    """
    parts = _read(level, ())
    read: dict[str, Any] = {}
    for part, items in parts.items():
        for k, item in enumerate(items):
            where = f"conf/{GROUP}/{level}.yaml: {part}[{k}]"
            is_call = isinstance(item.get("start"), Mapping) and "when" in item["start"]
            if is_call:
                item = _call(item, event, where)
            elif part == "courses":
                item = _after_lead_time(item, event, parameters, where)
            told = _dated(item, event, horizon, where)
            if told is not None:
                read.setdefault("calls" if is_call else part, []).append(told)
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


def _call(item: Mapping[str, Any], event: Event, where: str) -> dict[str, Any]:
    """A change that starts when something has slipped, as a call that is watched from the announcement."""
    for key in item:
        if key not in _CALL:
            raise InputError(f"{where}: a change with start.when has no '{key}'{known(str(key), _CALL)}")
    start = item["start"]
    for key in start:
        if key not in _TRIGGER:
            raise InputError(f"{where}.start: unknown key '{key}'{known(str(key), _TRIGGER)}")
    others = {key: value for key, value in item.items() if key != "start"}
    return {**others, **start, "start": _moment(event, "announced")}


def _after_lead_time(item: Mapping[str, Any], event: Event, parameters: ParameterSet, where: str) -> Mapping[str, Any]:
    """A course whose start counts in the measure's lead times, with a date."""
    start, measure = item.get("start"), item.get("measure")
    if not isinstance(start, Mapping) or "lead_times" not in start:
        return item
    times = start["lead_times"]
    if isinstance(times, bool) or not isinstance(times, int | float) or not 0 <= times <= 2:
        raise InputError(f"{where}.start.lead_times: expected 0 to 2 lead times, got {times!r}; 1 is the usual one")
    if "days" in start:
        raise InputError(f"{where}.start: days and lead_times; give one of them")
    if measure not in MEASURES:
        raise InputError(f"{where}.measure: no measure {measure!r}{known(str(measure), MEASURES)}")
    lead = parameters.value(f"measures.lead_months.{measure}")
    assert isinstance(lead, float)
    days = round(lead * DAYS_PER_MONTH * float(times))
    rest = {key: value for key, value in start.items() if key != "lead_times"}
    return {**item, "start": {**rest, "days": days}}


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
