"""Trials inside the world: who is treated, what treatment changes, and that none of it changes nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from people import due, next_day_of, put
from scipy import stats
from worlds import (
    NOTHING_PROPOSED,
    assert_same,
    bare_world,
    lives,
    offer_seats,
    rows,
    specification,
    staff,
    with_values,
)

from agents.area import EmploymentAreaModel, build, simulate
from agents.specification import RunResult
from sim.changes import Change
from sim.dimensions import Line, Measure, State
from sim.kernels.calendar import SERVICE
from sim.kernels.services import services
from sim.kernels.trial import enrol, is_treated, trial_number
from sim.tables import NOT_YET
from sim.world import World

TUESDAY = date(2025, 1, 7)
FIRST_DAY = date(2025, 1, 1)
DAY = 1
QUIET = NOTHING_PROPOSED | {
    "services.exit_per_contact": 0.0, "services.no_show_share": 0.0, "services.recognition_share": 0.0,
    "services.later_recognition_share": 0.0, "services.competence_share": 0.0, "services.referral_share": 0.0,
    "services.workday_minutes": 1e6,
}  # fmt: skip


def set_to(name: str, value: float, start: date = FIRST_DAY) -> Change:
    return Change(name, "set", value, start, source="test")


def talked(
    n: int,
    contacts: int = 2,
    seats: int = 0,
    measure: Measure = Measure.COACHING,
    special: dict[str, int] | None = None,
    **more: float,
) -> World:
    """People who have a talk on one day; the search of all of them is one of a trial's; `special` holds for all."""
    world = bare_world(specification(start_date=TUESDAY, days=400, parameters=with_values(QUIET | more)), n)
    world.ensure_room(people=n)
    put(world, range(n), State.UNEMPLOYED, 0)
    people = world.arrays.persons[:n]
    people.contacts, people.line = contacts, Line.BROKERAGE
    for column, value in (special or {}).items():
        people[column] = value
    for i in range(n):
        people.trial[i] = 1 + int(4 * trial_number(world.handle, people.uid[i]))
    staff(world, Line.BROKERAGE, 60)
    if seats:
        offer_seats(world, measure, seats)
    due(world, SERVICE, range(n), DAY)
    services(world.handle, DAY)
    return world


def treated(world: World, n: int) -> np.ndarray:
    p = world.arrays.parameters[0]
    return np.array([bool(is_treated(world.handle, p, i)) for i in range(n)])


def test_shares_are_nested() -> None:
    """Who is treated at a quarter is at a half, and so on; 4,000 people by binomial shares (P > 1e-4)."""
    n = 4000
    world = bare_world(specification(), n)
    before = np.zeros(n, bool)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        world.arrays.parameters[0].trial.treated_share = share
        now = treated(world, n)
        assert np.all(now[before])
        assert stats.binomtest(int(now.sum()), n, share).pvalue > 1e-4
        before = now
    assert before.all()


def test_quarters_are_those_of_the_share() -> None:
    """In an arm that treats a quarter, quarter 1 is treated and nobody else; marked within the window only, once."""
    n = 400
    world = bare_world(specification(), n)
    p, people = world.arrays.parameters[0], world.arrays.persons[:n]
    p.trial.window_days = 100.0
    for i in range(n):
        enrol(world.handle, p, i, 100 if i % 2 else 99)
    assert np.all(people.trial[1::2] == 0)
    assert set(people.trial[::2].tolist()) == {1, 2, 3, 4}
    marked = people.trial.copy()
    for i in range(n):
        enrol(world.handle, p, i, 5)
    np.testing.assert_array_equal(people.trial[::2], marked[::2])
    for quarter in range(1, 5):
        p.trial.treated_share = quarter / 4
        np.testing.assert_array_equal(treated(world, n), people.trial <= quarter)


def test_intervals_of_the_treated_are_shorter() -> None:
    """Half of them once a week instead of once in two; the others as ever."""
    n = 300
    world = talked(n, **{"trial.treated_share": 0.5, "trial.interval_multiplier": 0.5})
    days, is_one = next_day_of(world, SERVICE, n) - DAY, treated(world, n)
    assert 100 < is_one.sum() < 200
    assert set(days[is_one].tolist()) == {7}
    assert set(days[~is_one].tolist()) == {14}


@pytest.mark.parametrize(("contacts", "talk", "gets"), [(1, 2, True), (2, 2, False), (2, 3, True)])
def test_the_measure_of_a_trial_is_given_up_to_a_talk(contacts: int, talk: int, gets: bool) -> None:
    """To treated and followed people alone, as far as there are seats."""
    n = 200
    values = {"trial.treated_share": 0.5, "trial.measure": float(Measure.COACHING), "trial.talk": float(talk)}
    world = talked(n, contacts, n, **values)
    people, is_one = world.arrays.persons[:n], treated(world, n)
    np.testing.assert_array_equal(people.measure == Measure.COACHING, is_one & gets)
    few = talked(n, contacts, 10, **values)
    assert np.count_nonzero(few.arrays.persons.measure[:n] == Measure.COACHING) == (10 if gets else 0)
    outside = bare_world(specification(start_date=TUESDAY, days=400, parameters=with_values(QUIET | values)), 1)
    assert outside.arrays.persons.trial[0] == 0


