"""A CSV file read by its schema: header, types and ranges checked, labels turned into positions."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.region.schema import Column, FileSchema
from sim.errors import InputError, near_miss

TOLERANCE_SHARES = 1e-3
"""Shares that must sum to 1 are rounded in the files; they are rescaled to exactly 1 afterwards."""
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column and its line in the file."""

    line: int
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        """Return the cell of a column: text, or a number where the schema says so (NaN if empty)."""
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """A file read by its schema.

    Attributes
    ----------
    name
        Name of the file, as errors tell it.
    rows
        Its rows.
    """

    name: str
    rows: tuple[Row, ...]

    @classmethod
    def read(cls, path: Path, schema: FileSchema, name: str | None = None) -> Table:
        """Read a file and check its header, types and ranges.

        Parameters
        ----------
        path
            The file: comma separated, decimal point, UTF-8 (a byte-order mark does no harm).
        schema
            What must be in it.
        name
            How errors call it; the file's name if None.

        Raises
        ------
        InputError
            If the file cannot be read or a cell is not what the schema says.
        """
        name = name or path.name
        text = read_text(path, name)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns = schema.header
        try:
            lines = [(reader.line_num, cells) for cells in reader]
        except csv.Error as error:
            raise InputError(f"{name} row {reader.line_num}: not CSV ({error})") from None
        if not lines:
            raise InputError(f"{name}: the file is empty; expected the columns {', '.join(columns)}")
        header = lines[0][1]
        if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
            raise InputError(f"{name} row 1: columns are separated by ';' or tabs; expected commas")
        header = [" ".join(cell.split()) for cell in header]
        for column in header:
            if column not in columns:
                raise InputError(
                    f"{name} row 1: column '{column}' is not known{near_miss(column, columns)}; "
                    f"expected {', '.join(columns)}"
                )
            if header.count(column) > 1:
                raise InputError(f"{name} row 1: column '{column}' is there twice")
        for column, spec in columns.items():
            if column not in header and not spec.optional:
                raise InputError(f"{name} row 1: column '{column}' is missing; found {', '.join(header)}")
        specs = [columns[column] for column in header]
        rows = []
        for line, cells in lines[1:]:
            if not cells:
                continue
            if len(cells) != len(header):
                raise InputError(f"{name} row {line}: {len(cells)} cells; expected {len(header)} as in the header")
            row = {}
            for column, spec, cell in zip(header, specs, cells, strict=True):
                row[column] = _cell(" ".join(cell.split()), spec, name, line, column)
            rows.append(Row(line, row))
        if not rows:
            raise InputError(f"{name}: no rows under the header")
        return cls(name, tuple(rows))

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows."""
        return iter(self.rows)

    def error(self, row: Row | None, column: str, problem: str) -> InputError:
        """Make an error that says where."""
        where = f"{self.name} row {row.line}" if row else self.name
        return InputError(f"{where}, column {column}: {problem}" if column else f"{where}: {problem}")

    def index(self, row: Row, column: str, labels: Mapping[str, int]) -> int:
        """Return the position of a cell's label; unknown labels are an error with a near miss."""
        label = row[column]
        found = labels.get(label)
        if found is None:
            raise self.error(
                row, column, f"'{label}' is not known{near_miss(label, labels)}; expected {listed(labels)}"
            )
        return found

    def labels(self, column: str) -> tuple[str, ...]:
        """Return the labels of a key column in the file's order; a repeated one is an error."""
        seen: dict[str, int] = {}
        for row in self.rows:
            label = row[column]
            if label in seen:
                raise self.error(row, column, f"'{label}' is there twice, first in row {seen[label]}")
            seen[label] = row.line
        return tuple(seen)

    def array(
        self, value: str, axes: Sequence[tuple[str, Sequence[str]]], *, complete: bool = True
    ) -> NDArray[np.float64]:
        """Arrange a column by its key columns.

        Parameters
        ----------
        value
            Column with numbers.
        axes
            Key columns, each with its labels in order.
        complete
            Whether every combination must be there; those that are not are 0.

        Returns
        -------
        numpy.ndarray
            Shape (labels of the first axis, …).

        Raises
        ------
        InputError
            If a label is unknown, a combination is there twice or is missing.
        """
        positions = [(column, {label: i for i, label in enumerate(labels)}) for column, labels in axes]
        result = np.full([len(labels) for _, labels in axes], np.nan)
        lines: dict[tuple[int, ...], int] = {}
        for row in self.rows:
            key = tuple(self.index(row, column, labels) for column, labels in positions)
            if key in lines:
                what = ", ".join(row[column] for column, _ in axes)
                raise self.error(row, axes[0][0], f"'{what}' is there twice, first in row {lines[key]}")
            lines[key] = row.line
            result[key] = row[value]
        absent = np.argwhere(np.isnan(result))
        if len(absent) and complete:
            what = ", ".join(labels[i] for (_, labels), i in zip(axes, absent[0], strict=True))
            raise self.error(
                None,
                ", ".join(column for column, _ in axes),
                f"no row for '{what}' ({len(absent)} missing in all)",
            )
        return np.nan_to_num(result, nan=0.0)


