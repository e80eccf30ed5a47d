"""Employers of the area and the outside market, and who holds which job at the start.

Jobs by place follow the commuting matrix applied to the residents who work; within a place they are
shared out over industries as published, and within an industry over establishments of the published size
classes, the larger ones first where there is room for them. Large employers of the region's list come before
these and take their part of their class. A made-up plant (its identifier begins with ``plant_``) keeps its
exact size; real ones scale with their town.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.synthetic.closeness import commuters_by_neighbour
from agents.synthetic.evenly import evenly
from agents.synthetic.people import People, pull_of_men
from agents.synthetic.rounding import apportion
from sim.dimensions import SECTIONS, SEXES, State

OUTSIDE_EMPLOYER_SIZE = 40
"""Mean size of employers outside the area (they matter only as holders of out-commuters' jobs)."""
LARGEST_DRAWN = 400
"""Establishments that are not listed are not larger than this."""


@dataclass
class Employers:
    """Columns of the employers, agents; ``rows`` finds a listed employer by its identifier."""

    place: NDArray[np.int64]
    section: NDArray[np.int64]
    size: NDArray[np.int64]
    rows: dict[str, int]


def commuting(
    region: Region, people: People, scale: float, decay_per_km: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Share out the job holders of each municipality over places of work, and find the in-commuters.

    Parameters
    ----------
    decay_per_km
        Distance decay, by which those who cross the border are shared over the neighbours.

    Returns
    -------
    tuple
        Residents' jobs by home and place of work, shape (M, M + K); in-commuters by home and place of work, (K, M).
    """
    n_places = region.outside
    works = (people.state == State.EMPLOYED) | (people.state == State.FURLOUGHED)
    holders = np.bincount(people.home[works], minlength=n_places + 1)[:n_places]
    out, inside = commuters_by_neighbour(region, decay_per_km)
    wanted = np.hstack([region.commuting[:n_places, :n_places], region.commuting[:n_places, n_places:] * out])
    flows = np.stack([apportion(wanted[m], int(holders[m])) for m in range(n_places)])
    level = holders.sum() / max(region.commuting[:n_places].sum() * scale, 1e-9)
    inward = inside * region.commuting[n_places, :n_places] * level * scale
    return flows, apportion(inward, round(inward.sum()))


def employers(
    region: Region, filled: NDArray[np.int64], scale: float, rng: np.random.Generator, exact: Collection[str] = ()
) -> Employers:
    """Make the employers.

    Parameters
    ----------
    filled
        Jobs held at the start by place of work, agents, shape (M + K,); the last are outside.
    exact
        Listed employers that keep their listed size exactly, beside made-up plants.
    """
    place: list[NDArray[np.int64]] = []
    section: list[NDArray[np.int64]] = []
    size: list[NDArray[np.int64]] = []
    rows: dict[str, int] = {}
    rooms = np.zeros((region.outside, len(SECTIONS)), np.int64)
    listed_sizes: list[list[int]] = [[] for _ in SECTIONS]
    for m in range(region.outside):
        listed = [e for e in region.large_employers if e.municipality == m]
        level = filled[m] / max(region.jobs[m].sum() * scale, 1e-9)
        # fixed sizes first, so that a made-up plant is exactly as large as its scenario says
        fixed = {e.id: round(e.jobs * scale) for e in listed if e.id in exact or _is_made_up(region, e.id)}
        room = region.jobs[m].astype(np.float64)
        cells = apportion(room, int(filled[m]))
        for e in listed:
            jobs = fixed.get(e.id, round(e.jobs * scale * level))
            if e.id in fixed and cells[e.section] < jobs:  # a small town's cell must hold the plant
                donor = int(np.argmax(cells))
                move = min(jobs - cells[e.section], cells[donor])
                cells[donor] -= move
                cells[e.section] += move
            jobs = min(jobs, int(cells[e.section]))
            if jobs <= 0:
                continue
            cells[e.section] -= jobs
            rows[e.id] = len(place)
            listed_sizes[e.section].append(jobs)
            place.append(np.array([m]))
            section.append(np.array([e.section]))
            size.append(np.array([jobs]))
        rooms[m] = cells
    for s in range(len(SECTIONS)):
        where, drawn = _establishments(region, s, rooms[:, s], np.array(listed_sizes[s]) / scale, scale, rng)
        place.append(where)
        section.append(np.full(len(drawn), s))
        size.append(drawn)
    mix = region.jobs.sum(axis=0).astype(np.float64)
    for neighbour in range(region.outside, region.n_places):
        outside = apportion(mix, int(filled[neighbour]))
        for s in range(len(SECTIONS)):
            pieces = max(1, round(outside[s] / OUTSIDE_EMPLOYER_SIZE)) if outside[s] else 0
            drawn = apportion(np.ones(pieces), int(outside[s]))
            place.append(np.full(pieces, neighbour))
            section.append(np.full(pieces, s))
            size.append(drawn)
    return Employers(np.concatenate(place), np.concatenate(section), np.concatenate(size), rows)


def assign(
    region: Region, people: People, flows: NDArray[np.int64], inward: NDArray[np.int64], firms: Employers,
    rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Give every job holder a job and its occupation.

    Within a place of work, men hold jobs of the occupations of men, and among men as among women better
    educated people more often hold jobs of a higher skill level. Who is furloughed is settled here too: of job
    holders alike in home, age and sex, those of the industries that furlough.

    Returns
    -------
    ndarray
        Row of the employer for each person, -1 without a job.
    """
    works = np.flatnonzero((people.state == State.EMPLOYED) | (people.state == State.FURLOUGHED))
    workplace = np.full(len(people), -1, np.int64)
    for m in range(region.outside):
        here = rng.permutation(works[people.home[works] == m])
        workplace[here] = np.repeat(np.arange(region.n_places), flows[m])
    for k in range(len(inward)):
        commuters = works[people.home[works] == region.outside + k]
        workplace[rng.permutation(commuters)] = np.repeat(np.arange(region.outside), inward[k])
    skill = np.array([o.skill_level for o in region.occupations], np.float64)
    employer = np.full(len(people), -1, np.int64)
    cumulated = np.cumsum(region.section_occupation, axis=1)
    for j in range(region.n_places):
        workers = np.flatnonzero(workplace == j)
        there = np.flatnonzero(firms.place == j)
        jobs = np.repeat(there, firms.size[there])
        trades = np.zeros(len(jobs), np.int64)
        for section in np.unique(firms.section[jobs]):
            own = np.flatnonzero(firms.section[jobs] == section)
            row, u = cumulated[section], rng.permutation(evenly(len(own), rng))
            trades[own] = np.minimum(np.searchsorted(row, u * row[-1], side="right"), len(skill) - 1)
        asked = skill[trades] + rng.normal(0.0, 0.7, len(jobs))
        has = people.education[workers] * 1.5 + rng.normal(0.0, 0.7, len(workers))
        is_man = people.sex[workers] == SEXES.index("men")
        for_man = np.zeros(len(jobs), bool)
        for_man[np.argsort(-pull_of_men(region, trades, rng))[: np.count_nonzero(is_man)]] = True
        for group, offered in ((is_man, for_man), (~is_man, ~for_man)):
            chosen = np.flatnonzero(offered)[np.argsort(asked[offered])]
            takers = workers[group][np.argsort(has[group])]
            employer[takers] = jobs[chosen]
            people.occupation[takers] = trades[chosen]
    _furlough(region, people, firms.section[employer], works, rng)
    return employer


def _furlough(
    region: Region, people: People, section: NDArray[np.int64], works: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Move furlough to the industries that furlough, among people of the same home, age band and sex.

    Parameters
    ----------
    section
        Industry of each person's job.
    works
        Rows of the job holders.
    """
    cell = (people.home[works] * (people.band.max() + 1) + people.band[works]) * 2 + people.sex[works]
    wanted = np.bincount(cell[people.state[works] == State.FURLOUGHED], minlength=cell.max() + 1)
    weight = np.maximum(region.furlough_stock_share[section[works]], 1e-9)
    # the smallest of exponential times of these rates: drawn without replacement (Efraimidis & Spirakis 2006)
    order = np.lexsort((rng.exponential(size=len(works)) / weight, cell))
    first = np.searchsorted(cell[order], np.arange(len(wanted)))
    rank = np.arange(len(works)) - first[cell[order]]
    people.state[works[order]] = np.where(rank < wanted[cell[order]], int(State.FURLOUGHED), int(State.EMPLOYED))


def _is_made_up(region: Region, identifier: str) -> bool:
    """Whether an employer of the list is a scenario's own plant, whose listed size holds exactly."""
    return identifier.startswith("plant_")


def jobs_by_size_class(
    region: Region, section: int, jobs: float, listed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share out an industry's jobs over size classes: the listed employers' first, the rest as published.

    Where listed employers take more of a class than is published for it, the other classes give way alike.

    Parameters
    ----------
    section
        Industry.
    jobs
        All jobs of the industry.
    listed
        Jobs of its listed employers.

    Returns
    -------
    tuple of ndarray
        Jobs of listed employers and of the others, by size class, each of shape (K,).
    """
    smallest = np.array([c.smallest for c in region.size_classes])
    of_listed = np.zeros(len(smallest))
    np.add.at(of_listed, np.searchsorted(smallest, np.maximum(listed, 1.0), side="right") - 1, listed)
    shape = region.establishment_jobs[section]
    if shape.sum() <= 0.0:
        shape = region.establishment_jobs.sum(axis=0)
    rest = np.maximum(shape * (jobs / shape.sum()) - of_listed, 0.0)
    if rest.sum() <= 0.0:
        rest = shape
    return of_listed, rest * (max(jobs - of_listed.sum(), 0.0) / rest.sum())


def _establishments(
    region: Region, section: int, rooms: NDArray[np.int64], listed: NDArray[np.float64], scale: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Draw the establishments of an industry that are not listed, and place them where there is room.

    Parameters
    ----------
    section
        Industry.
    rooms
        Jobs that its listed employers leave, by municipality, agents, shape (M,).
    listed
        Jobs of its listed employers, real ones.
    scale
        Agents for each real person: so many times as many establishments, each of its real size.

    Returns
    -------
    tuple of ndarray
        Municipality and size of each establishment.
    """
    room = rooms.copy()
    _, jobs = jobs_by_size_class(region, section, float(room.sum()) / scale + float(listed.sum()), listed)
    place: list[NDArray[np.int64]] = []
    size: list[NDArray[np.int64]] = []
    for k in range(len(region.size_classes) - 1, 0, -1):
        mean = _mean_size(region, section, k)
        number = int(np.floor(jobs[k] * scale / mean + rng.random()))
        for drawn in np.sort(_sizes_of_class(region, k, mean, number, rng))[::-1]:
            open_room = np.where(room >= drawn, room, 0)
            if open_room.sum() == 0:  # none of the places is that large: the largest takes what it can
                open_room = np.where(room == room.max(), room, 0)
            if open_room.sum() == 0:
                break
            m = int(np.searchsorted(np.cumsum(open_room), rng.random() * open_room.sum(), side="right"))
            jobs_here = min(int(drawn), int(room[m]))
            room[m] -= jobs_here
            place.append(np.array([m]))
            size.append(np.array([jobs_here]))
    mean = _mean_size(region, section, 0)
    for m, left in enumerate(room):
        sizes = np.zeros(0, np.int64)
        while sizes.sum() < left:
            sizes = np.concatenate([sizes, _sizes_of_class(region, 0, mean, int(left / mean) + 8, rng)])
        total = np.cumsum(sizes)
        sizes = sizes[: int(np.searchsorted(total, left)) + 1]
        if left > 0:
            sizes[-1] -= total[len(sizes) - 1] - left
        else:
            sizes = sizes[:0]
        place.append(np.full(len(sizes), m))
        size.append(sizes)
    return np.concatenate(place), np.concatenate(size)


def _mean_size(region: Region, section: int, k: int) -> float:
    """Mean size of an industry's establishments in a class: as published, inside the class."""
    size_class, number = region.size_classes[k], region.establishments[section, k]
    mean = region.establishment_jobs[section, k] / number if number > 1.0 else size_class.mean
    return float(np.clip(mean, size_class.smallest, min(size_class.largest, LARGEST_DRAWN)))


def _sizes_of_class(region: Region, k: int, mean: float, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sizes of a class with a given mean: a power of a uniform number between its ends."""
    smallest = region.size_classes[k].smallest
    span = max(min(region.size_classes[k].largest, LARGEST_DRAWN) - smallest, 0)
    inside = float(np.clip((mean - smallest) / max(span, 1), 0.05, 0.95))
    u = rng.permutation(evenly(number, rng)) ** (1.0 / inside - 1.0)
    return smallest + np.rint(u * span).astype(np.int64)
