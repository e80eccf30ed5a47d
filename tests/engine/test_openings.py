"""Openings: who takes the jobs, what the people leave who are hired away, building sites, courses, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import employ, is_whole, offer, put
from test_conservation import check
from worlds import area, assert_same, bare_world, closure, cohort, opening, rows, same_state, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.event import Opening
from agents.specification import RunResult
from sim.dimensions import MEASURES, State, VacancyState
from sim.kernels.chains import FIRST_ORIGIN, LAST_ORIGIN, LINKS, Entry
from sim.kernels.closure import announce
from sim.kernels.hiring import hiring
from sim.kernels.jobs import vacancies
from sim.kernels.opening import finish, open_jobs
from sim.world import World

SITE, FIRST, SECOND = 0, 1, 2
"""Rows of the employers of worlds made by hand: the site, and those whom people leave for it."""


# --- a chain of vacancies, by hand --------------------------------------------------------------------------


def hand_world(**values: float) -> World:
    """Ann works for the first employer, Bo for the second, Cy is unemployed; the site opens a job on day 0."""
    given = {"jobs.posted_at_once_share": 1.0, "jobs.posting_season": 1.0, "measures.voucher_use": 0.0}
    parameters = with_values({k: v for k, v in (given | values).items() if k != "measures.voucher_use"})
    world = bare_world(specification(days=200, parameters=parameters))
    a = world.arrays
    world.replace(
        chains=np.zeros((2, LINKS, len(Entry)), np.int64),
        planned_jobs=np.zeros((2, *a.planned_jobs.shape[1:]), np.int64),
    )
    employ(world, [0, 1], [FIRST, SECOND])
    put(world, [2], State.UNEMPLOYED)
    a.employers.place[SITE] = 0
    open_one_job(world)
    return world


def open_one_job(world: World, chain: int = 1) -> None:
    jobs = np.zeros(len(world.arrays.trades), np.int64)
    jobs[0] = 1
    open_jobs(world.handle, SITE, jobs, np.zeros_like(jobs), chain, 0)


def fill(world: World, employer: int, person: int, day: int) -> None:
    """Let the only open vacancy of an employer go to a person."""
    a = world.arrays
    v = int(np.flatnonzero((a.vacancies.employer == employer) & (a.vacancies.state == VacancyState.OPEN))[0])
    hiring(world.handle, offer(world, [v], [person]), day)
    is_whole(world)


def test_a_chain_ends_with_somebody_who_left_no_job() -> None:
    """Ann goes to the site, Bo to Ann's job, Cy to Bo's: three hires for one job, and no link is left open."""
    world = hand_world()
    books = world.arrays.chains[1]
    fill(world, SITE, 0, 1)
    assert books[0, [Entry.POSTED, Entry.EMPLOYED, Entry.JOB_LEFT]].tolist() == [1, 1, 1]
    left = world.arrays.vacancies[int(np.flatnonzero(world.arrays.vacancies.employer == FIRST)[0])]
    assert (left.chain, left.link) == (1, 1)
    fill(world, FIRST, 1, 2)
    fill(world, SECOND, 2, 3)
    expected = np.zeros((LINKS, len(Entry)), np.int64)
    expected[:3, Entry.POSTED] = 1
    expected[:2, [Entry.EMPLOYED, Entry.JOB_LEFT]] = 1
    expected[2, Entry.UNEMPLOYED] = 1
    np.testing.assert_array_equal(books, expected)
    assert world.arrays.newly_in_work[0].tolist() == [1.0] + [0.0] * (len(world.arrays.newly_in_work[0]) - 1)
    assert not np.any(world.arrays.vacancies.state != VacancyState.FREE)
    assert world.arrays.employers.target[[SITE, FIRST, SECOND]].tolist() == [1, 1, 1]


def test_a_chain_ends_where_a_job_is_given_up() -> None:
    """Nobody comes for Ann's old job, and the employer gives it up: the link is lost, the demand is no part of it."""
    world = hand_world(**{"jobs.give_up_probability": 1.0})
    fill(world, SITE, 0, 1)
    v = int(np.flatnonzero(world.arrays.vacancies.employer == FIRST)[0])
    day = int(world.arrays.vacancies.day[v])
    hiring(world.handle, vacancies(world.handle, day), day)
    assert world.arrays.chains[1, 1, [Entry.POSTED, Entry.LOST]].tolist() == [1, 1]
    waiting = world.arrays.vacancies[world.arrays.vacancies.state == VacancyState.DORMANT]
    assert np.all(waiting.chain == 0)


def test_a_job_of_a_closing_employer_begins_no_link() -> None:
    world = hand_world()
    announce(world.handle, FIRST, 1, 0)
    fill(world, SITE, 0, 1)
    assert world.arrays.chains[1, 0, [Entry.JOB_LEFT, Entry.JOB_ENDED]].tolist() == [1, 1]
    assert world.arrays.chains[1, 1].sum() == 0
    assert world.arrays.employers.closed[FIRST] == 1


