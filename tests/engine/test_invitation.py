"""Courses that are meant for one trade: who is invited, who is marked, what it leads to."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from people import next_day_of, put
from worlds import NOTHING_PROPOSED, area, bare_world, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.specification import Cohort, Course
from sim.changes import Change
from sim.dimensions import DAYS_PER_MONTH, Measure, State
from sim.kernels.calendar import DATED
from sim.kernels.invitation import REST, invite, mark_unemployed
from sim.kernels.separation import separations
from sim.world import World

TUESDAY = date(2025, 1, 7)
DAY = 3
FROM, TO, OTHER = 0, 9, 4


def idle_world(n: int, **more: float) -> World:
    """People out of work, the odd ones of another trade, the last one furloughed."""
    values = NOTHING_PROPOSED | {"measures.completion_share": 1.0, "jobs.posted_at_once_share": 0.0} | more
    world = bare_world(specification(start_date=TUESDAY, days=700, parameters=with_values(values)), n)
    world.ensure_room(people=n)
    put(world, range(n), State.UNEMPLOYED, DAY - 60)
    world.arrays.persons.occupation[1:n:2] = OTHER
    return world


def offer_course(world: World, seats: int, months: float = 0.0) -> int:
    row = int(world.control.n_offers)
    world.arrays.offers[row] = (Measure.MODULAR_TRAINING, TO, FROM, DAY, DAY + 20, seats, 0, 1000.0, months)
    world.control.n_offers = row + 1
    return row


def test_seats_go_to_the_unemployed_of_the_trade_alone() -> None:
    world = idle_world(20, **{"measures.invited_share": 1.0})
    people = world.arrays.persons
    assert invite(world.handle, offer_course(world, 6), DAY) == 6
    taken = np.flatnonzero(people.state[:20] == State.TRAINING)
    assert len(taken) == 6
    assert np.all(people.occupation[taken] == FROM)
    assert invite(world.handle, offer_course(world, 60), DAY + 1) == 4  # nobody else of the trade is left
    assert np.all(people.state[1:20:2] == State.UNEMPLOYED)


def test_those_who_would_be_invited_are_marked_and_the_rest_of_their_trade() -> None:
    """The same people take the seats and are marked where there are none; each other one is in the second cohort."""
    for accepted in (1.0, 0.5):
        course, none = (idle_world(40, **{"measures.invited_share": accepted}) for _ in range(2))
        invite(course.handle, offer_course(course, 5), DAY)
        taken = course.arrays.persons.state[:40] == State.TRAINING
        assert mark_unemployed(none.handle, FROM, 5, 1, DAY) == 5
        assert mark_unemployed(none.handle, FROM, REST, 2, DAY) == 15
        cohort = none.arrays.persons.cohort[:40]
        assert np.array_equal(cohort == 1, taken)
        assert np.all((cohort[::2] > 0) & (cohort[1::2] == 0))


def test_a_share_accepts() -> None:
    world = idle_world(2000, **{"measures.invited_share": 0.3})
    n = invite(world.handle, offer_course(world, 5000), DAY)
    assert abs(n - 300) < 4.0 * np.sqrt(1000 * 0.3 * 0.7)  # four standard errors: a false alarm in 16,000
    nobody = idle_world(20, **{"measures.invited_share": 0.0})
    assert invite(nobody.handle, offer_course(nobody, 5), DAY) == 0


def test_a_course_has_its_own_length_and_leads_to_its_trade() -> None:
    world = idle_world(400, **{"measures.invited_share": 1.0})
    offer = offer_course(world, 200, months=10.0)
    assert invite(world.handle, offer, DAY) == 200
    rows = np.flatnonzero(world.arrays.persons.state[:400] == State.TRAINING)
    months = (world.arrays.persons.ends[rows] - DAY) / DAYS_PER_MONTH
    assert months.min() >= 3.9
    assert months.max() <= 16.0
    assert abs(months.mean() - 10.0) < 4.0 * 12.0 / np.sqrt(12.0 * 200.0)
    i = int(rows[0])
    last = int(next_day_of(world, DATED, i + 1)[i])
    for day in range(DAY + 1, last + 1):
        separations(world.handle, day)
    assert world.arrays.persons[i].occupation == TO


def test_cohorts_of_trades_do_not_change_a_life() -> None:
    """The keyed placebo: marking people leaves everybody's life as it was."""
    spec = specification(days=120)
    trade = 3
    cohorts = (
        Cohort("bridge", "", date(2025, 2, 1), 10, trade), Cohort("left", "", date(2025, 2, 1), REST, trade)
    )  # fmt: skip
    plain, marked = simulate(spec, with_lives=True), simulate(specification(days=120, cohorts=cohorts), with_lives=True)
    assert plain.lives is not None
    assert marked.lives is not None
    assert np.array_equal(plain.lives["life_hash"], marked.lives["life_hash"])
    assert marked.built["cohort"]["bridge"] <= 10
    assert marked.built["cohort"]["left"] > 0


def test_a_course_is_filled_on_its_day() -> None:
    course = Course("bridge", "modular_training", TO, 8.0, date(2025, 2, 1), 6, 5.0)
    given = specification(days=60, parameters=with_values({"measures.invited_share": 1.0}), courses=(course,))
    model = EmploymentAreaModel(given, build(given))
    model.run()
    offers = model.world.arrays.offers[: int(model.world.control.n_offers)]
    mine = offers[(offers.occupation_from == 6) & (offers.occupation == TO)]
    assert len(mine) == 1
    assert mine.taken[0] == 8
    assert mine.months[0] == 5.0


@pytest.mark.verify
def test_the_appeal_of_a_trade_fills_its_vacancies() -> None:
    """Sales take no licence: with twice the appeal fewer vacancies stand open there, and people apply no more often."""
    change = Change("trades.appeal.52", "set", 2.0, date(2025, 2, 1), source="test")
    fewer = []
    for seed in range(6):
        base = simulate(specification(seed=seed, record="monthly"))
        arm = simulate(specification(seed=seed, record="monthly", changes=(change,)))
        fewer.append(_vacancies(base, "52") - _vacancies(arm, "52"))
        assert abs(area(arm, "applications").sum() / area(base, "applications").sum() - 1.0) < 0.03
    assert np.mean(fewer) > 2.0 * np.std(fewer, ddof=1) / np.sqrt(len(fewer))


def _vacancies(result, code: str) -> float:
    """Open vacancies of a trade, mean of the month-ends."""
    columns = result.indicators
    mask = (columns["indicator"] == "vacancies_open") & (columns["group_kind"] == "occupation")
    return float(columns["value"][mask & (columns["group"] == code)].mean())
