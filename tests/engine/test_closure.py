"""Structural events: what a closure of a part costs, and that nothing comes back where jobs were struck off."""

from __future__ import annotations

import numpy as np
import pytest

from agents.area import EmploymentAreaModel, build
from sim.dimensions import VacancyState
from sim.kernels.closure import announce, exit_staff
from sim.kernels.jobs import draw_employer
from sim.rng import VACANCY_UID
from tests.engine.worlds import bare_world, closure, open_vacancies, specification


def plant_with(n_open: int, target: int, seed: int = 7):
    """A bare world whose employer 0 wants ``target`` jobs, of which some are open vacancies."""
    world = bare_world(specification(seed=seed))
    open_vacancies(world, [0] * n_open, [0] * n_open, [0] * n_open)
    employers = world.arrays.employers
    employers.target[0], employers.start_jobs[0] = target, target
    return world


def test_a_whole_closure_withdraws_every_vacancy() -> None:
    world = plant_with(n_open=40, target=40)
    announce(world.handle, 0, 40, 3)
    plant = world.arrays.employers[0]
    assert (plant.open, plant.to_close, plant.target, plant.struck_off) == (0, 0, 0, 40)
    assert not np.any(world.arrays.vacancies.state[:40] == VacancyState.OPEN)


@pytest.mark.verify
def test_a_part_withdraws_vacancies_in_proportion() -> None:
    """Each of 40 vacancies falls to the part with probability to_close / target: 4 of 400 jobs take 0.4 vacancies.

    Mean over 200 worlds 0.4, s.e. 0.045; 4 s.e. (false alarm below 1 in 10,000).
    """
    withdrawn = []
    for seed in range(200):
        world = plant_with(n_open=40, target=400, seed=seed)
        announce(world.handle, 0, 4, 3)
        plant = world.arrays.employers[0]
        assert plant.target + (40 - plant.open) == 400
        assert plant.to_close + (40 - plant.open) == 4
        withdrawn.append(40 - int(plant.open))
    assert np.mean(withdrawn) == pytest.approx(0.4, abs=0.18)


def test_no_more_leave_than_the_part_has() -> None:
    world = build(specification())
    row = world.listed["plant_kolmikko"]
    announce(world.handle, row, 5, 0)
    left = int(world.arrays.employers[row].to_close)
    assert exit_staff(world.handle, row, 50, 0, 0) == left
    assert world.arrays.employers[row].to_close == 0


def test_two_closures_of_an_employer_add_up() -> None:
    """A second closure ends its jobs beside those of the first, never more than the employer wants."""
    world = build(specification())
    row = world.listed["plant_kolmikko"]
    employer = world.arrays.employers
    jobs = int(employer.target[row])
    announce(world.handle, row, 10, 0)
    announce(world.handle, row, 7, 1)
    assert employer.to_close[row] + jobs - employer.target[row] == 17
    assert employer.struck_off[row] == world.control.n_struck == 17
    announce(world.handle, row, 10_000, 2)
    assert employer.to_close[row] == employer.target[row]
    assert world.control.n_struck == jobs


def test_demand_does_not_come_back_where_it_was_struck_off() -> None:
    world = build(specification())
    row = world.listed["plant_kolmikko"]
    uids = VACANCY_UID | np.arange(1, 4001, dtype=np.uint64)
    before = sum(draw_employer(world.handle, uid) == row for uid in uids)
    announce(world.handle, row, 30, 0)  # half of the plant
    half = sum(draw_employer(world.handle, uid) == row for uid in uids)
    announce(world.handle, row, 10_000, 0)
    assert before > 20
    # thinning by one half of the same draws: s.e. 0.5 / sqrt(before); 4 s.e.
    assert half / before == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(before))
    assert not any(draw_employer(world.handle, uid) == row for uid in uids)


@pytest.mark.verify
def test_closing_one_job_costs_about_one_job() -> None:
    """The plant loses the one job and no hiring: jobs wanted after two years, 24 pairs.

    The difference is -1 and what luck adds; a stop of all hiring costs about 18. Spread of a pair about 2: at 24
    pairs the mean is within 2 of -1 but for 1 in 10,000.
    """
    differences = []
    for seed in range(24):
        targets = []
        for events in ((), (closure(jobs=1),)):
            model = EmploymentAreaModel(specification(seed=seed, days=730, events=events))
            model.run()
            targets.append(int(model.world.arrays.employers.target[model.employer_row("plant_kolmikko")]))
            model.release()
        differences.append(targets[1] - targets[0])
    assert np.mean(differences) == pytest.approx(-1.0, abs=2.0)
