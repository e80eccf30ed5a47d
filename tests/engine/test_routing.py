"""Assessment and routing: needs recognised or missed, the line responsible, handovers, meetings with partners."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from people import due, next_day_of, open_one, put
from scipy import stats
from worlds import NOTHING_PROPOSED, bare_world, specification, staff, with_values

from sim.dimensions import Line, Need, State
from sim.indicators import Flow
from sim.kernels.calendar import SEARCH, SERVICE
from sim.kernels.search import search
from sim.kernels.services import FIRST_INTERVIEW, FOLLOW_UP, JOINT_MEETING, kind_of, services
from sim.world import World

TUESDAY = date(2025, 1, 7)
DAY = 1
QUIET = NOTHING_PROPOSED | {
    "services.exit_per_contact": 0.0, "services.no_show_share": 0.0, "services.recognition_share": 0.0,
    "services.later_recognition_share": 0.0, "services.competence_share": 0.0, "services.integration_share": 0.0,
    "services.referral_share": 0.0, "services.minutes_variation": 0.0, "services.workday_minutes": 1e6,
    "partners.fte": 10_000.0, "places.remote_share": 0.0, "services.interpreted_minutes_factor": 1.0,
}  # fmt: skip
LINES_OF_PEOPLE = [Line.BROKERAGE, Line.COMPETENCE, Line.MULTI_SECTOR, Line.YOUTH, Line.INTEGRATION]


def talked(n: int, line: Line = Line.BROKERAGE, contacts: int = 0, special: dict | None = None, **more: float) -> World:
    """Adults without a need who have a talk on one day, the first one or another; what is special is true of all."""
    declared = with_values(QUIET | more)
    world = bare_world(specification(start_date=TUESDAY, days=300, record="full", parameters=declared), n)
    world.ensure_room(people=n)
    put(world, range(n), State.UNEMPLOYED, 0)
    people = world.arrays.persons[:n]
    people.contacts, people.line = contacts, line
    for column, value in (special or {}).items():
        people[column] = value
    for one in LINES_OF_PEOPLE:
        staff(world, one, 60)
    due(world, SERVICE, range(n), DAY)
    services(world.handle, DAY)
    return world


def work(world: World, first: int, until: int) -> None:
    """Let the lines work from a day to before another."""
    for t in range(first, until):
        world.ensure_room(people=int(world.control.n_persons))
        services(world.handle, t)


def share_of(people: np.recarray, line: Line) -> tuple[int, int]:
    return int(np.count_nonzero(people.line == line)), len(people)


# --- needs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "factor"), [(90.0, 1.0), (180.0, 2.0**0.5), (60.0, (2.0 / 3.0) ** 0.5)])
def test_recognition_grows_with_the_time_given(minutes: float, factor: float) -> None:
    """3,000 first interviews with people in need (binomial, P > 1e-4); found and missed are all of them."""
    n = 3000
    more = {"services.recognition_share": 0.5, "services.first_interview_minutes": minutes}
    world = talked(n, special={"need": Need.LIFE_SITUATION}, **more)
    people, flows = world.arrays.persons[:n], world.arrays.flows.sum(axis=1)
    found = int(np.count_nonzero(people.is_recognised))
    assert stats.binomtest(found, n, 0.5 * factor).pvalue > 1e-4
    assert stats.binomtest(found, n, 0.5 * factor * 0.85).pvalue < 1e-4  # power
    assert flows[Flow.NEEDS_RECOGNISED] == found
    assert flows[Flow.NEEDS_MISSED] == n - found
    np.testing.assert_array_equal(people.line == Line.MULTI_SECTOR, people.is_recognised == 1)


def test_a_need_is_found_later_too_and_nobody_has_one_found_without() -> None:
    n = 3000
    more = {"services.later_recognition_share": 0.2}
    world = talked(n, contacts=2, special={"need": Need.WORK_CAPACITY}, **more)
    people = world.arrays.persons[:n]
    assert stats.binomtest(int(people.is_recognised.sum()), n, 0.2).pvalue > 1e-4
    assert world.arrays.flows[Flow.NEEDS_MISSED].sum() == 0  # counted at the first interview alone
    assert not np.any(talked(300, contacts=2, **more).arrays.persons.is_recognised[:300])
    sure = {"services.recognition_share": 1.0, "services.later_recognition_share": 1.0}
    assert not np.any(talked(300, **sure).arrays.persons.is_recognised[:300])


# --- lines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("special", "contacts", "line"),
    [
        ({}, 0, Line.BROKERAGE),
        ({"born": -29 * 365}, 0, Line.YOUTH),
        ({"born": -30 * 365 + DAY}, 0, Line.BROKERAGE),
        ({"born": -30 * 365 + DAY + 1}, 0, Line.YOUTH),
        ({"need": Need.WORK_CAPACITY, "is_recognised": 1}, 0, Line.MULTI_SECTOR),
        ({"need": Need.WORK_CAPACITY, "is_recognised": 1}, 3, Line.MULTI_SECTOR),
        ({"need": Need.WORK_CAPACITY}, 0, Line.BROKERAGE),
        ({"need": Need.WORK_CAPACITY, "is_recognised": 1, "born": -25 * 365}, 0, Line.YOUTH),  # needs included
        ({"language": 1}, 3, Line.BROKERAGE),  # the first interview decides, later ones do not
    ],
)
def test_who_is_responsible(special: dict[str, int], contacts: int, line: Line) -> None:
    """With certain routing to integration and competence services for those whom it is for."""
    more = {"services.integration_share": 1.0} if "language" in special else {}
    world = talked(5, contacts=contacts, special=special, **more)
    assert set(world.arrays.persons.line[:5].tolist()) == {int(line)}
    handovers = world.arrays.flows[Flow.HANDOVERS].sum()
    assert handovers == (0 if line == Line.BROKERAGE else 5)


def test_shares_of_first_interviews_lead_on() -> None:
    """Competence by its share, immigrants to integration first (binomial over 3,000, P > 1e-4)."""
    n, more = 3000, {"services.competence_share": 0.3, "services.integration_share": 0.6}
    nationals = talked(n, **more).arrays.persons[:n]
    assert stats.binomtest(*share_of(nationals, Line.COMPETENCE), 0.3).pvalue > 1e-4
    assert share_of(nationals, Line.INTEGRATION)[0] == 0
    foreign = talked(n, special={"language": 1}, **more).arrays.persons[:n]
    assert stats.binomtest(*share_of(foreign, Line.INTEGRATION), 0.6).pvalue > 1e-4
    later = talked(n, contacts=2, **more).arrays.persons[:n]
    assert share_of(later, Line.BROKERAGE)[0] == n


def test_from_the_youth_line_at_thirty() -> None:
    """Who turns 30 in the youth line is handed over to brokerage at the next talk."""
    world = talked(4, Line.YOUTH, contacts=3, special={"born": -31 * 365})
    assert set(world.arrays.persons.line[:4].tolist()) == {int(Line.BROKERAGE)}
    assert world.arrays.flows[Flow.HANDOVERS].sum() == 4


# --- handovers ----------------------------------------------------------------------------------------------------


def handed_over(escorted: float, loss: float, n: int = 3000) -> World:
    more = {"services.escorted_share": escorted, "services.handover_loss_share": loss}
    return talked(n, special={"born": -20 * 365}, **more)


def test_escorted_handovers_lose_nobody_and_take_time() -> None:
    world = handed_over(1.0, 1.0, 200)
    p, people = world.arrays.parameters[0].services, world.arrays.persons[:200]
    assert set(next_day_of(world, SERVICE, 200).tolist()) == {DAY + int(p.handover_escorted_days)}
    assert not np.any(people.is_lost)
    assert world.arrays.flows[Flow.HANDOVERS_LOST].sum() == 0
    used = world.arrays.desks.minutes_used[int(Line.BROKERAGE) * len(world.arrays.points)]
    assert used == pytest.approx(200 * float(p.first_interview_minutes + p.handover_minutes))


def test_others_are_lost_by_their_share_and_come_later() -> None:
    """Of 3,000 handed over, a quarter of them escorted, .2 of the rest are lost until they are called again."""
    n = 3000
    world = handed_over(0.25, 0.2, n)
    p, people = world.arrays.parameters[0].services, world.arrays.persons[:n]
    days = next_day_of(world, SERVICE, n) - DAY
    escorted, lost = days == int(p.handover_escorted_days), people.is_lost == 1
    assert stats.binomtest(int(escorted.sum()), n, 0.25).pvalue > 1e-4
    assert stats.binomtest(int(lost.sum()), n, 0.75 * 0.2).pvalue > 1e-4
    assert not np.any(escorted & lost)
    assert set(days[lost].tolist()) == {int(p.handover_lost_days)}
    assert set(days[~lost & ~escorted].tolist()) == {int(p.handover_days)}
    assert world.arrays.flows[Flow.HANDOVERS_LOST].sum() == lost.sum()
    # in the end they come: the talk with the new line makes good
    work(world, DAY + 1, DAY + int(p.handover_lost_days) + 4)
    assert not np.any(people.is_lost)
    assert np.all(people.contacts >= 2)
    assert np.all(people.line == Line.YOUTH)


def test_a_path_is_the_talk_with_the_right_line() -> None:
    """Without a need: the talk that stays with its line; with an unknown one: not yet; handed over: at the new line."""
    assert np.all(talked(5).arrays.persons.has_path[:5] == 1)
    assert np.all(talked(5, special={"need": Need.LIFE_SITUATION}).arrays.persons.has_path[:5] == 0)
    world = handed_over(1.0, 0.0, 5)
    assert np.all(world.arrays.persons.has_path[:5] == 0)
    work(world, DAY + 1, DAY + 10)
    assert np.all(world.arrays.persons.has_path[:5] == 1)
    assert world.arrays.paths[1].sum() == 5


# --- partners -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("has_plan", "joint"), [(0, [1, 2, 3, 4, 5, 6, 7, 8, 9]), (1, [1, 5, 9])])
def test_partners_are_met_until_there_is_a_plan_and_then_now_and_then(has_plan: int, joint: list[int]) -> None:
    world = talked(1)
    p, person = world.arrays.parameters[0], world.arrays.persons
    person.has_plan[0] = has_plan
    kinds = []
    for contacts in range(10):
        person.contacts[0] = contacts
        kinds.append(kind_of(world.handle, p, int(Line.MULTI_SECTOR), 0))
    assert kinds[0] == FIRST_INTERVIEW
    assert kinds[1:] == [JOINT_MEETING if contacts in joint else FOLLOW_UP for contacts in range(1, 10)]
    assert kind_of(world.handle, p, int(Line.BROKERAGE), 0) == FOLLOW_UP


def clients_of_multi_sector(n: int, fte: tuple[float, float]) -> World:
    """Clients without a plan whose talk is due, advisers for all of them, and partners with days of 900 minutes."""
    day = {"services.workday_minutes": 900.0, "services.present_share": 1.0, "services.client_time_share": 1.0}
    spec = specification(start_date=TUESDAY, days=400, record="full", parameters=with_values(QUIET | day))
    world = bare_world(spec, n)
    world.arrays.parameters[0].partners.fte[:] = fte
    put(world, range(n), State.UNEMPLOYED, 0)
    people = world.arrays.persons[:n]
    people.contacts, people.line, people.need, people.is_recognised = 1, Line.MULTI_SECTOR, Need.WORK_CAPACITY, 1
    staff(world, Line.MULTI_SECTOR, 60)
    due(world, SERVICE, range(n), DAY)
    work(world, DAY, DAY + 1)
    return world


@pytest.mark.parametrize("fte", [(2.0, 1.0), (1.0, 2.0), (1.0, 1.0), (2.0, 0.0)])
def test_the_slowest_partner_sets_the_pace(fte: tuple[float, float]) -> None:
    """Meetings of 90 minutes in days of 900: ten for each FTE of the slower partner; the others talk alone."""
    n, held = 50, int(10 * min(fte))
    world = clients_of_multi_sector(n, fte)
    people, log = world.arrays.persons[:n], world.arrays.contacts[: int(world.control.n_contacts)]
    assert len(log) == n
    joint = log.kind == JOINT_MEETING
    assert joint.sum() == held
    assert np.all(log.kind[~joint] == FOLLOW_UP)
    assert world.arrays.flows[Flow.PARTNER_WAITS].sum() == n - held
    assert people.has_plan.sum() == held
    gain = np.float32(world.arrays.parameters[0].partners.plan_gain)
    np.testing.assert_array_equal(people.gain, np.where(people.has_plan == 1, gain, np.float32(1.0)))
    np.testing.assert_allclose(world.arrays.partners.minutes_used, [90.0 * held] * 2)
    assert np.all(people.contacts == 2)
    # each round of talks brings as many plans again, until those with one are to be met anew (fifth talk)
    for round_ in range(1, 4):
        work(world, DAY + 28 * round_ - 27, DAY + 28 * round_ + 1)
        assert people.has_plan.sum() == min(n, held * (round_ + 1)), round_


def test_time_of_partners_is_not_saved_up() -> None:
    """After weeks without a meeting a day has one day's time."""
    world = clients_of_multi_sector(5, (1.0, 1.0))
    work(world, DAY + 1, DAY + 20)
    assert np.all(world.arrays.partners.minutes_left <= 900.0)
    # what a meeting takes beyond the day is owed the next
    world = clients_of_multi_sector(12, (0.95, 1.0))  # 855 minutes: the tenth meeting begins with 45 left
    assert world.arrays.persons.has_plan[:12].sum() == 10
    assert world.arrays.partners.minutes_left[0] == pytest.approx(-45.0)


