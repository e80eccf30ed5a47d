"""Purchasing: seats ordered by month, season and budget; groups of a course over the scarcest trades."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import area, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.purchasing import TRADES_A_MONTH, groups_of_trades
from sim.changes import Change
from sim.dimensions import Measure


def orders(model: EmploymentAreaModel) -> np.recarray:
    """Offers that were ordered, without the courses under way at the start."""
    world = model.world
    rows = world.arrays.offers[: int(world.control.n_offers)]
    return rows[rows.decide_by >= 0]


def model_of(days: int, changes: tuple[Change, ...] = (), **more: float) -> EmploymentAreaModel:
    spec = specification(days=days, parameters=with_values(more), changes=changes, scale=3.0)
    return EmploymentAreaModel(spec, build(spec))


def test_orders_are_on_offer_after_their_lead_time() -> None:
    """Ten times the seats from 1 March: nothing more before a lead time has passed, then ten times as many."""
    lead = {"measures.lead_months": 2.0, "measures.budget_year_eur": 1e9, "measures.least_group": 1.0}
    lead["measures.start_season"] = 1.0
    more = Change("measures.seats_per_month.coaching", "scale", 10.0, date(2025, 3, 1), source="test")
    model = model_of(300, (more,), **lead)
    model.run()
    rows = orders(model)
    rows = rows[rows.measure == Measure.COACHING]
    first = {int(day): int(rows.seats[rows.start == day].sum()) for day in np.unique(rows.start)}
    starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273]  # the months' first days
    assert list(first) == starts
    before, after = [first[day] for day in starts[:4]], [first[day] for day in starts[4:]]
    assert max(before) - min(before) <= 1
    assert np.mean(after) == pytest.approx(10.0 * np.mean(before), rel=0.15)
    assert np.all(rows.decide_by[np.argsort(rows.start)] == np.array([*starts[1:], 300]) - 1)


def test_courses_follow_the_school_year_and_subsidies_do_not() -> None:
    """Seats by month are the year's times the season, to a seat; a year's sum is as without a season."""
    model = model_of(365, **{"measures.lead_months": 0.0, "measures.budget_year_eur": 1e9})
    model.run()
    rows, p = orders(model), model.world.arrays.parameters[0].measures
    month = np.asarray(model.world.arrays.days.month)[rows.start]
    size = model.scale * model.region_size
    for measure, season in ((Measure.COACHING, np.array(p.start_season)), (Measure.WAGE_SUBSIDY_PRIVATE, np.ones(12))):
        mine = rows.measure == measure
        seats = np.bincount(month[mine], rows.seats[mine], minlength=12)
        asked = float(p.seats_per_month[measure]) * size * season
        assert np.all(np.abs(seats - asked) < 1.0 + 1e-9), measure
        assert seats.sum() == pytest.approx(asked.sum(), abs=1.0)
    assert 0.0 < p.start_season[6] < 0.5 < 1.2 < p.start_season[8]


def test_nobody_starts_before_the_first_day_or_after_the_last() -> None:
    """A year of the area, day by day: seats taken rise only on their days."""
    model = model_of(200)
    for day in range(200):
        rows = orders(model)
        taken = rows.taken.copy()
        model.run(day + 1)
        rows = orders(model)[: len(taken)]
        more = rows.taken > taken
        assert np.all(rows.start[more] <= day)
        assert np.all(rows.decide_by[more] >= day)
    assert orders(model).taken.sum() > 100


def test_the_budget_stops_orders() -> None:
    """No budget: nothing is ordered but what costs nothing; half of what seats cost buys half."""
    model = model_of(120, **{"measures.budget_year_eur": 0.0, "measures.lead_months": 0.0})
    model.run()
    free = np.flatnonzero(np.asarray(model.world.arrays.parameters[0].measures.price_month_eur) == 0.0)
    assert set(np.unique(orders(model).measure).tolist()) <= set(free.tolist())
    p = model.world.arrays.parameters[0].measures
    k = int(Measure.COACHING)
    year = float(12.0 * p.seats_per_month[k] * p.mean_months[k] * p.price_month_eur[k])
    seats = {}
    for share in (0.5, 1.0, 2.0):
        one = model_of(360, **{"measures.budget_year_eur": share * year, "measures.lead_months": 0.0})
        one.run()
        rows = orders(one)
        seats[share] = int(rows.seats[rows.measure == k].sum())
    assert seats[2.0] == seats[1.0]  # more money than seats
    assert seats[0.5] == pytest.approx(0.5 * seats[1.0], abs=1)


def test_seats_bind_in_the_area() -> None:
    """No seats: nobody begins (who was in a measure ends it); as declared: hundreds do."""
    none = simulate(specification(parameters=with_values({"measures.seats_per_month": 0.0})))
    # promises are seats too; study that is not bought goes through career guidance only
    assert area(none, "exits_to_service").sum() == 0
    assert area(simulate(specification()), "exits_to_service").sum() > 50


@given(
    open_jobs=st.lists(st.integers(1, 400), min_size=12, max_size=40),
    seats=st.integers(1, 120),
    least=st.floats(1.0, 12.0),
)
def test_no_seat_is_lost_to_a_group_too_small(open_jobs: list[int], seats: int, least: float) -> None:
    """All seats are in groups of the least size, as long as there are enough for one; each trade has one group."""
    jobs = np.array(open_jobs, float)
    trades, groups = groups_of_trades(np.stack([jobs, jobs / (1.0 + np.arange(len(jobs)))]), seats, least)
    assert groups.sum() == seats
    assert 1 <= len(set(trades.tolist())) == len(groups) <= TRADES_A_MONTH
    assert len(groups) == 1 or groups.min() >= least
