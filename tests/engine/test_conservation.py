"""Conservation every day: nobody is lost or in two states, jobs add up, over random configurations."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import KOLMIKKO, SATAKUNTA, area, closure, cohort, furlough_wave, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.event import Closure
from agents.specification import PlaceChange, RunSpecification
from sim.changes import Change
from sim.dimensions import Contract, Measure, State, VacancyState
from sim.indicators import Flow
from sim.kernels.calendar import DATED, HAZARD, KINDS, LIFE, SEARCH, SERVICE, VACANCY_KIND
from sim.kernels.census import recount
from sim.kernels.measures import WITH_A_TRADE, state_of
from sim.rng import NEVER
from sim.tables import NOT_YET
from sim.world import World

IN_MEASURES = (State.TRAINING, State.IN_SERVICE, State.SUBSIDISED)
DATED_STATES = (State.FURLOUGHED, State.STUDENT, State.CONSCRIPT, *IN_MEASURES)
HAZARDOUS = (State.EMPLOYED, State.UNEMPLOYED, State.INACTIVE, State.SELF_EMPLOYED)
OF_WORKING_AGE = (
    State.EMPLOYED, State.SELF_EMPLOYED, State.FURLOUGHED, State.UNEMPLOYED, State.INACTIVE, State.CONSCRIPT,
    *IN_MEASURES,
)  # fmt: skip
# Parameter, operation and range of amounts that stay within declared ranges and the hazards' headroom.
CHANGES = (
    ("services.staff_fte", "set", 0.0, 200.0),
    ("services.staff_fte.brokerage", "scale", 0.0, 2.0),
    ("services.staff_fte.competence", "add", 0.0, 50.0),
    ("hiring.suitable_share", "set", 0.1, 1.0),
    ("hiring.window_days", "set", 1.0, 45.0),
    ("jobs.give_up_probability", "set", 0.02, 0.2),
    ("jobs.dormant_days", "set", 20.0, 90.0),
    ("search.half_visible_rate", "set", 0.005, 0.12),
    ("search.distance_decay_per_km", "set", 0.02, 0.06),
    ("separation.dismissal_per_month", "scale", 0.9, 1.5),
    ("labour_force.entry_per_month", "scale", 0.5, 1.0),
    ("moving.within_multiplier", "scale", 0.0, 1.5),
    ("moving.study_multiplier", "set", 0.3, 1.5),
    ("moving.return_share", "set", 0.2, 0.4),
    ("measures.seats_per_month", "scale", 0.0, 1.0),
    ("measures.budget_year_eur", "scale", 0.0, 1.0),
    ("measures.voucher_days", "set", 30.0, 180.0),
    ("rules.first_interview_working_days", "set", 3.0, 10.0),
    ("places.remote_share", "set", 0.0, 1.0),
    ("partners.fte", "set", 0.0, 10.0),
    ("staff.turnover_per_year", "set", 0.05, 0.2),
)

KINDS_OF_PLACE = (
    ("office", (0, 1, 2, 3, 4), 1), ("service_point", (1,), 1), ("service_point", (0, 3), 2), ("none", (), 1),
)  # fmt: skip


@st.composite
def configurations(draw: st.DrawFn) -> tuple[dict[str, Any], float | None]:
    """What is special about a small world, perhaps changes and a closure, and perhaps a jump of demand."""
    at_satakunta = draw(st.booleans())
    scale = draw(st.sampled_from([0.02, 0.05] if at_satakunta else [0.05, 0.3, 1.0]))
    days = draw(st.integers(35, 120))
    first = draw(st.sampled_from([date(2025, 1, 1), date(2024, 5, 29), date(2028, 2, 29)]))
    given = dict(
        start=draw(st.sampled_from(["start_2025_01", "boom_2022", "slack_2016"])),
        seed=draw(st.integers(0, 2**63)), scale=scale, days=days,
        record=draw(st.sampled_from(["summary", "monthly", "full"])),
        start_date=first, region=SATAKUNTA if at_satakunta else KOLMIKKO,
    )  # fmt: skip
    day = st.integers(0, days - 1).map(lambda d: first + timedelta(days=d))
    chosen = draw(st.lists(st.sampled_from(CHANGES), max_size=3, unique_by=lambda c: c[0].split(".")[1]))
    changes = tuple(
        Change(name, operation, draw(st.floats(low, high)), draw(day), source="test")
        for name, operation, low, high in chosen
    )
    places = []
    for place in draw(st.lists(st.integers(1, 2), max_size=2, unique=True)):
        kind, weekdays, period = draw(st.sampled_from(KINDS_OF_PLACE))
        places.append(PlaceChange(f"place_{place}", place, kind, draw(day), weekdays, period))
    events, cohorts = (), ()
    if draw(st.booleans()):
        employer, most = ("plant_harjavalta", 450) if at_satakunta else ("plant_kolmikko", 60)
        moments = sorted({draw(day) for _ in range(3)})
        shares = [1.0 / len(moments)] * len(moments)
        plan = closure(draw(st.integers(0, most)), employer)
        dates = dict(announced=moments[0], notice=moments[0], inside_firm_share=draw(st.sampled_from([0.0, 0.5])))
        kind = draw(st.sampled_from(["exits", "by tenure", "restart", "furlough"]))
        if kind == "furlough":
            recall = moments[-1] + timedelta(days=draw(st.integers(1, 40)))
            events = (furlough_wave(plan.jobs, employer, start=moments[0], end=moments[-1], recall=recall),)
        elif kind == "exits":
            exits = tuple(zip(moments, shares, strict=True))
            events = (dataclasses.replace(plan, **dates, exits=exits),)
        else:
            last_days = tuple(moments[0] + timedelta(days=days) for days in (7, 14, 15, 20, 33))
            again = dict(restart=last_days[-1], restart_jobs=plan.jobs) if kind == "restart" else {}
            events = (dataclasses.replace(plan, **dates, exits=(), by_tenure=last_days, **again),)
        cohorts = (cohort(events[0].jobs, employer, moments[0]),)
    given |= {"changes": changes, "places": tuple(places), "events": events, "cohorts": cohorts}
    return given, draw(st.none() | st.floats(0.2, 3.0))


def under_notice(people: Any) -> np.ndarray:
    """Who has been given notice: a contract without a term that ends."""
    return (people.state == State.EMPLOYED) & (people.contract == Contract.OPEN_ENDED) & (people.ends < NEVER)


def check(world: World) -> None:
    """All that holds between two days, whatever happened."""
    a, control = world.arrays, world.control
    stocks, jobs, cells = recount(world.handle)
    np.testing.assert_array_equal(stocks, a.stocks)
    np.testing.assert_array_equal(cells, a.open_cells)
    employers = a.employers
    for k, column in enumerate(("filled", "open", "dormant")):
        np.testing.assert_array_equal(jobs[:, k], employers[column])
    np.testing.assert_array_equal(employers.target, employers.filled + employers.open + employers.dormant)
    assert np.all(a.stocks >= 0)

    people = a.persons[: int(control.n_persons)]
    here = people.state != State.ABSENT
    assert len(np.unique(people.uid[here])) == here.sum()
    free = a.free_persons[: int(control.n_free_persons)]
    assert sorted(free) == np.flatnonzero(~here).tolist()
    subsidised_job = (people.state == State.SUBSIDISED) & (people.measure == Measure.WAGE_SUBSIDY_PRIVATE)
    holds = np.isin(people.state, (State.EMPLOYED, State.FURLOUGHED)) | subsidised_job
    np.testing.assert_array_equal(holds, people.employer >= 0)
    np.testing.assert_array_equal(holds, people.contract != Contract.NONE)
    on_register = (State.UNEMPLOYED, State.FURLOUGHED, *IN_MEASURES)
    registered = np.isin(people.state, on_register)
    np.testing.assert_array_equal(registered, people.registered_since != NOT_YET)
    assert np.all(people.offer == -1)
    check_measures(world)
    outside = world.n_places
    assert np.all(np.isin(people.state[people.home >= outside], (State.EMPLOYED, State.OUTSIDE)))
    assert not np.any(people.state[people.home < outside] == State.OUTSIDE)

    notice = people.employer[under_notice(people)]
    np.testing.assert_array_equal(np.bincount(notice, minlength=len(employers)), employers.noticed)
    vacancies = a.vacancies[: int(control.n_vacancies)]
    taken = vacancies.state != VacancyState.FREE
    assert len(np.unique(vacancies.uid[taken])) == taken.sum()
    assert sorted(a.free_vacancies[: int(control.n_free_vacancies)]) == np.flatnonzero(~taken).tolist()
    np.testing.assert_array_equal(vacancies.place[taken], employers.place[vacancies.employer[taken]])
    assert np.all((employers.to_close >= 0) & (employers.to_close <= employers.target))
    closing_down = (employers.to_close > 0) & (employers.to_close == employers.target)
    assert not np.any(employers.open[closing_down] + employers.dormant[closing_down])
    check_queues(world)
    check_calendar(world)


def check_measures(world: World) -> None:
    """Who is in a measure is counted in it; courses for a trade are real ones; no seat is taken twice."""
    a = world.arrays
    people, offers = a.persons[: int(world.control.n_persons)], a.offers[: int(world.control.n_offers)]
    takes_part = people.measure != Measure.NONE
    np.testing.assert_array_equal(takes_part, np.isin(people.state, IN_MEASURES))
    counted = np.zeros_like(a.in_measure)
    np.add.at(counted, (people.measure[takes_part], people.home[takes_part]), 1)
    np.testing.assert_array_equal(counted, a.in_measure)
    np.testing.assert_array_equal(
        people.state[takes_part],
        [
            int(state_of(m)) if m != Measure.WAGE_SUBSIDY_PRIVATE else State.SUBSIDISED
            for m in people.measure[takes_part]
        ],
    )
    learns = np.isin(people.measure, WITH_A_TRADE)
    course = people.course[learns]
    assert np.all(course >= 0)
    np.testing.assert_array_equal(offers.measure[course], people.measure[learns])
    assert np.all(offers.occupation[course] >= 0)
    assert np.all((offers.taken >= 0) & (offers.taken <= offers.seats))
    assert np.all(np.bincount(course, minlength=len(offers)) <= offers.taken)


def heap(world: World, desk: int) -> list[int]:
    """Places of a desk's queue, stale ones among them; checks that no place comes before the one above it."""
    queued, found = world.arrays.queued, []
    waiting = [int(world.arrays.desks.root[desk])] if world.arrays.desks.root[desk] >= 0 else []
    while waiting:
        at = waiting.pop()
        found.append(at)
        for below in (int(queued.left[at]), int(queued.right[at])):
            if below >= 0:
                assert queued.key[at] <= queued.key[below]
                waiting.append(below)
    return found


