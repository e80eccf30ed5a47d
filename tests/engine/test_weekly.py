"""The week record: identities between its counts, sums against the months, and what one interview does, by hand."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import numpy as np
import pytest
from worlds import NOTHING_PROPOSED, area, bare_world, closure, cohort, specification, staff, with_values

from agents.area import simulate
from agents.specification import RunResult
from sim.changes import Change
from sim.day import advance
from sim.dimensions import LINES, N_PERSON_LINES, Line, State
from sim.kernels.states import become_unemployed, leave_register
from sim.kernels.weekly import Weekly
from sim.week_record import OUTSIDE

START = date(2025, 1, 1)


@pytest.fixture(scope="module")
def recorded() -> RunResult:
    """A year of kolmikko with the plant's closure and the week record; too few in brokerage, so that many wait."""
    declarations = with_values({})
    fte = declarations["services"]["staff_fte"]["value"]
    fte["brokerage"] *= 0.6
    return simulate(
        specification(
            cohorts=(cohort(marked=START),), events=(closure(),), record_weekly=True, parameters=declarations
        )
    )


def series(result: RunResult, name: str, kind: str, group: str) -> np.ndarray:
    columns = result.weekly
    mask = (columns["indicator"] == name) & (columns["group_kind"] == kind) & (columns["group"] == group)
    assert mask.any(), (name, kind, group)
    return columns["value"][mask]


def total(result: RunResult, name: str) -> np.ndarray:
    """Over all people: those of no cohort by line, and the cohort."""
    lines = [series(result, name, "line", line) for line in LINES[:N_PERSON_LINES]]
    return np.sum([*lines, series(result, name, "cohort", "closing")], axis=0)


def test_weeks_are_whole_and_begin_on_mondays(recorded: RunResult) -> None:
    weeks = np.unique(recorded.weekly["week"])
    assert weeks[0] == np.datetime64("2024-12-30")
    assert weeks[-1] == np.datetime64("2025-12-22")  # that of 29 December is not over
    assert (np.diff(weeks) == np.timedelta64(7, "D")).all()


@pytest.mark.parametrize(("kind", "group"), [("line", "brokerage"), ("cohort", "closing")])
def test_first_interviews_are_held_left_or_waited_for(recorded: RunResult, kind: str, group: str) -> None:
    """Booked = held + left + waiting; due by now = in time + left by then + held or left late + waiting too late."""

    def of(name: str) -> np.ndarray:
        return series(recorded, f"first_interviews_{name}", kind, group)

    assert np.array_equal(np.cumsum(of("booked") - of("held") - of("left")), of("waiting"))
    assert (of("waiting") >= 0).all()
    assert (of("waiting_late") >= 0).all()
    assert (of("waiting_late") <= of("waiting")).all()
    assert (of("due_held") + of("due_left") <= of("due")).all()
    assert (of("held_late") <= of("held")).all()
    # what is held in time is held once, whichever week it is counted in (the last weeks are due after the end)
    in_time = np.cumsum(of("held") - of("held_late")), np.cumsum(of("due_held"))
    assert (in_time[0] >= in_time[1] - 1e-9).all()
    assert of("held").sum() > 20
    if kind == "line":  # of sixty dismissed people nobody need be late
        assert of("waiting_late").max() > 0


def test_waiting_at_the_end_is_who_waits(recorded: RunResult) -> None:
    """The stock that follows from the counts is the people themselves."""
    from agents.area import EmploymentAreaModel

    model = EmploymentAreaModel(specification(cohorts=(cohort(marked=START),), events=(closure(),), record_weekly=True))
    sunday = 7 * 20 + 5  # the evening before Monday 26 May
    assert (START + timedelta(days=sunday)).weekday() == 0
    model.run(sunday)
    people = model.world.arrays.persons[: int(model.world.control.n_persons)]
    waits = (people.state == State.UNEMPLOYED) & (people.contacts == 0)
    told = model.result({}).weekly
    last = told["week"] == told["week"].max()
    assert told["week"].max() == np.datetime64(START + timedelta(days=sunday - 7))
    waiting = told["value"][last & (told["indicator"] == "first_interviews_waiting")]
    assert waiting.sum() == waits.sum() > 0
    too_late = told["value"][last & (told["indicator"] == "first_interviews_waiting_late")]
    assert too_late.sum() == (waits & (people.first_due < sunday)).sum()


