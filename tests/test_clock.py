"""Dates, working days and the master clock. Case C24: ISO weeks, leap days, eves, the first and last day."""

import random
import zlib
from datetime import date, timedelta

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import (
    Clock,
    closed_days,
    date_of,
    day_of,
    horizon_days,
    is_month_end,
    iso_week,
    iso_weeks,
    month_ends,
    month_index,
    month_of_year,
    parse_date,
    working_days,
)
from sim.errors import InputError

# files/expected/c24.json of the cases
WORKING_DAYS = {
    2025: [21, 20, 21, 20, 20, 20, 23, 21, 22, 23, 20, 20],
    2026: [20, 20, 22, 20, 19, 21, 23, 21, 22, 22, 21, 21],
}
CLOSED_2026 = [
    "2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14",
    "2026-06-19", "2026-12-06", "2026-12-24", "2026-12-25", "2026-12-26",
]  # fmt: skip
START = date(2025, 1, 1)


# --- calendar ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "total"), [(2025, 251), (2026, 252)])
def test_working_days_of_a_year(year: int, total: int) -> None:
    start = date(year, 1, 1)
    is_open = working_days(start, 365)
    assert is_open.sum() == total
    by_month = np.bincount(month_of_year(start, 365), weights=is_open)
    assert by_month.tolist() == WORKING_DAYS[year]


def test_closed_days_are_closed_and_nothing_else_on_weekdays() -> None:
    is_open = working_days(date(2026, 1, 1), 365)
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    expected = {date.fromisoformat(text) for text in CLOSED_2026}
    assert expected <= closed_days(2026)
    closed_weekdays = {d for d, o in zip(days, is_open, strict=True) if not o and d.weekday() < 5}
    assert closed_weekdays == {d for d in expected if d.weekday() < 5}
    assert not any(o for d, o in zip(days, is_open, strict=True) if d.weekday() >= 5)


@pytest.mark.parametrize("year", range(2010, 2045))
def test_eves_are_closed_every_year(year: int) -> None:
    midsummer_eve = [d for d in closed_days(year) if d.month == 6 and 19 <= d.day <= 25 and d.weekday() == 4]
    assert len(midsummer_eve) == 1
    assert date(year, 12, 24) in closed_days(year)


