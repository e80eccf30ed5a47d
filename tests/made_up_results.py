"""Results folders made up for tests of pages, with values that are easy to follow, and a reader of pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.composing.horizon import Horizon
from experiments.composing.target import Target
from experiments.running import schema
from experiments.running.summary import summarise
from sim.indicators import INDICATORS as ALL_INDICATORS

KOLMIKKO = {"KU901": 3000, "KU902": 1200, "KU903": 700}  # labour force
CLOSURE = {
    "kind": "closure",
    "name": "closure_kolmikko",
    "employer": "plant_kolmikko",
    "jobs": 60,
    "announced": "2025-02-03",
    "notice": "2025-03-17",
    "exits": [{"date": "2025-04-30", "share": 0.5}, {"date": "2025-06-30", "share": 0.5}],
}
SERVICE = ("staff_fte", "caseload", "queue")
GROUPED = {
    "line": ("brokerage", "multi_sector"),
    "place": ("KU901", "KU902"),
    "line_place": ("brokerage@KU901", "multi_sector@KU901", "brokerage@KU902"),
    "cause": ("occupation", "other", "work_capacity"),
    "payer": ("municipality", "state"),
}
Effect = Callable[[str, int], float]


def no_effect(indicator: str, replication: int) -> float:
    return 0.0


def steady(indicator: str, replication: int) -> float:
    sizes = {"unemployed": 30.0, "unemployment_rate": 0.6, "employed_open_market": -28.0, "benefits_eur": 4e4}
    return sizes.get(indicator, 0.0) * (1 + 0.1 * (replication % 4 - 1.5))


def noise(indicator: str, replication: int) -> float:
    return 12.0 * (1 if replication % 2 else -1) + 1 if indicator == "unemployed" else 0.0


def make_folder(
    path: Path,
    arms: Mapping[str, Effect],
    replications: int = 4,
    years: int = 1,
    cohort: bool = True,
    municipalities: bool = True,
    markets: tuple[str, ...] = (),
    indicators: tuple[str, ...] = (
        "unemployed", "unemployment_rate", "employed_open_market", "vacancies_open",
        "first_interview_wait_days", "furloughed", "benefits_eur",
    ),
    region: str = "data/regions/kolmikko",
    grouped: bool = False,
    targets: tuple[Target, ...] = (),
) -> Path:  # fmt: skip
    """A results folder with monthly values that are easy to follow: 100 (1 + replication) and an effect."""
    base = {"unemployed": 400.0, "unemployment_rate": 8.2, "furloughed": 0.0, "benefits_eur": 5e5}
    everyone = {"baseline": no_effect, **arms}

    def run(effect: Effect, replication: int, market: str, start: int) -> pa.Table:
        ends = (np.datetime64(f"{start}-01", "M") + np.arange(1, 12 * years + 1)).astype("datetime64[D]") - 1
        rows: dict[str, list[Any]] = {name: [] for name in schema.RUN.names}

        def add(indicator: str, kind: str, group: str, values: np.ndarray) -> None:
            n = len(ends)
            for name, value in zip(
                schema.RUN.names,
                (
                    ends,
                    ["long_term_by_cause" if kind == "cause" else indicator] * n,
                    [kind] * n,
                    [group] * n,
                    values,
                    [ALL_INDICATORS[indicator].unit] * n,
                ),
                strict=True,
            ):
                rows[name].extend(value)

        for name in indicators:
            changed = effect(name, replication) * (2.0 if market == "slack" else 1.0)
            level = np.full(len(ends), base.get(name, 100.0) * (1 + 0.01 * replication))
            add(name, "", "", level + changed)
            for number, code in enumerate(KOLMIKKO if municipalities else ()):
                add(name, "municipality", code, level / 3 + changed * (0.7, 0.2, 0.1)[number])
        if grouped:
            changed = effect("unemployed", replication)
            for kind, groups in GROUPED.items():
                names = ("benefits_eur",) if kind == "payer" else SERVICE
                for number, group in enumerate(groups):
                    for name in ("long_term_unemployed",) if kind == "cause" else names:
                        level = np.full(len(ends), 100.0 * (1 + number) + replication)
                        add(name, kind, group, level + (0.0 if name == "staff_fte" else changed))
        if cohort:
            gone = np.linspace(0, 60, len(ends)) if effect is not no_effect else np.zeros(len(ends))
            states = {"employed_open_market": 60 - gone, "unemployed": 0.7 * gone, "furloughed": 0.1 * gone,
                      "outside_labour_force": 0.2 * gone, "in_training": 0.1 * gone}  # fmt: skip
            for name, values in states.items():
                add(name, "cohort", "closure_kolmikko", values)
        return schema.table(rows, schema.RUN)

    def write(folder: Path, market: str, start: int) -> dict[str, Any]:
        folder.mkdir(parents=True)
        tables = {(a, r): run(e, r, market, start) for a, e in everyone.items() for r in range(replications)}
        tagged = []
        for (arm, replication), rows in tables.items():
            columns = {"arm": [arm] * len(rows), "parameter_set": ["default"] * len(rows),
                       "replication": [replication] * len(rows)}  # fmt: skip
            columns |= {name: rows[name] for name in rows.column_names}
            tagged.append(pa.table(columns).cast(schema.INDICATORS))
        pq.write_table(pa.concat_tables(tagged), folder / "indicators.parquet")
        return summarise(tables, list(everyone), Horizon(date(start, 1, 1), years), targets)

    states = {"main": ("start_2025_01", 2025), "tight": ("boom_2022", 2022), "slack": ("slack_2016", 2016)}
    summary = write(path, "main", 2025)
    summary["markets"] = {m: write(path / "markets" / m, m, states[m][1]) for m in markets}
    closed = {arm: [CLOSURE] if "closure" in arm else [] for arm in everyone}
    cohorts = [{"name": "closure_kolmikko", "jobs": 60}]
    manifest = {
        "status": "finished",
        "start_date": "2025-01-01",
        "seeds": [42 + number for number in range(replications)],
        "region": {"name": "kolmikko", "title": {"fi": "Kolmikko"}},
        "code": {"version": "0.1.0"},
        "packages": {"numpy": "2.0"},
        "runs": [],
        "markets": {
            m: {"state": states[m][0], "events": closed, "cohorts": cohorts}
            for m in ("main", *markets)
        },
        "configuration": {
            "region": {"folder": region},
            "horizon_years": years,
            "scale": 1.0,
            "arms": {
                arm: {"shocks": [p for p in arm.split("+") if "closure" in p],
                      "policies": [p for p in arm.split("+") if "closure" not in p and p != "baseline"]}
                for arm in everyone
            },
            "parameters": {
                "search": {
                    "rate": {"value": 2.5, "low": 0.5, "high": 4.0, "unit": "per month",
                             "meaning": "applications <b>", "source": "x", "source_kind": "assumption"},
                    "known": {"value": 1.0, "low": 0, "high": 2, "unit": "share", "meaning": "KNOWN",
                              "source": "x", "source_kind": "found"},
                }
            },
        },
    }  # fmt: skip
    (path / "summary.json").write_text(json.dumps(summary, allow_nan=False))
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


class Reader(HTMLParser):
    """Reads a page and keeps what the tests ask for."""

    VOID = ("meta", "link", "br", "img", "input", "hr")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.heads: list[dict[str, str | None]] = []
        self.svgs: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.language: str | None = None
        self.words: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag == "html":
            self.language = held.get("lang")
        if tag == "th":
            self.heads.append(held)
        if tag == "svg":
            self.svgs.append(held)
        self.links += [str(held[key]) for key in ("src", "href", "xlink:href") if held.get(key)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))
