"""Start states: the level of the labour market by municipality, from the region or a user's file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.region.municipality import Municipality, find_municipality
from agents.region.provenance import check_kind
from agents.region.schema import SCHEMA, START_KINDS
from agents.region.table import Row, Table, frozen
from sim.errors import InputError


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
    file, lines
        Where the figures stand: name of the file, and its line for each municipality.
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
    file: str = "start_states.csv"
    lines: tuple[int, ...] = ()

    def place_of(self, municipality: int) -> str:
        """Where a municipality's figures stand, as errors tell it."""
        return f"{self.file} row {self.lines[municipality]}" if self.lines else self.file

    @property
    def unemployment_rate(self) -> float:
        """Unemployment rate of the area: sums first, then the ratio."""
        return float(self.unemployed.sum() / self.labour_force.sum())


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
        check_kind(table, row)
        if row["unemployed"] > row["labour_force"]:
            raise table.error(
                row,
                "unemployed",
                f"{row['unemployed']:g} is more than the labour force {row['labour_force']:g}",
            )
        if row["long_term_share"] + row["furloughed_share"] > 1.0:
            raise table.error(
                row,
                "long_term_share",
                f"{row['long_term_share']:g} and furloughed_share {row['furloughed_share']:g} sum to more than 1: "
                "the furloughed are not among the long-term unemployed",
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
            raise table.error(row, "date", f"'{row['date']}' differs from '{first['date']}' in row {first.line}")
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?", first["date"])
    if not match or not (match[2] is None or 1 <= int(match[2]) <= 12):
        raise table.error(first, "date", f"'{first['date']}' is not a date; expected YYYY (mean of a year) or YYYY-MM")
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
        return frozen(np.array([row[what] for row in rows], dtype=np.float64))

    return StartState(
        name, kind, int(match[1]), month, column("labour_force"), column("unemployed"),
        column("vacancies_registered"), column("long_term_share"), column("furloughed_share"),
        table.name, tuple(row.line for row in rows),
    )  # fmt: skip