def test_the_measure_of_a_trial_is_for_those_it_is_meant_for() -> None:
    """A wage subsidy is promised to people of middle age with a degree after half a year, not before."""
    n, subsidy = 40, Measure.WAGE_SUBSIDY_PRIVATE
    values = {"trial.treated_share": 1.0, "trial.measure": float(subsidy), "trial.talk": 5.0}
    special = {"born": -40 * 365, "education": 1, "language": 0}
    for clock, is_meant in ((DAY - 182, False), (DAY - 183, True)):
        world = talked(n, 2, n, subsidy, special=special | {"clock": clock}, **values)
        assert np.all((world.arrays.persons.voucher_until[:n] > DAY) == is_meant), clock


@pytest.fixture(scope="module")
def plain() -> RunResult:
    return simulate(specification(days=200), with_lives=True)


def test_a_share_of_nothing_changes_nothing(plain: RunResult) -> None:
    """Bit for bit, whatever the treatment would be."""
    nothing = (
        set_to("trial.treated_share", 0.0), set_to("trial.interval_multiplier", 0.3), set_to("trial.talk", 5.0),
        set_to("trial.measure", float(Measure.COACHING)),
    )  # fmt: skip
    assert_same(simulate(specification(days=200, changes=nothing), with_lives=True), plain)


def test_following_people_treats_nobody(plain: RunResult) -> None:
    """The marks of a trial and its indicators are there; the lives and all other numbers are the same."""
    followed = simulate(specification(days=200, changes=(set_to("trial.window_days", 150.0),)), with_lives=True)
    assert lives(followed) == lives(plain)
    mine = rows(followed)
    assert {key: value for key, value in mine.items() if key[2] != "trial"} == rows(plain)
    groups = {key[3] for key in mine if key[2] == "trial"}
    assert {"1", "2", "3", "4"} <= groups


def test_treatment_of_none_but_the_interval_of_one_is_nothing(plain: RunResult) -> None:
    same = (set_to("trial.treated_share", 1.0), set_to("trial.interval_multiplier", 1.0))
    assert lives(simulate(specification(days=200, changes=same), with_lives=True)) == lives(plain)
    other = (set_to("trial.treated_share", 1.0), set_to("trial.interval_multiplier", 0.5))
    assert lives(simulate(specification(days=200, changes=other), with_lives=True)) != lives(plain)


def test_untreated_quarters_are_the_same_people_in_all_arms() -> None:
    """Enrolment before anything can differ: on the first days the marks of two arms are equal, person by person."""
    marks = []
    for share in (0.0, 0.25):
        changes = (set_to("trial.window_days", 300.0), set_to("trial.treated_share", share),
                   set_to("trial.interval_multiplier", 0.5))  # fmt: skip
        spec = specification(days=75, changes=changes)
        model = EmploymentAreaModel(spec, build(spec))
        model.run()
        people = model.world.arrays.persons[: int(model.world.control.n_persons)]
        people = people[people.trial > 0]
        marks.append(dict(zip(people.uid.tolist(), people.trial.tolist(), strict=True)))
    both = marks[0].keys() & marks[1].keys()
    assert len(both) > 50
    assert all(marks[0][uid] == marks[1][uid] for uid in both)


def test_a_trial_of_visits_decides_who_is_visited() -> None:
    """While employers are observed those below the share are visited, all of them, and nobody else."""
    changes = (set_to("trial.employer_days", 90.0), set_to("trial.treated_share", 0.5))
    spec = specification(days=60, changes=changes)
    model = EmploymentAreaModel(spec, build(spec))
    model.run()
    firms, w = model.world.arrays.employers, model.world.handle
    inside = (firms.place < model.world.n_places) & (firms.target > 0)
    number = np.array([trial_number(w, uid) for uid in firms.uid])
    visited = firms.visited_until > 31
    np.testing.assert_array_equal(visited[inside & (number < 0.5)], True)
    assert not np.any(visited[number >= 0.5])
    jobs = np.array(model.result({}, False).built["trial_jobs"])
    assert jobs.shape == (4, 2)
    assert jobs.sum() > 0


def test_not_yet_is_no_search() -> None:
    """Somebody who is not on the register is not enrolled by the builder."""
    world = bare_world(specification(), 5)
    assert np.all(world.arrays.persons.registered_since[:5] == NOT_YET)
    assert np.all(world.arrays.persons.trial[:5] == 0)
