"""Decisions of a table-top as dated policy changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.composing.horizon import Horizon
from experiments.shock.reading import check_keys, known
from sim.dimensions import LINES, MEASURES
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

_DECISION = ("fte", "courses", "until_month", "note")
_COURSE = ("occupation", "occupation_from", "months", "starts_month")
SOURCE = "decision of the table-top"


def policies_of(
    decisions: Sequence[Mapping[str, Any]], month: int, horizon: Horizon, parameters: ParameterSet, where: str
) -> dict[str, dict[str, Any]]:
    """Policies by name, in the form of a policy file: one for each decision.

    Parameters
    ----------
    decisions
        As in the file; each acts from the day after its month.
    month
        Months played; later decisions are refused, for they have not been made.
    horizon, parameters
        Of the runs.
    where
        File, for errors.

    Raises
    ------
    InputError
        An unknown key, line or measure; a decision of a month to come or beyond the horizon; a course before its
        lead time has passed; nothing decided.
    """
    policies: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(decisions):
        place = f"{where}, decisions[{index}]"
        check_keys(item, ("month",), place, _DECISION)
        made = int(item["month"])
        if made > month:
            raise InputError(f"{place}.month: {made} is still to come; {month} months have been played")
        if made >= 12 * horizon.years:
            raise InputError(f"{place}.month: {made}, but the run ends after {12 * horizon.years} months")
        changes = _changes(item, made, index, place)
        courses = _courses(item, made, horizon, parameters, place)
        if not changes and not courses:
            raise InputError(f"{place}: decides nothing; expected fte or courses")
        policy: dict[str, Any] = {}
        if changes:
            policy["changes"] = changes
        if courses:
            policy["courses"] = courses
        policies[f"decision_{index + 1:02d}"] = policy
    return policies


def _changes(item: Mapping[str, Any], made: int, index: int, where: str) -> list[dict[str, Any]]:
    fte = item.get("fte") or {}
    if not isinstance(fte, Mapping):
        raise InputError(f"{where}.fte: expected {{LINE: +4}}, got {fte!r}")
    until = item.get("until_month")
    if until is not None and (type(until) is not int or until <= made):
        raise InputError(f"{where}.until_month: expected a month after {made}, got {until!r}")
    changes = []
    for line, posts in fte.items():
        if line not in LINES:
            raise InputError(f"{where}.fte: no line '{line}'{known(str(line), LINES)}")
        if isinstance(posts, bool) or not isinstance(posts, int | float) or posts == 0:
            raise InputError(f"{where}.fte.{line}: expected posts more or less such as +4, got {posts!r}")
        change: dict[str, Any] = {
            "parameter": f"services.staff_fte.{line}", "add": float(posts),
            "start": {"months_after_start": made, "day": 1}, "order": index + 1, "source": SOURCE,
        }  # fmt: skip
        if until is not None:
            change["end"] = {"months_after_start": until - 1, "day": 31}
        changes.append(change)
    return changes


def _courses(
    item: Mapping[str, Any], made: int, horizon: Horizon, parameters: ParameterSet, where: str
) -> list[dict[str, Any]]:
    given = item.get("courses") or []
    if not isinstance(given, list):
        raise InputError(f"{where}.courses: expected a list, got {given!r}")
    courses = []
    for number, course in enumerate(given):
        place = f"{where}.courses[{number}]"
        if not isinstance(course, Mapping):
            raise InputError(f"{place}: expected {{measure, occupation, seats}}, got {course!r}")
        check_keys(course, ("measure", "seats"), place, _COURSE)
        measure = course.get("measure")
        if measure not in MEASURES:
            raise InputError(f"{place}.measure: no measure {measure!r}{near_miss(str(measure), MEASURES)}")
        lead = parameters.value(f"measures.lead_months.{measure}")
        assert isinstance(lead, float)
        earliest = made + max(1, round(lead))
        starts = course.get("starts_month", earliest)
        if type(starts) is not int or starts < earliest:
            raise InputError(
                f"{place}.starts_month: {starts!r}, but {measure} bought in month {made} can begin in month {earliest}"
            )
        if starts >= 12 * horizon.years:
            raise InputError(f"{place}: begins in month {starts}, but the run ends after {12 * horizon.years} months")
        bought = {key: value for key, value in course.items() if key != "starts_month"}
        courses.append({**bought, "start": {"months_after_start": starts, "day": 1}, "source": SOURCE})
    return courses