# --- what else a talk does ----------------------------------------------------------------------------------------


def test_a_talk_raises_search_for_some_weeks() -> None:
    world = talked(3)
    days = int(world.arrays.parameters[0].services.contact_effect_days)
    assert world.arrays.persons.boost_until[:3].tolist() == [DAY + days] * 3
    assert world.arrays.persons.met[:3].tolist() == [DAY] * 3


@pytest.mark.parametrize("line", LINES_OF_PEOPLE)
def test_talks_end_searches_and_tell_of_vacancies_by_their_shares(line: Line) -> None:
    """3,000 later talks in each line (binomial, P > 1e-4)."""
    n = 3000
    special = {"born": -20 * 365} if line == Line.YOUTH else {}
    if line == Line.MULTI_SECTOR:
        special = {"need": Need.WORK_CAPACITY, "is_recognised": 1}
    world = talked(n, line, 2, special, **{"services.exit_per_contact": 0.05, "services.referral_share": 0.4})
    people = world.arrays.persons[:n]
    gone = people.state == State.INACTIVE
    assert stats.binomtest(int(gone.sum()), n, 0.05).pvalue > 1e-4
    assert stats.binomtest(int(people.is_referred.sum()), int((~gone).sum()), 0.4).pvalue > 1e-4
    assert not np.any(people.is_referred[gone])
    told = next_day_of(world, SEARCH, n)[people.is_referred == 1]
    assert set(told.tolist()) == {DAY}


