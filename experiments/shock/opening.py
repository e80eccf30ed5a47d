"""Jobs that begin, at a new site or a listed employer, from a shock file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from agents.event import Building, Opening, Training
from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, known
from sim.dimensions import DAYS_PER_MONTH, MEASURES, SECTIONS
from sim.errors import InputError
from sim.kernels.measures import WITH_A_TRADE

if TYPE_CHECKING:
    from agents.region import Region

_NEEDED = ("kind", "jobs", "announced", "start")
_PLACED = ("site", "municipality", "section")
_OPTIONAL = ("employer", "occupations", "like", "recruitment", "building", "training", "from_outside")
_TRAININGS = tuple(MEASURES[measure] for measure in WITH_A_TRADE)
USUAL_MEASURE = "joint_training"
"""Courses before an opening are most often bought together with the employer."""
USUAL_WAVES_DAYS = (120, 90, 60, 30)
"""Days before the start on which equal parts of the jobs are posted, unless a file says otherwise."""
LONGEST_MONTHS = 36


def read_opening(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Opening:
    """Read a shock of the kind ``opening``.

    Parameters
    ----------
    name
        Name of the shock.
    given
        ``{kind: opening, site, municipality, section, jobs, announced, start}``, or ``employer`` (a listed one that
        grows) in the place of site, municipality and section. If wanted ``occupations: {isco2: share}`` or
        ``like: employer`` (whose staff gives the trades), ``recruitment: [{date, share}, ...]``,
        ``building: {jobs, from, to}``, ``training: {seats, [months], [measure]}``, ``from_outside: share`` (of the
        employer's own people, who move in).
    horizon
        Resolves the dates.
    region
        Knows places, employers and occupations.

    Returns
    -------
    Opening
        With absolute dates.

    Raises
    ------
    InputError
        Unknown key, municipality, section, employer, occupation or measure; no jobs; dates in the wrong order or
        outside the horizon; shares that do not sum to one.
    """
    where = f"shocks.{name}"
    check_keys(given, _NEEDED, where, _PLACED + _OPTIONAL)
    site, place, section = _place(given, where, region)
    jobs = _whole(given["jobs"], f"{where}.jobs", "persons")
    announced = horizon.inside(given["announced"], f"{where}.announced")
    start = horizon.inside(given["start"], f"{where}.start")
    if start < announced:
        raise InputError(f"{where}: start on {start} is before announced on {announced}")
    if given.get("occupations") is not None and given.get("like") is not None:
        raise InputError(f"{where}: occupations and like are both given; the trades come from one of them")
    like = "" if given.get("like") is None else _employer(given["like"], f"{where}.like", region)[0]
    return Opening(
        name, site, given.get("employer") is not None, place, section, jobs, announced, start,
        _recruitment(given.get("recruitment"), f"{where}.recruitment", horizon, announced, start),
        _occupations(given.get("occupations"), f"{where}.occupations", region), like,
        _building(given.get("building"), f"{where}.building", horizon, announced),
        _training(given.get("training"), f"{where}.training", announced, start),
        0.0 if given.get("from_outside") is None else _share(given["from_outside"], f"{where}.from_outside"),
    )  # fmt: skip


def _place(given: Mapping[str, Any], where: str, region: Region) -> tuple[str, int, int]:
    """Name of the site, its municipality and its section."""
    there = [key for key in _PLACED if given.get(key) is not None]
    if given.get("employer") is not None:
        if there:
            raise InputError(f"{where}: employer is a listed one that grows; {', '.join(there)} are its own")
        return _employer(given["employer"], f"{where}.employer", region)
    missing = [key for key in _PLACED if key not in there]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing (or employer, a listed one that grows)")
    try:
        place = region.municipality(str(given["municipality"]))
    except InputError as error:
        raise InputError(f"{where}.municipality: {error}") from None
    section = str(given["section"])
    if section not in SECTIONS:
        raise InputError(f"{where}.section: '{section}' is no TOL 2008 section{known(section.upper(), SECTIONS)}")
    return str(given["site"]), place, SECTIONS.index(section)


def _employer(given: object, where: str, region: Region) -> tuple[str, int, int]:
    """Identifier, municipality and section of a listed employer."""
    staff = {employer.id: employer for employer in region.large_employers}
    if str(given) not in staff:
        raise InputError(f"{where}: no employer '{given}' in region {region.name}{known(str(given), staff)}")
    employer = staff[str(given)]
    return employer.id, employer.municipality, employer.section


def _whole(given: object, where: str, unit: str) -> int:
    if type(given) is not int or given < 1:
        raise InputError(f"{where}: expected a whole number of {unit} from 1, got {given!r}")
    return given


def _share(given: object, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1:
        raise InputError(f"{where}: expected a share above 0 and up to 1, got {given!r}")
    return float(given)


def _sums_to_one(shares: list[float], where: str) -> None:
    total = math.fsum(shares)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"{where}: the shares sum to {total:g}, expected 1")


def _occupations(given: Any, where: str, region: Region) -> tuple[tuple[int, float], ...]:
    """Shares of trades by position, in the region's order; empty if the file leaves them to the industry."""
    if given is None:
        return ()
    if not isinstance(given, Mapping) or not given:
        raise InputError(f"{where}: expected {{occupation: share}}, got {given!r}")
    shares: dict[int, float] = {}
    for code, share in given.items():
        trade = region.trade(str(code), where)
        shares[trade] = _share(share, f"{where}.{code}")
    if len(shares) < len(given):
        raise InputError(f"{where}: an occupation comes twice")
    _sums_to_one(list(shares.values()), where)
    return tuple(sorted(shares.items()))


def _recruitment(
    given: Any, where: str, horizon: Horizon, announced: date, start: date
) -> tuple[tuple[date, float], ...]:
    """Dated shares of the jobs that are posted; by default equal waves before the start."""
    if given is None:
        days = sorted({max(announced, start - timedelta(days=days)) for days in USUAL_WAVES_DAYS})
        return tuple((day, 1.0 / len(days)) for day in days)
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}: expected a list of {{date, share}}, got {given!r}")
    waves: list[tuple[date, float]] = []
    for index, part in enumerate(given):
        place = f"{where}[{index}]"
        if not isinstance(part, Mapping):
            raise InputError(f"{place}: expected {{date, share}}, got {part!r}")
        check_keys(part, ("date", "share"), place)
        day = horizon.inside(part["date"], f"{place}.date")
        if day < announced:
            raise InputError(f"{place}.date: {day} is before the announcement on {announced}")
        if waves and day <= waves[-1][0]:
            raise InputError(f"{place}.date: {day} is not after {waves[-1][0]}; waves go by rising dates")
        waves.append((day, _share(part["share"], f"{place}.share")))
    _sums_to_one([share for _, share in waves], where)
    return tuple(waves)


