"""An employer that furloughs many at once, from a shock file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.event import FurloughWave
from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, read_employer, read_share
from sim.errors import InputError

if TYPE_CHECKING:
    from agents.region import Region


def read_furlough_wave(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> FurloughWave:
    """Read a shock of the kind ``furlough_wave``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        ``{kind, employer, start, recall}`` with ``jobs`` or ``share`` of the staff; ``end``, the last day on which
        furloughs begin (by default the first), and ``marked``, as of a closure.
    horizon
        Resolves the dates.
    region
        Knows the employers.

    Raises
    ------
    InputError
        As `experiments.shock.closure.read_closure`; both or neither of ``jobs`` and ``share``.
    """
    where = f"shocks.{name}"
    check_keys(given, ("kind", "employer", "start", "recall"), where, ("jobs", "share", "end", "marked"))
    if (given.get("jobs") is None) == (given.get("share") is None):
        got = "neither" if given.get("jobs") is None else "both"
        raise InputError(f"{where}: expected either jobs or share, got {got}")
    employer, jobs = read_employer({"jobs": 0, **{k: v for k, v in given.items() if v is not None}}, where, region)
    if given.get("share") is not None:
        jobs = round(read_share(given["share"], f"{where}.share") * region.employer(employer).jobs)
    start = horizon.inside(given["start"], f"{where}.start")
    end = start if given.get("end") is None else horizon.inside(given["end"], f"{where}.end")
    recall = horizon.inside(given["recall"], f"{where}.recall")
    if end < start:
        raise InputError(f"{where}: end on {end} is before start on {start}")
    if recall <= end:
        raise InputError(f"{where}.recall: {recall} is not after the last furloughs on {end}")
    marked = start
    if given.get("marked") == "start":
        marked = horizon.start
    elif given.get("marked") is not None:
        marked = horizon.inside(given["marked"], f"{where}.marked")
    if marked > start:
        raise InputError(f"{where}.marked: {marked} is after the first furloughs on {start}")
    return FurloughWave(name, employer, jobs, start, end, recall, marked)
