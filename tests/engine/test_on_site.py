"""Service on site: who is met at a workplace under notice, what that opens, and what it takes from the desks."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from people import employ
from worlds import area, bare_world, closure, cohort, open_offices, rows, specification, staff, with_values

from agents.area import EmploymentAreaModel, build, simulate
from sim.changes import Change
from sim.dimensions import Line, State
from sim.indicators import Flow
from sim.kernels.closure import announce, enter_phase, exit_staff
from sim.kernels.on_site import meet_on_site
from sim.kernels.services import services
from sim.tables import NOT_YET

FIXED = {"services.minutes_variation": 0.0, "services.first_interview_minutes": 90.0, "services.no_show_share": 0.0,
         "services.interpreted_minutes_factor": 1.0}  # fmt: skip


def plant(n: int = 4):
    """A bare world in which n people work for an employer that is closing; the last came last."""
    world = bare_world(specification(parameters=with_values(FIXED), days=200), n)
    open_offices(world)
    for i in range(n):
        employ(world, [i], 0, since=-1000 + i)
    staff(world, Line.BROKERAGE, 1)
    world.arrays.employers.start_jobs[0] = n
    announce(world.handle, 0, n, 3)
    enter_phase(world.handle, 0, 3, 0, 3)
    return world


def test_the_time_on_site_meets_who_leaves_first() -> None:
    """190 minutes are three interviews of 90: the third is begun within them; one of four is left."""
    world = plant(4)
    used, left = meet_on_site(world.handle, 0, 190.0, 6)
    people = world.arrays.persons
    assert (used, left) == (270.0, 1)
    assert people.registered_since[:4].tolist() == [NOT_YET, 6, 6, 6]
    assert people.contacts[:4].tolist() == [0, 1, 1, 1]
    assert world.arrays.flows[Flow.NEW_SEARCHES, 0] == 3
    assert world.arrays.desks.interviews.sum() == world.arrays.desks.interviews_in_time.sum() == 3
    assert world.arrays.paths[:, 0].tolist() == [3, 3]  # nobody has needs: all have their path
    again, left = meet_on_site(world.handle, 0, 1000.0, 13)
    assert (again, left) == (90.0, 0)  # nobody is met twice


def test_who_was_met_needs_no_other_first_interview() -> None:
    world = plant(4)
    meet_on_site(world.handle, 0, 1000.0, 6)
    exit_staff(world.handle, 0, 4, 0, 20)
    assert np.all(world.arrays.persons.state[:4] == State.UNEMPLOYED)
    before = float(world.arrays.desks.interviews.sum())
    for day in range(20, 60):
        services(world.handle, day)
    assert world.arrays.desks.interviews.sum() == before
    assert world.arrays.desks.talks_due.sum() >= 4  # the talks that follow go on
    assert world.arrays.flows[Flow.NEW_SEARCHES, 0] == 4  # each search is counted once


def test_who_stays_with_the_rest_is_no_jobseeker() -> None:
    world = plant(4)
    world.arrays.employers.to_close[0] = 2
    meet_on_site(world.handle, 0, 1000.0, 6)
    assert np.count_nonzero(world.arrays.persons.registered_since[:4] > NOT_YET) == 2
    exit_staff(world.handle, 0, 1, 0, 20)
    enter_phase(world.handle, 0, 0, 0, 20)
    stays = world.arrays.persons.state[:4] == State.EMPLOYED
    assert np.all(world.arrays.persons.registered_since[:4][stays] == NOT_YET)


@pytest.fixture(scope="module")
def served():
    """The plant's closure with advisers on site, and without."""
    without = specification(cohorts=(cohort(),), events=(closure(),))
    change = Change("services.on_site_fte", "set", 0.5, date(2025, 3, 17), source="test")
    return [simulate(dataclasses.replace(without, changes=changes), with_lives=True) for changes in ((), (change,))]


def test_advisers_on_site_shorten_first_waits_and_are_missing_elsewhere(served) -> None:
    """People of the event wait less; the desks have that much less time while somebody is to be met."""
    without, on_site = served
    waits = [area(result, "first_interview_wait_days")[3:6].mean() for result in served]
    assert waits[1] < waits[0]
    assert rows(on_site)[("2025-02-28", "unemployed", "", "")] == rows(without)[("2025-02-28", "unemployed", "", "")]


def test_time_on_site_is_taken_from_the_desks() -> None:
    change = Change("services.on_site_fte", "set", 0.5, date(2025, 3, 17), source="test")
    spec = specification(cohorts=(cohort(),), events=(closure(),), changes=(change,), days=200)
    model = EmploymentAreaModel(spec, build(spec))
    first_monday = 76  # 18 March, the day after the notice
    model.run(first_monday)
    fte = [float(model.authority.effective_fte[Line.BROKERAGE])]
    model.run(first_monday + 1)
    fte.append(float(model.authority.effective_fte[Line.BROKERAGE]))
    assert fte[1] == pytest.approx(fte[0] - 0.5)
    model.run(spec.days)
    assert float(model.world.arrays.lines[Line.BROKERAGE].on_site) == 0.0


def test_who_is_called_up_works_at_once_and_the_reserve_is_paid_before() -> None:
    changes = (
        Change("staff.reserve_fte", "set", 2.0, date(2025, 1, 1), source="test"),
        Change("staff.called_up_fte.brokerage", "add", 2.0, date(2025, 3, 1), source="test"),
    )
    plain = simulate(specification(days=181))
    reserve = simulate(specification(days=181, changes=changes))
    more = area(reserve, "staff_fte") - area(plain, "staff_fte")
    assert more.tolist() == pytest.approx([0, 0, 2, 2, 2, 2])
    cost = area(reserve, "cost_total_eur") - area(plain, "cost_total_eur")
    fte_month = with_values({})["costs"]["fte_year_eur"]["value"] / 12.0
    assert cost[0] == pytest.approx(2.0 * fte_month, rel=0.02)
    assert cost[1] == pytest.approx(2.0 * fte_month, rel=0.02)
