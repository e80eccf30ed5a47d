"""Structural events and the people they hit: from a shock file to a closure and its cohort."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from agents.specification import Closure, Cohort
from experiments.horizon import Horizon
from sim.errors import InputError, near_miss

if TYPE_CHECKING:
    from agents.region import Region

KINDS = ("closure",)
_CLOSURE = ("kind", "employer", "jobs", "announced", "notice", "exits")
_CLOSURE_OPTIONAL = ("marked",)
_COHORT = ("employer", "marked", "jobs")
REST = -1
"""Number of persons of a cohort: all of the trade who are in no other one."""


def read_closure(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Closure:
    """Read a shock of the kind ``closure``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        ``{kind: closure, employer, jobs, announced, notice, exits: [{date, share}, ...]}`` and, if wanted,
        ``marked``, the day on which the staff is marked as a cohort (a date, or ``start``).
    horizon
        Resolves the dates.
    region
        Knows the employers.

    Returns
    -------
    Closure
        With absolute dates.

    Raises
    ------
    InputError
        Unknown kind, key or employer; more jobs than the employer has; dates in the wrong order or
        outside the horizon; shares that do not sum to one.
    """
    where = f"shocks.{name}"
    _check_keys(given, _CLOSURE, where, _CLOSURE_OPTIONAL)
    if given["kind"] not in KINDS:
        raise InputError(f"{where}.kind: no kind {given['kind']!r}{_known(given['kind'], KINDS)}")
    employer, jobs = _read_employer(given, where, region)
    announced = horizon.inside(given["announced"], f"{where}.announced")
    notice = horizon.inside(given["notice"], f"{where}.notice")
    exits = _read_exits(given["exits"], f"{where}.exits", horizon)
    in_order = [("announced", announced), ("notice", notice), ("the first of exits", exits[0][0])]
    for (earlier, first), (later, second) in itertools.pairwise(in_order):
        if second < first:
            raise InputError(f"{where}: {later} on {second} is before {earlier} on {first}")
    marked = announced
    if given.get("marked") == "start":
        marked = horizon.start
    elif given.get("marked") is not None:
        marked = horizon.inside(given["marked"], f"{where}.marked")
    if marked > announced:
        raise InputError(f"{where}.marked: {marked} is after the announcement on {announced}; leavers would be missed")
    return Closure(name, employer, jobs, announced, notice, exits, marked)


def read_cohort(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Cohort:
    """Read an entry of ``cohorts``: ``{employer, marked, jobs}``, or ``{occupation, marked, [persons]}``: unemployed
    people of a trade, all those in no other cohort without a number.

    Raises
    ------
    InputError
        As `read_closure`.
    """
    where = f"cohorts.{name}"
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{employer, marked, jobs}}, got {given!r}")
    if "occupation" in given:
        _check_keys(given, ("occupation", "marked"), where, ("persons",))
        trade = region.trade(str(given["occupation"]), f"{where}.occupation")
        persons = given.get("persons", REST)
        if type(persons) is not int or persons < REST:
            raise InputError(f"{where}.persons: expected a whole number of persons from 0, got {persons!r}")
        return Cohort(name, "", horizon.inside(given["marked"], f"{where}.marked"), persons, trade)
    _check_keys(given, _COHORT, where)
    employer, jobs = _read_employer(given, where, region)
    return Cohort(name, employer, horizon.inside(given["marked"], f"{where}.marked"), jobs)


def cohort_of(closure: Closure) -> Cohort:
    """The people whom a closure hits: the staff on its marking day, by default that of the announcement."""
    return Cohort(closure.name, closure.employer, closure.marked or closure.announced, closure.jobs)


def _read_employer(given: Mapping[str, Any], where: str, region: Region) -> tuple[str, int]:
    staff = {str(employer.id): int(employer.jobs) for employer in region.large_employers}
    employer, jobs = str(given["employer"]), given["jobs"]
    if employer not in staff:
        raise InputError(f"{where}.employer: no employer '{employer}' in region {region.name}"
                         f"{_known(employer, staff)}")  # fmt: skip
    if type(jobs) is not int or jobs < 0:
        raise InputError(f"{where}.jobs: expected a whole number of persons from 0, got {jobs!r}")
    if jobs > staff[employer]:
        raise InputError(f"{where}.jobs: {jobs} is more than the employer's staff; "
                         f"{employer} has {staff[employer]}")  # fmt: skip
    return employer, jobs


def _read_exits(given: Any, where: str, horizon: Horizon) -> tuple[tuple[date, float], ...]:
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}: expected a list of {{date, share}}, got {given!r}")
    exits: list[tuple[date, float]] = []
    for index, part in enumerate(given):
        place = f"{where}[{index}]"
        if not isinstance(part, Mapping):
            raise InputError(f"{place}: expected {{date, share}}, got {part!r}")
        _check_keys(part, ("date", "share"), place)
        share = part["share"]
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise InputError(f"{place}.share: expected a share above 0 and up to 1, got {share!r}")
        day = horizon.inside(part["date"], f"{place}.date")
        if exits and day <= exits[-1][0]:
            raise InputError(f"{place}.date: {day} is not after {exits[-1][0]}; exits go by rising dates")
        exits.append((day, float(share)))
    total = math.fsum(share for _, share in exits)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"{where}: the shares sum to {total:g}, expected 1")
    return tuple(exits)


def _check_keys(
    given: Mapping[str, Any], keys: tuple[str, ...], where: str, optional: tuple[str, ...] = ()
) -> None:
    for key in given:
        if key not in keys + optional:
            raise InputError(f"{where}: unknown key '{key}'{_known(str(key), keys + optional)}")
    missing = [key for key in keys if given.get(key) is None]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing")


def _known(word: str, options: Iterable[str]) -> str:
    options = list(options)
    shown = ", ".join(options[:8]) + (", …" if len(options) > 8 else "")
    return near_miss(str(word), options) or f"; there are {shown}"
