"""A closing employer, from a shock file: closure, downsizing or bankruptcy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from agents.event import Closure
from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, read_employer, read_share
from experiments.shock.timeline import end_of_bankruptcy, end_of_negotiations, notice_ends, shortest_notice
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

_NEEDED = ("kind", "employer", "jobs", "announced")
_ALWAYS = ("marked", "rumour", "inside_firm_share", "restart", "probability")
_OPTIONAL = {
    "closure": (*_ALWAYS, "notice", "exits", "closing"),
    "downsizing": (*_ALWAYS, "notice", "exits", "closing"),
    "bankruptcy": _ALWAYS,
}
BY_TENURE = "by_tenure"


def read_closure(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Closure:
    """Read a shock of the kind ``closure``, ``downsizing`` or ``bankruptcy``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        ``{kind, employer, jobs, announced}``; the rest follows from the law or is left out: ``notice`` (end of the
        change negotiations), ``exits`` (``by_tenure``, or ``[{date, share}, ...]``), ``closing``, ``rumour``,
        ``inside_firm_share``, ``restart: {date, jobs}``, ``probability``, and ``marked``, the day on which the staff
        is marked as a cohort (a date, or ``start``). A bankruptcy has no notice: all leave after the estate's.
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
        Unknown key or employer; more jobs than the employer has, or all of them in a downsizing; dates in the wrong
        order or outside the horizon; shares that do not sum to one.
    """
    where, kind = f"shocks.{name}", str(given["kind"])
    check_keys(given, _NEEDED, where, _OPTIONAL[kind])
    employer, jobs = read_employer(given, where, region)
    staff = int(region.employer(employer).jobs)
    if kind == "downsizing" and jobs >= staff:
        raise InputError(f"{where}.jobs: a downsizing leaves some; {employer} has {staff}, kind: closure ends them all")
    announced = horizon.inside(given["announced"], f"{where}.announced")
    rumour = _optional_day(given, "rumour", where, horizon)
    closing = _optional_day(given, "closing", where, horizon)
    exits: tuple[tuple[date, float], ...] = ()
    by_tenure: tuple[date, ...] = ()
    notice = announced
    if kind == "bankruptcy":
        exits = ((end_of_bankruptcy(announced), 1.0),)
    else:
        notice = _optional_day(given, "notice", where, horizon) or end_of_negotiations(announced, staff, jobs)
        if given.get("exits") in (None, BY_TENURE):
            by_tenure = notice_ends(notice)
        else:
            exits = _read_exits(given["exits"], f"{where}.exits", horizon)
            if closing is not None:
                raise InputError(f"{where}.closing: belongs to exits: {BY_TENURE}; the last dated exit is the closing")
    first = [("the first of exits", exits[0][0])] if exits else []
    if closing is not None:
        first = [("closing", closing)]
    in_order = [("rumour", rumour or announced), ("announced", announced), ("notice", notice), *first]
    for (earlier, before), (later, day) in itertools.pairwise(in_order):
        if day < before:
            raise InputError(f"{where}: {later} on {day} is before {earlier} on {before}")
    if exits and kind != "bankruptcy" and exits[0][0] < shortest_notice(notice):
        raise InputError(f"{where}.exits: the first, {exits[0][0]}, is before notice can end: given on {notice}, the "
                         f"shortest ends on {shortest_notice(notice)}; kind: bankruptcy has none")  # fmt: skip
    last = exits[-1][0] if exits else max(by_tenure[-1], closing or by_tenure[-1])
    restart, restart_jobs = _read_restart(given.get("restart"), f"{where}.restart", last, jobs, horizon)
    marked = rumour or announced
    if given.get("marked") == "start":
        marked = horizon.start
    elif given.get("marked") is not None:
        marked = horizon.inside(given["marked"], f"{where}.marked")
    if marked > announced:
        raise InputError(f"{where}.marked: {marked} is after the announcement on {announced}; leavers would be missed")
    return Closure(
        name, employer, jobs, announced, notice, exits, marked, by_tenure, kind, rumour, closing,
        read_share(given.get("inside_firm_share", 0.0), f"{where}.inside_firm_share"), restart, restart_jobs,
        read_share(given.get("probability", 1.0), f"{where}.probability"),
    )  # fmt: skip


def _optional_day(given: Mapping[str, Any], key: str, where: str, horizon: Horizon) -> date | None:
    return None if given.get(key) is None else horizon.inside(given[key], f"{where}.{key}")


def _read_restart(given: Any, where: str, last: date, jobs: int, horizon: Horizon) -> tuple[date | None, int]:
    """Read ``{date, jobs}``: jobs taken up again after the last of the staff has left."""
    if given is None:
        return None, 0
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{date, jobs}}, got {given!r}")
    check_keys(given, ("date", "jobs"), where)
    day = horizon.inside(given["date"], f"{where}.date")
    if day < last:
        raise InputError(f"{where}.date: {day} is before the last exit on {last}")
    again = given["jobs"]
    if type(again) is not int or not 1 <= again <= jobs:
        raise InputError(f"{where}.jobs: expected 1 to {jobs} persons, the jobs that ended; got {again!r}")
    return day, again


def _read_exits(given: Any, where: str, horizon: Horizon) -> tuple[tuple[date, float], ...]:
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}: expected a list of {{date, share}}, got {given!r}")
    exits: list[tuple[date, float]] = []
    for index, part in enumerate(given):
        place = f"{where}[{index}]"
        if not isinstance(part, Mapping):
            raise InputError(f"{place}: expected {{date, share}}, got {part!r}")
        check_keys(part, ("date", "share"), place)
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
