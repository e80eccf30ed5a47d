"""Trades in shortage and surplus, growth lost by trade and town, mismatch, survival of firms; and bridges."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from experiments.report import bridge
from experiments.report.folder import BASELINE, ResultsFolder
from experiments.report.notation import Notation
from experiments.report.terms import Terms
from sim.mismatch import SHORTAGE, SURPLUS

LAST_MONTHS = 12
YEARS = (1, 3, 5)
_SHOWN = 12  # trades with the highest and the lowest index


def section(folder: ResultsFolder, terms: Terms, notation: Notation) -> dict[str, Any] | None:
    """What the section of trades shows; None if trades were not recorded."""
    codes = [code for code in folder.groups("occupation") if _index(folder, code) is not None]
    if not codes:
        return None
    names = titles(folder, terms.language)
    rows = []
    for code in sorted(codes, key=lambda one: -(_index(folder, one) or 0.0)):
        index = _index(folder, code) or 0.0
        label = "trade_shortage" if index >= SHORTAGE else "trade_surplus" if index <= SURPLUS else ""
        lost = _last(folder, "jobs_lost_to_unfilled", "occupation", code, whole=True)
        levels = [
            _last(folder, name, "occupation", code) for name in ("unemployed", "vacancies_open", "vacancies_long_open")
        ]
        rows.append(
            {
                "name": f"{code} {names.get(code, '')}".strip(),
                "label": terms.term(label) if label else "",
                "cells": [notation.number(index, 2), *(notation.number(value) for value in (*levels, lost))],
            }
        )
    mismatch = [_last(folder, f"mismatch_{kind}") for kind in ("occupational", "regional")]
    sentences = []
    if all(value is not None and math.isfinite(value) for value in mismatch):
        shares = [notation.percent(100.0 * (value or 0.0)) for value in mismatch]
        sentences.append(terms.term("trades_mismatch", occupational=shares[0], regional=shares[1]))
    sentences += _firms(folder, terms, notation)
    return {
        "rows": _ends(rows),
        "heads": [terms.term(key) for key in (
            "trade_index", "trade_unemployed", "trade_vacancies", "trade_long", "trade_lost")],
        "caption": terms.term(
            "trades_caption", shortage=notation.number(SHORTAGE, 1), surplus=notation.number(SURPLUS, 1)
        ),
        "sentences": sentences,
        "places": _lost_by_place(folder, terms, notation),
    }  # fmt: skip


def bridges(folder: ResultsFolder, terms: Terms, notation: Notation) -> dict[str, Any] | None:
    """The bridges of ``kohtaanto bridges``; None in other results."""
    content = bridge.read(folder)
    if content is None:
        return None
    months = str(content["follow_months"])
    columns = (
        "bridge_months", "bridge_moved", "bridge_in_work", "bridge_filled", "bridge_euros_person", "bridge_euros_hire",
        "bridge_left", "bridge_others", "bridge_area",
    )  # fmt: skip
    rows = []
    for one in content["bridges"]:
        ends = [f"{one[end]} {content['names'][one[end]][terms.language]}" for end in ("from", "to")]
        clear = {"euros_per_person": one["is_clear"], "euros_per_hire": (one["filled"]["low"] or 0.0) > 0.0}
        euros = [notation.number(one[key] if clear[key] else None) for key in clear]
        differences = {key: _difference(one[key], notation) for key in ("in_work", "filled", "left", "others", "area")}
        rows.append(
            {
                "name": " → ".join(ends),
                "is_best": f"bridge_{one['from']}_{one['to']}" in content["best"],
                "cells": [
                    (notation.number(one["months"]), ""), (notation.number(one["moved"]["mean"]), ""),
                    differences["in_work"], differences["filled"], *((told, "") for told in euros),
                    differences["left"], differences["others"], differences["area"],
                ],
            }
        )  # fmt: skip
    return {
        "heads": [terms.term(column, months=months) for column in columns],
        "rows": rows,
        # in the language of the page, whatever that of the run was
        "svg": Markup(bridge.draw(content, folder.path / "figures", terms, notation)) if rows else "",
        "caption": terms.term("bridges_caption", months=months),
    }


def _difference(number: Mapping[str, float | None], notation: Notation) -> tuple[str, str]:
    """A difference, and its interval if it has one."""
    mean, low, high = (notation.signed(number[key], 1) for key in ("mean", "low", "high"))
    return mean, f"({low} … {high})" if number["low"] is not None else ""


def _ends(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trades with the highest and the lowest index."""
    return list(rows) if len(rows) <= 2 * _SHOWN else [*rows[:_SHOWN], *rows[-_SHOWN:]]


def _index(folder: ResultsFolder, code: str) -> float | None:
    return _last(folder, "shortage_index", "occupation", code)


def _last(
    folder: ResultsFolder, name: str, kind: str = "", group: str = "", whole: bool = False
) -> float | None:
    """Mean of the baseline's last year, or the sum over all months; None if it was not recorded."""
    arm = BASELINE if folder.series(name, BASELINE, kind, group) is not None else next(iter(folder.arms), BASELINE)
    series = folder.series(name, arm, kind, group)
    if series is None:
        return None
    monthly = series.mean()
    value = float(np.nansum(monthly)) if whole else float(np.nanmean(monthly[-LAST_MONTHS:]))
    return value if math.isfinite(value) else None


def _lost_by_place(folder: ResultsFolder, terms: Terms, notation: Notation) -> list[tuple[str, str]]:
    """Jobs given up in each municipality over the whole run."""
    found = []
    for place in folder.places:
        lost = _last(folder, "jobs_lost_to_unfilled", "municipality", place.code, whole=True)
        if lost is not None:
            found.append((terms.place(place.code, "name", place.name), notation.number(lost)))
    return found


def _firms(folder: ResultsFolder, terms: Terms, notation: Notation) -> list[str]:
    """Share of new businesses alive after some years: (1 - hazard of a month) ** months, pensions apart."""
    declared = folder.parameters().get("self_employment.end_per_month")
    if declared is None:
        return []
    hazard = float(declared["value"])
    shares = [notation.percent(100.0 * (1.0 - hazard) ** (12 * years)) for years in YEARS]
    return [terms.term("trades_firms", one=shares[0], three=shares[1], five=shares[2])]


def titles(folder: ResultsFolder, language: str) -> dict[str, str]:
    """Titles of the region's occupations by code."""
    path: Path | None = folder.region_path and folder.region_path / "occupations.csv"
    if path is None or not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["isco2"]: row[f"name_{language}"] for row in csv.DictReader(file)}
