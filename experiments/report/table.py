"""Tables of the page as plain text: what stands in each cell, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.report.cohort import STATES, Course
from experiments.report.folder import BASELINE, NONE, Estimate, ResultsFolder, estimate_of
from experiments.report.notation import DASH, Notation, Unit, scaled_euros, unit_of
from experiments.report.terms import Terms

MAIN = (
    "unemployed", "unemployment_rate", "long_term_unemployed", "employed_open_market",
    "open_market_employment_days", "new_unemployment_spells", "exits_to_job", "vacancies_open",
    "first_interview_wait_days", "first_interview_in_time_share", "utilisation", "caseload",
    "cost_total_eur", "benefits_eur",
)  # fmt: skip
"""Indicators of the main table, in its order."""

UNDER_MARKETS = (
    "unemployed", "employed_open_market", "exits_to_job", "vacancies_open", "first_interview_wait_days",
)  # fmt: skip
"""Indicators of the table by market."""

BY_LINE = ("staff_fte", "utilisation", "caseload", "queue", "first_interview_wait_days", "service_contacts")
"""Indicators of the table by service line."""

MONEY = ("cost_total_eur", "cost_municipal_net_eur", "benefits_eur")


@dataclass(frozen=True)
class Cell:
    """A difference and what it rests on."""

    difference: str
    interval: str
    relative: str
    levels: str
    certain: bool


@dataclass(frozen=True)
class Row:
    """A row of cells under a name, with the unit of its numbers."""

    name: str
    unit: str
    cells: Sequence[Cell]


def indicator_rows(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, names: Sequence[str] = MAIN,
    months: Sequence[int] | None = None,
) -> list[Row]:  # fmt: skip
    """Rows of the main table: for each indicator the difference at each month."""
    months = folder.months if months is None else months
    rows = []
    for name in names:
        if name not in folder.indicators:
            continue
        unit = unit_of(folder.unit(name))
        # A rate at a month is that month's own; a flow is the sum since the start.
        found = [
            (folder.difference(name, str(m), arm), folder.level(name, str(m), BASELINE),
             folder.level(name, str(m), arm))
            for m in months
        ]  # fmt: skip
        unit = scaled_euros([e.mean for triple in found for e in triple if e.mean is not None], unit)
        kind = terms.named("kinds", folder.kind(name))
        cells = [cell(difference, base, level, unit, notation) for difference, base, level in found]
        rows.append(Row(terms.named("indicators", name), _units(unit, kind, notation), cells))
    return rows


def _units(unit: Unit, kind: str, notation: Notation) -> str:
    level, difference = notation.unit(unit), notation.unit(unit, difference=True)
    shown = level if level == difference else f"{level}; {difference}"
    return f"{shown}, {kind}"


def cell(difference: Estimate, base: Estimate, level: Estimate, unit: Unit, notation: Notation) -> Cell:
    """One difference with its interval, its share of the baseline, and both levels."""
    levels = DASH
    if base.mean is not None and level.mean is not None:
        levels = f"{notation.level(base.mean, unit)} → {notation.level(level.mean, unit)}"
    # A change of a share is told in percentage points; per cent of per cent would mislead.
    relative = "" if unit.label == "share" else notation.relative(difference.mean, base.mean)
    return Cell(
        notation.difference(difference.mean, unit),
        notation.interval(difference.low, difference.high, unit),
        relative,
        levels,
        difference.told_apart,
    )


@dataclass(frozen=True)
class PlaceRow:
    """What changes in a municipality, in an arm."""

    code: str
    name: str
    cells: Sequence[Cell]
    share: str


def place_difference(
    folder: ResultsFolder, indicator: str, arm: str, code: str, month: int
) -> tuple[Estimate, Estimate, Estimate]:
    """Difference, baseline and level of a municipality (the whole area if `code` is empty) at a month."""
    kind = folder.kind(indicator)
    where = ("municipality", code) if code else ("", "")
    paired = folder.difference_series(indicator, arm, *where)
    base, level = folder.series(indicator, BASELINE, *where), folder.series(indicator, arm, *where)
    if paired is None or base is None or level is None:
        return NONE, NONE, NONE
    return paired.estimate(month, kind), base.estimate(month, kind), level.estimate(month, kind)


def place_rows(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, months: Sequence[int]
) -> list[PlaceRow]:
    """Rows by municipality, the whole area last: unemployed at each month, and per cent of labour force."""
    rows = []
    for place in [*folder.places, None]:
        code = place.code if place else ""
        found = [place_difference(folder, "unemployed", arm, code, month) for month in months]
        if all(difference.mean is None for difference, _, _ in found):
            continue
        unit = unit_of(folder.unit("unemployed"))
        rate = place_difference(folder, "unemployment_rate", arm, code, months[0])[0]
        rate_unit = unit_of(folder.unit("unemployment_rate"))
        rows.append(
            PlaceRow(
                code,
                terms.place(code, "name", place.name) if place else terms.term("whole_area"),
                [cell(*triple, unit, notation) for triple in found],
                notation.difference(rate.mean, rate_unit),
            )
        )
    return rows


def money_rows(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation
) -> tuple[list[str], list[PlaceRow]]:
    """Heads and rows of euros by municipality over the whole period; empty where there are none."""
    held = [n for n in MONEY if any(folder.series(n, arm, "municipality", p.code) for p in folder.places)]
    if not held:
        return [], []
    codes = [*(place.code for place in folder.places), ""]
    totals: dict[str, dict[str, tuple[Estimate, Estimate, Estimate]]] = {}
    for name in held:
        whole = folder.series(name, arm)
        last = len(whole.dates) if whole is not None else max(folder.months)
        totals[name] = {code: place_difference(folder, name, arm, code, last) for code in codes}
    largest = [e[0].mean for by_code in totals.values() for e in by_code.values() if e[0].mean is not None]
    unit = scaled_euros(largest, unit_of("eur"), millions_from=1e7)
    rows = []
    for place in [*folder.places, None]:
        code = place.code if place else ""
        label = terms.place(code, "name", place.name) if place else terms.term("whole_area")
        rows.append(PlaceRow(code, label, [cell(*totals[n][code], unit, notation) for n in held], ""))
    heads = [f"{terms.named('indicators', name)}, {notation.unit(unit)}" for name in held]
    return heads, rows


def cohort_rows(
    folder: ResultsFolder, courses: Mapping[str, Course], terms: Terms, notation: Notation
) -> tuple[list[str], list[tuple[str, list[list[str]]]]]:
    """Heads (months) and, for each state, the persons in each arm at each month."""
    if not courses:
        return [], []
    first = next(iter(courses.values()))
    kept = []
    for month in sorted({6, *folder.months}):
        day = folder.month_end(month)
        if day is None:
            continue
        index = int((first.dates < day).sum())
        if index < len(first.dates) and first.dates[index] == day:
            kept.append((month, index))
    rows = []
    for state in STATES:
        if any(state in course.persons for course in courses.values()):
            by_arm = [
                [_persons(course, state, index, notation) for _, index in kept] for course in courses.values()
            ]
            rows.append((terms.named("states", state), by_arm))
    return [terms.term("months_head", months=str(month)) for month, _ in kept], rows


def _persons(course: Course, state: str, index: int, notation: Notation) -> str:
    persons = course.persons.get(state)
    return notation.number(0.0 if persons is None else float(persons[index]))


def market_rows(folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, month: int) -> list[Row]:
    """The same indicators under each market, side by side."""
    rows = []
    for name in UNDER_MARKETS:
        if name not in folder.indicators:
            continue
        unit = unit_of(folder.unit(name))
        cells = [
            cell(
                folder.difference(name, str(month), arm, market),
                folder.level(name, str(month), BASELINE, market),
                folder.level(name, str(month), arm, market),
                unit,
                notation,
            )
            for market in (None, *folder.markets)
        ]
        kind = terms.named("kinds", folder.kind(name))
        rows.append(Row(terms.named("indicators", name), _units(unit, kind, notation), cells))
    return rows


def line_rows(
    folder: ResultsFolder, arm: str, terms: Terms, notation: Notation, month: int
) -> tuple[list[str], list[Row]]:
    """Names of the service lines, and for each indicator its difference in each line."""
    by_line = (folder.summary.get("groups") or {}).get("line") or {}
    lines = [line for line in terms.keys("lines") if line in by_line]
    lines += [line for line in by_line if line not in lines]
    rows = []
    for name in BY_LINE:
        held = [by_line[line].get(name) for line in lines]
        if not any(held):
            continue
        unit = unit_of(next(entry["unit"] for entry in held if entry))
        cells = []
        for entry in held:
            at = (entry or {}).get("at", {}).get(str(month), {})
            base, level = (estimate_of(at.get("arms", {}).get(a)) for a in (BASELINE, arm))
            cells.append(cell(estimate_of(at.get("difference", {}).get(arm)), base, level, unit, notation))
        kind = terms.named("kinds", str(next(entry["kind"] for entry in held if entry)))
        rows.append(Row(terms.named("indicators", name), _units(unit, kind, notation), cells))
    return [terms.named("lines", line) for line in lines], rows


@dataclass(frozen=True)
class Guess:
    """A parameter that rests on something weaker than a published figure."""

    name: str
    meaning: str
    language: str  # of the meaning
    value: str
    range: str
    unit: str
    kind: str


def guesses(folder: ResultsFolder, terms: Terms, notation: Notation) -> list[Guess]:
    """Parameters in use that are assumed, recalled or fitted, by name."""
    found = []
    for mechanism, body in sorted((folder.configuration.get("parameters") or {}).items()):
        for parameter, declared in sorted(body.items()) if isinstance(body, Mapping) else ():
            if not isinstance(declared, Mapping) or declared.get("source_kind") in ("found", "derived"):
                continue
            name, value = f"{mechanism}.{parameter}", declared.get("value")
            if isinstance(value, Mapping):
                shown = "; ".join(
                    f"{_label(label, terms)} {_plain(v, notation)}" for label, v in _short(value)
                )
            elif isinstance(value, Sequence) and not isinstance(value, str):
                shown = "; ".join(_plain(v, notation) for v in value)
            else:
                shown = _plain(value, notation)
            low = _plain(_outermost(declared.get("low"), min), notation)
            high = _plain(_outermost(declared.get("high"), max), notation)
            found.append(
                Guess(
                    name,
                    terms.named("parameters", name, str(declared.get("meaning") or "")),
                    terms.language if terms.has("parameters", name) else "en",
                    shown,
                    f"{low} … {high}",
                    terms.named("parameter_units", str(declared.get("unit") or "")),
                    terms.term(f"kind_{declared.get('source_kind', 'assumption')}"),
                )
            )
    return found


def _label(label: str, terms: Terms) -> str:
    return terms.named("lines", label, terms.named("labels", label))


def _outermost(limit: object, choose: Callable[[list[float]], float]) -> object:
    """The least or greatest of a limit that is given by label; another limit as it is."""
    return choose([float(v) for v in limit.values()]) if isinstance(limit, Mapping) and limit else limit


def _short(values: Mapping[str, object], most: int = 6) -> list[tuple[str, object]]:
    items = list(values.items())
    return items if len(items) <= most else [*items[: most - 1], ("…", items[-1][1])]


def _plain(value: object, notation: Notation) -> str:
    """A parameter's number as it was declared, in the language's notation."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return DASH if value is None else str(value)
    text = f"{value:.6g}"
    if "e" in text:
        return text.replace("-", "\N{MINUS SIGN}")
    return notation.number(float(value), len(text.partition(".")[2]))
