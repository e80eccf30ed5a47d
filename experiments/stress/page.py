"""The stress library as text, CSV, page and map: all from ``stress.json``, in any language."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from experiments.composing.horizon import Horizon
from experiments.report import map
from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation, unit_of
from experiments.report.template import write_page
from experiments.report.terms import Terms

FILE = "stress.json"
MAP = "stress_map"
_PERSONS = unit_of("persons")
_MILLION = 1e6


def ranked(content: Mapping[str, Any], by: str | None = None) -> list[Mapping[str, Any]]:
    """Employers, the worst first by ``depth``, ``length`` or ``euros`` (default: as the command was asked)."""
    by = by or content["rank"]

    def key(one: Mapping[str, Any]) -> float:
        if by == "euros":
            return -float(one["euros"]["mean"])
        if by == "length":
            return -float(math.inf if one["half_gone_months"] is None else one["half_gone_months"])
        return -float(one["depth"]["mean"])

    return sorted(content["employers"], key=lambda one: (key(one), -float(one["depth"]["mean"]), one["id"]))


def comma_separated(content: Mapping[str, Any]) -> str:
    """A row an employer, numbers as they are."""
    payers = list(content["employers"][0]["payers"])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        [
            "rank", "employer", "name", "municipality", "section", "jobs", "is_made_up", "depth", "depth_low",
            "depth_high", "peak_month", "half_gone_months", "euros", "euros_low", "euros_high",
            *(f"euros_{payer}" for payer in payers),
        ]
    )  # fmt: skip
    for rank, one in enumerate(ranked(content), start=1):
        half = "" if one["half_gone_months"] is None else f"{one['half_gone_months']:g}"
        writer.writerow(
            [
                rank, one["id"], one["name"], one["municipality"], one["section"], one["jobs"],
                str(one["is_made_up"]).lower(), *_three(one["depth"], 1), one["peak_month"], half,
                *_three(one["euros"], 0), *(f"{one['payers'][payer]['mean']:.0f}" for payer in payers),
            ]
        )  # fmt: skip
    return buffer.getvalue()


def text(content: Mapping[str, Any], language: str) -> str:
    """The ranking for the terminal."""
    terms = Terms(language)
    notation = Notation(terms)
    rows = [heads(terms)[:-5], *(cells(one, content, terms, notation)[:-5] for one in ranked(content))]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *answers(content, terms, notation)])


def heads(terms: Terms) -> list[str]:
    """Heads of the columns; the last four are the payers."""
    return [*(terms.term(key) for key in _COLUMNS), *(terms.named("payers", payer) for payer in _PAYERS)]


_COLUMNS = (
    "stress_employer", "stress_industry", "stress_jobs", "stress_depth", "stress_peak", "stress_half", "stress_euros",
)  # fmt: skip
_HEADING = {"depth": "stress_by_depth", "length": "stress_by_length", "euros": "stress_by_euros"}
_PAYERS = ("municipality", "state", "employment_fund", "employer")
"""Payers that a closure moves; the wellbeing area stands in the CSV."""


def cells(one: Mapping[str, Any], content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    """Cells of an employer's row, as `heads`."""
    half = one["half_gone_months"]
    beyond = terms.term("stress_beyond", months=str(int(content["months"]) - int(one["peak_month"])))
    return [
        name_of(one, terms),
        terms.named("industries", one["section"]),
        notation.number(one["jobs"]),
        _with_interval(one["depth"], 1.0, 0, notation),
        notation.month_name(_month_end(content, int(one["peak_month"]))),
        beyond if half is None else notation.number(half),
        _with_interval(one["euros"], _MILLION, 1, notation),
        *(notation.signed(one["payers"][payer]["mean"] / _MILLION, 2) for payer in _PAYERS),
    ]


def name_of(one: Mapping[str, Any], terms: Terms) -> str:
    """Name of an employer; a made-up one is called so."""
    if one["is_made_up"]:
        industry = terms.named("industries", one["section"])
        return terms.term("stress_made_up", place=terms.place(one["municipality"]), industry=industry)
    return str(one["name"])


