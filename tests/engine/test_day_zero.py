"""The first day stands as the year goes on: subsidised jobs, furloughs of the season, talks by the rules in force."""

from __future__ import annotations

import dataclasses
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from worlds import FIRST_DAY, SATAKUNTA, specification, with_values

from agents.area import EmploymentAreaModel, build
from agents.synthetic.people import more_furloughed
from sim.changes import RULES, Change
from sim.dimensions import Contract, Line, Measure, State
from sim.kernels.calendar import KINDS, SERVICE

INTERVAL = "rules.interval_first_days"


def test_jobs_with_a_subsidy_are_held_at_small_private_employers() -> None:
    """As many as promises a month times the share used times their months; each with a job of her own municipality."""
    used = {"measures.seats_per_month": 400.0, "measures.taken_at_start_share": 0.5, "measures.mean_months": 6.0}
    world = build(specification(parameters=with_values(used)))
    a = world.arrays
    people = a.persons[: int(world.control.n_persons)]
    held = people[(people.state == State.SUBSIDISED) & (people.employer >= 0)]
    size = sum(people.home < world.n_places) / 100_000.0  # of the area that promises are stated for, about
    assert len(held) == pytest.approx(400.0 * 0.5 * 6.0 * size, rel=0.1)
    assert np.all(held.measure == Measure.WAGE_SUBSIDY_PRIVATE)
    assert np.all(held.contract == Contract.FIXED_TERM)
    assert np.all(held.ends > 0)
    employers = a.employers[held.employer]
    assert np.all(employers.place == held.home)
    assert not a.sections.is_public[employers.section].any()
    assert not np.isin(held.employer, list(world.listed.values())).any()
    assert a.employers.filled.sum() == np.count_nonzero(people.employer >= 0)
    in_states = np.bincount(people.state, minlength=len(State))
    assert np.array_equal(a.stocks.sum(axis=1), in_states)


def test_furloughs_of_the_first_day_follow_their_season_once() -> None:
    """Begun in one month alone, of mean length 1: e^-k of them are left k months later; a month's stock stands."""
    season = np.zeros(12)
    season[11] = 12.0  # December
    p: Any = SimpleNamespace(furlough=SimpleNamespace(season=season, mean_months=1.0))
    mean, stock = (cast(Any, SimpleNamespace(kind=kind)) for kind in ("annual_mean", "month_stock"))
    level = cast(Any, SimpleNamespace(season=np.linspace(0.9, 1.1, 12)))  # of the unemployed at month-ends
    left = np.exp(-np.arange(24.0))
    stocks = np.array([left[:12] @ np.roll(season[::-1], k + 1) for k in range(12)])
    stocks += np.array([left[12:] @ np.roll(season[::-1], k + 1) for k in range(12)])
    ratio = stocks / stocks.mean() / level.season
    at_end_of = {month: ratio[(month - 2) % 12] for month in (1, 2, 7)}
    assert more_furloughed(level, mean, p, 1) == pytest.approx(at_end_of[1])  # the end of December
    assert more_furloughed(level, mean, p, 2) == pytest.approx(at_end_of[2])
    assert at_end_of[1] > 5.0 > 1.0 > at_end_of[7]
    assert more_furloughed(level, stock, p, 1) == 1.0
    p.furlough.season = np.ones(12)
    assert more_furloughed(level, mean, p, 7) == pytest.approx(1.0 / level.season[5])


@pytest.mark.verify
def test_people_are_as_employable_on_day_0_as_after_three_years() -> None:
    """Mean log employability of who is unemployed for 3 to 12 months, in a measure, or outside the labour force.

    In a third of the area groups are of 600 and more, whose mean has a standard error of .03: .2 is six of them.
    """
    spec = specification(region=SATAKUNTA, start="boom_2022", start_date=date(2022, 1, 1), days=1096, scale=0.33)
    model = EmploymentAreaModel(spec)

    def means() -> list[float]:
        world = model.world
        people = world.arrays.persons[: int(world.control.n_persons)]
        today, inside = world.today, people.home < world.n_places
        young = today - people.born < 60 * 365
        waited = today - people.spell
        groups = (
            (people.state == State.UNEMPLOYED) & (waited >= 91) & (waited < 365),
            np.isin(people.state, (State.TRAINING, State.IN_SERVICE)),
            (people.state == State.INACTIVE) & young,
        )
        return [float(np.log(people.employability[inside & group]).mean()) for group in groups]

    begin = means()
    model.run(1095)
    assert means() == pytest.approx(begin, abs=0.2)


def appointments(**given: Any) -> np.ndarray:
    """Days of the first talks of those whose search is new, for the line of initial service and brokerage."""
    world = build(specification(**given))
    people = world.arrays.persons[: int(world.control.n_persons)]
    rows = np.flatnonzero(
        (people.state == State.UNEMPLOYED) & (people.contacts > 0) & (people.line == Line.BROKERAGE)
        & (people.registered_since > -60)
    )  # fmt: skip
    return np.array(world.arrays.nodes.day)[rows * KINDS + SERVICE]


def test_talks_of_the_first_day_are_spread_by_the_rules_in_force() -> None:
    """Talks each 14 days as declared; by a rule since long ago each 91: then they are spread over 91 days."""
    declared = appointments()
    assert 0 < declared.max() < 14
    rule = Change(INTERVAL, "set", 91.0, FIRST_DAY, owner=RULES, source="test")  # as one of 2013 reaches a run
    spread = appointments(changes=(rule,))
    assert len(spread) == len(declared)
    # what is in force on day 0 is written by the clock: an arm may have ended the rule
    assert build(specification(changes=(rule,))).arrays.parameters[0].rules.interval_first_days == 14.0
    assert 80 < spread.max() < 91  # of some dozens of people: all below 80 has a chance of (80/91) ** 40 = .006 or less


def test_what_a_policy_changes_moves_no_appointment_made_before() -> None:
    policy = Change(INTERVAL, "set", 91.0, date(2025, 1, 1), owner="policies.seldom", source="test")
    later = Change(INTERVAL, "set", 91.0, date(2025, 6, 1), owner=RULES, source="test")
    world = build(specification(changes=(policy, later)))
    assert np.array_equal(appointments(changes=(policy, later)), appointments())
    assert world.arrays.parameters[0].rules.interval_first_days == 14.0
    assert dataclasses.asdict(policy)["owner"] != RULES
