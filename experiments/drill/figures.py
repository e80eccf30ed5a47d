"""Figures of a drill, each an SVG for the page and a file in ``figures/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from experiments.composing.arm import BASELINE
from experiments.drill.told import NONE, Told
from experiments.drill.weeks import COHORT, OTHERS, POPULATIONS
from experiments.report import drawing

_WIDTH, _HEIGHT = 8.6, 2.8
_COLOURS = {COHORT: drawing.COLOURS[1], OTHERS: drawing.COLOURS[0]}


def all_figures(told: Told, folder: Path) -> dict[str, str]:
    """Draw every figure.

    Returns
    -------
    dict
        SVG by name: ``inflow``, ``interviews``, ``backlog``, ``surge`` and ``people``.
    """
    drawn = {"inflow": _inflow, "interviews": _interviews, "backlog": _backlog, "people": _people, "surge": _surge}
    return {name: draw(told, folder) for name, draw in drawn.items()}


def _weeks(told: Told) -> np.ndarray:
    return np.array(told.content["weeks"], "datetime64[D]")


def _shade(axes: Axes, told: Told) -> None:
    """Grey the time of the surge."""
    window = told.content["window"]
    ends = drawing.days(np.array([window["first"], window["last"]], "datetime64[D]"))
    axes.axvspan(ends[0], ends[1], color=drawing.GRID, alpha=0.45, linewidth=0, zorder=0)


def _inflow(told: Told, folder: Path) -> str:
    series = told.content["inflow"]["weekly"]
    weeks = _weeks(told)
    first = np.datetime64(told.content["announced"]) - np.timedelta64(7, "D")
    last = np.datetime64(told.content["window"]["last"]) + np.timedelta64(56, "D")
    shown = (weeks >= first) & (weeks <= last)
    weeks = weeks[shown]
    mean, low, high = (np.array(series[key])[shown] for key in ("mean", "low", "high"))
    with drawing.figure(5.6, _HEIGHT) as drawn:
        axes = drawn.subplots()
        large = mean >= 0.05 * mean.max()  # intervals of weeks with hardly anybody would only clutter
        around = [np.where(large, np.maximum(mean - low, 0.0), 0.0), np.where(large, np.maximum(high - mean, 0.0), 0.0)]
        axes.bar(
            drawing.days(weeks) + 3.0, mean, width=6.0, color=_COLOURS[COHORT], label=told.word("inflow_event"),
            yerr=around, error_kw={"ecolor": drawing.INK, "elinewidth": 0.9},
        )  # fmt: skip
        drawing.time_axis(axes, weeks)
        axes.tick_params(axis="x", labelsize=8)
        drawing.number_axis(axes, told.notation)
        axes.set_ylabel(told.word("inflow_axis"), fontsize=9)
        return drawing.write(drawn, folder, "inflow", told.word("inflow_alt"))


def _interviews(told: Told, folder: Path) -> str:
    weeks = _weeks(told)
    entries = told.content["interviews"][NONE]
    with drawing.figure(_WIDTH, 1.5 * _HEIGHT) as drawn:
        panels = drawn.subplots(2, 1, sharex=True)
        for axes, population in zip(panels, POPULATIONS, strict=True):
            in_time, late = (np.array(entries[population][key]) for key in ("in_time", "late"))
            x = drawing.days(weeks) + 3.0
            axes.bar(x, in_time, width=6.2, color=drawing.COLOURS[0], label=told.word("interviews_in_time"))
            axes.bar(x, late, width=6.2, bottom=in_time, color=drawing.COLOURS[1], hatch="///", edgecolor="white",
                     linewidth=0, label=told.word("interviews_late"))  # fmt: skip
            _shade(axes, told)
            drawing.time_axis(axes, weeks)
            drawing.number_axis(axes, told.notation)
            axes.set_title(told.word(population), fontsize=10)
        drawn.supylabel(told.word("interviews_axis"), fontsize=9)
        handles, labels = panels[0].get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        return drawing.write(drawn, folder, "interviews", told.word("interviews_alt"))


def _lines(told: Told, axes: Axes, x: np.ndarray, series: dict[str, Any]) -> None:
    """A line an arm, the baseline first, with the band of the baseline."""
    for number, arm in enumerate([BASELINE, *told.levels]):
        stroke = drawing.stroke(number - 1)
        line = axes.plot(x, series[arm]["mean"], color=stroke.colour, linewidth=1.8, label=told.level(arm))[0]
        if stroke.dash:
            line.set_dashes(stroke.dash)
        if arm == BASELINE:  # in the legend after its line: "its 80 % interval"
            low, high = (series[arm][end] for end in ("low", "high"))
            axes.fill_between(x, low, high, color=drawing.BASE, alpha=0.18, linewidth=0,
                              label=told.word("backlog_band"))  # fmt: skip


def _backlog(told: Told, folder: Path) -> str:
    weeks = _weeks(told)
    with drawing.figure(_WIDTH, _HEIGHT + 0.2) as drawn:
        axes = drawn.subplots()
        series = {arm: entry["weekly"] for arm, entry in told.content["backlog"].items()}
        _lines(told, axes, drawing.days(weeks) + 6.0, series)
        _shade(axes, told)
        drawing.time_axis(axes, weeks)
        drawing.number_axis(axes, told.notation)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(told.word("backlog_axis"), fontsize=9)
        drawn.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8.5)
        return drawing.write(drawn, folder, "backlog", told.word("backlog_alt"))


def _people(told: Told, folder: Path) -> str:
    series = {arm: entry["employed_open_market"] for arm, entry in told.content["reemployment"].items()}
    months = np.array(told.content["month_ends"], "datetime64[D]")
    with drawing.figure(_WIDTH, _HEIGHT + 0.2) as drawn:
        axes = drawn.subplots()
        _lines(told, axes, drawing.days(months), series)
        drawing.time_axis(axes, months)
        drawing.number_axis(axes, told.notation)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(told.word("people_axis"), fontsize=9)
        drawn.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8.5)
        return drawing.write(drawn, folder, "people", told.word("people_alt"))


def _surge(told: Told, folder: Path) -> str:
    """Share that the confidence asked for reaches, by FTE from the earliest start, and the promise."""
    surge, promise = told.content["surge"], told.content["promise"]
    earliest = surge["starts"][0]
    points = [row for row in surge["curve"] if row["start"] == earliest]
    with drawing.figure(_WIDTH / 2, _HEIGHT) as drawn:
        axes = drawn.subplots()
        for number, population in enumerate(POPULATIONS):
            without = told.content["interviews"][NONE][population]["reached"]
            x = [0, *(row["fte"] for row in points)]
            y = [100.0 * without, *(100.0 * row[population]["reached"] for row in points)]
            axes.plot(x, y, marker="os"[number], color=_COLOURS[population], linewidth=1.6, markersize=5,
                      label=told.word(population))  # fmt: skip
        axes.axhline(100.0 * promise["share"], color=drawing.MUTED, linewidth=1, linestyle=(0, (4, 2)))
        axes.set_xlabel(told.word("surge_fte_axis"), fontsize=9)
        axes.set_ylabel(told.word("surge_axis"), fontsize=9)
        drawing.number_axis(axes, told.notation)
        axes.set_ylim(top=100.5)
        drawn.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        return drawing.write(drawn, folder, "surge", told.word("surge_alt"))
