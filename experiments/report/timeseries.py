"""Lines over months: levels of the arms, the difference from the baseline, and the same by market."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.report import drawing
from experiments.report.folder import Series
from experiments.report.notation import Notation, Unit

BANDED = 3
"""With more arms than this, bands would hide one another and are left out."""


@dataclass(frozen=True)
class Line:
    """One line of a figure.

    Attributes
    ----------
    label
        What stands at its end.
    series
        Monthly values.
    number
        Number of the arm; −1 is the baseline.
    """

    label: str
    series: Series
    number: int


@dataclass(frozen=True)
class Mark:
    """A dated event: one day, or a stretch with an end."""

    label: str
    start: date
    end: date | None = None


def levels(
    lines: Sequence[Line], marks: Sequence[Mark], title: str, unit: Unit, notation: Notation,
    folder: Path, name: str, alt: str,
) -> str:  # fmt: skip
    """Draw levels of an indicator in the baseline and the arms, with bands of the replications."""
    with drawing.figure(5.4, 3.3) as drawn:
        axes = drawn.subplots()
        for line in lines:
            _draw(axes, line, line.series.band(), unit.factor, len(lines) <= BANDED)
        _finish(axes, lines, marks, notation, unit, signed=False, named_marks=False)
        axes.set_title(title)
        return drawing.write(drawn, folder, name, alt)


def differences(
    lines: Sequence[Line], marks: Sequence[Mark], unit: Unit, notation: Notation,
    folder: Path, name: str, alt: str, axis: str,
) -> str:  # fmt: skip
    """Draw paired differences from the baseline, with 80 % intervals of the mean."""
    with drawing.figure(8.6, 4.1 + (0.25 * len(lines) if len(lines) > 1 else 0)) as drawn:
        axes = drawn.subplots()
        for line in lines:
            _draw(axes, line, line.series.interval(), unit.factor, len(lines) <= BANDED)
        axes.axhline(0, color=drawing.INK, linewidth=1)
        _finish(axes, lines, marks, notation, unit, signed=True, named_marks=True)
        axes.set_ylabel(axis)
        return drawing.write(drawn, folder, name, alt)


def by_month(
    lines: Sequence[Line], unit: Unit, notation: Notation, folder: Path, name: str, alt: str,
    axis: str, months_axis: str,
) -> str:  # fmt: skip
    """Draw paired differences against months from the start, for start states of different years."""
    with drawing.figure(8.6, 3.9) as drawn:
        axes = drawn.subplots()
        for line in lines:
            stroke = drawing.stroke(line.number)
            months = np.arange(1, len(line.series.dates) + 1)
            mean = line.series.mean() * unit.factor
            interval = line.series.interval()
            if interval is not None and len(lines) <= BANDED:
                axes.fill_between(
                    months, interval[0] * unit.factor, interval[1] * unit.factor,
                    color=stroke.colour, alpha=0.15, linewidth=0,
                )  # fmt: skip
            axes.plot(months, mean, color=stroke.colour, linewidth=2, dashes=stroke.dash, label=line.label)
        axes.axhline(0, color=drawing.INK, linewidth=1)
        last = max(len(line.series.dates) for line in lines)
        axes.set_xlim(0, last)
        axes.set_xticks(np.arange(0, last + 1, 12 if last > 24 else 3))
        axes.set_xlabel(months_axis)
        axes.set_ylabel(axis)
        drawing.number_axis(axes, notation, signed=True)
        _legend(axes)
        return drawing.write(drawn, folder, name, alt)


def _draw(
    axes: Axes, line: Line, band: tuple[np.ndarray, np.ndarray] | None, factor: float, banded: bool
) -> None:
    stroke = drawing.stroke(line.number)
    x = drawing.days(line.series.dates)
    if band is not None and banded:
        axes.fill_between(x, band[0] * factor, band[1] * factor, color=stroke.colour, alpha=0.15, linewidth=0)
    axes.plot(
        x,
        line.series.mean() * factor,
        color=stroke.colour,
        linewidth=1.9,
        dashes=stroke.dash,
        label=line.label,
    )


def _finish(
    axes: Axes, lines: Sequence[Line], marks: Sequence[Mark], notation: Notation, unit: Unit,
    signed: bool, named_marks: bool,
) -> None:  # fmt: skip
    dates = lines[0].series.dates
    drawing.time_axis(axes, dates)
    drawing.number_axis(axes, notation, signed)
    if not signed:
        axes.set_ylabel(notation.unit(unit))
    low, high = axes.get_ylim()
    if high - low < 1e-9:
        axes.set_ylim(low - 1, high + 1)
    _mark(axes, marks, named_marks)
    if signed:
        # Differences run together towards the end: names there would be far from their lines.
        if len(lines) > 1:
            _legend(axes)
        return
    ends = []
    for line in lines:
        mean = line.series.mean() * unit.factor
        colour = drawing.stroke(line.number).colour
        ends.append((float(drawing.days(dates)[-1]), float(mean[-1]), textwrap.fill(line.label, 20), colour))
    drawing.end_labels(axes, ends, lines=max((text.count("\n") + 1 for _, _, text, _ in ends), default=1))


def _legend(axes: Axes) -> None:
    drawn = axes.get_figure()
    assert drawn is not None
    columns = 1 if any(len(text) > 30 for text in axes.get_legend_handles_labels()[1]) else 3
    drawn.legend(frameon=False, handlelength=4, loc="outside lower left", ncols=columns, fontsize=9.5)


def _mark(axes: Axes, marks: Sequence[Mark], named: bool) -> None:
    """Events as grey lines and stretches; their names stand above the axes, a row each."""
    for row, mark in enumerate(marks):
        start = float(np.datetime64(mark.start).astype(float))
        if mark.end is not None:
            end = float(np.datetime64(mark.end).astype(float))
            axes.axvspan(start, end, color="#b8c0c8", alpha=0.35, linewidth=0, zorder=0)
        else:
            axes.axvline(start, color=drawing.MUTED, linewidth=1, dashes=(2, 2), zorder=0)
        if named:
            level = 1.02 + 0.065 * (len(marks) - 1 - row)
            axes.annotate(
                mark.label, (start, level), xycoords=("data", "axes fraction"), xytext=(3, 0),
                textcoords="offset points", fontsize=9, color=drawing.MUTED, va="bottom", ha="left",
                annotation_clip=False,
            )  # fmt: skip
            axes.plot(
                [start, start], [1.0, level + 0.05], transform=axes.get_xaxis_transform(),
                color=drawing.MUTED, linewidth=0.8, clip_on=False,
            )  # fmt: skip
