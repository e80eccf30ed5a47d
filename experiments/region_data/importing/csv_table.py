"""Figures of municipalities out of a CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.region import Municipality
from experiments.csv_file import split
from experiments.csv_number import MISSING, decimal_mark, looks_like_number, number, says
from experiments.region_data.importing.imported import Imported
from experiments.region_data.importing.period import MONTH_COLUMNS, TIME_COLUMNS, parse_time
from experiments.region_data.importing.place import AREA_COLUMNS, NAME_COLUMNS, place_of
from sim.errors import InputError

UNIT_COLUMNS = ("yksikkö", "enhet", "unit")


def import_csv(text: str, name: str, places: Sequence[Municipality]) -> Imported:
    """Take the figures of municipalities out of a CSV.

    Raises
    ------
    InputError
        No column of places or figures, a cell that is no number, a number that could mean two things.
    """
    imported = Imported()
    table = split(text, name)
    header, body = table.header, table.rows
    imported.notes += [f"title: {title}" for title in table.titles]
    shown = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    imported.notes.append(f"columns: {', '.join(header)} (separated by {shown})")
    area = table.column(AREA_COLUMNS)
    if area is None:
        raise InputError(
            f"{name} row 1: no column of municipalities; found {', '.join(header)}; "
            f"expected one of {', '.join(AREA_COLUMNS)}"
        )
    time = table.column(TIME_COLUMNS)
    skip = {area, time, table.column(NAME_COLUMNS), table.column(UNIT_COLUMNS)} - {None}
    values: list[int] = []
    dimensions: list[int] = []
    for i in range(len(header)):
        if i in skip:
            continue
        cells = [cells[i] for _, cells in body if cells[i] not in MISSING]
        numeric = sum(looks_like_number(cell) for cell in cells)
        (values if cells and numeric * 2 >= len(cells) else dimensions).append(i)
    if not values:
        raise InputError(f"{name} row 1: no column of figures; found {', '.join(header)}")
    columns = {i: [(line, cells[i]) for line, cells in body if cells[i] not in MISSING] for i in values}
    for i, column in columns.items():
        for line, cell in column:
            if not looks_like_number(cell):
                raise InputError(f"{name} row {line}, column {header[i]}: '{cell}' is not a number")
    comma_in_file = any(says(cell, ",") == "decimal" for column in columns.values() for _, cell in column)
    marks = {i: decimal_mark(columns[i], comma_in_file, f"{name}, column {header[i]},") for i in values}
    headed = {i: _headed_time(header[i]) if time is None else ("", header[i]) for i in values}
    constant = {i: {cells[i] for _, cells in body} for i in dimensions}
    for i in dimensions:
        if len(constant[i]) == 1:
            imported.notes.append(f"column {header[i]}: the same everywhere ({next(iter(constant[i]))})")
    months = time is not None and header[time].casefold() in MONTH_COLUMNS
    for line, cells in body:
        place = place_of(
            cells[area], places, imported, len(values), f"{name} row {line}, column {header[area]}"
        )
        if place is None:
            continue
        month = ""
        if time is not None:
            found = parse_time(cells[time], months=months)
            if found is None:
                raise InputError(
                    f"{name} row {line}, column {header[time]}: '{cells[time]}' is not a time; "
                    "expected e.g. 2025M01"
                )
            month = found
        parts = [f"{header[i]}={cells[i]}" for i in dimensions if len(constant[i]) > 1]
        for i in values:
            imported.read += 1
            if cells[i] in MISSING:
                imported.missing += 1
                continue
            value = number(cells[i], marks[i], f"{name} row {line}, column {header[i]}")
            when, what = headed[i]
            municipality = places[place]
            indicator = "; ".join([what, *parts])
            imported.rows.append((municipality.code, municipality.name, month or when, indicator, value))
    return imported


def _headed_time(header: str) -> tuple[str, str]:
    """Split a heading such as ``2025M01 Työttömät`` of a wide table."""
    first, _, rest = header.partition(" ")
    found = parse_time(first) if not re.fullmatch(r"\d{5}", first) else None
    return (found, rest.strip() or "value") if found else ("", header)
