"""Listed employers, and the size classes of the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.region.table import Table
from sim.dimensions import SECTIONS


@dataclass(frozen=True)
class SizeClass:
    """A size class of establishments, jobs; ``mean`` is the mean size inside it."""

    label: str
    smallest: int
    largest: int
    mean: float


@dataclass(frozen=True)
class LargeEmployer:
    """A named employer, or its part in one municipality and one section.

    Attributes
    ----------
    id
        Slug, e.g. ``plant_harjavalta``.
    name
        Name for people.
    municipality, section
        Positions in `Region.municipalities` and in `sim.dimensions.SECTIONS`.
    jobs
        Jobs used, scaled down where the listed ones would not leave room in their cell of ``jobs.csv``.
    listed_jobs
        Jobs as the source lists them.
    """

    id: str
    name: str
    municipality: int
    section: int
    jobs: int
    listed_jobs: float


def read_size_classes(table: Table) -> tuple[SizeClass, ...]:
    """Return the size classes in order; raise InputError where they overlap or a mean is outside."""
    result: list[SizeClass] = []
    for row in table:
        if not row["smallest"] <= row["mean"] <= row["largest"]:
            raise table.error(
                row,
                "mean",
                f"{row['mean']:g} is not between smallest {row['smallest']:g} and largest {row['largest']:g}",
            )
        if result and row["smallest"] <= result[-1].largest:
            raise table.error(
                row,
                "smallest",
                f"{row['smallest']:g} overlaps the class before, which ends at {result[-1].largest}",
            )
        result.append(SizeClass(row["size_class"], int(row["smallest"]), int(row["largest"]), row["mean"]))
    return tuple(result)


def read_large_employers(table: Table, codes: Sequence[str], jobs: NDArray[np.float64]) -> tuple[LargeEmployer, ...]:
    """Return the listed employers; raise InputError where they have more jobs than ``jobs.csv``."""
    table.labels("id")
    code_index = {code: i for i, code in enumerate(codes)}
    section_index = {section: i for i, section in enumerate(SECTIONS)}
    used = np.zeros_like(jobs)
    result = []
    for row in table:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", row["id"]):
            raise table.error(row, "id", f"'{row['id']}' is not a slug; expected small letters, digits and underscores")
        place, section = (
            table.index(row, "municipality_code", code_index),
            table.index(row, "section", section_index),
        )
        used[place, section] += row["jobs"]
        if used[place, section] > jobs[place, section]:
            raise table.error(
                row,
                "jobs",
                f"the employers listed in {codes[place]}, section {SECTIONS[section]} have "
                f"{used[place, section]:.0f} jobs; jobs.csv has {jobs[place, section]:.0f}",
            )
        result.append(LargeEmployer(row["id"], row["name"], place, section, int(row["jobs"]), row["listed_jobs"]))
    return tuple(result)
