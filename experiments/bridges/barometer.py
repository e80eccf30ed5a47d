"""The shortage index beside the labels of the Occupational Barometer of 2022, by two digits of ISCO-08."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.bridges.pair import Trade
from experiments.composing.configuration import PROJECT
from sim.errors import InputError

_LABELS = ("shortage", "balance", "surplus")


@dataclass(frozen=True)
class Comparison:
    """A trade with labels.

    Attributes
    ----------
    code
        Two digits of ISCO-08.
    index
        Shortage index of the model.
    shortage, surplus
        Occupations of four digits within it that the Barometer calls short, or in surplus.
    """

    code: str
    index: float
    shortage: int
    surplus: int

    @property
    def label(self) -> str:
        """Label that most of its occupations have; ``mixed`` if as many have either."""
        if self.shortage == self.surplus:
            return "mixed"
        return "shortage" if self.shortage > self.surplus else "surplus"

    @property
    def agrees(self) -> bool | None:
        """Whether the trade is tighter than the area where most are short, less tight where most are in surplus; None
        where they are mixed.
        """
        if self.label == "mixed":
            return None
        return (self.index > 1.0) == (self.label == "shortage")


def compare(trades: Sequence[Trade], region: str) -> list[Comparison]:
    """Trades that the Barometer speaks of; none for a region without labels.

    Parameters
    ----------
    trades
        With their index.
    region
        Name of the region's folder: ``data/barometer/REGION_2022.csv``.

    Raises
    ------
    InputError
        If a label is none.
    """
    path = PROJECT / "data" / "barometer" / f"{region}_2022.csv"
    if not path.is_file():
        return []
    counts = _counts(path)
    return [Comparison(t.code, t.index, *counts[t.code]) for t in trades if any(counts.get(t.code, ()))]


def _counts(path: Path) -> dict[str, tuple[int, int]]:
    """Occupations called short and in surplus, by two digits."""
    found: dict[str, tuple[int, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if row["label"] not in _LABELS:
                raise InputError(
                    f"{path.name}, line {line}: label: expected one of {', '.join(_LABELS)}, got {row['label']!r}"
                )
            shortage, surplus = found.get(row["isco4"][:2], (0, 0))
            found[row["isco4"][:2]] = (
                shortage + (row["label"] == "shortage"), surplus + (row["label"] == "surplus")
            )  # fmt: skip
    return found
