"""People of a bare world (`worlds.bare_world`) put into labour states and jobs by hand, with their events."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from sim.dimensions import Contract, Measure, State, VacancyState
from sim.kernels.calendar import KINDS, link
from sim.rng import NEVER, VACANCY_UID
from sim.world import World

A_THIRD_OF_A_LIFE = 35 * 365


MEASURE_OF = {
    State.TRAINING: Measure.MODULAR_TRAINING, State.IN_SERVICE: Measure.WORK_TRIAL,
    State.SUBSIDISED: Measure.WAGE_SUBSIDY_PUBLIC,
}  # fmt: skip
"""What people are in who are put into a measure without saying which."""


def put(world: World, rows: ArrayLike, state: State, since: int = -1, measure: Measure | None = None) -> None:
    """Put people into a labour state they have been in since a day; the unemployed and served are on the register."""
    a, rows = world.arrays, np.asarray(rows)
    people = a.persons
    np.subtract.at(a.stocks, (people.state[rows], people.home[rows]), 1)
    people.state[rows], people.since[rows], people.born[rows] = state, since, -A_THIRD_OF_A_LIFE
    np.add.at(a.stocks, (people.state[rows], people.home[rows]), 1)
    was = people.measure[rows]
    np.subtract.at(a.in_measure, (was[was >= 0], people.home[rows][was >= 0]), 1)
    people.measure[rows] = -1
    if state in MEASURE_OF:
        people.measure[rows] = MEASURE_OF[state] if measure is None else measure
        np.add.at(a.in_measure, (people.measure[rows], people.home[rows]), 1)
    if state in (State.UNEMPLOYED, State.FURLOUGHED, *MEASURE_OF):
        people.registered_since[rows] = people.spell[rows] = people.clock[rows] = since


def employ(
    world: World, rows: ArrayLike, employers: ArrayLike, contract: Contract = Contract.OPEN_ENDED,
    part_time: ArrayLike = 0, since: int = -1000,
) -> None:  # fmt: skip
    """Give people jobs at employers in the place where they live; targets grow by them."""
    a, rows = world.arrays, np.asarray(rows)
    put(world, rows, State.EMPLOYED, since)
    employers = np.broadcast_to(np.asarray(employers), rows.shape)
    a.persons.employer[rows], a.persons.contract[rows] = employers, contract
    a.persons.is_part_time[rows], a.persons.ends[rows] = part_time, NEVER
    a.employers.place[employers] = a.persons.home[rows]
    np.add.at(a.employers.filled, employers, 1)
    np.add.at(a.employers.target, employers, 1)


def due(world: World, kind: int, rows: Iterable[int], day: int) -> None:
    """Let an event of a kind come to people on a day; a hazard's candidate is drawn with probability 1 there."""
    for i in rows:
        world.arrays.nodes.rung[i * KINDS + kind] = 0
        link(world.handle, int(i), kind, day)


def next_day_of(world: World, kind: int, n: int) -> np.ndarray:
    """Day of the next event of a kind of the first n people, -1 for none within the horizon, i4[n]."""
    return world.arrays.nodes.day[: n * KINDS].reshape(-1, KINDS)[:, kind].copy()


def open_one(world: World, v: int, employer: int, contract: Contract = Contract.OPEN_ENDED, part_time: int = 0) -> None:
    """Open a vacancy in row v at an employer in place 0, in trade 0, beside the jobs that are there."""
    a = world.arrays
    job = a.vacancies[v]
    job.uid, job.employer, job.state = VACANCY_UID | np.uint64(1 + v), employer, VacancyState.OPEN
    job.contract, job.is_part_time, job.occupation, job.place, job.day = contract, part_time, 0, 0, -1
    world.control.n_vacancies = max(int(world.control.n_vacancies), v + 1)
    a.employers.place[employer] = 0
    a.open_cells[0, 0] += 1
    a.employers.open[employer] += 1
    a.employers.target[employer] += 1


def offer(world: World, vacancies: Iterable[int], people: Iterable[int]) -> int:
    """Make each vacancy's round end today with one applicant, for `hiring`; how many decide."""
    a, n = world.arrays, 0
    for v, i in zip(vacancies, people, strict=True):
        job, person = a.vacancies[v], a.persons[i]
        job.n_applicants = 1
        job.applicant[0], job.applicant_uid[0], job.applicant_since[0], job.score[0] = i, person.uid, person.since, 0.5
        a.deciding[n] = v
        n += 1
    return n


def is_whole(world: World) -> None:
    """What an employer wants is what it has filled, open and waiting, and stocks are those of the people."""
    a, n = world.arrays, int(world.control.n_persons)
    firms = a.employers
    np.testing.assert_array_equal(firms.target, firms.filled + firms.open + firms.dormant)
    holds = a.persons.employer[:n] >= 0
    np.testing.assert_array_equal(firms.filled, np.bincount(a.persons.employer[:n][holds], minlength=len(firms)))
    stocks = np.zeros_like(a.stocks)
    here = a.persons.state[:n] != State.ABSENT
    np.add.at(stocks, (a.persons.state[:n][here], a.persons.home[:n][here]), 1)
    np.testing.assert_array_equal(stocks, a.stocks)
    in_measure = np.zeros_like(a.in_measure)
    measure = a.persons.measure[:n]
    np.add.at(in_measure, (measure[measure >= 0], a.persons.home[:n][measure >= 0]), 1)
    np.testing.assert_array_equal(in_measure, a.in_measure)
    np.testing.assert_array_equal(measure >= 0, np.isin(a.persons.state[:n], tuple(MEASURE_OF)))
