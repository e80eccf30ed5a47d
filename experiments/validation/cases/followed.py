"""People of a closure, followed person by person: where each is at the month-ends, and the shares made of it.

The world is looked at between days, from outside; nothing is changed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from agents.area import EmploymentAreaModel, build
from agents.specification import RunSpecification
from sim.clock import day_of, month_ends
from sim.dimensions import EDUCATION, State
from sim.tables import ON_PATH

YEAR_MONTHS = 12
IN_WORK = (State.EMPLOYED, State.SELF_EMPLOYED)
IN_MEASURES = (State.TRAINING, State.IN_SERVICE, State.SUBSIDISED)


@dataclass(frozen=True)
class Followed:
    """The cohort of a closure at the month-ends of a run, arrays of shape (persons, months) unless said.

    Attributes
    ----------
    dates
        Month-ends, shape (months,).
    state
        `sim.dimensions.State`; ABSENT for who has died or moved away.
    at_plant
        Whether the job is at the employer.
    on_path
        Whether she waits for the pension on additional days.
    occupation
        Trade.
    education
        At the start, shape (persons,).
    lives_here
        Whether she lived in the area at the start, shape (persons,); of others only work in the area is seen.
    """

    dates: Sequence[date]
    state: NDArray[np.int8]
    at_plant: NDArray[np.bool_]
    on_path: NDArray[np.bool_]
    occupation: NDArray[np.int16]
    education: NDArray[np.int8]
    lives_here: NDArray[np.bool_]

    def month(self, day: date) -> int:
        """Number of the last month-end up to a day."""
        return max(k for k, end in enumerate(self.dates) if end <= day)


def follow(specification: RunSpecification) -> Followed:
    """Simulate a run and look at its first cohort at every month-end."""
    model = EmploymentAreaModel(specification, build(specification))
    start = specification.start_date
    model.run(1)
    people = model.world.arrays.persons
    rows = np.flatnonzero(people.cohort == 1)
    uid, education = people.uid[rows].copy(), people.education[rows].copy()
    lives_here = people.home[rows] < model.region.outside
    employer = model.employer_row(specification.cohorts[0].employer)
    dates = month_ends(start, specification.days)
    state, plant, path, trade = [], [], [], []
    for end in dates:
        model.run(day_of(end, start) + 1)
        people = model.world.arrays.persons[rows]
        here = people.uid == uid
        state.append(np.where(here, people.state, int(State.ABSENT)))
        plant.append(here & (people.employer == employer))
        path.append(here & (people.state == State.UNEMPLOYED) & (people.attachment == ON_PATH))
        trade.append(people.occupation.copy())
    model.release()
    return Followed(
        dates, np.array(state, np.int8).T, np.array(plant).T, np.array(path).T, np.array(trade, np.int16).T, education,
        lives_here,
    )  # fmt: skip


def _living(f: Followed, month: int) -> NDArray[np.bool_]:
    """Who still lives in the area, and is not at the plant: whom a survey here would ask."""
    return f.lives_here & (f.state[:, month] != State.ABSENT) & ~f.at_plant[:, month]


def _share(f: Followed, who: NDArray[np.bool_], what: NDArray[np.bool_]) -> float:
    return float(what[who].mean()) if who.any() else float("nan")


def _in_states(states: tuple[State, ...]) -> Callable[[Followed, int, NDArray[np.bool_]], float]:
    def measure(f: Followed, month: int, group: NDArray[np.bool_]) -> float:
        return _share(f, group & _living(f, month), np.isin(f.state[:, month], states))

    return measure


def _on_path(f: Followed, month: int, group: NDArray[np.bool_]) -> float:
    return _share(f, group & _living(f, month), f.on_path[:, month])


def _found_within_a_year(f: Followed, month: int, group: NDArray[np.bool_]) -> float:
    """Whoever was in work at a month-end in the twelve months after leaving, of those who left a year before."""
    left = np.argmin(f.at_plant, axis=1)  # the first month-end away from the plant
    who = group & f.lives_here & ~f.at_plant.all(axis=1) & (left + YEAR_MONTHS - 1 <= month)
    found = np.zeros(len(left), bool)
    for i in np.flatnonzero(who):
        found[i] = bool(np.isin(f.state[i, left[i] : left[i] + YEAR_MONTHS], IN_WORK).any())
    gone = f.state[np.arange(len(left)), left] == State.ABSENT
    return _share(f, who & ~gone, found)


def _left_for_a_job(f: Followed, month: int, group: NDArray[np.bool_]) -> float:
    """Whoever went from the plant straight into another job: at work elsewhere at the first month-end away."""
    left = np.argmin(f.at_plant, axis=1)
    who = group & f.lives_here & ~f.at_plant[:, month]
    return _share(f, who, f.state[np.arange(len(left)), left] == State.EMPLOYED)


def _other_trade(f: Followed, month: int, group: NDArray[np.bool_]) -> float:
    works = (f.state[:, month] == State.EMPLOYED) & ~f.at_plant[:, month]
    return _share(f, group & f.lives_here & works, f.occupation[:, month] != f.occupation[:, 0])


MEASURES: Mapping[str, Callable[[Followed, int, NDArray[np.bool_]], float]] = {
    "in_work": _in_states(IN_WORK),
    "in_measures_or_studies": _in_states((*IN_MEASURES, State.STUDENT)),
    "unemployed": _in_states((State.UNEMPLOYED, State.FURLOUGHED)),
    "self_employed": _in_states((State.SELF_EMPLOYED,)),
    "retired": _in_states((State.RETIRED, State.DISABILITY)),
    "on_path": _on_path,
    "found_within_a_year": _found_within_a_year,
    "left_for_a_job": _left_for_a_job,
    "other_trade": _other_trade,
}
"""Shares of the people of a closure, on a day: who lives in the area and has left the plant, unless said."""

_TERTIARY = EDUCATION.index("tertiary")
GROUPS: Mapping[str, Callable[[Followed], NDArray[np.bool_]]] = {
    "everybody": lambda f: np.ones(len(f.education), bool),
    "tertiary": lambda f: f.education == _TERTIARY,
    "others": lambda f: f.education != _TERTIARY,
}
"""Of whom."""
