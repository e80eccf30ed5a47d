"""Dated changes composed over a baseline. Case C11: two changes to one parameter."""

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from declared import DECLARATIONS, START, change, said
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.changes import OPERATIONS, Change
from sim.dimensions import LINES
from sim.parameters import ParameterSet, write
from sim.timetable import Timetable, compose

DAYS = 396  # to 2027-01-31

SET = change("services.cost_eur", "set", 100, "2026-01-01", owner="policies.c11_set")
SAME_DAY = change("services.cost_eur", "scale", 1.2, "2026-01-01", owner="policies.c11_scale_same_day")
LATER = change(
    "services.cost_eur", "scale", 1.2, "2026-07-01", "2026-12-31", owner="policies.c11_scale_later"
)


@pytest.fixture(scope="module")
def parameters() -> ParameterSet:
    return ParameterSet.from_declarations(DECLARATIONS)


def no_op_free(timetable: Timetable) -> list[tuple[int, str, int | None, float]]:
    """Return the writes that change the record, found by replaying them."""
    record, kept = timetable.parameter_set.record(), []
    for entry in timetable.writes:
        before = record.tobytes()
        write(record, *entry[1:])
        if record.tobytes() != before:
            kept.append(entry)
    return kept


def test_a_reform_leaves_the_baseline_bit_for_bit(parameters: ParameterSet) -> None:
    before = parameters.record().tobytes()
    reform = compose(parameters, [change("services.staff_fte", "scale", 1.3, "2026-01-01")], START, DAYS)
    record = parameters.record()
    reform.apply(record, 0)
    assert record.tobytes() != before
    assert parameters.record().tobytes() == before
    assert parameters.baseline.tobytes() == before
    baseline = compose(parameters, [], START, DAYS)
    assert baseline.writes == ()
    assert baseline.record(DAYS - 1).tobytes() == before


def test_c11_two_changes_on_one_day_are_an_error(parameters: ParameterSet) -> None:
    for changes in ([SET, SAME_DAY], [SAME_DAY, SET]):
        message = said(compose, parameters, changes, START, DAYS)
        for part in (
            "policies.c11_set",
            "policies.c11_scale_same_day",
            "services.cost_eur",
            "2026-01-01",
            "order",
        ):
            assert part in message


def test_c11_a_later_change_acts_and_ends(parameters: ParameterSet) -> None:
    by_month = compose(parameters, [SET, LATER], START, DAYS).monthly("services.cost_eur")
    expected = {f"2026-{month:02d}": 100.0 if month < 7 else 120.0 for month in range(1, 13)}
    assert by_month == {**expected, "2027-01": 100.0}


def test_c11_setting_to_the_present_value_changes_nothing(parameters: ParameterSet) -> None:
    base = parameters.value("search.rate_per_month")
    assert isinstance(base, float)
    mixed = [
        change("search.rate_per_month", "set", base, "2026-01-01", owner="policies.c11_mixed"),
        replace(LATER, owner="policies.c11_mixed"),
    ]
    one = compose(parameters, mixed, START, DAYS)
    other = compose(parameters, [LATER], START, DAYS)
    assert one.writes == other.writes == (
        (181, "services.cost_eur", None, 120.0), (365, "services.cost_eur", None, 100.0),
    )  # fmt: skip
    assert no_op_free(one) == list(one.writes)
    for day in (0, 180, 181, 364, 365, DAYS - 1):
        assert one.record(day).tobytes() == other.record(day).tobytes()


def test_an_order_decides_between_equal_dates(parameters: ParameterSet) -> None:
    first = [replace(SET, amount=200.0, order=1), replace(SAME_DAY, order=2)]
    assert compose(parameters, first, START, DAYS).value("services.cost_eur", 0) == 240.0
    swapped = [replace(SET, amount=200.0, order=2), replace(SAME_DAY, order=1)]
    assert compose(parameters, swapped, START, DAYS).value("services.cost_eur", 0) == 200.0
    assert "same order 1" in said(
        compose, parameters, [replace(SET, order=1), replace(SAME_DAY, order=1)], START, DAYS
    )
    assert "order" in said(compose, parameters, [replace(SET, order=1), SAME_DAY], START, DAYS)


