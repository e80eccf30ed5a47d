"""A table as plain text for a terminal."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

MOST_WIDE = 60
"""Letters of a cell; longer ones are cut."""


def printed(table: pa.Table, most_rows: int | None = None) -> list[str]:
    """Lines of a table: a header, a rule, a row a line; numbers to the right.

    Parameters
    ----------
    table
        What to print.
    most_rows
        Rows that are shown; None for all.
    """
    shown = table if most_rows is None else table.slice(0, most_rows)
    columns = []
    for name, column in zip(shown.column_names, shown.columns, strict=True):
        cells = [_cell(value) for value in column.to_pylist()]
        width = max(map(len, [name[:MOST_WIDE], *cells]))
        right = any(of(column.type) for of in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal))
        columns.append([cell.rjust(width) if right else cell.ljust(width) for cell in (name[:MOST_WIDE], *cells)])
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    if lines:
        lines.insert(1, "  ".join("-" * len(column[0]) for column in columns))
    if shown.num_rows < table.num_rows:
        lines.append(f"… {table.num_rows - shown.num_rows:,} more rows; rows=all prints them, out=FILE.csv writes them")
    return lines


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        if value != value:
            return ""
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_WIDE else f"{text[: MOST_WIDE - 1]}…"
