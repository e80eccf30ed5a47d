"""Employers of the area and the outside market, and who holds which job at the start.

Jobs by place follow the commuting matrix applied to the residents who work; within a place they are
shared out over industries as published, and within a cell over establishments of the published size
classes. Large employers of the region's list come first. A made-up plant (its identifier begins with
``plant_``) keeps its exact size; real ones scale with their town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from agents.synthetic.people import People
from agents.synthetic.rounding import apportion
from sim.dimensions import SECTIONS, State

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


def commuting(region: Region, people: People, scale: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Share out the job holders of each municipality over places of work, and find the in-commuters.

    Returns
    -------
    tuple
        Residents' jobs by home and place of work, shape (M, M + 1); in-commuters by place of work, (M,).
    """
    n_places = region.outside
    works = (people.state == State.EMPLOYED) | (people.state == State.FURLOUGHED)
    holders = np.bincount(people.home[works], minlength=n_places + 1)[:n_places]
    flows = np.stack([apportion(region.commuting[m], int(holders[m])) for m in range(n_places)])
    level = holders.sum() / max(region.commuting[:n_places].sum() * scale, 1e-9)
    inward = region.commuting[n_places, :n_places] * level * scale
    return flows, apportion(inward, round(inward.sum()))


def employers(region: Region, filled: NDArray[np.int64], scale: float, rng: np.random.Generator) -> Employers:
    """Make the employers.

    Parameters
    ----------
    filled
        Jobs held at the start by place of work, agents, shape (M + 1,); the last is outside.
    """
    place: list[NDArray[np.int64]] = []
    section: list[NDArray[np.int64]] = []
    size: list[NDArray[np.int64]] = []
    rows: dict[str, int] = {}
    n = 0
    for m in range(region.outside):
        listed = [e for e in region.large_employers if e.municipality == m]
        level = filled[m] / max(region.jobs[m].sum() * scale, 1e-9)
        # fixed sizes first, so that a made-up plant is exactly as large as its scenario says
        fixed = {e.id: round(e.jobs * scale) for e in listed if _is_made_up(region, e.id)}
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
            rows[e.id] = n
            place.append(np.array([m]))
            section.append(np.array([e.section]))
            size.append(np.array([jobs]))
            n += 1
        for s in range(len(SECTIONS)):
            drawn = _sizes(region, s, int(cells[s]), rng)
            place.append(np.full(len(drawn), m))
            section.append(np.full(len(drawn), s))
            size.append(drawn)
            n += len(drawn)
    mix = region.jobs.sum(axis=0).astype(np.float64)
    outside = apportion(mix, int(filled[region.outside]))
    for s in range(len(SECTIONS)):
        pieces = max(1, round(outside[s] / OUTSIDE_EMPLOYER_SIZE)) if outside[s] else 0
        drawn = apportion(np.ones(pieces), int(outside[s]))
        place.append(np.full(pieces, region.outside))
        section.append(np.full(pieces, s))
        size.append(drawn)
    return Employers(np.concatenate(place), np.concatenate(section), np.concatenate(size), rows)


def assign(
    region: Region, people: People, flows: NDArray[np.int64], inward: NDArray[np.int64], firms: Employers,
    rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Give every job holder a job and its occupation.

    Within a place of work, better educated people more often hold jobs of a higher skill level.

    Returns
    -------
    ndarray
        Row of the employer for each person, -1 without a job.
    """
    works = np.flatnonzero((people.state == State.EMPLOYED) | (people.state == State.FURLOUGHED))
    workplace = np.full(len(people), -1, np.int64)
    for m in range(region.outside):
        here = rng.permutation(works[people.home[works] == m])
        workplace[here] = np.repeat(np.arange(region.outside + 1), flows[m])
    commuters = works[people.home[works] == region.outside]
    workplace[rng.permutation(commuters)] = np.repeat(np.arange(region.outside), inward)
    skill = np.array([o.skill_level for o in region.occupations], np.float64)
    employer = np.full(len(people), -1, np.int64)
    cumulated = np.cumsum(region.section_occupation, axis=1)
    for j in range(region.outside + 1):
        workers = np.flatnonzero(workplace == j)
        there = np.flatnonzero(firms.place == j)
        jobs = np.repeat(there, firms.size[there])
        u, trades = rng.random(len(jobs)), np.zeros(len(jobs), np.int64)
        for section in np.unique(firms.section[jobs]):
            own = firms.section[jobs] == section
            row = cumulated[section]
            trades[own] = np.minimum(np.searchsorted(row, u[own] * row[-1], side="right"), len(skill) - 1)
        asked = skill[trades] + rng.normal(0.0, 0.7, len(jobs))
        has = people.education[workers] * 1.5 + rng.normal(0.0, 0.7, len(workers))
        order_jobs, order_workers = np.argsort(asked), np.argsort(has)
        employer[workers[order_workers]] = jobs[order_jobs]
        people.occupation[workers[order_workers]] = trades[order_jobs]
    return employer


def _is_made_up(region: Region, identifier: str) -> bool:
    """Whether an employer of the list is a scenario's own plant, whose listed size holds exactly."""
    return identifier.startswith("plant_")


def _sizes(region: Region, section: int, jobs: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sizes of establishments of an industry until its jobs are used up; the last one is cut."""
    if jobs <= 0:
        return np.zeros(0, np.int64)
    number = np.maximum(region.establishments[section], 0.0)
    if number.sum() <= 0.0:
        number = region.establishments.sum(axis=0)
    share = number / number.sum()
    smallest = np.array([c.smallest for c in region.size_classes])
    largest = np.minimum([c.largest for c in region.size_classes], LARGEST_DRAWN)
    mean = np.array([c.mean for c in region.size_classes])
    expected = float((share * mean).sum())
    sizes = np.zeros(0, np.int64)
    while sizes.sum() < jobs:
        n = int(jobs / expected) + 8
        kind = rng.choice(len(share), n, p=share)
        # a power of a uniform number gives each class its published mean
        span = np.maximum(largest - smallest, 0)
        inside = np.clip((mean - smallest) / np.maximum(span, 1), 0.05, 0.95)
        u = rng.random(n) ** (1.0 / inside[kind] - 1.0)
        sizes = np.concatenate([sizes, smallest[kind] + np.rint(u * span[kind]).astype(np.int64)])
    total = np.cumsum(sizes)
    last = int(np.searchsorted(total, jobs))
    sizes = sizes[: last + 1]
    sizes[-1] -= total[last] - jobs
    return sizes[sizes > 0]
