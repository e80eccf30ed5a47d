"""Measures: for whom, in which talk, with which seat; what they are while they last and what they leave behind."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import due, employ, is_whole, next_day_of, offer, open_one, put
from scipy import stats
from worlds import NOTHING_PROPOSED, bare_world, offer_seats, specification, staff, with_values

from sim.dimensions import DAYS_PER_MONTH, MEASURES, Line, Measure, Need, State, VacancyState
from sim.indicators import Flow
from sim.kernels.calendar import DATED, SEARCH, SERVICE
from sim.kernels.hiring import hiring
from sim.kernels.measures import WITH_A_TRADE, end_measure, is_eligible, start, state_of, take_seat
from sim.kernels.search import search
from sim.kernels.separation import separations
from sim.kernels.services import services
from sim.world import World

TUESDAY = date(2025, 1, 7)
DAY = 3
TALKS = NOTHING_PROPOSED | {
    "services.exit_per_contact": 0.0, "services.no_show_share": 0.0, "services.recognition_share": 0.0,
    "services.later_recognition_share": 0.0, "services.competence_share": 0.0, "services.referral_share": 0.0,
    "partners.fte": 10_000.0, "services.workday_minutes": 1e6, "measures.own_share": 0.0,
}  # fmt: skip
NO_OTHER_END = {
    "separation.dismissal_per_month": 0.0, "separation.leave_per_month": 0.0, "furlough.start_multiplier": 0.0,
    "labour_force.exit_per_month": 0.0, "labour_force.study_per_month": 0.0, "jobs.posted_at_once_share": 0.0,
    "self_employment.start_unemployed_per_month": 0.0,
}  # fmt: skip
LINES_OF_PEOPLE = [Line.BROKERAGE, Line.COMPETENCE, Line.MULTI_SECTOR, Line.YOUTH, Line.INTEGRATION]
BUSINESS = {Measure.WAGE_SUBSIDY_PRIVATE, Measure.START_UP_GRANT}
SPELLS = [m for m in Measure if m != Measure.NONE and m not in BUSINESS]


def quiet_world(n: int, days: int = 700, **more: float) -> World:
    """A bare world in which nothing ends by chance and no talk leads to anything but for what is given."""
    values = NO_OTHER_END | TALKS | more
    return bare_world(specification(start_date=TUESDAY, days=days, parameters=with_values(values)), n)


def idle_world(n: int, **more: float) -> World:
    """A quiet world whose people are out of work since 60 days before `DAY`."""
    world = quiet_world(n, **more)
    world.ensure_room(people=n)
    put(world, range(n), State.UNEMPLOYED, DAY - 60)
    return world


def talk(world: World, line: Line, n: int, day: int = DAY, before: int = 2) -> None:
    """Let people have a talk with a line that has time for all; the third one as a rule, which is no joint meeting."""
    people = world.arrays.persons[:n]
    people.contacts, people.line = before, line
    staff(world, line, 60)
    due(world, SERVICE, range(n), day)
    services(world.handle, day)
    assert np.all(people.contacts == before + 1)


@pytest.mark.parametrize(("days_since", "before", "share"), [(6, 2, 0.2), (30, 2, 1.0), (90, 2, 1.0), (6, 0, 1.0)])
def test_a_talk_soon_after_the_last_proposes_its_share(days_since: int, before: int, share: float) -> None:
    """Coaching for every talk that weighs the whole plan anew, as the first one does (binomial, P > 1e-4)."""
    n = 3000
    world = idle_world(n)
    p, people = world.arrays.parameters[0], world.arrays.persons[:n]
    p.measures.offered_brokerage[Measure.COACHING] = 1.0
    assert p.services.plan_review_days == 30.0
    people.met = DAY - days_since
    offer_seats(world, Measure.COACHING, n)
    talk(world, Line.BROKERAGE, n, before=before)
    begun = int(np.count_nonzero(people.measure == Measure.COACHING))
    assert stats.binomtest(begun, n, share).pvalue > 1e-4


PLAN = {"is_recognised": 1, "has_plan": 1}


# --- for whom -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "eligible"),
    [
        ({}, ()),
        ({"born": 24}, ("subsidy",)),
        ({"born": 25}, ()),
        ({"born": 49}, ()),
        ({"born": 50}, ("subsidy",)),
        ({"education": 0}, ("subsidy",)),
        ({"language": 1}, ("subsidy", "integration")),
        ({"clock": 182}, ()),
        ({"clock": 183}, ("subsidy",)),
        ({"clock": 364}, ("subsidy",)),
        ({"clock": 365}, ("subsidy", "rehabilitative")),
        ({"need": Need.WORK_CAPACITY}, ()),  # nobody knows of it yet
        ({"need": Need.WORK_CAPACITY, "is_recognised": 1}, ("subsidy",)),  # no plan yet
        (PLAN | {"need": Need.WORK_CAPACITY}, ("subsidy", "rehabilitative", "coordination")),
        (PLAN | {"need": Need.LIFE_SITUATION}, ("subsidy", "rehabilitative")),
        ({"education": 0, "voucher_until": 401}, ()),  # she has a promise already
        ({"education": 0, "voucher_until": 400}, ("subsidy",)),
    ],
)
def test_who_is_eligible(person: dict[str, int], eligible: tuple[str, ...]) -> None:
    """An adult of 35 with vocational education, and one thing that is special about her; all else is open to all."""
    t = 400
    world = quiet_world(1)
    row = world.arrays.persons[0]
    row.born, row.education, row.language, row.need, row.clock = t - 36 * 365, 1, 0, Need.NONE, t - 30
    for column, value in person.items():
        if column == "born":
            value = t - value * 365 - 1
        elif column == "clock":
            value = t - value
        row[column] = value
    of = {
        "subsidy": {Measure.WAGE_SUBSIDY_PRIVATE, Measure.WAGE_SUBSIDY_PUBLIC},
        "integration": {Measure.INTEGRATION_TRAINING},
        "rehabilitative": {Measure.REHABILITATIVE_WORK}, "coordination": {Measure.WORK_ABILITY_COORDINATION},
    }  # fmt: skip
    restricted = set().union(*of.values())
    wanted = set().union(*(of[name] for name in eligible)) | ({*Measure} - {Measure.NONE} - restricted)
    found = {measure for measure in Measure if measure >= 0 and is_eligible(world.handle, 0, measure, t)}
    assert found == wanted


@pytest.mark.parametrize("line", LINES_OF_PEOPLE)
def test_talks_propose_by_the_shares_of_the_line(line: Line) -> None:
    """4,000 talks with people who may have anything and seats for all: starts by measure (chi squared, P > 1e-4)."""
    n = 4000
    declared = with_values({})["measures"][f"offered_{line.name.lower()}"]["value"]
    shares = np.array([declared[name] for name in MEASURES])
    world = idle_world(n)
    getattr(world.arrays.parameters[0].measures, f"offered_{line.name.lower()}")[:] = shares
    people = world.arrays.persons[:n]
    people.language, people.need, people.is_recognised = 1, Need.WORK_CAPACITY, 1
    if line != Line.MULTI_SECTOR:  # known needs would lead adults there
        people.born = -20 * 365 if line == Line.YOUTH else people.born
        people.is_recognised = 0 if line != Line.YOUTH else 1
        people.need = Need.NONE if line != Line.YOUTH else Need.WORK_CAPACITY
    people.has_plan = line in (Line.MULTI_SECTOR, Line.YOUTH)
    for measure in range(len(MEASURES)):
        offer_seats(world, Measure(measure), n, trade=5 if measure in WITH_A_TRADE else -1)
    talk(world, line, n)
    found = np.bincount(people.measure[people.measure >= 0], minlength=len(MEASURES)).astype(float)
    found[Measure.WAGE_SUBSIDY_PRIVATE] = np.count_nonzero(people.voucher_until > DAY)
    found[Measure.START_UP_GRANT] = np.count_nonzero(people.state == State.SELF_EMPLOYED)
    meant = shares.copy()
    if line not in (Line.MULTI_SECTOR, Line.YOUTH):
        meant[[Measure.REHABILITATIVE_WORK, Measure.WORK_ABILITY_COORDINATION]] = 0.0
    assert np.all(found[meant == 0.0] == 0.0)
    expected = n * np.append(meant[meant > 0.0], 1.0 - meant.sum())
    seen = np.append(found[meant > 0.0], n - found.sum())
    large = expected >= 5.0
    few = max(expected[~large].sum(), 1e-9)
    assert abs(seen[~large].sum() - few) <= 5.0 * np.sqrt(few) + 1.0
    both = np.array([seen[large], expected[large] * seen[large].sum() / expected[large].sum()])
    assert stats.chisquare(*both).pvalue > 1e-4
    assert stats.chisquare(both[0], both[1][::-1]).pvalue < 1e-4  # power: shares given the other way round
    np.testing.assert_array_equal(world.arrays.offers.taken[: len(MEASURES)], found)
    is_whole(world)


@pytest.mark.parametrize("measure", SPELLS)
def test_state_and_length(measure: Measure) -> None:
    """The state that a measure is; lengths evenly from .4 to 1.6 times the mean (Kolmogorov–Smirnov, P > 1e-4)."""
    n = 2000
    world = idle_world(n, days=4000)
    seat = offer_seats(world, measure, n, trade=5 if measure in WITH_A_TRADE else -1)
    for i in range(n):
        assert start(world.handle, i, measure, seat, 7, 2, DAY)
    people, flows = world.arrays.persons[:n], world.arrays.flows.sum(axis=1)
    training = {*Measure} & {*range(4), Measure.INTEGRATION_TRAINING, Measure.CHANGE_TRAINING}
    works = {Measure.WAGE_SUBSIDY_PUBLIC, Measure.APPRENTICESHIP}
    state = State.TRAINING if measure in training else State.SUBSIDISED if measure in works else State.IN_SERVICE
    assert state_of(measure) == state
    assert np.all(people.state == state)
    assert np.all(people.measure == measure)
    assert np.all(people.registered_since == DAY - 60)  # the search goes on
    assert flows[Flow.EXITS_TO_SERVICE] == n
    assert flows[Flow.TRAINING_STARTS] == (n if state == State.TRAINING else 0)
    assert flows[Flow.SERVICE_STARTS] == (0 if state == State.TRAINING else n)
    assert world.arrays.measure_starts[measure].sum() == n
    np.testing.assert_array_equal(next_day_of(world, DATED, n), people.ends)
    mean = float(world.arrays.parameters[0].measures.mean_months[measure]) * DAYS_PER_MONTH
    lengths = np.maximum(people.ends - DAY + 0.5, 0.4 * mean)
    assert lengths.min() >= 14
    if 0.4 * mean > 14.5:
        assert stats.kstest(lengths, stats.uniform(0.4 * mean, 1.2 * mean).cdf).pvalue > 1e-4
        assert stats.kstest(lengths, stats.uniform(0.44 * mean, 1.32 * mean).cdf).pvalue < 1e-4
    is_whole(world)


# --- seats --------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seats=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(0, 5), st.sampled_from([-1, 0, 5, 9])),
                   min_size=1, max_size=8),
    n=st.integers(1, 40),
)  # fmt: skip
def test_no_seat_is_taken_twice_and_none_outside_its_days(seats: list[tuple[int, int, int, int]], n: int) -> None:
    """Whatever is on offer: seats are taken from first to last day only, as far as they go, in another trade only."""
    world = idle_world(n)
    measure = Measure.MODULAR_TRAINING
    for number, first, length, trade in seats:
        offer_seats(world, measure, number, first, first + length, trade)
    offer_seats(world, Measure.COACHING, 50)  # another measure's seats are not for this one
    offers = world.arrays.offers[: len(seats)]
    people = world.arrays.persons[:n]
    people.occupation[::2] = 5
    day = 3
    opens = (offers.start <= day) & (day <= offers.decide_by)
    for i in range(n):
        left = opens & (offers.taken < offers.seats) & (offers.occupation != people.occupation[i])
        row = take_seat(world.handle, i, measure, 9, 2, day)
        assert row in np.flatnonzero(left) if left.any() else row == -1
    assert np.all(offers.taken <= offers.seats)
    assert np.all(offers.taken[~opens] == 0)
    assert world.arrays.offers.taken[len(seats)] == 0


def test_seats_are_drawn_evenly() -> None:
    """Four courses with room for all: a quarter of 2,000 people each (P > 1e-4)."""
    world = idle_world(2000)
    for trade in range(1, 5):
        offer_seats(world, Measure.MODULAR_TRAINING, 2000, trade=trade)
    for i in range(2000):
        take_seat(world.handle, i, Measure.MODULAR_TRAINING, 9, 2, DAY)
    taken = world.arrays.offers.taken[:4]
    assert taken.sum() == 2000
    assert stats.chisquare(taken).pvalue > 1e-4


def test_a_full_course_takes_nobody_more() -> None:
    """200 talks that all propose the same course of 20 seats: 20 begin, the others have their next talk."""
    n = 200
    world = idle_world(n)
    world.arrays.parameters[0].measures.offered_brokerage[Measure.MODULAR_TRAINING] = 1.0
    seat = offer_seats(world, Measure.MODULAR_TRAINING, 20, trade=5)
    talk(world, Line.BROKERAGE, n)
    people = world.arrays.persons[:n]
    assert np.count_nonzero(people.state == State.TRAINING) == 20 == world.arrays.offers.taken[seat]
    idle = people.state == State.UNEMPLOYED
    assert np.all(next_day_of(world, SERVICE, n)[idle] > DAY)
    assert np.all(next_day_of(world, SERVICE, n)[~idle] == -1)
    is_whole(world)


# --- from start to end --------------------------------------------------------------------------------------------


def test_a_course_from_talk_to_trade() -> None:
    """In training from the talk to its end; who completes it has the trade, the others their old one; all look on."""
    n = 600
    world = idle_world(n)
    p = world.arrays.parameters[0].measures
    p.offered_competence[Measure.MODULAR_TRAINING] = 1.0
    offer_seats(world, Measure.MODULAR_TRAINING, n, trade=5)
    talk(world, Line.COMPETENCE, n)
    people = world.arrays.persons[:n]
    assert np.all(people.state == State.TRAINING)
    assert np.all(people.course == 0)
    assert np.all(people.occupation == 0)  # not yet
    ends = people.ends.copy()
    for t in range(DAY + 1, int(ends.max()) + 1):
        separations(world.handle, t)
        np.testing.assert_array_equal(people.state == State.TRAINING, ends > t)
    assert np.all(people.state == State.UNEMPLOYED)
    assert np.all(people.course == -1)
    assert stats.binomtest(int((people.occupation == 5).sum()), n, float(p.completion_share[1])).pvalue > 1e-4
    assert np.all((people.occupation == 5) | (people.occupation == 0))
    np.testing.assert_array_equal(people.spell, ends)
    np.testing.assert_array_equal(ends - people.clock, 60)  # the clock stood still
    np.testing.assert_array_equal(next_day_of(world, SERVICE, n), np.where(ends < 700, ends, -1))
    is_whole(world)


def ended(measure: Measure, *shares: float, n: int = 300, trade: int = -1, **more: float) -> tuple[World, int]:
    """People who have taken part in a measure of 30 days, with given shares of completing and staying; its last day."""
    world = idle_world(n, **more)
    p = world.arrays.parameters[0].measures
    p.completion_share[measure], p.retention_share[measure] = shares
    seat = offer_seats(world, measure, n, trade=trade)
    for i in range(n):
        assert start(world.handle, i, measure, seat, 7, 2, DAY)
    people = world.arrays.persons[:n]
    people.ends = DAY + 30
    due(world, DATED, range(n), DAY + 30)
    separations(world.handle, DAY + 30)
    is_whole(world)
    return world, DAY + 30


def test_what_coaching_leaves_is_search() -> None:
    world, end = ended(Measure.COACHING, 1.0, 0.0)
    days = int(world.arrays.parameters[0].measures.coaching_effect_days)
    assert set(world.arrays.persons.boost_until[:300].tolist()) == {end + days}
    world, _ = ended(Measure.COACHING, 0.0, 0.0)
    assert np.all(world.arrays.persons.boost_until[:300] < end)


@pytest.mark.parametrize("stays", [0.0, 1.0])
def test_career_guidance_leads_some_to_study(stays: float) -> None:
    world, end = ended(Measure.CAREER_GUIDANCE, 1.0, stays)
    people = world.arrays.persons[:300]
    if stays == 0.0:
        assert np.all(people.state == State.UNEMPLOYED)
        return
    assert np.all(people.measure == Measure.SELF_MOTIVATED_STUDY)
    months = float(world.arrays.parameters[0].measures.mean_months[Measure.SELF_MOTIVATED_STUDY])
    assert set(people.ends.tolist()) == {end + int(months * DAYS_PER_MONTH)}
    assert world.arrays.in_measure[Measure.CAREER_GUIDANCE].sum() == 0


@pytest.mark.parametrize("measure", [Measure.APPRENTICESHIP, Measure.TAILORED_TRAINING])
def test_training_with_an_employer_ends_with_an_application(measure: Measure) -> None:
    """Who stays is known to an employer: on that day she applies to a vacancy, certain to be suitable."""
    world, end = ended(measure, 1.0, 1.0, trade=5, **{"search.rate_unemployed_per_month": 0.0})
    people = world.arrays.persons[:300]
    assert np.all(people.occupation == 5)
    assert np.all(people.is_referred == 2)
    assert set(next_day_of(world, SEARCH, 300).tolist()) == {end}
    open_one(world, 0, 0)
    world.arrays.vacancies.occupation[0] = 5
    world.arrays.open_cells[[0, 5], 0] = 0, 1
    search(world.handle, end)
    assert world.arrays.vacancies.n_applicants[0] == 300
    assert np.all(people.is_referred == 0)
    world, _ = ended(measure, 1.0, 0.0, trade=5)
    assert np.all(world.arrays.persons.is_referred[:300] == 0)


def test_gain_counts_once_and_in_suitability() -> None:
    """The largest factor earned holds; an applicant with it scores so much higher."""
    world, _ = ended(Measure.WORK_ABILITY_COORDINATION, 1.0, 0.0)
    gain = float(world.arrays.parameters[0].measures.gain[Measure.WORK_ABILITY_COORDINATION])
    assert np.all(world.arrays.persons.gain[:300] == np.float32(gain))
    assert gain > 1.0
    world.arrays.persons.gain[0] = 2.0
    start(world.handle, 0, Measure.WORK_ABILITY_COORDINATION, -1, 8, 3, 40)
    end_measure(world.handle, 0, 60)
    assert world.arrays.persons.gain[0] == 2.0
    scores = []
    for factor in (1.0, 1.5):
        sure = {"search.rate_unemployed_per_month": 2.0 * DAYS_PER_MONTH, "search.half_visible_rate": 0.0}
        alike = {"hiring.luck_share": 0.0, "hiring.age_factor": 1.0, "hiring.education_factor": 1.0,
                 "hiring.suitable_share": 0.5}  # fmt: skip
        one = idle_world(40, **sure | alike)
        one.arrays.persons.gain[:40] = factor
        open_one(one, 0, 0)
        due(one, SEARCH, range(40), DAY)
        search(one.handle, DAY)
        scores.append(float(one.arrays.vacancies.score[0][0]))
    assert scores[1] == pytest.approx(1.5 * scores[0], rel=1e-6)


def test_a_grant_makes_a_business() -> None:
    world = idle_world(3)
    for i in range(3):
        assert start(world.handle, i, Measure.START_UP_GRANT, 0, 7, 2, DAY)
    assert world.arrays.persons.state[:3].tolist() == [State.SELF_EMPLOYED] * 3
    assert world.arrays.measure_starts[Measure.START_UP_GRANT].sum() == 3
    assert world.arrays.in_measure.sum() == 0
    is_whole(world)


@pytest.mark.parametrize(("day", "in_time"), [(0, 1), (91, 1), (92, 0)])
def test_a_measure_is_a_path_in_time_or_late(day: int, in_time: int) -> None:
    """Within three months of registering, the last day included; counted by the month in which the search began."""
    world = quiet_world(2, days=200)
    put(world, [0], State.UNEMPLOYED, 0)
    put(world, [1], State.UNEMPLOYED, -5)  # begun before the first day: not followed
    for i in (0, 1):
        start(world.handle, i, Measure.COACHING, -1, 7, 2, day)
    assert world.arrays.persons.has_path[:2].tolist() == [1, 0]
    assert world.arrays.paths[1].tolist() == [float(in_time), *[0.0] * (world.arrays.paths.shape[1] - 1)]


# --- wage subsidy -------------------------------------------------------------------------------------------------


def promised(n: int = 1, is_public: int = 0, **more: float) -> World:
    """People with the promise of a wage subsidy, still out of work."""
    world = idle_world(n, **more)
    world.arrays.sections.is_public = is_public
    for i in range(n):
        assert not start(world.handle, i, Measure.WAGE_SUBSIDY_PRIVATE, 0, 7, 2, DAY)
    people, p = world.arrays.persons[:n], world.arrays.parameters[0].measures
    assert np.all(people.state == State.UNEMPLOYED)
    assert np.all(people.voucher_until == DAY + int(p.voucher_days))
    return world


def hired(world: World, n: int, day: int) -> None:
    world.ensure_room(jobs=n)
    for v in range(n):
        open_one(world, v, v % 50)
    assert hiring(world.handle, offer(world, range(n), range(n)), day) == n
    is_whole(world)


@pytest.mark.parametrize(("stays", "target"), [(1.0, State.EMPLOYED), (0.0, State.UNEMPLOYED)])
def test_a_subsidised_job_from_promise_to_end(stays: float, target: State) -> None:
    """A real job of the employer for its term; then she stays in it, or it is filled anew and she looks on."""
    n = 40
    world = promised(n)
    world.arrays.parameters[0].measures.retention_share[Measure.WAGE_SUBSIDY_PRIVATE] = stays
    hired(world, n, DAY + 5)
    people, firms, flows = world.arrays.persons[:n], world.arrays.employers, world.arrays.flows.sum(axis=1)
    assert np.all(people.state == State.SUBSIDISED)
    assert np.all(people.measure == Measure.WAGE_SUBSIDY_PRIVATE)
    assert np.all(people.registered_since == DAY - 60)  # a registered jobseeker
    assert flows[Flow.EXITS_TO_SERVICE] == n
    assert flows[Flow.EXITS_TO_JOB] == 0
    assert world.arrays.stocks[State.EMPLOYED].sum() == 0  # not work in the open market
    months = float(world.arrays.parameters[0].measures.mean_months[Measure.WAGE_SUBSIDY_PRIVATE])
    end = DAY + 5 + int(months * DAYS_PER_MONTH)
    assert set(people.ends.tolist()) == {end}
    assert np.all(people.voucher_until <= DAY + 5)  # used up
    jobs = firms.target.sum()
    separations(world.handle, end - 1)
    assert np.all(people.state == State.SUBSIDISED)
    separations(world.handle, end)
    assert np.all(people.state == target)
    assert firms.target.sum() == jobs == n
    vacancies = world.arrays.vacancies[: int(world.control.n_vacancies)]
    again = np.count_nonzero(vacancies.state != VacancyState.FREE)
    assert (firms.filled.sum(), again) == ((n, 0) if stays == 1.0 else (0, n))
    if stays == 0.0:
        assert np.all(people.registered_since == DAY - 60)
        assert np.all(people.clock == end)  # it was work: the clock begins anew
        assert world.arrays.flows[Flow.SEPARATIONS].sum() == n
    is_whole(world)


def test_a_promise_lapses_and_is_nothing_to_public_employers() -> None:
    world = promised(2)
    late = int(world.arrays.persons.voucher_until[0])
    hired(world, 2, late)
    assert np.all(world.arrays.persons.state[:2] == State.EMPLOYED)
    world = promised(2, is_public=1)
    hired(world, 2, DAY + 5)
    assert np.all(world.arrays.persons.state[:2] == State.EMPLOYED)
    assert world.arrays.in_measure.sum() == 0


def test_a_promise_multiplies_suitability_with_private_employers() -> None:
    scores = {}
    for is_public in (0, 1):
        for with_promise in (False, True):
            sure = {"search.rate_unemployed_per_month": 2.0 * DAYS_PER_MONTH, "search.half_visible_rate": 0.0}
            values = sure | {"hiring.luck_share": 0.0, "hiring.suitable_share": 0.1}
            world = promised(60, is_public, **values) if with_promise else idle_world(60, **values)
            world.arrays.sections.is_public = is_public
            open_one(world, 0, 0)
            due(world, SEARCH, range(60), DAY + 2)
            search(world.handle, DAY + 2)
            scores[is_public, with_promise] = float(world.arrays.vacancies.score[0][0])
    assert scores[1, True] == scores[1, False] == scores[0, False] > 0.0
    assert scores[0, True] == pytest.approx(3.0 * scores[0, False], rel=1e-6)


def test_work_with_a_public_subsidy_leaves_nothing() -> None:
    world, end = ended(Measure.WAGE_SUBSIDY_PUBLIC, 1.0, 0.0)
    people = world.arrays.persons[:300]
    assert np.all(people.state == State.UNEMPLOYED)
    assert np.all(people.gain == 1.0)
    assert np.all(people.occupation == 0)
    np.testing.assert_array_equal(end - people.clock, 60)  # no work in the open market: the clock stood still


def test_who_finds_an_ordinary_job_leaves_her_measure() -> None:
    """From a subsidised job, whose employer then looks for somebody else."""
    world = promised(1)
    hired(world, 1, DAY + 5)
    open_one(world, 5, 30)
    assert hiring(world.handle, offer(world, [5], [0]), DAY + 30) == 1
    assert world.arrays.persons.state[0] == State.EMPLOYED
    assert world.arrays.persons.measure[0] == Measure.NONE
    assert world.arrays.persons.employer[0] == 30
    assert world.arrays.in_measure[Measure.WAGE_SUBSIDY_PRIVATE].sum() == 0
    firms = world.arrays.employers
    assert (firms.open[0] + firms.dormant[0], firms.target[0]) == (1, 1)


def test_employed_people_are_no_participants() -> None:
    world = quiet_world(2)
    employ(world, [0, 1], 0)
    is_whole(world)
    assert world.arrays.in_measure.sum() == 0