def test_a_vacancy_of_a_closing_employer_is_struck_off() -> None:
    world = hand_world()
    fill(world, SITE, 0, 1)
    announce(world.handle, FIRST, 1, 2)
    assert world.arrays.chains[1, 1, [Entry.POSTED, Entry.STRUCK_OFF]].tolist() == [1, 1]


def test_a_job_left_outside_the_area_ends_the_chain() -> None:
    world = hand_world()
    world.arrays.employers.place[FIRST] = world.n_places
    fill(world, SITE, 0, 1)
    assert world.arrays.chains[1, 0, [Entry.EMPLOYED_OUTSIDE, Entry.JOB_LEFT]].tolist() == [1, 0]
    assert np.all(world.arrays.vacancies.chain[world.arrays.vacancies.employer == FIRST] == 0)


def test_jobs_of_no_opening_have_no_chain() -> None:
    """A row of a chain that is used again for another job belongs to none."""
    world = hand_world()
    fill(world, SITE, 2, 1)
    open_one_job(world, chain=0)
    fill(world, SITE, 0, 2)
    assert world.arrays.chains[1].sum() == 2  # posted, and Cy
    assert world.arrays.chains[0].sum() == 0
    assert np.all(world.arrays.vacancies.chain[world.arrays.vacancies.state != VacancyState.FREE] == 0)


# --- books of whole worlds ----------------------------------------------------------------------------------


def balance(model: EmploymentAreaModel) -> None:
    """Hires, jobs given up and jobs still open are the jobs posted, link by link, and jobs left are posted anew."""
    a = model.world.arrays
    taken = a.vacancies.state != VacancyState.FREE
    for number, plan in enumerate((e for e in model.specification.events if isinstance(e, Opening)), start=1):
        books = a.chains[number]
        waiting = np.bincount(a.vacancies.link[taken & (a.vacancies.chain == number)], minlength=LINKS)
        hires = books[:, FIRST_ORIGIN : LAST_ORIGIN + 1].sum(axis=1)
        ends = books[:, Entry.LOST : Entry.STRUCK_OFF + 1].sum(axis=1)
        np.testing.assert_array_equal(books[:, Entry.POSTED], hires + ends + waiting)
        passed = books[:, Entry.JOB_LEFT] - books[:, Entry.JOB_ENDED]
        np.testing.assert_array_equal(books[1:-1, Entry.POSTED], passed[:-2])
        assert books[-1, Entry.POSTED] == passed[-2] + passed[-1]
        posted, left = a.planned_jobs[number].sum(axis=1)
        assert posted == round(plan.jobs * model.scale)
        assert books[0, Entry.POSTED] == posted - left


def checked(spec, every: int = 14) -> Iterator[EmploymentAreaModel]:
    """Run, and check the world and the books on the way."""
    model = EmploymentAreaModel(spec, build(spec))
    for day in range(every, spec.days + every, every):
        model.run(min(day, spec.days))
        check(model.world)
        if model.clock.day > 60:
            balance(model)
        yield model


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 80), st.floats(0.3, 2.0), st.integers(0, 40), st.booleans(), st.booleans(), st.floats(0.0, 0.9),
    st.integers(1, 1000),
)  # fmt: skip
def test_books_balance_exactly(
    jobs: int, scale: float, later: int, closes: bool, grows: bool, moved: float, seed: int
) -> None:
    school = {"site": "school_keskila", "grows": True, "municipality": 0, "section": 15, "building": None}
    plan = opening(jobs, from_outside=moved, **(school if grows else {}))
    waves = tuple((day + timedelta(days=later), share) for day, share in plan.recruitment)
    events = (dataclasses.replace(plan, recruitment=waves), *((closure(),) if closes else ()))
    spec = specification(events=events, cohorts=(cohort(),), days=300, scale=scale, seed=seed)
    for _model in checked(spec, 25):
        pass


def test_origins_sum_to_the_jobs() -> None:
    result = simulate(specification(events=(opening(), closure()), cohorts=(cohort(),)))
    told = result.built["openings"]["opening"]
    assert told["posted"] == told["jobs"] == 40.0
    assert sum(told["hires"].values()) + told["open"] + told["lost"] == 40.0
    assert told["hires"]["moved_in"] >= 4.0  # those that the plant brings; some are recruited abroad
    table = rows(result, ("origin",))
    last = max(key[0] for key in table)
    of_it = {key[3]: value for key, value in table.items() if key[0] == last and key[1] == "hires_by_origin"}
    assert sum(of_it.values()) == 40.0
    assert of_it["opening/employed"] == told["hires"]["employed"]
    length = [value for key, value in rows(result, ("event",)).items() if key[0] == last]
    assert length == [pytest.approx(told["chain_length"])]
    assert told["chain_length"] >= 1.0


# --- nothing but the opening --------------------------------------------------------------------------------


