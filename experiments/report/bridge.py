"""Bridges of ``kohtaanto bridges`` in words and as a figure: the name of each, and the answer over all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.ticker import MaxNLocator

from experiments.report import drawing
from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation
from experiments.report.terms import Terms

FIGURE = "bridges"
_DRAWN = 5  # of results that do not say how many
_LONGEST_TITLE = 42


def read(folder: ResultsFolder) -> Mapping[str, Any] | None:
    """Content of ``bridges.json``; None in other results."""
    path = folder.path / "bridges.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def name(told: Mapping[str, Any], one: Mapping[str, Any], language: str) -> str:
    """Titles of the two trades of a bridge."""
    return " → ".join(told["names"][one[end]][language] for end in ("from", "to"))


def label(folder: ResultsFolder, arm: str, language: str) -> str | None:
    """Name of the bridge that an arm is; None if it is none."""
    told = read(folder)
    for one in told["bridges"] if told else ():
        if arm == f"bridge_{one['from']}_{one['to']}":
            return name(told, one, language)  # type: ignore[arg-type]
    return None


def answer(folder: ResultsFolder, terms: Terms, notation: Notation) -> list[str]:
    """Which bridge is best, or that none can be told from chance; empty in other results."""
    told = read(folder)
    if not told or not told["bridges"]:
        return []
    clear = [one for one in told["bridges"] if one["is_clear"]]
    # The file has the best first; where none is clear its order says nothing.
    best = clear[0] if clear else max(told["bridges"], key=lambda one: one["in_work"]["mean"])
    more = best["in_work"]
    low, high = (more["mean"] if more[end] is None else more[end] for end in ("low", "high"))
    values = {
        "bridge": name(told, best, terms.language), "months": str(told["follow_months"]),
        "more": notation.signed(more["mean"], 1), "low": notation.signed(low, 1), "high": notation.signed(high, 1),
        "count": str(len(told["bridges"])),
    }  # fmt: skip
    if not clear:
        return [terms.sentence("bridge_unclear", **values)]
    moved = notation.number(best["moved"]["mean"])
    return [terms.sentence("bridge_best", moved=moved, clear=str(len(clear)), **values)]


def draw(told: Mapping[str, Any], folder: Path, terms: Terms, notation: Notation) -> str:
    """Draw who gains and who loses work by the best bridges, a bar each with its 80 % interval.

    Returns
    -------
    str
        The SVG.
    """
    shown = told["bridges"][: int(told.get("drawn", _DRAWN))]
    labels = [
        "\n→ ".join(_cut(told["names"][one[end]][terms.language]) for end in ("from", "to")) for one in shown
    ]
    groups = (("bridge_in_work", "in_work"), ("bridge_left", "left"), ("bridge_others", "others"))
    size = 0.8 / len(groups)
    with drawing.figure(8.6, 1.4 + 0.85 * len(shown)) as drawn:
        axes = drawn.subplots()
        for k, (key, what) in enumerate(groups):
            numbers = [one[what] for one in shown]
            y = [at + (k - 1) * size for at in range(len(shown))]
            has_intervals = all(n["low"] is not None for n in numbers)
            axes.barh(
                y, [n["mean"] for n in numbers], height=size * 0.9, color=drawing.stroke(k).colour,
                label=terms.term(key, months=str(told["follow_months"])), hatch=("", "///", "...")[k],
                edgecolor="white", linewidth=0,
                xerr=[
                    [max(0.0, n["mean"] - n["low"]) for n in numbers],
                    [max(0.0, n["high"] - n["mean"]) for n in numbers],
                ] if has_intervals else None,
                error_kw={"ecolor": drawing.INK, "elinewidth": 1, "capsize": 2},
            )  # fmt: skip
        axes.axvline(0.0, color=drawing.MUTED, linewidth=1)
        axes.set_yticks(range(len(shown)), labels)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_formatter(lambda value, _: notation.signed(value))
        axes.set_xlabel(terms.term("bridge_axis"))
        drawn.legend(frameon=False, loc="outside lower left", ncols=3, fontsize=9)
        return drawing.write(drawn, folder, FIGURE, terms.term("alt_bridges"))


def _cut(title: str) -> str:
    """A title short enough for a figure."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip(' ,')}…"
