"""The same specification gives the same result bit for bit, however it is run; nothing changed is exactly nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import multiprocessing
import pickle
from datetime import date

import numpy as np
import pytest
from worlds import assert_same, closure, cohort, in_another_process, lives, rows, same_state, specification

from agents.area import EmploymentAreaModel, build, simulate, simulate_arms
from agents.specification import RunResult
from sim.changes import Change

FOLLOWED = specification(cohorts=(cohort(),))
CLOSING = specification(cohorts=(cohort(),), events=(closure(),))


def changed(parameter: str, operation: str, amount: float, **more) -> Change:
    return Change(parameter, operation, amount, date(2025, 3, 1), source="test", **more)


def test_run_again_after_others(baseline: RunResult, closed: RunResult) -> None:
    """Other worlds, arms and parameters in between leave no trace."""
    simulate(dataclasses.replace(CLOSING, seed=8, scale=0.5, record="full"))
    assert_same(simulate(FOLLOWED, with_lives=True), baseline)
    assert_same(simulate(CLOSING, with_lives=True), closed)
    assert lives(closed) != lives(baseline)  # or the comparison could not fail
    assert rows(closed) != rows(baseline)


def test_arms_of_one_built_world(baseline: RunResult, closed: RunResult) -> None:
    for specifications, expected in (
        ((FOLLOWED, CLOSING), (baseline, closed)),
        ((CLOSING, FOLLOWED, CLOSING), (closed, baseline, closed)),
    ):
        for result, alone in zip(simulate_arms(specifications, with_lives=True), expected, strict=True):
            assert_same(result, alone)


def test_replications_in_any_order() -> None:
    seeds = (3, 4, 5)
    there = {seed: simulate(specification(seed=seed, days=120), with_lives=True) for seed in seeds}
    back = {seed: simulate(specification(seed=seed, days=120), with_lives=True) for seed in reversed(seeds)}
    for seed in seeds:
        assert_same(there[seed], back[seed])
    assert lives(there[3]) != lives(there[4])


def test_in_another_process(closed: RunResult) -> None:
    """With another hash seed, another working folder and nothing simulated before."""
    code = (
        "import hashlib\n"
        "from worlds import closure, cohort, lives, rows, specification\n"
        "from agents.area import simulate\n"
        "result = simulate(specification(cohorts=(cohort(),), events=(closure(),)), with_lives=True)\n"
        "text = repr((sorted(rows(result).items()), sorted(lives(result).items()), result.counters, result.built))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    text = repr((sorted(rows(closed).items()), sorted(lives(closed).items()), closed.counters, closed.built))
    assert in_another_process(code).strip() == hashlib.sha256(text.encode()).hexdigest()


def test_specification_survives_the_way_to_a_worker(closed: RunResult) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.apply(simulate, (pickle.loads(pickle.dumps(CLOSING)), None, True))
    assert_same(result, closed)


def test_more_recording_gives_the_same_lives(closed: RunResult) -> None:
    full = simulate(dataclasses.replace(CLOSING, record="full"), with_lives=True)
    monthly = simulate(dataclasses.replace(CLOSING, record="monthly"), with_lives=True)
    for more in (monthly, full):
        assert lives(more) == lives(closed)
        assert more.counters == closed.counters
        common, recorded = rows(closed), rows(more)
        assert len(recorded) > len(common)
        assert common == {key: recorded[key] for key in common}
    assert len(full.contacts["person"]) > 100
    assert len(full.spells["person"]) > 100


@pytest.mark.parametrize("day", [1, 33, 34, 59, 119, 150, 364])
def test_resumed_from_a_snapshot(day: int, closed: RunResult) -> None:
    """Snapshots the day before, on and after the announcement, month-ends and exits; both go on the same way."""
    model = EmploymentAreaModel(CLOSING, build(CLOSING))
    model.run(day)
    snapshot = model.world.copy()
    resumed = EmploymentAreaModel(CLOSING, snapshot)
    resumed.run()
    model.run()
    assert same_state(model.world, resumed.world) == []
    whole, rest = model.result({}, True), resumed.result({}, True)
    assert_same(whole, closed)
    since = str(np.datetime64("2025-01-01") + day - 1)  # the day before may be a month-end, closed on waking
    assert rows(rest) == rows(closed, since=since)
    assert lives(rest) == lives(closed)


def test_a_copy_shares_nothing() -> None:
    world = build(FOLLOWED)
    twin, untouched = world.copy(), world.copy()
    EmploymentAreaModel(FOLLOWED, twin).run(40)
    assert same_state(world, untouched) == []
    assert not any(np.shares_memory(a, b) for a, b in zip(world.arrays, twin.arrays, strict=True))


@pytest.mark.parametrize("record", ["summary", "full"])
def test_steps_and_stretches_do_the_same(record: str) -> None:
    spec = dataclasses.replace(CLOSING, days=130, record=record)
    stepped, run = EmploymentAreaModel(spec, build(spec)), EmploymentAreaModel(spec, build(spec))
    while stepped.running and stepped.clock.day < spec.days:
        stepped.step()
    run.run(77)
    run.run()
    assert same_state(stepped.world, run.world) == []
    assert_same(stepped.result({}, True), run.result({}, True))


def test_a_change_that_changes_nothing_is_exactly_nothing(baseline: RunResult) -> None:
    p = EmploymentAreaModel(specification(days=1)).parameter_set
    number, cell = p.value("search.half_visible_rate"), p.value("services.staff_fte.brokerage")
    nothing = (
        changed("search.half_visible_rate", "set", float(number)),
        changed("services.staff_fte.brokerage", "set", float(cell)),
        changed("hiring.suitable_share", "scale", 1.0),
        changed("search.distance_decay_per_km", "add", 0.0),
        changed("measures.seats_per_month", "scale", 1.0, end=date(2025, 6, 1)),
    )
    assert_same(simulate(dataclasses.replace(FOLLOWED, changes=nothing), with_lives=True), baseline)
    something = (changed("hiring.suitable_share", "scale", 1.01),)
    assert lives(simulate(dataclasses.replace(FOLLOWED, changes=something), with_lives=True)) != lives(baseline)


def test_a_change_acts_from_its_first_day_and_not_before(baseline: RunResult) -> None:
    late = (Change("hiring.suitable_share", "scale", 1.1, date(2025, 8, 1), source="test"),)
    result = simulate(dataclasses.replace(FOLLOWED, changes=late), with_lives=True)
    before = {key: value for key, value in rows(baseline).items() if key[0] < "2025-08-01"}
    changed_rows = rows(result)
    assert before == {key: changed_rows[key] for key in before}
    assert rows(baseline, since="2025-08-01") != rows(result, since="2025-08-01")


def test_a_closure_of_no_jobs_is_exactly_nothing(baseline: RunResult) -> None:
    result = simulate(dataclasses.replace(FOLLOWED, events=(closure(jobs=0),)), with_lives=True)
    assert_same(result, baseline)


def test_marking_a_cohort_treats_nobody_differently(baseline: RunResult) -> None:
    unmarked = simulate(specification(), with_lives=True)
    assert {uid: life[2] for uid, life in lives(unmarked).items()} == {
        uid: life[2] for uid, life in lives(baseline).items()
    }
    everything = rows(baseline)
    assert rows(unmarked) == {key: everything[key] for key in everything if key[2] != "cohort"}
