"""Policies: dated changes of parameters, places that open or close, courses and recruits that are ordered, staff that
is called when first interviews slip.

Staff that they move between towns is read in `experiments.composing.placing`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from agents.specification import Course, PlaceChange, Recruits
from agents.staff_call import CALLABLE, WATCHED, StaffCall
from experiments.composing.horizon import Horizon
from sim.changes import Change
from sim.dimensions import DAYS_PER_MONTH, MEASURES, WEEKDAYS
from sim.errors import InputError, near_miss
from sim.kernels.measures import WITH_A_TRADE
from sim.parameters import ParameterSet, read_number

if TYPE_CHECKING:
    from agents.region import Region

ORDERED = ("changes", "places", "placing", "courses", "recruits", "calls")
"""Lists of a policy: what it changes and what it orders."""
_PARTS = (*ORDERED, "needs_law_change")
_PLACE = ("municipality", "kind", "weekdays", "period_weeks", "start", "source")
_COURSE = (
    "measure", "occupation", "occupation_from", "months", "seats", "start", "every_months", "end", "source",
)  # fmt: skip
_CALL = ("parameter", "add", "when", "above", "lag_days", "start", "end", "source")
_RECRUITS = ("occupation", "persons", "start", "source")
_WITH_A_TRADE = tuple(MEASURES[measure] for measure in WITH_A_TRADE)
LONGEST_MONTHS, LATEST_MONTH = 36, 180
_KINDS = ("office", "service_point", "none")


def read_policy(name: str, given: Mapping[str, Any], horizon: Horizon) -> list[Change]:
    """Read a policy's ``changes: [{parameter, set|scale|add|ramp, start, ...}, ...]``.

    Raises
    ------
    InputError
        If a key or date is wrong; parameters and ranges are checked when changes are composed.
    """
    where = f"policies.{name}"
    for key in given:
        if key not in _PARTS:
            raise InputError(f"{where}: unknown key '{key}', expected {', '.join(_PARTS)}{near_miss(str(key), _PARTS)}")
    if not isinstance(given.get("needs_law_change", False), bool):
        raise InputError(f"{where}.needs_law_change: expected true or false, got {given['needs_law_change']!r}")
    if not any(given.get(key) for key in ORDERED):
        raise InputError(f"{where}: expected {', '.join(ORDERED)}, got none of them")
    changes = []
    for index, item in enumerate(read_items(given, "changes", where)):
        place = f"{where}.changes[{index}]"
        if isinstance(item, Mapping):
            dates = {
                key: horizon.resolve(item[key], f"{place}.{key}")
                for key in ("start", "end")
                if item.get(key) is not None
            }
            item = {**item, **dates}
        changes.append(Change.from_mapping(item, where, place))
    return changes


def read_places(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> list[PlaceChange]:
    """Read a policy's ``places: [{municipality, kind, [weekdays], [period_weeks], start, source}, ...]``.

    Raises
    ------
    InputError
        A town outside the area, an unknown kind or weekday, an open place without a weekday, the host closed,
        a date outside the horizon.
    """
    changes = []
    for index, item in enumerate(read_items(given, "places", f"policies.{name}")):
        where = f"policies.{name}.places[{index}]"
        check_item(item, _PLACE, ("municipality", "kind", "start", "source"), where)
        try:
            place = region.municipality(str(item["municipality"]))
        except InputError as error:
            raise InputError(f"{where}.municipality: {error}") from None
        if item["kind"] not in _KINDS:
            raise InputError(f"{where}.kind: no kind {item['kind']!r}{near_miss(str(item['kind']), _KINDS)}")
        if place == region.host and item["kind"] != "office":
            raise InputError(f"{where}: {item['municipality']} hosts the area and keeps its office")
        days = str(item.get("weekdays") or "").split()
        if item["kind"] == "office" and not days:
            days = list(WEEKDAYS)
        unknown = [day for day in days if day not in WEEKDAYS]
        if unknown or (not days and item["kind"] != "none"):
            raise InputError(f"{where}.weekdays: expected some of {' '.join(WEEKDAYS)}, got {item.get('weekdays')!r}")
        period = item.get("period_weeks", 1)
        if period not in (1, 2, 4):
            raise InputError(f"{where}.period_weeks: expected 1, 2 or 4, got {period!r}")
        start = horizon.inside(item["start"], f"{where}.start")
        weekdays = tuple(sorted(WEEKDAYS.index(day) for day in days))
        changes.append(PlaceChange(name, place, str(item["kind"]), start, weekdays, int(period)))
    return changes


def read_courses(
    name: str, given: Mapping[str, Any], horizon: Horizon, region: Region, parameters: ParameterSet
) -> list[Course]:
    """Read a policy's ``courses: [{measure, [occupation], [occupation_from], [months], seats, start,
    [every_months], [end], source}, ...]``; ``every_months`` repeats a course to the end, or the horizon's.

    Raises
    ------
    InputError
        An unknown measure or occupation, a course from a trade to nowhere or to itself, no seats, a measure without a
        price, a date outside the horizon or before the lead time of a purchase has passed since the start.
    """
    courses = []
    for index, item in enumerate(read_items(given, "courses", f"policies.{name}")):
        where = f"policies.{name}.courses[{index}]"
        check_item(item, _COURSE, ("measure", "seats", "start", "source"), where)
        measure, seats = item["measure"], item["seats"]
        if measure not in MEASURES:
            raise InputError(f"{where}.measure: no measure {measure!r}{near_miss(str(measure), MEASURES)}")
        if isinstance(seats, bool) or not isinstance(seats, int | float) or seats <= 0:
            raise InputError(f"{where}.seats: expected a number above 0, got {seats!r}")
        price = parameters.value(f"measures.price_month_eur.{measure}")
        if price == 0.0:
            raise InputError(f"{where}: {measure} has no price; set parameters.measures.price_month_eur.{measure}")
        start = horizon.inside(item["start"], f"{where}.start")
        lead = parameters.value(f"measures.lead_months.{measure}")
        assert isinstance(lead, float)
        earliest = horizon.start + timedelta(days=int(lead * DAYS_PER_MONTH))
        if start < earliest:
            raise InputError(
                f"{where}.start: {start} is before the lead time of {measure} ({lead:g} months) has passed; "
                f"the earliest day is {earliest}"
            )
        occupation, whom = (
            -1 if item.get(key) is None else region.trade(str(item[key]), f"{where}.{key}")
            for key in ("occupation", "occupation_from")
        )
        if whom >= 0:
            _check_bridge(measure, occupation, whom, item, where)
        months = item.get("months", 0.0)
        if isinstance(months, bool) or not isinstance(months, int | float) or not 0 <= months <= LONGEST_MONTHS:
            raise InputError(f"{where}.months: expected 0 to {LONGEST_MONTHS} months, got {months!r}")
        courses += [
            Course(name, measure, occupation, float(seats), day, whom, float(months))
            for day in _repeated(item, start, horizon, where)
        ]
    return courses


def read_recruits(name: str, given: Mapping[str, Any], horizon: Horizon, region: Region) -> list[Recruits]:
    """Read a policy's ``recruits: [{occupation, persons, start, source}, ...]``: ordered from abroad.

    Raises
    ------
    InputError
        An unknown occupation, nobody to recruit, a date outside the horizon.
    """
    recruits = []
    for index, item in enumerate(read_items(given, "recruits", f"policies.{name}")):
        where = f"policies.{name}.recruits[{index}]"
        check_item(item, _RECRUITS, _RECRUITS, where)
        persons = item["persons"]
        if isinstance(persons, bool) or not isinstance(persons, int | float) or persons <= 0:
            raise InputError(f"{where}.persons: expected a number above 0, got {persons!r}")
        occupation = _occupation(str(item["occupation"]), region, where)
        start = horizon.inside(item["start"], f"{where}.start")
        recruits.append(Recruits(name, occupation, float(persons), start))
    return recruits


def read_calls(
    name: str, given: Mapping[str, Any], horizon: Horizon, parameters: ParameterSet
) -> list[StaffCall]:
    """Read a policy's ``calls: [{parameter, add, when, above, lag_days, start, [end], source}, ...]``: staff of a line
    that begins ``lag_days`` after what is watched from ``start`` on has passed ``above``.

    Raises
    ------
    InputError
        A parameter that is no staff of a line, nobody to call, an unknown thing to watch, a threshold that is none, a
        date outside the horizon or an end before the start.
    """
    calls = []
    for index, item in enumerate(read_items(given, "calls", f"policies.{name}")):
        where = f"policies.{name}.calls[{index}]"
        check_item(item, _CALL, (*_CALL[:6], "source"), where)
        parameter, cell = parameters.locate(str(item["parameter"]), where)
        if parameter.name not in CALLABLE:
            raise InputError(f"{where}.parameter: {parameter.name} can not be called; staff is {', '.join(CALLABLE)}")
        if cell is None:
            lines = ", ".join(parameter.labels)
            raise InputError(f"{where}.parameter: {parameter.name} of which line? .LINE is one of {lines}")
        if item["when"] not in WATCHED:
            raise InputError(f"{where}.when: nothing watched is {item['when']!r}{_known(str(item['when']), WATCHED)}")
        fte = read_number(item["add"], f"{where}.add")
        if fte <= 0.0:
            raise InputError(f"{where}.add: expected FTE above 0, got {fte:g}")
        above = read_number(item["above"], f"{where}.above")
        if above < 0.0 or (item["when"] == WATCHED[0] and above >= 1.0):
            most = " and below 1" if item["when"] == WATCHED[0] else ""
            raise InputError(f"{where}.above: expected a threshold from 0{most}, got {above:g}")
        lag = item["lag_days"]
        if type(lag) is not int or lag < 0:
            raise InputError(f"{where}.lag_days: expected a whole number of days from 0, got {lag!r}")
        start = horizon.inside(item["start"], f"{where}.start")
        end = None if item.get("end") is None else horizon.resolve(item["end"], f"{where}.end")
        if end is not None and end < start:
            raise InputError(f"{where}: ends on {end}, before it is watched from {start}")
        calls.append(StaffCall(name, parameter.cell_name(cell), fte, str(item["when"]), above, lag, start, end))
    return calls


def _known(word: str, options: tuple[str, ...]) -> str:
    return near_miss(word, options) or f"; there are {', '.join(options)}"


def _occupation(code: str, region: Region, where: str) -> int:
    codes = [occupation.isco2 for occupation in region.occupations]
    if code not in codes:
        raise InputError(f"{where}.occupation: no occupation '{code}' (ISCO-08, two digits){_nearest(code, region)}")
    return codes.index(code)


def _check_bridge(measure: str, occupation: int, whom: int, item: Mapping[str, Any], where: str) -> None:
    if occupation < 0:
        raise InputError(f"{where}: a course for trade {item['occupation_from']} needs the occupation it leads to")
    if occupation == whom:
        raise InputError(f"{where}: the course leads from trade {item['occupation_from']} to itself")
    if measure not in _WITH_A_TRADE:
        raise InputError(f"{where}.measure: {measure} leads to no trade; those that do are {', '.join(_WITH_A_TRADE)}")


def _repeated(item: Mapping[str, Any], start: date, horizon: Horizon, where: str) -> list[date]:
    """First days of a course: one, or one every so many months."""
    every = item.get("every_months")
    if every is None:
        return [start]
    if type(every) is not int or every < 1:
        raise InputError(f"{where}.every_months: expected a whole number of months from 1, got {every!r}")
    last = horizon.last if item.get("end") is None else min(horizon.last, horizon.resolve(item["end"], f"{where}.end"))
    days = []
    for k in range(0, LATEST_MONTH, every):
        year, month = divmod(start.year * 12 + start.month - 1 + k, 12)
        day = date(year, month + 1, min(start.day, 28))
        if day > last:
            break
        days.append(day)
    return days


def _nearest(code: str, region: Region) -> str:
    """Say which occupation may have been meant: one with a title like that, or those of the same major group."""
    titles = {
        title.lower(): occupation.isco2
        for occupation in region.occupations
        for title in (occupation.name_en, occupation.name_fi, occupation.name_sv)
    }
    close = difflib.get_close_matches(code.lower(), list(titles), n=1, cutoff=0.5)
    if close:
        return f"; did you mean '{titles[close[0]]}'?"
    same = [occupation.isco2 for occupation in region.occupations if occupation.isco1 == code[:1]]
    return f"; there are {', '.join(same or [occupation.isco2 for occupation in region.occupations])}"


def read_items(given: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """Items of a list of a policy; InputError if it is none."""
    items = given.get(key, [])
    if not isinstance(items, list):
        raise InputError(f"{where}.{key}: expected a list, got {items!r}")
    return items


def check_item(item: object, known: tuple[str, ...], needed: tuple[str, ...], where: str) -> None:
    """Refuse what is no mapping, an unknown key, and one that is missing; InputError naming `where`."""
    if not isinstance(item, Mapping):
        raise InputError(f"{where}: expected {{{', '.join(needed)}}}, got {item!r}")
    for key in item:
        if key not in known:
            raise InputError(f"{where}: unknown key '{key}', expected {', '.join(known)}{near_miss(str(key), known)}")
    missing = [key for key in needed if item.get(key) is None]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} missing")
