"""Closures from notice to restart: who leaves on which day and goes where, computed by hand in small worlds."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from worlds import (
    FIRST_DAY,
    area,
    assert_same,
    bare_world,
    closure,
    cohort,
    declared,
    furlough_wave,
    lives,
    specification,
    tenured,
    with_values,
)

from agents.area import EmploymentAreaModel, build, simulate
from agents.event import Closure, Slump
from experiments.shock.timeline import end_of_negotiations, notice_ends
from sim.changes import Change
from sim.dimensions import AGE_BANDS, DAYS_PER_YEAR, Contract, Measure, State
from sim.indicators import Flow
from sim.kernels.calendar import KINDS, SEARCH
from sim.kernels.closure import announce, enter_phase, exit_staff, furlough_staff, give_notice, reopen
from sim.kernels.separation import separations
from sim.ledger import Item, Payer
from sim.rng import NEVER, PERSON_UID
from sim.tables import ON_PATH
from sim.world import World

CERTAIN = {
    "structural.near_pension_days": 0.0, "structural.path_share": 0.0, "structural.study_share": 0.0,
    "structural.self_employment_share": 0.0, "structural.change_training_uptake": 0.0,
}  # fmt: skip
"""Everybody whose job ends registers."""
LAST_DAYS = np.array([14, 31, 59, 120, 181])


def plant(tenures: list[float], age: float = 40.0, spare: int = 0, values: dict[str, float] | None = None) -> World:
    """A bare world whose employer 0 has staff of the given tenures in years, and as many more jobs as told."""
    n = len(tenures)
    parameters = with_values(CERTAIN | (values or {}))
    world = bare_world(specification(parameters=parameters, scale=max(1.0, n / 200)), n)
    a = world.arrays
    people = a.persons[:n]
    people.uid = PERSON_UID | np.arange(1, n + 1, dtype=np.uint64)
    people.state, people.employer, people.contract, people.ends = State.EMPLOYED, 0, Contract.OPEN_ENDED, NEVER
    people.since = [-int(years * DAYS_PER_YEAR) for years in tenures]
    people.born, people.cohort, people.education, people.attachment = -int(age * DAYS_PER_YEAR), 0, 1, 1.0
    a.nodes.day[: n * KINDS] = -1
    a.heads[:] = -1
    a.stocks[:] = 0
    a.stocks[State.EMPLOYED, 0] = n
    firm = a.employers[0]
    firm.place, firm.filled, firm.target, firm.start_jobs = 0, n, n + spare, n + spare
    firm.dormant = spare
    a.flows[:] = 0.0
    return world


def close_plant(world: World, jobs: int, last_days: np.ndarray = LAST_DAYS) -> None:
    """Announce that jobs end and give notice on day 0."""
    announce(world.handle, 0, jobs, 0)
    give_notice(world.handle, 0, 0, last_days, 0)


def leaving_days(world: World, until: int = 200) -> list[int]:
    """Day on which each of the staff leaves, -1 for who stays; nothing else happens to them."""
    n = int(world.control.n_persons)
    left = np.full(n, -1)
    for t in range(until):
        separations(world.handle, t)
        left[(world.arrays.persons.employer[:n] < 0) & (left < 0)] = t
    return left.tolist()


# --- timeline ----------------------------------------------------------------------------------------------


def test_negotiations_by_the_law_of_the_day() -> None:
    """Rules R51 and R52: six weeks or 14 days, from July 2025 three weeks or 7; thresholds of 20 and 50."""
    before, after = date(2025, 6, 30), date(2025, 7, 1)
    assert end_of_negotiations(before, 450, 450) == before + timedelta(days=42)
    assert end_of_negotiations(before, 30, 9) == before + timedelta(days=14)
    assert end_of_negotiations(before, 19, 19) == before
    assert end_of_negotiations(after, 450, 450) == after + timedelta(days=21)
    assert end_of_negotiations(after, 60, 9) == after + timedelta(days=7)
    assert end_of_negotiations(after, 49, 19) == after
    assert end_of_negotiations(after, 49, 20) == after + timedelta(days=21)


def test_notice_ends_by_the_calendar() -> None:
    """14 days, then 1, 2, 4 and 6 months; the 31st becomes the last day of a shorter month."""
    days = [date(2025, 9, 14), date(2025, 9, 30), date(2025, 10, 31), date(2025, 12, 31), date(2026, 2, 28)]
    assert notice_ends(date(2025, 8, 31)) == tuple(days)


def test_notice_by_tenure_day_by_day() -> None:
    """Tenures of half a year to 20 years: each leaves on the day of her class, hand-computed."""
    world = plant([0.5, 0.9, 2.0, 3.9, 6.0, 9.0, 11.9, 20.0])
    close_plant(world, 8)
    assert world.arrays.employers.noticed[0] == 8
    assert leaving_days(world) == [14, 14, 31, 31, 59, 120, 120, 181]
    firm = world.arrays.employers[0]
    assert (firm.target, firm.filled, firm.to_close, firm.noticed) == (0, 0, 0, 0)
    assert world.arrays.flows[Flow.JOBS_CLOSED].sum() == 8


def test_a_fixed_term_ends_no_later_than_it_would() -> None:
    world = plant([2.0, 2.0])
    people = world.arrays.persons
    people.contract[:2], people.ends[:2] = Contract.FIXED_TERM, (10, 100)
    close_plant(world, 2)
    assert leaving_days(world) == [10, 31]


def test_downsizing_hits_the_newest_and_nobody_else() -> None:
    """Three of six go: the newest; the others have no notice, and stay."""
    world = plant([0.5, 2.0, 3.0, 6.0, 9.0, 20.0])
    close_plant(world, 3)
    assert leaving_days(world) == [14, 31, 31, -1, -1, -1]
    assert world.arrays.employers.target[0] == world.arrays.employers.filled[0] == 3


def test_notice_falls_away_if_enough_have_left() -> None:
    world = plant([0.5, 2.0, 3.0])
    close_plant(world, 2)
    world.arrays.employers.to_close[0] = 1
    assert leaving_days(world) == [14, -1, -1]
    assert world.arrays.persons.ends[1] == NEVER
    assert world.arrays.employers.noticed[0] == 0


def test_notice_smooths_the_inflow_as_arithmetic_says_and_bankruptcy_does_not() -> None:
    """Of 100 people 30, 30, 20, 12 and 8 are in the classes of tenure: they come on five days, or all on one."""
    tenures = [0.5] * 30 + [2.0] * 30 + [6.0] * 20 + [9.0] * 12 + [20.0] * 8
    world = plant(tenures)
    close_plant(world, 100)
    days, number = np.unique(leaving_days(world), return_counts=True)
    assert dict(zip(days.tolist(), number.tolist(), strict=True)) == {14: 30, 31: 30, 59: 20, 120: 12, 181: 8}
    at_once = plant(tenures)
    announce(at_once.handle, 0, 100, 0)
    assert exit_staff(at_once.handle, 0, 100, 0, 14) == 100
    assert (at_once.arrays.persons.state[:100] == State.UNEMPLOYED).all()
    assert at_once.arrays.flows[Flow.NEW_SPELLS].sum() == 100


def test_who_works_to_the_closing_stays_until_then() -> None:
    plan = tenured(closing=date(2025, 6, 30))
    days = [date(2025, 6, 30)] * 3 + [date(2025, 7, 17), date(2025, 9, 17)]
    assert plan.last_days == tuple(days)
    assert plan.told()["exits"] == [{"date": str(day)} for day in days[2:]]


# --- where they go -----------------------------------------------------------------------------------------


def test_destinations_have_their_shares() -> None:
    """4,000 dismissed of secondary education aged 40: business .05, studies by age .03; the rest registers.

    Binomial s.e. at most .0035; 4 s.e. = .014 (false alarm below 1 in 10,000 for each).
    """
    shares = {name: declared()["structural"][name]["value"] for name in ("self_employment_share", "study_share")}
    values = {f"structural.{name}": 0.0 for name in shares}
    del values["structural.self_employment_share"], values["structural.study_share"]
    world = plant([2.0] * 4000, 42.0)
    p = world.arrays.parameters[0].structural
    p.self_employment_share[:] = list(shares["self_employment_share"].values())
    p.study_share[:] = list(shares["study_share"].values())
    announce(world.handle, 0, 4000, 0)
    exit_staff(world.handle, 0, 4000, 0, 5)
    state = world.arrays.persons.state[:4000]
    own, study = shares["self_employment_share"]["secondary"], shares["study_share"]["40-44"]
    assert (state == State.SELF_EMPLOYED).mean() == pytest.approx(own, abs=0.014)
    assert (state == State.STUDENT).mean() == pytest.approx(study, abs=0.011)
    assert np.isin(state, (State.SELF_EMPLOYED, State.STUDENT, State.UNEMPLOYED)).all()
    assert list(AGE_BANDS) == list(shares["study_share"])


def test_additional_days_are_for_those_born_before_1965() -> None:
    """Born on the last day of 1964, or the next: 60 years old on 1 January 2025, or a day short of the year."""
    world = plant([8.0, 8.0, 8.0], values={"structural.path_share": 1.0, "structural.path_age_years": 55.0})
    people = world.arrays.persons
    people.born[:3] = [(born - FIRST_DAY).days for born in (date(1964, 12, 31), date(1965, 1, 1), date(1970, 5, 5))]
    people.retires[:3] = NEVER
    announce(world.handle, 0, 3, 0)
    exit_staff(world.handle, 0, 3, 0, 20)
    assert (people.state[:3] == State.UNEMPLOYED).all()
    assert (people.attachment[:3] == ON_PATH).tolist() == [True, False, False]
    search = world.arrays.nodes.day[np.arange(3) * KINDS + SEARCH]  # who waits for the pension does not look for work
    assert search[0] == -1


def test_the_path_begins_at_its_age() -> None:
    world = plant([8.0, 8.0], values={"structural.path_share": 1.0})
    people = world.arrays.persons
    people.born[:2] = [-int(60.1 * DAYS_PER_YEAR), -int(59.5 * DAYS_PER_YEAR)]
    people.retires[:2] = NEVER
    world.arrays.parameters[0].structural.path_born_before_year = 1970
    announce(world.handle, 0, 2, 0)
    exit_staff(world.handle, 0, 2, 0, 0)
    assert (people.attachment[:2] == ON_PATH).tolist() == [True, False]


def test_a_pension_that_is_near_is_taken() -> None:
    world = plant([8.0, 8.0], 63.0, values={"structural.near_pension_days": 365.0})
    world.arrays.persons.retires[:2] = (300, 500)
    announce(world.handle, 0, 2, 0)
    exit_staff(world.handle, 0, 2, 0, 0)
    assert world.arrays.persons.state[:2].tolist() == [State.RETIRED, State.UNEMPLOYED]


def test_staff_that_stay_with_the_firm_work_outside() -> None:
    model = EmploymentAreaModel(specification(days=280, events=(tenured(inside_firm_share=1.0),), cohorts=(cohort(),)))
    model.run(70)
    world = model.world
    row = model.employer_row("plant_kolmikko")
    noticed = world.arrays.persons.uid[world.arrays.persons.employer == row].copy()
    model.run(275)
    people = world.arrays.persons
    assert world.arrays.employers.filled[row] == 0
    works = people.employer >= 0
    works[works] = world.arrays.employers.place[people.employer[works]] >= world.n_places
    assert np.isin(noticed, people.uid[works]).mean() > 0.5


# --- change security ---------------------------------------------------------------------------------------


def test_change_security_to_the_cent() -> None:
    """Tenures and ages at both sides of the limits; pay 3,266 EUR.

    Two of 56 years with 6 years: money from the fund (1 month each), training from employer (1) and fund (2) each;
    one of 40 with 6 years: 1 month from the employer; the others, of 4 years, nothing.
    """
    world = plant([6.0, 6.0, 6.0, 4.0, 4.0], spare=25, values={"structural.change_training_uptake": 1.0})
    people = world.arrays.persons
    people.born[:5] = [-int(age * DAYS_PER_YEAR) for age in (56.0, 56.0, 40.0, 56.0, 40.0)]
    people.retires[:5] = NEVER
    announce(world.handle, 0, 5, 0)
    world.arrays.employers.to_close[0] = 5
    exit_staff(world.handle, 0, 5, 0, 0)
    pay = float(world.arrays.parameters[0].finance.median_earnings_month_eur)
    paid = world.arrays.ledger[Item.CHANGE_SECURITY]
    assert paid[Payer.EMPLOYER].sum() == pytest.approx(3 * pay, abs=0.005)
    assert paid[Payer.EMPLOYMENT_FUND].sum() == pytest.approx(2 * pay + 2 * 2 * pay, abs=0.005)
    assert paid.sum() == pytest.approx(9 * pay, abs=0.005)
    lag = int(world.arrays.parameters[0].structural.change_training_lag_days)
    assert people.ends[:5].tolist() == [lag, lag, lag, NEVER, NEVER]
    for t in range(lag + 1):
        separations(world.handle, t)
    assert people.measure[:5].tolist() == [Measure.CHANGE_TRAINING] * 3 + [Measure.NONE] * 2
    assert people.state[0] == State.TRAINING


def test_small_employers_owe_no_coaching() -> None:
    world = plant([6.0] * 3, spare=26, values={"structural.change_training_uptake": 1.0})  # 29 jobs
    announce(world.handle, 0, 29, 0)
    world.arrays.employers.to_close[0] = 3
    exit_staff(world.handle, 0, 3, 0, 0)
    assert world.arrays.ledger[Item.CHANGE_SECURITY].sum() == 0.0
    assert (world.arrays.persons.ends[:3] == NEVER).all()


# --- furlough, restart, prevention -------------------------------------------------------------------------


def test_a_furlough_wave_calls_back() -> None:
    """Of 1,000 furloughed on day 3 up to day 60 the recall share .93 comes back; s.e. .0081, 4 s.e. .033."""
    world = plant([2.0] * 1000)
    assert furlough_staff(world.handle, 0, 1000, 0, 60, 3) == 1000
    people = world.arrays.persons
    assert (people.state[:1000] == State.FURLOUGHED).all()
    assert world.arrays.employers.filled[0] == 1000
    for t in range(4, 60):
        separations(world.handle, t)
    assert (people.state[:1000] == State.FURLOUGHED).all()
    separations(world.handle, 60)
    share = float(world.arrays.parameters[0].furlough.recall_share)
    assert (people.state[:1000] == State.EMPLOYED).mean() == pytest.approx(share, abs=0.033)
    assert not (people.state[:1000] == State.FURLOUGHED).any()


def test_a_furlough_wave_in_the_area() -> None:
    """Half of the plant is furloughed, weekly over four weeks; after the recall nobody of the wave is."""
    wave = furlough_wave(30, end=date(2025, 2, 24))
    model = EmploymentAreaModel(specification(days=180, events=(wave,)))
    row = model.employer_row("plant_kolmikko")
    model.run(33)
    before = _furloughed(model, row)
    model.run(56)
    during = _furloughed(model, row)
    assert during - before > 15  # of 30; some are not residents, some of those furloughed before go back
    model.run(130)
    assert _furloughed(model, row) < 10


def _furloughed(model: EmploymentAreaModel, row: int) -> int:
    people = model.world.arrays.persons
    return int(((people.employer == row) & (people.state == State.FURLOUGHED)).sum())


def test_a_restart_gives_jobs_back() -> None:
    world = plant([2.0] * 40)
    a = world.arrays
    announce(world.handle, 0, 40, 0)
    exit_staff(world.handle, 0, 40, 0, 10)
    struck = int(world.control.n_struck)
    assert a.employers.struck_off[0] == 40
    reopen(world.handle, 0, 25, 20)
    assert (a.employers.target[0], a.employers.open[0], a.employers.struck_off[0]) == (25, 25, 15)
    assert world.control.n_struck == struck - 25
    assert len(np.unique(a.vacancies.uid[:25])) == 25


def test_a_restarted_plant_hires() -> None:
    plan = tenured(restart=date(2025, 9, 17), restart_jobs=40)
    model = EmploymentAreaModel(specification(days=700, events=(plan,)))
    row = model.employer_row("plant_kolmikko")
    model.run(260)
    assert model.world.arrays.employers.filled[row] == 0
    model.run(600)
    assert model.world.arrays.employers.filled[row] > 20


def _happening(plan: Closure, share: float = 0.0) -> set[int]:
    """Seeds in which an event happens, of 40."""
    happening = set()
    world = build(specification(days=30))
    for seed in range(40):
        changes = (Change("structural.prevention_share", "set", share, FIRST_DAY, source="test"),) if share else ()
        spec = specification(seed=seed, events=(plan,), changes=changes)
        twin = world.copy()
        twin.control.seed = np.uint64(seed * 7919 + 1)
        if EmploymentAreaModel(spec, twin).actors[0].happens:
            happening.add(seed)
    return happening


@pytest.mark.verify
def test_events_that_may_happen_are_nested() -> None:
    """Probability 0 never, 1 always; what happens at .3 happens at .7, and prevention takes away, never adds.

    Of 40 seeds at .7 between 16 and 38 but for 1 in 10,000.
    """
    assert _happening(closure()) == set(range(40))
    assert _happening(dataclasses.replace(closure(), probability=0.0)) == set()
    less, more = (_happening(dataclasses.replace(closure(), probability=p)) for p in (0.3, 0.7))
    assert less < more
    assert 16 <= len(more) <= 38
    assert _happening(dataclasses.replace(closure(), probability=0.7), 0.5) < more
    assert _happening(closure(), 1.0) == set()


def test_what_does_not_happen_leaves_no_trace() -> None:
    never = dataclasses.replace(tenured(), probability=0.0, rumour=date(2025, 1, 10))
    assert_same(simulate(specification(days=200, events=(never,))), simulate(specification(days=200)))


def test_prevention_is_paid_half_by_the_employer() -> None:
    changes = (Change("structural.prevention_share", "set", 1.0, FIRST_DAY, source="test"),)
    model = EmploymentAreaModel(specification(days=60, events=(tenured(),), changes=changes))
    model.run(33)
    before = model.world.arrays.ledger[Item.MEASURES].copy()
    model.run(34)
    p = model.world.arrays.parameters[0].measures
    eur = float(p.price_month_eur[Measure.JOINT_TRAINING] * p.mean_months[Measure.JOINT_TRAINING]) * 60
    paid = (model.world.arrays.ledger[Item.MEASURES] - before).sum(axis=1)
    assert paid[Payer.EMPLOYER] == pytest.approx(eur / 2, abs=0.005)
    assert paid[Payer.MUNICIPALITY] == pytest.approx(eur / 2, abs=0.005)
    assert model.world.arrays.employers.to_close[model.employer_row("plant_kolmikko")] == 0


# --- search, composition, reproduction ---------------------------------------------------------------------


def test_more_leave_early_the_longer_they_know() -> None:
    """Without a rumour, and with one half a year before: the staff on the day of the notice, 8 pairs.

    Nothing but search differs. A rumour at full weight costs about a quarter of 60; the spread of a pair is about
    5, so that a mean difference below 3 has odds of 1 in 10,000.
    """
    values = with_values({"structural.phase_risk": 1.0})
    fewer = []
    for seed in range(8):
        staff = []
        for rumour in (None, date(2025, 1, 2)):
            plan = tenured(announced=date(2025, 6, 2), notice=date(2025, 7, 1), rumour=rumour, by_tenure=tuple(
                date(2025, 7, 1) + timedelta(days=d) for d in (14, 31, 61, 122, 183)))  # fmt: skip
            model = EmploymentAreaModel(specification(seed=seed, days=300, events=(plan,), parameters=values))
            model.run(151)
            people = model.world.arrays.persons
            row = model.employer_row("plant_kolmikko")
            staff.append(int(((people.employer == row) & (people.since < 0)).sum()))
        fewer.append(staff[0] - staff[1])
    assert np.mean(fewer) > 3.0


def _employers_of(model: EmploymentAreaModel) -> list[Any]:
    return [employer for employer in model.region.large_employers if employer.id != "plant_kolmikko"]


def test_a_slump_comes_and_goes() -> None:
    """Depth .2 for three months, then back over one month: factors by month, and the index of its industries."""
    slump = Slump("slump", (2, 5), 0.2, date(2025, 3, 1), 3, 1)
    assert [slump.factor(k) for k in range(-1, 5)] == pytest.approx([1.0, 0.8, 0.8, 0.8, 0.9, 1.0])
    model = EmploymentAreaModel(specification(days=365, events=(slump, tenured())))
    assert model.demand is not None
    assert model.demand.index[:, 2].tolist() == pytest.approx([1, 1, 0.8, 0.8, 0.8, 0.9, 1, 1, 1, 1, 1, 1])
    assert np.all(model.demand.index[:, 0] == 1.0)
    model.run(100)
    assert model.world.arrays.sections.demand[5] == pytest.approx(0.8)
    assert model.world.arrays.employers.phase[model.employer_row("plant_kolmikko")] == 3  # a closure in a recession


def test_two_closures_compose() -> None:
    """Two events of different employers in one arm: each ends its own jobs."""
    first = EmploymentAreaModel(specification(days=1))
    others = [e for e in _employers_of(first) if e.jobs >= 10]
    if not others:
        pytest.skip("the made-up region has one large employer")
    other = others[0]
    plans = (tenured(), dataclasses.replace(tenured(other.jobs, other.id), name="other", rumour=date(2025, 1, 20)))
    model = EmploymentAreaModel(specification(days=280, events=plans))
    model.run()
    rows = [model.employer_row(plan.employer) for plan in plans]
    assert model.world.arrays.employers.filled[rows].tolist() == [0, 0]
    assert model.world.arrays.employers.to_close[rows].tolist() == [0, 0]


@pytest.mark.parametrize(
    "event",
    [
        tenured(rumour=date(2025, 1, 15), inside_firm_share=0.2, restart=date(2025, 9, 20), restart_jobs=30),
        dataclasses.replace(tenured(25), kind="downsizing"),
        furlough_wave(),
    ],
    ids=["closure", "downsizing", "furlough"],
)
def test_a_run_with_events_repeats_and_resumes_bit_for_bit(event: Any) -> None:
    spec = specification(days=300, events=(event,), cohorts=(cohort(event.jobs),), record="full")
    whole = simulate(spec, with_lives=True)
    assert_same(whole, simulate(spec, with_lives=True))
    model = EmploymentAreaModel(spec)
    model.run(100)
    resumed = EmploymentAreaModel(spec, model.world.copy())
    model.run()
    resumed.run()
    assert model.world.arrays.persons.tobytes() == resumed.world.arrays.persons.tobytes()
    assert model.world.arrays.employers.tobytes() == resumed.world.arrays.employers.tobytes()


# --- leave to look for work --------------------------------------------------------------------------------


def noticed_plant(ages: list[float], tenures: list[float]) -> World:
    """A plant that gives notice on day 0, all staff of which the law's leave is taken by."""
    world = plant(tenures, spare=40, values={"structural.leave_used_share": 1.0})
    people = world.arrays.persons
    people.born[: len(ages)] = [-int(age * DAYS_PER_YEAR) for age in ages]
    people.retires[: len(ages)] = NEVER
    announce(world.handle, 0, len(ages), 0)
    world.arrays.employers.to_close[0] = len(ages)
    enter_phase(world.handle, 0, 3, 0, 0)
    return world