def check_queues(world: World) -> None:
    """Those who wait have one valid place each, at their own desk; heaps are in order; no place is lost or used twice.

    Advisers belong to one desk each and owe no negative time.
    """
    a, control = world.arrays, world.control
    people = a.persons[: int(control.n_persons)]
    waiting = people.is_waiting == 1
    used: list[int] = []
    for desk in range(len(a.desks)):
        places = a.queued[heap(world, desk)] if a.desks.root[desk] >= 0 else a.queued[:0]
        used += heap(world, desk)
        valid = people.token[places.person] == places.token
        assert valid.sum() == a.desks.waiting[desk]
        mine = np.flatnonzero(waiting & (people.desk == desk))
        assert sorted(places.person[valid]) == mine.tolist()
    at = int(control.free_queued)
    free = []
    while at >= 0:
        free.append(at)
        at = int(a.queued.left[at])
    assert len(free) == int(control.n_free_queued)
    assert sorted(used + free) == list(range(int(control.n_queued)))
    assert waiting.sum() == a.desks.waiting.sum()
    assert np.all(people.state[waiting] == State.UNEMPLOYED)
    advisers = [range(int(d.first_server), int(d.first_server) + int(d.n_servers)) for d in a.desks if d.n_servers > 0]
    rows = [row for some in advisers for row in some]
    assert len(rows) == len(set(rows))
    assert not rows or max(rows) < len(a.servers)
    assert np.all(a.servers >= 0.0)
    # who is unemployed waits, or has an appointment to come (or one past the horizon)
    node = a.nodes.day[: len(people) * KINDS].reshape(-1, KINDS)[:, SERVICE]
    assert np.all(people.state[node >= 0] == State.UNEMPLOYED)
    lost = (people.state == State.UNEMPLOYED) & ~waiting & (node < 0)
    beyond = world.today + 130 >= a.heads.shape[1]
    assert beyond or not lost.any()


