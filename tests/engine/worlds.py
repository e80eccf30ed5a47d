"""Small worlds for the tests of the engine: specifications, closures, comparisons of results."""

from __future__ import annotations

import copy
import dataclasses
import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import agents.synthetic.build
from agents.area import build
from agents.event import Building, Closure, FurloughWave, Opening, Training
from agents.specification import Cohort, RunResult, RunSpecification
from experiments.composing.composition import resolve
from sim.dimensions import Contract, Line, Measure, State, VacancyState
from sim.rng import NEVER, VACANCY_UID
from sim.tables import NO_LOSS, NO_TALK, NOT_YET
from sim.world import World

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "tests" / "data"
KOLMIKKO = PROJECT / "data" / "regions" / "kolmikko"
SATAKUNTA = PROJECT / "data" / "regions" / "satakunta"
FIRST_DAY = date(2025, 1, 1)


@cache
def declared() -> dict[str, Any]:
    """Declarations of the parameters as shipped."""
    return resolve("run", ["region=kolmikko"]).plain["parameters"]


def with_values(values: dict[str, float], declarations: dict[str, Any] | None = None) -> dict[str, Any]:
    """Declarations with other values for whole parameters; ranges are widened where they forbid it."""
    changed = copy.deepcopy(declared() if declarations is None else declarations)
    for name, value in values.items():
        mechanism, field = name.split(".")
        entry = changed[mechanism][field]
        for key, widest in (("low", min), ("high", max)):
            limit = entry[key]
            cells = limit.values() if isinstance(limit, dict) else [limit]
            entry[key] = widest(value, *cells)
        entry["value"] = value
    return changed


def specification(**given: Any) -> RunSpecification:
    """A year of kolmikko with nothing happening to it, but for what is given."""
    values: dict[str, Any] = {
        "region": KOLMIKKO, "start": "start_2025_01", "start_date": FIRST_DAY, "days": 365, "seed": 7,
        "parameters": declared(),
    }  # fmt: skip
    return RunSpecification(**(values | given))


def closure(jobs: int = 60, employer: str = "plant_kolmikko") -> Closure:
    """The plant's closure: announced 3 February, two exits."""
    exits = ((date(2025, 4, 30), 0.5), (date(2025, 6, 30), 0.5))
    return Closure("closing", employer, jobs, date(2025, 2, 3), date(2025, 3, 17), exits)


def tenured(jobs: int = 60, employer: str = "plant_kolmikko", **given: Any) -> Closure:
    """The plant's closure with notice by tenure: announced 3 February, notice 17 March."""
    last_days = tuple(date(2025, *day) for day in ((3, 31), (4, 17), (5, 17), (7, 17), (9, 17)))
    plan = Closure("closing", employer, jobs, date(2025, 2, 3), date(2025, 3, 17), (), by_tenure=last_days)
    return dataclasses.replace(plan, **given)


def furlough_wave(jobs: int = 30, employer: str = "plant_kolmikko", **given: Any) -> FurloughWave:
    """The plant furloughs some of its staff from 3 February to 5 May."""
    start = date(2025, 2, 3)
    return dataclasses.replace(FurloughWave("wave", employer, jobs, start, start, date(2025, 5, 5)), **given)
def opening(jobs: int = 40, **given: Any) -> Opening:
    """A new plant in the second municipality: announced 3 February, built, trained for, and at work on 2 June."""
    values: dict[str, Any] = {
        "name": "opening", "site": "plant", "grows": False, "municipality": 1, "section": 2, "jobs": jobs,
        "announced": date(2025, 2, 3), "start": date(2025, 6, 2),
        "recruitment": ((date(2025, 3, 3), 0.5), (date(2025, 5, 1), 0.5)),
        "building": Building(10, date(2025, 2, 17), date(2025, 6, 2)),
        "training": Training(8, "tailored_training", 2.0),
        "from_outside": 0.1,
    }  # fmt: skip
    return Opening(**(values | given))


def cohort(jobs: int = 60, employer: str = "plant_kolmikko", marked: date = date(2025, 2, 3)) -> Cohort:
    """The plant's staff, marked on the day of the announcement."""
    return Cohort("closing", employer, marked, jobs)


