"""The demand index: a CSV by month, and by section if wanted, that carries booms, slumps and the past.

The index is 1 at the level of the start. It acts on

* targets: an employer wants jobs at the start × index ** ``demand.target_elasticity``;
* postings: a waiting job is posted with a hazard × index ** ``demand.posting_elasticity``;
* separations: an employee is dismissed with a hazard × index ** −``demand.separation_elasticity``.

Dismissals by the hazard move a job to another employer; jobs that a fall of the target leaves over end by
the employer's decision (`sim.kernels.demand.dismiss_excess`). The first are churn, the second fewer jobs, so
both are needed. A hazard has a ceiling, ``engine.hazard_headroom``: an index that would leave it is refused
before the first day, as a policy's change is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.event import Slump
from sim.clock import date_of
from sim.dimensions import SECTIONS
from sim.errors import InputError, near_miss
from sim.headroom import factor_of
from sim.timetable import Timetable

COLUMNS = ("month", "index", "section")
HIGHEST = 10.0
"""Largest index that is believed; more is most often a number of vacancies or a percentage."""


@dataclass(frozen=True, eq=False)
class Demand:
    """A demand index over a horizon.

    Attributes
    ----------
    file
        Name of the file, for errors.
    start_date
        First day of the run.
    index
        Index in each month of the horizon, the first that of `start_date`; 1 is the level of the start.
        Shape (months, sections).
    """

    file: str
    start_date: date
    index: NDArray[np.float64]

    def month(self, k: int) -> str:
        """Name of a month of the horizon, ``2025-01``."""
        return _month_name(_month_number(self.start_date) + k)


def read_demand(path: Path, start_date: date, days: int, shift_years: int = 0) -> Demand:
    """Read a demand index.

    Before the file's first month the index is 1, after its last month that month's index stands. Sections that
    the file does not name follow the rows without a section, or stay at 1 if it has none.

    Parameters
    ----------
    path
        CSV with columns ``month`` (2025-01), ``index`` (1 is the level of the start) and, if wanted,
        ``section`` (TOL 2008 letter; empty for all others). Each series has a row for every month from the
        file's first to its last.
    start_date
        First day of the run.
    days
        Length of the run, days.
    shift_years
        Years by which the file's months move: a market that begins in another year meets the same cycle.

    Raises
    ------
    InputError
        One line naming file, row and column: months twice, left out or before the start; an index that is no
        number or not between 0 and 10; an unknown section or column; a file all after the horizon.
    """
    first_month = _month_number(start_date)
    n_months = _month_number(date_of(days - 1, start_date)) - first_month + 1
    series: dict[str, dict[int, float]] = {}
    lines: dict[tuple[str, int], int] = {}
    for line, month, section, index in _rows(path):
        shifted = month + 12 * shift_years
        where = f"{path.name} row {line}, column month:"
        if shifted < first_month:
            raise InputError(
                f"{where} {_month_name(month)} is before the start of the run in "
                f"{_month_name(first_month - 12 * shift_years)}"
            )
        if (section, shifted) in lines:
            of = f" of section {section}" if section else ""
            raise InputError(
                f"{where} {_month_name(month)}{of} comes twice, first in row {lines[section, shifted]}"
            )
        lines[section, shifted] = line
        series.setdefault(section, {})[shifted] = index
    if not series:
        raise InputError(f"{path.name} has a header and no rows")
    first = min(month for values in series.values() for month in values)
    last = max(month for values in series.values() for month in values)
    if first >= first_month + n_months:
        raise InputError(
            f"{path.name}, column month: the first month, {_month_name(first - 12 * shift_years)}, is after the last "
            f"of the run, {_month_name(first_month + n_months - 1 - 12 * shift_years)}"
        )
    for section, values in series.items():
        for month in range(first, last + 1):
            if month not in values:
                before = max((m for m in values if m < month), default=min(values))
                of = f" for section {section}" if section else ""
                raise InputError(
                    f"{path.name} row {lines[section, before]}, column month: no row for "
                    f"{_month_name(month - 12 * shift_years)}{of}; a series has every month from "
                    f"{_month_name(first - 12 * shift_years)} to {_month_name(last - 12 * shift_years)}"
                )
    levels = np.ones((n_months, len(SECTIONS)))
    for section in sorted(series):  # rows of all sections first
        columns = slice(None) if section == "" else SECTIONS.index(section)
        for k in range(max(first - first_month, 0), n_months):
            levels[k, columns] = series[section][min(first_month + k, last)]
    levels.flags.writeable = False
    return Demand(path.name, start_date, levels)


def deepened(demand: Demand | None, slumps: Sequence[Slump], start_date: date, days: int) -> Demand | None:
    """A demand index with slumps on top of it, or of a level index of 1; what there is without any."""
    if not slumps:
        return demand
    first = _month_number(start_date)
    n_months = _month_number(date_of(days - 1, start_date)) - first + 1
    index = np.ones((n_months, len(SECTIONS))) if demand is None else np.array(demand.index)
    for slump in slumps:
        for month in range(n_months):
            index[month, list(slump.sections)] *= slump.factor(first + month - _month_number(slump.start))
    index.flags.writeable = False
    file = f"shocks.{slumps[0].name}" if demand is None else demand.file
    return Demand(file, start_date, index)


def check_separations(demand: Demand, timetable: Timetable) -> None:
    """Refuse an index that would raise dismissals above the headroom of hazards, changes of the arm included.

    Raises
    ------
    InputError
        Naming file, month, section, the factor and what to do.
    """
    baseline = timetable.parameter_set.baseline[0]
    limit = float(baseline.engine.hazard_headroom)
    changed = factor_of("dismissal", timetable)
    elasticity = np.full(timetable.days, float(baseline.demand.separation_elasticity))
    if "demand.separation_elasticity" in timetable.series:
        elasticity = timetable.series["demand.separation_elasticity"][:, 0]
    months = np.array([_month_number(date_of(t, timetable.start_date)) for t in range(timetable.days)])
    months -= months[0]
    factor = demand.index[months] ** -elasticity[:, None] * changed[:, None]
    day, section = np.unravel_index(int(np.argmax(factor)), factor.shape)
    if factor[day, section] > limit * (1.0 + 1e-9):
        k = int(months[day])
        raise InputError(
            f"{demand.file}, column index: {demand.index[k, section]:g} in {demand.month(k)} (section "
            f"{SECTIONS[section]}) would raise dismissal to {factor[day, section]:.3g} times its baseline; at most "
            f"{limit:g} times is simulated: lower parameters.demand.separation_elasticity or set "
            "parameters.engine.hazard_headroom higher for all arms"
        )


def _rows(path: Path) -> Iterator[tuple[int, int, str, float]]:
    """Give line, month number, section ('' for all) and index of each row, each cell checked alone."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"demand file {path.name} cannot be read: {error}") from None
    reader = csv.DictReader(text.splitlines())
    header = reader.fieldnames or []
    for column in ("month", "index"):
        if column not in header:
            raise InputError(f"{path.name} row 1 has no column '{column}'{near_miss(column, header)}")
    for column in header:
        if column not in COLUMNS and near_miss(column, ["section"]):
            raise InputError(f"{path.name} row 1: unknown column '{column}'{near_miss(column, ['section'])}")
    for line, row in enumerate(reader, start=2):
        month, section = (row["month"] or "").strip(), (row.get("section") or "").strip()
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
        if not match:
            raise InputError(f"{path.name} row {line}, column month: expected YYYY-MM, found '{month}'")
        try:
            index = float(row["index"])
        except (TypeError, ValueError):
            raise InputError(
                f"{path.name} row {line}, column index: expected a number, found '{row['index'] or ''}'"
            ) from None
        if not 0.0 < index < HIGHEST:
            raise InputError(
                f"{path.name} row {line}, column index: {index:g} is not between 0 and {HIGHEST:g}; 1 is the start"
            )
        if section and section not in SECTIONS:
            raise InputError(
                f"{path.name} row {line}, column section: '{section}' is no TOL 2008 section (A–U, X)"
                f"{near_miss(section.upper(), SECTIONS)}"
            )
        yield line, 12 * int(match[1]) + int(match[2]) - 1, section, index


def _month_number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _month_name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
