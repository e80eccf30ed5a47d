"""What is asked of bridges: how many people, when, which trades count as surplus and shortage, which courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from experiments.composing.composition import read_option
from sim.dimensions import MEASURES
from sim.errors import InputError, near_miss
from sim.kernels.measures import WITH_A_TRADE

DISTANCES = (
    "elementary", "same_field", "other_field", "from_elementary", "licensed", "next_level", "other_technician",
)  # fmt: skip
"""Kinds of step between two trades that a course can make (`experiments.bridges.pair.step_between`)."""
_LEAST = {
    "seats": 1, "start_months": 1, "follow_months": 3, "most_pairs": 1, "best": 1, "search_replications": 1,
    "pairs_a_trade": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """A course of a bridge: its measure and mean length, months."""

    measure: str
    months: float
    source: str


@dataclass(frozen=True)
class Question:
    """A file of ``conf/bridges/``; the fields are its keys, explained there."""

    title: str
    seats: int
    start_months: int
    follow_months: int
    most_pairs: int
    best: int
    search_replications: int
    surplus_at_most: float
    shortage_at_least: float
    ratio_at_least: float
    vacancies_at_least: float
    unemployed_per_seat: float
    pairs_a_trade: int
    courses: dict[str, Course | None]

    @classmethod
    def read(cls, name: str, changed: Mapping[str, Any]) -> Question:
        """Read ``conf/bridges/NAME.yaml`` with some values changed.

        Parameters
        ----------
        name
            Name of the file.
        changed
            ``KEY`` or ``courses.KIND.FIELD`` and its value.

        Raises
        ------
        InputError
            An unknown key, a number out of range, or a course that is none.
        """
        where = f"conf/bridges/{name}.yaml"
        given = dict(read_option("bridges", name))
        courses = {kind: dict(body) if body else None for kind, body in dict(given.get("courses", {})).items()}
        known = [field.name for field in fields(cls)]
        for key, value in changed.items():
            first, *path = key.split(".")
            if first == "courses" and len(path) == 2 and courses.get(path[0]) is not None:
                courses[path[0]][path[1]] = value  # type: ignore[index]
            elif first in known and not path and first != "courses":
                given[first] = value
            else:
                raise InputError(f"bridges.{key}: no such key{near_miss(first, known)}")
        for key in given:
            if key not in known:
                raise InputError(f"{where}: unknown key '{key}'{near_miss(str(key), known)}")
        missing = [key for key in known if key not in given]
        if missing:
            raise InputError(f"{where}: {', '.join(missing)} missing")
        values = {key: _number(given[key], key, where) for key in known if key not in ("title", "courses")}
        return cls(title=str(given["title"]), courses=_courses(courses, where), **values)


def _number(value: Any, key: str, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < _LEAST.get(key, 0):
        raise InputError(f"{where}: {key}: expected a number from {_LEAST.get(key, 0)}, got {value!r}")
    if key in _LEAST and value != int(value):
        raise InputError(f"{where}: {key}: expected a whole number, got {value!r}")
    return int(value) if key in _LEAST else float(value)


def _courses(given: Mapping[str, Any], where: str) -> dict[str, Course | None]:
    measures = [MEASURES[measure] for measure in WITH_A_TRADE]
    courses: dict[str, Course | None] = {}
    for kind in given:
        if kind not in DISTANCES:
            raise InputError(f"{where}: courses: no kind '{kind}'{near_miss(str(kind), DISTANCES)}")
    for kind in DISTANCES:
        body = given.get(kind)
        if body is None:
            courses[kind] = None
            continue
        if set(body) != {"measure", "months", "source"}:
            raise InputError(f"{where}: courses.{kind}: expected {{measure, months, source}}, got {body!r}")
        if body["measure"] not in measures:
            raise InputError(
                f"{where}: courses.{kind}.measure: {body['measure']!r} leads to no trade; {', '.join(measures)} do"
            )
        months = body["months"]
        if isinstance(months, bool) or not isinstance(months, int | float) or not 0 < months <= 36:
            raise InputError(f"{where}: courses.{kind}.months: expected months above 0 and up to 36, got {months!r}")
        courses[kind] = Course(body["measure"], float(months), str(body["source"]))
    return courses