def check_calendar(world: World) -> None:
    """Every node lies in the day it says, none before today; who has a dated state has its date."""
    a, today = world.arrays, world.today
    n, horizon = int(world.control.n_persons), a.heads.shape[1]
    people = a.persons[:n]
    days = a.nodes.day[: n * KINDS].reshape(-1, KINDS)
    assert np.all((days < 0) | ((days >= today) & (days < horizon)))
    assert np.all(days[people.state == State.ABSENT] < 0)
    found = np.full(n * KINDS, -1)
    for kind in range(KINDS):
        for day in np.flatnonzero(a.heads[kind] >= 0):
            node, before = int(a.heads[kind, day]), -1
            while node >= 0:
                assert node % KINDS == kind
                assert a.nodes.previous[node] == before
                assert found[node] < 0
                found[node] = day
                node, before = int(a.nodes.next[node]), node
    np.testing.assert_array_equal(found, days.ravel())
    dated = np.isin(people.state, DATED_STATES)
    dated |= (people.state == State.EMPLOYED) & (people.contract == Contract.FIXED_TERM)
    dated |= under_notice(people)
    dated |= (people.state == State.UNEMPLOYED) & (people.ends < NEVER)  # training of change security is to begin
    ends = people.ends
    np.testing.assert_array_equal(days[dated, DATED], np.where(ends[dated] < horizon, ends[dated], -1))
    assert np.all(days[~dated, DATED] < 0)
    assert not np.any((days[:, HAZARD] >= 0) & ~np.isin(people.state, HAZARDOUS))
    assert not np.any((days[:, SEARCH] >= 0) & np.isin(people.state, (State.ABSENT, State.RETIRED, State.DISABILITY)))
    residents = (people.home < world.n_places) & np.isin(people.state, OF_WORKING_AGE)
    pension = residents & (people.retires < horizon)
    assert np.all(days[pension, LIFE] >= 0)
    assert np.all(people.retires[residents] >= today)
    vacancy_day = a.vacancies.day[: int(world.control.n_vacancies)]
    in_list = np.full(len(vacancy_day), -1)
    for day in np.flatnonzero(a.heads[VACANCY_KIND] >= 0):
        v = int(a.heads[VACANCY_KIND, day])
        while v >= 0:
            in_list[v] = day
            v = int(a.vacancies.next[v])
    taken = a.vacancies.state[: len(vacancy_day)] != VacancyState.FREE
    np.testing.assert_array_equal(in_list[taken], vacancy_day[taken])


