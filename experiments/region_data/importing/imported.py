"""What came out of an imported file, and the account of what was left out."""

from __future__ import annotations

import csv
import io
import itertools
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import InputError

HEADER = ("code", "name", "month", "indicator", "value")
"""Columns of an imported table; ``month`` is YYYY, YYYY-MM, YYYYQn or, where a file has days, YYYY-MM-DD."""
_SHOWN_SUMS = 12


@dataclass
class Imported:
    """What came out of a file.

    Attributes
    ----------
    rows
        Tidy rows ``(code, name, month, indicator, value)``.
    read
        Figures read in all, those left out included.
    larger_areas
        Totals and larger areas among the rows, with their number of rows; not municipalities.
    unknown
        Other places, not of the region, with their number of rows.
    missing
        Cells without a figure.
    notes
        How the file was understood.
    """

    rows: list[tuple[str, str, str, str, float]] = field(default_factory=list)
    read: int = 0
    larger_areas: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    notes: list[str] = field(default_factory=list)

    def sums(self) -> dict[tuple[str, str], float]:
        """Sum of the municipalities by indicator and month."""
        totals: dict[tuple[str, str], float] = {}
        for _, _, month, indicator, value in self.rows:
            totals[indicator, month] = totals.get((indicator, month), 0.0) + value
        return totals

    def account(self) -> list[str]:
        """Lines that tell what was read, what was left out and why, and the sums."""
        lines = list(self.notes)
        places = {row[0] for row in self.rows}
        lines.append(f"read: {self.read} figures; kept: {len(self.rows)} figures of {len(places)} places")
        if self.larger_areas:
            lines.append(
                f"left out, totals and larger areas, not municipalities: {_counted(self.larger_areas)}"
            )
        if self.unknown:
            lines.append(f"left out, not of the region ({len(self.unknown)}): {_counted(self.unknown)}")
        if self.missing:
            lines.append(f"left out, no figure in the cell: {self.missing}")
        sums = self.sums()
        for (indicator, month), value in itertools.islice(sums.items(), _SHOWN_SUMS):
            lines.append(f"sum: {indicator}{', ' + month if month else ''} = {value:,.10g}")
        if len(sums) > _SHOWN_SUMS:
            lines.append(f"sum: {len(sums) - _SHOWN_SUMS} more combinations of indicator and month")
        return lines


def _counted(counts: Counter[str]) -> str:
    return ", ".join(label if n == 1 else f"{label} ({n} rows)" for label, n in counts.items())


def write_table(imported: Imported, out: Path, source: Path) -> None:
    """Write the tidy table whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written, or would replace the file it comes from.
    """
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out}: is the file that is imported; name another one")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((*row[:4], f"{row[4]:.15g}") for row in imported.rows)
    half = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        half.write_text(buffer.getvalue(), encoding="utf-8")
        half.replace(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        half.unlink(missing_ok=True)


def refuse_duplicates(imported: Imported, name: str) -> None:
    """Refuse a place and month that has a figure twice."""
    seen: set[tuple[str, str, str]] = set()
    for code, place, month, indicator, _ in imported.rows:
        key = code, month, indicator
        if key in seen:
            when = f", {month}" if month else ""
            raise InputError(f"{name}: {code} {place}{when} has '{indicator}' twice; which one is right?")
        seen.add(key)
