"""XLSX: real numbers and dates, a header that stays in view, widths that fit; text never becomes a formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.export.safe_text import is_formula_like, safe
from experiments.running.store import write_whole
from sim.errors import InputError

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header among them."""
_WIDEST = 60
_SAMPLED = 2_000
"""Rows that column widths are taken from."""
_EXACT_INTEGERS = 10**15
"""Spreadsheets keep fifteen digits: larger whole numbers, such as keys, are written as text."""
_ORDINAL = ("replication", "seed", "n", "month", "year", "point")
"""Whole numbers that count or name: without thousands."""


def check_size(rows: int) -> None:
    """Refuse more rows than a sheet has.

    Raises
    ------
    InputError
        If there are too many.
    """
    if rows > MOST_ROWS - 1:
        raise InputError(
            f"{rows:,} rows are more than the {MOST_ROWS - 1:,} of a sheet; take format=csv, table=summary, or fewer "
            f"rows with kohtaanto query FOLDER \"select … where indicator = 'unemployed'\" out=FILE.xlsx"
        )


def write_xlsx(table: pa.Table, headers: list[str], path: Path, title: str) -> None:
    """Write a table as a workbook of one sheet, whole or not at all.

    Parameters
    ----------
    table
        What to write.
    headers
        Names of the columns as readers see them.
    path
        Where to.
    title
        Name of the sheet.

    Raises
    ------
    InputError
        If there are too many rows, openpyxl is missing or the file can not be written.
    """
    check_size(table.num_rows)
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter
    except ImportError:
        raise InputError(
            "openpyxl is missing: format=xlsx needs the extra 'export': "
            ".venv/bin/python -m pip install -r requirements.lock"
        ) from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for position, (header, column) in enumerate(zip(headers, table.columns, strict=True), start=1):
        shown = [len(_shown(value)) for value in column.slice(0, _SAMPLED).to_pylist()]
        sheet.column_dimensions[get_column_letter(position)].width = min(_WIDEST, max([len(header), *shown]) + 2)

    def made(value: Any, name: str = "") -> Any:
        if value is None or (isinstance(value, float) and value - value != 0.0):
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _EXACT_INTEGERS:
            number = WriteOnlyCell(sheet, value=value)
            number.number_format = _number_format(value, name)
            return number
        if isinstance(value, date):
            day = WriteOnlyCell(sheet, value=value)
            day.number_format = "d.m.yyyy"
            return day
        text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
        written = WriteOnlyCell(sheet, value=text)
        if is_formula_like(text):
            written.data_type = "s"  # openpyxl would make a formula of what begins with '='
            written.quotePrefix = True  # and a spreadsheet, when the cell is edited
        return written

    titles = [WriteOnlyCell(sheet, value=safe(header)) for header in headers]
    for one in titles:
        one.font = Font(bold=True)
    sheet.append(titles)
    for row in _rows(table):
        sheet.append([made(value, name) for value, name in zip(row, table.column_names, strict=True)])
    write_whole(path, book.save)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from zip(*[column.to_pylist() for column in batch.columns], strict=True)


def _number_format(value: float, name: str) -> str:
    """Thousands are a matter of the format: a Finnish spreadsheet shows them as no-break spaces."""
    if name in _ORDINAL:
        return "0"
    if float(value).is_integer():
        return "#,##0"
    return "#,##0.00" if abs(value) >= 1.0 else "0.0000"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "31.12.2025" if isinstance(value, date) else str(value)