def population(world: World) -> np.ndarray:
    """Everybody who lives in each municipality, agents."""
    a, n = world.arrays, world.n_places
    return a.stocks[:, :n].sum(axis=0) + a.others[:, :n].sum(axis=0)


MOVES = {
    Flow.BIRTHS: 1, Flow.ARRIVALS: 1, Flow.MOVES_IN: 1, Flow.DEATHS: -1, Flow.DEPARTURES: -1, Flow.MOVES_OUT: -1,
}  # fmt: skip
HIRES = [Flow.HIRES_UNEMPLOYED, Flow.HIRES_EMPLOYED, Flow.HIRES_ENTRANT, Flow.HIRES_OUTSIDE]
NOT_SEARCHING = (State.ABSENT, State.RETIRED, State.DISABILITY)


def check_flows(flows: np.ndarray, before: np.ndarray, after: np.ndarray, searchers: int, vacancies: int) -> None:
    """A day's flows explain its population; hires are no more than people who search or vacancies open."""
    moved = sum((sign * flows[flow, : len(before)] for flow, sign in MOVES.items()), np.zeros(len(before)))
    np.testing.assert_array_equal(after, before + moved)
    hires = flows[HIRES].sum()
    assert hires == flows[Flow.VACANCIES_FILLED].sum()
    assert 0 <= hires <= min(searchers, vacancies)