def before(result: RunResult, day: str) -> dict[tuple, float]:
    return {key: value for key, value in rows(result, ("", "municipality")).items() if key[0] < day}


def test_before_its_first_job_nothing_happens(baseline: RunResult) -> None:
    """The row of a site without jobs changes nobody's luck: equal bit for bit until the first job is posted."""
    late = opening(building=None, training=None, recruitment=((date(2025, 10, 15), 1.0),), start=date(2025, 11, 1))
    opened = simulate(specification(events=(late,), cohorts=(cohort(),)))
    assert before(opened, "2025-10-15") == before(baseline, "2025-10-15")
    assert before(opened, "2026-01-01") != before(baseline, "2026-01-01")


def test_its_name_as_a_shock_decides_nothing() -> None:
    one = simulate(specification(events=(opening(),), days=200))
    other = simulate(specification(events=(opening(name="renamed"),), days=200))
    assert before(one, "2026") == before(other, "2026")
    elsewhere = simulate(specification(events=(opening(site="other"),), days=200))
    assert before(one, "2026") != before(elsewhere, "2026")


def test_an_opening_resumes_bit_for_bit() -> None:
    """A copy in the middle of building and recruitment goes on as the world it was taken from."""
    spec = specification(events=(opening(), closure()), cohorts=(cohort(),), days=300)
    model = EmploymentAreaModel(spec, build(spec))
    model.run(95)
    other = EmploymentAreaModel(spec, model.world.copy())
    model.run(300)
    other.run(300)
    assert same_state(model.world, other.world) == []


# --- building, training, trades -----------------------------------------------------------------------------


def test_a_building_site_is_gone_on_its_last_day() -> None:
    spec = specification(events=(opening(),), days=170)
    builder = len(build(spec).arrays.employers) + 1
    most = 0
    for model in checked(spec, 1):
        firms = model.world.arrays.employers
        if len(firms) <= builder:
            continue
        most = max(most, int(firms.filled[builder]))
        if model.clock.day > 152:  # 2 June
            assert firms[builder].target == 0
    assert most >= 5
    staff = spec.start_date + timedelta(days=int(firms.until[builder]))
    assert staff == date(2025, 6, 2)


def test_finish_ends_every_job_of_a_site() -> None:
    world = hand_world()
    fill(world, SITE, 0, 1)
    world.arrays.employers.until[SITE] = 30
    open_one_job(world)
    finish(world.handle, SITE, 30)
    assert world.arrays.employers.target[SITE] == 0
    assert world.arrays.persons.state[0] in (State.UNEMPLOYED, State.INACTIVE)
    assert world.arrays.chains[1, 0, Entry.WITHDRAWN] == 1
    is_whole(world)


def test_courses_begin_so_that_they_end_by_the_start() -> None:
    """Eight seats, for trades that the plant does not ask for, to trades that it does."""
    spec = specification(events=(opening(),))
    model = EmploymentAreaModel(spec, build(spec))
    model.run(180)
    a = model.world.arrays
    day = (date(2025, 4, 2) - spec.start_date).days
    offers = a.offers[: int(model.world.control.n_offers)]
    ours = offers[(offers.measure == MEASURES.index("tailored_training")) & (offers.occupation_from >= 0)]
    assert ours.seats.sum() == 8
    assert np.all(np.abs(ours.start - day) <= 4)  # two months to buy them, two months long
    planned = a.planned_jobs[1, 0]
    assert np.all(planned[ours.occupation] >= 2)
    assert np.all(planned[ours.occupation_from] < 2)
    assert ours.taken.sum() > 0


def test_trades_as_asked_for_and_as_of_another_employer() -> None:
    spec = specification(events=(opening(occupations=((3, 0.25), (8, 0.75))),), days=40)
    model = EmploymentAreaModel(spec, build(spec))
    model.run(40)
    planned = model.world.arrays.planned_jobs[1, 0]
    assert (planned[3], planned[8], planned.sum()) == (10, 30, 40)

    spec = specification(events=(opening(60, like="plant_kolmikko"),), days=40)
    model = EmploymentAreaModel(spec, build(spec))
    model.run(40)
    a = model.world.arrays
    people = a.persons[: int(model.world.control.n_persons)]
    staff = np.bincount(people.occupation[people.employer == model.employer_row("plant_kolmikko")], minlength=10)
    shares = a.planned_jobs[1, 0] / 60 - staff / staff.sum()
    assert np.abs(shares).max() < 0.06  # some come and go within the week


def test_an_opening_brings_jobs_to_the_area(baseline: RunResult) -> None:
    """At the end of the year there are more jobs than without it, about as many as the plant has."""
    opened = simulate(specification(events=(opening(100, training=None),), cohorts=(cohort(),)))
    assert 50.0 < area(opened, "jobs")[-1] - area(baseline, "jobs")[-1] < 160.0


def test_no_opening_no_books() -> None:
    one = simulate(specification(days=60))
    assert "openings" not in one.built
    assert_same(one, simulate(specification(days=60)))
