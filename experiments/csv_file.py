"""A CSV as people save it from a spreadsheet: encoding, separator, ``sep=`` line and title lines are found out.

Numbers in its cells are read by `experiments.csv_number`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError


@dataclass(frozen=True)
class CsvTable:
    """Cells of a file.

    Attributes
    ----------
    name
        Of the file, for errors.
    header
        Names of the columns.
    rows
        Line of the file (the first is 1) and cells of each row that is not empty.
    titles
        Lines of a single cell before the header.
    delimiter
        What separates the cells.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    titles: tuple[str, ...]
    delimiter: str

    def column(self, names: Sequence[str]) -> int | None:
        """Position of the column that has one of some names, whatever its capitals; None if none has.

        Parameters
        ----------
        names
            In small letters, the one preferred first.
        """
        lower = [cell.casefold() for cell in self.header]
        return next((lower.index(name) for name in names if name in lower), None)


def read_bytes(path: Path) -> bytes:
    """Read a file; InputError in one line if that cannot be done."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def read_csv(path: Path) -> CsvTable:
    """Read a CSV with semicolons, tabs or commas, in UTF-8, UTF-16 or Windows-1252.

    Raises
    ------
    InputError
        If it cannot be read, is no text, has one column only, or rows of different lengths.
    """
    text, _ = decode(read_bytes(path), path.name)
    return split(text, path.name)


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Find out the encoding.

    Returns
    -------
    tuple of str
        The text, and the name of the encoding for people.

    Raises
    ------
    InputError
        If it is no text.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates = [("utf-16", "UTF-16")]
    else:
        candidates = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, label in candidates:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, label
    raise InputError(f"{name}: not a text file; expected a text such as CSV")


def _is_delimiter(mark: str, heads: Sequence[str]) -> bool:
    """Whether at least two of the first lines have the same number of cells, two or more."""
    widths = [len(cells) for cells in csv.reader(heads, delimiter=mark)]
    return any(width >= 2 and widths.count(width) >= 2 for width in widths)


def split(text: str, name: str) -> CsvTable:
    """Split a text into cells.

    Raises
    ------
    InputError
        If it has one column only, or rows of different lengths.
    """
    first = text.split("\n", 1)[0].strip().strip('"')
    skipped = 0
    if match := re.fullmatch(r"sep=(.)", first):
        delimiter, skipped = match[1], 1
        text = text.partition("\n")[2]
    else:
        heads = [head for head in text.splitlines()[:8] if head.strip()]
        # In this order: a semicolon or a tab hardly stands in a file by itself, a decimal comma does.
        delimiter = next((mark for mark in ";\t," if _is_delimiter(mark, heads)), "")
        if not delimiter:
            raise InputError(f"{name} row 1: one column only; expected columns separated by ; , or tabs")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num + skipped, [" ".join(cell.split()) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise InputError(f"{name} row {reader.line_num + skipped}: not CSV ({error})") from None
    rows = [(line, cells) for line, cells in rows if any(cells)]
    titles = []
    while rows and sum(bool(cell) for cell in rows[0][1]) == 1:
        titles.append(next(cell for cell in rows[0][1] if cell))
        rows.pop(0)
    if len(rows) < 2:
        raise InputError(f"{name}: no rows under the header")
    width = len(rows[0][1])
    for line, cells in rows:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            raise InputError(f"{name} row {line}: {len(cells)} cells; expected {width} as in the header")
    return CsvTable(name, tuple(rows[0][1]), tuple(rows[1:]), tuple(titles), delimiter)
