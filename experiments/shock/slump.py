"""Demand that falls in some industries and comes back, from a shock file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.event import Slump
from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, known, read_share
from sim.dimensions import SECTIONS
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region

LONGEST_MONTHS = 180


def read_slump(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Slump:
    """Read a shock of the kind ``slump``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        ``{kind: slump, depth, start, months}``, and ``sections`` (TOL 2008 letters; all without) and
        ``recovery_months`` (0).
    horizon
        Resolves the dates.
    region
        Not needed: industries are the same everywhere.

    Raises
    ------
    InputError
        Unknown key or industry, a depth that is no share below 1, no months.
    """
    where = f"shocks.{name}"
    check_keys(given, ("kind", "depth", "start", "months"), where, ("sections", "recovery_months"))
    depth = read_share(given["depth"], f"{where}.depth")
    if depth >= 1.0:
        raise InputError(f"{where}.depth: expected a share below 1, got {depth:g}: demand would be gone")
    sections = SECTIONS if given.get("sections") is None else given["sections"]
    if isinstance(sections, str) or not isinstance(sections, list | tuple) or not sections:
        raise InputError(f"{where}.sections: expected a list of TOL 2008 letters such as [C, F], got {sections!r}")
    for section in sections:
        if section not in SECTIONS:
            raise InputError(f"{where}.sections: no industry {section!r}{known(str(section), SECTIONS)}")
    return Slump(
        name,
        tuple(sorted({SECTIONS.index(section) for section in sections})),
        depth,
        horizon.inside(given["start"], f"{where}.start"),
        _months(given["months"], 1, f"{where}.months"),
        _months(given.get("recovery_months") or 0, 0, f"{where}.recovery_months"),
    )


def _months(given: object, least: int, where: str) -> int:
    if type(given) is not int or not least <= given <= LONGEST_MONTHS:
        raise InputError(f"{where}: expected a whole number of months from {least} to {LONGEST_MONTHS}, got {given!r}")
    return given
