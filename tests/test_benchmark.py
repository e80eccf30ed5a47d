"""The ordinary Mesa model and the engine agree: two programs, the same rules, luck of their own.

Quick test: 24 worlds of the Mesa model against 150 of the engine, a fiftieth of Satakunta, six months.
Chance of a false alarm 1 % for the sixteen quantities together, seeds fixed. With a probability of 80 % it
finds a true difference of 6 % in the unemployed, 4 % in registered jobseekers and in talks held, 11 % in people in
measures and 31 % in those in subsidised work, 0.7 % in the employed, 3 % in the self-employed, 1.2 % in those outside
the labour force, 2 % in those who commute, 13 % in occupational mismatch, 12 % in open vacancies, 6 % in hires, 16 % in
the share of first interviews in time, 8 % in the share of new searches with a path in time; of the few who come from
abroad or leave for studies within the months, 45 % and 36 %. The stronger test (`make verify`) has worlds two and a
half times as large, twice as many and over a year, and finds about half of these. A rule broken on one side is found
if it moves a quantity by more than that: renewals of fixed terms that are forgotten are found, searches that do not
stay open, and talks of the intensive months that are forgotten (a ninth of all talks), people from abroad who do not
come and young people who do not leave for studies; half the recalls of the furloughed, which move the unemployed by
about 2 %, are not, nor remote talks that nobody holds (first interviews in time by a tenth), nor surely promises of a
wage subsidy that nobody honours (people in subsidised work by a quarter).

Whom staff is placed with on the first day and which seats are ordered then is not left to chance: it is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.area import EmploymentAreaModel, build
from agents.region import Region
from benchmarks.agreement import Agreement, agreement, run_engine, run_mesa, specification, told, whole_months
from benchmarks.mesa_background import AT_WORK, LABOUR, NEEDS_NO_JOB
from benchmarks.mesa_model import AreaModel
from benchmarks.mesa_services import IN_MEASURE, UNEMPLOYED
from benchmarks.side_by_side import candidates_per_event, exponent
from sim.dimensions import State

START = date(2022, 1, 1)
DETECTABLE = {
    "unemployed": 0.08, "registered": 0.05, "in_measures": 0.13, "subsidised": 0.33, "employed": 0.008,
    "self_employed": 0.037, "outside_labour_force": 0.014, "immigrants": 0.50, "commuters_out": 0.025,
    "mismatch": 0.15, "open_vacancies": 0.15, "hires": 0.07, "study_departures": 0.40, "service_contacts": 0.05,
    "interviews_in_time": 0.17, "paths_in_time": 0.09,
}  # fmt: skip
DETECTABLE_BY_STRONGER = {
    "unemployed": 0.040, "registered": 0.027, "in_measures": 0.07, "subsidised": 0.13, "employed": 0.005,
    "self_employed": 0.022, "outside_labour_force": 0.009, "immigrants": 0.15, "commuters_out": 0.015,
    "mismatch": 0.13, "open_vacancies": 0.09, "hires": 0.03, "study_departures": 0.14, "service_contacts": 0.025,
    "interviews_in_time": 0.08, "paths_in_time": 0.04,
}  # fmt: skip


@cache
def engine(scale: float, months: int, worlds: int) -> NDArray[np.float64]:
    """Quantities of the engine's worlds; their seeds are not those of the Mesa model's worlds."""
    return run_engine(specification(whole_months(START, months), scale), range(1001, 1001 + worlds))


def failures(agreements: list[Agreement], detectable: dict[str, float]) -> list[str]:
    """Quantities that differ, or about which the test would know too little."""
    differing = [f"{a.name} differs" for a in agreements if not a.holds]
    return differing + [f"{a.name}: power too low" for a in agreements if a.detectable > detectable[a.name]]


@pytest.mark.verify
def test_both_sides_agree() -> None:
    spec = specification(whole_months(START, 6), 0.02)
    agreements = agreement(engine(0.02, 6, 150), run_mesa(spec, range(1, 25)))
    assert not failures(agreements, DETECTABLE), told(agreements)


@pytest.mark.verify
def test_both_sides_agree_over_a_year() -> None:
    spec = specification(whole_months(START, 12), 0.05)
    agreements = agreement(engine(0.05, 12, 300), run_mesa(spec, range(1, 49)))
    assert not failures(agreements, DETECTABLE_BY_STRONGER), told(agreements)


def no_term_is_renewed(model: AreaModel) -> None:
    model.p.contracts.renewal_share = model.p.contracts.renewal_share_public = 0.0


def searches_close_at_hire(model: AreaModel) -> None:
    model.p.register.kept_in_fixed_term_share = 0.0
    model.p.register.kept_in_part_time_months = model.p.register.kept_in_open_ended_months = 0.0


def nobody_leaves_for_studies(model: AreaModel) -> None:
    model.p.moving.study_multiplier = 0.0


def nobody_comes_from_abroad(model: AreaModel) -> None:
    model.newcomers.from_abroad[:] = 0.0


def intensive_months_are_forgotten(model: AreaModel) -> None:
    model.p.rules.intensive_talks = 0.0


@pytest.mark.verify
@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (no_term_is_renewed, "hires"),
        (searches_close_at_hire, "registered"),
        (intensive_months_are_forgotten, "service_contacts"),
        (nobody_leaves_for_studies, "study_departures"),
        (nobody_comes_from_abroad, "immigrants"),
    ],
)
def test_broken_rule_is_found(broken: Callable[[AreaModel], None], name: str) -> None:
    spec = specification(whole_months(START, 6), 0.02)
    agreements = agreement(engine(0.02, 6, 150), run_mesa(spec, range(1, 25), broken))
    assert f"{name} differs" in failures(agreements, DETECTABLE), told(agreements)


def test_mesa_model_starts_from_the_built_world_and_loses_nobody() -> None:
    spec = specification(60, 0.01)
    world = build(spec)
    before = [array.tobytes() for array in world.arrays]
    model = AreaModel(world, Region.load(spec.region), 1)
    people = world.arrays.persons[: int(world.control.n_persons)]
    assert len(model.persons) == len(people)
    assert sum(person.state == UNEMPLOYED for person in model.persons) == int((people.state == State.UNEMPLOYED).sum())
    for _ in range(60):
        model.step()
        staff = [person.employer for person in model.persons if person.employer is not None]
        assert len(staff) == sum(employer.filled for employer in model.employers)
        for employer in model.employers:
            assert employer.filled + len(employer.vacancies) == employer.target
        clients = [person.client for person in model.persons]
        assert all((client.measure >= 0) == (client.person.state in IN_MEASURE) for client in clients)
        for desk in (desk for desks in model.authority.desks for desk in desks):
            assert desk.waiting == sum(client.desk is desk for client in clients)
        assert all(offer.seats >= 0 for offer in model.purchasing.offers)
        shown = [vacancy for vacancies in model.open_vacancies for vacancy in vacancies]
        assert set(shown) == {v for employer in model.employers for v in employer.vacancies if v.is_open}
        assert_spouses_are_here(model)
    assert [array.tobytes() for array in world.arrays] == before


def assert_spouses_are_here(model: AreaModel) -> None:
    for person in model.persons:
        spouse = person.background.spouse
        assert spouse is None or (spouse.is_here and spouse.background.spouse is person)


def test_people_from_abroad_come_move_and_leave_together() -> None:
    spec = specification(120, 0.01)
    model = AreaModel(build(spec), Region.load(spec.region), 1)
    model.newcomers.from_abroad *= 60.0
    model.p.immigration.spouse_share = 1.0
    model.p.moving.within_multiplier = 20.0
    model.p.immigration.leaving_without_work_multiplier = 20.0
    met, couples = set(), 0
    for _ in range(120):
        model.step()
        assert_spouses_are_here(model)
        met |= {person for person in model.persons if person.background.is_from_abroad}
        couples = max(couples, sum(person.background.spouse is not None for person in model.persons))
    labour = [person for person in met if person.background.origin == LABOUR]
    assert couples > 10
    assert sum(not person.is_here for person in met) > 10
    for person in labour:
        works = not person.is_here or person.state in AT_WORK | NEEDS_NO_JOB
        assert works or person.background.permit_until > model.today - 1


@pytest.mark.parametrize("scale", [0.02, 0.3])
def test_both_sides_place_staff_and_order_seats_alike_at_the_start(scale: float) -> None:
    spec = specification(365, scale)
    world = build(spec)
    mesa = AreaModel(world.copy(), Region.load(spec.region), 1)
    mesa.purchasing.plan_month()
    model = EmploymentAreaModel(spec, world)
    model.purchasing.plan_month()
    arrays, control = world.arrays, world.control
    desks = [desk for desks in mesa.authority.desks for desk in desks]
    assert arrays.desks.n_servers.tolist() == [len(desk.advisers) for desk in desks]
    assert arrays.desks.fte == pytest.approx([desk.fte for desk in desks])
    assert arrays.desks.pace == pytest.approx([desk.pace for desk in desks])
    assert arrays.points.serves.tolist() == [place.serves for place in mesa.authority.places]
    assert arrays.lines.reserved[0] == pytest.approx(mesa.authority.reserved)
    orders = arrays.offers[int(control.first_offer) : int(control.n_offers)]
    columns = ("measure", "occupation", "start", "decide_by", "seats")
    ours = [tuple(int(row[name]) for name in columns) for row in orders]
    theirs = [
        (o.measure, -1 if o.occupation is None else o.occupation, o.first, o.last, o.seats)
        for o in mesa.purchasing.offers
    ]
    assert len(ours) > 10
    assert ours == theirs


def test_exponent_is_the_slope_in_logarithms() -> None:
    assert exponent({0.1: 0.05, 1.0: 0.5, 10.0: 5.0}) == pytest.approx(1.0)
    assert exponent({0.1: 0.01, 1.0: 1.0, 10.0: 100.0}) == pytest.approx(2.0)


def test_candidates_are_divided_by_events() -> None:
    names = ("separation", "labour_force", "search", "life")
    counters = {f"{name}_{kind}": n for name in names for kind, n in (("candidates", 30), ("events", 10))}
    assert set(candidates_per_event(counters).values()) == {3.0}
