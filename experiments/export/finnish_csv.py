"""CSV as a Finnish spreadsheet opens it: semicolons, decimal commas, dates like 31.1.2025, a byte-order mark.

Numbers keep all their digits: reading the file gives the same numbers bit for bit.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.export.safe_text import safe
from experiments.running.store import write_whole

_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
"""1.234 with a comma could be read as a thousand: it gets a zero more."""
_CHUNK = 50_000
"""Rows that are made into text at once."""


def write_csv(table: pa.Table, headers: list[str], path: Path) -> None:
    """Write a table, whole or not at all.

    Parameters
    ----------
    table
        What to write.
    headers
        Names of the columns as readers see them.
    path
        Where to.

    Raises
    ------
    InputError
        If it can not be written.
    """

    def write(file: Any) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
        rows.writerow([safe(header) for header in headers])
        for batch in table.to_batches(max_chunksize=_CHUNK):
            rows.writerows(zip(*[map(cell, column.to_pylist()) for column in batch.columns], strict=True))
        text.flush()
        text.detach()

    write_whole(path, write)


def cell(value: Any) -> str:
    """A value as text of a CSV cell; what does not exist is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return finnish_number(value)
    if isinstance(value, date):
        return f"{value.day}.{value.month}.{value.year}"
    return safe(str(value))


def finnish_number(value: float) -> str:
    """A number with a decimal comma, without thousands or exponent, with all its digits."""
    if not np.isfinite(value):
        return ""
    text = np.format_float_positional(value, trim="-")
    if _LIKE_THOUSANDS.fullmatch(text):
        text += "0"
    return text.replace(".", ",")
