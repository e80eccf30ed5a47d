"""A region: the published figures a world is built from, read from a folder of CSV files and checked.

`SCHEMA` states every file's columns, types, ranges and units; ``data/README.md`` is the same in words.
Whatever does not hold is an `sim.errors.InputError` of one line naming file, row and column. The row is
the line of the file, the header being row 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.dimensions import AGE_BANDS, EDUCATION, SECTIONS, SEXES
from sim.errors import InputError, near_miss

OUTSIDE = "OUTSIDE"
"""Code of the pseudo place that stands for everywhere outside the area."""
SOURCE_KINDS = ("found", "derived", "recalled", "assumption", "fitted")
START_KINDS = ("annual_mean", "month_stock")
ISCO1 = tuple("0123456789")
FIXED_TERM_DIMENSIONS = ("section", "age_band")

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


@dataclass(frozen=True)
class Column:
    """A column of a file: its type and the range of its numbers.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``whole`` or ``code`` (text that is never read as a number).
    low, high
        Inclusive range of numbers.
    optional
        The column may be missing from the header.
    empty
        Cells may be empty.
    """

    kind: str = "text"
    low: float = 0.0
    high: float = math.inf
    optional: bool = False
    empty: bool = False


TEXT, CODE = Column("text"), Column("code")
COUNT, WHOLE, SHARE = Column("number"), Column("whole"), Column("number", 0.0, 1.0)
NOTE = Column("text", optional=True, empty=True)
PROVENANCE = {
    "low": Column("number", -math.inf, empty=True),
    "high": Column("number", -math.inf, empty=True),
    "unit": TEXT,
    "source": CODE,
    "source_kind": CODE,
    "note": NOTE,
}


@dataclass(frozen=True)
class FileSchema:
    """What a file of a region holds.

    Attributes
    ----------
    columns
        Columns of its own, in order.
    value
        The column that ``low`` and ``high`` are about, or None.
    units
        Units that may stand in the column ``unit``; any if empty.
    provenance
        Whether each row ends in low, high, unit, source, source_kind (and optionally note).
    """

    columns: Mapping[str, Column]
    value: str | None = None
    units: tuple[str, ...] = ()
    provenance: bool = True

    @property
    def header(self) -> dict[str, Column]:
        """All columns, provenance included."""
        return {**self.columns, **(PROVENANCE if self.provenance else {})}


SCHEMA: dict[str, FileSchema] = {
    "sources.csv": FileSchema({"source": CODE, "text": TEXT}, provenance=False),
    "municipalities.csv": FileSchema(
        {
            "municipality_code": CODE,
            "name": TEXT,
            "name_sv": TEXT,
            "latitude": Column("number", -90.0, 90.0),
            "longitude": Column("number", -180.0, 180.0),
            "population": WHOLE,
            "children": WHOLE,
            "elderly": WHOLE,
        },
        "population",
        ("persons",),
    ),
    "population.csv": FileSchema(
        {"municipality_code": CODE, "age_band": CODE, "sex": CODE, "persons": WHOLE}, "persons", ("persons",)
    ),
    "participation.csv": FileSchema({"age_band": CODE, "sex": CODE, "share": SHARE}, "share", ("share",)),
    "education.csv": FileSchema(
        {"municipality_code": CODE, "education": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "employed_age_education.csv": FileSchema(
        {"age_band": CODE, "education": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "jobs.csv": FileSchema({"municipality_code": CODE, "section": CODE, "jobs": WHOLE}, "jobs", ("jobs",)),
    "fields.csv": FileSchema({"field": CODE, "name_en": TEXT, "name_fi": TEXT, "name_sv": TEXT}),
    "occupations.csv": FileSchema(
        {
            "isco2": CODE,
            "isco1": CODE,
            "name_en": TEXT,
            "name_fi": TEXT,
            "name_sv": TEXT,
            "skill_level": Column("whole", 1, 4),
            "field": CODE,
            "licensed": Column("whole", 0, 1),
        }
    ),
    "section_occupation.csv": FileSchema(
        {"section": CODE, "isco2": CODE, "share": SHARE}, "share", ("share of jobs",)
    ),
    "size_classes.csv": FileSchema(
        {
            "size_class": CODE,
            "smallest": Column("whole", 1),
            "largest": Column("whole", 1),
            "mean": Column("number", 1.0),
        },
        "mean",
        ("jobs",),
    ),
    "establishments.csv": FileSchema(
        {"section": CODE, "size_class": CODE, "establishments": COUNT, "jobs": COUNT},
        "establishments",
        ("establishments",),
    ),
    "large_employers.csv": FileSchema(
        {
            "id": CODE,
            "name": TEXT,
            "municipality_code": CODE,
            "section": CODE,
            "jobs": Column("whole", 1),
            "listed_jobs": Column("number", 1.0),
        },
        "jobs",
        ("jobs",),
    ),
    "commuting.csv": FileSchema(
        {"origin": CODE, "destination": CODE, "persons": COUNT}, "persons", ("employed persons",)
    ),
    "distances.csv": FileSchema(
        {"origin": CODE, "destination": CODE, "km": Column("number", 0.1, 2000.0)}, "km", ("km",)
    ),
    "start_states.csv": FileSchema(
        {
            "state": CODE,
            "kind": Column("code", optional=True),
            "date": CODE,
            "municipality": TEXT,
            "municipality_code": CODE,
            "labour_force": Column("number", 1.0),
            "unemployed": COUNT,
            "vacancies_registered": COUNT,
            "long_term_share": SHARE,
            "furloughed_share": SHARE,
            "source": TEXT,
            "source_kind": CODE,
            "note": NOTE,
        },
        provenance=False,
    ),
    "seasonality.csv": FileSchema({"month": CODE, "ratio": Column("number", 0.5, 1.5)}, "ratio", ("ratio",)),
    "unemployed_structure.csv": FileSchema(
        {"age_group": CODE, "education": CODE, "isco1": CODE, "persons": COUNT}, "persons", ("persons",)
    ),
    "unemployed_occupation.csv": FileSchema({"isco2": CODE, "share": SHARE}, "share", ("share",)),
    "vacancies_occupation.csv": FileSchema({"isco2": CODE, "share": SHARE}, "share", ("share",)),
    "register_facts.csv": FileSchema({"fact": CODE, "value": COUNT}, "value"),
    "fixed_term.csv": FileSchema(
        {"dimension": CODE, "label": CODE, "share": SHARE}, "share", ("share of jobs", "share of employees")
    ),
    "turnover.csv": FileSchema(
        {"section": CODE, "hires_per_job_year": Column("number", 0.0, 5.0)},
        "hires_per_job_year",
        ("per year",),
    ),
    "furlough.csv": FileSchema({"section": CODE, "share": SHARE}, "share", ("share of jobs",)),
}
"""Files of a region beside ``region.yaml`` and the map."""

REGION_KEYS = ("name", "title", "host", "default_start", "map", "population_year", "labour_force_note")
REGISTER_FACTS = (
    "men_share",
    "disability_registered_share",
    "part_capacity_share",
    "foreign_citizen_share",
    "foreign_language_share",
    "long_term_share",
    "registered_per_unemployed",
    "furloughed_per_unemployed",
    "employed_full_time_per_unemployed",
    "employed_part_time_per_unemployed",
    "subsidised_per_unemployed",
    "outside_in_services_per_unemployed",
    "outside_in_training_per_unemployed",
    "outside_other_per_unemployed",
    "shortened_week_per_unemployed",
)

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
_AGE_GROUP = re.compile(r"(\d+)-(\d+)\Z")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column and its line in the file."""

    line: int
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        """Return the cell of a column: text, or a number where the schema says so (NaN if empty)."""
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """A file read by its schema.

    Attributes
    ----------
    name
        Name of the file, as errors tell it.
    rows
        Its rows.
    """

    name: str
    rows: tuple[Row, ...]

    @classmethod
    def read(cls, path: Path, schema: FileSchema, name: str | None = None) -> Table:
        """Read a file and check its header, types and ranges.

        Parameters
        ----------
        path
            The file: comma separated, decimal point, UTF-8 (a byte-order mark does no harm).
        schema
            What must be in it.
        name
            How errors call it; the file's name if None.

        Raises
        ------
        InputError
            If the file cannot be read or a cell is not what the schema says.
        """
        name = name or path.name
        text = read_text(path, name)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns = schema.header
        try:
            lines = [(reader.line_num, cells) for cells in reader]
        except csv.Error as error:
            raise InputError(f"{name} row {reader.line_num}: not CSV ({error})") from None
        if not lines:
            raise InputError(f"{name}: the file is empty; expected the columns {', '.join(columns)}")
        header = lines[0][1]
        if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
            raise InputError(f"{name} row 1: columns are separated by ';' or tabs; expected commas")
        header = [" ".join(cell.split()) for cell in header]
        for column in header:
            if column not in columns:
                raise InputError(
                    f"{name} row 1: column '{column}' is not known{near_miss(column, columns)}; "
                    f"expected {', '.join(columns)}"
                )
            if header.count(column) > 1:
                raise InputError(f"{name} row 1: column '{column}' is there twice")
        for column, spec in columns.items():
            if column not in header and not spec.optional:
                raise InputError(f"{name} row 1: column '{column}' is missing; found {', '.join(header)}")
        specs = [columns[column] for column in header]
        rows = []
        for line, cells in lines[1:]:
            if not cells:
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{name} row {line}: {len(cells)} cells; expected {len(header)} as in the header"
                )
            row = {}
            for column, spec, cell in zip(header, specs, cells, strict=True):
                row[column] = _cell(" ".join(cell.split()), spec, name, line, column)
            rows.append(Row(line, row))
        if not rows:
            raise InputError(f"{name}: no rows under the header")
        return cls(name, tuple(rows))

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows."""
        return iter(self.rows)

    def error(self, row: Row | None, column: str, problem: str) -> InputError:
        """Make an error that says where."""
        where = f"{self.name} row {row.line}" if row else self.name
        return InputError(f"{where}, column {column}: {problem}" if column else f"{where}: {problem}")

    def index(self, row: Row, column: str, labels: Mapping[str, int]) -> int:
        """Return the position of a cell's label; unknown labels are an error with a near miss."""
        label = row[column]
        found = labels.get(label)
        if found is None:
            raise self.error(
                row, column, f"'{label}' is not known{near_miss(label, labels)}; expected {_listed(labels)}"
            )
        return found

    def labels(self, column: str) -> tuple[str, ...]:
        """Return the labels of a key column in the file's order; a repeated one is an error."""
        seen: dict[str, int] = {}
        for row in self.rows:
            label = row[column]
            if label in seen:
                raise self.error(row, column, f"'{label}' is there twice, first in row {seen[label]}")
            seen[label] = row.line
        return tuple(seen)

    def array(
        self, value: str, axes: Sequence[tuple[str, Sequence[str]]], *, complete: bool = True
    ) -> NDArray[np.float64]:
        """Arrange a column by its key columns.

        Parameters
        ----------
        value
            Column with numbers.
        axes
            Key columns, each with its labels in order.
        complete
            Whether every combination must be there; those that are not are 0.

        Returns
        -------
        numpy.ndarray
            Shape (labels of the first axis, …).

        Raises
        ------
        InputError
            If a label is unknown, a combination is there twice or is missing.
        """
        positions = [(column, {label: i for i, label in enumerate(labels)}) for column, labels in axes]
        result = np.full([len(labels) for _, labels in axes], np.nan)
        lines: dict[tuple[int, ...], int] = {}
        for row in self.rows:
            key = tuple(self.index(row, column, labels) for column, labels in positions)
            if key in lines:
                what = ", ".join(row[column] for column, _ in axes)
                raise self.error(row, axes[0][0], f"'{what}' is there twice, first in row {lines[key]}")
            lines[key] = row.line
            result[key] = row[value]
        absent = np.argwhere(np.isnan(result))
        if len(absent) and complete:
            what = ", ".join(labels[i] for (_, labels), i in zip(axes, absent[0], strict=True))
            raise self.error(
                None,
                ", ".join(column for column, _ in axes),
                f"no row for '{what}' ({len(absent)} missing in all)",
            )
        return np.nan_to_num(result, nan=0.0)


