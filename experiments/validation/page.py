"""A scored board as a table in the terminal, as rows of a file and as a page."""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.running.judgement import INTERVAL
from experiments.validation.board import Board
from experiments.validation.score import Score, Verdict, in_order

_DASH = "–"
_WIDTH = 118  # of the page's prose, signs
_SPREAD = f"{100.0 * INTERVAL:.0f} % of replications"
_HEAD = ("moment", "band", "mean", _SPREAD, "s.e.", "unit", "verdict")
_RIGHT = (1, 2, 3, 4)
_MEANS = {
    Verdict.FAIL: "the mean of the replications, two standard errors to each side, lies outside the band as a whole: "
    "the model misses this figure by more than chance explains",
    Verdict.NOT_AVAILABLE: "the runs did not record what the moment needs; nothing is put in its place",
    Verdict.CANNOT_TELL: "that interval lies across an edge of the band, or there is one replication and no interval: "
    "with these replications it may be a hit or a miss",
    Verdict.PASS: "that interval lies inside the band as a whole; the edges belong to the band",
    Verdict.NO_BAND: "shown because it explains another row; it is not judged",
}


@dataclass(frozen=True)
class Origin:
    """Which runs a page is about.

    Attributes
    ----------
    written
        Day, ``YYYY-MM-DD``.
    command
        What to type for the same page.
    differences
        Where the runs are others than the board asks for, in words.
    facts
        What decides the numbers: region, dates, seeds, code and data, by name.
    """

    written: str
    command: str
    differences: tuple[str, ...]
    facts: Mapping[str, str]


def count(scores: Sequence[Score], what: str = "moments") -> str:
    """How many moments, or whatever the rows are called, got which verdict, in a sentence."""
    found = Counter(score.verdict for score in scores)
    judged = len(scores) - found[Verdict.NO_BAND]
    parts = [f"{found[verdict]} {verdict}" for verdict in Verdict if found[verdict] and verdict != Verdict.NO_BAND]
    return f"{judged} {what} with a band: {', '.join(parts) or 'none'}"


def text(scores: Sequence[Score], first: str = _HEAD[0]) -> str:
    """The table for a terminal, failures first; ``first`` is what the rows are called."""
    rows = [(first, *_HEAD[1:]), *(_cells(score) for score in in_order(scores))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def table(scores: Sequence[Score], first: str = _HEAD[0]) -> list[str]:
    """The table of a page, failures first.

    Parameters
    ----------
    scores
        Any order.
    first
        What the rows are called.
    """
    head = (first, *_HEAD[1:])
    return [row(head), row(["---" for _ in head]), *(row(_cells(score)) for score in in_order(scores))]


def reading(verdicts: Iterable[Verdict]) -> list[str]:
    """What the verdicts of a page mean."""
    used, lines = set(verdicts), []
    for verdict in Verdict:
        if verdict in used:
            lines += textwrap.wrap(f"- **{verdict}**: {_MEANS[verdict]}.", _WIDTH, subsequent_indent="  ")
    return lines


def records(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Plain rows, failures first; None for what does not exist."""
    return [
        {
            "moment": score.moment.name,
            "unit": score.moment.unit,
            "band_low": _plain(score.moment.low),
            "band_high": _plain(score.moment.high),
            "mean": _plain(score.mean),
            "low": _plain(score.low),
            "high": _plain(score.high),
            "standard_error": _plain(score.standard_error),
            "n": score.n,
            "verdict": str(score.verdict),
            "meaning": score.moment.meaning,
            "source": score.moment.source,
        }
        for score in in_order(scores)
    ]


def comma_separated(scores: Sequence[Score]) -> str:
    """`records` as CSV; empty cells for what does not exist."""
    rows = records(scores)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def markdown(board: Board, scores: Sequence[Score], origin: Origin) -> str:
    """The page: what was asked, the table, how to read it, what each row is."""
    n = max(score.n for score in scores)
    lines = [
        f"# {board.title}",
        "",
        "Does the model stand where the area stood? Each row holds a number of the model against the band that",
        "published figures give for it. Rows are neither chosen nor bands widened by the result: a miss stays a miss.",
        "",
        f"**{count(scores)}.**",
        "",
        f"Written on {origin.written} from {n} replication{'s' if n > 1 else ''} by `{origin.command}`.",
    ]
    if origin.differences:
        lines += ["", f"**Not as the board asks:** {'; '.join(origin.differences)}."]
    lines += ["", "| | |", "|---|---|", *(f"| {name} | {fact} |" for name, fact in origin.facts.items())]
    lines += ["", "## The board", "", *table(scores)]
    lines += ["", "## How to read it", *reading(score.verdict for score in scores)]
    lines += [
        "- *mean*: of the replications, each a world of its own with other people and other luck. Stocks are means of",
        "  the model year's twelve month-ends, flows means a month.",
        f"- *{_SPREAD}*: between the 10th and the 90th percentile of the replications: how",
        "  differently a single world may turn out.",
        "- *s.e.*: standard error of the mean, the spread of the replications over the root of their number. It holds",
        "  chance only: all replications use the same parameter values.",
        "- Within a verdict the row farthest from its band comes first.",
        "",
        "## What each row is, and where its band comes from",
        "",
        "| moment | is | source of the band |",
        "|---|---|---|",
    ]
    lines += [row([s.moment.name, s.moment.meaning, s.moment.source]) for s in scores]
    return "\n".join(lines) + "\n"


def _cells(score: Score) -> tuple[str, ...]:
    moment = score.moment
    band = f"{_number(moment.low, moment.unit)} to {_number(moment.high, moment.unit)}" if moment.has_band else _DASH
    spread = f"{_number(score.low, moment.unit)} to {_number(score.high, moment.unit)}"
    return (
        moment.name,
        band,
        _number(score.mean, moment.unit),
        _DASH if math.isnan(score.low) else spread,
        _DASH if math.isnan(score.standard_error) else f"{score.standard_error:.2g}",
        moment.unit,
        str(score.verdict),
    )


def _number(value: float, unit: str) -> str:
    """A number with as many decimals as its unit needs."""
    if not math.isfinite(value):
        return _DASH
    if unit in ("share", "ratio"):
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.2f}"


def _plain(value: float) -> float | None:
    return float(f"{value:.9g}") if math.isfinite(value) else None


def row(cells: Sequence[str]) -> str:
    """A row of a page's table."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
