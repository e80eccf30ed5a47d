"""How numbers, euros and dates are written in a language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from experiments.report.terms import Terms

LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
DASH = "–"
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Unit:
    """How values of a unit are shown.

    Attributes
    ----------
    label
        Key of ``units`` in the terms for levels, or the unit's own text.
    factor
        What a value is multiplied by.
    difference
        Key of ``units`` for differences (percentage points for shares).
    decimals
        Decimals of values of ten and more; smaller ones get one more, up to two.
    """

    label: str
    factor: float = 1.0
    difference: str = ""
    decimals: int = 0


_PERCENT = ("%", "percent", "per cent", "per_cent", "pct")
_SAME = {
    "vacancies": "jobs",
    "registered jobseekers per fte": "clients",
    "": "number",
}


def unit_of(text: str) -> Unit:
    """Unit from its name in the results.

    Parameters
    ----------
    text
        ``persons``, ``share``, ``eur`` and the like.

    Returns
    -------
    Unit
        An unknown unit is shown by its own name.
    """
    key = text.strip().lower()
    if key in ("share", "fraction", "proportion", "probability"):
        return Unit("share", 100.0, "points", 1)
    if key in _PERCENT:
        return Unit("share", 1.0, "points", 1)
    if key == "person-days":
        return Unit("person-years", 1 / 365.25, "person-years")
    key = _SAME.get(key, key)
    return Unit(key, 1.0, key, {"fte": 1, "index": 2, "clients": 1, "days": 1}.get(key, 0))


class Notation:
    """Numbers and dates of one language.

    Parameters
    ----------
    terms
        Words of the language.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.locale = LOCALES[terms.language]

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with a fixed number of decimals; a dash for none."""
        if value is None or not math.isfinite(value):
            return DASH
        rounded = round(value, decimals)
        pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
        # A rounded minus zero would show a sign.
        text = format_decimal(0.0 if rounded == 0 else rounded, format=pattern, locale=self.locale)
        return text.replace("-", MINUS)

    def signed(self, value: float | None, decimals: int = 0) -> str:
        """A difference: always with its sign, except zero."""
        text = self.number(value, decimals)
        if value is None or not math.isfinite(value) or round(value, decimals) <= 0:
            return text
        return "+" + text

    def level(self, value: float | None, unit: Unit) -> str:
        """A value in the unit's own scale, without the unit's name."""
        shown = None if value is None else value * unit.factor
        return self.number(shown, _decimals(shown, unit))

    def difference(self, value: float | None, unit: Unit) -> str:
        """A difference in the unit's own scale, without the unit's name."""
        shown = None if value is None else value * unit.factor
        return self.signed(shown, _decimals(shown, unit))

    def interval(self, low: float | None, high: float | None, unit: Unit) -> str:
        """80 % interval of a difference, or a dash when there is none."""
        if low is None or high is None:
            return DASH
        return f"{self.difference(low, unit)}\N{NO-BREAK SPACE}… {self.difference(high, unit)}"

    def relative(self, difference: float | None, base: float | None) -> str:
        """Change in per cent of a base; a dash where there is nothing to divide by."""
        if difference is None or base is None or base == 0:
            return DASH
        share = 100.0 * difference / abs(base)
        return self.percent(share, signed=True)

    def plain(self, value: float) -> str:
        """A number as somebody set it, with the decimals that it needs."""
        text = f"{value:.6g}"
        return text.replace("-", MINUS) if "e" in text else self.number(value, len(text.partition(".")[2]))

    def percent(self, value: float | None, signed: bool = False, plain: bool = False) -> str:
        """Per cent with one decimal below a hundred; `plain` ones with the decimals that they need."""
        if value is None:
            return DASH
        decimals = 1 if abs(value) < 99.95 else 0
        if plain:
            decimals = len(f"{value:.6g}".partition(".")[2])
        text = self.signed(value, decimals) if signed else self.number(value, decimals)
        return text + ("%" if self.terms.language == "en" else "\N{NO-BREAK SPACE}%")

    def chance(self, value: float) -> str:
        """A probability in whole per cent."""
        return self.number(100.0 * value) + ("%" if self.terms.language == "en" else "\N{NO-BREAK SPACE}%")

    def unit(self, unit: Unit, difference: bool = False) -> str:
        """Name of a unit."""
        key = unit.difference if difference else unit.label
        return self.terms.named("units", key)

    def joined(self, number: str, unit: Unit) -> str:
        """A number with its unit; in English the sign of per cent stands close to it."""
        close = unit.label == "share" and self.terms.language == "en"
        return f"{number}{'' if close else NO_BREAK}{self.unit(unit)}"

    def day(self, value: date) -> str:
        """A date in figures: 3.2.2025; in English 3 Feb 2025."""
        pattern = "d MMM y" if self.terms.language == "en" else "d.M.y"
        return format_date(value, pattern, locale=self.locale)

    def month(self, value: date) -> str:
        """Month and year as a sentence's ``{month}`` needs it (before the Finnish "lopussa")."""
        name = format_date(value, "LLLL", locale=self.locale)
        # All Finnish names of months end in -kuu, whose genitive is -kuun.
        return f"{name}{'n' if self.terms.language == 'fi' else ''} {value.year}"

    def month_name(self, value: date) -> str:
        """Month and year standing alone, as in the head of a column."""
        return f"{format_date(value, 'LLLL', locale=self.locale)} {value.year}"

    def about(self, value: float, scale: float | None = None) -> str:
        """A rounded number for a sentence, by the step that suits `scale` (default: the value)."""
        return self.number(rounded(value, scale))

    def about_signed(self, value: float, scale: float | None = None) -> str:
        """Like `about`, with its sign."""
        return self.signed(rounded(value, scale))


def rounded(value: float, scale: float | None = None) -> float:
    """Round for reading: to ones below 30, to fives below 100, tens below 1,000, then hundreds."""
    size = abs(value if scale is None else scale)
    step = 1 if size < 30 else 5 if size < 100 else 10 if size < 1000 else 100
    return float(math.floor(value / step + 0.5) * step)


def scaled_euros(values: list[float], unit: Unit, millions_from: float = 1e6) -> Unit:
    """Millions or thousands of euros where the numbers are large; other units as they are."""
    if unit.label != "eur":
        return unit
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest >= millions_from:
        return Unit("million_eur", 1e-6, "million_eur", 1)
    if largest >= 1e4:
        return Unit("thousand_eur", 1e-3, "thousand_eur", 0)
    return unit


def _decimals(value: float | None, unit: Unit) -> int:
    if value is None or value == 0 or abs(value) >= 9.95:
        return unit.decimals
    return min(2, unit.decimals + 1)
