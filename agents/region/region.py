"""A region: the published figures a world is built from, read from a folder of CSV files and checked.

Whatever does not hold is an `sim.errors.InputError` of one line naming file, row and column. The row is
the line of the file, the header being row 1.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from agents.region.checks import (
    TOLERANCE_SEASON,
    check_commuting,
    check_employed,
    check_establishments,
    check_foreign_language,
    check_joint,
    check_labour_force,
    check_map,
    check_moves,
    check_outside_labour_force,
    check_population,
    check_residents,
    check_trades_of_unemployed,
    check_unemployed,
)
from agents.region.employer import LargeEmployer, SizeClass, read_large_employers, read_size_classes
from agents.region.immigration import Immigration, read_immigration
from agents.region.municipality import Municipality, find_municipality
from agents.region.neighbour import Neighbour, check_distances, read_departures, read_neighbours
from agents.region.occupation import Occupation, read_occupations, read_section_occupation
from agents.region.provenance import check_provenance
from agents.region.schema import (
    ABROAD,
    FIXED_TERM_DIMENSIONS,
    ISCO1,
    OUTSIDE,
    REGION_KEYS,
    REGISTER_FACTS,
    RESIDENT_GROUPS,
    SCHEMA,
)
from agents.region.service_point import ServicePoint, read_service_points
from agents.region.start_state import StartState, read_start_states
from agents.region.table import Table, frozen, listed, read_text, sums_to_one
from sim.dimensions import AGE_BANDS, EDUCATION, SECTIONS, SEXES
from sim.errors import InputError, near_miss

_AGE_GROUP = re.compile(r"(\d+)-(\d+)\Z")


@dataclass(frozen=True, eq=False)
class Region:
    """Everything a world is built from. Arrays are read-only; M municipalities, O occupations, K classes.

    Attributes
    ----------
    path, name, title
        Folder, slug and titles by language.
    host
        Position of the host municipality.
    default_start
        Name of the default start state.
    municipalities, occupations, large_employers, size_classes
        In the files' order.
    sections
        `sim.dimensions.SECTIONS`.
    fields
        Vocational fields: code to titles by language.
    children, elderly
        Persons aged 0–14 and 75 or over, shape (M,).
    population
        Persons by municipality, age band and sex, shape (M, 12, 2).
    residents
        Residents of all ages by municipality in each of `RESIDENT_GROUPS`, persons, arrays of shape (M,).
    participation
        Share in the labour force, shape (12, 2).
    education
        Persons aged 18 or over, shape (M, 3).
    employed_age_education
        Employed residents, shape (12, 3).
    jobs
        Jobs, shape (M, 22).
    section_occupation
        Share of a section's jobs, shape (22, O); each row sums to 1.
    establishments, establishment_jobs
        Number and jobs, shape (22, K).
    commuting
        Employed persons from origin to destination, shape (M + 1, M + 1); the last is outside.
    distance_km
        Road distance, km, shape (M + 1, M + 1); the diagonal is a trip inside the municipality.
    neighbours
        Markets outside, K of them; places of a world are the municipalities, then these.
    neighbour_km
        Road distance from a municipality to a neighbour's nearest larger place, km, shape (M, K).
    departures
        Departures of public transport a weekday from a municipality to a place, shape (M, M + K).
    moves
        Moves between municipalities from origin to destination, persons of all ages a year, shape (M, M).
    net_moves
        Net of moves inside Finland by year, persons of all ages a year, shape (years, M).
    service_points
        Where the authority can be met: one for each municipality, in their order.
    unemployed_ages
        First and last age of the age groups of `unemployed_joint`, shape (A, 2).
    unemployed_joint
        Unemployed by age group, education and ISCO-08 major group, persons, shape (A, 3, 10).
    unemployed_occupation, vacancies_occupation
        Shares by occupation, shape (O,), each summing to 1.
    fixed_term_share, fixed_term_share_by_age
        Share of jobs by section, shape (22,), and of employees by age band, shape (12,).
    hire_rate_per_year
        Hires net of short spells per job and year, shape (22,).
    furlough_stock_share
        Full-time furloughed per job in normal times, shape (22,).
    immigration
        Who comes from abroad.
    season
        Month-end unemployed over the mean of the year, shape (12,).
    start_states
        Start states by name.
    register_facts
        Ratios of the register by name (`REGISTER_FACTS`).
    sources
        Texts of the sources by key.
    provenance
        Rows by source_kind for each file.
    digest
        SHA-256 over the folder's files, for run keys.
    """

    path: Path
    name: str
    title: dict[str, str]
    host: int
    default_start: str
    map: str
    labour_force_note: str
    municipalities: tuple[Municipality, ...]
    fields: dict[str, dict[str, str]]
    occupations: tuple[Occupation, ...]
    size_classes: tuple[SizeClass, ...]
    large_employers: tuple[LargeEmployer, ...]
    children: NDArray[np.int64]
    elderly: NDArray[np.int64]
    population: NDArray[np.int64]
    residents: dict[str, NDArray[np.float64]]
    participation: NDArray[np.float64]
    education: NDArray[np.float64]
    employed_age_education: NDArray[np.float64]
    jobs: NDArray[np.int64]
    section_occupation: NDArray[np.float64]
    establishments: NDArray[np.float64]
    establishment_jobs: NDArray[np.float64]
    commuting: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    neighbours: tuple[Neighbour, ...]
    neighbour_km: NDArray[np.float64]
    departures: NDArray[np.float64]
    moves: NDArray[np.float64]
    net_moves: NDArray[np.float64]
    service_points: tuple[ServicePoint, ...]
    unemployed_ages: NDArray[np.int64]
    unemployed_joint: NDArray[np.float64]
    unemployed_occupation: NDArray[np.float64]
    vacancies_occupation: NDArray[np.float64]
    fixed_term_share: NDArray[np.float64]
    fixed_term_share_by_age: NDArray[np.float64]
    hire_rate_per_year: NDArray[np.float64]
    furlough_stock_share: NDArray[np.float64]
    immigration: Immigration
    season: NDArray[np.float64]
    start_states: dict[str, StartState]
    register_facts: dict[str, float]
    sources: dict[str, str]
    digest: str
    provenance: dict[str, Counter[str]] = field(default_factory=dict)
    sections: tuple[str, ...] = SECTIONS

    @classmethod
    def load(cls, path: Path | str) -> Region:
        """Read and check a region's folder.

        Parameters
        ----------
        path
            Folder with ``region.yaml`` and the files of `SCHEMA`.

        Raises
        ------
        InputError
            If anything in the folder does not hold.
        """
        return _load(Path(path))

    @property
    def outside(self) -> int:
        """Position of the pseudo place outside in `commuting` and `distance_km`; first neighbour among places."""
        return len(self.municipalities)

    @property
    def n_places(self) -> int:
        """Places of a world: municipalities and neighbours."""
        return len(self.municipalities) + len(self.neighbours)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the municipalities, in order."""
        return tuple(place.code for place in self.municipalities)

    def employer(self, identifier: str) -> LargeEmployer:
        """Return a listed employer.

        Raises
        ------
        InputError
            If there is none of that name; a near miss is suggested.
        """
        for employer in self.large_employers:
            if employer.id == identifier:
                return employer
        known = [employer.id for employer in self.large_employers]
        raise InputError(
            f"large_employers.csv, column id: '{identifier}' is not an employer of {self.name}"
            f"{near_miss(identifier, known)}"
        )

    def municipality(self, text: str) -> int:
        """Find a municipality by what people write: KU886, 886, 0886, '886 Ulvila' or Ulvila.

        Parameters
        ----------
        text
            Code (with or without zeros and prefix), name (Finnish or Swedish) or both.

        Returns
        -------
        int
            Position in `municipalities`.

        Raises
        ------
        InputError
            If it is unknown, ambiguous, or its code and name disagree.
        """
        return find_municipality(text, self.municipalities)

    def trade(self, code: str, where: str) -> int:
        """Find an occupation by its two digits of ISCO-08.

        Returns
        -------
        int
            Position in `occupations`.

        Raises
        ------
        InputError
            If it is unknown: the nearest by code or name is offered.
        """
        codes = [occupation.isco2 for occupation in self.occupations]
        if code in codes:
            return codes.index(code)
        names = {name: o.isco2 for o in self.occupations for name in (o.name_en, o.name_fi, o.name_sv)}
        near = [name for name in names if code.lower() in name.lower()] if len(code) > 2 else []
        told = f"; did you mean {names[near[0]]} {near[0]}?" if near else near_miss(code, [*codes, *names])
        raise InputError(f"{where}: no occupation '{code}' (ISCO-08, two digits){told}")

    def start_state(self, name: str, file: Path | str | None = None) -> StartState:
        """Return a start state of the region, or of a user's file.

        Parameters
        ----------
        name
            Name in the column ``state``.
        file
            CSV with the columns of ``start_states.csv``; ``kind`` and ``note`` may be missing.

        Raises
        ------
        InputError
            If there is no such state or the file does not hold.
        """
        if file is None:
            states, where = self.start_states, "start_states.csv"
        else:
            path = Path(file)
            where = path.name
            states = read_start_states(path, self.municipalities)
            usual = self.start_states[self.default_start]
            for state in states.values():
                check_unemployed(
                    state, usual, self.population * self.participation, self.unemployed_joint,
                    self.unemployed_ages, self.season,
                )  # fmt: skip
        if name not in states:
            raise InputError(
                f"{where}, column state: start state '{name}' is not there"
                f"{near_miss(name, states)}; found {listed(states)}"
            )
        return states[name]


