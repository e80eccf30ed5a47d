"""A design of one's own from a CSV: a column ``id`` and one for each key, rows in any order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from experiments.csv_file import read_csv
from experiments.csv_number import decimal_mark, looks_like_number, number
from experiments.sweep.design import Design
from experiments.sweep.factor import UNCERTAINTY, Factor
from experiments.sweep.point import Point
from sim.errors import InputError, near_miss
from sim.parameters import ParameterSet

_ID = ("id", "point", "tunnus", "piste", "punkt")


def read_own(path: Path, levers: Mapping[str, Factor], parameters: ParameterSet) -> Design:
    """Read a design.

    Parameters
    ----------
    path
        CSV with semicolons, tabs or commas; decimal points or commas.
    levers
        Factors of ``levers=`` by key: columns of these are levers, all others uncertainties.
    parameters
        Where the keys are declared.

    Returns
    -------
    Design
        Points in the order of the file. Points with equal values stay apart; they share the keys of their runs.

    Raises
    ------
    InputError
        No id column, an unknown key, an id twice or empty, a cell without a number, a value that leaves the declared
        range, a lever without a column; with file and line.
    """
    table = read_csv(path)
    column = table.column(_ID)
    if column is None:
        raise InputError(f"{table.name} row 1: no column 'id'{near_miss('id', table.header)}; columns are "
                         f"{', '.join(table.header)}")  # fmt: skip
    factors: dict[int, Factor] = {}
    for place, name in enumerate(table.header):
        if place == column:
            continue
        factor = levers.get(name.strip().removeprefix("parameters.")) or Factor.of(
            name, UNCERTAINTY, parameters, where=f"{table.name} row 1"
        )
        if factor.key in {other.key for other in factors.values()}:
            raise InputError(f"{table.name} row 1: two columns are {factor.key}")
        factors[place] = factor
    for key in levers:
        if key not in {factor.key for factor in factors.values()}:
            raise InputError(f"levers: {table.name} has no column '{key}'{near_miss(key, table.header)}")
    if not factors:
        raise InputError(f"{table.name} row 1: no column but '{table.header[column]}'; expected one for each key")
    marks: dict[int, str] = {}
    if table.delimiter != ",":  # where commas separate cells, a point is a decimal one
        comma = any("," in cell for _, cells in table.rows for cell in cells)
        for place, factor in factors.items():
            numbers = [(line, cells[place]) for line, cells in table.rows if looks_like_number(cells[place])]
            marks[place] = decimal_mark(numbers, comma, f"{table.name}: {factor.key}")
    points: list[Point] = []
    lines: dict[str, int] = {}
    for line, cells in table.rows:
        where = f"{table.name} row {line}"
        name = cells[column]
        if not name:
            raise InputError(f"{where}: the id is empty")
        if name in lines:
            raise InputError(f"{where}: the id '{name}' stands in row {lines[name]} already")
        lines[name] = line
        values = {}
        for place, factor in factors.items():
            values[factor.key] = _number(cells[place], marks.get(place), f"{where} ({name}): {factor.key}")
            factor.check(values[factor.key], f"{where} ({name})")
        points.append(Point(name, values))
    return Design(tuple(factors.values()), tuple(points))


def _number(cell: str, mark: str | None, where: str) -> float:
    """Read a cell, with a decimal mark that was found out or in the notation of programs (1e-05)."""
    if mark is not None and looks_like_number(cell):
        return number(cell, mark, where)
    try:
        if "_" in cell or not math.isfinite(float(cell)):
            raise ValueError(cell)
    except ValueError:
        raise InputError(f"{where}: '{cell}' is not a number") from None
    return float(cell)
