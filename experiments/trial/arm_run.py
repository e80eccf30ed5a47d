"""An arm of a trial in one replication: monthly series of the people followed, of the area and of employers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.running.store import StoredRun
from sim.errors import InputError

QUARTERS = (1, 2, 3, 4)
STATES = (
    "employed_open_market", "subsidised", "unemployed", "in_training", "in_service", "outside_labour_force",
)  # fmt: skip
"""Indicators of the people followed that part them: each stands in one of these at a month-end."""
REGISTERED, OPEN_ENDED = 0, 1
"""Columns of ``trial_jobs``: postings notified and open-ended hires."""


class ArmRun:
    """One run of a trial.

    Parameters
    ----------
    stored
        The run, as stored.
    """

    def __init__(self, stored: StoredRun) -> None:
        self._table = stored.indicators
        self._jobs = stored.built.get("trial_jobs")
        self._series: dict[tuple[str, str, str], NDArray[np.float64]] = {}

    def has(self, indicator: str, kind: str = "", group: str = "") -> bool:
        """Whether something was recorded."""
        try:
            self.monthly(indicator, kind, group)
        except InputError:
            return False
        return True

    def monthly(self, indicator: str, kind: str = "", group: str = "") -> NDArray[np.float64]:
        """Values at month-ends, or of months, in order.

        Raises
        ------
        InputError
            If the run did not record them.
        """
        key = (indicator, kind, group)
        if key not in self._series:
            wanted = zip(("indicator", "group_kind", "group"), key, strict=True)
            mask = None
            for column, text in wanted:
                part = pc.equal(self._table[column], text)
                mask = part if mask is None else pc.and_(mask, part)
            rows = self._table.filter(mask).sort_by("date")
            if not rows.num_rows:
                what = " ".join(filter(None, key))
                raise InputError(f"the run recorded no {what}; is trial.window_days set in the arm?")
            self._series[key] = rows["value"].to_numpy()
        return self._series[key]

    def stock(self, states: Sequence[str], quarters: Sequence[int]) -> NDArray[np.float64]:
        """People followed in some states at month-ends, persons, shape (T,)."""
        return np.sum([self.monthly(state, "trial", str(q)) for state in states for q in quarters], axis=0)

    def enrolled(self, quarters: Sequence[int]) -> float:
        """People followed, persons: most that were in the area at a month-end."""
        return float(self.stock(STATES, quarters).max())

    def share(self, states: Sequence[str], quarters: Sequence[int], months: tuple[int, int]) -> NDArray[np.float64]:
        """People in some states over those enrolled, at month-ends `months` (first and last, from 1)."""
        first, last = months
        stock = self.stock(states, quarters)
        if last > len(stock):
            raise InputError(f"months {first} to {last}: the run has {len(stock)} month-ends; lengthen horizon_years")
        return stock[first - 1 : last] / self.enrolled(quarters)

    def sum_of(self, indicator: str, months: tuple[int, int], kind: str = "", group: str = "") -> float:
        """Sum of an indicator over months."""
        return float(self.monthly(indicator, kind, group)[months[0] - 1 : months[1]].sum())

    def jobs(self, column: int, quarters: Sequence[int]) -> float:
        """Postings notified or open-ended hires of employers with a number in some quarters.

        Raises
        ------
        InputError
            If employers were not observed.
        """
        if self._jobs is None:
            raise InputError("the run did not observe employers; set trial.employer_days in both arms")
        return float(sum(self._jobs[q - 1][column] for q in quarters))
