"""``summary.json``: means, intervals and paired differences at the months that results are told for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.arm import BASELINE
from experiments.horizon import Horizon
from experiments.targets import Target, judge
from sim.indicators import INDICATORS

INTERVAL = 0.8
GROUP_KINDS = ("municipality", "cohort", "line", "place", "cause", "payer")
"""Groups that the summary tells beside the whole area; ``indicators.parquet`` holds all."""

_TEXT = ("indicator", "group_kind", "group")
_DIGITS = 9  # significant ones in the file; the full values are in indicators.parquet


class Panel:
    """Monthly values of all runs of a market in one array.

    Parameters
    ----------
    tables
        Indicators (`experiments.schema.RUN`) by arm and replication.
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
        flows = np.array([_kind(name) == "flow" for name, _, _ in self.series], dtype=bool)
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


def summarise(
    tables: Mapping[tuple[str, int], pa.Table],
    arms: Sequence[str],
    horizon: Horizon,
    targets: Sequence[Target] = (),
) -> dict[str, Any]:
    """Summarise the runs of one market.

    Parameters
    ----------
    tables
        Indicators by arm and replication; a failed run is absent.
    arms
        Names in the order of the comparison.
    horizon
        First and last day.
    targets
        Goals to hold the arms against.

    Returns
    -------
    dict
        ``indicators``, ``groups`` and ``targets`` as the contract and ``outputs/README.md`` state them: plain data
        without NaN.
    """
    panel = Panel(tables, arms)
    indicators: dict[str, Any] = {}
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    entries: list[dict[str, Any] | None] = []
    for (name, kind, group), unit in zip(panel.series, panel.units, strict=True):
        if kind and kind not in GROUP_KINDS:
            entries.append(None)
            continue
        told: dict[str, Any] = {"unit": unit, "kind": _kind(name), "better": _better(name), "at": {}}
        place = groups.setdefault(kind, {}).setdefault(group, {}) if kind else indicators
        place[name] = told
        entries.append(told)
    times: list[tuple[str, date | None]] = [
        (str(month), horizon.month_end(month)) for month in horizon.months
    ]
    for label, day in [*times, ("all", None)]:
        values = panel.at(day)
        levels = [_levels(values[index]) for index in range(len(panel.arms))]
        differences = {}
        if BASELINE in panel.arms:
            base = values[panel.arms.index(BASELINE)]
            better = np.array(
                [{"higher": 1, "lower": -1}.get(_better(name), 0) for name, _, _ in panel.series]
            )
            differences = {
                arm: _differences(values[index], base, better)
                for index, arm in enumerate(panel.arms)
                if arm != BASELINE
            }
        for number, entry in enumerate(entries):
            if entry is not None:
                entry["at"][label] = {
                    "arms": {arm: _row(levels[index], number) for index, arm in enumerate(panel.arms)},
                    "difference": {arm: _row(columns, number) for arm, columns in differences.items()},
                }
    order = {name: place for place, name in enumerate(INDICATORS)}
    return {
        "indicators": dict(sorted(indicators.items(), key=lambda item: order.get(item[0], len(order)))),
        "groups": groups,
        "targets": judge(panel, targets, horizon),
    }


def _levels(values: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Mean and central 80 % of the replications; `values` has shape (R, series)."""
    n = np.isfinite(values).sum(axis=0)
    mean = _mean(values, n)
    low, high = np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    several = n > 1
    if several.any():
        tail = (1 - INTERVAL) / 2
        low[several], high[several] = np.nanquantile(values[:, several], [tail, 1 - tail], axis=0)
    return {"mean": mean, "low": low, "high": high}


def _differences(
    values: NDArray[np.float64], base: NDArray[np.float64], better: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """Paired differences with the t-interval of their mean; arrays have shape (R, series)."""
    difference = values - base
    paired = np.isfinite(difference)
    n = paired.sum(axis=0)
    mean = _mean(difference, n)
    several = n > 1
    half = np.full_like(mean, np.nan)
    if several.any():
        deviation = np.nanstd(difference[:, several], axis=0, ddof=1)
        half[several] = stdtrit(n[several] - 1, (1 + INTERVAL) / 2) * deviation / np.sqrt(n[several])
    signed = np.where(paired, difference * better, np.nan)
    base_mean = _mean(np.where(paired, base, np.nan), n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_better = ((signed > 0).sum(axis=0) + 0.5 * (signed == 0).sum(axis=0)) / n
        relative = 100.0 * mean / base_mean
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "p_better": np.where(better == 0, np.nan, p_better),
        "n": n,
        "relative_percent": np.where(base_mean == 0, np.nan, relative),
    }


def _mean(values: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)


def _row(columns: Mapping[str, NDArray[Any]], number: int) -> dict[str, Any]:
    """One series of some columns as plain numbers; what is not finite is null."""
    row: dict[str, Any] = {}
    for name, column in columns.items():
        value = column[number]
        if name == "n":
            row[name] = int(value)
        else:
            row[name] = float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
    return row


def _kind(name: str) -> str:
    return INDICATORS[name].kind if name in INDICATORS else "stock"


def _better(name: str) -> str:
    return INDICATORS[name].better if name in INDICATORS else "none"
