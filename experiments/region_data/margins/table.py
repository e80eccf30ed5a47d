"""The table of margins: in the terminal what is not met first, in a CSV file every row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from experiments.region_data.margins.margin import DISAGREE, MET, MISSED, NOT_SIMULATED, VERDICTS, Margin

COLUMNS = (
    "verdict", "margin", "cell", "published", "result", "difference", "tolerance", "unit",
    "other", "told_by", "source_kind", "source",
)  # fmt: skip
MEANINGS = {
    MISSED: "missed: the population could meet these and does not",
    DISAGREE: "data disagree: met as other published figures have it; no population can meet both",
    NOT_SIMULATED: "not simulated: published, but no attribute of a person holds it",
    MET: "met: within the tolerance",
}
_SOURCE_WIDTH = 70


def to_csv(margins: Sequence[Margin]) -> str:
    """Every margin as a row, worst verdict first; the order of margins is kept within a verdict."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for margin in _sorted(margins):
        writer.writerow(
            [
                margin.verdict, margin.family, margin.cell, f"{margin.published:.2f}", _plain(margin.result),
                _plain(margin.difference), f"{margin.tolerance:.2f}", margin.unit, _plain(margin.other),
                margin.told_by, margin.source_kind, margin.source,
            ]
        )  # fmt: skip
    return text.getvalue()


def to_lines(margins: Sequence[Margin], every_row: bool = False) -> list[str]:
    """Lines for the terminal.

    Parameters
    ----------
    margins
        The table.
    every_row
        Whether met rows are printed one by one too; else a line for each margin sums them up.
    """
    counts = Counter(margin.verdict for margin in margins)
    lines = [f"{len(margins)} rows: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)]
    for verdict in VERDICTS:
        rows = [margin for margin in _sorted(margins) if margin.verdict == verdict]
        if not rows or (verdict == MET and not every_row):
            continue
        lines += ["", MEANINGS[verdict], _header()]
        lines += [_row(margin) for margin in rows]
    lines += ["", f"{'margin':<62} {'rows':>5} {'met':>5}  worst difference over its tolerance"]
    for family in dict.fromkeys(margin.family for margin in margins):
        rows = [margin for margin in margins if margin.family == family]
        held = [margin for margin in rows if margin.result is not None]
        worst = max(held, key=lambda margin: margin.excess, default=None)
        met = sum(margin.verdict == MET for margin in rows)
        told = f"{worst.excess:.2f} ({worst.cell})" if worst else NOT_SIMULATED
        lines.append(f"{family:<62} {len(rows):>5} {met:>5}  {told}")
    return lines


def _sorted(margins: Sequence[Margin]) -> list[Margin]:
    return sorted(margins, key=lambda margin: VERDICTS.index(margin.verdict))


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _header() -> str:
    return (
        f"  {'margin, cell':<72} {'published':>10} {'result':>10} {'difference':>10} {'tolerance':>9}  "
        "source_kind, source"
    )


def _row(margin: Margin) -> str:
    result = "–" if margin.result is None else f"{margin.result:,.1f}"
    difference = "–" if margin.difference is None else f"{margin.difference:+,.1f}"
    source = margin.source if len(margin.source) <= _SOURCE_WIDTH else margin.source[: _SOURCE_WIDTH - 1] + "…"
    if margin.verdict == DISAGREE:
        source = f"{margin.told_by}: {margin.other:,.1f}; {source}"
    return (
        f"  {margin.family + ': ' + margin.cell:<72} {margin.published:>10,.1f} {result:>10} {difference:>10} "
        f"{margin.tolerance:>9,.1f}  {margin.source_kind}, {source}"
    )
