"""Where and when the authority meets people: opening days, who is served where, the channel, staff and its placing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats
from worlds import NOTHING_PROPOSED, bare_world, specification, staff, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.authority import NONE, OFFICE, SERVICE_POINT
from agents.specification import PlaceChange
from sim.changes import Change
from sim.clock import working_days
from sim.dimensions import LINES, N_PERSON_LINES, Line
from sim.kernels.places import desk_for, has_time, is_digital, is_open, is_remote, kilometres, openings
from sim.kernels.services import no_show_chance
from sim.world import World

FIRST_DAY = date(2025, 1, 1)  # a Wednesday
HOST, POINT, NOWHERE = 0, 1, 2
"""The three municipalities of kolmikko: an office, a service point open on Tuesdays, and neither."""
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)


def model_of(days: int = 365, changes: tuple = (), places: tuple = (), record: str = "full", **more: float):
    """A model of kolmikko."""
    spec = specification(days=days, changes=changes, places=places, record=record, parameters=with_values(more))
    return EmploymentAreaModel(spec, build(spec))


def change(parameter: str, operation: str, amount: float, start: date) -> Change:
    return Change(parameter, operation, amount, start, source="test")


# --- opening days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weekdays", "period", "phase"), [((1,), 1, 0), ((0, 3), 2, 1), ((4,), 4, 3), ((), 1, 0)])
def test_open_on_its_weekdays_in_its_weeks(weekdays: tuple[int, ...], period: int, phase: int) -> None:
    """Every day of a year against the calendar; holidays are closed for all; openings counted by hand."""
    world = bare_world(specification(days=365), 1)
    point = world.arrays.points[1]
    point.weekdays, point.period, point.phase = sum(1 << day for day in weekdays), period, phase
    working = working_days(FIRST_DAY, 365)
    wanted = []
    for t in range(365):
        day = date.fromordinal(FIRST_DAY.toordinal() + t)
        monday = day.toordinal() - day.weekday()
        wanted.append(bool(working[t]) and day.weekday() in weekdays and (monday // 7 - phase) % period == 0)
    found = [bool(is_open(world.handle, 1, t)) for t in range(365)]
    weeks = {date.fromordinal(FIRST_DAY.toordinal() + t).isocalendar().week % period for t in np.flatnonzero(found)}
    assert sum(found) == pytest.approx(sum(wanted), abs=2)
    if weekdays:
        # the weeks of a period are those of one residue, whatever week is counted as the first
        residues = {int(world.arrays.days.week[t]) % period for t in np.flatnonzero(found)}
        assert residues == {phase}
        assert len(weeks) <= 1 or period == 1 or sum(found) > 0
        first = FIRST_DAY.toordinal()
        assert all(date.fromordinal(first + int(t)).weekday() in weekdays for t in np.flatnonzero(found))
    assert all(working[np.flatnonzero(found)])
    for t, until in ((0, 6), (3, 20), (40, 40), (50, 84)):
        assert openings(world.handle, 1, t, until) == sum(found[t : until + 1])


def test_weeks_begin_on_monday() -> None:
    """Seven days in a row from a Monday have one week's number, and the next Monday the next one."""
    world = bare_world(specification(days=60), 1)
    week, weekday = world.arrays.days.week[:40], world.arrays.days.weekday[:40]
    assert weekday[:7].tolist() == [2, 3, 4, 5, 6, 0, 1]
    np.testing.assert_array_equal(np.diff(week), (weekday[1:] == 0).astype(int))