def run_checked(spec: RunSpecification, demand: float | None, folder: Path, every: int = 1) -> None:
    """Run day by day and check every one."""
    if demand is not None:
        month = f"{spec.start_date.replace(day=1) + timedelta(days=32):%Y-%m}"
        # the whole jump acts on targets and postings; dismissals have no room beside changes that raise them
        parameters = with_values({"demand.target_elasticity": 1.0, "demand.separation_elasticity": 0.0})
        spec = dataclasses.replace(spec, demand_file=folder / "demand.csv", parameters=parameters)
        (folder / "demand.csv").write_text(f"month,index\n{month},{demand}\n", encoding="utf-8")
    model = EmploymentAreaModel(spec, build(spec))
    world = model.world
    check(world)
    staff = {}
    for day in range(spec.days):
        before, so_far = population(world), world.arrays.flows.copy()
        if day > 0 and model._month_end[day - 1]:
            so_far[:] = 0.0  # the month that ended is closed before the day
        n_open = int(world.arrays.open_cells.sum())
        n_searchers = int((~np.isin(world.arrays.persons.state[: int(world.control.n_persons)], NOT_SEARCHING)).sum())
        model.run(day + 1)
        if day < spec.days - 1 or not model._month_end[-1]:  # else the last month is closed already
            check_flows(world.arrays.flows - so_far, before, population(world), n_searchers, n_open)
        if day % every == 0 or day == spec.days - 1:
            check(world)
        for closing in model.actors:
            row = world.arrays.employers[closing.row]
            assert int(row.target) == int(row.filled) + int(row.open) + int(row.dormant)
            staff[closing.plan.name] = int(row.filled)
    for plan in spec.events:
        everybody = plan.jobs >= model.region.employer(plan.employer).jobs
        gone = isinstance(plan, Closure) and plan.moments[-1] <= spec.start_date + timedelta(days=spec.days - 1)
        if everybody and plan.jobs > 0 and gone and plan.restart is None:
            assert staff[plan.name] == 0


@pytest.mark.verify
@settings(
    max_examples=18, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(drawn=configurations())
def test_conservation_every_day(drawn: tuple[dict[str, Any], float | None], tmp_path: Path) -> None:
    run_checked(specification(**drawn[0]), drawn[1], tmp_path)


@pytest.mark.verify
@settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(drawn=configurations())
def test_conservation_over_many_configurations(drawn: tuple[dict[str, Any], float | None], tmp_path: Path) -> None:
    run_checked(specification(**drawn[0]), drawn[1], tmp_path, every=3)


def test_a_leap_of_demand_fits_into_the_tables(tmp_path: Path) -> None:
    """Demand that trebles in a month makes more jobs than tables have room for on a usual day."""
    run_checked(specification(days=75), 3.0, tmp_path, every=30)
    run_checked(specification(days=75), 0.2, tmp_path, every=30)


@pytest.mark.parametrize(
    "broken", ["stocks", "employers", "open_cells", "desks", "nodes", "persons", "offers", "measure"]
)
def test_the_check_sees_what_is_wrong(broken: str) -> None:
    """One number put wrong in any table is found."""
    spec = specification(days=30)
    model = EmploymentAreaModel(spec, build(spec))
    model.run(20)
    a = model.world.arrays
    check(model.world)
    if broken == "stocks":
        a.stocks[State.UNEMPLOYED, 0] += 1
    elif broken == "employers":
        a.employers.dormant[3] += 1
    elif broken == "open_cells":
        a.open_cells[2, 1] += 1
    elif broken == "desks":
        a.desks.waiting[0] += 1
    elif broken == "offers":
        a.offers.taken[int(np.flatnonzero(a.offers.seats[: int(model.world.control.n_offers)] > 0)[-1])] += 1_000
    elif broken == "measure":
        a.persons.measure[int(np.flatnonzero(a.persons.measure >= 0)[0])] = Measure.COACHING
    elif broken == "nodes":
        a.nodes.day[int(np.flatnonzero(a.nodes.day >= 0)[0])] += 1
    else:
        a.persons.state[int(np.flatnonzero(a.persons.state == State.UNEMPLOYED)[0])] = State.INACTIVE
    with pytest.raises(AssertionError):
        check(model.world)


def test_hires_are_those_of_the_four_origins() -> None:
    """Each once: those into another trade are some of those from unemployment."""
    result = simulate(specification(days=181))
    parts = ("unemployment", "employment", "outside_labour_force", "outside_area")
    np.testing.assert_allclose(area(result, "hires"), sum(area(result, f"hires_from_{part}") for part in parts))
    other = area(result, "hires_into_another_trade")
    assert 0.0 < other.sum() <= area(result, "hires_from_unemployment").sum()
