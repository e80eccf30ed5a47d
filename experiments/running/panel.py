"""Monthly values of all runs of a market, in one array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.indicators import INDICATORS

_TEXT = ("indicator", "group_kind", "group")


class Panel:
    """Monthly values of all runs of a market in one array.

    Parameters
    ----------
    tables
        Indicators (`experiments.running.schema.RUN`) by arm and replication.
    arms
        Names in the order of the comparison.

    Attributes
    ----------
    series
        ``(indicator, group_kind, group)`` of each row of the third axis, in order of appearance.
    units
        Unit of each series.
    dates
        Month-ends, datetime64[D], shape (T,).
    replications
        Numbers, shape (R,).
    values
        Shape (arms, R, series, T); what a run lacks is not a number.
    """

    def __init__(self, tables: Mapping[tuple[str, int], pa.Table], arms: Sequence[str]) -> None:
        self.arms = list(arms)
        self.replications = sorted({replication for _, replication in tables})
        days = [table["date"].to_numpy().astype("datetime64[D]") for table in tables.values()]
        self.dates = np.unique(np.concatenate(days)) if days else np.array([], "datetime64[D]")
        known: dict[tuple[str, ...], int] = {}
        self.units: list[str] = []
        placed = [self._place(table, known) for table in tables.values()]
        self.series = list(known)
        shape = (len(self.arms), len(self.replications), len(known), len(self.dates))
        self.values = np.full(shape, np.nan)
        for (arm, replication), (rows, table), day in zip(tables, placed, days, strict=True):
            where = self.arms.index(arm), self.replications.index(replication)
            self.values[where][rows, np.searchsorted(self.dates, day)] = table["value"].to_numpy()

    def _place(
        self, table: pa.Table, known: dict[tuple[str, ...], int]
    ) -> tuple[NDArray[np.int64], pa.Table]:
        """Number of the series of each row of a table; new series are added to `known`."""
        encoded = [table[name].combine_chunks().dictionary_encode() for name in (*_TEXT, "unit")]
        words = [column.dictionary.to_pylist() for column in encoded]
        code = np.zeros(table.num_rows, dtype=np.int64)
        for column, labels in zip(encoded, words, strict=True):
            code = code * max(len(labels), 1) + column.indices.to_numpy()
        _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        numbers = np.empty(len(first), dtype=np.int64)
        for place in np.argsort(first):  # in order of appearance
            row = first[place]
            *key, unit = (
                labels[column.indices[int(row)].as_py()]
                for column, labels in zip(encoded, words, strict=True)
            )
            if tuple(key) not in known:
                known[tuple(key)] = len(known)
                self.units.append(unit)
            numbers[place] = known[tuple(key)]
        return numbers[inverse], table

    def at(self, day: date | None) -> NDArray[np.float64]:
        """Values told for a month.

        Parameters
        ----------
        day
            Month-end of that month; None for the whole run.

        Returns
        -------
        ndarray
            Shape (arms, R, series). Stocks and rates are those of the month-end, flows are summed since
            the start. For the whole run stocks and rates are means over the months.
        """
        whole = day is None
        flows = np.array([kind_of(name) == "flow" for name, _, _ in self.series], dtype=bool)
        upto = len(self.dates) if whole else int(np.searchsorted(self.dates, np.datetime64(day), "right"))
        part = self.values[..., :upto]
        counted = np.isfinite(part).sum(axis=-1)
        total = np.nansum(part, axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            level = np.where(counted > 0, total / counted, np.nan)
        if not whole:
            found = upto > 0 and self.dates[upto - 1] == np.datetime64(day)
            level = part[..., -1] if found else np.full(level.shape, np.nan)
        return np.where(flows, np.where(counted > 0, total, np.nan), level)


def kind_of(name: str) -> str:
    """Whether an indicator is a stock, a flow or a rate; unknown names count as stocks."""
    return INDICATORS[name].kind if name in INDICATORS else "stock"
