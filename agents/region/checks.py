"""Figures of different files that must agree, and how far they may differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.region.schema import ISCO1, OUTSIDE
from agents.region.table import Table, read_text
from sim.dimensions import SECTIONS
from sim.errors import InputError, near_miss

if TYPE_CHECKING:
    from agents.region.employer import SizeClass
    from agents.region.occupation import Occupation
    from agents.region.start_state import StartState

TOLERANCE_COMMUTING_MUNICIPALITY = 0.05
"""Jobs of a municipality against its own and in-commuting workers: the years of the two tables differ."""
TOLERANCE_COMMUTING_SMALL = 10.0
"""The same in persons, for small municipalities."""
TOLERANCE_COMMUTING_AREA = 0.02
TOLERANCE_ESTABLISHMENTS = 0.01
"""Jobs of a section against the jobs in its establishments (or 2 jobs)."""
TOLERANCE_SHARES = 1e-3
"""Shares that must sum to 1 are rounded in the files; they are rescaled to exactly 1 afterwards."""
TOLERANCE_LABOUR_FORCE = 0.05
"""Population times participation against the labour force of the default start state."""
TOLERANCE_SEASON = 0.01


def sums_to_one(table: Table, array: NDArray[np.float64], what: str, labels: Sequence[str] = ()) -> NDArray[np.float64]:
    """Check that the last axis sums to 1 and make it exact."""
    total = array.sum(axis=-1)
    bad = np.flatnonzero(np.abs(np.atleast_1d(total) - 1.0) > TOLERANCE_SHARES)
    if len(bad):
        where = f" of {labels[bad[0]]}" if labels else ""
        raise table.error(None, what, f"shares{where} sum to {np.atleast_1d(total)[bad[0]]:.6g}; expected 1")
    return array / total[..., None] if array.ndim > 1 else array / total


def check_population(table: Table, population: NDArray[np.float64]) -> None:
    """Raise InputError unless the parts of every municipality's population sum to it."""
    for row, aged in zip(table, population.sum(axis=(1, 2)), strict=True):
        total = row["children"] + row["elderly"] + aged
        if abs(total - row["population"]) > 0.5:
            raise table.error(
                row,
                "population",
                f"{row['population']:.0f} but children, elderly and population.csv sum to {total:.0f}",
            )


def check_establishments(
    table: Table,
    establishments: NDArray[np.float64],
    establishment_jobs: NDArray[np.float64],
    jobs: NDArray[np.float64],
    size_classes: Sequence[SizeClass],
) -> None:
    """Raise InputError unless establishments hold the jobs of their section and fit their size class."""
    for i, (inside, total) in enumerate(zip(establishment_jobs.sum(axis=1), jobs.sum(axis=0), strict=True)):
        if abs(inside - total) > max(2.0, TOLERANCE_ESTABLISHMENTS * total):
            raise table.error(None, "jobs", f"section {SECTIONS[i]} sums to {inside:.1f}; jobs.csv has {total:.0f}")
    class_index = {size.label: size for size in size_classes}
    for row in table:
        size = class_index[row["size_class"]]
        # Numbers are rounded to 0.1, so that a class with hardly any establishment says nothing of sizes.
        if (
            row["establishments"] > 1.0
            and not size.smallest * 0.9 <= row["jobs"] / row["establishments"] <= size.largest * 1.1
        ):
            raise table.error(
                row,
                "establishments",
                f"mean size {row['jobs'] / row['establishments']:.1f} is not in the class {size.label}",
            )
    if (establishments < 0).any():
        raise table.error(None, "establishments", "a number is negative")


def check_commuting(
    table: Table, commuting: NDArray[np.float64], jobs: NDArray[np.float64], codes: Sequence[str]
) -> None:
    """Raise InputError unless those who work in a place are about as many as its jobs."""
    if commuting[-1, -1] != 0:
        raise table.error(None, "persons", f"{OUTSIDE} to {OUTSIDE} is {commuting[-1, -1]:g}; expected 0")
    workers, workplaces = commuting[:, :-1].sum(axis=0), jobs.sum(axis=1)
    for i, code in enumerate(codes):
        if abs(workers[i] - workplaces[i]) > max(
            TOLERANCE_COMMUTING_SMALL, TOLERANCE_COMMUTING_MUNICIPALITY * workplaces[i]
        ):
            raise table.error(
                None,
                "persons",
                f"{workers[i]:.0f} work in {code}; jobs.csv has {workplaces[i]:.0f} jobs there",
            )
    if abs(workers.sum() - workplaces.sum()) > TOLERANCE_COMMUTING_AREA * workplaces.sum():
        raise table.error(
            None, "persons", f"{workers.sum():.0f} work in the area; jobs.csv has {workplaces.sum():.0f} jobs"
        )


def check_joint(table: Table, joint: NDArray[np.float64], occupations: Sequence[Occupation]) -> None:
    """Raise InputError unless somebody is unemployed and all belong to an occupation that is listed."""
    majors = {occupation.isco1 for occupation in occupations}
    for i, persons in enumerate(joint.sum(axis=(0, 1))):
        if persons > 0 and ISCO1[i] not in majors:
            raise table.error(
                None,
                "isco1",
                f"{persons:.1f} persons in {ISCO1[i]}, of which occupations.csv has no occupation",
            )
    if joint.sum() <= 0:
        raise table.error(None, "persons", "nobody is unemployed")


def check_labour_force(
    table: Table, population: NDArray[np.float64], participation: NDArray[np.float64], start: StartState
) -> None:
    """Raise InputError unless population times participation is about the register labour force."""
    built, register = float((population * participation).sum()), float(start.labour_force.sum())
    if abs(built - register) > TOLERANCE_LABOUR_FORCE * register:
        raise table.error(
            None,
            "share",
            f"population times participation is {built:.0f}; labour force of {start.name} is {register:.0f}",
        )


def check_map(path: Path, codes: Sequence[str]) -> None:
    """Raise InputError unless the map has every municipality once and nothing else."""
    try:
        features = json.loads(read_text(path))["features"]
        mapped = [feature["properties"]["municipality_code"] for feature in features]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path.name}: not GeoJSON with properties.municipality_code ({type(error).__name__})"
        ) from None
    for code in codes:
        if mapped.count(code) != 1:
            raise InputError(f"{path.name}: {code} is there {mapped.count(code)} times; expected once")
    for code in mapped:
        if code not in codes:
            raise InputError(f"{path.name}: '{code}' is not a municipality of the region{near_miss(str(code), codes)}")
