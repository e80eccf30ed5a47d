"""Why people are long-term unemployed: a bar for each root cause, baseline beside arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.report import drawing
from experiments.report.folder import BASELINE, NONE, Estimate, ResultsFolder, Series
from experiments.report.notation import Notation
from experiments.report.terms import Terms

INDICATOR = "long_term_by_cause"
OTHER = "other"
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++")


@dataclass(frozen=True)
class Bars:
    """Persons by cause in one arm, at one month.

    Attributes
    ----------
    label
        Name of the arm.
    number
        Number of the arm; −1 is the baseline.
    mean, low, high
        Persons, shape (causes,); low and high are the central 80 % of the replications, or the mean where
        there is only one.
    differences
        Paired differences from the baseline; empty for the baseline.
    """

    label: str
    number: int
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    differences: Sequence[Estimate]


def causes(folder: ResultsFolder, terms: Terms) -> list[str]:
    """Causes that the results hold, in the order of the terms."""
    held = folder.groups("cause")
    order = {cause: number for number, cause in enumerate(terms.keys("causes"))}
    return sorted(held, key=lambda cause: (order.get(cause, len(order)), cause))


def by_size(held: Sequence[str], base: Bars) -> list[int]:
    """Positions of the causes from the largest in the baseline down, what is left over last."""
    return sorted(range(len(held)), key=lambda k: (held[k] == OTHER, -base.mean[k]))


def bars(folder: ResultsFolder, arm: str, label: str, number: int, held: Sequence[str], month: int) -> Bars | None:
    """Bars of an arm; None if it lacks the month."""
    series = [folder.series(INDICATOR, arm, "cause", cause) for cause in held]
    found = [one for one in series if one is not None and len(one.dates) >= month]
    if len(found) < len(series) or not found:
        return None
    means = np.array([one.mean()[month - 1] for one in found])
    ends = np.array([_ends(one, month) for one in found])
    differences = []
    for cause in held if arm != BASELINE else ():
        paired = folder.difference_series(INDICATOR, arm, "cause", cause)
        differences.append(NONE if paired is None else paired.estimate(month))
    return Bars(label, number, means, ends[:, 0], ends[:, 1], differences)


def _ends(series: Series, month: int) -> tuple[float, float]:
    band = series.band()
    mean = float(series.mean()[month - 1])
    return (mean, mean) if band is None else (float(band[0][month - 1]), float(band[1][month - 1]))


def draw(
    shown: Sequence[Bars], names: Sequence[str], order: Sequence[int], axis: str, notation: Notation,
    folder: Path, name: str, alt: str,
) -> str:  # fmt: skip
    """Draw horizontal bars: the causes from above in an order, in each the baseline first."""
    chosen = np.asarray(order)
    with drawing.figure(8.6, 1.2 + len(names) * (0.16 + 0.24 * len(shown))) as drawn:
        axes = drawn.subplots()
        middle = np.arange(len(names), dtype=float)
        size = 0.8 / len(shown)
        for k, one in enumerate(shown):
            y = middle + (k - (len(shown) - 1) / 2) * size
            mean, low, high = (values[chosen] for values in (one.mean, one.low, one.high))
            axes.barh(
                y, mean, height=size * 0.9, color=drawing.stroke(one.number).colour, label=one.label,
                hatch=_HATCHES[(one.number + 1) % len(_HATCHES)], edgecolor="white", linewidth=0,
                xerr=np.maximum([mean - low, high - mean], 0.0),
                error_kw={"ecolor": drawing.INK, "elinewidth": 1, "capsize": 2},
            )  # fmt: skip
            for at, level, end, number in zip(y, mean, high, order, strict=True):
                text, colour = notation.number(level), drawing.INK
                if one.differences:
                    difference = one.differences[number]
                    text += f" ({notation.signed(difference.mean)})"
                    colour = drawing.INK if difference.told_apart else drawing.MUTED
                axes.annotate(
                    text, (max(level, end), at), xytext=(5, 0), textcoords="offset points",
                    va="center", fontsize=9, color=colour,
                )  # fmt: skip
        axes.set_yticks(middle, [names[number] for number in order])
        axes.invert_yaxis()
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.margins(x=0.12)
        axes.set_xlim(left=0)
        axes.set_xlabel(axis)
        axes.xaxis.set_major_formatter(lambda value, _: notation.number(value))
        drawn.legend(frameon=False, loc="outside lower left", ncols=3, fontsize=9.5)
        return drawing.write(drawn, folder, name, alt)
