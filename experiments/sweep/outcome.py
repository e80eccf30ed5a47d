"""What is asked of every run: an indicator, perhaps of a group, at a month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.running.store import StoredRun
from experiments.sweep.factor import listed
from sim.errors import InputError, near_miss
from sim.indicators import INDICATORS

WHOLE = "all"
_FORM = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?::(?P<kind>[a-z_]+)=(?P<group>[^@]+))?(?:@(?P<month>\w+))?")


@dataclass(frozen=True)
class OutcomeAsked:
    """A number of a run.

    Attributes
    ----------
    name
        As it was asked, and the name of its column: ``unemployed``, ``unemployed:municipality=KU902@12``.
    indicator, group_kind, group
        The series; empty texts for the whole area.
    month
        Months after the start; None for the last one, 0 for the mean of all months.
    """

    name: str
    indicator: str
    group_kind: str = ""
    group: str = ""
    month: int | None = None

    @classmethod
    def read(cls, text: str) -> OutcomeAsked:
        """Read ``INDICATOR[:GROUP_KIND=GROUP][@MONTH]``; ``@all`` is the mean over the months.

        Raises
        ------
        InputError
            Another form, or an unknown indicator.
        """
        text = text.strip()
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError(f"outcomes: '{text}': expected INDICATOR, INDICATOR:municipality=CODE or INDICATOR@MONTH")
        if match["name"] not in INDICATORS:
            raise InputError(f"outcomes: no indicator '{match['name']}'{near_miss(match['name'], INDICATORS)}")
        month: int | None = None
        if match["month"] == WHOLE:
            month = 0
        elif match["month"] is not None:
            if not match["month"].isdecimal() or int(match["month"]) < 1:
                raise InputError(f"outcomes: '{text}': expected a month from 1 or '{WHOLE}' after @")
            month = int(match["month"])
        return cls(text, match["name"], match["kind"] or "", (match["group"] or "").strip(), month)

    @property
    def unit(self) -> str:
        """Unit of the indicator."""
        return INDICATORS[self.indicator].unit

    @property
    def better(self) -> str:
        """``lower``, ``higher`` or ``none``."""
        return INDICATORS[self.indicator].better

    def of(self, run: StoredRun) -> float:
        """The number of a run.

        Returns
        -------
        float
            Stocks and rates of the month-end; flows summed since the start. Over all months stocks and rates are
            means, flows sums: as `experiments.running.summary.Panel.at`. NaN if the month has none.

        Raises
        ------
        InputError
            If the run has no such series at all, or ends before the month.
        """
        table = run.indicators
        rows = self.rows(table)
        if rows.num_rows == 0:
            raise InputError(f"outcomes: '{self.name}': {self._missing(table)}")
        ends = np.unique(table["date"].to_numpy().astype("datetime64[D]"))
        dates = rows["date"].to_numpy().astype("datetime64[D]")
        values = rows["value"].to_numpy()
        flow = INDICATORS[self.indicator].kind == "flow"
        if self.month == 0:
            return float(values.sum() if flow else values.mean())
        month = len(ends) if self.month is None else self.month
        if month > len(ends):
            raise InputError(f"outcomes: '{self.name}': the run ends after {len(ends)} months")
        if flow:
            return float(values[dates <= ends[month - 1]].sum())
        at = values[dates == ends[month - 1]]
        return float(at[0]) if len(at) else np.nan

    def rows(self, table: pa.Table) -> pa.Table:
        """Rows of the series among the indicators of a run."""
        chosen = pc.equal(table["indicator"], self.indicator)
        for column, wanted in (("group_kind", self.group_kind), ("group", self.group)):
            chosen = pc.and_(chosen, pc.equal(table[column], wanted))
        return table.filter(chosen)

    def _missing(self, table: pa.Table) -> str:
        """What there is instead of a series that is not there."""
        of_it = table.filter(pc.equal(table["indicator"], self.indicator))
        kinds = sorted(kind for kind in pc.unique(of_it["group_kind"].cast(pa.string())).to_pylist() if kind)
        if self.group_kind and self.group_kind not in kinds:
            known = f"; it is there by {', '.join(kinds)}" if kinds else "; it is there for the whole area only"
            return f"the runs have none by '{self.group_kind}'{near_miss(self.group_kind, kinds) or known}"
        of_kind = of_it.filter(pc.equal(of_it["group_kind"], self.group_kind))
        groups = pc.unique(of_kind["group"].cast(pa.string())).to_pylist()
        return f"the runs have no such series{near_miss(self.group, groups)}"


def read_outcomes(typed: str) -> tuple[OutcomeAsked, ...]:
    """Read ``[OUTCOME, …]`` as typed.

    Raises
    ------
    InputError
        None, one twice, or as `OutcomeAsked.read`.
    """
    return checked([OutcomeAsked.read(text) for text in listed(typed)])


def check_months(outcomes: Sequence[OutcomeAsked], years: int) -> None:
    """Refuse a month that the runs do not reach.

    Raises
    ------
    InputError
        Naming the outcome.
    """
    for asked in outcomes:
        if asked.month is not None and asked.month > 12 * years:
            raise InputError(f"outcomes: '{asked.name}': runs end after {12 * years} months; lengthen horizon_years")


def checked(outcomes: Sequence[OutcomeAsked]) -> tuple[OutcomeAsked, ...]:
    """Refuse no outcome at all, and one that comes twice."""
    names = [outcome.name for outcome in outcomes]
    if not names:
        raise InputError("outcomes: none asked; such as outcomes=[unemployed,first_interview_wait_days]")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"outcomes: {name} comes twice")
    return tuple(outcomes)