def bare_world(spec: RunSpecification, n: int = 10) -> World:
    """A world with n people in place 0 who do nothing, and with no job at all; for worlds made by hand.

    Their identities are 1 … n of the kind of persons; employability is 1 and the trade is 0.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agents.synthetic.build, "begin", lambda w: None)
        world = build(spec)
    a = world.arrays
    n_persons = int(world.control.n_persons)
    assert n <= n_persons
    people = a.persons[:n_persons]
    people.state, people.home, people.occupation, people.qualification = State.RETIRED, 0, 0, 0
    people.employer, people.contract, people.employability = -1, 0, 1.0
    people.registered_since, people.search_ended, people.need, people.retires = NOT_YET, NOT_YET, 0, NEVER
    people.contacts, people.line, people.boost_until, people.met = 0, -1, -1, NO_TALK
    people.measure, people.course, people.gain, people.is_recognised, people.language = -1, -1, 1.0, 0, 0
    people.has_car = 1
    people.voucher_until, people.has_path, people.has_plan, people.is_waiting = -1, 0, 0, 0
    world.control.n_offers = world.control.first_offer = 0
    open_offices(world)
    world.control.n_persons = n
    a.vacancies[:] = np.zeros(1, a.vacancies.dtype)
    a.vacancies.day = -1
    world.control.n_vacancies = 0
    for column in ("filled", "open", "dormant", "target", "start_jobs"):
        a.employers[column] = 0
    people.lost_job = NO_LOSS
    people.origin, people.language_level, people.credential, people.has_car = 0, 4, 0, 1
    for table in (a.open_cells, a.remote_cells, a.streams, a.moves, a.away, a.others, a.stocks, a.in_measure):
        table[:] = 0
    a.stocks[State.RETIRED, 0] = n
    return world


NOTHING_PROPOSED = {
    f"measures.offered_{line}": 0.0 for line in ("brokerage", "competence", "multi_sector", "youth", "integration")
}
"""No talk leads to a measure."""
EVERY_WORKING_DAY = 0b11111


def open_offices(world: World) -> None:
    """Make every place an office of its own, open on every working day; nobody works there yet."""
    points = world.arrays.points
    points.kind, points.weekdays, points.period, points.phase = 2, EVERY_WORKING_DAY, 1, 0
    points.parent = points.serves = np.arange(len(points))


def staff(world: World, line: Line, advisers: int, place: int = 0, pace: float = 1.0) -> int:
    """Give a desk its advisers by hand (`agents.authority` does it in a model).

    Returns
    -------
    int
        Row of the desk.
    """
    a = world.arrays
    desk = int(line) * len(a.points) + place
    first = int(np.max(a.desks.first_server + a.desks.n_servers))
    if first + advisers > len(a.servers):
        servers = np.zeros(first + advisers + 8)
        servers[: len(a.servers)] = a.servers
        world.replace(servers=servers)
    row = a.desks[desk]
    row.first_server, row.n_servers, row.pace, row.fte = first, advisers, pace, advisers * pace
    return desk


def offer_seats(
    world: World, measure: Measure, seats: int, start: int = 0, decide_by: int = 10_000, trade: int = -1,
    trade_from: int = -1,
) -> int:  # fmt: skip
    """Put seats in a measure on offer.

    Returns
    -------
    int
        Row of the offer.
    """
    row = int(world.control.n_offers)
    world.ensure_room()
    world.arrays.offers[row] = (int(measure), trade, trade_from, start, decide_by, seats, 0, 100.0, 0.0)
    world.control.n_offers = row + 1
    return row


def open_vacancies(world: World, employers: list[int], occupations: list[int], places: list[int]) -> None:
    """Put open vacancies into the first rows, numbered from 1."""
    a, m = world.arrays, len(employers)
    jobs = a.vacancies[:m]
    jobs.uid = VACANCY_UID | np.arange(1, m + 1, dtype=np.uint64)
    jobs.employer, jobs.occupation, jobs.place = employers, occupations, places
    jobs.state, jobs.contract = VacancyState.OPEN, Contract.OPEN_ENDED
    a.employers.place[employers] = places
    world.control.n_vacancies = m
    np.add.at(a.open_cells, (jobs.occupation, jobs.place), 1)
    np.add.at(a.employers.open, jobs.employer, 1)
    a.employers.target[:] = a.employers.open


def rows(result: RunResult, kinds: tuple[str, ...] | None = None, since: str = "1900-01-01") -> dict[tuple, float]:
    """Indicators of a result by (date, indicator, group kind, group)."""
    columns = result.indicators
    keys = zip(columns["date"].astype(str), columns["indicator"], columns["group_kind"], columns["group"], strict=True)
    return {
        key: value
        for key, value in zip(keys, columns["value"].tolist(), strict=True)
        if (kinds is None or key[2] in kinds) and key[0] >= since
    }


def area(result: RunResult, name: str) -> np.ndarray:
    """Series of an area indicator, month by month."""
    columns = result.indicators
    return columns["value"][(columns["indicator"] == name) & (columns["group_kind"] == "")]


def lives(result: RunResult) -> dict[int, tuple]:
    """Everybody's end by identity: home, workplace, hash of the life, state, cohort, days."""
    assert result.lives is not None
    columns = [result.lives[name].tolist() for name in result.lives]
    return {person[0]: person[1:] for person in zip(*columns, strict=True)}


def assert_same(one: RunResult, other: RunResult) -> None:
    """Two results are equal bit for bit: everything but the seconds."""
    assert list(rows(one).items()) == list(rows(other).items())
    assert one.counters == other.counters
    assert one.built == other.built
    for log in ("contacts", "spells"):
        mine, theirs = getattr(one, log), getattr(other, log)
        assert mine.keys() == theirs.keys()
        assert all(mine[column].tobytes() == theirs[column].tobytes() for column in mine)
    assert (one.lives is None) == (other.lives is None)
    if one.lives is not None:
        assert lives(one) == lives(other)


def same_state(one: World, other: World) -> list[str]:
    """Names of the arrays of two worlds that are not equal bit for bit."""
    pairs = zip(one.arrays._fields, one.arrays, other.arrays, strict=True)
    return [name for name, mine, theirs in pairs if mine.tobytes() != theirs.tobytes()]


def in_another_process(code: str, timeout: float = 240.0, **environment: str) -> str:
    """Run code in a fresh interpreter from another folder and return its output."""
    path = os.pathsep.join((str(PROJECT), str(Path(__file__).parent)))
    variables = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "random", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, env=variables, cwd="/",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
