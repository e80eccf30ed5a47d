"""Moves at the start: what people would do by their rates, and newcomers so that the net is as published.

Inflow = net + moves out of the area + moves to the other municipalities − moves from them, for each municipality:
the published net of moves inside Finland (mean of its years) is met by the people of the start, whatever the rates.
"""

from __future__ import annotations

import numpy as np

from agents.region import Region
from sim.dimensions import DAYS_PER_MONTH, DAYS_PER_YEAR, Contract, State
from sim.kernels.moving import MOVING_IN, RETURNING, expect
from sim.tables import Records
from sim.world import World


def remember_losses(
    persons: Records, n: int, outside: int, employers: Records, sections: Records, p: np.record,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Say who of the start has lost a job lately: as many as the dismissals of that time.

    They are among the unemployed and the people in an open-ended job whose state began within it.

    Parameters
    ----------
    persons, employers, sections
        Tables of the world; ``lost_job`` of the first n persons is written.
    outside
        Place of those who live outside the area.
    """
    people: Records = persons[:n]
    window = float(p.moving.job_loss_days)
    employed = np.flatnonzero((people.state == State.EMPLOYED) & (people.home < outside))
    section = sections[employers.section[people.employer[employed]]]
    rate = float(p.separation.dismissal_per_month) * section.turnover
    rate = np.where(section.is_public == 1, rate * float(p.separation.public_multiplier), rate)
    first_year = people.since[employed] > -DAYS_PER_YEAR
    rate = np.where(first_year, rate * float(p.separation.first_year_multiplier), rate)
    losses = float(rate.sum()) * window / DAYS_PER_MONTH
    recent = (people.state == State.UNEMPLOYED) | (
        (people.state == State.EMPLOYED) & (people.contract == Contract.OPEN_ENDED)
    )
    recent &= (people.since > -window) & (people.home < outside)
    rows = np.flatnonzero(recent)
    lost = rows[rng.random(len(rows)) < losses / max(len(rows), 1)]
    people.lost_job[lost] = people.since[lost]


def balance(world: World, region: Region, p: np.record) -> None:
    """Write moves within the area, who is away for studies, and newcomers of each municipality.

    Parameters
    ----------
    world
        With its people in their places and jobs, before the first day.
    region
        Published moves and nets, persons of all ages.
    p
        Baseline.
    """
    n, a, m = region.outside, world.arrays, p.moving
    leaving, studying, weight = np.zeros(n), np.zeros(n), np.zeros((n, n))
    expect(world.handle, leaving, studying, weight)
    persons = float(world.control.scale) / (1.0 + float(m.children_per_mover))  # children are not simulated
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = region.moves * persons * float(m.within_multiplier) / weight
    a.moves[:] = np.where(weight > 0.0, moves, 0.0)
    within = a.moves * weight
    net = region.net_moves.mean(axis=0) * persons * float(m.net_multiplier)
    inflow = net + leaving + within.sum(axis=1) - within.sum(axis=0)
    a.away[:n] = studying * float(m.years_away)
    returning = studying * float(m.return_share)
    a.streams[MOVING_IN, :n] = np.maximum(inflow - returning, 0.0) / DAYS_PER_YEAR
    a.streams[RETURNING, :n] = returning / DAYS_PER_YEAR
