"""Ripples: suppliers and local trade follow an event and come back; with shares of 0 there are none."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import area, assert_same, closure, cohort, opening, same_state, specification, with_values

from agents.actors import Ripples
from agents.area import EmploymentAreaModel, build, simulate
from sim.dimensions import SECTIONS
from sim.indicators import Flow
from sim.kernels.demand import dismiss_excess
from sim.kernels.ripples import cancel_jobs, ripple
from sim.rng import STREAM_UID
from sim.world import World

NONE = {"ripples.subcontract_share": 0.0, "ripples.local_demand_share": 0.0}
HIGH = {"ripples.subcontract_share": 0.5, "ripples.local_demand_share": 0.3}
SOURCE = np.uint64(STREAM_UID) | np.uint64(1234)


def model_of(days: int = 365, scale: float = 1.0, **values: float) -> EmploymentAreaModel:
    """The plant's closure, with other values for parameters."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    spec = specification(
        events=(closure(),), cohorts=(cohort(),), days=days, parameters=with_values(given), scale=scale
    )
    return EmploymentAreaModel(spec, build(spec))


def move(world: World, before: int, after: int, day: int = 0, lasting: bool = True) -> int:
    """Move the jobs lost to a source, and end those that are too many."""
    excess = np.zeros(len(world.arrays.employers), np.int32)
    world.ensure_room(jobs=abs(after - before))
    inside = world.arrays.employers.place < world.n_places
    shares = np.cumsum(np.where(inside, world.arrays.employers.start_jobs, 0).astype(np.float64))
    reached = ripple(world.handle, shares, SOURCE, before, after, lasting, excess, day)
    cancel_jobs(world.handle, excess)
    dismiss_excess(world.handle, excess, day)
    assert not excess.any()
    return int(reached)


def columns(world: World) -> dict[str, list[int]]:
    firms = world.arrays.employers
    return {name: firms[name].tolist() for name in ("target", "rippled", "struck_off", "opened")}


@pytest.mark.parametrize("lasting", [True, False])
@pytest.mark.parametrize("there", [40, -40])
def test_what_is_lost_and_regained_leaves_no_trace(there: int, lasting: bool) -> None:
    """Forty jobs go in two steps and come back in three, at the same employers; or come, and go."""
    world = build(specification(days=100))
    begun, control = columns(world), (int(world.control.n_struck), int(world.control.n_opened))
    total = int(world.arrays.employers.target.sum())
    step = there // 4
    assert move(world, 0, step, 1, lasting) == step
    assert move(world, step, there, 2, lasting) == there
    assert int(world.arrays.employers.rippled.sum()) == there
    assert int(world.arrays.employers.target.sum()) == total - there
    assert (int(world.control.n_struck) != 0) == lasting
    for before, after in ((there, 2 * step), (2 * step, step), (step, 0)):
        assert move(world, before, after, 3, lasting) == after
    assert columns(world) == begun
    assert (int(world.control.n_struck), int(world.control.n_opened)) == control


def test_from_loss_to_gain_in_one_step() -> None:
    world = build(specification(days=100))
    total = int(world.arrays.employers.target.sum())
    assert move(world, 0, 15) == 15
    assert move(world, 15, -10) == -10
    assert int(world.arrays.employers.rippled.sum()) == -10
    assert int(world.arrays.employers.target.sum()) == total + 10
    assert int(world.control.n_struck) == -10


def test_without_shares_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both shares 0: bit for bit the run in which nobody looks at ripples."""
    events = (closure(), opening())
    spec = specification(events=events, cohorts=(cohort(),), parameters=with_values(NONE))
    quiet = simulate(spec, with_lives=True)
    with monkeypatch.context() as patch:
        patch.setattr(Ripples, "act", lambda self: None)
        assert_same(quiet, simulate(spec, with_lives=True))


def test_without_events_parameters_of_ripples_are_not_read() -> None:
    quiet = simulate(specification(days=120, parameters=with_values(NONE)))
    assert_same(quiet, simulate(specification(days=120, parameters=with_values(HIGH))))


def test_suppliers_lose_their_share() -> None:
    """Jobs lost by suppliers are the share of the jobs that have gone; each month's is told before the next."""
    model = model_of(**{"ripples__subcontract_share": 0.5, "ripples__local_demand_share": 0.0})
    plant = model.employer_row("plant_kolmikko")
    for day in (34, 91, 122, 182, 365):  # after the announcement, before and after exits
        model.run(day)
        if model.clock.day in (122, 182):  # the first of May and of July: before that day's ripples
            model.run(day + 1)
        a = model.world.arrays
        lost = int(a.employers.rippled.sum())
        assert lost == int(a.rippled.sum())
        if day >= 122:
            assert lost == pytest.approx(0.5 * int(a.employers.closed[plant]), abs=6)
    links = np.asarray(model.world.arrays.parameters[0].ripples.links_manufacturing)
    hit = model.world.arrays.employers.section[model.world.arrays.employers.rippled > 0]
    assert len(hit) > 0
    assert np.all(links[hit] > 0.0)
    assert model.world.arrays.employers.rippled[plant] == 0


def test_local_trade_has_its_jobs_back_when_people_work_again() -> None:
    model = model_of(days=1080, **{"ripples__subcontract_share": 0.0, "ripples__local_demand_share": 0.3})
    lost = []
    for day in range(31, 1080, 30):
        model.run(day)
        lost.append(int(model.world.arrays.employers.rippled.sum()))
    sections = {SECTIONS[s] for s in model.world.arrays.employers.section[model.world.arrays.employers.rippled > 0]}
    assert sections <= {"G", "I", "R", "S"}
    assert max(lost) >= 9  # of 60 people
    assert lost[-1] <= max(lost) / 2
    assert int(model.world.control.n_struck) <= 60  # these jobs come back by themselves


def test_the_multiplier_comes_out() -> None:
    """With ripples more jobs are gone at the end of the year than without, by about the shares put in."""
    with_them, without = (
        simulate(specification(events=(closure(),), cohorts=(cohort(),), parameters=with_values(values)))
        for values in (HIGH, NONE)
    )
    assert area(with_them, "jobs")[-1] < area(without, "jobs")[-1] - 10.0


def test_an_opening_of_the_jobs_that_close_ripples_back() -> None:
    """Jobs that close and jobs that are filled in one industry and town are set off, whatever has been lost so far."""
    model = model_of(days=120, **{"ripples__subcontract_share": 0.5, "ripples__local_demand_share": 0.0})
    model.run(100)
    a = model.world.arrays
    plant = a.employers[model.employer_row("plant_kolmikko")]
    assert a.employers.rippled.sum() > 0 or plant.closed > 0
    model.ripples.act()
    plant.closed = 0  # as many have been opened
    model.ripples.act()
    assert not a.employers.rippled.any()
    assert not a.rippled.any()


def test_ripples_resume_bit_for_bit() -> None:
    model = model_of(days=300, ripples__subcontract_share=0.5)
    model.run(150)
    other = EmploymentAreaModel(model.specification, model.world.copy())
    model.run(300)
    other.run(300)
    assert same_state(model.world, other.world) == []


def test_jobs_closed_are_counted_with_the_employer() -> None:
    """What an employer has closed is the flow of jobs closed."""
    model = model_of(days=31 + 28)
    model.run(31 + 27)
    a = model.world.arrays
    assert a.employers.closed.sum() == a.flows[Flow.JOBS_CLOSED].sum()
