"""A table-top as text, page and figure: all from ``tabletop.json``, in any language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from experiments.composing.arm import BASELINE
from experiments.composing.horizon import Horizon
from experiments.report import drawing
from experiments.report.folder import ResultsFolder
from experiments.report.notation import DASH, Notation
from experiments.report.template import write_page
from experiments.report.terms import Terms
from experiments.tabletop.standing import EVENT, PLAYED

FILE = "tabletop.json"
REGISTRATIONS, UNEMPLOYED = "tabletop_registrations", "tabletop_unemployed"
_DECIMALS = {"staff": 1, "wait": 1, "money": 2}
_MILLION = 1e6
_OF_THE_AREA = {
    "unemployed": "tabletop_unemployed", "wait": "tabletop_wait", "queue": "tabletop_queue", "money": "tabletop_money",
}  # fmt: skip
_OF_THE_EVENT = {
    "in_work": "tabletop_cohort_in_work", "unemployed": "tabletop_cohort_unemployed",
    "in_courses": "tabletop_cohort_in_courses",
}  # fmt: skip


def text(content: Mapping[str, Any], language: str) -> str:
    """What stands and what is expected, for the terminal."""
    terms = Terms(language)
    notation = Notation(terms)
    table = [heads(content, terms, notation), *rows(content, terms, notation)]
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
    lines = [title(content, terms, notation)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([*lines, *sentences(content, terms, notation)])


def title(content: Mapping[str, Any], terms: Terms, notation: Notation) -> str:
    """Name, month and date."""
    day = notation.day(date.fromisoformat(content["date"]))
    return terms.term("tabletop_title", name=content["name"], month=str(content["month"]), day=day)


def heads(content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    """Heads of the columns: what, now, and the months ahead."""
    ahead = [notation.month_name(date.fromisoformat(day)) for day in content["dates"][1:]]
    return [terms.term("tabletop_what"), terms.term("tabletop_now"), *ahead]


def rows(content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[list[str]]:
    """A row a number, with the 80 % interval where the replications differ."""
    shown = []
    several = len(content["registrations"]) > 1
    for one in content["registrations"]:
        cells = [_with_interval(numbers, 1.0, 0, notation) for numbers in one["now"]]
        shown.append([_of(terms.term("tabletop_registered"), one["event"], several, terms), *cells])
    for row in content["rows"]:
        key, group = row["key"], row["group"]
        factor = _MILLION if key == "money" else 1.0
        if key == "staff":
            label = terms.term("tabletop_staff", line=terms.named("lines", group))
        elif group:
            label = _of(terms.term(_OF_THE_EVENT[key]), group, several, terms)
        else:
            label = terms.term(_OF_THE_AREA[key])
        cells = [_with_interval(numbers, factor, _DECIMALS.get(key, 0), notation) for numbers in row["played"]]
        shown.append([label, *cells])
    return shown


def sentences(content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    """What observations changed, what decisions changed, and what the intervals are."""
    said = []
    for one in content["registrations"]:
        (mean, low, high), (prior, _, _) = one["end"][1], one["end"][0]
        event = terms.named("arms", one["event"])
        if one["observed"]:
            last = one["observed"][-1]
            said.append(
                terms.sentence(
                    "tabletop_updated", event=event, count=notation.number(last["registrations"]),
                    day=notation.day(date.fromisoformat(last["until"])), mean=notation.number(mean),
                    low=notation.number(low), high=notation.number(high), prior=notation.number(prior),
                    effective=notation.number(one["effective"], 1), replications=str(content["replications"]),
                )
            )  # fmt: skip
        else:
            said.append(
                terms.sentence(
                    "tabletop_prior", event=event, mean=notation.number(mean), low=notation.number(low),
                    high=notation.number(high), people=notation.number(one["people"]),
                )
            )  # fmt: skip
    unemployed = content["rows"][0]
    played, without = unemployed["played"][-1][0], unemployed["without_decisions"][-1]
    if content["decisions"] and played is not None and without is not None:
        day = notation.month(date.fromisoformat(content["dates"][-1]))
        said.append(
            terms.sentence(
                "tabletop_decided", count=str(len(content["decisions"])), month=day,
                difference=notation.signed(played - without, 0),
            )
        )  # fmt: skip
    said.append(terms.sentence("tabletop_reading", replications=str(content["replications"])))
    return said


def decisions(content: Mapping[str, Any], terms: Terms, notation: Notation) -> list[str]:
    """What was decided, a line a decision."""
    lines = []
    for item in content["decisions"]:
        parts = [
            f"{terms.named('lines', line)} {notation.signed(float(posts), 0 if float(posts).is_integer() else 1)}"
            for line, posts in (item.get("fte") or {}).items()
        ]
        for course in item.get("courses") or []:
            name = terms.named("labels", str(course["measure"]))
            parts.append(terms.term("tabletop_course", course=name, seats=notation.plain(float(course["seats"]))))
        told = terms.term("tabletop_decision", month=str(item["month"]), decided="; ".join(parts))
        lines.append(f"{told} {item.get('note', '')}".strip())
    return lines


def write(folder: Path, language: str = "fi") -> Path:
    """Write ``report.html`` and the figures of a table-top's results folder.

    Raises
    ------
    InputError
        If the language is unknown or a file is missing or damaged.
    """
    results, terms = ResultsFolder(folder), Terms(language)
    notation = Notation(terms)
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    figures = folder / "figures"
    told = results.region.get("title")
    return write_page(
        folder / "report.html",
        "tabletop.html.j2",
        terms=terms,
        language=language,
        region=terms.region(
            str(results.region.get("name", "")), title=str(told.get(language, "")) if isinstance(told, Mapping) else ""
        ),
        title=title(content, terms, notation),
        sentences=sentences(content, terms, notation),
        heads=heads(content, terms, notation),
        rows=rows(content, terms, notation),
        decisions=decisions(content, terms, notation),
        figures=[
            (Markup(_registrations(content, one, number, terms, notation, figures)), terms.term("tabletop_fan_caption"))
            for number, one in enumerate(content["registrations"])
        ]
        + [(Markup(_unemployed(content, terms, notation, figures)), terms.term("tabletop_unemployed_caption"))],
    )


def _dates(content: Mapping[str, Any], first: int) -> np.ndarray:
    """The start (0) and the month-ends."""
    start = date.fromisoformat(content["start_date"])
    horizon = Horizon(start, 15)
    days = [horizon.month_end(month) if month else start for month in range(first, content["last_month"] + 1)]
    return np.array([np.datetime64(day) for day in days])


def _registrations(
    content: Mapping[str, Any], one: Mapping[str, Any], number: int, terms: Terms, notation: Notation, folder: Path
) -> str:
    """Registrations of an event: expected at the beginning and now, and what was observed."""
    x = drawing.days(_dates(content, 0))
    name = REGISTRATIONS if number == 0 else f"{REGISTRATIONS}_{number + 1}"
    with drawing.figure(8.6, 3.6) as drawn:
        axes = drawn.subplots()
        for k, (curve, key) in enumerate(zip(one["curves"], ("tabletop_at_first", "tabletop_by_now"), strict=True)):
            if k and not one["observed"]:
                break
            mean, low, high = np.array(curve, float).T
            stroke = drawing.stroke(k - 1)
            axes.fill_between(x, low, high, color=stroke.colour, alpha=0.18, linewidth=0)
            axes.plot(x, mean, color=stroke.colour, dashes=stroke.dash or (None, None), label=terms.term(key))
        seen = [np.datetime64(item["until"]) for item in one["observed"]]
        if seen:
            counts = [item["registrations"] for item in one["observed"]]
            label = terms.term("tabletop_observed")
            axes.plot(drawing.days(np.array(seen)), counts, "o", color=drawing.INK, label=label, zorder=5)
        _finish(axes, content, notation)
        axes.set_ylabel(terms.named("units", "persons"), fontsize=9)
        drawn.legend(frameon=False, loc="outside lower left", ncols=3, fontsize=9)
        return drawing.write(drawn, folder, name, terms.term("alt_tabletop_registrations"))


def _unemployed(content: Mapping[str, Any], terms: Terms, notation: Notation, folder: Path) -> str:
    """Unemployed of the area: without the event, without decisions, with them."""
    x = drawing.days(_dates(content, 1))
    names = {BASELINE: "tabletop_without_event", EVENT: "tabletop_without_decisions", PLAYED: "tabletop_with_decisions"}
    with drawing.figure(8.6, 3.6) as drawn:
        axes = drawn.subplots()
        for k, (arm, key) in enumerate(names.items()):
            if arm == EVENT and not content["decisions"]:
                continue
            key = "tabletop_without_decisions" if arm == PLAYED and not content["decisions"] else key
            mean, low, high = np.array(content["series"][arm], float).T
            stroke = drawing.stroke(k - 1)
            if arm == PLAYED:
                axes.fill_between(x, low, high, color=stroke.colour, alpha=0.18, linewidth=0)
            axes.plot(x, mean, color=stroke.colour, dashes=stroke.dash or (None, None), label=terms.term(key))
        _finish(axes, content, notation)
        axes.set_ylabel(terms.named("units", "persons"), fontsize=9)
        drawn.legend(frameon=False, loc="outside lower left", ncols=3, fontsize=9)
        return drawing.write(drawn, folder, UNEMPLOYED, terms.term("alt_tabletop_unemployed"))


def _finish(axes: Any, content: Mapping[str, Any], notation: Notation) -> None:
    drawing.number_axis(axes, notation)
    drawing.time_axis(axes, _dates(content, 0))
    today = drawing.days(np.array([np.datetime64(content["date"])]))[0]
    axes.axvline(today, color=drawing.MUTED, linewidth=1, linestyle=":")


def _of(label: str, event: str, several: bool, terms: Terms) -> str:
    return f"{label} ({terms.named('arms', event)})" if several else label


def _with_interval(numbers: Sequence[float | None], factor: float, decimals: int, notation: Notation) -> str:
    mean, low, high = numbers
    if mean is None:
        return DASH
    show = notation.signed if factor > 1.0 else notation.number
    told = show(mean / factor, decimals)
    if low is None or high is None or high - low < 1e-9:
        return told
    ends: Sequence[str] = [show(value / factor, decimals) for value in (low, high)]
    return told if ends[0] == ends[1] == told else f"{told} ({ends[0]}–{ends[1]})"
