"""Staff moved between towns by order: totals by line stay, no town goes below zero, what is not moved is counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from worlds import FIRST_DAY, specification, with_values

from agents.area import EmploymentAreaModel, build, simulate
from agents.placing import move
from agents.specification import PlaceChange, Placing
from sim.dimensions import N_PERSON_LINES, Line

HOST, POINT, NOWHERE = 0, 1, 2
"""The three municipalities of kolmikko: an office, a service point, and neither."""
LATER = date(2025, 3, 10)
BIG = {"staff.least_desk_fte": 0.0}  # so that no desk is joined to its office


def order(moved: float, line: int = -1, start: date = FIRST_DAY, end: date | None = None) -> Placing:
    return Placing("order", ((HOST, -moved), (POINT, moved)), start, end, line)


def model_of(placing: tuple[Placing, ...] = (), places: tuple[PlaceChange, ...] = (), **more: float):
    spec = specification(days=120, placing=placing, places=places, parameters=with_values({**BIG, **more}))
    return EmploymentAreaModel(spec, build(spec))


def desks(model: EmploymentAreaModel) -> np.ndarray:
    return np.array(model.world.arrays.desks.fte).reshape(N_PERSON_LINES, -1)


# -- the rule ---------------------------------------------------------------------------------------------------------

amounts = st.lists(st.floats(-6.0, 6.0), min_size=3, max_size=3).map(lambda a: [*a, -sum(a)])
orders = st.lists(st.tuples(amounts, st.integers(-1, 1)), max_size=4)


@given(
    arrays(np.float64, (2, 4), elements=st.one_of(st.just(0.0), st.floats(0.0, 5.0))), orders,
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)  # fmt: skip
def test_totals_by_line_stay_and_nothing_goes_below_zero(
    fte: np.ndarray, given_orders: list[tuple[list[float], int]], serves: list[int]
) -> None:
    before = fte.copy()
    placing = [Placing("o", tuple(enumerate(change)), FIRST_DAY, line=line) for change, line in given_orders]
    found = move(fte, placing, np.array(serves))
    assert (fte == before).all()  # what is given is left alone
    assert np.allclose(found.fte.sum(axis=1), before.sum(axis=1), atol=1e-9)
    assert (found.fte >= 0.0).all()
    assert -1e-9 <= found.moved <= found.ordered + 1e-9
    again = move(fte, placing[::-1], np.array(serves))
    assert np.allclose(again.fte, found.fte, atol=1e-9)  # whoever comes first
    if all(line >= 0 for _, line in given_orders):
        named = {line for _, line in given_orders}
        others = [line for line in (0, 1) if line not in named]
        assert (found.fte[others] == before[others]).all()


def test_orders_by_hand() -> None:
    fte = np.array([[6.0, 1.0, 0.0], [2.0, 0.0, 0.5]])
    home = np.arange(3)
    two = move(fte, [order(2.0, line=0)], home)
    assert two.fte.tolist() == [[4.0, 3.0, 0.0], [2.0, 0.0, 0.5]]
    assert (two.ordered, two.moved) == (2.0, 2.0)
    shared = move(fte, [order(2.0)], home)  # three fourths of the host's staff are of the first line
    assert shared.fte.tolist() == [[4.5, 2.5, 0.0], [1.5, 0.5, 0.5]]
    back = move(fte, [order(2.0, line=0), order(-2.0, line=0)], home)
    assert back.fte.tolist() == fte.tolist()
    assert back.ordered == 0.0
    more = move(fte, [order(-3.0, line=0)], home)  # the point has one
    assert more.fte.tolist() == [[7.0, 0.0, 0.0], [2.0, 0.0, 0.5]]
    assert (more.ordered, more.moved) == (3.0, 1.0)
    closed = move(fte, [Placing("o", ((HOST, -1.0), (NOWHERE, 1.0)), FIRST_DAY, line=0)], np.array([0, 1, 1]))
    assert closed.fte.tolist() == [[5.0, 2.0, 0.0], [2.0, 0.0, 0.5]]  # where its people are served


# -- in the model -----------------------------------------------------------------------------------------------------


def test_an_order_moves_staff_from_its_day_to_its_end() -> None:
    """Against a world that is placed anew on the same days without an order: the order is all the difference."""
    moved, plain = model_of((order(3.0, Line.BROKERAGE, LATER, date(2025, 3, 20)),)), model_of()
    for day, change in ((68, 3.0), (79, 0.0)):  # 10 March is day 68, 20 March the last day of the order
        moved.run(day)
        plain.run(day)
        assert (desks(moved) == desks(plain)).all() == (day == 68)
        moved.run(day + 1)
        if day == 68:
            plain.authority.place_staff()
            difference = desks(moved) - desks(plain)
            assert difference[Line.BROKERAGE] == pytest.approx([-change, change, 0.0])
            assert (difference[1:] == 0.0).all()
    assert moved.built["placing"] == {"times": 1.0, "ordered": 3.0, "moved": pytest.approx(3.0)}
    assert "placing" not in plain.built
    moved.authority.place_staff()  # after its end nothing of it remains
    assert moved.built["placing"]["times"] == 1.0


def test_an_order_of_the_first_day_holds_from_the_beginning() -> None:
    difference = desks(model_of((order(0.2),))) - desks(model_of())
    assert difference[:, POINT].sum() == pytest.approx(0.2)
    assert difference[:, HOST].sum() == pytest.approx(-0.2)
    assert (difference[:, POINT] > 0.0).all()  # of every line its part


def test_what_a_town_does_not_have_is_not_moved_and_is_counted() -> None:
    model = model_of((order(-50.0),))
    fte = desks(model)
    assert fte[:, POINT].sum() == 0.0
    assert fte.sum() == pytest.approx(desks(model_of()).sum())
    told = model.built["placing"]
    assert told["ordered"] == 50.0
    assert 0.0 < told["moved"] < 50.0


def test_staff_of_a_closed_point_is_where_its_people_are_served() -> None:
    """The point closes on 10 March with an order in force: its staff goes to the office, none is lost."""
    closes = (PlaceChange("close", POINT, "none", LATER),)
    model, plain = model_of((order(0.2),), closes), model_of((), closes)
    for one in (model, plain):
        one.run(69)
    assert desks(model)[:, POINT].sum() == 0.0
    assert np.allclose(desks(model).sum(axis=0), desks(plain).sum(axis=0), atol=0.01)


def test_small_desks_are_joined_to_their_office_after_the_move() -> None:
    fte = desks(model_of((order(0.2, Line.YOUTH),), **{"staff.least_desk_fte": 10.0}))
    assert fte[:, POINT].sum() == 0.0


def test_an_office_is_judged_by_the_staff_that_is_moved_there() -> None:
    """With the rule that an office must be where enough staff is, moved staff turns a point into one."""
    rule = {"places.office_rule": 1.0, "places.reassessment_months": 1.0, "places.office_least_fte": 14.0}
    kinds = {}
    for name, placing in (("plain", ()), ("moved", (order(8.0),))):
        model = model_of(placing, **rule)
        model.run(40)
        kinds[name] = int(model.world.arrays.points.kind[POINT])
    assert kinds == {"plain": 1, "moved": 2}


def test_moved_staff_is_where_people_are_met() -> None:
    """With so few advisers that all are busy, talks at the point grow with the staff that is moved there."""
    few = with_values({**BIG, "services.staff_fte": 0.5})
    held = {}
    for name, placing in (("plain", ()), ("moved", (order(0.35),))):
        rows = simulate(specification(days=181, placing=placing, parameters=few)).indicators
        chosen = (np.asarray(rows["indicator"]) == "service_contacts") & (np.asarray(rows["group_kind"]) == "place")
        chosen &= np.asarray(rows["group"]) == "KU902"
        held[name] = float(np.asarray(rows["value"])[chosen].sum())
    assert held["moved"] > 1.2 * held["plain"]