@pytest.mark.parametrize(("kind", "weekdays", "period"), [("service_point", (1,), 1), ("service_point", (0, 3), 2)])
def test_contacts_at_a_place_fall_on_its_opening_days(kind: str, weekdays: tuple[int, ...], period: int) -> None:
    """A year of the area: the service point on its days, in every week or every other; the office on all.
    Three times the area, so that somebody comes on every working day.
    """
    places = (PlaceChange("point", POINT, kind, FIRST_DAY, weekdays, period),)
    result = simulate(specification(record="full", places=places, scale=3.0))
    days, place = result.contacts["day"], result.contacts["place"]
    here = np.unique(days[place == POINT]).astype("datetime64[D]")
    ordinals = here.astype(int) + date(1970, 1, 1).toordinal()
    assert set((ordinals - 1) % 7) == set(weekdays)
    assert len(np.unique((ordinals - 1) // 7 % period)) == 1
    assert len(here) > 15
    assert len(np.unique(days[place == HOST])) == 251
    assert not np.any(place == NOWHERE)


# --- who is served where ------------------------------------------------------------------------------------------


def test_residents_are_served_at_home_or_nearby() -> None:
    model = model_of(5)
    points = model.world.arrays.points
    assert points.kind.tolist() == [OFFICE, SERVICE_POINT, NONE]
    away = model.world.arrays.distance[NOWHERE]
    assert points.serves.tolist() == [HOST, POINT, HOST if away[HOST] <= away[POINT] else POINT]
    assert points.parent.tolist() == [HOST] * 3


def desk_world(due: int, point_advisers: int, waiting: int = 0, **more: float) -> tuple[World, int]:
    """A resident of a service point open on Tuesdays, visited from the office; the desk where she would queue."""
    world = bare_world(specification(days=200, start_date=date(2025, 1, 8), parameters=with_values(more)), 1)
    a = world.arrays
    a.points.kind[POINT], a.points.weekdays[POINT], a.points.parent[POINT] = SERVICE_POINT, 0b00010, HOST
    staff(world, Line.BROKERAGE, 5, HOST)
    staff(world, Line.BROKERAGE, point_advisers, POINT)
    world.arrays.desks.waiting[int(Line.BROKERAGE) * len(a.points) + POINT] = waiting
    world.arrays.persons.home[0] = POINT
    p = world.arrays.parameters[0]
    return world, desk_for(world.handle, p, 0, int(Line.BROKERAGE), False, 0, due) % len(a.points)


@pytest.mark.parametrize(
    ("due", "advisers", "waiting", "place"),
    [
        (7, 1, 0, POINT),  # open once before the deadline, with time for one
        (5, 1, 0, HOST),  # not open before it
        (7, 1, 1, POINT),  # 435 * .86 * .55 = 205 minutes: room for two interviews of 90
        (7, 1, 2, HOST),
        (14, 1, 3, POINT),  # two opening days
        (14, 0, 0, HOST),  # nobody works there
    ],
)
def test_a_first_interview_goes_where_there_is_time(due: int, advisers: int, waiting: int, place: int) -> None:
    world, chosen = desk_world(due, advisers, waiting)
    assert chosen == place
    desk = int(Line.BROKERAGE) * len(world.arrays.points) + POINT
    assert has_time(world.handle, world.arrays.parameters[0], desk, 0, due) == (place == POINT)


def test_later_talks_wait_at_home_and_remote_ones_at_the_office() -> None:
    world, _ = desk_world(7, 1, 50)
    world.arrays.persons.contacts[0] = 1
    p, n = world.arrays.parameters[0], len(world.arrays.points)
    assert desk_for(world.handle, p, 0, int(Line.BROKERAGE), False, 0, 45) % n == POINT
    assert desk_for(world.handle, p, 0, int(Line.BROKERAGE), True, 0, 45) % n == HOST


# --- channel ------------------------------------------------------------------------------------------------------


def test_no_first_interview_is_remote_but_by_rule() -> None:
    """2,000 people: none remote at the first talk; later by share (P > 1e-4); with the rule at the first too."""
    n = 2000
    declared = with_values({"places.remote_share": 0.5, "places.digital_support_share": 0.0})
    world = bare_world(specification(parameters=declared), n)
    people, p = world.arrays.persons[:n], world.arrays.parameters[0]
    people.born = -40 * 365
    p.places.digital_by_age[:] = 0.8

    def remote(when: int = 1, k: int = 0) -> int:
        line = int(Line.BROKERAGE)
        return sum(is_remote(world.handle, p, i, line, when, k, 5) for i in range(n))

    assert remote() == 0
    people.contacts = 1
    assert stats.binomtest(int(remote()), n, 0.4).pvalue > 1e-4
    assert stats.binomtest(int(remote(2, 1)), n, 0.45).pvalue < 1e-2  # power
    people.contacts = 0
    p.rules.remote_first_interview = 1.0
    assert stats.binomtest(int(remote()), n, 0.4).pvalue > 1e-4
    digital = [is_digital(world.handle, p, i, 5) for i in range(n)]
    assert digital == [is_digital(world.handle, p, i, 300) for i in range(n)]  # lasting
    p.places.digital_support_share = 0.5
    supported = [is_digital(world.handle, p, i, 5) for i in range(n)]
    assert all(now for was, now in zip(digital, supported, strict=True) if was)
    assert stats.binomtest(sum(supported), n, 0.9).pvalue > 1e-4


def test_distance_and_channel_change_who_comes() -> None:
    world = bare_world(specification(), 1)
    p, a = world.arrays.parameters[0], world.arrays
    a.persons.home[0] = NOWHERE
    base, km = float(p.services.no_show_share), float(a.distance[NOWHERE, HOST])
    assert km > 5.0
    assert kilometres(world.handle, 0, HOST) == km
    assert kilometres(world.handle, 0, NOWHERE) == 0.0
    chance = no_show_chance(world.handle, p, 0, HOST, False)
    assert chance == pytest.approx(base + km * float(p.places.no_show_per_km))
    assert no_show_chance(world.handle, p, 0, HOST, True) == pytest.approx(
        base * float(p.places.remote_no_show_multiplier)
    )


# --- places that change -------------------------------------------------------------------------------------------


def waiting_by_place(world: World) -> np.ndarray:
    return world.arrays.desks.waiting.reshape(N_PERSON_LINES, -1).sum(axis=0)


def test_closing_a_place_moves_its_queue_and_its_staff() -> None:
    """With a queue at a service point: on the day it closes everybody waits elsewhere with the same due day."""
    few = {"services.staff_fte": 0.15, "staff.least_desk_fte": 0.0}
    model = model_of(400, **few)
    model.run(200)
    world = model.world
    before, total_fte = waiting_by_place(world), float(world.arrays.desks.fte.sum())
    people = world.arrays.persons[: int(world.control.n_persons)]
    n_places = len(world.arrays.points)
    waits_here = np.flatnonzero((people.is_waiting == 1) & (people.desk % n_places == POINT))
    assert before[POINT] == len(waits_here) > 0
    line_before = people.desk[waits_here] // n_places
    model.authority.change_place(PlaceChange("closed", POINT, "none", FIRST_DAY))
    after = waiting_by_place(world)
    assert after[POINT] == 0
    assert after.sum() == before.sum()
    assert after[HOST] == before[HOST] + before[POINT]
    assert np.all(people.desk[waits_here] % n_places == HOST)
    np.testing.assert_array_equal(people.desk[waits_here] // n_places, line_before)
    assert world.arrays.points.serves[POINT] == HOST
    desks = world.arrays.desks
    assert np.all(desks.n_servers.reshape(N_PERSON_LINES, n_places)[:, POINT] == 0)
    assert float(desks.fte.sum()) == pytest.approx(total_fte, rel=1e-9)
    assert np.all(desks.fte.reshape(N_PERSON_LINES, n_places)[:, POINT] == 0.0), "staff idles where nobody is met"
    n = len(result_days := np.unique(world.arrays.contacts.day[: int(world.control.n_contacts)]))
    model.run()
    log = world.arrays.contacts[: int(world.control.n_contacts)]
    assert not np.any(log.place[log.day >= 200] == POINT)
    assert len(np.unique(log.day)) > n
    assert result_days.max() < 200


def test_a_place_opens_on_its_day() -> None:
    """The third municipality gets an office in June: nobody is met there before, many from then on, daily."""
    opens = date(2025, 6, 2)
    places = (PlaceChange("new", NOWHERE, "office", opens, MONDAY_TO_FRIDAY),)
    result = simulate(specification(record="full", places=places))
    days = result.contacts["day"][result.contacts["place"] == NOWHERE]
    assert days.min() >= np.datetime64(opens)
    assert len(np.unique(days)) > 100
    homes = result.contacts["home"][result.contacts["place"] == NOWHERE]
    assert set(np.unique(homes)) == {NOWHERE}


def test_an_office_that_becomes_a_point_is_visited_from_another() -> None:
    model = model_of(60)
    authority, points = model.authority, model.world.arrays.points
    authority.change_place(PlaceChange("office", POINT, "office", FIRST_DAY, MONDAY_TO_FRIDAY))
    assert points.parent.tolist() == [HOST, POINT, HOST]
    authority.change_place(PlaceChange("smaller", POINT, "service_point", FIRST_DAY, (2,), 2))
    assert points.parent.tolist() == [HOST] * 3
    assert (points.weekdays[POINT], points.period[POINT]) == (0b100, 2)
    model.run()


def test_the_last_desk_of_a_line_keeps_its_queue() -> None:
    """Staff of nobody: queues stay where they are; as soon as somebody works again, wherever, they are served."""
    back = (change("services.staff_fte", "set", 30.0, date(2025, 7, 1)),)
    model = model_of(365, back, **{"services.staff_fte": 0.0, "staff.hiring_lead_months": 1.0})
    model.run(180)
    waited = waiting_by_place(model.world).sum()
    assert waited > 50
    assert int(model.world.control.n_contacts) == 0
    model.run()
    assert waiting_by_place(model.world).sum() < 0.2 * waited
    assert int(model.world.control.n_contacts) > waited


# --- staff --------------------------------------------------------------------------------------------------------


def staffed(model: EmploymentAreaModel) -> np.ndarray:
    return np.asarray(model.world.arrays.lines.staffed, float).copy()


def test_vacancies_of_posts_are_steady() -> None:
    """Turnover of a tenth a year and three months to fill a post: 2.5 % vacant from the first month to the last."""
    model = model_of(730, record="summary")
    posts = np.asarray(model.world.arrays.lines.posts)
    for day in range(0, 730, 31):
        model.run(day + 1)
        vacant = 1.0 - staffed(model) / posts
        np.testing.assert_allclose(vacant, 0.025, atol=0.0008)
        np.testing.assert_allclose(
            model.world.arrays.lines.staffed + model.world.arrays.lines.arriving.sum(axis=1), posts, rtol=1e-9
        )
    novices = np.asarray(model.world.arrays.lines.novices) / staffed(model)
    np.testing.assert_allclose(novices, 0.05, atol=0.006)  # six months of learning


@pytest.mark.parametrize("lead", [0, 1, 3])
def test_new_posts_are_filled_after_the_lead_time(lead: int) -> None:
    """Six posts more from 1 April: the staff is there on the first of the month that is a lead time later."""
    more = (change("services.staff_fte.brokerage", "add", 6.0, date(2025, 4, 1)),)
    quiet = {"staff.turnover_per_year": 0.0, "staff.hiring_lead_months": float(lead)}
    model = model_of(365, more, record="summary", **quiet)
    arrives = {0: 90, 1: 120, 3: 181}[lead]  # 1 April, 1 May, 1 July
    model.run(90)
    before = staffed(model)[Line.BROKERAGE]
    for day in range(90, 240):
        model.run(day + 1)
        assert staffed(model)[Line.BROKERAGE] == pytest.approx(before + (6.0 if day >= arrives else 0.0)), day
    learning = float(model.world.arrays.lines.novices[Line.BROKERAGE])
    assert 0.0 < learning < 6.0


def test_moving_posts_between_lines_moves_people_at_once() -> None:
    """Ten from brokerage to multi-sector: that day; half of those who moved have to learn."""
    moved = (
        change("services.staff_fte.brokerage", "add", -10.0, date(2025, 4, 10)),
        change("services.staff_fte.multi_sector", "add", 10.0, date(2025, 4, 10)),
    )
    model = model_of(200, moved, record="summary", **{"staff.turnover_per_year": 0.0})
    model.run(99)
    before = staffed(model)
    model.run(100)
    after = staffed(model)
    np.testing.assert_allclose(
        after - before,
        [-10.0 if k == Line.BROKERAGE else 10.0 if k == Line.MULTI_SECTOR else 0.0 for k in range(len(LINES))],
        atol=1e-9,
    )  # fmt: skip
    lines = model.world.arrays.lines
    assert lines.arriving.sum() == pytest.approx(0.0, abs=1e-9)
    assert lines.novices[Line.MULTI_SECTOR] == pytest.approx(10.0 * 0.5, rel=1e-6)
    desk_fte = model.world.arrays.desks.fte.reshape(N_PERSON_LINES, -1).sum(axis=1)
    np.testing.assert_allclose(desk_fte, model.authority.effective_fte[:N_PERSON_LINES], rtol=1e-9)


def test_fewer_posts_leave_at_once_and_stay_away() -> None:
    cut = (change("services.staff_fte.youth", "set", 4.0, date(2025, 4, 1)),)
    model = model_of(300, cut, record="summary")
    model.run(91)
    assert staffed(model)[Line.YOUTH] <= 4.0
    model.run()
    assert 3.8 < staffed(model)[Line.YOUTH] <= 4.0


def test_desks_have_the_time_of_their_staff() -> None:
    """A month's minutes at the desks of a line: its staff, at work, over working days, less what travel takes."""
    quiet = {"staff.turnover_per_year": 0.0, "services.other_contacts_per_month": 0.0, "staff.least_desk_fte": 0.0}
    model = model_of(62, record="summary", **quiet)
    model.run(30)  # within January
    a, p = model.world.arrays, model.world.arrays.parameters[0].services
    a_day = float(p.workday_minutes * p.present_share * p.client_time_share)
    offered = np.asarray(a.desks.minutes_offered).reshape(N_PERSON_LINES, -1)
    fte = np.asarray(a.desks.fte).reshape(N_PERSON_LINES, -1)
    days = working_days(FIRST_DAY, 30)
    np.testing.assert_allclose(offered[:, HOST], fte[:, HOST] * a_day * days.sum(), rtol=1e-9)
    tuesdays = [t for t in range(30) if days[t] and (FIRST_DAY.toordinal() + t - 1) % 7 == 1]
    away = 2.0 * float(a.distance[HOST, POINT])  # minutes there and back at 60 km an hour
    left = 1.0 - away / float(p.workday_minutes)
    np.testing.assert_allclose(offered[:, POINT], fte[:, POINT] * 5.0 * a_day * len(tuesdays) * left, rtol=1e-9)
    assert np.all(offered[:, NOWHERE] == 0.0)


def test_staff_follows_clients() -> None:
    """Where more clients are more staff is, and the whole of it is somewhere."""
    model = model_of(120, record="summary", **NOTHING_PROPOSED)
    model.run()
    fte = np.asarray(model.world.arrays.desks.fte).reshape(N_PERSON_LINES, -1)
    np.testing.assert_allclose(fte.sum(axis=1), model.authority.effective_fte[:N_PERSON_LINES], rtol=0.02)
    assert np.all(fte[:, HOST] > fte[:, POINT])
    assert np.all(fte[:, NOWHERE] == 0.0)
