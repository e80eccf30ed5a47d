"""Trades: searches of people with two, regulated trades, what graduates and newcomers choose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from agents.region import Region
from sim.dimensions import EDUCATION, Measure, State
from sim.kernels.measures import suits
from sim.kernels.search import choose_vacancy, look_around
from sim.kernels.studies import graduate
from sim.kernels.trades import choose_trade, fit_to, trade_sought
from sim.world import World
from tests.engine.people import put
from tests.engine.worlds import (
    SATAKUNTA,
    bare_world,
    declared,
    offer_seats,
    open_vacancies,
    specification,
    with_values,
)

REGION = Region.load(SATAKUNTA)
TRADES = [o.isco2 for o in REGION.occupations]
NURSE, CLEANER, SELLER = TRADES.index("32"), TRADES.index("91"), TRADES.index("52")


def area(n: int = 20, **values: float) -> World:
    """People of Satakunta who do nothing, and no vacancy."""
    parameters = with_values({name.replace("__", "."): value for name, value in values.items()})
    return bare_world(specification(region=SATAKUNTA, days=400, scale=0.05, parameters=parameters), n)


def test_only_the_qualified_see_regulated_vacancies() -> None:
    """A nurse who cleans sees both trades and is as suitable for nursing as a nurse; another cleaner is not at all."""
    world = area(2)
    a, w = world.arrays, world.handle
    open_vacancies(world, [0, 1], [NURSE, CLEANER], [0, 0])
    a.persons.occupation[:2] = CLEANER
    a.persons.qualification[:2] = [NURSE, CLEANER]
    look_around(w)
    chosen = np.array(
        [[choose_vacancy(w, i, 0, trade_sought(w, i, 0, t, 0), t, 0) for t in range(1000)] for i in range(2)]
    )
    assert (chosen[1] == 1).all()
    assert 0.2 < (chosen[0] == 0).mean() < 0.8
    assert [fit_to(w, 0, NURSE), fit_to(w, 0, CLEANER)] == [1.0, 1.0]
    assert fit_to(w, 1, NURSE) == 0.0


def test_a_trade_is_sought_in_proportion_to_what_is_seen_in_it() -> None:
    """4,000 searches of one person against seen / (seen + seen) (binomial, P > 1e-4)."""
    world = area(1)
    a, w = world.arrays, world.handle
    open_vacancies(world, [0, 1, 2, 3], [NURSE, SELLER, SELLER, SELLER], [0] * 4)
    a.persons.occupation[0], a.persons.qualification[0] = SELLER, NURSE
    look_around(w)
    share = a.seen[0, SELLER] / (a.seen[0, SELLER] + a.seen[0, NURSE])
    n = sum(trade_sought(w, 0, 0, t, 0) == SELLER for t in range(4000))
    assert stats.binomtest(n, 4000, float(share)).pvalue > 1e-4
    a.persons.qualification[0] = SELLER
    assert all(trade_sought(w, 0, 0, t, 0) == SELLER for t in range(100))


@pytest.mark.parametrize("education", range(len(EDUCATION)))
def test_what_is_learnt_fits_the_education(education: int) -> None:
    """Levels 3 and 4 are learnt in tertiary education only; without openings trades follow their jobs and sex."""
    world = area(1, studies__openings_elasticity=0.0)
    w, trades = world.handle, world.arrays.trades
    n = 20_000
    chosen = np.bincount([choose_trade(w, np.uint64(k), 0, education, 0) for k in range(n)], minlength=len(trades))
    weights = np.where((trades.skill_level >= 3) == (education == 2), trades.share * trades.men_share, 0.0)
    expected = weights / weights.sum() * n
    assert chosen[expected == 0].sum() == 0
    large = expected >= 5.0
    observed = np.append(chosen[large], chosen[~large].sum())
    wanted = np.append(expected[large], max(expected[~large].sum(), 1e-9))
    keep = wanted > 1e-6
    assert stats.chisquare(observed[keep], wanted[keep] * observed[keep].sum() / wanted[keep].sum()).pvalue > 1e-4


def test_openings_draw_graduates_and_few_others_change_their_minds() -> None:
    """A hundred vacancies for nurses draw more; who chooses another trade than before chooses nursing."""
    chosen = []
    for openings in (0, 100):
        world = area(1)
        a, w = world.arrays, world.handle
        a.idle_by_trade[:] = 5
        a.open_by_trade[:] = 5
        a.open_by_trade[NURSE] += openings
        chosen.append(np.array([choose_trade(w, np.uint64(k), 1, 2, 0) for k in range(5000)]))
    before, after = chosen
    assert (after == NURSE).sum() > 1.5 * (before == NURSE).sum()
    moved = before != after
    assert (after[moved] == NURSE).mean() > 0.99


def test_graduates_learn_a_trade() -> None:
    """A degree gives a trade of its level, also to whom had another."""
    world = area(8)
    a, w = world.arrays, world.handle
    put(world, range(8), State.STUDENT)
    a.persons.education[:8], a.persons.sex[:8] = 1, 1
    a.persons.occupation[:8] = a.persons.qualification[:8] = CLEANER
    for i in range(8):
        graduate(w, i, 30)
    assert (a.persons.education[:8] == 2).all()
    assert (a.trades.skill_level[a.persons.qualification[:8]] >= 3).all()
    np.testing.assert_array_equal(a.persons.occupation[:8], a.persons.qualification[:8])


def test_a_course_may_be_meant_for_one_trade() -> None:
    """Seats for sellers suit sellers alone, and nobody who has the trade that they lead to."""
    world = area(3)
    a, w = world.arrays, world.handle
    row = offer_seats(world, Measure.MODULAR_TRAINING, 5, trade=NURSE, trade_from=SELLER)
    w = world.handle
    a = world.arrays
    a.persons.occupation[:3] = [SELLER, CLEANER, NURSE]
    assert [bool(suits(w, row, i, Measure.MODULAR_TRAINING, 10)) for i in range(3)] == [True, False, False]


def test_courses_lead_to_no_licence_but_degrees_do() -> None:
    """Nobody becomes a specialist or a soldier by courses; degrees and apprenticeships lead to care."""
    taught = {o.isco2 for o in REGION.occupations if o.is_taught}
    to_degree = {o.isco2 for o in REGION.occupations if o.is_taught_to_degree}
    assert "53" in to_degree - taught
    assert not to_degree & {"01", "02", "03", "22", "23", "32"}
    assert taught < to_degree
    assert declared()["studies"]["openings_elasticity"]["source_kind"] == "assumption"