@pytest.mark.parametrize(
    ("day", "days"),
    [(14, (5, 5, 5)), (31, (5, 5, 5)), (62, (10, 15, 10)), (123, (10, 15, 10)), (184, (20, 25, 20))],
)
def test_leave_under_notice_to_the_cent(day: int, days: tuple[float, ...]) -> None:
    """Of 40 years; of 56 with 6 years of tenure, who has 5 days more beyond a month; of 56 with 2 years. 3,266 EUR for
    21.5 working days.
    """
    world = noticed_plant([40.0, 56.0, 56.0], [6.0, 6.0, 2.0])
    exit_staff(world.handle, 0, 3, 0, day)
    pay = float(world.arrays.parameters[0].finance.median_earnings_month_eur)
    assert world.arrays.flows[Flow.JOB_SEARCH_LEAVE_DAYS].sum() == sum(days)
    fund = world.arrays.ledger[Item.CHANGE_SECURITY, Payer.EMPLOYMENT_FUND].sum()
    assert fund == pytest.approx(pay)  # the older one's money
    paid = world.arrays.ledger[Item.CHANGE_SECURITY, Payer.EMPLOYER].sum()
    assert paid == pytest.approx(sum(days) * pay / 21.5, abs=0.005)


def test_no_leave_without_notice_or_from_a_furlough() -> None:
    world = noticed_plant([40.0, 40.0], [6.0, 6.0])
    enter_phase(world.handle, 0, 2, 0, 0)
    exit_staff(world.handle, 0, 2, 0, 60)
    assert world.arrays.flows[Flow.JOB_SEARCH_LEAVE_DAYS].sum() == 0.0
    world = noticed_plant([40.0, 40.0], [6.0, 6.0])
    world.arrays.persons.state[:2] = State.FURLOUGHED
    world.arrays.stocks[State.EMPLOYED, 0], world.arrays.stocks[State.FURLOUGHED, 0] = 0, 2
    exit_staff(world.handle, 0, 2, 0, 60)
    assert world.arrays.flows[Flow.JOB_SEARCH_LEAVE_DAYS].sum() == 0.0


def test_leave_changes_nothing_but_euros() -> None:
    """One channel: what people do with it is in how they search under notice already."""
    none, full = (
        simulate(
            specification(
                days=280, events=(tenured(),), cohorts=(cohort(),),
                parameters=with_values({"structural.leave_used_share": share}),
            ),
            with_lives=True,
        )
        for share in (0.0, 1.0)
    )  # fmt: skip
    assert lives(none) == lives(full)
    days = area(full, "job_search_leave_days").sum()
    more = area(full, "cost_total_eur").sum() - area(none, "cost_total_eur").sum()
    assert days > 100
    assert more == pytest.approx(days / 21.5 * 3266)