def read_text(path: Path, name: str | None = None) -> str:
    """Read a UTF-8 file; what goes wrong is told in one line.

    Raises
    ------
    InputError
        If the file is missing, unreadable or not UTF-8.
    """
    name = name or path.name
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{name}: the file is missing; expected {path}") from None
    except IsADirectoryError:
        raise InputError(f"{name}: {path} is a folder; expected a file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None


def _cell(cell: str, spec: Column, name: str, line: int, column: str) -> Any:
    numeric = spec.kind in ("number", "whole")
    if not cell:
        if spec.empty or spec.optional:
            return math.nan if numeric else ""
        raise InputError(f"{name} row {line}, column {column}: empty; expected {_expected(spec)}")
    if not numeric:
        return cell
    if not _NUMBER.match(cell):
        hint = "; write a decimal point" if re.fullmatch(r"[-+]?\d+,\d+", cell) else ""
        raise InputError(f"{name} row {line}, column {column}: '{cell}' is not a number{hint}")
    number = float(cell)
    if not spec.low <= number <= spec.high or math.isinf(number):
        raise InputError(
            f"{name} row {line}, column {column}: {cell} is out of range; expected {_expected(spec)}"
        )
    if spec.kind == "whole" and number != int(number):
        raise InputError(
            f"{name} row {line}, column {column}: {cell} is not whole; expected {_expected(spec)}"
        )
    return number


def _expected(spec: Column) -> str:
    if spec.kind not in ("number", "whole"):
        return "text"
    what = "a whole number" if spec.kind == "whole" else "a number"
    if math.isinf(spec.high):
        return what if math.isinf(spec.low) else f"{what} of at least {spec.low:g}"
    return f"{what} from {spec.low:g} to {spec.high:g}"


def _listed(labels: Iterable[str], most: int = 12) -> str:
    known = list(labels)
    if len(known) <= most:
        return ", ".join(known)
    return f"{', '.join(known[: most - 1])}, … ({len(known)} in all)"


@dataclass(frozen=True)
class Municipality:
    """A municipality of the area.

    Attributes
    ----------
    code
        Code as text, e.g. ``KU079``; never a number.
    name, name_sv
        Finnish and Swedish name.
    latitude, longitude
        Central locality, degrees.
    """

    code: str
    name: str
    name_sv: str
    latitude: float
    longitude: float


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
    """

    isco2: str
    isco1: str
    name_en: str
    name_fi: str
    name_sv: str
    skill_level: int
    field: str
    licensed: bool


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


@dataclass(frozen=True)
class StartState:
    """Level of the labour market at a start, by municipality.

    Attributes
    ----------
    name
        Name of the state.
    kind
        ``annual_mean`` (the season is to be applied) or ``month_stock`` (it is inside already).
    year, month
        Time of the figures; month is None for an annual mean.
    labour_force
        Register labour force, persons, shape (M,): denominator of the unemployment rate.
    unemployed
        Unemployed of the register, full-time furloughed included, persons, shape (M,).
    vacancies_registered
        Open registered vacancies, shape (M,).
    long_term_share
        Share of the unemployed for 12 months or more, shape (M,).
    furloughed_share
        Share of the unemployed who are full-time furloughed, shape (M,).
    """

    name: str
    kind: str
    year: int
    month: int | None
    labour_force: NDArray[np.float64]
    unemployed: NDArray[np.float64]
    vacancies_registered: NDArray[np.float64]
    long_term_share: NDArray[np.float64]
    furloughed_share: NDArray[np.float64]

    @property
    def unemployment_rate(self) -> float:
        """Unemployment rate of the area: sums first, then the ratio."""
        return float(self.unemployed.sum() / self.labour_force.sum())


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
    participation: NDArray[np.float64]
    education: NDArray[np.float64]
    employed_age_education: NDArray[np.float64]
    jobs: NDArray[np.int64]
    section_occupation: NDArray[np.float64]
    establishments: NDArray[np.float64]
    establishment_jobs: NDArray[np.float64]
    commuting: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    unemployed_ages: NDArray[np.int64]
    unemployed_joint: NDArray[np.float64]
    unemployed_occupation: NDArray[np.float64]
    vacancies_occupation: NDArray[np.float64]
    fixed_term_share: NDArray[np.float64]
    fixed_term_share_by_age: NDArray[np.float64]
    hire_rate_per_year: NDArray[np.float64]
    furlough_stock_share: NDArray[np.float64]
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
        """Position of the pseudo place outside in `commuting` and `distance_km`."""
        return len(self.municipalities)

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
        if name not in states:
            raise InputError(
                f"{where}, column state: start state '{name}' is not there"
                f"{near_miss(name, states)}; found {_listed(states)}"
            )
        return states[name]


def find_municipality(text: str, municipalities: Sequence[Municipality]) -> int:
    """Find a municipality by code or name, see `Region.municipality`."""
    wanted = " ".join(text.split())
    match = re.match(r"([A-Za-zÅÄÖåäö]*?)0*(\d+)(?:\s+(.*))?\Z", wanted)
    by_name = [
        i
        for i, place in enumerate(municipalities)
        if wanted.casefold() in (place.name.casefold(), place.name_sv.casefold())
    ]
    if match:
        prefix, number, name = match[1].upper(), int(match[2]), match[3]
        found = [
            i
            for i, place in enumerate(municipalities)
            if (code := re.match(r"(\D*)0*(\d+)\Z", place.code))
            and int(code[2]) == number
            and (not prefix or prefix == code[1].upper())
        ]
        if len(found) == 1 and name:
            place = municipalities[found[0]]
            if name.casefold() not in (place.name.casefold(), place.name_sv.casefold()):
                raise InputError(
                    f"'{text}': the code is that of {place.name} ({place.code}), the name is not"
                )
    else:
        found = by_name
    if len(found) == 1:
        return found[0]
    if found:
        which = " or ".join(municipalities[i].code for i in found)
        raise InputError(f"'{text}' is ambiguous: {which}; write the whole code")
    known = [place.code for place in municipalities] + [place.name for place in municipalities]
    raise InputError(f"'{text}' is not a municipality of the area{near_miss(wanted, known)}")


def read_start_states(path: Path, municipalities: Sequence[Municipality]) -> dict[str, StartState]:
    """Read a file of start states.

    Parameters
    ----------
    path
        CSV with the columns of ``start_states.csv``.
    municipalities
        Those that every state must cover, each once.

    Raises
    ------
    InputError
        If the file does not hold.
    """
    table = Table.read(path, SCHEMA["start_states.csv"])
    states: dict[str, dict[int, Row]] = {}
    for row in table:
        try:
            place = find_municipality(row["municipality_code"], municipalities)
        except InputError as error:
            raise table.error(row, "municipality_code", str(error)) from None
        try:
            named = find_municipality(row["municipality"], municipalities)
        except InputError as error:
            raise table.error(row, "municipality", str(error)) from None
        if named != place:
            raise table.error(
                row,
                "municipality",
                f"'{row['municipality']}' is not {municipalities[place].name}, whose code is beside it",
            )
        _check_kind(table, row)
        if row["unemployed"] > row["labour_force"]:
            raise table.error(
                row,
                "unemployed",
                f"{row['unemployed']:g} is more than the labour force {row['labour_force']:g}",
            )
        rows = states.setdefault(row["state"], {})
        if place in rows:
            raise table.error(
                row,
                "municipality_code",
                f"{row['state']} has {municipalities[place].code} twice, first in row {rows[place].line}",
            )
        rows[place] = row
    result = {}
    for name, rows in states.items():
        absent = [place.code for i, place in enumerate(municipalities) if i not in rows]
        first = next(iter(rows.values()))
        if absent:
            raise table.error(first, "municipality_code", f"state {name} has no row for {', '.join(absent)}")
        result[name] = _start_state(table, name, [rows[i] for i in range(len(municipalities))], first)
    return result


def _start_state(table: Table, name: str, rows: Sequence[Row], first: Row) -> StartState:
    for row in rows:
        if row["date"] != first["date"]:
            raise table.error(
                row, "date", f"'{row['date']}' differs from '{first['date']}' in row {first.line}"
            )
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?", first["date"])
    if not match or not (match[2] is None or 1 <= int(match[2]) <= 12):
        raise table.error(
            first, "date", f"'{first['date']}' is not a date; expected YYYY (mean of a year) or YYYY-MM"
        )
    month = int(match[2]) if match[2] else None
    kind = START_KINDS[0] if month is None else START_KINDS[1]
    for row in rows:
        told = row.cells.get("kind", "")
        if told and told != kind:
            raise table.error(
                row,
                "kind",
                f"'{told}' does not fit the date '{first['date']}'; expected {kind}",
            )

    def column(what: str) -> NDArray[np.float64]:
        return _frozen(np.array([row[what] for row in rows], dtype=np.float64))

    return StartState(
        name, kind, int(match[1]), month, column("labour_force"), column("unemployed"),
        column("vacancies_registered"), column("long_term_share"), column("furloughed_share"),
    )  # fmt: skip


def _check_kind(table: Table, row: Row) -> None:
    if row["source_kind"] not in SOURCE_KINDS:
        told = row["source_kind"]
        raise table.error(
            row,
            "source_kind",
            f"'{told}' is not known{near_miss(told, SOURCE_KINDS)}; expected {', '.join(SOURCE_KINDS)}",
        )


def _check_provenance(table: Table, schema: FileSchema, sources: Mapping[str, str]) -> None:
    for row in table:
        _check_kind(table, row)
        if row["source"] not in sources:
            told = row["source"]
            raise table.error(
                row, "source", f"'{told}' is not a source of sources.csv{near_miss(told, sources)}"
            )
        if schema.units and row["unit"] not in schema.units:
            raise table.error(
                row, "unit", f"'{row['unit']}' is not expected here; expected {' or '.join(schema.units)}"
            )
        if schema.value is None:
            continue
        value, low, high = row[schema.value], row["low"], row["high"]
        if low > value or high < value:
            raise table.error(row, schema.value, f"{value:g} is outside its own range [{low:g}, {high:g}]")


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _sums_to_one(
    table: Table, array: NDArray[np.float64], what: str, labels: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Check that the last axis sums to 1 and make it exact."""
    total = array.sum(axis=-1)
    bad = np.flatnonzero(np.abs(np.atleast_1d(total) - 1.0) > TOLERANCE_SHARES)
    if len(bad):
        where = f" of {labels[bad[0]]}" if labels else ""
        raise table.error(None, what, f"shares{where} sum to {np.atleast_1d(total)[bad[0]]:.6g}; expected 1")
    return array / total[..., None] if array.ndim > 1 else array / total


def digest_of(path: Path) -> str:
    """Return the SHA-256 over the names and contents of a folder's files, in the order of their names."""
    total = hashlib.sha256()
    for file in sorted(path.iterdir(), key=lambda item: item.name):
        if file.is_file() and not file.name.startswith("."):
            content = file.read_bytes()
            total.update(f"{file.name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


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
        raise InputError(
            f"region.yaml: key 'population_year' is {head['population_year']!r}; expected a year"
        )
    return head


def _check_named(key: str, told: str, known: Iterable[str]) -> None:
    known = list(known)
    if told not in known:
        raise InputError(
            f"region.yaml: key '{key}' is '{told}'{near_miss(told, known)}; expected {_listed(known)}"
        )


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
            _check_provenance(tables[name], schema, sources)

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
    _check_population(table, population)

    fields_table = tables["fields.csv"]
    fields_table.labels("field")
    fields = {
        row["field"]: {language: row[f"name_{language}"] for language in ("fi", "sv", "en")}
        for row in fields_table
    }
    occupations = _occupations(tables["occupations.csv"], fields)
    isco2 = tuple(occupation.isco2 for occupation in occupations)
    by_isco2 = ("isco2", isco2)

    jobs = tables["jobs.csv"].array("jobs", [by_place, by_section])
    section_occupation = _section_occupation(tables["section_occupation.csv"], jobs, by_section, by_isco2)

    class_table = tables["size_classes.csv"]
    classes = class_table.labels("size_class")
    size_classes = _size_classes(class_table)
    table = tables["establishments.csv"]
    by_class = ("size_class", classes)
    establishments = table.array("establishments", [by_section, by_class], complete=False)
    establishment_jobs = table.array("jobs", [by_section, by_class], complete=False)
    _check_establishments(table, establishments, establishment_jobs, jobs, size_classes)
    large_employers = _large_employers(tables["large_employers.csv"], codes, jobs)

    places = (*codes, OUTSIDE)
    od = [("origin", places), ("destination", places)]
    commuting = tables["commuting.csv"].array("persons", od)
    _check_commuting(tables["commuting.csv"], commuting, jobs, codes)
    distance = tables["distances.csv"].array("km", od)

    table = tables["unemployed_structure.csv"]
    groups = tuple(dict.fromkeys(row["age_group"] for row in table))
    ages = _age_groups(table, groups)
    joint = table.array("persons", [("age_group", groups), by_education, ("isco1", ISCO1)])
    _check_joint(table, joint, occupations)

    def occupation_shares(name: str) -> NDArray[np.float64]:
        return _frozen(_sums_to_one(tables[name], tables[name].array("share", [by_isco2]), "share"))

    fixed_by_section, fixed_by_age = _fixed_term(tables["fixed_term.csv"])
    season = tables["seasonality.csv"].array("ratio", [("month", tuple(str(m) for m in range(1, 13)))])
    if abs(season.mean() - 1.0) > TOLERANCE_SEASON:
        raise InputError(
            f"seasonality.csv, column ratio: mean of the months is {season.mean():.4g}; expected 1"
        )
    facts = tables["register_facts.csv"].array("value", [("fact", REGISTER_FACTS)])

    start_states = read_start_states(path / "start_states.csv", municipalities)
    _check_named("default_start", head["default_start"], start_states)
    participation = tables["participation.csv"].array("share", [by_age, by_sex])
    _check_labour_force(
        tables["participation.csv"], population, participation, start_states[head["default_start"]]
    )
    _check_map(path / head["map"], codes)

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
        children=_frozen(
            np.array([row["children"] for row in tables["municipalities.csv"]]).astype(np.int64)
        ),
        elderly=_frozen(np.array([row["elderly"] for row in tables["municipalities.csv"]]).astype(np.int64)),
        population=_frozen(population.astype(np.int64)),
        participation=_frozen(participation),
        education=_frozen(tables["education.csv"].array("persons", [by_place, by_education])),
        employed_age_education=_frozen(
            tables["employed_age_education.csv"].array("persons", [by_age, by_education])
        ),
        jobs=_frozen(jobs.astype(np.int64)),
        section_occupation=_frozen(section_occupation),
        establishments=_frozen(establishments),
        establishment_jobs=_frozen(establishment_jobs),
        commuting=_frozen(commuting),
        distance_km=_frozen(distance),
        unemployed_ages=_frozen(ages),
        unemployed_joint=_frozen(joint),
        unemployed_occupation=occupation_shares("unemployed_occupation.csv"),
        vacancies_occupation=occupation_shares("vacancies_occupation.csv"),
        fixed_term_share=_frozen(fixed_by_section),
        fixed_term_share_by_age=_frozen(fixed_by_age),
        hire_rate_per_year=_frozen(tables["turnover.csv"].array("hires_per_job_year", [by_section])),
        furlough_stock_share=_frozen(tables["furlough.csv"].array("share", [by_section])),
        season=_frozen(season),
        start_states=start_states,
        register_facts={name: float(value) for name, value in zip(REGISTER_FACTS, facts, strict=True)},
        sources=sources,
        digest=digest_of(path),
        provenance={
            name: Counter(row["source_kind"] for row in tables[name])
            for name, schema in SCHEMA.items()
            if "source_kind" in schema.header
        },
    )


def _check_population(table: Table, population: NDArray[np.float64]) -> None:
    for row, aged in zip(table, population.sum(axis=(1, 2)), strict=True):
        total = row["children"] + row["elderly"] + aged
        if abs(total - row["population"]) > 0.5:
            raise table.error(
                row,
                "population",
                f"{row['population']:.0f} but children, elderly and population.csv sum to {total:.0f}",
            )


def _occupations(table: Table, fields: Mapping[str, Any]) -> tuple[Occupation, ...]:
    table.labels("isco2")
    field_index = {name: i for i, name in enumerate(fields)}
    result = []
    for row in table:
        if not re.fullmatch(r"\d\d", row["isco2"]):
            raise table.error(
                row, "isco2", f"'{row['isco2']}' is not two digits (zeros in front are part of the code)"
            )
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
            )
        )
    return tuple(result)


