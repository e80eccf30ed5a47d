"""Figures of different files that must agree, and how far they may differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.region.schema import ISCO1, OUTSIDE
from agents.region.table import Table, read_text
from sim.dimensions import AGE_BANDS, SECTIONS
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
TOLERANCE_LABOUR_FORCE = 0.05
"""Population times participation against the labour force of the default start state."""
MOST_MOVES_SHARE = 0.2
"""Moves out of a municipality, or their net, of a year over its population: no place moves as a whole."""
TOLERANCE_SEASON = 0.01
TOLERANCE_TRADES = 0.02
"""Share of a major group among the unemployed in the two files that tell it."""


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
            own = next((row for row in table if row["origin"] == row["destination"] == code), None)
            raise table.error(
                own,
                "persons",
                f"{workers[i]:.0f} work in {code}, residents and in-commuters together; "
                f"jobs.csv, column jobs has {workplaces[i]:.0f} jobs there",
            )
    if abs(workers.sum() - workplaces.sum()) > TOLERANCE_COMMUTING_AREA * workplaces.sum():
        raise table.error(
            None, "persons", f"{workers.sum():.0f} work in the area; jobs.csv has {workplaces.sum():.0f} jobs"
        )


def check_moves(
    table: Table, net_table: Table, moves: NDArray[np.float64], net: NDArray[np.float64],
    population: NDArray[np.float64], codes: Sequence[str],
) -> None:  # fmt: skip
    """Raise InputError unless every pair of places has its moves, and what moves is a small part of who lives there.

    Parameters
    ----------
    moves
        Moves from origin to destination, shape (M, M).
    net
        Net by year, shape (years, M + 1); the last column is from abroad.
    population
        Persons of all ages, shape (M,).
    """
    told = {(row["origin"], row["destination"]): row for row in table}
    for (origin, destination), row in told.items():
        if origin == destination:
            raise table.error(row, "destination", f"a move within {origin} is not one between municipalities")
    for i, origin in enumerate(codes):
        for destination in codes:
            if origin != destination and (origin, destination) not in told:
                raise table.error(None, "origin, destination", f"no row for '{origin}, {destination}'")
        if moves[i].sum() > MOST_MOVES_SHARE * population[i]:
            raise table.error(
                next(row for row in table if row["origin"] == origin),
                "persons",
                f"{moves[i].sum():.0f} a year move out of {origin}; "
                f"municipalities.csv, column population has {population[i]:.0f} there",
            )
    years = tuple(dict.fromkeys(row["year"] for row in net_table))
    if len(years) < 2:
        raise net_table.error(None, "year", f"only {', '.join(years)}; expected two years or more")
    for y, i in np.argwhere(np.abs(net[:, :-1]) > MOST_MOVES_SHARE * population):
        row = next(r for r in net_table if (r["year"], r["municipality_code"]) == (years[y], codes[i]))
        raise net_table.error(
            row,
            "persons",
            f"{net[y, i]:.0f} in {codes[i]}; municipalities.csv, column population has {population[i]:.0f} there",
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


def check_residents(
    table: Table, residents: Mapping[str, NDArray[np.float64]], people: NDArray[np.float64], codes: Sequence[str]
) -> None:
    """Raise InputError unless each group of ``residents.csv`` fits into its municipality.

    Parameters
    ----------
    table, residents
        The file, and its persons by group, shape (M,) each.
    people
        Population of ``municipalities.csv``, persons, shape (M,).
    codes
        Municipalities.
    """
    for row in table:
        place = codes.index(row["municipality_code"])
        if row["persons"] > people[place]:
            raise table.error(
                row,
                "persons",
                f"{row['persons']:.0f} of {row['group']} in {codes[place]}; "
                f"municipalities.csv, column population has {people[place]:.0f}",
            )
        if row["group"] == "disability_pension" and row["persons"] > residents["pensioner"][place]:
            raise table.error(
                row,
                "persons",
                f"{row['persons']:.0f} of disability_pension in {codes[place]}; pensioner, which holds them, is "
                f"{residents['pensioner'][place]:.0f}",
            )


def check_outside_labour_force(
    table: Table,
    residents: Mapping[str, NDArray[np.float64]],
    population: NDArray[np.float64],
    start: StartState,
    codes: Sequence[str],
) -> None:
    """Raise InputError unless residents of 15–74 hold the labour force, and the rest the students and disabled.

    Parameters
    ----------
    table, residents
        ``residents.csv``, and its persons by group, shape (M,) each.
    population
        Persons by municipality, age band and sex, shape (M, 12, 2).
    start
        The default start state, whose labour force belongs to this population.
    codes
        Municipalities.
    """
    people = population.sum(axis=(1, 2))
    for i, code in enumerate(codes):
        if start.labour_force[i] > people[i]:
            raise InputError(
                f"{start.place_of(i)}, column labour_force: {start.labour_force[i]:g} in {code}; "
                f"population.csv, column persons has {people[i]:.0f} residents of 15-74 there"
            )
    for row in table:
        i = codes.index(row["municipality_code"])
        wanted = residents["student"][i] + residents["disability_pension"][i]
        if row["group"] == "student" and wanted > people[i] - start.labour_force[i]:
            raise table.error(
                row,
                "persons",
                f"{residents['student'][i]:.0f} of student and {residents['disability_pension'][i]:.0f} of "
                f"disability_pension in {codes[i]}; {people[i]:.0f} residents of 15-74 in population.csv less "
                f"{start.labour_force[i]:g} in {start.place_of(i)}, column labour_force leave "
                f"{people[i] - start.labour_force[i]:.0f} outside the labour force",
            )


def check_employed(
    table: Table,
    employed: NDArray[np.float64],
    commuting_table: Table,
    commuting: NDArray[np.float64],
    population: NDArray[np.float64],
    codes: Sequence[str],
) -> None:
    """Raise InputError unless residents are at least as many as those of them who are employed.

    Parameters
    ----------
    table, employed
        ``employed_age_education.csv``, persons, shape (12, 3).
    commuting_table, commuting
        ``commuting.csv``, persons, shape (M + 1, M + 1).
    population
        Persons by municipality, age band and sex, shape (M, 12, 2).
    codes
        Municipalities.
    """
    by_age, by_place = population.sum(axis=(0, 2)), population.sum(axis=(1, 2))
    for a, band in enumerate(AGE_BANDS):
        if employed[a].sum() > by_age[a]:
            first = next(row for row in table if row["age_band"] == band)
            raise table.error(
                first,
                "persons",
                f"{employed[a].sum():.0f} employed of {band} in all rows of that age; "
                f"population.csv, column persons has {by_age[a]:.0f} residents of that age",
            )
    for i, code in enumerate(codes):
        if commuting[i].sum() > by_place[i]:
            first = next(row for row in commuting_table if row["origin"] == code)
            raise commuting_table.error(
                first,
                "persons",
                f"{commuting[i].sum():.0f} employed with origin {code} in all rows of it; "
                f"population.csv, column persons has {by_place[i]:.0f} residents of 15-74 there",
            )


def check_unemployed(
    start: StartState,
    usual: StartState,
    labour_force: NDArray[np.float64],
    joint: NDArray[np.float64],
    ages: NDArray[np.int64],
    season: NDArray[np.float64],
) -> None:
    """Raise InputError unless the labour force holds the unemployed, in every month and age group.

    Parameters
    ----------
    start
        Start state to check.
    usual
        The default one, whose labour force belongs to the region's population.
    labour_force
        Population times participation, persons, shape (M, 12, 2).
    joint
        Unemployed by age group, education and major group, persons, shape (A, 3, …).
    ages
        First and last age of the age groups, shape (A, 2).
    season
        Month-end unemployed over the mean of the year, shape (12,).
    """
    peak = 1.0
    if start.kind == "annual_mean":
        peak, month = float(season.max()), int(season.argmax()) + 1
        for i in range(len(start.unemployed)):
            if start.unemployed[i] * peak > start.labour_force[i]:
                raise InputError(
                    f"{start.place_of(i)}, column unemployed: {start.unemployed[i]:g} as the mean of the year are "
                    f"{start.unemployed[i] * peak:.1f} in month {month} (seasonality.csv, column ratio: {peak:g}); "
                    f"the labour force is {start.labour_force[i]:g}"
                )
    middles = np.array([(int(first) + int(last)) / 2.0 for first, last in (b.split("-") for b in AGE_BANDS)])
    scale = np.divide(start.labour_force, usual.labour_force)
    in_force = (labour_force * scale[:, None, None]).sum(axis=(0, 2))
    shares = joint.sum(axis=(1, 2)) / joint.sum()
    for (first, last), share in zip(ages, shares, strict=True):
        inside = in_force[(middles >= first) & (middles <= last)].sum()
        wanted = share * start.unemployed.sum() * peak
        if wanted > inside:
            raise InputError(
                f"unemployed_structure.csv, column persons, age_group {first}-{last}: {wanted:.0f} unemployed of that "
                f"age ({100.0 * share:.1f} % of the unemployed of {start.name}, {start.file}); population.csv times "
                f"participation.csv has a labour force of {inside:.0f} of that age"
            )


def check_foreign_language(share: float, foreign: NDArray[np.float64], start: StartState, table: Table) -> None:
    """Raise InputError unless foreign-language residents are as many as those of them who are unemployed.

    Parameters
    ----------
    share
        Of the unemployed, ``foreign_language_share`` of ``register_facts.csv``.
    foreign
        Foreign-language residents of ``residents.csv``, persons, shape (M,).
    start
        The default start state.
    table
        ``register_facts.csv``.
    """
    wanted = share * start.unemployed.sum()
    if wanted > foreign.sum():
        row = next(row for row in table if row["fact"] == "foreign_language_share")
        raise table.error(
            row,
            "value",
            f"{share:g} of the unemployed of {start.name} are {wanted:.0f}; residents.csv, column persons has "
            f"{foreign.sum():.0f} of foreign_language in all",
        )


def check_trades_of_unemployed(
    table: Table, shares: NDArray[np.float64], joint: NDArray[np.float64], occupations: Sequence[Occupation]
) -> None:
    """Raise InputError unless the two files on the trades of the unemployed agree on the major groups.

    Parameters
    ----------
    table, shares
        ``unemployed_occupation.csv``, shape (O,).
    joint
        Unemployed by age group, education and major group, persons, shape (A, 3, 10 or more); columns after
        the tenth are those without an occupation.
    occupations
        Of the region.
    """
    major = np.array([ISCO1.index(occupation.isco1) for occupation in occupations])
    told = np.bincount(major, shares, minlength=10)
    known = joint[:, :, :10].sum(axis=(0, 1))
    known = known / known.sum()
    worst = int(np.abs(told - known).argmax())
    if abs(told[worst] - known[worst]) > TOLERANCE_TRADES:
        first = next((row for row in table if row["isco2"].startswith(ISCO1[worst])), None)
        raise table.error(
            first,
            "share",
            f"occupations of major group {ISCO1[worst]} sum to {told[worst]:.3f}; "
            f"unemployed_structure.csv, column persons has {known[worst]:.3f} in isco1 {ISCO1[worst]}",
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
