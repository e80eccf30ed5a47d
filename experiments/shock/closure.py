"""A closing employer, from a shock file."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from agents.event import Closure
from experiments.horizon import Horizon
from experiments.shock.reading import check_keys, read_employer
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

_CLOSURE = ("kind", "employer", "jobs", "announced", "notice", "exits")
_CLOSURE_OPTIONAL = ("marked",)


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
        Unknown key or employer; more jobs than the employer has; dates in the wrong order or
        outside the horizon; shares that do not sum to one.
    """
    where = f"shocks.{name}"
    check_keys(given, _CLOSURE, where, _CLOSURE_OPTIONAL)
    employer, jobs = read_employer(given, where, region)
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