@pytest.mark.parametrize(
    ("one", "two", "clash"),
    [
        ("services.staff_fte", "services.staff_fte.brokerage", True),
        ("services.staff_fte.brokerage", "services.staff_fte", True),
        ("services.staff_fte.brokerage", "services.staff_fte.brokerage", True),
        ("services.staff_fte.brokerage", "services.staff_fte.competence", False),
        ("services.staff_fte", "services.cost_eur", False),
    ],
)
@pytest.mark.parametrize("owner", ["policies.x", "policies.y"])
def test_clashes_of_cells(parameters: ParameterSet, one: str, two: str, clash: bool, owner: str) -> None:
    changes = [change(one, "add", 1, "2026-02-01"), change(two, "add", 2, "2026-02-01", owner=owner)]
    if clash:
        message = said(compose, parameters, changes, START, DAYS)
        assert one in message
        assert two in message
        assert owner in message
    else:
        assert compose(parameters, changes, START, DAYS).writes


def test_operations_on_cells(parameters: ParameterSet) -> None:
    changes = [
        change("services.staff_fte", "scale", 2, "2026-02-01"),
        change("services.staff_fte.competence", "set", 10, "2026-02-10", "2026-02-19"),
        change("services.staff_fte", "add", -1, "2026-02-15"),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    values = {
        f"{date(2026, 2, day)}": timetable.value("services.staff_fte", 30 + day) for day in (1, 10, 15, 20)
    }
    assert values == {
        "2026-02-01": (64.0, 32.0, *[64.0] * 5),
        "2026-02-10": (64.0, 10.0, *[64.0] * 5),
        "2026-02-15": (63.0, 9.0, *[63.0] * 5),
        "2026-02-20": (63.0, 31.0, *[63.0] * 5),
    }
    assert timetable.value("services.staff_fte", 30) == (32.0, 16.0, *[32.0] * 5)
    assert timetable.value("services.staff_fte.competence", 40) == 10.0
    assert [w for w in timetable.writes if w[0] == 40] == [(40, "services.staff_fte", 1, 10.0)]
    assert list(timetable.writes) == sorted(timetable.writes, key=lambda w: w[:3])


def test_a_ramp_takes_equal_steps_and_stays(parameters: ParameterSet) -> None:
    ramp = change("services.cost_eur", "ramp", 200, "2026-01-11", ramp_days=4)
    timetable = compose(parameters, [ramp], START, DAYS)
    values = [timetable.value("services.cost_eur", day) for day in range(9, 16)]
    assert values == [100.0, 125.0, 150.0, 175.0, 200.0, 200.0, 200.0]
    assert timetable.value("services.cost_eur", DAYS - 1) == 200.0
    assert len(timetable.writes) == 4


def test_a_ramp_by_its_end_is_gone_after_it(parameters: ParameterSet) -> None:
    ramp = change("services.cost_eur", "ramp", 200, "2026-01-11", "2026-01-14")
    timetable = compose(parameters, [ramp], START, DAYS)
    values = [timetable.value("services.cost_eur", day) for day in range(9, 15)]
    assert values == [100.0, 125.0, 150.0, 175.0, 200.0, 100.0]


def test_a_ramp_starts_from_earlier_changes_and_ends_exactly(parameters: ParameterSet) -> None:
    changes = [
        change("search.rate_per_month", "scale", 0.7, "2026-01-01"),
        change("search.rate_per_month", "ramp", 1.1, "2026-01-02", ramp_days=3),
        change("search.rate_per_month", "add", 0.25, "2026-02-01", "2026-02-01"),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    assert timetable.value("search.rate_per_month", 1) == pytest.approx(1.47 + (1.1 - 1.47) / 3)
    assert timetable.value("search.rate_per_month", 3) == 1.1
    assert timetable.value("search.rate_per_month", 31) == 1.1 + 0.25


def test_a_ramp_reaches_its_amount_to_the_last_bit(parameters: ParameterSet) -> None:
    assert 2.1 + (0.57 - 2.1) != 0.57  # what a plain last step would give
    ramp = change("search.rate_per_month", "ramp", 0.57, "2026-01-01", ramp_days=7)
    assert compose(parameters, [ramp], START, DAYS).value("search.rate_per_month", 6) == 0.57


def test_a_change_under_way_acts_from_the_first_day(parameters: ParameterSet) -> None:
    changes = [
        change("services.cost_eur", "scale", 3, "2020-05-01", "2026-01-31"),
        change("services.staff_fte.brokerage", "ramp", 42, "2025-12-28", ramp_days=10),
    ]
    timetable = compose(parameters, changes, START, DAYS)
    assert timetable.writes[:2] == (
        (0, "services.cost_eur", None, 300.0), (0, "services.staff_fte", 0, 37.0),
    )  # fmt: skip
    assert timetable.value("services.cost_eur", 31) == 100.0


def test_a_change_on_the_first_and_on_the_last_day(parameters: ParameterSet) -> None:
    last = date(2027, 1, 31)
    changes = [change("services.cost_eur", "set", 1, f"{day}", f"{day}") for day in (START, last)]
    timetable = compose(parameters, changes, START, DAYS)
    assert [(day, value) for day, _, _, value in timetable.writes] == [(0, 1.0), (1, 100.0), (DAYS - 1, 1.0)]


@pytest.mark.parametrize(
    ("wrong_change", "expected"),
    [
        (
            change("services.cost_eur", "set", 1, "2027-02-01"),
            "starts on 2027-02-01, after the last day of the run",
        ),
        (
            change("services.cost_eur", "set", 1, "2025-01-01", "2025-12-31"),
            "before the first day of the run",
        ),
        (change("services.cost_eur", "set", 1, "2026-02-02", "2026-02-01"), "before its start on 2026-02-02"),
        (change("services.costs_eur", "set", 1, "2026-02-02"), "did you mean 'services.cost_eur'?"),
        (change("services.cost_eur", "sett", 1, "2026-02-02"), "did you mean 'set'?"),
        (change("services.cost_eur", "set", math.nan, "2026-02-02"), "finite"),
        (change("services.cost_eur", "set", 1, "2026-02-02", unit="k€"), "in 'EUR', got 'k€'"),
        (change("services.cost_eur", "ramp", 1, "2026-02-02"), "needs ramp_days"),
        (
            change("services.cost_eur", "scale", 11, "2026-02-02"),
            "services.cost_eur is 1100 on 2026-02-02, outside its range 0 to 1000 EUR",
        ),
        (
            change("services.staff_fte.competence", "ramp", -15, "2026-01-01", ramp_days=31),
            "services.staff_fte.competence is -1 on 2026-01-17, outside its range 0 to 200 FTE",
        ),
        (change("services.cost_eur", "scale", 1e308, "2026-02-02"), "outside its range"),
    ],
)
def test_a_wrong_timetable_is_told(parameters: ParameterSet, wrong_change: Change, expected: str) -> None:
    message = said(compose, parameters, [wrong_change], START, DAYS)
    assert expected in message
    assert message.startswith("policies.x: ")


def test_leaving_the_range_together_names_both_owners(parameters: ParameterSet) -> None:
    changes = [
        change("services.cost_eur", "scale", 9, "2026-01-01", owner="policies.one"),
        change("services.cost_eur", "add", 200, "2026-03-01", "2026-03-31", owner="policies.two"),
        change("services.cost_eur", "add", 1, "2026-02-01", "2026-02-02", owner="policies.gone"),
    ]
    message = said(compose, parameters, changes, START, DAYS)
    assert message.startswith("policies.one and policies.two: services.cost_eur is 1100 on 2026-03-01")
    # Passing through a value outside the range within a day is no error: only the composed value counts.
    back = change("services.cost_eur", "scale", 0.5, "2026-03-01", owner="policies.three", order=2)
    changes[1] = replace(changes[1], order=1)
    assert compose(parameters, [*changes, back], START, DAYS).value("services.cost_eur", 59) == 550.0


def test_scaling_to_negative_zero_changes_nothing(parameters: ParameterSet) -> None:
    free = parameters.override("services.cost_eur", 0)
    scaled = compose(free, [change("services.cost_eur", "scale", -1, "2026-02-01")], START, DAYS)
    assert scaled.writes == ()
    assert scaled.record(40).tobytes() == free.baseline.tobytes()


@pytest.mark.filterwarnings("error")
def test_an_overflow_is_told_as_any_value_outside_its_range(parameters: ParameterSet) -> None:
    huge = change("services.cost_eur", "scale", 1e308, "2026-02-02")
    assert "services.cost_eur is inf on 2026-02-02" in said(compose, parameters, [huge], START, DAYS)


# --- properties of composition ---------------------------------------------------------------------------


WIDE = ParameterSet.from_declarations(
    {
        "m": {
            "number": {**DECLARATIONS["services"]["cost_eur"], "low": -1e30, "high": 1e30},
            "table": {**DECLARATIONS["services"]["staff_fte"], "low": -1e30, "high": 1e30},
        }
    }
)
NAMES = ("m.number", "m.table", *(f"m.table.{label}" for label in LINES))


@st.composite
def some_changes(draw: st.DrawFn, forever: bool = True) -> list[Change]:
    """Draw up to eight changes on different starts, or on equal ones with different orders."""
    drawn = []
    for i in range(draw(st.integers(0, 8))):
        start = draw(st.integers(-20, 59))
        length = draw(st.integers(max(0, -start), 40))
        operation = draw(st.sampled_from(OPERATIONS))
        ends = not forever or draw(st.booleans())
        drawn.append(
            Change(
                draw(st.sampled_from(NAMES)),
                operation,
                draw(st.floats(-3, 3, allow_nan=False)),
                START + timedelta(days=start),
                START + timedelta(days=start + length) if ends else None,
                order=i,
                owner=draw(st.sampled_from(["policies.a", "policies.b"])),
                ramp_days=draw(st.integers(1, length + 1)) if operation == "ramp" else None,
            )
        )
    return drawn


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(changes: list[Change], random: Any) -> None:
    shuffled = list(changes)
    random.shuffle(shuffled)
    one, other = (compose(WIDE, listed, START, 60) for listed in (changes, shuffled))
    assert repr(one.writes) == repr(other.writes)


@settings(max_examples=150, deadline=None)
@given(some_changes(forever=False))
def test_ends_restore_the_baseline_exactly(changes: list[Change]) -> None:
    days = 120  # all drawn changes have ended by then
    timetable = compose(WIDE, changes, START, days)
    record = WIDE.record()
    for day in range(days):
        timetable.apply(record, day)
    assert record.tobytes() == WIDE.baseline.tobytes()


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.integers(0, 59))
def test_writes_and_resumed_records_agree(changes: list[Change], day: int) -> None:
    timetable = compose(WIDE, changes, START, 60)
    record = WIDE.record()
    for today in range(day + 1):
        names = timetable.apply(record, today)
        assert len(set(names)) == len(names)
    assert timetable.record(day).tobytes() == record.tobytes()
    assert no_op_free(timetable) == list(timetable.writes)


@settings(max_examples=150, deadline=None)
@given(some_changes(), st.integers(0, 59))
def test_values_follow_the_stated_rule(changes: list[Change], day: int) -> None:
    """A second, naive reading of the rule: one cell, one day, change after change."""
    moment = START + timedelta(days=day)
    timetable = compose(WIDE, changes, START, 60)
    for name in ("m.number", "m.table.competence"):
        value = WIDE.value(name)
        assert isinstance(value, float)
        active = [
            c for c in changes if name in (c.parameter, f"{c.parameter}.competence") and c.start <= moment
            and (c.end is None or moment <= c.end)
        ]  # fmt: skip
        for c in sorted(active, key=lambda c: (c.start, c.order)):
            if c.operation == "set":
                value = c.amount
            elif c.operation == "scale":
                value *= c.amount
            elif c.operation == "add":
                value += c.amount
            else:
                assert c.ramp_days is not None
                share = min(1.0, ((moment - c.start).days + 1) / c.ramp_days)
                value += (c.amount - value) * share
        assert timetable.value(name, day) == pytest.approx(value, rel=1e-12, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(some_changes(), st.integers(1, 19))
def test_a_run_that_starts_later_has_the_same_values(changes: list[Change], later: int) -> None:
    start = START + timedelta(days=later)
    assume(all(c.end is None or c.end >= start for c in changes))
    whole = compose(WIDE, changes, START, 60)
    part = compose(WIDE, changes, start, 60 - later)
    for day in range(60 - later):
        assert part.record(day).tobytes() == whole.record(day + later).tobytes()