def test_eves_do_not_depend_on_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some releases of the library count the eves as holidays, some do not."""
    monkeypatch.setattr(
        "sim.clock.holidays.country_holidays", lambda country, years: {date(years, 1, 1): "New"}
    )
    assert closed_days.__wrapped__(2026) == {date(2026, 1, 1), date(2026, 6, 19), date(2026, 12, 24)}


def test_working_days_over_the_turn_of_the_year() -> None:
    whole = np.concatenate([working_days(date(2025, 1, 1), 365), working_days(date(2026, 1, 1), 365)])
    assert np.array_equal(working_days(date(2025, 12, 20), 30), whole[353:383])


def test_month_ends_of_a_year_end_on_its_last_day() -> None:
    days = horizon_days(START, 1)
    ends = month_ends(START, days)
    assert [d.isoformat() for d in ends] == [
        "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30",
        "2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31",
    ]  # fmt: skip
    assert date_of(days - 1, START) == ends[-1]  # the last day is simulated
    assert month_ends(START, days - 1) == ends[:-1]


def test_month_ends_of_a_leap_year() -> None:
    start = date(2028, 1, 1)
    assert date(2028, 2, 29) in month_ends(start, horizon_days(start, 1))
    assert len(month_ends(start, horizon_days(start, 1))) == 12


def test_a_year_from_a_leap_day() -> None:
    start = date(2028, 2, 29)
    days = horizon_days(start, 1)
    assert date_of(days - 1, start) == date(2029, 2, 28)
    ends = month_ends(start, days)
    assert ends[0] == start
    assert ends[-1] == date(2029, 2, 28)
    assert len(ends) == 13


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        ("2025-01-01", 5, "2029-12-31"),
        ("2025-03-15", 1, "2026-03-14"),
        ("2025-01-01", 0.5, "2025-06-30"),
        ("2025-01-31", 1 / 12, "2025-02-28"),
        ("2025-12-01", 1 / 12, "2025-12-31"),
        ("2024-02-29", 4, "2028-02-28"),
        ("2025-01-01", 0.001, "2025-01-01"),
    ],
)
def test_horizon(start: str, years: float, last: str) -> None:
    first = date.fromisoformat(start)
    assert date_of(horizon_days(first, years) - 1, first) == date.fromisoformat(last)


@pytest.mark.parametrize("years", [0, -1, float("nan"), float("inf"), 9000])
def test_impossible_horizons(years: float) -> None:
    with pytest.raises(InputError, match="horizon_years"):
        horizon_days(START, years)


def test_iso_weeks_over_week_53() -> None:
    weeks = ["2026-W51", "2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert iso_weeks(date(2026, 12, 14), date(2027, 1, 17)) == weeks
    assert iso_weeks(date(2026, 12, 20), date(2027, 1, 11)) == weeks  # from a Sunday to a Monday
    assert iso_weeks(date(2027, 1, 1), date(2027, 1, 1)) == ["2026-W53"]
    assert iso_week(date(2024, 12, 30)) == "2025-W01"


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 1500))
def test_months_of_days(start: date, days: int) -> None:
    index, of_year = month_index(start, days), month_of_year(start, days)
    ends = is_month_end(start, days)
    for day in {0, days - 1, days // 2}:
        moment = date_of(day, start)
        assert day_of(moment, start) == day
        assert index[day] == (moment.year - start.year) * 12 + moment.month - start.month
        assert of_year[day] == moment.month - 1
        assert ends[day] == ((moment + timedelta(days=1)).month != moment.month)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2027-02-29", "February 2027 has 28 days"),
        ("2027-13-01", "months are 01 to 12"),
        ("1.3.2027", "YYYY-MM-DD"),
        ("20270301", "YYYY-MM-DD"),
        ("", "YYYY-MM-DD"),
        ("2027-03-01T00:00", "YYYY-MM-DD"),
        (20270301, "YYYY-MM-DD"),
        (None, "YYYY-MM-DD"),
        ("2027-03\n-01", "YYYY-MM-DD"),
    ],
)
def test_a_wrong_date_is_told_in_one_line(text: object, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_date(text, "run: start_date")
    message = str(caught.value)
    assert message.startswith("run: start_date: ")
    assert reason in message
    assert "\n" not in message


def test_dates_are_read() -> None:
    assert parse_date("2028-02-29", "x") == date(2028, 2, 29)
    assert parse_date(date(2028, 2, 29), "x") == date(2028, 2, 29)


# --- clock -------------------------------------------------------------------------------------------------


def exits(log: list, days: tuple[int, ...]):
    """Return a process, as the engine writes them: rebuilt on resuming, it skips what is past."""

    def process(clock: Clock):
        for day in days:
            if (yield clock.wait(day, "m process")):
                log.append((day, "m process"))

    return process


ACTIONS = [(0, "b"), (0, "a"), (5, "z"), (5, "c"), (9, "q"), (20, "end"), (-3, "before the run")]
EXPECTED = [
    (0, "a"), (0, "b"), ("days", 0, 5),
    (5, "c"), (5, "m process"), (5, "z"), ("days", 5, 7),
    (7, "m process"), ("days", 7, 9),
    (9, "q"), ("days", 9, 20),
]  # fmt: skip


def run(start_day: int = 0, cuts: tuple[int, ...] = (20,), shuffle: int | None = None) -> list:
    log: list = []
    clock = Clock(START, start_day)
    steps = [
        lambda day=day, name=name: clock.at(day, name, lambda: log.append((day, name)))
        for day, name in ACTIONS
    ]
    steps.append(lambda: clock.process(exits(log, (5, 7))))
    if shuffle is not None:
        random.Random(shuffle).shuffle(steps)
    for step in steps:
        step()
    for until in cuts:
        clock.run(until, lambda t0, t1: log.append(("days", t0, t1)))
    return log


def without_stretches(log: list) -> list:
    return [entry for entry in log if entry[0] != "days"]


def test_due_things_run_before_the_day_sorted_by_name() -> None:
    assert run() == EXPECTED


@pytest.mark.parametrize("shuffle", range(20))
def test_the_order_of_registration_does_not_matter(shuffle: int) -> None:
    assert run(shuffle=shuffle) == EXPECTED


@pytest.mark.parametrize("cut", range(1, 20))
def test_running_in_two_parts(cut: int) -> None:
    log = run(cuts=(cut, 20))
    assert without_stretches(log) == without_stretches(EXPECTED)
    simulated = [day for entry in log if entry[0] == "days" for day in range(entry[1], entry[2])]
    assert simulated == list(range(20))


@pytest.mark.parametrize("cut", range(21))
def test_resuming_on_a_day_does_the_rest_and_nothing_twice(cut: int) -> None:
    first = without_stretches(run(cuts=(cut,)) if cut else [])
    rest = without_stretches(run(start_day=cut))
    assert first + rest == without_stretches(EXPECTED)


def test_what_is_due_on_the_last_boundary_waits() -> None:
    assert (20, "end") not in run(cuts=(20,))
    assert run(cuts=(21,))[-2:] == [(20, "end"), ("days", 20, 21)]


def test_every_day_is_simulated_once_however_dense_the_actions() -> None:
    stretches: list[tuple[int, int]] = []
    clock = Clock(START)
    clock.each(range(0, 50, 3), "thirds", lambda day: stretches.append((day, day)))
    clock.run(50, lambda t0, t1: stretches.append((t0, t1)))
    assert [day for t0, t1 in stretches for day in range(t0, t1)] == list(range(50))
    assert [t0 for t0, t1 in stretches if t0 == t1] == list(range(0, 50, 3))


def test_actions_may_register_actions_of_the_same_day() -> None:
    log: list[str] = []
    clock = Clock(START)
    clock.at(3, "b", lambda: (log.append("b"), clock.at(3, "c", lambda: log.append("c"))))
    clock.at(3, "d", lambda: log.append("d"))
    clock.run(10, lambda t0, t1: None)
    assert log == ["b", "c", "d"]


def test_simpy_processes_and_resources_interleave() -> None:
    log: list = []
    clock = Clock(START)
    desk = simpy.Resource(clock.environment, capacity=1)

    def client(clock: Clock, name: str, arrives: int):
        yield clock.environment.timeout(arrives)
        with desk.request() as request:
            yield request
            log.append((clock.day, name))
            yield clock.environment.timeout(4)

    clock.process(client, "first", 2)
    clock.process(client, "second", 3)
    clock.at(6, "action", lambda: log.append((6, "action")))
    clock.run(12, lambda t0, t1: log.append((t0, t1)))
    assert log == [(0, 2), (2, "first"), (2, 3), (3, 6), (6, "second"), (6, "action"), (6, 10), (10, 12)]


def test_the_clock_tells_the_date_during_stretches() -> None:
    told: list[date] = []
    clock = Clock(START, start_day=31)
    clock.at(33, "x", lambda: told.append(clock.date))
    clock.run(40, lambda t0, t1: told.append(clock.date))
    assert told == [date(2025, 2, 1), date(2025, 2, 3), date(2025, 2, 3)]


def test_mistakes_of_the_caller() -> None:
    clock = Clock(START)
    clock.at(4, "x", lambda: None)
    with pytest.raises(ValueError, match="two actions named 'x' on day 4"):
        clock.at(4, "x", lambda: None)
    with pytest.raises(ValueError, match="already simulated"):
        clock.run(10, lambda t0, t1: clock.at(t1 - 1, "too late", lambda: None))
    clock = Clock(START)
    clock.environment.timeout(2.5)
    with pytest.raises(ValueError, match="whole days"):
        clock.run(10, lambda t0, t1: None)


def test_an_error_in_a_process_comes_out() -> None:
    def failing(clock: Clock):
        yield clock.wait(2, "fails")
        raise InputError("no such employer")

    clock = Clock(START)
    clock.process(failing)
    with pytest.raises(InputError, match="no such employer"):
        clock.run(5, lambda t0, t1: None)


def test_stretches_give_the_same_state_as_single_days() -> None:
    def simulate(dense: bool) -> int:
        state = [0]

        def advance(t0: int, t1: int) -> None:
            for day in range(t0, t1):
                state[0] = zlib.crc32(f"{state[0]} {day}".encode())

        clock = Clock(START)
        clock.at(10, "policy", lambda: state.__setitem__(0, state[0] + 1))
        if dense:
            clock.each(range(30), "nothing", lambda day: None)
        clock.run(30, advance)
        return state[0]

    assert simulate(dense=True) == simulate(dense=False)
