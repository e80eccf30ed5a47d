"""Names of parameters, outcomes and arms in a language, for the pages about samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.report.notation import Notation
from experiments.report.terms import Terms


def parameter(name: str, meaning: str, terms: Terms) -> str:
    """Name of a parameter or of a cell, as the report's list of assumptions has it."""
    if terms.has("parameters", name) or name.count(".") < 2:
        return terms.named("parameters", name, meaning or name)
    whole, _, label = name.rpartition(".")
    told = terms.named("lines", label, terms.named("labels", label))
    return f"{terms.named('parameters', whole, meaning or whole)} ({told})"


def outcome(told: Mapping[str, Any], terms: Terms) -> str:
    """Name of an outcome with its group and time.

    Parameters
    ----------
    told
        ``indicator``, ``group_kind``, ``group``, ``month`` (None: the whole run) and ``kind``.
    """
    parts = [terms.named("indicators", told["indicator"])]
    if told["group"]:
        sections = {"municipality": "places", "line": "lines", "payer": "payers", "cause": "causes"}
        section = sections.get(told["group_kind"])
        group = terms.place(told["group"]) if section == "places" else None
        parts.append(group or (terms.named(section, told["group"]) if section else told["group"]))
    if told["month"] is not None:
        parts.append(terms.term("target_at", months=str(told["month"])))
    elif told["kind"] == "flow":
        parts.append(terms.term("target_over_all"))
    return ", ".join(parts)


def arm(name: str, terms: Terms) -> str:
    """Name of an arm: from the terms, or part by part."""
    if name == "baseline":
        return terms.term("baseline")
    if terms.has("arms", name):
        return terms.named("arms", name)
    return " + ".join(terms.named("arms", part) for part in name.split("+"))


def first_capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


def number(value: float | None, notation: Notation) -> str:
    """A number with three significant figures."""
    return "–" if value is None else notation.plain(float(f"{value:.3g}"))
