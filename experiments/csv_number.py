"""Numbers as people write them in a CSV: decimal commas and points, spaces and points between thousands, signs.

What a comma or a point means is decided for a whole column; where it cannot be told, the column is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.errors import InputError

MISSING = ("", ".", "..", "...", "-", "–", ":", "NA", "n/a")
"""Cells without a figure, as the statistics service writes them."""

_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_NUMBER_LIKE = re.compile(r"[-+]?\d[\d., \u00a0\u202f\u2009']*%?\Z")


def looks_like_number(cell: str) -> bool:
    """Whether a cell is meant as a number."""
    return bool(_NUMBER_LIKE.match(cell.replace("−", "-")))


def _bare(cell: str) -> str:
    return _SPACES.sub(" ", cell.replace("−", "-").rstrip("%")).strip().lstrip("+-").strip()


def says(cell: str, mark: str) -> str:
    """What a cell says of a mark: ``decimal``, ``thousands``, ``unclear`` or nothing."""
    bare = _bare(cell)
    other = "," if mark == "." else "."
    if mark not in bare:
        return ""
    if other in bare:
        return "decimal" if bare.rfind(mark) > bare.rfind(other) else "thousands"
    if bare.count(mark) > 1:
        return "thousands"
    whole, part = bare.split(mark)
    if " " in whole or len(part) != 3 or len(whole) > 3 or whole in ("", "0") or whole.startswith("0"):
        return "decimal"
    return "unclear"


def decimal_mark(cells: Sequence[tuple[int, str]], comma_in_file: bool, where: str) -> str:
    """Decide what commas and points mean in a column; refuse if it cannot be told.

    One cell like 1.234 could be a thousand or one and a quarter: other cells of its column, or decimal
    commas elsewhere in the file, must decide, never the reader's habit.
    """
    said = {mark: [(line, cell, says(cell, mark)) for line, cell in cells if mark in cell] for mark in ".,"}
    kinds = {mark: {what for _, _, what in rows} for mark, rows in said.items()}
    decimals = [mark for mark in ".," if "decimal" in kinds[mark]]
    if len(decimals) == 2:
        line, cell, _ = next(row for row in said["."] if row[2] == "decimal")
        raise InputError(f"{where} row {line}: '{cell}' has a decimal point, other rows a decimal comma")
    if not decimals:
        if "thousands" in kinds["."] or (comma_in_file and said["."] and "thousands" not in kinds[","]):
            decimals = [","]
        elif "thousands" in kinds[","]:
            decimals = ["."]
        elif comma_in_file and said[","]:
            decimals = [","]
    if not decimals:
        for mark in ".,":
            for line, cell, what in said[mark]:
                if what == "unclear":
                    raise InputError(
                        f"{where} row {line}: '{cell}' could mean {cell.replace(mark, '')} or "
                        f"{cell.replace(mark, '.')}; write it without a thousands mark or with two decimals"
                    )
        return "."
    mark = decimals[0]
    for line, cell, what in said[mark]:
        if what == "thousands":
            raise InputError(
                f"{where} row {line}: '{cell}' does not fit the decimal mark '{mark}' of other rows"
            )
    return mark


def number(cell: str, mark: str, where: str) -> float:
    """Read a number whose decimal mark is known; InputError, naming `where`, if it is none."""
    sign = -1.0 if cell.strip().replace("−", "-").startswith("-") else 1.0
    bare = _bare(cell)
    thousands = "." if mark == "," else ","
    whole, _, part = bare.partition(mark)
    groups = re.split(rf"[ '{re.escape(thousands)}]", whole)
    grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = "".join(groups)
    if not grouped or not digits.isdigit() or (part and not part.isdigit()):
        raise InputError(f"{where}: '{cell}' is not a number")
    return sign * float(f"{digits}.{part or 0}")
