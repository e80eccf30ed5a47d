"""The demand index: a CSV that drives the employers' targets month by month."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import SECTIONS
from sim.errors import InputError, near_miss


def read_demand(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read a demand index.

    Parameters
    ----------
    path
        CSV with columns ``month`` (2025-01), ``index`` (1 is the level of the start) and, if wanted,
        ``section`` (TOL 2008 letter; empty for all).

    Returns
    -------
    dict
        Index by section for each month, shape (sections,).

    Raises
    ------
    InputError
        One line naming file, row and column.
    """
    months: dict[str, NDArray[np.float64]] = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"demand file {path.name} cannot be read: {error}") from None
    reader = csv.DictReader(text.splitlines())
    header = reader.fieldnames or []
    for column in ("month", "index"):
        if column not in header:
            raise InputError(f"{path.name} row 1 has no column '{column}'{near_miss(column, header)}")
    for line, row in enumerate(reader, start=2):
        month, section = (row["month"] or "").strip(), (row.get("section") or "").strip()
        try:
            date.fromisoformat(f"{month}-01")
        except ValueError:
            raise InputError(f"{path.name} row {line}, column month: expected YYYY-MM, found '{month}'") from None
        try:
            index = float(row["index"])
        except (TypeError, ValueError):
            raise InputError(
                f"{path.name} row {line}, column index: expected a number, found '{row['index']}'"
            ) from None
        if not 0.0 < index < 10.0:
            raise InputError(f"{path.name} row {line}, column index: {index:g} is not between 0 and 10; 1 is the start")
        if section and section not in SECTIONS:
            raise InputError(f"{path.name} row {line}, column section: '{section}' is no TOL 2008 section (A–U, X)")
        values = months.setdefault(month, np.ones(len(SECTIONS)))
        if section:
            values[SECTIONS.index(section)] = index
        else:
            values[:] = index
    if not months:
        raise InputError(f"{path.name} has a header and no rows")
    return months
