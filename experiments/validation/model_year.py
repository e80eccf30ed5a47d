"""The months of a run that stand for the published year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.validation.published import Published

MONTHS = 12
_SEEN_AFTER = 13
"""Months after a month until the spells begun in it have been followed for a year."""


class ModelYear:
    """Monthly indicators of one run in one calendar year, and what became of the spells begun in it.

    Parameters
    ----------
    indicators
        Tidy columns ``date`` (month-ends), ``indicator``, ``group_kind``, ``group``, ``value`` of one run:
        `agents.specification.RunResult.indicators` or `experiments.running.store.StoredRun.indicators`.
    year
        Calendar year. Its first month-end counts, also when it is the first simulated one.
    published
        What the region and the start state say.
    """

    def __init__(self, indicators: Mapping[str, Any] | pa.Table, year: int, published: Published) -> None:
        self.year, self.published = year, published
        self._series: dict[tuple[str, str], dict[str, NDArray[np.float64]]] = {}
        dates = np.asarray(indicators["date"]).astype("datetime64[M]")
        offset = (dates - np.datetime64(f"{year}-01", "M")).astype(np.int64)
        rows = np.flatnonzero((offset >= 0) & (offset < MONTHS + _SEEN_AFTER))
        encoded = [_encoded(indicators[key], rows) for key in ("indicator", "group_kind", "group")]
        names, codes = zip(*encoded, strict=True)
        series, of_row = np.unique(np.stack(codes), axis=1, return_inverse=True)
        values = np.full((series.shape[1], MONTHS + _SEEN_AFTER), np.nan)
        values[of_row.ravel(), offset[rows]] = np.asarray(indicators["value"])[rows]
        for k, (indicator, kind, group) in enumerate(series.T):
            self._series.setdefault((names[0][indicator], names[1][kind]), {})[names[2][group]] = values[k]

    def monthly(self, indicator: str, kind: str = "", group: str = "", after: int = 0) -> NDArray[np.float64]:
        """Values of the twelve months.

        Parameters
        ----------
        indicator
            Name.
        kind, group
            Group, such as ``municipality`` and its code; empty for the area.
        after
            Months by which the values were recorded later, at most 13.

        Returns
        -------
        ndarray
            Shape (12,), NaN where nothing was recorded.
        """
        series = self._series.get((indicator, kind), {}).get(group)
        return np.full(MONTHS, np.nan) if series is None else series[after : after + MONTHS]

    def mean(self, indicator: str, kind: str = "", group: str = "") -> float:
        """Mean of the twelve months; NaN if one of them is missing."""
        return float(self.monthly(indicator, kind, group).mean())

    def means(self, indicator: str) -> NDArray[np.float64]:
        """Means by municipality, shape (M,), in the order of `Published.codes`."""
        return np.array([self.mean(indicator, "municipality", code) for code in self.published.codes])

    def groups(self, indicator: str, kind: str) -> tuple[str, ...]:
        """Groups of a kind for which an indicator was recorded."""
        return tuple(self._series.get((indicator, kind), ()))


def _encoded(column: Any, rows: NDArray[np.int64]) -> tuple[list[str], NDArray[np.int64]]:
    """Different texts of a column and, for each of some rows, which it holds."""
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else pa.array(column, pa.string())
    held = texts.take(pa.array(rows)).dictionary_encode()
    return held.dictionary.to_pylist(), held.indices.to_numpy(zero_copy_only=False).astype(np.int64)