def _section_occupation(
    table: Table,
    jobs: NDArray[np.float64],
    by_section: tuple[str, Sequence[str]],
    by_isco2: tuple[str, Sequence[str]],
) -> NDArray[np.float64]:
    shares = table.array("share", [by_section, by_isco2], complete=False)
    section_jobs = jobs.sum(axis=0)
    present = shares.sum(axis=1) > 0
    for i in np.flatnonzero((section_jobs > 0) & ~present):
        raise table.error(
            None, "section", f"no rows for section {SECTIONS[i]}, which has {section_jobs[i]:.0f} jobs"
        )
    shares[present] = _sums_to_one(
        table, shares[present], "share", [s for s, p in zip(SECTIONS, present, strict=True) if p]
    )
    # A section without jobs may be left out; were a job created there it would have the area's mix.
    shares[~present] = section_jobs @ shares / section_jobs.sum()
    return shares


def _size_classes(table: Table) -> tuple[SizeClass, ...]:
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


def _check_establishments(
    table: Table,
    establishments: NDArray[np.float64],
    establishment_jobs: NDArray[np.float64],
    jobs: NDArray[np.float64],
    size_classes: Sequence[SizeClass],
) -> None:
    for i, (inside, total) in enumerate(zip(establishment_jobs.sum(axis=1), jobs.sum(axis=0), strict=True)):
        if abs(inside - total) > max(2.0, TOLERANCE_ESTABLISHMENTS * total):
            raise table.error(
                None, "jobs", f"section {SECTIONS[i]} sums to {inside:.1f}; jobs.csv has {total:.0f}"
            )
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


