"""The arms of a drill: the baseline, and the event under each level of readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from agents.event import Event
from experiments.arm import BASELINE
from experiments.composition import groups, read_option
from experiments.horizon import Horizon
from sim.errors import InputError, near_miss

ANCHORS = ("announced", "notice")
"""Days of an event that a level's dates count from."""
_KEYS = ("decision_days", "changes")


def arms_of(
    levels: Sequence[str], events: Sequence[Event], horizon: Horizon
) -> tuple[dict[str, dict[str, list[str]]], dict[str, Any]]:
    """Arms and their policies.

    Parameters
    ----------
    levels
        Names of files in ``conf/readiness/``.
    events
        What happens in every arm but the baseline.
    horizon
        First and last day.

    Returns
    -------
    tuple
        ``{name: {shocks, policies}}``, the baseline first, and the policies by name, with absolute dates.

    Raises
    ------
    InputError
        A level that is not there or can not be read.
    """
    arms: dict[str, dict[str, list[str]]] = {BASELINE: {"shocks": [], "policies": []}}
    policies: dict[str, Any] = {}
    shocks = [event.name for event in events]
    for level in levels:
        policy = policy_of(level, read_level(level), events, horizon)
        name = f"readiness_{level}"
        arms[level] = {"shocks": shocks, "policies": [name] if policy else []}
        if policy:
            policies[name] = policy
    return arms, policies


def read_level(name: str) -> Mapping[str, Any]:
    """Read ``conf/readiness/NAME.yaml``: ``{decision_days, changes: [...]}``.

    Raises
    ------
    InputError
        No such level, an unknown or missing key.
    """
    known = groups()["readiness"]
    if name not in known:
        near = near_miss(name, known) or f"; there are {', '.join(known)}"
        raise InputError(f"readiness={name}: no such file in conf/readiness{near}")
    given = read_option("readiness", name)
    where = f"conf/readiness/{name}.yaml"
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{{', '.join(_KEYS)}}}, got {given!r}")
    for key in given:
        if key not in _KEYS:
            raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), _KEYS)}")
    days = given.get("decision_days", 0)
    if type(days) is not int or days < 0:
        raise InputError(f"{where}: decision_days: expected a whole number of days from 0, got {days!r}")
    if not isinstance(given.get("changes", []), list):
        raise InputError(f"{where}: changes: expected a list, got {given['changes']!r}")
    return given


def policy_of(name: str, level: Mapping[str, Any], events: Sequence[Event], horizon: Horizon) -> dict[str, Any] | None:
    """The policy of a level under an event; None if it changes nothing.

    What begins after the announcement begins when a decision can have been taken; what begins before it (negative
    days) was ready. Nothing begins before the run.
    """
    where = f"conf/readiness/{name}.yaml"
    decided = announced(events) + timedelta(days=int(level.get("decision_days", 0)))
    changes = []
    for number, change in enumerate(level.get("changes") or []):
        if not isinstance(change, Mapping):
            raise InputError(f"{where}: changes[{number}]: expected a change of a parameter, got {change!r}")
        dated = dict(change)
        for key in ("start", "end"):
            if dated.get(key) is not None:
                dated[key] = str(_moment(dated[key], events, horizon, f"{where}: changes[{number}].{key}"))
        start = date.fromisoformat(str(dated.get("start", decided)))
        if start >= announced(events):
            start = max(start, decided)
        dated["start"] = str(max(start, horizon.start))
        changes.append({"source": f"readiness level {name}", **dated})
    return {"changes": changes} if changes else None


def announced(events: Sequence[Event]) -> date:
    """Day on which the first event becomes known."""
    return min(event.announced for event in events)


def _moment(given: Any, events: Sequence[Event], horizon: Horizon, where: str) -> date:
    """A date, or ``{after: announced|notice, days: n}`` of the first event."""
    if not isinstance(given, Mapping) or "after" not in given:
        return horizon.resolve(given, where)
    anchor, days = given["after"], given.get("days", 0)
    if anchor not in ANCHORS:
        raise InputError(f"{where}.after: expected {' or '.join(ANCHORS)}, got {anchor!r}"
                         f"{near_miss(str(anchor), ANCHORS)}")  # fmt: skip
    if type(days) is not int:
        raise InputError(f"{where}.days: expected a whole number of days, got {days!r}")
    day = min(getattr(event, anchor, None) or event.announced for event in events)
    return day + timedelta(days=days)
