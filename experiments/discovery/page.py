"""In which futures an arm fails: sentences, a picture and a page, all from ``discover.json``, in any language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from experiments.report import sample_names as names
from experiments.report.notation import Notation, unit_of
from experiments.report.template import write_page
from experiments.report.terms import Terms

FILE = "discover.json"
FIGURE = "futures"
_COUNT = {1: "discover_one", 2: "discover_two", 3: "discover_three"}
_PLACES = ("first", "second", "third")
_SIGNS = {">": ">", "<": "<", ">=": "≥", "<=": "≤"}


def answers(content: Mapping[str, Any], language: str) -> list[str]:
    """The answer in a sentence, and what it is worth in another."""
    terms = Terms(language)
    notation = Notation(terms)
    arm = names.first_capital(names.arm(content["arm"], terms))
    told = {"arm": arm, "criterion": criterion(content, terms, notation)}
    futures, failing = content["futures"], content["failing"]
    if failing == 0:
        return [terms.sentence("discover_never", futures=str(futures), **told)]
    if failing == futures:
        return [terms.sentence("discover_always", futures=str(futures), **told)]
    counts = {"count": str(failing), "futures": str(futures)}
    if not content["searched"]:
        return [terms.sentence("discover_few", least=str(content["least"]), **counts, **told)]
    found = content["region_found"]
    if found is None:
        return [terms.sentence("discover_none", alarm=notation.chance(content["false_alarm"]), **counts, **told)]
    limits = [_limit(content, limit, terms, notation) for limit in found["limits"]]
    outside = futures - found["points"]
    missed = failing - round(found["density"] * found["points"])
    return [
        terms.sentence(
            _COUNT[len(limits)], coverage=notation.chance(found["coverage"]), density=notation.chance(found["density"]),
            outside=notation.chance(missed / outside if outside else 0.0), **told,
            **dict(zip(_PLACES, limits, strict=False)),
        ),
        terms.sentence(
            "discover_elsewhere", coverage=notation.chance(found["coverage_elsewhere"]),
            density=notation.chance(found["density_elsewhere"]), chance=notation.percent(100.0 * found["chance"]),
        ),
    ]  # fmt: skip


def criterion(content: Mapping[str, Any], terms: Terms, notation: Notation) -> str:
    """What it means to fail, in short."""
    name, goal = names.outcome(content, terms), content.get("goal")
    if goal and goal["is_relative"]:
        value = notation.percent(content["limit"], signed=True, plain=True)
    else:
        unit = unit_of(str(content["unit"]))
        value = notation.joined(notation.plain(content["limit"] * unit.factor), unit)
    told = {"outcome": name, "sign": _SIGNS[content["sign"]], "value": value}
    if goal:
        title = str(goal["title"].get(terms.language) or goal["name"])
        return terms.term("discover_goal_change" if goal["is_relative"] else "discover_goal", goal=title, **told)
    return terms.term("discover_change" if content["is_difference"] else "discover_level", **told)


def write(folder: Path, language: str = "fi") -> Path:
    """Write ``report.html`` and the picture of a results folder.

    Raises
    ------
    InputError
        If the language is unknown or the page can not be written.
    """
    terms = Terms(language)
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    figure = draw(content, folder / "figures", terms) if content["region_found"] else ""
    region = content["region"]
    return write_page(
        folder / "report.html", "discover.html.j2", terms=terms, language=language, answers=answers(content, language),
        region=terms.region(str(region.get("name", "")), title=str((region.get("title") or {}).get(language, ""))),
        figure=Markup(figure),
    )  # fmt: skip


def draw(content: Mapping[str, Any], folder: Path, terms: Terms) -> str:
    """Draw the futures over the two numbers that tell most, the failing ones filled, and the region as a box.

    Returns
    -------
    str
        The SVG.
    """
    from matplotlib.patches import Rectangle

    from experiments.report import drawing

    notation = Notation(terms)
    limits = content["region_found"]["limits"][:2]
    points, fails = np.array(content["points"]), np.array(content["fails"], bool)
    # With one limit the outcome itself stands on the other axis.
    y = points[:, limits[1]["factor"]] if len(limits) > 1 else np.array(content["values"])
    x = points[:, limits[0]["factor"]]
    with drawing.figure(7.2, 5.2) as drawn:
        axes = drawn.subplots()
        for kind, key in ((False, "discover_holds"), (True, "discover_fails")):
            at = fails == kind
            colour = drawing.stroke(1 if kind else 0).colour
            axes.scatter(
                x[at], y[at], s=26, marker="o" if kind else "s", facecolor=colour if kind else "none",
                edgecolor=colour, linewidth=1.1, label=terms.term(key, count=str(int(at.sum()))),
            )  # fmt: skip
        axes.margins(0.04)
        spans = [axes.get_xlim(), axes.get_ylim()]
        for k, limit in enumerate(limits):
            low, high = (spans[k][i] if limit[key] is None else limit[key] for i, key in enumerate(("low", "high")))
            spans[k] = (low, high)
        (left, right), (bottom, top) = spans
        axes.add_patch(
            Rectangle(
                (left, bottom), right - left, top - bottom, fill=False, edgecolor=drawing.INK, linewidth=1.6,
                linestyle=(0, (5, 2)), label=terms.term("discover_region"),
            )
        )  # fmt: skip
        axes.grid(True, axis="both")
        axes.set_axisbelow(True)
        titles = [_axis(content, limit["factor"], terms) for limit in limits]
        axes.set_xlabel(titles[0])
        axes.set_ylabel(titles[1] if len(titles) > 1 else _outcome(content, terms))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: notation.plain(float(f"{value:.6g}")))
        drawn.legend(frameon=False, loc="outside lower left", ncols=3, fontsize=9)
        return drawing.write(drawn, folder, FIGURE, terms.term("discover_alt"))


def _limit(content: Mapping[str, Any], limit: Mapping[str, Any], terms: Terms, notation: Notation) -> str:
    factor = content["factors"][limit["factor"]]
    name = names.parameter(factor["name"], factor["meaning"], terms)
    unit = terms.named("parameter_units", factor["unit"])
    low, high = (None if limit[key] is None else names.number(limit[key], notation) for key in ("low", "high"))
    if low is not None and high is not None:
        return terms.term("discover_between", parameter=name, low=low, high=f"{high} {unit}")
    if low is not None:
        return terms.term("discover_above", parameter=name, value=f"{low} {unit}")
    return terms.term("discover_below", parameter=name, value=f"{high} {unit}")


def _outcome(content: Mapping[str, Any], terms: Terms) -> str:
    """Name of what is judged, for an axis."""
    name = names.outcome(content, terms)
    goal = content.get("goal")
    return terms.term("discover_goal_axis", outcome=name) if goal and goal["is_relative"] else name


def _axis(content: Mapping[str, Any], factor: int, terms: Terms) -> str:
    told = content["factors"][factor]
    name = names.first_capital(names.parameter(told["name"], told["meaning"], terms))
    return f"{name}, {terms.named('parameter_units', told['unit'])}"