def _large_employers(
    table: Table, codes: Sequence[str], jobs: NDArray[np.float64]
) -> tuple[LargeEmployer, ...]:
    table.labels("id")
    code_index = {code: i for i, code in enumerate(codes)}
    section_index = {section: i for i, section in enumerate(SECTIONS)}
    used = np.zeros_like(jobs)
    result = []
    for row in table:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", row["id"]):
            raise table.error(
                row, "id", f"'{row['id']}' is not a slug; expected small letters, digits and underscores"
            )
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
        result.append(
            LargeEmployer(row["id"], row["name"], place, section, int(row["jobs"]), row["listed_jobs"])
        )
    return tuple(result)


def _check_commuting(
    table: Table, commuting: NDArray[np.float64], jobs: NDArray[np.float64], codes: Sequence[str]
) -> None:
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


def _age_groups(table: Table, groups: Sequence[str]) -> NDArray[np.int64]:
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


def _check_joint(table: Table, joint: NDArray[np.float64], occupations: Sequence[Occupation]) -> None:
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


def _fixed_term(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    labels = {"section": SECTIONS, "age_band": AGE_BANDS}
    for row in table:
        table.index(row, "dimension", {name: i for i, name in enumerate(FIXED_TERM_DIMENSIONS)})
    parts = []
    for dimension in FIXED_TERM_DIMENSIONS:
        part = Table(table.name, tuple(row for row in table if row["dimension"] == dimension))
        parts.append(part.array("share", [("label", labels[dimension])]))
    return parts[0], parts[1]


def _check_labour_force(
    table: Table, population: NDArray[np.float64], participation: NDArray[np.float64], start: StartState
) -> None:
    built, register = float((population * participation).sum()), float(start.labour_force.sum())
    if abs(built - register) > TOLERANCE_LABOUR_FORCE * register:
        raise table.error(
            None,
            "share",
            f"population times participation is {built:.0f}; labour force of {start.name} is {register:.0f}",
        )


def _check_map(path: Path, codes: Sequence[str]) -> None:
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
            raise InputError(
                f"{path.name}: '{code}' is not a municipality of the region{near_miss(str(code), codes)}"
            )
