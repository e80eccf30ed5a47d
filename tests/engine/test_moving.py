"""Moving: within the area, out of it and back; nets as published, and nothing when nobody moves."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
from people import due, employ, is_whole, put
from test_conservation import check, population
from worlds import KOLMIKKO, SATAKUNTA, area, assert_same, bare_world, specification, with_values

from agents.area import build, simulate
from agents.region import Region
from agents.specification import RunResult
from experiments.composing.composition import resolve
from experiments.validation.board import Board
from sim.changes import Change
from sim.day import advance
from sim.dimensions import Benefit, Measure, State
from sim.indicators import Flow
from sim.kernels.benefits import settle_all
from sim.kernels.calendar import LIFE
from sim.kernels.demography import demography
from sim.kernels.departure import CHILDREN
from sim.kernels.moving import MOVING_IN, RETURNING, expect
from sim.kernels.queue import push
from sim.ledger import Payer
from sim.world import World

NO_DEATHS = {
    "demography.deaths_per_year": 0.0, "demography.disability_per_year": 0.0, "demography.deaths_75_per_year": 0.0,
}  # fmt: skip
NO_MIGRATION = {
    "demography.departures_per_year": 0.0, "moving.within_multiplier": 0.0, "moving.net_multiplier": 0.0,
    "immigration.arrivals_multiplier": 0.0,
}  # fmt: skip
MOVES = (Flow.ARRIVALS, Flow.DEPARTURES, Flow.MOVES_IN, Flow.MOVES_OUT, Flow.RETURNS)


def test_no_migration_leaves_births_deaths_and_birthdays() -> None:
    """All rates 0: the population changes by births less deaths, exactly; nobody moves in a year and a half."""
    world = build(specification(days=548, scale=0.5, parameters=with_values(NO_MIGRATION)))
    before = population(world)
    advance(world, 0, 548)
    flows = world.arrays.flows[:, : world.n_places]
    assert flows[list(MOVES)].sum() == 0.0
    assert flows[Flow.BIRTHS].sum() > 0
    np.testing.assert_array_equal(population(world), before + flows[Flow.BIRTHS] - flows[Flow.DEATHS])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_moves_between_places_leave_the_area_as_it_was(seed: int) -> None:
    """Twelve times as many moves as published, among people in every state: all books are true every ten days."""
    values = NO_MIGRATION | NO_DEATHS | {"moving.within_multiplier": 12.0, "demography.births_per_year": 0.0}
    world = build(specification(days=121, seed=seed, parameters=with_values(values)))
    world.arrays.streams[MOVING_IN] = 0.0  # nobody comes who makes up for what moves do to a municipality
    before = population(world)
    for t in range(0, 120, 10):
        advance(world, t, t + 10)
        check(world)
    flows = world.arrays.flows[:, : world.n_places]
    assert population(world).sum() == before.sum()
    np.testing.assert_array_equal(population(world), before + flows[Flow.MOVES_IN] - flows[Flow.MOVES_OUT])
    assert flows[Flow.MOVES_IN].sum() == flows[Flow.MOVES_OUT].sum() > 300


def by_hand(n: int, **values: float) -> World:
    """People in place 0 of whom everybody moves to place 1 on a day that is given, and nobody dies or leaves."""
    given = NO_DEATHS | {"demography.departures_per_year": 0.0, "moving.children_per_mover": 0.0}
    world = bare_world(specification(days=60, parameters=with_values(given | values)), n)
    world.arrays.moves[0, 1] = 1000.0
    return world


def move(world: World, rows: range | list[int], t: int) -> None:
    due(world, LIFE, rows, t)
    demography(world.handle, t)


def test_a_move_takes_everything_along() -> None:
    """An employee keeps the job; who is in a measure, furloughed or a student stays so; stocks go with them."""
    world = by_hand(6)
    a = world.arrays
    employ(world, [0, 1], [3, 4])
    for i, state in ((2, State.SUBSIDISED), (3, State.STUDENT), (4, State.IN_SERVICE)):
        put(world, [i], state)
    due(world, LIFE, range(6), 5)
    demography(world.handle, 5)
    assert a.persons.home[:6].tolist() == [1] * 6
    assert a.persons.employer[:2].tolist() == [3, 4]
    assert a.persons.state[:5].tolist() == [
        State.EMPLOYED, State.EMPLOYED, State.SUBSIDISED, State.STUDENT, State.IN_SERVICE
    ]  # fmt: skip
    assert a.in_measure[Measure.WORK_TRIAL].tolist()[:2] == [0, 1]
    assert a.flows[Flow.MOVES_OUT].tolist()[:2] == [6.0, 0.0] == a.flows[Flow.MOVES_IN].tolist()[1::-1]
    assert a.flows[Flow.SEPARATIONS].sum() == 0.0
    is_whole(world)


@pytest.mark.parametrize(("km", "keeps"), [(79.0, True), (81.0, False)])
def test_a_job_out_of_reach_is_given_up(km: float, keeps: bool) -> None:
    """Beyond 80 km: the employer looks for somebody else."""
    world = by_hand(1)
    a = world.arrays
    employ(world, [0], [3])
    a.distance[1, 0] = km
    move(world, [0], 5)
    assert a.persons.home[0] == 1
    assert (a.persons.employer[0] == 3) == keeps
    assert a.flows[Flow.SEPARATIONS].sum() == (0.0 if keeps else 1.0)
    assert a.employers.open[3] + a.employers.dormant[3] == (0 if keeps else 1)
    is_whole(world)


def test_a_far_job_that_comes_nearer_is_kept() -> None:
    world = by_hand(1)
    a = world.arrays
    employ(world, [0], [3])
    a.distance[0, 0], a.distance[1, 0] = 300.0, 200.0
    move(world, [0], 5)
    assert (a.persons.home[0], a.persons.employer[0]) == (1, 3)


def test_each_municipality_pays_for_its_own_days() -> None:
    """A week of labour-market subsidy in the old home, two in the new one: 5 and 10 paid days."""
    world = by_hand(1, **{"finance.paid_share": 1.0})
    a, f = world.arrays, world.arrays.parameters[0].finance
    put(world, [0], State.UNEMPLOYED, 0)
    a.persons.benefit[0], a.persons.benefit_days[0], a.persons.paid_until[0] = Benefit.LABOUR_MARKET_SUBSIDY, 0, 0
    move(world, [0], 7)
    settle_all(world.handle, 21)
    euros = a.ledger[Benefit.LABOUR_MARKET_SUBSIDY - 1, : Payer.EMPLOYMENT_FUND].sum(axis=0)
    assert euros[:2] == pytest.approx(np.array([5.0, 10.0]) * float(f.basic_day_eur))


@pytest.mark.parametrize("served", [1, 0])
def test_who_waits_elsewhere_is_called_in_there(served: int) -> None:
    """Served at her new home from now on she leaves the old queue; served where she was, she keeps her place."""
    world = by_hand(1)
    a = world.arrays
    put(world, [0], State.UNEMPLOYED, 0)
    push(world.handle, 0, 0, 9, 2)
    a.points.serves[1] = served
    move(world, [0], 5)
    assert (int(a.persons.is_waiting[0]), int(a.desks.waiting[0])) == ((0, 0) if served else (1, 1))


def test_children_go_along_while_there_are_any() -> None:
    world = by_hand(40, **{"moving.children_per_mover": 1.0})
    a = world.arrays
    a.others[CHILDREN, 0] = 25.0
    move(world, range(40), 5)
    assert a.others[CHILDREN, :2].tolist() == [0.0, 25.0]
    assert a.flows[Flow.MOVES_OUT, 0] == a.flows[Flow.MOVES_IN, 1] == 65.0


def moved(multiplier: float) -> float:
    """Hazard of moving, out or within, of people who have lost a job over that of others, within 300 days."""
    n = 30_000
    values = NO_DEATHS | {"moving.job_loss_multiplier": multiplier}
    world = bare_world(specification(days=301, scale=7.0, parameters=with_values(values)), n)
    a = world.arrays
    a.moves[0, 1] = 0.04
    a.persons.born[:n] = -22 * 365
    a.persons.lost_job[: n // 2] = 0
    due(world, LIFE, range(n), 0)
    for t in range(300):
        demography(world.handle, t)
    stays = (a.persons.home[:n] == 0) & (a.persons.state[:n] == State.RETIRED)
    return float(np.log(stays[: n // 2].mean()) / np.log(stays[n // 2 :].mean()))


def test_displaced_people_move_half_as_much_again() -> None:
    """1.5 times the hazard. Some 2,200 and 3,200 moves: a standard error of .028 of the logarithm; tolerance four
    (false alarm 6e-5). Without the factor the ratio is 1, which this tells from 1.5.
    """
    assert abs(np.log(moved(1.5) / 1.5)) < 4 * 0.028
    assert abs(np.log(moved(1.0))) < 4 * 0.03


def test_who_lost_a_job_long_ago_moves_as_others_do() -> None:
    """After a year the candidates of the ceiling are thinned to the plain rate: exactly the moves of no loss at all."""
    homes = []
    for day in (-366, -(1 << 15)):
        world = bare_world(specification(days=61, parameters=with_values(NO_DEATHS)), 3000)
        world.arrays.moves[0, 1] = 1.0
        world.arrays.persons.lost_job[:3000] = day
        world.arrays.persons.born[:3000] = -30 * 365
        due(world, LIFE, range(3000), 0)
        for t in range(60):
            demography(world.handle, t)
        homes.append(world.arrays.persons.home[:3000].tolist())
    assert homes[0] == homes[1]
    assert sum(homes[0]) > 300


@pytest.mark.parametrize("folder", [SATAKUNTA, KOLMIKKO])
def test_the_start_is_balanced_as_published(folder) -> None:
    """Moves within the area are those of moves.csv and the net is the mean of net_moves.csv, by arithmetic."""
    declared = resolve("run", [f"region={folder.name}"]).plain["parameters"]
    world = build(specification(region=folder, days=30, parameters=declared))
    region, a, n = Region.load(folder), world.arrays, world.n_places
    p = a.baseline[0].moving
    leaving, studying, weight = np.zeros(n), np.zeros(n), np.zeros((n, n))
    expect(world.handle, leaving, studying, weight)
    within = a.moves * weight * (1.0 + p.children_per_mover)
    np.testing.assert_allclose(within, region.moves, rtol=1e-9)
    inflow = 365.25 * (a.streams[MOVING_IN, :n] + a.streams[RETURNING, :n])
    net = (inflow - leaving) * (1.0 + p.children_per_mover) + within.sum(axis=0) - within.sum(axis=1)
    np.testing.assert_allclose(net, region.net_moves.mean(axis=0), atol=1e-6)
    assert (a.streams[MOVING_IN, :n] > 0.0).all()


def test_those_who_left_come_back_in_the_published_share() -> None:
    """1,000 away: over ten mean times of absence 30 % of them come back (binomial, within four standard errors)."""
    values = NO_DEATHS | {"moving.years_away": 1.0, "demography.departures_per_year": 0.0}
    world = bare_world(specification(days=3653, parameters=with_values(values)), 1)
    a = world.arrays
    a.away[2] = 1000.0
    for t in range(3650):
        demography(world.handle, t)
        world.ensure_room()
        a = world.arrays
    assert a.away[2] < 1.0
    assert a.flows[Flow.RETURNS].sum() == a.flows[Flow.RETURNS, 2]
    assert abs(a.flows[Flow.RETURNS, 2] - 300.0) < 4.0 * np.sqrt(300.0)


@cache
def two_years(*changes: Change) -> RunResult:
    declared = resolve("run", ["region=satakunta"]).plain["parameters"]
    return simulate(
        specification(region=SATAKUNTA, days=730, start_date=date(2025, 1, 1), parameters=declared, changes=changes)
    )


def change(name: str, value: float, operation: str = "set") -> Change:
    return Change(name, operation, value, date(2025, 4, 1), source="test")


def test_hybrid_training_keeps_a_quarter_of_those_who_leave_for_studies() -> None:
    """Some 1,200 leave in 21 months; ratio .75 within four standard errors of the thinned count."""
    before, after = (
        area(result, "departures_for_studies")[3:].sum()
        for result in (two_years(), two_years(change("moving.study_multiplier", 0.75)))
    )
    assert before > 900
    assert abs(after / before - 0.75) < 4.0 * np.sqrt(0.75 * 0.25 / before) + 0.02


def test_graduate_attachment_holds_graduates_and_calls_them_back() -> None:
    """A sixth more come back (.35 for .30), and fewer leave."""
    changes = change("moving.graduate_multiplier", 0.85), change("moving.return_share", 0.05, "add")
    plain, held = two_years(), two_years(*changes)
    returns = [area(result, "returns_after_studies")[3:].sum() for result in (plain, held)]
    assert abs(returns[1] / returns[0] - 35.0 / 30.0) < 4.0 * np.sqrt(1.17 * 0.17 / returns[0])
    assert area(held, "population")[-1] > area(plain, "population")[-1] + 40.0


def test_a_change_that_changes_nothing_is_no_change() -> None:
    """Levers set to what they are: the same lives, bit for bit."""
    spec = specification(days=181, record="full", scale=3.0)
    same = specification(
        days=181, record="full", scale=3.0,
        changes=(change("moving.study_multiplier", 1.0), change("moving.return_share", 0.3),
                 change("moving.job_loss_multiplier", 1.5)),
    )  # fmt: skip
    assert_same(simulate(spec), simulate(same))


def test_bands_of_the_board_are_those_of_the_data() -> None:
    """Mean of the years ± 1.96 × the larger of half their difference and the root of half the published moves."""
    region, board = Region.load(SATAKUNTA), Board.read("migration")
    bands = {moment.name.removeprefix("net_moves_"): (moment.low, moment.high) for moment in board.moments}
    assert set(bands) == {*region.codes, "area", "abroad"}
    moves = region.moves.sum(axis=0) + region.moves.sum(axis=1)
    for i, code in enumerate(region.codes):
        first, second = region.net_moves[:, i]
        error = 1.96 * max(abs(first - second) / 2.0, float(np.sqrt(moves[i] / 2.0)))
        assert bands[code] == pytest.approx(((first + second) / 2.0 - error, (first + second) / 2.0 + error), abs=0.06)
