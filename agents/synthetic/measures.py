"""People in measures at the start: when these end, and the trades that their courses lead to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.region import Region
from sim.dimensions import DAYS_PER_MONTH
from sim.kernels.measures import WITH_A_DEGREE, WITH_A_TRADE
from sim.tables import Records


def describe_participants(
    persons: Records, participants: NDArray[np.int64], measures: NDArray[np.int64], p: np.record,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Write since when and until when people take part; what is left is exponential (memoryless, an assumption)."""
    months = np.asarray(p.measures.mean_months)[measures]
    persons.measure[participants] = measures
    left = rng.exponential(1.0, len(participants)) * months * DAYS_PER_MONTH
    persons.ends[participants] = 1 + left.astype(np.int64)
    persons.since[participants] = persons.registered_since[participants] = persons.clock[participants] = -1
    persons.contacts[participants], persons.has_path[participants] = 1, 1


def courses_under_way(
    region: Region, persons: Records, participants: NDArray[np.int64], offers: Records
) -> int:
    """Write courses for those in training at the start: for each measure one a trade that courses lead to.

    Returns
    -------
    int
        Courses.
    """
    row = 0
    for measure in WITH_A_TRADE:
        to_degree = measure in WITH_A_DEGREE
        trades = [
            k for k, o in enumerate(region.occupations) if (o.is_taught_to_degree if to_degree else o.is_taught)
        ]
        members = participants[persons.measure[participants] == measure]
        for k, trade in enumerate(trades):
            group = members[k :: len(trades)]
            if len(group):
                offers[row].measure, offers[row].occupation, offers[row].occupation_from = measure, trade, -1
                offers[row].decide_by, offers[row].seats, offers[row].taken = -1, len(group), len(group)
                persons.course[group] = row
                row += 1
    return row
