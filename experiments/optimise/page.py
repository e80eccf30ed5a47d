"""The page of an optimisation, its picture and the answer for a terminal: all from ``optimise.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from experiments.optimise.figures import PARETO, PARTS, REGRET, draw_front, draw_parts, draw_regret, in_order
from experiments.optimise.objective import DUTIES, OBJECTIVES
from experiments.optimise.told import Told
from experiments.report.template import write_page
from experiments.running import results
from experiments.running.store import write_text
from sim.errors import InputError

FILE, PAGE = "optimise.json", "report.html"


def write(folder: Path, content: Mapping[str, Any], language: str) -> Path:
    """Write ``optimise.json``, the figures and the page.

    Raises
    ------
    InputError
        If they can not be written.
    """
    write_text(results.to_json(dict(content)), folder / FILE)
    told = Told(content, language)
    figures = {
        "front": Markup(draw_front(told, folder / "figures")),
        "parts": Markup(draw_parts(told, folder / "figures")),
        "regret": Markup(draw_regret(told, folder / "figures")),
    }
    return write_page(folder / PAGE, "optimise.html.j2", told=told, figures=figures, **tables(told))


def rewrite(folder: Path, language: str) -> Path:
    """Write the page of a results folder again, in another language.

    Raises
    ------
    InputError
        If the file is damaged or the language unknown.
    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / FILE}: can not be read ({' '.join(str(error).split())})") from None
    return write(folder, content, language)


def tables(told: Told) -> dict[str, Any]:
    """Rows of the tables: amounts, differences, duties, regrets; in the order of the regret table."""
    content = told.content
    order = in_order(told.candidates)
    names = [told.name(one) for one in order]
    marks = [_mark(told, one) for one in order]
    parts = [key for division in content["divisions"] for key in division["parts"]]
    effect_names = [*content["objectives"], *(name for name in OBJECTIVES if name not in content["objectives"])]
    duties = [duty for duty in DUTIES if duty in content["duties"]]
    return {
        "names": names,
        "marks": marks,
        "part_names": [told.part(key) for key in parts],
        "amounts": [[told.amount_cell(one, key) for key in parts] for one in order],
        "effect_names": [(told.head(name), told.unit_name(name)) for name in effect_names],
        "effects": [[told.cell(one, name) for name in effect_names] for one in order],
        "levels": [told.level(name) for name in effect_names],
        "duty_names": [told.duty(duty) for duty in duties],
        "duties": [[told.duty_cell(one, duty) for duty in duties] for one in order],
        "regrets": [
            [told.regret_cell(one, "largest"), told.regret_cell(one, "mean"),
             (told.chance(one["regret"]["p_best"]), "", False), (told.chance(one["regret"]["p_among"]), "", False)]
            for one in order
        ],
        "by_objective": [
            [(told.number(100.0 * one["regret"]["by_objective"][name]), "", False) for name in content["objectives"]]
            for one in order
        ],
        "searched": [told.head(name) for name in content["objectives"]],
        "starts": ", ".join(told.terms.named("starts", start) for start in content["starts"]),
        "uncertain": [told.terms.named("parameters", key, key) for key in content["uncertain"]],
        "surrogate": [
            (told.objective(name), told.number(content["surrogate"][name]["r2"], 2))
            for name in content["objectives"] if name in content["surrogate"]
        ],
    }  # fmt: skip


def _mark(told: Told, one: Mapping[str, Any]) -> str:
    if one["name"] == told.recommended["name"]:
        return told.best_mark
    if told.content["recommended"]["mean"] == one["name"]:
        return told.word("recommended_mean")
    return ""


def answer(content: Mapping[str, Any], language: str) -> list[str]:
    """The answer for a terminal, and the recommended splits as a table."""
    told = Told(content, language)
    lines = told.answer()
    held = tables(told)
    heads = ["", *held["part_names"], told.word("regret_largest_short")]
    rows = [
        [f"{name} *" if mark else name, *(" ".join(filter(None, cell[:2])) for cell in amounts), regret[0][0]]
        for name, mark, amounts, regret in zip(
            held["names"], held["marks"], held["amounts"], held["regrets"], strict=True
        )
    ]
    widths = [max(len(row[k]) for row in [heads, *rows]) for k in range(len(heads))]
    return [*lines, *("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
                      for row in [heads, *rows])]  # fmt: skip


__all__ = ["FILE", "PAGE", "PARETO", "PARTS", "REGRET", "answer", "rewrite", "tables", "write"]