def test_weeks_sum_to_months() -> None:
    """Over a horizon that ends with a week and a month the sums are those of the monthly indicators."""
    start, after = date(2024, 1, 1), date(2024, 7, 1)  # both Mondays
    days = (after - start).days
    result = simulate(
        specification(start_date=start, days=days, cohorts=(cohort(marked=start),), record_weekly=True)
    )
    assert total(result, "new_job_searches").sum() == area(result, "new_job_searches").sum()
    assert total(result, "first_interviews_held").sum() + total(result, "talks_held").sum() == (
        area(result, "service_contacts").sum()
    )
    offered = sum(series(result, "minutes_offered", "line", line).sum() for line in LINES[:N_PERSON_LINES])
    used = sum(series(result, "minutes_used", "line", line).sum() for line in LINES[:N_PERSON_LINES])
    assert 0.0 < used < offered


def test_where_the_cohort_lives(recorded: RunResult) -> None:
    """Searches by home sum to those of the cohort; commuters from outside are told apart."""
    columns = recorded.weekly
    mask = columns["group_kind"] == "cohort_place"
    outside = series(recorded, "new_job_searches", "cohort_place", f"closing@{OUTSIDE}").sum()
    inside = columns["value"][mask].sum() - outside
    assert inside == series(recorded, "new_job_searches", "cohort", "closing").sum() > 0


def test_staff_is_that_in_post(recorded: RunResult) -> None:
    weekly = sum(series(recorded, "staff_fte", "line", line) for line in LINES)
    monthly = area(recorded, "staff_fte")
    assert abs(weekly.mean() - monthly.mean()) < 0.02 * monthly.mean()


def test_recording_changes_no_life_and_costs_no_column() -> None:
    plain = simulate(specification(days=120, cohorts=(cohort(),)), with_lives=True)
    told = simulate(specification(days=120, cohorts=(cohort(),), record_weekly=True), with_lives=True)
    assert plain.weekly == {}
    assert plain.lives is not None
    assert told.lives is not None
    assert np.array_equal(plain.lives["life_hash"], told.lives["life_hash"])
    assert plain.indicators["value"].tobytes() == told.indicators["value"].tobytes()


def test_one_interview_by_hand() -> None:
    """Two become unemployed on Thursday 2 January; due on Friday 10; one adviser comes on the 13th; one has left."""
    everybody_comes = {"services.no_show_share": 0.0, "places.no_show_per_km": 0.0}
    spec = specification(days=40, parameters=with_values({**NOTHING_PROPOSED, **everybody_comes}))
    world = bare_world(spec, 3)
    world.arrays.immigration[:] = 0.0
    for i in (0, 1):
        become_unemployed(world.handle, i, 1)
    advance(world, 1, 12)
    leave_register(world.handle, 1, 12, 12)
    staff(world, Line.BROKERAGE, 1)
    advance(world, 12, 14)
    weekly = world.arrays.weekly[:, Line.BROKERAGE]
    told = {row.name: np.flatnonzero(weekly[row]).tolist() for row in Weekly if weekly[row].any()}
    for row in ("MINUTES_OFFERED", "MINUTES_USED", "STAFF_DAYS"):
        told.pop(row, None)
    assert told == {"SEARCHES": [0], "BOOKED": [0], "DUE": [1], "HELD": [2], "HELD_LATE": [2], "LEFT": [2],
                    "LEFT_LATE": [2], "WAIT_DAYS": [2], "LATE_DAYS": [2]}  # fmt: skip
    assert weekly[Weekly.DUE, 1] == 2
    due = date(2025, 1, 10)  # 6 January is a holiday
    assert weekly[Weekly.LATE_DAYS, 2] == (date(2025, 1, 13) - due).days
    assert weekly[Weekly.WAIT_DAYS, 2] == (date(2025, 1, 13) - date(2025, 1, 2)).days


def test_it_is_part_of_the_key() -> None:
    from experiments.composing.composition import resolve
    from experiments.running.plan import make_plan

    asked = ("region=kolmikko", "replications=1", "horizon_years=1")
    keys = {make_plan(resolve("run", [*asked, f"record_weekly={word}"])).runs[0].key for word in ("true", "false")}
    assert len(keys) == 2


def test_interviews_at_the_workplace_are_held_in_time() -> None:
    """Who is met on site has a search and a first interview held from that day; identities hold."""
    spec = specification(days=150, cohorts=(cohort(marked=START),), events=(closure(),), record_weekly=True)
    on_site = Change("services.on_site_fte", "set", 1.0, date(2025, 3, 17), None, None, "test", "test")
    plain, met = simulate(spec), simulate(dataclasses.replace(spec, changes=(on_site,)))
    before = slice(0, 15)  # the first exits are on 30 April

    def early(result: RunResult, name: str) -> float:
        return float(series(result, name, "cohort", "closing")[before].sum())

    held = early(met, "first_interviews_held")
    assert held > early(plain, "first_interviews_held") + 10
    assert early(met, "new_job_searches") >= held
    booked, left = early(met, "first_interviews_booked"), early(met, "first_interviews_left")
    assert booked == held + left + series(met, "first_interviews_waiting", "cohort", "closing")[14]
