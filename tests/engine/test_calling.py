"""Staff that is called when first interviews slip: what is watched, by hand; who begins when, and who pays."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from worlds import area, assert_same, specification, with_values

from agents.actors.calling import watched
from agents.area import EmploymentAreaModel, build, simulate
from agents.staff_call import LATE_SHARE, WAITING_WEEKS, StaffCall
from sim.changes import Change
from sim.dimensions import Line
from sim.kernels.weekly import Weekly
from sim.ledger import Item, Payer, charge_lent

NEIGHBOURS = "staff.lent_by_neighbours_fte.brokerage"
CALL = StaffCall("help", NEIGHBOURS, 2.0, WAITING_WEEKS, 0.0, 10, date(2025, 2, 3), date(2025, 5, 31))
FIRST, LAST = 33 + 10, 150
"""Monday 3 February 2025 is day 33, four whole weeks are over by then; 31 May is day 150."""


def record(**rows: list[float]) -> np.ndarray:
    """A week record with two groups alike."""
    weeks = len(next(iter(rows.values())))
    told = np.zeros((len(Weekly), 2, weeks))
    for name, values in rows.items():
        told[Weekly[name.upper()]] = np.array(values) / 2.0
    return told


def test_what_is_watched_by_hand() -> None:
    """Four weeks together: of 40 due, 4 left before, 27 were held in time, so 9 of 36 are late."""
    due = record(due=[100, 10, 10, 10, 10], due_left=[0, 1, 1, 1, 1], due_held=[100, 9, 9, 9, 0])
    assert watched(due, LATE_SHARE)[[0, 4]].tolist() == pytest.approx([0.0, 0.25])
    waiting = record(booked=[30, 10, 10, 10, 10], held=[0, 8, 8, 8, 8], left=[0, 2, 2, 2, 2])
    assert watched(waiting, WAITING_WEEKS)[4] == pytest.approx(30 / 8)
    assert watched(np.zeros((len(Weekly), 2, 6)), LATE_SHARE).tolist() == [0.0] * 6
    assert watched(np.zeros((len(Weekly), 2, 6)), WAITING_WEEKS).tolist() == [0.0] * 6


def lent(model: EmploymentAreaModel, until: int) -> float:
    model.run(until)
    return float(model.world.arrays.lines[Line.BROKERAGE].neighbours)


def test_it_begins_after_its_lag_works_and_leaves() -> None:
    spec = specification(days=181, calls=(CALL,))
    model = EmploymentAreaModel(spec, build(spec))
    before = float(model.authority.effective_fte[Line.BROKERAGE])
    assert [lent(model, day) for day in (FIRST, FIRST + 1, LAST + 1, LAST + 2)] == [0.0, 2.0, 2.0, 0.0]
    assert model.built["calls"] == [{"call": "help", "parameter": NEIGHBOURS, "fte": 2.0, "asked": "2025-02-03",
                                     "begins": "2025-02-13"}]  # fmt: skip
    assert before == pytest.approx(float(model.authority.effective_fte[Line.BROKERAGE]), abs=1.0)


def test_nobody_comes_where_nothing_slips() -> None:
    calm = dataclasses.replace(CALL, above=50.0)
    assert_same(simulate(specification(days=181, calls=(calm,))), simulate(specification(days=181)))


@pytest.mark.parametrize("day", [20, 33, 38, 60, 160])
def test_it_goes_on_from_a_copy(day: int) -> None:
    """Copied before it is asked, on that day, between asking and coming, at work, and after it has left."""
    spec = specification(days=181, calls=(CALL,), record_weekly=True)
    whole, first = EmploymentAreaModel(spec), EmploymentAreaModel(spec)
    whole.run()
    first.run(day)
    second = EmploymentAreaModel(spec, first.world.copy())
    second.run()
    assert second.built["calls"] == whole.built["calls"]
    for table in ("lines", "desks", "weekly", "persons"):
        assert getattr(second.world.arrays, table).tobytes() == getattr(whole.world.arrays, table).tobytes(), table


def test_a_dated_change_and_a_call_add_up() -> None:
    change = Change(NEIGHBOURS, "add", 1.0, date(2025, 3, 1), date(2025, 6, 15), source="test")
    spec = specification(days=181, calls=(CALL,), changes=(change,))
    model = EmploymentAreaModel(spec, build(spec))
    assert [lent(model, day) for day in (58, 61, LAST + 2, 167)] == [2.0, 3.0, 1.0, 0.0]


def test_called_posts_are_recruited_and_learn() -> None:
    """Posts opened on 13 February: the lead of two months counts from the first of March, so they come on the first of
    May, as novices.
    """
    values = with_values({"staff.hiring_lead_months": 2.0, "staff.turnover_per_year": 0.0})
    call = dataclasses.replace(CALL, parameter="services.staff_fte.brokerage", last=None)
    spec = specification(days=181, calls=(call,), parameters=values)
    model = EmploymentAreaModel(spec, build(spec))
    rows = []
    for day in (FIRST, FIRST + 1, 120, 121, 155):
        model.run(day)
        line = model.world.arrays.lines[Line.BROKERAGE]
        rows.append((float(line.posts), float(line.staffed), float(line.novices)))
    usual = rows[0][0]
    assert [posts - usual for posts, _, _ in rows] == [0.0, 2.0, 2.0, 2.0, 2.0]
    assert [staffed - usual for _, staffed, _ in rows] == [0.0, 0.0, 0.0, 2.0, 2.0]
    assert rows[3][2] == 2.0
    assert 0.0 < rows[4][2] < 2.0


def test_redeployed_staff_is_told_and_comes_back() -> None:
    changes = tuple(
        Change(f"services.staff_fte.{line}", "add", fte, date(2025, 2, 3), date(2025, 4, 30), source="test")
        for line, fte in (("competence", -0.5), ("brokerage", 0.5))
    )
    spec = specification(days=181, changes=changes)
    model = EmploymentAreaModel(spec, build(spec))
    told = []
    for day in (33, 34, 119, 121):
        model.run(day)
        told.append(model.world.arrays.lines.redeployed[[Line.BROKERAGE, Line.COMPETENCE]].tolist())
    assert told[0] == [0.0, 0.0]
    assert told[1] == told[2] == pytest.approx([0.5, -0.5])
    assert told[3] == pytest.approx([0.0, 0.0])


def test_neighbours_invoice_and_the_state_pays_its_own() -> None:
    """A year at 69,000 EUR: 2 FTE of neighbours fall on the municipalities, 1 of the state on the state."""
    spec = specification(days=31)
    world = build(spec)
    lines, p = world.arrays.lines, world.arrays.parameters[0]
    lines.neighbours[Line.BROKERAGE], lines.state[Line.YOUTH] = 2.0, 1.0
    ledger = np.zeros_like(world.arrays.ledger)
    for _ in range(12):
        charge_lent(ledger, p, lines, world.n_places, 0.5)
    paid = ledger[Item.LENT_STAFF].sum(axis=1) / 0.5
    assert paid[[Payer.MUNICIPALITY, Payer.STATE]].tolist() == pytest.approx([138_000.0, 69_000.0])
    assert ledger.sum() == pytest.approx(0.5 * 207_000.0)


def test_what_is_lent_is_in_the_costs() -> None:
    change = Change(NEIGHBOURS, "add", 2.0, date(2025, 3, 1), source="test")
    plain, helped = simulate(specification(days=90)), simulate(specification(days=90, changes=(change,)))
    more = area(helped, "cost_total_eur") - area(plain, "cost_total_eur")
    assert more[:2].tolist() == [0.0, 0.0]
    assert more[2] == pytest.approx(2.0 * 69_000 / 12.0, rel=0.05)
    assert (area(helped, "staff_fte") - area(plain, "staff_fte")).tolist() == pytest.approx([0.0, 0.0, 2.0])
