"""Bridges of ``kohtaanto bridges`` in words: the name of each, and the answer over all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from experiments.report.folder import ResultsFolder
from experiments.report.notation import Notation
from experiments.report.terms import Terms


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
