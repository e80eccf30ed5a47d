"""Where the people of an event are, month by month, in the baseline and in an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.report import drawing
from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation

# States of the figure from the bottom up. Colours differ in lightness as well, for grey prints.
STATES = ("employed", "training", "furloughed", "unemployed", "outside_labour_force", "other")
COLOURS = {
    "employed": "#084a78",
    "training": "#7cc3ee",
    "furloughed": "#fff0b3",
    "unemployed": "#c8640a",
    "outside_labour_force": "#a8a8a8",
    "other": "#f0f0f0",
}
INDICATORS = {
    "employed": "employed_open_market",
    "training": "in_training",
    "service": "in_service",
    "subsidised": "subsidised",
    "furloughed": "furloughed",
    "unemployed": "unemployed",
    "outside_labour_force": "outside_labour_force",
}


@dataclass(frozen=True)
class Course:
    """Mean number of people in each state by month.

    Attributes
    ----------
    dates
        Month-ends, shape (T,).
    persons
        State → shape (T,), persons; they add up to `size` in every month.
    size
        People in the cohort.
    """

    dates: np.ndarray
    persons: Mapping[str, np.ndarray]
    size: float


def course(folder: ResultsFolder, arm: str, group: str) -> Course | None:
    """Read a cohort's course in an arm.

    Parameters
    ----------
    folder
        Results.
    arm
        Arm.
    group
        Cohort.

    Returns
    -------
    Course or None
        None if the results do not hold the cohort's employment and unemployment. Unemployment there
        includes the furloughed, as in the register; here each person stands in one state.
    """
    found = {state: folder.series(name, arm, "cohort", group) for state, name in INDICATORS.items()}
    employed, unemployed = found["employed"], found["unemployed"]
    if employed is None or unemployed is None:
        return None
    persons = {state: series.mean() for state, series in found.items() if series is not None}
    for measure in ("service", "subsidised"):  # one band: all are services of the authority, and two of them are thin
        if measure in persons:
            persons["training"] = persons.get("training", 0.0) + persons.pop(measure)
    if "furloughed" in persons:
        persons["unemployed"] = persons["unemployed"] - persons["furloughed"]
    total = np.sum(list(persons.values()), axis=0)
    # Month-ends before the day on which the cohort is marked count nobody.
    marked = total > 0
    if not marked.any():
        return None
    size = folder.cohort_size(group) or float(total.max())
    persons["other"] = size - total
    if np.abs(persons["other"][marked]).max() < 0.5:
        del persons["other"]
    kept = {state: np.maximum(persons[state][marked], 0) for state in STATES if state in persons}
    return Course(employed.dates[marked], {s: v for s, v in kept.items() if v.max() >= 0.05}, size)


def draw(
    courses: Sequence[tuple[str, Course]], names: Mapping[str, str], axis: str, notation: Notation,
    folder: Path, name: str, alt: str,
) -> str:  # fmt: skip
    """Draw the courses side by side.

    Parameters
    ----------
    courses
        (title, course) of the baseline and the arms.
    names
        Names of states.
    axis
        Title of the y axis with its unit.
    notation, folder, name, alt
        As in `drawing.write`.

    Returns
    -------
    str
        SVG for the page.
    """
    held = [state for state in STATES if any(state in course.persons for _, course in courses)]
    with drawing.figure(8.6, 4.5) as drawn:
        panels = drawn.subplots(1, len(courses), sharey=True, squeeze=False)[0]
        for axes, (title, shown) in zip(panels, courses, strict=True):
            x = drawing.days(shown.dates)
            empty = np.zeros(len(x))
            axes.stackplot(
                x, *(shown.persons.get(state, empty) for state in held),
                colors=[COLOURS[state] for state in held], edgecolor="white", linewidth=0.6,
            )  # fmt: skip
            drawing.time_axis(axes, shown.dates)
            axes.set_ylim(0, shown.size)
            axes.set_title(title, fontsize=10)
            axes.grid(visible=False)
        drawing.number_axis(panels[0], notation)
        panels[0].set_ylabel(axis)
        handles = [drawing.swatch(COLOURS[state], names[state]) for state in reversed(held)]
        drawn.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=9.5)
        return drawing.write(drawn, folder, name, alt)