@pytest.mark.parametrize(("days_since", "news"), [(1, 1 / 30), (15, 0.5), (30, 1.0), (90, 1.0)])
def test_a_talk_soon_after_the_last_finds_less_to_tell_of(days_since: int, news: float) -> None:
    """Referrals of 3,000 talks so many days after the last one (binomial, P > 1e-4)."""
    n, special = 3000, {"met": DAY - days_since, "boost_until": DAY + 40}  # raised by a coaching too
    world = talked(n, special=special, contacts=2, **{"services.referral_share": 0.9})
    assert world.arrays.parameters[0].services.referral_days == 30.0
    told = int(world.arrays.persons.is_referred[:n].sum())
    assert stats.binomtest(told, n, 0.9 * news).pvalue > 1e-4


@pytest.mark.parametrize(
    ("registered", "opened", "visited", "applies"),
    [(1, -30, 0, True), (0, -30, 0, False), (1, DAY - 6, 0, False), (1, DAY - 7, 0, True), (1, DAY, DAY + 1, True),
     (0, DAY, DAY + 1, False)],
)  # fmt: skip
def test_advisers_tell_of_what_they_know(registered: int, opened: int, visited: int, applies: bool) -> None:
    """Registered vacancies: after a week, or at once where employer services have been; nobody looks by herself."""
    n = 200
    more = {"services.referral_share": 1.0, "search.rate_unemployed_per_month": 0.0, "hiring.suitable_share": 1.0}
    world = talked(n, contacts=2, **more)
    open_one(world, 0, 0)
    job = world.arrays.vacancies[0]
    job.is_registered, job.opened = registered, opened
    world.arrays.employers.visited_until[0] = visited
    search(world.handle, DAY)
    assert (int(world.arrays.flows[Flow.REFERRALS].sum()) == n) == applies
    assert (int(world.arrays.vacancies.n_applicants[0]) > 0) == applies
    assert not np.any(world.arrays.persons.is_referred[:n])


def test_the_interval_follows_the_rules() -> None:
    """Fortnightly in the first three months, then once in 1 / (1/91 + 2/183) days; multi-sector by its own."""
    for since, contacts, line, days in ((0, 2, Line.BROKERAGE, 14), (-89, 2, Line.BROKERAGE, 14),
                                        (-90, 2, Line.BROKERAGE, 45), (0, 2, Line.MULTI_SECTOR, 28)):  # fmt: skip
        special = {"spell": since, "registered_since": since}
        if line == Line.MULTI_SECTOR:
            special |= {"need": Need.WORK_CAPACITY, "is_recognised": 1}
        world = talked(2, line, contacts, special)
        assert set((next_day_of(world, SERVICE, 2) - DAY).tolist()) == {days}, (since, line)
