"""The page of a drill and its checklist, from ``drill.json``; tables of weeks as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from experiments.composing.arm import BASELINE
from experiments.drill import checklist
from experiments.drill.figures import all_figures
from experiments.drill.told import NONE, Told
from experiments.drill.weeks import COHORT, OTHERS, POPULATIONS
from experiments.report.template import write_page
from experiments.running import results
from experiments.running.store import write_text
from sim.dimensions import LINES, N_PERSON_LINES, PAYERS
from sim.errors import InputError

FILE, PAGE, CHECKLIST, WEEKS = "drill.json", "drill.html", "checklist.html", "drill_weeks.csv"
LEAST_SHOWN = 0.5
"""Towns with fewer searches on average are left out of the table."""
Cell = tuple[str, str]
SOURCES = ("posts", "redeployed", "recruited", "called_up", "neighbours", "state")
"""Where staff comes from, in the order of the table."""
LEAST_FTE = 0.05
"""Sources with less in every arm are left out."""


def write(folder: Path, content: Mapping[str, Any], language: str) -> list[Path]:
    """Write ``drill.json``, ``drill_weeks.csv``, the figures, the page and the checklist.

    Returns
    -------
    list of Path
        Page and checklist.

    Raises
    ------
    InputError
        If they can not be written.
    """
    write_text(results.to_json(content), folder / FILE)
    write_text(comma_separated(content), folder / WEEKS)
    told = Told(content, language)
    figures = {name: Markup(svg) for name, svg in all_figures(told, folder / "figures").items()}
    for name, values in ((PAGE, _page(told, figures)), (CHECKLIST, _checklist(told))):
        write_page(folder / name, f"{name}.j2", told=told, **values)
    return [folder / PAGE, folder / CHECKLIST]


def rewrite(folder: Path, language: str) -> Path:
    """Write page and checklist of a results folder again, in another language.

    Raises
    ------
    InputError
        If the file is damaged or the language unknown.
    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / FILE}: can not be read ({' '.join(str(error).split())})") from None
    return write(folder, content, language)[0]


def answer(content: Mapping[str, Any], language: str) -> list[str]:
    """The answer for a terminal."""
    told = Told(content, language)
    return [*told.answer(), *filter(None, [told.base_gap()])]


def _page(told: Told, figures: Mapping[str, Markup]) -> dict[str, Any]:
    content = told.content
    return {
        "figures": figures,
        "answers": told.answer(),
        "cards": told.cards(),
        "gap": told.base_gap(),
        "readiness": _readiness(told),
        "homes": [(told.place(row["place"]), told.spread(row))
                  for row in content["inflow"]["homes"] if row["mean"] >= LEAST_SHOWN],
        "clears": [_clears(told, arm) for arm in told.levels],
        "surge": _surge(told),
        "is_before": _starts_before_notice(told),
        "surge_caption": _surge_caption(told),
        "staff": _staff(told),
        "sources": _sources(told),
        "talks": _talks(told),
        "euros": _euros(told),
        "arms": [told.level(arm) for arm in content["arms"]],
        "levels": [told.level(arm) for arm in told.levels],
    }  # fmt: skip


def _checklist(told: Told) -> dict[str, Any]:
    return {"items": checklist.items(told), "changes": checklist.levels(told)}


def _readiness(told: Told) -> list[tuple[str, list[Cell]]]:
    """Rows of the table of levels: name, and a cell for the baseline and each level."""
    content = told.content
    arms = content["arms"]
    interviews, backlog, euros = content["interviews"], content["backlog"], content["euros"]
    dash: Cell = ("–", "")

    def each(tell: Any, with_baseline: bool = True) -> list[Cell]:
        return [tell(arm) if with_baseline or arm != BASELINE else dash for arm in arms]

    def weeks(arm: str) -> Cell:
        if not backlog[arm]["is_above"]:
            return "0", ""
        return told.spread(backlog[arm]["weeks"]) if backlog[arm]["clears"] else (told.word("not_cleared"), "")

    return [
        (told.word("row_cohort"), each(lambda arm: told.spread(interviews[arm][COHORT]["share"], 0, 100.0), False)),
        (told.word("row_others"), each(lambda arm: told.spread(interviews[arm][OTHERS]["share"], 0, 100.0))),
        (told.word("row_wait"), each(lambda arm: told.spread(interviews[arm]["all"]["wait_days"], 1))),
        (told.word("row_late"), each(lambda arm: told.spread(interviews[arm]["all"]["late_days"], 1))),
        (told.word("row_peak"), each(lambda arm: told.spread(backlog[arm]["peak"]))),
        (told.word("row_weeks"), each(weeks, False)),
        (f"{told.word('row_euros')}, {told.thousands}", each(lambda arm: told.euros(euros[arm]["total"]), False)),
        (
            f"{told.word('row_municipal')}, {told.thousands}",
            each(lambda arm: told.euros(euros[arm]["municipal_net"]), False),
        ),
    ]


def _clears(told: Told, arm: str) -> str:
    entry = told.content["backlog"][arm]
    if not entry["is_above"]:
        return told.word("clears_calm", level=told.level(arm))
    if entry["clears"] is None:
        return told.word("clears_never", level=told.level(arm))
    return told.word("clears_at", level=told.level(arm), day=told.day(entry["clears"]))


def _surge(told: Told) -> list[list[str]]:
    """Rows of the table of surges: for whom, target, least FTE, at work, opened, best, no help beyond."""
    rows = []
    promise = told.content["promise"]["share"]
    for found in told.content["surge"]["found"]:
        key = "surge_promise" if found["share"] == promise else "surge_duty"
        fte = told.word("surge_unreached") if found["fte"] is None else told.number(found["fte"])
        rows.append([
            told.word(found["population"]), told.word(key, share=told.share(found["share"])),
            told.word("surge_zero") if found["fte"] == 0 else fte, told.day(found["at_work"]),
            told.day(found["open_posts_by"]), told.about(found["best"]), _enough(told, found),
        ])  # fmt: skip
    return rows


