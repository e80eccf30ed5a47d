"""Dates of a closure that its file leaves to the law: change negotiations, notice by tenure.

The rules stand in ``data/closure_rules.csv``, each with the day from which it holds. The latest rule of the day of the
announcement decides; before the first, the first does.
"""

from __future__ import annotations

import calendar
import csv
import functools
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

RULES = Path(__file__).resolve().parents[2] / "data" / "closure_rules.csv"
_NOTICE = (
    "notice_up_to_1_year", "notice_up_to_4_years", "notice_up_to_8_years", "notice_up_to_12_years",
    "notice_over_12_years",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A row of the table: a number in a unit that holds from a day on."""

    value: int
    unit: str
    valid_from: date

    def after(self, day: date) -> date:
        """The day so much later, for rules of time; months by the calendar, the 31st becomes a month's last day."""
        if self.unit == "days":
            return day + timedelta(days=self.value)
        year, month = divmod(day.year * 12 + day.month - 1 + self.value, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def rule(name: str, day: date) -> Rule:
    """The rule of a name that holds on a day."""
    rows = _rules()[name]
    held = [row for row in rows if row.valid_from <= day]
    return held[-1] if held else rows[0]


def end_of_negotiations(announced: date, staff: int, dismissed: int) -> date:
    """Day on which notice can be given: the end of the change negotiations of the law, or the day of the announcement.

    Parameters
    ----------
    announced
        Day on which the negotiations begin.
    staff, dismissed
        Staff of the employer, and how many of them may be dismissed.
    """
    few = staff < rule("negotiating_small_staff", announced).value
    few |= dismissed < rule("negotiating_small_dismissals", announced).value
    if staff < rule("negotiating_staff", announced).value and few:
        return announced
    is_short = dismissed < rule("short_below_dismissals", announced).value
    return rule("short_negotiation_days" if is_short else "negotiation_days", announced).after(announced)


def notice_ends(notice: date) -> tuple[date, ...]:
    """Last days of the notice that the employer gives on a day, by class of tenure, the shortest first."""
    return tuple(rule(name, notice).after(notice) for name in _NOTICE)


def end_of_bankruptcy(announced: date) -> date:
    """Day by which an estate has let everybody go."""
    return rule("bankruptcy_days", announced).after(announced)


def shortest_notice(notice: date) -> date:
    """First day on which anybody's notice can end."""
    return notice_ends(notice)[0]


@functools.cache
def _rules() -> dict[str, list[Rule]]:
    """Rules by name, the oldest first."""
    rules: dict[str, list[Rule]] = {}
    with RULES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entry = Rule(int(row["value"]), row["unit"], date.fromisoformat(row["valid_from"]))
            rules.setdefault(row["rule"], []).append(entry)
    return {name: sorted(rows, key=lambda row: row.valid_from) for name, rows in rules.items()}
