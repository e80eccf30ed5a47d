"""Names of parameters, outcomes and arms in a language, for the pages about samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.composing.placing import PLACING
from experiments.report.notation import Notation
from experiments.report.terms import Terms
from sim.indicators import INDICATORS


def parameter(name: str, meaning: str, terms: Terms) -> str:
    """Name of a parameter or of a cell, as the report's list of assumptions has it; of staff of a town its own."""
    group, _, town = name.partition(".")
    if group == PLACING:
        return terms.term("placing_town", town=town)
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
        ``indicator``, ``group_kind``, ``group`` and ``month`` (None: the last one, 0: all of them).
    """
    parts = [terms.named("indicators", told["indicator"])]
    if told["group"]:
        section = {"line": "lines", "payer": "payers", "cause": "causes"}.get(told["group_kind"])
        if told["group_kind"] == "municipality":
            parts.append(terms.place(told["group"]))
        else:
            parts.append(terms.named(section, told["group"]) if section else told["group"])
    is_flow, month = INDICATORS[told["indicator"]].kind == "flow", told["month"]
    if month:
        parts.append(terms.term("target_within" if is_flow else "target_at", months=str(month)))
    elif is_flow:
        parts.append(terms.term("target_over_all"))
    elif month == 0:
        parts.append(terms.term("target_mean_of_all"))
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
