"""What readers of shock files share: keys, employers, shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, near_miss

if TYPE_CHECKING:
    from agents.region import Region


def read_employer(given: Mapping[str, Any], where: str, region: Region) -> tuple[str, int]:
    """Read ``employer`` and ``jobs``: a listed employer, and not more jobs than it has."""
    staff = {str(employer.id): int(employer.jobs) for employer in region.large_employers}
    employer, jobs = str(given["employer"]), given["jobs"]
    if employer not in staff:
        raise InputError(f"{where}.employer: no employer '{employer}' in region {region.name}"
                         f"{known(employer, staff)}")  # fmt: skip
    if type(jobs) is not int or jobs < 0:
        raise InputError(f"{where}.jobs: expected a whole number of persons from 0, got {jobs!r}")
    if jobs > staff[employer]:
        raise InputError(f"{where}.jobs: {jobs} is more than the employer's staff; "
                         f"{employer} has {staff[employer]}")  # fmt: skip
    return employer, jobs


def read_share(given: object, where: str) -> float:
    """Read a share, 0 to 1."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise InputError(f"{where}: expected a share from 0 to 1, got {given!r}")
    return float(given)


def check_keys(given: Mapping[str, Any], keys: tuple[str, ...], where: str, optional: tuple[str, ...] = ()) -> None:
    """Refuse keys that are unknown or missing."""
    for key in given:
        if key not in keys + optional:
            raise InputError(f"{where}: unknown key '{key}'{known(str(key), keys + optional)}")
    missing = [key for key in keys if given.get(key) is None]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing")


def known(word: str, options: Iterable[str]) -> str:
    """Say what was meant, or what there is."""
    options = list(options)
    shown = ", ".join(options[:8]) + (", …" if len(options) > 8 else "")
    return near_miss(str(word), options) or f"; there are {shown}"