def _enough(told: Told, found: Mapping[str, Any]) -> str:
    """FTE after which more does not help; more than the most that was tried if it still does there."""
    fte = told.number(found["enough_fte"])
    return f"> {fte}" if found["enough_fte"] == told.content["surge"]["grid"][-1] else fte


def _surge_caption(told: Told) -> str:
    surge = told.content["surge"]
    return told.word(
        "surge_caption", grid=", ".join(told.number(fte) for fte in surge["grid"]),
        earliest=told.day(surge["starts"][0]),
        lead=told.number(surge["lead_months"]), confidence=told.share(told.content["promise"]["confidence"]),
        runs=told.number(surge["runs"]),
    )  # fmt: skip


def _starts_before_notice(told: Told) -> bool:
    announced = told.content["announced"]
    posts = [found["open_posts_by"] for found in told.content["surge"]["found"]]
    return any(day and day < announced for day in posts)


def _window(told: Told) -> slice:
    """Columns of the weeks of the surge."""
    weeks, window = told.content["weeks"], told.content["window"]
    return slice(weeks.index(window["first"]), sum(week <= window["last"] for week in weeks))


def _staff(told: Told) -> list[tuple[str, list[Cell]]]:
    """Mean staff in post and share of its time used in the time of the surge, by line and arm."""
    inside = _window(told)
    rows = []
    for line in LINES:
        cells: list[Cell] = []
        for arm in told.content["arms"]:
            entry = told.content["staff"][arm][line]
            fte = told.number(_mean(entry["fte"][inside]), 1)
            used = _mean(entry["used"][inside]) if "used" in entry else None
            cells.append((fte, "" if used is None else f"({told.share(round(used, 2))})"))
        rows.append((told.line(line), cells))
    return rows


def _sources(told: Told) -> list[tuple[str, list[Cell]]]:
    """Mean staff of the line of first interviews in the time of the surge, by where it comes from and arm."""
    inside, sources = _window(told), told.content["sources"]
    rows = []
    for source in SOURCES:
        means = [_mean(sources[arm][source][inside]) or 0.0 for arm in told.content["arms"]]
        if any(abs(mean) >= LEAST_FTE for mean in means):
            rows.append((told.word(f"source_{source}"), [(told.number(mean, 1), "") for mean in means]))
    return rows


def _mean(values: Sequence[float | None]) -> float | None:
    held = [value for value in values if value is not None]
    return sum(held) / len(held) if held else None


def _talks(told: Told) -> dict[str, Any]:
    """Other talks in time by line: for everybody of no cohort."""
    talks = told.content["talks"]
    heads = [told.level(arm) for arm in told.content["arms"]]
    arms = list(told.content["arms"])
    if "surge" in talks:
        heads.append(told.word("surge_of", fte=told.number(talks["surge"]["fte"])))
        arms.append("surge")
    lines = LINES[:N_PERSON_LINES]
    rows = [(told.line(line), [told.spread(talks[arm][line], 0, 100.0) for arm in arms]) for line in lines]
    return {"heads": heads, "rows": rows}


def _euros(told: Told) -> list[tuple[str, list[Cell]]]:
    """Rows by payer and kind, then the sum."""
    euros, rows = told.content["euros"], []
    for kind, key in (("benefits_eur", "euros_benefits"), ("cost_total_eur", "euros_services")):
        for payer in PAYERS:
            cells = [euros[arm][kind].get(payer) for arm in told.levels]
            if any(cells):
                name = told.word(key, payer=told.terms.named("payers", payer))
                rows.append((name, [told.euros(cell) if cell else ("0", "") for cell in cells]))
    rows.append((told.word("euros_total"), [told.euros(euros[arm]["total"]) for arm in told.levels]))
    rows.append((told.word("euros_net"), [told.euros(euros[arm]["municipal_net"]) for arm in told.levels]))
    return rows


def comma_separated(content: Mapping[str, Any]) -> str:
    """Weeks of every arm as CSV: means over replications, the backlog with its 80 % interval."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = ("due", "in_time", "late", "held", "waiting")
    writer.writerow([
        "week", "arm", "searches_cohort", *(f"first_interviews_{p}_{name}" for p in POPULATIONS for name in names),
        "waiting_late", "waiting_late_low", "waiting_late_high", *(f"fte_{line}" for line in LINES),
        *(f"used_{line}" for line in LINES[:N_PERSON_LINES]), *(f"first_line_{source}" for source in SOURCES),
    ])  # fmt: skip
    searches = {BASELINE: content["inflow"]["baseline"], NONE: content["inflow"]["weekly"]["mean"]}
    for arm in content["arms"]:
        entry, backlog, staff = content["interviews"][arm], content["backlog"][arm]["weekly"], content["staff"][arm]
        for k, week in enumerate(content["weeks"]):
            used = [staff[line]["used"][k] for line in LINES[:N_PERSON_LINES]]
            writer.writerow([
                week, arm, _short(searches[arm][k]) if arm in searches else "",
                *(_short(entry[p][name][k]) for p in POPULATIONS for name in names),
                *(_short(backlog[end][k]) for end in ("mean", "low", "high")),
                *(_short(staff[line]["fte"][k]) for line in LINES), *(_short(value) for value in used),
                *(_short(content["sources"][arm][source][k]) for source in SOURCES),
            ])  # fmt: skip
    return text.getvalue()


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