def read_text(path: Path, name: str | None = None) -> str:
    """Read a UTF-8 file; what goes wrong is told in one line.

    Raises
    ------
    InputError
        If the file is missing, unreadable or not UTF-8.
    """
    name = name or path.name
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{name}: the file is missing; expected {path}") from None
    except IsADirectoryError:
        raise InputError(f"{name}: {path} is a folder; expected a file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None


def _cell(cell: str, spec: Column, name: str, line: int, column: str) -> Any:
    numeric = spec.kind in ("number", "whole")
    if not cell:
        if spec.empty or spec.optional:
            return math.nan if numeric else ""
        raise InputError(f"{name} row {line}, column {column}: empty; expected {_expected(spec)}")
    if not numeric:
        return cell
    if not _NUMBER.match(cell):
        hint = "; write a decimal point" if re.fullmatch(r"[-+]?\d+,\d+", cell) else ""
        raise InputError(f"{name} row {line}, column {column}: '{cell}' is not a number{hint}")
    number = float(cell)
    if not spec.low <= number <= spec.high or math.isinf(number):
        raise InputError(f"{name} row {line}, column {column}: {cell} is out of range; expected {_expected(spec)}")
    if spec.kind == "whole" and number != int(number):
        raise InputError(f"{name} row {line}, column {column}: {cell} is not whole; expected {_expected(spec)}")
    return number


def _expected(spec: Column) -> str:
    if spec.kind not in ("number", "whole"):
        return "text"
    what = "a whole number" if spec.kind == "whole" else "a number"
    if math.isinf(spec.high):
        return what if math.isinf(spec.low) else f"{what} of at least {spec.low:g}"
    return f"{what} from {spec.low:g} to {spec.high:g}"


def listed(labels: Iterable[str], most: int = 12) -> str:
    """Name what is known, at most so many labels."""
    known = list(labels)
    if len(known) <= most:
        return ", ".join(known)
    return f"{', '.join(known[: most - 1])}, … ({len(known)} in all)"


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array read-only and return it."""
    array.setflags(write=False)
    return array


def sums_to_one(table: Table, array: NDArray[np.float64], what: str, labels: Sequence[str] = ()) -> NDArray[np.float64]:
    """Check that the last axis sums to 1 and make it exact."""
    total = array.sum(axis=-1)
    bad = np.flatnonzero(np.abs(np.atleast_1d(total) - 1.0) > TOLERANCE_SHARES)
    if len(bad):
        where = f" of {labels[bad[0]]}" if labels else ""
        raise table.error(None, what, f"shares{where} sum to {np.atleast_1d(total)[bad[0]]:.6g}; expected 1")
    return array / total[..., None] if array.ndim > 1 else array / total
