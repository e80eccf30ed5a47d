"""Bridges as text and as a page of its own, in the reader's language."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from experiments.bridges.barometer import Comparison
from experiments.bridges.outcome import Number, Outcome
from experiments.bridges.pair import Trade
from experiments.bridges.question import Question
from experiments.report.notation import Notation
from experiments.report.terms import Terms
from experiments.validation.page import row as table_row

_NARROW = 11  # least width of a column in the terminal
_COLUMNS = (
    "bridge", "bridge_months", "bridge_moved", "bridge_in_work", "bridge_filled", "bridge_euros_person",
    "bridge_euros_hire", "bridge_left", "bridge_others", "bridge_area",
)  # fmt: skip


def names(trade: Trade) -> dict[str, str]:
    """Title of a trade by language."""
    o = trade.occupation
    return {"fi": o.name_fi, "sv": o.name_sv, "en": o.name_en}


def heads(terms: Terms, follow_months: int) -> list[str]:
    """Heads of the table's columns."""
    return [terms.term(column, months=str(follow_months)) for column in _COLUMNS]


def cells(outcome: Outcome, notation: Notation, language: str, short: bool = False) -> list[str]:
    """A row of the table; trades by code alone if it is to be short."""
    pair = outcome.pair
    ends = [t.code if short else f"{t.code} {names(t)[language]}" for t in (pair.origin, pair.goal)]
    euros = [outcome.euros_per_person if outcome.is_clear else float("inf"), outcome.euros_per_hire]
    if outcome.filled.low <= 0.0:
        euros[1] = float("inf")
    dear = [notation.number(value) if value < float("inf") else "–" for value in euros]
    return [
        " → ".join(ends), notation.number(pair.course.months), notation.number(outcome.moved.mean),
        signed(outcome.in_work, notation), signed(outcome.filled, notation), *dear, signed(outcome.left, notation),
        signed(outcome.others, notation), signed(outcome.area, notation),
    ]  # fmt: skip


def signed(number: Number, notation: Notation) -> str:
    """A difference with its interval."""
    mean, low, high = (notation.signed(value, 1) for value in (number.mean, number.low, number.high))
    return f"{mean} ({low} … {high})" if math.isfinite(number.low) else mean


def text(outcomes: Sequence[Outcome], question: Question, language: str) -> str:
    """For a terminal, the best first."""
    terms = Terms(language)
    notation = Notation(terms)
    rows = [cells(outcome, notation, language, True) for outcome in outcomes]
    columns = heads(terms, question.follow_months)
    widths = [
        max(_NARROW, *map(len, head.split()), *(len(line[k]) for line in rows)) for k, head in enumerate(columns)
    ]
    words = [textwrap.wrap(head, width) for head, width in zip(columns, widths, strict=True)]
    rows = [*([part or "" for part in line] for line in zip_longest(*words)), *rows]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in rows]
    return "\n".join([*lines, terms.term("bridges_caption", months=str(question.follow_months))])


def none_found(trades: Sequence[Trade], question: Question, language: str) -> str:
    """What is said where no pair is promising."""
    return Terms(language).term("bridges_none", trades=str(len(trades)))


def barometer_text(compared: Sequence[Comparison], language: str) -> str:
    """How many labels of the Barometer the index agrees with."""
    judged = [one for one in compared if one.agrees is not None]
    agreeing = sum(bool(one.agrees) for one in judged)
    return Terms(language).term("barometer_count", agree=str(agreeing), judged=str(len(judged)))


def markdown(
    outcomes: Sequence[Outcome], trades: Sequence[Trade], compared: Sequence[Comparison], question: Question,
    language: str,
) -> str:  # fmt: skip
    """The page of a results folder: bridges, then the trades by index, then the Barometer."""
    terms = Terms(language)
    notation = Notation(terms)
    head = heads(terms, question.follow_months)
    lines = [f"# {terms.term('bridges_heading')}", "", table_row(head), table_row(["---" for _ in head])]
    lines += [table_row(cells(outcome, notation, language)) for outcome in outcomes]
    lines += ["", terms.term("bridges_caption", months=str(question.follow_months)), "", "![](figures/bridges.png)", ""]
    head = [terms.term(key) for key in ("trade", "trade_index", "trade_unemployed", "trade_vacancies", "trade_long")]
    lines += [table_row(head), table_row(["---" for _ in head])]
    for t in sorted(trades, key=lambda trade: -trade.index):
        numbers = [notation.number(value) for value in (t.unemployed, t.vacancies, t.long_open)]
        lines.append(table_row([f"{t.code} {names(t)[language]}", notation.number(t.index, 2), *numbers]))
    if compared:
        head = [terms.term(key) for key in ("trade", "trade_index", "barometer_label", "barometer_agrees")]
        lines += ["", f"## {terms.term('barometer_heading')}", "", barometer_text(compared, language), ""]
        lines += [table_row(head), table_row(["---" for _ in head])]
        titles = {t.code: names(t)[language] for t in trades}
        for one in compared:
            label = f"{terms.term(f'barometer_{one.label}')} ({one.shortage} / {one.surplus})"
            agrees = {True: "yes_word", False: "no_word", None: "dash_word"}[one.agrees]
            told = [f"{one.code} {titles[one.code]}", notation.number(one.index, 2), label, terms.term(agrees)]
            lines.append(table_row(told))
    return "\n".join([*lines, ""])
