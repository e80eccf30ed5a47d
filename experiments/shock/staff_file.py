"""A file of an employer's staff by occupation, age and home, as a shock's ``staff_file`` names it."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.specification import Cohort, StaffCell
from experiments.composing.configuration import PROJECT
from experiments.composing.horizon import Horizon
from experiments.csv_file import CsvTable, read_csv
from experiments.csv_number import decimal_mark, looks_like_number, number
from sim.errors import InputError, near_miss

if TYPE_CHECKING:
    from agents.region import Region

KEY = "staff_file"
"""Key of a shock file."""
WITHOUT_STAFF = ("opening", "slump")
"""Kinds of events that hit nobody who is there already."""
YOUNGEST, OLDEST = 15, 74
COLUMNS = {
    "occupation": ("occupation", "isco", "isco2", "ammatti", "ammattiryhmä", "ammattikoodi", "yrke", "yrkesgrupp"),
    "age": ("age", "age_band", "ikä", "ikäryhmä", "ålder", "åldersgrupp"),
    "from": ("from", "age_from", "ikä alkaen", "alkaen", "från"),
    "to": ("to", "age_to", "ikä asti", "asti", "till"),
    "home": (
        "home", "home town", "municipality", "kotikunta", "asuinkunta", "kunta", "hemkommun", "hemort", "kommun",
    ),
    "jobs": (
        "jobs", "persons", "people", "työpaikat", "työpaikkoja", "henkilöä", "henkilöt", "henkilöitä", "henkilömäärä",
        "lukumäärä", "määrä", "lkm", "personer", "antal", "arbetsplatser",
    ),
}  # fmt: skip
"""Headers of the columns, in small letters."""
_TOTALS = ("yhteensä", "total", "totalt", "sammanlagt", "summa", "sum")
_ISCO_08 = tuple(
    f"{major}{minor}"
    for major, last in enumerate((3, 4, 6, 5, 4, 4, 3, 5, 3, 6))
    for minor in range(1, last + 1)
)  # fmt: skip


def digest_of_staff(given: Mapping[str, Any]) -> str | None:
    """SHA-256 of the staff file that a shock names, None if it names none."""
    return None if given.get(KEY) is None else hashlib.sha256(_path(given, KEY).read_bytes()).hexdigest()


def with_staff(cohort: Cohort, given: Mapping[str, Any], horizon: Horizon, region: Region) -> Cohort:
    """Give a cohort the staff of its shock's file, marked on the first day.

    Parameters
    ----------
    cohort
        Of the shock.
    given
        The shock file.
    horizon
        Knows the first day.
    region
        Knows occupations and municipalities.

    Returns
    -------
    Cohort
        Unchanged if the shock names no file.

    Raises
    ------
    InputError
        A later marking day, or a faulty file (`read_staff`).
    """
    if given.get(KEY) is None:
        return cohort
    where = f"shocks.{cohort.name}"
    if given.get("marked") not in (None, "start") and cohort.marked != horizon.start:
        raise InputError(
            f"{where}.marked: {cohort.marked}, but a {KEY} tells who is there on the first day, {horizon.start}; "
            "write marked: start"
        )
    staff = read_staff(_path(given, f"{where}.{KEY}"), cohort.jobs, region)
    return dataclasses.replace(cohort, marked=horizon.start, staff=staff)


def check_one_staff(cohorts: Iterable[Cohort]) -> None:
    """Refuse two staff files of one employer that differ: all arms have the same world."""
    seen: dict[str, Cohort] = {}
    for cohort in cohorts:
        other = seen.setdefault(cohort.employer, cohort) if cohort.staff else cohort
        if sorted(map(dataclasses.astuple, other.staff)) != sorted(map(dataclasses.astuple, cohort.staff)):
            raise InputError(
                f"shocks.{cohort.name}.{KEY}: another staff of {cohort.employer} than that of shocks.{other.name}; "
                "all arms have the same people"
            )


def read_staff(path: Path, jobs: int, region: Region) -> tuple[StaffCell, ...]:
    """Read a staff file: ``occupation`` (two digits of ISCO-08 or a title), ``age`` (such as 15-29, or ``from`` and
    ``to``), perhaps ``home`` (code or name), ``jobs``; Finnish and Swedish headers too.

    Parameters
    ----------
    path
        CSV, as saved from a spreadsheet.
    jobs
        What the rows have to sum to.
    region
        Knows occupations and municipalities.

    Returns
    -------
    tuple of StaffCell
        In the file's order, without rows of no jobs.

    Raises
    ------
    InputError
        Naming file and line: an unknown column, occupation or home, an age that is none, a number that is none or
        below nought, a row that repeats or overlaps another, a wrong sum.
    """
    table = read_csv(path)
    columns = _columns(table)
    numbers = [(line, cells[columns["jobs"]]) for line, cells in table.rows]
    mark = decimal_mark(numbers, False, f"{table.name}, column {table.header[columns['jobs']]},")
    lines: list[int] = []
    cells: list[StaffCell] = []
    for line, row in table.rows:
        where = f"{table.name} line {line}"
        cell = _cell(row, columns, mark, where, region)
        for earlier, other in zip(lines, cells, strict=True):
            _compare(cell, other, where, earlier, region)
        lines.append(line)
        cells.append(cell)
    total = sum(cell.jobs for cell in cells)
    if total != jobs:
        raise InputError(f"{table.name} lines {lines[0]} to {lines[-1]}: sum {total}, event says {jobs}")
    return tuple(cell for cell in cells if cell.jobs)


def _path(given: Mapping[str, Any], where: str) -> Path:
    told = given[KEY]
    path = PROJECT / told if isinstance(told, str) else None
    if path is None or not path.is_file():
        raise InputError(f"{where}: no file {path or repr(told)}")
    return path


def _columns(table: CsvTable) -> dict[str, int]:
    """Position of each column; refuse headers that are not known, or missing."""
    found = {key: place for key, names in COLUMNS.items() if (place := table.column(names)) is not None}
    known = [name for names in COLUMNS.values() for name in names]
    for place, header in enumerate(table.header):
        if place not in found.values():
            raise InputError(
                f"{table.name} line 1: unknown column '{header}', expected occupation, age, jobs and perhaps home"
                f"{near_miss(header.casefold(), known)}"
            )
    span = "from" in found and "to" in found
    missing = [key for key in ("occupation", "age", "jobs") if key not in found and not (key == "age" and span)]
    if missing:
        raise InputError(f"{table.name} line 1: column {', '.join(missing)} missing; found {', '.join(table.header)}")
    if "age" in found and {"from", "to"} & set(found):
        raise InputError(f"{table.name} line 1: an age and a from or to; say one or the other")
    return found


def _cell(row: list[str], columns: Mapping[str, int], mark: str, where: str, region: Region) -> StaffCell:
    told = row[columns["occupation"]]
    if told.casefold().rstrip(":") in _TOTALS:
        raise InputError(f"{where}: '{told}' is a total; leave it out")
    occupation = _occupation(told, where, region)
    if "age" in columns:
        age = row[columns["age"]]
    else:
        age = f"{row[columns['from']]}-{row[columns['to']]}"
    low, high = _ages(age, where)
    text = row[columns["jobs"]]
    if not looks_like_number(text):
        raise InputError(f"{where}: '{text}' is not a number of jobs")
    jobs = number(text, mark, where)
    if jobs < 0:
        raise InputError(f"{where}: negative jobs ({text}), row for {told}, {age}")
    if jobs != int(jobs):
        raise InputError(f"{where}: {text} jobs; expected a whole number of persons")
    home = row[columns["home"]] if "home" in columns else ""
    return StaffCell(occupation, low, high, int(jobs), _home(home, where, region) if home else -1)


def _occupation(told: str, where: str, region: Region) -> int:
    codes = [occupation.isco2 for occupation in region.occupations]
    titles = {
        title.casefold(): position
        for position, o in enumerate(region.occupations)
        for title in (o.name_fi, o.name_sv, o.name_en)
    }
    match = re.match(r"(\d+)(?:\D.*)?\Z", told)
    if not match:
        if told.casefold() in titles:
            return titles[told.casefold()]
        part = [title for title in titles if told.casefold() in title] if len(told) > 2 else []
        close = part[0] if part else next(iter(_close(told, titles)), "")
        meant = f"; did you mean {codes[titles[close]]} {close}?" if close else ""
        raise InputError(f"{where}: no occupation '{told}'; expected two digits of ISCO-08 or a title{meant}")
    code = match[1]
    if code in codes:
        return codes.index(code)
    if len(code) != 2:
        raise InputError(f"{where}: occupation '{code}': expected two digits of ISCO-08")
    same = [other for other in codes if other[0] == code[0]]
    there = f"; there are {', '.join(same)}" if same else ""
    if code in _ISCO_08:
        raise InputError(f"{where}: occupation {code} is not among those of the region{there}")
    raise InputError(f"{where}: occupation {code} does not exist in ISCO-08 at two digits{there}")


def _close(told: str, titles: Mapping[str, int]) -> list[str]:
    return [title for title in titles if near_miss(told.casefold(), [title])]


def _ages(told: str, where: str) -> tuple[int, int]:
    """Read ``15-29``, ``55+`` or one age."""
    match = re.fullmatch(r"(\d+)(?:\s*[-–−]\s*(\d+)|(\+))?(?:\s*v\.?)?", told.strip())
    if not match:
        raise InputError(f"{where}: age '{told}': expected a span such as 15-29")
    low = int(match[1])
    high = int(match[2]) if match[2] else OLDEST if match[3] else low
    if not YOUNGEST <= low <= high <= OLDEST:
        raise InputError(f"{where}: age '{told}': expected ages from {YOUNGEST} to {OLDEST}, the lower one first")
    return low, high


def _home(told: str, where: str, region: Region) -> int:
    for k, neighbour in enumerate(region.neighbours):
        names = [neighbour.code, *neighbour.title.values()]
        if told.casefold() in [name.casefold() for name in names]:
            return region.outside + k
    try:
        return region.municipality(told)
    except InputError as error:
        markets = ", ".join(neighbour.code for neighbour in region.neighbours)
        raise InputError(f"{where}: home {error}; outside the area: {markets}") from None


def _compare(cell: StaffCell, other: StaffCell, where: str, line: int, region: Region) -> None:
    """Refuse a row that repeats another, and ages of one occupation that overlap: who would be meant?"""
    if cell.occupation != other.occupation:
        return
    code = region.occupations[cell.occupation].isco2
    same_ages = (cell.low, cell.high) == (other.low, other.high)
    if same_ages and cell.home == other.home:
        raise InputError(f"{where} repeats line {line} ({code}, {cell.low}-{cell.high})")
    if not same_ages and cell.low <= other.high and other.low <= cell.high:
        raise InputError(
            f"{where}: ages {cell.low}-{cell.high} overlap {other.low}-{other.high} of line {line} (occupation {code})"
        )