def _building(given: Any, where: str, horizon: Horizon, announced: date) -> Building | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{jobs, from, to}}, got {given!r}")
    check_keys(given, ("jobs", "from", "to"), where)
    begin, end = (horizon.inside(given[key], f"{where}.{key}") for key in ("from", "to"))
    if begin < announced:
        raise InputError(f"{where}.from: {begin} is before the announcement on {announced}")
    if end <= begin:
        raise InputError(f"{where}.to: {end} is not after {begin}")
    return Building(_whole(given["jobs"], f"{where}.jobs", "persons"), begin, end)


def _training(given: Any, where: str, announced: date, start: date) -> Training | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected {{seats, months, measure}}, got {given!r}")
    check_keys(given, ("seats",), where, ("months", "measure"))
    measure = given.get("measure", USUAL_MEASURE)
    if measure not in _TRAININGS:
        raise InputError(f"{where}.measure: {measure!r} leads to no trade{known(str(measure), _TRAININGS)}")
    months = given.get("months", 0.0)
    if isinstance(months, bool) or not isinstance(months, int | float) or not 0 <= months <= LONGEST_MONTHS:
        raise InputError(f"{where}.months: expected 0 to {LONGEST_MONTHS} months, got {months!r}")
    if start - timedelta(days=int(months * DAYS_PER_MONTH)) < announced:
        raise InputError(f"{where}.months: {months:g} months before the start on {start} is before the announcement "
                         f"on {announced}")  # fmt: skip
    return Training(_whole(given["seats"], f"{where}.seats", "persons"), str(measure), float(months))
