"""Staff known by occupation, age and home (case C04): exactly these people, in every arm, and nothing else moves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from agents.area import EmploymentAreaModel, build, simulate_arms
from agents.region import Region
from agents.specification import Cohort, StaffCell
from experiments.shock.staff_file import read_staff
from sim.dimensions import DAYS_PER_YEAR
from sim.errors import InputError
from sim.world import World
from tests.engine.worlds import DATA, FIRST_DAY, KOLMIKKO, SATAKUNTA, closure, declared, specification


def people(world: World) -> np.recarray:
    return world.arrays.persons[: int(world.control.n_persons)]


def ages(persons: np.recarray) -> np.ndarray:
    return np.floor(-persons.born / DAYS_PER_YEAR)


def known(cells: list[StaffCell], jobs: int | None = None, employer: str = "plant_kolmikko") -> Cohort:
    total = sum(cell.jobs for cell in cells) if jobs is None else jobs
    return Cohort("closing", employer, FIRST_DAY, total, staff=tuple(cells))


@pytest.fixture(scope="module")
def kolmikko() -> Region:
    return Region.load(KOLMIKKO)


def cells_of(region: Region, rows: list[tuple[str, int, int, int, int]]) -> list[StaffCell]:
    return [StaffCell(region.trade(code, ""), low, high, jobs, home) for code, low, high, jobs, home in rows]


ROWS = [("72", 15, 29, 10, -1), ("72", 30, 74, 20, 1), ("72", 30, 74, 5, -1), ("91", 15, 74, 15, -1),
        ("33", 30, 54, 10, 0)]  # fmt: skip


def test_the_employer_holds_the_cells_and_sizes_stay(kolmikko: Region) -> None:
    cohort = known(cells_of(kolmikko, ROWS))
    plain, seated = build(specification()), build(specification(cohorts=(cohort,)))
    assert np.array_equal(plain.arrays.employers.filled, seated.arrays.employers.filled)
    before, after = people(plain), people(seated)
    for column in ("uid", "born", "home", "sex", "state", "education", "occupation"):
        assert np.array_equal(before[column], after[column]), column
    row = seated.listed["plant_kolmikko"]
    staff = after[after.employer == row]
    assert len(staff) == 60
    for code, low, high, jobs, home in ROWS:
        mine = (staff.occupation == kolmikko.trade(code, "")) & (ages(staff) >= low) & (ages(staff) <= high)
        if home >= 0:
            mine &= staff.home == home
        else:  # the row of the same trade and ages that says a home is among them
            jobs += sum(other[3] for other in ROWS if other[:3] == (code, low, high) and other[4] >= 0)
        assert mine.sum() >= jobs if home >= 0 else mine.sum() == jobs


def test_every_arm_marks_the_same_people(kolmikko: Region) -> None:
    """Half of the staff is known; exits take the cohort first, marking exactly the cells."""
    cohort = known(cells_of(kolmikko, [("72", 15, 39, 12, -1), ("91", 15, 74, 18, -1)]))
    for seed in (7, 8):
        spec = specification(seed=seed, days=190, cohorts=(cohort,))
        arms = [spec, specification(seed=seed, days=190, cohorts=(cohort,), events=(closure(30),))]
        lives = [result.lives for result in simulate_arms(arms, with_lives=True)]
        model = EmploymentAreaModel(spec, build(spec))
        model.run(1)
        marked = people(model.world)
        marked = marked[marked.cohort == 1]
        assert len(marked) == 30
        for code, low, high, jobs in (("72", 15, 39, 12), ("91", 15, 74, 18)):
            mine = marked[marked.occupation == kolmikko.trade(code, "")]
            assert len(mine) == jobs
            assert np.all((ages(mine) >= low) & (ages(mine) <= high))
        model.release()
        for life in lives:
            assert life is not None
            there = set(life["uid"][life["cohort"] == 1].tolist())
            assert there <= set(marked.uid.tolist())
            assert len(there) > 25  # some have moved away or died


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_cells_are_apportioned_at_another_scale(kolmikko: Region, scale: float) -> None:
    cohort = known(cells_of(kolmikko, [("72", 15, 39, 10, -1), ("91", 15, 74, 20, -1)]))
    spec = specification(scale=scale, cohorts=(cohort,))
    model = EmploymentAreaModel(spec, build(spec))
    model.run(1)
    marked = people(model.world)
    marked = marked[marked.cohort == 1]
    assert len(marked) == 30 * scale
    assert np.sum(marked.occupation == kolmikko.trade("72", "")) == 10 * scale
    assert model.built["cohort"] == {"closing": 30.0}
    model.release()


def test_who_is_missing_is_told(kolmikko: Region) -> None:
    cells = cells_of(kolmikko, [("61", 70, 74, 50, 1), ("91", 15, 74, 5, -1)])
    told = r"too few people .* are missing, most in occupation 61, 70-74 of Rantala"
    with pytest.raises(InputError, match=told) as caught:
        build(specification(cohorts=(known(cells),)))
    assert "\n" not in str(caught.value)
    cells = cells_of(kolmikko, [("91", 15, 74, 70, -1)])
    with pytest.raises(InputError, match=r"has 60 people on its staff, the file 70: 10 are missing"):
        build(specification(cohorts=(known(cells),)))


def test_c04_whole_at_full_scale() -> None:
    """450 people by occupation and age as in the file, the same uids in both arms, for two seeds; commuting stays."""
    region = Region.load(SATAKUNTA)
    expected = json.loads((DATA / "c04_expected.json").read_text(encoding="utf-8"))
    staff = read_staff(DATA / "c04_event_450.csv", 450, region)
    cohort = Cohort("closing", "plant_harjavalta", FIRST_DAY, 450, staff=staff)
    given = {"region": SATAKUNTA, "parameters": declared(), "days": 1}
    event = closure(450, "plant_harjavalta")
    for seed in (1, 2):
        plain = build(specification(**given, seed=seed))
        uids = []
        for events in ((), (event,)):
            spec = specification(**given, seed=seed, cohorts=(cohort,), events=events)
            if events:
                spec = specification(**(given | {"days": 200}), seed=seed, cohorts=(cohort,), events=events)
            world = build(spec)
            assert np.array_equal(_flows(plain), _flows(world))
            assert np.array_equal(plain.arrays.employers.filled, world.arrays.employers.filled)
            model = EmploymentAreaModel(spec, world)
            model.run(1)
            marked = people(model.world)
            marked = marked[marked.cohort == 1]
            uids.append(marked.uid.tolist())
            codes = [region.occupations[o].isco2 for o in marked.occupation]
            assert {code: codes.count(code) for code in sorted(set(codes))} == expected["by_occupation"]
            for band, number in expected["by_age"].items():
                low, high = map(int, band.split("-"))
                assert np.sum((ages(marked) >= low) & (ages(marked) <= high)) == number
            model.release()
        assert uids[0] == uids[1]
        assert len(uids[0]) == 450


def _flows(world: World) -> np.ndarray:
    """Job holders by home and place of work."""
    persons = people(world)
    persons = persons[persons.employer >= 0]
    n = len(world.arrays.distance)
    flows = np.zeros((n, n), np.int64)
    np.add.at(flows, (persons.home, world.arrays.employers.place[persons.employer]), 1)
    return flows