def answers(content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    """The answer in sentences: the deepest, the longest and the dearest closure, and who is left out."""
    deep, long, dear = (ranked(content, by)[0] for by in ("depth", "length", "euros"))
    half = long["half_gone_months"]
    beyond = int(content["months"]) - int(long["peak_month"])
    said = [
        terms.sentence(
            "stress_deepest", employer=name_of(deep, terms), persons=notation.about(deep["depth"]["mean"]),
            month=notation.month(_month_end(content, int(deep["peak_month"]))), count=str(len(content["employers"])),
        ),
        terms.sentence(
            "stress_longest" if half is not None else "stress_longest_beyond", employer=name_of(long, terms),
            months=notation.number(half if half is not None else beyond),
        ),
        terms.sentence(
            "stress_dearest", employer=name_of(dear, terms),
            euros=notation.number(dear["euros"]["mean"] / _MILLION, 1),
        ),
    ]  # fmt: skip
    if content["left_out"]:
        said.append(terms.sentence("stress_left_out", count=str(len(content["left_out"]))))
    return said


def write(folder: Path, language: str = "fi") -> Path:
    """Write ``report.html`` and the map of a results folder of the stress library.

    Raises
    ------
    InputError
        If the language is unknown or a file is missing or damaged.
    """
    results, terms = ResultsFolder(folder), Terms(language)
    notation = Notation(terms)
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    rows = [(one["is_made_up"], cells(one, content, terms, notation)) for one in ranked(content)]
    return write_page(
        folder / "report.html",
        "stress.html.j2",
        terms=terms,
        language=language,
        region=terms.region(str(results.region.get("name", "")), title=_title(results, language)),
        answers=answers(content, terms, notation),
        heads=heads(terms),
        rows=rows,
        map=_map(content, results, terms, notation),
        replications=str(content["replications"]),
        months=str(content["months"]),
        rank=terms.term(_HEADING[content["rank"]]),
        left_out=[name_of(one, terms) for one in content["left_out"]],
        attribution=terms.term("map_attribution") if results.attributed else "",
    )


def _map(content: Mapping[str, Any], results: ResultsFolder, terms: Terms, notation: Notation) -> Markup | None:
    """The deepest rise of each town in any one closure, with the employer that does it."""
    employers = content["employers"]
    if not results.borders or not employers:
        return None
    labels = {}
    for place in results.places:
        if place.code not in employers[0]["towns"]:
            continue
        worst = max(employers, key=lambda one: float(one["towns"][place.code]["mean"]))
        number = worst["towns"][place.code]
        told = [terms.place(place.code, "name", place.name), notation.difference(number["mean"], _PERSONS)]
        certain = number["low"] is not None and number["low"] > 0.0
        labels[place.code] = ("\n".join(told), float(number["mean"]), certain)
    limit = max((abs(value) for _, value, _ in labels.values()), default=0.0)
    areas = map.areas_of(results.borders, labels)
    if not areas:
        return None
    bar, alt = terms.term("map_bar_persons"), terms.term("alt_stress_map")
    return Markup(map.draw(areas, limit, bar, notation, results.path / "figures", MAP, alt))


def _title(results: ResultsFolder, language: str) -> str:
    title = results.region.get("title")
    return str(title.get(language, "")) if isinstance(title, Mapping) else ""


def _month_end(content: Mapping[str, Any], month: int) -> date:
    return Horizon(date.fromisoformat(content["start_date"]), 15).month_end(month)


def _with_interval(number: Mapping[str, float | None], factor: float, decimals: int, notation: Notation) -> str:
    mean, low, high = (None if number[key] is None else number[key] / factor for key in ("mean", "low", "high"))  # type: ignore[operator]
    told = notation.signed(mean, decimals)
    if low is None or high is None:
        return told
    return f"{told} ({notation.signed(low, decimals)} … {notation.signed(high, decimals)})"


def _three(number: Mapping[str, float | None], decimals: int) -> Sequence[str]:
    return ["" if number[key] is None else f"{number[key]:.{decimals}f}" for key in ("mean", "low", "high")]
