"""Tables of the page as plain text: what stands in each cell, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.report.cohort import STATES, Course
from experiments.report.folder import BASELINE, NONE, Estimate, ResultsFolder
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

MONEY = ("cost_municipal_net_eur", "municipal_benefit_share_eur", "cost_total_eur", "benefits_eur")
"""Indicators of the table of euros by municipality."""

BY_PAYER = ("cost_total_eur", "benefits_eur")
"""Indicators of the table of euros by payer."""


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
    return f"{_unit_names(unit, notation)}, {kind}"


def _unit_names(unit: Unit, notation: Notation) -> str:
    level, difference = notation.unit(unit), notation.unit(unit, difference=True)
    return level if level == difference else f"{level}; {difference}"


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


@dataclass(frozen=True)
class Column:
    """A column of a table by groups.

    Attributes
    ----------
    indicator
        What it shows.
    kind, pattern
        Kind of the groups in its rows, and their label with ``{group}`` in place of the row's own.
    head
        What stands above it.
    whole
        Kind and label of what the last row shows, by default the whole area.
    note, unit
        What stands below the head; the unit is filled in by `group_table`.
    """

    indicator: str
    kind: str
    pattern: str
    head: str
    whole: tuple[str, str] = ("", "")
    note: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Group:
    """A group's rows: the baseline with levels, then each arm with differences."""

    label: str
    is_total: bool
    rows: Sequence[tuple[str, Sequence[Cell]]]


def group_table(
    folder: ResultsFolder, arms: Mapping[str, str], groups: Sequence[tuple[str, str]],
    columns: Sequence[Column], terms: Terms, notation: Notation, month: int,
) -> tuple[list[Column], list[Group]]:  # fmt: skip
    """Columns and rows of a table by groups, the whole last; what the results lack is left out.

    Parameters
    ----------
    folder
        Results.
    arms
        Names of the baseline and the arms.
    groups
        Labels of the groups and their names, in order.
    columns
        Wanted columns.
    terms, notation
        Words and numbers of the language.
    month
        Stocks and rates are those of this month, flows the sums up to it.
    """
    if not groups:
        return [], []
    shown: list[Column] = []
    by_column: list[list[list[Cell]]] = []
    for column in columns:
        where = [(column.kind, column.pattern.format(group=group)) for group, _ in groups]
        found = [_levels(folder, column.indicator, arms, *at, month) for at in [*where, column.whole]]
        if all(base.mean is None for (base, *_), _ in found[:-1]):
            continue
        unit = unit_of(_unit_text(folder, column.indicator, where))
        moved = [abs(d.mean) for _, differences in found for d in differences if d.mean]
        # Euros are told in steps that still show what changes.
        unit = scaled_euros(moved or [e.mean for (e, *_), _ in found if e.mean is not None], unit, 1e7)
        # Columns are narrow: only of a flow is it said here what its numbers are.
        of = folder.kind(column.indicator)
        told = _units(unit, terms.named("kinds", of), notation) if of == "flow" else _unit_names(unit, notation)
        shown.append(replace(column, unit=told))
        several = any(estimate.n > 1 for _, differences in found for estimate in differences)
        by_column.append([_group_cells(*one, unit, notation, several) for one in found])
    if not shown:
        return [], []
    names = [*(name for _, name in groups), terms.term("whole_area")]
    tables = [
        Group(
            name,
            number == len(groups),
            [(label, [cells[number][k] for cells in by_column]) for k, label in enumerate(arms.values())],
        )
        for number, name in enumerate(names)
    ]
    return shown, [table for table in tables if any(c.difference != DASH for _, row in table.rows for c in row)]


def _levels(
    folder: ResultsFolder, indicator: str, arms: Mapping[str, str], kind: str, group: str, month: int
) -> tuple[list[Estimate], list[Estimate]]:
    """Levels of all arms, and the differences of those after the baseline."""
    of = folder.kind(indicator)
    held = [folder.series(indicator, arm, kind, group) for arm in arms]
    paired = [folder.difference_series(indicator, arm, kind, group) for arm in arms if arm != BASELINE]
    levels = [NONE if one is None else one.estimate(month, of) for one in held]
    return levels, [NONE if one is None else one.estimate(month, of) for one in paired]


def _unit_text(folder: ResultsFolder, indicator: str, where: Sequence[tuple[str, str]]) -> str:
    found = (folder.series(indicator, BASELINE, *at) for at in where)
    return next((series.unit for series in found if series is not None), "")


def _group_cells(
    levels: Sequence[Estimate], differences: Sequence[Estimate], unit: Unit, notation: Notation, several: bool
) -> list[Cell]:
    base = levels[0]
    cells = [Cell(notation.level(base.mean, unit), "", "", "", True)]
    for level, difference in zip(levels[1:], differences, strict=True):
        told = cell(difference, base, level, unit, notation)
        ends = {notation.difference(end, unit) for end in (difference.low, difference.high)}
        if difference.mean is None:
            told = Cell(DASH, "", "", "", True)
        elif not told.difference.strip("0.,") and all(not end.strip("0.,") for end in ends - {DASH}):
            told = Cell("0", "", "", "", True)
        elif ends == {told.difference}:
            told = replace(told, interval="")  # what is set, such as staff, is the same in every replication
        elif difference.low is None and several:
            told = replace(told, interval="", certain=False)  # a place where only one replication has a value
        cells.append(told)
    return cells


def payer_table(
    folder: ResultsFolder, arms: Mapping[str, str], terms: Terms, notation: Notation
) -> tuple[list[Column], list[Group]]:
    """Columns and rows of euros by payer over the whole period; empty where there are none."""
    held = folder.groups("payer")
    known = [payer for payer in terms.keys("payers") if payer in held]
    payers = [(p, terms.named("payers", p)) for p in [*known, *(p for p in held if p not in known)]]
    columns = [Column(n, "payer", "{group}", terms.named("indicators", n)) for n in BY_PAYER]
    return group_table(folder, arms, payers, columns, terms, notation, folder.length)


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
    for name, declared in folder.parameters().items():
        if declared.get("source_kind") in ("found", "derived"):
            continue
        value = declared.get("value")
        if isinstance(value, Mapping):
            shown = "; ".join(f"{_label(label, terms)} {_plain(v, notation)}" for label, v in _short(value))
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
    return notation.plain(value)