def _load(path: Path) -> Region:
    if not path.is_dir():
        near = near_miss(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise InputError(f"region: folder {path} does not exist{near}")
    head = _head(path)
    tables = {name: Table.read(path / name, schema) for name, schema in SCHEMA.items()}
    source_rows = tables["sources.csv"]
    sources = dict(zip(source_rows.labels("source"), (row["text"] for row in source_rows), strict=True))
    for name, schema in SCHEMA.items():
        if schema.provenance:
            check_provenance(tables[name], schema, sources)

    table = tables["municipalities.csv"]
    codes = table.labels("municipality_code")
    municipalities = tuple(
        Municipality(row["municipality_code"], row["name"], row["name_sv"], row["latitude"], row["longitude"])
        for row in table
    )
    if OUTSIDE in codes:
        raise InputError(f"municipalities.csv: {OUTSIDE} is the code of everywhere else; leave it out here")
    _check_named("host", head["host"], codes)
    by_place = ("municipality_code", codes)
    by_age, by_sex = ("age_band", AGE_BANDS), ("sex", SEXES)
    by_section, by_education = ("section", SECTIONS), ("education", EDUCATION)

    population = tables["population.csv"].array("persons", [by_place, by_age, by_sex])
    check_population(table, population)
    people = np.array([row["population"] for row in table])
    by_group = tables["residents.csv"].array("persons", [by_place, ("group", RESIDENT_GROUPS)])
    residents = {group: frozen(by_group[:, i]) for i, group in enumerate(RESIDENT_GROUPS)}
    check_residents(tables["residents.csv"], residents, people, codes)

    fields_table = tables["fields.csv"]
    fields_table.labels("field")
    fields = {
        row["field"]: {language: row[f"name_{language}"] for language in ("fi", "sv", "en")} for row in fields_table
    }
    occupations = read_occupations(tables["occupations.csv"], fields)
    isco2 = tuple(occupation.isco2 for occupation in occupations)
    by_isco2 = ("isco2", isco2)

    jobs = tables["jobs.csv"].array("jobs", [by_place, by_section])
    section_occupation = read_section_occupation(tables["section_occupation.csv"], jobs, by_section, by_isco2)

    class_table = tables["size_classes.csv"]
    classes = class_table.labels("size_class")
    size_classes = read_size_classes(class_table)
    table = tables["establishments.csv"]
    by_class = ("size_class", classes)
    establishments = table.array("establishments", [by_section, by_class], complete=False)
    establishment_jobs = table.array("jobs", [by_section, by_class], complete=False)
    check_establishments(table, establishments, establishment_jobs, jobs, size_classes)
    large_employers = read_large_employers(tables["large_employers.csv"], codes, jobs)

    places = (*codes, OUTSIDE)
    od = [("origin", places), ("destination", places)]
    commuting = tables["commuting.csv"].array("persons", od)
    check_commuting(tables["commuting.csv"], commuting, jobs, codes)
    distance = tables["distances.csv"].array("km", od)
    check_distances(tables["distances.csv"], distance, codes)
    neighbours = read_neighbours(tables["neighbours.csv"], codes)
    theirs = tuple(neighbour.code for neighbour in neighbours)
    neighbour_km = tables["neighbour_distances.csv"].array("km", [by_place, ("neighbour", theirs)])
    departures = read_departures(tables["public_transport.csv"], codes, theirs)
    between = [("origin", codes), ("destination", codes)]
    moves = tables["moves.csv"].array("persons", between, complete=False)
    table = tables["net_moves.csv"]
    years = tuple(dict.fromkeys(row["year"] for row in table))
    net = table.array("persons", [("year", years), ("municipality_code", (*codes, ABROAD))])
    check_moves(tables["moves.csv"], table, moves, net, people, codes)
    service_points = read_service_points(tables["service_points.csv"], codes)

    table = tables["unemployed_structure.csv"]
    groups = tuple(dict.fromkeys(row["age_group"] for row in table))
    ages = read_age_groups(table, groups)
    joint = table.array("persons", [("age_group", groups), by_education, ("isco1", ISCO1)])
    check_joint(table, joint, occupations)
    employed = tables["employed_age_education.csv"].array("persons", [by_age, by_education])
    check_employed(
        tables["employed_age_education.csv"], employed, tables["commuting.csv"], commuting, population, codes
    )

    def occupation_shares(name: str) -> NDArray[np.float64]:
        return frozen(sums_to_one(tables[name], tables[name].array("share", [by_isco2]), "share"))

    fixed_by_section, fixed_by_age = read_fixed_term(tables["fixed_term.csv"])
    season = tables["seasonality.csv"].array("ratio", [("month", tuple(str(m) for m in range(1, 13)))])
    if abs(season.mean() - 1.0) > TOLERANCE_SEASON:
        raise InputError(f"seasonality.csv, column ratio: mean of the months is {season.mean():.4g}; expected 1")
    table = tables["register_facts.csv"]
    values = table.array("value", [("fact", REGISTER_FACTS)])
    facts = {name: float(value) for name, value in zip(REGISTER_FACTS, values, strict=True)}
    unemployed_occupation = occupation_shares("unemployed_occupation.csv")
    check_trades_of_unemployed(tables["unemployed_occupation.csv"], unemployed_occupation, joint, occupations)

    start_states = read_start_states(path / "start_states.csv", municipalities)
    _check_named("default_start", head["default_start"], start_states)
    participation = tables["participation.csv"].array("share", [by_age, by_sex])
    check_labour_force(tables["participation.csv"], population, participation, start_states[head["default_start"]])
    usual = start_states[head["default_start"]]
    check_outside_labour_force(tables["residents.csv"], residents, population, usual, codes)
    check_foreign_language(facts["foreign_language_share"], residents["foreign_language"], usual, table)
    for state in start_states.values():
        check_unemployed(state, usual, population * participation, joint, ages, season)
    check_map(path / head["map"], codes)

    return Region(
        path=path,
        name=head["name"],
        title={language: str(text) for language, text in head["title"].items()},
        host=codes.index(head["host"]),
        default_start=head["default_start"],
        map=head["map"],
        labour_force_note=head["labour_force_note"],
        municipalities=municipalities,
        fields=fields,
        occupations=occupations,
        size_classes=size_classes,
        large_employers=large_employers,
        children=frozen(np.array([row["children"] for row in tables["municipalities.csv"]]).astype(np.int64)),
        elderly=frozen(np.array([row["elderly"] for row in tables["municipalities.csv"]]).astype(np.int64)),
        population=frozen(population.astype(np.int64)),
        residents=residents,
        participation=frozen(participation),
        education=frozen(tables["education.csv"].array("persons", [by_place, by_education])),
        employed_age_education=frozen(employed),
        jobs=frozen(jobs.astype(np.int64)),
        section_occupation=frozen(section_occupation),
        establishments=frozen(establishments),
        establishment_jobs=frozen(establishment_jobs),
        commuting=frozen(commuting),
        distance_km=frozen(distance),
        neighbours=neighbours,
        neighbour_km=frozen(neighbour_km),
        departures=frozen(departures),
        moves=frozen(moves),
        net_moves=frozen(net[:, :-1]),
        service_points=service_points,
        unemployed_ages=frozen(ages),
        unemployed_joint=frozen(joint),
        unemployed_occupation=unemployed_occupation,
        vacancies_occupation=occupation_shares("vacancies_occupation.csv"),
        fixed_term_share=frozen(fixed_by_section),
        fixed_term_share_by_age=frozen(fixed_by_age),
        hire_rate_per_year=frozen(tables["turnover.csv"].array("hires_per_job_year", [by_section])),
        furlough_stock_share=frozen(tables["furlough.csv"].array("share", [by_section])),
        immigration=read_immigration(tables["immigration.csv"], occupations),
        season=frozen(season),
        start_states=start_states,
        register_facts=facts,
        sources=sources,
        digest=digest_of(path),
        provenance={
            name: Counter(row["source_kind"] for row in tables[name])
            for name, schema in SCHEMA.items()
            if "source_kind" in schema.header
        },
    )


def _head(path: Path) -> dict[str, Any]:
    """Read region.yaml."""
    try:
        head = yaml.safe_load(read_text(path / "region.yaml"))
    except yaml.YAMLError as error:
        raise InputError(f"region.yaml: not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(head, dict):
        raise InputError(f"region.yaml: expected keys {', '.join(REGION_KEYS)}")
    known = (*REGION_KEYS, "attribution")
    for key in head:
        if key not in known:
            raise InputError(f"region.yaml: key '{key}' is not known{near_miss(str(key), known)}")
    for key in REGION_KEYS:
        if key not in head:
            raise InputError(f"region.yaml: key '{key}' is missing; expected {', '.join(REGION_KEYS)}")
        if key not in ("title", "population_year") and not isinstance(head[key], str):
            raise InputError(f"region.yaml: key '{key}' is {head[key]!r}; expected text")
    title = head["title"]
    if not isinstance(title, dict) or not {"fi", "sv", "en"} <= set(title):
        raise InputError("region.yaml: key 'title' needs fi, sv and en")
    if not isinstance(head["population_year"], int):
        raise InputError(f"region.yaml: key 'population_year' is {head['population_year']!r}; expected a year")
    return head


def _check_named(key: str, told: str, known: Iterable[str]) -> None:
    known = list(known)
    if told not in known:
        raise InputError(f"region.yaml: key '{key}' is '{told}'{near_miss(told, known)}; expected {listed(known)}")


def read_age_groups(table: Table, groups: Sequence[str]) -> NDArray[np.int64]:
    bounds: list[tuple[int, int]] = []
    for group in groups:
        match = _AGE_GROUP.match(group)
        if not match or int(match[1]) > int(match[2]):
            raise table.error(None, "age_group", f"'{group}' is not a span of ages like 25-34")
        if bounds and int(match[1]) != bounds[-1][1] + 1:
            raise table.error(
                None,
                "age_group",
                f"'{group}' does not follow the group before, which ends at {bounds[-1][1]}",
            )
        bounds.append((int(match[1]), int(match[2])))
    return np.array(bounds, dtype=np.int64)


def read_fixed_term(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    labels = {"section": SECTIONS, "age_band": AGE_BANDS}
    for row in table:
        table.index(row, "dimension", {name: i for i, name in enumerate(FIXED_TERM_DIMENSIONS)})
    parts = []
    for dimension in FIXED_TERM_DIMENSIONS:
        part = Table(table.name, tuple(row for row in table if row["dimension"] == dimension))
        parts.append(part.array("share", [("label", labels[dimension])]))
    return parts[0], parts[1]


def digest_of(path: Path) -> str:
    """Return the SHA-256 over the names and contents of a folder's files, in the order of their names."""
    total = hashlib.sha256()
    for file in sorted(path.iterdir(), key=lambda item: item.name):
        if file.is_file() and not file.name.startswith("."):
            content = file.read_bytes()
            total.update(f"{file.name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()
