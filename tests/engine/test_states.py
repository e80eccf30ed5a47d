"""Labour states of their own: self-employed, conscripts, people in services; part-time work; days of work."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from people import due, employ, is_whole, next_day_of, offer, open_one, put
from scipy import stats
from worlds import NOTHING_PROPOSED, area, bare_world, offer_seats, rows, specification, staff, with_values

from agents.area import EmploymentAreaModel, build, simulate
from sim.day import close_day
from sim.dimensions import DAYS_PER_MONTH, Contract, Line, Measure, State, VacancyState
from sim.indicators import Flow
from sim.kernels.calendar import DATED, HAZARD, KINDS, SEARCH, SERVICE
from sim.kernels.demography import demography
from sim.kernels.hiring import hiring
from sim.kernels.jobs import vacancies
from sim.kernels.measures import start
from sim.kernels.search import search
from sim.kernels.separation import separations
from sim.kernels.services import services
from sim.rng import VACANCY_UID
from sim.tables import NOT_YET
from sim.world import World

SURE = 2.0 * DAYS_PER_MONTH  # per month: a hazard that is an event on its candidate day
TUESDAY = date(2025, 1, 7)
NO_OTHER_END = {
    "separation.dismissal_per_month": 0.0, "separation.leave_per_month": 0.0, "furlough.start_multiplier": 0.0,
    "labour_force.exit_per_month": 0.0, "labour_force.study_per_month": 0.0,
}  # fmt: skip


def quiet_world(n: int, first: date = date(2025, 1, 1), days: int = 400, **more: float) -> World:
    """A bare world in which nothing ends by chance but for what is given."""
    return bare_world(specification(start_date=first, days=days, parameters=with_values(NO_OTHER_END | more)), n)


# --- self-employed ------------------------------------------------------------------------------------------


def test_a_business_begins_from_unemployment() -> None:
    world = quiet_world(5, **{"self_employment.start_unemployed_per_month": SURE})
    put(world, range(5), State.UNEMPLOYED)
    due(world, HAZARD, range(5), 3)
    due(world, SERVICE, range(5), 9)
    separations(world.handle, 3)
    people, flows = world.arrays.persons[:5], world.arrays.flows.sum(axis=1)
    assert people.state.tolist() == [State.SELF_EMPLOYED] * 5
    assert people.registered_since.tolist() == [NOT_YET] * 5
    assert people.search_ended.tolist() == [3] * 5
    assert flows[[Flow.EXITS_TO_SELF_EMPLOYMENT, Flow.EXITS_TO_JOB, Flow.EXITS_OUT]].tolist() == [5, 0, 0]
    assert next_day_of(world, SERVICE, 5).tolist() == [-1] * 5  # no more appointments
    assert next_day_of(world, SEARCH, 5).tolist() == [-1] * 5  # nor search for a job
    is_whole(world)


def test_a_business_begins_from_a_job() -> None:
    """The employer looks for somebody else; it is a separation and no exit from unemployment."""
    world = quiet_world(6, **{"self_employment.start_employed_per_month": SURE})
    employ(world, range(6), range(6), part_time=1)
    world.arrays.persons.home[5] = world.n_places  # lives outside: works on
    world.arrays.stocks[State.EMPLOYED, [0, world.n_places]] += -1, 1
    due(world, HAZARD, range(6), 3)
    separations(world.handle, 3)
    people, flows = world.arrays.persons[:6], world.arrays.flows.sum(axis=1)
    assert people.state.tolist() == [State.SELF_EMPLOYED] * 5 + [State.EMPLOYED]
    assert people.employer.tolist() == [-1] * 5 + [5]
    assert people.contract[:5].tolist() == people.is_part_time[:5].tolist() == [0] * 5
    firms = world.arrays.employers[:6]
    assert firms.target.tolist() == [1] * 6
    assert (firms.open + firms.dormant).tolist() == [1] * 5 + [0]
    assert flows[[Flow.SEPARATIONS, Flow.EXITS_TO_SELF_EMPLOYMENT, Flow.NEW_SPELLS]].tolist() == [5, 0, 0]
    is_whole(world)


def test_a_business_ends_on_the_register_or_outside() -> None:
    """3,000 close down on one day: shares as declared (binomial, P > 1e-4); no job ended, so no separation."""
    n = 3000
    world = quiet_world(n, **{"self_employment.end_per_month": SURE})
    put(world, range(n), State.SELF_EMPLOYED)
    due(world, HAZARD, range(n), 3)
    separations(world.handle, 3)
    people, flows = world.arrays.persons[:n], world.arrays.flows.sum(axis=1)
    idle = people.state == State.UNEMPLOYED
    p = world.arrays.parameters[0]
    assert stats.binomtest(int(idle.sum()), n, float(p.self_employment.end_register_share)).pvalue > 1e-4
    assert np.all(people.state[~idle] == State.INACTIVE)
    assert np.all(people.attachment[~idle] == np.float32(p.labour_force.attachment_after_job))
    assert flows[Flow.NEW_SPELLS] == idle.sum()
    assert flows[Flow.SEPARATIONS] == 0
    np.testing.assert_array_equal(next_day_of(world, SERVICE, n) == 3, idle)  # registers today
    is_whole(world)


def test_businesses_end_at_the_declared_hazard() -> None:
    """4,000 businesses over a year: ended by exp(-hazard x time) (binomial, P > 1e-4); a hazard a tenth off is seen."""
    n, hazard = 4000, 0.05
    world = quiet_world(n, **{"self_employment.end_per_month": hazard, "labour_force.entry_per_month": 0.0,
                              "self_employment.start_unemployed_per_month": 0.0})  # fmt: skip
    put(world, range(n), State.SELF_EMPLOYED)
    due(world, HAZARD, range(n), 0)  # a first candidate day for everybody, the others by the calendar
    for t in range(365):
        separations(world.handle, t)
    left = int(np.count_nonzero(world.arrays.persons[:n].state == State.SELF_EMPLOYED))
    for factor, is_so in ((1.0, True), (1.15, False)):
        daily = factor * hazard / DAYS_PER_MONTH
        assert (stats.binomtest(left, n, (1.0 - daily) ** 365).pvalue > 1e-4) == is_so


def test_a_self_employed_person_retires() -> None:
    world = quiet_world(1)
    put(world, [0], State.SELF_EMPLOYED)
    a = world.arrays
    a.streams[:] = a.others[:] = 0.0
    a.persons.retires[0] = 4
    due(world, 0, [0], 4)
    demography(world.handle, 4)
    assert a.persons.state[0] == State.RETIRED
    assert a.flows[Flow.EXITS_OUT].sum() == a.flows[Flow.EXITS_TO_SELF_EMPLOYMENT].sum() == 0
    is_whole(world)


def test_days_of_a_day_by_hand() -> None:
    """Three employees, two self-employed, an unemployed person, one furloughed, one on a course, four in services."""
    world = quiet_world(13)
    employ(world, range(3), range(3))
    put(world, [3, 4], State.SELF_EMPLOYED)
    for k, state in ((5, State.UNEMPLOYED), (6, State.FURLOUGHED), (7, State.TRAINING), (12, State.CONSCRIPT)):
        put(world, [k], state)
    put(world, [8, 9, 10, 11], State.IN_SERVICE)
    close_day(world.handle, 0)
    close_day(world.handle, 1)
    days = world.arrays.flows.sum(axis=1)
    assert days[Flow.EMPLOYMENT_DAYS] == 2 * 5
    assert days[Flow.UNEMPLOYMENT_DAYS] == 2 * 2
    assert days[Flow.TRAINING_DAYS] == 2
    assert days[Flow.SERVICE_DAYS] == 2 * 4
    assert days.sum() == 10 + 4 + 2 + 8
    assert world.today == 2


def test_days_of_work_in_a_life_count_a_business() -> None:
    """A job of 10 days, a business of 20, then unemployment: 30 days employed."""
    more = {"self_employment.start_employed_per_month": SURE, "self_employment.end_per_month": SURE,
            "self_employment.end_register_share": 1.0}  # fmt: skip
    world = quiet_world(1, **more)
    employ(world, [0], 0, since=0)
    for t in (10, 30):
        due(world, HAZARD, [0], t)
        separations(world.handle, t)
    person = world.arrays.persons
    assert person.state[0] == State.UNEMPLOYED
    assert (person.employed_days[0], person.unemployed_days[0]) == (30, 0)


# --- conscripts ---------------------------------------------------------------------------------------------

SPRING, JUNE = date(2025, 5, 20), 12
MEN, WOMEN = 0, 1
BASIC, SECONDARY, TERTIARY = 0, 1, 2


def graduates(n: int, sex: int = MEN, education: int = BASIC, years: float = 18.0, **more: float) -> World:
    """Students whose studies end on 1 June, on which day they go on."""
    world = quiet_world(n, SPRING, 900, **more)
    put(world, range(n), State.STUDENT)
    people = world.arrays.persons[:n]
    people.sex, people.education = sex, education
    people.born = JUNE - int(years * 365.25)
    due(world, DATED, range(n), JUNE)
    world.ensure_room()
    separations(world.handle, JUNE)
    return world


def test_young_men_serve_after_their_first_qualification() -> None:
    """4,000 on 1 June: the share called up, and how long each serves (binomial and chi-square, P > 1e-4)."""
    n = 4000
    world = graduates(n)
    people = world.arrays.persons[:n]
    called = people.state == State.CONSCRIPT
    share = float(world.arrays.parameters[0].studies.conscript_share)
    assert stats.binomtest(int(called.sum()), n, share).pvalue > 1e-4
    assert np.all(people.education == SECONDARY)
    assert not np.any(people.registered_since[called] > NOT_YET)
    back = [SPRING + timedelta(days=int(day)) for day in people.ends[called]]
    # the contingent of July: 165, 255 and 347 days from 9 July
    assert {(day.year, day.month, day.day) for day in back} == {(2025, 12, 21), (2026, 3, 21), (2026, 6, 21)}
    counts = [sum(day.month == month for day in back) for month in (12, 3, 6)]
    assert stats.chisquare(counts, called.sum() * np.array([0.43, 0.15, 0.42])).pvalue > 1e-4
    np.testing.assert_array_equal(next_day_of(world, DATED, n)[called], people.ends[called])
    is_whole(world)


@pytest.mark.parametrize(
    ("sex", "education", "years"),
    [(WOMEN, BASIC, 18.0), (MEN, SECONDARY, 21.0), (MEN, TERTIARY, 24.0), (MEN, BASIC, 25.5)],
)
def test_others_do_not_serve(sex: int, education: int, years: float) -> None:
    world = graduates(200, sex, education, years, **{"studies.conscript_share": 1.0})
    assert not np.any(world.arrays.persons[:200].state == State.CONSCRIPT)
    is_whole(world)


def test_conscripts_come_back_on_their_day() -> None:
    """4,000 come back: to studies that end on a first of June, to the register or outside (chi-square, P > 1e-4)."""
    n = 4000
    world = graduates(n, **{"studies.conscript_share": 1.0, "labour_force.entry_per_month": 0.0})
    people, flows = world.arrays.persons[:n], world.arrays.flows
    assert np.all(people.state == State.CONSCRIPT)
    ends = people.ends.copy()
    seen = {State.STUDENT: 0, State.UNEMPLOYED: 0, State.INACTIVE: 0}
    for day in np.unique(ends):
        separations(world.handle, int(day) - 1)
        assert np.all(people.state[ends == day] == State.CONSCRIPT)
        separations(world.handle, int(day))
        mine = people[ends == day]
        assert np.all(mine.since == day)
        for state in seen:
            seen[state] += int(np.count_nonzero(mine.state == state))
        study = mine.ends[mine.state == State.STUDENT]
        assert {(SPRING + timedelta(days=int(d))).strftime("%m-%d") for d in study} == {"06-01"}
    p = world.arrays.parameters[0].studies
    go_on, register = float(p.continue_share), float(p.register_share)
    wanted = n * np.array([go_on, (1.0 - go_on) * register, (1.0 - go_on) * (1.0 - register)])
    assert stats.chisquare(list(seen.values()), wanted).pvalue > 1e-4
    assert flows[Flow.NEW_SPELLS].sum() == seen[State.UNEMPLOYED]
    assert np.all(people.education == SECONDARY)  # service is no qualification
    is_whole(world)


def test_conscripts_of_a_region_go_when_studies_end() -> None:
    """Three years day by day: the stock rises when studies end and on no other day, and all are men.

    Studies under way at the start are set back by years of 365 days: beyond a leap year they end on 2 June.
    """
    first = date(2025, 1, 1)
    model = EmploymentAreaModel(specification(days=1095, scale=1.0, record="summary"))
    stocks = model.world.arrays.stocks
    rises = set()
    for t in range(1095):
        before = int(stocks[State.CONSCRIPT].sum())
        model.run(t + 1)
        stocks = model.world.arrays.stocks
        if stocks[State.CONSCRIPT].sum() > before:
            rises.add(first + timedelta(days=t))
    assert {day.year for day in rises if (day.month, day.day) == (6, 1)} == {2025, 2026, 2027}
    assert {(day.month, day.day) for day in rises} <= {(6, 1), (6, 2)}
    people = model.world.arrays.persons[: int(model.world.control.n_persons)]
    assert np.all(people.sex[people.state == State.CONSCRIPT] == MEN)
    assert np.any(people.state == State.CONSCRIPT)


# --- measures as states ---------------------------------------------------------------------------------------


def test_no_share_no_service() -> None:
    """Placebo: where no talk proposes anything nobody is ever in a measure but those who were at the start."""
    result = simulate(specification(parameters=with_values(NOTHING_PROPOSED)))
    shipped = simulate(specification())
    for name in ("in_service", "in_training", "subsidised"):
        assert np.all(np.diff(area(result, name)) <= 0)
        assert area(shipped, name)[-1] > 1.5 * area(result, name)[-1], name
    assert area(result, "exits_to_service").sum() == 0


def test_a_service_ends_in_unemployment_with_the_same_search() -> None:
    """A new spell and no new search; the next talk is asked for on the day; the clock stood still meanwhile."""
    world = quiet_world(1, TUESDAY, 700, **NOTHING_PROPOSED)
    staff(world, Line.BROKERAGE, 5)
    person, flows = world.arrays.persons, world.arrays.flows
    put(world, [0], State.UNEMPLOYED, 3 - 60)
    person.contacts[0], person.line[0] = 2, Line.BROKERAGE
    assert start(world.handle, 0, Measure.WORK_TRIAL, offer_seats(world, Measure.WORK_TRIAL, 1), 1, 2, 3)
    assert person.state[0] == State.IN_SERVICE
    end = int(person.ends[0])
    assert next_day_of(world, DATED, 1)[0] == end
    assert next_day_of(world, SERVICE, 1)[0] == -1
    is_whole(world)
    flows[:] = 0.0
    for t in (end - 1, end):
        separations(world.handle, t)
        services(world.handle, t)
        assert person.state[0] == (State.UNEMPLOYED if t == end else State.IN_SERVICE)
    assert flows[Flow.NEW_SPELLS].sum() == 1
    assert flows[Flow.NEW_SEARCHES].sum() == 0
    assert person.registered_since[0] == 3 - 60
    assert person.spell[0] == end
    assert end - person.clock[0] == 60  # as on the day when the service began
    assert person.is_waiting[0] or person.contacts[0] == 3
    is_whole(world)


def seen_as(state: State, since: int, clock: int, day: int) -> float:
    """Suitability by the scores that applications are handed in with, luck left out."""
    values = {
        "search.rate_unemployed_per_month": SURE, "measures.search_multiplier": 1.0,
        "search.half_visible_rate": 0.0, "hiring.luck_share": 0.0, "hiring.age_factor": 1.0,
        "hiring.education_factor": 1.0,
    }  # fmt: skip
    world = quiet_world(40, TUESDAY, 700, **values)
    put(world, range(40), state, since)
    world.arrays.persons.clock[:40] = clock
    open_one(world, 0, 0)
    due(world, SEARCH, range(40), day)
    search(world.handle, day)
    job = world.arrays.vacancies[0]
    assert job.n_applicants > 3
    assert len(set(job.score.tolist())) == 1
    return float(job.score[0])


@pytest.mark.parametrize("state", [State.IN_SERVICE, State.TRAINING])
def test_the_clock_stands_still_in_suitability(state: State) -> None:
    """Out of work for 60 days, then in a service from day 10: on any day of it as suitable as on its first."""
    begun, clock = 10, -50
    first = seen_as(State.UNEMPLOYED, clock, clock, begun)
    p = with_values({})["hiring"]
    wanted = p["suitable_share"]["value"] * (60.0 / DAYS_PER_MONTH) ** -p["duration_exponent"]["value"]
    assert first == pytest.approx(wanted, rel=1e-6)
    assert [seen_as(state, begun, clock, day) for day in (begun, begun + 30, begun + 400)] == [first] * 3
    # unemployed all the while she would be less so; out of the service on day 210 she goes on from 60 days
    assert seen_as(State.UNEMPLOYED, clock, clock, begun + 200) < 0.8 * first
    assert seen_as(State.UNEMPLOYED, begun + 200, clock + 200, begun + 200) == first


# --- part-time work -----------------------------------------------------------------------------------------


def test_part_time_follows_the_job() -> None:
    """From a part-time job to a full-time one and back, out of it, and into unemployment."""
    world = quiet_world(4, **{"jobs.posted_at_once_share": 0.0})
    p = world.arrays.parameters[0]
    employ(world, [0, 1], [0, 1], part_time=[1, 0])
    put(world, [2, 3], State.UNEMPLOYED)
    for v, part_time in enumerate((0, 1, 1, 0)):
        open_one(world, v, 10 + v, part_time=part_time)
    assert hiring(world.handle, offer(world, range(4), range(4)), 5) == 4
    people = world.arrays.persons
    assert people.is_part_time[:4].tolist() == [0, 1, 1, 0]
    assert people.employer[:4].tolist() == [10, 11, 12, 13]
    p.separation.leave_per_month, p.separation.leave_by_age[:] = SURE, 1.0
    due(world, HAZARD, range(3), 9)
    separations(world.handle, 9)
    assert people.is_part_time[:4].tolist() == [0, 0, 0, 0]
    assert not np.any(people.state[:3] == State.EMPLOYED)
    is_whole(world)


def test_part_time_stays_through_a_furlough() -> None:
    more = {"furlough.recall_share": 1.0, "self_employment.start_employed_per_month": 0.0}
    world = quiet_world(2, **more)
    employ(world, [0, 1], [0, 1], part_time=[1, 0])
    p = world.arrays.parameters[0]
    p.furlough.start_multiplier, p.furlough.season[:] = 1.0, 1.0
    world.arrays.sections.furlough_per_month[:] = SURE
    due(world, HAZARD, range(2), 2)
    separations(world.handle, 2)
    people = world.arrays.persons
    assert people.state[:2].tolist() == [State.FURLOUGHED] * 2
    for t in range(3, 399):
        separations(world.handle, t)
        p.furlough.start_multiplier = 0.0
    assert people.state[:2].tolist() == [State.EMPLOYED] * 2
    assert people.is_part_time[:2].tolist() == [1, 0]


def test_posted_jobs_are_part_time_by_their_share() -> None:
    """3,000 jobs posted on one day (binomial, P > 1e-4)."""
    n = 3000
    world = quiet_world(1)
    world.ensure_room(jobs=n)
    a = world.arrays
    jobs = a.vacancies[:n]
    jobs.uid, jobs.state = VACANCY_UID | np.arange(1, n + 1, dtype=np.uint64), VacancyState.DORMANT
    a.employers.dormant[0] = a.employers.target[0] = n
    world.control.n_vacancies = n
    # all in one day's list
    jobs.day, jobs.previous, jobs.next = 0, np.arange(n) - 1, np.append(np.arange(1, n), -1)
    a.heads[KINDS, 0] = 0
    vacancies(world.handle, 0)
    assert np.all(jobs.state == VacancyState.OPEN)
    share = float(a.parameters[0].contracts.part_time_share)
    assert stats.binomtest(int(jobs.is_part_time.sum()), n, share).pvalue > 1e-4


def test_part_time_is_of_those_with_a_job_and_is_counted() -> None:
    """After a year in the region: nobody else has the flag; the recorder counts employees who have it."""
    spec = specification(days=365)
    model = EmploymentAreaModel(spec, build(spec))
    model.run()
    world = model.world
    people = world.arrays.persons[: int(world.control.n_persons)]
    part_time = people.is_part_time == 1
    assert np.all(people.employer[part_time & (people.state != State.ABSENT)] >= 0)
    mine = part_time & (people.state == State.EMPLOYED) & (people.home < world.n_places)
    table = rows(model.result({}, False))
    assert table["2025-12-31", "employed_part_time", "", ""] == mine.sum() > 100
    assert table["2025-12-31", "self_employed", "", ""] == np.count_nonzero(people.state == State.SELF_EMPLOYED)
    assert np.all(people.contract[part_time] != Contract.NONE)
