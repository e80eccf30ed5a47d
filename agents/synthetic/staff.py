"""Staff that is known by occupation, age and home: job holders change employers until the listed employer has it.

Everybody keeps home, occupation and state, and every employer its size. Who comes works in the employer's own
municipality if such people are there, then lives near it; who goes in exchange has the same occupation, or for
somebody who worked elsewhere the same home, if there is one. So commuting and the occupations of industries hardly
move (`tests/engine/test_staff.py` says by how much).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.specification import Cohort, StaffCell
from agents.synthetic.employers import Employers
from agents.synthetic.people import People
from agents.synthetic.rounding import apportion
from sim.dimensions import DAYS_PER_YEAR
from sim.errors import InputError
from sim.rng import PERSON_UID, Purpose, uniforms
from sim.tables import Records


def cells_in_order(cohort: Cohort, scale: float) -> list[tuple[StaffCell, int]]:
    """Cells of a cohort with their numbers of agents, those that say a home first.

    An order in which each can be filled from who is left: cells of one occupation have equal ages or none in common.
    """
    jobs = np.array([cell.jobs for cell in cohort.staff], np.float64)
    number = apportion(jobs, round(cohort.jobs * scale))
    cells = list(zip(cohort.staff, number.tolist(), strict=True))
    return sorted(cells, key=lambda cell: cell[0].home < 0)


def chosen_staff(persons: Records, row: int, cohort: Cohort, scale: float, seed: np.uint64) -> NDArray[np.int64]:
    """Rows of those of an employer's staff who are a cohort with known cells, on day 0.

    Parameters
    ----------
    persons
        Everybody.
    row
        Row of the employer.
    cohort
        With cells.
    scale
        Agents for each real person.
    seed
        Mixed seed of the world.
    """
    staff = np.flatnonzero(persons.employer == row)
    order = by_key(persons.uid, staff, seed)
    taken = _matched(order, cells_in_order(cohort, scale), persons.occupation, persons.born, persons.home)
    return np.concatenate([np.zeros(0, np.int64), *taken])


def seat_staff(
    region: Region, people: People, employer: NDArray[np.int64], firms: Employers, cohorts: Sequence[Cohort],
    scale: float, seed: np.uint64,
) -> None:  # fmt: skip
    """Let job holders change employers until each cohort with cells finds its people.

    Parameters
    ----------
    employer
        Row of each person's employer; changed in place.
    firms
        Employers.
    cohorts
        Those with cells count.
    scale
        Agents for each real person.
    seed
        Mixed seed of the world.

    Raises
    ------
    InputError
        If the employer is smaller than the cells, or too few people of an occupation, age and home hold a job.
    """
    asked = {cohort.employer: cohort for cohort in cohorts if cohort.staff}
    keys = _keys(PERSON_UID | np.arange(1, len(people) + 1, dtype=np.uint64), seed)
    theirs = np.array([firms.rows[name] for name in asked if name in firms.rows], np.int64)
    for name, cohort in asked.items():
        row = firms.rows.get(name, -1)
        cells = cells_in_order(cohort, scale)
        number, size = sum(n for _, n in cells), int(firms.size[row]) if row >= 0 else 0
        if size < number:
            raise InputError(
                f"shocks.{cohort.name}.staff_file: {name} has {size / scale:.0f} people on its staff, the file "
                f"{number / scale:.0f}: {(number - size) / scale:.0f} are missing"
            )
        _seat(region, people, employer, firms, cohort, row, cells, keys, theirs, scale)


def _seat(
    region: Region, people: People, employer: NDArray[np.int64], firms: Employers, cohort: Cohort, row: int,
    cells: list[tuple[StaffCell, int]], keys: NDArray[np.float64], theirs: NDArray[np.int64], scale: float,
) -> None:  # fmt: skip
    """Fill one employer."""
    town = int(firms.place[row])
    staff = np.flatnonzero(employer == row)
    staff = staff[np.argsort(keys[staff], kind="stable")]
    columns = (people.occupation, people.born, people.home)
    kept = _matched(staff, cells, *columns)
    free = np.setdiff1d(staff, np.concatenate(kept), assume_unique=True)
    free = free[np.argsort(keys[free], kind="stable")]
    others = np.flatnonzero((employer >= 0) & ~np.isin(employer, theirs))
    elsewhere = firms.place[employer[others]] != town
    order = others[np.lexsort((keys[others], _distances(region, town)[people.home[others]], elsewhere))]
    comers = _matched(order, [(cell, n - len(kept[k])) for k, (cell, n) in enumerate(cells)], *columns)
    short = [(cell, n - len(kept[k]) - len(comers[k])) for k, (cell, n) in enumerate(cells)]
    missing = [(cell, n) for cell, n in short if n > 0]
    if missing:
        cell, n = max(missing, key=lambda one: one[1])
        lives = f" of {_town(region, cell.home)}" if cell.home >= 0 else ""
        total = sum(n for _, n in missing)
        raise InputError(
            f"shocks.{cohort.name}.staff_file: too few people who hold a job: {total / scale:.0f} are missing, most "
            f"in occupation {region.occupations[cell.occupation].isco2}, {cell.low}-{cell.high}{lives}: "
            f"{n / scale:.0f}"
        )
    for comer in np.concatenate([np.zeros(0, np.int64), *comers]).tolist():
        alike = people.occupation[free] == people.occupation[comer]
        if firms.place[employer[comer]] != town:
            alike = alike + 2 * (people.home[free] == people.home[comer])
        goer = int(np.argmax(alike))
        employer[free[goer]] = employer[comer]
        employer[comer] = row
        free = np.delete(free, goer)


def _matched(
    rows: NDArray[np.int64], cells: Sequence[tuple[StaffCell, int]], occupation: NDArray[np.integer],
    born: NDArray[np.integer], home: NDArray[np.integer],
) -> list[NDArray[np.int64]]:  # fmt: skip
    """For each cell the first of some rows that fit it and no cell before it, as many as it asks for at most."""
    age = np.floor(-born[rows] / DAYS_PER_YEAR)
    open_to = np.ones(len(rows), bool)
    found = []
    for cell, number in cells:
        fits = open_to & (occupation[rows] == cell.occupation) & (age >= cell.low) & (age <= cell.high)
        if cell.home >= 0:
            fits &= home[rows] == cell.home
        places = np.flatnonzero(fits)[: max(number, 0)]
        open_to[places] = False
        found.append(rows[places])
    return found


def by_key(uid: NDArray[np.uint64], rows: NDArray[np.int64], seed: np.uint64) -> NDArray[np.int64]:
    """Rows in the order of the lasting number by which people are told apart who fit alike."""
    return rows[np.argsort(_keys(uid[rows], seed), kind="stable")]


def _keys(uids: NDArray[np.uint64], seed: np.uint64) -> NDArray[np.float64]:
    """The lasting number by which people are told apart who fit alike."""
    days = np.zeros(len(uids), np.int64)
    return np.asarray(uniforms(seed, int(Purpose.STAFF_ORDER), np.ascontiguousarray(uids), days, 0))


def _distances(region: Region, town: int) -> NDArray[np.float64]:
    """Kilometres from every place, neighbours included, to a municipality."""
    return np.concatenate([region.distance_km[: region.outside, town], region.neighbour_km[town]])


def _town(region: Region, place: int) -> str:
    inside = place < region.outside
    return region.municipalities[place].name if inside else region.neighbours[place - region.outside].title["en"]
