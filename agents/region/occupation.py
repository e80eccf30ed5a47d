"""Occupations, and their shares of an industry's jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.region.table import Table, sums_to_one
from sim.dimensions import SECTIONS

HIGHEST_LEVEL_TAUGHT = 3
"""ISCO skill level that a course of some months can lead to (assumption)."""


ARMED_FORCES = "0"
"""ISCO major group that the employment service trains nobody for."""


@dataclass(frozen=True)
class Occupation:
    """An occupation: two digits of ISCO-08.

    Attributes
    ----------
    isco2, isco1
        Codes as text.
    name_en, name_fi, name_sv
        Titles.
    skill_level
        ISCO skill level, 1 to 4.
    field
        Vocational field that a course leads to (``fields.csv``).
    licensed
        Most jobs need a licence or a qualification set by law.
    men_share
        Share of men among those employed in it, 0 to 1.
    """

    isco2: str
    isco1: str
    name_en: str
    name_fi: str
    name_sv: str
    skill_level: int
    field: str
    licensed: bool
    men_share: float

    @property
    def is_taught(self) -> bool:
        """Whether courses lead to it: some months make no specialist, no licence and no soldier."""
        return not self.licensed and self.skill_level <= HIGHEST_LEVEL_TAUGHT and self.isco1 != ARMED_FORCES

    @property
    def is_taught_to_degree(self) -> bool:
        """Whether degree training and apprenticeships lead to it: upper secondary qualifications are licences too."""
        return self.is_taught or (self.licensed and self.skill_level == 2 and self.isco1 != ARMED_FORCES)


def read_occupations(table: Table, fields: Mapping[str, Any]) -> tuple[Occupation, ...]:
    """Return the occupations of ``occupations.csv`` in order; raise InputError for codes that do not fit."""
    table.labels("isco2")
    field_index = {name: i for i, name in enumerate(fields)}
    result = []
    for row in table:
        if not re.fullmatch(r"\d\d", row["isco2"]):
            raise table.error(row, "isco2", f"'{row['isco2']}' is not two digits (zeros in front are part of the code)")
        if row["isco1"] != row["isco2"][0]:
            raise table.error(row, "isco1", f"'{row['isco1']}' is not the first digit of {row['isco2']}")
        table.index(row, "field", field_index)
        result.append(
            Occupation(
                row["isco2"],
                row["isco1"],
                row["name_en"],
                row["name_fi"],
                row["name_sv"],
                int(row["skill_level"]),
                row["field"],
                bool(row["licensed"]),
                row["men_share"],
            )
        )
    return tuple(result)


def read_section_occupation(
    table: Table,
    jobs: NDArray[np.float64],
    by_section: tuple[str, Sequence[str]],
    by_isco2: tuple[str, Sequence[str]],
) -> NDArray[np.float64]:
    """Return each section's jobs by occupation, shares, shape (22, O), each row summing to 1.

    Raises
    ------
    InputError
        If a section with jobs has no rows or its shares do not sum to 1.
    """
    shares = table.array("share", [by_section, by_isco2], complete=False)
    section_jobs = jobs.sum(axis=0)
    present = shares.sum(axis=1) > 0
    for i in np.flatnonzero((section_jobs > 0) & ~present):
        raise table.error(None, "section", f"no rows for section {SECTIONS[i]}, which has {section_jobs[i]:.0f} jobs")
    shares[present] = sums_to_one(
        table, shares[present], "share", [s for s, p in zip(SECTIONS, present, strict=True) if p]
    )
    # A section without jobs may be left out; were a job created there it would have the area's mix.
    shares[~present] = section_jobs @ shares / section_jobs.sum()
    return shares
